// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sums of the statistics. Their size does not depend on the number of calls. They can be returned to the client,
//! read back and continued.

use crate::chart::{CallDirection, CallState, Outcome};
use crate::json::{Json, decimal};

/// The outcomes of a call. The last one is for calls in progress and calls without a known end.
pub(super) const OUTCOMES: [&str; 8] =
    ["answered", "voicemail", "dropped", "no-answer", "declined", "busy", "failed", "open"];

/// The maximum number of practitioners. Calls of further practitioners are counted without a practitioner.
const MAX_PRACTITIONERS: usize = 1_000;

/// Buckets of the seconds to an answer: one second each up to two minutes, ten seconds each up to ten minutes, one
/// minute each up to an hour, and one for the rest.
const BUCKETS: usize = 120 + 48 + 50 + 1;

/// Sums of calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// One row for each day of the period.
    pub(super) days: Vec<Row>,
    /// The number of calls for each of [`OUTCOMES`].
    pub(super) outcomes: [u64; OUTCOMES.len()],
    /// One row for each `Practitioner/<id>`, sorted by reference.
    pub(super) practitioners: Vec<(String, Row)>,
    /// The waits of inbound calls.
    pub(super) inbound: Waits,
    /// The waits of outbound calls.
    pub(super) outbound: Waits,
}

/// The sums of some calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The number of inbound calls.
    pub(super) inbound: u64,
    /// The number of outbound calls.
    pub(super) outbound: u64,
    /// The number of answered calls in both directions.
    pub(super) answered: u64,
}

/// The times from the start of a call to its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waits {
    /// The number of calls.
    calls: u64,
    answered: u64,
    /// The sum of the times to answer, in seconds.
    seconds: u64,
    /// The number of answered calls in each bucket of the time to answer.
    buckets: Vec<u64>,
}

impl Default for Waits {
    fn default() -> Self {
        Self { calls: 0, answered: 0, seconds: 0, buckets: vec![0; BUCKETS] }
    }
}

impl Sums {
    pub(super) fn new(days: usize) -> Self {
        Self { days: vec![Row::default(); days], ..Self::default() }
    }

    /// Adds a call to the day with the index `day`.
    pub(super) fn add(&mut self, day: usize, state: &CallState, practitioner: Option<&str>) {
        let outbound = state.direction() == Some(CallDirection::Outbound);
        let outcome = state.outcome();
        let answered = outcome == Some(Outcome::Answered);
        let word = outcome.map_or("open", Outcome::word);
        if let Some(index) = OUTCOMES.iter().position(|known| *known == word) {
            self.outcomes[index] += 1;
        }
        if let Some(row) = self.days.get_mut(day) {
            row.add(outbound, answered);
        }
        if let Some(row) = practitioner.and_then(|practitioner| self.row_of(practitioner)) {
            row.add(outbound, answered);
        }
        let wait = || Some(state.answered_at()?.saturating_sub(state.started_at()?) / 1_000);
        let waits = if outbound { &mut self.outbound } else { &mut self.inbound };
        waits.calls += 1;
        if answered {
            waits.answered += 1;
            waits.add(wait());
        }
    }

    fn row_of(&mut self, practitioner: &str) -> Option<&mut Row> {
        let at = self.practitioners.binary_search_by(|(known, _)| known.as_str().cmp(practitioner));
        let at = match at {
            Ok(at) => at,
            Err(_) if self.practitioners.len() >= MAX_PRACTITIONERS => return None,
            Err(at) => {
                self.practitioners.insert(at, (practitioner.to_owned(), Row::default()));
                at
            }
        };
        self.practitioners.get_mut(at).map(|(_, row)| row)
    }

