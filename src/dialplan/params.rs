// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The parameters of a request, and the caller.

use std::borrow::Cow;

use super::call::{Call, CallSid, Party};
use super::direction::own_number;
use crate::dialplan::address::{SipAddress, strip_scheme};
use crate::dialplan::config::{Sip, Verification};
use crate::phone::E164;
use crate::text::{is_spelling, split_on};

/// The parameters of a request, as received.
#[derive(Clone, Copy, Debug)]
pub struct Params<'a, 'p>(pub &'p [(&'a str, &'a str)]);

impl<'a> Params<'a, '_> {
    /// The value of a parameter. `None` if it is absent or empty, or if it has two different values.
    #[must_use]
    pub fn get(self, name: &str) -> Option<&'a str> {
        self.only(|key| key == name)
    }

    /// The value of a parameter in any spelling of `lowercase` ([`is_spelling`]). `None` if it is absent or empty, or
    /// if the spellings have two different values.
    #[must_use]
    pub fn spelled(self, lowercase: &str) -> Option<&'a str> {
        self.only(|key| is_spelling(key, lowercase))
    }

    fn only(self, is_wanted: impl Fn(&str) -> bool) -> Option<&'a str> {
        let mut found = None;
        for (key, value) in self.0 {
            if is_wanted(key) {
                if found.is_some_and(|earlier| earlier != *value) {
                    return None;
                }
                found = Some(*value);
            }
        }
        found.filter(|value| !value.is_empty())
    }

    /// Whether a parameter is present, with any value.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| *key == name)
    }

    /// Whether a parameter is present with a value or several values.
    #[must_use]
    pub fn has_value(self, name: &str) -> bool {
        self.0.iter().any(|(key, value)| *key == name && !value.is_empty())
    }

    /// The value of a parameter that is an integer.
    #[must_use]
    pub fn number(self, name: &str) -> Option<u32> {
        self.get(name).and_then(parse_integer)
    }
}

/// Parses an integer that FHIR's `integer` can hold.
#[must_use]
pub fn parse_integer(text: &str) -> Option<u32> {
    let plain = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| plain && *number <= i32::MAX.cast_unsigned())
}

/// The caller, and the called number.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The caller's number. `None` if the number is withheld, if the caller is not a phone, or if the caller is a SIP
    /// phone whose host is not trusted.
    pub number: Option<E164<'a>>,
    /// Whether the caller is a SIP phone. Twilio does not accept its number as a caller ID (error 13214).
    pub is_sip: bool,
    /// Whether the number is one of the clinic's. Then the chart does not have the caller.
    pub is_own: bool,
    /// The number that forwarded the call to the clinic, if its carrier reports it: `ForwardedFrom`, or the SIP header
    /// `Diversion`. Carriers write it with or without the calling code.
    pub forwarded_from: Option<&'a str>,
    /// The clinic's number that was called.
    pub called: Option<E164<'a>>,
    /// The result of STIR/SHAKEN, from `StirVerstat`.
    pub verification: Verification,
    /// `CallSid`. Its hash selects the first target of a hunt group.
    pub sid: &'a str,
}

/// The minimum number of digits of a forwarding number without its calling code.
const MIN_FORWARDER: usize = 7;

/// The values of `From` for a withheld number. They spell `anonymous`, `restricted`, `blocked`, `unknown` and
/// `unavailable` on the keys of a phone. Twilio's documentation has `+7378742883` for `restricted`, calls have
/// `+7378742833`. Neither is a number of any country. Source: <https://help.twilio.com/articles/223179988>.
const WITHHELD: [&str; 6] = ["+266696687", "+7378742833", "+7378742883", "+2562533", "+8656696", "+86282452253"];

/// Whether a caller with this number withheld it.
#[must_use]
pub fn is_withheld(number: E164<'_>) -> bool {
    WITHHELD.contains(&number.as_str())
}

