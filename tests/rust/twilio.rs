// SPDX-License-Identifier: Apache-2.0 OR MIT

//! SIDs and dates in Twilio's formats.

use plumline::time::{DAY, date_from_days, instant, weekday_from_days};

/// A SID with this prefix, such as `CA` for calls.
pub(crate) fn sid(kind: &str, number: u64) -> String {
    format!("{kind}{number:032x}")
}

/// The RFC 2822 date of an instant, in UTC.
pub(crate) fn rfc2822(ms: u64) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = date_from_days(ms / DAY);
    let weekday = DAYS[weekday_from_days(ms / DAY) as usize];
    let clock = instant(ms);
    format!("{weekday}, {day:02} {} {year} {} +0000", MONTHS[month as usize - 1], &clock[11..19])
}
