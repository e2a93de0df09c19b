// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The `Period` of a contact or a name: <https://hl7.org/fhir/R4/datatypes.html#Period>.
//!
//! A date, a month or a year has no time zone. It starts when it starts in the first time zone, and ends when it ends
//! in the last time zone.

use crate::json::Json;
use crate::time::{DAY, HOUR, days_since_epoch, parse_instant};

/// The largest offset ahead of UTC.
const MAX_UTC_OFFSET: u64 = 14 * HOUR;
/// The largest offset behind UTC.
const MIN_UTC_OFFSET: u64 = 12 * HOUR;

/// Whether `now` (Unix time in milliseconds) is in a period. An absent or invalid start or end is ignored.
#[must_use]
pub fn covers(period: &Json, now: u64) -> bool {
    let end = |name| period.get(name).and_then(Json::text).and_then(span);
    end("start").is_none_or(|(first, _)| first <= now) && end("end").is_none_or(|(_, last)| now <= last)
}

/// The first and the last millisecond of a FHIR `dateTime`.
fn span(text: &str) -> Option<(u64, u64)> {
    if text.len() > 10 {
        return parse_instant(text).map(|at| (at, at));
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = number(0, 4)?;
    let (first, after) = match text.len() {
        4 => (days_since_epoch(year, 1, 1)?, days_since_epoch(year + 1, 1, 1)?),
        7 => match number(5, 7)? {
            12 => (days_since_epoch(year, 12, 1)?, days_since_epoch(year + 1, 1, 1)?),
            month => (days_since_epoch(year, month, 1)?, days_since_epoch(year, month + 1, 1)?),
        },
        _ => {
            let day = parse_instant(text)? / DAY;
            (day, day + 1)
        }
    };
    Some(((first * DAY).saturating_sub(MAX_UTC_OFFSET), after * DAY + MIN_UTC_OFFSET - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(period: &str, now: &str) -> bool {
        covers(&Json::parse(period).unwrap(), parse_instant(now).unwrap())
    }

    #[test]
    fn a_day_a_month_and_a_year_last_until_they_are_over_everywhere() {
        for (text, before, first, last, after) in [
            ("2026", "2025-12-31T09:59:59Z", "2025-12-31T10:00:00Z", "2027-01-01T11:59:59Z", "2027-01-01T12:00:00Z"),
            ("2026-02", "2026-01-31T09:59:59Z", "2026-01-31T10:00:00Z", "2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z"),
            ("2026-12", "2026-11-30T09:59:59Z", "2026-11-30T10:00:00Z", "2027-01-01T11:59:59Z", "2027-01-01T12:00:00Z"),
            (
                "2026-11-16",
                "2026-11-15T09:59:59Z",
                "2026-11-15T10:00:00Z",
                "2026-11-17T11:59:59Z",
                "2026-11-17T12:00:00Z",
            ),
            (
                "2026-11-16T12:00:00Z",
                "2026-11-16T11:59:59Z",
                "2026-11-16T12:00:00Z",
                "2026-11-16T12:00:00Z",
                "2026-11-16T12:00:01Z",
            ),
        ] {
            let (start, end) = (format!(r#"{{"start":"{text}"}}"#), format!(r#"{{"end":"{text}"}}"#));
            assert!(!counts(&start, before) && counts(&start, first) && counts(&start, after), "{text}");
            assert!(counts(&end, before) && counts(&end, last) && !counts(&end, after), "{text}");
        }
    }

    #[test]
    fn an_invalid_start_or_end_sets_no_limit() {
        for text in ["soon", "", "2026-13", "2026-1", "20261116", "2026-02-30", "9999", "é026", "2026-11-16T12"] {
            for name in ["start", "end"] {
                assert!(counts(&format!(r#"{{"{name}":"{text}"}}"#), "2026-11-16T12:00:00Z"), "{name} {text}");
            }
        }
        for period in ["{}", "null", "7", r#"{"start":7}"#] {
            assert!(counts(period, "2026-11-16T12:00:00Z"), "{period}");
        }
    }
}
