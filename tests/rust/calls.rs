// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that staff place: the operations, and what the webhook does with their calls. One binary, since linking each takes longer
//! than most of the tests.
#![cfg(not(target_arch = "wasm32"))]

mod operations;
mod operations_confirmed;
mod operations_end;
mod operations_identities;
mod operations_key;
mod operations_place;
mod operations_shared_phone;
mod operations_start;
mod outbound_calls;
mod outbound_overdialing;
mod outbound_policy;
mod outbound_tickets;
mod world;
