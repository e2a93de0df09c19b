// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Creates, corrects and completes the `Task`s for staff, at most one per call: <https://hl7.org/fhir/R4/task.html>.

use super::trigger::{TRIGGERS, code_of, ended_at};
use crate::chart::CallState;
use crate::dialplan::config::{Config, FollowUpTrigger, MailboxTask, Priority};
use crate::fhir::element::{concept, has_coding, identifier, identifier_value, is, plain_coding, reference};
use crate::fhir::search::search_value;
use crate::fhir::systems::CALL_TASK_CODE;
use crate::json::Json;
use crate::phone::E164;
use crate::runtime::FhirRequest;
use crate::time::{DAY, instant, parse_instant};

/// The system of a task's identifier. The value is `<CallSid>.<trigger>`.
const CALL_SYSTEM: &str = "https://plumline.dev/fhir/call-task";
/// The system of the second identifier. A later call to the same number finds the task by it.
const CALLER_SYSTEM: &str = "https://plumline.dev/fhir/caller";
/// The code system of the mailbox in a task's code: the name of the action that took the message.
const MAILBOX_SYSTEM: &str = "https://plumline.dev/fhir/mailbox";

/// The statuses of an open task.
const OPEN_STATUSES: [&str; 5] = ["requested", "received", "accepted", "ready", "in-progress"];

/// What the config says about the task of a call.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TaskDetails<'a> {
    /// The owner.
    owner: Option<&'a str>,
    /// The mailbox: the name of the action that took the message, and its settings.
    mailbox: Option<(&'a str, Option<&'a MailboxTask>)>,
    priority: Option<Priority>,
}

impl<'a> TaskDetails<'a> {
    /// The details of the task with a trigger.
    pub(super) fn of(config: &'a Config, state: &'a CallState, trigger: FollowUpTrigger) -> Self {
        let is_emergency = trigger == FollowUpTrigger::Emergency;
        let mailbox = state.mailbox().filter(|_| is_emergency || trigger == FollowUpTrigger::Voicemail);
        let task = mailbox.and_then(|mailbox| config.mailbox_task(mailbox));
        let of_message = state.message_priority().and_then(Priority::named).filter(|_| mailbox.is_some());
        Self {
            owner: task.and_then(|task| task.owner.as_deref()).or(config.tasks.owner.as_deref()),
            mailbox: mailbox.map(|mailbox| (mailbox, task)),
            priority: of_message.max(task.and_then(|task| task.priority)).max(is_emergency.then_some(Priority::Urgent)),
        }
    }
}

/// The new task of an ended call. `number` is that of the other party.
pub(super) fn new_task(
    trigger: FollowUpTrigger,
    root: &str,
    state: &CallState,
    call: &str,
    number: Option<E164<'_>>,
    details: TaskDetails<'_>,
    is_done: bool,
) -> Json {
    let mut identifiers = vec![identifier(CALL_SYSTEM, &[root, ".", code_of(trigger)].concat())];
    identifiers.extend(number.map(|number| identifier(CALLER_SYSTEM, number.as_str())));
    // `authoredOn` is the end of the call and not the time of this run, so that every run creates the same task.
    let authored = ended_at(state).map_or(Json::Null, |at| Json::of(&instant(at)));
    let to = |to: Option<&str>| to.map_or(Json::Null, reference);
    Json::object([
        ("resourceType", Json::of("Task")),
        ("identifier", Json::List(identifiers)),
        ("status", Json::of(if is_done { "completed" } else { "requested" })),
        ("intent", Json::of("order")),
        ("priority", details.priority.map_or(Json::Null, |priority| Json::of(priority.word()))),
        ("code", concept_of(trigger, details)),
        ("focus", reference(call)),
        ("for", to(state.context().patient.as_deref())),
        ("authoredOn", authored),
        ("owner", to(details.owner)),
    ])
}

fn concept_of(trigger: FollowUpTrigger, details: TaskDetails<'_>) -> Json {
    let mut code = concept(CALL_TASK_CODE, code_of(trigger));
    let task = details.mailbox.and_then(|(_, task)| task);
    let mut codings = code.get("coding").cloned().unwrap_or_default().into_elements();
    codings.extend(details.mailbox.map(|(name, _)| plain_coding(MAILBOX_SYSTEM, name)));
    codings.extend(task.and_then(|task| task.code.as_ref()).map(|code| plain_coding(&code.system, &code.code)));
    code.set("coding", Json::List(codings));
    let of_mailbox = task.and_then(|task| task.text.as_deref());
    if let Some(text) = of_mailbox.filter(|_| trigger != FollowUpTrigger::Emergency) {
        code.set("text", Json::of(text));
        return code;
    }
    let text = match trigger {
        FollowUpTrigger::Emergency => "Call a caller who asked for the emergency advice",
        FollowUpTrigger::Callback => "Call back, as the caller asked",
        FollowUpTrigger::Voicemail => "Listen to a message left by phone",
        FollowUpTrigger::Failed => "Look after a call that could not be connected",
        FollowUpTrigger::Missed => "Call back after a missed call",
    };
    code.set("text", Json::of(text));
    code
}

