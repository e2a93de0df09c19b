// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The hourly work: refreshes calls whose end was never recorded, and deletes old recordings and their copies.

use super::calls::{earlier, get_from_twilio, is_retryable};
use super::copies::delete_copies;
use super::marks::{Mark, Marks};
use super::prepared_calls::PreparedCalls;
use super::reconcile::{reconcile, root_of};
use super::recorded::{copies, has_audio, remaining_recordings, with_deletions};
use super::sweep_run::{AutomationRun, MAX_BATCH_WRITES};
use crate::chart::{CallEvent, PagedSearch, StoreError};
use crate::error::Code;
use crate::fhir::reference::reference_of;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::rest::{TwilioRest, call_path, recording_path};
use crate::runtime::{FhirRequest, HostRequest, HostResponse, MAX_BYTES};
use crate::time::{DAY, HOUR, instant, parse_rfc2822};

/// The age, in milliseconds, after which a call in progress is read from Twilio by its `CallSid`. At this age, the
/// sweep no longer reads that part of the list.
const STUCK_AFTER: u64 = 4 * HOUR;
/// The age, in milliseconds, after which such a call is no longer read.
const GIVE_UP_AFTER: u64 = 7 * DAY;
/// The maximum number of stuck calls per hour.
const MAX_STUCK_CALLS: usize = 5;
/// The maximum delay, in milliseconds, until a call or a recording is in the chart.
const OVERLAP: u64 = DAY;
/// Calls per page.
const PAGE_SIZE: usize = 50;
/// The maximum number of deletions at once.
const MAX_DELETIONS: usize = 10;
/// The maximum size of the extension that records a deletion, in bytes.
const DELETION_BYTES: usize = 600;
/// The timeout of a deletion, in milliseconds.
const TIMEOUT: u32 = 10_000;

/// Reads from Twilio the calls that have been `in-progress` in the chart for hours, because the report of their end was
/// lost.
pub(super) async fn refresh_stuck_calls(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    prepared_calls: &mut PreparedCalls,
) {
    let (from, to) = (instant(run.now.saturating_sub(GIVE_UP_AFTER)), instant(run.now.saturating_sub(STUCK_AFTER)));
    let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=in-progress"].concat();
    let url = [&category, "&sent=ge", &from, "&sent=lt", &to, "&_sort=-_lastUpdated&_count=50"].concat();
    let mut calls = match run.searches([("Communication", FhirRequest::get(url))]).await {
        Ok([calls]) => calls,
        Err(error) => return run.report(error.code()),
    };
    // If there are many, each hour starts with other calls.
    let offset = (run.now / HOUR) as usize % calls.len().max(1);
    calls.rotate_left(offset);
    for call in calls.iter().take(MAX_STUCK_CALLS) {
        let Some(root) = root_of(call).filter(|_| run.has_budget(8)) else {
            continue;
        };
        let mut legs = Vec::new();
        match get_from_twilio(run, rest.get(&call_path(root), &[])).await {
            Ok(leg) => legs.push(leg),
            Err(code) => {
                run.report(code);
                continue;
            }
        }
        if let Ok(list) = get_from_twilio(run, rest.get("/Calls.json", &[("ParentCallSid", root)])).await {
            legs.extend(list.take("calls").into_elements());
        }
        let events: Vec<CallEvent<'_>> = legs.iter().filter_map(CallEvent::from_rest).collect();
        if let Err(code) = reconcile(run, &events, prepared_calls).await {
            return run.report(code);
        }
    }
}

