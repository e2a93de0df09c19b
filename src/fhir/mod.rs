// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The little of FHIR that Plumline touches.

#[cfg(feature = "flows")]
pub mod change;
#[cfg(feature = "flows")]
pub mod element;
pub mod outcome;
pub mod period;
