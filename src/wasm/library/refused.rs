// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How a refusal crosses, and how a frame is split.

use crate::error::Code;
use crate::frame::Frame;

/// A call that is not answered: the code, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) code: Code,
    /// A path in the config, the number of a field in the frame, or nothing.
    pub(super) at: String,
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self { code, at: String::new() }
    }
}

impl Refused {
    /// As it crosses: code, help and place, a line each.
    pub(super) fn lines(&self) -> String {
        [self.code.as_str(), "\n", self.code.help(), "\n", &self.at].concat()
    }
}

pub(super) fn code_help(code: &str) -> &'static str {
    Code::ALL.iter().find(|known| known.as_str() == code).map_or("", |known| known.help())
}

pub(super) fn fields(frame: &Frame) -> Result<Vec<&str>, Code> {
    frame.fields().ok_or(Code::EventInvalid)
}

/// Splits off `count` groups of `each` fields.
pub(super) fn split<'a, 'b>(
    fields: &'a [&'b str],
    count: u32,
    each: usize,
) -> Result<(&'a [&'b str], &'a [&'b str]), Code> {
    let length = (count as usize).checked_mul(each).ok_or(Code::EventInvalid)?;
    fields.split_at_checked(length).ok_or(Code::EventInvalid)
}

pub(super) fn in_pairs<'a>(fields: &[&'a str]) -> Result<Vec<(&'a str, &'a str)>, Code> {
    if !fields.len().is_multiple_of(2) {
        return Err(Code::EventInvalid);
    }
    let mut pairs = Vec::with_capacity(fields.len() / 2);
    for pair in fields.chunks_exact(2) {
        pairs.push((pair[0], pair[1]));
    }
    Ok(pairs)
}
