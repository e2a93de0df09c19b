// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The text format between a flow and the host.
//!
//! The core returns the state of a flow. A TwiML reply without log lines is the document itself. Anything else is JSON:
//! `{ twiml, log }`, `{ reply, log }` or `{ flow, requests: [{ id, kind, timeout?, deadline?, … }] }`. `timeout` is in
//! milliseconds. `deadline` is in milliseconds after the event arrived. The host passes the answers as JSON: `[{ id,
//! status, body }]`, or `{ id, timedOut }`, or `{ id }` for a failure.

use super::flow::FlowState;
use super::host::{AudioCopy, HostRequest, HostResponse, HttpRequest, OpenRequest, ZoneRequest};
use super::response::{Reply, Response};
use crate::fhir::outcome;
use crate::json::Json;

/// Writes the next step of the flow with the id `flow`.
#[must_use]
pub fn write_step(flow: u32, step: FlowState) -> String {
    match step {
        FlowState::Done(Response { reply: Reply::Twiml(xml), log }) if log.is_empty() => xml,
        FlowState::Done(response) => response_json(response).write(),
        FlowState::Requests(requests) => {
            let requests = requests.into_iter().map(request_json).collect();
            Json::object([("flow", Json::of_integer(flow.into())), ("requests", Json::List(requests))]).write()
        }
    }
}

/// Reads the host's answers. An answer that cannot be read is omitted, and [`Flow::resume`](super::Flow::resume) treats
/// a request without an answer as failed.
#[must_use]
pub fn read_answers(text: &str) -> Vec<(u32, HostResponse)> {
    let Ok(Json::List(answers)) = Json::parse_lenient(text) else {
        return Vec::new();
    };
    let mut read = Vec::with_capacity(answers.len());
    for answer in answers {
        let Some(id) = answer.get("id").and_then(Json::integer) else {
            continue;
        };
        let status = answer.get("status").and_then(Json::integer).and_then(|status| u16::try_from(status).ok());
        let timed_out = answer.get("timedOut").is_some();
        let outcome = match status {
            _ if timed_out => HostResponse::TimedOut,
            Some(status) => HostResponse::Done { status, body: answer.take("body") },
            None => HostResponse::Failed,
        };
        read.push((id, outcome));
    }
    read
}

/// A request to the host.
fn request_json(open: OpenRequest) -> Json {
    let kind = match open.request {
        HostRequest::Batch(_) | HostRequest::Fhir(_) => "fhir",
        HostRequest::Headers => "headers",
        HostRequest::Http(_) => "http",
        HostRequest::CopyAudio(_) => "copyAudio",
        HostRequest::Wait(_) => "wait",
        HostRequest::Me => "me",
        HostRequest::Zone(_) => "zone",
    };
    let ms = |ms: Option<u32>| ms.map_or(Json::Null, |ms| Json::of_integer(ms.into()));
    let mut json = Json::object([
        ("id", Json::of_integer(open.id.into())),
        ("kind", Json::of(kind)),
        ("timeout", ms(open.timeout)),
        ("deadline", ms(open.deadline)),
    ]);
    match open.request {
        HostRequest::Wait(pause) => json.set("ms", Json::of_integer(pause.into())),
        HostRequest::Batch(bundle) => json.set("bundle", Json::Raw(bundle)),
        HostRequest::Http(request) => http(&mut json, request),
        HostRequest::CopyAudio(copy) => copy_audio(&mut json, copy),
        HostRequest::Zone(request) => zone(&mut json, &request),
        // These requests have no further members.
        HostRequest::Fhir(_) | HostRequest::Headers | HostRequest::Me => {}
    }
    json
}

fn http(json: &mut Json, request: HttpRequest) {
    json.set("method", Json::of(request.method));
    json.set("url", Json::Text(request.url));
    json.set("headers", headers(request.headers));
    if !request.body.is_empty() {
        json.set("body", Json::Text(request.body));
    }
}

fn copy_audio(json: &mut Json, copy: AudioCopy) {
    json.set("url", Json::Text(copy.url));
    json.set("headers", headers(copy.headers));
    json.set("binary", Json::Text(copy.binary));
    json.set("securityContext", Json::Text(copy.security_context));
    json.set("maxBytes", Json::of_integer(copy.max_bytes.into()));
}

fn headers(headers: Vec<(&'static str, String)>) -> Json {
    Json::Object(headers.into_iter().map(|(name, value)| (name.to_owned(), Json::Text(value))).collect())
}

fn zone(json: &mut Json, request: &ZoneRequest) {
    json.set("zone", Json::of(&request.zone));
    json.set("instants", Json::List(request.instants.iter().map(|ms| Json::of_integer(*ms)).collect()));
    json.set("localTimes", Json::List(request.local_times.iter().map(|time| Json::of(time)).collect()));
}

/// `twiml` is a document. `reply` is what the handler of a Medplum bot returns.
fn response_json(response: Response) -> Json {
    let (kind, reply) = match response.reply {
        Reply::Twiml(xml) => ("twiml", Json::Text(xml)),
        Reply::Accepted => ("reply", outcome::all_ok()),
        Reply::Broken(problem) => ("reply", outcome::exception(&problem)),
        Reply::Forbidden(problem) => ("reply", outcome::forbidden(&problem)),
        Reply::Invalid(problem) => ("reply", outcome::invalid(&problem)),
        Reply::NotFound(problem) => ("reply", outcome::not_found(&problem)),
        Reply::Conflict(problem) => ("reply", outcome::conflict(&problem)),
        Reply::Value(value) => ("reply", value),
    };
    let log = Json::List(response.log.into_iter().map(Json::Text).collect());
    Json::Object(vec![(kind.to_owned(), reply), ("log".to_owned(), log)])
}
