// SPDX-License-Identifier: Apache-2.0 OR MIT

//! TwiML: documents and trees of elements, written as XML, read and checked.
//!
//! The XML equals byte for byte what Twilio's Node library writes for the same tree, if that is well-formed. A tree
//! that would not be well-formed is refused as a whole. Part of a document is never returned. Source:
//! <https://www.twilio.com/docs/voice/twiml>.

mod check;
mod checked;
mod document;
mod finding;
mod nearest;
mod read;
mod schema;
mod ssml;
mod tree;
mod value;
mod write;
mod xml;

pub use check::DocumentKind;
pub use checked::{Strictness, check_tree, check_xml, compose};
pub(crate) use document::is_writable;
pub use document::{Document, IllFormed};
pub use finding::Finding;
pub use ssml::ssml;
pub use tree::{Element, Node};
pub use write::write;

/// The maximum size of a document that Twilio reads, in bytes.
/// Source: <https://www.twilio.com/docs/voice/limitations-and-edge-cases>.
pub(crate) const MAX_BYTES: usize = 64 * 1024;
