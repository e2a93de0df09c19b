// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The parts of the core that the bots and the library share, and one webhook. One binary, as calls.rs is.
#![cfg(not(target_arch = "wasm32"))]

mod access_tokens;
mod config_check;
mod config_examples;
mod config_random;
mod config_schema;
mod config_speed;
mod error_codes;
mod laid_out;
mod random_config;
mod signature_vectors;
mod webhook;
