// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The public `webhook` bot. It verifies each request of Twilio and answers it.

mod answers;
mod birth_date;
mod browser_call;
mod change_by_phone;
mod dialplan_request;
mod key_press;
mod page_key;
mod page_request;
mod redirected;
mod request;
mod status;
mod task_request;
mod transcription;
mod verify_request;
mod with_ticket;
mod without_ticket;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use crate::bots::instance_cache::{LocalTimeCache, ParamNames, SharedCache};
use crate::bots::settings::Settings;
use crate::runtime::{Body, Host, Layout, WebhookEvent};
use dialplan_request::{EarlierReads, dispatch};
use request::WebhookRequest;
pub use status::{StatusCallback, status};
use verify_request::{VerifiedRequest, forbidden, verify_request};

use crate::dialplan::{Call, CallStatus, CallbackKind, Clinic, Direction, RequestKind, apology, route};
use crate::error::{Code, log_line};
use crate::frame::Frame;
use crate::outbound::retried_callback_url;
use crate::runtime::{Reply, Response};
use browser_call::{BrowserCall, browser_call};
use key_press::key_pressed;
use page_key::page_accepted;
use redirected::{is_about_redirected, redirected};

/// The number of earlier starts of an event before the bot answers with an apology. The host starts an event again if
/// the wasm trapped.
const STARTS_BEFORE_APOLOGY: u32 = 2;

/// Answers a webhook request.
pub async fn webhook(frame: Frame, host: Host, cache: SharedCache) -> Response {
    let names = Rc::clone(&cache.borrow().names);
    let event = match WebhookEvent::read(&frame, &names.names) {
        Ok(event) => event,
        Err(code) => return Reply::Broken(code.into()).into(),
    };
    let settings = cache.borrow_mut().settings(&event.secrets);
    let verified = match verify_request(&event, &names, &settings, &host, &cache).await {
        Ok(verified) => verified,
        Err(refused) => return refused.into(),
    };
    if let Body::Pairs(pairs, Layout::ToCache) = &event.body {
        cache.borrow_mut().names = Rc::new(ParamNames::of(pairs));
    }
    if event.attempt >= STARTS_BEFORE_APOLOGY {
        return trap_reply(&event, verified.callback.kind).into();
    }
    let local_times = Rc::clone(&cache.borrow().local_times);
    respond(&event, &settings, &verified, &local_times, &host).await.unwrap_or_else(Response::from)
}

/// Boxes a future. Its code is then a separate function, which the wasm engine compiles only if it is called.
fn boxed<'a, T>(part: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(part)
}

/// The reply to an event whose earlier starts ended in a trap. A caller hears an apology. A callback fails, so that
/// Twilio sends it again.
fn trap_reply(event: &WebhookEvent<'_>, kind: CallbackKind) -> Reply {
    let has =
        |name: &str| matches!(&event.body, Body::Pairs(pairs, _) if pairs.iter().any(|(known, _)| *known == name));
    let is_status_callback = matches!(
        kind,
        CallbackKind::Status | CallbackKind::Recording | CallbackKind::Machine | CallbackKind::Transcription
    );
    if is_status_callback || has("CallbackSource") {
        return Reply::Broken(Code::CoreTrapped.into());
    }
    Reply::Twiml(apology())
}

/// Answers a verified request.
async fn respond(
    event: &WebhookEvent<'_>,
    settings: &Settings,
    verified: &VerifiedRequest<'_>,
    local_times: &RefCell<LocalTimeCache>,
    host: &Host,
) -> Result<Response, Reply> {
    let Body::Pairs(pairs, _) = &event.body else {
        return Err(Reply::Accepted);
    };
    let call = match Call::read(pairs) {
        Ok(call) => call,
        Err(code) => return Ok(Response::apology(code)),
    };
    if settings.account.is_some() && call.account != settings.account.as_deref() {
        return Err(forbidden(Code::AccountMismatch));
    }
    let (numbers, invalid_numbers) = settings.numbers().map_err(Reply::Broken)?;
    if call.kind == RequestKind::Message {
        return Err(Reply::Broken(Code::NotACall.into()));
    }
    let application = settings.application.as_deref();
    let clinic = Clinic { numbers: &numbers, application, config: &settings.config };
    let direction = Direction::of(&call, &numbers, &settings.config.sip);
    let (url, now) = (&*verified.url, event.now);
    let (secret, callback) = (settings.plumline_secret(), verified.callback);
    let request = WebhookRequest { pairs, call: &call, clinic: &clinic, callback, url, now, secret, local_times };
    let is_over = call.status == Some(CallStatus::Terminal);
    let handled = match verified.callback.kind {
        CallbackKind::Connect if settings.config_error.is_some() => Some(Response::from(Reply::Twiml(apology()))),
        CallbackKind::Connect => Some(boxed(key_pressed(&request, settings.plumline_secret(), host)).await),
        CallbackKind::Paged if !is_over => Some(boxed(page_accepted(&request, host)).await),
        kind if is_about_redirected(&verified.callback) && !(kind.reports_end() && is_over) => {
            boxed(redirected(&request, &direction, host)).await
        }
        _ => boxed(dispatch(host, &request, &direction, EarlierReads::default())).await,
    };
    let mut response = match (handled, &direction) {
        (Some(response), _) => response,
        // Without a valid config, the bot cannot check whether the call is allowed.
        (None, Direction::Outbound { .. }) if settings.config_error.is_some() => {
            Response::from(Reply::Twiml(apology()))
        }
        (None, Direction::Outbound { identity }) if settings.has_config_or_secret => {
            let call = BrowserCall { request: &request, identity, secret: settings.plumline_secret() };
            boxed(browser_call(&call, host)).await
        }
        // The default dialplan, which needs no facts.
        (None, _) => {
            let (route, code) = route(&call, &direction, &clinic);
            // Only the status callback of the dialed leg reports an answer. Without that callback, every call would be
            // followed up as missed.
            let status =
                settings.config.has_follow_ups().then(|| retried_callback_url(&verified.url, CallbackKind::Status));
            Response::route(&route, code, clinic.config, status.as_deref())
        }
    };
    if let Some(problem) = &invalid_numbers {
        response.log(problem);
    }
    if let Some(refused) = &settings.config_error {
        response.log.push(log_line(refused.code, &refused.path));
    }
    Ok(response)
}
