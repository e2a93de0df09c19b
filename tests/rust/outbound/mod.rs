// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that the staff place: policy, tickets, and what the webhook does with them.

mod calls;
mod overdialing;
mod policy;
mod tickets;
