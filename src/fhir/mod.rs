// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The little of FHIR that Plumline touches.

pub mod outcome;
