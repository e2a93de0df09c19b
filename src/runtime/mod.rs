// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Runs a flow, and defines its interface to the host.
//!
//! A flow is an `async fn`. It sends requests through the [`Host`] and awaits the answers. [`Flow`] polls the `async
//! fn`, passes its open requests to the host, and continues it with the answers. There is no executor and no JavaScript
//! promise.

mod batch;
mod bot_event;
mod flow;
mod host;
mod refused_requests;
mod response;
mod secrets;
mod step_format;
mod webhook_event;

pub use batch::MAX_BYTES;
pub use bot_event::BotEvent;
pub use flow::{Flow, FlowState};
pub use host::{AudioCopy, FhirRequest, Host, HostRequest, HostResponse, HttpRequest, OpenRequest, ZoneRequest, both};
pub use response::{Reply, Response};
pub use secrets::{FrameSecrets, Secret, Secrets};
pub use step_format::{read_answers, write_step};
pub use webhook_event::{Body, Layout, WebhookEvent};
