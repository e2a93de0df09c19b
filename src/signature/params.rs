// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The parameters of a form post, as the signature takes them.

use core::cmp::Ordering;

use crate::sort::sort;
use crate::text::copy;

/// How the names are ordered. Twilio's own back end is unknown, and its libraries disagree: Node, Java and C#
/// sort by UTF-16 code unit, Python, Go, PHP and Ruby by code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// By UTF-16 code unit.
    Utf16,
    /// By code point, which is the order of the UTF-8 bytes too.
    CodePoint,
}

/// The parameters of one request in signing order, and the text that they add to the URL.
#[derive(Debug, Default)]
pub struct SignedParams {
    tail: Vec<u8>,
    /// The text in the other order, where that differs.
    by_code_point: Option<Vec<u8>>,
}

impl SignedParams {
    /// Orders `pairs`, all that were received: a repeated name gives each of its values once, in order.
    #[must_use]
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        Self::of(pairs, &sorted(pairs, SortOrder::Utf16))
    }

    /// Takes pairs whose names are those that `order` was made of, in the same places.
    #[must_use]
    pub fn ordered(pairs: &[(&str, &str)], order: &SigningOrder) -> Self {
        Self::of(pairs, &order.0)
    }

    fn of(pairs: &[(&str, &str)], places: &[Place]) -> Self {
        let tail = concat(pairs, places);
        let by_code_point = orders_may_differ(&tail)
            .then(|| concat(pairs, &sorted(pairs, SortOrder::CodePoint)))
            .filter(|other| *other != tail);
        Self { tail, by_code_point }
    }

    /// Takes `pairs` in the order they have, for a caller that sorts by rules of its own.
    #[must_use]
    pub fn in_order(pairs: &[(&str, &str)]) -> Self {
        let mut order = Vec::with_capacity(pairs.len());
        for index in 0..pairs.len() {
            order.push(Place { prefix: 0, index });
        }
        Self { tail: concat(pairs, &order), by_code_point: None }
    }

    /// What follows the URL in the signed text, sorted as Twilio's Node library does; UTF-8.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// The same in the other order, where that differs.
    #[must_use]
    pub fn other_tail(&self) -> Option<&[u8]> {
        self.by_code_point.as_deref()
    }
}

/// The two orders part only where a code point above U+FFFF is compared with one in U+E000..U+FFFF.
fn orders_may_differ(text: &[u8]) -> bool {
    let (lines, rest) = text.as_chunks::<32>();
    let (mut high, mut astral) = (false, false);
    let mut look = |bytes: &[u8]| {
        for byte in bytes {
            high |= matches!(byte, 0xee | 0xef);
            astral |= *byte >= 0xf0;
        }
    };
    for line in lines {
        // 32 ASCII characters at once: nearly all of a webhook.
        let mut bits = 0;
        for word in line.as_chunks::<8>().0 {
            bits |= u64::from_ne_bytes(*word);
        }
        if bits & 0x8080_8080_8080_8080 != 0 {
            look(line);
        }
    }
    if !rest.is_ascii() {
        look(rest);
    }
    high && astral
}

/// Where a pair stands among those received.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The first eight bytes of its name as a number: most comparisons end here.
    prefix: u64,
    index: usize,
}

/// The signing order of parameters with certain names, whatever their values.
#[derive(Clone, Debug, Default)]
pub struct SigningOrder(Vec<Place>);

impl SigningOrder {
    /// Orders names; `None` where one is there twice.
    #[must_use]
    pub fn new(names: &[String]) -> Option<Self> {
        let mut pairs = Vec::with_capacity(names.len());
        for name in names {
            pairs.push((name.as_str(), ""));
        }
        let places = sorted(&pairs, SortOrder::Utf16);
        (places.len() == names.len()).then_some(Self(places))
    }
}

/// The places in signing order, each pair once.
fn sorted(pairs: &[(&str, &str)], order: SortOrder) -> Vec<Place> {
    let mut places = Vec::with_capacity(pairs.len());
    for (index, (name, _)) in pairs.iter().enumerate() {
        places.push(Place { prefix: prefix(name.as_bytes()), index });
    }
    sort(&mut places, |a, b| {
        // Beyond ASCII the orders may differ, and the bytes are not the whole story.
        if a.prefix != b.prefix && (a.prefix | b.prefix) & 0x8080_8080_8080_8080 == 0 {
            return a.prefix < b.prefix;
        }
        let ((name_a, value_a), (name_b, value_b)) = (pairs[a.index], pairs[b.index]);
        compare(name_a, name_b, order).then_with(|| compare(value_a, value_b, order)) == Ordering::Less
    });
    places.dedup_by(|a, b| a.prefix == b.prefix && pairs[a.index] == pairs[b.index]);
    places
}

