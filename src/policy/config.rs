// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `outbound` of the config: who may be called, when, how often, and from which number.

use crate::json::{Map, members, words};

/// `outbound`: calls that our people place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Outbound {
    /// The number that every callee sees, E.164 and one of ours; from the pool where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^\\+[1-9][0-9]{6,14}$")))]
    pub caller_id: Option<String>,
    /// How a number is taken from the pool of ours.
    pub pool: Pool,
    /// The number of ours that the calls of one practitioner show, by `Practitioner/<id>`.
    pub practitioners: Map<String>,
    /// Who may call: codes of `PractitionerRole.code`; every active role where absent.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(length(min = 1, max = 64))))]
    pub roles: Option<Vec<String>>,
    /// Countries that may be called, ISO 3166; those of our own numbers where absent.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(regex(pattern = "^[A-Z]{2}$"))))]
    pub countries: Option<Vec<String>>,
    /// Beginnings of numbers that may not be called (`+1900`), besides premium and satellite numbers.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^\\+[1-9][0-9]{0,14}$"))))]
    pub blocked: Vec<String>,
    /// When people may be called, in their own zone.
    pub hours: Option<CallingHours>,
    /// How many calls one identity may have at the same time.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub concurrent: Option<u32>,
    /// How many calls one identity may place in an hour.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10000)))]
    pub per_hour: Option<u32>,
    /// Whether a call needs a ticket; yes where absent and `PLUMLINE_SECRET` is set.
    pub require_ticket: Option<bool>,
    /// Whether Twilio finds out if a machine answers.
    pub answering_machine: AnsweringMachine,
    /// Seconds that the callee's phone rings; Twilio's 30 where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 600)))]
    pub timeout: Option<u32>,
    /// Whether the access token lets its bearer receive calls too.
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

/// How a caller ID is taken from the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Pool {
    /// A callee always sees the same.
    #[default]
    Sticky,
    /// The one that has not been used for the longest time, by the chart.
    LeastRecentlyUsed,
    /// Each call another one, by a hash of its `CallSid`: evenly over many calls, not strictly in turn.
    RoundRobin,
    /// By chance.
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
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")))]
    pub to: String,
    /// Time zones (IANA) by the beginnings of numbers (`+1212`), the longest that fits; `timeZone` of the config for
    /// all others.
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
    /// Nobody asks.
    #[default]
    Off,
    /// Whether a human or a machine answered.
    Enable,
    /// And when its greeting has ended.
    DetectMessageEnd,
}

words!(AnsweringMachine { Off: "off", Enable: "enable", DetectMessageEnd: "detectMessageEnd" });
