// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One of our people calls out from a browser.

mod by_policy;
mod claim;
pub(super) mod conditions;
mod untold;

pub(super) use by_policy::{Placing, by_policy};
