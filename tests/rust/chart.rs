// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The call in the chart: whatever order Twilio's events come in, however often, whoever writes at the same time and
//! whatever fails, the same `Communication` stands there in the end.
#![cfg(not(target_arch = "wasm32"))]

mod chart_calls;
mod chart_dice;
mod chart_faults;
mod chart_merge;
mod chart_recorded;
mod chart_server;
mod chart_writers;
