// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The public door: who knocks, and which story begins.

mod browser_call;
mod inbound_call;
mod key_press;
mod request;
mod status;
mod transcription;
mod verify_request;
mod with_ticket;
mod without_ticket;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use crate::bots::instance_cache::{Clocks, Names, SharedCache};
use crate::bots::settings::Settings;
use crate::runtime::{Body, Host, Layout, WebhookEvent};
use inbound_call::dialplan;
use request::WebhookRequest;
pub use status::status;
use verify_request::{VerifiedRequest, forbidden, verify_request};

use crate::dialplan::{Call, CallbackKind, Clinic, Direction, Subject, apology, route};
use crate::error::{Code, log_line};
use crate::frame::Frame;
use crate::outbound::callback;
use crate::runtime::{Reply, Response};
use browser_call::{BrowserCall, browser_call};
use key_press::key_pressed;

/// How often an event may end in a trap before its caller gets an apology.
const TRAPS: u32 = 2;

/// Answers one webhook.
pub async fn webhook(frame: Frame, host: Host, shelf: SharedCache) -> Response {
    let names = Rc::clone(&shelf.borrow().names);
    let event = match WebhookEvent::read(&frame, &names.names) {
        Ok(event) => event,
        Err(code) => return Reply::Broken(code.into()).into(),
    };
    let settings = shelf.borrow_mut().settings(&event.secrets);
    let called = match verify_request(&event, &names, &settings, &host, &shelf).await {
        Ok(called) => called,
        Err(refused) => return refused.into(),
    };
    if let Body::Pairs(pairs, Layout::ToKeep) = &event.body {
        shelf.borrow_mut().names = Rc::new(Names::of(pairs));
    }
    if event.attempt >= TRAPS {
        return given_up(&event, called.step.kind).into();
    }
    let clocks = Rc::clone(&shelf.borrow().clocks);
    answer(&event, &settings, &called, &clocks, &host).await.unwrap_or_else(Response::from)
}

/// A part of a flow as a function of its own: an engine compiles a function when it is first called, and all of it.
fn apart<'a, T>(part: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(part)
}

/// The answer to an event that trapped each time: a caller hears an apology, and a callback comes again.
fn given_up(event: &WebhookEvent<'_>, kind: CallbackKind) -> Reply {
    let has =
        |name: &str| matches!(&event.body, Body::Pairs(pairs, _) if pairs.iter().any(|(known, _)| *known == name));
    let own = matches!(
        kind,
        CallbackKind::Status | CallbackKind::Recording | CallbackKind::Machine | CallbackKind::Transcription
    );
    if own || has("CallbackSource") {
        return Reply::Broken(Code::CoreTrapped.into());
    }
    Reply::Twiml(apology())
}

/// Answers a request that is genuine.
async fn answer(
    event: &WebhookEvent<'_>,
    settings: &Settings,
    called: &VerifiedRequest<'_>,
    clocks: &RefCell<Clocks>,
    host: &Host,
) -> Result<Response, Reply> {
    let Body::Pairs(pairs, _) = &event.body else {
        return Err(Reply::Accepted);
    };
    let call = match Call::read(pairs) {
        Ok(call) => call,
        Err(code) => return Ok(Response::sorry(code)),
    };
    if settings.account.is_some() && call.account != settings.account.as_deref() {
        return Err(forbidden(Code::AccountMismatch));
    }
    let (numbers, wrong) = settings.numbers().map_err(Reply::Broken)?;
    if call.subject == Subject::Message {
        return Err(Reply::Broken(Code::NotACall.into()));
    }
    let application = settings.application.as_deref();
    let clinic = Clinic { numbers: &numbers, application, config: &settings.config };
    let direction = Direction::of(&call, &numbers);
    let (step, url, now) = (called.step, &*called.url, event.now);
    let visit = WebhookRequest { pairs, call: &call, clinic: &clinic, step, url, now, clocks };
    let planned = match called.step.kind {
        CallbackKind::Connect if settings.misread.is_some() => Some(Response::from(Reply::Twiml(apology()))),
        CallbackKind::Connect => Some(apart(key_pressed(&visit, settings.sealing(), host)).await),
        _ => apart(dialplan(host, &visit, &direction)).await,
    };
    let mut done = match (planned, &direction) {
        (Some(done), _) => done,
        // What a config that cannot be read forbids is not known.
        (None, Direction::Outbound { .. }) if settings.misread.is_some() => Response::from(Reply::Twiml(apology())),
        (None, Direction::Outbound { identity }) if settings.beyond_default => {
            let call = BrowserCall { request: &visit, identity, secret: settings.sealing() };
            apart(browser_call(&call, host)).await
        }
        // The default plan: there is nothing to wait for.
        (None, _) => {
            let (route, code) = route(&call, &direction, &clinic);
            // Whether somebody answered is seen in the leg alone: without it each call would be followed up as missed.
            let status = settings.config.follows_up().then(|| callback(&called.url, CallbackKind::Status));
            Response::route(&route, code, clinic.config, status.as_deref())
        }
    };
    if let Some(problem) = &wrong {
        done.log(problem);
    }
    if let Some(refused) = &settings.misread {
        done.log.push(log_line(refused.code, &refused.path));
    }
    Ok(done)
}
