// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The tests of the core. They are one binary, because each binary links the whole crate.
//!
//! On wasm32, only `boundary` runs, with wasm-bindgen's test runner.

#[cfg(not(target_arch = "wasm32"))]
mod access_tokens;
#[cfg(not(target_arch = "wasm32"))]
mod automation;
#[cfg(target_arch = "wasm32")]
mod boundary;
#[cfg(not(target_arch = "wasm32"))]
mod chart;
#[cfg(not(target_arch = "wasm32"))]
mod config;
#[cfg(not(target_arch = "wasm32"))]
mod constants;
#[cfg(not(target_arch = "wasm32"))]
mod dialplan;
#[cfg(not(target_arch = "wasm32"))]
mod error_codes;
#[cfg(not(target_arch = "wasm32"))]
mod fault;
#[cfg(not(target_arch = "wasm32"))]
mod fhir;
#[cfg(not(target_arch = "wasm32"))]
mod form;
#[cfg(not(target_arch = "wasm32"))]
mod json;
#[cfg(not(target_arch = "wasm32"))]
mod operations;
#[cfg(not(target_arch = "wasm32"))]
mod outbound;
#[cfg(not(target_arch = "wasm32"))]
mod overrides;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
#[cfg(not(target_arch = "wasm32"))]
mod random;
#[cfg(not(target_arch = "wasm32"))]
mod random_config;
#[cfg(not(target_arch = "wasm32"))]
mod run;
#[cfg(not(target_arch = "wasm32"))]
mod signature_vectors;
#[cfg(not(target_arch = "wasm32"))]
mod signed;
#[cfg(not(target_arch = "wasm32"))]
mod stored_numbers;
#[cfg(not(target_arch = "wasm32"))]
mod twilio;
#[cfg(not(target_arch = "wasm32"))]
mod webhook;
#[cfg(not(target_arch = "wasm32"))]
mod world;
