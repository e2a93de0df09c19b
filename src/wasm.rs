// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The boundary: the only file that knows JavaScript.
//!
//! A frame or an answer is written by the host straight into [`text`] and [`numbers`]; what the host is to do next
//! stands in [`output`] afterwards. Nothing but numbers crosses, so the bots' modules need no imports. The library's
//! one structured answer, [`route_call`]'s, crosses as an object.

#[cfg(feature = "library")]
mod config;
#[cfg(feature = "library")]
mod library;
#[cfg(feature = "library")]
mod phone;
#[cfg(feature = "library")]
mod routing;
#[cfg(feature = "library")]
mod segments;
#[cfg(feature = "library")]
mod token;
#[cfg(feature = "library")]
mod twiml;

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;
#[cfg(feature = "library")]
use {serde::Serialize as _, wasm_bindgen::JsValue};

#[cfg(any(feature = "automation", feature = "operations"))]
use crate::error::Code;
#[cfg(any(feature = "automation", feature = "operations"))]
use crate::flow::Reply;
#[cfg(feature = "flows")]
use crate::flow::{Flow, read_answers, write_step};
#[cfg(feature = "webhook")]
use crate::flow::{Shelf, webhook};
use crate::frame::{Encoding, Frame};
#[cfg(feature = "library")]
use library::Refused;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

struct Boundary {
    text: Vec<u8>,
    numbers: Vec<u32>,
    output: String,
    /// The raw bytes of a request's body.
    #[cfg(feature = "library")]
    body: Vec<u8>,
    /// Stories that wait for an answer, by their numbers.
    #[cfg(feature = "flows")]
    flows: Vec<(u32, Flow)>,
    #[cfg(feature = "flows")]
    next_flow: u32,
    /// What the stories keep from event to event; made with the first.
    #[cfg(feature = "webhook")]
    shelf: Option<Shelf>,
}

thread_local! {
    static BOUNDARY: RefCell<Boundary> = const { RefCell::new(Boundary::new()) };
}

impl Boundary {
    const fn new() -> Self {
        Self {
            text: Vec::new(),
            numbers: Vec::new(),
            output: String::new(),
            #[cfg(feature = "library")]
            body: Vec::new(),
            #[cfg(feature = "flows")]
            flows: Vec::new(),
            #[cfg(feature = "flows")]
            next_flow: 0,
            #[cfg(feature = "webhook")]
            shelf: None,
        }
    }

    fn take(&mut self, written: usize, encoding: Encoding) -> Frame {
        self.text.truncate(written);
        Frame::new(std::mem::take(&mut self.text), encoding, std::mem::take(&mut self.numbers))
    }
}

#[cfg(feature = "flows")]
impl Boundary {
    fn take_event(&mut self, written: usize, wide: bool) -> Frame {
        self.take(written, if wide { Encoding::Utf16 } else { Encoding::Latin1 })
    }

    /// Steps a story, keeps it while it waits, and leaves what the host is to do in `output`.
    fn run(&mut self, id: u32, mut flow: Flow, answers: Option<&Frame>) -> usize {
        let step = match answers {
            Some(answers) => flow.resume(read_answers(answers.text())),
            None => flow.step(),
        };
        if step.waits() {
            self.flows.push((id, flow));
        }
        self.output = write_step(id, step);
        self.output.len()
    }
}

#[cfg(feature = "library")]
impl Boundary {
    fn take_text(&mut self, written: usize) -> String {
        self.text.truncate(written);
        // The host writes UTF-8; anything else is an empty text.
        String::from_utf8(std::mem::take(&mut self.text)).unwrap_or_default()
    }

    fn take_frame(&mut self, written: usize) -> Frame {
        self.take(written, Encoding::Utf8)
    }

    fn take_body(&mut self, written: usize) -> Vec<u8> {
        self.body.truncate(written);
        std::mem::take(&mut self.body)
    }

    fn put(&mut self, output: String) -> usize {
        self.output = output;
        self.output.len()
    }

    /// Leaves an answer in `output`; its length. Below zero the answer is a refusal, and as long as `!length`.
    fn answer(&mut self, answer: Result<String, Refused>) -> i32 {
        match answer {
            Ok(text) => signed(self.put(text)),
            Err(refused) => !signed(self.put(refused.lines())),
        }
    }
}

