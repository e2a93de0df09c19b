// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is done every hour: calls that never ended in the chart are asked for, and old recordings deleted at Twilio.

use super::calls::{earlier, twilio};
use super::marks::{Mark, Marks};
use super::mend::{mend, root_of};
use super::round::{Round, WRITES};
use super::tickets::Tickets;
use crate::call::log::{CATEGORY, CallEvent, CallLog};
use crate::error::Code;
use crate::fhir::element::{extension, extension_of, is};
use crate::flow::ask::{Answer, Ask};
use crate::flow::record::{get, landed, update};
use crate::flow::walk::Walk;
use crate::json::Json;
use crate::rest::Rest;
use crate::time::{DAY, HOUR, instant};

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
/// Milliseconds that deleting may take.
const DEADLINE: u32 = 10_000;
/// The name of the extension that tells of a recording that is no longer at Twilio.
const EXTENSION: &str = "/twilio-recording-deleted";

/// Asks Twilio for calls that the chart has had as going on for hours: whatever told of their end was lost.
pub(super) async fn lingering(round: &Round<'_>, rest: &Rest, tickets: &mut Tickets) {
    let (from, to) = (instant(round.now.saturating_sub(LOST)), instant(round.now.saturating_sub(LINGERING)));
    let category = ["Communication?category=", CATEGORY.0, "|", CATEGORY.1, "&status=in-progress"].concat();
    let url = [&category, "&sent=ge", &from, "&sent=lt", &to, "&_sort=-_lastUpdated&_count=50"].concat();
    let mut calls = match round.searches([("Communication", get(url))]).await {
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
        match twilio(round, rest.get(&["/Calls/", root, ".json"].concat(), &[])).await {
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
        if let Err(code) = mend(round, &events, tickets).await {
            return round.tell(code);
        }
    }
}

/// Deletes the recordings of calls that began more than `days` days ago, and says so in the chart. Whether all are
/// gone.
pub(super) async fn recordings(round: &Round<'_>, rest: &Rest, marks: &mut Marks, days: u32) -> bool {
    let to = round.now.saturating_sub(u64::from(days) * DAY);
    let from = marks.get(Mark::Recordings).unwrap_or(0).min(to.saturating_sub(OVERLAP));
    let search = ["Communication?category=", CATEGORY.0, "|", CATEGORY.1].concat();
    let mut walk = Walk::new(search, "sent", from, Some(to));
    while round.has(6) {
        round.spend();
        let page = match walk.next(round.host, COUNT).await {
            Ok(page) => page,
            Err(trouble) => {
                round.tell(trouble.code());
                return false;
            }
        };
        if let Some(undone) = delete(round, rest, page).await {
            marks.set(Mark::Recordings, Some(undone));
            return false;
        }
        marks.set(Mark::Recordings, Some(walk.at));
        if walk.is_over() {
            return true;
        }
    }
    false
}

/// Deletes the recordings of a page of calls. When the first call began that is not done.
async fn delete(round: &Round<'_>, rest: &Rest, page: Vec<(u64, Json)>) -> Option<u64> {
    let mut undone = None;
    let mut changed: Vec<(u64, Json)> = Vec::new();
    for (at, call) in page {
        let open = kept(&call, round.base());
        if open.is_empty() {
            continue;
        }
        let mut gone = Vec::new();
        for some in open.chunks(DELETED) {
            if !round.has(3) {
                break;
            }
            round.spend();
            let path = |sid: &String| ["/Recordings/", sid.as_str(), ".json"].concat();
            let asks = some.iter().map(|sid| (Ask::Http(rest.delete(&path(sid))), Some(DEADLINE))).collect();
            for (sid, answer) in some.iter().zip(round.host.ask_all(asks).await) {
                match answer {
                    // 404: it has been deleted before.
                    Answer::Done { status: 200..=299 | 404 | 410, .. } => gone.push(sid.clone()),
                    Answer::Done { status: 400..=407 | 409 | 411..=428, .. } => round.tell(Code::TwilioRefused),
                    _ => round.tell(Code::TwilioUnavailable),
                }
            }
        }
        if gone.len() < open.len() {
            undone = earlier(undone, Some(at));
        }
        if !gone.is_empty() {
            changed.push((at, without(call, &gone, round)));
        }
    }
    for some in changed.chunks(WRITES) {
        let (mut asked, mut requests) = (Vec::new(), Vec::new());
        for (at, call) in some {
            if let Some(request) = update(call) {
                asked.push(*at);
                requests.push(request);
            }
        }
        for (at, answer) in asked.into_iter().zip(round.fhir(requests).await) {
            // Found deleted already, at the next run.
            if let Err(trouble) = landed(&answer) {
                round.tell(trouble.code());
                undone = earlier(undone, Some(at));
            }
        }
    }
    undone
}

/// The recordings of a call that are still at Twilio, as far as the chart knows.
fn kept(call: &Json, base: &str) -> Vec<String> {
    let log = CallLog::read(call, base);
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

/// The call, saying that recordings of it are gone.
fn without(mut call: Json, gone: &[String], round: &Round<'_>) -> Json {
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
