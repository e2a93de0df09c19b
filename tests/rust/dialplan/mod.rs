// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls by a dialplan through the webhook: every verb, every rule, every outcome, and a chart that fails.

pub(crate) mod clinic;
mod dial;
mod examples;
mod faults;
mod queue;
mod random;
mod rules;
mod speed;
mod unchecked;
mod verbs;
mod when;
