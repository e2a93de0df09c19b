// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The tree of a TwiML document.

use std::borrow::Cow;

/// One element: a verb such as `Say`, a noun such as `Number`, or the root `Response`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its name, as Twilio spells it.
    pub name: Cow<'a, str>,
    /// Its attributes in the order in which they are written.
    pub attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Its content.
    pub children: Vec<Node<'a>>,
}

/// The content of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<'a> {
    /// A comment. It is written with a space on either side.
    Comment(Cow<'a, str>),
    /// An element.
    Element(Element<'a>),
    /// Text.
    Text(Cow<'a, str>),
}

impl<'a> Element<'a> {
    /// An element without attributes or children.
    #[must_use]
    pub fn new(name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), attributes: Vec::new(), children: Vec::new() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// Adds a child element.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(mut self, text: impl Into<Cow<'a, str>>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }
}
