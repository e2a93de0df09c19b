// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The words of all enums as one graph.
//!
//! A path of bytes from the state of an enum is a word of that enum. States with the same continuations are one state,
//! so shared prefixes and suffixes are stored once: nine hundred voices take a few kilobytes.

use std::collections::{BTreeMap, HashMap};

/// The bits of a link: the next state, and two flags. `schema.rs` reads them.
const STATE: u16 = 0x3fff;
const LAST: u16 = 0x4000;
const WORD_ENDS: u16 = 0x8000;

pub(super) struct Words {
    /// The byte of each edge. The edges of a state are next to each other.
    pub(super) labels: Vec<u8>,
    pub(super) links: Vec<u16>,
    /// The state of each enum, by its name.
    pub(super) roots: BTreeMap<String, u16>,
}

impl Words {
    pub(super) fn of(enums: &BTreeMap<String, Vec<String>>) -> Self {
        // State 0 has no edges. Words end there unless a longer word continues them.
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

    /// The state for these words, which must be sorted and not empty.
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
        let state = u16::try_from(self.labels.len()).expect("the number of edges fits into u16");
        assert!(self.labels.len() + edges.len() < usize::from(STATE), "there are more edges than a link can refer to");
        for (index, (label, link)) in edges.iter().enumerate() {
            self.labels.push(*label);
            self.links.push(link | if index + 1 == edges.len() { LAST } else { 0 });
        }
        known.insert(edges, state);
        state
    }
}
