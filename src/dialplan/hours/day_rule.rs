// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The days of a holiday, as a rule that is computed for each date.

use super::easter::{easter, orthodox_easter};
use crate::text::split_on;
use crate::time::{date_from_days, days_in, days_since_epoch, weekday_from_days};

/// The maximum length of a yearly range over the New Year, in days. A longer one is probably reversed by mistake, and it
/// would close almost the whole year.
const MAX_OVER_NEW_YEAR: u64 = 184;

/// The weekdays, as FHIR spells them.
pub(super) const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The days of a holiday.
///
/// - `12-25`, `2026-12-25`: a date of every year, or of one year.
/// - `12-25 observed`: also the Friday before if the date is a Saturday, and the Monday after if it is a Sunday.
/// - `12-25 observed sat+2 sun+2`: the same with other days. Without `observed`, the date itself is not included if it
///   moves.
/// - `easter+1`, `orthodox easter-2`, `4 thu nov`, `last mon may`, `mon before 05-25`, `sat after 06-19`: days that move,
///   each with an optional number of days after or before.
/// - `12-24..01-02`, `2026-12-24..2027-01-02`, `easter-2..easter+1`: ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRule(Rule);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// A date, and the days to which it moves.
    Date(Date, Moves),
    /// Days of certain years, in days since 1970-01-01.
    Period(u64, u64),
    /// Days of every year: month and day of the first and of the last one.
    Yearly((u32, u32), (u32, u32)),
    /// Days relative to one that moves, from the first offset to the last.
    Relative { base: Base, from: i8, to: i8 },
}

/// A date of one year, or of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: Option<u32>,
    month: u32,
    day: u32,
}

/// How a date moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moves {
    /// Whether the date itself is included if it moves.
    keeps_date: bool,
    /// The number of days, by the weekday of the date; 0 if it does not move.
    by: [i8; 7],
}

/// A day that has another date each year. Parts that its kind does not need are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Base {
    kind: BaseKind,
    weekday: u32,
    month: u32,
    /// The day of the month, or which weekday of the month.
    number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BaseKind {
    Easter,
    OrthodoxEaster,
    /// The first to fourth weekday of a month.
    Nth,
    /// The last weekday of a month.
    Last,
    /// The last weekday before a date.
    Before,
    /// The first weekday after a date.
    After,
}

/// A day without moves: an end of a range.
enum End {
    Date(Date),
    Relative(Base, i8),
}

impl DayRule {
    /// Parses a rule. Returns `None` if the text is not a rule, or if its days do not exist every year. `02-29` is
    /// allowed, and includes only the leap days.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(at) = text.as_bytes().windows(2).position(|pair| pair == b"..") {
            return range(End::parse(text.get(..at)?)?, End::parse(text.get(at + 2..)?)?).map(Self);
        }
        let (first, moves) = split_on(text, b' ');
        if let Some(date) = Date::parse(first) {
            let moves = if first.len() < text.len() { Moves::parse(moves)? } else { Moves::NONE };
            return Some(Self(Rule::Date(date, moves)));
        }
        match End::parse(text)? {
            End::Relative(base, by) => Some(Self(Rule::Relative { base, from: by, to: by })),
            End::Date(_) => None,
        }
    }

    /// Whether the rule includes a day, in days since 1970-01-01.
    #[must_use]
    pub fn includes(&self, day: u64) -> bool {
        let (year, month, of_month) = date_from_days(day);
        match self.0 {
            Rule::Date(date, moves) => moves.lead_to(day, date),
            Rule::Period(first, last) => (first..=last).contains(&day),
            Rule::Yearly(first, last) => {
                let (begun, over) = (first <= (month, of_month), last < (month, of_month));
                if first <= last { begun && !over } else { begun || !over }
            }
            Rule::Relative { base, from, to } => {
                // An offset is shorter than a year, so the base is at most one year away.
                let within = |base: u64| {
                    base.checked_add_signed(from.into()).is_some_and(|first| first <= day)
                        && base.checked_add_signed(to.into()).is_some_and(|last| day <= last)
                };
                (year - 1..=year + 1).any(|year| base.day_of(year).is_some_and(within))
            }
        }
    }

    /// Whether the rule applies to certain years only.
    #[must_use]
    pub const fn is_dated(&self) -> bool {
        matches!(self.0, Rule::Date(Date { year: Some(_), .. }, _) | Rule::Period(..))
    }

    /// Whether the rule is a range.
    #[must_use]
    pub const fn is_range(&self) -> bool {
        match self.0 {
            Rule::Date(..) => false,
            Rule::Period(..) | Rule::Yearly(..) => true,
            Rule::Relative { from, to, .. } => from < to,
        }
    }

    /// The last day, in days since 1970-01-01; `None` if the rule applies every year.
    #[must_use]
    pub fn last_day(&self) -> Option<u64> {
        match self.0 {
            Rule::Date(date, moves) => {
                let day = date.days()?;
                let by = moves.by.get(weekday_from_days(day) as usize).copied().unwrap_or_default();
                day.checked_add_signed(by.max(0).into())
            }
            Rule::Period(_, last) => Some(last),
            Rule::Yearly(..) | Rule::Relative { .. } => None,
        }
    }
}

