// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds a number in the telephone numbers of a chart, which contain what people typed: any punctuation, an extension,
//! a remark, a name, or several numbers.
//!
//! A FHIR search compares text, so it can only look for a few digits ([`search_parts`]). [`StoredNumber`] then decides
//! whether a text that was found has the number.

use std::cell::RefCell;

use super::country::plan_of;
use super::plan::{NumberingPlan, Slot};
use super::typed::{digit, is_punctuation};
use super::{E164, parse};

/// The maximum length of a text. A longer text is not a phone number.
const MAX_BYTES: usize = 500;

/// Trunk prefixes: what people dial before a national number in their own country.
const TRUNK_PREFIXES: [&[u8]; 5] = [&[0], &[8], &[0, 6], &[0, 1], &[1]];

/// International prefixes that people use in every country.
const INTERNATIONAL_PREFIXES: [&[u8]; 2] = [&[0, 0], &[0, 1, 1]];

/// The maximum number of digits before a national number: an international prefix, a calling code and a trunk prefix.
const MAX_PREFIX: usize = 10;

/// The minimum number of digits of another number after a slash. Fewer digits may belong to the same number.
const MIN_OTHER_NUMBER: usize = 7;

/// The maximum number of digits of a number, by ITU-T E.164.
const MAX_DIGITS: usize = 15;

/// The calling code of the North American plan.
const NORTH_AMERICAN_CODE: u16 = 1;

/// Words before digits that are an extension, if a number precedes.
const EXTENSION_WORDS: [&str; 5] = ["x", "ext", "extn", "extension", "xtn"];

/// Words before digits that are not a phone number.
const ID_WORDS: [&str; 5] = ["id", "mrn", "ssn", "dob", "pin"];

/// The texts by which a search finds most stored forms of a number. A resource must contain one text of each list.
///
/// They are the last four digits. With `narrow`, they also include the digits before: fewer resources contain both. In
/// the North American plan, people do not split the last four digits. Elsewhere, they may split them at any place.
#[must_use]
pub fn search_parts(number: E164<'_>, narrow: bool) -> Vec<Vec<String>> {
    let (code, national) = split_code(number);
    let last_four = national.len().saturating_sub(4);
    let (before, last) = national.split_at(last_four);
    if code == NORTH_AMERICAN_CODE {
        let (area, exchange) = before.split_at(before.len().min(3));
        let before = [area, exchange].into_iter().filter(|part| narrow && !part.is_empty());
        return before.chain([last]).map(|part| vec![part.to_owned()]).collect();
    }
    // More digits would include those of the area code, which people separate in many ways.
    let before = before.get(before.len().saturating_sub(2)..).filter(|before| narrow && !before.is_empty());
    before.into_iter().chain([last]).map(split_forms).collect()
}

/// What people and programs put between the digits of a number, outside the North American plan.
const SEPARATORS: [&str; 8] = [" ", "-", ".", "/", "\u{a0}", "\u{202f}", "\u{2011}", "\u{2013}"];

/// Digits, their full-width form, and the forms in which people split them once.
fn split_forms(digits: &str) -> Vec<String> {
    let full_width = |digit: char| char::from_u32(digit as u32 - '0' as u32 + 0xff10).unwrap_or(digit);
    let mut forms = vec![digits.to_owned(), digits.chars().map(full_width).collect()];
    for at in 1..digits.len() {
        let (before, after) = digits.split_at(at);
        forms.extend(SEPARATORS.map(|between| [before, between, after].concat()));
    }
    forms
}

/// The calling code and the national number. The code is 0 if no plan has it.
fn split_code(number: E164<'_>) -> (u16, &str) {
    let digits = number.as_str().get(1..).unwrap_or_default();
    let code = plan_of(number).map_or(0, |plan| plan.calling_code);
    let length = if code == 0 { 0 } else { crate::json::decimal(code.into()).len() };
    (code, digits.get(length..).unwrap_or_default())
}

/// Whether a telephone number, as a person typed it in `country` (ISO 3166), contains `number`. To compare many texts,
/// use [`StoredNumber`].
#[must_use]
pub fn is_stored_in(text: &str, number: E164<'_>, country: Option<&str>) -> bool {
    StoredNumber::new(number, country).is_in(text)
}

/// A number to find in texts that were typed in one country.
pub struct StoredNumber<'a> {
    number: E164<'a>,
    country: Option<&'a str>,
    home: Option<NumberingPlan>,
    /// The values of the digits of the calling code.
    code: Vec<u8>,
    /// The values of the digits of the national number.
    national: Vec<u8>,
    /// The digits of the national number without the area code, where people may omit it.
    local: Option<Vec<u8>>,
    trunk: Option<&'static [u8]>,
    /// Whether the country has the number's calling code.
    is_domestic: bool,
    /// Whether both the number and the country have the North American plan.
    is_north_american: bool,
    /// What the parser found about prefixes of the national number. A chart may have the same form many times.
    verdicts: RefCell<Vec<(Vec<u8>, bool)>>,
}

