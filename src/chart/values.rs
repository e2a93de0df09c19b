// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks the format of values in Twilio's parameters and in the extension.

use crate::dialplan::{CallSid, Params};
use crate::fhir::reference::is_reference;

/// The value of a parameter that is a code of Twilio, such as `machine_end_beep`.
pub(super) fn word<'a>(params: Params<'a, '_>, name: &str) -> Option<&'a str> {
    params.get(name).filter(|text| is_word(text))
}

/// The value of a parameter that is an address.
pub(super) fn address<'a>(params: Params<'a, '_>, name: &str) -> Option<&'a str> {
    params.get(name).filter(|text| is_address(text))
}

/// Parses a `CallSid`: `CA` and 32 hexadecimal digits.
#[must_use]
pub fn call_sid(text: &str) -> Option<CallSid<'_>> {
    sid(text, "CA").map(CallSid)
}

/// Parses a `TranscriptionSid`: `TR` and 32 hexadecimal digits.
#[must_use]
pub fn transcription_sid(text: &str) -> Option<&str> {
    sid(text, "TR")
}

pub(super) fn sid<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    let digits = text.strip_prefix(kind)?;
    (digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

/// Whether a text has the format of a code of Twilio, such as `machine_end_beep`.
pub(super) fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a text is a reference to a person who works for the clinic.
pub(super) fn is_practitioner(text: &str) -> bool {
    ["Practitioner", "PractitionerRole"].iter().any(|kind| is_reference(text, kind))
}

/// Whether a text is a reference to a person who may be on the patient's side of a call.
pub(super) fn is_candidate(text: &str) -> bool {
    ["Patient", "RelatedPerson"].iter().any(|kind| is_reference(text, kind))
}

/// Whether a text is acceptable as an address. A browser may send any text as `To`.
pub(super) fn is_address(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.trim() == text && !text.chars().any(char::is_control)
}
