// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Explains why a signature does not match: tries common mistakes and names the one with which the signature would
//! match.
//!
//! This module never accepts a request. It names a mistake only if the signature matches the mistaken form, so a sender
//! without the token learns nothing.

use super::mac::{AuthToken, Signature};
use super::params::SignedParams;
use super::url::UrlParts;
use crate::error::Code;
use crate::sort::sort;
use crate::text::{find, list, split_before, split_on};

/// The maximum number of HMACs for one explanation.
const MAX_HMACS: u32 = 32;

/// The headers of the request that name the host and port that Twilio may have called.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostHeaders<'a> {
    /// The header `Host`.
    pub host: &'a str,
    /// The header `X-Forwarded-Host`.
    pub forwarded_host: &'a str,
    /// The header `X-Forwarded-Port`.
    pub forwarded_port: &'a str,
}

/// The example token of Twilio's documentation. Tools and tutorials sign with it.
const EXAMPLE_TOKEN: &str = "12345";

/// The code of the mistake with which `signature` would match, or [`Code::SignatureMismatch`]. It costs at most 32
/// HMACs.
#[must_use]
pub fn explain(
    url: &str,
    pairs: &[(&str, &str)],
    signature: &str,
    tokens: &[AuthToken],
    headers: HostHeaders<'_>,
) -> Code {
    let Some(parts) = signed_parts(url) else { return Code::UrlNotAbsolute };
    let params = SignedParams::new(pairs);
    let mut trial = Trial { signature, tokens, tail: params.tail(), left: MAX_HMACS };
    trial.common(&parts, pairs, headers).unwrap_or(Code::SignatureMismatch)
}

/// Same as [`explain`], for a program that passes its own URL and tokens. It also recognizes a query in another order,
/// and white space around a token. `trimmed` has a trimmed copy of each token that has white space around it.
#[must_use]
pub fn explain_for_program(
    url: &str,
    pairs: &[(&str, &str)],
    signature: &str,
    tokens: &[AuthToken],
    trimmed: &[AuthToken],
    headers: HostHeaders<'_>,
) -> Code {
    let Some(parts) = signed_parts(url) else { return Code::UrlNotAbsolute };
    let params = SignedParams::new(pairs);
    let mut trial = Trial { signature, tokens, tail: params.tail(), left: MAX_HMACS };
    let code = trial.trimmed(&parts, trimmed).or_else(|| trial.common(&parts, pairs, headers));
    code.or_else(|| trial.queries(&parts)).unwrap_or(Code::SignatureMismatch)
}

fn signed_parts(url: &str) -> Option<UrlParts<'_>> {
    Some(UrlParts { fragment: "", userinfo: "", ..UrlParts::parse(url)? })
}

struct Trial<'a> {
    signature: &'a str,
    tokens: &'a [AuthToken],
    tail: &'a [u8],
    left: u32,
}

