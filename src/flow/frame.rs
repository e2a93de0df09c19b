// SPDX-License-Identifier: Apache-2.0 OR MIT

//! An event as it crosses the boundary: one text, and the length of each field in it.
//!
//! Lengths, not separators: a caller chooses the text, so no character could be trusted to separate.

/// A text cut into fields. Lengths count UTF-16 code units, as JavaScript does; the text is UTF-8.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    text: String,
    /// First [`Frame::HEAD`] numbers of its own, then a length for each field.
    numbers: Vec<u32>,
}

impl Frame {
    /// How many numbers stand before the lengths.
    pub const HEAD: usize = 5;

    /// Takes text and numbers as the host wrote them.
    #[must_use]
    pub const fn new(text: String, numbers: Vec<u32>) -> Self {
        Self { text, numbers }
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
        let lengths = self.numbers.get(Self::HEAD..)?;
        let mut fields = Vec::with_capacity(lengths.len());
        let mut rest = self.text.as_str();
        // In ASCII text a code unit is a byte.
        let mut ascii = ascii_prefix(rest);
        for length in lengths {
            let units = *length as usize;
            let bytes = if units <= ascii { units } else { bytes_of(rest.as_bytes(), units) };
            let (field, after) = rest.split_at_checked(bytes)?;
            fields.push(field);
            rest = after;
            ascii = if units <= ascii { ascii - units } else { ascii_prefix(rest) };
        }
        rest.is_empty().then_some(fields)
    }
}

/// How many bytes at the beginning are ASCII, at the least.
fn ascii_prefix(text: &str) -> usize {
    let (words, _) = text.as_bytes().as_chunks::<8>();
    let not_ascii = |word: &[u8; 8]| u64::from_ne_bytes(*word) & 0x8080_8080_8080_8080 != 0;
    match words.iter().position(not_ascii) {
        Some(words) => words * 8,
        None if text.is_ascii() => text.len(),
        None => words.len() * 8,
    }
}

/// How many bytes the first `units` UTF-16 code units of `text` take.
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
    /// Writes a frame as the host does.
    pub(crate) fn of(head: [u32; Self::HEAD], fields: &[&str]) -> Self {
        let lengths = fields.iter().map(|field| field.encode_utf16().count() as u32);
        Self { text: fields.concat(), numbers: head.into_iter().chain(lengths).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_what_was_joined() {
        for fields in [
            &["a", "", "bc", "12345678901234567890"][..],
            &["é", "", "😀x", "abcdefghé12345678", "\0", "\u{fffd}", "予約は明日です"],
            &[],
        ] {
            assert_eq!(Frame::of([0; 5], fields).fields().unwrap(), fields);
        }
    }

    #[test]
    fn refuses_lengths_that_do_not_fit() {
        for (text, numbers) in [
            ("abc", &[0, 0, 0, 0, 0, 2][..]),
            ("abc", &[0, 0, 0, 0, 0, 4]),
            ("abc", &[0, 0, 0, 0, 0, 2, 2]),
            ("abc", &[0]),
            ("é", &[0, 0, 0, 0, 0, 3]),
            ("😀", &[0, 0, 0, 0, 0, 1, 1]),
            ("abc", &[0, 0, 0, 0, 0, u32::MAX, u32::MAX]),
        ] {
            assert_eq!(Frame::new(text.to_owned(), numbers.to_vec()).fields(), None, "{text} {numbers:?}");
        }
    }
}
