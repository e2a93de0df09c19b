// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Periods of a day, of the config and of FHIR's `availableTime`.

use super::LocalTime;
use super::day_rule::WEEKDAYS;
use crate::dialplan::config::{Opening, Weekly};
use crate::json::Json;
use crate::text::split_on;
use crate::time::weekday_from_days;

/// Minutes in a day.
const MIDNIGHT: u32 = 24 * 60;

/// A period in minutes since midnight. If the end is not after the start, it is on the next day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    from: u32,
    to: u32,
}

impl Period {
    pub(super) fn opening(opening: &Opening) -> Option<Self> {
        Self::parse(&opening.from, &opening.to)
    }

    fn parse(from: &str, to: &str) -> Option<Self> {
        Some(Self { from: clock(from)?, to: end(to)? })
    }

    /// Whether the period includes a minute of the day on which it starts.
    pub(super) const fn includes(self, minute: u32) -> bool {
        minute >= self.from && (minute < self.to || self.is_overnight())
    }

    /// Whether the period includes a minute of the day after.
    pub(super) const fn includes_next_day(self, minute: u32) -> bool {
        self.is_overnight() && minute < self.to
    }

    const fn is_overnight(self) -> bool {
        self.to <= self.from
    }
}

/// A period on some weekdays. Each weekday is a bit, and Monday is the lowest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    weekdays: u32,
    pub(super) period: Period,
}

impl Span {
    pub(super) fn weekly(weekly: &Weekly) -> Option<Self> {
        let weekdays = weekly.days.iter().fold(0, |days, day| days | 1 << *day as u32);
        Some(Self { weekdays, period: Period::parse(&weekly.from, &weekly.to)? })
    }

    /// Reads an entry of FHIR's `availableTime`. Without `daysOfWeek`, it applies to every day. Without times, it applies
    /// to the whole day.
    pub(super) fn available(time: &Json) -> Option<Self> {
        let named = time.get("daysOfWeek").map(Json::elements).unwrap_or_default();
        let mut weekdays = if named.is_empty() { 0x7f } else { 0 };
        for (name, weekday) in WEEKDAYS.iter().zip(0..) {
            if named.iter().any(|item| item.text() == Some(name)) {
                weekdays |= 1 << weekday;
            }
        }
        if time.get("allDay").and_then(Json::boolean) == Some(true) {
            return Some(Self { weekdays, period: Period { from: 0, to: MIDNIGHT } });
        }
        // An entry with an invalid time is ignored.
        let from = time.get("availableStartTime").map_or(Some(0), |text| clock(text.text()?));
        let to = time.get("availableEndTime").map_or(Some(MIDNIGHT), |text| end(text.text()?));
        Some(Self { weekdays, period: Period { from: from?, to: to? } })
    }

    /// Whether the period starts on a weekday.
    pub(super) const fn is_on(self, weekday: u32) -> bool {
        self.weekdays >> weekday & 1 == 1
    }

    /// Whether the period of a weekday includes a local time.
    pub(super) fn includes(self, local: LocalTime) -> bool {
        let LocalTime { day, minute } = local;
        let since_yesterday =
            || day > 0 && self.is_on(weekday_from_days(day - 1)) && self.period.includes_next_day(minute);
        self.is_on(weekday_from_days(day)) && self.period.includes(minute) || since_yesterday()
    }
}

/// Parses `HH:MM` as minutes since midnight. Optional seconds are ignored. `24:00` is midnight at the end of the day.
fn clock(text: &str) -> Option<u32> {
    let (hours, rest) = split_on(text, b':');
    let minutes = split_on(rest, b':').0;
    if hours.len() != 2 || minutes.len() != 2 || !hours.bytes().chain(minutes.bytes()).all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let minute = hours.parse::<u32>().ok()? * 60 + minutes.parse::<u32>().ok().filter(|minutes| *minutes < 60)?;
    (minute <= MIDNIGHT).then_some(minute)
}

/// Parses the end of a period. Many systems write the end of the day as `23:59` or `23:59:59`, so both are midnight.
fn end(text: &str) -> Option<u32> {
    clock(text).map(|minute| if minute == MIDNIGHT - 1 { MIDNIGHT } else { minute })
}