/// Deletes the recordings of calls that started at least `days` days ago and their copies, and records the deletions in
/// the chart. Returns whether this hour's work is complete.
///
/// A recording that cannot be deleted is skipped. It is tried again after all others, and then every hour.
pub(super) async fn delete_old_recordings(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    marks: &mut Marks,
    days: u32,
) -> bool {
    let to = run.now.saturating_sub(u64::from(days) * DAY);
    let from = marks.get(Mark::RetentionPosition).unwrap_or(0).min(to);
    let search = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
    let mut search_pages = PagedSearch::new(search, "sent", from, Some(to + 1));
    while run.has_budget(6) {
        run.spend();
        let page = match search_pages.next(run.host, PAGE_SIZE).await {
            Ok(page) => page,
            Err(error) => {
                run.report(error.code());
                return false;
            }
        };
        let result = delete_page(run, rest, page, to).await;
        let retry_from = earlier(marks.get(Mark::RetentionRetryFrom), result.retry_from);
        marks.set(Mark::RetentionRetryFrom, retry_from);
        marks.set(Mark::RetentionPosition, Some(result.skipped_from.unwrap_or(search_pages.at)));
        if result.skipped_from.is_some() {
            return false;
        }
        if search_pages.is_exhausted() {
            let next = search_pages.at.min(to.saturating_sub(OVERLAP));
            marks.set(Mark::RetentionPosition, earlier(retry_from, Some(next)));
            let starts_retry = retry_from.is_some() && marks.get(Mark::RetentionRetrying).is_none();
            marks.set(Mark::RetentionRetrying, starts_retry.then_some(run.now));
            marks.set(Mark::RetentionRetryFrom, None);
            return !starts_retry;
        }
    }
    false
}

/// The calls of a page that are not done.
#[derive(Default)]
struct PageResult {
    /// The start of the first call with a recording that could not be deleted, or with a deletion that could not be
    /// recorded.
    retry_from: Option<u64>,
    /// The start of the first call that was not tried.
    skipped_from: Option<u64>,
}

/// Deletes the recordings of a page of calls. Twilio must have created a recording before `to` (Unix time in
/// milliseconds). Staff may edit call records, so a record does not prove the age of a recording.
async fn delete_page(run: &AutomationRun<'_>, rest: &TwilioRest, page: Vec<(u64, Json)>, to: u64) -> PageResult {
    let mut result = PageResult::default();
    let mut calls: Vec<(u64, Json, Vec<String>)> = Vec::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    for (at, call) in page {
        let mut sids = remaining_recordings(&call);
        if is_full(&call, &sids) {
            // The record is too large for more deletions, so each run would try to delete all of them again.
            sids.truncate(MAX_DELETIONS);
        }
        open.extend(sids.into_iter().map(|sid| (calls.len(), sid)));
        calls.push((at, call, Vec::new()));
    }
    let mut can_continue = true;
    for batch in open.chunks(MAX_DELETIONS) {
        let earliest = batch.iter().map(|(index, _)| calls[*index].0).min();
        // To write a page takes up to three round trips, and to delete copies two.
        let has_copies = batch.iter().any(|(index, _)| !copies(&calls[*index].1).is_empty());
        if !can_continue || !run.has_budget(if has_copies { 7 } else { 5 }) {
            result.skipped_from = earlier(result.skipped_from, earliest);
            continue;
        }
        // If no request of this batch succeeds, the next batches would also fail.
        can_continue = false;
        let mut deleted = Vec::new();
        for ((index, sid), answer) in delete_each(run, rest, batch, to).await {
            let at = &calls[*index].0;
            let Some(answer) = answer else {
                result.retry_from = earlier(result.retry_from, Some(*at));
                can_continue = true;
                continue;
            };
            match answer {
                // 404 and 410: the recording was already deleted.
                HostResponse::Done { status: 200..=299 | 404 | 410, .. } => {
                    deleted.push((*index, sid.clone()));
                    can_continue = true;
                }
                // The API key is not valid, so nothing was deleted.
                HostResponse::Done { status: 401, .. } => {
                    run.report(Code::TwilioRefused);
                    result.skipped_from = earlier(result.skipped_from, Some(*at));
                }
                // The API key may not delete this recording, or Twilio does not allow it yet.
                HostResponse::Done { status: 403 | 409 | 412, .. } => {
                    run.report(Code::TwilioRefused);
                    result.retry_from = earlier(result.retry_from, Some(*at));
                    can_continue = true;
                }
                // Twilio would refuse the deletion again.
                HostResponse::Done { status: 400..=407 | 411..=428, .. } => {
                    run.report(Code::TwilioRefused);
                    can_continue = true;
                }
                _ => {
                    run.report(Code::TwilioUnavailable);
                    result.retry_from = earlier(result.retry_from, Some(*at));
                }
            }
        }
        for (index, sid) in delete_page_copies(run, &calls, deleted, &mut result).await {
            calls[index].2.push(sid);
        }
    }
    let (mut starts, mut requests) = (Vec::new(), Vec::new());
    let writable = |(_, call, deleted): &(u64, Json, Vec<String>)| !deleted.is_empty() && !is_full(call, deleted);
    for (at, call, deleted) in calls.into_iter().filter(writable) {
        if let Some(request) = FhirRequest::update(&with_deletions(call, &deleted, run.extension_base(), run.now)) {
            starts.push(at);
            requests.push(request);
        }
    }
    let mut starts = starts.into_iter();
    while !requests.is_empty() {
        let rest = requests.split_off(requests.len().min(MAX_BATCH_WRITES));
        for (answer, at) in run.fhir(requests).await.into_iter().zip(starts.by_ref()) {
            if let Err(error) = StoreError::check(&answer) {
                run.report(error.code());
                // The write may succeed later. The next attempt finds the recordings already deleted.
                if is_retryable(error) {
                    result.retry_from = earlier(result.retry_from, Some(at));
                }
            }
        }
        requests = rest;
    }
    result
}

