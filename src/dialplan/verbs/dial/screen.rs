// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Screening: the person who answers a phone hears what the call is about, and presses a key to take it.
//! `<Number url>`: <https://www.twilio.com/docs/voice/twiml/number#attributes-url>.

use super::Dial;
use crate::dialplan::callback_urls::{CallbackKind, CallbackUrl};
use crate::dialplan::config::Config;
use crate::dialplan::speech::{RenderError, in_english};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::fhir::identity::replaced;

/// The number of prompts.
const MAX_PROMPTS: usize = 2;

impl Dial {
    /// Writes the document for the callee. Without a key, the leg ends, and the caller hears it ring on.
    pub(super) fn write_screening<'a>(
        &'a self,
        writer: &mut Writer<'a>,
        action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        let accepted = CallbackUrl::of_action(CallbackKind::Accept, action, 0).url(writer.input.url);
        let config = writer.input.config;
        let sentence = sentence(config, action);
        for _ in 0..MAX_PROMPTS {
            // Any key is accepted, including the pound key.
            let gather =
                [("input", "dtmf"), ("timeout", "4"), ("numDigits", "1"), ("finishOnKey", ""), ("action", &*accepted)];
            writer.document.open("Gather", &gather);
            match &self.screen_prompt {
                Some(prompt) => writer.say(prompt)?,
                None => drop(writer.document.element("Say", &in_english(config), &sentence)),
            }
            writer.document.close();
        }
        Ok(writer.hang_up())
    }
}

/// Writes the document after a key was pressed. When it ends, Twilio connects the caller.
pub(super) fn write_accepted<'a>(writer: &mut Writer<'a>) -> Result<AfterVerb<'a>, RenderError> {
    if let Some(recording) = writer.recording() {
        writer.say(&recording.announcement)?;
    }
    Ok(AfterVerb::End)
}

/// What the callee hears: the clinic and the action. The callee's own voicemail may record it, so it has nothing about
/// the caller.
fn sentence(config: &Config, action: &str) -> String {
    let mut numbers = config.numbers.iter();
    let only = numbers.next().filter(|_| numbers.next().is_none()).map(|(_, number)| number.name.as_str());
    let clinic = config.screening.clinic.as_deref().or(only);
    let action = replaced(action.trim_start_matches('_'), '-', ' ');
    match clinic {
        Some(clinic) => ["A call to ", clinic, ", ", &action, ". To take it, press 1."].concat(),
        None => ["A call for ", &action, ". To take it, press 1."].concat(),
    }
}
