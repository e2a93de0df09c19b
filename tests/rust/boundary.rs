// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The wasm exports, called as a JavaScript host calls them: buffers in memory, frames and answers. They run under
//! wasm-bindgen's test runner.
// These tests write to memory at an address, as a host does.
#![allow(unsafe_code)]

use plumline::json::Json;
use plumline::wasm::{self, library};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const TOKEN: &str = "an-invented-auth-token";
const URL: &str = "https://example.com/v?x=1";

/// Writes a frame into its buffers. Returns the number of bytes of text.
fn write(head: [u32; 5], fields: &[&str]) -> usize {
    let text = fields.concat();
    let lengths = fields.iter().map(|field| u32::try_from(field.encode_utf16().count()).unwrap());
    let numbers: Vec<u32> = head.into_iter().chain(lengths).collect();
    // As in a host, the buffers are larger than needed, and all are allocated before any is written.
    let buffer = wasm::text(text.len() * 3);
    let number_buffer = wasm::numbers(numbers.len());
    // SAFETY: the buffers have the requested length. No other export is called before they are filled.
    unsafe {
        core::ptr::copy_nonoverlapping(text.as_ptr(), buffer, text.len());
        core::ptr::copy_nonoverlapping(numbers.as_ptr(), number_buffer, numbers.len());
    }
    text.len()
}

fn put_body(body: &[u8]) -> usize {
    let buffer = library::body(body.len());
    // SAFETY: as above.
    unsafe { core::ptr::copy_nonoverlapping(body.as_ptr(), buffer, body.len()) };
    body.len()
}

