// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is done every hour: calls that never ended in the chart are asked for, and old recordings deleted at Twilio.

use super::calls::{earlier, get_from_twilio, is_outage};
use super::marks::{Mark, Marks};
use super::reconcile::{reconcile, root_of};
use super::sweep_run::{MAX_BATCH_WRITES, SweepRun};
use super::tickets::Tickets;
use crate::chart::{CallEvent, CallLog, PagedSearch, StoreError};
use crate::error::Code;
use crate::fhir::element::{extension, extension_of, is};
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::rest::{Rest, call_path, recording_path};
use crate::runtime::{Answer, Ask, FhirRequest, MAX_BYTES};
use crate::time::{DAY, HOUR, instant, parse_rfc2822};

/// After how long a call that goes on is asked for; the list has been left behind by then.
const STUCK_AFTER: u64 = 4 * HOUR;
/// After how long it no longer is.
const GIVE_UP_AFTER: u64 = 7 * DAY;
/// How many an hour.
const MAX_STUCK_CALLS: usize = 5;
/// How late a recording may come to a call's record, or a call to the chart.
const OVERLAP: u64 = DAY;
/// Calls of a page.
const PAGE_SIZE: usize = 50;
/// Recordings deleted in one go.
const MAX_DELETIONS: usize = 10;
/// How many bytes it takes to say of one that it is gone, at most.
const DELETION_BYTES: usize = 600;
/// Milliseconds that deleting may take.
const DEADLINE: u32 = 10_000;
/// The name of the extension that tells of a recording that is no longer at Twilio.
const EXTENSION: &str = "/twilio-recording-deleted";

/// Asks Twilio for calls that the chart has had as going on for hours: whatever told of their end was lost.
pub(super) async fn refresh_stuck_calls(run: &SweepRun<'_>, rest: &Rest, tickets: &mut Tickets) {
    let (from, to) = (instant(run.now.saturating_sub(GIVE_UP_AFTER)), instant(run.now.saturating_sub(STUCK_AFTER)));
    let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=in-progress"].concat();
    let url = [&category, "&sent=ge", &from, "&sent=lt", &to, "&_sort=-_lastUpdated&_count=50"].concat();
    let mut calls = match run.searches([("Communication", FhirRequest::get(url))]).await {
        Ok([calls]) => calls,
        Err(error) => return run.report(error.code()),
    };
    // Another few each time, where there are many.
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
        if let Err(code) = reconcile(run, &events, tickets).await {
            return run.report(code);
        }
    }
}

/// Deletes the recordings of calls that began `days` days ago or earlier, and says so in the chart. Whether all is done
/// that this hour can do.
///
/// What cannot be deleted is passed by and remembered, so that nothing waits behind it. Once all others are gone it is
/// tried again at once, and then every hour.
pub(super) async fn delete_old_recordings(run: &SweepRun<'_>, rest: &Rest, marks: &mut Marks, days: u32) -> bool {
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
        if search_pages.is_over() {
            let next = search_pages.at.min(to.saturating_sub(OVERLAP));
            marks.set(Mark::RetentionPosition, earlier(retry_from, Some(next)));
            let is_retrying = retry_from.is_some() && marks.get(Mark::RetentionRetrying).is_none();
            marks.set(Mark::RetentionRetrying, is_retrying.then_some(run.now));
            marks.set(Mark::RetentionRetryFrom, None);
            return !is_retrying;
        }
    }
    false
}

/// When the first call began of a page …
#[derive(Default)]
struct PageResult {
    /// … of which not all could be deleted, or it could not be written;
    retry_from: Option<u64>,
    /// … that was not tried.
    skipped_from: Option<u64>,
}

