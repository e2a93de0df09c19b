// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Access tokens. A browser or an app needs one to use Twilio's SDKs under an identity.
//!
//! An access token is a JSON Web Token (RFC 7519), signed with the secret of an API key. It names the account, the key,
//! an identity and what that identity may do. It is valid for a day at most. It can be revoked only by deleting its
//! key. This module refuses values that Twilio would refuse later, in the browser. Source:
//! <https://www.twilio.com/docs/iam/access-tokens>.

mod grants;
mod jws;

pub use jws::{JwsAlgorithm, KeySecret, sign};

use crate::error::{Code, Problem};
use crate::json::{Json, decimal};

/// A day in seconds. Twilio refuses a longer lifetime (error 20157).
pub const MAX_TTL: u32 = 86_400;

/// The maximum length of an identity (Twilio's errors 31105 and 51003).
const MAX_IDENTITY_LENGTH: usize = 256;

/// The content of a token. Times are in whole seconds. [`mint`](Self::mint) checks all fields.
#[derive(Clone, Copy, Debug)]
pub struct AccessToken<'a> {
    /// `AC…`
    pub account_sid: &'a str,
    /// The API key, `SK…`. Its type must be Main or Standard, because restricted keys cannot create tokens.
    pub key_sid: &'a str,
    /// The identity of the bearer.
    pub identity: &'a str,
    /// The current time: Unix time in seconds.
    pub now: u64,
    /// The lifetime in seconds, from 1 to [`MAX_TTL`].
    pub ttl: u32,
    /// When it becomes valid: Unix time in seconds. `None` for immediately.
    pub not_before: Option<u64>,
    /// The region of the key, such as `ie1`.
    pub region: Option<&'a str>,
    /// What the bearer may do: an object with the members `voice`, `chat`, `video`, `sync`, `taskRouter` and
    /// `playback`, each with the options that Twilio's libraries have for that grant.
    pub grants: &'a Json,
}

impl AccessToken<'_> {
    /// The token, signed with HMAC-SHA256, the only algorithm that Twilio accepts.
    ///
    /// # Errors
    /// A [`Problem`] with the name of a field, or a path such as `grants.voice.endpointId`.
    pub fn mint(&self, secret: KeySecret<'_>) -> Result<String, Problem> {
        check_sid(self.account_sid, "AC", "accountSid")?;
        check_sid(self.key_sid, "SK", "keySid")?;
        if !is_identity(self.identity) {
            return Err(Problem::at(Code::IdentityInvalid, "identity"));
        }
        if !(1..=MAX_TTL).contains(&self.ttl) {
            return Err(Problem::at(Code::TtlInvalid, "ttl"));
        }
        let expires = self.now.saturating_add(self.ttl.into());
        if self.not_before.is_some_and(|start| start >= expires) {
            return Err(Problem::at(Code::TtlInvalid, "nbf"));
        }
        if !self.region.is_none_or(is_region) {
            return Err(Problem::at(Code::RegionInvalid, "region"));
        }
        // The members have the order of Twilio's Node library, so that the tokens are identical.
        let header = Json::object([
            ("alg", Json::of("HS256")),
            ("typ", Json::of("JWT")),
            ("cty", Json::of("twilio-fpa;v=1")),
            ("twr", self.region.map_or(Json::Null, Json::of)),
        ]);
        let mut grants = vec![("identity".to_owned(), Json::of(self.identity))];
        grants.extend(grants::claims(self.grants)?);
        let payload = Json::object([
            ("jti", Json::Text([self.key_sid, "-", &decimal(self.now)].concat())),
            ("grants", Json::Object(grants)),
            ("nbf", self.not_before.map_or(Json::Null, Json::of_integer)),
            ("iat", Json::of_integer(self.now)),
            ("exp", Json::of_integer(expires)),
            ("iss", Json::of(self.key_sid)),
            ("sub", Json::of(self.account_sid)),
        ]);
        Ok(sign(JwsAlgorithm::Hs256, secret, &header.write(), &payload.write()))
    }
}

