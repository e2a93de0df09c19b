// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Easter, by arithmetic.

use crate::time::days_since_epoch;

/// Easter Sunday in days since 1970-01-01, by Gauss's algorithm for the Gregorian calendar with the corrections of Meeus
/// (Astronomical Algorithms, chapter 8).
pub(super) fn easter(year: u32) -> Option<u64> {
    let (century, of_century) = (year / 100, year % 100);
    let golden = year % 19;
    let epact = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let number = epact + weekday + 114 - 7 * late;
    days_since_epoch(year, number / 31, number % 31 + 1)
}

/// Easter Sunday of the Orthodox churches, by the Julian calendar. The result is in days since 1970-01-01.
pub(super) fn orthodox_easter(year: u32) -> Option<u64> {
    let full_moon = (19 * (year % 19) + 15) % 30;
    let weekday = (2 * (year % 4) + 4 * (year % 7) + 34 - full_moon) % 7;
    let number = full_moon + weekday + 114;
    // The number of days that the Julian calendar is behind.
    let behind = year / 100 - year / 400 - 2;
    Some(days_since_epoch(year, number / 31, number % 31 + 1)? + u64::from(behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{DAY, date};

    fn text(day: Option<u64>) -> String {
        date(day.unwrap() * DAY)
    }

    /// Source: <https://www.census.gov/data/software/x13as/genhol/easter-dates.html> (1600 to 2099), and for the earliest
    /// and the latest date Meeus.
    #[test]
    fn easter_is_on_the_known_dates() {
        for (year, expected) in [
            (1970, "03-29"),
            (1981, "04-19"),
            (1999, "04-04"),
            (2000, "04-23"),
            (2008, "03-23"),
            (2011, "04-24"),
            (2019, "04-21"),
            (2020, "04-12"),
            (2021, "04-04"),
            (2022, "04-17"),
            (2023, "04-09"),
            (2024, "03-31"),
            (2025, "04-20"),
            (2026, "04-05"),
            (2027, "03-28"),
            (2028, "04-16"),
            (2029, "04-01"),
            (2030, "04-21"),
            (2031, "04-13"),
            (2032, "03-28"),
            (2033, "04-17"),
            (2034, "04-09"),
            (2035, "03-25"),
            (2036, "04-13"),
            (2037, "04-05"),
            (2038, "04-25"),
            (2049, "04-18"),
            (2076, "04-19"),
            (2099, "04-12"),
            (2285, "03-22"),
        ] {
            assert_eq!(text(easter(year)), format!("{year}-{expected}"));
        }
    }

    #[test]
    fn easter_is_a_sunday_after_the_full_moon_of_spring() {
        for year in 1970..=9_999 {
            let day = easter(year).unwrap();
            assert_eq!(crate::time::weekday_from_days(day), 6, "{year}");
            let range = days_since_epoch(year, 3, 22).unwrap()..=days_since_epoch(year, 4, 25).unwrap();
            assert!(range.contains(&day), "{year}");
            assert_eq!(crate::time::weekday_from_days(orthodox_easter(year).unwrap()), 6, "{year}");
        }
    }

    #[test]
    fn the_orthodox_easter_is_on_the_known_dates() {
        for (year, expected) in [
            (2010, "04-04"),
            (2016, "05-01"),
            (2020, "04-19"),
            (2021, "05-02"),
            (2022, "04-24"),
            (2023, "04-16"),
            (2024, "05-05"),
            (2025, "04-20"),
            (2026, "04-12"),
            (2027, "05-02"),
            (2028, "04-16"),
            (2029, "04-08"),
            (2030, "04-28"),
        ] {
            assert_eq!(text(orthodox_easter(year)), format!("{year}-{expected}"));
        }
    }
}
