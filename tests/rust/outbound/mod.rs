// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that staff place: policy, tickets, and the answers of the webhook.

mod calls;
mod overdialing;
mod policy;
mod tickets;
