// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Verifies the shared signature vectors in Rust. The result must equal the result of Twilio's libraries, except for
//! the listed differences.

use std::path::{Path, PathBuf};

use plumline::json::Json;
use plumline::signature::{
    Algorithm, AuthToken, Request, SharedKey, SharedKeys, SignedBody, SignedParams, WebhookUrl, sign, verify,
};

/// Vectors that npm twilio accepts because it normalizes URLs (`new URL()`, rewritten queries). `verify` refuses them.
const NORMALIZED_ONLY: [&str; 14] = [
    "oracle/url/no-path-vs-slash",
    "oracle/url/plus-vs-20",
    "oracle/url/apostrophe-enc-app",
    "oracle/url/apostrophe-enc-signed",
    "oracle/url/hex-case-differs",
    "oracle/url/bare-key-eq",
    "oracle/url/dot-segments-normalised",
    "oracle/url/legacy-asterisk",
    "oracle/url/legacy-tilde",
    "official/query-apostrophe",
    "official/nodeunit-quote-escaped",
    "official/nodeunit-escaped-quote",
    // `verify` refuses a URL without a scheme and an empty token.
    "oracle/url/not-a-url",
    "oracle/token/empty",
];

/// Vectors that npm twilio or another SDK refuses and `verify` accepts, with the reasons.
const ACCEPTED_ONLY_BY_VERIFY: [&str; 4] = [
    "oracle/url/fragment-in-app-only",
    "oracle/url/wss-443",
    // The host is in lowercase. npm twilio accepts this, and the C# suite forbids it.
    "official/cs-mixed-case-host-wrong-sig",
    "official/cs-mixed-case-host-port-wrong-sig",
];

fn vectors(folder: &Path) -> Vec<Json> {
    let file = folder.join("twilio-signature.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Json::parse(&text).expect("JSON").take("vectors").into_elements()
}

fn text<'a>(vector: &'a Json, name: &str) -> Option<&'a str> {
    vector.get(name).and_then(Json::text)
}

fn pairs(vector: &Json) -> Vec<(&str, &str)> {
    let params = vector.get("params").map(Json::members).unwrap_or_default();
    let values = |value: &'_ Json| -> Vec<Json> {
        if value.text().is_some() { vec![value.clone()] } else { value.elements().to_vec() }
    };
    let count = |value: &Json| values(value).len();
    let mut pairs = Vec::new();
    for (name, value) in params {
        for index in 0..count(value) {
            let item = value.text().or_else(|| value.elements()[index].text()).expect("a string");
            pairs.push((name.as_str(), item));
        }
    }
    pairs
}

fn is_accepted(vector: &Json) -> bool {
    let (url, signature) = (text(vector, "url").unwrap(), text(vector, "signature").unwrap());
    let params = SignedParams::new(&pairs(vector));
    let body = text(vector, "body").map_or(SignedBody::Form(&params), |body| SignedBody::Raw(body.as_bytes()));
    let header = text(vector, "settings_header").unwrap_or_default();
    let id = header.strip_prefix("key=").and_then(|rest| rest.split(',').next()).unwrap_or_default();
    let algorithm = match text(vector, "algorithm") {
        Some("HMAC_SHA256") => Algorithm::Sha256,
        _ => Algorithm::Sha1,
    };
    let secret = text(vector, "token").unwrap();
    let (Ok(token), Ok(shared), Ok(url)) =
        (AuthToken::new(secret), AuthToken::shared(secret, algorithm), WebhookUrl::new(url))
    else {
        return false;
    };
    let keys = [SharedKey { id, secret: shared }];
    let keys = if header.is_empty() { &[][..] } else { &keys };
    let tokens = if header.is_empty() { &[token][..] } else { &[] };
    let request = Request { url: &url, body, signature, tokens, shared_keys: SharedKeys { header, keys } };
    verify(&request).is_ok()
}

fn check(vectors: &[Json]) {
    for vector in vectors {
        let id = text(vector, "id").expect("an id");
        let valid = vector.get("valid") == Some(&Json::Bool(true));
        let expected = (valid && !NORMALIZED_ONLY.contains(&id)) || ACCEPTED_ONLY_BY_VERIFY.contains(&id);
        assert_eq!(is_accepted(vector), expected, "{id}");
    }
}

#[test]
fn npm_twilio_vectors_are_verified() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let vectors = vectors(&folder);
    assert!(vectors.len() > 90);
    check(&vectors);
}

#[test]
fn vectors_of_the_official_sdks_are_verified() {
    let Some(folder) = std::env::var_os("PLUMLINE_EXTRA_VECTORS") else {
        eprintln!("skipped: PLUMLINE_EXTRA_VECTORS is unset");
        return;
    };
    let mut vectors = vectors(Path::new(&folder));
    vectors.retain(|vector| text(vector, "kind") == Some("official"));
    assert!(!vectors.is_empty());
    check(&vectors);
}

#[test]
fn signing_gives_the_signatures_of_the_vectors() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut checked = 0;
    for vector in vectors(&folder) {
        let valid = vector.get("valid") == Some(&Json::Bool(true));
        let (Ok(token), true, None) =
            (AuthToken::new(text(&vector, "token").unwrap()), valid, text(&vector, "algorithm"))
        else {
            continue;
        };
        let url = text(&vector, "signed_url").or_else(|| text(&vector, "url")).unwrap();
        let signed = sign(&token, url, &SignedParams::new(&pairs(&vector)));
        assert_eq!(Some(signed.as_str()), text(&vector, "signature"), "{:?}", text(&vector, "id"));
        checked += 1;
    }
    assert!(checked > 60, "{checked}");
}
