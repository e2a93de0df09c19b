// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes spoken text as `<Say>`: <https://www.twilio.com/docs/voice/twiml/say>.

use std::borrow::Cow;

use super::prompt::{Prompt, PromptPart};
use super::words::{Words, primary};
use crate::dialplan::config::Config;
use crate::error::Code;
use crate::json::decimal;
use crate::twiml::{self, Document, Node};

/// The language if the config sets no language. It is Twilio's default.
pub const DEFAULT_LANGUAGE: &str = "en-US";

/// Why a document cannot be written: the code, and the path in the config.
pub type RenderError = (Code, String);

/// Writes a prompt. `replaced` has placeholders such as `{name}`, with their texts; `current` is the current language of the
/// call.
///
/// # Errors
/// [`RenderError`] if the SSML is not well-formed.
pub fn say(
    document: &mut Document<'_>,
    prompt: &Prompt,
    config: &Config,
    current: Option<&str>,
    replaced: &[(&str, &str)],
) -> Result<(), RenderError> {
    prompt.parts().iter().try_for_each(|part| say_part(document, part, config, current, replaced))
}

fn say_part(
    document: &mut Document<'_>,
    part: &PromptPart,
    config: &Config,
    current: Option<&str>,
    replaced: &[(&str, &str)],
) -> Result<(), RenderError> {
    let wanted = part.language.as_deref().or(current);
    let times = part.times.filter(|times| *times > 1).map(|times| decimal(times.into()));
    let in_language = |words| {
        let (words, language) = localized(words, wanted, config);
        (words, attributes(part.voice.as_deref(), language, times.as_deref(), config))
    };
    if let Some(urls) = &part.play {
        let (url, _) = urls.in_language(wanted.unwrap_or(DEFAULT_LANGUAGE));
        write_recording(document, url, times.as_deref());
    } else if let Some(words) = &part.ssml {
        let (words, attributes) = in_language(words);
        document.open("Say", &attributes);
        write(document, &twiml::ssml(words).ok_or_else(malformed)?, replaced);
        document.close();
    } else if let Some(words) = &part.text {
        let (words, attributes) = in_language(words);
        write_text(document, &attributes, words, replaced);
    }
    Ok(())
}

/// Writes a `<Play>`. `times` is the number of repetitions, if more than one.
pub fn write_recording(document: &mut Document<'_>, url: &str, times: Option<&str>) {
    let attribute = times.map(|times| [("loop", times)]);
    document.element("Play", attribute.as_ref().map_or(&[], |attribute| attribute), url);
}

/// Writes a `<Say>`, unless the text is empty. `replaced` has placeholders with their texts.
pub fn write_text(document: &mut Document<'_>, attributes: &[(&str, &str)], words: &str, replaced: &[(&str, &str)]) {
    let words = replace(words, replaced);
    if !words.is_empty() {
        document.element("Say", attributes, &words);
    }
}

/// Replaces placeholders. A text that replaces one is not searched for others.
fn replace<'a>(words: &'a str, replaced: &[(&str, &str)]) -> Cow<'a, str> {
    let first = |words: &str| {
        let found = replaced.iter().filter_map(|(name, value)| Some((words.find(name)?, *name, *value)));
        found.min_by_key(|(at, ..)| *at).map(|(at, name, value)| (at, name.len(), value.to_owned()))
    };
    let mut rest = words;
    let mut text = String::new();
    while let Some((at, length, value)) = first(rest) {
        text.push_str(rest.get(..at).unwrap_or_default());
        text.push_str(&value);
        rest = rest.get(at + length..).unwrap_or_default();
    }
    if text.is_empty() && rest.len() == words.len() { Cow::Borrowed(words) } else { Cow::Owned(text + rest) }
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

/// `voice`, `language` and `loop` of a `<Say>`.
#[must_use]
pub fn attributes<'a>(
    voice: Option<&'a str>,
    language: Option<&'a str>,
    times: Option<&'a str>,
    config: &'a Config,
) -> Vec<(&'static str, &'a str)> {
    let (voice, language) = match voice {
        Some(_) => (voice, language),
        None => voice_of_language(language, config),
    };
    let mut attributes = Vec::with_capacity(3);
    for (name, value) in [("voice", voice), ("language", language), ("loop", times)] {
        if let Some(value) = value {
            attributes.push((name, value));
        }
    }
    attributes
}

