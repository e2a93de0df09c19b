// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The rules of holidays.

use plumline::dialplan::config::Config;
use plumline::dialplan::hours::DayRule;
use plumline::time::{date_from_days, days_since_epoch};

/// The days of a year that a rule includes.
#[track_caller]
fn days(rule: &str, year: u32) -> Vec<String> {
    let rule = DayRule::parse(rule).unwrap_or_else(|| panic!("{rule}"));
    let all = days_since_epoch(year, 1, 1).unwrap()..=days_since_epoch(year, 12, 31).unwrap();
    let text = |day| {
        let (_, month, day) = date_from_days(day);
        format!("{month:02}-{day:02}")
    };
    all.filter(|day| rule.includes(*day)).map(text).collect()
}

#[track_caller]
fn each(rule: &str, years: &[(u32, &str)]) {
    for (year, expected) in years {
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(days(rule, *year), expected, "{rule} in {year}");
    }
}

#[test]
fn dates_are_of_one_year_or_of_every_year() {
    each("12-25", &[(1970, "12-25"), (2026, "12-25"), (9_998, "12-25")]);
    each("2026-11-26", &[(2025, ""), (2026, "11-26"), (2027, "")]);
    // February 29 is only in leap years.
    each("02-29", &[(2024, "02-29"), (2026, ""), (2028, "02-29"), (2100, "")]);
}

#[test]
fn weekdays_of_a_month_are_counted_from_its_start_or_end() {
    // Thanksgiving.
    each(
        "4 thu nov",
        &[(2023, "11-23"), (2024, "11-28"), (2025, "11-27"), (2026, "11-26"), (2027, "11-25"), (2028, "11-23")],
    );
    each("4 thu nov+1", &[(2023, "11-24"), (2024, "11-29"), (2026, "11-27"), (2027, "11-26")]);
    // Memorial Day.
    each(
        "last mon may",
        &[(2021, "05-31"), (2024, "05-27"), (2025, "05-26"), (2026, "05-25"), (2027, "05-31"), (2028, "05-29")],
    );
    each("1 mon sep", &[(2024, "09-02"), (2025, "09-01"), (2026, "09-07")]);
    each("2 mon oct", &[(2024, "10-14"), (2025, "10-13"), (2026, "10-12")]);
    each("3 mon jan", &[(2024, "01-15"), (2025, "01-20"), (2026, "01-19")]);
    each("last thu feb", &[(2024, "02-29"), (2026, "02-26")]);
    each("last sun dec+7", &[(2023, "01-01"), (2026, "01-04"), (2027, "01-03")]);
    each("1 fri jan-7", &[(2021, "12-31"), (2026, "12-25"), (2020, "12-25")]);
}

#[test]
fn weekdays_before_and_after_a_date_exclude_the_date() {
    // Victoria Day, the Monday before May 25.
    each("mon before 05-25", &[(2020, "05-18"), (2024, "05-20"), (2025, "05-19"), (2026, "05-18"), (2027, "05-24")]);
    // The Day of Repentance in Saxony, the Wednesday before November 23.
    each("wed before 11-23", &[(2022, "11-16"), (2025, "11-19"), (2026, "11-18")]);
    // Midsummer in Sweden, the Saturday from June 20 to 26.
    each("sat after 06-19", &[(2021, "06-26"), (2024, "06-22"), (2026, "06-20")]);
    each("sun before 12-25-21", &[(2026, "11-29"), (2027, "11-28")]);
    each("mon before 01-01", &[(2023, "12-25"), (2024, "12-30"), (2026, "12-28")]);
}

#[test]
fn easter_moves() {
    each("easter", &[(2024, "03-31"), (2025, "04-20"), (2026, "04-05"), (2027, "03-28"), (2038, "04-25")]);
    each("easter-2", &[(2024, "03-29"), (2025, "04-18"), (2026, "04-03"), (2027, "03-26")]);
    each("easter+1", &[(2024, "04-01"), (2025, "04-21"), (2026, "04-06"), (2027, "03-29")]);
    each("easter+39", &[(2024, "05-09"), (2026, "05-14")]);
    each("easter+60", &[(2024, "05-30"), (2026, "06-04")]);
    each("easter-99", &[(2023, "12-23"), (2025, "01-11 12-27"), (2026, "12-19"), (2027, "")]);
    each("orthodox easter+1", &[(2024, "05-06"), (2025, "04-21"), (2026, "04-13")]);
}

