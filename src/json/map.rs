// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A JSON object whose member names the clinic chooses.

use super::parser::Parser;
use super::typed::{ShapeError, Typed};
use crate::sort::sort;

/// The members of a JSON object, in order. A repeated name is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<V> {
    members: Vec<(String, V)>,
    /// The indexes of the members, sorted by name. A hash table would be slow for names that collide.
    sorted: Vec<u32>,
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self { members: Vec::new(), sorted: Vec::new() }
    }
}

impl<V> Map<V> {
    /// The member with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        self.at(self.position(name)?).map(|(_, value)| value)
    }

    /// The index of the member with this name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        let at = self.sorted.partition_point(|place| self.name(*place) < name);
        let place = *self.sorted.get(at)?;
        (self.name(place) == name).then_some(place as usize)
    }

    fn name(&self, place: u32) -> &str {
        self.at(place as usize).map_or("", |(name, _)| name)
    }

    /// The member at an index.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<(&str, &V)> {
        self.members.get(position).map(|(name, value)| (name.as_str(), value))
    }

    /// A map of these members, and whether every name is unique. If a name is repeated, [`Map::get`] returns its first
    /// member.
    fn of(members: Vec<(String, V)>) -> (Self, bool) {
        let mut sorted: Vec<u32> = (0..members.len() as u32).collect();
        let name = |place: &u32| members.get(*place as usize).map_or("", |(name, _)| name.as_str());
        sort(&mut sorted, |a, b| name(a) < name(b));
        sorted.dedup_by(|later, earlier| name(later) == name(earlier));
        let is_unique = sorted.len() == members.len();
        (Self { members, sorted }, is_unique)
    }

    /// All members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The number of members.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are no members.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

/// If a name is repeated, its first member is found.
impl<V> FromIterator<(String, V)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(members: I) -> Self {
        Self::of(members.into_iter().collect()).0
    }
}

impl<V: Typed> Typed for Map<V> {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        parser.open(b'{')?;
        let mut members: Vec<(String, V)> = Vec::new();
        while parser.has_next(members.is_empty(), b'}')? {
            let name = parser.name()?;
            let value = V::read(parser).map_err(|error| error.under_member(&name, members.len()))?;
            members.push((name.into_owned(), value));
        }
        let (map, is_unique) = Self::of(members);
        if is_unique { Ok(map) } else { Err(ShapeError::bad_member()) }
    }
}

#[cfg(feature = "schema")]
impl<V: schemars::JsonSchema> schemars::JsonSchema for Map<V> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        ["Map_of_", &V::schema_name()].concat().into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<String, V>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_of_many_members() {
        let name = |n: usize| ["name-", &n.to_string()].concat();
        let map: Map<usize> = (0..5_000).map(|n| (name(n), n)).collect();
        for (n, (known, value)) in map.iter().enumerate() {
            assert_eq!((map.position(known), value, known), (Some(n), &n, name(n).as_str()));
        }
        assert_eq!((map.get("name"), map.get(""), map.get("name-5000")), (None, None, None));
        assert_eq!(Map::<u8>::default().get("a"), None);
        let twice: Map<u8> = [("b", 1), ("a", 2), ("b", 3)].map(|(name, n)| (name.to_owned(), n)).into_iter().collect();
        assert_eq!((twice.get("a"), twice.get("b")), (Some(&2), Some(&1)));
    }
}
