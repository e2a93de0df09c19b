// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values as Twilio's parameters and the chart's parts spell them.

use crate::dialplan::CallSid;

/// What the parameters say.
pub(super) struct Params<'b, 'a>(pub(super) &'b [(&'a str, &'a str)]);

impl<'a> Params<'_, 'a> {
    /// A parameter's one value; `None` where it is empty, or came with two.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let mut found = None;
        for (known, value) in self.0 {
            if *known == name {
                if found.is_some_and(|earlier| earlier != *value) {
                    return None;
                }
                found = Some(*value);
            }
        }
        found.filter(|value| !value.is_empty())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, value)| *known == name && !value.is_empty())
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.get(name).and_then(number)
    }

    pub(super) fn word(&self, name: &str) -> Option<&'a str> {
        self.get(name).filter(|text| is_word(text))
    }

    pub(super) fn address(&self, name: &str) -> Option<&'a str> {
        self.get(name).filter(|text| is_address(text))
    }
}

/// `CA` and 32 hexadecimal digits.
#[must_use]
pub fn call_sid(text: &str) -> Option<CallSid<'_>> {
    sid(text, "CA").map(CallSid)
}

/// `TR` and 32 hexadecimal digits.
#[must_use]
pub fn transcription_sid(text: &str) -> Option<&str> {
    sid(text, "TR")
}

pub(super) fn sid<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    let digits = text.strip_prefix(kind)?;
    (digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

/// A whole number that FHIR's `integer` can hold.
pub(super) fn number(text: &str) -> Option<u32> {
    let plain = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| plain && *number <= i32::MAX.cast_unsigned())
}

/// A word of Twilio's own, such as `machine_end_beep`.
pub(super) fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// An address: what a browser sends as `To` may be any text.
pub(super) fn is_address(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.trim() == text && !text.chars().any(char::is_control)
}
