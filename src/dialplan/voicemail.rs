// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages: `<Record>`, <https://www.twilio.com/docs/voice/twiml/record>.

use super::play::{Fault, Player};
use super::step::Kind;
use crate::dialplan::config::Voicemail;
use crate::json::decimal;

/// The longest message in seconds.
const LONGEST: u32 = 120;

impl<'a> Player<'a> {
    /// Takes a message. Where none is left, the document goes on behind it, and the call ends.
    pub(super) fn record(&mut self, action: &'a str, voicemail: &'a Voicemail) -> Result<(), Fault> {
        self.say(&voicemail.greeting)?;
        let url = self.url(Kind::Voicemail, action, 0);
        let (recorded, written) = (self.url_again(Kind::Recording), self.url_again(Kind::Transcription));
        let longest = decimal(voicemail.max_length.filter(|seconds| *seconds > 0).unwrap_or(LONGEST).into());
        let mut attributes = vec![
            ("action", url.as_str()),
            ("maxLength", &longest),
            ("playBeep", "true"),
            ("recordingStatusCallback", &recorded),
        ];
        if voicemail.transcribe {
            attributes.push(("transcribe", "true"));
            attributes.push(("transcribeCallback", &written));
        }
        self.document.empty("Record", &attributes);
        if let Some(farewell) = &voicemail.farewell {
            self.say(farewell)?;
        }
        self.verb("Hangup");
        Ok(())
    }
}
