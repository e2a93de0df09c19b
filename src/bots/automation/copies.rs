// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds the recordings that are not in the chart, and copies them so that staff can play them with their own rights.
//! Deletes copies.

use super::calls::earlier;
use super::copy_call::{Outcome, copy_call};
use super::ended::EndedCall;
use super::marks::{Mark, Marks};
use super::recorded::{CopyState, copies, remaining_recordings};
use super::sweep_run::AutomationRun;
use crate::chart::{PagedSearch, StoreError};
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::rest::TwilioRest;
use crate::runtime::{FhirRequest, HostResponse};
use crate::time::{HOUR, MINUTE};

/// The deadline of all requests once a run copies, in milliseconds after its event. Medplum ends the bot after 30 s.
const DEADLINE: u32 = 24_000;
/// The maximum number of round trips for one call without conflicts.
pub(super) const COPY_ROUND_TRIPS: u32 = 12;
/// The minimum number of round trips that a sweep has for copies. The sweep stops at [`DEADLINE`], even if some of them
/// are left.
pub(super) const SWEEP_COPY_ROUND_TRIPS: u32 = COPY_ROUND_TRIPS + 2;
/// The time, in milliseconds, after which another run continues a copy. The run that started it has then ended.
const TAKE_OVER_AFTER: u64 = 2 * MINUTE;
/// Replaces [`TAKE_OVER_AFTER`], in milliseconds, if the call ended more than [`RETRY_EVERY_SWEEP_FOR`] ago.
const SLOW_TAKE_OVER_AFTER: u64 = 55 * MINUTE;
/// How long after the end of a call, in milliseconds, every sweep tries to copy. Later, one sweep per hour tries.
pub(super) const RETRY_EVERY_SWEEP_FOR: u64 = HOUR;
/// The maximum time, in milliseconds, until a search finds a written record.
const OVERLAP: u64 = 2 * MINUTE;
/// How far back the first run reads, in milliseconds.
const FIRST_LOOKBACK: u64 = HOUR;
/// Calls per page.
const PAGE_SIZE: usize = 50;

/// Whether recordings of a call must be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// No recording.
    Nothing,
    /// Another run may be copying the rest.
    Wait,
    /// At least one recording.
    Copy,
}

/// The recordings of a call that are not copied, with the `Binary` of a copy that was started.
pub(super) fn missing(run: &AutomationRun<'_>, call: &EndedCall) -> (Need, Vec<(String, Option<String>)>) {
    let (mut need, mut missing) = (Need::Nothing, Vec::new());
    let is_recent = call.ended_at() + RETRY_EVERY_SWEEP_FOR > run.now;
    let take_over_after = if is_recent { TAKE_OVER_AFTER } else { SLOW_TAKE_OVER_AFTER };
    let states = copies(call.resource());
    for sid in remaining_recordings(call.resource()) {
        match states.iter().find(|copy| copy.sid == sid) {
            None => missing.push((sid, None)),
            Some(CopyState { started: Some(started), binary, .. }) => {
                // An instant in the future was not written by Plumline.
                if started + take_over_after > run.now && *started <= run.now + MINUTE {
                    need = Need::Wait;
                } else {
                    missing.push((sid, binary.clone()));
                }
            }
            Some(_) => {}
        }
    }
    (if missing.is_empty() { need } else { Need::Copy }, missing)
}

/// Whether recordings of an ended call must be copied.
pub(super) fn need(run: &AutomationRun<'_>, call: &EndedCall) -> Need {
    if run.config.copies_recordings() { missing(run, call).0 } else { Need::Nothing }
}

/// Sets a deadline for all further requests, because a copy may take long.
pub(super) fn limit_time(run: &AutomationRun<'_>) {
    run.host.set_deadline(DEADLINE, run.now as u32);
}