fn range(from: End, to: End) -> Option<Rule> {
    match (from, to) {
        (End::Date(from), End::Date(to)) => match (from.days(), to.days()) {
            (Some(first), Some(last)) => (first <= last).then_some(Rule::Period(first, last)),
            (None, None) => {
                // 2000 is a leap year. From a date to the date before it in the next year are 366 days.
                let day = |date: Date| days_since_epoch(2_000, date.month, date.day);
                let (first, last) = (day(from)?, day(to)?);
                let is_plausible = first <= last || last + 366 - first < MAX_OVER_NEW_YEAR;
                is_plausible.then_some(Rule::Yearly((from.month, from.day), (to.month, to.day)))
            }
            _ => None,
        },
        // Two days that move independently could be in either order.
        (End::Relative(base, from), End::Relative(other, to)) if base == other && from <= to => {
            Some(Rule::Relative { base, from, to })
        }
        _ => None,
    }
}

impl Date {
    /// Parses `MM-DD` or `YYYY-MM-DD`. Returns `None` if the date does not exist, or is before 1970.
    fn parse(text: &str) -> Option<Self> {
        let (year, rest) = match text.len() {
            5 => (None, text),
            10 => (Some(digits(text.get(..4)?)?), text.get(4..)?.strip_prefix('-')?),
            _ => return None,
        };
        let date = Self { year, month: digits(rest.get(..2)?)?, day: digits(rest.get(2..)?.strip_prefix('-')?)? };
        // `MM-DD` is checked in a leap year, which includes February 29.
        days_since_epoch(year.unwrap_or(2_000), date.month, date.day).map(|_| date)
    }

    /// Days since 1970-01-01; `None` if the date has no year.
    fn days(self) -> Option<u64> {
        days_since_epoch(self.year?, self.month, self.day)
    }

    fn is_on(self, day: u64) -> bool {
        let (year, month, of_month) = date_from_days(day);
        self.year.is_none_or(|expected| expected == year) && (self.month, self.day) == (month, of_month)
    }
}

impl Moves {
    const NONE: Self = Self { keeps_date: true, by: [0; 7] };
    /// The practice of the United States: Saturday to Friday, Sunday to Monday.
    const OBSERVED: [i8; 7] = [0, 0, 0, 0, 0, -1, 1];

    /// Parses `observed`, `sat+2 sun+1`, or both.
    fn parse(text: &str) -> Option<Self> {
        let (first, rest) = split_on(text, b' ');
        let keeps_date = first == "observed";
        if keeps_date && first.len() == text.len() {
            return Some(Self { keeps_date, by: Self::OBSERVED });
        }
        let mut by = [0; 7];
        let mut rest = Some(if keeps_date { rest } else { text });
        while let Some(words) = rest {
            let (word, after) = split_on(words, b' ');
            let (weekday, days) = word.split_at_checked(3)?;
            let moved = by.get_mut(index_of(&WEEKDAYS, weekday)? as usize)?;
            let days = parse_offset(days).filter(|days| (1..7).contains(&days.abs()))?;
            // A weekday is not repeated.
            if core::mem::replace(moved, days) != 0 {
                return None;
            }
            rest = (word.len() < words.len()).then_some(after);
        }
        Some(Self { keeps_date, by })
    }

