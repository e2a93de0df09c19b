// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `place-call`: click to call. Twilio rings the practitioner's own phone. When the practitioner answers and presses a
//! key, the webhook dials the callee.
//!
//! The bot first writes the prepared record, then asks Twilio to place the call, and then writes its `CallSid` into the
//! record. If Twilio's response is lost, the bot checks Twilio's list of calls before it asks Twilio again. A request
//! therefore places at most one call.

use super::call_request::{CallRequest, number_of, numbers_of};
use super::clinic_settings::{ClinicSettings, keys, refusal_reply};
use super::create_record::{RecordToCreate, criterion};
use super::end_call::{mark_not_done, twilio_body};
use super::placed::{Owner, find_call, is_expired, phone_of, record};
use super::requester::{read, written};
use super::start_call::is_same_call;
use super::{TIMEOUT, invalid_argument, text_of};
use crate::bots::settings::read_rest;
use crate::chart::CallContext;
use crate::dialplan::CallbackKind;
use crate::error::{Code, Problem};
use crate::fhir::change::replace_or_append;
use crate::fhir::element::{extension, is};
use crate::json::{Json, decimal};
use crate::outbound::{ATTEMPT, ChosenCallerId, NewPreparedCall, PreparedCall, REFUSED, confirm, retried_callback_url};
use crate::policy::Policy;
use crate::rest::TwilioRest;
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, HostResponse, Reply, Secret, Secrets};
use crate::signature::WebhookUrl;
use crate::time::{MINUTE, instant};

/// The maximum delay, in milliseconds, until a call is in Twilio's list. A call that is not in the list after that was
/// not placed.
const LIST_DELAY: u64 = 2 * MINUTE;

/// The maximum length of the parameter `Twiml`, in characters.
const MAX_TWIML: usize = 4_000;

/// Returns `{ callSid, communication, fromNumber }`.
pub(super) async fn place_call(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let rest = read_rest(event).map_err(Reply::Broken)?;
    let webhook = event.require(Secret::WebhookUrl).map_err(Reply::Broken)?;
    let webhook =
        WebhookUrl::secure(webhook).map_err(|code| Reply::Broken(Problem::at(code, "PLUMLINE_WEBHOOK_URL")))?;
    let call_request = CallRequest::read(event)?;
    // This operation places the call itself. `requestId` is required, so that a repeated request does not place a
    // second call.
    let request = call_request.request.clone().ok_or(invalid_argument("requestId"))?;
    let settings = ClinicSettings::read(event, host).await?;
    let numbers = settings.numbers();
    let earlier = FhirRequest::get(["Communication?identifier=", &criterion(&request)].concat());
    let mut allowed_call = call_request.check_call(event, &settings, &numbers, vec![earlier], host, log).await?;
    let found = read(allowed_call.more.pop().unwrap_or(HostResponse::Failed), "Communication")?;
    let sealing = keys(event);
    let policy = Policy::new(&settings.config.outbound, &numbers);
    let wanted = text_of(&event.input, "practitionerNumber")?;
    let who = allowed_call.requester.reference.clone();
    let owner = Owner { who: &who, sealing: &sealing };
    let earlier =
        record_for(found, owner).map(|prepared| same_call(prepared, &allowed_call.context, wanted, &policy, owner));
    let earlier = earlier.transpose()?;
    // This is a repeated request. The limits already include its call, so they are not checked again.
    if let Some(prepared) = earlier.as_ref().filter(|prepared| prepared.state.root_sid().is_some()) {
        return Ok(answer_of(prepared, prepared.state.root_sid().unwrap_or_default()));
    }
    allowed_call.check_limits(&settings, event.now, host).await?;
    let practitioner = &allowed_call.requester.practitioner;
    let own_phones: Vec<String> =
        numbers_of(practitioner, event.now).into_iter().filter_map(|phone| policy.allows_typed(phone).ok()).collect();
    let phone = match (&earlier, wanted) {
        // The first request chose the phone.
        (Some(_), _) => None,
        (None, None) => Some(number_of(practitioner, &policy, event.now)?),
        (None, Some(wanted)) => {
            let wanted = policy.allows_typed(wanted).map_err(refusal_reply)?;
            Some(own_phones.contains(&wanted).then_some(wanted).ok_or(invalid_argument("practitionerNumber"))?)
        }
    };
    allowed_call.context.practitioner_number = phone;
    allowed_call.context.identity =
        Some(allowed_call.requester.identity(None, event.now, &settings.config, host, log).await?);

    let sending =
        Sending { event, settings: &settings, rest: &rest, webhook: webhook.as_str(), own_phones: &own_phones, owner };
    if let Some(prepared) = earlier {
        return sending.resume(prepared, host, log).await;
    }
    let ChosenCallerId { number, position } = allowed_call.chosen;
    let new_call =
        NewPreparedCall { context: allowed_call.context, from: number.as_str(), position, request: Some(&request) };
    let format = settings.record_format();
    let mut to_create = RecordToCreate { new_call, numbers: &numbers, format, sealing: &sealing };
    let (resource, is_created) = to_create.create(&|resource| sending.set_attempt(resource), host).await?;
    let prepared = PreparedCall::read(resource).ok_or(Reply::Broken(Code::ChartUnavailable.into()))?;
    let prepared = same_call(prepared, &to_create.new_call.context, wanted, &policy, owner)?;
    // Only the run that created the record asks Twilio to place the call.
    if is_created { sending.send(prepared, host, log).await } else { sending.resume(prepared, host, log).await }
}

