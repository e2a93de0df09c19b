// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes what is missing in the chart from Twilio's lists of calls and recordings.
//!
//! Twilio sorts a list from newest to oldest, and new items appear with a delay. A pass reads the list from now back to
//! the last mark, and 15 minutes further. If one run cannot finish the pass, the next runs continue it. The mark moves
//! when the pass is complete.

use super::marks::{Mark, Marks};
use super::prepared_calls::PreparedCalls;
use super::reconcile::{UnfinishedCalls, reconcile};
use super::sweep_run::{AutomationRun, TIMEOUT};
use crate::chart::{CallEvent, StoreError};
use crate::error::Code;
use crate::json::Json;
use crate::rest::{TwilioRest, call_path};
use crate::runtime::{HostRequest, HostResponse, HttpRequest};
use crate::time::{HOUR, MINUTE, instant, parse_instant, parse_rfc2822};

/// How far back the first run reads, in milliseconds.
const FIRST_LOOKBACK: u64 = HOUR;
/// The maximum delay of a call in the list, in milliseconds.
const OVERLAP: u64 = 15 * MINUTE;
/// The maximum difference, in milliseconds, between the times of two calls in the wrong order.
const ORDER_TOLERANCE: u64 = MINUTE;
/// How long, in milliseconds, a call that is in progress or cannot be written may hold back the mark.
const MAX_HOLD: u64 = 4 * HOUR;
/// The maximum number of round trips for a page: one for the list, three reads and writes, and the same number for legs
/// whose root call must be read.
const PAGE_ROUND_TRIPS: u32 = 18;
/// Calls per page.
const PAGE_SIZE: &str = "100";

/// The maximum number of root calls in one round trip.
const MAX_ROOTS_PER_REQUEST: usize = 20;

/// One of Twilio's lists, and the marks of the position in it.
struct List {
    path: &'static str,
    /// The member of a page that holds the items.
    items: &'static str,
    /// The query parameters for the start and the end of the period.
    filters: [&'static str; 2],
    /// The marks, in this order: the end of the part that was read, the start of the current pass, the position of the
    /// pass, and the start of the part to read again.
    marks: [Mark; 4],
    read: for<'a> fn(&'a Json) -> Item<'a>,
}

/// An item of a list.
struct Item<'a> {
    event: Option<CallEvent<'a>>,
    /// The time by which the list is sorted, as Unix time in milliseconds.
    at: Option<u64>,
    /// Whether the item may still change.
    goes_on: bool,
}

/// <https://www.twilio.com/docs/voice/api/call-resource#read-multiple-call-resources>
const CALLS: List = List {
    path: "/Calls.json",
    items: "calls",
    filters: ["StartTime>", "StartTime<"],
    marks: [Mark::CallsReadTo, Mark::CallsPassStart, Mark::CallsPassPosition, Mark::CallsRetryFrom],
    read: |call| {
        let event = CallEvent::from_rest(call);
        let at = event.as_ref().and_then(|event| event.at);
        Item { at, goes_on: event.as_ref().is_some_and(|event| !event.has_ended()), event }
    },
};

/// <https://www.twilio.com/docs/voice/api/recording#read-multiple-recording-resources>
const RECORDINGS: List = List {
    path: "/Recordings.json",
    items: "recordings",
    filters: ["DateCreated>", "DateCreated<"],
    marks: [Mark::RecordingsReadTo, Mark::RecordingsPassStart, Mark::RecordingsPassPosition, Mark::RecordingsRetryFrom],
    read: recording,
};

/// Writes the listed calls into the chart. Returns whether the list has been read up to now.
pub(super) async fn sync_calls(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    marks: &mut Marks,
    prepared_calls: &mut PreparedCalls,
) -> bool {
    sync_list(&CALLS, run, rest, marks, prepared_calls).await
}

/// Writes the listed recordings into the call records, because a recording's callback may have been lost.
pub(super) async fn sync_recordings(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    marks: &mut Marks,
    prepared_calls: &mut PreparedCalls,
) {
    if run.config.may_record() {
        sync_list(&RECORDINGS, run, rest, marks, prepared_calls).await;
    } else {
        // If recording is configured later, the sweep starts at that moment and not at an old mark.
        RECORDINGS.marks.into_iter().for_each(|mark| marks.set(mark, None));
    }
}

/// The item for a recording. Its event is the one that the recording's callback reports.
fn recording(recording: &Json) -> Item<'_> {
    let text = |name| recording.get(name).and_then(Json::text).unwrap_or_default();
    let at = parse_rfc2822(text("date_created")).or_else(|| parse_instant(text("date_created")));
    let duration = text("duration").parse::<u32>().unwrap_or(0);
    let pairs = [
        ("CallSid", text("call_sid")),
        ("RecordingSid", text("sid")),
        ("RecordingStatus", text("status")),
        ("RecordingSource", text("source")),
        ("RecordingDuration", text("duration")),
    ];
    let reported_at = at.map(|at| at + u64::from(duration) * 1_000).filter(|_| text("status") == "completed");
    let event = reported_at
        .and_then(|reported_at| CallEvent::read(&pairs, reported_at))
        .filter(|event| event.recording.is_some());
    Item { event, at, goes_on: matches!(text("status"), "in-progress" | "paused" | "stopped" | "processing") }
}

