// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Rooms: `<Conference>`, <https://www.twilio.com/docs/voice/twiml/conference>.

use super::play::{Fault, Player};
use super::step::Kind;
use crate::dialplan::config::Conference;
use crate::json::decimal;

impl<'a> Player<'a> {
    /// Puts the caller into a room.
    pub(super) fn conference(&mut self, action: &'a str, conference: &'a Conference) -> Result<(), Fault> {
        let recording = self.recording();
        if let Some(recording) = recording {
            self.say(&recording.announcement)?;
        }
        let url = self.url(Kind::Conference, action, 0);
        let dial: Vec<_> = conference.then.iter().map(|_| ("action", url.as_str())).collect();
        self.document.open("Dial", &dial);
        let (status, recorded) = (self.url_again(Kind::Status), self.url_again(Kind::Recording));
        let most = most_participants(conference);
        let mut attributes = Vec::with_capacity(8);
        if conference.wait_for_staff {
            attributes.push(("startConferenceOnEnter", "false"));
        }
        room(&mut attributes, conference, most.as_deref(), &status, Some(&*recorded).filter(|_| recording.is_some()));
        self.document.element("Conference", &attributes, &conference.name).close();
        Ok(())
    }
}

/// How many may be in a room, as Twilio takes it.
#[must_use]
pub fn most_participants(conference: &Conference) -> Option<String> {
    conference.max_participants.map(|most| decimal(most.clamp(2, 250).into()))
}

/// The attributes of a `<Conference>` that are the same for whoever comes in: Twilio goes by those of the first.
pub fn room<'a>(
    attributes: &mut Vec<(&'static str, &'a str)>,
    conference: &'a Conference,
    most: Option<&'a str>,
    status: &'a str,
    recorded: Option<&'a str>,
) {
    if let Some(music) = &conference.music {
        attributes.extend([("waitUrl", music.as_str()), ("waitMethod", "GET")]);
    }
    if let Some(most) = most {
        attributes.push(("maxParticipants", most));
    }
    if let Some(recorded) = recorded {
        attributes.extend([("record", "record-from-start"), ("recordingStatusCallback", recorded)]);
    }
    attributes.extend([("statusCallback", status), ("statusCallbackEvent", "start end join leave")]);
}
