// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Webhook requests for calls with a dialplan: every verb, every condition, every outcome, and chart failures.

mod asking;
pub(crate) mod clinic;
mod dial;
mod emergency;
mod examples;
mod faults;
mod hours;
mod known_patients;
mod overrides;
mod paging;
mod queue;
mod random;
mod rules;
mod screening;
mod sip;
mod speed;
mod unchecked;
mod verbs;
mod when;