    /// The members of the response. `days` are the dates.
    pub(super) fn answer_json(&self, days: &[String]) -> [(&'static str, Json); 6] {
        let mut by_outcome = Vec::new();
        for (word, count) in OUTCOMES.iter().zip(self.outcomes) {
            by_outcome.push(((*word).to_owned(), Json::of_integer(count)));
        }
        let by_day = days.iter().zip(&self.days).map(|(day, row)| row.answer_json("day", day)).collect();
        let by_practitioner =
            self.practitioners.iter().map(|(who, row)| row.answer_json("practitioner", who)).collect();
        let (inbound, outbound) = (self.inbound.calls, self.outbound.calls);
        let by_direction = [("inbound", Json::of_integer(inbound)), ("outbound", Json::of_integer(outbound))];
        let waits = [("inbound", self.inbound.answer_json()), ("outbound", self.outbound.answer_json())];
        [
            ("calls", Json::of_integer(inbound + outbound)),
            ("byDay", Json::List(by_day)),
            ("byDirection", Json::object(by_direction)),
            ("byOutcome", Json::Object(by_outcome)),
            ("byPractitioner", Json::List(by_practitioner)),
            ("timeToAnswer", Json::object(waits)),
        ]
    }

    /// Writes the sums in the format of [`Sums::read`].
    pub(super) fn write(&self) -> Json {
        let mut practitioners = Vec::new();
        for (who, row) in &self.practitioners {
            practitioners.push((who.clone(), row.write()));
        }
        Json::object([
            ("days", Json::List(self.days.iter().map(Row::write).collect())),
            ("outcomes", counts(&self.outcomes)),
            ("practitioners", Json::Object(practitioners)),
            ("inbound", self.inbound.write()),
            ("outbound", self.outbound.write()),
        ])
    }

    /// Reads the sums of `days` days. `None` if the JSON is not valid.
    pub(super) fn read(json: &Json, days: usize) -> Option<Self> {
        let mut sums = Self::default();
        for row in json.get("days")?.elements() {
            sums.days.push(Row::read(row)?);
        }
        sums.outcomes = *<&[u64; OUTCOMES.len()]>::try_from(read_counts(json.get("outcomes")?)?.as_slice()).ok()?;
        for (who, row) in json.get("practitioners")?.members() {
            *sums.row_of(who)? = Row::read(row)?;
        }
        sums.inbound = Waits::read(json.get("inbound")?)?;
        sums.outbound = Waits::read(json.get("outbound")?)?;
        (sums.days.len() == days).then_some(sums)
    }
}

impl Row {
    const fn add(&mut self, outbound: bool, answered: bool) {
        if outbound {
            self.outbound += 1;
        } else {
            self.inbound += 1;
        }
        self.answered += answered as u64;
    }

    fn answer_json(&self, name: &str, of: &str) -> Json {
        Json::object([
            (name, Json::of(of)),
            ("calls", Json::of_integer(self.inbound + self.outbound)),
            ("inbound", Json::of_integer(self.inbound)),
            ("outbound", Json::of_integer(self.outbound)),
            ("answered", Json::of_integer(self.answered)),
        ])
    }

    fn write(&self) -> Json {
        counts(&[self.inbound, self.outbound, self.answered])
    }

    fn read(json: &Json) -> Option<Self> {
        let [inbound, outbound, answered] = *<&[u64; 3]>::try_from(read_counts(json)?.as_slice()).ok()?;
        Some(Self { inbound, outbound, answered })
    }
}

impl Waits {
    fn add(&mut self, seconds: Option<u64>) {
        if let Some(seconds) = seconds {
            self.seconds += seconds;
            self.buckets[bucket(seconds)] += 1;
        }
    }

    fn answer_json(&self) -> Json {
        let known: u64 = self.buckets.iter().sum();
        let mean = (self.seconds + known / 2).checked_div(known);
        let mut median = None;
        let mut passed = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            passed += count;
            if passed * 2 >= known && known > 0 {
                median = Some(min_seconds(index));
                break;
            }
        }
        let seconds = |seconds: Option<u64>| seconds.map_or(Json::Null, Json::of_integer);
        Json::object([
            ("answered", Json::of_integer(self.answered)),
            ("answeredShare", share(self.answered, self.calls)),
            ("medianSeconds", seconds(median)),
            ("meanSeconds", seconds(mean)),
        ])
    }

    /// Writes `[calls, answered, seconds, bucket, count, …]`, with a pair for each bucket that is not empty.
    fn write(&self) -> Json {
        let mut numbers = vec![self.calls, self.answered, self.seconds];
        for (index, count) in self.buckets.iter().enumerate() {
            if *count > 0 {
                numbers.extend([index as u64, *count]);
            }
        }
        counts(&numbers)
    }

