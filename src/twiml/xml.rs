// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads attributes and references of XML.

use crate::text::split_before;

/// The text is not well-formed XML.
pub(super) struct Malformed;

/// Reads white space and an attribute at the start of `rest`, and moves `rest` past it; `None` at the end. The reader
/// of `quick_xml` is not used here: it accepts attributes without white space between them, and hashes their names.
pub(super) fn attribute<'a>(rest: &mut &'a str) -> Result<Option<(&'a str, &'a str)>, Malformed> {
    let start = rest.trim_ascii_start();
    if start.is_empty() {
        return Ok(None);
    }
    let (name, after) = split_before(start, |byte| byte == b'=' || byte.is_ascii_whitespace());
    let quoted = after.trim_ascii_start().strip_prefix('=').unwrap_or_default().trim_ascii_start();
    let quote = quoted.bytes().next().filter(|byte| matches!(byte, b'"' | b'\'')).ok_or(Malformed)?;
    let (value, end) = split_before(quoted.get(1..).unwrap_or_default(), |byte| byte == quote);
    if name.is_empty() || end.is_empty() || start.len() == rest.len() {
        return Err(Malformed);
    }
    *rest = end.get(1..).unwrap_or_default();
    Ok(Some((name, value)))
}

/// The character of a reference: one of the five names of XML, or a number. A number that is not a character becomes
/// U+FFFF. XML does not allow U+FFFF, so the check reports it.
pub(super) fn character(name: &str) -> Option<char> {
    const NO_CHARACTER: char = '\u{ffff}';
    let Some(number) = name.strip_prefix('#') else {
        return match name {
            "amp" => Some('&'),
            "apos" => Some('\''),
            "gt" => Some('>'),
            "lt" => Some('<'),
            "quot" => Some('"'),
            _ => None,
        };
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    if digits.is_empty() || !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    Some(u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).unwrap_or(NO_CHARACTER))
}
