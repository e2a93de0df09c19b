// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Follows up ended calls whose Subscription event was lost or whose follow-up failed. The search uses `_lastUpdated`
//! of the call records.

use super::ended::{EndedCall, follow_up_call};
use super::marks::{Mark, Marks};
use super::sweep_run::AutomationRun;
use super::{alerts, people, questionnaires, tasks};
use crate::chart::{CallState, PagedSearch, StoreError, found};
use crate::error::Code;
use crate::fhir::reference::reference_of;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::runtime::FhirRequest;
use crate::time::{HOUR, MINUTE};

/// How far back the first run reads, in milliseconds.
const FIRST_LOOKBACK: u64 = HOUR;
/// The maximum time, in milliseconds, until a search finds a written record.
const OVERLAP: u64 = 2 * MINUTE;
/// The maximum number of round trips for one call.
const CALL_ROUND_TRIPS: u32 = 8;
/// How long, in milliseconds, a call that cannot be followed up may hold back the mark while other calls succeed.
const MAX_HOLD: u64 = 4 * HOUR;
/// After this many failures in a row, the cause is an outage of the server and not the calls.
const OUTAGE_FAILURES: u32 = 3;
/// Calls per page.
const PAGE_SIZE: usize = 50;

/// Follows up the calls whose records changed since the mark.
pub(super) async fn follow(run: &AutomationRun<'_>, marks: &mut Marks) {
    let recent = run.now.saturating_sub(OVERLAP);
    let from = marks.get(Mark::FollowedUpTo).unwrap_or(run.now.saturating_sub(FIRST_LOOKBACK)).min(recent);
    let search = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=completed"].concat();
    let mut search_pages = PagedSearch::new(search, "_lastUpdated", from, None);
    let mut unfinished = Unfinished::default();
    while run.has_budget(CALL_ROUND_TRIPS + 2) {
        run.spend();
        let page = match search_pages.next(run.host, PAGE_SIZE).await {
            Ok(page) => page,
            Err(error) => return run.report(error.code()),
        };
        if let Err(code) = follow_page(run, page, &mut unfinished).await {
            return run.report(code);
        }
        let at = if search_pages.is_exhausted() { search_pages.at.max(recent) } else { search_pages.at };
        marks.set(Mark::FollowedUpTo, Some(unfinished.next_mark(run.now, at)));
        if search_pages.is_exhausted() || unfinished.should_stop() {
            return;
        }
    }
}

/// What a run could not finish. A call that fails must not stop the others.
#[derive(Default)]
struct Unfinished {
    /// `_lastUpdated` of the first record that this run skipped for lack of time.
    skipped_from: Option<u64>,
    /// `_lastUpdated` of each record whose follow-up failed.
    stuck: Vec<u64>,
    /// The number of failures in a row.
    failures_in_a_row: u32,
    /// Whether a follow-up succeeded, which shows that the server works.
    has_success: bool,
}

impl Unfinished {
    fn should_stop(&self) -> bool {
        self.skipped_from.is_some() || self.failures_in_a_row >= OUTAGE_FAILURES
    }

    /// Where the next run starts. `at` is the position that this run reached.
    fn next_mark(&self, now: u64, at: u64) -> u64 {
        let is_held = |since: &u64| !self.has_success || since + MAX_HOLD > now;
        let stuck = self.stuck.iter().copied().filter(is_held).min();
        at.min(self.skipped_from.unwrap_or(at)).min(stuck.unwrap_or(at))
    }
}

/// Follows up the calls of a page.
async fn follow_page(run: &AutomationRun<'_>, page: Vec<(u64, Json)>, unfinished: &mut Unfinished) -> Result<(), Code> {
    let mut calls = Vec::new();
    for (changed, resource) in page {
        let reference = reference_of(&resource);
        if let (Some(call), Some(reference)) = (EndedCall::read(resource, run), reference) {
            // A missed call must be processed before the later call that closes its task.
            let at = calls.iter().position(|(_, other, _): &(_, EndedCall, _)| other.ended_at() > call.ended_at());
            calls.insert(at.unwrap_or(calls.len()), (changed, call, reference));
        }
    }
    let known = Known::read(run, &calls).await?;
    for (changed, call, reference) in calls {
        if !known.needs_follow_up(run, &call) {
            continue;
        }
        if unfinished.should_stop() || !run.has_budget(CALL_ROUND_TRIPS) {
            unfinished.skipped_from = super::calls::earlier(unfinished.skipped_from, Some(changed));
            continue;
        }
        let outcome = follow_up_call(run, &reference, &call).await;
        unfinished.failures_in_a_row =
            if outcome == Err(Code::ChartUnavailable) { unfinished.failures_in_a_row + 1 } else { 0 };
        match outcome {
            Ok(()) => unfinished.has_success = true,
            Err(code) => {
                run.report(code);
                // The server would refuse a refused request again.
                if code != Code::ChartRefused {
                    unfinished.stuck.push(changed);
                }
            }
        }
    }
    Ok(())
}

