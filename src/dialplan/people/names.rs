// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The name of a patient for a greeting.

use super::{elements, text};
use crate::fhir::period::covers;
use crate::json::Json;

/// The maximum length of a name in a greeting, in bytes.
const MAX_NAME_BYTES: usize = 60;

/// Titles before a name in `HumanName.text`, in lowercase and without dots.
const TITLES: [&str; 22] = [
    "dr",
    "dra",
    "doctor",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "prof",
    "professor",
    "rev",
    "sir",
    "herr",
    "frau",
    "m",
    "mme",
    "mlle",
    "sr",
    "sra",
    "srta",
    "don",
    "doña",
];

/// What may follow a name after a comma, in lowercase and without dots.
const SUFFIXES: [&str; 16] =
    ["jr", "sr", "ii", "iii", "iv", "md", "phd", "dds", "dmd", "do", "rn", "np", "pa", "esq", "mba", "dvm"];

/// The first given name of the patient's preferred name.
pub(super) fn given(patient: &Json, now: u64) -> Option<String> {
    let mut best: Option<(u32, String)> = None;
    for name in elements(patient, "name") {
        let order = match text(name, "use") {
            Some("usual") => 0,
            Some("nickname") => 1,
            Some("official") => 2,
            None => 3,
            Some(_) => continue,
        };
        let current = name.get("period").is_none_or(|period| covers(period, now));
        if current
            && best.as_ref().is_none_or(|(earlier, _)| order < *earlier)
            && let Some(given) = spoken(name)
        {
            best = Some((order, given));
        }
    }
    best.map(|(_, given)| given)
}

/// The given name of a `HumanName` as a voice can speak it.
fn spoken(name: &Json) -> Option<String> {
    let given = match name.at(&["given", "0"]).and_then(Json::text) {
        Some(given) => given,
        None => given_in(text(name, "text")?, text(name, "family"))?,
    };
    // Some systems number patients with the same name, such as `Ada2`.
    let given = given.trim_matches(|c: char| c.is_ascii_digit() || c.is_ascii_whitespace());
    is_speakable(given).then(|| given.to_owned())
}

/// The given name in a whole name: `Ada Example`, `Example, Ada`, `Dr. Ada Example`. `None` if it may be a family name:
/// a name of one word, an initial, or a name in a script whose languages put the family name first.
fn given_in<'a>(whole: &'a str, family: Option<&str>) -> Option<&'a str> {
    if whole.len() > MAX_NAME_BYTES || whole.chars().any(|c| c >= '\u{250}' && c != '\u{2019}') {
        return None;
    }
    let (before, after) = whole.split_once(',').unwrap_or((whole, ""));
    let is_suffix = |word: &&str| SUFFIXES.contains(&&*plain(word));
    let has_family_first = after.split([' ', ',']).filter(|word| !word.is_empty()).any(|word| !is_suffix(&word));
    let mut words = if has_family_first { after.split(',').next()? } else { before }.split_ascii_whitespace();
    let is_family = |word: &str| {
        family.is_some_and(|family| family.split_ascii_whitespace().any(|part| part.eq_ignore_ascii_case(word)))
    };
    let given = words.find(|word| !TITLES.contains(&&*plain(word)) && !is_family(word))?;
    let has_other_word = has_family_first || family.is_some() || words.any(|word| !is_suffix(&word));
    (has_other_word && plain(given).chars().nth(1).is_some() && !given.ends_with('.')).then_some(given)
}

/// A word in lowercase without dots.
fn plain(word: &str) -> String {
    word.chars().filter(|c| *c != '.').map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether XML can contain a name and a voice can speak it: it has letters, and no brackets, digits or symbols.
fn is_speakable(name: &str) -> bool {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | ' ' | '-' | '\'' | '.' | '\u{2019}' => true,
        _ => c >= '\u{c0}' && !matches!(c, '\u{2000}'..='\u{2bff}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}'),
    };
    !name.is_empty() && name.len() <= MAX_NAME_BYTES && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Option<String> {
        spoken(&Json::parse(name).unwrap())
    }

    #[test]
    fn a_given_name_is_found_in_a_text() {
        for (text, given) in [
            ("Ada Example", Some("Ada")),
            ("Ada B. Example", Some("Ada")),
            ("Example, Ada", Some("Ada")),
            ("Example, Ada B.", Some("Ada")),
            ("Example, Dr. Ada, MD", Some("Ada")),
            ("EXAMPLE,ADA", Some("ADA")),
            ("Dr. Ada Example", Some("Ada")),
            ("Mrs Ada Example", Some("Ada")),
            ("Ada Example, Jr.", Some("Ada")),
            ("Ada Example, M.D., Ph.D.", Some("Ada")),
            ("Ada2 Example", Some("Ada")),
            ("José Ejemplo", Some("José")),
            // These may be family names.
            ("Example", None),
            ("Dr. Example", None),
            ("Mr. Example, Jr.", None),
            ("Example Jr.", None),
            ("Example,", None),
            ("A. Example", None),
            ("A Example", None),
            ("Example, A.", None),
            ("李小明", None),
            ("Nguyễn Văn A", None),
            ("Иванова Анна", None),
            ("", None),
            (", ", None),
            ("<b>Ada</b> Example", None),
            ("12 34", None),
        ] {
            let name = Json::object([("text", Json::of(text))]);
            assert_eq!(spoken(&name).as_deref(), given, "{text}");
        }
        assert_eq!(of(r#"{"text":"Example Ada","family":"Example"}"#).as_deref(), Some("Ada"));
        assert_eq!(of(r#"{"text":"Ada Example","family":"Example"}"#).as_deref(), Some("Ada"));
        assert_eq!(of(r#"{"text":"Example","family":"Example"}"#), None);
        assert_eq!(of(r#"{"text":"Ada Example","given":["Augusta"]}"#).as_deref(), Some("Augusta"));
        assert_eq!(given_in(&"Ada ".repeat(30_000), None), None);
    }

    #[test]
    fn digits_around_a_given_name_are_not_spoken() {
        for (given, expected) in
            [("Ada2", Some("Ada")), ("2 Ada", Some("Ada")), ("Ada 02", Some("Ada")), ("A2da", None), ("22", None)]
        {
            assert_eq!(of(&format!(r#"{{"given":["{given}"]}}"#)).as_deref(), expected, "{given}");
        }
    }
}
