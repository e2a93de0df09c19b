// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The public door: who knocks, and which story begins.

use std::borrow::Cow;
use std::rc::Rc;

use super::ask::{Ask, Host};
use super::event::{Body, Event, Layout};
use super::frame::Frame;
use super::incoming::incoming;
use super::kept::{Names, Shelf};
#[cfg(not(feature = "doors"))]
use super::outgoing::outgoing;
#[cfg(feature = "doors")]
use super::outgoing::{Placing, by_policy};
use super::reply::{Done, Reply};
use super::settings::Settings;
use crate::call::{Call, Clinic, Direction, Subject, apology};
use crate::error::{Code, log_line};
use crate::json::Json;
use crate::signature::{self, AuthToken, Request, Seen, SharedKeys, SignedParams, WebhookUrl, explain};
use crate::text::{cut, find};

/// How long the bot waits to learn its own URL. Twilio gives up after 15 s.
const OWN_URL_DEADLINE: u32 = 5_000;

/// How long the bot trusts what it learned about its own URL when a signature does not fit it.
const REMEMBERED_FOR: u64 = 5_000;

/// How often an event may end in a trap before its caller gets an apology.
const TRAPS: u32 = 2;

/// Answers one webhook.
pub async fn webhook(frame: Frame, host: Host, shelf: Shelf) -> Done {
    let names = Rc::clone(&shelf.borrow().names);
    let event = match Event::read(&frame, &names.names) {
        Ok(event) => event,
        Err(code) => return Reply::Broken(code.into()).into(),
    };
    let settings = shelf.borrow_mut().settings(&event.secrets);
    if let Err(refused) = genuine(&event, &names, &settings, &host, &shelf).await {
        return refused.into();
    }
    if let Body::Pairs(pairs, Layout::ToKeep) = &event.body {
        shelf.borrow_mut().names = Rc::new(Names::of(pairs));
    }
    if event.attempt >= TRAPS {
        return Reply::Twiml(apology()).into();
    }
    answer(&event, &settings, &host, &shelf).await.unwrap_or_else(Done::from)
}

/// Finds out whether the request is Twilio's, before anything else of it is read.
async fn genuine(
    event: &Event<'_>,
    names: &Names,
    settings: &Settings,
    host: &Host,
    shelf: &Shelf,
) -> Result<(), Reply> {
    let tokens = settings.tokens.as_deref().map_err(|problem| Reply::Broken(problem.clone()))?;
    let (pairs, raw) = match &event.body {
        Body::Pairs(pairs, _) => (pairs.as_slice(), None),
        Body::Raw(text) => (&[][..], Some(text.as_bytes())),
    };
    let mut signature = Cow::Borrowed(event.signature);
    if signature.is_empty() {
        signature = Cow::Owned(Headers::ask(host).await.get("x-twilio-signature").to_owned());
    }
    if signature.is_empty() {
        return Err(forbidden(Code::SignatureMissing));
    }
    let params = match (&event.body, &names.order) {
        (Body::Pairs(_, Layout::Kept), Some(order)) => SignedParams::ordered(pairs, order),
        _ => SignedParams::new(pairs),
    };
    let check = |url: &WebhookUrl| check(url, &params, raw, &signature, tokens);

    let (url, learned_at) = own_url(event, settings, host, shelf).await?;
    let mut verdict = check(&url);
    // The bot's membership may have been made anew since, and with it the URL.
    if verdict.is_err() && learned_at.is_some_and(|at| event.now.saturating_sub(at) > REMEMBERED_FOR) {
        verdict = check(&ask_own_url(event, host, shelf).await?);
    }
    let Err(code) = verdict else {
        return Ok(());
    };
    if code != Code::SignatureMismatch {
        return Err(forbidden(code));
    }
    let headers = Headers::ask(host).await;
    if is_json(headers.get("content-type")) && raw.is_none() {
        return Err(forbidden(Code::BodyNotRaw));
    }
    let seen = Seen {
        host: headers.get("host"),
        forwarded_host: headers.get("x-forwarded-host"),
        forwarded_port: headers.get("x-forwarded-port"),
        #[cfg(feature = "library")]
        trimmed: &[],
    };
    // Twilio names the key only where it is not the auth token.
    let other_key = !headers.get("x-twilio-webhooks-signature-settings").is_empty();
    Err(forbidden(match explain(signed_url(&url, raw).as_str(), pairs, &signature, tokens, seen) {
        Code::SignatureMismatch if other_key => Code::SharedKeyUnknown,
        code => code,
    }))
}

/// The headers of the event. Their names come in any case.
struct Headers(Json);

impl Headers {
    async fn ask(host: &Host) -> Self {
        let answer = host.ask(Ask::Headers, None).await;
        Self(answer.ok().unwrap_or_default())
    }

    /// A header's value, the first where it is a list; `""` where there is none.
    fn get(&self, name: &str) -> &str {
        let value = self.0.members().iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        value.and_then(|value| value.text().or_else(|| value.elements().first()?.text())).unwrap_or_default()
    }
}

