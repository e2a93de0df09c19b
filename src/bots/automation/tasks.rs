// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `Task`s for the staff, one per call at most, <https://hl7.org/fhir/R4/task.html>.

use super::trigger::{ALL, ended_at, other_end, word};
use crate::chart::CallLog;
use crate::dialplan::config::Occasion;
use crate::fhir::element::{concept, has_coding, identifier, identifier_value, is, reference};
use crate::fhir::search::search_value;
use crate::json::Json;
use crate::runtime::FhirRequest;
use crate::time::{DAY, instant, parse_instant};

/// The system of a task's identifier: `<CallSid>.<occasion>`.
const CALL: &str = "https://plumline.dev/fhir/call-task";
/// The system of its second identifier, by which a later call to the same number finds it.
const CALLER: &str = "https://plumline.dev/fhir/caller";
/// The code system of its code, which is the occasion's word.
const CODE: &str = "https://plumline.dev/fhir/call-task-code";

/// In which a task waits for somebody.
const OPEN: [&str; 5] = ["requested", "received", "accepted", "ready", "in-progress"];

/// The task of an ended call, as it begins.
pub(super) fn task(occasion: Occasion, root: &str, log: &CallLog, call: &str, owner: Option<&str>, done: bool) -> Json {
    let mut identifiers = vec![identifier(CALL, &[root, ".", word(occasion)].concat())];
    identifiers.extend(other_end(log).map(|number| identifier(CALLER, number)));
    // When the call ended, and not when this was found out: whichever run does it, the task is the same.
    let authored = ended_at(log).map_or(Json::Null, |at| Json::of(&instant(at)));
    let to = |to: Option<&str>| to.map_or(Json::Null, reference);
    Json::object([
        ("resourceType", Json::of("Task")),
        ("identifier", Json::List(identifiers)),
        ("status", Json::of(if done { "completed" } else { "requested" })),
        ("intent", Json::of("order")),
        ("code", code(occasion)),
        ("focus", reference(call)),
        ("for", to(log.context().patient.as_deref())),
        ("authoredOn", authored),
        ("owner", to(owner)),
    ])
}

fn code(occasion: Occasion) -> Json {
    let mut code = concept(CODE, word(occasion));
    let text = match occasion {
        Occasion::Callback => "Call back, as the caller asked",
        Occasion::Voicemail => "Listen to a message left by phone",
        Occasion::Failed => "Look after a call that could not be connected",
        Occasion::Missed => "Call back after a missed call",
    };
    code.set("text", Json::of(text));
    code
}

/// The create that makes one task of a call, whatever the occasion.
pub(super) fn open(task: &Json, root: &str) -> FhirRequest {
    FhirRequest::create(task, Some(criteria(root)))
}

/// The search for a call's task.
pub(super) fn of_call(root: &str) -> FhirRequest {
    FhirRequest::get(["Task?", &criteria(root), "&_sort=identifier"].concat())
}

/// By its identifier with any occasion.
pub(super) fn criteria(root: &str) -> String {
    let mut criteria = "identifier=".to_owned();
    for (index, occasion) in ALL.into_iter().enumerate() {
        criteria.push_str(
            &[if index == 0 { "" } else { "," }, CALL, "|", &search_value(root), ".", word(occasion)].concat(),
        );
    }
    criteria
}

/// The `CallSid` of the call that a task is of.
pub(super) fn root_of(task: &Json) -> Option<&str> {
    Some(crate::text::cut(identifier_value(task, CALL)?, b'.').0)
}

/// What becomes of a call's task that nobody has begun, now that the occasion is another (the message came after the
/// end, say), or there is none: somebody did answer. None where nothing is to change.
pub(super) fn correct(task: &Json, occasion: Option<Occasion>) -> Option<FhirRequest> {
    if !is(task, "status", "requested") {
        return None;
    }
    let mut corrected = task.clone();
    match occasion {
        Some(occasion) if task.get("code").is_some_and(|code| has_coding(code, CODE, word(occasion))) => return None,
        Some(occasion) => corrected.set("code", code(occasion)),
        None => corrected.set("status", Json::of("cancelled")),
    }
    FhirRequest::update(&corrected)
}

/// The search for the tasks that a call closes which began at `at` and reached somebody: open ones of the same patient, of
/// the day before. What was missed while it went on it does not answer.
pub(super) fn of_patient(patient: &str, at: u64) -> FhirRequest {
    FhirRequest::get([&of_day(at), "&patient=", patient].concat())
}

/// The same, by the caller's number.
pub(super) fn of_caller(number: &str, at: u64) -> FhirRequest {
    FhirRequest::get([&of_day(at), "&identifier=", CALLER, "|", &search_value(number)].concat())
}

fn of_day(at: u64) -> String {
    let (from, to) = (instant(at.saturating_sub(DAY)), instant(at + 1));
    ["Task?status=", &OPEN.join(","), "&authored-on=ge", &from, "&authored-on=lt", &to, "&_sort=authored-on&_count=100"]
        .concat()
}

/// Closes a task that was found so, if it is one of a call that had ended at `at`, when the other began.
pub(super) fn complete(task: &Json, at: u64) -> Option<FhirRequest> {
    let authored = task.get("authoredOn").and_then(Json::text).and_then(parse_instant)?;
    let open = OPEN.iter().any(|status| is(task, "status", status));
    if root_of(task).is_none() || !open || authored > at || authored + DAY < at {
        return None;
    }
    let mut completed = task.clone();
    completed.set("status", Json::of("completed"));
    FhirRequest::update(&completed)
}

/// The search for all open tasks of calls of the day before an instant, and since.
pub(super) fn open_since(at: u64) -> FhirRequest {
    let mut codes = String::new();
    for (index, occasion) in ALL.into_iter().enumerate() {
        codes.push_str(&[if index == 0 { "" } else { "," }, CODE, "|", word(occasion)].concat());
    }
    let from = instant(at.saturating_sub(DAY));
    FhirRequest::get(
        ["Task?status=", &OPEN.join(","), "&code=", &codes, "&authored-on=ge", &from, "&_sort=authored-on&_count=500"]
            .concat(),
    )
}
