// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks `emergency`.

use super::config_path::ConfigPath;
use super::shape::{is_keys, is_short, is_speakable_text};
use super::{Checker, Spoken};
use crate::dialplan::config::{Emergency, FollowUpTrigger};
use crate::dialplan::speech::{Prompt, PromptPart, Words};
use crate::error::Code;

/// The maximum number of keys.
const MAX_KEYS: usize = 10;
/// The maximum number of phrases.
const MAX_PHRASES: usize = 20;
/// The maximum length of a phrase, in characters. Source: <https://www.twilio.com/docs/voice/twiml/gather#hints>.
const MAX_PHRASE_CHARS: usize = 100;

impl Checker<'_> {
    pub(super) fn emergency(&mut self) {
        let Some(emergency) = &self.config.emergency else { return };
        let at = ConfigPath::root("emergency");
        self.expect(emergency.digits.is_some() || !emergency.speech.is_empty(), Code::ConfigEmpty, &at);
        let keys = emergency.digits.as_deref().is_none_or(|digits| is_keys(digits, MAX_KEYS));
        self.expect(keys, Code::ConfigChoice, &at.field("digits"));
        let speech = at.field("speech");
        self.expect(emergency.speech.len() <= MAX_PHRASES, Code::ConfigRange, &speech);
        for (index, phrase) in emergency.speech.iter().enumerate().take(MAX_PHRASES) {
            let fits = is_speakable_text(phrase) && is_short(phrase, MAX_PHRASE_CHARS) && !phrase.contains(',');
            self.expect(fits, Code::ConfigText, &speech.element(index));
        }
        let number = emergency.number.as_deref().unwrap_or("112");
        let is_number = (2..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        self.expect(is_number, Code::ConfigNumber, &at.field("number"));
        self.prompt(&emergency.advice, &at.field("advice"));
    }

    /// Warns of advice without a number, of advice that callers of another language hear, and of a call that no one
    /// learns of.
    pub(super) fn advise_on_emergency(&mut self, languages: &[&str]) {
        let Some(emergency) = &self.config.emergency else { return };
        let root = ConfigPath::root("emergency");
        let at = root.field("advice");
        self.spoken(Spoken::Prompt(&emergency.advice), languages, &at, &at);
        if !names_number(emergency) {
            self.warning(Code::ConfigEmergencyNumber, &at);
        }
        if !self.has_follow_up(FollowUpTrigger::Emergency) {
            self.warning(Code::ConfigUntold, &root);
        }
    }
}

/// Whether the advice has the emergency number, or is a recording, which may have it.
fn names_number(emergency: &Emergency) -> bool {
    let parts = match &emergency.advice {
        Prompt::One(part) => core::slice::from_ref(part),
        Prompt::Each(parts) => parts,
    };
    let names = |text: &str| text.contains("{number}") || text.bytes().any(|byte| byte.is_ascii_digit());
    let in_words = |words: &Words| match words {
        Words::One(text) => names(text),
        Words::Each(texts) => texts.iter().all(|(_, text)| names(text)),
    };
    let in_part = |part: &PromptPart| part.play.is_some() || part.text.iter().chain(&part.ssml).any(in_words);
    parts.iter().any(in_part)
}
