// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The JSON parser (RFC 8259).

use std::borrow::Cow;

use super::{Json, JsonError};

/// The maximum number of levels that the parser makes a tree of.
const MAX_DEPTH: u32 = 128;

/// Parses a document.
pub(crate) struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// [`Json::parse_lenient`].
    lenient: bool,
}

impl<'a> Parser<'a> {
    pub(super) const fn of(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, lenient: false }
    }

    /// A parser for [`Json::parse_lenient`].
    pub(super) const fn lenient(text: &'a str) -> Self {
        Self { lenient: true, ..Self::of(text) }
    }

    /// Whether only white space is left.
    pub(super) fn is_done(&mut self) -> bool {
        self.space();
        self.at == self.bytes.len()
    }

    pub(super) fn peek(&self) -> u8 {
        // JSON does not allow NUL, so 0 means the end.
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    pub(super) fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// Consumes `byte`, and the whitespace before it.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        self.space();
        let there = self.peek() == byte;
        self.at += usize::from(there);
        there
    }

    pub(super) fn value(&mut self, depth: u32) -> Option<Json> {
        self.space();
        match self.peek() {
            b'{' | b'[' if depth == MAX_DEPTH && !self.lenient => None,
            b'{' | b'[' if depth == MAX_DEPTH => {
                let from = self.at;
                self.skip()?;
                self.since(from).map(|json| Json::Raw(json.to_owned()))
            }
            b'{' => {
                self.at += 1;
                let mut members = Vec::new();
                if self.take(b'}') {
                    return Some(Json::Object(members));
                }
                loop {
                    self.space();
                    let name = self.string()?.into_owned();
                    if !self.take(b':') {
                        return None;
                    }
                    members.push((name, self.value(depth + 1)?));
                    if self.take(b'}') {
                        return Some(Json::Object(members));
                    }
                    if !self.take(b',') {
                        return None;
                    }
                }
            }
            b'[' => {
                self.at += 1;
                let mut elements = Vec::new();
                if self.take(b']') {
                    return Some(Json::List(elements));
                }
                loop {
                    elements.push(self.value(depth + 1)?);
                    if self.take(b']') {
                        return Some(Json::List(elements));
                    }
                    if !self.take(b',') {
                        return None;
                    }
                }
            }
            b'"' => self.string().map(|text| Json::Text(text.into_owned())),
            b'-' | b'0'..=b'9' => self.number().map(|digits| Json::Number(digits.to_owned())),
            _ => [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)]
                .into_iter()
                .find(|(word, _)| self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())))
                .map(|(word, value)| {
                    self.at += word.len();
                    value
                }),
        }
    }

    /// Skips a value of any depth without recursion.
    fn skip(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            self.space();
            let bracket = self.peek();
            if let b'{' | b'[' = bracket {
                self.at += 1;
                let closing = if bracket == b'{' { b'}' } else { b']' };
                if !self.take(closing) {
                    open.push(closing);
                    self.skip_name(closing)?;
                    continue;
                }
            } else {
                // This value is not an array or an object, so the depth has no effect.
                self.value(MAX_DEPTH)?;
            }
            // A value has ended. The arrays and objects around it may end as well.
            loop {
                let Some(closing) = open.last().copied() else { return Some(()) };
                if self.take(closing) {
                    open.pop();
                } else if self.take(b',') {
                    self.skip_name(closing)?;
                    break;
                } else {
                    return None;
                }
            }
        }
    }

    /// Skips the name of the next member, if this is an object.
    fn skip_name(&mut self, closing: u8) -> Option<()> {
        if closing == b'}' {
            self.space();
            self.string()?;
            return self.take(b':').then_some(());
        }
        Some(())
    }

    /// The name of the first member of the next value, which is not consumed. `None` if it is not an object with
    /// members.
    pub(crate) fn first_name(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at;
        let name = if self.take(b'{') {
            self.space();
            self.string()
        } else {
            None
        };
        self.at = start;
        name
    }

    fn digits(&mut self) -> bool {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at > from
    }

    pub(super) fn number(&mut self) -> Option<&'a str> {
        let from = self.at;
        self.at += usize::from(self.peek() == b'-');
        let leading_zero = self.peek() == b'0';
        let whole = self.at;
        if !self.digits() || (leading_zero && self.at > whole + 1) {
            return None;
        }
        if self.peek() == b'.' {
            self.at += 1;
            if !self.digits() {
                return None;
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), b'+' | b'-'));
            if !self.digits() {
                return None;
            }
        }
        self.since(from)
    }

    /// The text from `from` to the current position.
    fn since(&self, from: usize) -> Option<&'a str> {
        self.text.get(from..self.at)
    }

    /// A string. It is copied only if it has escapes.
    pub(super) fn string(&mut self) -> Option<Cow<'a, str>> {
        if self.peek() != b'"' {
            return None;
        }
        self.at += 1;
        let mut string = Cow::Borrowed("");
        loop {
            let rest = self.bytes.get(self.at..)?;
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
            let from = self.at;
            self.at += plain;
            // Appending to an empty `Cow` borrows.
            string += self.since(from)?;
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Some(string);
                }
                b'\\' => string.to_mut().push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        self.at += 2;
        Some(match *self.bytes.get(self.at - 1)? {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                // Half a pair is not a character. It occurs if a text was cut inside an emoji.
                let replacement = self.lenient.then_some(char::REPLACEMENT_CHARACTER);
                char::from_u32(self.pair(unit).unwrap_or(unit)).or(replacement)?
            }
            _ => return None,
        })
    }

    /// The code point of a surrogate pair whose first half is `high`. Consumes the second half if it follows.
    fn pair(&mut self, high: u32) -> Option<u32> {
        let from = self.at;
        if !(0xd800..0xdc00).contains(&high) || !self.bytes.get(from..)?.starts_with(b"\\u") {
            return None;
        }
        self.at += 2;
        let low = self.unit().and_then(|unit| unit.checked_sub(0xdc00)).filter(|low| *low < 0x400);
        if low.is_none() {
            // The next escape is not the second half, so it is read separately.
            self.at = from;
        }
        low.map(|low| 0x1_0000 + ((high - 0xd800) << 10 | low))
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for byte in self.bytes.get(self.at..self.at + 4)? {
            unit = unit << 4 | char::from(*byte).to_digit(16)?;
        }
        self.at += 4;
        Some(unit)
    }

    pub(super) fn place(&self) -> JsonError {
        let (mut line, mut column) = (1, 1);
        for byte in self.bytes.iter().take(self.at) {
            column += 1;
            if *byte == b'\n' {
                line += 1;
                column = 1;
            }
        }
        JsonError { line, column }
    }
}
