// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `place-call`: click to call. Twilio rings the practitioner's own phone; whoever answers presses a key, and is then
//! connected with the callee, by the webhook.
//!
//! The intent is written first, then the call is sent, then its `CallSid` is written. Where Twilio's answer is lost, its
//! list is looked at before anything is sent again, so that at most one call is placed for one request.

use super::clinic_settings::{ClinicSettings, keys, refused};
use super::end_call::{answered, give_up};
use super::placed::{Owner, is_expired, lookup, phone_of, record};
use super::requester::{read, written};
use super::start_call::{criterion, is_same};
use super::target::{CallRequest, number_of, numbers_of};
use super::{DEADLINE, text_of, wrong};
use crate::bots::settings::read_rest;
use crate::chart::Context;
use crate::dialplan::CallbackKind;
use crate::error::{Code, Problem};
use crate::fhir::change::place;
use crate::fhir::element::{extension, is};
use crate::json::{Json, decimal};
use crate::outbound::{ATTEMPT, Intent, Prepared, REFUSED, callback, confirm};
use crate::policy::Policy;
use crate::rest::Rest;
use crate::runtime::{Answer, Ask, BotEvent, FhirRequest, Host, Reply, Secret, Secrets};
use crate::signature::WebhookUrl;
use crate::time::{MINUTE, instant};

/// How long Twilio's list may lag: what it does not show after that was not placed.
const SETTLED: u64 = 2 * MINUTE;

/// The longest `Twiml` of a REST call.
const LONGEST: usize = 4_000;

/// Answers `{ callSid, communication, fromNumber }`.
pub(super) async fn place_call(knock: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let rest = read_rest(knock).map_err(Reply::Broken)?;
    let webhook = knock.need(Secret::WebhookUrl).map_err(Reply::Broken)?;
    let webhook =
        WebhookUrl::secure(webhook).map_err(|code| Reply::Broken(Problem::at(code, "PLUMLINE_WEBHOOK_URL")))?;
    let wish = CallRequest::read(knock)?;
    // What dials by itself has to be safe to ask for twice.
    let request = wish.request.clone().ok_or(wrong("requestId"))?;
    let office = ClinicSettings::open(knock, host).await?;
    let numbers = office.numbers();
    let earlier = FhirRequest::get(["Communication?identifier=", &criterion(&request)].concat());
    let mut target = wish.target(knock, &office, &numbers, vec![earlier], host, log).await?;
    let found = read(target.more.pop().unwrap_or(Answer::Failed), "Communication")?;
    let sealing = keys(knock);
    let policy = Policy::new(&office.config.outbound, &numbers);
    let wanted = text_of(&knock.input, "practitionerNumber")?;
    let who = target.requester.reference.clone();
    let owner = Owner { who: &who, sealing: &sealing };
    let earlier =
        written_for(found, owner).map(|prepared| same_call(prepared, &target.context, wanted, &policy, owner));
    let earlier = earlier.transpose()?;
    // Asked again after it was placed, it counts among the calls that the requester has placed.
    if let Some(prepared) = earlier.as_ref().filter(|prepared| prepared.log.root().is_some()) {
        return Ok(told(prepared, prepared.log.root().unwrap_or_default()));
    }
    target.admit(&office, knock.now, host).await?;
    let practitioner = &target.requester.practitioner;
    let own: Vec<String> =
        numbers_of(practitioner, knock.now).into_iter().filter_map(|own| policy.allows_typed(own).ok()).collect();
    let phone = match (&earlier, wanted) {
        // The phone that rings was settled when the call was first asked for.
        (Some(_), _) => None,
        (None, None) => Some(number_of(practitioner, &policy, knock.now)?),
        (None, Some(wanted)) => {
            let wanted = policy.allows_typed(wanted).map_err(refused)?;
            Some(own.contains(&wanted).then_some(wanted).ok_or(wrong("practitionerNumber"))?)
        }
    };
    target.context.practitioner_number = phone;
    target.context.identity = Some(target.requester.identity(None, knock.now, &office.config, host, log).await?);

    let sending = Sending { knock, office: &office, rest: &rest, webhook: webhook.as_str(), own: &own, owner };
    if let Some(prepared) = earlier {
        return sending.go_on(prepared, host, log).await;
    }
    let intent = Intent { context: target.context, from: target.from.as_str(), request: Some(&request) };
    let (resource, made) = sending.begin(&intent, host).await?;
    let prepared = Prepared::read(resource).ok_or(Reply::Broken(Code::ChartUnavailable.into()))?;
    let prepared = same_call(prepared, &intent.context, wanted, &policy, owner)?;
    // Who writes the intent sends the call.
    if made { sending.send(prepared, host, log).await } else { sending.go_on(prepared, host, log).await }
}

