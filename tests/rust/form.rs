// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Decodes forms and queries, `application/x-www-form-urlencoded`.

/// The parameters of a form or a query, decoded.
pub(crate) fn pairs(form: &str) -> Vec<(String, String)> {
    let pair = |item: &str| {
        let (name, value) = item.split_once('=').unwrap_or_else(|| panic!("{form}"));
        (decoded(name), decoded(value))
    };
    form.split('&').filter(|item| !item.is_empty()).map(pair).collect()
}

/// A name or a value, decoded. A plus sign is a space.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'%' => {
                let hex = std::str::from_utf8(&tail[..2]).unwrap();
                bytes.push(u8::from_str_radix(hex, 16).unwrap());
                rest = &tail[2..];
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}
