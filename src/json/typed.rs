// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Parses a document into a type, without building a tree.
//!
//! Most of the code does not depend on the type, so each type adds little wasm. Derived `serde` code is five times as
//! large. An error has the path that the author of a config needs. An error of `serde_json` has only a line. No config
//! type contains itself, so the types limit the depth of a document.

use std::borrow::Cow;

use super::parser::Parser;
use super::{Json, decimal};

/// The place at which a document does not match the type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShapeError {
    /// The path of the value with the wrong type, or of the object with an invalid member: `actions.day[1].dial`. `""`
    /// for the document. A member whose name may be a phone number or an address appears by its index.
    pub(crate) path: String,
    /// Whether a member is unknown or repeated. Its name is not in `path`, because it may be a person's name or a phone
    /// number.
    pub(crate) is_member: bool,
}

/// A type that a document can be parsed into.
pub(crate) trait Typed: Sized {
    /// Reads the next value.
    ///
    /// # Errors
    /// The first [`ShapeError`].
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError>;
}

/// Parses a document as a `T`.
///
/// # Errors
/// The first [`ShapeError`]. If the text is not JSON, [`Json::parse`](super::Json::parse) finds the position.
pub(crate) fn read_as<T: Typed>(text: &str) -> Result<T, ShapeError> {
    let mut parser = Parser::of(text);
    let value = T::read(&mut parser)?;
    if parser.is_done() { Ok(value) } else { Err(ShapeError::default()) }
}

impl ShapeError {
    #[cold]
    #[inline(never)]
    fn under(mut self, step: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = [step, separator, &self.path].concat();
        self
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn under_index(self, index: usize) -> Self {
        self.under(&["[", &decimal(index as u64), "]"].concat())
    }

    /// Adds the member `name` at `index` to the path.
    #[cold]
    #[inline(never)]
    pub(crate) fn under_member(self, name: &str, index: usize) -> Self {
        if is_safe_name(name) { self.under(name) } else { self.under_index(index) }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn bad_member() -> Self {
        Self { path: String::new(), is_member: true }
    }
}

/// Whether the name of a member may appear in a path: a name of the schema, or a chosen name that cannot be a phone
/// number or an address.
pub(crate) fn is_safe_name(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain && (1..=35).contains(&name.len()) && digits < 7
}

/// Reads the value of the member or case at an index.
type ReadAt<'r> = &'r mut dyn FnMut(&mut Parser<'_>, usize) -> Result<(), ShapeError>;

impl<'a> Parser<'a> {
    /// Consumes the start of an object or array.
    pub(crate) fn open(&mut self, bracket: u8) -> Result<(), ShapeError> {
        if self.take(bracket) { Ok(()) } else { Err(ShapeError::default()) }
    }

    /// Whether another member or element follows. Consumes the comma before it, or `end`.
    pub(crate) fn has_next(&mut self, first: bool, end: u8) -> Result<bool, ShapeError> {
        if self.take(end) {
            Ok(false)
        } else if first || self.take(b',') {
            Ok(true)
        } else {
            Err(ShapeError::default())
        }
    }

    /// Reads the name of a member.
    pub(crate) fn name(&mut self) -> Result<Cow<'a, str>, ShapeError> {
        let name = self.text()?;
        self.open(b':')?;
        Ok(name)
    }

    fn text(&mut self) -> Result<Cow<'a, str>, ShapeError> {
        self.space();
        self.string().ok_or_else(ShapeError::default)
    }

    /// Whether the next value is a string.
    pub(crate) fn is_text(&mut self) -> bool {
        self.space();
        self.peek() == b'"'
    }

    /// Whether the next value is an array.
    pub(crate) fn is_list(&mut self) -> bool {
        self.space();
        self.peek() == b'['
    }

    /// Reads an object. `members` has the name of each member, and whether it is required.
    pub(crate) fn object(&mut self, members: &[(&str, bool)], read: ReadAt<'_>) -> Result<(), ShapeError> {
        self.open(b'{')?;
        let mut seen = 0_u64;
        let mut count = 0;
        while self.has_next(count == 0, b'}')? {
            let name = self.name()?;
            let known = members.iter().position(|(known, _)| *known == name);
            let member = known.filter(|at| seen & 1 << at == 0).ok_or_else(ShapeError::bad_member)?;
            seen |= 1 << member;
            read(self, member).map_err(|error| error.under_member(&name, count))?;
            count += 1;
        }
        for (at, (name, required)) in members.iter().enumerate() {
            if *required && seen & 1 << at == 0 {
                return Err(ShapeError::default().under(name));
            }
        }
        Ok(())
    }

    /// Reads an object with one member, which is one of `cases`.
    pub(crate) fn case(&mut self, cases: &[&str], read: ReadAt<'_>) -> Result<(), ShapeError> {
        if self.is_text() {
            let name = self.text()?;
            // A known name without its value is an error in that member. An unknown word is an invalid value.
            let known = cases.contains(&&*name);
            return Err(if known { ShapeError::default().under(&name) } else { ShapeError::default() });
        }
        self.open(b'{')?;
        let name = self.name()?;
        let at = cases.iter().position(|known| *known == name).ok_or_else(ShapeError::bad_member)?;
        read(self, at).map_err(|error| error.under(&name))?;
        self.open(b'}')
    }

    /// Reads one of `words`. Returns its index.
    pub(crate) fn word(&mut self, words: &[&str]) -> Result<usize, ShapeError> {
        if self.is_text() {
            let word = self.text()?;
            return words.iter().position(|known| *known == word).ok_or_else(ShapeError::default);
        }
        self.open(b'{')?;
        let name = self.name()?;
        Err(if words.contains(&&*name) { ShapeError::default().under(&name) } else { ShapeError::bad_member() })
    }
}

impl Typed for String {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        Ok(parser.text()?.into_owned())
    }
}

