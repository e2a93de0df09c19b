// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Text functions that work byte by byte.
//!
//! The standard library's search functions are optimized for long texts. On short texts they are slower, and they add
//! more wasm. All separators here are ASCII, so every split is at a character boundary.

/// The index of the first `byte`, which must be ASCII, in `text`.
#[must_use]
pub fn find(text: &str, byte: u8) -> Option<usize> {
    debug_assert!(byte.is_ascii());
    text.as_bytes().iter().position(|item| *item == byte)
}

/// Whether a text has no visible character. Invisible characters are white space, control characters, characters
/// without width (Unicode's `Default_Ignorable_Code_Point`), and characters without a glyph: private use,
/// noncharacters, U+FFFC and U+FFFD. A secret of invisible characters was pasted by mistake, and anyone can guess it.
#[must_use]
#[inline(never)]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Ranges of invisible characters: first and last.
const INVISIBLE: [[char; 2]; 27] = [
    ['\u{0}', '\u{20}'],
    ['\u{7f}', '\u{a0}'],
    ['\u{ad}', '\u{ad}'],
    ['\u{34f}', '\u{34f}'],
    ['\u{61c}', '\u{61c}'],
    ['\u{115f}', '\u{1160}'],
    ['\u{1680}', '\u{1680}'],
    ['\u{17b4}', '\u{17b5}'],
    ['\u{180b}', '\u{180f}'],
    ['\u{2000}', '\u{200f}'],
    ['\u{2028}', '\u{202f}'],
    ['\u{205f}', '\u{206f}'],
    ['\u{2800}', '\u{2800}'],
    ['\u{3000}', '\u{3000}'],
    ['\u{3164}', '\u{3164}'],
    ['\u{fe00}', '\u{fe0f}'],
    ['\u{feff}', '\u{feff}'],
    ['\u{ffa0}', '\u{ffa0}'],
    ['\u{e000}', '\u{f8ff}'],
    ['\u{fdd0}', '\u{fdef}'],
    ['\u{fff0}', '\u{ffff}'],
    ['\u{13430}', '\u{1345f}'],
    ['\u{16fe4}', '\u{16fe4}'],
    ['\u{1bca0}', '\u{1bca3}'],
    ['\u{1d159}', '\u{1d159}'],
    ['\u{1d173}', '\u{1d17a}'],
    ['\u{e0000}', '\u{10ffff}'],
];

/// Whether a character is invisible, so that [`is_blank`] ignores it.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    INVISIBLE.iter().any(|[first, last]| (first..=last).contains(&&c))
}

/// Whether a character is a letter or a digit. Outside ASCII, every character is one, except in the blocks of white
/// space, marks, symbols and invisible characters. A full table of letters would be a hundred times as large.
#[must_use]
pub fn is_letter_or_digit(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        '\u{aa}' | '\u{b2}' | '\u{b3}' | '\u{b5}' | '\u{b9}' | '\u{ba}' | '\u{bc}'..='\u{be}' => true,
        '\u{80}'..='\u{bf}'
        | '\u{d7}'
        | '\u{f7}'
        | '\u{2b0}'..='\u{36f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{1680}'
        | '\u{180b}'..='\u{180e}'
        | '\u{2000}'..='\u{206f}'
        | '\u{20a0}'..='\u{20ff}'
        | '\u{2190}'..='\u{245f}'
        | '\u{2500}'..='\u{2bff}'
        | '\u{2e00}'..='\u{2e7f}'
        | '\u{3000}'..='\u{3004}'
        | '\u{3008}'..='\u{3020}'
        | '\u{3030}'
        | '\u{303d}'..='\u{303f}'
        | '\u{30fb}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe6f}'
        | '\u{feff}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}'
        | '\u{ff3b}'..='\u{ff40}'
        | '\u{ff5b}'..='\u{ff65}'
        | '\u{ffa0}'
        | '\u{ffe0}'..='\u{ffff}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{e0000}'..='\u{10ffff}' => false,
        _ => true,
    }
}

