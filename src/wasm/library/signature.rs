// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Signatures as functions of a frame, so that they can be tested natively.

use super::library_error::{LibraryError, fields, pairs_of, split};
use crate::error::Code;
use crate::frame::Frame;
use crate::json::decimal;
use crate::signature::{
    self, Algorithm, AuthToken, HostHeaders, Request, SharedKey, SharedKeys, SignedBody, SignedParams, UrlParts,
    WebhookUrl, explain_for_program,
};
use crate::text::{is_invisible, list, split_on};

pub(super) fn sign(frame: &Frame) -> Result<String, LibraryError> {
    let fields = fields(frame)?;
    let ([token, url], pairs) = fields.split_first_chunk().ok_or(Code::EventInvalid)?;
    let token = AuthToken::new(token)?;
    let pairs = pairs_of(pairs)?;
    let in_order = frame.head(0) == 1;
    // Twilio signs absolute URLs. A program that sorts the parameters itself also has its own rules for URLs.
    if !in_order && UrlParts::parse(url).is_none() {
        return Err(Code::UrlNotAbsolute.into());
    }
    let params = if in_order { SignedParams::in_order(&pairs) } else { SignedParams::new(&pairs) };
    Ok(signature::sign(&token, url, &params))
}

pub(super) fn signs_any(frame: &Frame) -> bool {
    let fields = frame.fields().unwrap_or_default();
    let Some(([token, signature, tail], urls)) = fields.split_first_chunk() else {
        return false;
    };
    let params = SignedParams::in_order(&[(tail, "")]);
    AuthToken::new(token).is_ok_and(|token| signature::signs_any(&token, signature, urls, &params))
}

pub(super) fn verify(frame: &Frame, body: &[u8]) -> Result<String, LibraryError> {
    let fields = fields(frame)?;
    let ([url, signature, header, host, forwarded_host, forwarded_port], rest) =
        fields.split_first_chunk().ok_or(Code::EventInvalid)?;
    let (tokens, rest) = split(rest, frame.head(0), 1)?;
    let (keys, pairs) = split(rest, frame.head(1), 3)?;
    let texts = tokens;
    let tokens = texts.iter().map(|token| AuthToken::new(token)).collect::<Result<Vec<_>, _>>()?;
    let keys = keys.chunks_exact(3).map(shared_key).collect::<Result<Vec<_>, _>>()?;
    let shared_keys = SharedKeys { header, keys: &keys };
    let pairs = pairs_of(pairs)?;
    let params = SignedParams::new(&pairs);
    let body = if frame.head(2) == 1 { SignedBody::Raw(body) } else { SignedBody::Form(&params) };
    let webhook_url = WebhookUrl::new(*url)?;
    let request = Request { url: &webhook_url, body, signature, tokens: &tokens, shared_keys };

    let accepted = signature::verify(&request).map_err(|code| {
        let by_token = matches!(shared_keys.chosen(), Ok(None));
        if code != Code::SignatureMismatch || !by_token {
            return code;
        }
        let trimmed = texts.iter().map(|token| token.trim_matches(is_invisible)).zip(texts);
        let trimmed = trimmed
            .filter(|(trimmed, token)| trimmed != *token)
            .filter_map(|(trimmed, _)| AuthToken::new(trimmed).ok());
        let trimmed: Vec<_> = trimmed.collect();
        let headers = HostHeaders { host, forwarded_host, forwarded_port };
        match explain_for_program(url, &pairs, signature, &tokens, &trimmed, headers) {
            Code::SignatureMismatch if header_names_key(header) => Code::SharedKeyUnknown,
            // The parsed body was passed as parameters of a form.
            Code::SignatureBodyIgnored if signature::has_body_hash(url) => Code::BodyMissing,
            code => code,
        }
    })?;
    let index = accepted.token.unwrap_or_else(|| {
        let chosen = shared_keys.chosen().ok().flatten();
        tokens.len() + keys.iter().position(|key| chosen.is_some_and(|chosen| chosen.id == key.id)).unwrap_or(0)
    });
    if index == 0 && accepted.url == *url {
        return Ok(String::new());
    }
    Ok([&decimal(index as u64), " ", &accepted.url].concat())
}

/// Whether the settings header names a shared key.
fn header_names_key(header: &str) -> bool {
    list(header).any(|setting| split_on(setting, b'=').0.trim_ascii().eq_ignore_ascii_case("key"))
}

