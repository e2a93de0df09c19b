// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A text of the config, said.

use crate::call::config::{Config, Say, Words};
use crate::call::dialplan::write_ssml;
use crate::json::decimal;
use crate::twiml::{Document, ssml};

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
pub(super) fn say<'a>(document: &mut Document<'a>, say: &'a Say, config: &'a Config) {
    let language = say.language.as_deref().or(config.language.as_deref());
    let spoken = |words: &'a Words| words.of(language.unwrap_or(ENGLISH));
    let times = say.times.map(|times| decimal(times.into()));
    let mut attributes = manner(say.voice.as_deref(), language, config);
    if let Some(times) = &times {
        attributes.push(("loop", times));
    }
    match (&say.text, &say.ssml) {
        // A config that was read holds no SSML that is none.
        (_, Some(words)) => {
            document.open("Say", &attributes);
            write_ssml(document, &ssml(spoken(words)).unwrap_or_default(), None);
            document.close();
        }
        (Some(words), None) => drop(document.element("Say", &attributes, spoken(words))),
        (None, None) => {}
    }
}
