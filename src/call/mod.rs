// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call: what Twilio's parameters say, which way it goes, and what it hears.
//!
//! parameters → [`Call`] → [`Direction`] → [`Route`] → TwiML. Nothing is dialled that is not an E.164 number, and
//! nothing that came from a browser is trusted.
//! Source: <https://www.twilio.com/docs/voice/twiml#request-parameters>.

mod answer;
pub mod config;
pub mod dialplan;
mod direction;
#[cfg(feature = "flows")]
pub mod log;
pub mod outbound;
mod request;
mod route;

#[cfg(feature = "flows")]
pub(crate) use answer::EVENTS;
pub use answer::{answer, apology};
pub use config::{Config, ConfigError};
pub use direction::Direction;
pub use request::{Call, CallSid, CallStatus, Party, Subject};
pub use route::{Clinic, Route, Spoken, route};