/// The record of a request, of those that a search found: the one whose call is sealed as the requester's, else the one that
/// was prepared for them, where one was. The others are copies that somebody has made.
fn written_for(found: Json, owner: Owner<'_>) -> Option<Prepared> {
    let entries = found.take("entry").into_elements().into_iter();
    let mut records: Vec<Prepared> = entries.filter_map(|entry| Prepared::read(entry.take("resource"))).collect();
    let prepared = |record: &Prepared| record.is_prepared_for(owner.who, owner.sealing);
    let placed = |record: &Prepared| {
        let root = record.log.root();
        prepared(record) && root.is_some_and(|root| record.is_placed_by(owner.who, root, owner.sealing))
    };
    let at = records.iter().position(placed).or_else(|| records.iter().position(prepared)).unwrap_or_default();
    (at < records.len()).then(|| records.swap_remove(at))
}

/// The record of a request, if it says what was prepared for the requester, and is of this call and rings the phone that is
/// `wanted`, where one is.
fn same_call(
    prepared: Prepared,
    context: &Context,
    wanted: Option<&str>,
    policy: &Policy<'_>,
    owner: Owner<'_>,
) -> Result<Prepared, Reply> {
    if prepared.id().is_empty() {
        return Err(Reply::Broken(Code::ChartUnavailable.into()));
    }
    if !prepared.is_prepared_for(owner.who, owner.sealing) {
        return Err(used());
    }
    let known = prepared.log.context();
    let same_phone = match (&known.practitioner_number, wanted) {
        (Some(phone), Some(wanted)) => policy.allows_typed(wanted).map_err(refused)? == *phone,
        (Some(_), None) => true,
        // A browser's call, or of an earlier version: whom it rang first is not known, so nothing is sent for it.
        (None, _) => prepared.log.root().is_some(),
    };
    if is_same(known, context) && same_phone { Ok(prepared) } else { Err(used()) }
}

fn used() -> Reply {
    Reply::Conflict(Code::OutboundRequestUsed.into())
}

fn unknown() -> Reply {
    Reply::Conflict(Code::OutboundUnknown.into())
}

/// What a call is sent with.
struct Sending<'a> {
    knock: &'a BotEvent,
    office: &'a ClinicSettings,
    rest: &'a Rest,
    webhook: &'a str,
    /// The practitioner's phones that may be called.
    own: &'a [String],
    /// Who asks for it.
    owner: Owner<'a>,
}

