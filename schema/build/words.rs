// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The words of all enums as one graph.
//!
//! A path of bytes from an enum's state is a word of that enum. States with the same words ahead of them are one state,
//! so the beginnings and the endings that words share are stored once: nine hundred voices take some kilobytes.

use std::collections::{BTreeMap, HashMap};

/// A link: the state it leads to, and two marks. `schema.rs` reads it.
const STATE: u16 = 0x3fff;
const LAST: u16 = 0x4000;
const WORD_ENDS: u16 = 0x8000;

pub(super) struct Words {
    /// The byte of each edge; the edges of a state stand side by side.
    pub(super) labels: Vec<u8>,
    pub(super) links: Vec<u16>,
    /// By the name of the enum, where its first edge stands.
    pub(super) roots: BTreeMap<String, u16>,
}

impl Words {
    pub(super) fn of(enums: &BTreeMap<String, Vec<String>>) -> Self {
        // State 0 has no edges, and is where words end that no other word goes on from.
        let mut words = Self { labels: vec![0], links: vec![LAST], roots: BTreeMap::new() };
        let mut known = HashMap::new();
        for (name, list) in enums {
            let mut sorted: Vec<&[u8]> = list.iter().map(String::as_bytes).collect();
            sorted.sort_unstable();
            assert!(sorted.iter().all(|word| !word.is_empty()), "{name} has an empty word");
            let root = words.state(&sorted, &mut known);
            words.roots.insert(name.clone(), root);
        }
        words
    }

    /// The state whose words these are; sorted, and none of them empty.
    fn state(&mut self, words: &[&[u8]], known: &mut HashMap<Vec<(u8, u16)>, u16>) -> u16 {
        let mut edges: Vec<(u8, u16)> = Vec::new();
        for same in words.chunk_by(|a, b| a[0] == b[0]) {
            let rest: Vec<&[u8]> = same.iter().map(|word| &word[1..]).collect();
            let (ends, rest) = rest.split_at(rest.iter().take_while(|word| word.is_empty()).count());
            let to = if rest.is_empty() { 0 } else { self.state(rest, known) };
            edges.push((same[0][0], to | if ends.is_empty() { 0 } else { WORD_ENDS }));
        }
        if let Some(state) = known.get(&edges) {
            return *state;
        }
        let state = u16::try_from(self.labels.len()).expect("few words");
        assert!(self.labels.len() + edges.len() < usize::from(STATE), "more edges than a link can name");
        for (index, (label, link)) in edges.iter().enumerate() {
            self.labels.push(*label);
            self.links.push(link | if index + 1 == edges.len() { LAST } else { 0 });
        }
        known.insert(edges, state);
        state
    }
}
