// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Languages that Twilio does not speak, or does not hear: <https://www.twilio.com/docs/voice/twiml/say#attributes-language>,
//! <https://www.twilio.com/docs/voice/twiml/gather#languagetags>.

use super::advice::is_known_language;
use super::place::Place;
use super::{Checker, Finding, MAX, Severity};
use crate::dialplan::config::Verb;
use crate::dialplan::menu::heard;
use crate::error::Code;

/// A language that something is spoken in.
pub(super) struct Tongue {
    path: String,
    tag: String,
    /// Whether callers may be listened to in it, too.
    is_current: bool,
}

impl Checker<'_> {
    /// Of a language that something is said in; `is_current`: from here on, also by menus.
    pub(super) fn tongue(&mut self, tag: Option<&str>, is_current: bool, at: &Place<'_>) {
        self.language(tag, at);
        if let Some(tag) = tag.filter(|_| self.tells_all()) {
            self.tongues.push(Tongue { path: at.path(), tag: tag.to_owned(), is_current });
        }
    }

    pub(super) fn tongues(&mut self) {
        let mut verbs = self.config.actions.iter().flat_map(|(_, verbs)| verbs);
        let listens = verbs.any(
            |verb| matches!(verb, Verb::Menu(menu) if menu.options.iter().any(|option| !option.speech.is_empty())),
        );
        for Tongue { path, tag, is_current } in core::mem::take(&mut self.tongues) {
            let is_unheard = || listens && is_current && !is_known_language("Gather", heard(&tag));
            if self.findings.len() < MAX && (!is_known_language("Say", &tag) || is_unheard()) {
                let code = Code::ConfigLanguageUnknown;
                self.findings.push(Finding { path, code, severity: Severity::Warning });
            }
        }
    }
}
