// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The export of the public bot's module.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use super::flows::{start_flow, take_event};
use crate::bots::{SharedCache, webhook};
use crate::runtime::Flow;

thread_local! {
    /// What flows keep from event to event; created with the first.
    static CACHE: RefCell<Option<SharedCache>> = const { RefCell::new(None) };
}

/// Starts the flow of a webhook whose frame has `written` bytes of text, in UTF-16 where it is `wide`, else in Latin-1; the
/// length of the output.
#[wasm_bindgen]
#[must_use]
pub fn start(written: usize, wide: bool) -> usize {
    let frame = take_event(written, wide);
    let cache = CACHE.with_borrow_mut(|cache| cache.get_or_insert_default().clone());
    start_flow(Flow::new(|host| webhook(frame, host, cache)))
}
