// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Opening hours on holidays.

use plumline::dialplan::config::{Config, Hours};
use plumline::dialplan::{LocalTime, are_open};
use plumline::json::Json;

#[track_caller]
fn hours(json: &str) -> Hours {
    let hours: Hours = serde_json::from_str(json).unwrap_or_else(|err| panic!("{json}: {err}"));
    let config = format!(r#"{{"hours":{{"a":{json}}}}}"#);
    assert_eq!(Config::read(&config).unwrap_or_else(|err| panic!("{json}: {err:?}")).hours.get("a"), Some(&hours));
    hours
}

/// Lines of a local time and whether the hours are open.
#[track_caller]
fn times(hours: &Hours, service: Option<&Json>, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (at, expected) = line.split_once(' ').expect(line);
        let local = LocalTime::parse(&format!("{at}:00")).expect(line);
        let open = are_open(hours, service, local, 0);
        assert_eq!(if open { "open" } else { "closed" }, expected, "{at}");
    }
}

const WEEK: &str = r#""weekly":[{"days":["mon","tue","wed","thu","fri"],"from":"08:00","to":"17:00"}]"#;
const UNTIL_TWO: &str = r#""open":[{"from":"08:00","to":"14:00"}]"#;

#[test]
fn half_days_end_earlier_each_year() {
    let office = hours(&format!(
        r#"{{{WEEK},"holidays":["12-25",{{"on":"12-24",{UNTIL_TWO},"name":"Christmas Eve"}},{{"on":"12-26",{UNTIL_TWO}}}]}}"#
    ));
    times(
        &office,
        None,
        // December 24 is a Thursday in 2026, a Friday in 2027, a Sunday in 2028, and a Monday in 2029.
        "2026-12-23T16:59 open
        2026-12-24T07:59 closed
        2026-12-24T08:00 open
        2026-12-24T13:59 open
        2026-12-24T14:00 closed
        2026-12-24T16:00 closed
        2026-12-25T10:00 closed
        2026-12-26T10:00 closed
        2026-12-28T16:59 open
        2027-12-24T13:59 open
        2027-12-24T14:00 closed
        2028-12-24T10:00 closed
        2028-12-26T13:59 open
        2028-12-26T14:00 closed
        2029-12-24T13:59 open
        2029-12-24T15:00 closed",
    );
}

#[test]
fn a_date_with_a_year_also_opens_a_weekday_that_is_closed() {
    let office = hours(&format!(
        r#"{{{WEEK},"holidays":[{{"on":"2026-12-19",{UNTIL_TWO}}},{{"on":"10-01..10-31","days":["sat"],{UNTIL_TWO}}},
        {{"on":"07-01..08-31","days":["fri"],{UNTIL_TWO}}},{{"on":"09-01..09-30","days":["wed"]}}]}}"#
    ));
    times(
        &office,
        None,
        "2026-12-19T10:00 open
        2026-12-19T14:00 closed
        2026-12-12T10:00 closed
        2026-10-03T13:59 open
        2026-10-03T14:00 closed
        2026-10-04T10:00 closed
        2026-10-05T16:00 open
        2026-07-03T13:00 open
        2026-07-03T15:00 closed
        2026-07-02T15:00 open
        2026-09-02T10:00 closed
        2026-09-03T10:00 open",
    );
}

