// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Converts between Unix time in milliseconds and the formats of FHIR and Twilio.
//!
//! This module has no time zones. The host converts between instants and local times (`HostRequest::Zone`).

use crate::json::decimal;

/// Milliseconds in a day.
pub const DAY: u64 = 86_400_000;
/// Milliseconds in an hour.
pub const HOUR: u64 = 3_600_000;
/// Milliseconds in a minute.
pub const MINUTE: u64 = 60_000;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Converts a Gregorian date to the number of days since 1970-01-01. Returns `None` if the date does not exist or is
/// before 1970.
#[must_use]
pub fn days_since_epoch(year: u32, month: u32, day: u32) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    // Count years from March, so that the leap day is the last day of a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = u64::from(year) * 365 + u64::from(year / 4) - u64::from(year / 100) + u64::from(year / 400);
    Some(days + u64::from(of_year) - 719_468)
}

/// Converts the number of days since 1970-01-01 to year, month and day.
#[must_use]
pub fn date_from_days(days: u64) -> (u32, u32, u32) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    ((year_of_era + era * 400) as u32 + u32::from(month <= 2), month as u32, day as u32)
}

/// The weekday of a day since 1970-01-01: 0 for Monday to 6 for Sunday.
#[must_use]
pub const fn weekday_from_days(days: u64) -> u32 {
    ((days + 3) % 7) as u32
}

/// The number of days in a month.
#[must_use]
pub(crate) fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Formats a FHIR `instant` in UTC: `2026-11-21T09:30:00.000Z`.
#[must_use]
pub fn instant(ms: u64) -> String {
    let of_day = ms % DAY;
    let clock = |unit: u64, below: u64| padded(of_day / unit % below, 2);
    let (hour, minute, second) = (clock(HOUR, 24), clock(MINUTE, 60), clock(1_000, 60));
    [&date(ms), "T", &hour, ":", &minute, ":", &second, ".", &padded(of_day % 1_000, 3), "Z"].concat()
}

/// Formats a FHIR `date` in UTC: `2026-11-21`.
#[must_use]
pub fn date(ms: u64) -> String {
    let (year, month, day) = date_from_days(ms / DAY);
    [&padded(year.into(), 4), "-", &padded(month.into(), 2), "-", &padded(day.into(), 2)].concat()
}

fn padded(number: u64, width: usize) -> String {
    let digits = decimal(number);
    let zeros = "0000".get(..width.saturating_sub(digits.len())).unwrap_or_default();
    [zeros, &digits].concat()
}

/// Parses a FHIR `instant`, or a `dateTime` with time and zone. A `date` becomes midnight in UTC.
#[must_use]
pub fn parse_instant(text: &str) -> Option<u64> {
    let date = days_since_epoch(digits(text, 0, 4)?, digits(text, 5, 2)?, digits(text, 8, 2)?)?;
    if text.as_bytes().get(4) != Some(&b'-') || text.as_bytes().get(7) != Some(&b'-') {
        return None;
    }
    let Some(rest) = text.get(10..).filter(|rest| !rest.is_empty()) else {
        return Some(date * DAY);
    };
    let (b'T', b':', b':') = (*rest.as_bytes().first()?, *rest.as_bytes().get(3)?, *rest.as_bytes().get(6)?) else {
        return None;
    };
    let (clock, rest) = (clock(rest, 1)?, rest.get(9..)?);
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(after) => {
            let (digits, zone) = crate::text::split_before(after, |byte| !byte.is_ascii_digit());
            (self::digits([digits, "000"].concat().get(..3)?, 0, 3)?, zone)
        }
        None => (0, rest),
    };
    let local = date * DAY + clock + u64::from(fraction);
    match zone.as_bytes() {
        b"Z" => Some(local),
        [sign, _, _, b':', _, _] => shift(local, *sign, digits(zone, 1, 2)?, digits(zone, 4, 2)?),
        _ => None,
    }
}

