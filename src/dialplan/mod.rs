// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The clinic's call plan: its config, the call it is followed for, and the TwiML it writes.
//!
//! A request goes to a [`Step`], one of a closed set of callback URLs. Step and parameters make a [`Turn`]. The turn has
//! [`wants`], which a flow looks up in the chart and in local times; with these [`Facts`] it is written as TwiML. Nothing
//! is kept between two requests: state travels in the URL or is in the chart.

pub mod call;
pub mod check;
pub mod conditions;
pub mod conference;
pub mod config;
pub mod default_route;
pub mod default_twiml;
pub mod dial;
pub mod direction;
pub mod facts;
pub mod hours;
pub mod menu;
pub mod needs;
pub mod outcome;
pub mod params;
pub mod people;
pub mod play;
pub mod queue;
pub mod say;
pub mod step;
pub mod turn;
pub mod voicemail;

pub use call::{Call, CallSid, CallStatus, Party, Subject};
pub use check::{Finding, Severity};
pub use conference::{most_participants, room};
pub use config::{Config, ConfigError};
pub use default_route::{Clinic, Route, route};
pub use default_twiml::{EVENTS, answer, apology};
pub use direction::Direction;
pub use facts::{Fact, Facts, Want, zone_of};
pub use hours::{LocalTime, are_open, is_available};
pub use needs::wants;
pub use outcome::Outcome;
pub use params::{Caller, Params};
pub use people::{MAX_POINTS, Patient, Person, Ring};
pub use play::{Played, play};
pub use queue::is_spoken;
pub use say::{in_english, say};
pub use step::{AGAIN, Kind, MAX_STEPS, Step, all_steps, decides, retries, steps};
pub use turn::{Next, Plan, Turn};
