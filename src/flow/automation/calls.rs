// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio's list of calls, compared with the chart.
//!
//! The list comes newest first, and late. It is read from now back to the last mark and some more. Where that is too much
//! for one run, the next ones go on where it ended, and the mark moves once all has been read.

use super::marks::{Mark, Marks};
use super::mend::mend;
use super::round::{Round, Stopped};
use super::tickets::Tickets;
use crate::call::log::CallEvent;
use crate::error::Code;
use crate::flow::ask::{Answer, HttpRequest};
use crate::flow::chart::Trouble;
use crate::json::Json;
use crate::rest::Rest;
use crate::time::{HOUR, MINUTE, instant};

/// How far the first run of all looks back.
const FIRST: u64 = HOUR;
/// How late a call may come up in the list.
const OVERLAP: u64 = 15 * MINUTE;
/// How long a call that goes on, or cannot be written, keeps the mark back.
const LONGEST: u64 = 4 * HOUR;
/// How many round trips a page may take: the list, then read and written three times over.
const PAGE: u32 = 10;
/// Calls of a page.
const COUNT: &str = "100";

/// Brings what the list has to the chart. Whether the list has been read up to now.
pub(super) async fn calls(round: &Round<'_>, rest: &Rest, marks: &mut Marks, tickets: &mut Tickets) -> bool {
    let from = marks.get(Mark::Calls).unwrap_or(round.now.saturating_sub(FIRST));
    let top = marks.get(Mark::Top).unwrap_or(round.now);
    let high = marks.get(Mark::High).unwrap_or(top);
    let mut held = marks.get(Mark::Held);
    let (low, up_to) = (second(from.saturating_sub(OVERLAP)), second(high + 1_000));
    let query = [("StartTime>", low.as_str()), ("StartTime<", up_to.as_str()), ("PageSize", COUNT)];
    let mut request = rest.get("/Calls.json", &query);
    let mut back_to = high;
    let whole = loop {
        if !round.has(PAGE) {
            break false;
        }
        let page = match twilio(round, request).await {
            Ok(page) => page,
            Err(code) => {
                round.tell(code);
                break false;
            }
        };
        let calls = page.get("calls").map(Json::elements).unwrap_or_default();
        let events: Vec<CallEvent<'_>> = calls.iter().filter_map(CallEvent::from_rest).collect();
        match mend(round, &events, tickets).await {
            Ok(unwritten) => held = earlier(held, unwritten),
            Err(code) => {
                round.tell(code);
                break false;
            }
        }
        for event in &events {
            back_to = event.at.map_or(back_to, |at| back_to.min(at));
            held = earlier(held, event.at.filter(|_| !event.is_over()));
        }
        match next_page(&page) {
            Some(uri) => request = rest.page(uri),
            None => break true,
        }
    };
    if whole {
        let held = held.filter(|held| held + LONGEST >= round.now).unwrap_or(top);
        marks.set(Mark::Calls, Some(held.min(top).max(from)));
        for mark in [Mark::Top, Mark::High, Mark::Held] {
            marks.set(mark, None);
        }
    } else if back_to < high {
        // The first run of all counts back from its own time.
        marks.set(Mark::Calls, Some(from));
        marks.set(Mark::Top, Some(top));
        marks.set(Mark::High, Some(back_to));
        marks.set(Mark::Held, held);
    }
    whole && top == round.now
}

/// Asks Twilio for something that is there.
pub(super) async fn twilio(round: &Round<'_>, request: HttpRequest) -> Result<Json, Stopped> {
    match round.http(request).await {
        Answer::Done { status: 200..=299, body } => Ok(body),
        Answer::Done { status: 400..=407 | 409..=428, .. } => Err(Code::TwilioRefused),
        _ => Err(Code::TwilioUnavailable),
    }
}

/// `next_page_uri`, a path of the API's.
fn next_page(page: &Json) -> Option<&str> {
    page.get("next_page_uri").and_then(Json::text).filter(|uri| uri.starts_with("/2010-04-01/Accounts/"))
}

/// The instant as Twilio's filters take it.
fn second(ms: u64) -> String {
    [instant(ms).get(..19).unwrap_or_default(), "Z"].concat()
}

pub(super) fn earlier(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// A trouble that another attempt in this run does not end.
pub(super) const fn is_outage(trouble: Trouble) -> bool {
    !matches!(trouble, Trouble::Lasting(Code::ChartRefused))
}
