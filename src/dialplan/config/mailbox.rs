// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `task` of a `voicemail`: what staff do with a message.

use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::speech::words;
use crate::error::Code;
use crate::json::{members, words as word_names};

/// The maximum number of urgent words, and of bytes of one of them.
const MAX_URGENT: usize = 100;

/// `voicemail.task`: the task for a message in this mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct MailboxTask {
    /// The owner: a reference such as `Organization/<id>`. If absent, `tasks.owner`.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(
            pattern = "^(Organization|CareTeam|HealthcareService|Practitioner|PractitionerRole)/[A-Za-z0-9.-]{1,64}$"
        ))
    )]
    pub owner: Option<String>,
    /// The priority. If absent, none.
    pub priority: Option<Priority>,
    /// A code of the clinic, in addition to `voicemail`.
    pub code: Option<MailboxCode>,
    /// The text of the task's code. If absent, "Listen to a message left by phone".
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub text: Option<String>,
    /// Words that make a message urgent. Requires `transcribe`.
    pub urgent: Option<UrgentWords>,
}

members!(MailboxTask {
    owner: optional "owner",
    priority: optional "priority",
    code: optional "code",
    text: optional "text",
    urgent: optional "urgent",
});

/// `Task.priority`, <https://hl7.org/fhir/R4/valueset-request-priority.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Priority {
    /// As usual.
    Routine,
    /// Promptly.
    Urgent,
    /// As soon as possible.
    Asap,
    /// Immediately.
    Stat,
}

word_names!(Priority { Routine: "routine", Urgent: "urgent", Asap: "asap", Stat: "stat" });

impl Priority {
    /// All priorities.
    const ALL: [Self; 4] = [Self::Routine, Self::Urgent, Self::Asap, Self::Stat];

    /// The code.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Urgent => "urgent",
            Self::Asap => "asap",
            Self::Stat => "stat",
        }
    }

    /// The priority with this code.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.word() == word)
    }
}

/// A code of the clinic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "MailboxCode"),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct MailboxCode {
    /// The code system, a URL.
    pub system: String,
    /// The code.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub code: String,
}

members!(MailboxCode { system: required "system", code: required "code" });

/// `urgent`: words of a message that raise the priority of its task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "UrgentWords"),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct UrgentWords {
    /// Words or phrases, such as `chest pain`. Case and punctuation are ignored.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub words: Vec<String>,
    /// The priority of the task. If absent, `urgent`.
    pub priority: Option<Priority>,
}

members!(UrgentWords { words: required "words", priority: optional "priority" });

impl MailboxTask {
    /// The priority that a transcription gives the task. `None` if it has no urgent word.
    #[must_use]
    pub fn priority_of(&self, transcription: &str) -> Option<Priority> {
        let urgent = self.urgent.as_ref()?;
        let said = words(transcription);
        let has = |phrase: &String| {
            let phrase = words(phrase);
            !phrase.is_empty() && said.windows(phrase.len()).any(|said| *said == *phrase)
        };
        urgent.words.iter().any(has).then(|| urgent.priority.unwrap_or(Priority::Urgent))
    }

    /// Reports errors in the values.
    pub(in crate::dialplan) fn check(&self, transcribes: bool, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.owner(self.owner.as_deref(), &at.field("owner"));
        if let Some(text) = &self.text {
            checker.label(text, &at.field("text"));
        }
        if let Some(code) = &self.code {
            let at = at.field("code");
            checker.code_system(&code.system, &at.field("system"));
            checker.label(&code.code, &at.field("code"));
        }
        if let Some(urgent) = &self.urgent {
            let at = at.field("urgent");
            checker.expect(transcribes, Code::ConfigTranscription, &at);
            let at = at.field("words");
            checker.expect(!urgent.words.is_empty(), Code::ConfigEmpty, &at);
            checker.expect(urgent.words.len() <= MAX_URGENT, Code::ConfigRange, &at);
            for (index, phrase) in urgent.words.iter().enumerate() {
                let fits = phrase.len() <= MAX_URGENT && !words(phrase).is_empty();
                checker.expect(fits, Code::ConfigText, &at.element(index));
            }
        }
    }
}
