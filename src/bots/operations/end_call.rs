// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `end-call`: hangs up a call, or cancels one that was not placed yet. A call that is not in the chart is ended, too,
//! if Twilio says that the requester's browser placed it. The sweep writes it into the chart.

use super::clinic_settings::{config_of, keys};
use super::requester::{acts_as, read, reference, written};
use super::{DEADLINE, invalid_argument, text_of};
use crate::bots::settings::read_rest;
use crate::chart::{
    CallEvent, Chart, ChartWrite, Context, RetryPolicy, Status, call_sid, nothing_else, search_all, store,
};
use crate::dialplan::config::Config;
use crate::dialplan::{CallSid, Party};
use crate::error::{Code, Problem};
use crate::fhir::element::is;
use crate::fhir::reference::reference_to;
use crate::json::Json;
use crate::outbound::{Prepared, SealingKeys};
use crate::rest::Rest;
use crate::runtime::{Answer, Ask, BotEvent, FhirRequest, Host, Reply};

/// The number of attempts to cancel a call that was not placed yet.
const ATTEMPTS: u32 = 3;

/// The maximum number of legs that are checked, which is the page size.
const MAX_LEGS: usize = 50;

/// Twilio's error for a call that has already ended: <https://www.twilio.com/docs/api/errors/21220>.
const NOT_IN_PROGRESS: u32 = 21_220;

/// Answers `{ communication?, callSid?, status }`, without `communication` if the call is not in the chart.
///
/// Staff may edit records of calls. So a record says which call is meant, but not who owns it. Twilio says which
/// browser placed or answered it, and a seal says who placed it by REST or prepared it.
pub(super) async fn end_call(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let who = reference(event)?;
    let config = config_of(event)?;
    let sealing = keys(event);
    let sid =
        text_of(&event.input, "callSid")?.map(|sid| call_sid(sid).ok_or(invalid_argument("callSid"))).transpose()?;
    let ask = match (sid, text_of(&event.input, "communication")?) {
        (Some(sid), None) => search_all(sid.0),
        (None, Some(id)) => {
            FhirRequest::get(reference_to(id, "Communication").ok_or(invalid_argument("communication"))?)
        }
        _ => return Err(invalid_argument("communication")),
    };
    for _ in 0..ATTEMPTS {
        let found = read(host.ask(Ask::Fhir(ask.clone()), Some(DEADLINE)).await, "Communication")?;
        let records = records(found);
        let root = match sid {
            Some(CallSid(sid)) => Some(sid.to_owned()),
            None => records.first().and_then(|record| record.log.root().map(str::to_owned)),
        };
        if let Some(root) = root {
            let call_to_end = CallToEnd { event, who, config: &config, sealing: &sealing, root: &root };
            return call_to_end.end(&records, host, log).await;
        }
        // The answer does not show whether another practitioner has such a call.
        let prepared = records.into_iter().find(|record| record.is_prepared_for(who, &sealing)).ok_or(not_found())?;
        if prepared.status() != "preparation" {
            return Ok(answer_of(&prepared, "not-done"));
        }
        let write = mark_not_done(&prepared, "Given up before the call was placed")?;
        match written(host.ask(Ask::Fhir(write), Some(DEADLINE)).await, "Communication") {
            Ok(_) => return Ok(answer_of(&prepared, "not-done")),
            // Its call may have been placed at this moment.
            Err(Reply::Conflict(_)) => {}
            Err(reply) => return Err(reply),
        }
    }
    Err(Reply::Conflict(Code::ChartConflict.into()))
}

/// The record that was read, or the records that a search found.
fn records(found: Json) -> Vec<Prepared> {
    if is(&found, "resourceType", "Bundle") {
        let entries = found.take("entry").into_elements().into_iter();
        return entries.filter_map(|entry| Prepared::read(entry.take("resource"))).collect();
    }
    Prepared::read(found).into_iter().collect()
}