fn prefix(name: &[u8]) -> u64 {
    if let Some(first) = name.first_chunk::<8>() {
        return u64::from_be_bytes(*first);
    }
    let mut prefix = 0;
    for byte in name {
        prefix = prefix << 8 | u64::from(*byte);
    }
    // An empty name is all zeros already, and a shift by 64 is none.
    prefix.checked_shl(8 * (8 - name.len() as u32)).unwrap_or(0)
}

fn compare(a: &str, b: &str, order: SortOrder) -> Ordering {
    let bytes = a.bytes().zip(b.bytes());
    for (a, b) in bytes {
        if a != b {
            // In UTF-16 what is above U+FFFF, F0 and up in UTF-8, comes before U+E000..U+FFFF, EE and EF.
            let flipped = order == SortOrder::Utf16 && a.min(b) >= 0xee && a.min(b) < 0xf0 && a.max(b) >= 0xf0;
            return if flipped { b.cmp(&a) } else { a.cmp(&b) };
        }
    }
    a.len().cmp(&b.len())
}

fn concat(pairs: &[(&str, &str)], order: &[Place]) -> Vec<u8> {
    let mut length = 0;
    for place in order {
        let (name, value) = pairs[place.index];
        length += name.len() + value.len();
    }
    let mut bytes = vec![0; length];
    let mut rest = bytes.as_mut_slice();
    for place in order {
        let (name, value) = pairs[place.index];
        rest = copy(rest, name.as_bytes());
        rest = copy(rest, value.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(pairs: &[(&str, &str)]) -> String {
        String::from_utf8(SignedParams::new(pairs).tail().to_owned()).unwrap()
    }

    #[test]
    fn sorts_by_name_then_value_and_drops_repeats() {
        assert_eq!(tail(&[("b", "1"), ("a", "2"), ("a", "1"), ("a", "2")]), "a1a2b1");
        assert_eq!(
            tail(&[("MediaUrl2", "c"), ("MediaUrl10", "b"), ("MediaUrl1", "a")]),
            "MediaUrl1aMediaUrl10bMediaUrl2c"
        );
        assert_eq!(
            tail(&[("CalledCountry", "1"), ("CalledCity", "2"), ("Called", "")]),
            "CalledCalledCity2CalledCountry1"
        );
        assert_eq!(tail(&[("", "1"), ("", ""), ("a", "2")]), "1a2");
        assert_eq!(tail(&[]), "");
    }

    #[test]
    fn an_order_serves_all_values() {
        for names in
            [&["b", "a", "c"][..], &["CalledCity", "Called", "CalledCountry"], &["", "\u{10000}", "\u{e000}"], &[]]
        {
            let order = SigningOrder::new(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
            for value in ["", "x", "é", "\u{ffff}", "😀"] {
                let pairs: Vec<_> = names.iter().map(|name| (*name, value)).collect();
                let (ordered, new) = (SignedParams::ordered(&pairs, &order), SignedParams::new(&pairs));
                assert_eq!((ordered.tail(), ordered.other_tail()), (new.tail(), new.other_tail()), "{pairs:?}");
            }
        }
    }

    #[test]
    fn keeps_a_given_order() {
        assert_eq!(SignedParams::in_order(&[("b", "1"), ("a", "2"), ("a", "2")]).tail(), b"b1a2a2");
    }

    #[test]
    fn gives_both_orders_where_they_differ() {
        let differing = [("\u{e000}", "pua"), ("\u{10000}", "astral")];
        let params = SignedParams::new(&differing);
        assert_eq!(params.tail(), "\u{10000}astral\u{e000}pua".as_bytes());
        assert_eq!(params.other_tail(), Some("\u{e000}pua\u{10000}astral".as_bytes()));
        for same in [[("\u{d7ff}", "a"), ("😀", "b")], [("Body", "😀"), ("From", "ｚ")]] {
            assert_eq!(SignedParams::new(&same).other_tail(), None);
        }
        assert!(SignedParams::new(&[("a", "ｚ"), ("a", "😀")]).other_tail().is_some());
    }

    #[test]
    fn compares_as_javascript_does() {
        let texts = [
            "",
            "a",
            "ab",
            "é",
            "\u{7ff}",
            "\u{800}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{ffff}",
            "😀",
            "\u{10ffff}",
            "a😀",
            "aｚ",
        ];
        for a in texts {
            for b in texts {
                assert_eq!(compare(a, b, SortOrder::Utf16), a.encode_utf16().cmp(b.encode_utf16()), "{a:?} {b:?}");
                assert_eq!(compare(a, b, SortOrder::CodePoint), a.cmp(b), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_nul_sorts_before_everything() {
        assert_eq!(tail(&[("ab", "1"), ("a\0", "2"), ("a", "3")]), "a3a\x002ab1");
    }
}
