// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The buffers that the host writes to and reads from.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

struct Memory {
    text: Vec<u8>,
    numbers: Vec<u32>,
    output: String,
}

thread_local! {
    static MEMORY: RefCell<Memory> =
        const { RefCell::new(Memory { text: Vec::new(), numbers: Vec::new(), output: String::new() }) };
}

/// Reserves `bytes` bytes for text, and returns their address in memory.
#[wasm_bindgen]
#[must_use]
pub fn text(bytes: usize) -> *mut u8 {
    MEMORY.with_borrow_mut(|memory| {
        memory.text.clear();
        memory.text.resize(bytes, 0);
        memory.text.as_mut_ptr()
    })
}

/// Reserves `count` numbers of 32 bits, and returns their address in memory.
#[wasm_bindgen]
#[must_use]
pub fn numbers(count: usize) -> *mut u32 {
    MEMORY.with_borrow_mut(|memory| {
        memory.numbers.clear();
        memory.numbers.resize(count, 0);
        memory.numbers.as_mut_ptr()
    })
}

/// The address of the output in memory. It is UTF-8, and its length is the return value of the last call.
#[wasm_bindgen]
#[must_use]
pub fn output() -> *const u8 {
    MEMORY.with_borrow(|memory| memory.output.as_ptr())
}

/// Puts a text into the output, and returns its length.
pub(super) fn put(output: String) -> usize {
    MEMORY.with_borrow_mut(|memory| {
        memory.output = output;
        memory.output.len()
    })
}

/// The text and numbers that the host wrote.
pub(super) fn take(written: usize) -> (Vec<u8>, Vec<u32>) {
    MEMORY.with_borrow_mut(|memory| {
        memory.text.truncate(written);
        (std::mem::take(&mut memory.text), std::mem::take(&mut memory.numbers))
    })
}
