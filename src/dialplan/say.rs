// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a caller hears said.

use std::borrow::Cow;

use super::config::Config;
use super::play::{Fault, Player};
use crate::dialplan::config::{Greet, Say, Words};
use crate::error::Code;
use crate::json::decimal;
use crate::text::cut;
use crate::twiml::{self, Document, Node};

/// What the number called speaks where nothing says so: Twilio's own default.
const DEFAULT_LANGUAGE: &str = "en-US";

impl<'a> Player<'a> {
    /// Says something.
    pub(super) fn say(&mut self, say: &'a Say) -> Result<(), Fault> {
        self.say_with(say, None)
    }

    /// Says something in which `{name}` stands for a text.
    pub(super) fn say_with(&mut self, words: &'a Say, replaced: Option<(&str, &str)>) -> Result<(), Fault> {
        let current = self.current();
        say(&mut self.document, words, self.plan.config, current, replaced)
    }

    /// Greets the patient by name, anybody else neutrally.
    pub(super) fn greet(&mut self, greet: &'a Greet) {
        let patient = self.facts.patient.here().and_then(Option::as_ref);
        let given = patient.and_then(|patient| patient.given.as_deref());
        let words = if given.is_some() { &greet.patient } else { &greet.neutral };
        let (words, language) = tongue(words, self.current(), self.plan.config);
        let attributes = manner(greet.voice.as_deref(), language, None, self.plan.config);
        text(&mut self.document, &attributes, words, given.map(|given| ("{name}", given)));
    }

    /// The language of this moment, where the config says anything of it.
    pub(super) fn current(&self) -> Option<&'a str> {
        self.language.or_else(|| self.plan.language())
    }
}

/// Says something in which `{name}` stands for a text; `current` is the language of this moment.
///
/// # Errors
/// [`Fault`]: the SSML is not well-formed.
pub fn say(
    document: &mut Document<'_>,
    say: &Say,
    config: &Config,
    current: Option<&str>,
    replaced: Option<(&str, &str)>,
) -> Result<(), Fault> {
    let wanted = say.language.as_deref().or(current);
    let times = say.times.filter(|times| *times > 1).map(|times| decimal(times.into()));
    let in_tongue = |words| {
        let (words, language) = tongue(words, wanted, config);
        (words, manner(say.voice.as_deref(), language, times.as_deref(), config))
    };
    if let Some(words) = &say.ssml {
        let (words, attributes) = in_tongue(words);
        document.open("Say", &attributes);
        write(document, &twiml::ssml(words).ok_or_else(malformed)?, replaced);
        document.close();
    } else if let Some(words) = &say.text {
        let (words, attributes) = in_tongue(words);
        text(document, &attributes, words, replaced);
    }
    Ok(())
}

fn text(document: &mut Document<'_>, attributes: &[(&str, &str)], words: &str, replaced: Option<(&str, &str)>) {
    let words = match replaced {
        Some((name, value)) => Cow::Owned(words.replace(name, value)),
        None => Cow::Borrowed(words),
    };
    if !words.is_empty() {
        document.element("Say", attributes, &words);
    }
}

/// The words for a language, and the language that they are read in: their own where there are none in that. `<Say>` takes
/// no language without a region, so of one that has none it is the config's, if that is the same.
fn tongue<'a>(words: &'a Words, wanted: Option<&'a str>, config: &'a Config) -> (&'a str, Option<&'a str>) {
    let (words, own) = words.in_tongue(wanted.unwrap_or(DEFAULT_LANGUAGE));
    let general = config.language.as_deref().unwrap_or(DEFAULT_LANGUAGE);
    let own = own.map(|own| if own.contains('-') || !is_same(own, general) { own } else { general });
    (words, own.filter(|own| own.contains('-')).or(wanted))
}

/// `voice`, `language` and `loop` of a `<Say>`. The config's voice speaks the config's language, and no other: an English
/// voice reads Spanish words as if they were English.
fn manner<'a>(
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

/// The attributes of a `<Say>` for sentences of ours, which are English.
#[must_use]
pub fn in_english(config: &Config) -> Vec<(&'static str, &str)> {
    let general = config.language.as_deref();
    let language = general.map(|general| if is_same(general, DEFAULT_LANGUAGE) { general } else { DEFAULT_LANGUAGE });
    manner(None, language, None, config)
}

/// Whether two tags are of the same language, whatever the region.
fn is_same(one: &str, other: &str) -> bool {
    cut(one, b'-').0.eq_ignore_ascii_case(cut(other, b'-').0)
}

/// Writes SSML into an open `<Say>`; what is put in for a name is text, so that the elements stay those of the config.
fn write(document: &mut Document<'_>, nodes: &[Node<'static>], replaced: Option<(&str, &str)>) {
    for node in nodes {
        match node {
            Node::Element(element) => {
                let mut attributes = Vec::with_capacity(element.attributes.len());
                for (name, value) in &element.attributes {
                    attributes.push((&**name, &**value));
                }
                // The names are those of a table.
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

fn malformed() -> Fault {
    (Code::ConfigInvalid, "ssml".to_owned())
}
