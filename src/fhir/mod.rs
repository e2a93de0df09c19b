// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The parts of FHIR that Plumline uses.

pub mod change;
pub mod element;
pub mod identity;
pub mod outcome;
pub mod period;
pub mod reference;
pub mod search;
pub mod systems;
