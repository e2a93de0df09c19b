// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The schema of TwiML: tables that `schema/build.rs` makes from schema/twiml.json and schema/overlay.json.

/// The kind of a value or a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueKind {
    /// Any text.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A word of an enum.
    Enum,
    /// Keys of a phone; the argument is an index into `KEYS`.
    Keys,
    /// A whole number; the argument is an index into `RANGES`.
    Number,
    /// E.164, or an address that is not a number; with the argument 1 also a short code.
    Phone,
    /// A SIP address.
    Sip,
    /// An `http` or `https` URL, or a relative URL.
    Url,
    /// A `wss` URL; with the argument 1 it may have a query.
    Wss,
}

/// An element in one kind of document, under certain parents.
pub(super) struct Class {
    pub(super) name: u16,
    /// Start and end in `LISTS`.
    attributes: (u16, u16),
    /// Start and end in `CHILDREN`.
    children: (u16, u16),
    pub(super) takes_text: bool,
    /// Whether it requires text or an element inside.
    pub(super) needs_content: bool,
    pub(super) unless: Unless,
    pub(super) text: ValueKind,
    /// The maximum number of characters of its text; 0 for no limit.
    pub(super) max_chars: u16,
}

pub(super) struct Attribute {
    pub(super) name: u16,
    pub(super) kind: ValueKind,
    argument: u8,
    /// The state of its enum in the graph of words; 0 if it has no enum.
    pub(super) words: u16,
    /// Whether words outside the enum may be valid.
    pub(super) open: bool,
    /// Whether the value is a list of words separated by spaces.
    pub(super) list: bool,
    pub(super) required: bool,
    pub(super) unless: Unless,
}

/// The names of parents or other attributes that waive a requirement; 0 for no name.
pub(super) type Unless = [u16; 2];

include!(concat!(env!("OUT_DIR"), "/twiml_schema.rs"));

/// A name by its index.
pub(super) fn name(index: u16) -> &'static str {
    NAMES.get(usize::from(index)).copied().unwrap_or_default()
}

/// The class at an index of the tables.
pub(super) fn class(index: u8) -> &'static Class {
    // The tables contain only valid indexes.
    CLASSES.get(usize::from(index)).unwrap_or(&CLASSES[0])
}

/// The classes of the document whose root is `root`.
pub(super) fn classes(root: u8) -> impl Iterator<Item = u8> {
    let messaging = root == MESSAGING;
    (0..CLASSES.len() as u8).filter(move |class| (*class >= FIRST_MESSAGING) == messaging)
}

impl Class {
    pub(super) fn attributes(&self) -> impl Iterator<Item = &'static Attribute> {
        let (from, to) = self.attributes;
        let list = LISTS.get(usize::from(from)..usize::from(to)).unwrap_or_default();
        list.iter().filter_map(|index| ATTRIBUTES.get(usize::from(*index)))
    }

    pub(super) fn children(&self) -> &'static [u8] {
        let (from, to) = self.children;
        CHILDREN.get(usize::from(from)..usize::from(to)).unwrap_or_default()
    }

    /// The class of a child called `name`.
    pub(super) fn child(&self, name: &str) -> Option<u8> {
        self.children().iter().copied().find(|child| self::name(class(*child).name) == name)
    }
}

impl Attribute {
    pub(super) fn range(&self) -> (i32, i32) {
        RANGES.get(usize::from(self.argument)).copied().unwrap_or((i32::MIN, i32::MAX))
    }

    pub(super) fn keys(&self) -> &'static str {
        KEYS.get(usize::from(self.argument)).copied().unwrap_or_default()
    }

    /// Whether the value may also be a short code (`Phone`) or have a query (`Wss`).
    pub(super) const fn is_wide(&self) -> bool {
        self.argument == 1
    }
}

/// The bits of a link in the graph of words, as build/words.rs writes them.
const STATE: u16 = 0x3fff;
const LAST: u16 = 0x4000;
const WORD_ENDS: u16 = 0x8000;

/// The edges of a state: their bytes and links.
pub(super) fn edges(state: u16) -> impl Iterator<Item = (u8, Link)> {
    let mut at = Some(usize::from(state));
    core::iter::from_fn(move || {
        let here = at?;
        let (label, link) = (*LABELS.get(here)?, *LINKS.get(here)?);
        at = (link & LAST == 0).then_some(here + 1);
        Some((label, Link(link)))
    })
}

#[derive(Clone, Copy)]
pub(super) struct Link(u16);

impl Link {
    /// The next state; state 0 has no edges.
    pub(super) const fn state(self) -> u16 {
        self.0 & STATE
    }

    /// Whether a word ends here.
    pub(super) const fn ends_word(self) -> bool {
        self.0 & WORD_ENDS != 0
    }
}

/// Whether `word` is a word of the graph at `state`.
pub(super) fn has_word(state: u16, word: &str) -> bool {
    let mut state = state;
    let mut ends = false;
    for byte in word.bytes() {
        let Some((_, link)) = edges(state).find(|(label, _)| *label == byte && byte != 0) else {
            return false;
        };
        state = link.state();
        ends = link.ends_word();
    }
    ends
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The attribute of an element. Two classes may have the same element.
    fn known(element: &str, attribute: &str) -> Option<&'static Attribute> {
        let mut classes = classes(VOICE).map(class).filter(|class| name(class.name) == element);
        classes.find_map(|class| class.attributes().find(|known| name(known.name) == attribute))
    }

    #[test]
    fn the_graph_has_exactly_the_words_of_the_files() {
        let schema: Value = serde_json::from_str(include_str!("../../schema/twiml.json")).unwrap();
        let voice = &schema["documents"]["voice"];
        let (mut attributes, mut words) = (0, 0);
        for class in voice["classes"].as_object().unwrap().values() {
            let element = class["element"].as_str().unwrap();
            for (attribute, spec) in class["attributes"].as_object().unwrap() {
                let Some(list) = spec["enum"].as_str().map(|name| voice["enums"][name].as_array().unwrap()) else {
                    continue;
                };
                let found = known(element, attribute).unwrap();
                for word in list.iter().map(|word| word.as_str().unwrap()) {
                    assert!(has_word(found.words, word), "{element}@{attribute}={word}");
                    for other in [&word[..word.len() - 1], &[word, "x"].concat(), &["x", word].concat(), ""] {
                        let listed = list.iter().any(|word| word == other);
                        assert!(listed || !has_word(found.words, other), "{element}@{attribute}={other}");
                    }
                    words += 1;
                }
                attributes += 1;
            }
        }
        assert!(attributes > 40 && words > 1300, "{attributes} {words}");
        assert!(!has_word(known("Say", "voice").unwrap().words, "man\0"));
    }

    #[test]
    fn the_overlay_adds_and_changes() {
        assert!(known("ConversationRelay", "speechTimeout").is_some());
        assert!(known("ConversationRelay", "speechtimeout").is_some());
        assert_eq!(known("Record", "maxLength").unwrap().range(), (1, 14400));
        assert!(known("Record", "action").unwrap().kind == ValueKind::Url);
        assert!(has_word(known("Dial", "record").unwrap().words, "true"));
        assert!(known("Say", "voice").unwrap().open && !known("Dial", "trim").unwrap().open);
        assert_eq!(class(VOICE).children().len(), 20);
        assert_eq!(class(MESSAGING).children().len(), 2);
    }
}
