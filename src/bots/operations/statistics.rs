// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `statistics`: counts the calls of a period by day, direction, outcome and practitioner, and the time to answer.
//!
//! The bot reads the calls page by page and only counts them, so any period fits into memory. If one run is too short,
//! the response has `next` with the sums so far. To continue, send `next` as the input of the next request.

use super::history::{error_reply, practitioner};
use super::sums::{Sums, parse_integer};
use crate::bots::settings::read_config;
use crate::chart::{CallState, PagedSearch};
use crate::error::Code;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::runtime::{BotEvent, Host, HostRequest, HostResponse, Reply, Response, ZoneRequest};
use crate::time::{DAY, date, instant, parse_instant};

/// The maximum number of days in a period.
const MAX_DAYS: u64 = 366;
/// The maximum number of pages per run.
const MAX_PAGES: u32 = 40;
/// Calls per page.
const PAGE_SIZE: usize = 100;
/// The maximum number of ids at one instant in `next`.
const MAX_SEEN: usize = 1_000;

/// Takes `{ from, to, timeZone? }`, or the `next` of an earlier response.
pub(super) async fn statistics(event: &BotEvent, host: &Host) -> Response {
    match page_through(event, host).await {
        Ok(figures) => Reply::Value(figures).into(),
        Err(reply) => reply.into(),
    }
}

/// The days of the period in a time zone.
struct Period {
    /// The dates, such as `2026-11-21`.
    names: Vec<String>,
    /// The start of each day, and the end of the last day, as Unix time in milliseconds.
    starts: Vec<u64>,
}

async fn page_through(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let invalid = |code: Code| Reply::Invalid(code.into());
    let input = &event.input;
    let zone = time_zone(event);
    let period = Period::read(input, &zone, host).await?;
    let (first, end) = (period.starts[0], period.starts[period.names.len()]);
    let search =
        ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=in-progress,completed"].concat();
    let mut search_pages = PagedSearch::new(search, "sent", first, Some(end));
    let mut sums = Sums::new(period.names.len());
    if let Some(at) = input.get("at") {
        let at =
            parse_integer(at).filter(|at| (first..end).contains(at)).ok_or_else(|| invalid(Code::CursorInvalid))?;
        search_pages.at = at;
        for id in input.get("met").map(Json::elements).unwrap_or_default().iter().take(MAX_SEEN) {
            search_pages.seen.extend(id.text().map(str::to_owned));
        }
        let earlier = input.get("sums").and_then(|sums| Sums::read(sums, period.names.len()));
        sums = earlier.ok_or_else(|| invalid(Code::CursorInvalid))?;
    }
    for _ in 0..MAX_PAGES {
        for (at, call) in search_pages.next(host, PAGE_SIZE).await.map_err(error_reply)? {
            sums.add(period.day(at), &CallState::read(&call), practitioner(&call));
        }
        if search_pages.is_exhausted() {
            break;
        }
    }
    let text = |name| input.get(name).cloned().unwrap_or_default();
    let mut figures = Json::object([("from", text("from")), ("to", text("to")), ("timeZone", Json::of(&zone))]);
    for (name, value) in sums.answer_json(&period.names) {
        figures.set(name, value);
    }
    if !search_pages.is_exhausted() {
        let next = Json::object([
            ("operation", Json::of("statistics")),
            ("from", text("from")),
            ("to", text("to")),
            ("timeZone", Json::of(&zone)),
            ("at", Json::of_integer(search_pages.at)),
            ("met", Json::List(search_pages.seen.iter().map(|id| Json::of(id)).collect())),
            ("sums", sums.write()),
        ]);
        figures.set("next", next);
    }
    Ok(figures)
}

/// The requested time zone, or the clinic's, or UTC.
fn time_zone(event: &BotEvent) -> String {
    let asked = event.input.get("timeZone").and_then(Json::text).map(str::to_owned);
    let clinic = || read_config(event).0.time_zone;
    asked.or_else(clinic).unwrap_or_else(|| "UTC".to_owned())
}

impl Period {
    async fn read(input: &Json, zone: &str, host: &Host) -> Result<Self, Reply> {
        let date_of = |name| input.get(name).and_then(Json::text).filter(|text| text.len() == 10);
        let days = date_of("from").and_then(parse_instant).zip(date_of("to").and_then(parse_instant));
        let days = days.filter(|(from, to)| from <= to && to - from < MAX_DAYS * DAY);
        let (from, to) = days.ok_or_else(|| Reply::Invalid(Code::PeriodInvalid.into()))?;
        let mut names = Vec::new();
        let mut local_times = Vec::new();
        for day in from / DAY..=to / DAY + 1 {
            let midnight = instant(day * DAY);
            let time = |hour: &str| [midnight.get(..11).unwrap_or_default(), hour, ":00:00"].concat();
            // If the clock is set forward at midnight, the day starts at 01:00.
            local_times.extend([time("00"), time("01")]);
            names.push(date(day * DAY));
        }
        names.pop();
        let request = ZoneRequest { zone: zone.to_owned(), instants: Vec::new(), local_times };
        let instants = match host.send(HostRequest::Zone(request), None).await {
            HostResponse::Done { status: 200..=299, body } => body.take("instants").into_elements(),
            _ => return Err(Reply::Invalid(Code::ZoneUnknown.into())),
        };
        let mut starts = Vec::new();
        for pair in instants.chunks(2) {
            let first = pair.iter().flat_map(Json::elements).find_map(parse_integer);
            starts.push(first);
        }
        // A time zone that moves across the date line skips a day. The skipped day starts and ends at the start of the
        // next day, so it has no calls.
        let mut next = None;
        for start in starts.iter_mut().rev() {
            next = start.or(next);
            *start = next;
        }
        let starts: Option<Vec<u64>> = starts.into_iter().collect();
        match starts {
            Some(starts) if starts.len() == names.len() + 1 && starts.is_sorted() => Ok(Self { names, starts }),
            _ => Err(Reply::Invalid(Code::ZoneUnknown.into())),
        }
    }

    /// The index of the day that contains an instant.
    fn day(&self, at: u64) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }
}
