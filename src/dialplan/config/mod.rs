// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `PLUMLINE_CONFIG`: the clinic's config.

mod answer;
mod clinic;
mod emergency;
mod hours;
mod mailbox;
mod overrides;
mod presence;
mod read;
mod rules;
#[cfg(feature = "schema")]
mod schema;
mod screening;
mod sip;
mod transfer;

use super::target::Target;
use super::verbs::{Dial, Verb, Voicemail};
use crate::error::Code;
use crate::fhir::systems::EXTENSION_BASE;
use crate::json::{Map, members};
use crate::policy::Outbound;

pub use answer::{AnswerCondition, AnswerFormat, AnswerKind, AnswerRange, DateOrder};
pub use clinic::{AlertFormat, Alerts, AppointmentCalls, ChartSettings, FollowUpTrigger, Identity, Recording, Tasks};
pub use emergency::Emergency;
pub use hours::{Day, Holiday, Hours, Opening, Weekly};
pub use mailbox::{MailboxCode, MailboxTask, Priority, UrgentWords};
pub use overrides::OverrideRules;
pub use presence::Presence;
pub use rules::{Conditions, NumberPlan, Rule, Verification};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use screening::Screening;
pub use sip::Sip;
pub use transfer::{BACK, MAX_REDIRECTED, REDIRECTED, Redirected, Transfer};

/// The config document (JSON). Every member is optional. `docs/dialplan.md` explains it with examples;
/// `schema/config.json` is the complete reference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Config {
    /// The URL or path of the schema of this document, for editors.
    #[cfg_attr(feature = "schema", serde(rename = "$schema"))]
    pub schema: Option<String>,
    /// What a caller hears first if the called number has no dialplan.
    pub greeting: Greeting,
    /// The SDK identity that rings for such calls. If absent, the text of the called number.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub client: Option<String>,
    /// The language tag (BCP 47) for callers. If absent, `en-US`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// The Twilio voice for callers, such as `Polly.Amy-Neural`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-zÀ-ÿ0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
    /// The Twilio voices by language tag: `{ "en-US": "Polly.Joanna-Neural", "es-US": "Polly.Lupe-Neural" }`.
    pub voices: Map<String>,
    /// The clinic's time zone (IANA), such as `America/New_York`. Required if anything depends on the time of day.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = "^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){1,2}|UTC|GMT)$"))
    )]
    pub time_zone: Option<String>,
    /// The SDK identities that several people share, or that callers reach by name: who may sign in under each.
    pub identities: Map<Identity>,
    /// The clinic's numbers (E.164), and the dialplan of each.
    pub numbers: Map<NumberPlan>,
    /// The dialplans by name: lists of rules. The first rule that matches is used.
    pub dialplans: Map<Vec<Rule>>,
    /// Opening hours by name.
    pub hours: Map<Hours>,
    /// Lists of callers by name: E.164 numbers, or prefixes (`+1555*`).
    pub lists: Map<Vec<String>>,
    /// The actions by name: lists of verbs, which are performed in order.
    pub actions: Map<Vec<Verb>>,
    /// Calls that staff place.
    pub outbound: Outbound,
    /// Recording. If absent, calls are not recorded.
    pub recording: Option<Recording>,
    /// Whether the person who answers a phone presses a key before the caller is connected.
    pub screening: Screening,
    /// What reaches the emergency advice from every menu and queue. If absent, nothing does.
    pub emergency: Option<Emergency>,
    /// Whether a `dial` skips staff who are away.
    pub presence: Presence,
    /// Calls that arrive by SIP. If absent, only those to a number are routed, and their callers have no number.
    pub sip: Sip,
    /// What staff may change for a limited time.
    #[cfg_attr(feature = "schema", serde(rename = "override"))]
    pub overrides: Option<OverrideRules>,
    /// Transfers, hold and calls taken from a queue. If absent, staff cannot redirect callers.
    pub transfer: Option<Transfer>,
    /// Tasks for staff.
    pub tasks: Tasks,
    /// What may come of a call, by code, each with its text: `{ "booked": "Appointment booked" }`.
    pub dispositions: Map<String>,
    /// Alerts to an external service. If absent, none are sent.
    pub alerts: Option<Alerts>,
    /// How records are written to the chart.
    pub chart: ChartSettings,
    /// How calls change appointments.
    pub appointment: AppointmentCalls,
}