/// What separates a digit from the digit before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Punctuation,
    /// A slash separates two numbers, or the parts of one.
    Slash,
}

/// Digits with only punctuation between them.
#[derive(Default)]
struct Run {
    /// Whether it starts with `+`.
    plus: bool,
    /// Whether a word says that it is an extension or an id.
    is_other: bool,
    digits: Vec<u8>,
    /// What is before each digit.
    gaps: Vec<Gap>,
}

impl<'a> StoredNumber<'a> {
    /// `country` (ISO 3166) is where the texts were typed.
    #[must_use]
    pub fn new(number: E164<'a>, country: Option<&'a str>) -> Self {
        let home = country.and_then(NumberingPlan::of);
        let (code, national) = split_code(number);
        let values = |digits: &str| digits.bytes().map(|digit| digit - b'0').collect::<Vec<u8>>();
        let whole = number.as_str().get(1..).unwrap_or_default();
        let is_domestic = home.is_some_and(|home| home.calling_code == code);
        let national_digits = values(national);
        let plan = home.filter(|_| is_domestic).or_else(|| plan_of(number));
        let trunk = plan.and_then(|plan| {
            let is_trunk =
                |trunk: &&&[u8]| plan.prefix(Slot::Trunk, &[trunk, &national_digits[..]].concat()) == Some(trunk.len());
            TRUNK_PREFIXES.iter().find(is_trunk).copied()
        });
        let area = home.filter(|_| is_domestic).map(|home| home.area()).filter(|area| !area.is_empty());
        let local = area.and_then(|area| national_digits.strip_prefix(&area[..]).map(<[u8]>::to_vec));
        Self {
            number,
            country,
            home,
            code: values(whole.get(..whole.len() - national.len()).unwrap_or_default()),
            national: national_digits,
            local,
            trunk,
            is_domestic,
            is_north_american: is_domestic && code == NORTH_AMERICAN_CODE,
            verdicts: RefCell::default(),
        }
    }