    /// Whether a date is on `day` or moves to it.
    fn lead_to(self, day: u64, date: Date) -> bool {
        self.by.iter().zip(0..).any(|(by, weekday)| {
            let from = |by: i8| {
                let origin = day.checked_add_signed(-i64::from(by));
                origin.is_some_and(|day| weekday_from_days(day) == weekday && date.is_on(day))
            };
            from(*by) || *by != 0 && self.keeps_date && from(0)
        })
    }
}

impl End {
    fn parse(text: &str) -> Option<Self> {
        if let Some(date) = Date::parse(text) {
            return Some(Self::Date(date));
        }
        let (first, rest) = split_on(text, b' ');
        let (second, third) = split_on(rest, b' ');
        let mut base = Base { kind: BaseKind::Easter, weekday: 0, month: 0, number: 0 };
        let offset = if let Some(offset) = text.strip_prefix("easter") {
            offset
        } else if let Some(offset) = text.strip_prefix("orthodox easter") {
            base.kind = BaseKind::OrthodoxEaster;
            offset
        } else if let Some(weekday) = index_of(&WEEKDAYS, first) {
            let (date, offset) = third.split_at_checked(5)?;
            let date = Date::parse(date)?;
            // 2001 is not a leap year. February 29 does not exist every year.
            days_since_epoch(2_001, date.month, date.day)?;
            let kind = match second {
                "before" => BaseKind::Before,
                "after" => BaseKind::After,
                _ => return None,
            };
            base = Base { kind, weekday, month: date.month, number: date.day };
            offset
        } else {
            let (month, offset) = third.split_at_checked(3)?;
            let (kind, number) = match first.as_bytes() {
                b"last" => (BaseKind::Last, 0),
                // Some months have no fifth one.
                [digit @ b'1'..=b'4'] => (BaseKind::Nth, u32::from(digit - b'0')),
                _ => return None,
            };
            base = Base { kind, weekday: index_of(&WEEKDAYS, second)?, month: index_of(&MONTHS, month)? + 1, number };
            offset
        };
        let by = if offset.is_empty() { 0 } else { parse_offset(offset)? };
        Some(Self::Relative(base, by))
    }
}

impl Base {
    /// The day in a year, in days since 1970-01-01.
    fn day_of(self, year: u32) -> Option<u64> {
        let Self { kind, weekday, month, number } = self;
        // The earliest day that it can be.
        let first = match kind {
            BaseKind::Easter => return easter(year),
            BaseKind::OrthodoxEaster => return orthodox_easter(year),
            BaseKind::Nth => days_since_epoch(year, month, number * 7 - 6)?,
            BaseKind::Last => days_since_epoch(year, month, days_in(year, month) - 6)?,
            BaseKind::Before => days_since_epoch(year, month, number)?.checked_sub(7)?,
            BaseKind::After => days_since_epoch(year, month, number)? + 1,
        };
        Some(first + u64::from((weekday + 7 - weekday_from_days(first)) % 7))
    }
}

fn index_of(names: &[&str], name: &str) -> Option<u32> {
    names.iter().position(|known| *known == name).map(|index| index as u32)
}

/// Parses `+1` to `+99` and `-1` to `-99`.
fn parse_offset(text: &str) -> Option<i8> {
    let (sign, number) = text.split_at_checked(1)?;
    if number.len() > 2 || number.starts_with('0') {
        return None;
    }
    let days = digits(number)? as i8;
    match sign {
        "+" => Some(days),
        "-" => Some(-days),
        _ => None,
    }
}

/// Parses ASCII digits.
fn digits(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
