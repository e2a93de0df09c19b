// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads what people type: digits of several scripts, punctuation, letters instead of digits, an extension.

use crate::error::Code;

/// The maximum number of digits. A number with its prefixes has fewer, and a set of positions in a pattern has more
/// bits.
const MAX_DIGITS: usize = 28;

/// The maximum length of a text. A longer text is not a phone number.
const MAX_BYTES: usize = 250;

/// The minimum number of digits before letters, and the minimum number of letters. Other texts are words or have a
/// typing error.
const MIN_DIGITS_AND_LETTERS: usize = 3;

/// The parts of a number as it was typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TypedNumber {
    /// Whether it starts with `+`.
    pub(super) plus: bool,
    /// Values from 0 to 9.
    pub(super) digits: Vec<u8>,
    pub(super) letters: bool,
    /// ASCII digits.
    pub(super) extension: String,
}

impl TypedNumber {
    pub(super) fn read(text: &str) -> Result<Self, Code> {
        if text.len() > MAX_BYTES {
            return Err(Code::PhoneTooLong);
        }
        let mut typed = Self::default();
        let mut letters = 0;
        let mut after_letter = false;
        let mut rest = without_scheme(text.trim_ascii()).chars();
        while let Some(character) = rest.next() {
            if let Some(digit) = digit(character) {
                typed.digits.push(digit);
            } else if matches!(character, '+' | '\u{ff0b}') && typed.digits.is_empty() && !typed.plus {
                typed.plus = true;
            } else if !typed.digits.is_empty()
                && !after_letter
                && let Some(digits) = extension(character, rest.as_str())
            {
                typed.extension = digits;
                break;
            } else if let Some(key) = key(character).filter(|_| typed.digits.len() >= MIN_DIGITS_AND_LETTERS) {
                letters += 1;
                typed.digits.push(key);
            } else if !is_punctuation(character) {
                return Err(Code::PhoneNotANumber);
            }
            if typed.digits.len() > MAX_DIGITS {
                return Err(Code::PhoneTooLong);
            }
            after_letter = key(character).is_some();
        }
        typed.letters = letters > 0;
        if typed.digits.is_empty() || (1..MIN_DIGITS_AND_LETTERS).contains(&letters) {
            return Err(Code::PhoneNotANumber);
        }
        Ok(typed)
    }
}

/// Removes the `tel:` of a link (RFC 3966).
fn without_scheme(text: &str) -> &str {
    match text.split_at_checked(4) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel:") => rest,
        _ => text,
    }
}

/// The part of a text that is a phone number, without a remark after it: `+49 30 231250 (room 4)`. A word that starts
/// an extension is part of the number.
#[must_use]
pub fn without_remark(text: &str) -> &str {
    let text = without_scheme(text.trim_ascii());
    let mut has_digits = false;
    for (at, character) in text.char_indices() {
        has_digits |= digit(character).is_some();
        if character.is_alphabetic() && has_digits {
            let rest = text.get(at + character.len_utf8()..).unwrap_or_default();
            if extension(character, rest).is_some() {
                return text;
            }
            let number = text.get(..at).unwrap_or_default();
            return number.trim_end_matches(|last: char| digit(last).is_none());
        }
    }
    text
}

/// The value of an ASCII, full-width, Arabic or Persian digit.
pub(super) fn digit(character: char) -> Option<u8> {
    ['0', '\u{ff10}', '\u{660}', '\u{6f0}']
        .iter()
        .find_map(|zero| (character as u32).checked_sub(*zero as u32).filter(|value| *value < 10))
        .map(|value| value as u8)
}

/// The telephone key of a letter (ITU-T E.161).
fn key(character: char) -> Option<u8> {
    const KEYS: &[u8; 26] = b"22233344455566677778889999";
    let letter = character.to_ascii_lowercase();
    letter.is_ascii_lowercase().then(|| KEYS[usize::from(letter as u8 - b'a')] - b'0')
}

