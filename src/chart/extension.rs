// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads and writes the extension with the call state. A call state that is written and read again is the same.
//!
//! The parts of the extension are a summary for readers, the context, and a part `leg` for each leg. Earlier versions
//! wrote the root leg's parts at the top level, where the summary is now, and no `leg` for the root leg.

use super::answers::Answer;
use super::event::{Closing, Screening};
use super::leg::{COUNTS, INSTANTS, Leg, NumberField, TEXTS, TextField, insert, keep_min};
use super::status::{Reports, Status};
use super::values::{call_sid, is_address, is_practitioner, sid};
use super::{CallContext, CallDirection, CallState, Outcome};
use crate::fhir::element::{extension, extension_of, is, reference};
use crate::json::Json;
use crate::time::{instant, parse_instant};

/// The parts of a leg that are not texts, numbers or instants. `callStatus` is the status of the leg. The last three
/// are only written if `callStatus` and `sequenceNumber` are not enough to restore the two statuses of [`Reports`]:
/// `reportedStatus` is the status without a number. `sequencedStatus` is the status with a number, and
/// `terminalSequence` is that number.
const LEG_PARTS: [&str; 17] = [
    PRACTITIONER,
    "callSid",
    "callStatus",
    "outcome",
    "recordingSid",
    "dialCallStatus",
    "bridged",
    "screened",
    "accepted",
    "message",
    "emergencyAdvice",
    "rejected",
    "served",
    "agent",
    "reportedStatus",
    "sequencedStatus",
    "terminalSequence",
];

/// The parts of the context, in the order of [`CallContext::texts`]. The first [`REFERENCES`] are references.
const CONTEXT: [&str; 7] =
    ["patient", "relatedPerson", "practitioner", "appointment", "identity", "number", "practitionerNumber"];
const REFERENCES: usize = 4;
const PREPARED: &str = "prepared";
const CANDIDATE: &str = "candidate";
const INFERRED_DIRECTION: &str = "inferredDirection";
/// An answer of the caller, and one that the caller has not confirmed.
const ANSWERS: [&str; 2] = ["unconfirmedAnswer", "answer"];
const VERIFIED: &str = "verifiedPatient";
const LEG: &str = "leg";
/// A part of the context and of a leg.
const PRACTITIONER: &str = "practitioner";

/// The parts of the extension: those of the call state, and those in `earlier` that Plumline did not write.
pub(super) fn write(state: &CallState, earlier: &[Json]) -> Vec<Json> {
    let mut parts = Vec::new();
    write_summary(&mut parts, state);
    let context = state.context();
    for (index, text) in context.texts().into_iter().enumerate() {
        let (kind, value): (_, fn(&str) -> Json) =
            if index < REFERENCES { ("valueReference", reference) } else { ("valueString", Json::of) };
        push(&mut parts, CONTEXT[index], kind, text.as_deref().map(value));
    }
    push(&mut parts, PREPARED, "valueInstant", context.prepared_at.map(|at| Json::of(&instant(at))));
    for candidate in &context.candidates {
        push(&mut parts, CANDIDATE, "valueReference", Some(reference(candidate)));
    }
    push(
        &mut parts,
        INFERRED_DIRECTION,
        "valueString",
        context.direction.map(|direction| Json::of(word_of(direction))),
    );
    push(&mut parts, VERIFIED, "valueReference", context.verified.as_deref().map(reference));
    for answer in &context.answers {
        let mut answer_parts = Vec::new();
        push(&mut answer_parts, "action", "valueString", Some(Json::of(&answer.action)));
        push(&mut answer_parts, "value", "valueString", Some(Json::of(&answer.value)));
        push(&mut answer_parts, "at", "valueInstant", Some(Json::of(&instant(answer.at))));
        parts.push(extension_of(ANSWERS[usize::from(answer.is_confirmed)], answer_parts));
    }
    for leg in state.root_leg().into_iter().chain(in_order(state)) {
        let mut leg_parts = Vec::new();
        write_leg(&mut leg_parts, leg);
        if Some(leg.sid.as_str()) == state.root_sid() {
            // An answer of the root leg is not an answer of a callee. The summary has the outcome of the call.
            leg_parts.retain(|part| !is(part, "url", "outcome"));
        }
        for part in earlier.iter().filter(|part| is(part, "url", LEG) && sid_in(parts_of(part)) == Some(&leg.sid)) {
            leg_parts.extend(parts_of(part).iter().filter(|part| !is_leg_part(url(part))).cloned());
        }
        parts.push(extension_of(LEG, leg_parts));
    }
    let others = earlier.iter().filter(|part| {
        let url = url(part);
        let is_leg = url == LEG && sid_in(parts_of(part)).is_some();
        !(is_leg
            || is_leg_part(url)
            || CONTEXT.contains(&url)
            || ANSWERS.contains(&url)
            || [PREPARED, CANDIDATE, INFERRED_DIRECTION, VERIFIED].contains(&url))
    });
    parts.extend(others.cloned());
    parts
}

