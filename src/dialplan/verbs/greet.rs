// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `greet`: greets a known patient by name, and all other callers without a name.

use super::{DialplanVerb, Size};
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::config::Config;
use crate::dialplan::lookups::Lookups;
use crate::dialplan::speech::{RenderError, Words, attributes, localized, write_text};
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
    pub patient: Words,
    /// What all other callers hear.
    pub neutral: Words,
    /// A Twilio voice.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$")))]
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
        checker.words(&self.patient, false, &at.field("patient"));
        checker.words(&self.neutral, false, &at.field("neutral"));
        checker.voice(self.voice.as_deref(), &at.field("voice"));
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.before += Size::SHORT + self.patient.bytes().max(self.neutral.bytes());
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        lookups.people(false);
        true
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let given = writer.sole_person().and_then(|patient| patient.given.as_deref());
        let words = if given.is_some() { &self.patient } else { &self.neutral };
        let config = writer.input.config;
        let (words, language) = localized(words, writer.current_language(), config);
        let attributes = attributes(self.voice.as_deref(), language, None, config);
        write_text(&mut writer.document, &attributes, words, given.map(|given| ("{name}", given)));
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
}
