// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The boundary: the only folder that knows JavaScript.
//!
//! The host writes a frame into [`text`] and [`numbers`]; what it does next is in [`output`] afterwards. Only numbers cross,
//! so the bots' modules need no imports.

#[cfg(any(feature = "staff", feature = "webhook"))]
pub mod flows;
#[cfg(feature = "library")]
pub mod library;
pub mod memory;
#[cfg(feature = "staff")]
pub mod staff;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use memory::{numbers, output, text};
