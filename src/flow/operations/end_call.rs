// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `end-call`: hangs up, or gives up a call that was not placed yet. A call that the chart could not be told of is ended
//! all the same, where it was the requester's own browser that placed it; the sweep brings it to the chart.

use super::super::ask::{Answer, Ask, FhirRequest, Host};
use super::super::chart::{Chart, ChartWrite, nothing_else, search, store};
use super::super::door::Knock;
use super::super::outgoing::conditions::get;
use super::super::reply::Reply;
use super::office::base_of;
use super::requester::{Requester, read, reference, written};
use super::{DEADLINE, text_of, wrong};
use crate::call::log::{CallEvent, Context, Leg, Status, call_sid};
use crate::call::outbound::{Prepared, reference_to};
use crate::call::{CallSid, Party};
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::rest::Rest;

/// How often a call that waits is tried to be given up.
const ATTEMPTS: u32 = 3;

/// Twilio's error where a call has ended already: <https://www.twilio.com/docs/api/errors/21220>.
const NOT_IN_PROGRESS: u32 = 21_220;

/// Answers `{ communication?, callSid?, status }`; no `communication` where the chart knows of none.
pub(super) async fn end_call(knock: &Knock, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let who = reference(knock)?;
    let base = base_of(knock)?;
    let sid = text_of(&knock.input, "callSid")?.map(|sid| call_sid(sid).ok_or(wrong("callSid"))).transpose()?;
    let ask = match (sid, text_of(&knock.input, "communication")?) {
        (Some(sid), None) => search(sid.0),
        (None, Some(id)) => get(reference_to(id, "Communication").ok_or(wrong("communication"))?),
        _ => return Err(wrong("communication")),
    };
    for _ in 0..ATTEMPTS {
        let found = read(host.ask(Ask::Fhir(ask.clone()), Some(DEADLINE)).await, "Communication")?;
        let known = only(found);
        // A callback alone does not say whose call it is of.
        let names_nobody = |one: &Prepared| !one.is_of(who) && one.log.context().practitioner.is_none();
        if let Some(CallSid(sid)) = sid.filter(|_| known.as_ref().is_none_or(names_nobody)) {
            return unknown(knock, who, sid, host).await;
        }
        // Whether somebody else has such a call is nothing to be told.
        let prepared = known.filter(|prepared| prepared.is_of(who)).ok_or(not_found())?;
        if let Some(root) = prepared.log.root().map(str::to_owned) {
            if prepared.log.is_over() || prepared.status() == "completed" {
                return Ok(told(&prepared, "completed"));
            }
            return hang_up(knock, prepared, &root, &base, host, log).await;
        }
        if prepared.status() != "preparation" {
            return Ok(told(&prepared, "not-done"));
        }
        match written(host.ask(Ask::Fhir(give_up(&prepared)?), Some(DEADLINE)).await, "Communication") {
            Ok(_) => return Ok(told(&prepared, "not-done")),
            // Perhaps its call was placed at this moment.
            Err(Reply::Conflict(_)) => {}
            Err(reply) => return Err(reply),
        }
    }
    Err(Reply::Conflict(Code::ChartConflict.into()))
}

/// A record that was read, or the one that a search found.
fn only(found: Json) -> Option<Prepared> {
    if let Some(entries) = found.get("entry").map(Json::elements) {
        // Where there are several, the one that was prepared is the call's.
        let mut read = entries.iter().filter_map(|entry| Prepared::read(entry.get("resource")?.clone()));
        let first = read.next()?;
        let ticket = |one: &Prepared| one.log.context().prepared.is_some();
        return if ticket(&first) { Some(first) } else { read.find(ticket).or(Some(first)) };
    }
    Prepared::read(found)
}

/// A ticket that nobody can use any more.
pub(super) fn give_up(prepared: &Prepared) -> Result<FhirRequest, Reply> {
    let mut resource = prepared.resource.clone();
    resource.set("status", Json::of("not-done"));
    resource.set("statusReason", Json::object([("text", Json::of("Given up before the call was placed"))]));
    let url = ["Communication/", prepared.id()].concat();
    let if_match = prepared.guard();
    if if_match.is_none() {
        return Err(Reply::Broken(Code::ChartRefused.into()));
    }
    Ok(FhirRequest { method: "PUT", url, resource: Some(resource.write()), if_match, if_none_exist: None })
}