    fn read(json: &Json) -> Option<Self> {
        let numbers = read_counts(json)?;
        let (head, pairs) = numbers.split_first_chunk::<3>()?;
        let mut waits = Self { calls: head[0], answered: head[1], seconds: head[2], ..Self::default() };
        for pair in pairs.chunks(2) {
            let [index, count] = *<&[u64; 2]>::try_from(pair).ok()?;
            *waits.buckets.get_mut(usize::try_from(index).ok()?)? = count;
        }
        Some(waits)
    }
}

fn bucket(seconds: u64) -> usize {
    let index = match seconds {
        0..120 => seconds,
        120..600 => 120 + (seconds - 120) / 10,
        600..3_600 => 168 + (seconds - 600) / 60,
        _ => 218,
    };
    index as usize
}

/// The smallest number of seconds in a bucket.
const fn min_seconds(bucket: usize) -> u64 {
    let index = bucket as u64;
    match index {
        0..120 => index,
        120..168 => 120 + (index - 120) * 10,
        168..218 => 600 + (index - 168) * 60,
        _ => 3_600,
    }
}

/// `part / whole`, rounded to three decimal places. `Null` if `whole` is 0.
fn share(part: u64, whole: u64) -> Json {
    let Some(thousandths) = (part * 1_000 + whole / 2).checked_div(whole) else {
        return Json::Null;
    };
    let digits = decimal(1_000 + thousandths % 1_000);
    Json::Number([&decimal(thousandths / 1_000), ".", digits.get(1..).unwrap_or_default()].concat())
}

fn counts(numbers: &[u64]) -> Json {
    Json::List(numbers.iter().map(|number| Json::of_integer(*number)).collect())
}

/// Reads a list of numbers. Each is limited, so that their sum does not overflow.
fn read_counts(json: &Json) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    for number in json.elements() {
        numbers.push(parse_integer(number).filter(|number| *number < 1 << 40)?);
    }
    Some(numbers)
}

/// A whole number.
pub(super) fn parse_integer(number: &Json) -> Option<u64> {
    if let Json::Number(digits) = number { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_is_in_the_bucket_that_starts_before_it() {
        for seconds in 0..10_000 {
            let of = bucket(seconds);
            assert!(of < BUCKETS && min_seconds(of) <= seconds && bucket(min_seconds(of)) == of, "{seconds}");
        }
    }

    #[test]
    fn shares_are_rounded_to_three_digits() {
        let text = |part, whole| share(part, whole).write();
        assert_eq!(
            (text(1, 3), text(2, 3), text(0, 7), text(7, 7)),
            ("0.333".into(), "0.667".into(), "0.000".into(), "1.000".into())
        );
        assert_eq!(share(0, 0), Json::Null);
    }

    #[test]
    fn sums_can_be_written_and_read_and_invalid_ones_are_refused() {
        let mut sums = Sums::new(2);
        sums.row_of("Practitioner/b").unwrap().add(true, true);
        sums.row_of("Practitioner/a").unwrap().add(false, false);
        sums.days[1].add(false, true);
        sums.inbound.calls = 1;
        sums.inbound.add(Some(4_000));
        sums.outbound.add(Some(7));
        let written = sums.write();
        assert_eq!(Sums::read(&written, 2), Some(sums));
        assert_eq!((Sums::read(&written, 3), Sums::read(&Json::Null, 0)), (None, None));
        for (name, wrong) in [
            ("inbound", "[1,1]"),
            ("inbound", "[1,1,1,999,1]"),
            ("inbound", "[1,1,1,4]"),
            ("outcomes", "[1]"),
            ("days", "[[1,2,-3],[0,0,0]]"),
            ("days", "[[1,2,9999999999999],[0,0,0]]"),
        ] {
            let mut altered = written.clone();
            altered.set(name, Json::parse(wrong).unwrap());
            assert_eq!(Sums::read(&altered, 2), None, "{name} {wrong}");
        }
    }
}
