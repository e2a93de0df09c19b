// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which numbers may be called.

use super::config::Outbound;
use super::refusal::Refusal;
use crate::error::Code;
use crate::phone::{
    E164, NumberKind, parse, parse_written, starts_with_emergency, starts_with_premium_rate, without_remark,
};

/// Prefixes of numbers that Plumline never dials: satellite phones, international premium-rate numbers, and
/// premium-rate and shared-cost services that the numbering plans list late or not at all.
const BLOCKED: [&str; 18] = [
    "+1456", "+1600", "+1700", "+1900", "+1976", "+4470", "+4484", "+4487", "+449", "+808", "+870", "+878", "+881",
    "+882", "+883", "+888", "+979", "+991",
];

/// Emergency numbers of all countries. Even with a calling code, they are shorter than any E.164 number.
const EMERGENCY: [&str; 8] = ["000", "110", "111", "112", "118", "119", "911", "999"];

/// The maximum length of an emergency number with a calling code before it.
const MAX_EMERGENCY_DIGITS_WITH_CODE: usize = 6;

/// The area codes of the North American plan outside the US and Canada.
const OVERSEAS_AREAS: [&[u8; 3]; 27] = [
    b"242", b"246", b"264", b"268", b"284", b"340", b"345", b"441", b"473", b"649", b"658", b"664", b"670", b"671",
    b"684", b"721", b"758", b"767", b"784", b"787", b"809", b"829", b"849", b"868", b"869", b"876", b"939",
];

/// Area codes that are not geographic: reserved for personal numbers, for a carrier, or for the government.
const NON_GEOGRAPHIC: [&[u8; 3]; 18] = [
    b"456", b"535", b"538", b"542", b"543", b"545", b"546", b"547", b"549", b"550", b"552", b"553", b"554", b"556",
    b"569", b"578", b"589", b"710",
];

/// The US, the main country of the North American plan, and Canada.
const TOLL_FREE_COUNTRIES: [&str; 2] = ["US", "CA"];

/// The clinic's outbound settings, and its own numbers.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    outbound: &'a Outbound,
    numbers: &'a [E164<'a>],
}

