// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads and writes the extension with the call state. A call state that is written and read again is the same.

use super::leg::{COUNTS, INSTANTS, Leg, NumberField, TEXTS, TextField, insert};
use super::status::{Reports, Status};
use super::values::{call_sid, is_address, sid};
use super::{CallContext, CallState};
use crate::fhir::element::{extension, extension_of, is, reference};
use crate::json::Json;
use crate::time::{instant, parse_instant};

/// The parts of a leg that are not texts, numbers or instants. The last three are only written if `callStatus` and
/// `sequenceNumber` are not enough; see [`Reports`].
const LEG_PARTS: [&str; 11] = [
    "callSid",
    "callStatus",
    "outcome",
    "recordingSid",
    "dialCallStatus",
    "bridged",
    "message",
    "rejected",
    "reportedStatus",
    "sequencedStatus",
    "terminalSequence",
];

/// The parts of the context, in the order of [`CallContext::texts`]. The first [`REFERENCES`] are references.
const CONTEXT: [&str; 7] =
    ["patient", "relatedPerson", "practitioner", "appointment", "identity", "number", "practitionerNumber"];
const REFERENCES: usize = 4;
const PREPARED: &str = "prepared";
const LEG: &str = "leg";

/// The parts of the extension: those of the call state, and those in `earlier` that Plumline did not write.
pub(super) fn write(state: &CallState, earlier: &[Json]) -> Vec<Json> {
    let mut parts = Vec::new();
    if let Some(root) = state.root_leg() {
        write_leg(&mut parts, root);
        // The outcome of the root leg is omitted, because the outcome of the call replaces it.
        parts.retain(|part| !is(part, "url", "outcome"));
        push(&mut parts, "outcome", "valueCode", state.outcome().map(|outcome| Json::of(outcome.word())));
    }
    let context = state.context();
    for (index, text) in context.texts().into_iter().enumerate() {
        let (kind, value): (_, fn(&str) -> Json) =
            if index < REFERENCES { ("valueReference", reference) } else { ("valueString", Json::of) };
        push(&mut parts, CONTEXT[index], kind, text.as_deref().map(value));
    }
    push(&mut parts, PREPARED, "valueInstant", context.prepared.map(|at| Json::of(&instant(at))));
    for leg in in_order(state) {
        let mut leg_parts = Vec::new();
        write_leg(&mut leg_parts, leg);
        for part in earlier.iter().filter(|part| is(part, "url", LEG) && sid_of(part) == Some(&leg.sid)) {
            leg_parts.extend(parts_of(part).iter().filter(|part| !is_leg_part(url(part))).cloned());
        }
        parts.push(extension_of(LEG, leg_parts));
    }
    let others = earlier.iter().filter(|part| {
        let url = url(part);
        let is_leg = url == LEG && sid_of(part).is_some();
        !(is_leg || is_leg_part(url) || CONTEXT.contains(&url) || url == PREPARED)
    });
    parts.extend(others.cloned());
    parts
}

/// Reads the call state. A malformed value is treated as absent.
pub(super) fn read(parts: &[Json]) -> CallState {
    let mut state = CallState::default();
    if let Some(root) = read_leg(parts) {
        state.root = Some(root.sid.clone());
        state.merge_leg(&root);
    }
    let mut context = CallContext::default();
    for part in parts {
        let url = url(part);
        if url == LEG {
            if let Some(leg) = read_leg(parts_of(part)) {
                state.merge_leg(&leg);
            }
        } else if url == PREPARED {
            context.prepared = text(part, "valueInstant").and_then(parse_instant);
        } else if let Some(index) = CONTEXT.iter().position(|name| *name == url) {
            let found = part.at(&["valueReference", "reference"]).and_then(Json::text);
            let found = if index < REFERENCES { found } else { text(part, "valueString") };
            *context.texts_mut()[index] = found.map(str::to_owned);
        }
    }
    state.add_context(&context);
    state
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
    let number = |number: u32| Json::count(number.into());
    push(parts, "callSid", "valueString", Some(Json::of(&leg.sid)));
    push(parts, "callStatus", "valueCode", leg.status().map(word));
    push(parts, "outcome", "valueCode", leg.outcome().map(|outcome| Json::of(outcome.word())));
    for (name, text) in TEXTS.iter().zip(&leg.texts) {
        let code = *name == TEXTS[TextField::Direction as usize] || *name == TEXTS[TextField::QueueResult as usize];
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
    push(parts, "dialCallStatus", "valueCode", leg.dialed.map(word));
    push(parts, "bridged", "valueBoolean", leg.bridged.map(Json::Bool));
    push(parts, "message", "valueBoolean", leg.message.then_some(Json::Bool(true)));
    push(parts, "rejected", "valueBoolean", leg.rejected.then_some(Json::Bool(true)));
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
    let status = |name: &str| text(item(name)?, "valueCode").and_then(Status::parse);
    let number =
        |name: &str| item(name)?.get("valueInteger")?.integer().filter(|number| *number <= i32::MAX.cast_unsigned());
    let boolean = |name: &str| item(name)?.get("valueBoolean")?.boolean();
    let mut leg = Leg { sid: call_sid(text(item("callSid")?, "valueString")?)?.0.to_owned(), ..Leg::default() };
    for (name, place) in TEXTS.iter().zip(&mut leg.texts) {
        let found = item(name).and_then(|part| text(part, "valueString").or_else(|| text(part, "valueCode")));
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
    leg.dialed = status("dialCallStatus");
    leg.bridged = boolean("bridged");
    leg.message = boolean("message") == Some(true);
    leg.rejected = boolean("rejected") == Some(true);
    let is_shown = status("callStatus");
    match leg.count(NumberField::Sequence) {
        Some(last) => {
            let sequence = number("terminalSequence").unwrap_or(last);
            leg.reports = Reports::of(status("sequencedStatus").or(is_shown), Some(sequence));
            leg.reports.merge(Reports::of(status("reportedStatus"), None));
        }
        None => leg.reports = Reports::of(is_shown, None),
    }
    Some(leg)
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

fn sid_of(leg: &Json) -> Option<&str> {
    let part = parts_of(leg).iter().find(|part| is(part, "url", "callSid"))?;
    text(part, "valueString").and_then(call_sid).map(|sid| sid.0)
}

fn url(part: &Json) -> &str {
    text(part, "url").unwrap_or_default()
}

fn text<'a>(part: &'a Json, name: &str) -> Option<&'a str> {
    part.get(name).and_then(Json::text)
}
