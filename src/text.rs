// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Small work on text, byte by byte.
//!
//! The standard library's searches are made for long texts; on the short ones here they cost more than they find,
//! in time and in wasm. All separators here are ASCII, so every cut is at a character's edge.

/// Where `byte`, an ASCII one, first stands in `text`.
#[must_use]
pub fn find(text: &str, byte: u8) -> Option<usize> {
    debug_assert!(byte.is_ascii());
    text.as_bytes().iter().position(|one| *one == byte)
}

/// Whether a text has nothing that can be seen: it is empty, or has only white space, controls, characters without a width
/// (Unicode's `Default_Ignorable_Code_Point`), and what has no glyph: private use, noncharacters and the replacement
/// characters U+FFFC and U+FFFD. A secret of these was pasted by mistake, and anyone can guess it.
#[must_use]
#[inline(never)]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// What cannot be seen, from and to.
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

/// A character that [`is_blank`] passes over.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    INVISIBLE.iter().any(|[first, last]| (first..=last).contains(&&c))
}

/// A letter or a digit. Of what is not ASCII only white space, marks, symbols and what nobody sees are known, by their
/// blocks: a table of all letters is a hundred times as large.
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

/// FNV-1a, 32 bits wide: quick on names as short as the ones here, and the same on every machine.
#[must_use]
pub fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Cuts `text` before the first byte that is `wanted`; the second part begins with it, or is empty.
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

/// Cuts `text` around the first `byte`; the second part is empty where there is none.
#[must_use]
pub fn split_on(text: &str, byte: u8) -> (&str, &str) {
    let (before, rest) = split_before(text, |one| one == byte);
    (before, rest.get(1..).unwrap_or_default())
}

/// The parts of a comma-separated list, without white space around them.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (part, after) = split_before(rest?, |byte| byte == b',');
        rest = after.strip_prefix(',');
        Some(part.trim_ascii())
    })
}

/// Copies `from` to the beginning of `to`; the rest of `to`. As `copy_from_slice`, but in words: a call of
/// memory.copy costs more than it copies where names and values are as short as Twilio's.
#[inline]
pub fn copy<'a>(to: &'a mut [u8], from: &[u8]) -> &'a mut [u8] {
    let (head, rest) = to.split_at_mut(from.len().min(to.len()));
    if let (Some(to_last), Some(from_last)) = (head.last_chunk_mut::<8>(), from.last_chunk::<8>()) {
        // The last word overlaps the one before it, so that no single bytes are left over.
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

/// Percent-encodes all but RFC 3986's unreserved characters.
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
    // ASCII.
    String::from_utf8(encoded).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
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
    fn knows_what_cannot_be_seen() {
        for c in '\0'..=char::MAX {
            assert!(!(c.is_whitespace() || c.is_control()) || is_invisible(c), "{c:?}");
        }
        assert!(is_blank("") && is_blank("\u{feff}\u{200b} \u{180e}\u{ad}\u{2060}\0"));
        // What half a surrogate pair becomes, and what has no shape.
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
