// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls by a dialplan, through the public door: every verb, every rule, every outcome, and a chart that fails.

#[path = "dialplan_clinic.rs"]
mod clinic;
#[path = "dialplan_dial.rs"]
mod dial;
#[path = "dialplan_faults.rs"]
mod faults;
#[path = "dialplan_queue.rs"]
mod queue;
#[path = "dialplan_random.rs"]
mod random;
#[path = "dialplan_rules.rs"]
mod rules;
#[path = "dialplan_speed.rs"]
mod speed;
#[path = "dialplan_unchecked.rs"]
mod unchecked;
#[path = "dialplan_verbs.rs"]
mod verbs;
