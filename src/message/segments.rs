// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Segments: how many short messages a text takes, which is what Twilio charges for.
//!
//! A segment holds 140 bytes: 160 units of GSM-7 or 70 of UCS-2. Where a text needs more than one, each gives seven or
//! three units to the header that joins them again. One character outside GSM-7 turns the whole text into UCS-2.
//! Source: 3GPP TS 23.038 and 23.040, <https://www.twilio.com/docs/glossary/what-sms-character-limit>.

/// How a text travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a unit; ten characters of the extension table take two.
    Gsm7,
    /// Sixteen bits a unit; characters beyond U+FFFF take two.
    Ucs2,
}

impl Encoding {
    /// How many units one segment holds, alone and as one of several.
    const fn room(self) -> (u32, u32) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

/// What a text takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// How it travels.
    pub encoding: Encoding,
    /// How many messages; an empty text is one.
    pub segments: u32,
    /// How many units of its encoding it has, headers left out.
    pub units: u32,
    /// How many units the last segment has left.
    pub left: u32,
    /// How many characters (Unicode scalar values) it has.
    pub characters: u32,
    /// Why it is not GSM-7.
    pub unicode: Option<Unicode>,
}

/// What keeps a text from being GSM-7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unicode {
    /// Where the first character outside GSM-7 stands, in UTF-16 units.
    pub index: u32,
    /// How many such characters there are.
    pub count: u32,
    /// How many segments it would be with one unit of GSM-7 in the place of each.
    pub without: u32,
}

/// Counts the segments of a text.
#[must_use]
pub fn count(text: &str) -> Segments {
    let (mut characters, mut index, mut unicode) = (0, 0, None);
    for character in text.chars() {
        if septets(character).is_none() {
            let one = unicode.get_or_insert(Unicode { index, count: 0, without: 0 });
            one.count += 1;
        }
        characters += 1;
        index += character.len_utf16() as u32;
    }
    let packed = fill(Encoding::Gsm7, text.chars().map(|character| septets(character).unwrap_or(1)));
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

/// Lays characters of one or two units into segments. Neither half of a pair makes sense alone, so a pair that no
/// longer fits begins the next segment.
fn fill(encoding: Encoding, characters: impl Iterator<Item = u32>) -> Filled {
    let (alone, joined) = encoding.room();
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

/// What GSM-7 has beyond ASCII, in one unit.
const OTHERS: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";

/// How many units of GSM-7 a character takes; `None` for one that it does not have.
fn septets(character: char) -> Option<u32> {
    match character {
        '\u{c}' | '[' | '\\' | ']' | '^' | '{' | '|' | '}' | '~' | '€' => Some(2),
        '\n' | '\r' | ' '..='Z' | '_' | 'a'..='z' => Some(1),
        _ => OTHERS.chars().any(|one| one == character).then_some(1),
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
    fn knows_the_alphabet() {
        let all = ('\0'..='\u{ffff}').filter(|character| septets(*character).is_some()).count();
        // 128 positions, without ESC, and nine printable characters and the form feed behind it.
        assert_eq!(all, 127 + 10);
        assert_eq!((septets('`'), septets('\t'), septets('ç'), septets('\u{1b}')), (None, None, None, None));
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
            // 153 is odd: no pair is parted, so each segment holds 76.
            ("€".repeat(81), (Gsm7, 2, 162, 143)),
            ("€".repeat(153), (Gsm7, 3, 306, 151)),
            ("é".repeat(160), (Gsm7, 1, 160, 0)),
            ("ê".repeat(70), (Ucs2, 1, 70, 0)),
            ("ê".repeat(71), (Ucs2, 2, 71, 63)),
            ("😀".repeat(35), (Ucs2, 1, 70, 0)),
            // 67 is odd as well: 33 in each.
            ("😀".repeat(36), (Ucs2, 2, 72, 61)),
            ("😀".repeat(67), (Ucs2, 3, 134, 65)),
            // In UCS-2 what was an extension takes one unit.
            ("€ê".to_owned(), (Ucs2, 1, 2, 68)),
        ] {
            assert_eq!(counted(&text), expected, "{text}");
        }
    }

    #[test]
    fn tells_what_one_character_costs() {
        let text = ["a".repeat(100), "😀’".to_owned(), "b".repeat(50)].concat();
        let counted = count(&text);
        assert_eq!((counted.characters, counted.units, counted.segments), (152, 153, 3));
        assert_eq!(counted.unicode, Some(Unicode { index: 100, count: 2, without: 1 }));
        assert_eq!(count("plain").unicode, None);
    }
}
