// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Signs requests, and checks signatures.

use std::borrow::Cow;

use super::mac::{AuthToken, Signature, is_sha256_of};
use super::params::SignedParams;
use super::shared_key::SharedKeys;
use super::url::{UrlParts, WebhookUrl};
use crate::error::Code;
use crate::text::find;

/// The signed content besides the URL.
#[derive(Clone, Copy, Debug)]
pub enum SignedBody<'a> {
    /// The parameters of a form POST; none for a GET.
    Form(&'a SignedParams),
    /// The bytes of a JSON or text POST. The URL contains their hash as `bodySHA256`.
    Raw(&'a [u8]),
}

/// A request to be checked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The URL that Twilio called.
    pub url: &'a WebhookUrl,
    /// Form parameters, or the raw body.
    pub body: SignedBody<'a>,
    /// The header `X-Twilio-Signature`.
    pub signature: &'a str,
    /// The valid auth tokens: two during a rotation.
    pub tokens: &'a [AuthToken],
    /// The shared keys, if any are configured.
    pub shared_keys: SharedKeys<'a>,
}

/// A request with a valid signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The spelling of the URL that was signed.
    pub url: Cow<'a, str>,
    /// The index of the token that signed it; `None` for a shared key.
    pub token: Option<usize>,
}

/// The signature that Twilio sends for `url` and `params`.
#[must_use]
pub fn sign(token: &AuthToken, url: &str, params: &SignedParams) -> String {
    Signature::over(token, url, params.tail()).as_str().to_owned()
}

/// Whether `signature` matches one of `urls` exactly, for a program that lists the spellings of the URL itself.
#[must_use]
pub fn signs_any(token: &AuthToken, signature: &str, urls: &[&str], params: &SignedParams) -> bool {
    urls.iter().any(|url| Signature::over(token, url, params.tail()).matches(signature))
}

/// Checks a request against every spelling of its URL ([`UrlParts::forms`]), both sort orders and all tokens.
///
/// # Errors
/// A [`Code`]: `TOKEN_MISSING`, `BODY_MISSING` or `BODY_HASH_…` for wrong arguments, or [`Code::SignatureMissing`],
/// [`Code::SignatureMismatch`], [`Code::SharedKeyUnknown`].
pub fn verify<'a>(request: &Request<'a>) -> Result<Verified<'a>, Code> {
    let url = request.url.as_str();
    if request.signature.is_empty() {
        return Err(Code::SignatureMissing);
    }
    let none = SignedParams::default();
    let params = match request.body {
        // Twilio adds the hash only to JSON and text POSTs. Their signature covers only the URL.
        SignedBody::Form(params) if lacks_body(url, params) => return Err(Code::BodyMissing),
        SignedBody::Form(params) => params,
        SignedBody::Raw(body) => {
            check_body_hash(url, body)?;
            &none
        }
    };
    if let Some(key) = request.shared_keys.chosen()? {
        let url = matching_form(url, params, request.signature, &key.secret);
        return url.map(|url| Verified { url, token: None }).ok_or(Code::SignatureMismatch);
    }
    if request.tokens.is_empty() {
        return Err(Code::TokenMissing);
    }
    let signed = request.tokens.iter().enumerate().find_map(|(index, token)| {
        let url = matching_form(url, params, request.signature, token)?;
        Some(Verified { url, token: Some(index) })
    });
    signed.ok_or(Code::SignatureMismatch)
}

/// The bytes that an HMAC hashes besides its text: padding, and the outer hash.
const HMAC_BLOCKS: usize = 128;

/// The index of the suffix that Twilio called: `url` with this suffix matches the signature. `None` if no suffix
/// matches.
///
/// All suffixes are tried with the URL as given, then with its other spellings ([`UrlParts::forms`]). At most `budget`
/// bytes are hashed, which limits the cost of a request that Twilio did not sign. Put the most probable suffixes first.
#[must_use]
pub fn find_signed_suffix(
    url: &str,
    suffixes: &[String],
    params: &SignedParams,
    signature: &str,
    tokens: &[AuthToken],
    budget: usize,
) -> Option<usize> {
    let mut left = budget;
    let mut search = |form: &str| {
        let keys: Vec<AuthToken> = tokens.iter().map(|token| token.with_prefix(form)).collect();
        let mut fits = |token: &AuthToken, suffix: &str, tail: &[u8]| {
            let Some(rest) = left.checked_sub(suffix.len() + tail.len() + HMAC_BLOCKS) else { return false };
            left = rest;
            Signature::over(token, suffix, tail).matches(signature)
        };
        suffixes.iter().position(|suffix| {
            keys.iter().any(|token| {
                fits(token, suffix, params.tail()) || params.other_tail().is_some_and(|tail| fits(token, suffix, tail))
            })
        })
    };
    search(url).or_else(|| UrlParts::parse(url)?.forms().into_iter().skip(1).find_map(|form| search(&form)))
}

