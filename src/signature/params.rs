// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The parameters of a form POST, as the signature covers them.

use core::cmp::Ordering;

use crate::sort::sort;
use crate::text::copy;

/// How the names are sorted. What Twilio's back end does is unknown, and its libraries disagree: Node, Java and C#
/// sort by UTF-16 code unit; Python, Go, PHP and Ruby sort by code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// By UTF-16 code unit.
    Utf16,
    /// By code point. This is also the order of the UTF-8 bytes.
    CodePoint,
}

/// The parameters of one request in signing order, and the text that they add to the URL.
#[derive(Debug, Default)]
pub struct SignedParams {
    tail: Vec<u8>,
    /// The text in the order of code points, if it differs.
    by_code_point: Option<Vec<u8>>,
}

impl SignedParams {
    /// Sorts `pairs`, which must be all received pairs. If a name is repeated, each of its different values is signed
    /// once, in sorted order.
    #[must_use]
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        Self::of(pairs, &sorted(pairs, SortOrder::Utf16))
    }

    /// Uses an `order` that was made from the same names in the same places.
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

    /// Keeps the order of `pairs`, for a caller that sorts by its own rules.
    #[must_use]
    pub fn in_order(pairs: &[(&str, &str)]) -> Self {
        let mut order = Vec::with_capacity(pairs.len());
        for index in 0..pairs.len() {
            order.push(Place { prefix: 0, index });
        }
        Self { tail: concat(pairs, &order), by_code_point: None }
    }

    /// The text after the URL in the signed text, in UTF-8, sorted as Twilio's Node library does.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// The same in the order of code points; `None` if it does not differ.
    #[must_use]
    pub fn other_tail(&self) -> Option<&[u8]> {
        self.by_code_point.as_deref()
    }
}

/// Whether the two orders may differ: they do so only if a code point above U+FFFF is compared with one in
/// U+E000..U+FFFF.
fn orders_may_differ(text: &[u8]) -> bool {
    let (lines, rest) = text.as_chunks::<32>();
    let (mut high, mut astral) = (false, false);
    let mut scan = |bytes: &[u8]| {
        for byte in bytes {
            high |= matches!(byte, 0xee | 0xef);
            astral |= *byte >= 0xf0;
        }
    };
    for line in lines {
        // Checks 32 bytes at once, because nearly all text of a webhook request is ASCII.
        let mut bits = 0;
        for word in line.as_chunks::<8>().0 {
            bits |= u64::from_ne_bytes(*word);
        }
        if bits & 0x8080_8080_8080_8080 != 0 {
            scan(line);
        }
    }
    if !rest.is_ascii() {
        scan(rest);
    }
    high && astral
}

/// The place of a pair among the received pairs.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The first eight bytes of its name as a number. Most comparisons need only this.
    prefix: u64,
    index: usize,
}

/// The signing order of parameters with certain names and any values.
#[derive(Clone, Debug, Default)]
pub struct SigningOrder(Vec<Place>);

impl SigningOrder {
    /// Sorts names; `None` if a name is repeated.
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

/// The places in signing order. A repeated pair is listed once.
fn sorted(pairs: &[(&str, &str)], order: SortOrder) -> Vec<Place> {
    let mut places = Vec::with_capacity(pairs.len());
    for (index, (name, _)) in pairs.iter().enumerate() {
        places.push(Place { prefix: prefix(name.as_bytes()), index });
    }
    sort(&mut places, |a, b| {
        // Outside ASCII the two orders may differ, so the prefix is not enough.
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
    // For an empty name the shift is 64, which is not allowed, and the prefix is 0.
    prefix.checked_shl(8 * (8 - name.len() as u32)).unwrap_or(0)
}

fn compare(a: &str, b: &str, order: SortOrder) -> Ordering {
    let bytes = a.bytes().zip(b.bytes());
    for (a, b) in bytes {
        if a != b {
            // In UTF-16, code points above U+FFFF (first byte F0 and up in UTF-8) come before U+E000..U+FFFF (EE and
            // EF).
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
    fn pairs_are_sorted_by_name_then_value_without_repeats() {
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
    fn an_order_can_be_used_with_any_values() {
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
    fn in_order_keeps_the_order() {
        assert_eq!(SignedParams::in_order(&[("b", "1"), ("a", "2"), ("a", "2")]).tail(), b"b1a2a2");
    }

    #[test]
    fn both_orders_are_kept_if_they_differ() {
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
    fn names_are_compared_as_in_javascript() {
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