members!(Config {
    schema: optional "$schema",
    greeting: optional "greeting",
    client: optional "client",
    language: optional "language",
    voice: optional "voice",
    voices: optional "voices",
    time_zone: optional "timeZone",
    identities: optional "identities",
    numbers: optional "numbers",
    dialplans: optional "dialplans",
    hours: optional "hours",
    lists: optional "lists",
    actions: optional "actions",
    outbound: optional "outbound",
    recording: optional "recording",
    screening: optional "screening",
    emergency: optional "emergency",
    presence: optional "presence",
    sip: optional "sip",
    overrides: optional "override",
    transfer: optional "transfer",
    tasks: optional "tasks",
    dispositions: optional "dispositions",
    alerts: optional "alerts",
    chart: optional "chart",
    appointment: optional "appointment",
});

impl Config {
    /// Every verb of every action.
    pub fn verbs(&self) -> impl Iterator<Item = &Verb> {
        self.actions.iter().flat_map(|(_, verbs)| verbs)
    }

    /// Whether the dialplan rings this identity, or `identities` has it. The comparison ignores case.
    #[must_use]
    pub fn names_identity(&self, identity: &str) -> bool {
        let same = |named: &str| named.eq_ignore_ascii_case(identity);
        let rings = |target: &Target| matches!(target, Target::Client(named) if same(named));
        self.client.as_deref().is_some_and(same)
            || self.identities.iter().any(|(named, _)| same(named))
            || Dial::all(self).any(|dial| dial.targets.iter().any(rings))
    }

    /// `Practitioner/<id>`: the only person who may sign in under this identity, if `identities` has it with one
    /// practitioner and no roles. Then identifiers in the chart do not matter.
    #[must_use]
    pub fn practitioner_of_identity(&self, identity: &str) -> Option<&str> {
        let binding = self.identities.get(identity).filter(|binding| binding.roles.is_empty())?;
        if let [only] = &*binding.practitioners { Some(only) } else { None }
    }

    /// The task for a message in a mailbox. A mailbox has the name of its action.
    #[must_use]
    pub fn mailbox_task(&self, mailbox: &str) -> Option<&MailboxTask> {
        let verbs = self.actions.get(mailbox)?;
        verbs.iter().find_map(|verb| if let Verb::Voicemail(voicemail) = verb { voicemail.task.as_ref() } else { None })
    }

    /// Whether inbound calls are recorded.
    #[must_use]
    pub fn records_inbound(&self) -> bool {
        self.recording.as_ref().is_some_and(|recording| recording.inbound)
    }

    /// Whether the config can cause a recording of a call or a voicemail message.
    #[must_use]
    pub fn may_record(&self) -> bool {
        self.recording.is_some() || Voicemail::is_in(self)
    }

    /// Whether recordings are copied into the chart.
    #[must_use]
    pub fn copies_recordings(&self) -> bool {
        self.may_record() && self.recording.as_ref().and_then(|recording| recording.copy) != Some(false)
    }

    /// The base URL of Plumline's extensions in the chart.
    #[must_use]
    pub fn extension_base(&self) -> &str {
        self.chart.extension_base.as_deref().unwrap_or(EXTENSION_BASE)
    }

    /// The maximum size of the recording announcement in TwiML, in bytes.
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
    /// The text; `""` for none.
    #[cfg_attr(feature = "schema", schemars(length(max = 4000)))]
    pub text: Option<String>,
    /// A Twilio voice, such as `Polly.Amy-Neural`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-zÀ-ÿ0-9._:-]{1,128}$")))]
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

/// Why a config is refused. No field contains a value of the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The path, such as `actions.day[1].dial.timeout`, or `line 2, column 5` if the document is not valid JSON.
    pub path: String,
    /// [`Code::ConfigInvalid`] if the document does not match the types, or a more specific code if the dialplan cannot
    /// work.
    pub code: Code,
}