async fn hang_up(
    knock: &Knock,
    prepared: Prepared,
    root: &str,
    base: &str,
    host: &Host,
    log: &mut Vec<Code>,
) -> Result<Json, Reply> {
    let rest = Rest::of(knock).map_err(Reply::Broken)?;
    let ended = stop(&rest, root, prepared.log.root_leg().and_then(Leg::status), host).await?;
    if let Some(event) = CallEvent::from_rest(&ended).filter(|event| event.sid.0 == root) {
        let chart = Chart::of(prepared.resource.clone());
        let write = ChartWrite {
            root,
            events: core::slice::from_ref(&event),
            context: &Context::default(),
            chart: Some(&chart),
            also: &nothing_else,
            base,
            deadline: Some(DEADLINE),
        };
        // The callbacks of the call, and the sweep, close what was not closed here.
        if let Err(unstored) = store(host, write).await {
            log.push(unstored.code);
        }
    }
    let status = ended.get("status").and_then(Json::text).unwrap_or("completed");
    Ok(told(&prepared, status))
}

/// A call of which the chart has no record, or one that names nobody: Twilio says who placed it.
async fn unknown(knock: &Knock, who: &str, sid: &str, host: &Host) -> Result<Json, Reply> {
    let rest = Rest::of(knock).map_err(Reply::Broken)?;
    let asks = vec![
        (Ask::Fhir(get(who.to_owned())), Some(DEADLINE)),
        (Ask::Http(rest.get(&path_of(sid), &[])), Some(DEADLINE)),
    ];
    let mut answers = host.ask_all(asks).await.into_iter();
    let practitioner = read(answers.next().unwrap_or(Answer::Failed), "Practitioner")?;
    let mut call = answered(answers.next().unwrap_or(Answer::Failed))?;
    let requester = Requester { reference: who.to_owned(), practitioner };
    let identity = requester.known_identity(host).await?;
    let event = CallEvent::from_rest(&call).filter(|event| event.sid.0 == sid && event.parent.is_none());
    let event = event.filter(|event| {
        event.from_party().is_some_and(|from| matches!(from, Party::Client(client) if client == identity))
    });
    let event = event.ok_or(not_found())?;
    if !event.is_over() {
        call = stop(&rest, sid, event.status, host).await?;
    }
    let status = call.get("status").and_then(Json::text).unwrap_or("completed");
    Ok(Json::object([("callSid", Json::of(sid)), ("status", Json::of(status))]))
}

/// Ends a call that was last known to be in this state; what Twilio says of it then.
async fn stop(rest: &Rest, sid: &str, status: Option<Status>, host: &Host) -> Result<Json, Reply> {
    let path = path_of(sid);
    // Of a call that rings, `canceled` says that nobody was reached.
    let ringing = status.is_some_and(|status| status < Status::InProgress);
    let mut ended = end(rest, &path, if ringing { "canceled" } else { "completed" }, host).await?;
    if ringing && !is_over(&ended) {
        // It was answered meanwhile.
        ended = end(rest, &path, "completed", host).await?;
    }
    Ok(ended)
}

fn path_of(sid: &str) -> String {
    crate::rest::call_path(sid)
}

/// Changes a call's state; what Twilio says of it then.
async fn end(rest: &Rest, path: &str, status: &str, host: &Host) -> Result<Json, Reply> {
    let answer = host.ask(Ask::Http(rest.post(path, &[("Status", status)])), Some(DEADLINE)).await;
    match answer {
        Answer::Done { status: 400..=499, body }
            if body.get("code").and_then(Json::integer) == Some(NOT_IN_PROGRESS) =>
        {
            answered(host.ask(Ask::Http(rest.get(path, &[])), Some(DEADLINE)).await)
        }
        answer => answered(answer),
    }
}

/// The body of Twilio's answer.
pub(super) fn answered(answer: Answer) -> Result<Json, Reply> {
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

fn told(prepared: &Prepared, status: &str) -> Json {
    Json::object([
        ("communication", Json::of(&["Communication/", prepared.id()].concat())),
        ("callSid", prepared.log.root().map_or(Json::Null, Json::of)),
        ("status", Json::of(status)),
    ])
}
