// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a caller hears said.

use std::borrow::Cow;

use super::play::{Fault, Player};
use crate::call::config::{Greet, Say};
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
        let language = say.language.as_deref().or_else(|| self.current());
        let spoken = language.unwrap_or(DEFAULT_LANGUAGE);
        let times = say.times.filter(|times| *times > 1).map(|times| decimal(times.into()));
        let attributes = self.attributes(say.voice.as_deref(), language, times.as_deref());
        if let Some(ssml) = &say.ssml {
            self.document.open("Say", &attributes);
            write(&mut self.document, &twiml::ssml(ssml.of(spoken)).ok_or_else(malformed)?, replaced);
            self.document.close();
        } else if let Some(text) = &say.text {
            let words = match replaced {
                Some((name, value)) => Cow::Owned(text.of(spoken).replace(name, value)),
                None => Cow::Borrowed(text.of(spoken)),
            };
            if !words.is_empty() {
                self.document.element("Say", &attributes, &words);
            }
        }
        Ok(())
    }

    /// Greets the patient by name, anybody else neutrally.
    pub(super) fn greet(&mut self, greet: &'a Greet) {
        let language = self.current();
        let spoken = language.unwrap_or(DEFAULT_LANGUAGE);
        let patient = self.facts.patient.here().and_then(Option::as_ref);
        let words = match patient.and_then(|patient| patient.given.as_deref()) {
            Some(given) => Cow::Owned(greet.patient.of(spoken).replace("{name}", given)),
            None => Cow::Borrowed(greet.neutral.of(spoken)),
        };
        let attributes = self.attributes(greet.voice.as_deref(), language, None);
        if !words.is_empty() {
            self.document.element("Say", &attributes, &words);
        }
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
