// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `place-call`: click to call. Twilio rings the practitioner's own phone. When they answer and press a key, the
//! webhook dials the callee.
//!
//! First the intent is written, then the call is sent, and then its `CallSid` is written. If Twilio's answer is lost,
//! its list of calls is checked before the call is sent again. So a request places at most one call.

use super::clinic_settings::{ClinicSettings, keys, refusal_reply};
use super::end_call::{mark_not_done, twilio_body};
use super::placed::{Owner, find_call, is_expired, phone_of, record};
use super::requester::{read, written};
use super::start_call::{criterion, is_same_call};
use super::target::{CallRequest, number_of, numbers_of};
use super::{DEADLINE, invalid_argument, text_of};
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

/// How far Twilio's list may lag. A call that is not in the list after that was not placed.
const LIST_DELAY: u64 = 2 * MINUTE;

/// The maximum length of `Twiml` in a REST call.
const MAX_TWIML: usize = 4_000;

/// Answers `{ callSid, communication, fromNumber }`.
pub(super) async fn place_call(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let rest = read_rest(event).map_err(Reply::Broken)?;
    let webhook = event.require(Secret::WebhookUrl).map_err(Reply::Broken)?;
    let webhook =
        WebhookUrl::secure(webhook).map_err(|code| Reply::Broken(Problem::at(code, "PLUMLINE_WEBHOOK_URL")))?;
    let call_request = CallRequest::read(event)?;
    // This operation dials by itself, so a repeated request must be safe.
    let request = call_request.request.clone().ok_or(invalid_argument("requestId"))?;
    let settings = ClinicSettings::read(event, host).await?;
    let numbers = settings.numbers();
    let earlier = FhirRequest::get(["Communication?identifier=", &criterion(&request)].concat());
    let mut target = call_request.target(event, &settings, &numbers, vec![earlier], host, log).await?;
    let found = read(target.more.pop().unwrap_or(Answer::Failed), "Communication")?;
    let sealing = keys(event);
    let policy = Policy::new(&settings.config.outbound, &numbers);
    let wanted = text_of(&event.input, "practitionerNumber")?;
    let who = target.requester.reference.clone();
    let owner = Owner { who: &who, sealing: &sealing };
    let earlier = record_for(found, owner).map(|prepared| same_call(prepared, &target.context, wanted, &policy, owner));
    let earlier = earlier.transpose()?;
    // The request is a repetition. Its call already counts in the limits, so they are not checked again.
    if let Some(prepared) = earlier.as_ref().filter(|prepared| prepared.log.root().is_some()) {
        return Ok(answer_of(prepared, prepared.log.root().unwrap_or_default()));
    }
    target.check_limits(&settings, event.now, host).await?;
    let practitioner = &target.requester.practitioner;
    let own: Vec<String> =
        numbers_of(practitioner, event.now).into_iter().filter_map(|own| policy.allows_typed(own).ok()).collect();
    let phone = match (&earlier, wanted) {
        // The phone was decided at the first request.
        (Some(_), _) => None,
        (None, None) => Some(number_of(practitioner, &policy, event.now)?),
        (None, Some(wanted)) => {
            let wanted = policy.allows_typed(wanted).map_err(refusal_reply)?;
            Some(own.contains(&wanted).then_some(wanted).ok_or(invalid_argument("practitionerNumber"))?)
        }
    };
    target.context.practitioner_number = phone;
    target.context.identity = Some(target.requester.identity(None, event.now, &settings.config, host, log).await?);

    let sending = Sending { event, settings: &settings, rest: &rest, webhook: webhook.as_str(), own: &own, owner };
    if let Some(prepared) = earlier {
        return sending.resume(prepared, host, log).await;
    }
    let intent = Intent { context: target.context, from: target.from.as_str(), request: Some(&request) };
    let (resource, is_created) = sending.write_intent(&intent, host).await?;
    let prepared = Prepared::read(resource).ok_or(Reply::Broken(Code::ChartUnavailable.into()))?;
    let prepared = same_call(prepared, &intent.context, wanted, &policy, owner)?;
    // The run that created the intent sends the call.
    if is_created { sending.send(prepared, host, log).await } else { sending.resume(prepared, host, log).await }
}

/// The record of a request among those that a search found: the one whose call is sealed for the requester, or else the
/// one that was prepared for them. The others are copies.
fn record_for(found: Json, owner: Owner<'_>) -> Option<Prepared> {
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

/// The record of a request, if it was prepared for the requester, for this call, and for the phone `wanted`, if any.
///
/// # Errors
/// [`Code::OutboundRequestUsed`] if it was not.
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
        return Err(request_used());
    }
    let known = prepared.log.context();
    let same_phone = match (&known.practitioner_number, wanted) {
        (Some(phone), Some(wanted)) => policy.allows_typed(wanted).map_err(refusal_reply)? == *phone,
        (Some(_), None) => true,
        // A browser's call, or a record of an earlier version. Its first phone is not known, so nothing is sent for it.
        (None, _) => prepared.log.root().is_some(),
    };
    if is_same_call(known, context) && same_phone { Ok(prepared) } else { Err(request_used()) }
}

fn request_used() -> Reply {
    Reply::Conflict(Code::OutboundRequestUsed.into())
}

fn call_unknown() -> Reply {
    Reply::Conflict(Code::OutboundUnknown.into())
}

/// What is needed to send a call.
struct Sending<'a> {
    event: &'a BotEvent,
    settings: &'a ClinicSettings,
    rest: &'a Rest,
    webhook: &'a str,
    /// The practitioner's phones that may be called.
    own: &'a [String],
    /// The requester.
    owner: Owner<'a>,
}

