// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The public door: who knocks, and which story begins.

use std::borrow::Cow;

use super::ask::{Ask, Host};
use super::event::{Body, Event, Secret};
use super::frame::Frame;
use super::incoming::incoming;
use super::outgoing::outgoing;
use super::reply::{Done, Reply};
use crate::call::{Call, Clinic, Config, Direction, Subject, apology};
use crate::error::{Code, Problem, log_line};
use crate::json::{Json, decimal};
use crate::phone::E164;
use crate::signature::{self, AuthToken, Request, Seen, SharedKeys, SignedParams, explain};
use crate::text::{cut, find, list};

/// How long the bot waits to learn its own URL. Twilio gives up after 15 s.
const OWN_URL_DEADLINE: u32 = 5_000;

/// How long the bot trusts what it learned about its own URL when a signature does not fit it.
const REMEMBERED_FOR: u64 = 60_000;

/// How often an event may end in a trap before its caller gets an apology.
const TRAPS: u32 = 2;

/// Answers one webhook.
pub async fn webhook(frame: Frame, host: Host) -> Done {
    let event = match Event::read(&frame) {
        Ok(event) => event,
        Err(code) => return Reply::Broken(code.into()).into(),
    };
    let mut remember = None;
    let mut done = match genuine(&event, &host, &mut remember).await {
        Err(refused) => refused.into(),
        Ok(()) if event.attempt >= TRAPS => Reply::Twiml(apology()).into(),
        Ok(()) => answer(&event).await.unwrap_or_else(Done::from),
    };
    done.remember = remember;
    done
}

