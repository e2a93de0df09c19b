// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The stories, and the machinery that runs them.
//!
//! A story is an `async fn` told top to bottom. What it needs from outside it asks the [`Host`] for; [`Flow`] polls
//! it, hands the open asks out, and goes on with the answers. There is no executor and no JavaScript promise here.

mod ask;
#[cfg(feature = "automation")]
mod automation;
mod batch;
pub mod chart;
mod dialplan;
mod door;
mod event;
mod genuine;
mod kept;
#[cfg(feature = "operations")]
mod operations;
mod outgoing;
#[cfg(any(feature = "automation", feature = "operations"))]
mod record;
mod refused;
mod reply;
mod run;
mod settings;
mod status;
mod transcription;
#[cfg(any(feature = "automation", feature = "operations"))]
mod walk;
mod webhook;
mod wire;

pub use ask::{Answer, Ask, FhirRequest, Host, HttpRequest, Open, ZoneRequest};
#[cfg(feature = "automation")]
pub use automation::automation;
pub use door::Knock;
pub use event::{Body, Event, Layout, Secret, Secrets};
pub use kept::{Kept, Names, Shelf};
#[cfg(feature = "operations")]
pub use operations::operations;
pub use reply::{Done, Reply};
pub use run::{Flow, Step};
pub use settings::Settings;
pub use status::status;
pub use webhook::webhook;
pub use wire::{read_answers, write_step};
