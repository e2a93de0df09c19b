// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a caller hears said.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use super::play::{Fault, Player};
use crate::call::config::{Greet, Say};
use crate::error::Code;
use crate::json::decimal;
use crate::text::cut;
use crate::twiml::Document;

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
            ssml_into(&mut self.document, ssml.of(spoken), replaced)?;
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

/// Writes words with SSML elements among them into an open `<Say>`, as elements. What is put in for a name is text, so
/// that the elements stay those of the config.
fn ssml_into<'a>(document: &mut Document<'a>, words: &'a str, replaced: Option<(&str, &str)>) -> Result<(), Fault> {
    let mut open = Vec::new();
    let (name, value) = replaced.unwrap_or_default();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once(name).filter(|_| !name.is_empty()) {
        ssml_part(document, before, &mut open)?;
        document.text(value);
        rest = after;
    }
    ssml_part(document, rest, &mut open)?;
    if open.is_empty() { Ok(()) } else { Err(malformed()) }
}

/// Writes a part of such words, `open` being the elements that are open before and after it.
fn ssml_part<'a>(document: &mut Document<'a>, words: &'a str, open: &mut Vec<&'a str>) -> Result<(), Fault> {
    let mut reader = Reader::from_str(words);
    // An element may begin in one part and end in another.
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    loop {
        match reader.read_event().map_err(|_| malformed())? {
            Event::Start(start) => {
                let name = name_in(words, &start)?;
                element(document, name, &start, true)?;
                open.push(name);
            }
            Event::Empty(start) => {
                let name = name_in(words, &start)?;
                element(document, name, &start, false)?;
            }
            Event::End(end) => {
                if open.pop() != Some(end.name().0) {
                    return Err(malformed());
                }
                document.close();
            }
            Event::Text(text) => {
                document.text(&text);
            }
            Event::GeneralRef(named) => {
                let character = named.resolve_char_ref().map_err(|_| malformed())?;
                let mut buffer = [0; 4];
                let text = match character {
                    Some(character) => &*character.encode_utf8(&mut buffer),
                    None => resolve_xml_entity(&named).ok_or_else(malformed)?,
                };
                document.text(text);
            }
            Event::Eof => return Ok(()),
            // No comments, instructions, declarations or document types are words.
            _ => return Err(malformed()),
        }
    }
}

/// The name of an element, as a part of the words that it stands in.
fn name_in<'a>(words: &'a str, start: &BytesStart<'_>) -> Result<&'a str, Fault> {
    let name = start.name().0;
    let at = words.find(["<", name].concat().as_str()).ok_or_else(malformed)?;
    words.get(at + 1..at + 1 + name.len()).ok_or_else(malformed)
}

fn element<'a>(document: &mut Document<'a>, name: &'a str, start: &BytesStart<'_>, opens: bool) -> Result<(), Fault> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| malformed())?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| malformed())?.into_owned();
        attributes.push((attribute.key.0.to_owned(), value));
    }
    let pairs: Vec<(&str, &str)> = attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    if opens {
        document.open(name, &pairs);
    } else {
        document.empty(name, &pairs);
    }
    Ok(())
}

fn malformed() -> Fault {
    (Code::ConfigInvalid, "ssml".to_owned())
}
