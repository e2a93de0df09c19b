// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Segments, as a plain function of a text.

use crate::json::decimal;
use crate::message::{Encoding, count};

/// Numbers with spaces between them: 1 for UCS-2, segments, units, units left, characters; and where the text is
/// UCS-2, the index of what makes it so, how many such characters there are, and the segments without them.
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
