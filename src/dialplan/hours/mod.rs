// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Opening hours and availability, by local time.
//!
//! Hours are compared with the local time, so daylight saving time needs no special rule. An hour that occurs twice is
//! open twice, and a skipped hour does not occur.

mod absence;
mod day_rule;
mod easter;
mod period;

use crate::dialplan::config::{Holiday, Hours};
use crate::json::Json;
use crate::text::split_on;
use crate::time::{DAY, MINUTE, date, parse_instant, weekday_from_days};
use absence::is_away;
use period::{Period, Span};

pub(super) use absence::is_within;
pub use day_rule::DayRule;

/// A local date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Days since 1970-01-01.
    pub day: u64,
    /// Minutes since midnight.
    pub minute: u32,
}

impl LocalTime {
    /// Parses `YYYY-MM-DDTHH:MM:SS`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (day, clock) = split_on(text, b'T');
        // The local time is parsed as if it were UTC, to get its day and minute.
        let ms = parse_instant(&[day, "T", clock.get(..8)?, "Z"].concat())?;
        Some(Self { day: ms / DAY, minute: (ms % DAY / MINUTE) as u32 })
    }

    /// `YYYY-MM-DD`.
    fn date(self) -> String {
        date(self.day * DAY)
    }
}

/// Whether `hours` are open at `local`. `service` is the `HealthcareService` of the hours, if they have one. `now` is
/// the same moment as Unix time in milliseconds.
///
/// The hours are open during `weekly` and the service's `availableTime`, except on holidays and during the service's
/// `notAvailable`. On a holiday with times of its own, they are open at these times only. A period does not extend into
/// a holiday, nor from a closed holiday into the next day. Without weekly hours, a service without `availableTime` is
/// always open. A service that is not `active` is never open.
#[must_use]
pub fn are_open(hours: &Hours, service: Option<&Json>, local: LocalTime, now: u64) -> bool {
    let is_closed =
        |service: &Json| service.get("active").and_then(Json::boolean) == Some(false) || is_away(service, local, now);
    if service.is_some_and(is_closed) {
        return false;
    }
    let listed = service.and_then(|service| service.get("availableTime")).map(Json::elements).unwrap_or_default();
    let mut spans: Vec<Span> = hours.weekly.iter().filter_map(Span::weekly).collect();
    spans.extend(listed.iter().filter_map(Span::available));
    let always = service.is_some() && listed.is_empty() && hours.weekly.is_empty();
    let LocalTime { day, minute } = local;
    match holiday_on(hours, day, &spans, always) {
        Some(today) => return today.open.iter().filter_map(Period::opening).any(|period| period.includes(minute)),
        None if always => return true,
        None => {}
    }
    let regular = |day: u64, includes: fn(Period, u32) -> bool| {
        spans.iter().any(|span| span.is_on(weekday_from_days(day)) && includes(span.period, minute))
    };
    if regular(day, Period::includes) {
        return true;
    }
    let Some(yesterday) = day.checked_sub(1) else { return false };
    match holiday_on(hours, yesterday, &spans, always) {
        Some(holiday) => holiday.open.iter().filter_map(Period::opening).any(|period| period.includes_next_day(minute)),
        None => regular(yesterday, Period::includes_next_day),
    }
}

/// The holiday that applies to a day. `spans` are the times without holidays, or the hours are `always` open.
fn holiday_on<'a>(hours: &'a Hours, day: u64, spans: &[Span], always: bool) -> Option<&'a Holiday> {
    let weekday = weekday_from_days(day);
    let mut first: Option<(u32, &Holiday)> = None;
    for holiday in &hours.holidays {
        let Some(rule) = DayRule::parse(&holiday.on).filter(|rule| rule.includes(day)) else { continue };
        let applies = match &holiday.days {
            Some(days) => days.iter().any(|day| *day as u32 == weekday),
            // A half-day in a yearly rule does not open a weekday that is closed.
            None => {
                holiday.open.is_empty()
                    || always
                    || rule.is_dated() && !rule.is_range()
                    || spans.iter().any(|span| span.is_on(weekday))
            }
        };
        let rank = rank(&rule, holiday.open.is_empty());
        if applies && first.is_none_or(|(known, _)| rank < known) {
            first = Some((rank, holiday));
        }
    }
    first.map(|(_, holiday)| holiday)
}

