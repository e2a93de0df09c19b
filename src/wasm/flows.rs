// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Flows that wait for the host.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use super::memory::{put, take};
use crate::frame::Frame;
use crate::runtime::{Flow, Step, read_answers, write_step};

struct Waiting {
    /// Flows that wait for answers, by their ids.
    flows: Vec<(u32, Flow)>,
    next_id: u32,
}

thread_local! {
    static WAITING: RefCell<Waiting> = const { RefCell::new(Waiting { flows: Vec::new(), next_id: 0 }) };
}

/// The frame of an event, in UTF-16 where it is `wide`, else in Latin-1.
pub(super) fn take_event(written: usize, wide: bool) -> Frame {
    let (text, numbers) = take(written);
    if wide { Frame::from_utf16(&text, numbers) } else { Frame::from_latin1(text, numbers) }
}

/// Starts a flow; the length of the output, which says what the host does next.
pub(super) fn start_flow(mut flow: Flow) -> usize {
    let id = WAITING.with_borrow_mut(|waiting| {
        let id = waiting.next_id;
        waiting.next_id = id.wrapping_add(1);
        id
    });
    let step = flow.step();
    keep(id, flow, step)
}

/// Resumes the flow `flow` with its answers, the only field of a frame as `start` takes it; the length of the output, 0
/// where no such flow waits.
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
    keep(id, flow, step)
}

/// Keeps a flow that waits, and leaves its step in the output.
fn keep(id: u32, flow: Flow, step: Step) -> usize {
    if step.waits() {
        WAITING.with_borrow_mut(|waiting| waiting.flows.push((id, flow)));
    }
    put(write_step(id, step))
}
