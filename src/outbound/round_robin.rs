// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The pool `roundRobin`: each call shows the number after the one that the previous call showed.
//!
//! The order is in the chart. The record of a call has the index of its position as an identifier. The call with the
//! highest index is the previous one.

use super::prepared::caller_id_of;
use crate::fhir::element::identifier_value;
use crate::fhir::systems::{POOL, POSITION, ROUND_ROBIN};
use crate::json::{Json, decimal};
use crate::phone::E164;
use crate::runtime::FhirRequest;
use crate::text::percent_encode;
use crate::time::parse_instant;

/// The position of a call in the round-robin order: the order of all calls of the pool. The first call has the index 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position<'a> {
    /// The index.
    pub index: u32,
    /// The number that the call shows.
    pub number: E164<'a>,
}

/// The maximum index, which a FHIR `integer` can hold. A record with a higher one was edited.
const MAX_INDEX: u32 = i32::MAX.cast_unsigned();

/// The searches for the latest positions: the latest calls, and the calls that are prepared but not placed. The call
/// with the highest index may not be the first result, because tickets are used in any order.
#[must_use]
pub fn latest_positions() -> [FhirRequest; 2] {
    let pool = ["Communication?medium=", &percent_encode(&[POOL, "|", ROUND_ROBIN].concat())].concat();
    // A prepared call has no `sent` and would be the first result.
    ["&sent=ge1970-01-01&_sort=-sent&_count=20", "&status=preparation&_sort=-_lastUpdated&_count=20"]
        .map(|query| FhirRequest::get([&pool, query].concat()))
}

