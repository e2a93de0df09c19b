// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Shared keys: secrets that a Twilio customer creates, and that sign instead of the auth token (public beta, 2026).
//!
//! Source: <https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys>. The header that names the key is not
//! signed, so the algorithm of a key comes only from the configuration.

use super::mac::{Algorithm, AuthToken};
use crate::error::Code;
use crate::text::{list, split_on};

/// One configured shared key.
#[derive(Clone, Debug)]
pub struct SharedKey<'a> {
    /// Its id, `webhooks_sharedkey_…`.
    pub id: &'a str,
    /// Its secret and algorithm.
    pub secret: AuthToken,
}

/// The header `X-Twilio-Webhooks-Signature-Settings` and the configured keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct SharedKeys<'a> {
    /// The value of the header; empty if there is none.
    pub header: &'a str,
    /// The configured keys.
    pub keys: &'a [SharedKey<'a>],
}

impl<'a> SharedKeys<'a> {
    /// The key that the header names; `None` if the auth token signs.
    ///
    /// # Errors
    /// [`Code::SharedKeyUnknown`] if keys are configured, and the header names another key or another algorithm.
    pub fn chosen(&self) -> Result<Option<&'a SharedKey<'a>>, Code> {
        if self.keys.is_empty() {
            return Ok(None);
        }
        let Some(id) = self.setting("key") else {
            return Ok(None);
        };
        let algorithm = match self.setting("algorithm") {
            None | Some("") => Algorithm::Sha1,
            Some(name) if name.eq_ignore_ascii_case("HMAC_SHA1") => Algorithm::Sha1,
            Some(name) if name.eq_ignore_ascii_case("HMAC_SHA256") => Algorithm::Sha256,
            Some(_) => return Err(Code::SharedKeyUnknown),
        };
        let known = self.keys.iter().find(|key| key.id == id && key.secret.algorithm() == algorithm);
        known.map(Some).ok_or(Code::SharedKeyUnknown)
    }

    fn setting(&self, name: &str) -> Option<&'a str> {
        list(self.header).find_map(|setting| {
            let (key, value) = split_on(setting, b'=');
            key.trim_ascii().eq_ignore_ascii_case(name).then(|| value.trim_ascii())
        })
    }
}
