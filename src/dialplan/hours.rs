// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Opening hours and availability, by local time.
//!
//! Hours are compared with the local time, so daylight saving time needs no special rule. An hour that occurs twice is
//! open twice, and a skipped hour does not occur.

use core::cmp::Ordering;

use crate::dialplan::config::{Day, Hours, Weekly};
use crate::json::Json;
use crate::text::split_on;
use crate::time::{DAY, MINUTE, date, days_since_epoch, parse_instant, weekday_from_days};

/// Minutes in a day.
const MIDNIGHT: u32 = 24 * 60;

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
/// `notAvailable`. Hours that start on a holiday do not extend into the next day. Without weekly hours, a service
/// without `availableTime` is always open. A service that is not `active` is never open.
#[must_use]
pub fn are_open(hours: &Hours, service: Option<&Json>, local: LocalTime, now: u64) -> bool {
    let is_closed =
        |service: &Json| service.get("active").and_then(Json::boolean) == Some(false) || is_away(service, local, now);
    if service.is_some_and(is_closed) {
        return false;
    }
    let listed = service.and_then(|service| service.get("availableTime")).map(Json::elements).unwrap_or_default();
    let spans = hours.weekly.iter().filter_map(weekly).chain(listed.iter().filter_map(available));
    let holiday = |day: u64| {
        let date = date(day * DAY);
        hours.holidays.iter().any(|holiday| *holiday == date || date.get(5..) == Some(holiday.as_str()))
    };
    let always = service.is_some() && listed.is_empty() && hours.weekly.is_empty();
    !holiday(local.day) && (always || contains(spans, local, |began| !holiday(began)))
}

/// Whether a resource with FHIR's `availableTime` and `notAvailable`, such as a role, is available at `local`. Without
/// `availableTime`, it is always available.
#[must_use]
pub fn is_available(resource: &Json, local: LocalTime, now: u64) -> bool {
    let listed = resource.get("availableTime").map(Json::elements).unwrap_or_default();
    let there = listed.is_empty() || contains(listed.iter().filter_map(available), local, |_| true);
    there && !is_away(resource, local, now)
}

/// Hours on some weekdays. Each day is a bit, and Monday is the lowest. Start and end are in minutes since midnight. If
/// the end is not after the start, it is on the next day.
#[derive(Clone, Copy, Debug)]
struct Span {
    days: u32,
    from: u32,
    to: u32,
}

fn contains(spans: impl Iterator<Item = Span>, local: LocalTime, counts: impl Fn(u64) -> bool) -> bool {
    let on = |span: &Span, day: u64| span.days >> weekday_from_days(day) & 1 == 1;
    for span in spans {
        let overnight = span.to <= span.from;
        let today = on(&span, local.day) && local.minute >= span.from && (overnight || local.minute < span.to);
        let since_yesterday =
            overnight && local.day > 0 && on(&span, local.day - 1) && local.minute < span.to && counts(local.day - 1);
        if today || since_yesterday {
            return true;
        }
    }
    false
}

fn weekly(weekly: &Weekly) -> Option<Span> {
    let days = weekly.days.iter().fold(0, |days, day| days | 1 << *day as u32);
    Some(Span { days, from: clock(&weekly.from)?, to: clock(&weekly.to)? })
}

/// Reads an entry of FHIR's `availableTime`. Without `daysOfWeek`, it applies to every day. Without times, it applies
/// to the whole day.
fn available(time: &Json) -> Option<Span> {
    const NAMES: [(&str, Day); 7] = [
        ("mon", Day::Mon),
        ("tue", Day::Tue),
        ("wed", Day::Wed),
        ("thu", Day::Thu),
        ("fri", Day::Fri),
        ("sat", Day::Sat),
        ("sun", Day::Sun),
    ];
    let named = time.get("daysOfWeek").map(Json::elements).unwrap_or_default();
    let mut days = if named.is_empty() { 0x7f } else { 0 };
    for (name, day) in NAMES {
        if named.iter().any(|item| item.text() == Some(name)) {
            days |= 1 << day as u32;
        }
    }
    if time.get("allDay").and_then(Json::boolean) == Some(true) {
        return Some(Span { days, from: 0, to: MIDNIGHT });
    }
    // An entry with an invalid time is ignored.
    let at = |name, missing| time.get(name).map_or(Some(missing), |text| clock(text.text()?));
    Some(Span { days, from: at("availableStartTime", 0)?, to: at("availableEndTime", MIDNIGHT)? })
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

/// Whether `now` is in one of FHIR's `notAvailable` periods.
fn is_away(resource: &Json, local: LocalTime, now: u64) -> bool {
    let periods = resource.get("notAvailable").map(Json::elements).unwrap_or_default();
    periods.iter().filter_map(|item| item.get("during")).any(|during| is_within(during, local, now))
}

/// Whether `now` is within a FHIR `Period`, including both ends. A date, month or year is in local time and includes
/// its whole length. A period without start and end contains no time.
pub(super) fn is_within(period: &Json, local: LocalTime, now: u64) -> bool {
    let end = |name| period.get(name).and_then(Json::text);
    let (start, end) = (end("start"), end("end"));
    let begun = start.is_none_or(|start| compare(start, local, now).is_some_and(Ordering::is_le));
    let not_over = end.is_none_or(|end| compare(end, local, now).is_some_and(Ordering::is_ge));
    (start.is_some() || end.is_some()) && begun && not_over
}

/// Compares a FHIR `dateTime` with `now`. A date, month or year that contains the local date is equal.
fn compare(text: &str, local: LocalTime, now: u64) -> Option<Ordering> {
    if text.len() > 10 {
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
                {"during":{"start":"2026-12-01T15:00:00Z"}},{"description":"no period"},{"during":{}}]}"#,
        )
        .unwrap();
        let weekly = hours(
            r#"{"weekly":[{"days":["mon"],"from":"11:00","to":"13:00"}],"healthcareService":"HealthcareService/1"}"#,
        );
        let december = parse_instant("2026-12-01T15:00:00Z").unwrap();
        for (at, now, expected) in [
            ("2026-11-16T09:00:00", 0, true),
            ("2026-11-16T12:59:00", 0, true),
            ("2026-11-16T13:00:00", 0, false),
            ("2026-11-17T23:59:00", 0, true),
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
