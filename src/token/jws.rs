// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The compact form of a signed token (RFC 7515): header, payload and signature in base64url.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

use crate::error::Code;
use crate::text::is_blank;

/// The secret of an API key. Its `Debug` output is `[redacted]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeySecret<'a>(&'a str);

impl<'a> KeySecret<'a> {
    /// Makes a secret of `text`, without trimming it.
    ///
    /// # Errors
    /// [`Code::KeySecretBlank`] if `text` is blank ([`is_blank`]), because anyone can sign with an empty key.
    pub fn new(text: &'a str) -> Result<Self, Code> {
        if is_blank(text) { Err(Code::KeySecretBlank) } else { Ok(Self(text)) }
    }
}

impl core::fmt::Debug for KeySecret<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How a token is signed (RFC 7518). Twilio accepts only HS256, but its libraries offer the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsAlgorithm {
    /// HMAC-SHA256
    Hs256,
    /// HMAC-SHA384
    Hs384,
    /// HMAC-SHA512
    Hs512,
}

/// Signs a header and a payload, both JSON.
///
/// The header is encoded as Latin-1, one byte for each UTF-16 code unit, as Node's libraries do. A checked header is
/// always ASCII.
#[must_use]
pub fn sign(algorithm: JwsAlgorithm, secret: KeySecret<'_>, header: &str, payload: &str) -> String {
    let header: Vec<u8> = header.encode_utf16().map(|unit| unit as u8).collect();
    let mut token = String::new();
    encode(&header, &mut token);
    token.push('.');
    encode(payload.as_bytes(), &mut token);
    let key = secret.0.as_bytes();
    let signature = match algorithm {
        JwsAlgorithm::Hs256 => hmac::<Hmac<Sha256>>(key, &token),
        JwsAlgorithm::Hs384 => hmac::<Hmac<Sha384>>(key, &token),
        JwsAlgorithm::Hs512 => hmac::<Hmac<Sha512>>(key, &token),
    };
    token.push('.');
    encode(&signature, &mut token);
    token
}

fn hmac<M: Mac + KeyInit>(key: &[u8], text: &str) -> Vec<u8> {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        // HMAC accepts a key of any length.
        unreachable!()
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[inline(never)]
fn encode(bytes: &[u8], to: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_secret_is_refused_and_no_secret_is_printed() {
        for blank in ["", " ", "\t\n", "\u{a0}\u{3000}", "\u{200b}", "\u{feff}", "\0\u{1f}"] {
            assert_eq!(KeySecret::new(blank), Err(Code::KeySecretBlank), "{blank:?}");
        }
        assert_eq!(format!("{:?}", KeySecret::new("12345").unwrap()), "[redacted]");
    }

    #[test]
    fn each_algorithm_signs_as_openssl_does() {
        let secret = KeySecret::new("secret").unwrap();
        // Computed with OpenSSL: openssl dgst -sha256 -hmac secret
        for (algorithm, signature) in [
            (JwsAlgorithm::Hs256, "FCSDuqmCuL_yoq1hx-E3IJO5tSEpcgFbqwcZf590zhA"),
            (JwsAlgorithm::Hs384, "vapy-HL1yBBFuqOyL4xca3pVKN1ZjdSit_uX2vgCW10SypD2WEhHceC-7g5Igj0T"),
            (
                JwsAlgorithm::Hs512,
                "ACS6gRX-3RtaxUdq14SmZhJ4see5XDpzQ3E8IEIW9860-btlzn6Ci89MmX8pf_c2wAPgYk7sDiPTo-VYnRX3aA",
            ),
        ] {
            assert_eq!(sign(algorithm, secret, "{}", "{}"), ["e30.e30.", signature].concat());
        }
        assert!(sign(JwsAlgorithm::Hs256, secret, "é", "é").starts_with("6Q.w6k."));
    }
}