/// Characters that may be between digits: spaces, hyphens, dots, slashes, brackets, tildes, and the invisible marks in
/// text that was copied from a web page.
pub(super) fn is_punctuation(character: char) -> bool {
    matches!(character,
        ' ' | '\t' | '\n' | '\r' | '-' | '.' | '/' | '(' | ')' | '[' | ']' | '~'
        | '\u{a0}' | '\u{ad}' | '\u{2000}'..='\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{202a}'..='\u{202f}'
        | '\u{2044}' | '\u{2053}' | '\u{205f}'..='\u{2069}' | '\u{2212}' | '\u{223c}' | '\u{3000}' | '\u{30fc}'
        | '\u{feff}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0d}'..='\u{ff0f}' | '\u{ff3b}' | '\u{ff3d}' | '\u{ff5e}')
}

/// The digits of an extension; `None` unless an extension starts with `character` and takes the rest of the text.
fn extension(character: char, rest: &str) -> Option<String> {
    const GAPS: [char; 7] = [' ', ',', ':', '.', '-', '=', '\u{a0}'];
    let after = match character {
        '#' | ',' | ';' | '\u{ff03}' => {
            let after = rest.trim_start_matches(GAPS);
            after.chars().next().and_then(|first| after_word(first, after.get(1..)?)).unwrap_or(after)
        }
        _ => after_word(character, rest)?,
    };
    let mut digits = String::new();
    for item in after.trim_start_matches(GAPS).trim_end_matches(['#', ' ']).chars() {
        digits.push(char::from(b'0' + digit(item)?));
    }
    (1..=20).contains(&digits.len()).then_some(digits)
}

/// What follows a word for "extension" that starts with `first`.
fn after_word(first: char, rest: &str) -> Option<&str> {
    ["extension", "extn", "ext", "xtn", "x"].iter().find_map(|word| {
        let tail = word.strip_prefix(first.to_ascii_lowercase())?;
        let (start, after) = rest.split_at_checked(tail.len())?;
        start.eq_ignore_ascii_case(tail).then_some(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(bool, String, String), Code> {
        let typed = TypedNumber::read(text)?;
        Ok((typed.plus, typed.digits.iter().map(|digit| char::from(b'0' + digit)).collect(), typed.extension))
    }

    #[test]
    fn parses_what_people_type() {
        for (text, plus, digits, extension) in [
            ("(212) 555-0123", false, "2125550123", ""),
            ("+1 212.555.0123", true, "12125550123", ""),
            ("\u{202a}+1\u{a0}212\u{2011}555\u{2011}0123\u{202c}", true, "12125550123", ""),
            ("（＋１）２１２－５５５－０１２３", true, "12125550123", ""),
            ("٢١٢٥٥٥٠١٢٣", false, "2125550123", ""),
            ("1-800-FLOWERS", false, "18003569377", ""),
            ("TEL:+1-212-555-0123;ext=12", true, "12125550123", "12"),
            ("212 555 0123 x12", false, "2125550123", "12"),
            ("212 555 0123 Ext. 12", false, "2125550123", "12"),
            ("212 555 0123, extension: 12#", false, "2125550123", "12"),
            ("212 555 0123 #12", false, "2125550123", "12"),
            ("1 800 XEROX 00", false, "18009376900", ""),
            ("1 800 TEXT 123", false, "18008398123", ""),
        ] {
            let expected = (plus, digits.to_owned(), extension.to_owned());
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_texts_that_are_not_numbers() {
        for text in [
            "",
            " ",
            "+",
            "()",
            "call me",
            "no",
            "12 a 34",
            "1*67",
            "+1+2",
            "1+2",
            "x12",
            "555 0123 xx",
            "😀1",
            "call 911 now",
            "to 212 555 0123",
        ] {
            assert_eq!(read(text), Err(Code::PhoneNotANumber), "{text}");
        }
        assert_eq!(read(&"1".repeat(251)), Err(Code::PhoneTooLong));
        assert_eq!(read(&"1".repeat(29)), Err(Code::PhoneTooLong));
    }
}