/// Deletes the copies of recordings that are deleted at Twilio. Returns the recordings that now have no copy.
async fn delete_page_copies(
    run: &AutomationRun<'_>,
    calls: &[(u64, Json, Vec<String>)],
    deleted: Vec<(usize, String)>,
    result: &mut PageResult,
) -> Vec<(usize, String)> {
    let (mut done, mut with_copy, mut items) = (Vec::new(), Vec::new(), Vec::new());
    for (index, sid) in deleted {
        let call = &calls[index].1;
        let binary = copies(call).into_iter().find(|copy| copy.sid == sid).and_then(|copy| copy.binary);
        match binary.zip(reference_of(call)) {
            Some(item) => {
                items.push(item);
                with_copy.push((index, sid));
            }
            // The audio that is attached cannot be found, so it is not deleted.
            None if has_audio(call, &sid) => {
                run.report(Code::RecordingNotDeleted);
                result.retry_from = earlier(result.retry_from, Some(calls[index].0));
            }
            None => done.push((index, sid)),
        }
    }
    for (item, is_gone) in with_copy.into_iter().zip(delete_copies(run, &items).await) {
        if is_gone {
            done.push(item);
        } else {
            // The next attempt finds the recording already deleted at Twilio.
            result.retry_from = earlier(result.retry_from, Some(calls[item.0].0));
        }
    }
    done
}

/// Twilio's response for each recording: to the deletion, or to the read if the read failed. `None` if the recording
/// was created after `to`, so it is not deleted.
async fn delete_each<'a>(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    batch: &'a [(usize, String)],
    to: u64,
) -> Vec<(&'a (usize, String), Option<HostResponse>)> {
    run.spend();
    let reads =
        batch.iter().map(|(_, sid)| (HostRequest::Http(rest.get(&recording_path(sid), &[])), Some(TIMEOUT))).collect();
    let mut answers = Vec::with_capacity(batch.len());
    let mut deletions = Vec::new();
    for (item, answer) in batch.iter().zip(run.host.send_all(reads).await) {
        let HostResponse::Done { status: 200..=299, body } = &answer else {
            answers.push((item, Some(answer)));
            continue;
        };
        let made = body.get("date_created").and_then(Json::text).and_then(parse_rfc2822);
        if made.is_some_and(|made| made <= to) {
            deletions.push(item);
        } else {
            answers.push((item, None));
        }
    }
    if !deletions.is_empty() {
        run.spend();
        let deletes =
            deletions.iter().map(|(_, sid)| (HostRequest::Http(rest.delete(&recording_path(sid))), Some(TIMEOUT)));
        let outcomes = run.host.send_all(deletes.collect()).await;
        answers.extend(deletions.into_iter().zip(outcomes.into_iter().map(Some)));
    }
    answers
}

/// Whether a call record is too large to add these deletions.
fn is_full(call: &Json, sids: &[String]) -> bool {
    !sids.is_empty() && call.write().len() + sids.len() * DELETION_BYTES > MAX_BYTES
}
