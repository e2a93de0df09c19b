// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Converts a typed number to E.164, by the numbering plan of the country in which it was typed.

use super::E164;
use super::plan::{NumberKind, NumberingPlan, Slot, plans};
use super::typed::{TypedNumber, without_remark};
use crate::error::Code;

/// Emergency numbers on every mobile network, in every country (3GPP TS 22.101).
const GLOBAL_EMERGENCY: [&[u8]; 2] = [&[1, 1, 2], &[9, 1, 1]];

/// The calling code of the North American plan. Only its numbers may have letters, such as `1-800-FLOWERS`.
const NORTH_AMERICAN_CODE: u16 = 1;

const MAX_EMERGENCY_DIGITS: usize = 5;

const MAX_SHORT_CODE_DIGITS: usize = 8;

/// A phone number.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    /// What kind of number it is.
    pub kind: NumberKind,
    /// E.164. For an emergency service or a short code: the digits to dial.
    pub number: String,
    /// The country (ISO 3166), or `001` for a number that belongs to no country.
    pub country: String,
    /// Digits to dial after the call is answered; `""` if there are none.
    pub extension: String,
}

impl core::fmt::Debug for Phone {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Phone({:?}, {}, [redacted])", self.kind, self.country)
    }
}

/// Parses a number that was typed in `country` (ISO 3166). `None` if the country is unknown.
///
/// # Errors
/// A `PHONE_…` code.
pub fn parse(text: &str, country: Option<&str>) -> Result<Phone, Code> {
    let home = match country {
        Some(country) => Some(NumberingPlan::of(country).ok_or(Code::PhoneCountryUnknown)?),
        None => None,
    };
    let typed = TypedNumber::read(text)?;
    let reader = Reader { home, typed: &typed };
    reader.read()
}

/// Parses a number that people wrote for each other, such as in a chart: a remark may follow it. Letters are read as the
/// digits of their keys only in a toll-free number. Anywhere else, they are a word: `305-2345 Bob`.
///
/// # Errors
/// A `PHONE_…` code.
pub fn parse_written(text: &str, country: Option<&str>) -> Result<Phone, Code> {
    let number = without_remark(text);
    if number.len() < text.trim_ascii().len()
        && let Ok(phone) = parse(text, country)
        && phone.kind == NumberKind::TollFree
    {
        return Ok(phone);
    }
    parse(number, country)
}

struct Reader<'a> {
    home: Option<NumberingPlan>,
    typed: &'a TypedNumber,
}