#[test]
fn the_most_specific_holiday_of_a_day_applies_and_closed_before_open() {
    for (holidays, expected) in [
        // A day before a range.
        (r#""12-21..01-02",{"on":"12-24",OPEN}"#, "open"),
        (r#"{"on":"12-24",OPEN},"12-21..01-02""#, "open"),
        (r#""12-24",{"on":"12-21..12-31",OPEN}"#, "closed"),
        // A date of one year before one of every year, in both directions.
        (r#""12-24",{"on":"2026-12-24",OPEN}"#, "open"),
        (r#"{"on":"12-24",OPEN},"2026-12-24""#, "closed"),
        (r#"{"on":"12-24",OPEN},"2025-12-24""#, "open"),
        // A closure of certain dates before a yearly half-day, but not before a half-day of the year.
        (r#"{"on":"12-24",OPEN},"2026-12-01..2026-12-31""#, "closed"),
        (r#"{"on":"2026-12-24",OPEN},"2026-12-01..2026-12-31""#, "open"),
        // Other hours for certain dates do not open a holiday.
        (r#""12-24",{"on":"2026-12-01..2026-12-31",OPEN}"#, "closed"),
        (r#""12-23..12-26",{"on":"2026-12-01..2026-12-31",OPEN}"#, "closed"),
        // Closed before open, in any order.
        (r#""12-24",{"on":"12-24",OPEN}"#, "closed"),
        (r#"{"on":"12-24",OPEN},"4 thu dec""#, "closed"),
        (r#"{"on":"2026-12-24",OPEN},"2026-12-24""#, "closed"),
        (r#""12-01..12-31",{"on":"12-20..12-31",OPEN}"#, "closed"),
        // The first of two equals.
        (r#"{"on":"12-24",OPEN},{"on":"4 thu dec","open":[{"from":"14:00","to":"17:00"}]}"#, "open"),
        (r#"{"on":"4 thu dec","open":[{"from":"14:00","to":"17:00"}]},{"on":"12-24",OPEN}"#, "closed"),
    ] {
        let json = format!(r#"{{{WEEK},"holidays":[{}]}}"#, holidays.replace("OPEN", UNTIL_TWO));
        times(&hours(&json), None, &format!("2026-12-24T10:00 {expected}"));
    }
    // Christmas Day 2027 is a Saturday, observed on Friday. The federal holiday closes the half-day.
    let json = format!(r#"{{{WEEK},"holidays":["12-25 observed",{{"on":"12-24",{UNTIL_TWO}}}]}}"#);
    times(&hours(&json), None, "2026-12-24T10:00 open\n2027-12-24T10:00 closed");
}

#[test]
fn periods_do_not_extend_into_holidays_or_from_closed_ones() {
    let night = hours(
        r#"{"weekly":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"from":"17:00","to":"08:00"}],
        "holidays":["12-25",{"on":"12-31","open":[{"from":"00:00","to":"08:00"},{"from":"14:00","to":"02:00"}]}]}"#,
    );
    times(
        &night,
        None,
        "2026-12-24T03:00 open
        2026-12-24T23:59 open
        2026-12-25T00:00 closed
        2026-12-25T23:59 closed
        2026-12-26T03:00 closed
        2026-12-26T17:00 open
        2026-12-27T03:00 open
        2026-12-31T03:00 open
        2026-12-31T08:00 closed
        2026-12-31T13:59 closed
        2026-12-31T14:00 open
        2027-01-01T01:59 open
        2027-01-01T02:00 closed
        2027-01-01T17:00 open",
    );
}

#[test]
fn a_service_counts_on_holidays_too() {
    let json = format!(
        r#"{{"healthcareService":"HealthcareService/1","holidays":["12-25",{{"on":"12-24",{UNTIL_TWO}}},{{"on":"12-26..12-31",{UNTIL_TWO}}}]}}"#
    );
    let office = hours(&json);
    let times = |service: &str, lines| times(&office, Some(&Json::parse(service).unwrap()), lines);
    // A service without availableTime is always open, so every weekday has times.
    times("{}", "2026-12-23T23:00 open\n2026-12-24T13:59 open\n2026-12-24T14:00 closed\n2026-12-27T10:00 open");
    times(r#"{"active":false}"#, "2026-12-24T10:00 closed");
    let thursdays =
        r#"{"availableTime":[{"daysOfWeek":["thu"],"availableStartTime":"10:00:00","availableEndTime":"18:00:00"}]}"#;
    times(thursdays, "2026-12-24T08:00 open\n2026-12-24T17:00 closed\n2026-12-28T10:00 closed\n2026-12-31T08:00 open");
    times(r#"{"notAvailable":[{"during":{"start":"2026-12-24","end":"2026-12-24"}}]}"#, "2026-12-24T10:00 closed");
}

#[test]
fn midnight_has_three_forms() {
    for end in ["24:00", "23:59", "23:59:59"] {
        let sat = format!(r#""weekly":[{{"days":["sat"],"from":"09:00","to":"{end}"}}]"#);
        let eve = format!(r#"{{{sat},"holidays":[{{"on":"2026-12-31","open":[{{"from":"09:00","to":"{end}"}}]}}]}}"#);
        let lines = "2026-11-21T23:58 open\n2026-11-21T23:59 open\n2026-11-22T00:00 closed
            2026-12-31T23:59 open\n2027-01-01T00:00 closed";
        times(&hours(&eve), None, lines);
        let service = format!(
            r#"{{"availableTime":[{{"daysOfWeek":["sat"],"availableStartTime":"09:00:00","availableEndTime":"{end}"}}]}}"#
        );
        let service = Json::parse(&service).unwrap();
        let lines = "2026-11-21T23:58 open\n2026-11-21T23:59 open\n2026-11-22T00:00 closed";
        times(&hours(r#"{"healthcareService":"HealthcareService/1"}"#), Some(&service), lines);
    }
    // Around the clock.
    let json = r#"{"weekly":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"from":"00:00","to":"23:59"}]}"#;
    times(&hours(json), None, "2026-11-20T23:59 open\n2026-11-21T00:00 open\n2026-11-21T23:59 open");
    let json = r#"{"weekly":[{"days":["sat"],"from":"09:00","to":"23:58"}]}"#;
    times(&hours(json), None, "2026-11-21T23:57 open\n2026-11-21T23:58 closed");
}

#[test]
fn the_days_of_the_clock_changes_are_as_any_other() {
    // In New York, 02:00 to 03:00 does not occur on March 8, 2026, and 01:00 to 02:00 occurs twice on November 1.
    let json = format!(
        r#"{{"weekly":[{{"days":["sun"],"from":"01:30","to":"17:00"}}],"holidays":[{{"on":"2 sun mar",{UNTIL_TWO}}},{{"on":"1 sun nov",{UNTIL_TWO}}}]}}"#
    );
    times(
        &hours(&json),
        None,
        "2026-03-01T01:30 open
        2026-03-08T01:59 closed
        2026-03-08T03:00 closed
        2026-03-08T08:00 open
        2026-03-08T14:00 closed
        2026-11-01T01:30 closed
        2026-11-01T08:00 open
        2026-11-01T14:00 closed
        2026-11-08T01:30 open",
    );
}
