// SPDX-License-Identifier: Apache-2.0 OR MIT

//! An event as it crosses the boundary: one text, and the length of each field in it.
//!
//! Lengths, not separators: a caller chooses the text, so no character could be trusted to separate.

/// How the host wrote a text into memory. A lone surrogate, which no encoding of Unicode has, is read as U+FFFD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One byte for a UTF-16 code unit: texts of U+0000 to U+00FF, as nearly all are.
    #[cfg(feature = "webhook")]
    Latin1,
    /// Two bytes for a UTF-16 code unit, the lower first.
    #[cfg(feature = "webhook")]
    Utf16,
    /// For hosts that can write nothing else.
    #[cfg(feature = "library")]
    Utf8,
}

/// A text cut into fields.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    text: String,
    /// First [`Frame::HEAD`] numbers of its own, then the length of each field in bytes.
    numbers: Vec<u32>,
}

impl Frame {
    /// How many numbers stand before the lengths.
    pub const HEAD: usize = 5;

    /// Takes text and numbers as the host wrote them, lengths counting UTF-16 code units as JavaScript does. A frame
    /// whose lengths do not fit its text has no fields.
    #[must_use]
    pub fn new(bytes: Vec<u8>, encoding: Encoding, mut numbers: Vec<u32>) -> Self {
        let lengths = numbers.get_mut(Self::HEAD..).unwrap_or_default();
        let text = match encoding {
            #[cfg(feature = "webhook")]
            Encoding::Latin1 => from_latin1(bytes, lengths),
            #[cfg(feature = "webhook")]
            Encoding::Utf16 => from_utf16(&bytes, lengths),
            #[cfg(feature = "library")]
            Encoding::Utf8 => from_utf8(bytes, lengths),
        };
        text.map(|text| Self { text, numbers }).unwrap_or_default()
    }

    /// The fields as one text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// One of the numbers before the lengths; 0 where the frame is too short.
    #[must_use]
    pub fn head(&self, index: usize) -> u32 {
        debug_assert!(index < Self::HEAD);
        self.numbers.get(index).copied().unwrap_or_default()
    }

    /// The fields in order; `None` where lengths and text do not fit each other.
    #[must_use]
    pub fn fields(&self) -> Option<Vec<&str>> {
        let mut cut = self.cut();
        let mut fields = Vec::with_capacity(cut.left());
        while cut.left() > 0 {
            fields.push(cut.next()?);
        }
        cut.is_whole().then_some(fields)
    }

    /// Cuts the fields one by one.
    pub(super) fn cut(&self) -> Cut<'_> {
        Cut { rest: &self.text, lengths: self.numbers.get(Self::HEAD..).unwrap_or_default() }
    }
}

/// The fields of a frame that are not yet cut.
pub(super) struct Cut<'a> {
    rest: &'a str,
    lengths: &'a [u32],
}

impl<'a> Cut<'a> {
    /// The next field.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let (length, lengths) = self.lengths.split_first()?;
        let (field, rest) = self.rest.split_at_checked(*length as usize)?;
        (self.rest, self.lengths) = (rest, lengths);
        Some(field)
    }

    /// How many fields are left.
    pub(super) const fn left(&self) -> usize {
        self.lengths.len()
    }

    /// Whether the fields are all cut, and nothing is left of the text.
    pub(super) const fn is_whole(&self) -> bool {
        self.lengths.is_empty() && self.rest.is_empty()
    }
}

/// Reads Latin-1, and makes the lengths count bytes.
#[cfg(feature = "webhook")]
fn from_latin1(bytes: Vec<u8>, lengths: &mut [u32]) -> Option<String> {
    // In ASCII text a code unit is a byte already.
    if bytes.is_ascii() {
        return String::from_utf8(bytes).ok();
    }
    let mut wide = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        wide.extend_from_slice(&[byte, 0]);
    }
    from_utf16(&wide, lengths)
}

/// Reads UTF-16 field by field, so that half a surrogate pair never meets the half of another field's; makes the
/// lengths count bytes.
#[cfg(feature = "webhook")]
fn from_utf16(bytes: &[u8], lengths: &mut [u32]) -> Option<String> {
    let (mut rest, odd) = bytes.as_chunks::<2>();
    // UTF-8 takes at most three bytes for a code unit.
    let mut text = vec![0; rest.len() * 3];
    let mut room = text.as_mut_slice();
    for length in lengths {
        let (field, after) = rest.split_at_checked(*length as usize)?;
        let before = room.len();
        room = put_utf16(room, field)?;
        *length = (before - room.len()) as u32;
        rest = after;
    }
    let left = room.len();
    text.truncate(text.len() - left);
    if rest.is_empty() && odd.is_empty() { String::from_utf8(text).ok() } else { None }
}