impl Trial<'_> {
    fn fits(&mut self, url: &UrlParts<'_>, tail: &[u8]) -> bool {
        let url = url.join();
        for token in self.tokens {
            if self.left == 0 {
                return false;
            }
            self.left -= 1;
            if Signature::over(token, &url, tail).matches(self.signature) {
                return true;
            }
        }
        false
    }

    fn signs(&mut self, token: &AuthToken, url: &str) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        Signature::over(token, url, self.tail).matches(self.signature)
    }

    fn common(&mut self, parts: &UrlParts<'_>, pairs: &[(&str, &str)], headers: HostHeaders<'_>) -> Option<Code> {
        self.urls(parts, headers).or_else(|| self.params(parts, pairs)).or_else(|| self.example(parts))
    }

    fn example(&mut self, parts: &UrlParts<'_>) -> Option<Code> {
        let token = AuthToken::new(EXAMPLE_TOKEN).ok()?;
        self.signs(&token, &parts.join()).then_some(Code::SignatureTestToken)
    }

    fn trimmed(&mut self, parts: &UrlParts<'_>, tokens: &[AuthToken]) -> Option<Code> {
        let url = parts.join();
        tokens.iter().take(4).any(|token| self.signs(token, &url)).then_some(Code::SignatureTokenSpace)
    }

    /// Tries the query in other orders. Some frameworks parse a URL and build it again in their own order.
    fn queries(&mut self, parts: &UrlParts<'_>) -> Option<Code> {
        let (path, query) = split_on(parts.rest, b'?');
        let mut pairs = Vec::new();
        let mut rest = query;
        while !rest.is_empty() {
            let (pair, after) = split_on(rest, b'&');
            pairs.push(pair);
            rest = after;
        }
        let mut sorted = pairs.clone();
        sort(&mut sorted, |a, b| a < b);
        let mut reversed = pairs.clone();
        reversed.reverse();
        let mut orders = vec![sorted, reversed];
        // Three parameters have only four other orders, so all are tried.
        if let [a, b, c] = *pairs {
            orders.extend([vec![a, c, b], vec![b, a, c], vec![b, c, a], vec![c, a, b]]);
        }
        for order in orders {
            let rest = [path, "?", &order.join("&")].concat();
            if order != pairs && self.fits(&UrlParts { rest: &rest, ..*parts }, self.tail) {
                return Some(Code::SignatureQuery);
            }
        }
        None
    }

    /// Tries common mistakes in the URL, the most common first.
    fn urls(&mut self, parts: &UrlParts<'_>, headers: HostHeaders<'_>) -> Option<Code> {
        let other_scheme = if parts.scheme.eq_ignore_ascii_case("https://") { "http://" } else { "https://" };
        let slash = toggle_trailing_slash(parts.rest);
        let mut tries = vec![
            (UrlParts { scheme: other_scheme, ..*parts }, Code::SignatureScheme),
            (UrlParts { scheme: other_scheme, port: "", ..*parts }, Code::SignatureScheme),
            (UrlParts { rest: &slash, ..*parts }, Code::SignaturePath),
        ];
        // The hosts that the headers of the request name.
        for header in [headers.forwarded_host, headers.host] {
            for address in list(header).take(2) {
                let (host, port) = split_port(address);
                // The comparison is exact, because the HMAC is case-sensitive.
                if host.is_empty() || host == parts.host {
                    continue;
                }
                for (scheme, port) in [(parts.scheme, port), (parts.scheme, ""), (other_scheme, port)] {
                    tries.push((UrlParts { scheme, host, port, ..*parts }, Code::SignatureHost));
                }
            }
        }
        // Ports that are common behind a proxy, and those that the headers of the request name.
        let forwarded = [":", headers.forwarded_port].concat();
        for port in [&forwarded, split_port(headers.host).1, ":8443", ":8080", ":8103", ":3000", ":443", ":80"] {
            if (2..=6).contains(&port.len()) && port != parts.port {
                tries.push((UrlParts { port, ..*parts }, Code::SignaturePort));
            }
        }
        let tail = self.tail;
        tries.into_iter().find(|(url, _)| self.fits(url, tail)).map(|(_, code)| code)
    }

    /// Tries common changes of the parameters by proxies and parsers.
    fn params(&mut self, parts: &UrlParts<'_>, pairs: &[(&str, &str)]) -> Option<Code> {
        if !pairs.is_empty() && self.fits(parts, b"") {
            return Some(Code::SignatureBodyIgnored);
        }
        // If a value was decoded twice, a leading plus became a space. If it was not decoded, a space is still a plus.
        let restored = [
            restored(pairs, |at, byte| if at == 0 && byte == b' ' { b'+' } else { byte }),
            restored(pairs, |at, byte| if at > 0 && byte == b'+' { b' ' } else { byte }),
        ];
        for values in restored {
            let mut candidate = Vec::with_capacity(pairs.len());
            for ((name, _), value) in pairs.iter().zip(&values) {
                candidate.push((*name, value.as_str()));
            }
            if candidate != pairs && self.fits(parts, SignedParams::new(&candidate).tail()) {
                return Some(Code::SignatureParamsAltered);
            }
        }
        None
    }
}

/// The values with each byte replaced by `replace`, which maps ASCII to ASCII.
fn restored(pairs: &[(&str, &str)], replace: impl Fn(usize, u8) -> u8) -> Vec<String> {
    let mut values = Vec::with_capacity(pairs.len());
    for (_, value) in pairs {
        let mut bytes = value.as_bytes().to_vec();
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = replace(at, *byte);
        }
        values.push(String::from_utf8(bytes).unwrap_or_default());
    }
    values
}

/// Splits `host:port`. The port has its colon, or is empty.
fn split_port(address: &str) -> (&str, &str) {
    // The colons of an IPv6 address are in brackets.
    let bracket = find(address, b']').unwrap_or(0);
    let colon = address.bytes().skip(bracket).position(|byte| byte == b':').map(|at| at + bracket);
    address.split_at_checked(colon.unwrap_or(address.len())).unwrap_or((address, ""))
}

/// Path and query with the trailing slash of the path added or removed.
fn toggle_trailing_slash(rest: &str) -> String {
    let (path, query) = split_before(rest, |byte| byte == b'?');
    match path.strip_suffix('/') {
        Some(shorter) => [shorter, query].concat(),
        None => [path, "/", query].concat(),
    }
}
