// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One of our people calls out, from a browser or from a phone that rings first.

mod by_policy;
mod claim;
pub(super) mod conditions;
mod confirmed;
mod untold;
pub(super) mod waiting;

pub(super) use by_policy::{Placing, by_policy};
pub(super) use confirmed::confirmed;
