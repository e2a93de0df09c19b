// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Menus: `<Gather>`, <https://www.twilio.com/docs/voice/twiml/gather>.

use super::play::{Fault, Player};
use super::step::Kind;
use crate::dialplan::config::{Choice, Menu};
use crate::json::decimal;
use crate::text::is_audible;

/// Seconds of silence.
const TIMEOUT: u32 = 5;

impl<'a> Player<'a> {
    /// Asks. Silence goes on with the very step that a choice would: it says by its parameters which of them it was.
    pub(super) fn menu(&mut self, action: &'a str, menu: &'a Menu, n: u32) -> Result<(), Fault> {
        let url = self.url(Kind::Menu, action, n);
        let timeout = decimal(menu.timeout.filter(|seconds| *seconds > 0).unwrap_or(TIMEOUT).into());
        let digits = || menu.options.iter().filter_map(|option| option.digits.as_deref());
        let lengths = || digits().map(str::len).filter(|length| *length > 0);
        let longest = lengths().max().unwrap_or(0);
        let number = decimal(longest as u64);
        let phrases = phrases(menu).join(",");
        let input = match (longest > 0, phrases.is_empty()) {
            (true, false) => "dtmf speech",
            (false, false) => "speech",
            _ => "dtmf",
        };
        let mut attributes = vec![("input", input), ("timeout", timeout.as_str())];
        if longest > 0 {
            attributes.push(("numDigits", &number));
            // Where all choices are as long, none needs a key behind it; and where # is one, it ends nothing.
            if lengths().all(|length| length == longest) || digits().any(|keys| keys.contains('#')) {
                attributes.push(("finishOnKey", ""));
            }
        }
        if !phrases.is_empty() {
            attributes.push(("speechTimeout", "auto"));
            attributes.push(("hints", &phrases));
            if let Some(language) = self.current() {
                attributes.push(("language", heard(language)));
            }
        }
        attributes.push(("action", &url));
        self.document.open("Gather", &attributes);
        self.say(&menu.prompt)?;
        self.document.close().element("Redirect", &[], &url);
        Ok(())
    }
}

/// Every phrase that a menu listens for.
fn phrases(menu: &Menu) -> Vec<&str> {
    menu.options.iter().flat_map(|option| &option.speech).map(String::as_str).filter(|text| !text.is_empty()).collect()
}

/// What was chosen; `None` where that was no choice. Keys are a choice whole; of what was said, the option whose longest
/// phrase is in it.
pub(super) fn chosen<'a>(menu: &'a Menu, digits: Option<&str>, speech: Option<&str>) -> Option<&'a Choice> {
    if digits.is_some() {
        return menu.options.iter().find(|option| option.digits.as_deref() == digits);
    }
    let said = words(speech?);
    let mut best: Option<(usize, &Choice)> = None;
    for option in &menu.options {
        for phrase in &option.speech {
            let phrase = words(phrase);
            let is_in = !phrase.is_empty() && said.windows(phrase.len()).any(|part| *part == phrase);
            if is_in && best.is_none_or(|(length, _)| phrase.len() > length) {
                best = Some((phrase.len(), option));
            }
        }
    }
    best.map(|(_, option)| option)
}

/// The words of a text, in small letters, without the marks between them. Of scripts that put no spaces between words,
/// each letter is one: a phrase is found wherever it is said.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().map(small).chain([' ']) {
        let stands_alone = is_unspaced(c);
        if (stands_alone || is_mark(c)) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if stands_alone {
            words.push(c.to_string());
        } else if !is_mark(c) {
            word.push(c);
        }
    }
    words
}

/// What stands between words: spaces, points and the like, but no apostrophe, and nothing that is put upon a letter.
fn is_mark(c: char) -> bool {
    !is_audible(c) && !matches!(c, '\'' | '\u{2b0}'..='\u{36f}')
}

/// Letters of Chinese, Japanese, Thai, Lao, Khmer and Burmese.
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

/// What `<Gather>` calls a language that `<Say>` has another name for.
/// Sources: <https://www.twilio.com/docs/voice/twiml/say/text-speech>,
/// <https://www.twilio.com/docs/voice/twiml/gather#languagetags>.
#[must_use]
pub fn heard(language: &str) -> &str {
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

/// A small letter for a capital one, of the scripts that have both and are written with few exceptions. (The table for
/// all of Unicode is ten times the size of what is around it.)
fn small(c: char) -> char {
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

    fn menu() -> Menu {
        serde_json::from_str(
            r##"{"prompt":{"text":"?"},"otherwise":"x","options":[
                {"digits":"1","speech":["refill","new refill"],"then":"refill"},
                {"digits":"22","speech":["nurse","la enfermera"],"then":"nurse"},
                {"digits":"#","speech":["not the nurse"],"then":"other"},
                {"speech":["ÉLISE","Привет",""],"then":"names"}]}"##,
        )
        .unwrap()
    }

    fn by(digits: Option<&str>, speech: Option<&str>) -> Option<String> {
        chosen(&menu(), digits, speech).and_then(|choice| choice.then.clone())
    }

    #[test]
    fn keys_are_a_choice_whole() {
        for (digits, then) in
            [("1", Some("refill")), ("22", Some("nurse")), ("#", Some("other")), ("2", None), ("11", None)]
        {
            assert_eq!(by(Some(digits), None).as_deref(), then, "{digits}");
        }
        // A key counts before a word.
        assert_eq!(by(Some("9"), Some("nurse")), None);
    }

    #[test]
    fn what_is_said_without_spaces_is_found_too() {
        let menu: Menu = serde_json::from_str(
            r#"{"prompt":{"text":"?"},"otherwise":"x","options":[
                {"speech":["预约","取消预约"],"then":"visit"},{"speech":["予約"],"then":"yoyaku"},{"speech":["นัด"],"then":"nat"},
                {"speech":["時々"],"then":"sometimes"},{"speech":["cafe\u0301"],"then":"coffee"}]}"#,
        )
        .unwrap();
        for (speech, then) in [
            ("我要预约。", Some("visit")),
            ("预约，谢谢", Some("visit")),
            ("予約をお願いします", Some("yoyaku")),
            ("ขอนัดหมอ", Some("nat")),
            ("预", None),
            ("時々", Some("sometimes")),
            ("我要约预", None),
            ("un cafe\u{301}, por favor", Some("coffee")),
        ] {
            assert_eq!(chosen(&menu, None, Some(speech)).and_then(|one| one.then.as_deref()), then, "{speech}");
        }
        assert_eq!((heard("zh-CN"), heard("es-US")), ("cmn-Hans-CN", "es-US"));
    }

    #[test]
    fn what_is_said_is_found_by_its_words() {
        for (speech, then) in [
            ("Refill.", Some("refill")),
            ("I need a new REFILL, please", Some("refill")),
            ("the nurse", Some("nurse")),
            ("No, not the nurse!", Some("other")),
            ("La Enfermera", Some("nurse")),
            ("nurses", None),
            ("élise", Some("names")),
            ("ПРИВЕТ", Some("names")),
            ("", None),
            ("...", None),
        ] {
            assert_eq!(by(None, Some(speech)).as_deref(), then, "{speech}");
        }
        assert_eq!(by(None, None), None);
    }
}
