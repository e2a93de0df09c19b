// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a message is.

mod segments;

pub use segments::{Encoding, Segments, Unicode, count};