/// The record of a request among the results of a search: the one whose call is sealed for the requester, or else the
/// one that was prepared for the requester. Other results are copies.
fn record_for(found: Json, owner: Owner<'_>) -> Option<PreparedCall> {
    let entries = found.take("entry").into_elements().into_iter();
    let mut records: Vec<PreparedCall> =
        entries.filter_map(|entry| PreparedCall::read(entry.take("resource"))).collect();
    let prepared = |record: &PreparedCall| record.is_prepared_for(owner.who, owner.sealing);
    let placed = |record: &PreparedCall| {
        let root = record.state.root_sid();
        prepared(record) && root.is_some_and(|root| record.is_placed_by(owner.who, root, owner.sealing))
    };
    let at = records.iter().position(placed).or_else(|| records.iter().position(prepared)).unwrap_or_default();
    (at < records.len()).then(|| records.swap_remove(at))
}

/// Checks that a request's record was prepared for the same requester and call, and for the phone `wanted`, if that is
/// given.
///
/// # Errors
/// [`Code::OutboundRequestUsed`] if the record is for another requester, call or phone.
fn same_call(
    prepared: PreparedCall,
    context: &CallContext,
    wanted: Option<&str>,
    policy: &Policy<'_>,
    owner: Owner<'_>,
) -> Result<PreparedCall, Reply> {
    if prepared.id().is_empty() {
        return Err(Reply::Broken(Code::ChartUnavailable.into()));
    }
    if !prepared.is_prepared_for(owner.who, owner.sealing) {
        return Err(request_used());
    }
    let known = prepared.state.context();
    let same_phone = match (&known.practitioner_number, wanted) {
        (Some(phone), Some(wanted)) => policy.allows_typed(wanted).map_err(refusal_reply)? == *phone,
        (Some(_), None) => true,
        // A browser's call, or a record of an earlier version, has no phone that rings first. For such a record, the
        // bot does not ask Twilio to place a call.
        (None, _) => prepared.state.root_sid().is_some(),
    };
    if is_same_call(known, context) && same_phone { Ok(prepared) } else { Err(request_used()) }
}

fn request_used() -> Reply {
    Reply::Conflict(Code::OutboundRequestUsed.into())
}

fn call_unknown() -> Reply {
    Reply::Conflict(Code::OutboundUnknown.into())
}

/// What is needed to ask Twilio to place a call.
struct Sending<'a> {
    event: &'a BotEvent,
    settings: &'a ClinicSettings,
    rest: &'a TwilioRest,
    webhook: &'a str,
    /// The practitioner's phones that the policy allows, E.164.
    own_phones: &'a [String],
    /// The requester.
    owner: Owner<'a>,
}

