// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio calls and messages, answered inside Medplum.
//!
//! The core decides and the host performs: everything the core needs comes in as a value (the event, the secrets,
//! the time), everything it wants done goes out as a value. There is no clock, no network, no randomness, no log and
//! no JavaScript in here; [`wasm`] alone knows the boundary.
//!
//! - [`signature`]: who sent this
//! - [`call`]: what a call is, and where it goes
//! - [`twiml`]: what Twilio reads
#![cfg_attr(feature = "token", doc = "- [`token`]: what lets a browser call as somebody")]
//! - [`flow`]: the stories, one file each, and the coroutine that runs them

pub mod call;
pub mod error;
pub mod fhir;
#[cfg(feature = "flows")]
pub mod flow;
pub mod frame;
pub mod json;
#[cfg(feature = "segments")]
pub mod message;
pub mod phone;
#[cfg(feature = "flows")]
pub mod rest;
pub mod signature;
mod sort;
pub mod text;
pub mod time;
#[cfg(feature = "token")]
pub mod token;
pub mod twiml;
pub mod wasm;
