// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The export of the module of `operations` and `automation`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::flows::{start_flow, take_event};
use crate::bots::{automation, operations};
use crate::error::Code;
use crate::runtime::{BotEvent, Flow, Reply};

/// Starts a flow of the bot `operations` (0) or `automation` (1). The frame's only field is the event as
/// [`BotEvent::read`] takes it; the length of the output. An event that cannot be read is answered with 400.
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

/// A flow that answers 400 and logs why.
fn refused(code: Code) -> Flow {
    Flow::new(move |_| core::future::ready(Reply::Invalid(code.into()).into()))
}
