// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The little of FHIR that Plumline touches.

#[cfg(feature = "doors")]
pub mod change;
#[cfg(feature = "doors")]
pub mod element;
pub mod outcome;
#[cfg(feature = "dialplan")]
pub mod period;
