// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a clinic settles besides its dialplan: calls out, recording, tasks, alerts.

use super::Config;
use crate::dialplan::speech::Prompt;
use crate::json::{members, words};

/// `identities.<identity>`: who may sign in to Twilio's SDK under it, at least one. They may do so at the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Identity {
    /// Everyone who has such a role now: codes of `PractitionerRole.code`.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1, max = 64))))]
    pub roles: Vec<String>,
    /// These people, `Practitioner/<id>`.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^(Practitioner)/[A-Za-z0-9.-]{1,64}$"))))]
    pub practitioners: Vec<String>,
}

members!(Identity {
    roles: optional "roles",
    practitioners: optional "practitioners",
});

/// `recording`: none where it is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Recording {
    /// Calls that come in and reach somebody.
    #[cfg_attr(feature = "schema", serde(default))]
    pub inbound: bool,
    /// Calls that our people place.
    #[cfg_attr(feature = "schema", serde(default))]
    pub outbound: bool,
    /// What both sides hear first; needed where any call is recorded.
    #[cfg_attr(feature = "schema", serde(default))]
    pub announcement: Prompt,
    /// Days after which a recording is deleted at Twilio, voicemail included; never where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 36500)))]
    pub retention_days: Option<u32>,
}

members!(Recording {
    inbound: optional "inbound",
    outbound: optional "outbound",
    announcement: optional "announcement",
    retention_days: optional "retentionDays",
});

/// `tasks`: what is opened for the staff, each once per call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Tasks {
    /// After which calls.
    pub on: Vec<FollowUpTrigger>,
    /// Who has them: a reference such as `Organization/<id>`.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(
            pattern = "^(Organization|CareTeam|HealthcareService|Practitioner|PractitionerRole)/[A-Za-z0-9.-]{1,64}$"
        ))
    )]
    pub owner: Option<String>,
}

members!(Tasks {
    on: optional "on",
    owner: optional "owner",
});

/// A call that somebody should look after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum FollowUpTrigger {
    /// Nobody answered.
    Missed,
    /// It could not be connected.
    Failed,
    /// A message was left.
    Voicemail,
    /// The caller asked to be called back.
    Callback,
}

words!(FollowUpTrigger { Missed: "missed", Failed: "failed", Voicemail: "voicemail", Callback: "callback" });

/// `alerts`: the same, told to a service outside, without a word of who called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Alerts {
    /// An `https` URL that takes a POST.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub url: String,
    /// What it takes.
    #[cfg_attr(feature = "schema", serde(default))]
    pub format: AlertFormat,
    /// After which calls.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub on: Vec<FollowUpTrigger>,
    /// How many in an hour at most; 20 where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3600)))]
    pub per_hour: Option<u32>,
}

members!(Alerts {
    url: required "url",
    format: optional "format",
    on: required "on",
    per_hour: optional "perHour",
});

/// What an alert's address takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum AlertFormat {
    /// `{ "text": … }`, as Slack and many others do.
    #[default]
    Slack,
    /// An event of Datadog's.
    Datadog,
}

words!(AlertFormat { Slack: "slack", Datadog: "datadog" });

impl Config {
    /// Whether somebody is told of calls that nobody answered.
    #[must_use]
    pub fn follows_up(&self) -> bool {
        self.alerts.is_some() || !self.tasks.on.is_empty()
    }
}

/// `chart`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Chart"),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct ChartSettings {
    /// The base of our extensions' URLs; `https://plumline.dev/fhir/StructureDefinition` where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https?://")))]
    pub extension_base: Option<String>,
}

members!(ChartSettings {
    extension_base: optional "extensionBase",
});

/// `appointment`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct AppointmentCalls {
    /// Whether the appointment gets the call's extension too; otherwise a call changes no appointment.
    pub call_extension: bool,
}

members!(AppointmentCalls {
    call_extension: optional "callExtension",
});
