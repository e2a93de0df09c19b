// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a config names: members in their order, each name once.

use crate::json::{Misfit, Parser, Typed};
use crate::text::hash;

/// The members of a JSON object whose names the clinic chooses. A name that stands there twice is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<V> {
    members: Vec<(String, V)>,
    /// Where the members stand, from 1, by a hash of their names; 0 where none does. A power of two of them, once there
    /// are so many members that looking through them takes longer.
    slots: Vec<u32>,
}

/// As many members as are looked through.
const FEW: usize = 8;

/// How many slots a name may try. Names that were not made to collide try a few.
const MAX_PROBES: usize = 200;

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self { members: Vec::new(), slots: Vec::new() }
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
        if self.slots.is_empty() {
            return self.members.iter().position(|(known, _)| known == name);
        }
        let place = *self.slots.get(self.slot(name)?)?;
        (place as usize).checked_sub(1)
    }

    /// The member at a place.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<(&str, &V)> {
        self.members.get(position).map(|(name, value)| (name.as_str(), value))
    }

    /// The slot of that name, or the free one that it would take; at least half of them are free. `None` where so many names
    /// collide that somebody has looked for them.
    fn slot(&self, name: &str) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let first = hash(name) as usize;
        (0..MAX_PROBES).map(|step| first.wrapping_add(step) & mask).find(|at| match self.slots.get(*at) {
            Some(place @ 1..) => self.at(*place as usize - 1).is_none_or(|(known, _)| known == name),
            _ => true,
        })
    }

    /// Adds a member unless there is one of its name, or too many like it; whether it did.
    fn add(&mut self, name: String, value: V) -> bool {
        if self.position(&name).is_some() || !self.slots.is_empty() && self.slot(&name).is_none() {
            return false;
        }
        self.members.push((name, value));
        let count = self.members.len();
        if count > FEW && self.slots.len() < count * 2 {
            self.slots = vec![0; count.next_power_of_two() * 4];
            for place in 0..count {
                self.note(place);
            }
        } else if count > FEW {
            self.note(count - 1);
        }
        true
    }

    /// Notes where the member at a place stands.
    fn note(&mut self, place: usize) {
        let slot = self.at(place).and_then(|(name, _)| self.slot(name));
        if let Some(slot) = slot.and_then(|slot| self.slots.get_mut(slot)) {
            *slot = place as u32 + 1;
        }
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

impl<V: Typed> Typed for Map<V> {
    fn read(parser: &mut Parser<'_>) -> Result<Self, Misfit> {
        parser.open(b'{')?;
        let mut map = Self::default();
        while parser.goes_on(map.is_empty(), b'}')? {
            let name = parser.name()?;
            let value = V::read(parser).map_err(|misfit| misfit.under_member(&name, map.len()))?;
            if !map.add(name.into_owned(), value) {
                return Err(Misfit::member());
            }
        }
        Ok(map)
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
    fn finds_each_of_many_once() {
        let mut map = Map::default();
        for n in 0..5_000_usize {
            let name = ["name-", &n.to_string()].concat();
            assert_eq!(map.position(&name), None);
            assert!(map.add(name.clone(), n));
            assert!(!map.add(name.clone(), 0));
            assert_eq!((map.position(&name), map.get(&name), map.len()), (Some(n), Some(&n), n + 1));
        }
        for (n, (name, value)) in map.iter().enumerate() {
            assert_eq!((map.position(name), value), (Some(n), &n));
        }
        assert_eq!((map.get("name"), map.get(""), Map::<u8>::default().get("a")), (None, None, None));
    }
}
