// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Warns of languages that Twilio does not support for speech output or speech recognition:
//! <https://www.twilio.com/docs/voice/twiml/say#attributes-language>,
//! <https://www.twilio.com/docs/voice/twiml/gather#languagetags>.

use super::advice::is_known_language;
use super::config_path::ConfigPath;
use super::{Checker, ConfigFinding, MAX, Severity};
use crate::dialplan::speech::gather_language;
use crate::dialplan::verbs::Verb;
use crate::error::Code;

/// A language in the config, and its path.
pub(super) struct UsedLanguage {
    path: String,
    tag: String,
    /// Whether the call switches to this language, so that menus may need to recognize it.
    is_switched: bool,
}

impl Checker<'_> {
    /// Checks a language for speech output only.
    pub(in crate::dialplan) fn spoken_language(&mut self, tag: Option<&str>, at: &ConfigPath<'_>) {
        self.used_language(tag, false, at);
    }

    /// Checks a language that the call switches to. Menus must also recognize it.
    pub(in crate::dialplan) fn switched_language(&mut self, tag: Option<&str>, at: &ConfigPath<'_>) {
        self.used_language(tag, true, at);
    }

    fn used_language(&mut self, tag: Option<&str>, is_switched: bool, at: &ConfigPath<'_>) {
        self.language(tag, at);
        if let Some(tag) = tag.filter(|_| self.gives_advice()) {
            self.languages.push(UsedLanguage { path: at.path(), tag: tag.to_owned(), is_switched });
        }
    }

    pub(super) fn advise_on_languages(&mut self) {
        let by_speech = self.config.emergency.as_ref().is_some_and(|emergency| !emergency.speech.is_empty());
        let uses_speech_recognition = by_speech || self.config.verbs().any(Verb::uses_speech_recognition);
        for UsedLanguage { path, tag, is_switched } in core::mem::take(&mut self.languages) {
            let is_not_recognized =
                || uses_speech_recognition && is_switched && !is_known_language("Gather", gather_language(&tag));
            if self.findings.len() < MAX && (!is_known_language("Say", &tag) || is_not_recognized()) {
                let code = Code::ConfigLanguageUnknown;
                self.findings.push(ConfigFinding { path, code, severity: Severity::Warning, nearest: None });
            }
        }
    }
}
