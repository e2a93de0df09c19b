// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `PLUMLINE_CONFIG`, the clinic's own settings.

mod clinic;
mod read;
mod rules;
#[cfg(feature = "schema")]
mod schema;

use super::target::Target;
use super::verbs::{Dial, Verb, Voicemail};
use crate::error::Code;
use crate::fhir::systems::EXTENSION_BASE;
use crate::json::{Map, members};
use crate::policy::Outbound;

pub use clinic::{AlertFormat, Alerts, AppointmentCalls, ChartSettings, FollowUpTrigger, Identity, Recording, Tasks};
pub use rules::{Conditions, Day, Hours, NumberPlan, Rule, Verification, Weekly};
#[cfg(feature = "schema")]
pub use schema::schema;
/// The config document, JSON; everything in it is optional. `docs/dialplan.md` tells it by examples,
/// `schema/config.json` whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Config {
    /// Where the schema of this document is, for editors.
    #[cfg_attr(feature = "schema", serde(rename = "$schema"))]
    pub schema: Option<String>,
    /// What a caller hears first where their number has no dialplan.
    pub greeting: Greeting,
    /// The SDK identity that such calls ring; our own number's text where absent.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub client: Option<String>,
    /// The language tag (BCP 47) that callers hear; `en-US` where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// The voice of Twilio's that callers hear, such as `Polly.Amy-Neural`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
    /// The clinic's time zone (IANA), such as `America/New_York`; needed where anything depends on the hour.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = "^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){1,2}|UTC|GMT)$"))
    )]
    pub time_zone: Option<String>,
    /// The SDK identities that several may share, or that callers reach by name: who may sign in under each.
    pub identities: Map<Identity>,
    /// Our numbers, E.164, and what answers each.
    pub numbers: Map<NumberPlan>,
    /// The dialplans by name: rules, of which the first that fits is taken.
    pub dialplans: Map<Vec<Rule>>,
    /// The hours by name.
    pub hours: Map<Hours>,
    /// Lists of callers by name: E.164 numbers, or beginnings of them (`+1555*`).
    pub lists: Map<Vec<String>>,
    /// The actions by name: what is done, one after the other.
    pub actions: Map<Vec<Verb>>,
    /// Calls that our people place.
    pub outbound: Outbound,
    /// Recording; none where absent.
    pub recording: Option<Recording>,
    /// Tasks for the staff.
    pub tasks: Tasks,
    /// Alerts to a service outside; none where absent.
    pub alerts: Option<Alerts>,
    /// How the chart is written.
    pub chart: ChartSettings,
    /// What calls do to appointments.
    pub appointment: AppointmentCalls,
}

members!(Config {
    schema: optional "$schema",
    greeting: optional "greeting",
    client: optional "client",
    language: optional "language",
    voice: optional "voice",
    time_zone: optional "timeZone",
    identities: optional "identities",
    numbers: optional "numbers",
    dialplans: optional "dialplans",
    hours: optional "hours",
    lists: optional "lists",
    actions: optional "actions",
    outbound: optional "outbound",
    recording: optional "recording",
    tasks: optional "tasks",
    alerts: optional "alerts",
    chart: optional "chart",
    appointment: optional "appointment",
});

impl Config {
    /// Every verb of every action.
    pub fn verbs(&self) -> impl Iterator<Item = &Verb> {
        self.actions.iter().flat_map(|(_, verbs)| verbs)
    }

    /// Whether the plan rings an identity by its name, or `identities` has it; in whatever case it is spelled.
    #[must_use]
    pub fn names_identity(&self, identity: &str) -> bool {
        let same = |named: &str| named.eq_ignore_ascii_case(identity);
        let rings = |target: &Target| matches!(target, Target::Client(named) if same(named));
        self.client.as_deref().is_some_and(same)
            || self.identities.iter().any(|(named, _)| same(named))
            || Dial::all(self).any(|dial| dial.targets.iter().any(rings))
    }

    /// Whether any call may be recorded, or a message left.
    #[must_use]
    pub fn may_record(&self) -> bool {
        self.recording.is_some() || Voicemail::is_in(self)
    }

    /// The base of our extensions' URLs in the chart.
    #[must_use]
    pub fn extension_base(&self) -> &str {
        self.chart.extension_base.as_deref().unwrap_or(EXTENSION_BASE)
    }

    /// The most bytes that the announcement of recording becomes.
    #[must_use]
    pub fn announcement_size(&self) -> usize {
        self.recording.as_ref().map_or(0, |recording| recording.announcement.bytes())
    }
}

/// `greeting`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Greeting {
    /// The words; `""` for none.
    #[cfg_attr(feature = "schema", schemars(length(max = 4000)))]
    pub text: Option<String>,
    /// A voice of Twilio's, such as `Polly.Amy-Neural`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
    /// A language tag, such as `en-GB`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
}

members!(Greeting {
    text: optional "text",
    voice: optional "voice",
    language: optional "language",
});

/// Why a config is refused. Neither holds a value of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Where: a path such as `actions.day[1].dial.timeout`, or `line 2, column 5` where it is no JSON.
    pub path: String,
    /// What: [`Code::ConfigInvalid`] where it is no such document, a code of its own where it is one that cannot work.
    pub code: Code,
}
