// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Who may be called: which numbers, at which hours, how often.
//!
//! A browser chooses every parameter of its call except `From`. The clinic's policy decides whether the call is placed.

mod callee;
mod config;
mod hours;
mod limits;
mod refusal;
mod spoken_message;

pub use callee::{Policy, clean};
pub use config::{AnsweringMachine, CallingHours, Outbound, Pool};
pub use hours::{TimeOfDay, callee_zone, is_open};
pub use limits::{Limit, check_limits, limit_searches};
pub use refusal::Refusal;
pub use spoken_message::SpokenMessage;
