// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Chooses the caller ID from the clinic's numbers. The choice depends only on the callee, the call and the chart, so
//! it is the same on every bot instance.

use crate::fhir::systems::{CALLER_ID_SYSTEM, VOICE_CATEGORY};
use crate::phone::E164;
use crate::policy::{Outbound, Pool};
use crate::text::percent_encode;

/// The input of the choice.
#[derive(Clone, Copy, Debug)]
pub struct PoolKey<'a> {
    /// The number to call, E.164.
    pub callee: &'a str,
    /// An id of the call: its `CallSid`, or the id of the request that prepares it.
    pub call: &'a str,
}

/// The caller ID that the config sets for a caller (`Practitioner/<id>`) or for all callers. The second value is true
/// if the number in the config is not one of the clinic's numbers and is therefore ignored.
#[must_use]
pub fn fixed<'a>(outbound: &'a Outbound, numbers: &[E164<'a>], practitioner: Option<&str>) -> (Option<E164<'a>>, bool) {
    let own = practitioner.and_then(|practitioner| outbound.practitioners.get(practitioner));
    let mut foreign = false;
    for wanted in [own, outbound.caller_id.as_ref()].into_iter().flatten() {
        match numbers.iter().find(|number| number.as_str() == wanted) {
            Some(number) => return (Some(*number), foreign),
            None => foreign = true,
        }
    }
    (None, foreign)
}

/// Chooses a number from the pool without the chart. For [`Pool::LeastRecentlyUsed`] and [`Pool::RoundRobin`], use this
/// only if the chart is not available.
#[must_use]
pub fn choose<'a>(pool: Pool, numbers: &[E164<'a>], key: PoolKey<'_>) -> Option<E164<'a>> {
    match pool {
        Pool::Sticky | Pool::LeastRecentlyUsed => sticky(numbers, key.callee),
        Pool::RoundRobin => nth(numbers, hash(&["round robin", key.call])),
        Pool::Random => nth(numbers, hash(&["random", key.call])),
    }
}

/// The number whose hash with the callee is the highest (rendezvous hashing). The order of the numbers has no effect.
/// If a number is added or removed, the caller ID changes only for the callees of that number.
fn sticky<'a>(numbers: &[E164<'a>], callee: &str) -> Option<E164<'a>> {
    let mut best: Option<(u64, E164<'a>)> = None;
    for number in numbers {
        let weight = hash(&["sticky", callee, number.as_str()]);
        let better = |(known, other): &(u64, E164<'_>)| (weight, number.as_str()) > (*known, other.as_str());
        if best.as_ref().is_none_or(better) {
            best = Some((weight, *number));
        }
    }
    best.map(|(_, number)| number)
}

/// The number at the index `hash` modulo the number of numbers.
fn nth<'a>(numbers: &[E164<'a>], hash: u64) -> Option<E164<'a>> {
    let different = different(numbers);
    let wanted = hash.checked_rem(different.len() as u64)?;
    let before = |number: &E164<'_>| different.iter().filter(|other| other.as_str() < number.as_str()).count() as u64;
    different.iter().find(|number| before(number) == wanted).copied()
}

/// The numbers without repetitions, in their order.
pub(super) fn different<'a>(numbers: &[E164<'a>]) -> Vec<E164<'a>> {
    let mut different = Vec::with_capacity(numbers.len());
    for number in numbers {
        if !different.contains(number) {
            different.push(*number);
        }
    }
    different
}

/// The search for the last call from a number, relative to the FHIR base URL. The caller ID is in
/// `Communication.medium`, because FHIR can search by that element.
#[must_use]
pub fn last_use_search(number: E164<'_>) -> String {
    let (system, code) = VOICE_CATEGORY;
    let category = percent_encode(&[system, "|", code].concat());
    let number = percent_encode(&[CALLER_ID_SYSTEM, "|", number.as_str()].concat());
    // A prepared call has no `sent` and would be the first result.
    ["Communication?category=", &category, "&medium=", &number, "&sent=ge1970-01-01&_sort=-sent&_count=1"].concat()
}

