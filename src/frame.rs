// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The format in which the host passes an event to the core: one text, and the length of each field in it.
//!
//! The format has lengths instead of separators, because a request may contain any separator.

/// One text that contains several fields.
#[derive(Clone, Default)]
pub struct Frame {
    text: String,
    /// The head ([`Frame::HEAD`] numbers), then the length of each field in bytes.
    numbers: Vec<u32>,
}

impl Frame {
    /// The size of the head: how many numbers come before the lengths.
    pub const HEAD: usize = 5;

    /// Makes a frame of the text and the numbers that the host wrote. The text is in Latin-1. The lengths in `numbers`
    /// are in UTF-16 code units, as in JavaScript. If they do not match the text, [`Frame::fields`] returns `None` or
    /// no fields.
    #[must_use]
    pub fn from_latin1(bytes: Vec<u8>, mut numbers: Vec<u32>) -> Self {
        let text = from_latin1(bytes, lengths(&mut numbers));
        Self::new(text, numbers)
    }

    /// Same as [`Frame::from_latin1`], for a text in UTF-16, little-endian. A lone surrogate becomes U+FFFD.
    #[must_use]
    pub fn from_utf16(bytes: &[u8], mut numbers: Vec<u32>) -> Self {
        let text = from_utf16(bytes, lengths(&mut numbers));
        Self::new(text, numbers)
    }

    /// Same as [`Frame::from_latin1`], for a text in UTF-8, which the npm package writes.
    #[must_use]
    pub fn from_utf8(bytes: Vec<u8>, mut numbers: Vec<u32>) -> Self {
        let text = from_utf8(bytes, lengths(&mut numbers));
        Self::new(text, numbers)
    }

    fn new(text: Option<String>, numbers: Vec<u32>) -> Self {
        text.map(|text| Self { text, numbers }).unwrap_or_default()
    }

    /// The fields as one text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A number of the head; 0 if the frame is too short.
    #[must_use]
    pub fn head(&self, index: usize) -> u32 {
        debug_assert!(index < Self::HEAD);
        self.numbers.get(index).copied().unwrap_or_default()
    }

    /// The fields in order; `None` if the lengths do not match the text.
    #[must_use]
    pub fn fields(&self) -> Option<Vec<&str>> {
        let mut reader = self.reader();
        let mut fields = Vec::with_capacity(reader.remaining());
        while reader.remaining() > 0 {
            fields.push(reader.next()?);
        }
        reader.is_at_end().then_some(fields)
    }

    /// A reader that returns the fields one by one.
    pub(super) fn reader(&self) -> FieldReader<'_> {
        FieldReader { rest: &self.text, lengths: self.numbers.get(Self::HEAD..).unwrap_or_default() }
    }
}

/// The fields of a frame that are not read yet.
pub(super) struct FieldReader<'a> {
    rest: &'a str,
    lengths: &'a [u32],
}

impl<'a> FieldReader<'a> {
    /// The next field. `None` at the end, or if the length does not match the text.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let (length, lengths) = self.lengths.split_first()?;
        let (field, rest) = self.rest.split_at_checked(*length as usize)?;
        (self.rest, self.lengths) = (rest, lengths);
        Some(field)
    }

    /// The number of fields that are left to read.
    pub(super) const fn remaining(&self) -> usize {
        self.lengths.len()
    }

    /// Whether all fields are read and no text remains.
    pub(super) const fn is_at_end(&self) -> bool {
        self.lengths.is_empty() && self.rest.is_empty()
    }
}

/// The lengths among the numbers of a frame.
fn lengths(numbers: &mut [u32]) -> &mut [u32] {
    numbers.get_mut(Frame::HEAD..).unwrap_or_default()
}

