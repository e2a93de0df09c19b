// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks the value of an attribute or the text of an element.

use super::schema::ValueKind;
use crate::phone::E164;
use crate::text::{find, split_before};

/// Whether `value` is of this kind. Returns `true` for a kind that cannot be checked from the value alone.
pub(super) fn fits(kind: ValueKind, value: &str, wide: bool) -> bool {
    match kind {
        ValueKind::Boolean => matches!(value, "true" | "false"),
        ValueKind::Phone => is_phone(value, wide),
        ValueKind::Sip => {
            ["sip:", "sips:"].iter().any(|scheme| after(value, scheme).is_some_and(|rest| !rest.is_empty()))
        }
        ValueKind::Url => is_url(value),
        ValueKind::Wss => after(value, "wss://").is_some_and(|rest| {
            has_host(rest)
                && has_only_url_chars(value)
                && (wide || find(rest, b'?').is_none())
                && find(rest, b'#').is_none()
        }),
        ValueKind::Any | ValueKind::Enum | ValueKind::Keys | ValueKind::Number => true,
    }
}

/// A whole number, as JavaScript writes it; `None` for anything else.
pub(super) fn integer(value: &str) -> Option<i32> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    // `parse` also accepts a plus sign.
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    value.parse().ok()
}

/// Whether a value is an E.164 number, or a name or address with letters, such as `client:desk`. If `short` is set, it
/// may also be a short code.
fn is_phone(value: &str, short: bool) -> bool {
    let is_name = value.bytes().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let is_short = short && (3..=8).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    is_name || is_short || E164::parse(value).is_some()
}

/// Whether a value is an absolute URL with `http` or `https` and a host, or a relative URL, which may be empty (RFC
/// 3986).
fn is_url(value: &str) -> bool {
    let (scheme, rest) = split_before(value, |byte| matches!(byte, b':' | b'/' | b'?' | b'#'));
    let has_valid_host = match rest.strip_prefix(':') {
        Some(rest) => {
            let known = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            known && rest.strip_prefix("//").is_some_and(has_host)
        }
        None => value.strip_prefix("//").is_none_or(has_host),
    };
    has_valid_host && has_only_url_chars(value)
}

/// Whether all characters of `value` may be in a URL. They need not be percent-encoded.
fn has_only_url_chars(value: &str) -> bool {
    !value.bytes().any(|byte| matches!(byte, 0..=b' ' | b'"' | b'<' | b'>' | b'\\' | 0x7f))
}

/// Whether the text begins with a host, after optional userinfo.
fn has_host(rest: &str) -> bool {
    let (authority, _) = split_before(rest, |byte| matches!(byte, b'/' | b'?' | b'#'));
    let host = authority.rsplit('@').next().unwrap_or_default();
    !host.is_empty() && !host.starts_with(':')
}

/// The text after `prefix`, which may have any case; `None` if it has another prefix.
fn after<'a>(value: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = value.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for good in [
            "https://example.com/v?a=1&b=2#rc=3",
            "HTTP://user:secret@[::1]:8080",
            "/next",
            "next?x=a:b",
            "?step=1",
            "",
            "//example.com/a",
            "../a",
            "/é",
            "https://example.com/{{From}}",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in ["ftp://example.com", "https:/v", "https://", "https:///v", "http://u@/v", "http://:80", "//", "a b"]
        {
            assert!(!is_url(bad), "{bad}");
        }
        for bad in ["javascript:alert", "/a\"b", "/a<b", "/a\\b", "/a\nb", "/\u{7f}"] {
            assert!(!is_url(bad), "{bad}");
        }
        let wss = |value, wide| fits(ValueKind::Wss, value, wide);
        assert!(wss("wss://example.com/a", false) && wss("WSS://example.com/a?b", true));
        for bad in ["ws://example.com", "https://example.com", "wss://", "wss://example.com?a", "wss://a/#b", "/a"] {
            assert!(!wss(bad, false), "{bad}");
        }
    }

    #[test]
    fn phones() {
        for good in ["+15550100001", "client:desk", "sip:a@example.com", "whatsapp:+15550100001", "CLINIC"] {
            assert!(is_phone(good, false), "{good}");
        }
        for bad in ["", "5550100001", "+1 555 010 0001", "(555) 010-0001", "12345", "+911"] {
            assert!(!is_phone(bad, false), "{bad}");
        }
        assert!(is_phone("12345", true) && !is_phone("12", true) && !is_phone("123456789", true));
        assert!(
            fits(ValueKind::Sip, "SIP:a", false)
                && !fits(ValueKind::Sip, "sip:", false)
                && !fits(ValueKind::Sip, "a@b", false)
        );
    }

    #[test]
    fn integers() {
        for (text, number) in [("0", Some(0)), ("-7", Some(-7)), ("007", Some(7)), ("2147483647", Some(i32::MAX))] {
            assert_eq!(integer(text), number, "{text}");
        }
        for bad in ["", "-", "+1", "1.5", "1e3", " 1", "NaN", "2147483648", "１"] {
            assert_eq!(integer(bad), None, "{bad}");
        }
    }
}