/// Reads the call state. A malformed value is treated as absent.
pub(super) fn read(parts: &[Json]) -> CallState {
    let mut state = CallState::default();
    if let Some(sid) = sid_in(parts).filter(|_| has_root_leg(parts)) {
        state.set_root(sid);
    } else if let Some(root) = read_leg(parts) {
        state.root = Some(root.sid.clone());
        state.merge_leg(&root);
    }
    let mut context = CallContext::default();
    for part in parts {
        let url = url(part);
        if url == LEG {
            if let Some(mut leg) = read_leg(parts_of(part)) {
                let item = parts_of(part).iter().find(|part| is(part, "url", PRACTITIONER));
                let practitioner = item.and_then(target).filter(|practitioner| is_practitioner(practitioner));
                leg.practitioner = practitioner.map(str::to_owned);
                state.merge_leg(&leg);
            }
        } else if url == PREPARED {
            context.prepared_at = text(part, "valueInstant").and_then(parse_instant);
        } else if let Some(kind) = ANSWERS.iter().position(|name| *name == url) {
            context.answers.extend(read_answer(parts_of(part), kind == 1));
        } else if url == VERIFIED {
            keep_min(&mut context.verified, target(part).map(str::to_owned).as_ref());
        } else if url == CANDIDATE {
            context.candidates.extend(target(part).map(str::to_owned));
        } else if url == INFERRED_DIRECTION {
            let directions = [CallDirection::Inbound, CallDirection::Outbound];
            let direction = directions.iter().find(|direction| text(part, "valueString") == Some(word_of(**direction)));
            keep_min(&mut context.direction, direction);
        } else if let Some(index) = CONTEXT.iter().position(|name| *name == url) {
            let found = if index < REFERENCES { target(part) } else { text(part, "valueString") };
            *context.texts_mut()[index] = found.map(str::to_owned);
        }
    }
    state.add_context(&context);
    state
}

/// Whether the root leg has a part `leg`. Earlier versions did not write it.
pub(super) fn has_root_leg(parts: &[Json]) -> bool {
    let root = sid_in(parts);
    root.is_some() && parts.iter().any(|part| is(part, "url", LEG) && sid_in(parts_of(part)) == root)
}

/// The summary: what decided the call, for readers. It is derived, and only its `callSid` is read back.
fn write_summary(parts: &mut Vec<Json>, state: &CallState) {
    let Some(root) = state.root_leg() else { return };
    let text = |text: Option<&str>| text.map(Json::of);
    let number = |number: Option<u32>| number.map(|number| Json::of_integer(number.into()));
    let deciding = state.deciding_leg().unwrap_or(root);
    push(parts, "callSid", "valueString", Some(Json::of(&root.sid)));
    push(parts, "direction", "valueString", text(state.direction_word()));
    push(parts, "callStatus", "valueString", text(state.call_status().map(Status::word)));
    push(parts, "outcome", "valueCode", text(state.outcome().map(Outcome::word)));
    push(parts, "answeredBy", "valueString", text(state.answered_by()));
    push(parts, "mailbox", "valueString", text(deciding.text(TextField::Mailbox)));
    push(parts, "override", "valueString", text(root.text(TextField::Override)));
    push(parts, "stirVerstat", "valueString", text(root.text(TextField::StirVerstat)));
    push(parts, "durationSeconds", "valueInteger", number(state.duration()));
    push(parts, "sequenceNumber", "valueInteger", number(deciding.count(NumberField::Sequence)));
    let mut recordings = Vec::new();
    for recording in core::iter::once(root).chain(state.children()).flat_map(Leg::recordings) {
        insert(&mut recordings, recording);
    }
    for recording in &recordings {
        push(parts, "recordingSid", "valueString", Some(Json::of(recording)));
    }
}

