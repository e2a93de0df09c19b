// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a caller hears said.

use std::borrow::Cow;

use super::play::{Fault, Player};
use crate::call::config::{Greet, Say, Words};
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
    pub(super) fn say_with(&mut self, say: &'a Say, replaced: Option<(&str, &str)>) -> Result<(), Fault> {
        let wanted = say.language.as_deref().or_else(|| self.current());
        let (ssml, text) = (self.tongue(say.ssml.as_ref(), wanted), self.tongue(say.text.as_ref(), wanted));
        let language = ssml.or(text).and_then(|(_, own)| own).or(wanted);
        let times = say.times.filter(|times| *times > 1).map(|times| decimal(times.into()));
        let attributes = self.attributes(say.voice.as_deref(), language, times.as_deref());
        if let Some((ssml, _)) = ssml {
            self.document.open("Say", &attributes);
            write(&mut self.document, &twiml::ssml(ssml).ok_or_else(malformed)?, replaced);
            self.document.close();
        } else if let Some((text, _)) = text {
            let words = match replaced {
                Some((name, value)) => Cow::Owned(text.replace(name, value)),
                None => Cow::Borrowed(text),
            };
            if !words.is_empty() {
                self.document.element("Say", &attributes, &words);
            }
        }
        Ok(())
    }

    /// Greets the patient by name, anybody else neutrally.
    pub(super) fn greet(&mut self, greet: &'a Greet) {
        let patient = self.facts.patient.here().and_then(Option::as_ref);
        let given = patient.and_then(|patient| patient.given.as_deref());
        let said = if given.is_some() { &greet.patient } else { &greet.neutral };
        let Some((words, own)) = self.tongue(Some(said), self.current()) else { return };
        let words = match given {
            Some(given) => Cow::Owned(words.replace("{name}", given)),
            None => Cow::Borrowed(words),
        };
        let language = own.or_else(|| self.current());
        let attributes = self.attributes(greet.voice.as_deref(), language, None);
        if !words.is_empty() {
            self.document.element("Say", &attributes, &words);
        }
    }

    /// The words for a language, and the tag of their own where it is another: `<Say>` takes none without a region, so that
    /// of the config where it is the same language.
    fn tongue(&self, words: Option<&'a Words>, language: Option<&str>) -> Option<(&'a str, Option<&'a str>)> {
        let (words, own) = words?.in_tongue(language.unwrap_or(DEFAULT_LANGUAGE));
        let of_config = self.plan.config.language.as_deref().unwrap_or(DEFAULT_LANGUAGE);
        let same = |own: &&str| cut(of_config, b'-').0.eq_ignore_ascii_case(own);
        let own = own.filter(|own| own.contains('-')).or_else(|| own.filter(same).map(|_| of_config));
        Some((words, own))
    }

    /// The language of this moment, where the config says anything of it.
    pub(super) fn current(&self) -> Option<&'a str> {
        self.language.or_else(|| self.plan.language())
    }

    /// `voice`, `language` and `loop` of a `<Say>`. The config's voice speaks the config's language, and no other: an
    /// English voice reads Spanish words as if they were English.
    fn attributes<'v>(
        &self,
        voice: Option<&'v str>,
        language: Option<&'v str>,
        times: Option<&'v str>,
    ) -> Vec<(&'static str, &'v str)>
    where
        'a: 'v,
    {
        let config = self.plan.config;
        let own = |tag: &str| cut(tag, b'-').0.to_ascii_lowercase();
        let spoken = own(language.unwrap_or(DEFAULT_LANGUAGE));
        let general = config.voice.as_deref();
        let general = general.filter(|_| own(config.language.as_deref().unwrap_or(DEFAULT_LANGUAGE)) == spoken);
        let mut attributes = Vec::with_capacity(3);
        for (name, value) in [("voice", voice.or(general)), ("language", language), ("loop", times)] {
            if let Some(value) = value {
                attributes.push((name, value));
            }
        }
        attributes
    }
}

/// Writes SSML into an open `<Say>`; what is put in for a name is text, so that the elements stay those of the config.
pub(crate) fn write(document: &mut Document<'_>, nodes: &[Node<'static>], replaced: Option<(&str, &str)>) {
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