/// The voice of the config for a language, and the language in which this voice speaks. `voice` of the config is used
/// only for the language of the config, because an English voice pronounces Spanish text as English. A voice of another
/// region is better than none. If it is from `voices`, it speaks in its own region.
#[must_use]
pub fn voice_of_language<'a>(language: Option<&'a str>, config: &'a Config) -> (Option<&'a str>, Option<&'a str>) {
    let wanted = language.unwrap_or(DEFAULT_LANGUAGE);
    let general = config.language.as_deref().unwrap_or(DEFAULT_LANGUAGE);
    let exact = config.voices.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted));
    let near = config.voices.iter().find(|(tag, _)| is_same(tag, wanted));
    match (exact, near, &config.voice) {
        (Some((_, voice)), ..) => (Some(voice), language),
        (None, near, Some(voice))
            if general.eq_ignore_ascii_case(wanted) || near.is_none() && is_same(general, wanted) =>
        {
            (Some(voice), language)
        }
        (None, Some((tag, voice)), _) => (Some(voice), Some(tag).filter(|tag| tag.contains('-')).or(language)),
        _ => (None, language),
    }
}

/// The attributes of a `<Say>` for Plumline's own texts, which are in English.
#[must_use]
pub fn in_english(config: &Config) -> Vec<(&'static str, &str)> {
    let general = config.language.as_deref();
    let language = general.map(|general| if is_same(general, DEFAULT_LANGUAGE) { general } else { DEFAULT_LANGUAGE });
    attributes(None, language, None, config)
}

/// Whether two tags have the same language. The regions may differ.
#[must_use]
pub fn is_same(item: &str, other: &str) -> bool {
    primary(item).eq_ignore_ascii_case(primary(other))
}

/// Writes SSML into an open `<Say>`. The text for a placeholder is escaped, so it cannot add elements.
fn write(document: &mut Document<'_>, nodes: &[Node<'static>], replaced: &[(&str, &str)]) {
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
            Node::Text(text) => drop(document.text(&replace(text, replaced))),
            Node::Comment(_) => {}
        }
    }
}

fn malformed() -> RenderError {
    (Code::ConfigInvalid, "ssml".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_voice() {
        let voices = r#""voices":{"es-US":"Lupe","en-US":"Joanna","fr":"Lea"}"#;
        let ruth = r#""voice":"Ruth""#;
        for (config, language, expected) in [
            (voices, Some("es-US"), (Some("Lupe"), Some("es-US"))),
            (voices, Some("ES-us"), (Some("Lupe"), Some("ES-us"))),
            // A voice of another region speaks in its own region, if it has one.
            (voices, Some("es-MX"), (Some("Lupe"), Some("es-US"))),
            (voices, Some("fr-CA"), (Some("Lea"), Some("fr-CA"))),
            (voices, Some("de-DE"), (None, Some("de-DE"))),
            (voices, None, (Some("Joanna"), None)),
            (ruth, None, (Some("Ruth"), None)),
            (ruth, Some("en-GB"), (Some("Ruth"), Some("en-GB"))),
            (ruth, Some("es-US"), (None, Some("es-US"))),
        ] {
            let config: Config = serde_json::from_str(&["{", config, "}"].concat()).unwrap();
            assert_eq!(voice_of_language(language, &config), expected, "{language:?}");
        }
        let both = format!(r#"{{{ruth},"language":"en-GB","voices":{{"en-US":"Joanna"}}}}"#);
        let config: Config = serde_json::from_str(&both).unwrap();
        for (language, voice) in [("en-GB", "Ruth"), ("en-US", "Joanna"), ("en-AU", "Joanna")] {
            assert_eq!(voice_of_language(Some(language), &config).0, Some(voice), "{language}");
        }
    }
}