/// Parses an RFC 2822 date as Twilio writes it: `Sat, 21 Nov 2026 09:30:00 +0000`.
#[must_use]
pub fn parse_rfc2822(text: &str) -> Option<u64> {
    let text = crate::text::split_on(text, b',').1.trim_ascii_start();
    // Some writers omit the leading zero of the day.
    let text = if text.as_bytes().get(1) == Some(&b' ') { ["0", text].concat() } else { text.to_owned() };
    let name = text.get(3..6)?;
    let month = MONTHS.iter().position(|month| *month == name)? as u32 + 1;
    let date = days_since_epoch(digits(&text, 7, 4)?, month, digits(&text, 0, 2)?)?;
    let local = date * DAY + clock(&text, 12)?;
    let zone = text.get(21..)?;
    match zone.as_bytes() {
        b"GMT" | b"UTC" | b"Z" => Some(local),
        [sign, _, _, _, _] => shift(local, *sign, digits(zone, 1, 2)?, digits(zone, 3, 2)?),
        _ => None,
    }
}

/// `HH:MM:SS` at the index `at`, in milliseconds. A leap second (`:60`) becomes `:59`.
fn clock(text: &str, at: usize) -> Option<u64> {
    let (hour, minute, second) = (digits(text, at, 2)?, digits(text, at + 3, 2)?, digits(text, at + 6, 2)?);
    let in_range = hour < 24 && minute < 60 && second <= 60;
    in_range.then(|| u64::from(hour) * HOUR + u64::from(minute) * MINUTE + u64::from(second.min(59)) * 1_000)
}

fn shift(local: u64, sign: u8, hours: u32, minutes: u32) -> Option<u64> {
    let offset = u64::from(hours) * HOUR + u64::from(minutes) * MINUTE;
    match sign {
        b'+' => local.checked_sub(offset),
        b'-' => Some(local + offset),
        _ => None,
    }
}

fn digits(text: &str, at: usize, count: usize) -> Option<u32> {
    let part = text.get(at..at + count)?;
    if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_convert_both_ways() {
        assert_eq!(
            (days_since_epoch(1970, 1, 1), days_since_epoch(2000, 2, 29), days_since_epoch(2100, 2, 29)),
            (Some(0), Some(11_016), None)
        );
        for days in 0..200_000 {
            let (year, month, day) = date_from_days(days);
            assert_eq!(days_since_epoch(year, month, day), Some(days));
        }
        for (year, month, day) in [(1969, 12, 31), (2026, 0, 1), (2026, 13, 1), (2026, 4, 31), (2026, 1, 0)] {
            assert_eq!(days_since_epoch(year, month, day), None);
        }
        assert_eq!(weekday_from_days(days_since_epoch(2026, 11, 21).unwrap()), 5);
    }

    #[test]
    fn parses_what_it_formats() {
        let ms = 1_795_000_000_123;
        assert_eq!(instant(ms), "2026-11-18T11:06:40.123Z");
        assert_eq!(parse_instant(&instant(ms)), Some(ms));
        assert_eq!(parse_instant("2026-11-18T12:06:40.1234+01:00"), Some(ms));
        assert_eq!(parse_instant("2026-11-18T05:36:40-05:30"), Some(ms - 123));
        assert_eq!(parse_instant("2026-11-18"), Some(ms - ms % DAY));
        for text in [
            "",
            "2026",
            "2026-11",
            "2026-11-18T",
            "2026-11-18T11:06:40",
            "2026-11-18T24:00:00Z",
            "2026/11/18",
            "é026-11-18",
        ] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn parses_twilio_dates() {
        assert_eq!(parse_rfc2822("Wed, 18 Nov 2026 11:06:40 +0000"), Some(1_795_000_000_000));
        assert_eq!(parse_rfc2822("Sun, 1 Nov 2026 00:00:00 GMT"), parse_instant("2026-11-01"));
        for text in [
            "",
            "Wed, 18",
            "Wed, 18 Nob 2026 11:06:40 +0000",
            "18 Nov 2026 11:06:40 +0000",
            "Wed, 18 Nov 2026 11:06:40 ",
        ] {
            assert_eq!(parse_rfc2822(text), None, "{text}");
        }
    }
}
