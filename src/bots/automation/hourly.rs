// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is done every hour: calls that never ended in the chart are asked for, and old recordings deleted at Twilio.

use super::calls::{earlier, is_outage, twilio};
use super::marks::{Mark, Marks};
use super::reconcile::{reconcile, root_of};
use super::sweep_run::{SweepRun, WRITES};
use super::tickets::Tickets;
use crate::chart::{CallEvent, CallLog, StoreError, Walk};
use crate::error::Code;
use crate::fhir::element::{extension, extension_of, is};
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::rest::{Rest, call_path, recording_path};
use crate::runtime::{Answer, Ask, FhirRequest, MAX_BYTES};
use crate::time::{DAY, HOUR, instant, parse_rfc2822};

/// After how long a call that goes on is asked for; the list has been left behind by then.
const LINGERING: u64 = 4 * HOUR;
/// After how long it no longer is.
const LOST: u64 = 7 * DAY;
/// How many an hour.
const LINGERERS: usize = 5;
/// How late a recording may come to a call's record, or a call to the chart.
const OVERLAP: u64 = DAY;
/// Calls of a page.
const COUNT: usize = 50;
/// Recordings deleted in one go.
const DELETED: usize = 10;
/// How many bytes it takes to say of one that it is gone, at most.
const NOTED: usize = 600;
/// Milliseconds that deleting may take.
const DEADLINE: u32 = 10_000;
/// The name of the extension that tells of a recording that is no longer at Twilio.
const EXTENSION: &str = "/twilio-recording-deleted";

/// Asks Twilio for calls that the chart has had as going on for hours: whatever told of their end was lost.
pub(super) async fn lingering(round: &SweepRun<'_>, rest: &Rest, tickets: &mut Tickets) {
    let (from, to) = (instant(round.now.saturating_sub(LOST)), instant(round.now.saturating_sub(LINGERING)));
    let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=in-progress"].concat();
    let url = [&category, "&sent=ge", &from, "&sent=lt", &to, "&_sort=-_lastUpdated&_count=50"].concat();
    let mut calls = match round.searches([("Communication", FhirRequest::get(url))]).await {
        Ok([calls]) => calls,
        Err(trouble) => return round.tell(trouble.code()),
    };
    // Another few each time, where there are many.
    let turn = (round.now / HOUR) as usize % calls.len().max(1);
    calls.rotate_left(turn);
    for call in calls.iter().take(LINGERERS) {
        let Some(root) = root_of(call).filter(|_| round.has(8)) else {
            continue;
        };
        let mut legs = Vec::new();
        match twilio(round, rest.get(&call_path(root), &[])).await {
            Ok(leg) => legs.push(leg),
            Err(code) => {
                round.tell(code);
                continue;
            }
        }
        if let Ok(list) = twilio(round, rest.get("/Calls.json", &[("ParentCallSid", root)])).await {
            legs.extend(list.take("calls").into_elements());
        }
        let events: Vec<CallEvent<'_>> = legs.iter().filter_map(CallEvent::from_rest).collect();
        if let Err(code) = reconcile(round, &events, tickets).await {
            return round.tell(code);
        }
    }
}

/// Deletes the recordings of calls that began `days` days ago or earlier, and says so in the chart. Whether all is done
/// that this hour can do.
///
/// What cannot be deleted is passed by and remembered, so that nothing waits behind it. Once all others are gone it is
/// tried again at once, and then every hour.
pub(super) async fn recordings(round: &SweepRun<'_>, rest: &Rest, marks: &mut Marks, days: u32) -> bool {
    let to = round.now.saturating_sub(u64::from(days) * DAY);
    let from = marks.get(Mark::Recordings).unwrap_or(0).min(to);
    let search = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
    let mut walk = Walk::new(search, "sent", from, Some(to + 1));
    while round.has(6) {
        round.spend();
        let page = match walk.next(round.host, COUNT).await {
            Ok(page) => page,
            Err(trouble) => {
                round.tell(trouble.code());
                return false;
            }
        };
        let left = delete(round, rest, page, to).await;
        let undone = earlier(marks.get(Mark::Undone), left.undone);
        marks.set(Mark::Undone, undone);
        marks.set(Mark::Recordings, Some(left.late.unwrap_or(walk.at)));
        if left.late.is_some() {
            return false;
        }
        if walk.is_over() {
            let next = walk.at.min(to.saturating_sub(OVERLAP));
            marks.set(Mark::Recordings, earlier(undone, Some(next)));
            let again = undone.is_some() && marks.get(Mark::Again).is_none();
            marks.set(Mark::Again, again.then_some(round.now));
            marks.set(Mark::Undone, None);
            return !again;
        }
    }
    false
}

/// When the first call began of a page …
#[derive(Default)]
struct Left {
    /// … of which not all could be deleted, or it could not be written;
    undone: Option<u64>,
    /// … that was not tried.
    late: Option<u64>,
}