/// Writes code units as UTF-8 into `room`; what is left of it.
#[cfg(feature = "webhook")]
fn put_utf16<'a>(mut room: &'a mut [u8], units: &[[u8; 2]]) -> Option<&'a mut [u8]> {
    let mut rest = units;
    loop {
        while let Some((four, after)) = rest.split_first_chunk::<4>()
            && let Some(ascii) = ascii(*four)
        {
            let (place, left) = room.split_first_chunk_mut()?;
            *place = ascii;
            (rest, room) = (after, left);
        }
        let narrow = rest.iter().take_while(|unit| matches!(unit, [0..0x80, 0])).count();
        let (places, left) = room.split_at_mut_checked(narrow)?;
        for (place, [low, _]) in places.iter_mut().zip(rest) {
            *place = *low;
        }
        (rest, room) = (rest.get(narrow..)?, left);
        let mut chars = char::decode_utf16(rest.iter().map(|unit| u16::from_le_bytes(*unit)));
        let Some(next) = chars.next() else {
            return Some(room);
        };
        let next = next.unwrap_or(char::REPLACEMENT_CHARACTER);
        next.encode_utf8(room.get_mut(..next.len_utf8())?);
        room = room.get_mut(next.len_utf8()..)?;
        rest = rest.get(next.len_utf16()..)?;
    }
}

/// Four code units as bytes, where all are ASCII.
#[cfg(feature = "webhook")]
fn ascii(units: [[u8; 2]; 4]) -> Option<[u8; 4]> {
    let word = u64::from_le_bytes(*units.as_flattened().first_chunk()?);
    if word & 0xff80_ff80_ff80_ff80 != 0 {
        return None;
    }
    let pairs = (word | word >> 8) & 0x0000_ffff_0000_ffff;
    Some(((pairs | pairs >> 16) as u32).to_le_bytes())
}

/// Takes UTF-8, and makes the lengths count bytes.
#[cfg(feature = "library")]
fn from_utf8(bytes: Vec<u8>, lengths: &mut [u32]) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    if !text.is_ascii() {
        let mut rest = text.as_str();
        for length in lengths {
            let (field, after) = rest.split_at_checked(bytes_of(rest.as_bytes(), *length as usize))?;
            *length = field.len() as u32;
            rest = after;
        }
    }
    Some(text)
}

/// How many bytes the first `units` UTF-16 code units of `text` take.
#[cfg(feature = "library")]
fn bytes_of(text: &[u8], units: usize) -> usize {
    let mut at = 0;
    let mut left = units;
    while left > 0 {
        let (bytes, taken) = match text.get(at) {
            None => return usize::MAX,
            Some(0..0x80) => (1, 1),
            Some(0x80..0xe0) => (2, 1),
            Some(0xe0..0xf0) => (3, 1),
            Some(_) => (4, 2),
        };
        at += bytes;
        left = left.saturating_sub(taken);
    }
    at
}

#[cfg(test)]
impl Frame {
    /// Writes a frame as a host does.
    pub(crate) fn of(head: [u32; Self::HEAD], fields: &[&str]) -> Self {
        let lengths = fields.iter().map(|field| field.encode_utf16().count() as u32);
        Self::new(fields.concat().into_bytes(), Encoding::Utf8, head.into_iter().chain(lengths).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn cuts_what_was_joined() {
        for fields in [
            &["a", "", "bc", "12345678901234567890"][..],
            &["é", "", "ÿ\u{80}abcdefgh", "a"],
            &["é", "", "😀x", "abcdefghé12345678", "\0", "\u{fffd}", "予約は明日です"],
            &[],
        ] {
            let joined = fields.concat();
            let mut numbers = vec![0; 5];
            numbers.extend(fields.iter().map(|field| field.encode_utf16().count() as u32));
            let narrow = joined.chars().all(|c| c <= 'ÿ').then(|| joined.chars().map(|c| c as u8).collect());
            for (bytes, encoding) in [
                (Some(joined.clone().into_bytes()), Encoding::Utf8),
                (Some(utf16(&joined)), Encoding::Utf16),
                (narrow, Encoding::Latin1),
            ] {
                let Some(bytes) = bytes else { continue };
                assert_eq!(Frame::new(bytes, encoding, numbers.clone()).fields().unwrap(), fields, "{encoding:?}");
            }
        }
    }

    #[test]
    fn halves_of_a_pair_do_not_meet() {
        let bytes = utf16("a😀b");
        let fields = |lengths: &[u32]| {
            let frame = Frame::new(bytes.clone(), Encoding::Utf16, [&[0; 5], lengths].concat());
            frame.fields().unwrap().join("|")
        };
        assert_eq!(fields(&[2, 2]), "a\u{fffd}|\u{fffd}b");
        assert_eq!(fields(&[1, 1, 1, 1]), "a|\u{fffd}|\u{fffd}|b");
        assert_eq!(fields(&[1, 2, 1]), "a|😀|b");
    }

    #[test]
    fn refuses_lengths_that_do_not_fit() {
        for (text, numbers) in [
            ("abc", &[0, 0, 0, 0, 0, 2][..]),
            ("abc", &[0, 0, 0, 0, 0, 4]),
            ("abc", &[0, 0, 0, 0, 0, 2, 2]),
            ("abc", &[0, 0, 0, 0, 0]),
            ("é", &[0, 0, 0, 0, 0, 3]),
            ("😀", &[0, 0, 0, 0, 0, 3]),
            ("abc", &[0, 0, 0, 0, 0, u32::MAX, u32::MAX]),
        ] {
            for (bytes, encoding) in [(text.as_bytes().to_vec(), Encoding::Utf8), (utf16(text), Encoding::Utf16)] {
                let frame = Frame::new(bytes, encoding, numbers.to_vec());
                assert!(frame.fields().is_none_or(|fields| fields.is_empty()), "{text} {numbers:?}");
            }
        }
    }
}
