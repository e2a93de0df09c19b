// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One of our people calls out from a browser.

use super::reply::Done;
use crate::call::{Call, Clinic, place};

/// Dials for a browser. Everything but `From` was chosen by the browser: the number is checked, the caller ID is ours.
pub(super) async fn outgoing(call: &Call<'_>, clinic: &Clinic<'_>) -> Done {
    let (route, code) = place(call, clinic);
    Done::route(&route, code, clinic.config)
}
