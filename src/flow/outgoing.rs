// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One of our people calls out from a browser.

#[cfg(feature = "doors")]
mod by_policy;
#[cfg(feature = "doors")]
mod claim;
#[cfg(feature = "doors")]
pub(super) mod conditions;
#[cfg(feature = "doors")]
mod untold;

use super::reply::Done;
use crate::call::{Call, Clinic, place};

#[cfg(feature = "doors")]
pub(super) use by_policy::{Placing, by_policy};

/// Dials for a browser by the default plan. Everything but `From` was chosen by the browser: the number is checked, the
/// caller ID is ours.
pub(super) async fn outgoing(call: &Call<'_>, clinic: &Clinic<'_>) -> Done {
    let (route, code) = place(call, clinic);
    Done::route(&route, code, clinic.config)
}
