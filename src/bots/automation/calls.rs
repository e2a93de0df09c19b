// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Compares Twilio's lists of calls and of recordings with the chart.
//!
//! A list is sorted newest first, and new items appear late. It is read from now back to the last mark and a little
//! further. If one run cannot read all of it, the next runs continue there. The mark moves when the whole list was
//! read.

use super::marks::{Mark, Marks};
use super::reconcile::{Reconciled, reconcile};
use super::sweep_run::{DEADLINE, SweepRun};
use super::tickets::Tickets;
use crate::chart::{CallEvent, StoreError};
use crate::error::Code;
use crate::json::Json;
use crate::rest::{Rest, call_path};
use crate::runtime::{Answer, Ask, HttpRequest};
use crate::time::{HOUR, MINUTE, instant, parse_instant, parse_rfc2822};

/// How far the first run looks back.
const FIRST_LOOKBACK: u64 = HOUR;
/// How late a call may appear in the list.
const OVERLAP: u64 = 15 * MINUTE;
/// How far apart two calls in the wrong order may be.
const ORDER_TOLERANCE: u64 = MINUTE;
/// How long a call that is in progress or cannot be written may hold back the mark.
const MAX_HOLD: u64 = 4 * HOUR;
/// The maximum number of round trips for a page: one for the list, three reads and writes, and the same again for legs
/// whose root call must be requested.
const PAGE_ROUND_TRIPS: u32 = 18;
/// Calls per page.
const PAGE_SIZE: &str = "100";

/// The maximum number of root calls in one round trip.
const MAX_ROOTS_PER_REQUEST: usize = 20;

/// A list, and the marks of how far it was read.
struct List {
    path: &'static str,
    /// The member of a page that holds the items.
    items: &'static str,
    /// The filters for the start and the end of the period.
    filters: [&'static str; 2],
    /// How far the list was read, where the current pass started, where the pass is now, and from where to read again.
    marks: [Mark; 4],
    read: for<'a> fn(&'a Json) -> Item<'a>,
}

/// An item of a list.
struct Item<'a> {
    event: Option<CallEvent<'a>>,
    /// Its position in the list.
    at: Option<u64>,
    /// Whether it will still change.
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
        Item { at, goes_on: event.as_ref().is_some_and(|event| !event.is_over()), event }
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

/// Writes the listed calls into the chart. Returns whether the whole list was read.
pub(super) async fn sync_calls(run: &SweepRun<'_>, rest: &Rest, marks: &mut Marks, tickets: &mut Tickets) -> bool {
    sync_list(&CALLS, run, rest, marks, tickets).await
}

/// Writes the listed recordings into the records of their calls. The callback of a recording may have been lost.
pub(super) async fn sync_recordings(run: &SweepRun<'_>, rest: &Rest, marks: &mut Marks, tickets: &mut Tickets) {
    if run.config.may_record() {
        sync_list(&RECORDINGS, run, rest, marks, tickets).await;
    } else {
        // A feature that is configured later does not apply to earlier calls.
        RECORDINGS.marks.into_iter().for_each(|mark| marks.set(mark, None));
    }
}

/// The event that a recording's callback would have reported when it was complete.
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

async fn sync_list(list: &List, run: &SweepRun<'_>, rest: &Rest, marks: &mut Marks, tickets: &mut Tickets) -> bool {
    let [read, pass_start_mark, pass_position_mark, retry_from_mark] = list.marks;
    let from = marks.get(read).unwrap_or(run.now.saturating_sub(FIRST_LOOKBACK));
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
        match write(run, rest, &events, tickets).await {
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
        marks.set(read, Some(retry_from.min(pass_start).max(from)));
        for mark in [pass_start_mark, pass_position_mark, retry_from_mark] {
            marks.set(mark, None);
        }
    } else if position < pass_position {
        // The first run starts at its own time.
        marks.set(read, Some(from));
        marks.set(pass_start_mark, Some(pass_start));
        marks.set(pass_position_mark, Some(position));
        marks.set(retry_from_mark, retry_from);
    }
    is_complete && pass_start == run.now
}

/// Writes a page into the chart. Returns the start of the earliest call that the server refuses. If the root call of a
/// leg is not on the page, Twilio is asked for it.
async fn write(
    run: &SweepRun<'_>,
    rest: &Rest,
    events: &[CallEvent<'_>],
    tickets: &mut Tickets,
) -> Result<Option<u64>, Code> {
    let Reconciled { mut refused, unknown } = reconcile(run, events, tickets).await?;
    for chunk in unknown.chunks(MAX_ROOTS_PER_REQUEST) {
        if !run.has_budget(8) {
            return Err(Code::TwilioUnavailable);
        }
        run.spend();
        let asks = chunk.iter().map(|root| (Ask::Http(rest.get(&call_path(root), &[])), Some(DEADLINE))).collect();
        let mut roots = Vec::new();
        for answer in run.host.ask_all(asks).await {
            match answer {
                Answer::Done { status: 200..=299, body } => roots.push(body),
                Answer::Done { status: 404 | 410, .. } => {}
                _ => return Err(Code::TwilioUnavailable),
            }
        }
        let legs = events.iter().filter(|event| chunk.iter().any(|root| *root == event.root().0)).cloned();
        let is_complete: Vec<CallEvent<'_>> = roots.iter().filter_map(CallEvent::from_rest).chain(legs).collect();
        refused = earlier(refused, reconcile(run, &is_complete, tickets).await?.refused);
    }
    Ok(refused)
}

/// Requests a resource that exists.
pub(super) async fn get_from_twilio(run: &SweepRun<'_>, request: HttpRequest) -> Result<Json, Code> {
    match run.http(request).await {
        Answer::Done { status: 200..=299, body } => Ok(body),
        Answer::Done { status: 400..=407 | 409..=428, .. } => Err(Code::TwilioRefused),
        _ => Err(Code::TwilioUnavailable),
    }
}

/// `next_page_uri`, which is a path of the API.
fn next_page(page: &Json) -> Option<&str> {
    page.get("next_page_uri").and_then(Json::text).filter(|uri| uri.starts_with("/2010-04-01/Accounts/"))
}

/// The instant in the format of Twilio's filters.
fn second(ms: u64) -> String {
    [instant(ms).get(..19).unwrap_or_default(), "Z"].concat()
}

pub(super) fn earlier(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Whether another attempt in this run would fail, too.
pub(super) const fn is_outage(error: StoreError) -> bool {
    !matches!(error, StoreError::Permanent(Code::ChartRefused))
}
