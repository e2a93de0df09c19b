// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The path of a value in the config. It is formatted only if there is a finding.

use crate::json::{decimal, is_safe_name};

/// A path: a segment and the path before it.
#[derive(Clone, Copy)]
pub struct ConfigPath<'a> {
    parent: Option<&'a ConfigPath<'a>>,
    segment: Segment<'a>,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    /// An element of a list.
    Element(usize),
    /// A member whose name is in the schema.
    Field(&'static str),
    /// A member whose name the clinic chose, and its index.
    Member(&'a str, usize),
}

impl<'a> ConfigPath<'a> {
    /// A member of the document.
    #[must_use]
    pub const fn root(name: &'static str) -> Self {
        Self { parent: None, segment: Segment::Field(name) }
    }

    /// A member whose name is in the schema.
    #[must_use]
    pub const fn field(&'a self, name: &'static str) -> Self {
        Self { parent: Some(self), segment: Segment::Field(name) }
    }

    /// An element of a list.
    #[must_use]
    pub const fn element(&'a self, index: usize) -> Self {
        Self { parent: Some(self), segment: Segment::Element(index) }
    }

    /// A member whose name the clinic chose, and its index.
    #[must_use]
    pub const fn member(&'a self, index: usize, name: &'a str) -> Self {
        Self { parent: Some(self), segment: Segment::Member(name, index) }
    }

    /// The path as text: `actions.day[1].dial.timeout`. A name that may be a phone number or an address is replaced by
    /// its index.
    pub fn path(&self) -> String {
        let mut path = self.parent.map_or_else(String::new, ConfigPath::path);
        match self.segment {
            Segment::Member(name, _) if is_safe_name(name) => push_name(&mut path, name),
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
