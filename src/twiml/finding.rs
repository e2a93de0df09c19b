// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The findings of a check: what is wrong with a document, and where.

use super::document::is_name_char;
use super::tree::{Element, Node};
use crate::error::Code;
use crate::json::decimal;

/// The maximum number of findings.
pub(super) const MAX_FINDINGS: usize = 100;

/// The maximum length of a name in a path. The names come from the document, which may be untrusted.
const MAX_NAME_CHARS: usize = 64;

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub code: Code,
    /// Where: `Response/Gather[1]/@timeout`. Positions count elements of the same name, from 1; `/` is the document.
    pub path: String,
    /// What to do, with the nearest allowed word or the allowed range. It contains no text of the document.
    pub help: String,
    /// Whether Twilio probably accepts the document anyway.
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

/// A path that is built step by step.
pub(super) struct Path(String);

impl Path {
    pub(super) fn root(name: &str) -> Self {
        let mut path = Self(String::new());
        path.push_name(name);
        path
    }

    /// Adds the element `name`, the `position`th of that name.
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

    /// Adds a `text()` or a `comment()`.
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

    /// Adds a name. Characters that XML does not allow in names become `?`, because the document may be untrusted and
    /// the path is logged.
    fn push_name(&mut self, name: &str) {
        let chars = name.chars().take(MAX_NAME_CHARS).map(|c| if is_name_char(c) { c } else { '?' });
        self.0.extend(chars);
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

/// The position of a node among its siblings of the same kind and name, from 1.
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
