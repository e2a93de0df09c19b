// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The keyed hash under a signature, and the key.

use base64::alphabet;
use hmac::digest::Output;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::Code;
use crate::text::is_blank;

/// A signing key: the account's auth token, or the secret of a shared key. Its `Debug` says `[redacted]`.
///
/// HMAC hashes two blocks of the key before it comes to the text; they are hashed here, once.
#[derive(Clone)]
pub struct AuthToken(Keyed);

#[derive(Clone)]
enum Keyed {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl AuthToken {
    /// Takes the token as it is, unless it is blank ([`is_blank`]).
    ///
    /// # Errors
    /// [`Code::TokenBlank`]: anyone can sign with an empty key.
    pub fn new(text: &str) -> Result<Self, Code> {
        Self::shared(text, Algorithm::Sha1)
    }

    /// The secret of a shared key, used with `algorithm`.
    ///
    /// # Errors
    /// As [`AuthToken::new`].
    pub fn shared(secret: &str, algorithm: Algorithm) -> Result<Self, Code> {
        if is_blank(secret) {
            return Err(Code::TokenBlank);
        }
        Ok(Self(match algorithm {
            Algorithm::Sha1 => Keyed::Sha1(keyed(secret)),
            Algorithm::Sha256 => Keyed::Sha256(keyed(secret)),
        }))
    }

    /// A key whose texts all begin with `text`: it is hashed here, once. Not a key to sign anything else with.
    pub(super) fn beginning(&self, text: &str) -> Self {
        let mut key = self.clone();
        match &mut key.0 {
            Keyed::Sha1(mac) => mac.update(text.as_bytes()),
            Keyed::Sha256(mac) => mac.update(text.as_bytes()),
        }
        key
    }

    /// What it is used with.
    pub(super) const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Keyed::Sha1(_) => Algorithm::Sha1,
            Keyed::Sha256(_) => Algorithm::Sha256,
        }
    }
}

impl core::fmt::Debug for AuthToken {
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
            Keyed::Sha1(mac) => Self::encode(&signed(mac, url, tail)),
            Keyed::Sha256(mac) => Self::encode(&signed(mac, url, tail)),
        }
    }

    /// Base64. The crate's encoder is made for long texts, and takes 2 kB of wasm.
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

    /// Compares in constant time. The TEXT is compared: decoding first would accept a second spelling.
    pub(super) fn matches(&self, given: &str) -> bool {
        let expected = &self.text[..self.len];
        !expected.is_empty() && bool::from(expected.ct_eq(given.as_bytes()))
    }
}

fn keyed<M: KeyInit>(secret: &str) -> M {
    let Ok(mac) = M::new_from_slice(secret.as_bytes()) else {
        // HMAC takes a key of any length.
        unreachable!()
    };
    mac
}

fn signed<M: Mac + Clone>(mac: &M, url: &str, tail: &[u8]) -> Output<M> {
    let mut mac = mac.clone();
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
        for blank in [" \n", "", "\u{a0}", "\u{200b}", "\u{feff}", "\0", "\u{2060}\u{ad} \u{180e}\u{3000}\u{7f}"] {
            assert_eq!(AuthToken::new(blank).err(), Some(Code::TokenBlank), "{blank:?}");
            assert_eq!(AuthToken::shared(blank, Algorithm::Sha256).err(), Some(Code::TokenBlank), "{blank:?}");
        }
        assert!(AuthToken::new("\u{feff}12345").is_ok());
        assert_eq!(format!("{:?}", AuthToken::new("12345").unwrap()), "[redacted]");
    }

    #[test]
    fn knows_the_published_example() {
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
    fn encodes_as_the_crate_does() {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        for len in 0..=32 {
            let bytes: Vec<u8> = (0..len).map(|at: u8| at.wrapping_mul(37) ^ 0xa5).collect();
            assert_eq!(Signature::encode(&bytes).as_str(), STANDARD.encode(&bytes));
        }
    }

    #[test]
    fn hashes_a_body() {
        assert_eq!(sha256_hex(b"{}"), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }
}
