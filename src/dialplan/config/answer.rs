// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `answer`: what a caller may answer, and conditions on an answer.

use crate::dialplan::check::{Checker, ConfigPath, is_short, is_speakable_text};
use crate::dialplan::speech::spoken_keys;
use crate::error::Code;
use crate::json::{Parser, ShapeError, Typed, decimal, members, words};
use crate::text::without_controls;
use crate::time::{DAY, date, days_since_epoch};

/// The maximum number of digits. A number fits FHIR's `integer`.
const MAX_DIGITS: u32 = 32;
const MAX_NUMBER: u32 = 999_999_999;
/// The maximum length of a text, in characters.
const MAX_TEXT: u32 = 1_000;

/// `answer` of an `ask`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Answer"),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct AnswerFormat {
    /// What the caller enters. If absent, `digits`.
    pub format: AnswerKind,
    /// `digits`: the minimum number of digits. If absent, 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 32)))]
    pub min_length: Option<u32>,
    /// `digits`: the maximum number of digits. If absent, 32. `text`: the maximum number of characters. If absent,
    /// 1000.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub max_length: Option<u32>,
    /// `digits`: the digits, with `#` for any digit. `20####` is six digits that start with 20.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9#]{1,32}$")))]
    pub pattern: Option<String>,
    /// `number`: the smallest number. If absent, 0.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 999_999_999)))]
    pub min: Option<u32>,
    /// `number`: the greatest number. If absent, 999999999.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 999_999_999)))]
    pub max: Option<u32>,
    /// `date`: the order in which a date is entered. If absent, `MMDDYYYY`.
    pub order: Option<DateOrder>,
}

members!(AnswerFormat {
    format: optional "format",
    min_length: optional "minLength",
    max_length: optional "maxLength",
    pattern: optional "pattern",
    min: optional "min",
    max: optional "max",
    order: optional "order",
});

/// The format of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum AnswerKind {
    /// Digits, such as a record number.
    #[default]
    Digits,
    /// A whole number from `min` to `max`.
    Number,
    /// A date, eight digits.
    Date,
    /// What the caller says.
    Text,
}

words!(AnswerKind { Digits: "digits", Number: "number", Date: "date", Text: "text" });

/// The order in which a caller enters the digits of a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema))]
pub enum DateOrder {
    /// Month, day, year, as in the United States.
    #[default]
    #[cfg_attr(feature = "schema", serde(rename = "MMDDYYYY"))]
    MonthFirst,
    /// Day, month, year.
    #[cfg_attr(feature = "schema", serde(rename = "DDMMYYYY"))]
    DayFirst,
    /// Year, month, day.
    #[cfg_attr(feature = "schema", serde(rename = "YYYYMMDD"))]
    YearFirst,
}

words!(DateOrder { MonthFirst: "MMDDYYYY", DayFirst: "DDMMYYYY", YearFirst: "YYYYMMDD" });

impl DateOrder {
    /// The date in eight digits, as `YYYY-MM-DD`. `None` if there is no such day since 1870.
    #[must_use]
    pub fn parse(self, digits: &str) -> Option<String> {
        let part = |at: usize, length: usize| digits.get(at..at + length)?.parse::<u32>().ok();
        if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (year, month, day) = match self {
            Self::MonthFirst => (part(4, 4)?, part(0, 2)?, part(2, 2)?),
            Self::DayFirst => (part(4, 4)?, part(2, 2)?, part(0, 2)?),
            Self::YearFirst => (part(0, 4)?, part(4, 2)?, part(6, 2)?),
        };
        // The calendar repeats after 400 years, and days are counted from 1970.
        let later = days_since_epoch(year + 400, month, day).filter(|_| (1_870..=2_199).contains(&year))?;
        Some([&decimal(year.into()), date(later * DAY).get(4..)?].concat())
    }

    /// The digits of a date `YYYY-MM-DD` in this order.
    #[must_use]
    pub fn digits(self, date: &str) -> Option<String> {
        let (year, month, day) = (date.get(..4)?, date.get(5..7)?, date.get(8..10)?);
        Some(match self {
            Self::MonthFirst => [month, day, year].concat(),
            Self::DayFirst => [day, month, year].concat(),
            Self::YearFirst => [year, month, day].concat(),
        })
    }
}

