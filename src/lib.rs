// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio calls and messages, answered inside Medplum.
//!
//! The core decides and the host performs: everything the core needs comes in as a value (the event, the secrets,
//! the time), everything it wants done goes out as a value. There is no clock, no network, no randomness, no log and
//! no JavaScript in here; [`wasm`] alone knows the boundary.
//!
//! Each module imports only from those before it (`npm run imports` checks it):
//!
//! - [`error`], [`text`], [`time`], [`json`], [`frame`], [`phone`], [`signature`], [`twiml`], [`token`], [`fhir`]: no clinic,
//!   no call
//! - [`policy`]: who may be called
//! - [`dialplan`]: the clinic's call plan, and what a call hears
//! - [`runtime`]: what runs a flow, and what passes between it and the host
//! - [`chart`]: records of calls, and how they are stored
//! - [`outbound`]: calls that the staff place
//! - [`bots`]: one flow per file
//! - [`wasm`]: the boundary to JavaScript

pub mod bots;
pub mod chart;
pub mod dialplan;
pub mod error;
pub mod fhir;
pub mod frame;
pub mod json;
pub mod message;
pub mod outbound;
pub mod phone;
pub mod policy;
pub mod rest;
pub mod runtime;
pub mod signature;
mod sort;
pub mod text;
pub mod time;
pub mod token;
pub mod twiml;
pub mod wasm;