impl Sending<'_> {
    /// Creates the intent, unless another run has. Returns the record, and whether this run created it.
    async fn write_intent(&self, intent: &Intent<'_>, host: &Host) -> Result<(Json, bool), Reply> {
        let mut resource = intent.write(self.settings.base(), self.owner.sealing);
        self.set_attempt(&mut resource);
        let unless = intent.request.map(|request| ["identifier=", &criterion(request)].concat());
        let create = FhirRequest::create(&resource, unless);
        let answer = host.ask(Ask::Fhir(create), Some(DEADLINE)).await;
        let is_created = matches!(answer, Answer::Done { status: 201, .. });
        Ok((written(answer, "Communication")?, is_created))
    }

    /// Records when the call is sent.
    fn set_attempt(&self, resource: &mut Json) {
        let url = [self.settings.base(), "/", ATTEMPT].concat();
        let value = Json::of(&instant(self.event.now));
        place(resource, "extension", extension(&url, "valueInstant", value), |one| is(one, "url", &url));
    }

    /// When the call was last sent.
    fn attempted_at(&self, prepared: &Prepared) -> u64 {
        // If that is not recorded, the latest possible time, so that nothing is sent too early.
        prepared.sent_at().or(prepared.log.context().prepared).unwrap_or(self.event.now)
    }

    /// Continues with a call that was requested before.
    async fn resume(&self, prepared: Prepared, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
        if let Some(root) = prepared.log.root() {
            return Ok(answer_of(&prepared, root));
        }
        // Someone may have edited the record, so its number must be one of ours.
        let ours = self.settings.numbers().iter().any(|ours| Some(ours.as_str()) == prepared.from());
        if prepared.status() != "preparation" || !ours {
            return Err(request_used());
        }
        if is_expired(&prepared, self.event.now) {
            return Err(Reply::Conflict(Code::OutboundRequestExpired.into()));
        }
        if let Some(call) = find_call(self.rest, &prepared, self.owner.sealing, self.event.now, host).await? {
            return self.record_call(prepared, &call, None, host, log).await;
        }
        if self.event.now.saturating_sub(self.attempted_at(&prepared)) < LIST_DELAY {
            return Err(call_unknown());
        }
        // A phone that is no longer the practitioner's is not called.
        if !self.own.iter().any(|own| own == phone_of(&prepared)) {
            return Err(request_used());
        }
        // It was not placed. If several requests find that at once, only one may send it again.
        let mut resource = prepared.resource.clone();
        self.set_attempt(&mut resource);
        let write = FhirRequest::update(&resource).ok_or(Reply::Broken(Code::ChartRefused.into()))?;
        match written(host.ask(Ask::Fhir(write), Some(DEADLINE)).await, "Communication") {
            Ok(body) => {
                let sealed = |prepared: &Prepared| prepared.is_prepared_for(self.owner.who, self.owner.sealing);
                let prepared = Prepared::read(body).filter(sealed).ok_or(call_unknown())?;
                self.send(prepared, host, log).await
            }
            Err(Reply::Conflict(_)) => Err(call_unknown()),
            Err(reply) => Err(reply),
        }
    }

    /// Sends the call of an intent that this run owns.
    async fn send(&self, prepared: Prepared, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
        let from = prepared.from().unwrap_or_default().to_owned();
        let twiml = confirm(self.webhook, &self.settings.config).ok().filter(|twiml| twiml.len() <= MAX_TWIML);
        let twiml = twiml.ok_or(Reply::Broken(Problem::at(Code::ConfigInvalid, "voice")))?;
        let status = callback(self.webhook, CallbackKind::Status);
        let timeout = self.settings.config.outbound.timeout.map(|seconds| decimal(seconds.into()));
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
            Answer::Done { status: 200..=299, body } => {
                self.record_call(prepared, &body, Some(self.owner), host, log).await
            }
            // It was certainly not placed. This request is used up; a new request may try again.
            Answer::Done { status: 400..=499, .. } => {
                let refused_record = mark_not_done(&prepared, REFUSED)?;
                if host.ask(Ask::Fhir(refused_record), Some(DEADLINE)).await.ok().is_none() {
                    log.push(Code::ChartUnavailable);
                }
                twilio_body(answer).map_err(|reply| match reply {
                    Reply::NotFound(_) => Reply::Broken(Code::TwilioRefused.into()),
                    reply => reply,
                })
            }
            // It may have been placed.
            _ => match find_call(self.rest, &prepared, self.owner.sealing, self.event.now, host).await {
                Ok(Some(call)) => self.record_call(prepared, &call, None, host, log).await,
                _ => Err(call_unknown()),
            },
        }
    }

    /// Records which call was placed. With `owner`, it also seals whose call it is. That needs Twilio's answer to the
    /// request that placed the call, because the list may show another call to the same phone.
    async fn record_call(
        &self,
        prepared: Prepared,
        call: &Json,
        owner: Option<Owner<'_>>,
        host: &Host,
        log: &mut Vec<Code>,
    ) -> Result<Json, Reply> {
        let Some(sid) = call.get("sid").and_then(Json::text).map(str::to_owned) else {
            return Err(call_unknown());
        };
        let answer = answer_of(&prepared, &sid);
        // The call was placed. If the record cannot be written now, the sweep corrects it.
        if let Err(code) = record(prepared, call, owner, self.settings.base(), host).await {
            log.push(code);
        }
        Ok(answer)
    }
}

fn answer_of(prepared: &Prepared, sid: &str) -> Json {
    Json::object([
        ("callSid", Json::of(sid)),
        ("communication", Json::of(&["Communication/", prepared.id()].concat())),
        ("fromNumber", Json::of(prepared.from().unwrap_or_default())),
    ])
}