/// Deletes the recordings of a page of calls, of those that Twilio says were made by `to`: staff may write records, and so
/// the age of a recording is not known from them.
async fn delete_page(run: &SweepRun<'_>, rest: &Rest, page: Vec<(u64, Json)>, to: u64) -> PageResult {
    let mut result = PageResult::default();
    let mut calls: Vec<(u64, Json, Vec<String>)> = Vec::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    for (at, call) in page {
        let mut sids = remaining_recordings(&call, run.base());
        if is_full(&call, &sids) {
            // What is gone cannot be noted in it, and would be tried again at each run.
            sids.truncate(MAX_DELETIONS);
        }
        open.extend(sids.into_iter().map(|sid| (calls.len(), sid)));
        calls.push((at, call, Vec::new()));
    }
    let mut can_continue = true;
    for batch in open.chunks(MAX_DELETIONS) {
        let earliest = batch.iter().map(|(index, _)| calls[*index].0).min();
        // The writes of a page take up to three.
        if !can_continue || !run.has_budget(5) {
            result.skipped_from = earlier(result.skipped_from, earliest);
            continue;
        }
        // Where none of them is answered, the others would not be either.
        can_continue = false;
        for ((index, sid), answer) in delete_each(run, rest, batch, to).await {
            let (at, _, deleted) = &mut calls[*index];
            let Some(answer) = answer else {
                result.retry_from = earlier(result.retry_from, Some(*at));
                can_continue = true;
                continue;
            };
            match answer {
                // 404: it has been deleted before.
                Answer::Done { status: 200..=299 | 404 | 410, .. } => {
                    deleted.push(sid.clone());
                    can_continue = true;
                }
                // The key is none: nothing has been tried.
                Answer::Done { status: 401, .. } => {
                    run.report(Code::TwilioRefused);
                    result.skipped_from = earlier(result.skipped_from, Some(*at));
                }
                // The key may not, or not yet.
                Answer::Done { status: 403 | 409 | 412, .. } => {
                    run.report(Code::TwilioRefused);
                    result.retry_from = earlier(result.retry_from, Some(*at));
                    can_continue = true;
                }
                // It would be refused again.
                Answer::Done { status: 400..=407 | 411..=428, .. } => {
                    run.report(Code::TwilioRefused);
                    can_continue = true;
                }
                _ => {
                    run.report(Code::TwilioUnavailable);
                    result.retry_from = earlier(result.retry_from, Some(*at));
                }
            }
        }
    }
    let (mut starts, mut requests) = (Vec::new(), Vec::new());
    let writable = |(_, call, deleted): &(u64, Json, Vec<String>)| !deleted.is_empty() && !is_full(call, deleted);
    for (at, call, deleted) in calls.into_iter().filter(writable) {
        if let Some(request) = FhirRequest::update(&with_deletions(call, &deleted, run)) {
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
                // Else it would be refused again. Its recordings are found deleted at the next attempt.
                if is_outage(error) {
                    result.retry_from = earlier(result.retry_from, Some(at));
                }
            }
        }
        requests = rest;
    }
    result
}

/// What Twilio answers for each of some recordings: to the read where that failed, else to the deletion; none for one that
/// was made after `to`, which stays.
async fn delete_each<'a>(
    run: &SweepRun<'_>,
    rest: &Rest,
    batch: &'a [(usize, String)],
    to: u64,
) -> Vec<(&'a (usize, String), Option<Answer>)> {
    run.spend();
    let reads = batch.iter().map(|(_, sid)| (Ask::Http(rest.get(&recording_path(sid), &[])), Some(DEADLINE))).collect();
    let mut answers = Vec::with_capacity(batch.len());
    let mut deletions = Vec::new();
    for (one, answer) in batch.iter().zip(run.host.ask_all(reads).await) {
        let Answer::Done { status: 200..=299, body } = &answer else {
            answers.push((one, Some(answer)));
            continue;
        };
        let made = body.get("date_created").and_then(Json::text).and_then(parse_rfc2822);
        if made.is_some_and(|made| made <= to) {
            deletions.push(one);
        } else {
            answers.push((one, None));
        }
    }
    if !deletions.is_empty() {
        run.spend();
        let deletes = deletions.iter().map(|(_, sid)| (Ask::Http(rest.delete(&recording_path(sid))), Some(DEADLINE)));
        let outcomes = run.host.ask_all(deletes.collect()).await;
        answers.extend(deletions.into_iter().zip(outcomes.into_iter().map(Some)));
    }
    answers
}

/// The recordings of a call that are still at Twilio, as far as the chart knows.
fn remaining_recordings(call: &Json, base: &str) -> Vec<String> {
    let log = CallLog::read(call);
    let mut remaining_recordings = Vec::new();
    for leg in log.root_leg().into_iter().chain(log.children()) {
        remaining_recordings.extend(leg.recordings().iter().cloned());
    }
    let url = [base, EXTENSION].concat();
    for one in call.get("extension").map(Json::elements).unwrap_or_default() {
        if is(one, "url", &url) {
            let deleted = one.at(&["extension", "0", "valueString"]).and_then(Json::text);
            remaining_recordings.retain(|sid| Some(sid.as_str()) != deleted);
        }
    }
    remaining_recordings
}

/// Whether a record has no room left for saying that these recordings are gone.
fn is_full(call: &Json, sids: &[String]) -> bool {
    !sids.is_empty() && call.write().len() + sids.len() * DELETION_BYTES > MAX_BYTES
}

/// The call, saying that recordings of it are gone.
fn with_deletions(mut call: Json, deleted: &[String], run: &SweepRun<'_>) -> Json {
    let mut extensions = call.get("extension").cloned().unwrap_or_default().into_elements();
    for sid in deleted {
        let parts = vec![
            extension("recordingSid", "valueString", Json::of(sid)),
            extension("deleted", "valueInstant", Json::of(&instant(run.now))),
        ];
        extensions.push(extension_of(&[run.base(), EXTENSION].concat(), parts));
    }
    call.set("extension", Json::List(extensions));
    call
}
