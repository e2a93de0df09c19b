// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `end-call`: hangs up a call, or cancels a prepared call. A call that is not in the chart is also ended, if Twilio
//! reports that the requester's browser placed it. The sweep later writes that call into the chart.

use super::clinic_settings::{config_of, keys};
use super::requester::{acts_as, read, reference, written};
use super::{TIMEOUT, invalid_argument, reference_argument, text_of};
use crate::bots::settings::read_rest;
use crate::chart::{
    CallContext, CallEvent, CallRecord, RecordWrite, RetryPolicy, Status, call_sid, nothing_else, search_all, store,
};
use crate::dialplan::config::Config;
use crate::dialplan::{CallSid, Party};
use crate::error::{Code, Problem};
use crate::fhir::element::is;
use crate::json::Json;
use crate::outbound::{PreparedCall, SealingKeys};
use crate::rest::TwilioRest;
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, HostResponse, Reply};

/// The number of attempts to cancel a prepared call.
const ATTEMPTS: u32 = 3;

/// The maximum number of legs that are checked. It is the page size.
const MAX_LEGS: usize = 50;

/// Twilio's error for a call that has already ended: <https://www.twilio.com/docs/api/errors/21220>.
const NOT_IN_PROGRESS: u32 = 21_220;

/// Returns `{ communication?, callSid?, status }`, without `communication` if the call is not in the chart.
///
/// Staff may edit call records, so a record does not prove who owns the call. Twilio's data proves which browser placed
/// or answered a call. A seal proves who prepared a call or placed it by REST.
pub(super) async fn end_call(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let who = reference(event)?;
    let config = config_of(event)?;
    let sealing = keys(event);
    let sid =
        text_of(&event.input, "callSid")?.map(|sid| call_sid(sid).ok_or(invalid_argument("callSid"))).transpose()?;
    let ask = match (sid, reference_argument(&event.input, "communication", "Communication")?) {
        (Some(sid), None) => search_all(sid.0),
        (None, Some(communication)) => FhirRequest::get(communication),
        _ => return Err(invalid_argument("communication")),
    };
    for _ in 0..ATTEMPTS {
        let found = read(host.send(HostRequest::Fhir(ask.clone()), Some(TIMEOUT)).await, "Communication")?;
        let records = records(found);
        let root = match sid {
            Some(CallSid(sid)) => Some(sid.to_owned()),
            None => records.first().and_then(|record| record.state.root_sid().map(str::to_owned)),
        };
        if let Some(root) = root {
            let call_to_end = CallToEnd { event, who, config: &config, sealing: &sealing, root: &root };
            return call_to_end.end(&records, host, log).await;
        }
        // The response is the same if another practitioner has such a call or if no such call exists.
        let prepared = records.into_iter().find(|record| record.is_prepared_for(who, &sealing)).ok_or(not_found())?;
        if prepared.status() != "preparation" {
            return Ok(answer_of(&prepared, "not-done"));
        }
        let write = mark_not_done(&prepared, "Given up before the call was placed")?;
        match written(host.send(HostRequest::Fhir(write), Some(TIMEOUT)).await, "Communication") {
            Ok(_) => return Ok(answer_of(&prepared, "not-done")),
            // The call may have been placed at the same time.
            Err(Reply::Conflict(_)) => {}
            Err(reply) => return Err(reply),
        }
    }
    Err(Reply::Conflict(Code::ChartConflict.into()))
}

/// The records in the body of a read or a search.
fn records(found: Json) -> Vec<PreparedCall> {
    if is(&found, "resourceType", "Bundle") {
        let entries = found.take("entry").into_elements().into_iter();
        return entries.filter_map(|entry| PreparedCall::read(entry.take("resource"))).collect();
    }
    PreparedCall::read(found).into_iter().collect()
}

