// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The stories' traffic with the host as text.
//!
//! Out goes what the host is to do: a TwiML document where that is all there is to answer, else JSON,
//! `{ twiml, log }`, `{ reply, log }` or `{ flow, asks: [{ id, kind, deadline?, until?, … }] }`:
//! `deadline` in milliseconds from now, `until` in milliseconds since the event came.
//! In come the answers, JSON, `[{ id, status, body }]`, or `{ id, timedOut }`, or `{ id }` alone for a failure.

use super::flow::Step;
use super::host::{Answer, Ask, HttpRequest, Open, ZoneRequest};
use super::response::{Reply, Response};
use crate::fhir::outcome;
use crate::json::{Json, decimal, quote};

/// What the host is to do next, for the story `flow`.
#[must_use]
pub fn write_step(flow: u32, step: Step) -> String {
    match step {
        Step::Done(Response { reply: Reply::Twiml(xml), log }) if log.is_empty() => xml,
        Step::Done(done) => write_done(&done),
        Step::Ask(asks) => {
            let mut text = [r#"{"flow":"#, &decimal(flow.into()), r#","asks":["#].concat();
            for (index, open) in asks.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_ask(&mut text, open);
            }
            text.push_str("]}");
            text
        }
    }
}

/// Reads the host's answers. What cannot be read is left out, and [`Flow::resume`](super::Flow::resume) takes a request
/// without an answer as failed.
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

fn write_ask(text: &mut String, open: &Open) {
    let kind = match open.ask {
        Ask::Batch(_) | Ask::Fhir(_) => "fhir",
        Ask::Headers => "headers",
        Ask::Http(_) => "http",
        Ask::Wait(_) => "wait",
        Ask::Me => "me",
        Ask::Zone(_) => "zone",
    };
    text.push_str(&[r#"{"id":"#, &decimal(open.id.into()), r#","kind":""#, kind, "\""].concat());
    if let Some(deadline) = open.deadline {
        text.push_str(&[r#","deadline":"#, &decimal(deadline.into())].concat());
    }
    if let Some(until) = open.until {
        text.push_str(&[r#","until":"#, &decimal(until.into())].concat());
    }
    match &open.ask {
        Ask::Wait(ms) => text.push_str(&[r#","ms":"#, &decimal((*ms).into())].concat()),
        Ask::Batch(bundle) => text.push_str(&[r#","bundle":"#, bundle].concat()),
        Ask::Http(request) => write_http(text, request),
        Ask::Zone(request) => write_zone(text, request),
        _ => {}
    }
    text.push('}');
}

fn write_http(text: &mut String, request: &HttpRequest) {
    text.push_str(&[r#","method":""#, request.method, r#"","url":"#, &quote(&request.url), r#","headers":{"#].concat());
    for (index, (name, value)) in request.headers.iter().enumerate() {
        text.push_str(&[if index == 0 { "" } else { "," }, &quote(name), ":", &quote(value)].concat());
    }
    text.push('}');
    if !request.body.is_empty() {
        text.push_str(&[r#","body":"#, &quote(&request.body)].concat());
    }
}

fn write_zone(text: &mut String, request: &ZoneRequest) {
    let instants = Json::List(request.instants.iter().map(|ms| Json::count(*ms)).collect());
    let walls = Json::List(request.walls.iter().map(|wall| Json::of(wall)).collect());
    let parts = [r#","zone":"#, &quote(&request.zone), r#","instants":"#, &instants.write(), r#","walls":"#];
    text.push_str(&parts.concat());
    text.push_str(&walls.write());
}

/// `twiml` is a document, `reply` what the handler of a Medplum bot returns.
fn write_done(done: &Response) -> String {
    let (kind, reply) = match &done.reply {
        Reply::Twiml(xml) => ("twiml", quote(xml)),
        Reply::Accepted => ("reply", outcome::all_ok()),
        Reply::Broken(problem) => ("reply", outcome::exception(problem)),
        Reply::Forbidden(problem) => ("reply", outcome::forbidden(problem)),
        Reply::Invalid(problem) => ("reply", outcome::invalid(problem)),
        Reply::NotFound(problem) => ("reply", outcome::not_found(problem)),
        Reply::Conflict(problem) => ("reply", outcome::conflict(problem)),
        Reply::Value(value) => ("reply", value.write()),
    };
    let mut text = ["{\"", kind, "\":", &reply, r#","log":["#].concat();
    for (index, line) in done.log.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        text.push_str(&quote(line));
    }
    text.push_str("]}");
    text
}
