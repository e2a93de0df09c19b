// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds the allowed word that is nearest to an unknown word: the word with the fewest letters to add, remove or
//! change. Case is ignored.

use super::schema;

/// The maximum length of a word. A longer word is not a misspelling.
const MAX_WORD_BYTES: usize = 40;

/// The word of the graph at `state` that is nearest to `word`; `None` if no word is near.
pub(super) fn in_graph(state: u16, word: &str) -> Option<String> {
    let mut search = Search::new(word)?;
    search.graph(state);
    search.into_nearest()
}

/// The name that is nearest to `word`; `None` if no name is near.
pub(super) fn among<'n>(names: impl Iterator<Item = &'n str>, word: &str) -> Option<String> {
    let mut search = Search::new(word)?;
    for name in names {
        for byte in name.bytes() {
            search.push(byte);
        }
        search.word_ends();
        search.clear();
    }
    search.into_nearest()
}

/// The words of the graph at `state`, separated by commas; `None` if there are more than eight.
pub(super) fn all(state: u16) -> Option<String> {
    fn visit(state: u16, word: &mut Vec<u8>, list: &mut Vec<u8>, left: &mut u32) {
        for (label, link) in schema::edges(state) {
            if *left == 0 {
                return;
            }
            word.push(label);
            if link.ends_word() {
                *left -= 1;
                if !list.is_empty() {
                    list.extend_from_slice(b", ");
                }
                list.extend_from_slice(word);
            }
            if link.state() != 0 {
                visit(link.state(), word, list, left);
            }
            word.pop();
        }
    }
    let (mut list, mut left) = (Vec::new(), 9);
    visit(state, &mut Vec::new(), &mut list, &mut left);
    if left == 0 { None } else { String::from_utf8(list).ok() }
}

/// The edit distance of Wagner and Fischer. There is one row for each byte of a candidate, so candidates with the same
/// prefix share its rows.
struct Search {
    /// The unknown word in lowercase.
    wanted: Vec<u8>,
    /// The candidate.
    word: Vec<u8>,
    rows: Vec<u8>,
    /// A candidate must have a smaller distance. It starts as the limit for a misspelling, and is then the smallest
    /// distance found.
    distance: u8,
    nearest: Vec<u8>,
}

impl Search {
    fn new(word: &str) -> Option<Self> {
        let wanted = word.as_bytes().to_ascii_lowercase();
        if wanted.len() > MAX_WORD_BYTES {
            return None;
        }
        let rows = (0..=wanted.len() as u8).collect();
        let distance = 2 + wanted.len() as u8 / 4;
        Some(Self { wanted, word: Vec::new(), rows, distance, nearest: Vec::new() })
    }

    /// Adds a byte to the candidate. Returns whether the candidate can still become the nearest.
    fn push(&mut self, byte: u8) -> bool {
        let width = self.wanted.len() + 1;
        let above = self.rows.len() - width;
        let mut left = self.rows[above].saturating_add(1);
        let mut min = left;
        self.rows.push(left);
        for at in 1..width {
            let change = u8::from(self.wanted[at - 1] != byte.to_ascii_lowercase());
            let diagonal = self.rows[above + at - 1].saturating_add(change);
            left = diagonal.min(left.saturating_add(1)).min(self.rows[above + at].saturating_add(1));
            self.rows.push(left);
            min = min.min(left);
        }
        self.word.push(byte);
        min < self.distance
    }

    fn pop(&mut self) {
        self.word.pop();
        self.rows.truncate(self.rows.len() - (self.wanted.len() + 1));
    }

    fn clear(&mut self) {
        self.word.clear();
        self.rows.truncate(self.wanted.len() + 1);
    }

    fn word_ends(&mut self) {
        let distance = self.rows.last().copied().unwrap_or(u8::MAX);
        if distance < self.distance {
            self.distance = distance;
            self.nearest.clone_from(&self.word);
        }
    }

    fn graph(&mut self, state: u16) {
        for (label, link) in schema::edges(state) {
            let near = self.push(label);
            if link.ends_word() {
                self.word_ends();
            }
            if near && link.state() != 0 {
                self.graph(link.state());
            }
            self.pop();
        }
    }

    fn into_nearest(self) -> Option<String> {
        if self.nearest.is_empty() { None } else { String::from_utf8(self.nearest).ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let near = |word| among(["timeout", "timeLimit", "trim", "action"].into_iter(), word);
        for (word, expected) in [
            ("timeOut", Some("timeout")),
            ("TIMELIMIT", Some("timeLimit")),
            ("tim", Some("trim")),
            ("acton", Some("action")),
            ("acsiom", Some("action")),
            ("voice", None),
            ("", None),
        ] {
            assert_eq!(near(word).as_deref(), expected, "{word}");
        }
        assert_eq!(near(&"t".repeat(41)), None);
    }

    #[test]
    fn the_graph_and_the_list_of_its_words_give_the_same() {
        fn words(state: u16, prefix: &str, list: &mut Vec<String>) {
            for (label, link) in schema::edges(state) {
                let word = [prefix, &char::from(label).to_string()].concat();
                if link.ends_word() {
                    list.push(word.clone());
                }
                if link.state() != 0 {
                    words(link.state(), &word, list);
                }
            }
        }
        let ring = schema::classes(schema::VOICE).map(schema::class).find(|class| schema::name(class.name) == "Dial");
        let tone = ring.unwrap().attributes().find(|known| schema::name(known.name) == "ringTone").unwrap().words;
        let mut list = Vec::new();
        words(tone, "", &mut list);
        assert!(list.len() > 30);
        for word in ["usa", "u", "gb", "xx", "us-olt", "", "automatic"] {
            assert_eq!(in_graph(tone, word), among(list.iter().map(String::as_str), word), "{word}");
        }
        assert_eq!(all(tone), None);
    }
}
