// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Phone numbers, as a plain function of a frame.

use super::refused::{Refused, fields};
use crate::error::Code;
use crate::frame::Frame;
use crate::phone::{Kind, parse};

/// Lines: the kind, the number, the country, the extension.
pub(super) fn parse_phone(frame: &Frame) -> Result<String, Refused> {
    let fields = fields(frame)?;
    let [text, country] = fields[..] else {
        return Err(Code::EventInvalid.into());
    };
    let phone = parse(text, (frame.head(0) == 1).then_some(country))?;
    Ok([name(phone.kind), "\n", &phone.number, "\n", &phone.country, "\n", &phone.extension].concat())
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Ordinary => "ordinary",
        Kind::TollFree => "toll-free",
        Kind::SharedCost => "shared-cost",
        Kind::Premium => "premium",
        Kind::Personal => "personal",
        Kind::Pager => "pager",
        Kind::Emergency => "emergency",
        Kind::ShortCode => "short-code",
    }
}