const fn word_of(direction: CallDirection) -> &'static str {
    match direction {
        CallDirection::Inbound => "inbound",
        CallDirection::Outbound => "outbound",
    }
}

/// The dialed legs, in the order of their start.
fn in_order(state: &CallState) -> Vec<&Leg> {
    let mut legs: Vec<&Leg> = Vec::new();
    for leg in state.children() {
        let key = |leg: &Leg| leg.started_at().unwrap_or(u64::MAX);
        let at = legs.iter().position(|known| key(known) > key(leg)).unwrap_or(legs.len());
        legs.insert(at, leg);
    }
    legs
}

fn write_leg(parts: &mut Vec<Json>, leg: &Leg) {
    let word = |status: Status| Json::of(status.word());
    let number = |number: u32| Json::of_integer(number.into());
    push(parts, "callSid", "valueString", Some(Json::of(&leg.sid)));
    push(parts, "callStatus", "valueString", leg.status().map(word));
    push(parts, "outcome", "valueCode", leg.outcome().map(|outcome| Json::of(outcome.word())));
    for (name, text) in TEXTS.iter().zip(&leg.texts) {
        let code = *name == TEXTS[TextField::QueueResult as usize];
        push(parts, name, if code { "valueCode" } else { "valueString" }, text.as_deref().map(Json::of));
    }
    for (name, count) in COUNTS.iter().zip(leg.counts) {
        push(parts, name, "valueInteger", count.map(number));
    }
    for (name, at) in INSTANTS.iter().zip(leg.instants) {
        push(parts, name, "valueInstant", at.map(|at| Json::of(&instant(at))));
    }
    for recording in &leg.recordings {
        push(parts, "recordingSid", "valueString", Some(Json::of(recording)));
    }
    push(parts, "dialCallStatus", "valueCode", leg.dial_status_without_sid.map(word));
    push(parts, "bridged", "valueBoolean", leg.bridged.map(Json::Bool));
    let is_accepted = leg.screening == Some(Screening::Accepted);
    push(parts, "screened", "valueBoolean", leg.screening.map(|_| Json::Bool(true)));
    push(parts, "accepted", "valueBoolean", is_accepted.then_some(Json::Bool(true)));
    push(parts, "message", "valueBoolean", leg.message.then_some(Json::Bool(true)));
    if let Some(closing) = leg.closing {
        push(parts, closing.word(), "valueBoolean", Some(Json::Bool(true)));
    }
    push(parts, "emergencyAdvice", "valueBoolean", leg.emergency.then_some(Json::Bool(true)));
    push(parts, PRACTITIONER, "valueReference", leg.practitioner().map(reference));
    if let Some((sequence, status)) = leg.reports.numbered {
        push(parts, "reportedStatus", "valueCode", leg.reports.unnumbered.map(word));
        let is_shown = leg.status() == Some(status);
        push(parts, "sequencedStatus", "valueCode", (!is_shown).then(|| word(status)));
        let last = leg.count(NumberField::Sequence) == Some(sequence);
        let is_implied = last || !status.is_terminal();
        push(parts, "terminalSequence", "valueInteger", (!is_implied).then(|| number(sequence)));
    }
}

