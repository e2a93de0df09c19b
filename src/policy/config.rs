// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `outbound` in the config: who may be called, when, how often, and from which number.

use crate::json::{Map, members, words};

/// `outbound`: calls that staff place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Outbound {
    /// The caller ID for every call: E.164, one of the clinic's numbers. If absent, a number from the pool.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^\\+[1-9][0-9]{6,14}$")))]
    pub caller_id: Option<String>,
    /// How Plumline chooses the caller ID from the clinic's numbers.
    pub pool: Pool,
    /// The caller ID for the calls of one practitioner, by `Practitioner/<id>`. One of the clinic's numbers.
    pub practitioners: Map<String>,
    /// Roles that may place calls: codes of `PractitionerRole.code`. If absent, all active roles.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(length(min = 1, max = 64))))]
    pub roles: Option<Vec<String>>,
    /// Countries that may be called (ISO 3166). If absent, the countries of the clinic's numbers.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(regex(pattern = "^[A-Z]{2}$"))))]
    pub countries: Option<Vec<String>>,
    /// Prefixes of numbers that may not be called (`+1900`), in addition to premium-rate and satellite numbers.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^\\+[1-9][0-9]{0,14}$"))))]
    pub blocked: Vec<String>,
    /// When people may be called, in the callee's time zone.
    pub hours: Option<CallingHours>,
    /// The maximum number of concurrent calls of one identity.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub concurrent: Option<u32>,
    /// The maximum number of calls that one identity may place in an hour.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10000)))]
    pub per_hour: Option<u32>,
    /// Whether a call needs a ticket. If absent, it needs one if `PLUMLINE_SECRET` is set.
    pub require_ticket: Option<bool>,
    /// Whether Twilio detects answering machines.
    pub answering_machine: AnsweringMachine,
    /// Seconds that the callee's phone rings. If absent, Twilio's default of 30.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 600)))]
    pub timeout: Option<u32>,
    /// Whether the access token also allows its holder to receive calls.
    pub incoming: bool,
}

members!(Outbound {
    caller_id: optional "callerId",
    pool: optional "pool",
    practitioners: optional "practitioners",
    roles: optional "roles",
    countries: optional "countries",
    blocked: optional "blocked",
    hours: optional "hours",
    concurrent: optional "concurrent",
    per_hour: optional "perHour",
    require_ticket: optional "requireTicket",
    answering_machine: optional "answeringMachine",
    timeout: optional "timeout",
    incoming: optional "incoming",
});

/// How a caller ID is chosen from the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Pool {
    /// A callee always sees the same number.
    #[default]
    Sticky,
    /// The number that was not used for the longest time, according to the call records in the chart.
    LeastRecentlyUsed,
    /// The number after the one of the previous call, according to the call records in the chart.
    RoundRobin,
    /// A random number.
    Random,
}

words!(Pool { Sticky: "sticky", LeastRecentlyUsed: "leastRecentlyUsed", RoundRobin: "roundRobin", Random: "random" });

/// `outbound.hours`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct CallingHours {
    /// `HH:MM`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")))]
    pub from: String,
    /// `HH:MM`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|23:59:59|24:00)$")))]
    pub to: String,
    /// Time zones (IANA) by number prefix (`+1212`). The longest matching prefix applies. All other numbers use
    /// `timeZone` of the config.
    #[cfg_attr(feature = "schema", serde(default))]
    pub zones: Map<String>,
}

members!(CallingHours {
    from: required "from",
    to: required "to",
    zones: optional "zones",
});

/// `outbound.answeringMachine`, <https://www.twilio.com/docs/voice/answering-machine-detection>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum AnsweringMachine {
    /// No detection.
    #[default]
    Off,
    /// Detects whether a human or a machine answered.
    Enable,
    /// Also detects the end of the machine's greeting.
    DetectMessageEnd,
}

words!(AnsweringMachine { Off: "off", Enable: "enable", DetectMessageEnd: "detectMessageEnd" });
