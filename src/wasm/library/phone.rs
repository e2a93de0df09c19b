// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Phone numbers, as a plain function of a frame.

use super::refused::{Refused, fields};
use crate::error::Code;
use crate::frame::Frame;
use crate::phone::{NumberKind, parse};

/// Lines: the kind, the number, the country, the extension.
pub(super) fn parse_phone(frame: &Frame) -> Result<String, Refused> {
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