fn matching_form<'a>(given: &'a str, params: &SignedParams, signature: &str, key: &AuthToken) -> Option<Cow<'a, str>> {
    let fits = |url: &str, tail: &[u8]| Signature::over(key, url, tail).matches(signature);
    let signs = |url: &str| fits(url, params.tail()) || params.other_tail().is_some_and(|tail| fits(url, tail));
    // The URL as given nearly always matches, so its other forms are built only if it fails.
    if signs(given) {
        return Some(Cow::Borrowed(given));
    }
    UrlParts::parse(given)?.forms().into_iter().skip(1).find(|url| signs(url)).map(Cow::Owned)
}

/// Whether the URL has a body hash, but the body was not passed. A form's signature is accepted only if the hash in the
/// URL is complete, because an attacker could move a part of the hash into the name of a parameter.
fn lacks_body(url: &str, params: &SignedParams) -> bool {
    let is_complete = |hash: &str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Most URLs have no query, so this check is fast.
    let parts = find(url, b'?').and_then(|_| UrlParts::parse(url));
    parts.and_then(|parts| parts.body_hash()).is_some_and(|(hash, _)| params.tail().is_empty() || !is_complete(hash))
}

/// Whether a URL has `bodySHA256`, which means that Twilio signed a JSON or text POST. A bot's own URL does not have
/// it.
#[must_use]
pub fn has_body_hash(url: &str) -> bool {
    UrlParts::parse(url).is_some_and(|parts| parts.body_hash().is_some())
}

fn check_body_hash(url: &str, body: &[u8]) -> Result<(), Code> {
    let parts = UrlParts::parse(url).ok_or(Code::UrlNotAbsolute)?;
    let (hash, repeated) = parts.body_hash().ok_or(Code::BodyHashMissing)?;
    if repeated {
        return Err(Code::BodyHashRepeated);
    }
    if is_sha256_of(hash, body) { Ok(()) } else { Err(Code::BodyHashMismatch) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://clinic.example/webhook/1";

    fn suffixes() -> Vec<String> {
        (0..256).map(|step| format!("?step=menu.main.{step}")).collect()
    }

    /// A form of about `bytes` bytes, and its signature behind `url`.
    fn signed(url: &str, token: &AuthToken, bytes: usize) -> (SignedParams, String) {
        let value = "x".repeat(bytes);
        let params = SignedParams::new(&[("Digits", "1"), ("Value", value.as_str())]);
        let signature = sign(token, url, &params);
        (params, signature)
    }

    #[test]
    fn every_suffix_token_and_spelling_is_tried() {
        let tokens = ["an old token", "a new token"].map(|token| AuthToken::new(token).unwrap());
        let suffixes = suffixes();
        for form in [URL, "https://clinic.example:443/webhook/1"] {
            for token in &tokens {
                let (params, signature) = signed(&[form, &suffixes[255]].concat(), token, 1_500);
                assert_eq!(
                    find_signed_suffix(URL, &suffixes, &params, &signature, &tokens, 6 * 1024 * 1024),
                    Some(255),
                    "{form}"
                );
            }
        }
    }

    #[test]
    fn no_more_than_the_budget_is_hashed() {
        let tokens = [AuthToken::new("a token").unwrap()];
        let suffixes = suffixes();
        for (place, bytes, budget, found) in [
            (0, 32_000, 33_000, true),
            (0, 32_000, 32_000, false),
            (1, 32_000, 33_000, false),
            (1, 32_000, 66_000, true),
            (255, 1_000, 256 * 1_200, true),
            (255, 1_000, 255 * 1_000, false),
        ] {
            let (params, signature) = signed(&[URL, &suffixes[place]].concat(), &tokens[0], bytes);
            let found_at = find_signed_suffix(URL, &suffixes, &params, &signature, &tokens, budget);
            assert_eq!(found_at, found.then_some(place), "{place} {bytes} {budget}");
        }
    }
}