/// Copies the recordings of the calls whose records changed since the mark. A copy that fails is tried again by each
/// sweep in the first hour after the call, and then once an hour for seven days.
pub(super) async fn copy_missing(run: &AutomationRun<'_>, rest: &TwilioRest, marks: &mut Marks) {
    if !run.config.copies_recordings() {
        // If copying is configured later, it starts at that moment.
        for mark in [Mark::CopiedTo, Mark::CopiesRetryFrom, Mark::CopiesRetried] {
            marks.set(mark, None);
        }
        return;
    }
    limit_time(run);
    let recent = run.now.saturating_sub(OVERLAP);
    let mut from = marks.get(Mark::CopiedTo).unwrap_or(run.now.saturating_sub(FIRST_LOOKBACK)).min(recent);
    let may_retry = marks.get(Mark::CopiesRetried).is_none_or(|last| last + HOUR <= run.now);
    if let Some(retry_from) = marks.get(Mark::CopiesRetryFrom).filter(|_| may_retry) {
        from = from.min(retry_from);
        marks.set(Mark::CopiesRetryFrom, None);
        marks.set(Mark::CopiesRetried, Some(run.now));
    }
    let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=completed"].concat();
    let mut search_pages = PagedSearch::new(category, "_lastUpdated", from, None);
    let mut hold = None;
    while run.has_budget(COPY_ROUND_TRIPS + 1) {
        run.spend();
        let page = match search_pages.next(run.host, PAGE_SIZE).await {
            Ok(page) => page,
            Err(error) => return run.report(error.code()),
        };
        let mut can_continue = true;
        for (changed, resource) in page {
            let Some(call) = EndedCall::read(resource, run) else { continue };
            let is_complete = match need(run, &call) {
                Need::Nothing => continue,
                Need::Copy if can_continue && run.has_budget(COPY_ROUND_TRIPS) => {
                    let outcome = copy_call(run, rest, call.reference(), call.root_sid()).await;
                    can_continue = outcome != Outcome::OutOfTime;
                    outcome == Outcome::Complete
                }
                Need::Copy => {
                    // The next sweep copies it.
                    hold = earlier(hold, Some(changed));
                    can_continue = false;
                    continue;
                }
                Need::Wait => false,
            };
            if !is_complete && call.ended_at() + RETRY_EVERY_SWEEP_FOR > run.now {
                hold = earlier(hold, Some(changed));
            } else if !is_complete {
                marks.set(Mark::CopiesRetryFrom, earlier(marks.get(Mark::CopiesRetryFrom), Some(changed)));
            }
        }
        let at = if search_pages.is_exhausted() { search_pages.at.max(recent) } else { search_pages.at };
        marks.set(Mark::CopiedTo, Some(at.min(hold.unwrap_or(at))));
        if search_pages.is_exhausted() || !can_continue {
            return;
        }
    }
}

/// Deletes the copies in the chart. Each item is a `Binary` and the record that names it. Returns for each item whether
/// the copy is gone. A `Binary` that does not belong to the record is not deleted, because staff may edit records.
pub(super) async fn delete_copies(run: &AutomationRun<'_>, items: &[(String, String)]) -> Vec<bool> {
    let mut gone = vec![false; items.len()];
    let mut deletions = Vec::new();
    let reads = items.iter().map(|(binary, _)| FhirRequest::get(binary.clone())).collect();
    for (index, answer) in run.fhir(reads).await.into_iter().enumerate() {
        gone[index] = is_gone(&answer);
        match answer {
            HostResponse::Done { status: 200..=299, body } => {
                if belongs_to(&body, &items[index].1) {
                    deletions.push(index);
                } else {
                    gone[index] = true;
                }
            }
            answer => report_unless_gone(run, &answer),
        }
    }
    let requests = deletions.iter().map(|index| FhirRequest::delete(items[*index].0.clone())).collect();
    for (index, answer) in deletions.into_iter().zip(run.fhir(requests).await) {
        gone[index] = is_gone(&answer) || StoreError::check(&answer).is_ok();
        report_unless_gone(run, &answer);
    }
    gone
}

fn report_unless_gone(run: &AutomationRun<'_>, answer: &HostResponse) {
    if let Err(error) = StoreError::check(answer)
        && !is_gone(answer)
    {
        run.report(error.code());
    }
}

/// Whether `context` protects a `Binary`.
pub(super) fn belongs_to(binary: &Json, context: &str) -> bool {
    binary.at(&["securityContext", "reference"]).and_then(Json::text) == Some(context)
}

pub(super) const fn is_gone(answer: &HostResponse) -> bool {
    matches!(answer, HostResponse::Done { status: 404 | 410, .. })
}