#[test]
fn ranges_include_both_ends() {
    each("12-24..12-26", &[(2026, "12-24 12-25 12-26")]);
    each("12-30..01-02", &[(1970, "01-01 01-02 12-30 12-31"), (2026, "01-01 01-02 12-30 12-31")]);
    each("2026-12-30..2027-01-02", &[(2025, ""), (2026, "12-30 12-31"), (2027, "01-01 01-02"), (2028, "")]);
    each("12-25..12-25", &[(2026, "12-25")]);
    each("easter-2..easter+1", &[(2026, "04-03 04-04 04-05 04-06"), (2024, "03-29 03-30 03-31 04-01")]);
    each("4 thu nov..4 thu nov+1", &[(2026, "11-26 11-27"), (2027, "11-25 11-26")]);
    each("02-28..03-01", &[(2026, "02-28 03-01"), (2028, "02-28 02-29 03-01")]);
    each("02-29..03-01", &[(2026, "03-01"), (2028, "02-29 03-01")]);
    each("02-27..02-29", &[(2026, "02-27 02-28"), (2028, "02-27 02-28 02-29")]);
    assert_eq!(days("01-01..12-31", 2028).len(), 366);
}

#[test]
fn observed_holidays_are_on_a_weekday() {
    // July 4 is a Saturday in 2026, a Sunday in 2027, and a Tuesday in 2028.
    each("07-04 observed", &[(2026, "07-03 07-04"), (2027, "07-04 07-05"), (2028, "07-04")]);
    each("2026-07-04 observed", &[(2026, "07-03 07-04"), (2027, "")]);
    // Saturday, January 1, 2028 is observed in 2027, and Sunday, January 1, 2023 on January 2.
    each("01-01 observed", &[(2022, "01-01"), (2023, "01-01 01-02"), (2027, "01-01 12-31"), (2028, "01-01")]);
    // The substitute days of England: 2021 and 2022, with Christmas on a Saturday and on a Sunday.
    each("12-25 observed sat+2 sun+2", &[(2021, "12-25 12-27"), (2022, "12-25 12-27"), (2026, "12-25")]);
    each("12-26 observed sat+2 sun+2", &[(2021, "12-26 12-28"), (2026, "12-26 12-28"), (2025, "12-26")]);
    // Without `observed`, the date itself is not included if it moves. King's Day of the Netherlands.
    each("04-27 sun-1", &[(2025, "04-26"), (2026, "04-27"), (2031, "04-26")]);
    // St Brigid's Day: the first Monday of February, or February 1 if it is a Friday.
    each(
        "02-01 tue+6 wed+5 thu+4 sat+2 sun+1",
        &[(2023, "02-06"), (2024, "02-05"), (2025, "02-03"), (2026, "02-02"), (2027, "02-01"), (2030, "02-01")],
    );
}

#[test]
fn the_last_day_is_known_only_for_rules_of_certain_years() {
    let day = |month, day| days_since_epoch(2026, month, day);
    for (rule, expected) in [
        ("2026-07-05", day(7, 5)),
        ("2026-07-04 observed", day(7, 4)),
        ("2026-07-05 observed", day(7, 6)),
        ("2026-12-24..2026-12-31", day(12, 31)),
        ("07-05", None),
        ("12-24..01-02", None),
        ("easter", None),
    ] {
        assert_eq!(DayRule::parse(rule).unwrap().last_day(), expected, "{rule}");
    }
}

