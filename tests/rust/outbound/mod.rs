// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that staff place from a browser: policy, tickets, and the TwiML of the webhook.

mod calls;
mod overdialing;
mod policy;
mod pool;
mod tickets;