/// The least recently used number. A number that was never used comes first.
#[must_use]
pub fn by_last_use<'a>(numbers: &[E164<'a>], used: &[Option<u64>]) -> Option<E164<'a>> {
    let mut best: Option<(Option<u64>, E164<'a>)> = None;
    for (number, used) in numbers.iter().zip(used) {
        if best.is_none_or(|(known, other)| (*used, number.as_str()) < (known, other.as_str())) {
            best = Some((*used, *number));
        }
    }
    best.map(|(_, number)| number)
}

/// FNV-1a over the parts and a separator, then mixed as in `SplitMix64`: with FNV alone, similar texts have similar low
/// bits.
fn hash(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [&str; 4] = ["+15550100004", "+15550100001", "+15550100003", "+15550100002"];

    fn numbers(of: &[&'static str]) -> Vec<E164<'static>> {
        of.iter().map(|number| E164::parse(number).unwrap()).collect()
    }

    fn key(at: u32) -> (String, String) {
        (format!("+1555011{at:04}"), format!("CA{at:032x}"))
    }

    #[test]
    fn the_choice_depends_only_on_its_key() {
        let (own, mut others) = (numbers(&NUMBERS), numbers(&NUMBERS));
        others.reverse();
        others.push(others[0]);
        for pool in [Pool::Sticky, Pool::RoundRobin, Pool::Random, Pool::LeastRecentlyUsed] {
            let mut seen = [0; 4];
            for at in 0..4_000 {
                let (callee, call) = key(at);
                let key = PoolKey { callee: &callee, call: &call };
                let chosen = choose(pool, &own, key).unwrap();
                assert_eq!(choose(pool, &others, key), Some(chosen));
                seen[own.iter().position(|number| *number == chosen).unwrap()] += 1;
            }
            assert!(seen.iter().all(|count| (850..1150).contains(count)), "{pool:?} {seen:?}");
        }
        assert_eq!(choose(Pool::Sticky, &[], PoolKey { callee: "", call: "" }), None);
        assert_eq!(choose(Pool::Random, &[], PoolKey { callee: "", call: "" }), None);
    }

    #[test]
    fn a_callee_always_sees_the_same_number() {
        let (own, fewer) = (numbers(&NUMBERS), numbers(&NUMBERS[1..]));
        for at in 0..500 {
            let callee = key(at).0;
            let with = |numbers: &[E164<'static>], call: &str| {
                choose(Pool::Sticky, numbers, PoolKey { callee: &callee, call }).unwrap()
            };
            let chosen = with(&own, "CA1");
            assert_eq!(with(&own, "CA2"), chosen);
            assert!(chosen == own[0] || with(&fewer, "CA1") == chosen);
        }
    }

    #[test]
    fn chooses_the_least_recently_used_number() {
        let own = numbers(&NUMBERS);
        let taken = |used: [Option<u64>; 4]| by_last_use(&own, &used).unwrap().as_str();
        assert_eq!(taken([Some(5), Some(4), Some(3), Some(9)]), "+15550100003");
        assert_eq!(taken([Some(5), None, Some(3), None]), "+15550100001");
        assert_eq!(taken([None; 4]), "+15550100001");
    }

    #[test]
    fn only_the_clinics_numbers_can_be_configured() {
        let outbound: Outbound = serde_json::from_str(
            r#"{"callerId":"+15550100002","practitioners":{"Practitioner/a":"+15550100003","Practitioner/b":"+15550100099"}}"#,
        )
        .unwrap();
        let own = numbers(&NUMBERS);
        let fixed = |who| {
            let (number, foreign) = fixed(&outbound, &own, who);
            (number.map(E164::as_str), foreign)
        };
        assert_eq!(fixed(Some("Practitioner/a")), (Some("+15550100003"), false));
        assert_eq!(fixed(Some("Practitioner/b")), (Some("+15550100002"), true));
        assert_eq!(fixed(None), (Some("+15550100002"), false));
        assert_eq!(super::fixed(&outbound, &own[..1], None), (None, true));
    }
}
