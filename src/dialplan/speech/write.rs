// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes spoken text as `<Say>`: <https://www.twilio.com/docs/voice/twiml/say>.

use std::borrow::Cow;

use super::prompt::Prompt;
use super::words::Words;
use crate::dialplan::config::Config;
use crate::error::Code;
use crate::json::decimal;
use crate::text::split_on;
use crate::twiml::{self, Document, Node};

/// The language if the config sets no language. It is Twilio's default.
pub const DEFAULT_LANGUAGE: &str = "en-US";

/// Why a document cannot be written: the code, and the path in the config.
pub type RenderError = (Code, String);

/// Writes a prompt. `replaced` is a placeholder such as `{name}` and its text; `current` is the current language of the
/// call.
///
/// # Errors
/// [`RenderError`] if the SSML is not well-formed.
pub fn say(
    document: &mut Document<'_>,
    say: &Prompt,
    config: &Config,
    current: Option<&str>,
    replaced: Option<(&str, &str)>,
) -> Result<(), RenderError> {
    let wanted = say.language.as_deref().or(current);
    let times = say.times.filter(|times| *times > 1).map(|times| decimal(times.into()));
    let in_language = |words| {
        let (words, language) = localized(words, wanted, config);
        (words, attributes(say.voice.as_deref(), language, times.as_deref(), config))
    };
    if let Some(words) = &say.ssml {
        let (words, attributes) = in_language(words);
        document.open("Say", &attributes);
        write(document, &twiml::ssml(words).ok_or_else(malformed)?, replaced);
        document.close();
    } else if let Some(words) = &say.text {
        let (words, attributes) = in_language(words);
        write_text(document, &attributes, words, replaced);
    }
    Ok(())
}

/// Writes a `<Say>`, unless the text is empty. `replaced` is a placeholder and its text.
pub fn write_text(
    document: &mut Document<'_>,
    attributes: &[(&str, &str)],
    words: &str,
    replaced: Option<(&str, &str)>,
) {
    let words = match replaced {
        Some((name, value)) => Cow::Owned(words.replace(name, value)),
        None => Cow::Borrowed(words),
    };
    if !words.is_empty() {
        document.element("Say", attributes, &words);
    }
}

/// The text for a language, and the language in which to speak it. If there is no text in this language, the text is
/// spoken in its own language. `<Say>` requires a region, so a tag without a region is replaced by the config's tag of
/// the same language.
#[must_use]
pub fn localized<'a>(words: &'a Words, wanted: Option<&'a str>, config: &'a Config) -> (&'a str, Option<&'a str>) {
    let (words, own) = words.in_language(wanted.unwrap_or(DEFAULT_LANGUAGE));
    let general = config.language.as_deref().unwrap_or(DEFAULT_LANGUAGE);
    let own = own.map(|own| if own.contains('-') || !is_same(own, general) { own } else { general });
    (words, own.filter(|own| own.contains('-')).or(wanted))
}

/// `voice`, `language` and `loop` of a `<Say>`. The voice of the config is used only for the language of the config,
/// because an English voice pronounces Spanish text as English.
#[must_use]
pub fn attributes<'a>(
    voice: Option<&'a str>,
    language: Option<&'a str>,
    times: Option<&'a str>,
    config: &'a Config,
) -> Vec<(&'static str, &'a str)> {
    let general = config.language.as_deref().unwrap_or(DEFAULT_LANGUAGE);
    let speaks = is_same(general, language.unwrap_or(DEFAULT_LANGUAGE));
    let general = config.voice.as_deref().filter(|_| speaks);
    let mut attributes = Vec::with_capacity(3);
    for (name, value) in [("voice", voice.or(general)), ("language", language), ("loop", times)] {
        if let Some(value) = value {
            attributes.push((name, value));
        }
    }
    attributes
}

/// The attributes of a `<Say>` for Plumline's own texts, which are in English.
#[must_use]
pub fn in_english(config: &Config) -> Vec<(&'static str, &str)> {
    let general = config.language.as_deref();
    let language = general.map(|general| if is_same(general, DEFAULT_LANGUAGE) { general } else { DEFAULT_LANGUAGE });
    attributes(None, language, None, config)
}

/// Whether two tags have the same language. The regions may differ.
fn is_same(item: &str, other: &str) -> bool {
    split_on(item, b'-').0.eq_ignore_ascii_case(split_on(other, b'-').0)
}

/// Writes SSML into an open `<Say>`. The text for a placeholder is escaped, so it cannot add elements.
fn write(document: &mut Document<'_>, nodes: &[Node<'static>], replaced: Option<(&str, &str)>) {
    for node in nodes {
        match node {
            Node::Element(element) => {
                let mut attributes = Vec::with_capacity(element.attributes.len());
                for (name, value) in &element.attributes {
                    attributes.push((&**name, &**value));
                }
                // Element names are always static strings from a table.
                let Cow::Borrowed(name) = element.name else { continue };
                if element.children.is_empty() {
                    document.empty(name, &attributes);
                } else {
                    document.open(name, &attributes);
                    write(document, &element.children, replaced);
                    document.close();
                }
            }
            Node::Text(text) => match replaced {
                Some((name, value)) => drop(document.text(&text.replace(name, value))),
                None => drop(document.text(text)),
            },
            Node::Comment(_) => {}
        }
    }
}

fn malformed() -> RenderError {
    (Code::ConfigInvalid, "ssml".to_owned())
}
