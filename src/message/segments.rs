// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Counts the SMS segments that a text needs. Twilio charges per segment.
//!
//! A segment has 140 bytes: 160 units of GSM-7 or 70 units of UCS-2. If a text needs several segments, each of them has
//! a header that takes seven units of GSM-7 or three units of UCS-2. One character outside GSM-7 changes the encoding
//! of the whole text to UCS-2. Sources: 3GPP TS 23.038 and 23.040,
//! <https://www.twilio.com/docs/glossary/what-sms-character-limit>.

/// The encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits per unit. The ten characters of the extension table take two units.
    Gsm7,
    /// Sixteen bits per unit. Characters above U+FFFF take two units.
    Ucs2,
}

impl Encoding {
    /// The capacity of a segment in units: as the only segment, and as one of several.
    const fn capacity(self) -> (u32, u32) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

/// The segments of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// The encoding.
    pub encoding: Encoding,
    /// The number of segments; an empty text has one.
    pub segments: u32,
    /// The number of units, without headers.
    pub units: u32,
    /// The number of free units in the last segment.
    pub left: u32,
    /// The number of characters (Unicode scalar values).
    pub characters: u32,
    /// The characters that require UCS-2. `None` for GSM-7.
    pub unicode: Option<Unicode>,
}

/// The characters that prevent GSM-7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unicode {
    /// The index of the first character outside GSM-7, in UTF-16 units.
    pub index: u32,
    /// The number of such characters.
    pub count: u32,
    /// The number of segments if each such character were replaced by a character that takes one unit of GSM-7.
    pub without: u32,
}

/// Counts the segments of a text.
#[must_use]
pub fn count(text: &str) -> Segments {
    let (mut characters, mut index, mut unicode) = (0, 0, None);
    for character in text.chars() {
        if gsm7_units(character).is_none() {
            let item = unicode.get_or_insert(Unicode { index, count: 0, without: 0 });
            item.count += 1;
        }
        characters += 1;
        index += character.len_utf16() as u32;
    }
    let packed = fill(Encoding::Gsm7, text.chars().map(|character| gsm7_units(character).unwrap_or(1)));
    let (encoding, filled) = match &mut unicode {
        None => (Encoding::Gsm7, packed),
        Some(unicode) => {
            unicode.without = packed.segments;
            (Encoding::Ucs2, fill(Encoding::Ucs2, text.chars().map(|character| character.len_utf16() as u32)))
        }
    };
    Segments { encoding, segments: filled.segments, units: filled.units, left: filled.left, characters, unicode }
}

struct Filled {
    segments: u32,
    units: u32,
    left: u32,
}

/// Fills segments with characters of one or two units. A character is never split: if its two units do not fit, it
/// starts the next segment.
fn fill(encoding: Encoding, characters: impl Iterator<Item = u32>) -> Filled {
    let (alone, joined) = encoding.capacity();
    let (mut units, mut segments, mut used) = (0, 1, 0);
    for each in characters {
        units += each;
        if used + each > joined {
            segments += 1;
            used = 0;
        }
        used += each;
    }
    if units <= alone {
        Filled { segments: 1, units, left: alone - units }
    } else {
        Filled { segments, units, left: joined - used }
    }
}

/// The GSM-7 characters outside ASCII that take one unit.
const NON_ASCII: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";

/// The number of GSM-7 units of a character; `None` if GSM-7 does not have it.
fn gsm7_units(character: char) -> Option<u32> {
    match character {
        '\u{c}' | '[' | '\\' | ']' | '^' | '{' | '|' | '}' | '~' | '€' => Some(2),
        '\n' | '\r' | ' '..='Z' | '_' | 'a'..='z' => Some(1),
        _ => NON_ASCII.chars().any(|item| item == character).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> (Encoding, u32, u32, u32) {
        let Segments { encoding, segments, units, left, .. } = count(text);
        (encoding, segments, units, left)
    }

    #[test]
    fn has_every_character_of_gsm_7() {
        let all = ('\0'..='\u{ffff}').filter(|character| gsm7_units(*character).is_some()).count();
        // 128 positions without ESC; after ESC, nine printable characters and the form feed.
        assert_eq!(all, 127 + 10);
        assert_eq!(
            (gsm7_units('`'), gsm7_units('\t'), gsm7_units('ç'), gsm7_units('\u{1b}')),
            (None, None, None, None)
        );
    }

    #[test]
    fn counts_segments() {
        use Encoding::{Gsm7, Ucs2};
        for (text, expected) in [
            (String::new(), (Gsm7, 1, 0, 160)),
            ("a".repeat(160), (Gsm7, 1, 160, 0)),
            ("a".repeat(161), (Gsm7, 2, 161, 145)),
            ("a".repeat(306), (Gsm7, 2, 306, 0)),
            ("a".repeat(307), (Gsm7, 3, 307, 152)),
            ("€".repeat(80), (Gsm7, 1, 160, 0)),
            // 153 is odd and no pair is split, so each segment holds 76.
            ("€".repeat(81), (Gsm7, 2, 162, 143)),
            ("€".repeat(153), (Gsm7, 3, 306, 151)),
            ("é".repeat(160), (Gsm7, 1, 160, 0)),
            ("ê".repeat(70), (Ucs2, 1, 70, 0)),
            ("ê".repeat(71), (Ucs2, 2, 71, 63)),
            ("😀".repeat(35), (Ucs2, 1, 70, 0)),
            // 67 is odd, so each segment holds 33.
            ("😀".repeat(36), (Ucs2, 2, 72, 61)),
            ("😀".repeat(67), (Ucs2, 3, 134, 65)),
            // In UCS-2 a character of the extension table takes one unit.
            ("€ê".to_owned(), (Ucs2, 1, 2, 68)),
        ] {
            assert_eq!(counted(&text), expected, "{text}");
        }
    }

    #[test]
    fn reports_the_cost_of_characters_outside_gsm_7() {
        let text = ["a".repeat(100), "😀’".to_owned(), "b".repeat(50)].concat();
        let counted = count(&text);
        assert_eq!((counted.characters, counted.units, counted.segments), (152, 153, 3));
        assert_eq!(counted.unicode, Some(Unicode { index: 100, count: 2, without: 1 }));
        assert_eq!(count("plain").unicode, None);
    }
}