/// Finds out whether the request is Twilio's, before anything else of it is read.
async fn genuine(event: &Event<'_>, host: &Host, remember: &mut Option<String>) -> Result<(), Reply> {
    let tokens = event.tokens().map_err(Reply::Broken)?;
    let (pairs, raw) = match &event.body {
        Body::Pairs(pairs) => (pairs.as_slice(), None),
        Body::Raw(text) => (&[][..], Some(text.as_bytes())),
    };
    let mut signature = Cow::Borrowed(event.signature);
    if signature.is_empty() {
        signature = Cow::Owned(Headers::ask(host).await.get("x-twilio-signature").to_owned());
    }
    if signature.is_empty() {
        return Err(forbidden(Code::SignatureMissing));
    }
    let params = SignedParams::new(pairs);
    let check = |url: &str| check(url, &params, raw, &signature, &tokens);

    let (url, learned_at) = own_url(event, host, remember).await?;
    let mut verdict = check(&url);
    // The bot's membership may have been made anew since, and with it the URL.
    if verdict.is_err() && learned_at.is_some_and(|at| event.now.saturating_sub(at) > REMEMBERED_FOR) {
        verdict = check(&ask_own_url(event, host, remember).await?);
    }
    let Err(code) = verdict else {
        return Ok(());
    };
    if code == Code::UrlNotAbsolute {
        return Err(Reply::Broken(Problem::at(code, Secret::WebhookUrl.name())));
    }
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
    };
    // Twilio names the key only where it is not the auth token.
    let other_key = !headers.get("x-twilio-webhooks-signature-settings").is_empty();
    Err(forbidden(match explain(&url, pairs, &signature, &tokens, seen) {
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
    url: &str,
    params: &SignedParams,
    raw: Option<&[u8]>,
    signature: &str,
    tokens: &[AuthToken<'_>],
) -> Result<(), Code> {
    let with_hash;
    let (url, body) = match raw {
        None => (url, signature::Body::Form(params)),
        Some(bytes) => {
            // The query of the URL that Twilio called does not reach a bot; the hash in it is known all the same.
            let (url, _) = cut(url, b'#');
            let joint = if find(url, b'?').is_some() { "&" } else { "?" };
            with_hash = [url, joint, "bodySHA256=", &signature::sha256_hex(bytes)].concat();
            (&*with_hash, signature::Body::Raw(bytes))
        }
    };
    let request = Request { url, body, signature, tokens, shared_keys: SharedKeys::default() };
    signature::verify(&request).map(|_| ())
}

/// The webhook's URL, and when it was learned where it is remembered: the secret, what an earlier event left, or
/// what Medplum says.
async fn own_url<'a>(
    event: &Event<'a>,
    host: &Host,
    remember: &mut Option<String>,
) -> Result<(Cow<'a, str>, Option<u64>), Reply> {
    if let Some(url) = event.secret(Secret::WebhookUrl) {
        return Ok((Cow::Borrowed(url), None));
    }
    let (at, url) = cut(event.remembered, b' ');
    if let Ok(at) = at.parse() {
        return Ok((Cow::Borrowed(url), Some(at)));
    }
    Ok((Cow::Owned(ask_own_url(event, host, remember).await?), None))
}

async fn ask_own_url(event: &Event<'_>, host: &Host, remember: &mut Option<String>) -> Result<String, Reply> {
    let answer = host.ask(Ask::Me, Some(OWN_URL_DEADLINE)).await;
    let answer = answer.ok().unwrap_or_default();
    let id = answer.get("me").and_then(|me| me.get("membership")?.get("id")?.text());
    let (Some(base), Some(id)) = (answer.get("baseUrl").and_then(Json::text), id) else {
        return Err(Reply::Broken(Code::WebhookUrlUnknown.into()));
    };
    // Medplum's base URL ends in a slash; a second one would make another URL of it.
    let url = [base.strip_suffix('/').unwrap_or(base), "/webhook/", id].concat();
    *remember = Some([&decimal(event.now), " ", &url].concat());
    Ok(url)
}

/// Answers a request that is genuine.
async fn answer(event: &Event<'_>) -> Result<Done, Reply> {
    let Body::Pairs(pairs) = &event.body else {
        return Err(Reply::Accepted);
    };
    let call = match Call::read(pairs) {
        Ok(call) => call,
        Err(code) => return Ok(Done::sorry(code)),
    };
    if let (Some(ours), Some(theirs)) = (event.secret(Secret::AccountSid), call.account)
        && ours != theirs
    {
        return Err(forbidden(Code::AccountMismatch));
    }
    let written = without_punctuation(event.need(Secret::Number).map_err(Reply::Broken)?);
    let mut numbers = Vec::with_capacity(1);
    for number in list(&written) {
        numbers.extend(E164::parse(number));
    }
    if numbers.is_empty() {
        return Err(Reply::Broken(Problem::at(Code::SecretBlank, Secret::Number.name())));
    }
    if call.subject == Subject::Message {
        return Err(Reply::Broken(Code::NotACall.into()));
    }
    let (config, misread) = match event.secret(Secret::Config).map(Config::read) {
        None => (Config::default(), None),
        Some(Ok(config)) => (config, None),
        Some(Err(place)) => (Config::default(), Some(place)),
    };
    let clinic = Clinic { numbers: &numbers, application: event.secret(Secret::TwimlAppSid), config: &config };
    let direction = Direction::of(&call, &numbers);
    let mut done = match direction {
        Direction::Outbound { .. } => outgoing(&call, &clinic).await,
        _ => incoming(&call, &direction, &clinic).await,
    };
    if let Some(place) = misread {
        done.log.push(log_line(Code::ConfigInvalid, &place.0));
    }
    Ok(done)
}

/// Takes the spaces and punctuation out of numbers that people typed.
fn without_punctuation(numbers: &str) -> Cow<'_, str> {
    let stays = |byte: &u8| !matches!(byte, b' ' | b'-' | b'.' | b'(' | b')');
    if numbers.as_bytes().iter().all(stays) {
        return Cow::Borrowed(numbers);
    }
    let mut kept = numbers.as_bytes().to_vec();
    kept.retain(stays);
    // ASCII was taken out of UTF-8.
    Cow::Owned(String::from_utf8(kept).unwrap_or_default())
}

/// `application/json`, `application/fhir+json` and their like.
fn is_json(content_type: &str) -> bool {
    let kind = cut(content_type, b';').0.trim_ascii_end();
    kind.len() >= 4 && kind.as_bytes()[kind.len() - 4..].eq_ignore_ascii_case(b"json")
}

fn forbidden(code: Code) -> Reply {
    Reply::Forbidden(code.into())
}
