// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The text format between a flow and the host.
//!
//! The core returns the next step: a TwiML document if there is no log, or else JSON: `{ twiml, log }`, `{ reply, log
//! }` or `{ flow, asks: [{ id, kind, deadline?, until?, … }] }`. `deadline` is in milliseconds from now, and `until` in
//! milliseconds since the event arrived.
//! The host passes the answers as JSON: `[{ id, status, body }]`, or `{ id, timedOut }`, or `{ id }` for a failure.

use super::flow::Step;
use super::host::{Answer, Ask, HttpRequest, OpenRequest, ZoneRequest};
use super::response::{Reply, Response};
use crate::fhir::outcome;
use crate::json::Json;

/// The next step for the host, of the flow with the id `flow`.
#[must_use]
pub fn write_step(flow: u32, step: Step) -> String {
    match step {
        Step::Done(Response { reply: Reply::Twiml(xml), log }) if log.is_empty() => xml,
        Step::Done(response) => response_json(response).write(),
        Step::Ask(asks) => {
            let asks = asks.into_iter().map(ask).collect();
            Json::object([("flow", Json::count(flow.into())), ("asks", Json::List(asks))]).write()
        }
    }
}

/// Reads the host's answers. An answer that cannot be read is omitted, and [`Flow::resume`](super::Flow::resume) treats
/// a request without an answer as failed.
#[must_use]
pub fn read_answers(text: &str) -> Vec<(u32, Answer)> {
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
            _ if timed_out => Answer::TimedOut,
            Some(status) => Answer::Done { status, body: answer.take("body") },
            None => Answer::Failed,
        };
        read.push((id, outcome));
    }
    read
}

/// A request to the host.
fn ask(open: OpenRequest) -> Json {
    let kind = match open.ask {
        Ask::Batch(_) | Ask::Fhir(_) => "fhir",
        Ask::Headers => "headers",
        Ask::Http(_) => "http",
        Ask::Wait(_) => "wait",
        Ask::Me => "me",
        Ask::Zone(_) => "zone",
    };
    let ms = |ms: Option<u32>| ms.map_or(Json::Null, |ms| Json::count(ms.into()));
    let mut ask = Json::object([
        ("id", Json::count(open.id.into())),
        ("kind", Json::of(kind)),
        ("deadline", ms(open.deadline)),
        ("until", ms(open.until)),
    ]);
    match open.ask {
        Ask::Wait(pause) => ask.set("ms", Json::count(pause.into())),
        Ask::Batch(bundle) => ask.set("bundle", Json::Raw(bundle)),
        Ask::Http(request) => http(&mut ask, request),
        Ask::Zone(request) => zone(&mut ask, &request),
        // These have no members of their own.
        Ask::Fhir(_) | Ask::Headers | Ask::Me => {}
    }
    ask
}

fn http(ask: &mut Json, request: HttpRequest) {
    let headers = request.headers.into_iter().map(|(name, value)| (name.to_owned(), Json::Text(value)));
    ask.set("method", Json::of(request.method));
    ask.set("url", Json::Text(request.url));
    ask.set("headers", Json::Object(headers.collect()));
    if !request.body.is_empty() {
        ask.set("body", Json::Text(request.body));
    }
}

fn zone(ask: &mut Json, request: &ZoneRequest) {
    ask.set("zone", Json::of(&request.zone));
    ask.set("instants", Json::List(request.instants.iter().map(|ms| Json::count(*ms)).collect()));
    ask.set("walls", Json::List(request.local_times.iter().map(|time| Json::of(time)).collect()));
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