impl AnswerFormat {
    /// The answer in `Digits` or `SpeechResult`, in the form in which it is kept: digits, a number without leading
    /// zeros, a date as `YYYY-MM-DD`, or a text. `None` if it does not fit.
    #[must_use]
    pub fn parse(&self, digits: Option<&str>, speech: Option<&str>, language: &str) -> Option<String> {
        if self.format == AnswerKind::Text {
            let text = without_controls(speech?);
            let length = self.max_length.unwrap_or(MAX_TEXT).min(MAX_TEXT);
            return Some(text).filter(|text| is_short(text, length as usize) && is_speakable_text(text));
        }
        let spoken = if digits.is_none() { spoken_digits(speech?, language) } else { None };
        let digits = digits.or(spoken.as_deref())?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match self.format {
            AnswerKind::Number => {
                let number = digits.parse::<u32>().ok()?;
                let (min, max) = (self.min.unwrap_or(0), self.max.unwrap_or(MAX_NUMBER).min(MAX_NUMBER));
                (min..=max).contains(&number).then(|| decimal(number.into()))
            }
            AnswerKind::Date => self.order().parse(digits),
            AnswerKind::Digits | AnswerKind::Text => {
                let (min, max) = self.lengths();
                let fits = |pattern: &String| {
                    pattern.len() == digits.len()
                        && pattern.bytes().zip(digits.bytes()).all(|(p, d)| p == b'#' || p == d)
                };
                let length = digits.len() as u32;
                let is_answer = (min..=max).contains(&length) && self.pattern.as_ref().is_none_or(fits);
                is_answer.then(|| digits.to_owned())
            }
        }
    }

    /// How an answer is read out: digits one by one, a number or a text as it is.
    #[must_use]
    pub fn spoken(&self, value: &str) -> String {
        let each = |digits: &str| {
            let mut spoken = String::with_capacity(digits.len() * 3);
            for digit in digits.chars() {
                spoken.push_str(if spoken.is_empty() { "" } else { ", " });
                spoken.push(digit);
            }
            spoken
        };
        match self.format {
            AnswerKind::Digits => each(value),
            AnswerKind::Date => each(&self.order().digits(value).unwrap_or_default()),
            AnswerKind::Number | AnswerKind::Text => value.to_owned(),
        }
    }

    /// The maximum number of digits that a caller may enter. `None` for a text.
    #[must_use]
    pub fn max_digits(&self) -> Option<u32> {
        match self.format {
            AnswerKind::Text => None,
            AnswerKind::Date => Some(8),
            AnswerKind::Number => Some(decimal(self.max.unwrap_or(MAX_NUMBER).into()).len() as u32),
            AnswerKind::Digits => Some(self.lengths().1),
        }
    }

    /// The maximum size of an answer in TwiML, in bytes.
    #[must_use]
    pub const fn max_bytes() -> usize {
        // Each character may have four bytes or become an entity such as `&quot;`.
        MAX_TEXT as usize * 6
    }

    fn order(&self) -> DateOrder {
        self.order.unwrap_or_default()
    }

    fn lengths(&self) -> (u32, u32) {
        let of_pattern = self.pattern.as_ref().map(|pattern| pattern.len() as u32);
        let max = of_pattern.or(self.max_length).unwrap_or(MAX_DIGITS).min(MAX_DIGITS);
        (of_pattern.or(self.min_length).unwrap_or(1), max)
    }

    /// Reports errors in the values.
    pub(in crate::dialplan) fn check(&self, is_speech_only: bool, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        let kind = self.format;
        for (is_given, fits, name) in [
            (self.min_length.is_some(), kind == AnswerKind::Digits, "minLength"),
            (self.max_length.is_some(), matches!(kind, AnswerKind::Digits | AnswerKind::Text), "maxLength"),
            (self.pattern.is_some(), kind == AnswerKind::Digits, "pattern"),
            (self.min.is_some(), kind == AnswerKind::Number, "min"),
            (self.max.is_some(), kind == AnswerKind::Number, "max"),
            (self.order.is_some(), kind == AnswerKind::Date, "order"),
        ] {
            checker.expect(!is_given || fits, Code::ConfigAnswer, &at.field(name));
        }
        checker.expect(kind != AnswerKind::Text || is_speech_only, Code::ConfigAnswer, &at.field("format"));
        let max = if kind == AnswerKind::Text { MAX_TEXT } else { MAX_DIGITS };
        checker.range(self.min_length, 1, MAX_DIGITS, &at.field("minLength"));
        checker.range(self.max_length, 1, max, &at.field("maxLength"));
        checker.range(self.min, 0, MAX_NUMBER, &at.field("min"));
        checker.range(self.max, 0, MAX_NUMBER, &at.field("max"));
        let is_pattern = |pattern: &String| {
            (1..=MAX_DIGITS as usize).contains(&pattern.len())
                && pattern.bytes().all(|byte| byte.is_ascii_digit() || byte == b'#')
        };
        // The length of a pattern is the length of the answer.
        let is_only_length = self.pattern.is_none() || self.min_length.is_none() && self.max_length.is_none();
        let has_pattern = self.pattern.as_ref().is_none_or(is_pattern) && is_only_length;
        checker.expect(has_pattern, Code::ConfigAnswer, &at.field("pattern"));
        let in_order = self.min.zip(self.max).is_none_or(|(min, max)| min <= max)
            && self.min_length.zip(self.max_length).is_none_or(|(min, max)| min <= max);
        checker.expect(in_order, Code::ConfigAnswer, at);
    }
}

