// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The count of SMS segments as a function of a text.

use crate::json::decimal;
use crate::message::{Encoding, count};

/// Numbers with a space after each: 1 for UCS-2, segments, units, units left, characters. For UCS-2 also: the index of
/// the first character outside GSM-7, the number of such characters, and the segments without them.
pub(super) fn count_segments(text: &str) -> String {
    let counted = count(text);
    let ucs2 = u32::from(counted.encoding == Encoding::Ucs2);
    let mut numbers = vec![ucs2, counted.segments, counted.units, counted.left, counted.characters];
    if let Some(unicode) = counted.unicode {
        numbers.extend_from_slice(&[unicode.index, unicode.count, unicode.without]);
    }
    let mut line = String::new();
    for number in numbers {
        line.push_str(&decimal(number.into()));
        line.push(' ');
    }
    line
}