/// Converts Latin-1 to UTF-8, and the lengths to bytes.
fn from_latin1(bytes: Vec<u8>, lengths: &mut [u32]) -> Option<String> {
    // In ASCII, a UTF-16 code unit is one byte, so the lengths stay the same.
    if bytes.is_ascii() {
        return String::from_utf8(bytes).ok();
    }
    let mut wide = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        wide.extend_from_slice(&[byte, 0]);
    }
    from_utf16(&wide, lengths)
}

/// Converts UTF-16 to UTF-8, and the lengths to bytes. If a field ends inside a surrogate pair, each half becomes
/// U+FFFD.
fn from_utf16(bytes: &[u8], lengths: &mut [u32]) -> Option<String> {
    let (mut rest, odd) = bytes.as_chunks::<2>();
    let total = lengths.iter().map(|length| u64::from(*length)).sum::<u64>();
    if total != rest.len() as u64 || !odd.is_empty() {
        return None;
    }
    // In UTF-8, a UTF-16 code unit takes at most three bytes.
    let mut text = vec![0; rest.len() * 3];
    let mut output = text.as_mut_slice();
    let mut lengths = lengths.iter_mut();
    // The length of the current field, and the number of its code units that are left to read.
    let (mut field, mut unread) = (&mut 0, 0);
    loop {
        let ascii = copy_ascii(output, rest);
        rest = rest.get(ascii..)?;
        output = output.get_mut(ascii..)?;
        if rest.is_empty() {
            break;
        }
        let mut copied = ascii;
        while unread <= copied {
            copied -= unread;
            field = lengths.next()?;
            unread = *field as usize;
        }
        unread -= copied;
        let units = rest.get(..unread)?.iter().map(|unit| u16::from_le_bytes(*unit));
        let next = char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
        let (place, left) = output.split_at_mut_checked(next.len_utf8())?;
        next.encode_utf8(place);
        (rest, output) = (rest.get(next.len_utf16()..)?, left);
        unread -= next.len_utf16();
        *field += (next.len_utf8() - next.len_utf16()) as u32;
    }
    let unused = output.len();
    text.truncate(text.len() - unused);
    String::from_utf8(text).ok()
}

/// Copies the ASCII characters at the start of `units` to `output`, and returns how many it copied.
fn copy_ascii(output: &mut [u8], units: &[[u8; 2]]) -> usize {
    let mut written = 0;
    for (place, units) in output.as_chunks_mut::<4>().0.iter_mut().zip(units.as_chunks::<4>().0) {
        let Some(four) = ascii(*units) else { break };
        *place = four;
        written += 4;
    }
    let last = output.iter_mut().zip(units).skip(written);
    for (place, [low, _]) in last.take_while(|(_, unit)| matches!(unit, [0..0x80, 0])) {
        *place = *low;
        written += 1;
    }
    written
}

/// Four code units as bytes; `None` unless all are ASCII.
fn ascii(units: [[u8; 2]; 4]) -> Option<[u8; 4]> {
    let word = u64::from_le_bytes(*units.as_flattened().first_chunk()?);
    if word & 0xff80_ff80_ff80_ff80 != 0 {
        return None;
    }
    let pairs = (word | word >> 8) & 0x0000_ffff_0000_ffff;
    Some(((pairs | pairs >> 16) as u32).to_le_bytes())
}

/// Reads UTF-8, and converts the lengths to bytes.
fn from_utf8(bytes: Vec<u8>, lengths: &mut [u32]) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    if !text.is_ascii() {
        let mut rest = text.as_str();
        for length in lengths {
            let (field, after) = rest.split_at_checked(utf8_length(rest.as_bytes(), *length as usize))?;
            *length = field.len() as u32;
            rest = after;
        }
    }
    Some(text)
}

/// The number of bytes in the first `units` UTF-16 code units of `text`. `usize::MAX` if the text is shorter.
fn utf8_length(text: &[u8], units: usize) -> usize {
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
    /// A frame as a host writes it.
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
    fn joined_fields_are_split_again() {
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
    fn surrogate_halves_of_two_fields_are_not_joined() {
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
    fn lengths_that_do_not_match_the_text_are_refused() {
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
