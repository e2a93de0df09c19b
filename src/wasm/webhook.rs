// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The export that starts a flow of the public bot `webhook`.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use super::flows::{start_flow, take_event};
use crate::bots::{SharedCache, webhook};
use crate::runtime::Flow;

thread_local! {
    /// The cache that the flows of one instance share. The first event creates it.
    static CACHE: RefCell<Option<SharedCache>> = const { RefCell::new(None) };
}

/// Starts the flow of a webhook, and returns the length of the output. The frame has `written` bytes of text, in
/// UTF-16 if it is `wide`, otherwise in Latin-1.
#[wasm_bindgen]
#[must_use]
pub fn start(written: usize, wide: bool) -> usize {
    let frame = take_event(written, wide);
    let cache = CACHE.with_borrow_mut(|cache| cache.get_or_insert_default().clone());
    start_flow(Flow::new(|host| webhook(frame, host, cache)))
}
