// SPDX-License-Identifier: Apache-2.0 OR MIT

//! SIDs and dates as Twilio writes them.

use plumline::time::{DAY, date_from_days, instant, weekday_from_days};

/// A SID of a kind, such as `CA` for calls.
pub(crate) fn sid(kind: &str, number: u64) -> String {
    format!("{kind}{number:032x}")
}

/// An instant in the format of RFC 2822, in UTC.
pub(crate) fn rfc2822(ms: u64) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = date_from_days(ms / DAY);
    let weekday = DAYS[weekday_from_days(ms / DAY) as usize];
    let clock = instant(ms);
    format!("{weekday}, {day:02} {} {year} {} +0000", MONTHS[month as usize - 1], &clock[11..19])
}