fn read(length: usize) -> String {
    // SAFETY: the last call returned the length of its output.
    let bytes = unsafe { core::slice::from_raw_parts(wasm::output(), length) };
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The output, or the lines of the error.
fn answer(length: i32) -> Result<String, Vec<String>> {
    match usize::try_from(length) {
        Ok(length) => Ok(read(length)),
        Err(_) => Err(read(usize::try_from(!length).unwrap()).split('\n').map(str::to_owned).collect()),
    }
}

fn sign(fields: &[&str]) -> String {
    answer(library::sign(write([0; 5], &[&[TOKEN, URL], fields].concat()))).unwrap()
}

#[wasm_bindgen_test]
fn signs_and_verifies() {
    let signature = sign(&["b", "é😀", "a", "1"]);
    assert_eq!(signature, sign(&["a", "1", "b", "é😀"]));
    let verify = |tokens: &[&str], url: &str| {
        let fields = [&[url, &signature, "", "", "", ""], tokens, &["a", "1", "b", "é😀"]].concat();
        answer(library::verify(write([u32::try_from(tokens.len()).unwrap(), 0, 0, 0, 0], &fields), 0))
    };
    assert_eq!(verify(&[TOKEN], URL).unwrap(), "");
    assert_eq!(verify(&["another", TOKEN], URL).unwrap(), format!("1 {URL}"));
    assert_eq!(verify(&[TOKEN], "https://Example.com:443/v?x=1").unwrap(), format!("0 {URL}"));
    let refused = verify(&["another"], URL).unwrap_err();
    assert_eq!((refused[0].as_str(), refused.len()), ("SIGNATURE_MISMATCH", 3));
    assert_eq!(verify(&[" "], URL).unwrap_err()[0], "TOKEN_BLANK");
    assert_eq!(verify(&[], URL).unwrap_err()[0], "TOKEN_MISSING");
}

#[wasm_bindgen_test]
fn hashes_and_verifies_a_body_of_any_bytes() {
    let body = [0xff, 0, 0x80, b'{'];
    let hash = read(library::body_hash(put_body(&body)));
    assert_eq!(hash.len(), 64);
    let url = format!("https://example.com/v?bodySHA256={hash}");
    let signature = answer(library::sign(write([0; 5], &[TOKEN, &url]))).unwrap();
    let verify = |body: &[u8]| {
        let written = put_body(body);
        answer(library::verify(write([1, 0, 1, 0, 0], &[&url, &signature, "", "", "", "", TOKEN]), written))
    };
    assert_eq!(verify(&body).unwrap(), "");
    assert_eq!(verify(&body[1..]).unwrap_err()[0], "BODY_HASH_MISMATCH");
}

#[wasm_bindgen_test]
fn compares_candidate_urls_exactly() {
    let tail = "b1a2";
    let signature = answer(library::sign(write([1, 0, 0, 0, 0], &[TOKEN, URL, "b", "1", "a", "2"]))).unwrap();
    assert!(library::signs_any(write([0; 5], &[TOKEN, &signature, tail, "https://a.example", URL])));
    assert!(!library::signs_any(write([0; 5], &[TOKEN, &signature, tail, "https://example.com:443/v?x=1"])));
    assert!(!library::signs_any(write([0; 5], &[TOKEN, &signature, tail])));
    assert!(!library::signs_any(write([0; 5], &["", &signature, tail, URL])));
}

#[wasm_bindgen_test]
fn writes_twiml() {
    let tree = ["<", "Response", "<", "Say", "@", "voice", "a\"b", "t", "<é>", ">", "#", "c", ">"];
    let xml = answer(library::twiml(write([0; 5], &tree))).unwrap();
    assert!(xml.ends_with("<Response><Say voice=\"a&quot;b\">&lt;é&gt;</Say><!-- c --></Response>"), "{xml}");
    let refused =
        answer(library::twiml(write([0; 5], &["<", "Response", "<", "Say", "t", "a\u{1}", ">", ">"]))).unwrap_err();
    assert!(refused.contains(&"TWIML_CHARACTER".to_owned()), "{refused:?}");
    assert!(refused.iter().any(|line| line.starts_with("Response/Say[1]")), "{refused:?}");
}

#[wasm_bindgen_test]
fn routes_a_call_as_an_object() {
    let fields = ["", "", "", "", "+15550100001", "From", "+15550100123", "To", "+15550100001", "CallSid", "CA1"];
    let routing = library::route_call(write([1, 0, 0, 0, 0], &fields));
    let member = |name: &str| js_sys::Reflect::get(&routing, &JsValue::from_str(name)).unwrap();
    assert_eq!(member("ok"), JsValue::TRUE);
    assert_eq!(member("kind"), JsValue::from_str("connect"));
    assert_eq!(member("client"), JsValue::from_str("+15550100001"));
    assert!(member("code").is_undefined());
    assert!(member("twiml").as_string().unwrap().contains("<Client>+15550100001</Client>"));
}

#[wasm_bindgen_test]
fn exports_its_codes_and_version() {
    assert_ne!(read(library::code_help(write([0; 5], &["TOKEN_BLANK"]))), "");
    assert_eq!(read(library::code_help(write([0; 5], &["NO_SUCH_CODE"]))), "");
    assert_eq!(read(library::version()), env!("CARGO_PKG_VERSION"));
}

#[wasm_bindgen_test]
fn a_corrupt_frame_is_refused() {
    for fields in [&[][..], &["x"], &["x", "y", "z"]] {
        assert_eq!(answer(library::sign(write([0; 5], fields))).unwrap_err()[0], "EVENT_INVALID");
        assert_eq!(answer(library::verify(write([9, 0, 0, 0, 0], fields), 0)).unwrap_err()[0], "EVENT_INVALID");
        assert_eq!(answer(library::twiml(write([0; 5], fields))).unwrap_err()[0], "EVENT_INVALID");
    }
    // The frame claims more keys than a frame can hold, or more text than was written.
    assert_eq!(
        answer(library::verify(write([0, u32::MAX, 0, 0, 0], &["x", "y", "", "", "", ""]), 0)).unwrap_err()[0],
        "EVENT_INVALID"
    );
    write([0; 5], &[TOKEN, URL]);
    assert_eq!(answer(library::sign(usize::MAX)).unwrap_err()[0], "EVENT_INVALID");
}

#[wasm_bindgen_test]
fn an_unreadable_operation_gets_an_error_response() {
    let deep = ["{\"operation\":", &"[".repeat(200), &"]".repeat(200), "}"].concat();
    for (event, code) in [
        (format!(r#"{{"now":[0,0],"input":{deep},"secrets":{{}}}}"#), "OPERATION_UNKNOWN"),
        ("{".to_owned(), "EVENT_INVALID"),
        (r#"{"input":{},"secrets":{}}"#.to_owned(), "EVENT_INVALID"),
        (r#"{"now":[0,0],"input":{"operation":"x"},"secrets":{}}"#.to_owned(), "OPERATION_UNKNOWN"),
    ] {
        for bot in [0, 1] {
            let answer =
                Json::parse(&read(wasm::staff::start_event(bot, write([0; 5], &[&event]), false))).expect("JSON");
            let reply = answer.get("reply").expect("a reply");
            assert_eq!(reply.get("id").and_then(Json::text), Some("invalid"), "{code}");
            let logged = answer.at(&["log", "0"]).and_then(Json::text).unwrap_or_default();
            assert!(logged.starts_with(&format!("plumline: {code}: ")), "{logged}");
        }
    }
}
