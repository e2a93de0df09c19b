// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `greet`: greets a known patient by name, and all other callers without a name.

use super::{DialplanVerb, Size};
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken};
use crate::dialplan::config::Config;
use crate::dialplan::lookups::Lookups;
use crate::dialplan::speech::{RenderError, WordsOrPrompt, attributes, localized, write_text};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::members;

/// `greet`. Do not use clinical words here: anyone may call from the patient's phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Greet {
    /// What a patient hears. `{name}` is replaced by their given name.
    pub patient: WordsOrPrompt,
    /// What all other callers hear.
    pub neutral: WordsOrPrompt,
    /// A Twilio voice for `patient` and `neutral`, except for those that are prompts with their own voices.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-zÀ-ÿ0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
}

members!(Greet {
    patient: required "patient",
    neutral: required "neutral",
    voice: optional "voice",
});

impl DialplanVerb for Greet {
    fn is_final(&self) -> bool {
        false
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        for (words, at) in [(&self.patient, at.field("patient")), (&self.neutral, at.field("neutral"))] {
            match words {
                WordsOrPrompt::Words(words) => checker.words(words, false, &at),
                WordsOrPrompt::Prompt(prompt) => checker.prompt(prompt, &at),
            }
        }
        checker.voice(self.voice.as_deref(), &at.field("voice"));
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        for (words, at_words) in [(&self.patient, at.field("patient")), (&self.neutral, at.field("neutral"))] {
            let spoken = match words {
                WordsOrPrompt::Words(words) => Spoken::Words(words, self.voice.as_deref()),
                WordsOrPrompt::Prompt(prompt) => Spoken::Prompt(prompt),
            };
            visit(spoken, &at_words, &at.field("voice"));
        }
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.before += self.patient.bytes().max(self.neutral.bytes());
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        lookups.people(false);
        true
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let given = writer.sole_person().and_then(|patient| patient.given.as_deref());
        let words = if given.is_some() { &self.patient } else { &self.neutral };
        let name = given.map(|given| [("{name}", given)]);
        let name = name.as_ref().map_or(&[][..], |name| name);
        match words {
            WordsOrPrompt::Prompt(prompt) => writer.say_with(prompt, name)?,
            WordsOrPrompt::Words(words) => {
                let config = writer.input.config;
                let (words, language) = localized(words, writer.current_language(), config);
                let attributes = attributes(self.voice.as_deref(), language, None, config);
                write_text(&mut writer.document, &attributes, words, name);
            }
        }
        Ok(AfterVerb::NextVerb)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    use crate::dialplan::facts::{Fact, Facts};
    use crate::dialplan::people::{CallerMatch, Patient, PeopleOfNumber};

    #[test]
    fn greets_only_a_unique_patient_by_name() {
        let actions = r#"{"main":[{"greet":{"patient":"Hello, {name}.","neutral":"Hello."}}]}"#;
        assert_eq!(twiml(actions), "<Say>Hello.</Say>");
        let patient = Patient { given: Some("Ada".to_owned()), ..Patient::default() };
        // In the second case, it is also the number of a related person.
        for (matched, said) in [(CallerMatch::One, "Hello, Ada."), (CallerMatch::Related, "Hello.")] {
            let people = Fact::Known(PeopleOfNumber::without_chart(matched, Some(patient.clone())));
            let facts = Facts { people, ..Facts::default() };
            assert_eq!(twiml_with(actions, &facts), format!("<Say>{said}</Say>"));
        }
    }

    #[test]
    fn a_greeting_may_be_a_prompt() {
        let actions = r#"{"main":[{"greet":{"patient":[{"play":"https://a.example/a.mp3"},{"text":"Hello, {name}."}],
            "neutral":{"play":"https://a.example/b.mp3"}}}]}"#;
        assert_eq!(twiml(actions), "<Play>https://a.example/b.mp3</Play>");
        let patient = Patient { given: Some("Ada".to_owned()), ..Patient::default() };
        let people = Fact::Known(PeopleOfNumber::without_chart(CallerMatch::One, Some(patient)));
        let facts = Facts { people, ..Facts::default() };
        let heard = "<Play>https://a.example/a.mp3</Play><Say>Hello, Ada.</Say>";
        assert_eq!(twiml_with(actions, &facts), heard);
    }
}
