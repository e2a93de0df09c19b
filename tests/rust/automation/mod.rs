// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The bot `automation` and the reports of `operations`, against a chart and Twilio in memory.

mod after;
mod reports;
mod sweep;
pub(crate) mod twilio;
pub(crate) mod world;
