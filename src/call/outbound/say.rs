// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A text of the config, said.

use crate::call::config::{Config, Say, Words};
use crate::json::decimal;
use crate::text::{cut, cut_before};
use crate::twiml::Document;

/// Which of several texts is said where the config names no language.
const ENGLISH: &str = "en-US";

/// The attributes of `<Say>`: a voice and a language where there are any, the config's where the text has none.
pub(super) fn manner<'a>(
    voice: Option<&'a str>,
    language: Option<&'a str>,
    config: &'a Config,
) -> Vec<(&'static str, &'a str)> {
    let mut attributes = Vec::with_capacity(3);
    let given = [("voice", voice.or(config.voice.as_deref())), ("language", language.or(config.language.as_deref()))];
    for (name, value) in given {
        if let Some(value) = value {
            attributes.push((name, value));
        }
    }
    attributes
}

/// Says a text.
pub(super) fn say(document: &mut Document<'_>, say: &Say, config: &Config) {
    let language = say.language.as_deref().or(config.language.as_deref());
    let spoken = |words: &Words| words.of(language.unwrap_or(ENGLISH)).to_owned();
    let text = match (&say.text, &say.ssml) {
        (Some(text), _) => spoken(text),
        (None, Some(ssml)) => without_elements(&spoken(ssml)),
        (None, None) => return,
    };
    let times = say.times.map(|times| decimal(times.into()));
    let mut attributes = manner(say.voice.as_deref(), language, config);
    if let Some(times) = &times {
        attributes.push(("loop", times));
    }
    document.element("Say", &attributes, &text);
}

/// The words of SSML alone.
fn without_elements(ssml: &str) -> String {
    const ENTITIES: [(&str, &str); 5] =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    let mut words = String::with_capacity(ssml.len());
    let mut rest = ssml;
    while !rest.is_empty() {
        let (plain, tag) = cut_before(rest, |byte| byte == b'<' || byte == b'&');
        words.push_str(plain);
        if let Some((entity, character)) = ENTITIES.iter().find(|(entity, _)| tag.starts_with(entity)) {
            words.push_str(character);
            rest = tag.get(entity.len()..).unwrap_or_default();
        } else if tag.starts_with('&') {
            words.push('&');
            rest = tag.get(1..).unwrap_or_default();
        } else {
            rest = cut(tag, b'>').1;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_ssml_are_said() {
        assert_eq!(
            without_elements(r#"This <break time="1s"/>call is <emphasis>recorded</emphasis> &amp; kept."#),
            "This call is recorded & kept."
        );
        for text in ["", "&", "<", "a<b", "&amp", "é"] {
            assert!(without_elements(text).len() <= text.len());
        }
    }
}
