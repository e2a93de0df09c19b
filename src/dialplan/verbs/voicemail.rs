// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `voicemail`: takes a message. `<Record>`: <https://www.twilio.com/docs/voice/twiml/record>.

use super::{DialplanVerb, Size, Verb};
use crate::dialplan::callback_urls::CallbackKind;
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken};
use crate::dialplan::config::{Config, FollowUpTrigger, MailboxTask};
use crate::dialplan::speech::{Prompt, RenderError};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::{decimal, members};

/// The default maximum length of a message, in seconds.
const DEFAULT_LENGTH: u32 = 120;
/// The maximum length of a message that Twilio transcribes, in seconds. Source:
/// <https://www.twilio.com/docs/api/errors/13617>.
const MAX_TRANSCRIBED: u32 = 120;

/// `voicemail`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Voicemail {
    /// What is said before the tone.
    pub greeting: Prompt,
    /// The maximum length of the message, in seconds. If absent, 120.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 14400)))]
    pub max_length: Option<u32>,
    /// Whether Twilio transcribes the message.
    #[cfg_attr(feature = "schema", serde(default))]
    pub transcribe: bool,
    /// What is said after the message. If absent, nothing.
    pub farewell: Option<Prompt>,
    /// The task for a message in this mailbox. Requires `voicemail` in `tasks.on`.
    pub task: Option<MailboxTask>,
}

members!(Voicemail {
    greeting: required "greeting",
    max_length: optional "maxLength",
    transcribe: optional "transcribe",
    farewell: optional "farewell",
    task: optional "task",
});

impl Voicemail {
    /// Whether an action of the config takes messages.
    #[must_use]
    pub fn is_in(config: &Config) -> bool {
        config.verbs().any(|verb| matches!(verb, Verb::Voicemail(_)))
    }
}

impl DialplanVerb for Voicemail {
    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.prompt(&self.greeting, &at.field("greeting"));
        let length = at.field("maxLength");
        checker.range(self.max_length, 1, Checker::MAX_RECORDING, &length);
        checker.expect_outside_bots(|| self.max_length != Some(1), Code::ConfigRange, &length);
        if self.transcribe && self.max_length.is_some_and(|longest| longest > MAX_TRANSCRIBED) {
            checker.warning(Code::ConfigTranscription, &length);
        }
        if let Some(farewell) = &self.farewell {
            checker.prompt(farewell, &at.field("farewell"));
        }
        if let Some(task) = &self.task {
            task.check(self.transcribe, checker, &at.field("task"));
        }
    }

    fn advise(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        if !checker.has_follow_up(FollowUpTrigger::Voicemail) {
            checker.warning(Code::ConfigUntold, at);
        }
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        for (prompt, name) in [(Some(&self.greeting), "greeting"), (self.farewell.as_ref(), "farewell")] {
            if let Some(prompt) = prompt {
                visit(Spoken::Prompt(prompt), &at.field(name), at);
            }
        }
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        visit(CallbackKind::Voicemail, 0);
        visit(CallbackKind::Recording, 0);
        if self.transcribe {
            visit(CallbackKind::Transcription, 0);
        }
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.last = Size::CALLBACKS + self.greeting.bytes() + self.farewell.as_ref().map_or(0, Prompt::bytes);
    }

    fn on_callback<'a>(&'a self, _request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        CallbackResult::Event(VerbEvent::MessageLeft)
    }

    /// Without a message, Twilio continues after `<Record>`, and the call ends.
    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        writer.say(&self.greeting)?;
        let url = writer.url(CallbackKind::Voicemail, action, 0);
        let recorded = writer.mailbox_url(CallbackKind::Recording, action);
        let transcribed = writer.mailbox_url(CallbackKind::Transcription, action);
        let length = decimal(self.max_length.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_LENGTH).into());
        let mut attributes = vec![
            ("action", url.as_str()),
            ("maxLength", &length),
            ("playBeep", "true"),
            ("recordingStatusCallback", &recorded),
        ];
        if self.transcribe {
            attributes.push(("transcribe", "true"));
            attributes.push(("transcribeCallback", &transcribed));
        }
        writer.document.empty("Record", &attributes);
        self.say_farewell(writer)
    }

    fn resume<'a>(
        &'a self,
        _event: VerbEvent,
        writer: &mut Writer<'a>,
        _action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        self.say_farewell(writer)
    }
}

impl Voicemail {
    fn say_farewell<'a>(&'a self, writer: &mut Writer<'a>) -> Result<AfterVerb<'a>, RenderError> {
        if let Some(farewell) = &self.farewell {
            writer.say(farewell)?;
        }
        Ok(writer.hang_up())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn records_a_message_and_says_the_farewell() {
        let actions =
            r#"{"main":[{"voicemail":{"greeting":{"text":"Speak."},"transcribe":true,"farewell":{"text":"Bye."}}}]}"#;
        assert_eq!(
            twiml(actions),
            r#"<Say>Speak.</Say><Record action="/v?step=voicemail.main" maxLength="120" playBeep="true" recordingStatusCallback="/v?step=recording.main#rc=3&amp;rp=all" transcribe="true" transcribeCallback="/v?step=transcription.main#rc=3&amp;rp=all"/><Say>Bye.</Say><Hangup/>"#
        );
    }
}