impl<'a> Policy<'a> {
    /// The policy of a config, for a clinic with these numbers.
    #[must_use]
    pub const fn new(outbound: &'a Outbound, numbers: &'a [E164<'a>]) -> Self {
        Self { outbound, numbers }
    }

    /// Checks whether `text`, which must be E.164, may be called. Returns the number in the form to dial.
    ///
    /// Numbers are blocked by prefix, because networks ignore the digits after a complete number.
    ///
    /// # Errors
    /// Why the number may not be called.
    pub fn allows(&self, text: &str) -> Result<String, Refusal> {
        if self.is_emergency(text) {
            return Err(Refusal::Emergency);
        }
        let number = E164::parse(text).ok_or(Refusal::NumberInvalid)?;
        if self.is_own(number) {
            return Err(Refusal::OwnNumber);
        }
        if self.is_blocked(text) || starts_with_premium_rate(number) {
            return Err(Refusal::Blocked);
        }
        let resolved = ResolvedNumber::of(text)?;
        // The number may have a trunk prefix after its country code.
        if E164::parse(&resolved.number).is_some_and(|number| self.is_own(number)) {
            return Err(Refusal::OwnNumber);
        }
        if self.is_blocked(&resolved.number) {
            return Err(Refusal::Blocked);
        }
        match resolved.kind {
            NumberKind::Ordinary | NumberKind::TollFree => {}
            NumberKind::Emergency => return Err(Refusal::Emergency),
            NumberKind::ShortCode => return Err(Refusal::NumberInvalid),
            NumberKind::Personal | NumberKind::Pager | NumberKind::Premium | NumberKind::SharedCost => {
                return Err(Refusal::Blocked);
            }
        }
        if self.is_allowed(&resolved) { Ok(resolved.number) } else { Err(Refusal::Country) }
    }

    /// Whether a number in the config may be dialed. It may be in any country, and in a newly assigned range that the
    /// plans do not have yet.
    #[must_use]
    pub fn allows_config_number(&self, text: &str) -> bool {
        match self.allows(text) {
            Ok(_) | Err(Refusal::Country) => true,
            Err(Refusal::NumberInvalid) => {
                matches!(parse(text, None), Err(Code::PhoneNotAssigned))
                    && !E164::parse(text).is_none_or(starts_with_emergency)
            }
            Err(_) => false,
        }
    }

    /// Same as [`Policy::allows`], for a number that a person typed, such as `(212) 555-0123`. A number without a
    /// country code belongs to the country of the clinic's first number.
    ///
    /// # Errors
    /// Why the number may not be called.
    pub fn allows_typed(&self, text: &str) -> Result<String, Refusal> {
        if self.is_emergency(text) {
            return Err(Refusal::Emergency);
        }
        let cleaned = clean(without_remark(text));
        if E164::parse(&cleaned).is_some() {
            return self.allows(&cleaned);
        }
        match parse_written(text, self.country().as_deref()) {
            Ok(phone) if phone.kind == NumberKind::Emergency => Err(Refusal::Emergency),
            Ok(phone) => self.allows(&phone.number),
            // North America assigns new area codes every year, so the plan may not have this one yet.
            Err(Code::PhoneNotAssigned) if self.country().is_some_and(|here| TOLL_FREE_COUNTRIES.contains(&&*here)) => {
                let national = cleaned.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(&cleaned);
                self.allows(&["+1", national].concat())
            }
            Err(_) => Err(Refusal::NumberInvalid),
        }
    }

    /// The country of the clinic's first number (ISO 3166).
    #[must_use]
    pub fn country(&self) -> Option<String> {
        self.numbers
            .first()
            .and_then(|number| ResolvedNumber::of(number.as_str()).ok())
            .map(|resolved| resolved.country)
    }

    /// Whether a number is one of the clinic's numbers, or starts with one.
    fn is_own(&self, number: E164<'_>) -> bool {
        self.numbers.iter().any(|own| number.as_str().starts_with(own.as_str()))
    }

    /// Whether a number has a blocked prefix, or the exchange 976, which is a premium-rate service in every area of
    /// North America.
    fn is_blocked(&self, number: &str) -> bool {
        let mut prefixes = BLOCKED.iter().copied().chain(self.outbound.blocked.iter().map(String::as_str));
        prefixes.any(|prefix| number.starts_with(prefix)) || number.starts_with("+1") && number.get(5..8) == Some("976")
    }

    fn is_emergency(&self, text: &str) -> bool {
        let digits = clean(text);
        let digits = digits.strip_prefix('+').unwrap_or(&digits);
        // An emergency number alone, or after a calling code.
        digits.len() <= MAX_EMERGENCY_DIGITS_WITH_CODE && EMERGENCY.iter().any(|number| digits.ends_with(number))
            || parse(text, self.country().as_deref()).is_ok_and(|phone| phone.kind == NumberKind::Emergency)
    }

    fn is_allowed(&self, resolved: &ResolvedNumber) -> bool {
        let is_here = |country: &str| {
            let country = if country.eq_ignore_ascii_case("UK") { "GB" } else { country };
            // North America shares its toll-free numbers. The plans list them for the US.
            let shared = resolved.kind == NumberKind::TollFree
                && resolved.country == TOLL_FREE_COUNTRIES[0]
                && TOLL_FREE_COUNTRIES.iter().any(|item| item.eq_ignore_ascii_case(country));
            shared || resolved.country.eq_ignore_ascii_case(country)
        };
        match &self.outbound.countries {
            Some(countries) => countries.iter().any(|country| is_here(country)),
            None => self
                .numbers
                .iter()
                .any(|number| ResolvedNumber::of(number.as_str()).is_ok_and(|own| is_here(&own.country))),
        }
    }
}

/// A number with its country and kind.
struct ResolvedNumber {
    country: String,
    kind: NumberKind,
    number: String,
}

impl ResolvedNumber {
    fn of(number: &str) -> Result<Self, Refusal> {
        match parse(number, None) {
            Ok(phone) => Ok(Self { country: phone.country, kind: phone.kind, number: phone.number }),
            // North America assigns new area codes every year, nearly all of them in the US. Premium-rate numbers have
            // separate area codes there, so an unknown area code is treated as ordinary.
            Err(Code::PhoneNotAssigned) if may_be_new_area(number) => Ok(Self {
                country: TOLL_FREE_COUNTRIES[0].to_owned(),
                kind: NumberKind::Ordinary,
                number: number.to_owned(),
            }),
            Err(_) => Err(Refusal::NumberInvalid),
        }
    }
}

/// Whether a number has ten digits after +1, and an area code that no plan has but that could be assigned to a place.
/// Source: the North American Numbering Plan's [area codes](https://www.nanpa.com/numbering/area-codes).
fn may_be_new_area(number: &str) -> bool {
    let Some(area) = number.strip_prefix("+1").filter(|rest| rest.len() == 10).and_then(|rest| rest.get(..3)) else {
        return false;
    };
    let possible = match area.as_bytes() {
        // N9X is reserved for longer numbers. 37X and 96X are reserved. Two equal digits at the end mean a service,
        // toll-free, personal or Canadian 6XX code. 88X is toll-free, or was used for paid calls to toll-free numbers.
        [b'0' | b'1', ..] | [_, b'9', _] | [b'3', b'7', _] | [b'9', b'6', _] | [b'8', b'8', _] => false,
        // 555 is not assigned to a place, but examples use it, and calls to it are free.
        [_, second, third] if second == third => area == "555",
        _ => !NON_GEOGRAPHIC.iter().any(|known| *known == area.as_bytes()),
    };
    let is_overseas_area = OVERSEAS_AREAS.iter().any(|known| *known == area.as_bytes());
    // If the plans have the area code, this number is valid.
    possible && !is_overseas_area && parse(&["+1", area, "2000000"].concat(), None).is_err()
}

/// Removes the spaces and punctuation that people type in a number.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        if !matches!(character, ' ' | '-' | '.' | '(' | ')' | '/' | '\t' | '\u{a0}') {
            cleaned.push(character);
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The country of an area code. Uses the first of `exchanges` that the plan has.
    fn country(area: &str, exchanges: impl IntoIterator<Item = u32>) -> Option<String> {
        let mut exchanges = exchanges.into_iter();
        exchanges.find_map(|exchange| parse(&format!("+1{area}{exchange}2345"), None).ok()).map(|phone| phone.country)
    }

    #[test]
    fn the_overseas_areas_match_the_plans() {
        let is_overseas = |country: &String| !TOLL_FREE_COUNTRIES.contains(&country.as_str());
        let listed = OVERSEAS_AREAS.map(|area| std::str::from_utf8(area).unwrap());
        for area in listed {
            assert!(country(area, 200..1_000).as_ref().is_some_and(is_overseas), "{area}");
        }
        // A plan may have few exchanges of an area. Most areas use these.
        for area in (200..1_000).map(|number| number.to_string()) {
            let found = country(&area, [220, 234, 322, 420, 468, 502, 520, 662, 702, 780, 987]);
            assert!(!found.as_ref().is_some_and(is_overseas) || listed.contains(&area.as_str()), "{area}");
        }
    }

    #[test]
    fn only_geographic_areas_can_be_new() {
        let new = |area: &str| may_be_new_area(&["+1", area, "5550123"].concat());
        for area in ["232", "457", "624", "729", "824", "924"] {
            assert!(new(area), "{area}");
        }
        for area in [
            "535", "538", "542", "589", "644", "655", "677", "688", "710", "822", "880", "881", "889", "290", "375",
            "960", "011", "211", "456",
        ] {
            assert!(!new(area), "{area}");
        }
    }
}
