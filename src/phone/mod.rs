// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Phone numbers: [`E164`], the only form that Plumline dials, and a parser for what people type.

mod country;
mod parse;
mod pattern;
mod plan;
mod premium_rate;
mod stored;
mod typed;

use std::borrow::Cow;

pub use country::country_of;
pub use parse::{Phone, parse, parse_written};
pub use plan::NumberKind;
pub use premium_rate::{starts_with_emergency, starts_with_premium_rate};
pub use stored::{StoredNumber, is_stored_in, search_parts};
pub use typed::without_remark;

/// A number in E.164 form: `+` and 7 to 15 digits. The first digit is 1 to 9.
///
/// ITU-T E.164 sets the maximum of 15 digits. The minimum prevents short codes such as `+911` from being dialed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct E164<'a>(&'a str);

impl<'a> E164<'a> {
    /// Parses `text`; `None` unless it is exactly E.164, without spaces or punctuation.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let [b'+', digits @ ..] = text.as_bytes() else {
            return None;
        };
        let counts = (7..=15).contains(&digits.len());
        let starts = digits.first().is_some_and(|first| *first != b'0');
        (counts && starts && digits.iter().all(u8::is_ascii_digit)).then_some(Self(text))
    }

    /// The number as text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// A number in E.164 form that may own its text.
#[derive(Clone, PartialEq, Eq)]
pub struct E164Text<'a>(Cow<'a, str>);

impl<'a> E164Text<'a> {
    /// As [`E164::parse`].
    #[must_use]
    pub fn parse(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        let text = text.into();
        E164::parse(&text).is_some().then_some(Self(text))
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> E164<'_> {
        E164(&self.0)
    }
}

impl<'a> From<E164<'a>> for E164Text<'a> {
    fn from(number: E164<'a>) -> Self {
        Self(Cow::Borrowed(number.0))
    }
}

impl core::fmt::Debug for E164Text<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.number().fmt(f)
    }
}

impl core::fmt::Debug for E164<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("E164([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_e164() {
        for number in ["+15550100001", "+442079460001", "+6834001"] {
            assert_eq!(E164::parse(number).map(E164::as_str), Some(number));
        }
        for other in [
            "",
            "+",
            "15550100001",
            "+05550100001",
            "+911",
            "+1555010000x",
            "+1 555 010 0001",
            "905-555-0100",
            "+1234567890123456",
            "client:alice",
            "+15550100001\n",
            "+\u{664}\u{665}\u{666}\u{667}\u{668}\u{669}\u{660}",
        ] {
            assert_eq!(E164::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn debug_output_is_redacted() {
        assert_eq!(format!("{:?}", E164::parse("+15550100001").unwrap()), "E164([redacted])");
    }
}
