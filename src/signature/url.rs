// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The spellings of a URL that Twilio may have signed.

use crate::error::Code;
use crate::text::{find, split_before, split_on};

/// The absolute URL that Twilio calls, in Twilio's spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(String);

impl WebhookUrl {
    /// Makes a URL of `text`.
    ///
    /// # Errors
    /// [`Code::UrlNotAbsolute`] if `text` has no scheme or host.
    pub fn new(text: impl Into<String>) -> Result<Self, Code> {
        let text = text.into();
        if UrlParts::is_absolute(&text) { Ok(Self(text)) } else { Err(Code::UrlNotAbsolute) }
    }

    /// Same as [`WebhookUrl::new`], for a URL that receives patient data. It must use https, or have a host on this
    /// machine.
    ///
    /// # Errors
    /// [`Code::UrlNotAbsolute`], [`Code::UrlInsecure`].
    pub fn secure(text: impl Into<String>) -> Result<Self, Code> {
        let url = Self::new(text)?;
        if is_secure(&url.0) { Ok(url) } else { Err(Code::UrlInsecure) }
    }

    /// The unchanged URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a request to an absolute URL is encrypted, or does not leave this machine.
fn is_secure(url: &str) -> bool {
    let (scheme, rest) = split_on(url, b':');
    let authority = split_before(rest.get(2..).unwrap_or_default(), is_authority_end).0;
    let is = |name: &str| scheme.eq_ignore_ascii_case(name);
    is("https") || is("wss") || (is("http") || is("ws")) && is_loopback(authority)
}

/// `localhost`, 127.0.0.0/8 and `[::1]`, with a port or without.
fn is_loopback(authority: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_port = |rest: &str| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_number);
    let (host, port) = authority.split_at(find(authority, b':').unwrap_or(authority.len()));
    let is_address = {
        let ([first, second, third], last) = dotted(host);
        first == "127" && [second, third, last].into_iter().all(is_number)
    };
    is_address && is_port(port)
        || ["localhost", "[::1]"].iter().any(|name| authority.strip_prefix(name).is_some_and(is_port))
}

/// The first three parts of a host, and the rest.
fn dotted(host: &str) -> ([&str; 3], &str) {
    let (first, rest) = split_on(host, b'.');
    let (second, rest) = split_on(rest, b'.');
    let (third, rest) = split_on(rest, b'.');
    ([first, second, third], rest)
}

/// The parts of a URL, each exactly as written. Encoding them again would change what was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlParts<'a> {
    /// With `://`.
    pub scheme: &'a str,
    /// With `@`, or empty.
    pub userinfo: &'a str,
    /// A name or an address; IPv6 in brackets.
    pub host: &'a str,
    /// With `:`, or empty.
    pub port: &'a str,
    /// Path and query.
    pub rest: &'a str,
    /// With `#`, or empty. A fragment contains Twilio's connection overrides and is not signed.
    pub fragment: &'a str,
}

impl<'a> UrlParts<'a> {
    /// Whether `url` has a scheme and a host.
    fn is_absolute(url: &'a str) -> bool {
        Self::parse(url).is_some()
    }

    /// The scheme with `://`, and the rest; `None` without a scheme.
    fn scheme(url: &'a str) -> Option<(&'a str, &'a str)> {
        let (name, after) = split_on(url, b':');
        let after = after.strip_prefix("//")?;
        let name = name.as_bytes();
        let named = name.first().is_some_and(u8::is_ascii_alphabetic)
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'));
        named.then(|| url.split_at_checked(url.len() - after.len()))?
    }

    /// The parts of an absolute URL; `None` if `url` has no scheme or host.
    #[must_use]
    pub fn parse(url: &'a str) -> Option<Self> {
        let (scheme, after) = Self::scheme(url)?;
        let (authority, rest) = split_before(after, is_authority_end);
        let last = |text: &str, byte| text.bytes().rposition(|item| item == byte).map_or(0, |at| at + 1);
        let (userinfo, host_port) = authority.split_at_checked(last(authority, b'@'))?;
        // A colon begins the port only after the closing bracket of an IPv6 address.
        let after_bracket = last(host_port, b']');
        let port_at = find(host_port.get(after_bracket..)?, b':').map_or(host_port.len(), |at| at + after_bracket);
        let (host, port) = host_port.split_at_checked(port_at)?;
        let (rest, fragment) = split_before(rest, |byte| byte == b'#');
        (!host.is_empty()).then_some(Self { scheme, userinfo, host, port, rest, fragment })
    }

