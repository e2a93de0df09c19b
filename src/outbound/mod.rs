// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that staff place: prepared calls, tickets, identities and caller IDs.
//!
//! An operation, which Medplum authenticates, writes the record of the call. The browser receives a sealed ticket with
//! the id of that record, so it can place only the prepared call.

mod caller_id;
mod conditions;
mod identity;
mod identity_owners;
mod instruction;
mod page;
mod pending;
mod prepared;
mod presence;
mod round_robin;
mod ticket;
mod twiml;

pub use caller_id::{PoolKey, by_last_use, choose, fixed, last_use_search};
pub use conditions::{CallerIdChooser, ChosenCallerId, check_calling_hours};
pub use identity::{
    has_code, id_in_identity, identity_from_id, identity_of, ids_of, is_bound, is_current, is_own_identity,
    is_reserved, is_uuid, set_identity, uuid_of,
};
pub use identity_owners::{is_of_another, may_call, owner_searches};
pub use instruction::{Instruction, InstructionKind, Instructions, MAX_TARGETS};
pub use page::{PageReply, page_document, page_reply};
pub use pending::{MAX_RINGING, REFUSED, pending_records, search_pending};
pub use prepared::{ATTEMPT, NewPreparedCall, PreparedCall, set_caller_id};
pub use presence::{PresenceOf, sealed_presences};
pub use round_robin::{Position, is_taken, latest_positions, same_position};
pub use ticket::{LIFETIME, SealingKeys, expires_at, expiry_of, ticket_of};
pub use twiml::{Connection, conference, confirm, connect, queue, refuse, retried_callback_url};