impl Typed for bool {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        match parser.value(0) {
            Some(Json::Bool(boolean)) => Ok(boolean),
            _ => Err(ShapeError::default()),
        }
    }
}

/// A config has no fractions and no negative numbers.
impl Typed for u32 {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        parser.space();
        parser.number().and_then(|digits| digits.parse().ok()).ok_or_else(ShapeError::default)
    }
}

/// `null` is an error. An optional value is absent if its member is absent.
impl<T: Typed> Typed for Option<T> {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        T::read(parser).map(Some)
    }
}

impl<T: Typed> Typed for Vec<T> {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        parser.open(b'[')?;
        let mut elements = Self::new();
        while parser.has_next(elements.is_empty(), b']')? {
            elements.push(T::read(parser).map_err(|error| error.under_index(elements.len()))?);
        }
        Ok(elements)
    }
}

/// Implements [`Typed`] for a struct with these members: `members!(Weekly { days: required "days", from: required
/// "from" })`.
/// Absent members have the type's default.
macro_rules! members {
    ($type:ty {}) => {
        impl $crate::json::Typed for $type {
            fn read(parser: &mut $crate::json::Parser<'_>) -> Result<Self, $crate::json::ShapeError> {
                parser.object(&[], &mut |_, _| Ok(()))?;
                Ok(Self {})
            }
        }
    };
    ($type:ty { $($field:ident: $need:ident $name:literal),+ $(,)? }) => {
        impl $crate::json::Typed for $type {
            fn read(parser: &mut $crate::json::Parser<'_>) -> Result<Self, $crate::json::ShapeError> {
                #[expect(non_camel_case_types, reason = "named like the fields")]
                enum Field { $($field),+ }
                let mut value = Self::default();
                parser.object(&[$(($name, $crate::json::members!(@$need))),+], &mut |parser, at| {
                    match at {
                        $(field if field == Field::$field as usize => {
                            value.$field = $crate::json::Typed::read(parser)?;
                        })+
                        _ => {}
                    }
                    Ok(())
                })?;
                Ok(value)
            }
        }
    };
    (@required) => { true };
    (@optional) => { false };
}
pub(crate) use members;

/// Implements [`Typed`] for an enum of words: `words!(Order { InOrder: "inOrder", AllAtOnce: "allAtOnce" })`.
macro_rules! words {
    ($type:ident { $($variant:ident: $word:literal),* $(,)? }) => {
        impl $crate::json::Typed for $type {
            fn read(parser: &mut $crate::json::Parser<'_>) -> Result<Self, $crate::json::ShapeError> {
                const VARIANTS: &[$type] = &[$($type::$variant),*];
                let at = parser.word(&[$($word),*])?;
                VARIANTS.get(at).copied().ok_or_else($crate::json::ShapeError::default)
            }
        }
    };
}
pub(crate) use words;

/// Implements [`Typed`] for a struct around one value: `newtype!(Pause(u32))`.
macro_rules! newtype {
    ($type:ident($value:ty)) => {
        impl $crate::json::Typed for $type {
            fn read(parser: &mut $crate::json::Parser<'_>) -> Result<Self, $crate::json::ShapeError> {
                <$value as $crate::json::Typed>::read(parser).map(Self)
            }
        }
    };
}
pub(crate) use newtype;