/// A length with a sign. Memory ends before an i32 does.
#[cfg(feature = "library")]
fn signed(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// Room for `bytes` bytes of text, as an address in memory.
#[wasm_bindgen]
#[must_use]
pub fn text(bytes: usize) -> *mut u8 {
    BOUNDARY.with_borrow_mut(|boundary| {
        boundary.text.clear();
        boundary.text.resize(bytes, 0);
        boundary.text.as_mut_ptr()
    })
}

/// Room for `count` numbers of 32 bits, as an address in memory.
#[wasm_bindgen]
#[must_use]
pub fn numbers(count: usize) -> *mut u32 {
    BOUNDARY.with_borrow_mut(|boundary| {
        boundary.numbers.clear();
        boundary.numbers.resize(count, 0);
        boundary.numbers.as_mut_ptr()
    })
}

/// Begins the story of a webhook whose frame has `written` bytes of text, in UTF-16 where it is `wide` and in Latin-1
/// where not; the length of the output.
#[cfg(feature = "webhook")]
#[wasm_bindgen]
#[must_use]
pub fn start(written: usize, wide: bool) -> usize {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_event(written, wide);
        let id = boundary.next_flow;
        boundary.next_flow = id.wrapping_add(1);
        let shelf = boundary.shelf.get_or_insert_default().clone();
        boundary.run(id, Flow::new(|host| webhook(frame, host, shelf)), None)
    })
}

/// Begins a story behind Medplum's own authentication: of the operations door for 0, of the automation door for 1. The
/// frame's only field is the event as [`Knock::read`](crate::flow::Knock::read) takes it; the length of the output.
/// An event that cannot be read is answered with 400.
#[cfg(any(feature = "automation", feature = "operations"))]
#[wasm_bindgen]
#[must_use]
pub fn knock(door: u32, written: usize, wide: bool) -> usize {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_event(written, wide);
        let id = boundary.next_flow;
        boundary.next_flow = id.wrapping_add(1);
        let flow = match (crate::flow::Knock::read(frame.text()), door) {
            #[cfg(feature = "operations")]
            (Ok(knock), 0) => Flow::new(|host| crate::flow::operations(knock, host)),
            #[cfg(feature = "automation")]
            (Ok(knock), 1) => Flow::new(|host| crate::flow::automation(knock, host)),
            (Ok(_), _) => refused(Code::EventInvalid),
            (Err(code), _) => refused(code),
        };
        boundary.run(id, flow, None)
    })
}

/// A flow that answers 400 and logs why.
#[cfg(any(feature = "automation", feature = "operations"))]
fn refused(code: Code) -> Flow {
    Flow::new(move |_| core::future::ready(Reply::Invalid(code.into()).into()))
}

/// Goes on with the story `flow`, its answers being the only field of a frame as [`start`] takes it; the length of the
/// output, 0 where no such story waits.
#[cfg(feature = "flows")]
#[wasm_bindgen]
#[must_use]
pub fn resume(flow: u32, written: usize, wide: bool) -> usize {
    BOUNDARY.with_borrow_mut(|boundary| {
        let answers = boundary.take_event(written, wide);
        let Some(at) = boundary.flows.iter().position(|(id, _)| *id == flow) else {
            return 0;
        };
        let (id, waiting) = boundary.flows.swap_remove(at);
        boundary.run(id, waiting, Some(&answers))
    })
}

/// Where the output stands in memory: UTF-8, as long as the last call said.
#[wasm_bindgen]
#[must_use]
pub fn output() -> *const u8 {
    BOUNDARY.with_borrow(|boundary| boundary.output.as_ptr())
}

/// Room for `bytes` bytes of a raw body, as an address in memory.
#[cfg(feature = "library")]
#[wasm_bindgen]
#[must_use]
pub fn body(bytes: usize) -> *mut u8 {
    BOUNDARY.with_borrow_mut(|boundary| {
        boundary.body.clear();
        boundary.body.resize(bytes, 0);
        boundary.body.as_mut_ptr()
    })
}

/// The SHA-256 of a body of `written` bytes, in lower-case hex.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "bodyHash")]
#[must_use]
pub fn body_hash(written: usize) -> usize {
    BOUNDARY.with_borrow_mut(|boundary| {
        let body = boundary.take_body(written);
        boundary.put(crate::signature::sha256_hex(&body))
    })
}

/// Signs. Head: 1 where the pairs are to stay in their order. Fields: the token, the URL, then names and values.
#[cfg(feature = "library")]
#[wasm_bindgen]
#[must_use]
pub fn sign(written: usize) -> i32 {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_frame(written);
        boundary.answer(library::sign(&frame))
    })
}

/// Whether one of some URLs is signed, each taken letter for letter. Fields: the token, the signature, what follows
/// the URL in the signed text, then the URLs.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "signsAny")]
#[must_use]
pub fn signs_any(written: usize) -> bool {
    BOUNDARY.with_borrow_mut(|boundary| library::signs_any(&boundary.take_frame(written)))
}

