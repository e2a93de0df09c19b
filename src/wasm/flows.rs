// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Starts and resumes flows.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use super::memory::{put, take};
use crate::frame::Frame;
use crate::runtime::{Flow, FlowState, read_answers, write_step};

struct Waiting {
    /// The flows that wait for answers, with their ids.
    flows: Vec<(u32, Flow)>,
    next_id: u32,
}

thread_local! {
    static WAITING: RefCell<Waiting> = const { RefCell::new(Waiting { flows: Vec::new(), next_id: 0 }) };
}

/// The frame that the host wrote, in UTF-16 if it is `wide`, otherwise in Latin-1.
pub(super) fn take_event(written: usize, wide: bool) -> Frame {
    let (text, numbers) = take(written);
    if wide { Frame::from_utf16(&text, numbers) } else { Frame::from_latin1(text, numbers) }
}

/// Starts a flow, puts its first step into the output, and returns the length of the output.
pub(super) fn start_flow(mut flow: Flow) -> usize {
    let id = WAITING.with_borrow_mut(|waiting| {
        let id = waiting.next_id;
        waiting.next_id = id.wrapping_add(1);
        id
    });
    let step = flow.step();
    finish_step(id, flow, step)
}

/// Resumes the flow with the id `flow` and returns the length of the output; 0 if no flow with this id waits. The
/// answers are the text of the frame; `written` and `wide` are as in `start`.
#[wasm_bindgen]
#[must_use]
pub fn resume(flow: u32, written: usize, wide: bool) -> usize {
    let answers = take_event(written, wide);
    let waiting = WAITING.with_borrow_mut(|waiting| {
        let at = waiting.flows.iter().position(|(id, _)| *id == flow)?;
        Some(waiting.flows.swap_remove(at))
    });
    let Some((id, mut flow)) = waiting else { return 0 };
    let step = flow.resume(read_answers(answers.text()));
    finish_step(id, flow, step)
}

/// Stores the flow if it waits, puts its step into the output, and returns the length of the output.
fn finish_step(id: u32, flow: Flow, step: FlowState) -> usize {
    if step.waits() {
        WAITING.with_borrow_mut(|waiting| waiting.flows.push((id, flow)));
    }
    put(write_step(id, step))
}
