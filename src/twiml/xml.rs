// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Small parts of XML, as they are read.

use crate::text::split_before;

/// No XML.
pub(super) struct Malformed;

/// Takes white space and an attribute from the beginning of `rest`; `None` at its end. The reader's own would let two
/// attributes touch, and hashes their names.
pub(super) fn attribute<'a>(rest: &mut &'a str) -> Result<Option<(&'a str, &'a str)>, Malformed> {
    let begun = rest.trim_ascii_start();
    if begun.is_empty() {
        return Ok(None);
    }
    let (name, after) = split_before(begun, |byte| byte == b'=' || byte.is_ascii_whitespace());
    let quoted = after.trim_ascii_start().strip_prefix('=').unwrap_or_default().trim_ascii_start();
    let quote = quoted.bytes().next().filter(|byte| matches!(byte, b'"' | b'\'')).ok_or(Malformed)?;
    let (value, end) = split_before(quoted.get(1..).unwrap_or_default(), |byte| byte == quote);
    if name.is_empty() || end.is_empty() || begun.len() == rest.len() {
        return Err(Malformed);
    }
    *rest = end.get(1..).unwrap_or_default();
    Ok(Some((name, value)))
}

/// What a reference stands for: one of XML's five names, or a number. A number that XML has no character for gives one
/// that it has no way to write, which the check then finds in its place.
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