/// A 32-bit FNV-1a hash. It is fast for short names, and the same on every machine.
#[must_use]
pub fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Splits `text` before the first byte for which `wanted` is true. The second part starts with that byte, or is empty.
#[must_use]
pub fn split_before(text: &str, wanted: impl Fn(u8) -> bool) -> (&str, &str) {
    let mut at = 0;
    for byte in text.bytes() {
        if wanted(byte) {
            break;
        }
        at += 1;
    }
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// Splits `text` at the first `byte` and drops that byte. If `text` does not contain `byte`, the second part is empty.
#[must_use]
pub fn split_on(text: &str, byte: u8) -> (&str, &str) {
    let (before, rest) = split_before(text, |item| item == byte);
    (before, rest.get(1..).unwrap_or_default())
}

/// The parts of a comma-separated list, trimmed.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (part, after) = split_before(rest?, |byte| byte == b',');
        rest = after.strip_prefix(',');
        Some(part.trim_ascii())
    })
}

/// The words of a text, with one space between them. White space and control characters separate words.
#[must_use]
pub fn without_controls(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        plain.push_str(if plain.is_empty() { "" } else { " " });
        plain.push_str(word);
    }
    plain
}

/// Copies `from` to the start of `to`, and returns the rest of `to`. It copies words of 8 bytes. For names and values
/// as short as Twilio's, this is faster than `copy_from_slice`, which calls `memory.copy`.
#[inline]
pub fn copy<'a>(to: &'a mut [u8], from: &[u8]) -> &'a mut [u8] {
    let (head, rest) = to.split_at_mut(from.len().min(to.len()));
    if let (Some(to_last), Some(from_last)) = (head.last_chunk_mut::<8>(), from.last_chunk::<8>()) {
        // This copies the last 8 bytes. The loop may copy some of them again, so that no single bytes remain.
        *to_last = *from_last;
        for (to, from) in head.as_chunks_mut::<8>().0.iter_mut().zip(from.as_chunks::<8>().0) {
            *to = *from;
        }
    } else {
        for (to, from) in head.iter_mut().zip(from) {
            *to = *from;
        }
    }
    rest
}

/// Whether `name` is a spelling of `lowercase`, ignoring ASCII case and `_`: `patientId`, `PatientID` and `patient_id`
/// are spellings of `patientid`.
#[must_use]
pub fn is_spelling(name: &str, lowercase: &str) -> bool {
    let letters = name.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase());
    letters.eq(lowercase.bytes())
}

/// Percent-encodes all characters except RFC 3986's unreserved characters.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(byte);
        } else {
            encoded.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    // `encoded` is ASCII, so this cannot fail.
    String::from_utf8(encoded).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_ignores_case_and_underscores() {
        for name in ["patientid", "patientId", "PatientID", "PATIENT_ID", "_patient_id_"] {
            assert!(is_spelling(name, "patientid"), "{name}");
        }
        for name in ["", "patient", "patientids", "patient-id", "patient id", "pátientid", "xpatientid"] {
            assert!(!is_spelling(name, "patientid"), "{name}");
        }
    }

    #[test]
    fn splits() {
        assert_eq!(find("aé:b", b':'), Some(3));
        assert_eq!(split_before("é/b?c", |byte| b"?/".contains(&byte)), ("é", "/b?c"));
        assert_eq!(split_before("abc", |byte| byte == b'/'), ("abc", ""));
        assert_eq!(split_on("a=b=c", b'='), ("a", "b=c"));
        assert_eq!(split_on("a=", b'='), ("a", ""));
        assert_eq!(split_on("a", b'='), ("a", ""));
        assert_eq!(list(" a, b,,c ").collect::<Vec<_>>(), ["a", "b", "", "c"]);
        assert_eq!(list("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn recognizes_invisible_text() {
        for c in '\0'..=char::MAX {
            assert!(!(c.is_whitespace() || c.is_control()) || is_invisible(c), "{c:?}");
        }
        assert!(is_blank("") && is_blank("\u{feff}\u{200b} \u{180e}\u{ad}\u{2060}\0"));
        // The replacement for half a surrogate pair, and characters without a glyph.
        assert!(is_blank("\u{fffd}\u{fffc}\u{ffff}\u{e000}\u{1d159}\u{16fe4}\u{13430}"));
        for text in ["a", "0", "-", "\u{feff}x", "é", "中", "\u{301}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn copies() {
        for len in 0..40 {
            let from: Vec<u8> = (1..=len).collect();
            let mut to = [0; 50];
            assert_eq!(copy(&mut to, &from).len(), 50 - from.len());
            assert_eq!(to[..from.len()], from);
            assert!(to[from.len()..].iter().all(|byte| *byte == 0));
        }
    }
}
