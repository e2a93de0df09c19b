// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Documents into the types of `serde`, with no tree between.
//!
//! `serde_json`'s own deserializer unrolls its parser into every type, which is four times the code of this; and it
//! tells a line where whoever wrote a config needs a path. How deep a document may be, the types tell: none of a
//! config's holds itself.

use std::borrow::Cow;
use std::fmt::Display;

use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer as _, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::{Json, Parser, decimal};

/// Where a tree does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Misfit {
    /// The path of the value that does not fit, or of the object with a member that does not belong there:
    /// `actions.day[1].dial`; `""` for the document. A name that may be a number or an address is told by its place.
    pub path: String,
    /// Whether it is a member that is unknown, or there twice. Its name may be anything, a person's or a number, and is
    /// not told.
    pub is_member: bool,
}

/// Reads a document as a `T`.
///
/// # Errors
/// [`Misfit`], the first. Of a text that is no JSON, [`Json::parse`](super::Json::parse) tells the place.
pub fn fit<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Misfit> {
    let mut parser = Parser::of(text);
    let value = T::deserialize(&mut parser)?;
    if parser.is_done() { Ok(value) } else { Err(Misfit::default()) }
}

impl Misfit {
    #[cold]
    #[inline(never)]
    fn under(mut self, step: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = [step, joint, &self.path].concat();
        self
    }

    #[cold]
    #[inline(never)]
    fn under_index(self, index: usize) -> Self {
        self.under(&["[", &decimal(index as u64), "]"].concat())
    }

    #[cold]
    #[inline(never)]
    fn member() -> Self {
        Self { path: String::new(), is_member: true }
    }
}

impl std::error::Error for Misfit {}

impl Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)
    }
}

/// What is said of a value is never kept: it could be a number or a name.
impl Error for Misfit {
    fn custom<T: Display>(_: T) -> Self {
        Self::default()
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::default()
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::default()
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::default()
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::member()
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::member()
    }

    fn missing_field(field: &'static str) -> Self {
        Self::default().under(field)
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::member()
    }
}

/// Everything that is told apart by what stands there goes one way.
macro_rules! as_it_is {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
            self.deserialize_any(visitor)
        })*
    };
}

/// What does not depend on a type, so that it is there once.
impl<'a> Parser<'a> {
    /// Begins an object or an array.
    fn open(&mut self, bracket: u8) -> Result<(), Misfit> {
        if self.take(bracket) { Ok(()) } else { Err(Misfit::default()) }
    }

    /// Goes on to the next member or element, or past the end.
    fn goes_on(&mut self, first: bool, end: u8) -> Result<bool, Misfit> {
        if self.take(end) {
            Ok(false)
        } else if first || self.take(b',') {
            Ok(true)
        } else {
            Err(Misfit::default())
        }
    }

    fn name(&mut self) -> Result<Cow<'a, str>, Misfit> {
        self.space();
        let name = self.string().ok_or_else(Misfit::default)?;
        self.open(b':')?;
        Ok(name)
    }

    fn words(&mut self) -> Result<Cow<'a, str>, Misfit> {
        self.space();
        self.string().ok_or_else(Misfit::default)
    }

    /// No config has fractions, or numbers below zero.
    fn count(&mut self) -> Result<u64, Misfit> {
        self.number().and_then(|digits| digits.parse().ok()).ok_or_else(Misfit::default)
    }

    fn truth(&mut self) -> Result<bool, Misfit> {
        match self.value(0) {
            Some(Json::Bool(truth)) => Ok(truth),
            _ => Err(Misfit::default()),
        }
    }
}

impl<'a> Deserializer<'a> for &mut Parser<'a> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.space();
        match self.peek() {
            b'"' => self.deserialize_str(visitor),
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => visitor.visit_unit(),
            _ => visitor.visit_u64(self.count()?),
        }
    }

    /// `null` is no way to leave something out.
    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_any(visitor)
    }

    /// A struct would be taken from an array as well.
    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.space();
        if self.peek() == b'"' {
            let name = self.words()?;
            // No such word is a value that does not fit, and no member.
            return visitor
                .visit_enum(Variant { name, content: None })
                .map_err(|misfit| Misfit { is_member: false, ..misfit });
        }
        self.open(b'{')?;
        let name = self.name()?;
        let value = visitor.visit_enum(Variant { name, content: Some(&mut *self) })?;
        self.open(b'}')?;
        Ok(value)
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.words()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.open(b'[')?;
        visitor.visit_seq(Elements { parser: self, at: 0 })
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.open(b'{')?;
        visitor.visit_map(Members { parser: self, at: 0, name: Cow::Borrowed("") })
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_bool(self.truth()?)
    }

    as_it_is! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 deserialize_char
        deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }
}

struct Elements<'p, 'a> {
    parser: &'p mut Parser<'a>,
    at: usize,
}

