// SPDX-License-Identifier: Apache-2.0 OR MIT

//! TwiML: documents written verb by verb, trees of elements, and the XML that Twilio reads.
//!
//! The XML is byte for byte what Twilio's Node library writes for the same tree, for every tree that it writes
//! well-formed. A tree that would not be well-formed is refused whole; half a document never leaves.
//! Source: <https://www.twilio.com/docs/voice/twiml>.

mod document;
mod tree;
mod write;

pub use document::{Document, IllFormed};
pub use tree::{Element, Node};
pub use write::write;
