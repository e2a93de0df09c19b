// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Why a signature failed: tries the mistakes that are often made and names the one that would explain it.
//!
//! It never accepts anything. An explanation is known only where the signature itself fits the mistaken form,
//! so a stranger without the token learns nothing from it.

use super::mac::{AuthToken, Signature};
use super::params::SignedParams;
use super::url::UrlParts;
use crate::error::Code;
use crate::sort::sort;
use crate::text::{find, list, split_before, split_on};

/// The most HMACs that one explanation may cost.
const MAX_HMACS: u32 = 32;

/// What the failing request looked like from inside the server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<'a> {
    /// The header `Host`.
    pub host: &'a str,
    /// The header `X-Forwarded-Host`.
    pub forwarded_host: &'a str,
    /// The header `X-Forwarded-Port`.
    pub forwarded_port: &'a str,
}

/// The token of the example on Twilio's page about signatures, which tools and tutorials sign with.
const EXAMPLE_TOKEN: &str = "12345";

/// Names the mistake by which `signature` would fit, or [`Code::SignatureMismatch`]. At most 32 HMACs.
#[must_use]
pub fn explain(url: &str, pairs: &[(&str, &str)], signature: &str, tokens: &[AuthToken], seen: Seen<'_>) -> Code {
    let Some(parts) = signed_parts(url) else { return Code::UrlNotAbsolute };
    let params = SignedParams::new(pairs);
    let mut trial = Trial { signature, tokens, tail: params.tail(), left: MAX_HMACS };
    trial.common(&parts, pairs, seen).unwrap_or(Code::SignatureMismatch)
}

/// As [`explain`], for a caller who passes its own URL and tokens: also names a query in another order, and white space
/// around a token. `trimmed`: those of the tokens that have any, without it.
#[must_use]
pub fn explain_input(
    url: &str,
    pairs: &[(&str, &str)],
    signature: &str,
    tokens: &[AuthToken],
    trimmed: &[AuthToken],
    seen: Seen<'_>,
) -> Code {
    let Some(parts) = signed_parts(url) else { return Code::UrlNotAbsolute };
    let params = SignedParams::new(pairs);
    let mut trial = Trial { signature, tokens, tail: params.tail(), left: MAX_HMACS };
    let code = trial.trimmed(&parts, trimmed).or_else(|| trial.common(&parts, pairs, seen));
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

    fn common(&mut self, parts: &UrlParts<'_>, pairs: &[(&str, &str)], seen: Seen<'_>) -> Option<Code> {
        self.urls(parts, seen).or_else(|| self.params(parts, pairs)).or_else(|| self.example(parts))
    }

    fn example(&mut self, parts: &UrlParts<'_>) -> Option<Code> {
        let token = AuthToken::new(EXAMPLE_TOKEN).ok()?;
        self.signs(&token, &parts.join()).then_some(Code::SignatureTestToken)
    }

    fn trimmed(&mut self, parts: &UrlParts<'_>, tokens: &[AuthToken]) -> Option<Code> {
        let url = parts.join();
        tokens.iter().take(4).any(|token| self.signs(token, &url)).then_some(Code::SignatureTokenSpace)
    }

    /// The query in other orders: frameworks that take a URL apart put it together by rules of their own.
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
        // Few have few orders.
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

    /// Wrong turns in the URL, the commonest first.
    fn urls(&mut self, parts: &UrlParts<'_>, seen: Seen<'_>) -> Option<Code> {
        let other_scheme = if parts.scheme.eq_ignore_ascii_case("https://") { "http://" } else { "https://" };
        let slash = with_other_slash(parts.rest);
        let mut tries = vec![
            (UrlParts { scheme: other_scheme, ..*parts }, Code::SignatureScheme),
            (UrlParts { scheme: other_scheme, port: "", ..*parts }, Code::SignatureScheme),
            (UrlParts { rest: &slash, ..*parts }, Code::SignaturePath),
        ];
        // Where the request says it was sent.
        for header in [seen.forwarded_host, seen.host] {
            for address in list(header).take(2) {
                let (host, port) = cut_port(address);
                // In another case it is another host to an HMAC.
                if host.is_empty() || host == parts.host {
                    continue;
                }
                for (scheme, port) in [(parts.scheme, port), (parts.scheme, ""), (other_scheme, port)] {
                    tries.push((UrlParts { scheme, host, port, ..*parts }, Code::SignatureHost));
                }
            }
        }
        // Ports that are usual behind a proxy, and the ones that the request names.
        let forwarded = [":", seen.forwarded_port].concat();
        for port in [&forwarded, cut_port(seen.host).1, ":8443", ":8080", ":8103", ":3000", ":443", ":80"] {
            if (2..=6).contains(&port.len()) && port != parts.port {
                tries.push((UrlParts { port, ..*parts }, Code::SignaturePort));
            }
        }
        let tail = self.tail;
        tries.into_iter().find(|(url, _)| self.fits(url, tail)).map(|(_, code)| code)
    }

    /// What proxies and parsers do to parameters.
    fn params(&mut self, parts: &UrlParts<'_>, pairs: &[(&str, &str)]) -> Option<Code> {
        if !pairs.is_empty() && self.fits(parts, b"") {
            return Some(Code::SignatureBodyIgnored);
        }
        // Decoded twice, a leading plus becomes a space; not decoded, a space stays a plus.
        let restored = [
            restored(pairs, |at, byte| if at == 0 && byte == b' ' { b'+' } else { byte }),
            restored(pairs, |at, byte| if at > 0 && byte == b'+' { b' ' } else { byte }),
        ];
        for values in restored {
            let mut mended = Vec::with_capacity(pairs.len());
            for ((name, _), value) in pairs.iter().zip(&values) {
                mended.push((*name, value.as_str()));
            }
            if mended != pairs && self.fits(parts, SignedParams::new(&mended).tail()) {
                return Some(Code::SignatureParamsAltered);
            }
        }
        None
    }
}

/// The values with `mend` done to each byte: one ASCII character for another.
fn restored(pairs: &[(&str, &str)], mend: impl Fn(usize, u8) -> u8) -> Vec<String> {
    let mut values = Vec::with_capacity(pairs.len());
    for (_, value) in pairs {
        let mut bytes = value.as_bytes().to_vec();
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = mend(at, *byte);
        }
        values.push(String::from_utf8(bytes).unwrap_or_default());
    }
    values
}

/// Cuts `host:port`; the port with its colon, or empty.
fn cut_port(address: &str) -> (&str, &str) {
    // The colons of an IPv6 address stand in brackets.
    let bracket = find(address, b']').unwrap_or(0);
    let colon = address.bytes().skip(bracket).position(|byte| byte == b':').map(|at| at + bracket);
    address.split_at_checked(colon.unwrap_or(address.len())).unwrap_or((address, ""))
}

/// Path and query with a slash at the path's end where there is none, and without it where there is one.
fn with_other_slash(rest: &str) -> String {
    let (path, query) = split_before(rest, |byte| byte == b'?');
    match path.strip_suffix('/') {
        Some(shorter) => [shorter, query].concat(),
        None => [path, "/", query].concat(),
    }
}
