// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One of several: by a word, or by an object with one member whose name says which.

use serde::de::{DeserializeSeed, EnumAccess, VariantAccess, Visitor};

use super::{Kind, Misread, Reader};

/// One of several words.
pub(super) struct Word<'r, 'de>(pub(super) &'r mut Reader<'de>);

impl<'de> EnumAccess<'de> for Word<'_, 'de> {
    type Error = Misread;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Misread> {
        Ok((seed.deserialize(&mut *self.0)?, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'_, 'de> {
    type Error = Misread;

    fn unit_variant(self) -> Result<(), Misread> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Misread> {
        Err(Misread::of(Kind::Value))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Misread> {
        Err(Misread::of(Kind::Value))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Misread> {
        Err(Misread::of(Kind::Value))
    }
}

/// An object with one member, whose name says what it is.
pub(super) struct Tagged<'r, 'de>(pub(super) &'r mut Reader<'de>);

impl<'r, 'de> EnumAccess<'de> for Tagged<'r, 'de> {
    type Error = Misread;
    type Variant = Variant<'r, 'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Variant<'r, 'de>), Misread> {
        if self.0.next() == b'}' {
            return Err(Misread::of(Kind::Value));
        }
        if self.0.next() != b'"' {
            return Err(Misread::of(Kind::Syntax));
        }
        let from = self.0.parser.at + 1;
        let which = seed.deserialize(&mut *self.0).map_err(|err| match err.kind {
            Kind::Value => Misread::of(Kind::Member),
            _ => err,
        })?;
        let name = self.0.text.get(from..self.0.parser.at.saturating_sub(1)).unwrap_or_default();
        self.0.expect(b':')?;
        Ok((which, Variant { reader: self.0, name }))
    }
}

pub(super) struct Variant<'r, 'de> {
    reader: &'r mut Reader<'de>,
    name: &'de str,
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Misread;

    fn unit_variant(self) -> Result<(), Misread> {
        Err(Misread::of(Kind::Value))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misread> {
        let value = seed.deserialize(&mut *self.reader).map_err(|err| err.within(self.name))?;
        match self.reader.next() {
            b'}' => {
                self.reader.parser.at += 1;
                Ok(value)
            }
            b',' => Err(Misread::of(Kind::Member)),
            _ => Err(Misread::of(Kind::Syntax)),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Misread> {
        Err(Misread::of(Kind::Value))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Misread> {
        Err(Misread::of(Kind::Value))
    }
}