const INVALID: &[&str] = &[
    "",
    " ",
    "@US",
    "13-01",
    "31-04",
    "04-31",
    "00-10",
    "02-30",
    "2026-02-29",
    "1969-12-31",
    "10000-01-01",
    "2026-13-01",
    "2-1",
    "12-5",
    "12/25",
    "12-25 ",
    " 12-25",
    "12-25  observed",
    "12-25 Observed",
    "12-25 observed ",
    "12-25+1",
    "5 thu feb",
    "0 thu nov",
    "4 thu",
    "4 thu nov ",
    "4 thu nov +1",
    "4  thu nov",
    "4 thu november",
    "4 Thu Nov",
    "4 thu nov+0",
    "4 thu nov+100",
    "4 thu nov+01",
    "4 thu nov++1",
    "4 thu nov+",
    "4 thu nov observed",
    "-1 thu nov",
    "last mon",
    "last day may",
    "easter +1",
    "easter+1 ",
    "Easter",
    "easter monday",
    "easter observed",
    "easter+999",
    "orthodox",
    "orthodox easter+1.5",
    "mon before",
    "mon before 13-01",
    "mon before 02-29",
    "mon near 05-25",
    "mon before 2026-05-25",
    "12-25 sat",
    "12-25 sat+0",
    "12-25 sat+7",
    "12-25 sat+1 sat+2",
    "12-25 sat+1sun+1",
    "12-25 sat+1 observed",
    "12-24..",
    "..12-24",
    "..",
    "12-24..12-25..12-26",
    "12-24 .. 12-26",
    "12-24-12-26",
    "2026-12-24..01-02",
    "12-24..2027-01-02",
    "2027-01-02..2026-12-24",
    "2026-12-26..2026-12-24",
    "12-26..12-24",
    "01-02..01-01",
    "easter+1..easter-2",
    "easter..04-30",
    "easter..4 thu nov",
    "4 thu nov..4 fri nov",
    "12-24 observed..12-26",
    "12-24..12-26 observed",
    "é2-25",
    "12-2é",
    "1２-25",
    "\u{0}",
    "daily",
    "every day",
];

#[test]
fn other_texts_are_refused_with_the_path() {
    for rule in INVALID {
        assert_eq!(DayRule::parse(rule), None, "{rule:?}");
        let day = |entry: serde_json::Value| {
            let hours = serde_json::json!({ "weekly": [{ "days": ["mon"], "from": "08:00", "to": "17:00" }],
                "holidays": ["12-25", entry] });
            Config::read(&serde_json::json!({ "hours": { "office": hours } }).to_string()).unwrap_err()
        };
        for entry in [serde_json::json!(rule), serde_json::json!({ "on": rule })] {
            let code = if rule.starts_with('@') { "CONFIG_HOLIDAY_SET" } else { "CONFIG_DATE" };
            let refused = day(entry);
            assert_eq!((refused.path.as_str(), refused.code.as_str()), ("hours.office.holidays[1]", code), "{rule:?}");
        }
    }
}

#[test]
fn a_range_over_the_new_year_has_at_most_half_a_year() {
    assert_eq!(days("09-01..03-02", 2028).len(), 122 + 62);
    assert_eq!(DayRule::parse("09-01..03-03"), None);
    assert!(DayRule::parse("03-03..09-01").is_some());
}

#[test]
fn random_texts_never_panic() {
    let random = &mut crate::random::Random::new(7);
    let words = [
        "easter",
        "orthodox ",
        "4",
        "last",
        " ",
        "thu",
        "nov",
        "12-25",
        "2026-11-26",
        "+1",
        "-99",
        "..",
        "observed",
        "sat+2",
        "before",
        "after",
        "é",
        "@",
        "0",
        "-",
        "02-29",
    ];
    let mut valid = 0;
    for _ in 0..200_000 {
        let text: String = (0..=random.below(7)).map(|_| *random.pick(&words)).collect();
        if let Some(rule) = DayRule::parse(&text) {
            valid += 1;
            for day in [0, 1, 98, 99, 20_000, days_since_epoch(9_999, 12, 31).unwrap(), 100_000_000] {
                let _ = rule.includes(day);
            }
        }
    }
    assert!(valid > 1_000, "{valid}");
}
