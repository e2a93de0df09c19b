// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The export that starts a flow of the bots `operations` and `automation`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::flows::{start_flow, take_event};
use crate::bots::{automation, operations};
use crate::error::Code;
use crate::runtime::{BotEvent, Flow, Reply};

/// Starts a flow of the bot `operations` (0) or `automation` (1), and returns the length of the output. The text of
/// the frame is the event in the form of [`BotEvent::read`]. An event that cannot be read gets status 400.
#[wasm_bindgen(js_name = startEvent)]
#[must_use]
pub fn start_event(bot: u32, written: usize, wide: bool) -> usize {
    let frame = take_event(written, wide);
    start_flow(match (BotEvent::read(frame.text()), bot) {
        (Ok(event), 0) => Flow::new(|host| operations(event, host)),
        (Ok(event), 1) => Flow::new(|host| automation(event, host)),
        (Ok(_), _) => refused(Code::EventInvalid),
        (Err(code), _) => refused(code),
    })
}

/// A flow that returns status 400 and logs the code.
fn refused(code: Code) -> Flow {
    Flow::new(move |_| core::future::ready(Reply::Invalid(code.into()).into()))
}
