// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio calls and messages, answered inside Medplum.
//!
//! The core decides and the host performs. Everything that the core needs comes in as a value: the event, the secrets, the
//! time. Everything that it wants done goes out as a value. It has no clock, network, randomness, log or JavaScript.
//!
//! # How an event runs
//!
//! 1. The host (`bot-wrapper/`) writes an event into the memory of the wasm and calls an export of [`wasm`].
//! 2. A flow starts: [`bots::webhook`], [`bots::operations`] or [`bots::automation`]. A flow is an `async fn`, one use case
//!    from top to bottom. It awaits [`Host::ask`](runtime::Host::ask).
//! 3. [`runtime::Flow`] polls it. The requests that are open go to the host, all FHIR requests of one moment as one batch.
//!    The host performs them and resumes the flow with the answers, until there is a response.
//! 4. A trap of the wasm ends the instance. The host makes a new one and starts the event again (`bot-wrapper/flow.ts`);
//!    after two traps the core answers with an apology ([`bots::webhook`]).
//!
//! # Modules
//!
//! Each module imports only from those before it; `npm run imports` checks that.
//!
//! | module | what it has |
//! | --- | --- |
//! | [`error`] [`text`] [`time`] [`json`] [`frame`] `sort` | codes and their help; small work on text; instants; JSON; the wire frame; one sort, for its size |
//! | [`phone`] [`signature`] [`token`] [`message`] | numbers; who sent a request; access tokens; segments of a text |
//! | [`twiml`] | documents, and checks of them by the tables of `schema/` |
//! | [`fhir`] | references, systems, searches, outcomes, and what differs between two versions of a resource |
//! | [`policy`] | who may be called |
//! | [`dialplan`] | the clinic's call plan. [`dialplan::verbs`] has one file for each verb |
//! | [`runtime`] | what runs a flow, and what passes between it and the host |
//! | [`rest`] | requests to Twilio's REST API |
//! | [`chart`] | records of calls: merge, mapping to FHIR, guarded store |
//! | [`outbound`] | calls that the staff place: records, tickets, caller IDs |
//! | [`bots`] | settings, and the flows of the three bots, one file each |
//! | [`wasm`] | the boundary to JavaScript |

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
