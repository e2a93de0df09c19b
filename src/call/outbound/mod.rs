// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that our people place: who may call whom, when, how often, and from which number.
//!
//! A browser chooses everything about its call but `From`. So whom it calls is judged here, by the clinic's policy; what
//! it calls about stands in the chart, put there by a request that Medplum authenticated, and a sealed ticket points to
//! it.

mod call_log;
mod document;
mod hours;
mod identity;
mod limits;
mod policy;
mod pool;
mod refusal;
mod say;
mod ticket;

pub use call_log::{
    Intent, LINE_SYSTEM, Prepared, REQUEST_SYSTEM, TWILIO_SYSTEM, VOICE_CATEGORY, guard, is_id, is_reference,
    reference_to, show,
};
pub use document::{Connection, callback, connect, queue, refuse};
pub use hours::{Clock, is_open, zone_of};
pub use identity::{IDENTITY_SYSTEM, identity_of, practitioner_of};
pub use limits::{Limit, judge, searches};
pub use policy::{Policy, clean};
pub use pool::{PoolKey, by_last_use, choose, fixed, last_use_search};
pub use refusal::Refusal;
pub use ticket::{LIFETIME, Sealing, ticket_of};
