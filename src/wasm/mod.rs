// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The exports to JavaScript. No other folder depends on JavaScript.
//!
//! The host writes a frame into [`text`] and [`numbers`], calls an export, and reads the result from [`output`].
//! Arguments and return values are numbers, so the modules of the bots need no imports.

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
