// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The call in the chart: whatever order Twilio's events come in, however often, whoever writes at the same time and
//! whatever fails, the same `Communication` stands there in the end.

pub(crate) mod calls;
mod faults;
mod merge;
mod recorded;
pub(crate) mod server;
pub(crate) mod writers;