/// The digits that a caller said: "zero three", "7", "03/14/1980".
fn spoken_digits(speech: &str, language: &str) -> Option<String> {
    let is_number = speech.bytes().all(|byte| byte.is_ascii_digit() || b" -/.,".contains(&byte));
    if is_number {
        return Some(speech.chars().filter(char::is_ascii_digit).collect());
    }
    spoken_keys(speech, language)
}

/// A condition on an answer: one of several answers, or a number in a range.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(untagged))]
pub enum AnswerCondition {
    /// The answers, in the form in which they are kept.
    OneOf(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))] Vec<String>),
    /// The smallest and the greatest number.
    Range(AnswerRange),
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct AnswerRange {
    /// The smallest number.
    pub min: Option<u32>,
    /// The greatest number.
    pub max: Option<u32>,
}

members!(AnswerRange { min: optional "min", max: optional "max" });

impl Typed for AnswerCondition {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        if parser.is_list() { Typed::read(parser).map(Self::OneOf) } else { Typed::read(parser).map(Self::Range) }
    }
}

impl AnswerCondition {
    /// Whether the condition holds for an answer.
    #[must_use]
    pub fn holds(&self, value: &str) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|known| known == value),
            Self::Range(range) => value.parse::<u32>().is_ok_and(|number| {
                range.min.is_none_or(|min| number >= min) && range.max.is_none_or(|max| number <= max)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(format: &str, digits: Option<&str>, speech: Option<&str>) -> Option<String> {
        serde_json::from_str::<AnswerFormat>(format).unwrap().parse(digits, speech, "en-US")
    }

    #[test]
    fn parses_each_format() {
        let pain = r#"{"format":"number","max":10}"#;
        for (format, digits, expected) in [
            ("{}", "007", Some("007")),
            ("{}", "", None),
            ("{}", "1*", None),
            (r#"{"minLength":4,"maxLength":6}"#, "123", None),
            (r#"{"minLength":4,"maxLength":6}"#, "1234567", None),
            (r#"{"minLength":4,"maxLength":6}"#, "1234", Some("1234")),
            (r#"{"pattern":"20####"}"#, "201234", Some("201234")),
            (r#"{"pattern":"20####"}"#, "211234", None),
            (r#"{"pattern":"20####"}"#, "20123", None),
            (pain, "010", Some("10")),
            (pain, "11", None),
            (pain, "99999999999", None),
            (r#"{"format":"date"}"#, "03141980", Some("1980-03-14")),
            (r#"{"format":"date"}"#, "02291900", None),
            (r#"{"format":"date"}"#, "02292000", Some("2000-02-29")),
            (r#"{"format":"date"}"#, "00000000", None),
            (r#"{"format":"date","order":"DDMMYYYY"}"#, "14031980", Some("1980-03-14")),
            (r#"{"format":"date","order":"YYYYMMDD"}"#, "19360314", Some("1936-03-14")),
        ] {
            assert_eq!(parsed(format, Some(digits), None).as_deref(), expected, "{format} {digits}");
        }
    }

    #[test]
    fn parses_what_a_caller_says() {
        for (format, speech, expected) in [
            (r#"{"format":"number","max":10}"#, "seven", Some("7")),
            (r#"{"format":"number","max":10}"#, "It hurts.", None),
            (r#"{"format":"date"}"#, "03/14/1980", Some("1980-03-14")),
            (r#"{"format":"text"}"#, " The left\nknee ", Some("The left knee")),
            (r#"{"format":"text"}"#, " \u{7} ", None),
            (r#"{"format":"text","maxLength":5}"#, "too long", None),
        ] {
            assert_eq!(parsed(format, None, Some(speech)).as_deref(), expected, "{format} {speech}");
        }
        // Digits are never a text.
        assert_eq!(parsed(r#"{"format":"text"}"#, Some("1"), None), None);
    }

    #[test]
    fn reads_digits_out_one_by_one() {
        let spoken = |format: &str, value| serde_json::from_str::<AnswerFormat>(format).unwrap().spoken(value);
        assert_eq!(spoken("{}", "0123"), "0, 1, 2, 3");
        assert_eq!(spoken(r#"{"format":"date"}"#, "1980-03-14"), "0, 3, 1, 4, 1, 9, 8, 0");
        assert_eq!(spoken(r#"{"format":"number"}"#, "10"), "10");
    }

    #[test]
    fn conditions_compare_answers() {
        let holds = |text: &str, value| serde_json::from_str::<AnswerCondition>(text).unwrap().holds(value);
        assert!(holds(r#"{"min":7}"#, "7") && holds(r#"{"max":7}"#, "7") && holds(r#"["1","2"]"#, "2"));
        assert!(!holds(r#"{"min":7}"#, "6") && !holds(r#"{"max":7}"#, "8") && !holds(r#"{"min":7}"#, "x"));
        assert!(!holds(r#"["1","2"]"#, "12"));
    }
}
