// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Signing, and the verdict on a signature.

use std::borrow::Cow;

use super::mac::{AuthToken, Signature, is_sha256_of};
use super::params::SignedParams;
use super::shared_key::SharedKeys;
use super::url::{UrlParts, WebhookUrl};
use crate::error::Code;

/// What came with the URL.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// A form post, or a GET, which has no parameters beyond its URL.
    Form(&'a SignedParams),
    /// The bytes of a JSON or text post; the URL holds their hash as `bodySHA256`.
    Raw(&'a [u8]),
}

/// A request to be checked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The URL that Twilio called.
    pub url: &'a WebhookUrl,
    /// Form parameters, or the raw body.
    pub body: Body<'a>,
    /// The header `X-Twilio-Signature`.
    pub signature: &'a str,
    /// The auth tokens that count: two while a rotation lasts.
    pub tokens: &'a [AuthToken],
    /// Shared keys, where any are configured.
    pub shared_keys: SharedKeys<'a>,
}

/// A genuine request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// The spelling of the URL that was signed.
    pub url: Cow<'a, str>,
    /// Which of the tokens signed it; `None` for a shared key.
    pub token: Option<usize>,
}

/// The signature that Twilio sends with `url` and `params`.
#[must_use]
pub fn sign(token: &AuthToken, url: &str, params: &SignedParams) -> String {
    Signature::over(token, url, params.tail()).as_str().to_owned()
}

/// Whether one of `urls`, taken letter for letter, is signed: for callers with URL forms of their own.
#[must_use]
pub fn signs_any(token: &AuthToken, signature: &str, urls: &[&str], params: &SignedParams) -> bool {
    urls.iter().any(|url| Signature::over(token, url, params.tail()).matches(signature))
}

/// Checks a request against every spelling of its URL ([`UrlParts::forms`]), both sort orders and all tokens.
///
/// # Errors
/// A [`Code`]: what is wrong with the question (`TOKEN_MISSING`, `BODY_HASH_…`), or [`Code::SignatureMissing`],
/// [`Code::SignatureMismatch`], [`Code::SharedKeyUnknown`].
pub fn verify<'a>(request: &Request<'a>) -> Result<Accepted<'a>, Code> {
    let url = request.url.as_str();
    if request.signature.is_empty() {
        return Err(Code::SignatureMissing);
    }
    let none = SignedParams::default();
    let params = match request.body {
        Body::Form(params) => params,
        Body::Raw(body) => {
            check_body_hash(url, body)?;
            &none
        }
    };
    if let Some(key) = request.shared_keys.chosen()? {
        let url = matching_form(url, params, request.signature, &key.secret);
        return url.map(|url| Accepted { url, token: None }).ok_or(Code::SignatureMismatch);
    }
    if request.tokens.is_empty() {
        return Err(Code::TokenMissing);
    }
    let signed = request.tokens.iter().enumerate().find_map(|(index, token)| {
        let url = matching_form(url, params, request.signature, token)?;
        Some(Accepted { url, token: Some(index) })
    });
    signed.ok_or(Code::SignatureMismatch)
}

/// Which of some URLs was called: the place in `suffixes` of the one that, behind `url`, fits the signature. All are
/// tried behind the URL as given before any is behind another spelling of it ([`UrlParts::forms`]).
#[cfg(feature = "dialplan")]
#[must_use]
pub fn which(
    url: &str,
    suffixes: &[String],
    params: &SignedParams,
    signature: &str,
    tokens: &[AuthToken],
) -> Option<usize> {
    let among = |form: &str| {
        tokens.iter().find_map(|token| {
            let begun = token.beginning(form);
            let fits = |suffix: &str, tail: &[u8]| Signature::over(&begun, suffix, tail).matches(signature);
            suffixes.iter().position(|suffix| {
                fits(suffix, params.tail()) || params.other_tail().is_some_and(|tail| fits(suffix, tail))
            })
        })
    };
    among(url).or_else(|| UrlParts::parse(url)?.forms().into_iter().skip(1).find_map(|form| among(&form)))
}

fn matching_form<'a>(given: &'a str, params: &SignedParams, signature: &str, key: &AuthToken) -> Option<Cow<'a, str>> {
    let fits = |url: &str, tail: &[u8]| Signature::over(key, url, tail).matches(signature);
    let signs = |url: &str| fits(url, params.tail()) || params.other_tail().is_some_and(|tail| fits(url, tail));
    // The URL as given is nearly always the one: its other forms are not even written before it has failed.
    if signs(given) {
        return Some(Cow::Borrowed(given));
    }
    UrlParts::parse(given)?.forms().into_iter().skip(1).find(|url| signs(url)).map(Cow::Owned)
}

fn check_body_hash(url: &str, body: &[u8]) -> Result<(), Code> {
    let parts = UrlParts::parse(url).ok_or(Code::UrlNotAbsolute)?;
    let (hash, repeated) = parts.body_hash().ok_or(Code::BodyHashMissing)?;
    if repeated {
        return Err(Code::BodyHashRepeated);
    }
    if is_sha256_of(hash, body) { Ok(()) } else { Err(Code::BodyHashMismatch) }
}
