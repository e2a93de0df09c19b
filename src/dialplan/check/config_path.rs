// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Where a check is: written down only where something is wrong.

use crate::json::{decimal, may_be_told};

/// A place in the document, by the places around it.
#[derive(Clone, Copy)]
pub struct ConfigPath<'a> {
    parent: Option<&'a ConfigPath<'a>>,
    segment: Segment<'a>,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    /// Of a list.
    Element(usize),
    /// A member that the schema names.
    Field(&'static str),
    /// A member that the clinic named, and which one it is.
    Member(&'a str, usize),
}

impl<'a> ConfigPath<'a> {
    /// A member of the document.
    #[must_use]
    pub const fn root(name: &'static str) -> Self {
        Self { parent: None, segment: Segment::Field(name) }
    }

    /// A member that the schema names.
    #[must_use]
    pub const fn field(&'a self, name: &'static str) -> Self {
        Self { parent: Some(self), segment: Segment::Field(name) }
    }

    /// An element of a list.
    #[must_use]
    pub const fn element(&'a self, index: usize) -> Self {
        Self { parent: Some(self), segment: Segment::Element(index) }
    }

    /// A member that the clinic named, and which one it is.
    #[must_use]
    pub const fn member(&'a self, index: usize, name: &'a str) -> Self {
        Self { parent: Some(self), segment: Segment::Member(name, index) }
    }

    /// `actions.day[1].dial.timeout`. A name that may be a number or an address is told by its place.
    pub fn path(&self) -> String {
        let mut path = self.parent.map_or_else(String::new, ConfigPath::path);
        match self.segment {
            Segment::Member(name, _) if may_be_told(name) => push_name(&mut path, name),
            Segment::Element(index) | Segment::Member(_, index) => {
                path.push('[');
                path.push_str(&decimal(index as u64));
                path.push(']');
            }
            Segment::Field(name) => push_name(&mut path, name),
        }
        path
    }
}

fn push_name(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}