impl Reader<'_> {
    fn read(&self) -> Result<Phone, Code> {
        let digits = &self.typed.digits[..];
        if self.typed.plus {
            return self.international(digits);
        }
        let Some(home) = self.home else {
            // Without a country, only numbers that are the same everywhere can be parsed.
            return match digits {
                [0, 0, rest @ ..] if !rest.is_empty() => self.international(rest),
                _ if GLOBAL_EMERGENCY.contains(&digits) => {
                    Ok(self.unprefixed_phone(NumberKind::Emergency, digits, None))
                }
                _ => Err(Code::PhoneCountryMissing),
            };
        };
        if let Some(unprefixed_phone) = self.short_code_or_emergency(&home, digits) {
            return Ok(unprefixed_phone);
        }
        match home.prefix(Slot::International, digits).map(|prefix| &digits[prefix..]) {
            Some(rest) if rest.first().is_some_and(|first| *first != 0) => return self.international(rest),
            _ => {}
        }
        // People also type the calling code of their own country without the `+`. The digits are read in that way on
        // two conditions. First, they are not a national number of this country. Second, the rest is a national number
        // of this country, or the digits are no number of another country with this calling code.
        let is_home_number = |digits: &[u8]| {
            let without_trunk = home.prefix(Slot::Trunk, digits).map_or(digits, |prefix| &digits[prefix..]);
            [digits, without_trunk]
                .iter()
                .any(|digits| home.kind(digits).is_some() || home.matches(Slot::General, digits))
        };
        if let Some(rest) = digits.strip_prefix(&decimal_digits(home.calling_code)[..])
            && !is_home_number(digits)
            && (is_home_number(rest) || self.assigned(home.calling_code, &home, digits).is_none())
            && let Some(phone) = self.assigned(home.calling_code, &home, rest)
        {
            return Ok(phone);
        }
        // People also use the prefix 00 in countries with another international prefix.
        self.national(&home, digits).or_else(|refused| match digits {
            [0, 0, rest @ ..] => self.international(rest).map_err(|_| refused),
            _ => Err(refused),
        })
    }

    /// Parses what follows `+` or an international prefix.
    fn international(&self, digits: &[u8]) -> Result<Phone, Code> {
        if GLOBAL_EMERGENCY.contains(&digits) {
            return Ok(self.unprefixed_phone(NumberKind::Emergency, digits, None));
        }
        // No calling code starts with 0, so 045 does not mean 45 (Denmark).
        let max = if digits.first() == Some(&0) { 0 } else { 3 };
        for length in 1..=max {
            let Some((code, rest)) = digits.split_at_checked(length) else { break };
            let code = code.iter().fold(0, |number, digit| number * 10 + u16::from(*digit));
            if let Some(main) = plans().find(|plan| plan.calling_code == code) {
                if rest.len() <= MAX_EMERGENCY_DIGITS && main.matches(Slot::Emergency, rest) {
                    return Ok(self.unprefixed_phone(NumberKind::Emergency, rest, Some(&main)));
                }
                return self.assigned(code, &main, rest).ok_or_else(|| error_code(&main, rest));
            }
        }
        Err(Code::PhoneCountryUnknown)
    }

    fn national(&self, home: &NumberingPlan, digits: &[u8]) -> Result<Phone, Code> {
        let found = self.assigned(home.calling_code, home, digits);
        found.ok_or_else(|| {
            let trunk = home.prefix(Slot::Trunk, digits).unwrap_or(0);
            error_code(home, &digits[trunk..])
        })
    }

    /// Parses a national number of any country with this calling code. `rules` is the plan that has the trunk prefix.
    /// Tries the digits without the trunk prefix first, then all digits.
    fn assigned(&self, code: u16, rules: &NumberingPlan, digits: &[u8]) -> Option<Phone> {
        if self.typed.letters && code != NORTH_AMERICAN_CODE {
            return None;
        }
        if rules.matches(Slot::Local, digits) {
            let whole = [&rules.area()[..], digits].concat();
            if let Some(phone) = self.match_plans(code, &whole) {
                return Some(phone);
            }
        }
        let without_trunk = rules.prefix(Slot::Trunk, digits).map(|prefix| &digits[prefix..]);
        if let Some(without_trunk) = without_trunk {
            if without_trunk.len() <= MAX_EMERGENCY_DIGITS && rules.matches(Slot::Emergency, without_trunk) {
                return Some(self.unprefixed_phone(NumberKind::Emergency, without_trunk, Some(rules)));
            }
            if let Some(phone) = self.match_plans(code, without_trunk) {
                return Some(phone);
            }
        }
        self.match_plans(code, digits)
    }

    /// Matches a national number with the plans of this calling code. The plan of the country in which it was typed
    /// comes first.
    fn match_plans(&self, code: u16, national: &[u8]) -> Option<Phone> {
        let home = self.home.filter(|home| home.calling_code == code);
        let mut main = None;
        home.into_iter().chain(plans().filter(|plan| plan.calling_code == code)).find_map(|plan| {
            let kind = plan.kind_with_cache(national, &mut main)?;
            let mut number = String::from("+");
            push_digits(&mut number, &decimal_digits(code));
            push_digits(&mut number, national);
            // Some plans have numbers that are too long or too short for E.164.
            E164::parse(&number)?;
            Some(Phone { kind, number, country: name(&plan), extension: self.typed.extension.clone() })
        })
    }

    /// An emergency number or a short code, which is valid only in its own country.
    fn short_code_or_emergency(&self, home: &NumberingPlan, digits: &[u8]) -> Option<Phone> {
        if digits.len() > MAX_SHORT_CODE_DIGITS {
            return None;
        }
        if home.matches(Slot::Emergency, digits) || GLOBAL_EMERGENCY.contains(&digits) {
            Some(self.unprefixed_phone(NumberKind::Emergency, digits, Some(home)))
        } else if !self.typed.letters && home.matches(Slot::Short, digits) {
            Some(self.unprefixed_phone(NumberKind::ShortCode, digits, Some(home)))
        } else {
            None
        }
    }

    fn unprefixed_phone(&self, kind: NumberKind, digits: &[u8], plan: Option<&NumberingPlan>) -> Phone {
        let mut number = String::new();
        push_digits(&mut number, digits);
        let country = plan.or(self.home.as_ref()).map_or_else(|| WORLD.to_owned(), name);
        Phone { kind, number, country, extension: String::new() }
    }
}