/// Checks a SID: the two letters of its kind and 32 hexadecimal digits.
fn check_sid(text: &str, kind: &str, at: &'static str) -> Result<(), Problem> {
    let digits = text.strip_prefix(kind).unwrap_or_default();
    if digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(())
    } else {
        Err(Problem::at(Code::SidInvalid, at))
    }
}

/// Whether Twilio accepts an identity. It is part of a URI (`client:alice`). Twilio refuses characters that RFC 2396
/// does not allow in a URI (error 31105): control characters, spaces, delimiters (`<>#%"`) and "unwise" characters
/// (``{}|\^[]` ``).
fn is_identity(text: &str) -> bool {
    (1..=MAX_IDENTITY_LENGTH).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !br#"<>#%"{}|\^[]`"#.contains(&byte))
}

fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRANTS: &str = r#"{"voice":{"incomingAllow":true}}"#;
    const AT: u64 = 1_760_000_000;

    fn token(grants: &Json) -> AccessToken<'_> {
        AccessToken {
            account_sid: "AC00000000000000000000000000000001",
            key_sid: "SK00000000000000000000000000000002",
            identity: "dr_alice",
            now: AT,
            ttl: 3_600,
            not_before: None,
            region: None,
            grants,
        }
    }

    fn minted(token: &AccessToken<'_>) -> Result<String, Problem> {
        token.mint(KeySecret::new("an invented secret").unwrap())
    }

    #[test]
    fn values_that_twilio_accepts_are_accepted() {
        let grants = Json::parse(GRANTS).unwrap();
        let longest = "x".repeat(256);
        for identity in ["a", "user@example.com", "Practitioner-42", "a.b_c~d!e*f'(g)", &longest] {
            assert!(minted(&AccessToken { identity, ..token(&grants) }).is_ok(), "{identity}");
        }
        for ttl in [1, MAX_TTL] {
            assert!(minted(&AccessToken { ttl, ..token(&grants) }).is_ok(), "{ttl}");
        }
        for not_before in [None, Some(0), Some(AT + 3_599)] {
            assert!(minted(&AccessToken { not_before, ..token(&grants) }).is_ok(), "{not_before:?}");
        }
        assert!(minted(&AccessToken { now: u64::MAX, ..token(&grants) }).is_ok());
    }

    #[test]
    fn values_that_twilio_refuses_are_refused() {
        let grants = Json::parse(GRANTS).unwrap();
        let plain = token(&grants);
        let too_long = "x".repeat(257);
        for identity in ["", " ", "a b", "a\n", "José", "a%20", "<a>", "a#1", "a|b", "[a]", "a\\b", "`", &too_long] {
            let refused = minted(&AccessToken { identity, ..plain });
            assert_eq!(refused, Err(Problem::at(Code::IdentityInvalid, "identity")), "{identity}");
        }
        for (wrong, code, at) in [
            (AccessToken { ttl: 0, ..plain }, Code::TtlInvalid, "ttl"),
            (AccessToken { ttl: 86_401, ..plain }, Code::TtlInvalid, "ttl"),
            (AccessToken { not_before: Some(AT + 3_600), ..plain }, Code::TtlInvalid, "nbf"),
            (AccessToken { not_before: Some(AT * 1_000), ..plain }, Code::TtlInvalid, "nbf"),
            (AccessToken { region: Some(""), ..plain }, Code::RegionInvalid, "region"),
            (AccessToken { region: Some("IE1"), ..plain }, Code::RegionInvalid, "region"),
            (AccessToken { account_sid: plain.key_sid, ..plain }, Code::SidInvalid, "accountSid"),
            (AccessToken { key_sid: "SK1", ..plain }, Code::SidInvalid, "keySid"),
            (AccessToken { key_sid: "SK0000000000000000000000000000000g", ..plain }, Code::SidInvalid, "keySid"),
        ] {
            assert_eq!(minted(&wrong), Err(Problem::at(code, at)), "{wrong:?}");
        }
    }
}