fn check(
    url: &WebhookUrl,
    params: &SignedParams,
    raw: Option<&[u8]>,
    signature: &str,
    tokens: &[AuthToken],
) -> Result<(), Code> {
    let body = raw.map_or(signature::Body::Form(params), signature::Body::Raw);
    let url = signed_url(url, raw);
    let request = Request { url: &url, body, signature, tokens, shared_keys: SharedKeys::default() };
    signature::verify(&request).map(|_| ())
}

/// The URL with the hash of a raw body. The query of the URL that Twilio called does not reach a bot; the hash in it is
/// known all the same.
fn signed_url<'a>(url: &'a WebhookUrl, raw: Option<&[u8]>) -> Cow<'a, WebhookUrl> {
    let Some(bytes) = raw else {
        return Cow::Borrowed(url);
    };
    let (address, _) = cut(url.as_str(), b'#');
    let joint = if find(address, b'?').is_some() { "&" } else { "?" };
    let with_hash = WebhookUrl::new([address, joint, "bodySHA256=", &signature::sha256_hex(bytes)].concat());
    with_hash.map_or(Cow::Borrowed(url), Cow::Owned)
}

/// The webhook's URL, and when it was learned where it is remembered: the secret, what an earlier event learned, or
/// what Medplum says.
async fn own_url<'a>(
    event: &Event<'_>,
    settings: &'a Settings,
    host: &Host,
    shelf: &Shelf,
) -> Result<(Cow<'a, WebhookUrl>, Option<u64>), Reply> {
    match &settings.url {
        Some(Ok(url)) => return Ok((Cow::Borrowed(url), None)),
        Some(Err(problem)) => return Err(Reply::Broken(problem.clone())),
        None => {}
    }
    let known = shelf.borrow().own_url.clone();
    Ok(match known {
        Some((at, url)) => (Cow::Owned(url), Some(at)),
        None => (Cow::Owned(ask_own_url(event, host, shelf).await?), None),
    })
}

async fn ask_own_url(event: &Event<'_>, host: &Host, shelf: &Shelf) -> Result<WebhookUrl, Reply> {
    let answer = host.ask(Ask::Me, Some(OWN_URL_DEADLINE)).await;
    let answer = answer.ok().unwrap_or_default();
    let base = answer.get("baseUrl").and_then(Json::text);
    let id = answer.get("me").and_then(|me| me.get("membership")?.get("id")?.text());
    let url = base.zip(id).and_then(|(base, id)| {
        // Medplum's base URL ends in a slash; a second one would make another URL of it.
        WebhookUrl::new([base.strip_suffix('/').unwrap_or(base), "/webhook/", id].concat()).ok()
    });
    let url = url.ok_or(Reply::Broken(Code::WebhookUrlUnknown.into()))?;
    shelf.borrow_mut().own_url = Some((event.now, url.clone()));
    Ok(url)
}

/// Answers a request that is genuine.
#[cfg_attr(not(feature = "doors"), expect(unused_variables, reason = "the default plan asks for nothing"))]
async fn answer(event: &Event<'_>, settings: &Settings, host: &Host, shelf: &Shelf) -> Result<Done, Reply> {
    let Body::Pairs(pairs, _) = &event.body else {
        return Err(Reply::Accepted);
    };
    let call = match Call::read(pairs) {
        Ok(call) => call,
        Err(code) => return Ok(Done::sorry(code)),
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
    #[cfg(not(feature = "doors"))]
    if settings.beyond_default || matches!(direction, Direction::DialAction | Direction::StatusCallback) {
        return Err(Reply::Beyond);
    }
    let mut done = match direction {
        #[cfg(not(feature = "doors"))]
        Direction::Outbound { .. } => outgoing(&call, &clinic).await,
        #[cfg(feature = "doors")]
        Direction::Outbound { ref identity } => {
            let (url, _) = own_url(event, settings, host, shelf).await?;
            let (webhook, secret, by_default) = (url.as_str(), settings.sealing(), !settings.beyond_default);
            let (call, clinic, now) = (&call, &clinic, event.now);
            by_policy(&Placing { call, identity, clinic, pairs, now, webhook, secret, by_default }, host).await
        }
        _ => incoming(&call, &direction, &clinic).await,
    };
    if let Some(problem) = &wrong {
        done.log(problem);
    }
    if let Some(place) = &settings.misread {
        done.log.push(log_line(Code::ConfigInvalid, &place.0));
    }
    Ok(done)
}

/// `application/json`, `application/fhir+json` and their like.
fn is_json(content_type: &str) -> bool {
    let kind = cut(content_type, b';').0.trim_ascii_end();
    kind.len() >= 4 && kind.as_bytes()[kind.len() - 4..].eq_ignore_ascii_case(b"json")
}

fn forbidden(code: Code) -> Reply {
    Reply::Forbidden(code.into())
}
