// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The door of the record itself, and the reports that staff ask for, driven natively against a chart and a Twilio in
//! memory.
#![cfg(not(target_arch = "wasm32"))]

mod automation_after;
mod automation_fhir;
mod automation_reports;
mod automation_sweep;
mod automation_twilio;
mod automation_world;
mod chart_dice;
