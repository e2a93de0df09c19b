// SPDX-License-Identifier: Apache-2.0 OR MIT

//! An event as it crosses the boundary: one text, and the length of each field in it.
//!
//! Lengths, not separators: a caller chooses the text, so no character could be trusted to separate.

/// A text cut into fields.
#[derive(Clone, Default)]
pub struct Frame {
    text: String,
    /// First [`Frame::HEAD`] numbers of its own, then the length of each field in bytes.
    numbers: Vec<u32>,
}

impl Frame {
    /// How many numbers stand before the lengths.
    pub const HEAD: usize = 5;

    /// Takes a text that the host wrote in Latin-1, one byte for a UTF-16 code unit, and its numbers. Lengths count UTF-16
    /// code units, as JavaScript does. A frame whose lengths do not fit its text has no fields.
    #[must_use]
    pub fn from_latin1(bytes: Vec<u8>, mut numbers: Vec<u32>) -> Self {
        let text = from_latin1(bytes, lengths(&mut numbers));
        Self::with(text, numbers)
    }

    /// The same for a text in UTF-16, the lower byte first. A lone surrogate is read as U+FFFD.
    #[must_use]
    pub fn from_utf16(bytes: &[u8], mut numbers: Vec<u32>) -> Self {
        let text = from_utf16(bytes, lengths(&mut numbers));
        Self::with(text, numbers)
    }

    /// The same for a text in UTF-8, from hosts that can write nothing else.
    #[must_use]
    pub fn from_utf8(bytes: Vec<u8>, mut numbers: Vec<u32>) -> Self {
        let text = from_utf8(bytes, lengths(&mut numbers));
        Self::with(text, numbers)
    }

    fn with(text: Option<String>, numbers: Vec<u32>) -> Self {
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

/// The lengths among the numbers of a frame.
fn lengths(numbers: &mut [u32]) -> &mut [u32] {
    numbers.get_mut(Frame::HEAD..).unwrap_or_default()
}

/// Reads Latin-1, and makes the lengths count bytes.
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

/// Reads UTF-16, but half a surrogate pair never with the half of another field's; makes the lengths count bytes.
fn from_utf16(bytes: &[u8], lengths: &mut [u32]) -> Option<String> {
    let (mut rest, odd) = bytes.as_chunks::<2>();
    let told = lengths.iter().map(|length| u64::from(*length)).sum::<u64>();
    if told != rest.len() as u64 || !odd.is_empty() {
        return None;
    }
    // UTF-8 takes at most three bytes for a code unit.
    let mut text = vec![0; rest.len() * 3];
    let mut room = text.as_mut_slice();
    let mut lengths = lengths.iter_mut();
    // The field that is being read, and how much of the text begins with what is left of it.
    let (mut field, mut within) = (&mut 0, 0);
    loop {
        let ascii = put_ascii(room, rest);
        rest = rest.get(ascii..)?;
        room = room.get_mut(ascii..)?;
        if rest.is_empty() {
            break;
        }
        let mut ahead = ascii;
        while within <= ahead {
            ahead -= within;
            field = lengths.next()?;
            within = *field as usize;
        }
        within -= ahead;
        let units = rest.get(..within)?.iter().map(|unit| u16::from_le_bytes(*unit));
        let next = char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
        let (place, left) = room.split_at_mut_checked(next.len_utf8())?;
        next.encode_utf8(place);
        (rest, room) = (rest.get(next.len_utf16()..)?, left);
        within -= next.len_utf16();
        *field += (next.len_utf8() - next.len_utf16()) as u32;
    }
    let left = room.len();
    text.truncate(text.len() - left);
    String::from_utf8(text).ok()
}

/// Writes what ASCII `units` begin with into `room`; how many they are.
fn put_ascii(room: &mut [u8], units: &[[u8; 2]]) -> usize {
    let mut written = 0;
    for (place, units) in room.as_chunks_mut::<4>().0.iter_mut().zip(units.as_chunks::<4>().0) {
        let Some(four) = ascii(*units) else { break };
        *place = four;
        written += 4;
    }
    let last = room.iter_mut().zip(units).skip(written);
    for (place, [low, _]) in last.take_while(|(_, unit)| matches!(unit, [0..0x80, 0])) {
        *place = *low;
        written += 1;
    }
    written
}

/// Four code units as bytes, where all are ASCII.
fn ascii(units: [[u8; 2]; 4]) -> Option<[u8; 4]> {
    let word = u64::from_le_bytes(*units.as_flattened().first_chunk()?);
    if word & 0xff80_ff80_ff80_ff80 != 0 {
        return None;
    }
    let pairs = (word | word >> 8) & 0x0000_ffff_0000_ffff;
    Some(((pairs | pairs >> 16) as u32).to_le_bytes())
}

/// Takes UTF-8, and makes the lengths count bytes.
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
fn bytes_of(text: &[u8], units: usize) -> usize {
    // Nearly all fields are ASCII.
    if text.get(..units).is_some_and(<[u8]>::is_ascii) {
        return units;
    }
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
        Self::from_utf8(fields.concat().into_bytes(), head.into_iter().chain(lengths).collect())
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
            let frames = [
                Some(Frame::from_utf8(joined.clone().into_bytes(), numbers.clone())),
                Some(Frame::from_utf16(&utf16(&joined), numbers.clone())),
                narrow.map(|narrow| Frame::from_latin1(narrow, numbers.clone())),
            ];
            for (encoding, frame) in frames.iter().flatten().enumerate() {
                assert_eq!(frame.fields().unwrap(), fields, "{encoding}");
            }
        }
    }

    #[test]
    fn halves_of_a_pair_do_not_meet() {
        let bytes = utf16("a😀b");
        let fields = |lengths: &[u32]| {
            let frame = Frame::from_utf16(&bytes, [&[0; 5], lengths].concat());
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
            let numbers = numbers.to_vec();
            let bytes = text.as_bytes().to_vec();
            for frame in [Frame::from_utf8(bytes, numbers.clone()), Frame::from_utf16(&utf16(text), numbers.clone())] {
                assert!(frame.fields().is_none_or(|fields| fields.is_empty()), "{text} {numbers:?}");
            }
        }
    }
}
