// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that our people place: who may call whom, when, how often, and from which number.
//!
//! A browser chooses everything about its call but `From`. So whom it calls is judged here, by the clinic's policy; what
//! it calls about stands in the chart, put there by a request that Medplum authenticated, and a sealed ticket points to
//! it.

#[cfg(feature = "flows")]
mod call_log;
#[cfg(feature = "flows")]
mod document;
#[cfg(feature = "flows")]
mod hours;
#[cfg(feature = "flows")]
mod identity;
#[cfg(feature = "flows")]
mod limits;
mod policy;
#[cfg(feature = "flows")]
mod pool;
mod refusal;
#[cfg(feature = "flows")]
mod ticket;

#[cfg(feature = "flows")]
pub use call_log::{
    ATTEMPT, Intent, LINE_SYSTEM, Prepared, REQUEST_SYSTEM, TWILIO_SYSTEM, VOICE_CATEGORY, guard, is_id, is_reference,
    reference_to, show,
};
#[cfg(feature = "flows")]
pub use document::{Connection, callback, conference, confirm, connect, queue, refuse};
#[cfg(feature = "flows")]
pub use hours::{Clock, is_open, zone_of};
#[cfg(feature = "flows")]
pub use identity::{
    IDENTITY_SYSTEM, has_code, identity_of, ids_of, is_bound, is_current, is_own_identity, is_reserved, is_uuid,
    practitioner_of, uuid_of,
};
#[cfg(feature = "flows")]
pub use limits::{Limit, judge, searches};
pub use policy::{Policy, clean};
#[cfg(feature = "flows")]
pub use pool::{PoolKey, by_last_use, choose, fixed, last_use_search};
pub use refusal::Refusal;
#[cfg(feature = "flows")]
pub use ticket::{LIFETIME, Sealing, expires_at, expiry_of, ticket_of};