    /// Whether a text contains the number. Takes time in proportion to the length of the text. Returns false for a
    /// text of more than 500 bytes.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        // Most texts that a search finds end with the same four digits but are not the number.
        if text.len() > MAX_BYTES || !self.has_digits(text) {
            return false;
        }
        let mut run = Run::default();
        let (mut gap, mut plus, mut has_digits, mut hash) = (Gap::None, false, false, false);
        let (mut word, mut in_word) = (String::new(), false);
        for character in text.chars() {
            let continues_word = core::mem::take(&mut in_word);
            if let Some(digit) = digit(character) {
                if run.digits.is_empty() {
                    let is_extension = has_digits && (hash || EXTENSION_WORDS.contains(&&*word));
                    run = Run { plus, is_other: is_extension || ID_WORDS.contains(&&*word), ..Run::default() };
                }
                run.digits.push(digit);
                run.gaps.push(gap);
                (gap, plus, has_digits, hash) = (Gap::None, false, true, false);
                word.clear();
            } else if matches!(character, '/' | '\u{2044}' | '\u{ff0f}') {
                gap = Gap::Slash;
            } else if is_punctuation(character) && !matches!(character, '\n' | '\r' | '\t') {
                gap = if gap == Gap::Slash { gap } else { Gap::Punctuation };
            } else {
                if self.is_in_run(&run) {
                    return true;
                }
                run.digits.clear();
                plus = matches!(character, '+' | '\u{ff0b}');
                hash |= matches!(character, '#' | '\u{ff03}');
                in_word = character.is_ascii_alphabetic() || character >= '\u{c0}';
                if in_word {
                    if !continues_word {
                        word.clear();
                    }
                    // Longer words are not compared.
                    if word.len() < 16 {
                        word.push(character.to_ascii_lowercase());
                    }
                }
            }
        }
        self.is_in_run(&run)
    }

    /// Whether the digits of a text contain those of the number, in any grouping.
    fn has_digits(&self, text: &str) -> bool {
        let wanted = self.local.as_ref().unwrap_or(&self.national);
        let digits: Vec<u8> = text.chars().filter_map(digit).collect();
        !wanted.is_empty() && digits.windows(wanted.len()).any(|window| window == wanted)
    }

    fn is_in_run(&self, run: &Run) -> bool {
        if run.is_other {
            return false;
        }
        let finds = |wanted: &Vec<u8>, is_local: bool| {
            let starts = run.digits.windows(wanted.len()).enumerate();
            let mut starts = starts.filter(|(_, window)| window == wanted).map(|(start, _)| start);
            starts.any(|start| self.is_at(run, start, start + wanted.len(), is_local))
        };
        finds(&self.national, false) || self.local.as_ref().is_some_and(|local| finds(local, true))
    }

    /// Whether the digits from `start` to `end`, with the prefix before them, are a number that no other digits belong
    /// to.
    fn is_at(&self, run: &Run, start: usize, end: usize, is_local: bool) -> bool {
        if !self.is_separate(run, end, run.digits.len(), run.gaps.get(end)) {
            return false;
        }
        let earliest = if is_local { start } else { start.saturating_sub(MAX_PREFIX) };
        (earliest..=start).any(|first| {
            let prefix = run.digits.get(first..start).unwrap_or_default();
            self.is_separate(run, 0, first, run.gaps.get(first))
                && if is_local {
                    self.parses_to_number(prefix, true)
                } else {
                    self.fits(prefix, run.plus && first == 0)
                }
        })
    }

    /// Whether the other digits of a run, from `from` to `to`, do not belong to the number: there are none, or they are
    /// a date or another number. `gap` is between them and the number.
    fn is_separate(&self, run: &Run, from: usize, to: usize, gap: Option<&Gap>) -> bool {
        let count = to - from;
        let national = self.national.len();
        count == 0
            || gap != Some(&Gap::None)
                && (gap == Some(&Gap::Slash) && count >= MIN_OTHER_NUMBER
                    // Together, the digits are too many for one number.
                    || (national..=national + 1).contains(&count) && count + national > MAX_DIGITS
                    || is_date(run, from, to))
    }

    /// Whether the national number with this prefix is the number.
    fn fits(&self, prefix: &[u8], plus: bool) -> bool {
        let without_trunk = self.trunk.and_then(|trunk| prefix.strip_suffix(trunk));
        // `+44 (0)20 7946 0001` has both the calling code and the trunk prefix.
        let mut prefixes = [Some(prefix), without_trunk].into_iter().flatten();
        if plus {
            return prefixes.any(|prefix| prefix == self.code);
        }
        prefixes.any(|short| match short.strip_suffix(&self.code[..]) {
            _ if short.is_empty() => self.is_domestic,
            Some(international) => international.is_empty() || self.is_international(international, prefix),
            None => false,
        }) && self.parses_to_number(prefix, false)
    }

    /// Whether digits are an international prefix.
    fn is_international(&self, digits: &[u8], prefix: &[u8]) -> bool {
        INTERNATIONAL_PREFIXES.contains(&digits)
            || self.home.is_some_and(|home| {
                home.prefix(Slot::International, &[prefix, &self.national].concat()) == Some(digits.len())
            })
    }

    /// Whether the parser reads the number with this prefix as the number, and not as another number of the country. A
    /// number in an area that the plan does not have is not refused.
    fn parses_to_number(&self, prefix: &[u8], is_local: bool) -> bool {
        // None of the prefixes has another meaning in the North American plan.
        if self.is_north_american && !is_local {
            return true;
        }
        let national = self.local.as_ref().filter(|_| is_local).unwrap_or(&self.national);
        // No digit is 10 or more, so the last value says which number follows the prefix.
        let key = [prefix, &[10 + u8::from(is_local)]].concat();
        if let Some((_, verdict)) = self.verdicts.borrow().iter().find(|(known, _)| *known == key) {
            return *verdict;
        }
        let typed: String = prefix.iter().chain(national).map(|digit| char::from(b'0' + digit)).collect();
        let verdict = match parse(&typed, self.country) {
            Ok(phone) => phone.number == self.number.as_str(),
            Err(_) => !is_local,
        };
        self.verdicts.borrow_mut().push((key, verdict));
        verdict
    }
}

/// Whether the digits from `from` to `to` are a date with a year: `2026-01-05`, `1/5/2026`.
fn is_date(run: &Run, from: usize, to: usize) -> bool {
    let Some((digits, gaps)) = run.digits.get(from..to).zip(run.gaps.get(from..to)) else { return false };
    if digits.len() > 8 {
        return false;
    }
    let mut lengths = Vec::with_capacity(3);
    for (at, gap) in gaps.iter().enumerate() {
        match lengths.last_mut() {
            Some(length) if at > 0 && *gap == Gap::None => *length += 1,
            _ => lengths.push(1),
        }
    }
    let year = match lengths[..] {
        [4, 1 | 2, 1 | 2] => digits.get(..4),
        [1 | 2, 1 | 2, 4] => digits.get(digits.len() - 4..),
        _ => None,
    };
    matches!(year, Some([1, 9, ..] | [2, 0, ..]))
}
