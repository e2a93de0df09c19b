// SPDX-License-Identifier: Apache-2.0 OR MIT

//! JSON as the config's types ask for it.
//!
//! `serde_json` tells a line and a column, brings floats along, and lets a list stand for any object. This tells the
//! path, knows only what the types are made of, and takes an object for an object; a test holds the two together.

mod variant;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use crate::json::{Parser, decimal};
use variant::{Tagged, Word};

/// Where reading ended, told from the inside out.
#[derive(Debug)]
pub(super) struct Misread {
    kind: Kind,
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A member that is none of the object's, or there twice: its name may be anything, and is not told.
    Member,
    /// No JSON.
    Syntax,
    /// A value of another kind than is needed here, or none.
    Value,
}

impl Misread {
    const fn of(kind: Kind) -> Self {
        Self { kind, path: String::new() }
    }

    /// The same, seen from the object or list around it.
    fn within(self, step: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Self { kind: self.kind, path: [step, joint, &self.path].concat() }
    }

    /// The place, for people.
    pub(super) fn place(self, reader: &Reader<'_>) -> String {
        match self.kind {
            Kind::Syntax => {
                let at = reader.parser.place();
                ["line ", &decimal(at.line.into()), ", column ", &decimal(at.column.into())].concat()
            }
            Kind::Member if self.path.is_empty() => "an unknown or repeated member of the document".to_owned(),
            Kind::Member => ["an unknown or repeated member of ", &self.path].concat(),
            Kind::Value if self.path.is_empty() => "the document".to_owned(),
            Kind::Value => self.path,
        }
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl std::error::Error for Misread {}

/// Messages would name what they found; only places are told.
impl Error for Misread {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::of(Kind::Value)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self::of(Kind::Value)
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::of(Kind::Value)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::of(Kind::Member)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of(Kind::Value).within(field)
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::of(Kind::Member)
    }
}

/// A document that is being read.
pub(super) struct Reader<'de> {
    text: &'de str,
    parser: Parser<'de>,
}

impl<'de> Reader<'de> {
    pub(super) const fn new(text: &'de str) -> Self {
        Self { text, parser: Parser::new(text) }
    }

    /// Whether nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), Misread> {
        self.parser.space();
        if self.parser.at == self.text.len() { Ok(()) } else { Err(Misread::of(Kind::Syntax)) }
    }

    fn next(&mut self) -> u8 {
        self.parser.space();
        self.parser.peek()
    }

    /// Why what comes next is not what is needed.
    fn unexpected(&mut self) -> Misread {
        let begins = matches!(self.next(), b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n');
        Misread::of(if begins { Kind::Value } else { Kind::Syntax })
    }

    fn expect(&mut self, byte: u8) -> Result<(), Misread> {
        if self.parser.take(byte) { Ok(()) } else { Err(Misread::of(Kind::Syntax)) }
    }

    fn string<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Misread> {
        // Most strings are as they are written.
        let from = self.parser.at + 1;
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let end = from + rest.iter().take_while(|byte| **byte >= b' ' && !matches!(byte, b'"' | b'\\')).count();
        if self.text.as_bytes().get(end) == Some(&b'"')
            && let Some(plain) = self.text.get(from..end)
        {
            self.parser.at = end + 1;
            return visitor.visit_borrowed_str(plain);
        }
        let string = self.parser.string().ok_or(Misread::of(Kind::Syntax))?;
        visitor.visit_string(string)
    }

    fn map<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Misread> {
        self.parser.at += 1;
        visitor.visit_map(Members { reader: self, index: 0, key: (0, 0) })
    }

    /// Goes to the next part of a list or an object, the `index`th; whether there is one.
    fn part(&mut self, index: usize, close: u8) -> Result<bool, Misread> {
        if self.parser.take(close) {
            return Ok(false);
        }
        if index > 0 {
            self.expect(b',')?;
        }
        Ok(true)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Misread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.next() {
            b'"' => self.string(visitor),
            b'{' => self.map(visitor),
            _ => Err(self.unexpected()),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        if self.next() == b'"' { self.string(visitor) } else { Err(self.unexpected()) }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        self.parser.space();
        let rest = self.text.as_bytes().get(self.parser.at..).unwrap_or_default();
        let truth = rest.starts_with(b"true");
        if !truth && !rest.starts_with(b"false") {
            return Err(self.unexpected());
        }
        self.parser.at += if truth { 4 } else { 5 };
        visitor.visit_bool(truth)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        if !matches!(self.next(), b'-' | b'0'..=b'9') {
            return Err(self.unexpected());
        }
        let number = self.parser.number().ok_or(Misread::of(Kind::Syntax))?;
        visitor.visit_u32(number.integer().ok_or(Misread::of(Kind::Value))?)
    }

    /// What is optional is left out; `null` is no value.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        if self.next() != b'[' {
            return Err(self.unexpected());
        }
        self.parser.at += 1;
        visitor.visit_seq(Elements { reader: self, index: 0 })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        if self.next() == b'{' { self.map(visitor) } else { Err(self.unexpected()) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        match self.next() {
            b'"' => visitor.visit_enum(Word(self)),
            b'{' => {
                self.parser.at += 1;
                visitor.visit_enum(Tagged(self))
            }
            _ => Err(self.unexpected()),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct ignored_any
    }
}

/// The elements of a list.
struct Elements<'r, 'de> {
    reader: &'r mut Reader<'de>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Misread;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misread> {
        if !self.reader.part(self.index, b']')? {
            return Ok(None);
        }
        let index = self.index;
        self.index += 1;
        match seed.deserialize(&mut *self.reader) {
            Ok(value) => Ok(Some(value)),
            Err(err) => Err(err.within(&at(index))),
        }
    }
}

/// The members of an object.
struct Members<'r, 'de> {
    reader: &'r mut Reader<'de>,
    /// Of the next member.
    index: usize,
    /// Where the name of the last one stands, quotes included.
    key: (usize, usize),
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Misread;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misread> {
        if !self.reader.part(self.index, b'}')? {
            return Ok(None);
        }
        if self.reader.next() != b'"' {
            return Err(Misread::of(Kind::Syntax));
        }
        let from = self.reader.parser.at;
        let name = seed.deserialize(&mut *self.reader)?;
        self.key = (from, self.reader.parser.at);
        self.index += 1;
        Ok(Some(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misread> {
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader).map_err(|err| {
            let quoted = self.reader.text.get(self.key.0..self.key.1).unwrap_or_default();
            let name = quoted.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or_default();
            if may_be_told(name) { err.within(name) } else { err.within(&at(self.index - 1)) }
        })
    }
}

fn at(index: usize) -> String {
    ["[", &decimal(index as u64), "]"].concat()
}

/// Whether a path may hold the name of a member: one of the schema's own, or one that a clinic chose and that is
/// neither a number nor an address.
pub(super) fn may_be_told(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let shaped = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    shaped && (1..=35).contains(&name.len()) && digits < 7
}