    /// The parts as one URL.
    #[must_use]
    pub fn join(&self) -> String {
        [self.scheme, self.userinfo, self.host, self.port, self.rest, self.fragment].concat()
    }

    /// Every spelling to try, without duplicates, the most probable first. The first spelling is the URL as given. The
    /// second has no port, or the default port if the URL has none. The others are these two without userinfo, with the
    /// host in lowercase, and without the fragment.
    #[must_use]
    pub fn forms(&self) -> Vec<String> {
        let lower = self.host.to_ascii_lowercase();
        let mut forms = Vec::new();
        for (host, same_host) in [(self.host, false), (&lower, lower == self.host)] {
            for (userinfo, same_userinfo) in [(self.userinfo, false), ("", self.userinfo.is_empty())] {
                for (fragment, same_fragment) in [(self.fragment, false), ("", self.fragment.is_empty())] {
                    if same_host || same_userinfo || same_fragment {
                        continue;
                    }
                    for port in self.ports().into_iter().flatten() {
                        forms.push(UrlParts { userinfo, host, port, fragment, ..*self }.join());
                    }
                }
            }
        }
        forms
    }

    /// The ports to try. For `wss`, some libraries use port 80 although 443 is correct, so both are tried.
    fn ports(&self) -> [Option<&'a str>; 3] {
        let scheme_is = |name: &str| self.scheme.eq_ignore_ascii_case(name);
        let (default, other) = match scheme_is("wss://") {
            _ if !self.port.is_empty() => ("", None),
            true => (":443", Some(":80")),
            false if scheme_is("https://") => (":443", None),
            false => (":80", None),
        };
        [Some(self.port), Some(default), other]
    }

    /// The first value of `bodySHA256` in the query, and whether there is another one; `None` if there is no value.
    pub(super) fn body_hash(&self) -> Option<(&'a str, bool)> {
        let (_, mut query) = split_on(self.rest, b'?');
        let mut hash = None;
        while !query.is_empty() {
            let (pair, rest) = split_on(query, b'&');
            query = rest;
            if let Some(value) = pair.strip_prefix("bodySHA256=") {
                hash = match hash {
                    None => Some((value, false)),
                    Some((first, _)) => Some((first, true)),
                };
            }
        }
        hash
    }
}

fn is_authority_end(byte: u8) -> bool {
    matches!(byte, b'/' | b'?' | b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(url: &str) -> Vec<String> {
        UrlParts::parse(url).unwrap().forms()
    }

    #[test]
    fn every_part_is_kept_as_written() {
        let url = "HTTPS://u:p@[2001:db8::1]:8443/a?b=c:d@e#rc=3";
        let parts = UrlParts::parse(url).unwrap();
        assert_eq!((parts.scheme, parts.userinfo, parts.host), ("HTTPS://", "u:p@", "[2001:db8::1]"));
        assert_eq!((parts.port, parts.rest, parts.fragment), (":8443", "/a?b=c:d@e", "#rc=3"));
        assert_eq!(parts.join(), url);
        for relative in ["", "example.com/v", "/v", "://x", "1a://x", "https://", "https:///v", "https:x"] {
            assert_eq!(UrlParts::parse(relative), None, "{relative}");
            assert!(!UrlParts::is_absolute(relative), "{relative}");
        }
    }

    #[test]
    fn forms_have_and_omit_the_port() {
        assert_eq!(forms("https://a.example/v"), ["https://a.example/v", "https://a.example:443/v"]);
        assert_eq!(forms("http://a.example"), ["http://a.example", "http://a.example:80"]);
        assert_eq!(forms("https://a.example:8443/v"), ["https://a.example:8443/v", "https://a.example/v"]);
        assert_eq!(forms("wss://a.example/s"), ["wss://a.example/s", "wss://a.example:443/s", "wss://a.example:80/s"]);
    }

    #[test]
    fn forms_omit_userinfo_and_fragment_and_lowercase_the_host() {
        let all = forms("https://u@A.example/v#rc=3");
        assert_eq!(all.len(), 16);
        for form in
            ["https://u@A.example/v#rc=3", "https://A.example/v", "https://a.example:443/v", "https://u@a.example/v"]
        {
            assert!(all.iter().any(|item| item == form), "{form}");
        }
    }
}
