// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Patterns of digits: regular expressions encoded in half-bytes by scripts/phones/pack.ts.
//!
//! | half-byte | means |
//! |---|---|
//! | 0–9 | that digit |
//! | 10 … 11 | group |
//! | 12 | alternative |
//! | 13 and three more | any of the digits whose bits are set |
//! | 14 | any digit |
//! | 15 and *n* from 2 to 14 | the item before, *n* times |
//! | 15, 1 | the item before, zero or one time |
//! | 15, 0, *n*, *m* | the item before, *n* to *m* times |
//! | 15, 15 | the end |
//!
//! A pattern is matched at all positions at once: the input is a set of positions, and the output is the set of
//! positions that the pattern can reach from them. The time is bounded by the length of the pattern and does not depend
//! on the digits.

const OPEN: u8 = 10;
const CLOSE: u8 = 11;
const OR: u8 = 12;
const CLASS: u8 = 13;
const ANY: u8 = 14;
const REPEAT: u8 = 15;

/// A pattern, and its offset in half-bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pattern<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A set of positions between digits: bit *n* is the position before digit *n*.
type Positions = u32;

impl<'a> Pattern<'a> {
    /// The first pattern of `bytes`.
    pub(super) const fn first(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The pattern after this one.
    pub(super) fn next(mut self) -> Self {
        self.run_alternatives(&[], 0);
        self.at += 2;
        self
    }

    /// Whether the pattern matches all of `digits`, at most 31. Advances to the next pattern.
    pub(super) fn matches(&mut self, digits: &[u8]) -> bool {
        self.prefix_ends(digits) >> digits.len() & 1 == 1
    }

    /// Every prefix of `digits` that it matches: bit *n* for the prefix of *n* digits. Advances to the next pattern.
    pub(super) fn prefix_ends(&mut self, digits: &[u8]) -> u32 {
        let prefix_ends = self.run_alternatives(digits, 1);
        self.at += 2;
        prefix_ends
    }

    /// The length of the longest non-empty prefix of `digits` that it matches.
    pub(super) fn prefix(mut self, digits: &[u8]) -> Option<usize> {
        let prefix_ends = self.run_alternatives(digits, 1) & !1;
        (prefix_ends != 0).then(|| 31 - prefix_ends.leading_zeros() as usize)
    }

    /// The literal digits at its start.
    pub(super) fn literal(mut self) -> Vec<u8> {
        let mut digits = Vec::new();
        while self.peek() < OPEN {
            digits.push(self.take());
        }
        digits
    }

    /// The number of bytes before it.
    #[cfg(test)]
    pub(super) fn bytes_used(self) -> usize {
        self.at.div_ceil(2)
    }

    fn peek(self) -> u8 {
        let byte = self.bytes.get(self.at / 2).copied().unwrap_or(0xff);
        if self.at.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
    }

    fn take(&mut self) -> u8 {
        let nibble = self.peek();
        self.at += 1;
        nibble
    }

    /// Matches alternatives up to the end of their group, or of the pattern, and stops before that end.
    fn run_alternatives(&mut self, digits: &[u8], from: Positions) -> Positions {
        let (mut reached, mut positions) = (0, from);
        loop {
            match self.peek() {
                CLOSE | REPEAT => return reached | positions,
                OR => {
                    self.at += 1;
                    reached |= positions;
                    positions = from;
                }
                _ if positions == 0 => self.skip(),
                _ => positions = self.run_repeated(digits, positions),
            }
        }
    }

    /// Skips the rest of an alternative.
    fn skip(&mut self) {
        let mut depth = 0;
        loop {
            match self.peek() {
                CLOSE | OR if depth == 0 => return,
                OPEN => depth += 1,
                CLOSE => depth -= 1,
                CLASS => self.at += 3,
                REPEAT => {
                    let end = *self;
                    self.at += 1;
                    match self.peek() {
                        REPEAT => {
                            *self = end;
                            return;
                        }
                        0 => self.at += 2,
                        _ => {}
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Matches one item and the repetition after it.
    fn run_repeated(&mut self, digits: &[u8], from: Positions) -> Positions {
        let start = self.at;
        let mut positions = self.run_item(digits, from);
        let after = *self;
        let (min, max) = match (self.take(), self.take()) {
            (REPEAT, 1) => (0, 1),
            (REPEAT, 0) => (self.take(), self.take()),
            (REPEAT, times) if times != REPEAT => (times, times),
            _ => {
                *self = after;
                return positions;
            }
        };
        let mut reached = if min == 0 { from } else { 0 };
        let mut again = *self;
        for times in 1..=max {
            if positions == 0 {
                break;
            }
            if times > 1 {
                again.at = start;
                positions = again.run_item(digits, positions);
            }
            if times >= min {
                reached |= positions;
            }
        }
        reached
    }

    fn run_item(&mut self, digits: &[u8], from: Positions) -> Positions {
        let allowed = match self.take() {
            OPEN => {
                let positions = self.run_alternatives(digits, from);
                self.at += 1;
                return positions;
            }
            CLASS => {
                [self.take(), self.take(), self.take()].iter().fold(0, |mask, nibble| mask << 4 | u16::from(*nibble))
            }
            ANY => 0x3ff,
            digit => 1 << digit,
        };
        let mut positions = 0;
        if from == 0 {
            return 0;
        }
        for (index, digit) in digits.iter().enumerate() {
            if from >> index & 1 == 1 && allowed >> (digit & 15) & 1 == 1 {
                positions |= 2 << index;
            }
        }
        positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `0(?:11?|2)[3-5]{2}|6\d{1,3}7?`, and `12` after it.
    const BYTES: [u8; 16] =
        [0x0a, 0x11, 0xf1, 0xc2, 0xbd, 0x03, 0x8f, 0x2c, 0x6e, 0xf0, 0x13, 0x7f, 0x1f, 0xf1, 0x2f, 0xff];

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn matches_complete_numbers_and_prefixes() {
        let mut pattern = Pattern::first(&BYTES);
        let mut second = pattern.next();
        for (text, whole, prefix) in [
            ("0133", true, Some(4)),
            ("01145", true, Some(5)),
            ("0255", true, Some(4)),
            ("0256", false, None),
            ("02559", false, Some(4)),
            ("61", true, Some(2)),
            ("612", true, Some(3)),
            ("61234", false, Some(4)),
            ("61237", true, Some(5)),
            ("6", false, None),
            ("", false, None),
        ] {
            let mut again = Pattern::first(&BYTES);
            let pattern = again;
            assert_eq!((again.matches(&digits(text)), pattern.prefix(&digits(text))), (whole, prefix), "{text}");
        }
        assert!(!pattern.matches(&digits("12")) && pattern.matches(&digits("12")));
        assert!(!second.matches(&digits("1")));
    }

    #[test]
    fn terminates_for_any_bytes() {
        let mut state = 1_u32;
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..24)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .collect();
            let pattern = Pattern::first(&bytes);
            let _ = ({ pattern }.matches(&digits("0123456789")), pattern.prefix(&digits("99999")), pattern.next());
        }
    }
}
