// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The exports of the npm package's module.
//!
//! Each export takes a frame that the host wrote, and leaves its result as text in [`output`](super::output). Only
//! [`route_call`] returns a JavaScript object.

mod config;
mod library_error;
mod phone;
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
use library_error::LibraryError;

thread_local! {
    /// The raw bytes of the body of a request.
    static BODY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The frame that the host wrote, in UTF-8.
fn take_frame(written: usize) -> Frame {
    let (text, numbers) = take(written);
    Frame::from_utf8(text, numbers)
}

/// The text that the host wrote, in UTF-8; empty if it is not valid UTF-8.
fn take_text(written: usize) -> String {
    String::from_utf8(take(written).0).unwrap_or_default()
}

fn take_body(written: usize) -> Vec<u8> {
    BODY.with_borrow_mut(|body| {
        body.truncate(written);
        std::mem::take(body)
    })
}

/// Puts a result into the output and returns its length. For an error, the return value is negative: `!length`.
fn put_result(result: Result<String, LibraryError>) -> i32 {
    match result {
        Ok(text) => to_i32(put(text)),
        Err(error) => !to_i32(put(error.lines())),
    }
}

/// A length as an `i32`. The memory is never larger.
fn to_i32(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// Reserves `bytes` bytes for a raw body, and returns their address in memory.
#[wasm_bindgen]
#[must_use]
pub fn body(bytes: usize) -> *mut u8 {
    BODY.with_borrow_mut(|body| {
        body.clear();
        body.resize(bytes, 0);
        body.as_mut_ptr()
    })
}

/// Puts the SHA-256 of a body of `written` bytes into the output, in lowercase hex.
#[wasm_bindgen(js_name = "bodyHash")]
#[must_use]
pub fn body_hash(written: usize) -> usize {
    put(sha256_hex(&take_body(written)))
}

/// Signs a request. Head: 1 to keep the order of the pairs. Fields: the token, the URL, then names and values.
#[wasm_bindgen]
#[must_use]
pub fn sign(written: usize) -> i32 {
    put_result(signature::sign(&take_frame(written)))
}

/// Whether the signature matches one of the URLs exactly. Fields: the token, the signature, the text after the URL in
/// the signed text, then the URLs.
#[wasm_bindgen(js_name = "signsAny")]
#[must_use]
pub fn signs_any(written: usize) -> bool {
    signature::signs_any(&take_frame(written))
}

/// Checks the signature of a request. `body` is the number of bytes written to [`body()`]. Head: the number of tokens,
/// the number of shared keys, 1 for a raw body. Fields: the URL, the signature, the settings header, `Host`,
/// `X-Forwarded-Host` and `X-Forwarded-Port`; the tokens; the id, secret and algorithm of each shared key; then names
/// and values.
///
/// The output is empty if the first token signed the URL as given. Otherwise it is the index of the token, a space,
/// and the URL. The indexes of shared keys follow those of the tokens.
#[wasm_bindgen]
#[must_use]
pub fn verify(written: usize, body: usize) -> i32 {
    put_result(signature::verify(&take_frame(written), &take_body(body)))
}

/// Writes a TwiML document. Head: 1 to check only that it is well-formed; 1 for a voice document, 2 for a messaging
/// document, 0 if its verbs decide. Fields: `<` and a name open an element; `@`, a name and a value are an attribute;
/// `t` and a text, or `#` and a comment; `>` closes the element. The error is a finding in the form of
/// [`check_twiml`].
#[wasm_bindgen]
#[must_use]
pub fn twiml(written: usize) -> i32 {
    match twiml::compose(&take_frame(written)) {
        Ok(xml) => to_i32(put(xml)),
        Err(finding) => !to_i32(put(finding)),
    }
}

/// Checks a TwiML document. Head: 1 if the only field is XML, 0 for the fields of [`twiml()`]; then the kind of
/// document as in [`twiml()`]. The output has four lines for each finding: code, path, help, and `error` or `warning`.
#[wasm_bindgen(js_name = "checkTwiml")]
#[must_use]
pub fn check_twiml(written: usize) -> usize {
    put(twiml::check(&take_frame(written)))
}

/// Routes a call. Head: the number of own numbers, 1 if there is a config, 1 if there is a TwiML App. Fields: the
/// config as JSON, the SID of the app, the facts as JSON, the webhook URL, the own numbers, then names and values.
#[wasm_bindgen(js_name = "routeCall", unchecked_return_type = "Routing")]
#[must_use]
pub fn route_call(written: usize) -> JsValue {
    let routing = routing::route_call(&take_frame(written));
    // Text and booleans can always be serialized.
    routing.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// Checks a config. Head: 1 if the numbers of the account are given. Fields: the config as JSON, the date
/// (`YYYY-MM-DD`, or empty if unknown), the numbers. The output is that of [`check_twiml`].
#[wasm_bindgen(js_name = "checkConfig")]
#[must_use]
pub fn check_config(written: usize) -> i32 {
    put_result(config::check(&take_frame(written)))
}

/// Creates an access token. Head: its lifetime in seconds, 1 if it has `nbf`, 1 if it has a region. Fields: the SIDs
/// of the account and the key, the secret, the identity, the current time and `nbf` in seconds, the region, the grants
/// as JSON.
#[wasm_bindgen(js_name = "accessToken")]
#[must_use]
pub fn access_token(written: usize) -> i32 {
    put_result(token::access_token(&take_frame(written)))
}

/// Signs a token with any claims. Head: 0, 1 or 2 for HS256, HS384 or HS512. Fields: the secret, header and payload.
#[wasm_bindgen(js_name = "signToken")]
#[must_use]
pub fn sign_token(written: usize) -> i32 {
    put_result(token::sign_token(&take_frame(written)))
}

/// Parses a phone number. Head: 1 if there is a country. Fields: the text, the country. The output has four lines: the
/// kind, the number, its country, its extension.
#[wasm_bindgen(js_name = "parsePhone")]
#[must_use]
pub fn parse_phone(written: usize) -> i32 {
    put_result(phone::parse_phone(&take_frame(written)))
}

/// Counts the segments of a text of `written` bytes. The output has numbers with spaces between them.
#[wasm_bindgen(js_name = "countSegments")]
#[must_use]
pub fn count_segments(written: usize) -> usize {
    put(segments::count_segments(&take_text(written)))
}

/// Puts the help of a code into the output; empty if there is no such code.
#[wasm_bindgen(js_name = "codeHelp")]
#[must_use]
pub fn code_help(written: usize) -> usize {
    put(library_error::code_help(&take_text(written)).to_owned())
}

/// Puts the version of the crate into the output.
#[wasm_bindgen]
#[must_use]
pub fn version() -> usize {
    put(env!("CARGO_PKG_VERSION").to_owned())
}

/// The TypeScript types of the library. The declarations of the entry points of the package come from here.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("../types.d.ts");
