// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The keyed hash under a signature, and the key.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::digest::Output;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::Code;

/// A signing key: the account's auth token, or the secret of a shared key. Its `Debug` says `[redacted]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AuthToken<'a>(&'a str);

impl<'a> AuthToken<'a> {
    /// Takes the token as it is, unless it is empty or white space.
    ///
    /// # Errors
    /// [`Code::TokenBlank`]: anyone can sign with an empty key.
    pub fn new(text: &'a str) -> Result<Self, Code> {
        if text.bytes().all(|byte| byte.is_ascii_whitespace()) { Err(Code::TokenBlank) } else { Ok(Self(text)) }
    }
}

impl core::fmt::Debug for AuthToken<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What the HMAC hashes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// `HMAC_SHA1`: every request that is signed with an auth token.
    #[default]
    Sha1,
    /// `HMAC_SHA256`: shared keys only, so not in the bots.
    #[cfg(feature = "library")]
    Sha256,
}

/// A signature as text: 28 characters of base64 for SHA-1, 44 for SHA-256.
pub(super) struct Signature {
    text: [u8; 44],
    len: usize,
}

impl Signature {
    /// Signs `url` followed by `tail`.
    pub(super) fn over(algorithm: Algorithm, key: AuthToken<'_>, url: &str, tail: &[u8]) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::encode(&hmac::<Hmac<Sha1>>(key, url, tail)),
            #[cfg(feature = "library")]
            Algorithm::Sha256 => Self::encode(&hmac::<Hmac<Sha256>>(key, url, tail)),
        }
    }

    fn encode(bytes: &[u8]) -> Self {
        let mut text = [0; 44];
        // 20 or 32 bytes always fit; were they not to, an empty signature matches nothing.
        let len = STANDARD.encode_slice(bytes, &mut text).unwrap_or(0);
        Self { text, len }
    }

    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.text[..self.len]).unwrap_or_default()
    }

    /// Compares in constant time. The TEXT is compared: decoding first would accept a second spelling.
    pub(super) fn matches(&self, given: &str) -> bool {
        let expected = &self.text[..self.len];
        !expected.is_empty() && bool::from(expected.ct_eq(given.as_bytes()))
    }
}

fn hmac<M: Mac + KeyInit>(key: AuthToken<'_>, url: &str, tail: &[u8]) -> Output<M> {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key.0.as_bytes()) else {
        // HMAC takes a key of any length.
        unreachable!()
    };
    mac.update(url.as_bytes());
    mac.update(tail);
    mac.finalize().into_bytes()
}

/// The SHA-256 of a body in lower-case hex, as Twilio writes it into `bodySHA256`.
#[must_use]
pub fn sha256_hex(body: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(body) {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    text
}

/// Whether `given` is the hash of `body`, in lower-case hex.
pub(super) fn is_sha256_of(given: &str, body: &[u8]) -> bool {
    bool::from(sha256_hex(body).as_bytes().ct_eq(given.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_blank_token_and_never_prints_one() {
        assert_eq!(AuthToken::new(" \n"), Err(Code::TokenBlank));
        assert_eq!(format!("{:?}", AuthToken::new("12345").unwrap()), "[redacted]");
    }

    #[test]
    fn knows_the_published_example() {
        let token = AuthToken::new("12345").unwrap();
        let tail = b"CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212";
        let signature = Signature::over(Algorithm::Sha1, token, "https://mycompany.com/myapp.php?foo=1&bar=2", tail);
        assert_eq!(signature.as_str(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
        assert!(signature.matches("RSOYDt4T1cUTdK1PDd93/VVr8B8="));
        for wrong in ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "RSOYDt4T1cUTdK1PDd93_VVr8B8=", "RSOYDt4T1cUTdK1PDd93/VVr8B9="]
        {
            assert!(!signature.matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn hashes_a_body() {
        assert_eq!(sha256_hex(b"{}"), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }
}
