// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The door of the record itself, and the reports that staff ask for, driven natively against a chart and a Twilio in
//! memory.

mod after;
mod reports;
mod sweep;
pub(crate) mod twilio;
pub(crate) mod world;