/// The request that sets a record to `not-done`, with the reason `why`.
pub(super) fn mark_not_done(prepared: &PreparedCall, why: &str) -> Result<FhirRequest, Reply> {
    let mut resource = prepared.resource.clone();
    resource.set("status", Json::of("not-done"));
    resource.set("statusReason", Json::object([("text", Json::of(why))]));
    FhirRequest::update(&resource).ok_or(Reply::Broken(Code::ChartRefused.into()))
}

/// A call to end.
struct CallToEnd<'a> {
    event: &'a BotEvent,
    /// The requester, `Practitioner/<id>`.
    who: &'a str,
    config: &'a Config,
    sealing: &'a SealingKeys,
    /// The root `CallSid`.
    root: &'a str,
}

impl CallToEnd<'_> {
    /// Ends the call if it belongs to the requester. `records` are the records with its `CallSid`.
    async fn end(&self, records: &[PreparedCall], host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
        let rest = read_rest(self.event).map_err(Reply::Broken)?;
        let call = twilio_body(host.send(HostRequest::Http(rest.get(&path_of(self.root), &[])), Some(TIMEOUT)).await)?;
        let event = CallEvent::from_rest(&call).filter(|event| event.sid.0 == self.root && event.parent.is_none());
        let event = event.ok_or(not_found())?;
        if !self.belongs_to_requester(&event, records, &rest, host).await? {
            return Err(not_found());
        }
        let stopped;
        let ended = if event.has_ended() {
            &call
        } else {
            stopped = stop(&rest, self.root, event.status, host).await?;
            &stopped
        };
        // A callback creates a record without a practitioner.
        let has_practitioner = |record: &&PreparedCall| record.state.context().practitioner.is_some();
        let is_for_requester =
            |record: &&PreparedCall| record.state.context().practitioner.as_deref() == Some(self.who);
        let is_sealed = |record: &&PreparedCall| record.is_prepared_for(self.who, self.sealing);
        let own = records.iter().find(is_sealed).or_else(|| records.iter().find(is_for_requester));
        let record = own.or_else(|| records.iter().find(has_practitioner));
        if let Some(record) =
            own.filter(|record| record.state.context().prepared_at.is_some() && !record.state.has_ended())
        {
            self.record_end(record, ended, host, log).await;
        }
        let status = ended.get("status").and_then(Json::text).unwrap_or("completed");
        Ok(match record {
            Some(record) => answer_of(record, status),
            None => Json::object([("callSid", Json::of(self.root)), ("status", Json::of(status))]),
        })
    }

    /// Whether the call belongs to the requester: their browser placed or answered it, or it has the seal of a
    /// `place-call` by the requester.
    async fn belongs_to_requester(
        &self,
        event: &CallEvent<'_>,
        records: &[PreparedCall],
        rest: &TwilioRest,
        host: &Host,
    ) -> Result<bool, Reply> {
        match event.from_party() {
            Some(Party::Client(identity)) => self.acts_as_requester(&identity, host).await,
            _ if event.direction == Some("outbound-api") => {
                Ok(records.iter().any(|record| record.is_placed_by(self.who, self.root, self.sealing)))
            }
            _ => self.has_answered(rest, host).await,
        }
    }

    async fn acts_as_requester(&self, identity: &str, host: &Host) -> Result<bool, Reply> {
        acts_as(self.who, identity, self.event.now, self.config, host).await
    }

    /// Whether a browser of the requester answered the call.
    async fn has_answered(&self, rest: &TwilioRest, host: &Host) -> Result<bool, Reply> {
        let list = rest.get("/Calls.json", &[("ParentCallSid", self.root), ("PageSize", "50")]);
        let legs = twilio_body(host.send(HostRequest::Http(list), Some(TIMEOUT)).await)?;
        let mut other_identities: Vec<String> = Vec::new();
        for leg in legs.get("calls").map(Json::elements).unwrap_or_default().iter().take(MAX_LEGS) {
            let Some(leg) = CallEvent::from_rest(leg) else { continue };
            let answered = matches!(leg.status, Some(Status::InProgress | Status::Completed));
            if let Some(Party::Client(identity)) = leg.to_party()
                && answered
                && leg.root_sid().0 == self.root
                && !other_identities.iter().any(|known| *known == *identity)
            {
                if self.acts_as_requester(&identity, host).await? {
                    return Ok(true);
                }
                other_identities.push(identity.to_string());
            }
        }
        Ok(false)
    }

    /// Writes the end of the call into its record. If that fails, a callback or the sweep writes it.
    async fn record_end(&self, record: &PreparedCall, ended: &Json, host: &Host, log: &mut Vec<Code>) {
        let Some(event) = CallEvent::from_rest(ended).filter(|event| event.sid.0 == self.root) else {
            return;
        };
        let call_record = CallRecord::of(record.resource.clone());
        let write = RecordWrite {
            root: self.root,
            events: core::slice::from_ref(&event),
            context: &CallContext::default(),
            call_record: Some(&call_record),
            other_writes: &nothing_else,
            format: self.config.into(),
            retry: RetryPolicy::UntilStored(Some(TIMEOUT)),
        };
        if let Err(code) = store(host, write).await {
            log.push(code);
        }
    }
}

