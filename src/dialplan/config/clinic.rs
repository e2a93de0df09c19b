// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The clinic settings outside the dialplan: outbound calls, recording, tasks, alerts.

use super::Config;
use crate::dialplan::speech::Prompt;
use crate::json::{members, words};

/// `identities.<identity>`: who may sign in to Twilio's SDK under it. At least one entry is required. Several people
/// may use it at the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Identity {
    /// Everyone who has one of these roles now: codes of `PractitionerRole.code`.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1, max = 64))))]
    pub roles: Vec<String>,
    /// These practitioners, `Practitioner/<id>`.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^(Practitioner)/[A-Za-z0-9.-]{1,64}$"))))]
    pub practitioners: Vec<String>,
}

members!(Identity {
    roles: optional "roles",
    practitioners: optional "practitioners",
});

/// `recording`. If absent, calls are not recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Recording {
    /// Whether to record inbound calls that are answered.
    #[cfg_attr(feature = "schema", serde(default))]
    pub inbound: bool,
    /// Whether to record calls that staff place.
    #[cfg_attr(feature = "schema", serde(default))]
    pub outbound: bool,
    /// The announcement that both sides hear first. Required if any call is recorded.
    #[cfg_attr(feature = "schema", serde(default))]
    pub announcement: Prompt,
    /// Days after which a recording, voicemail included, is deleted at Twilio and in the chart. If absent, never.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 36500)))]
    pub retention_days: Option<u32>,
    /// Whether to copy recordings, voicemail included, into the chart. If absent, yes.
    pub copy: Option<bool>,
}

members!(Recording {
    inbound: optional "inbound",
    outbound: optional "outbound",
    announcement: optional "announcement",
    retention_days: optional "retentionDays",
    copy: optional "copy",
});

/// `tasks`: tasks for staff, one per call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Tasks {
    /// Which calls create one.
    pub on: Vec<FollowUpTrigger>,
    /// The owner of the tasks: a reference such as `Organization/<id>`.
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

/// What triggers a follow-up by staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum FollowUpTrigger {
    /// No one answered.
    Missed,
    /// It could not be connected.
    Failed,
    /// A message was left.
    Voicemail,
    /// The caller asked for a callback.
    Callback,
    /// The caller asked for the emergency advice.
    Emergency,
}

words!(FollowUpTrigger {
    Missed: "missed",
    Failed: "failed",
    Voicemail: "voicemail",
    Callback: "callback",
    Emergency: "emergency",
});

/// `alerts`: alerts to an external service, without any data about the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Alerts {
    /// An `https` URL that accepts a POST.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub url: String,
    /// The format that the URL accepts.
    #[cfg_attr(feature = "schema", serde(default))]
    pub format: AlertFormat,
    /// Which calls create one.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub on: Vec<FollowUpTrigger>,
    /// The maximum number of alerts in an hour. If absent, 20.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3600)))]
    pub per_hour: Option<u32>,
}

members!(Alerts {
    url: required "url",
    format: optional "format",
    on: required "on",
    per_hour: optional "perHour",
});

/// The format of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum AlertFormat {
    /// `{ "text": … }`, for Slack and many others.
    #[default]
    Slack,
    /// A Datadog event.
    Datadog,
}

words!(AlertFormat { Slack: "slack", Datadog: "datadog" });

impl Config {
    /// Whether a call can create a task or an alert.
    #[must_use]
    pub fn has_follow_ups(&self) -> bool {
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
    /// The base URL of Plumline's extensions. If absent, `https://plumline.dev/fhir/StructureDefinition`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https?://")))]
    pub extension_base: Option<String>,
    /// The system of a second coding in the category of every call record, with the code `twilio-voice`, for other
    /// applications. Plumline and its access policies use only their own system.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https?://")))]
    pub category_system: Option<String>,
}

members!(ChartSettings {
    extension_base: optional "extensionBase",
    category_system: optional "categorySystem",
});

/// `appointment`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct AppointmentCalls {
    /// Whether a call adds its extension to the appointment. If not, a call changes no appointment.
    pub call_extension: bool,
}

members!(AppointmentCalls {
    call_extension: optional "callExtension",
});
