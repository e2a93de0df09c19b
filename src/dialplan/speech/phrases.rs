// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Speech of callers: words that can be compared, and the language for `<Gather>`.

use crate::text::is_letter_or_digit;

/// The words of a text in lowercase, without punctuation. In scripts without spaces between words, each letter is a
/// word, so that a phrase is found anywhere in a sentence.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    words_and_pauses(text).0
}

/// The words of a text, and the indexes of the words that follow a punctuation mark such as a comma.
pub(super) fn words_and_pauses(text: &str) -> (Vec<String>, Vec<usize>) {
    let (mut words, mut pauses) = (Vec::new(), Vec::new());
    let mut word = String::new();
    for c in text.chars().map(normalized).chain([' ']) {
        let stands_alone = is_unspaced(c);
        if (stands_alone || is_mark(c)) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if stands_alone {
            words.push(c.to_string());
        } else if !is_mark(c) {
            word.push(c);
        } else if is_pause(c) && pauses.last() != Some(&words.len()) {
            pauses.push(words.len());
        }
    }
    (words, pauses)
}

/// The parts of a text between spaces and punctuation marks, in lowercase. Unlike [`words`], this does not split
/// scripts without spaces into letters.
pub(super) fn spaced_parts(text: &str) -> Vec<String> {
    let text: String = text.chars().map(normalized).collect();
    text.split(is_mark).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A lowercase letter, an ASCII digit for a wide one, and one character for all apostrophes.
fn normalized(c: char) -> char {
    match c {
        '\u{2019}' => '\'',
        '\u{ff10}'..='\u{ff19}' => char::from_u32(c as u32 - 0xff10 + 0x30).unwrap_or(c),
        _ => lowercase(c),
    }
}

/// Whether a character separates words: spaces and punctuation, but not apostrophes or combining marks.
fn is_mark(c: char) -> bool {
    !is_letter_or_digit(c) && !matches!(c, '\'' | '\u{2b0}'..='\u{36f}')
}

/// Whether a punctuation mark separates the parts of a sentence.
fn is_pause(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ';'
            | ':'
            | '!'
            | '?'
            | '\u{2026}'
            | '\u{3001}'
            | '\u{3002}'
            | '\u{ff0c}'
            | '\u{ff01}'
            | '\u{ff1f}'
            | '\u{ff1b}'
    )
}

/// Whether a character is a letter of Chinese, Japanese, Thai, Lao, Khmer or Burmese.
fn is_unspaced(c: char) -> bool {
    !is_mark(c)
        && matches!(
            c,
            '\u{0e00}'..='\u{0eff}'
                | '\u{1000}'..='\u{109f}'
                | '\u{1780}'..='\u{17ff}'
                | '\u{3005}'..='\u{30ff}'
                | '\u{3400}'..='\u{9fff}'
                | '\u{f900}'..='\u{faff}'
                | '\u{20000}'..='\u{323af}'
        )
}

/// The `<Gather>` tag for a language tag of `<Say>`. Some tags differ. Sources:
/// <https://www.twilio.com/docs/voice/twiml/say/text-speech>,
/// <https://www.twilio.com/docs/voice/twiml/gather#languagetags>.
#[must_use]
pub fn gather_language(language: &str) -> &str {
    const NAMES: [(&str, &str); 9] = [
        ("cmn-CN", "cmn-Hans-CN"),
        ("zh-CN", "cmn-Hans-CN"),
        ("cmn-TW", "cmn-Hant-TW"),
        ("yue-HK", "yue-Hant-HK"),
        ("zh-HK", "yue-Hant-HK"),
        ("pa-IN", "pa-guru-IN"),
        ("de-AT", "de-DE"),
        ("fr-BE", "fr-FR"),
        ("en-GB-WLS", "en-GB"),
    ];
    NAMES.iter().find(|(said, _)| said.eq_ignore_ascii_case(language)).map_or(language, |(_, heard)| heard)
}

/// Converts a letter to lowercase in Latin, Greek and Cyrillic. A table for all of Unicode would be ten times as large
/// as this file.
fn lowercase(c: char) -> char {
    let shifted = |by: u32| char::from_u32(c as u32 + by).unwrap_or(c);
    match c {
        'A'..='Z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{de}' | '\u{391}'..='\u{3a9}' | '\u{410}'..='\u{42f}' => {
            shifted(32)
        }
        '\u{400}'..='\u{40f}' => shifted(80),
        '\u{100}'..='\u{137}' | '\u{14a}'..='\u{177}' if (c as u32).is_multiple_of(2) => shifted(1),
        '\u{139}'..='\u{148}' | '\u{179}'..='\u{17e}' if !(c as u32).is_multiple_of(2) => shifted(1),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case_and_punctuation() {
        for (text, expected) in [
            ("I need a new REFILL, please.", &["i", "need", "a", "new", "refill", "please"][..]),
            ("ÉLISE ПРИВЕТ", &["élise", "привет"]),
            ("don't", &["don't"]),
            ("DON\u{2019}T", &["don't"]),
            ("１番", &["1", "番"]),
            ("预约!", &["预", "约"]),
            ("...", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_pause_is_the_index_of_the_word_after_it() {
        for (text, expected) in [
            ("no, billing", &[1][..]),
            ("no... billing. Please", &[1, 2]),
            ("re-schedule it", &[]),
            ("不是预约，是账单。", &[4, 7]),
            ("", &[]),
        ] {
            assert_eq!(words_and_pauses(text).1, expected, "{text}");
        }
    }

    #[test]
    fn gather_has_its_own_names_for_some_languages() {
        assert_eq!((gather_language("zh-CN"), gather_language("es-US")), ("cmn-Hans-CN", "es-US"));
    }
}