/// Checks a request with `body` bytes in their room. Head: how many tokens, how many shared keys, 1 for a raw body.
/// Fields: the URL, the signature, the settings header, `Host`, `X-Forwarded-Host` and `X-Forwarded-Port`, the tokens,
/// for each shared key its id, secret and algorithm,
/// then names and values. An empty answer says: the URL as given, by the first token. Any other is the index of a
/// token (after the tokens, of a shared key), a space, and the URL.
#[cfg(feature = "library")]
#[wasm_bindgen]
#[must_use]
pub fn verify(written: usize, body: usize) -> i32 {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_frame(written);
        let body = boundary.take_body(body);
        boundary.answer(library::verify(&frame, &body))
    })
}

/// Writes a TwiML document. Head: 1 where its form alone is checked; 1 for a voice document, 2 for a messaging one, 0
/// where its verbs tell. Fields: `<` and a name open an element, `@`, a name and a value are an attribute, `t` and a
/// text, `#` and a comment; `>` closes. A refusal is a finding, as [`check_twiml`] tells it.
#[cfg(feature = "library")]
#[wasm_bindgen]
#[must_use]
pub fn twiml(written: usize) -> i32 {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_frame(written);
        match twiml::compose(&frame) {
            Ok(xml) => signed(boundary.put(xml)),
            Err(finding) => !signed(boundary.put(finding)),
        }
    })
}

/// What is wrong with a TwiML document. Head: 1 where the one field is XML, 0 for the fields of [`twiml()`]; the kind of
/// document, as there. Four lines for each finding: code, path, help, `error` or `warning`.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "checkTwiml")]
#[must_use]
pub fn check_twiml(written: usize) -> usize {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_frame(written);
        boundary.put(twiml::check(&frame))
    })
}

/// Routes a call. Head: how many numbers are ours, 1 where there is a config, 1 where there is a TwiML App. Fields:
/// the config as JSON, the app's SID, what is known as JSON, the webhook's URL, our numbers, then names and values.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "routeCall", unchecked_return_type = "Routing")]
#[must_use]
pub fn route_call(written: usize) -> JsValue {
    let frame = BOUNDARY.with_borrow_mut(|boundary| boundary.take_frame(written));
    let routing = routing::route_call(&frame);
    // Texts and booleans always serialize.
    routing.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// What is wrong with a config. Head: 1 where the account's numbers are given. Fields: the config as JSON, the numbers.
/// Four lines for each finding, as [`check_twiml`] has them.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "checkConfig")]
#[must_use]
pub fn check_config(written: usize) -> i32 {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_frame(written);
        boundary.answer(config::check(&frame))
    })
}

/// Mints an access token. Head: the seconds it lives, 1 where it has a beginning, 1 where it has a region. Fields: the
/// account's and the key's SID, the secret, the identity, now and the beginning in seconds, the region, the grants as JSON.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "accessToken")]
#[must_use]
pub fn access_token(written: usize) -> i32 {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_frame(written);
        boundary.answer(token::access_token(&frame))
    })
}

/// Signs a token of any claims. Head: 0, 1 or 2 for HS256, HS384 or HS512. Fields: the secret, header and payload.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "signToken")]
#[must_use]
pub fn sign_token(written: usize) -> i32 {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_frame(written);
        boundary.answer(token::sign_token(&frame))
    })
}

/// Reads a phone number. Head: 1 where there is a country. Fields: the text, the country. Lines: the kind, the number,
/// its country, its extension.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "parsePhone")]
#[must_use]
pub fn parse_phone(written: usize) -> i32 {
    BOUNDARY.with_borrow_mut(|boundary| {
        let frame = boundary.take_frame(written);
        boundary.answer(phone::parse_phone(&frame))
    })
}

/// Counts the segments of a text of `written` bytes; the numbers stand in the output, spaces between them.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "countSegments")]
#[must_use]
pub fn count_segments(written: usize) -> usize {
    BOUNDARY.with_borrow_mut(|boundary| {
        let text = boundary.take_text(written);
        boundary.put(segments::count_segments(&text))
    })
}

/// What to do about a code; empty for text that is none.
#[cfg(feature = "library")]
#[wasm_bindgen(js_name = "codeHelp")]
#[must_use]
pub fn code_help(written: usize) -> usize {
    BOUNDARY.with_borrow_mut(|boundary| {
        let code = boundary.take_text(written);
        boundary.put(library::code_help(&code).to_owned())
    })
}

/// The crate's version.
#[cfg(feature = "library")]
#[wasm_bindgen]
#[must_use]
pub fn version() -> usize {
    BOUNDARY.with_borrow_mut(|boundary| boundary.put(env!("CARGO_PKG_VERSION").to_owned()))
}

/// What callers in TypeScript know of the library; the declarations of the package's entry points take it from here.
#[cfg(feature = "library")]
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("wasm/types.d.ts");