/// The rank of a holiday among those of the same day. The lowest one applies. A date of one year comes first. Then comes
/// a closure of certain dates, because it is newer than the yearly rules. Among equals, closed comes before open.
fn rank(rule: &DayRule, is_closed: bool) -> u32 {
    let rank = match (rule.is_range(), rule.is_dated()) {
        (false, true) => 0,
        (true, true) if is_closed => 2,
        (false, false) => 4,
        (true, _) => 6,
    };
    rank + u32::from(!is_closed)
}

/// Whether a resource with FHIR's `availableTime` and `notAvailable`, such as a role, is available at `local`. Without
/// `availableTime`, it is always available.
#[must_use]
pub fn is_available(resource: &Json, local: LocalTime, now: u64) -> bool {
    let listed = resource.get("availableTime").map(Json::elements).unwrap_or_default();
    let there = listed.is_empty() || listed.iter().filter_map(Span::available).any(|span| span.includes(local));
    there && !is_away(resource, local, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> LocalTime {
        LocalTime::parse(text).unwrap()
    }

    fn hours(json: &str) -> Hours {
        serde_json::from_str(json).unwrap()
    }

    fn open(hours: &Hours, at: &str) -> bool {
        are_open(hours, None, local(at), 0)
    }

    #[test]
    fn parses_a_local_time() {
        assert_eq!(LocalTime::parse("1970-01-02T01:30:59"), Some(LocalTime { day: 1, minute: 90 }));
        for text in ["", "1970-01-02", "1970-01-02T", "1970-01-02T25:00:00", "x"] {
            assert_eq!(LocalTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_weekday_has_its_hours() {
        let week = hours(
            r#"{"weekly":[{"days":["mon","tue","wed","thu","fri"],"from":"08:30","to":"17:00"},{"days":["sat"],"from":"09:00","to":"24:00"}]}"#,
        );
        // 2026-11-16 is a Monday.
        for (at, expected) in [
            ("2026-11-16T02:00:00", false),
            ("2026-11-16T08:29:59", false),
            ("2026-11-16T08:30:00", true),
            ("2026-11-16T16:59:59", true),
            ("2026-11-16T17:00:00", false),
            ("2026-11-21T08:59:59", false),
            ("2026-11-21T23:59:59", true),
            ("2026-11-22T00:00:00", false),
        ] {
            assert_eq!(open(&week, at), expected, "{at}");
        }
    }

    #[test]
    fn overnight_hours_belong_to_the_day_on_which_they_start() {
        let night =
            hours(r#"{"weekly":[{"days":["fri"],"from":"22:00","to":"06:00"}],"holidays":["2026-11-27","12-25"]}"#);
        for (at, expected) in [
            ("2026-11-20T21:59:00", false),
            ("2026-11-20T22:00:00", true),
            ("2026-11-21T05:59:00", true),
            ("2026-11-21T06:00:00", false),
            ("2026-11-20T05:00:00", false),
            // The evening of a holiday is closed, and also the night that starts on the holiday.
            ("2026-11-27T23:00:00", false),
            ("2026-11-28T05:00:00", false),
            ("2026-12-25T23:00:00", false),
            ("2026-12-18T23:00:00", true),
        ] {
            assert_eq!(open(&night, at), expected, "{at}");
        }
        let around = hours(r#"{"weekly":[{"days":["sun"],"from":"00:00","to":"00:00"}]}"#);
        assert!(open(&around, "2026-11-22T00:00:00") && open(&around, "2026-11-22T23:59:00"));
        assert!(!open(&around, "2026-11-23T00:00:00"));
    }

    #[test]
    fn holidays_are_closed_all_day() {
        let week = hours(
            r#"{"weekly":[{"days":["thu","fri"],"from":"08:00","to":"17:00"}],"holidays":["2026-11-26","01-01"]}"#,
        );
        for (at, expected) in [
            ("2026-11-26T10:00:00", false),
            ("2027-11-26T10:00:00", true),
            ("2027-01-01T10:00:00", false),
            ("2032-01-01T10:00:00", false),
        ] {
            assert_eq!(open(&week, at), expected, "{at}");
        }
    }

    #[test]
    fn invalid_hours_are_closed() {
        for (from, to) in [("8:00", "17:00"), ("08:00", "24:30"), ("08:60", "17:00"), ("", ""), ("aa:bb", "17:00")] {
            let json = format!(r#"{{"weekly":[{{"days":["mon"],"from":"{from}","to":"{to}"}}]}}"#);
            assert!(!open(&hours(&json), "2026-11-16T12:00:00"), "{from} {to}");
        }
        assert!(!open(&Hours::default(), "2026-11-16T12:00:00"));
    }

    #[test]
    fn a_service_adds_its_hours_and_removes_its_absences() {
        let service = Json::parse(
            r#"{"availableTime":[{"daysOfWeek":["mon"],"availableStartTime":"09:00:00","availableEndTime":"12:00:00"},
                {"daysOfWeek":["tue"],"allDay":true},{"daysOfWeek":["wed"],"availableStartTime":"noon"}],
                "notAvailable":[{"description":"x","during":{"start":"2026-11-23","end":"2026-11-24"}},
                {"during":{"start":"2026-12-01T15:00:00Z"}},{"description":"no period"},{"during":{}},
                {"during":{"start":"2026-11-17T20:00:00Z","end":"2026-11-17T23:59:59Z"}}]}"#,
        )
        .unwrap();
        let weekly = hours(
            r#"{"weekly":[{"days":["mon"],"from":"11:00","to":"13:00"}],"healthcareService":"HealthcareService/1"}"#,
        );
        let december = parse_instant("2026-12-01T15:00:00Z").unwrap();
        let midnight = parse_instant("2026-11-18T00:00:00Z").unwrap();
        for (at, now, expected) in [
            ("2026-11-16T09:00:00", 0, true),
            ("2026-11-16T12:59:00", 0, true),
            ("2026-11-16T13:00:00", 0, false),
            ("2026-11-17T23:59:00", 0, true),
            ("2026-11-17T23:59:59", midnight - 1, false),
            ("2026-11-17T23:59:59", midnight, true),
            ("2026-11-18T12:00:00", 0, false),
            ("2026-11-23T10:00:00", 0, false),
            ("2026-11-24T10:00:00", 0, false),
            ("2026-11-30T10:00:00", december - 1, true),
            ("2026-12-01T10:00:00", december, false),
        ] {
            assert_eq!(are_open(&weekly, Some(&service), local(at), now), expected, "{at}");
        }
    }

    #[test]
    fn a_service_without_hours_is_open_unless_it_is_inactive() {
        let service = |text| Json::parse(text).unwrap();
        let (always, never) = (service("{}"), service(r#"{"active":false,"availableTime":[{"allDay":true}]}"#));
        let (named, weekly) = (hours("{}"), hours(r#"{"weekly":[{"days":["tue"],"from":"08:00","to":"17:00"}]}"#));
        let at = local("2026-11-16T10:00:00");
        assert!(are_open(&named, Some(&always), at, 0));
        assert!(!are_open(&named, Some(&never), at, 0));
        assert!(!are_open(&weekly, Some(&always), at, 0), "the weekly hours say when");
        assert!(!are_open(&named, None, at, 0));
        assert!(!are_open(&hours(r#"{"holidays":["2026-11-16"]}"#), Some(&always), at, 0));
    }

    #[test]
    fn a_role_without_hours_is_available_unless_absent() {
        let role = |text| Json::parse(text).unwrap();
        let at = local("2026-11-16T10:00:00");
        assert!(is_available(&role("{}"), at, 0));
        assert!(!is_available(&role(r#"{"availableTime":[{"daysOfWeek":["tue"]}]}"#), at, 0));
        assert!(is_available(
            &role(r#"{"availableTime":[{"availableStartTime":"22:00:00","availableEndTime":"11:00:00"}]}"#),
            at,
            0
        ));
        assert!(!is_available(&role(r#"{"notAvailable":[{"during":{"start":"2026-11","end":"2026-11"}}]}"#), at, 0));
        assert!(is_available(&role(r#"{"notAvailable":[{"during":{"end":"2026-10"}}]}"#), at, 0));
    }
}
