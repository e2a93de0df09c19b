// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The HMAC of a signature, and its key.

use base64::alphabet;
use hmac::digest::Output;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::Code;
use crate::text::is_blank;

/// A signing key: the account's auth token, or the secret of a shared key. Its `Debug` output is `[redacted]`.
///
/// HMAC hashes two blocks of the key with each text. This type hashes them once, when it is created.
#[derive(Clone)]
pub struct AuthToken(KeyedHmac);

#[derive(Clone)]
enum KeyedHmac {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl AuthToken {
    /// Makes a key from an auth token, without trimming it.
    ///
    /// # Errors
    /// [`Code::TokenBlank`] if the token is blank ([`is_blank`]), because anyone can sign with an empty key.
    pub fn new(text: &str) -> Result<Self, Code> {
        Self::shared(text, Algorithm::Sha1)
    }

    /// Makes a key from the secret of a shared key, for `algorithm`.
    ///
    /// # Errors
    /// Same as [`AuthToken::new`].
    pub fn shared(secret: &str, algorithm: Algorithm) -> Result<Self, Code> {
        if is_blank(secret) {
            return Err(Code::TokenBlank);
        }
        Ok(Self(match algorithm {
            Algorithm::Sha1 => KeyedHmac::Sha1(new_hmac(secret)),
            Algorithm::Sha256 => KeyedHmac::Sha256(new_hmac(secret)),
        }))
    }

    /// A key that has already hashed `text`. It signs only texts that begin with `text`.
    pub(super) fn with_prefix(&self, text: &str) -> Self {
        let mut key = self.clone();
        match &mut key.0 {
            KeyedHmac::Sha1(mac) => mac.update(text.as_bytes()),
            KeyedHmac::Sha256(mac) => mac.update(text.as_bytes()),
        }
        key
    }

    /// The algorithm of the key.
    pub(super) const fn algorithm(&self) -> Algorithm {
        match self.0 {
            KeyedHmac::Sha1(_) => Algorithm::Sha1,
            KeyedHmac::Sha256(_) => Algorithm::Sha256,
        }
    }
}

impl core::fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The hash function of the HMAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// `HMAC_SHA1`: for auth tokens, and for shared keys.
    #[default]
    Sha1,
    /// `HMAC_SHA256`: shared keys only.
    Sha256,
}

/// A signature as text: 28 characters of base64 for SHA-1, 44 for SHA-256.
pub(super) struct Signature {
    text: [u8; 44],
    len: usize,
}

impl Signature {
    /// Signs `url` followed by `tail`.
    pub(super) fn over(key: &AuthToken, url: &str, tail: &[u8]) -> Self {
        match &key.0 {
            KeyedHmac::Sha1(mac) => Self::encode(&hmac_of(mac, url, tail)),
            KeyedHmac::Sha256(mac) => Self::encode(&hmac_of(mac, url, tail)),
        }
    }

    /// Encodes as base64. The encoder of the `base64` crate would add 2 kB to the wasm.
    fn encode(bytes: &[u8]) -> Self {
        let digits = alphabet::STANDARD.as_str().as_bytes();
        let mut text = [b'='; 44];
        let mut len = 0;
        for (group, place) in bytes.chunks(3).zip(text.as_chunks_mut::<4>().0) {
            let byte = |at: usize| group.get(at).copied().map_or(0, u32::from);
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for (digit, at) in place.iter_mut().zip(0..=group.len() as u32) {
                *digit = digits[(bits >> (18 - 6 * at) & 63) as usize];
            }
            len += 4;
        }
        Self { text, len }
    }

    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.text[..self.len]).unwrap_or_default()
    }

    /// Compares the base64 texts in constant time. A comparison of the decoded bytes would accept a second spelling of
    /// the same signature.
    pub(super) fn matches(&self, given: &str) -> bool {
        let expected = &self.text[..self.len];
        !expected.is_empty() && bool::from(expected.ct_eq(given.as_bytes()))
    }
}

fn new_hmac<M: KeyInit>(secret: &str) -> M {
    let Ok(mac) = M::new_from_slice(secret.as_bytes()) else {
        // HMAC accepts a key of any length.
        unreachable!()
    };
    mac
}

fn hmac_of<M: Mac + Clone>(mac: &M, url: &str, tail: &[u8]) -> Output<M> {
    let mut mac = mac.clone();
    mac.update(url.as_bytes());
    mac.update(tail);
    mac.finalize().into_bytes()
}

/// The SHA-256 of a body in lowercase hex, as Twilio writes it into `bodySHA256`.
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

/// Whether `given` is the hash of `body`, in lowercase hex.
pub(super) fn is_sha256_of(given: &str, body: &[u8]) -> bool {
    bool::from(sha256_hex(body).as_bytes().ct_eq(given.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_token_is_refused_and_no_token_is_printed() {
        for blank in [" \n", "", "\u{a0}", "\u{200b}", "\u{feff}", "\0", "\u{2060}\u{ad} \u{180e}\u{3000}\u{7f}"] {
            assert_eq!(AuthToken::new(blank).err(), Some(Code::TokenBlank), "{blank:?}");
            assert_eq!(AuthToken::shared(blank, Algorithm::Sha256).err(), Some(Code::TokenBlank), "{blank:?}");
        }
        assert!(AuthToken::new("\u{feff}12345").is_ok());
        assert_eq!(format!("{:?}", AuthToken::new("12345").unwrap()), "[redacted]");
    }

    #[test]
    fn the_example_of_twilios_documentation_is_signed() {
        let token = AuthToken::new("12345").unwrap();
        let tail = b"CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212";
        let signature = Signature::over(&token, "https://mycompany.com/myapp.php?foo=1&bar=2", tail);
        assert_eq!(signature.as_str(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
        assert!(signature.matches("RSOYDt4T1cUTdK1PDd93/VVr8B8="));
        for wrong in ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "RSOYDt4T1cUTdK1PDd93_VVr8B8=", "RSOYDt4T1cUTdK1PDd93/VVr8B9="]
        {
            assert!(!signature.matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn base64_equals_that_of_the_crate() {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        for len in 0..=32 {
            let bytes: Vec<u8> = (0..len).map(|at: u8| at.wrapping_mul(37) ^ 0xa5).collect();
            assert_eq!(Signature::encode(&bytes).as_str(), STANDARD.encode(&bytes));
        }
    }

    #[test]
    fn a_body_is_hashed() {
        assert_eq!(sha256_hex(b"{}"), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }
}