/// Ends a call whose last known status is `status`. Returns the call from Twilio's response.
async fn stop(rest: &TwilioRest, sid: &str, status: Option<Status>, host: &Host) -> Result<Json, Reply> {
    let path = path_of(sid);
    // `canceled` ends a call only while it rings, and the chart then shows that no one answered.
    let ringing = status.is_some_and(|status| status < Status::InProgress);
    let mut ended = set_status(rest, &path, if ringing { "canceled" } else { "completed" }, host).await?;
    if ringing && !has_ended(&ended) {
        // The call was answered in the meantime.
        ended = set_status(rest, &path, "completed", host).await?;
    }
    Ok(ended)
}

fn path_of(sid: &str) -> String {
    crate::rest::call_path(sid)
}

/// Sets the status of a call. Returns the call from Twilio's response.
async fn set_status(rest: &TwilioRest, path: &str, status: &str, host: &Host) -> Result<Json, Reply> {
    let answer = host.send(HostRequest::Http(rest.post(path, &[("Status", status)])), Some(TIMEOUT)).await;
    match answer {
        HostResponse::Done { status: 400..=499, body }
            if body.get("code").and_then(Json::integer) == Some(NOT_IN_PROGRESS) =>
        {
            twilio_body(host.send(HostRequest::Http(rest.get(path, &[])), Some(TIMEOUT)).await)
        }
        answer => twilio_body(answer),
    }
}

/// The body of Twilio's response, or the reply for an error.
pub(super) fn twilio_body(answer: HostResponse) -> Result<Json, Reply> {
    match answer {
        HostResponse::Done { status: 200..=299, body } => Ok(body),
        HostResponse::Done { status: 404, .. } => Err(not_found()),
        HostResponse::Done { status: 408 | 429, .. } => Err(Reply::Broken(Code::TwilioUnavailable.into())),
        HostResponse::Done { status: 400..=499, .. } => Err(Reply::Broken(Code::TwilioRefused.into())),
        _ => Err(Reply::Broken(Code::TwilioUnavailable.into())),
    }
}

fn not_found() -> Reply {
    Reply::NotFound(Problem::at(Code::RecordNotFound, "Communication"))
}

fn has_ended(call: &Json) -> bool {
    call.get("status").and_then(Json::text).and_then(Status::parse).is_some_and(Status::is_terminal)
}

fn answer_of(prepared: &PreparedCall, status: &str) -> Json {
    Json::object([
        ("communication", Json::of(&["Communication/", prepared.id()].concat())),
        ("callSid", prepared.state.root_sid().map_or(Json::Null, Json::of)),
        ("status", Json::of(status)),
    ])
}