/// The existing tasks and alerts of a page's calls.
struct Known {
    tasks: Vec<Json>,
    alerts: Vec<Json>,
    /// The open tasks that a call of the page may close.
    open: Vec<Json>,
    /// The `QuestionnaireResponse`s of the page's calls.
    responses: Vec<Json>,
    /// The root `CallSid`s of calls with people in the chart who are missing in the record.
    with_missing_people: Vec<String>,
}

impl Known {
    async fn read(run: &AutomationRun<'_>, calls: &[(u64, EndedCall, String)]) -> Result<Self, Code> {
        let mut known = Self {
            tasks: Vec::new(),
            alerts: Vec::new(),
            open: Vec::new(),
            responses: Vec::new(),
            with_missing_people: Vec::new(),
        };
        let (mut of_tasks, mut of_alerts) = (String::new(), String::new());
        let mut closing = None;
        let mut responses = Vec::new();
        for (_, call, _) in calls {
            responses.extend(call.responses(run));
            if !run.config.tasks.on.is_empty() {
                append_criteria(&mut of_tasks, &tasks::criteria(call.root_sid()));
            }
            if call.alert_trigger(run).is_some() {
                append_criteria(&mut of_alerts, &alerts::criteria(call.root_sid()));
            }
            if call.can_close_tasks(run) {
                closing = super::calls::earlier(closing, Some(call.started_at()));
            }
        }
        // A search without criteria would find all resources.
        let of = |kind: &str, criteria: String| {
            (!criteria.is_empty())
                .then(|| FhirRequest::get([kind, "?", &criteria, "&_sort=identifier&_count=500"].concat()))
        };
        let searches = [
            (&mut known.tasks, "Task", of("Task", of_tasks)),
            (&mut known.alerts, "Communication", of("Communication", of_alerts)),
            (&mut known.open, "Task", closing.map(tasks::search_open_since)),
            (&mut known.responses, questionnaires::TYPE, questionnaires::search(&responses)),
        ];
        let (mut targets, mut requests) = (Vec::new(), Vec::new());
        for (target, kind, request) in searches {
            if let Some(request) = request {
                targets.push((target, kind));
                requests.push(request);
            }
        }
        for ((target, kind), answer) in targets.into_iter().zip(run.fhir(requests).await) {
            *target = found(answer, kind).map_err(StoreError::code)?;
        }
        let lacking: Vec<&EndedCall> =
            calls.iter().map(|(_, call, _)| call).filter(|call| call.lacks_people(run)).collect();
        let states: Vec<&CallState> = lacking.iter().map(|call| call.state()).collect();
        let have = people::have_missing_people(run, &states).await;
        let with_people = lacking.into_iter().zip(have).filter(|(_, has_people)| *has_people);
        known.with_missing_people = with_people.map(|(call, _)| call.root_sid().to_owned()).collect();
        Ok(known)
    }

    /// Whether a call may need a follow-up.
    fn needs_follow_up(&self, run: &AutomationRun<'_>, call: &EndedCall) -> bool {
        let trigger = call.task_trigger(run);
        let own = self.tasks.iter().find(|task| tasks::root_of(task) == Some(call.root_sid()));
        let task =
            own.map_or(trigger.is_some(), |task| tasks::correct(task, trigger, run.config, call.state()).is_some());
        let has_alert = || self.alerts.iter().any(|alert| alerts::root_of(alert) == Some(call.root_sid()));
        let closes_task = call.can_close_tasks(run)
            && self.open.iter().any(|task| tasks::complete(task, call.started_at()).is_some());
        let lacks_people = self.with_missing_people.iter().any(|root| root == call.root_sid());
        task || lacks_people
            || (call.alert_trigger(run).is_some() && !has_alert())
            || closes_task
            || call.appointment(run).is_some()
            || !questionnaires::writes(call.responses(run), &self.responses).is_empty()
    }
}

/// Combines searches by identifier into one.
fn append_criteria(criteria: &mut String, more: &str) {
    if criteria.is_empty() {
        criteria.push_str(more);
    } else {
        criteria.push(',');
        criteria.push_str(more.strip_prefix("identifier=").unwrap_or_default());
    }
}
