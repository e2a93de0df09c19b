// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call comes in: greet the caller and connect them.

use super::reply::Done;
use crate::call::{Call, Clinic, Direction, route};

/// Tells what a caller from the telephone network hears. By the default plan there is nothing to wait for.
pub(super) async fn incoming(call: &Call<'_>, direction: &Direction<'_>, clinic: &Clinic<'_>) -> Done {
    let (route, code) = route(call, direction, clinic);
    Done::route(&route, code, clinic.config)
}
