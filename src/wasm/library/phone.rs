// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The parser of phone numbers as a function of a frame.

use super::library_error::{LibraryError, fields};
use crate::error::Code;
use crate::frame::Frame;
use crate::phone::{NumberKind, parse};

/// Four lines: the kind, the number, the country, the extension.
pub(super) fn parse_phone(frame: &Frame) -> Result<String, LibraryError> {
    let fields = fields(frame)?;
    let [text, country] = fields[..] else {
        return Err(Code::EventInvalid.into());
    };
    let phone = parse(text, (frame.head(0) == 1).then_some(country))?;
    Ok([name(phone.kind), "\n", &phone.number, "\n", &phone.country, "\n", &phone.extension].concat())
}

fn name(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::Ordinary => "ordinary",
        NumberKind::TollFree => "toll-free",
        NumberKind::SharedCost => "shared-cost",
        NumberKind::Premium => "premium",
        NumberKind::Personal => "personal",
        NumberKind::Pager => "pager",
        NumberKind::Emergency => "emergency",
        NumberKind::ShortCode => "short-code",
    }
}