/// The region code for the world (UN M.49).
const WORLD: &str = "001";

fn name(plan: &NumberingPlan) -> String {
    match plan.country {
        [0, _] => WORLD.to_owned(),
        letters => letters.iter().copied().map(char::from).collect(),
    }
}

/// Why a number does not match a plan.
fn error_code(plan: &NumberingPlan, national: &[u8]) -> Code {
    let (min, max) = plan.bounds();
    if national.len() < min {
        Code::PhoneTooShort
    } else if national.len() > max || national.len() + decimal_digits(plan.calling_code).len() > 15 {
        Code::PhoneTooLong
    } else {
        Code::PhoneNotAssigned
    }
}

fn decimal_digits(number: u16) -> Vec<u8> {
    let mut digits = Vec::new();
    for unit in [100, 10, 1] {
        if number >= unit {
            digits.push((number / unit % 10) as u8);
        }
    }
    digits
}

fn push_digits(to: &mut String, digits: &[u8]) {
    for digit in digits {
        to.push(char::from(b'0' + digit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, country: &str) -> Result<(NumberKind, String, String), Code> {
        parse(text, Some(country).filter(|country| !country.is_empty()))
            .map(|phone| (phone.kind, phone.number, phone.country))
    }

    #[test]
    fn parses_what_is_typed_in_a_country() {
        use NumberKind::{Emergency, Ordinary, Premium, ShortCode, TollFree};
        for (text, country, kind, number, of) in [
            // Numbers that regulators reserve for films and examples.
            ("(212) 555-0123", "US", Ordinary, "+12125550123", "US"),
            ("1-212-555-0123", "us", Ordinary, "+12125550123", "US"),
            ("416 555 0123", "US", Ordinary, "+14165550123", "CA"),
            ("1-800-555-0199", "CA", TollFree, "+18005550199", "CA"),
            ("1 (900) 555-0199", "US", Premium, "+19005550199", "US"),
            ("011 44 20 7946 0001", "US", Ordinary, "+442079460001", "GB"),
            ("00 44 20 7946 0001", "US", Ordinary, "+442079460001", "GB"),
            ("020 7946 0001", "GB", Ordinary, "+442079460001", "GB"),
            ("+44 (0)20 7946 0001", "", Ordinary, "+442079460001", "GB"),
            ("0044 20 7946 0001", "", Ordinary, "+442079460001", "GB"),
            ("44 20 7946 0001", "UK", Ordinary, "+442079460001", "GB"),
            ("0808 157 0123", "GB", TollFree, "+448081570123", "GB"),
            ("0909 879 0123", "GB", Premium, "+449098790123", "GB"),
            ("01 99 00 12 34", "FR", Ordinary, "+33199001234", "FR"),
            ("030 23125 123", "DE", Ordinary, "+493023125123", "DE"),
            ("08-465 004 12", "SE", Ordinary, "+46846500412", "SE"),
            ("00 46 8 465 004 12", "DE", Ordinary, "+46846500412", "SE"),
            ("1-888-555-TAXI", "US", TollFree, "+18885558294", "US"),
            // Emergency numbers with punctuation and prefixes.
            ("911", "US", Emergency, "911", "US"),
            ("9-1-1", "GB", Emergency, "911", "GB"),
            ("1 911", "US", Emergency, "911", "US"),
            ("+1 911", "", Emergency, "911", "US"),
            ("+911", "", Emergency, "911", "001"),
            ("112", "", Emergency, "112", "001"),
            ("+44 999", "US", Emergency, "999", "GB"),
            ("0044 112", "DE", Emergency, "112", "GB"),
            ("999", "GB", Emergency, "999", "GB"),
            ("1 5", "FR", Emergency, "15", "FR"),
            ("116 117", "DE", ShortCode, "116117", "DE"),
            ("24555", "US", ShortCode, "24555", "US"),
            // Åland has a part of Finland's numbers. After 358, the digits are a number of Finland.
            ("358 27055 2", "AX", Ordinary, "+358270552", "FI"),
            ("358 27055 2", "FI", Ordinary, "+358358270552", "FI"),
        ] {
            assert_eq!(read(text, country), Ok((kind, number.to_owned(), of.to_owned())), "{text} {country}");
        }
    }

    #[test]
    fn an_invalid_number_has_a_reason() {
        for (text, country, code) in [
            ("212 555 0123", "", Code::PhoneCountryMissing),
            ("999", "", Code::PhoneCountryMissing),
            ("212 555 0123", "XX", Code::PhoneCountryUnknown),
            ("+0 212 555 0123", "US", Code::PhoneCountryUnknown),
            ("+045 32 12 34 56", "US", Code::PhoneCountryUnknown),
            ("00 045 32 12 34 56", "UY", Code::PhoneNotAssigned),
            ("+999 1234 5678", "US", Code::PhoneCountryUnknown),
            ("+1", "US", Code::PhoneTooShort),
            ("555-0123", "US", Code::PhoneTooShort),
            ("212 555 01234", "US", Code::PhoneTooLong),
            ("555 010 0001", "US", Code::PhoneNotAssigned),
            ("999 555 0123", "US", Code::PhoneNotAssigned),
            ("020 FLOWERS", "GB", Code::PhoneTooLong),
            ("hello", "US", Code::PhoneNotANumber),
        ] {
            let read = read(text, country);
            assert!(read == Err(code) || text.contains("FLOWERS") && read.is_err(), "{text} {country}: {read:?}");
        }
    }

    #[test]
    fn keeps_an_extension_and_redacts_debug_output() {
        let phone = parse("212-555-0123 ext. 45", Some("US")).unwrap();
        assert_eq!(phone.extension, "45");
        assert_eq!(format!("{phone:?}"), "Phone(Ordinary, US, [redacted])");
    }

    #[test]
    fn no_input_panics() {
        const PIECES: [&str; 24] = [
            "+",
            "00",
            "011",
            "0",
            "1",
            "44",
            "49",
            "7",
            "999",
            "112",
            "x",
            "ext",
            ";ext=",
            "#",
            ",",
            " ",
            "-",
            "(",
            "٣",
            "ab",
            "😀",
            "\u{ff10}",
            "tel:",
            "12345678901234567",
        ];
        let mut state = 3_u32;
        for _ in 0..60_000 {
            let mut text = String::new();
            for _ in 0..7 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(PIECES[(state >> 16) as usize % PIECES.len()]);
            }
            let country = [None, Some("US"), Some("GB"), Some("DE"), Some("IT"), Some("é")][(state >> 8) as usize % 6];
            if let Ok(phone) = parse(&text, country) {
                let has_e164 = !matches!(phone.kind, NumberKind::Emergency | NumberKind::ShortCode);
                assert_eq!(super::super::E164::parse(&phone.number).is_some(), has_e164, "{text}");
            }
        }
    }
}