impl Sending<'_> {
    /// Sets the time at which the bot asks Twilio to place the call.
    fn set_attempt(&self, resource: &mut Json) {
        let url = [self.settings.extension_base(), "/", ATTEMPT].concat();
        let value = Json::of(&instant(self.event.now));
        replace_or_append(resource, "extension", extension(&url, "valueInstant", value), |item| is(item, "url", &url));
    }

    /// When the bot last asked Twilio to place the call, as Unix time in milliseconds.
    fn attempted_at(&self, prepared: &PreparedCall) -> u64 {
        // Without a recorded time, this is the latest possible one, so that the bot does not ask again too early.
        prepared.sent_at().or(prepared.state.context().prepared_at).unwrap_or(self.event.now)
    }

    /// Continues a request that an earlier run started.
    async fn resume(&self, prepared: PreparedCall, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
        if let Some(root) = prepared.state.root_sid() {
            return Ok(answer_of(&prepared, root));
        }
        // Staff may have edited the record, so its caller ID must be one of the clinic's numbers.
        let has_clinic_caller_id =
            self.settings.numbers().iter().any(|number| Some(number.as_str()) == prepared.from());
        if prepared.status() != "preparation" || !has_clinic_caller_id {
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
        // The phone must still be the practitioner's.
        if !self.own_phones.iter().any(|phone| phone == phone_of(&prepared)) {
            return Err(request_used());
        }
        // The call was not placed. If several runs find that at the same time, only one conditional write succeeds, and
        // that run asks Twilio again.
        let mut resource = prepared.resource.clone();
        self.set_attempt(&mut resource);
        let write = FhirRequest::update(&resource).ok_or(Reply::Broken(Code::ChartRefused.into()))?;
        match written(host.send(HostRequest::Fhir(write), Some(TIMEOUT)).await, "Communication") {
            Ok(body) => {
                let sealed = |prepared: &PreparedCall| prepared.is_prepared_for(self.owner.who, self.owner.sealing);
                let prepared = PreparedCall::read(body).filter(sealed).ok_or(call_unknown())?;
                self.send(prepared, host, log).await
            }
            Err(Reply::Conflict(_)) => Err(call_unknown()),
            Err(reply) => Err(reply),
        }
    }

    /// Asks Twilio to place the call. Only for a record that this run created or took over.
    async fn send(&self, prepared: PreparedCall, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
        let from = prepared.from().unwrap_or_default().to_owned();
        let twiml = confirm(self.webhook, &self.settings.config).ok().filter(|twiml| twiml.len() <= MAX_TWIML);
        let twiml = twiml.ok_or(Reply::Broken(Problem::at(Code::ConfigInvalid, "voice")))?;
        let status = retried_callback_url(self.webhook, CallbackKind::Status);
        let timeout = self.settings.config.outbound.timeout.map(|seconds| decimal(seconds.into()));
        let phone = phone_of(&prepared).to_owned();
        let mut params = vec![("To", &*phone), ("From", &*from), ("Twiml", &*twiml), ("StatusCallback", &*status)];
        for event in ["initiated", "ringing", "answered", "completed"] {
            params.push(("StatusCallbackEvent", event));
        }
        if let Some(timeout) = &timeout {
            params.push(("Timeout", timeout));
        }
        let answer = host.send(HostRequest::Http(self.rest.post("/Calls.json", &params)), Some(TIMEOUT)).await;
        match answer {
            HostResponse::Done { status: 200..=299, body } => {
                self.record_call(prepared, &body, Some(self.owner), host, log).await
            }
            // Twilio refused the call, so it was not placed. The `requestId` cannot be used again.
            HostResponse::Done { status: 400..=499, .. } => {
                let refused_record = mark_not_done(&prepared, REFUSED)?;
                if host.send(HostRequest::Fhir(refused_record), Some(TIMEOUT)).await.ok().is_none() {
                    log.push(Code::ChartUnavailable);
                }
                twilio_body(answer).map_err(|reply| match reply {
                    Reply::NotFound(_) => Reply::Broken(Code::TwilioRefused.into()),
                    reply => reply,
                })
            }
            // The call may have been placed.
            _ => match find_call(self.rest, &prepared, self.owner.sealing, self.event.now, host).await {
                Ok(Some(call)) => self.record_call(prepared, &call, None, host, log).await,
                _ => Err(call_unknown()),
            },
        }
    }

    /// Writes the placed call into the record. With `owner`, also seals who placed it. Set `owner` only with Twilio's
    /// response to the request that placed the call, because the list may have another call to the same phone.
    async fn record_call(
        &self,
        prepared: PreparedCall,
        call: &Json,
        owner: Option<Owner<'_>>,
        host: &Host,
        log: &mut Vec<Code>,
    ) -> Result<Json, Reply> {
        let Some(sid) = call.get("sid").and_then(Json::text).map(str::to_owned) else {
            return Err(call_unknown());
        };
        let answer = answer_of(&prepared, &sid);
        // The call was placed, so the operation succeeds. If the record cannot be written now, the sweep writes it.
        if let Err(code) = record(prepared, call, owner, self.settings.record_format(), host).await {
            log.push(code);
        }
        Ok(answer)
    }
}

fn answer_of(prepared: &PreparedCall, sid: &str) -> Json {
    Json::object([
        ("callSid", Json::of(sid)),
        ("communication", Json::of(&["Communication/", prepared.id()].concat())),
        ("fromNumber", Json::of(prepared.from().unwrap_or_default())),
    ])
}
