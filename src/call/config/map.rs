// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a config names: members in their order, each name once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// The members of a JSON object whose names the clinic chooses. A name that stands there twice is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<V> {
    members: Vec<(String, V)>,
    /// The places of the members in the order of their names, for finding one among a thousand.
    sorted: Vec<u32>,
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self { members: Vec::new(), sorted: Vec::new() }
    }
}

impl<V> Map<V> {
    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        self.at(self.position(name)?).map(|(_, value)| value)
    }

    /// Which member has that name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.search(name).ok()
    }

    /// The member at a place.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<(&str, &V)> {
        self.members.get(position).map(|(name, value)| (name.as_str(), value))
    }

    /// The place of the member of that name, or where its place is to be noted.
    fn search(&self, name: &str) -> Result<usize, usize> {
        let named = |place: &u32| self.at(*place as usize).map_or("", |(name, _)| name).cmp(name);
        self.sorted.binary_search_by(named).map(|at| self.sorted.get(at).map_or(0, |place| *place as usize))
    }

    /// Adds a member unless there is one of its name; whether it did.
    fn add(&mut self, name: String, value: V) -> bool {
        let Err(at) = self.search(&name) else {
            return false;
        };
        self.sorted.insert(at, self.members.len() as u32);
        self.members.push((name, value));
        true
    }

    /// All members in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

/// Of two members of one name, the first.
impl<V> FromIterator<(String, V)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(members: I) -> Self {
        let mut map = Self::default();
        for (name, value) in members {
            map.add(name, value);
        }
        map
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Map<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Members<V> {
            type Value = Map<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Map<V>, A::Error> {
                let mut map = Map::default();
                while let Some((name, value)) = access.next_entry::<String, V>()? {
                    if !map.add(name, value) {
                        return Err(A::Error::duplicate_field("a name"));
                    }
                }
                Ok(map)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
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
