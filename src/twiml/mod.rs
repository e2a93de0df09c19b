// SPDX-License-Identifier: Apache-2.0 OR MIT

//! TwiML: documents written verb by verb, trees of elements, and the XML that Twilio reads.
//!
//! The XML is byte for byte what Twilio's Node library writes for the same tree, for every tree that it writes
//! well-formed. A tree that would not be well-formed is refused whole; half a document never leaves.
//! Source: <https://www.twilio.com/docs/voice/twiml>.

#[cfg(feature = "library")]
mod check;
#[cfg(feature = "library")]
mod checked;
mod document;
#[cfg(feature = "library")]
mod finding;
#[cfg(feature = "library")]
mod nearest;
#[cfg(feature = "library")]
mod read;
#[cfg(feature = "library")]
mod schema;
mod ssml;
mod tree;
#[cfg(feature = "library")]
mod value;
mod write;
mod xml;

#[cfg(feature = "library")]
pub use check::DocumentKind;
#[cfg(feature = "library")]
pub use checked::{Strictness, check_tree, check_xml, compose};
pub(crate) use document::is_writable;
pub use document::{Document, IllFormed};
#[cfg(feature = "library")]
pub use finding::Finding;
pub use ssml::ssml;
pub use tree::{Element, Node};
pub use write::write;

/// The most bytes of a document that Twilio reads.
/// Source: <https://www.twilio.com/docs/voice/limitations-and-edge-cases>.
pub(crate) const MOST_BYTES: usize = 64 * 1024;
