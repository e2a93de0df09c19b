// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Answers a call from a browser, if the clinic's policy allows the call.

use super::request::WebhookRequest;
use super::{with_ticket, without_ticket};
use crate::dialplan::Clinic;
use crate::dialplan::config::Config;
use crate::dialplan::verbs::{Conference, Queue};
use crate::error::Code;
use crate::outbound::{Connection, conference, connect, queue, refuse, ticket_of};
use crate::phone::E164;
use crate::policy::Refusal;
use crate::runtime::{Host, Reply, Response};

/// The prefixes of `To`. With them, staff take a waiting caller from a queue or join a conference.
const QUEUE: &str = "queue:";
const CONFERENCE: &str = "conference:";

/// A call from a browser.
#[derive(Clone, Copy)]
pub(super) struct BrowserCall<'v> {
    /// The request.
    pub(super) request: &'v WebhookRequest<'v, 'v>,
    /// The caller's identity, which Twilio signed.
    pub(super) identity: &'v str,
    /// `PLUMLINE_SECRET`.
    pub(super) secret: Option<&'v str>,
}

impl BrowserCall<'_> {
    /// The TwiML that dials `callee`.
    pub(super) fn connect(&self, callee: &str, from: E164<'_>) -> Result<String, Refusal> {
        let connection = Connection { webhook: self.request.url, callee, from: from.as_str() };
        // This cannot fail: the check of a config refuses characters that XML cannot contain.
        connect(&connection, self.request.clinic.config).map_err(|_| Refusal::ChartUnavailable)
    }
}

/// Answers a call from a browser. If the policy refuses the call, the caller hears the reason.
pub(super) async fn browser_call(call: &BrowserCall<'_>, host: &Host) -> Response {
    let mut codes = Vec::new();
    let mut response = match twiml_for(call, host, &mut codes).await {
        Ok(document) => Response::from(Reply::Twiml(document)),
        Err(refusal) => {
            codes.push(refusal.code());
            Response::from(Reply::Twiml(refuse(refusal, call.request.clinic.config)))
        }
    };
    for code in codes {
        response.log(&code.into());
    }
    response
}

async fn twiml_for(call: &BrowserCall<'_>, host: &Host, codes: &mut Vec<Code>) -> Result<String, Refusal> {
    let Clinic { application, config, .. } = call.request.clinic;
    if application.is_some() && call.request.call.application != *application {
        return Err(Refusal::Application);
    }
    let to = call.request.call.to.unwrap_or_default();
    if let Some(waiting) = waiting(config, to) {
        // No number is dialed, because the caller in the queue or conference called the clinic.
        let document = match waiting {
            Waiting::InQueue(name) => queue(name, call.request.url, config),
            Waiting::InRoom(room) => conference(room, call.request.url, config),
        };
        return document.map_err(|_| Refusal::QueueUnknown);
    }
    if to.starts_with(QUEUE) || to.starts_with(CONFERENCE) {
        return Err(Refusal::QueueUnknown);
    }
    let ticket = ticket_of(call.request.pairs)?;
    let required = config.outbound.require_ticket.unwrap_or(call.secret.is_some());
    match (ticket, call.secret) {
        (Some(ticket), Some(secret)) => with_ticket::with_ticket(call, ticket, secret, host).await,
        (Some(_), None) => Err(Refusal::SecretMissing),
        (None, _) if required => Err(Refusal::TicketMissing),
        (None, _) => without_ticket::without_ticket(call, host, codes).await,
    }
}

/// A place in which callers wait.
enum Waiting<'a> {
    InQueue(&'a str),
    InRoom(&'a Conference),
}

/// The queue or conference that `to` names. `None` if the config does not define it.
fn waiting<'a>(config: &'a Config, to: &'a str) -> Option<Waiting<'a>> {
    if let Some(name) = to.strip_prefix(QUEUE) {
        return Queue::is_named(config, name).then_some(Waiting::InQueue(name));
    }
    Conference::named(config, to.strip_prefix(CONFERENCE)?).map(Waiting::InRoom)
}
