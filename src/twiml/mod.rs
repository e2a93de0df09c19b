// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads, checks and writes TwiML documents and trees of elements.
//!
//! For a tree that gives well-formed XML, the XML is byte for byte that of Twilio's Node library. Any other tree is
//! refused. A partial document is never returned. Source: <https://www.twilio.com/docs/voice/twiml>.

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
mod voice;
mod write;
mod xml;

pub use check::DocumentKind;
pub use checked::{Strictness, check_tree, check_xml, compose};
pub(crate) use document::is_writable;
pub use document::{Document, IllFormed};
pub use finding::Finding;
pub use ssml::ssml;
pub use tree::{Element, Node};
pub use voice::find_voice;
pub use write::write;

/// The maximum size of a document that Twilio reads, in bytes.
/// Source: <https://www.twilio.com/docs/voice/limitations-and-edge-cases>.
pub(crate) const MAX_BYTES: usize = 64 * 1024;
