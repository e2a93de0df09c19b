// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The clinic's dialplan: its config, and the TwiML for each step of a call.
//!
//! Each request has a [`CallbackUrl`] from a closed set. The URL and the parameters determine a [`Turn`].
//! [`required_lookups`] lists the look-ups for the turn: reads of the chart, and local times. From the resulting
//! [`Facts`], [`render`] writes the document. Between two requests, state is stored only in the URL and in the chart.

pub mod address;
pub mod call;
pub mod callback_urls;
pub mod check;
pub mod conditions;
pub mod config;
pub mod default_route;
pub mod default_twiml;
pub mod direction;
pub mod facts;
pub mod graph;
pub mod hours;
pub mod lookups;
pub mod outcome;
pub mod overrides;
pub mod params;
pub mod people;
pub mod presence;
pub mod speech;
pub mod target;
pub mod turn;
pub mod verbs;
pub mod writer;

pub use address::SipAddress;
pub use call::{Call, CallSid, CallStatus, Party, RequestKind};
pub use callback_urls::{CallbackKind, CallbackUrl, MAX_CALLBACKS, RETRY, all_callbacks, callbacks};
pub use check::{ConfigFinding, Severity};
pub use config::{Config, ConfigError};
pub use default_route::{Clinic, Route, route};
pub use default_twiml::{EVENTS, apology, write_route};
pub use direction::Direction;
pub use facts::{BIRTH_DATE_TRIES, BookedVisit, CallerRecord, Fact, Facts, Lookup, called_number_zone};
pub use hours::{LocalTime, are_open, is_available};
pub use lookups::required_lookups;
pub use outcome::VerbOutcome;
pub use overrides::{Override, OverrideInForce, OverrideScope};
pub use params::{Caller, Params, is_withheld};
pub use people::{
    CallerMatch, Endpoint, MAX_CONTACT_POINTS, Patient, PeopleOfNumber, Person, PractitionerEndpoint, people_searches,
    person_in, practitioner_searches, read_people, read_practitioner,
};
pub use presence::{PRESENCE_EXTENSION, away_identities, presence_part, presence_parts};
pub use target::Target;
pub use turn::{CallbackResult, DialplanInput, LocalizedTurn, Turn, VerbEvent};
pub use verbs::{Verb, is_agent_finished};
pub use writer::{Rendered, render};
