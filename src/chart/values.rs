// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Formats of values in Twilio's parameters and in the extension.

use crate::dialplan::{CallSid, Params};

/// A parameter that is one of Twilio's codes.
pub(super) fn word<'a>(params: Params<'a, '_>, name: &str) -> Option<&'a str> {
    params.get(name).filter(|text| is_word(text))
}

/// A parameter that is an address.
pub(super) fn address<'a>(params: Params<'a, '_>, name: &str) -> Option<&'a str> {
    params.get(name).filter(|text| is_address(text))
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

/// One of Twilio's codes, such as `machine_end_beep`.
pub(super) fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// An address. A browser may send any text as `To`.
pub(super) fn is_address(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.trim() == text && !text.chars().any(char::is_control)
}
