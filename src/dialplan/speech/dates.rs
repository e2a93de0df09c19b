// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Dates and times as a voice says them.

use super::words::primary;
use crate::json::decimal;
use crate::time::{DAY, date, date_from_days, weekday_from_days};

/// The weekdays from Monday, and the months, by language.
const NAMES: [(&str, &str, &str); 6] = [
    (
        "en",
        "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
        "January|February|March|April|May|June|July|August|September|October|November|December",
    ),
    (
        "es",
        "lunes|martes|miércoles|jueves|viernes|sábado|domingo",
        "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    ),
    (
        "fr",
        "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    ),
    (
        "de",
        "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag",
        "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
    ),
    (
        "pt",
        "segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado|domingo",
        "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
    ),
    (
        "it",
        "lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica",
        "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    ),
];

/// A date with its weekday, such as "Tuesday, March 3". `day` is in days since 1970-01-01. In a language without names
/// here, the date is `YYYY-MM-DD`, or month and day with their signs in Chinese, Japanese and Korean.
#[must_use]
pub fn spoken_date(day: u64, language: &str) -> String {
    let (_, month, of_month) = date_from_days(day);
    let language = primary(language).to_ascii_lowercase();
    let (month_number, day_number) = (decimal(month.into()), decimal(of_month.into()));
    match language.as_str() {
        "zh" | "ja" | "yue" | "cmn" => return [&month_number, "月", &day_number, "日"].concat(),
        "ko" => return [&month_number, "월 ", &day_number, "일"].concat(),
        _ => {}
    }
    let Some((_, weekdays, months)) = NAMES.iter().find(|(known, ..)| *known == language) else {
        return date(day * DAY);
    };
    let name = |names: &'static str, at: u32| names.split('|').nth(at as usize).unwrap_or_default();
    let (weekday, month) = (name(weekdays, weekday_from_days(day)), name(months, month.saturating_sub(1)));
    match language.as_str() {
        "en" => [weekday, ", ", month, " ", &day_number].concat(),
        "de" => [weekday, ", ", &day_number, ". ", month].concat(),
        "es" | "pt" => [weekday, ", ", &day_number, " de ", month].concat(),
        _ => [weekday, " ", &day_number, " ", month].concat(),
    }
}

/// A time, such as "2:30 PM" in English and "14:30" in other languages. `minute` is in minutes since midnight.
#[must_use]
pub fn spoken_time(minute: u32, language: &str) -> String {
    let (hour, minute) = (minute / 60 % 24, minute % 60);
    let two = |number: u32| [if number < 10 { "0" } else { "" }, &decimal(number.into())].concat();
    if !primary(language).eq_ignore_ascii_case("en") {
        return [&decimal(hour.into()), ":", &two(minute)].concat();
    }
    let half = if hour < 12 { " AM" } else { " PM" };
    let hour = decimal((if hour % 12 == 0 { 12 } else { hour % 12 }).into());
    if minute == 0 { [&*hour, half].concat() } else { [&*hour, ":", &two(minute), half].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::days_since_epoch;

    #[test]
    fn says_a_date_in_each_language() {
        let day = days_since_epoch(2026, 3, 3).unwrap();
        for (language, expected) in [
            ("en-US", "Tuesday, March 3"),
            ("es-US", "martes, 3 de marzo"),
            ("fr-CA", "mardi 3 mars"),
            ("de-DE", "Dienstag, 3. März"),
            ("pt-BR", "terça-feira, 3 de março"),
            ("it-IT", "martedì 3 marzo"),
            ("ja-JP", "3月3日"),
            ("ko-KR", "3월 3일"),
            ("sv-SE", "2026-03-03"),
        ] {
            assert_eq!(spoken_date(day, language), expected);
        }
    }

    #[test]
    fn says_a_time() {
        for (minute, english, other) in
            [(0, "12 AM", "0:00"), (870, "2:30 PM", "14:30"), (720, "12 PM", "12:00"), (545, "9:05 AM", "9:05")]
        {
            assert_eq!((spoken_time(minute, "en-US"), spoken_time(minute, "es-US")), (english.into(), other.into()));
        }
    }
}
