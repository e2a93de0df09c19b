// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The exports of the npm package's module.
//!
//! Each takes a frame that the host wrote. An answer is in [`output`](super::output) afterwards. The one structured answer,
//! [`route_call`]'s, crosses as an object.

mod config;
mod phone;
mod refused;
mod routing;
mod segments;
mod signature;
mod token;
mod twiml;

use std::cell::RefCell;

use serde::Serialize as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::memory::{put, take};
use crate::frame::Frame;
use crate::signature::sha256_hex;
use refused::Refused;

thread_local! {
    /// The raw bytes of a request's body.
    static BODY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A frame in UTF-8.
fn take_frame(written: usize) -> Frame {
    let (text, numbers) = take(written);
    Frame::from_utf8(text, numbers)
}

/// A text in UTF-8; empty where it is not.
fn take_text(written: usize) -> String {
    String::from_utf8(take(written).0).unwrap_or_default()
}

fn take_body(written: usize) -> Vec<u8> {
    BODY.with_borrow_mut(|body| {
        body.truncate(written);
        std::mem::take(body)
    })
}

/// Leaves an answer in the output; its length. Below zero the answer is a refusal of the length `!length`.
fn answer(answer: Result<String, Refused>) -> i32 {
    match answer {
        Ok(text) => signed(put(text)),
        Err(refused) => !signed(put(refused.lines())),
    }
}

/// A length with a sign. Memory ends before an i32 does.
fn signed(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// Room for `bytes` bytes of a raw body, as an address in memory.
#[wasm_bindgen]
#[must_use]
pub fn body(bytes: usize) -> *mut u8 {
    BODY.with_borrow_mut(|body| {
        body.clear();
        body.resize(bytes, 0);
        body.as_mut_ptr()
    })
}

/// The SHA-256 of a body of `written` bytes, in lower-case hex.
#[wasm_bindgen(js_name = "bodyHash")]
#[must_use]
pub fn body_hash(written: usize) -> usize {
    put(sha256_hex(&take_body(written)))
}

/// Signs. Head: 1 where the pairs are to stay in their order. Fields: the token, the URL, then names and values.
#[wasm_bindgen]
#[must_use]
pub fn sign(written: usize) -> i32 {
    answer(signature::sign(&take_frame(written)))
}

/// Whether one of some URLs is signed, each taken letter for letter. Fields: the token, the signature, what follows
/// the URL in the signed text, then the URLs.
#[wasm_bindgen(js_name = "signsAny")]
#[must_use]
pub fn signs_any(written: usize) -> bool {
    signature::signs_any(&take_frame(written))
}

/// Checks a request with `body` bytes in their room. Head: how many tokens, how many shared keys, 1 for a raw body.
/// Fields: the URL, the signature, the settings header, `Host`, `X-Forwarded-Host` and `X-Forwarded-Port`, the tokens,
/// for each shared key its id, secret and algorithm,
/// then names and values. An empty answer says: the URL as given, by the first token. Any other is the index of a
/// token (after the tokens, of a shared key), a space, and the URL.
#[wasm_bindgen]
#[must_use]
pub fn verify(written: usize, body: usize) -> i32 {
    answer(signature::verify(&take_frame(written), &take_body(body)))
}

/// Writes a TwiML document. Head: 1 where its form alone is checked; 1 for a voice document, 2 for a messaging one, 0
/// where its verbs tell. Fields: `<` and a name open an element, `@`, a name and a value are an attribute, `t` and a
/// text, `#` and a comment; `>` closes. A refusal is a finding, as [`check_twiml`] tells it.
#[wasm_bindgen]
#[must_use]
pub fn twiml(written: usize) -> i32 {
    match twiml::compose(&take_frame(written)) {
        Ok(xml) => signed(put(xml)),
        Err(finding) => !signed(put(finding)),
    }
}

/// What is wrong with a TwiML document. Head: 1 where the one field is XML, 0 for the fields of [`twiml()`]; the kind of
/// document, as there. Four lines for each finding: code, path, help, `error` or `warning`.
#[wasm_bindgen(js_name = "checkTwiml")]
#[must_use]
pub fn check_twiml(written: usize) -> usize {
    put(twiml::check(&take_frame(written)))
}

/// Routes a call. Head: how many numbers are ours, 1 where there is a config, 1 where there is a TwiML App. Fields:
/// the config as JSON, the app's SID, what is known as JSON, the webhook's URL, our numbers, then names and values.
#[wasm_bindgen(js_name = "routeCall", unchecked_return_type = "Routing")]
#[must_use]
pub fn route_call(written: usize) -> JsValue {
    let routing = routing::route_call(&take_frame(written));
    // Texts and booleans always serialize.
    routing.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// What is wrong with a config. Head: 1 where the account's numbers are given. Fields: the config as JSON, the numbers.
/// Four lines for each finding, as [`check_twiml`] has them.
#[wasm_bindgen(js_name = "checkConfig")]
#[must_use]
pub fn check_config(written: usize) -> i32 {
    answer(config::check(&take_frame(written)))
}

/// Mints an access token. Head: the seconds it lives, 1 where it has a beginning, 1 where it has a region. Fields: the
/// account's and the key's SID, the secret, the identity, now and the beginning in seconds, the region, the grants as JSON.
#[wasm_bindgen(js_name = "accessToken")]
#[must_use]
pub fn access_token(written: usize) -> i32 {
    answer(token::access_token(&take_frame(written)))
}

/// Signs a token of any claims. Head: 0, 1 or 2 for HS256, HS384 or HS512. Fields: the secret, header and payload.
#[wasm_bindgen(js_name = "signToken")]
#[must_use]
pub fn sign_token(written: usize) -> i32 {
    answer(token::sign_token(&take_frame(written)))
}

/// Reads a phone number. Head: 1 where there is a country. Fields: the text, the country. Lines: the kind, the number,
/// its country, its extension.
#[wasm_bindgen(js_name = "parsePhone")]
#[must_use]
pub fn parse_phone(written: usize) -> i32 {
    answer(phone::parse_phone(&take_frame(written)))
}

/// Counts the segments of a text of `written` bytes; the numbers stand in the output, spaces between them.
#[wasm_bindgen(js_name = "countSegments")]
#[must_use]
pub fn count_segments(written: usize) -> usize {
    put(segments::count_segments(&take_text(written)))
}

/// What to do about a code; empty for text that is none.
#[wasm_bindgen(js_name = "codeHelp")]
#[must_use]
pub fn code_help(written: usize) -> usize {
    put(refused::code_help(&take_text(written)).to_owned())
}

/// The crate's version.
#[wasm_bindgen]
#[must_use]
pub fn version() -> usize {
    put(env!("CARGO_PKG_VERSION").to_owned())
}

/// What callers in TypeScript know of the library; the declarations of the package's entry points take it from here.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("../types.d.ts");
