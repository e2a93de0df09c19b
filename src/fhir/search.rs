// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values of a FHIR search.

use crate::text::percent_encode;

/// Encodes a text as one value of a FHIR search. Its commas are escaped, so they do not separate values.
/// Source: <https://hl7.org/fhir/R4/search.html#escaping>.
#[must_use]
pub fn search_value(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | ',') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    percent_encode(&escaped)
}