/// The write that says that no call is placed for a record, and why.
pub(super) fn mark_not_done(prepared: &Prepared, why: &str) -> Result<FhirRequest, Reply> {
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
    /// Ends the call if it is the requester's. `records` are the records that name it.
    async fn end(&self, records: &[Prepared], host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
        let rest = read_rest(self.event).map_err(Reply::Broken)?;
        let call = twilio_body(host.ask(Ask::Http(rest.get(&path_of(self.root), &[])), Some(DEADLINE)).await)?;
        let event = CallEvent::from_rest(&call).filter(|event| event.sid.0 == self.root && event.parent.is_none());
        let event = event.ok_or(not_found())?;
        if !self.is_theirs(&event, records, &rest, host).await? {
            return Err(not_found());
        }
        let stopped;
        let ended = if event.is_over() {
            &call
        } else {
            stopped = stop(&rest, self.root, event.status, host).await?;
            &stopped
        };
        // A record without a practitioner was created by a callback.
        let has_practitioner = |record: &&Prepared| record.log.context().practitioner.is_some();
        let is_for_requester = |record: &&Prepared| record.log.context().practitioner.as_deref() == Some(self.who);
        let is_sealed = |record: &&Prepared| record.is_prepared_for(self.who, self.sealing);
        let own = records.iter().find(is_sealed).or_else(|| records.iter().find(is_for_requester));
        let record = own.or_else(|| records.iter().find(has_practitioner));
        if let Some(record) = own.filter(|record| record.log.context().prepared.is_some() && !record.log.is_over()) {
            self.record_end(record, ended, host, log).await;
        }
        let status = ended.get("status").and_then(Json::text).unwrap_or("completed");
        Ok(match record {
            Some(record) => answer_of(record, status),
            None => Json::object([("callSid", Json::of(self.root)), ("status", Json::of(status))]),
        })
    }

    /// Whether the call is the requester's. Twilio says that their browser placed or answered it, or a seal says that
    /// `place-call` placed it for them.
    async fn is_theirs(
        &self,
        event: &CallEvent<'_>,
        records: &[Prepared],
        rest: &Rest,
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
    async fn has_answered(&self, rest: &Rest, host: &Host) -> Result<bool, Reply> {
        let list = rest.get("/Calls.json", &[("ParentCallSid", self.root), ("PageSize", "50")]);
        let legs = twilio_body(host.ask(Ask::Http(list), Some(DEADLINE)).await)?;
        let mut other_identities: Vec<String> = Vec::new();
        for leg in legs.get("calls").map(Json::elements).unwrap_or_default().iter().take(MAX_LEGS) {
            let Some(leg) = CallEvent::from_rest(leg) else { continue };
            let answered = matches!(leg.status, Some(Status::InProgress | Status::Completed));
            if let Some(Party::Client(identity)) = leg.to_party()
                && answered
                && leg.root().0 == self.root
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

    /// Records how the call ended. The call's callbacks and the sweep write what is missing here.
    async fn record_end(&self, record: &Prepared, ended: &Json, host: &Host, log: &mut Vec<Code>) {
        let Some(event) = CallEvent::from_rest(ended).filter(|event| event.sid.0 == self.root) else {
            return;
        };
        let chart = Chart::of(record.resource.clone());
        let write = ChartWrite {
            root: self.root,
            events: core::slice::from_ref(&event),
            context: &Context::default(),
            chart: Some(&chart),
            also: &nothing_else,
            base: self.config.extension_base(),
            retry: RetryPolicy::UntilStored(Some(DEADLINE)),
        };
        if let Err(code) = store(host, write).await {
            log.push(code);
        }
    }
}

/// Ends a call whose last known status is `status`. Returns the call from Twilio's answer.
async fn stop(rest: &Rest, sid: &str, status: Option<Status>, host: &Host) -> Result<Json, Reply> {
    let path = path_of(sid);
    // For a ringing call, `canceled` means that no one answered.
    let ringing = status.is_some_and(|status| status < Status::InProgress);
    let mut ended = set_status(rest, &path, if ringing { "canceled" } else { "completed" }, host).await?;
    if ringing && !is_over(&ended) {
        // It was answered in the meantime.
        ended = set_status(rest, &path, "completed", host).await?;
    }
    Ok(ended)
}

fn path_of(sid: &str) -> String {
    crate::rest::call_path(sid)
}

/// Sets the status of a call. Returns the call from Twilio's answer.
async fn set_status(rest: &Rest, path: &str, status: &str, host: &Host) -> Result<Json, Reply> {
    let answer = host.ask(Ask::Http(rest.post(path, &[("Status", status)])), Some(DEADLINE)).await;
    match answer {
        Answer::Done { status: 400..=499, body }
            if body.get("code").and_then(Json::integer) == Some(NOT_IN_PROGRESS) =>
        {
            twilio_body(host.ask(Ask::Http(rest.get(path, &[])), Some(DEADLINE)).await)
        }
        answer => twilio_body(answer),
    }
}

/// The body of Twilio's answer.
pub(super) fn twilio_body(answer: Answer) -> Result<Json, Reply> {
    match answer {
        Answer::Done { status: 200..=299, body } => Ok(body),
        Answer::Done { status: 404, .. } => Err(not_found()),
        Answer::Done { status: 408 | 429, .. } => Err(Reply::Broken(Code::TwilioUnavailable.into())),
        Answer::Done { status: 400..=499, .. } => Err(Reply::Broken(Code::TwilioRefused.into())),
        _ => Err(Reply::Broken(Code::TwilioUnavailable.into())),
    }
}

fn not_found() -> Reply {
    Reply::NotFound(Problem::at(Code::RecordNotFound, "Communication"))
}

fn is_over(call: &Json) -> bool {
    call.get("status").and_then(Json::text).and_then(Status::parse).is_some_and(Status::is_terminal)
}

fn answer_of(prepared: &Prepared, status: &str) -> Json {
    Json::object([
        ("communication", Json::of(&["Communication/", prepared.id()].concat())),
        ("callSid", prepared.log.root().map_or(Json::Null, Json::of)),
        ("status", Json::of(status)),
    ])
}
