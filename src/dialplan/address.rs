// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Addresses with a scheme: `client:…` and `sip:…`.

use std::borrow::Cow;

use crate::text::{find, split_before, split_on};

/// A SIP address, `sip:user@host`, as Twilio sends it. Source: <https://www.rfc-editor.org/rfc/rfc3261#section-19.1>.
///
/// An address with another form has an empty user and an empty host, so that nothing matches it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SipAddress<'a> {
    /// The user without a password and parameters, percent-decoded.
    pub user: Cow<'a, str>,
    /// The host without the port, in any case.
    pub host: &'a str,
}

impl<'a> SipAddress<'a> {
    /// Parses an address that starts with `sip:` or `sips:`. `None` if it has another scheme or none, for example
    /// `"Front desk" <sip:…>`: a name in front may contain another address.
    #[must_use]
    pub fn parse(address: &'a str) -> Option<Self> {
        let rest = strip_scheme(address, "sip:").or_else(|| strip_scheme(address, "sips:"))?;
        Some(Self::after_scheme(rest).unwrap_or_default())
    }

    fn after_scheme(rest: &'a str) -> Option<Self> {
        // An `@` separates only the user from the host. It is escaped anywhere else.
        let (user, host) = split_on(rest, b'@');
        let is_plain = rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"'));
        if !is_plain || find(host, b'@').is_some() {
            return None;
        }
        let (host, after) = split_before(host, |byte| matches!(byte, b':' | b';' | b'?'));
        let user = split_before(user, |byte| matches!(byte, b':' | b';')).0;
        (is_host(host) && is_port(after)).then(|| Self { user: percent_decode(user), host })
    }

    /// Whether the host is one of these. The comparison ignores case.
    #[must_use]
    pub fn is_at(&self, hosts: &[String]) -> bool {
        hosts.iter().any(|host| host.eq_ignore_ascii_case(self.host))
    }
}

/// Whether a text is a host name or an IPv4 address. An IPv6 address has several spellings, so it is not supported.
#[must_use]
pub fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(allowed)
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Whether a text starts with a port, or has none.
fn is_port(text: &str) -> bool {
    let Some(port) = text.strip_prefix(':') else { return true };
    let port = split_before(port, |byte| matches!(byte, b';' | b'?')).0;
    (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// The address after its scheme, in any case.
pub(super) fn strip_scheme<'a>(address: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = address.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Decodes `%XX`. Invalid escapes, and results that are not UTF-8, are left unchanged.
pub(super) fn percent_decode(text: &str) -> Cow<'_, str> {
    if find(text, b'%').is_none() {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => decoded.push(high << 4 | low),
            None => decoded.push(*byte),
        }
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(decoded).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_sip_addresses() {
        for (address, user, host) in [
            ("sip:+15550100151@pbx.example", "+15550100151", "pbx.example"),
            ("SIPS:+15550100151@PBX.example:5061;transport=tls", "+15550100151", "PBX.example"),
            ("sip:%2B15550100151@pbx.example", "+15550100151", "pbx.example"),
            ("sip:+15550100151;ext=5@10.0.0.7;user=phone?x=y", "+15550100151", "10.0.0.7"),
            ("sip:201:secret@pbx.example:5060", "201", "pbx.example"),
            ("sip:anonymous@anonymous.invalid", "anonymous", "anonymous.invalid"),
            ("sip:a%40b@pbx.example", "a@b", "pbx.example"),
            ("sip:%zz@pbx.example", "%zz", "pbx.example"),
            ("sip:@pbx.example", "", "pbx.example"),
        ] {
            assert_eq!(SipAddress::parse(address), Some(SipAddress { user: user.into(), host }), "{address}");
        }
    }

    #[test]
    fn a_malformed_address_matches_nothing() {
        for address in [
            "sip:",
            "sip:pbx.example",
            "sip:201@",
            "sip:201@@pbx.example",
            "sip:201@evil.example@pbx.example",
            "sip:201@pbx.example@evil.example",
            "sip:201@[2001:db8::1]",
            "sip:201@pbx.example:",
            "sip:201@pbx.example:x",
            "sip:201@pbx.example:506099",
            "sip:201@pbx..example",
            "sip:201@pbx.example>",
            "sip:2 1@pbx.example",
            "sip:201@pbx.exämple",
            "sip:<sip:201@pbx.example>",
        ] {
            let parsed = SipAddress::parse(address).unwrap();
            assert_eq!(parsed, SipAddress::default(), "{address}");
            assert!(!parsed.is_at(&["pbx.example".to_owned()]), "{address}");
        }
        for other in ["", "sip", "s", "+15550100151", "tel:+15550100151", "\"Desk\" <sip:201@pbx.example>", "é"] {
            assert_eq!(SipAddress::parse(other), None, "{other}");
        }
    }
}
