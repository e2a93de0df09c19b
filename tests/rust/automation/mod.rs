// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The `automation` bot and the reports of the `operations` bot, with a chart and Twilio in memory.

mod after;
mod identities;
mod pages;
mod reports;
mod sweep;
pub(crate) mod twilio;
pub(crate) mod world;
