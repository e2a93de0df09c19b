// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Plumline answers Twilio calls inside Medplum.
//!
//! This crate is the core, and JavaScript is the host. The core decides what happens, and the host performs it. The
//! core has no clock, no network, no random numbers, no log and no access to JavaScript. It receives everything as a
//! value: the event, the secrets, the time. It returns everything as a value: requests, log lines, a response.
//!
//! # The run loop
//!
//! ```text
//!   host: JavaScript (bot-wrapper/)             core: Rust (this crate)
//!
//!   an event arrives ──────────── start ───────▶ a Flow starts (bots::webhook,
//!                                                bots::operations, bots::automation)
//!                                                  │
//!                                                  ▼
//!   perform the requests  ◀───── requests ────── the flow awaits Host::send
//!   (FHIR, Twilio, timers)                         ▲        │
//!        │                                         │        │ no more requests
//!        └───────────────────── resume ────────────┘        ▼
//!                              (answers)
//!   send the reply, log   ◀────── reply ──────── the flow returns a Response
//! ```
//!
//! 1. **Event.** The host writes the event into the memory of the WebAssembly instance and calls an export of [`wasm`].
//! 2. **Start.** The export starts a flow: [`bots::webhook`], [`bots::operations`] or [`bots::automation`]. A flow is
//!    an `async fn` that handles one use case from top to bottom.
//! 3. **Requests.** The flow awaits [`Host::send`](runtime::Host::send). [`runtime::Flow`] polls the flow and returns
//!    its open requests to the host. The FHIR requests that are open at the same time become one batch.
//! 4. **Answers.** The host performs the requests and resumes the flow with the answers. Steps 3 and 4 repeat.
//! 5. **Reply.** The flow returns a response. The host sends it and writes the log lines.
//!
//! If the WebAssembly instance traps, the host discards it, makes a new one and starts the event again
//! (`bot-wrapper/flow.ts`). After two traps of a webhook, the core apologizes to the caller or answers 500
//! ([`bots::webhook`]).
//!
//! # Modules
//!
//! A module imports only from the modules above it in this table. `npm run imports` checks that.
//!
//! | module | contents |
//! | --- | --- |
//! | [`error`] | error codes and their help |
//! | [`text`] | functions on text |
//! | `sort` | one sort function, to keep the wasm small |
//! | [`json`] [`time`] | JSON; instants and dates |
//! | [`frame`] | the format of an event between the host and the core |
//! | [`phone`] | phone numbers: parsing, countries, kinds |
//! | [`signature`] | the check of `X-Twilio-Signature` |
//! | [`token`] | access tokens for Twilio's SDKs |
//! | [`message`] | SMS segments of a text |
//! | [`twiml`] | TwiML documents, and their check against the tables of `schema/` |
//! | [`fhir`] | references, systems, searches, outcomes, and the difference between two versions of a resource |
//! | [`policy`] | who may be called |
//! | [`dialplan`] | the rules and actions of the config; [`dialplan::verbs`] has one file for each verb |
//! | [`runtime`] | the run loop: flows, the requests to the host and its answers |
//! | [`rest`] | requests to Twilio's REST API |
//! | [`chart`] | records of calls: merging, mapping to FHIR, conditional writes |
//! | [`outbound`] | calls that the staff place: records, tickets, caller IDs |
//! | [`bots`] | settings, and the flows of the three bots, one file for each flow |
//! | [`wasm`] | the exports to JavaScript |

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
