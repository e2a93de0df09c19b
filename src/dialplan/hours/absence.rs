// SPDX-License-Identifier: Apache-2.0 OR MIT

//! FHIR's `notAvailable` and `Period`.

use core::cmp::Ordering;

use super::LocalTime;
use crate::json::Json;
use crate::time::{days_since_epoch, parse_instant};

/// Whether `now` is in one of FHIR's `notAvailable` periods.
pub(super) fn is_away(resource: &Json, local: LocalTime, now: u64) -> bool {
    let periods = resource.get("notAvailable").map(Json::elements).unwrap_or_default();
    periods.iter().filter_map(|item| item.get("during")).any(|during| is_within(during, local, now))
}

/// Whether `now` is within a FHIR `Period`, including both ends. A date, month or year is in local time and includes
/// its whole length. A period without start and end contains no time.
pub(in crate::dialplan) fn is_within(period: &Json, local: LocalTime, now: u64) -> bool {
    let end = |name| period.get(name).and_then(Json::text);
    let (start, end) = (end("start"), end("end"));
    let begun = start.is_none_or(|start| compare(start, local, now).is_some_and(Ordering::is_le));
    let not_over = end.is_none_or(|end| compare(end, local, now).is_some_and(Ordering::is_ge));
    (start.is_some() || end.is_some()) && begun && not_over
}

/// Compares a FHIR `dateTime` with `now`. A date, month or year that contains the local date is equal.
fn compare(text: &str, local: LocalTime, now: u64) -> Option<Ordering> {
    if text.len() > 10 {
        // A time without a fraction is the whole second, so that an end of 23:59:59 leaves no gap before midnight.
        let now = if text.contains('.') { now } else { now - now % 1_000 };
        return parse_instant(text).map(|at| at.cmp(&now));
    }
    let number = |at: usize| text.get(at..at + 2)?.parse::<u32>().ok();
    let year = text.get(..4)?.parse().ok()?;
    let whole = match text.len() {
        4 => days_since_epoch(year, 1, 1),
        7 => days_since_epoch(year, number(5)?, 1),
        10 => days_since_epoch(year, number(5)?, number(8)?),
        _ => None,
    };
    whole?;
    Some(text.cmp(local.date().get(..text.len())?))
}
