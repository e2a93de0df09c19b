// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is wrong with a document, and where.

use super::document::in_name;
use super::tree::{Element, Node};
use crate::error::Code;
use crate::json::decimal;

/// The most findings that are told: what is wrong in a hundred places is wrong in its first.
pub(super) const MAX: usize = 100;

/// The longest name that stands in a path; names come from outside.
const LONGEST_NAME: usize = 64;

/// Something that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// Where: `Response/Gather[1]/@timeout`. Positions count elements of the same name, from 1; `/` is the document.
    pub path: String,
    /// What to do, with the nearest word or the range that is allowed. It holds nothing of the document.
    pub help: String,
    /// Whether Twilio takes the document nevertheless, as far as can be told.
    pub is_warning: bool,
}

impl Finding {
    /// An error at `path`.
    #[must_use]
    pub fn new(code: Code, path: String) -> Self {
        Self { code, path, help: code.help().to_owned(), is_warning: false }
    }

    /// Adds a sentence to the help: `label: words.`
    #[must_use]
    pub(super) fn with(mut self, label: &str, words: &str) -> Self {
        self.help = [&*self.help, " ", label, ": ", words, "."].concat();
        self
    }

    pub(super) const fn warning(mut self) -> Self {
        self.is_warning = true;
        self
    }
}

/// A path, step by step.
pub(super) struct Path(String);

impl Path {
    pub(super) fn root(name: &str) -> Self {
        let mut path = Self(String::new());
        path.push_name(name);
        path
    }

    /// A step to the element `name`, the `position`th of that name.
    pub(super) fn element(&mut self, name: &str, position: usize) {
        self.0.push('/');
        self.push_name(name);
        self.push_position(position);
    }

    pub(super) fn attribute(mut self, name: &str) -> String {
        self.0.push_str("/@");
        self.push_name(name);
        self.0
    }

    /// A step to a `text()` or a `comment()`.
    pub(super) fn node(mut self, kind: &str, position: usize) -> String {
        self.0.push('/');
        self.0.push_str(kind);
        self.0.push_str("()");
        self.push_position(position);
        self.0
    }

    pub(super) fn text(self) -> String {
        self.0
    }

    /// A name without what no name holds: it may come from anywhere, and goes into logs.
    fn push_name(&mut self, name: &str) {
        let letters = name.chars().take(LONGEST_NAME).map(|c| if in_name(c) { c } else { '?' });
        self.0.extend(letters);
        if name.is_empty() {
            self.0.push('*');
        }
    }

    fn push_position(&mut self, position: usize) {
        self.0.push('[');
        self.0.push_str(&decimal(position as u64));
        self.0.push(']');
    }
}

/// Which of the nodes like it the one at `index` is, from 1.
pub(super) fn position(siblings: &[Node<'_>], index: usize) -> usize {
    let like = |a: &Node<'_>, b: &Node<'_>| match (a, b) {
        (Node::Element(Element { name: a, .. }), Node::Element(Element { name: b, .. })) => a == b,
        (Node::Text(_), Node::Text(_)) | (Node::Comment(_), Node::Comment(_)) => true,
        _ => false,
    };
    let Some(this) = siblings.get(index) else {
        return 1;
    };
    siblings.iter().take(index).filter(|node| like(node, this)).count() + 1
}