impl Sending<'_> {
    /// Writes the intent, unless another run has; the record there is, and whether this run has made it.
    async fn begin(&self, intent: &Intent<'_>, host: &Host) -> Result<(Json, bool), Reply> {
        let mut resource = intent.write(self.office.base(), self.owner.sealing);
        self.mark(&mut resource);
        let unless = intent.request.map(|request| ["identifier=", &criterion(request)].concat());
        let create = FhirRequest::create(&resource, unless);
        let answer = host.ask(Ask::Fhir(create), Some(DEADLINE)).await;
        let made = matches!(answer, Answer::Done { status: 201, .. });
        Ok((written(answer, "Communication")?, made))
    }

    /// Says when the call is sent.
    fn mark(&self, resource: &mut Json) {
        let url = [self.office.base(), "/", ATTEMPT].concat();
        let value = Json::of(&instant(self.knock.now));
        place(resource, "extension", extension(&url, "valueInstant", value), |one| is(one, "url", &url));
    }

    /// When a call was sent last.
    fn attempted_at(&self, prepared: &Prepared) -> u64 {
        // Without a mark, as late as possible: nothing is sent in haste.
        prepared.sent_at().or(prepared.log.context().prepared).unwrap_or(self.knock.now)
    }

    /// Goes on with a call that was asked for before.
    async fn go_on(&self, prepared: Prepared, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
        if let Some(root) = prepared.log.root() {
            return Ok(told(&prepared, root));
        }
        // What was written there by somebody else shows no number but ours.
        let ours = self.office.numbers().iter().any(|ours| Some(ours.as_str()) == prepared.from());
        if prepared.status() != "preparation" || !ours {
            return Err(used());
        }
        if is_expired(&prepared, self.knock.now) {
            return Err(Reply::Conflict(Code::OutboundRequestExpired.into()));
        }
        if let Some(call) = lookup(self.rest, &prepared, self.owner.sealing, self.knock.now, host).await? {
            return self.sent(prepared, &call, None, host, log).await;
        }
        if self.knock.now.saturating_sub(self.attempted_at(&prepared)) < SETTLED {
            return Err(unknown());
        }
        // What is no longer theirs is not rung.
        if !self.own.iter().any(|own| own == phone_of(&prepared)) {
            return Err(used());
        }
        // It was not placed. Of several who find so at once, one gets to send it again.
        let mut resource = prepared.resource.clone();
        self.mark(&mut resource);
        let write = FhirRequest::update(&resource).ok_or(Reply::Broken(Code::ChartRefused.into()))?;
        match written(host.ask(Ask::Fhir(write), Some(DEADLINE)).await, "Communication") {
            Ok(body) => {
                let sealed = |prepared: &Prepared| prepared.is_prepared_for(self.owner.who, self.owner.sealing);
                let prepared = Prepared::read(body).filter(sealed).ok_or(unknown())?;
                self.send(prepared, host, log).await
            }
            Err(Reply::Conflict(_)) => Err(unknown()),
            Err(reply) => Err(reply),
        }
    }

    /// Sends the call of an intent that is ours to send.
    async fn send(&self, prepared: Prepared, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
        let from = prepared.from().unwrap_or_default().to_owned();
        let twiml = confirm(self.webhook, &self.office.config).ok().filter(|twiml| twiml.len() <= LONGEST);
        let twiml = twiml.ok_or(Reply::Broken(Problem::at(Code::ConfigInvalid, "voice")))?;
        let status = callback(self.webhook, CallbackKind::Status);
        let timeout = self.office.config.outbound.timeout.map(|seconds| decimal(seconds.into()));
        let phone = phone_of(&prepared).to_owned();
        let mut params = vec![("To", &*phone), ("From", &*from), ("Twiml", &*twiml), ("StatusCallback", &*status)];
        for event in ["initiated", "ringing", "answered", "completed"] {
            params.push(("StatusCallbackEvent", event));
        }
        if let Some(timeout) = &timeout {
            params.push(("Timeout", timeout));
        }
        let answer = host.ask(Ask::Http(self.rest.post("/Calls.json", &params)), Some(DEADLINE)).await;
        match answer {
            Answer::Done { status: 200..=299, body } => self.sent(prepared, &body, Some(self.owner), host, log).await,
            // Certainly not placed: the request is spent, and another one may try again.
            Answer::Done { status: 400..=499, .. } => {
                let spent = give_up(&prepared, REFUSED)?;
                if host.ask(Ask::Fhir(spent), Some(DEADLINE)).await.ok().is_none() {
                    log.push(Code::ChartUnavailable);
                }
                answered(answer).map_err(|reply| match reply {
                    Reply::NotFound(_) => Reply::Broken(Code::TwilioRefused.into()),
                    reply => reply,
                })
            }
            // It may have been placed all the same.
            _ => match lookup(self.rest, &prepared, self.owner.sealing, self.knock.now, host).await {
                Ok(Some(call)) => self.sent(prepared, &call, None, host, log).await,
                _ => Err(unknown()),
            },
        }
    }

    /// Writes which call it was; and whose it is, where `owner` is given: where Twilio has answered the very request that
    /// placed it. What its list shows could be another's call to the same phone.
    async fn sent(
        &self,
        prepared: Prepared,
        call: &Json,
        owner: Option<Owner<'_>>,
        host: &Host,
        log: &mut Vec<Code>,
    ) -> Result<Json, Reply> {
        let Some(sid) = call.get("sid").and_then(Json::text).map(str::to_owned) else {
            return Err(unknown());
        };
        let told = told(&prepared, &sid);
        // The call is on its way; a record that could not be written now is mended by the sweep.
        if let Err(code) = record(prepared, call, owner, self.office.base(), host).await {
            log.push(code);
        }
        Ok(told)
    }
}

fn told(prepared: &Prepared, sid: &str) -> Json {
    Json::object([
        ("callSid", Json::of(sid)),
        ("communication", Json::of(&["Communication/", prepared.id()].concat())),
        ("fromNumber", Json::of(prepared.from().unwrap_or_default())),
    ])
}
