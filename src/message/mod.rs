// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Text messages (SMS).

mod segments;

pub use segments::{Encoding, Segments, Unicode, count};