async fn sync_list(
    list: &List,
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    marks: &mut Marks,
    prepared_calls: &mut PreparedCalls,
) -> bool {
    let [read_to, pass_start_mark, pass_position_mark, retry_from_mark] = list.marks;
    let from = marks.get(read_to).unwrap_or(run.now.saturating_sub(FIRST_LOOKBACK));
    let pass_start = marks.get(pass_start_mark).unwrap_or(run.now);
    let pass_position = marks.get(pass_position_mark).unwrap_or(pass_start);
    let mut retry_from = marks.get(retry_from_mark);
    let (low, up_to) = (second(from.saturating_sub(OVERLAP)), second(pass_position + ORDER_TOLERANCE));
    let query = [(list.filters[0], low.as_str()), (list.filters[1], up_to.as_str()), ("PageSize", PAGE_SIZE)];
    let mut request = rest.get(list.path, &query);
    let mut position = pass_position;
    let is_complete = loop {
        if !run.has_budget(PAGE_ROUND_TRIPS) {
            break false;
        }
        let page = match get_from_twilio(run, request).await {
            Ok(page) => page,
            Err(code) => {
                run.report(code);
                break false;
            }
        };
        let listed = page.get(list.items).map(Json::elements).unwrap_or_default();
        let items: Vec<Item<'_>> = listed.iter().map(list.read).collect();
        let events: Vec<CallEvent<'_>> = items.iter().filter_map(|item| item.event.clone()).collect();
        match write(run, rest, &events, prepared_calls).await {
            Ok(refused) => retry_from = earlier(retry_from, refused),
            Err(code) => {
                run.report(code);
                break false;
            }
        }
        for item in &items {
            position = item.at.map_or(position, |at| position.min(at));
            retry_from = earlier(retry_from, item.at.filter(|_| item.goes_on));
        }
        match next_page(&page) {
            Some(uri) => request = rest.page(uri),
            None => break true,
        }
    };
    if is_complete {
        let retry_from = retry_from.filter(|retry_from| retry_from + MAX_HOLD >= run.now).unwrap_or(pass_start);
        marks.set(read_to, Some(retry_from.min(pass_start).max(from)));
        for mark in [pass_start_mark, pass_position_mark, retry_from_mark] {
            marks.set(mark, None);
        }
    } else if position < pass_position {
        // Stores `from`, so that the next run continues this pass down to the same lower bound.
        marks.set(read_to, Some(from));
        marks.set(pass_start_mark, Some(pass_start));
        marks.set(pass_position_mark, Some(position));
        marks.set(retry_from_mark, retry_from);
    }
    is_complete && pass_start == run.now
}

/// Writes a page into the chart. Returns the start of the earliest call that the server refused. If the root call of a
/// leg is not on the page, the bot reads it from Twilio.
async fn write(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    events: &[CallEvent<'_>],
    prepared_calls: &mut PreparedCalls,
) -> Result<Option<u64>, Code> {
    let UnfinishedCalls { mut refused, unknown } = reconcile(run, events, prepared_calls).await?;
    for chunk in unknown.chunks(MAX_ROOTS_PER_REQUEST) {
        if !run.has_budget(8) {
            return Err(Code::TwilioUnavailable);
        }
        run.spend();
        let requests =
            chunk.iter().map(|root| (HostRequest::Http(rest.get(&call_path(root), &[])), Some(TIMEOUT))).collect();
        let mut roots = Vec::new();
        for answer in run.host.send_all(requests).await {
            match answer {
                HostResponse::Done { status: 200..=299, body } => roots.push(body),
                HostResponse::Done { status: 404 | 410, .. } => {}
                _ => return Err(Code::TwilioUnavailable),
            }
        }
        let legs = events.iter().filter(|event| chunk.iter().any(|root| *root == event.root_sid().0)).cloned();
        let with_roots: Vec<CallEvent<'_>> = roots.iter().filter_map(CallEvent::from_rest).chain(legs).collect();
        refused = earlier(refused, reconcile(run, &with_roots, prepared_calls).await?.refused);
    }
    Ok(refused)
}

/// Reads a resource from Twilio.
pub(super) async fn get_from_twilio(run: &AutomationRun<'_>, request: HttpRequest) -> Result<Json, Code> {
    match run.http(request).await {
        HostResponse::Done { status: 200..=299, body } => Ok(body),
        HostResponse::Done { status: 400..=407 | 409..=428, .. } => Err(Code::TwilioRefused),
        _ => Err(Code::TwilioUnavailable),
    }
}

/// `next_page_uri` of a list, which is a path of the API.
fn next_page(page: &Json) -> Option<&str> {
    page.get("next_page_uri").and_then(Json::text).filter(|uri| uri.starts_with("/2010-04-01/Accounts/"))
}

/// An instant in the format of Twilio's time filters.
fn second(ms: u64) -> String {
    [instant(ms).get(..19).unwrap_or_default(), "Z"].concat()
}

pub(super) fn earlier(item: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (item, other) {
        (Some(item), Some(other)) => Some(item.min(other)),
        (item, other) => item.or(other),
    }
}

/// Whether another attempt may succeed, in this run or a later one. Not if the server refused the request.
pub(super) const fn is_retryable(error: StoreError) -> bool {
    !matches!(error, StoreError::Permanent(Code::ChartRefused))
}
