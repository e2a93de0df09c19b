// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that staff place: prepared records, tickets, identities and caller IDs.
//!
//! A request that Medplum authenticated writes the record of the call. A sealed ticket names that record, so that a
//! browser can place only the call that was prepared.

mod caller_id;
mod conditions;
mod identity;
mod pending;
mod prepared;
mod ticket;
mod twiml;

pub use caller_id::{PoolKey, by_last_use, choose, fixed, last_use_search};
pub use conditions::{CallerId, check_calling_hours};
pub use identity::{
    has_code, identity_of, ids_of, is_bound, is_current, is_own_identity, is_reserved, is_uuid, practitioner_of,
    uuid_of,
};
pub use pending::{MAX_RINGING, REFUSED, pending_records, search_pending};
pub use prepared::{ATTEMPT, Intent, Prepared, set_caller_id};
pub use ticket::{LIFETIME, SealingKeys, expires_at, expiry_of, ticket_of};
pub use twiml::{Connection, callback, conference, confirm, connect, queue, refuse};