fn shared_key<'a>(fields: &[&'a str]) -> Result<SharedKey<'a>, Code> {
    let algorithm = if fields[2] == "HMAC_SHA256" { Algorithm::Sha256 } else { Algorithm::Sha1 };
    Ok(SharedKey { id: fields[0], secret: AuthToken::shared(fields[1], algorithm)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "an-invented-auth-token";
    const URL: &str = "https://example.com/v";

    fn signed(fields: &[&str]) -> String {
        sign(&Frame::of([0; 5], fields)).unwrap()
    }

    #[test]
    fn the_result_names_the_token_or_shared_key_that_signed() {
        let signature = signed(&[TOKEN, URL, "a", "1"]);
        let header = "key=second,algorithm=HMAC_SHA1";
        let keys = ["first", "another", "HMAC_SHA1", "second", TOKEN, "HMAC_SHA1"];
        let verdict = |tokens: &[&str], header: &str, keys: &[&str]| {
            let head = [tokens.len() as u32, keys.len() as u32 / 3, 0, 0, 0];
            verify(&Frame::of(head, &[&[URL, &signature, header, "", "", ""], tokens, keys, &["a", "1"]].concat()), b"")
        };
        assert_eq!(verdict(&[TOKEN], "", &[]), Ok(String::new()));
        assert_eq!(verdict(&["another", TOKEN], "", &keys), Ok(format!("1 {URL}")));
        assert_eq!(verdict(&["another"], header, &keys), Ok(format!("2 {URL}")));
        assert_eq!(verdict(&[], header, &keys[3..]), Ok(String::new()));
        for (tokens, header, keys, code) in [
            (&[TOKEN][..], header, &keys[..3], Code::SharedKeyUnknown),
            (&["another"], header, &[], Code::SharedKeyUnknown),
            (&["another"], "algorithm=HMAC_SHA1", &[], Code::SignatureMismatch),
            (&[], "", &keys, Code::TokenMissing),
            (&[TOKEN, ""], "", &[], Code::TokenBlank),
            (&[TOKEN], "", &["id", " ", "HMAC_SHA1"], Code::TokenBlank),
        ] {
            assert_eq!(verdict(tokens, header, keys), Err(code.into()), "{header} {keys:?}");
        }
    }

    #[test]
    fn a_missing_body_is_not_accepted() {
        let hash = signature::sha256_hex(b"{}");
        let url = [URL, "?x=1&bodySHA256=", &hash].concat();
        let signature = sign(&Frame::of([0; 5], &[TOKEN, &url])).unwrap();
        let verdict = |form: u32, signature: &str, params: &[&str], body: &[u8]| {
            let fields = [&[&*url, signature, "", "", "", "", TOKEN], params].concat();
            verify(&Frame::of([1, 0, form, 0, 0], &fields), body).map_err(|refused| refused.code.as_str())
        };
        assert_eq!(verdict(1, &signature, &[], b"{}"), Ok(String::new()));
        assert_eq!(verdict(1, &signature, &[], b"{ }"), Err("BODY_HASH_MISMATCH"));
        assert_eq!(verdict(0, &signature, &[], b""), Err("BODY_MISSING"));
        assert_eq!(verdict(0, "x", &[], b""), Err("BODY_MISSING"));
        assert_eq!(verdict(0, "", &[], b""), Err("SIGNATURE_MISSING"));
        // Parsed JSON passed as parameters of a form.
        assert_eq!(verdict(0, &signature, &["CallSid", "CA1"], b""), Err("BODY_MISSING"));
        // The signature covers the parameters.
        let form = sign(&Frame::of([0; 5], &[TOKEN, &url, "CallSid", "CA1"])).unwrap();
        assert_eq!(verdict(0, &form, &["CallSid", "CA1"], b""), Ok(String::new()));
        assert_eq!(verdict(0, &form, &["CallSid", "CA2"], b""), Err("SIGNATURE_MISMATCH"));
        // A part of the hash is the name of a parameter, so the signed text is the same.
        let cut = &url[..url.len() - 4];
        let pieces = [&[cut, &signature, "", "", "", "", TOKEN][..], &[&url[url.len() - 4..], ""]].concat();
        let split = verify(&Frame::of([1, 0, 0, 0, 0], &pieces), b"").map_err(|refused| refused.code.as_str());
        assert_eq!(split, Err("BODY_MISSING"));
    }

    #[test]
    fn the_order_of_the_caller_is_kept() {
        assert_ne!(sign(&Frame::of([1, 0, 0, 0, 0], &[TOKEN, "/v", "b", "1", "a", "2"])), Ok(signed(&[TOKEN, URL])));
        assert_eq!(sign(&Frame::of([0; 5], &[TOKEN, "/v"])), Err(Code::UrlNotAbsolute.into()));
        assert_eq!(sign(&Frame::of([0; 5], &["", URL])), Err(Code::TokenBlank.into()));
    }
}