/// Deletes the recordings of a page of calls, of those that Twilio says were made by `to`: staff may write records, and so
/// the age of a recording is not known from them.
async fn delete(round: &SweepRun<'_>, rest: &Rest, page: Vec<(u64, Json)>, to: u64) -> Left {
    let mut left = Left::default();
    let mut calls: Vec<(u64, Json, Vec<String>)> = Vec::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    for (at, call) in page {
        let mut sids = kept(&call, round.base());
        if is_full(&call, &sids) {
            // What is gone cannot be noted in it, and would be tried again at each run.
            sids.truncate(DELETED);
        }
        open.extend(sids.into_iter().map(|sid| (calls.len(), sid)));
        calls.push((at, call, Vec::new()));
    }
    let mut goes_on = true;
    for some in open.chunks(DELETED) {
        let began = some.iter().map(|(index, _)| calls[*index].0).min();
        // The writes of a page take up to three.
        if !goes_on || !round.has(5) {
            left.late = earlier(left.late, began);
            continue;
        }
        // Where none of them is answered, the others would not be either.
        goes_on = false;
        for ((index, sid), answer) in delete_old(round, rest, some, to).await {
            let (at, _, gone) = &mut calls[*index];
            let Some(answer) = answer else {
                left.undone = earlier(left.undone, Some(*at));
                goes_on = true;
                continue;
            };
            match answer {
                // 404: it has been deleted before.
                Answer::Done { status: 200..=299 | 404 | 410, .. } => {
                    gone.push(sid.clone());
                    goes_on = true;
                }
                // The key is none: nothing has been tried.
                Answer::Done { status: 401, .. } => {
                    round.tell(Code::TwilioRefused);
                    left.late = earlier(left.late, Some(*at));
                }
                // The key may not, or not yet.
                Answer::Done { status: 403 | 409 | 412, .. } => {
                    round.tell(Code::TwilioRefused);
                    left.undone = earlier(left.undone, Some(*at));
                    goes_on = true;
                }
                // It would be refused again.
                Answer::Done { status: 400..=407 | 411..=428, .. } => {
                    round.tell(Code::TwilioRefused);
                    goes_on = true;
                }
                _ => {
                    round.tell(Code::TwilioUnavailable);
                    left.undone = earlier(left.undone, Some(*at));
                }
            }
        }
    }
    let (mut began, mut requests) = (Vec::new(), Vec::new());
    let writable = |(_, call, gone): &(u64, Json, Vec<String>)| !gone.is_empty() && !is_full(call, gone);
    for (at, call, gone) in calls.into_iter().filter(writable) {
        if let Some(request) = FhirRequest::update(&without(call, &gone, round)) {
            began.push(at);
            requests.push(request);
        }
    }
    let mut began = began.into_iter();
    while !requests.is_empty() {
        let rest = requests.split_off(requests.len().min(WRITES));
        for (answer, at) in round.fhir(requests).await.into_iter().zip(began.by_ref()) {
            if let Err(trouble) = StoreError::check(&answer) {
                round.tell(trouble.code());
                // Else it would be refused again. Its recordings are found deleted at the next attempt.
                if is_outage(trouble) {
                    left.undone = earlier(left.undone, Some(at));
                }
            }
        }
        requests = rest;
    }
    left
}

/// What Twilio answers for each of some recordings: to the read where that failed, else to the deletion; none for one that
/// was made after `to`, which stays.
async fn delete_old<'a>(
    round: &SweepRun<'_>,
    rest: &Rest,
    some: &'a [(usize, String)],
    to: u64,
) -> Vec<(&'a (usize, String), Option<Answer>)> {
    round.spend();
    let reads = some.iter().map(|(_, sid)| (Ask::Http(rest.get(&recording_path(sid), &[])), Some(DEADLINE))).collect();
    let mut answers = Vec::with_capacity(some.len());
    let mut deletions = Vec::new();
    for (one, answer) in some.iter().zip(round.host.ask_all(reads).await) {
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
        round.spend();
        let deletes = deletions.iter().map(|(_, sid)| (Ask::Http(rest.delete(&recording_path(sid))), Some(DEADLINE)));
        let outcomes = round.host.ask_all(deletes.collect()).await;
        answers.extend(deletions.into_iter().zip(outcomes.into_iter().map(Some)));
    }
    answers
}

/// The recordings of a call that are still at Twilio, as far as the chart knows.
fn kept(call: &Json, base: &str) -> Vec<String> {
    let log = CallLog::read(call);
    let mut kept = Vec::new();
    for leg in log.root_leg().into_iter().chain(log.children()) {
        kept.extend(leg.recordings().iter().cloned());
    }
    let url = [base, EXTENSION].concat();
    for one in call.get("extension").map(Json::elements).unwrap_or_default() {
        if is(one, "url", &url) {
            let gone = one.at(&["extension", "0", "valueString"]).and_then(Json::text);
            kept.retain(|sid| Some(sid.as_str()) != gone);
        }
    }
    kept
}

/// Whether a record has no room left for saying that these recordings are gone.
fn is_full(call: &Json, sids: &[String]) -> bool {
    !sids.is_empty() && call.write().len() + sids.len() * NOTED > MAX_BYTES
}

/// The call, saying that recordings of it are gone.
fn without(mut call: Json, gone: &[String], round: &SweepRun<'_>) -> Json {
    let mut extensions = call.get("extension").cloned().unwrap_or_default().into_elements();
    for sid in gone {
        let parts = vec![
            extension("recordingSid", "valueString", Json::of(sid)),
            extension("deleted", "valueInstant", Json::of(&instant(round.now))),
        ];
        extensions.push(extension_of(&[round.base(), EXTENSION].concat(), parts));
    }
    call.set("extension", Json::List(extensions));
    call
}