impl<'a> Position<'a> {
    /// The position of the next call. `found` has the results of [`latest_positions`]. `None` without numbers.
    #[must_use]
    pub fn next(found: &[Json], numbers: &[E164<'a>]) -> Option<Self> {
        let records = found.iter().flat_map(resources);
        let latest = records.filter_map(|record| Some((index_of(record)?, caller_id_of(record)?))).max();
        let (index, number) = latest.unwrap_or_default();
        Self::after(index, number, numbers)
    }

    /// The position after this one.
    #[must_use]
    pub fn following(self, numbers: &[E164<'a>]) -> Option<Self> {
        Self::after(self.index, self.number.as_str(), numbers)
    }

    /// The numbers follow each other in ascending order, so that the order of the setting has no effect and a removed
    /// number still has a successor.
    fn after(index: u32, previous: &str, numbers: &[E164<'a>]) -> Option<Self> {
        let least =
            |numbers: &mut dyn Iterator<Item = E164<'a>>| numbers.min_by(|one, other| one.as_str().cmp(other.as_str()));
        let later = least(&mut numbers.iter().copied().filter(|number| number.as_str() > previous));
        let number = later.or_else(|| least(&mut numbers.iter().copied()))?;
        Some(Self { index: index.saturating_add(1).min(MAX_INDEX), number })
    }
}

/// The search for the calls with this index.
#[must_use]
pub fn same_position(index: u32) -> FhirRequest {
    let token = percent_encode(&[POSITION, "|", &decimal(index.into())].concat());
    FhirRequest::get(["Communication?identifier=", &token, "&_count=20"].concat())
}

/// Whether another call took the position of the prepared call `own` before it. `found` is the result of
/// [`same_position`] after `own` was written. Of two calls, exactly one was first, so only the other one takes the next
/// position.
#[must_use]
pub fn is_taken(found: &Json, own: &Json) -> bool {
    let is_earlier = |other: &Json| match other.get("status").and_then(Json::text) {
        // The call was given up, so no one saw its number.
        Some("not-done") => false,
        // The record has its first version, so its time is the time at which it was written.
        Some("preparation") => written_at(other) < written_at(own),
        _ => true,
    };
    resources(found).any(|other| other.get("id") != own.get("id") && is_earlier(other))
}

fn resources(bundle: &Json) -> impl Iterator<Item = &Json> {
    bundle.get("entry").map(Json::elements).unwrap_or_default().iter().filter_map(|entry| entry.get("resource"))
}

fn index_of(record: &Json) -> Option<u32> {
    identifier_value(record, POSITION)?.parse().ok().filter(|index| *index <= MAX_INDEX)
}

/// When a record was written, and its id, so that no two records compare as equal.
fn written_at(record: &Json) -> (Option<u64>, Option<&str>) {
    let at = record.at(&["meta", "lastUpdated"]).and_then(Json::text).and_then(parse_instant);
    (at, record.get("id").and_then(Json::text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::set_caller_id;

    const NUMBERS: [&str; 3] = ["+15550100003", "+15550100001", "+15550100002"];

    fn numbers(of: &[&'static str]) -> Vec<E164<'static>> {
        of.iter().map(|number| E164::parse(number).unwrap()).collect()
    }

    fn record(id: &str, more: &str, number: &str, index: u32) -> Json {
        let mut record = Json::parse(&format!(r#"{{"id":"{id}"{more}}}"#)).unwrap();
        set_caller_id(&mut record, number, Some(index));
        record
    }

    fn bundle(records: Vec<Json>) -> Json {
        let entries = records.into_iter().map(|record| Json::object([("resource", record)]));
        Json::object([("entry", Json::List(entries.collect()))])
    }

    #[test]
    fn the_next_position_follows_the_one_with_the_highest_index() {
        let own = numbers(&NUMBERS);
        let next = |found: &[Json], numbers: &[E164<'static>]| {
            Position::next(found, numbers).map(|position| (position.index, position.number.as_str()))
        };
        assert_eq!(next(&[], &own), Some((1, NUMBERS[1])));
        assert_eq!(next(&[Json::Null, bundle(Vec::new())], &own), Some((1, NUMBERS[1])));
        let found = [
            bundle(vec![record("a", "", NUMBERS[2], 8), record("b", "", NUMBERS[0], 9), Json::Null]),
            bundle(vec![record("c", "", NUMBERS[1], 10)]),
        ];
        assert_eq!(next(&found, &own), Some((11, NUMBERS[2])));
        assert_eq!(next(&found[..1], &own), Some((10, NUMBERS[1])));
        // The clinic gave up a number, added one, or has none.
        assert_eq!(next(&found, &numbers(&[NUMBERS[0]])), Some((11, NUMBERS[0])));
        assert_eq!(next(&found, &numbers(&[NUMBERS[0], "+15550100000"])), Some((11, NUMBERS[0])));
        assert_eq!(next(&found, &[]), None);
        // Six calls in a row, with a number that is listed twice.
        let twice = numbers(&[NUMBERS[0], NUMBERS[1], NUMBERS[2], NUMBERS[1]]);
        let mut position = Position::next(&[], &twice).unwrap();
        let mut seen = vec![position.number.as_str()];
        for index in 2..7 {
            position = position.following(&twice).unwrap();
            assert_eq!(position.index, index);
            seen.push(position.number.as_str());
        }
        let [third, first, second] = NUMBERS;
        assert_eq!(seen, [first, second, third, first, second, third]);
    }

    #[test]
    fn an_edited_index_stops_no_call() {
        let own = numbers(&NUMBERS);
        for value in ["", "-1", "x", "2147483648", "99999999999999999999"] {
            let edited = record("a", "", NUMBERS[1], 7).write().replace("\"7\"", &format!("\"{value}\""));
            let found = [bundle(vec![Json::parse(&edited).unwrap()])];
            assert_eq!(Position::next(&found, &own).map(|position| position.index), Some(1), "{value}");
        }
        let highest = Position::next(&[bundle(vec![record("a", "", NUMBERS[1], MAX_INDEX)])], &own).unwrap();
        assert_eq!((highest.index, highest.number.as_str()), (MAX_INDEX, NUMBERS[2]));
        // A record without a number has no position.
        let bare = Json::parse(&format!(r#"{{"identifier":[{{"system":"{POSITION}","value":"5"}}]}}"#)).unwrap();
        assert_eq!(Position::next(&[bundle(vec![bare])], &own).map(|position| position.index), Some(1));
    }

    #[test]
    fn exactly_one_of_two_calls_keeps_a_position() {
        let at = |id: &str, status: &str, second: u32| {
            let more = format!(r#","status":"{status}","meta":{{"lastUpdated":"2026-11-18T11:06:0{second}.000Z"}}"#);
            record(id, &more, NUMBERS[1], 5)
        };
        let taken = |other: &Json, own: &Json| is_taken(&bundle(vec![own.clone(), other.clone()]), own);
        for (one, other) in [(("a", 1), ("b", 2)), (("b", 1), ("a", 2)), (("a", 1), ("b", 1))] {
            let [one, other] = [one, other].map(|(id, second)| at(id, "preparation", second));
            assert!(!taken(&other, &one) && taken(&one, &other));
        }
        let own = at("a", "preparation", 1);
        assert!(!is_taken(&bundle(vec![own.clone()]), &own));
        // A call was placed, or given up.
        assert!(taken(&at("b", "in-progress", 2), &own));
        assert!(!taken(&at("b", "not-done", 0), &own));
    }
}