impl<'a> SeqAccess<'a> for Elements<'_, 'a> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        if !self.parser.goes_on(self.at == 0, b']')? {
            return Ok(None);
        }
        self.at += 1;
        seed.deserialize(&mut *self.parser).map(Some).map_err(|misfit| misfit.under_index(self.at - 1))
    }
}

struct Members<'p, 'a> {
    parser: &'p mut Parser<'a>,
    at: usize,
    /// Of the member whose value is next.
    name: Cow<'a, str>,
}

impl<'a> MapAccess<'a> for Members<'_, 'a> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        if !self.parser.goes_on(self.at == 0, b'}')? {
            return Ok(None);
        }
        self.at += 1;
        self.name = self.parser.name()?;
        let name: StrDeserializer<'_, Misfit> = (*self.name).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        seed.deserialize(&mut *self.parser).map_err(|misfit| {
            if may_be_told(&self.name) { misfit.under(&self.name) } else { misfit.under_index(self.at - 1) }
        })
    }
}

/// Whether a path may hold the name of a member: one that a schema has, or that somebody chose and that is neither a
/// number nor an address.
pub(crate) fn may_be_told(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let shaped = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    shaped && (1..=35).contains(&name.len()) && digits < 7
}

/// A word, or an object of one member.
struct Variant<'p, 'a> {
    name: Cow<'a, str>,
    content: Option<&'p mut Parser<'a>>,
}

impl<'a> EnumAccess<'a> for Variant<'_, 'a> {
    type Error = Misfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Misfit> {
        let name: StrDeserializer<'_, Misfit> = (*self.name).into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'a> VariantAccess<'a> for Variant<'_, 'a> {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        if self.content.is_none() { Ok(()) } else { Err(Misfit::default().under(&self.name)) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Misfit> {
        match self.content {
            Some(parser) => seed.deserialize(parser),
            None => Err(Misfit::default()),
        }
        .map_err(|misfit| misfit.under(&self.name))
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        match self.content {
            Some(parser) => parser.deserialize_any(visitor),
            None => Err(Misfit::default()),
        }
        .map_err(|misfit| misfit.under(&self.name))
    }

    fn struct_variant<V: Visitor<'a>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Misfit> {
        self.tuple_variant(0, visitor)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Plan {
        first_name: Option<String>,
        counts: Vec<u32>,
        verbs: Vec<Verb>,
        needed: Option<Needed>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Needed {
        here: bool,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum Verb {
        Stop,
        Say(String),
        Ask { times: u8 },
    }

    fn plan(text: &str) -> Result<Plan, (String, bool)> {
        fit(text).map_err(|Misfit { path, is_member }| (path, is_member))
    }

    #[test]
    fn fits_what_serde_json_fits() {
        for text in [
            "{}",
            r#"{"firstName":"é","counts":[1,4294967295],"verbs":["stop",{"say":"x"},{"ask":{"times":255}}],"needed":{"here":true}}"#,
        ] {
            assert_eq!(plan(text).unwrap(), serde_json::from_str::<Plan>(text).unwrap());
        }
    }

    #[test]
    fn tells_the_path_and_never_a_value() {
        for (text, path, is_member) in [
            ("[]", "", false),
            ("7", "", false),
            (r#"{"+15550100001":1}"#, "", true),
            (r#"{"firstName":null}"#, "firstName", false),
            (r#"{"firstName":"a","firstName":"b"}"#, "", true),
            (r#"{"counts":[1,"2"]}"#, "counts[1]", false),
            (r#"{"counts":[1,-2]}"#, "counts[1]", false),
            (r#"{"counts":[1.5]}"#, "counts[0]", false),
            (r#"{"counts":[4294967296]}"#, "counts[0]", false),
            (r#"{"verbs":[{"shout":"x"}]}"#, "verbs[0]", true),
            (r#"{"verbs":[{"say":"x","stop":1}]}"#, "verbs[0]", false),
            (r#"{"verbs":[{"say":7}]}"#, "verbs[0].say", false),
            (r#"{"verbs":["say"]}"#, "verbs[0].say", false),
            (r#"{"verbs":["shout"]}"#, "verbs[0]", false),
            (r#"{"verbs":[{"stop":{}}]}"#, "verbs[0].stop", false),
            (r#"{"verbs":[{"ask":{"times":256}}]}"#, "verbs[0].ask.times", false),
            (r#"{"verbs":["stop",{"ask":{}}]}"#, "verbs[1].ask.times", false),
            (r#"{"needed":{}}"#, "needed.here", false),
            (r#"{"needed":{"there":1}}"#, "needed", true),
            (r#"{"needed":[true]}"#, "needed", false),
        ] {
            assert_eq!(plan(text), Err((path.to_owned(), is_member)), "{text}");
        }
    }
}