/// Reads a leg. `None` if it has no valid `callSid`.
fn read_leg(parts: &[Json]) -> Option<Leg> {
    let item = |name: &str| parts.iter().find(|part| is(part, "url", name));
    let status = |name: &str| text_or_code(item(name)?).and_then(Status::parse);
    let number =
        |name: &str| item(name)?.get("valueInteger")?.integer().filter(|number| *number <= i32::MAX.cast_unsigned());
    let boolean = |name: &str| item(name)?.get("valueBoolean")?.boolean();
    let mut leg = Leg { sid: sid_in(parts)?.to_owned(), ..Leg::default() };
    for (name, place) in TEXTS.iter().zip(&mut leg.texts) {
        let found = item(name).and_then(text_or_code);
        *place = found.filter(|text| is_address(text)).map(str::to_owned);
    }
    for (name, place) in COUNTS.iter().zip(&mut leg.counts) {
        *place = number(name);
    }
    for (name, place) in INSTANTS.iter().zip(&mut leg.instants) {
        *place = item(name).and_then(|part| text(part, "valueInstant")).and_then(parse_instant);
    }
    for part in parts.iter().filter(|part| is(part, "url", "recordingSid")) {
        if let Some(recording) = text(part, "valueString").and_then(|text| sid(text, "RE")) {
            insert(&mut leg.recordings, recording);
        }
    }
    leg.dial_status_without_sid = status("dialCallStatus");
    leg.bridged = boolean("bridged");
    leg.screening = [("accepted", Screening::Accepted), ("screened", Screening::Required)]
        .into_iter()
        .find_map(|(name, screening)| (boolean(name) == Some(true)).then_some(screening));
    leg.message = boolean("message") == Some(true);
    leg.emergency = boolean("emergencyAdvice") == Some(true);
    leg.closing = [Closing::Agent, Closing::Served, Closing::Rejected]
        .into_iter()
        .find(|closing| boolean(closing.word()) == Some(true));
    let shown_status = status("callStatus");
    match leg.count(NumberField::Sequence) {
        Some(last) => {
            let sequence = number("terminalSequence").unwrap_or(last);
            leg.reports = Reports::of(status("sequencedStatus").or(shown_status), Some(sequence));
            leg.reports.merge(Reports::of(status("reportedStatus"), None));
        }
        None => leg.reports = Reports::of(shown_status, None),
    }
    Some(leg)
}

fn read_answer(parts: &[Json], is_confirmed: bool) -> Option<Answer> {
    let item =
        |name: &str, kind: &str| parts.iter().find(|part| is(part, "url", name)).and_then(|part| text(part, kind));
    Some(Answer {
        action: item("action", "valueString")?.to_owned(),
        is_confirmed,
        at: item("at", "valueInstant").and_then(parse_instant)?,
        value: item("value", "valueString")?.to_owned(),
    })
}

fn push(parts: &mut Vec<Json>, name: &str, kind: &str, value: Option<Json>) {
    parts.extend(value.map(|value| extension(name, kind, value)));
}

fn is_leg_part(url: &str) -> bool {
    LEG_PARTS.contains(&url) || TEXTS.contains(&url) || COUNTS.contains(&url) || INSTANTS.contains(&url)
}

/// The nested extensions of an extension.
pub(super) fn parts_of(extension: &Json) -> &[Json] {
    extension.get("extension").map(Json::elements).unwrap_or_default()
}

/// The `CallSid` in the parts of a leg or of the summary.
fn sid_in(parts: &[Json]) -> Option<&str> {
    let part = parts.iter().find(|part| is(part, "url", "callSid"))?;
    text(part, "valueString").and_then(call_sid).map(|sid| sid.0)
}

/// The text of a part that earlier versions wrote as a code.
fn text_or_code(part: &Json) -> Option<&str> {
    text(part, "valueString").or_else(|| text(part, "valueCode"))
}

/// The reference in a part.
fn target(part: &Json) -> Option<&str> {
    part.at(&["valueReference", "reference"]).and_then(Json::text)
}

fn url(part: &Json) -> &str {
    text(part, "url").unwrap_or_default()
}

fn text<'a>(part: &'a Json, name: &str) -> Option<&'a str> {
    part.get(name).and_then(Json::text)
}