impl<'a> Caller<'a> {
    /// The number to search the chart for. The chart does not have the callers with the clinic's own numbers.
    #[must_use]
    pub fn searched_number(&self) -> Option<E164<'a>> {
        self.number.filter(|_| !self.is_own)
    }

    /// The number that forwarded the call, as its carrier wrote it.
    #[must_use]
    pub fn forwarder(&self) -> Option<Cow<'a, str>> {
        let address = self.forwarded_from?;
        let number = || Cow::Borrowed(split_on(strip_scheme(address, "tel:").unwrap_or(address), b';').0);
        Some(SipAddress::parse(address).map_or_else(number, |address| address.user))
    }

    /// Whether this number forwarded the call to the clinic. A call that goes back to it would return in a circle.
    #[must_use]
    pub fn is_forwarded_from(&self, number: E164<'_>) -> bool {
        let digits: String =
            self.forwarder().iter().flat_map(|from| from.chars()).filter(char::is_ascii_digit).collect();
        let whole = number.as_str().trim_start_matches('+');
        digits.len() >= MIN_FORWARDER && whole.ends_with(&digits)
            || ["00", "011"].iter().any(|prefix| digits.strip_prefix(prefix) == Some(whole))
    }

    /// Reads the caller of a call. `numbers` are the clinic's numbers, and `sip` is from its config.
    #[must_use]
    pub fn of(call: &'a Call<'_>, params: Params<'a, '_>, numbers: &[E164<'a>], sip: &Sip) -> Self {
        let number = match &call.from {
            Some(Party::Number(number)) => Some(*number),
            Some(Party::Sip(address)) if sip.trusts(address) => E164::parse(&address.user),
            _ => None,
        };
        let number = number.filter(|number| !is_withheld(*number));
        let is_own = |number: E164<'_>| numbers.iter().any(|own| own.as_str() == number.as_str());
        Self {
            number,
            is_sip: matches!(call.from, Some(Party::Sip(_))),
            is_own: number.is_some_and(is_own),
            forwarded_from: forwarded_from(params),
            called: own_number(call, numbers, sip),
            verification: verification(params.get("StirVerstat").unwrap_or_default()),
            sid: call.sid.map_or("", |CallSid(sid)| sid),
        }
    }
}

/// Source: <https://www.twilio.com/docs/voice/twiml#request-parameters>. The SIP header, `"Name" <sip:…>;reason=…`:
/// RFC 5806.
fn forwarded_from<'a>(params: Params<'a, '_>) -> Option<&'a str> {
    let header = || {
        let header = params.get("SipHeader_Diversion")?;
        let (_, address) = split_on(header, b'<');
        Some(if address.is_empty() { header } else { split_on(address, b'>').0 })
    };
    params.get("ForwardedFrom").or_else(header)
}

/// Source: <https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir#call-verification-statuses>.
fn verification(verstat: &str) -> Verification {
    match verstat.strip_prefix("TN-Validation-") {
        Some(rest) if rest.starts_with("Passed-A") => Verification::Full,
        Some(rest) if rest.starts_with("Passed") => Verification::Partial,
        Some(rest) if rest.starts_with("Failed") => Verification::Failed,
        _ => Verification::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_different_values_are_no_value() {
        let params = Params(&[("a", "1"), ("b", ""), ("a", "1"), ("c", "1"), ("c", "2")]);
        assert_eq!((params.get("a"), params.get("b"), params.get("c"), params.get("d")), (Some("1"), None, None, None));
        assert!(params.has("b") && params.has("c") && !params.has("d"));
        assert_eq!((params.number("a"), params.number("b")), (Some(1), None));
    }

    #[test]
    fn two_spellings_with_different_values_are_no_value() {
        for (pairs, expected) in [
            (&[("patientId", "a")][..], Some("a")),
            (&[("Patient_ID", "a"), ("PATIENTID", "a")], Some("a")),
            (&[("patientId", "a"), ("PatientId", "b")], None),
            (&[("patientId", "a"), ("PatientId", "")], None),
            (&[("patient", "a")], None),
        ] {
            assert_eq!(Params(pairs).spelled("patientid"), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_withheld_number_is_none() {
        let own = [E164::parse("+15550100001").unwrap()];
        let check = |from, expected| {
            let pairs = [("From", from), ("To", "+15550100001"), ("CallSid", "CA1")];
            let call = Call::read(&pairs).unwrap();
            let caller = Caller::of(&call, Params(&pairs), &own, &Sip::default());
            assert_eq!(
                (caller.number.map(E164::as_str), caller.called, caller.sid),
                (expected, Some(own[0]), "CA1"),
                "{from}"
            );
        };
        check("+15550100123", Some("+15550100123"));
        for withheld in [
            "",
            "anonymous",
            "+266696687",
            "+7378742833",
            "+7378742883",
            "+2562533",
            "client:a",
            "sip:a@example.com",
            "911",
        ] {
            check(withheld, None);
        }
    }

    #[test]
    fn maps_stir_verstat_to_a_verification() {
        for (verstat, expected) in [
            ("TN-Validation-Passed-A", Verification::Full),
            ("TN-Validation-Passed-A-Passthrough", Verification::Full),
            ("TN-Validation-Passed-B", Verification::Partial),
            ("TN-Validation-Passed-C", Verification::Partial),
            ("TN-Validation-Failed-A", Verification::Failed),
            ("TN-Validation-Failed", Verification::Failed),
            ("No-TN-Validation", Verification::None),
            ("", Verification::None),
        ] {
            assert_eq!(verification(verstat), expected, "{verstat}");
        }
    }
}