/// Implements [`Typed`] for an enum, an object with one member: `cases!(Target { Client: "client", Number: "number"
/// })`.
macro_rules! cases {
    ($type:ident { $($variant:ident: $name:literal),+ $(,)? }) => {
        impl $crate::json::Typed for $type {
            fn read(parser: &mut $crate::json::Parser<'_>) -> Result<Self, $crate::json::ShapeError> {
                enum Case { $($variant),+ }
                let mut value = None;
                parser.case(&[$($name),+], &mut |parser, at| {
                    match at {
                        $(case if case == Case::$variant as usize => {
                            value = Some(Self::$variant($crate::json::Typed::read(parser)?));
                        })+
                        _ => {}
                    }
                    Ok(())
                })?;
                value.ok_or_else($crate::json::ShapeError::default)
            }
        }
    };
}
pub(crate) use cases;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq)]
    struct Plan {
        first_name: Option<String>,
        counts: Vec<u32>,
        verbs: Vec<Verb>,
        needed: Option<Needed>,
    }

    #[derive(Debug, Default, PartialEq)]
    struct Needed {
        here: bool,
    }

    #[derive(Debug, PartialEq)]
    enum Verb {
        Say(String),
        Ask(Needed),
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    enum Order {
        #[default]
        First,
        LastOfAll,
    }

    #[derive(Debug, Default, PartialEq)]
    struct Orders {
        order: Order,
    }

    members!(Plan {
        first_name: optional "firstName",
        counts: optional "counts",
        verbs: optional "verbs",
        needed: optional "needed",
    });
    members!(Needed { here: required "here" });
    members!(Orders { order: optional "order" });
    words!(Order { First: "first", LastOfAll: "lastOfAll" });

    cases!(Verb { Say: "say", Ask: "ask" });

    fn plan(text: &str) -> Result<Plan, (String, bool)> {
        read_as(text).map_err(|ShapeError { path, is_member }| (path, is_member))
    }

    #[test]
    fn reads_members_lists_cases_and_words() {
        assert_eq!(plan(" { } "), Ok(Plan::default()));
        let text = r#"{"firstName":"\u00e9","counts":[1,4294967295],"verbs":[{"say":"x"},{"ask":{"here":false}}],"needed":{"here":true}}"#;
        let expected = Plan {
            first_name: Some("é".to_owned()),
            counts: vec![1, u32::MAX],
            verbs: vec![Verb::Say("x".to_owned()), Verb::Ask(Needed { here: false })],
            needed: Some(Needed { here: true }),
        };
        assert_eq!(plan(text), Ok(expected));
        assert_eq!(read_as::<Orders>(r#"{"order":"lastOfAll"}"#), Ok(Orders { order: Order::LastOfAll }));
        assert_eq!(read_as::<Orders>("{}"), Ok(Orders { order: Order::First }));
    }

    #[test]
    fn an_error_has_the_path_and_never_a_value() {
        for (text, path, is_member) in [
            ("[]", "", false),
            ("7", "", false),
            ("{} x", "", false),
            (r#"{"+15550100001":1}"#, "", true),
            (r#"{"firstName":null}"#, "firstName", false),
            (r#"{"firstName":"a","firstName":"b"}"#, "", true),
            (r#"{"counts":[1,"2"]}"#, "counts[1]", false),
            (r#"{"counts":[1,-2]}"#, "counts[1]", false),
            (r#"{"counts":[1.5]}"#, "counts[0]", false),
            (r#"{"counts":[4294967296]}"#, "counts[0]", false),
            (r#"{"verbs":[{"shout":"x"}]}"#, "verbs[0]", true),
            (r#"{"verbs":[{"say":"x","ask":1}]}"#, "verbs[0]", false),
            (r#"{"verbs":[{"say":7}]}"#, "verbs[0].say", false),
            (r#"{"verbs":["say"]}"#, "verbs[0].say", false),
            (r#"{"verbs":["shout"]}"#, "verbs[0]", false),
            (r#"{"verbs":[{"ask":{"here":"yes"}}]}"#, "verbs[0].ask.here", false),
            (r#"{"verbs":[{"say":"x"},{"ask":{}}]}"#, "verbs[1].ask.here", false),
            (r#"{"needed":{}}"#, "needed.here", false),
            (r#"{"needed":{"there":1}}"#, "needed", true),
            (r#"{"needed":[true]}"#, "needed", false),
        ] {
            assert_eq!(plan(text), Err((path.to_owned(), is_member)), "{text}");
        }
        for (text, path, is_member) in [
            (r#"{"order":"second"}"#, "order", false),
            (r#"{"order":{"first":1}}"#, "order.first", false),
            (r#"{"order":{"second":1}}"#, "order", true),
            (r#"{"order":7}"#, "order", false),
        ] {
            let error = ShapeError { path: path.to_owned(), is_member };
            assert_eq!(read_as::<Orders>(text), Err(error), "{text}");
        }
    }
}
