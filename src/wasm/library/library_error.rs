// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The error of an export, and functions that split the fields of a frame.

use crate::error::Code;
use crate::frame::Frame;

/// An error: the code, and the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LibraryError {
    pub(super) code: Code,
    /// A path in an argument or in the config, or empty.
    pub(super) at: String,
}

impl From<Code> for LibraryError {
    fn from(code: Code) -> Self {
        Self { code, at: String::new() }
    }
}

impl LibraryError {
    /// The error as text for the host: code, help and place, one line each.
    pub(super) fn lines(&self) -> String {
        [self.code.as_str(), "\n", self.code.help(), "\n", &self.at].concat()
    }
}

/// The help of a code; empty if there is no such code.
pub(super) fn code_help(code: &str) -> &'static str {
    Code::ALL.iter().find(|known| known.as_str() == code).map_or("", |known| known.help())
}

/// The fields of a frame.
///
/// # Errors
/// [`Code::EventInvalid`] if its lengths do not match its text.
pub(super) fn fields(frame: &Frame) -> Result<Vec<&str>, Code> {
    frame.fields().ok_or(Code::EventInvalid)
}

/// The first `count` groups of `each` fields, and the rest.
///
/// # Errors
/// [`Code::EventInvalid`] if there are fewer fields.
pub(super) fn split<'a, 'b>(
    fields: &'a [&'b str],
    count: u32,
    each: usize,
) -> Result<(&'a [&'b str], &'a [&'b str]), Code> {
    let length = (count as usize).checked_mul(each).ok_or(Code::EventInvalid)?;
    fields.split_at_checked(length).ok_or(Code::EventInvalid)
}

/// The fields as pairs of a name and a value.
///
/// # Errors
/// [`Code::EventInvalid`] if their number is odd.
pub(super) fn pairs_of<'a>(fields: &[&'a str]) -> Result<Vec<(&'a str, &'a str)>, Code> {
    if !fields.len().is_multiple_of(2) {
        return Err(Code::EventInvalid);
    }
    let mut pairs = Vec::with_capacity(fields.len() / 2);
    for pair in fields.chunks_exact(2) {
        pairs.push((pair[0], pair[1]));
    }
    Ok(pairs)
}
