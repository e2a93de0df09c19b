// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The stories' traffic with the host as text.
//!
//! Out goes what the host is to do: a TwiML document where that is all there is to answer, else JSON,
//! `{ twiml, log }`, `{ reply, log }` or `{ flow, asks: [{ id, kind, deadline?, bundle? }] }`.
//! In come the answers, JSON, `[{ id, status, body }]`, or `{ id, timedOut }`, or `{ id }` alone for a failure.

use super::ask::{Answer, Ask, Open};
use super::reply::{Done, Reply};
use super::run::Step;
use crate::fhir::outcome;
use crate::json::{Json, decimal, quote};

/// What the host is to do next, for the story `flow`.
#[must_use]
pub fn write_step(flow: u32, step: Step) -> String {
    match step {
        Step::Done(Done { reply: Reply::Twiml(xml), log }) if log.is_empty() => xml,
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

/// Reads the host's answers. What cannot be read is no answer: the host is ours.
#[must_use]
pub fn read_answers(text: &str) -> Vec<(u32, Answer)> {
    let Ok(Json::List(answers)) = Json::parse(text) else {
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
        Ask::Me => "me",
    };
    text.push_str(&[r#"{"id":"#, &decimal(open.id.into()), r#","kind":""#, kind, "\""].concat());
    if let Some(deadline) = open.deadline {
        text.push_str(&[r#","deadline":"#, &decimal(deadline.into())].concat());
    }
    if let Ask::Batch(bundle) = &open.ask {
        text.push_str(&[r#","bundle":"#, bundle].concat());
    }
    text.push('}');
}

/// `twiml` is a document, `reply` what the handler of a Medplum bot returns.
fn write_done(done: &Done) -> String {
    let (kind, reply) = match &done.reply {
        Reply::Twiml(xml) => ("twiml", quote(xml)),
        Reply::Accepted => ("reply", outcome::all_ok()),
        Reply::Broken(problem) => ("reply", outcome::exception(problem)),
        Reply::Forbidden(problem) => ("reply", outcome::forbidden(problem)),
    };
    let mut text = ["{\"", kind, "\":", &reply, r#","log":["#].concat();
    for (index, line) in done.log.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        text.push_str(&quote(line));
    }
    text.push_str("]}");
    text
}