/// The request that creates the task. It is conditional: a call has at most one task, for any trigger.
pub(super) fn create_request(task: &Json, root: &str) -> FhirRequest {
    FhirRequest::create(task, Some(criteria(root)))
}

/// The search for a call's task.
pub(super) fn search_of_call(root: &str) -> FhirRequest {
    FhirRequest::get(["Task?", &criteria(root), "&_sort=identifier"].concat())
}

/// The search criteria for a call's task, with any trigger.
pub(super) fn criteria(root: &str) -> String {
    let mut criteria = "identifier=".to_owned();
    for (index, trigger) in TRIGGERS.into_iter().enumerate() {
        criteria.push_str(
            &[if index == 0 { "" } else { "," }, CALL_SYSTEM, "|", &search_value(root), ".", code_of(trigger)].concat(),
        );
    }
    criteria
}

/// The root `CallSid` of the call that a task is about.
pub(super) fn root_of(task: &Json) -> Option<&str> {
    Some(crate::text::split_on(identifier_value(task, CALL_SYSTEM)?, b'.').0)
}

/// The request that corrects a task that staff have not started. `trigger` is the call's current trigger. It may differ
/// because a message arrived later, or be `None` because a late callback reported an answer. The patient, and the
/// priority of a message, may have become known after the task was created. `None` if nothing changes.
pub(super) fn correct(
    task: &Json,
    trigger: Option<FollowUpTrigger>,
    config: &Config,
    state: &CallState,
) -> Option<FhirRequest> {
    if !is(task, "status", "requested") {
        return None;
    }
    let mut corrected = task.clone();
    if let Some(patient) = state.context().patient.as_deref().filter(|_| task.get("for").is_none()) {
        corrected.set("for", reference(patient));
    }
    match trigger {
        Some(trigger) => {
            let details = TaskDetails::of(config, state, trigger);
            let has =
                |system: &str, code: &str| task.get("code").is_some_and(|concept| has_coding(concept, system, code));
            let has_mailbox = details.mailbox.is_none_or(|(name, _)| has(MAILBOX_SYSTEM, name));
            if !has(CALL_TASK_CODE, code_of(trigger)) || !has_mailbox {
                corrected.set("code", concept_of(trigger, details));
                // Staff may have given the task to someone.
                let owner = task.at(&["owner", "reference"]).and_then(Json::text);
                if owner == config.tasks.owner.as_deref() {
                    corrected.set("owner", details.owner.map_or(Json::Null, reference));
                }
            }
            let known = task.get("priority").and_then(Json::text).and_then(Priority::named);
            if let Some(priority) = details.priority.filter(|priority| known < Some(*priority)) {
                corrected.set("priority", Json::of(priority.word()));
            }
        }
        None => corrected.set("status", Json::of("cancelled")),
    }
    if corrected == *task { None } else { FhirRequest::update(&corrected) }
}

/// The search for the tasks that an answered call closes: open tasks of the same patient, from the day before `at`.
/// `at` is the start of the answered call (Unix time in milliseconds). The task of a call that was missed during the
/// answered call stays open.
pub(super) fn search_of_patient(patient: &str, at: u64) -> FhirRequest {
    FhirRequest::get([&day_criteria(at), "&patient=", patient].concat())
}

/// The same search by the number of the other party of the answered call. It finds tasks of missed calls from this
/// number.
pub(super) fn search_of_number(number: &str, at: u64) -> FhirRequest {
    FhirRequest::get([&day_criteria(at), "&identifier=", CALLER_SYSTEM, "|", &search_value(number)].concat())
}

fn day_criteria(at: u64) -> String {
    let (from, to) = (instant(at.saturating_sub(DAY)), instant(at + 1));
    [
        "Task?status=",
        &OPEN_STATUSES.join(","),
        "&authored-on=ge",
        &from,
        "&authored-on=lt",
        &to,
        "&_sort=authored-on&_count=100",
    ]
    .concat()
}

/// The request that completes a task, if the task's call ended before `at`, the start of the answered call.
pub(super) fn complete(task: &Json, at: u64) -> Option<FhirRequest> {
    let authored = task.get("authoredOn").and_then(Json::text).and_then(parse_instant)?;
    let is_open = OPEN_STATUSES.iter().any(|status| is(task, "status", status));
    if root_of(task).is_none() || !is_open || authored > at || authored + DAY < at {
        return None;
    }
    let mut completed = task.clone();
    completed.set("status", Json::of("completed"));
    FhirRequest::update(&completed)
}

/// The search for all open call tasks since the day before an instant.
pub(super) fn search_open_since(at: u64) -> FhirRequest {
    let mut codes = String::new();
    for (index, trigger) in TRIGGERS.into_iter().enumerate() {
        codes.push_str(&[if index == 0 { "" } else { "," }, CALL_TASK_CODE, "|", code_of(trigger)].concat());
    }
    let from = instant(at.saturating_sub(DAY));
    FhirRequest::get(
        [
            "Task?status=",
            &OPEN_STATUSES.join(","),
            "&code=",
            &codes,
            "&authored-on=ge",
            &from,
            "&_sort=authored-on&_count=500",
        ]
        .concat(),
    )
}
