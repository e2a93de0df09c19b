// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Languages that Twilio does not speak, or does not listen to:
//! <https://www.twilio.com/docs/voice/twiml/say#attributes-language>,
//! <https://www.twilio.com/docs/voice/twiml/gather#languagetags>.

use super::advice::is_known_language;
use super::config_path::ConfigPath;
use super::{Checker, ConfigFinding, MAX, Severity};
use crate::dialplan::speech::gather_language;
use crate::dialplan::verbs::Verb;
use crate::error::Code;

/// A language of the config, and its place.
pub(super) struct UsedLanguage {
    path: String,
    tag: String,
    /// Whether the call goes on in it, so that menus may listen in it.
    is_switched: bool,
}

impl Checker<'_> {
    /// A language that something is said in.
    pub(in crate::dialplan) fn spoken_language(&mut self, tag: Option<&str>, at: &ConfigPath<'_>) {
        self.used_language(tag, false, at);
    }

    /// A language that the call goes on in, which menus listen in too.
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
        let listens = self.config.verbs().any(Verb::listens);
        for UsedLanguage { path, tag, is_switched } in core::mem::take(&mut self.languages) {
            let is_unheard = || listens && is_switched && !is_known_language("Gather", gather_language(&tag));
            if self.findings.len() < MAX && (!is_known_language("Say", &tag) || is_unheard()) {
                let code = Code::ConfigLanguageUnknown;
                self.findings.push(ConfigFinding { path, code, severity: Severity::Warning });
            }
        }
    }
}
