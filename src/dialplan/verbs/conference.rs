// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `conference`: puts the caller into a conference. `<Conference>`:
//! <https://www.twilio.com/docs/voice/twiml/conference>.

use super::{DialplanVerb, Size, Verb};
use crate::dialplan::callback_urls::CallbackKind;
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::config::Config;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::speech::RenderError;
use crate::dialplan::turn::{CallbackRequest, CallbackResult};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::{decimal, members};

/// `conference`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Conference {
    /// The name at Twilio.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub name: String,
    /// Whether the conference starts only when a staff member joins.
    #[cfg_attr(feature = "schema", serde(default))]
    pub wait_for_staff: bool,
    /// The music while callers wait: an `https` URL.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub music: Option<String>,
    /// The maximum number of participants, 2 to 250.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 250)))]
    pub max_participants: Option<u32>,
    /// The action after the conference. If absent, the call ends.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: Option<String>,
}

members!(Conference {
    name: required "name",
    wait_for_staff: optional "waitForStaff",
    music: optional "music",
    max_participants: optional "maxParticipants",
    then: optional "then",
});

impl Conference {
    /// The conference in the config with this name at Twilio.
    #[must_use]
    pub fn named<'a>(config: &'a Config, name: &str) -> Option<&'a Self> {
        config.verbs().find_map(|verb| match verb {
            Verb::Conference(conference) if conference.name == name => Some(conference),
            _ => None,
        })
    }
}

impl DialplanVerb for Conference {
    fn announces_recording(&self) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.label(&self.name, &at.field("name"));
        checker.url(self.music.as_deref(), &at.field("music"));
        checker.range(self.max_participants, 2, 250, &at.field("maxParticipants"));
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        if let Some(then) = &self.then {
            visit(Edge { to: then, trigger: Trigger::Person, member: "conference.then" }, &at.field("then"));
        }
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        if self.then.is_some() {
            visit(CallbackKind::Conference, 0);
        }
    }

    fn size(&self, config: &Config, size: &mut Size) {
        size.last = Size::CALLBACKS + config.announcement_size();
    }

    fn on_callback<'a>(&'a self, _request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        self.then.as_deref().map_or(CallbackResult::Hangup, CallbackResult::Action)
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let recording = writer.recording();
        writer.announce_recording()?;
        let url = writer.url(CallbackKind::Conference, action, 0);
        let dial: Vec<_> = self.then.iter().map(|_| ("action", url.as_str())).collect();
        writer.document.open("Dial", &dial);
        let (status, recorded) = (writer.status_url(CallbackKind::Status), writer.status_url(CallbackKind::Recording));
        let max = max_participants(self);
        let mut attributes = Vec::with_capacity(8);
        if self.wait_for_staff {
            attributes.push(("startConferenceOnEnter", "false"));
        }
        conference_attributes(
            &mut attributes,
            self,
            max.as_deref(),
            &status,
            Some(&*recorded).filter(|_| recording.is_some()),
        );
        writer.document.element("Conference", &attributes, &self.name).close();
        Ok(AfterVerb::End)
    }
}

/// The maximum number of participants, as text for TwiML.
#[must_use]
pub fn max_participants(conference: &Conference) -> Option<String> {
    conference.max_participants.map(|max| decimal(max.clamp(2, 250).into()))
}

/// The attributes of a `<Conference>` that are the same for every participant. Twilio uses those of the first
/// participant.
pub fn conference_attributes<'a>(
    attributes: &mut Vec<(&'static str, &'a str)>,
    conference: &'a Conference,
    max: Option<&'a str>,
    status: &'a str,
    recorded: Option<&'a str>,
) {
    if let Some(music) = &conference.music {
        attributes.extend([("waitUrl", music.as_str()), ("waitMethod", "GET")]);
    }
    if let Some(max) = max {
        attributes.push(("maxParticipants", max));
    }
    if let Some(recorded) = recorded {
        attributes.extend([("record", "record-from-start"), ("recordingStatusCallback", recorded)]);
    }
    attributes.extend([("statusCallback", status), ("statusCallbackEvent", "start end join leave")]);
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn puts_the_caller_into_a_conference() {
        let actions =
            r#"{"main":[{"conference":{"name":"r","waitForStaff":true,"then":"end"}}],"end":[{"hangup":{}}]}"#;
        assert_eq!(
            twiml(actions),
            r#"<Dial action="/v?step=conference.main"><Conference startConferenceOnEnter="false" statusCallback="/v?step=status#rc=3&amp;rp=all" statusCallbackEvent="start end join leave">r</Conference></Dial>"#
        );
        assert_eq!(edges(actions), ["conference.then Person end"]);
    }
}
