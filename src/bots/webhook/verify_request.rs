// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Verifies the signature of a request, and finds the URL that Twilio called.

use std::borrow::Cow;

use crate::bots::instance_cache::{ParamNames, SharedCache};
use crate::bots::settings::Settings;
use crate::dialplan::{CallbackUrl, Params, callbacks};
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::runtime::{Ask, Body, Host, Layout, Reply, Secret, WebhookEvent};
use crate::signature::{self, AuthToken, HostHeaders, Request, SharedKeys, SignedParams, WebhookUrl, explain};
use crate::text::{find, split_on};

/// Milliseconds to read the bot's own URL. Twilio gives up after 15 s.
const OWN_URL_DEADLINE: u32 = 5_000;

/// Milliseconds for which the cached own URL is trusted if a signature does not match it.
const OWN_URL_TTL: u64 = 5_000;

/// The maximum number of bytes to hash in the search for the URL (a refused request takes up to 32 more HMACs to find
/// the mistake). A form of 1.5 kB, the size of Twilio's, is checked against 256 URLs with two tokens and each usual
/// spelling. A hostile form of 32 kB costs about 25 ms.
const MAX_HASHED: usize = 6 * 1024 * 1024;

/// A verified request's URL.
pub(super) struct VerifiedRequest<'a> {
    /// Which callback URL it is.
    pub(super) step: CallbackUrl<'a>,
    /// The webhook's URL without its fragment.
    pub(super) url: String,
}

/// Checks that Twilio sent the request, and finds its URL, before anything else is read.
pub(super) async fn verify_request<'a>(
    event: &WebhookEvent<'_>,
    names: &ParamNames,
    settings: &'a Settings,
    host: &Host,
    cache: &SharedCache,
) -> Result<VerifiedRequest<'a>, Reply> {
    let tokens = settings.tokens.as_deref().map_err(|problem| Reply::Broken(problem.clone()))?;
    if event.body.is_too_large() {
        return Err(forbidden(Code::BodyTooLarge));
    }
    let (pairs, raw) = match &event.body {
        Body::Pairs(pairs, _) => (pairs.as_slice(), None),
        Body::Raw(text) => (&[][..], Some(text.as_bytes())),
        Body::TooLarge => (&[][..], None),
    };
    let mut signature = Cow::Borrowed(event.signature);
    if signature.is_empty() {
        signature = Cow::Owned(Headers::ask(host).await.get("x-twilio-signature").to_owned());
    }
    if signature.is_empty() {
        return Err(forbidden(Code::SignatureMissing));
    }
    let params = match (&event.body, &names.order) {
        (Body::Pairs(_, Layout::Cached), Some(order)) => SignedParams::ordered(pairs, order),
        _ => SignedParams::new(pairs),
    };
    let check = |url: &WebhookUrl| verify_urls(url, &params, &event.body, &signature, settings, tokens);

    let (url, learned_at) = own_url(event, settings, host, cache).await?;
    let mut result = check(&url);
    // The bot's membership may have been created again, which changes the URL.
    if result.is_err() && learned_at.is_some_and(|at| event.now.saturating_sub(at) > OWN_URL_TTL) {
        let asked = ask_own_url(event, host, cache).await?;
        // The same URL would fail again, at the same cost.
        if asked != *url {
            result = check(&asked);
        }
    }
    let code = match result {
        Ok(verified) => return Ok(verified),
        Err(code) => code,
    };
    if code != Code::SignatureMismatch {
        return Err(forbidden(code));
    }
    let headers = Headers::ask(host).await;
    if is_json(headers.get("content-type")) && raw.is_none() {
        return Err(forbidden(Code::BodyNotRaw));
    }
    let seen = HostHeaders {
        host: headers.get("host"),
        forwarded_host: headers.get("x-forwarded-host"),
        forwarded_port: headers.get("x-forwarded-port"),
    };
    // Twilio sends this header only if it did not sign with the auth token.
    let other_key = !headers.get("x-twilio-webhooks-signature-settings").is_empty();
    Err(forbidden(match explain(signed_url(&url, raw).as_str(), pairs, &signature, tokens, seen) {
        Code::SignatureMismatch if other_key => Code::SharedKeyUnknown,
        code => code,
    }))
}

/// The headers of the event. Their names may be in any case.
struct Headers(Json);

impl Headers {
    async fn ask(host: &Host) -> Self {
        let answer = host.ask(Ask::Headers, None).await;
        Self(answer.ok().unwrap_or_default())
    }

    /// The value of a header, the first if there are several. `""` if there is none.
    fn get(&self, name: &str) -> &str {
        let value = self.0.members().iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        value.and_then(|value| value.text().or_else(|| value.elements().first()?.text())).unwrap_or_default()
    }
}

/// Finds the URL that Twilio called. `url` is the webhook's own. Only that URL accepts a body that is not a form.
fn verify_urls<'a>(
    url: &WebhookUrl,
    params: &SignedParams,
    body: &Body<'_>,
    signature: &str,
    settings: &'a Settings,
    tokens: &[AuthToken],
) -> Result<VerifiedRequest<'a>, Code> {
    let base = split_on(url.as_str(), b'#').0;
    if let Body::Pairs(pairs, _) = body {
        let steps = callbacks(&settings.config, Params(pairs));
        let queried = find(base, b'?').is_some();
        let suffixes: Vec<String> = steps.iter().map(|step| step.suffix(queried)).collect();
        let index = signature::find_signed_suffix(base, &suffixes, params, signature, tokens, MAX_HASHED);
        if let Some(step) = index.and_then(|index| steps.into_iter().nth(index)) {
            return Ok(VerifiedRequest { step, url: base.to_owned() });
        }
        if base.len() == url.as_str().len() {
            return Err(Code::SignatureMismatch);
        }
    }
    check_signature(url, params, body, signature, tokens)?;
    Ok(VerifiedRequest { step: CallbackUrl::FIRST, url: base.to_owned() })
}

fn check_signature(
    url: &WebhookUrl,
    params: &SignedParams,
    body: &Body<'_>,
    signature: &str,
    tokens: &[AuthToken],
) -> Result<(), Code> {
    let raw = if let Body::Raw(text) = body { Some(text.as_bytes()) } else { None };
    let body = raw.map_or(signature::SignedBody::Form(params), signature::SignedBody::Raw);
    let url = signed_url(url, raw);
    let request = Request { url: &url, body, signature, tokens, shared_keys: SharedKeys::default() };
    signature::verify(&request).map(|_| ())
}

/// The URL with the hash of a raw body. A bot does not see the query of the URL, but the hash can be computed.
fn signed_url<'a>(url: &'a WebhookUrl, raw: Option<&[u8]>) -> Cow<'a, WebhookUrl> {
    let Some(bytes) = raw else {
        return Cow::Borrowed(url);
    };
    let (address, _) = split_on(url.as_str(), b'#');
    let separator = if find(address, b'?').is_some() { "&" } else { "?" };
    let with_hash = WebhookUrl::new([address, separator, "bodySHA256=", &signature::sha256_hex(bytes)].concat());
    with_hash.map_or(Cow::Borrowed(url), Cow::Owned)
}

/// The webhook's URL, and when it was cached, if it was. It comes from the secret, the cache, or Medplum.
async fn own_url<'a>(
    event: &WebhookEvent<'_>,
    settings: &'a Settings,
    host: &Host,
    cache: &SharedCache,
) -> Result<(Cow<'a, WebhookUrl>, Option<u64>), Reply> {
    match &settings.url {
        Some(Ok(url)) => return Ok((Cow::Borrowed(url), None)),
        Some(Err(problem)) => return Err(Reply::Broken(problem.clone())),
        None => {}
    }
    let known = cache.borrow().own_url.clone();
    Ok(match known {
        Some((at, url)) => (Cow::Owned(url), Some(at)),
        None => (Cow::Owned(ask_own_url(event, host, cache).await?), None),
    })
}

async fn ask_own_url(event: &WebhookEvent<'_>, host: &Host, cache: &SharedCache) -> Result<WebhookUrl, Reply> {
    let answer = host.ask(Ask::Me, Some(OWN_URL_DEADLINE)).await;
    let answer = answer.ok().unwrap_or_default();
    let base = answer.get("baseUrl").and_then(Json::text);
    let id = answer.get("me").and_then(|me| me.get("membership")?.get("id")?.text());
    let url = base.zip(id).map(|(base, id)| {
        // Medplum's base URL ends with a slash. A second slash would make another URL.
        WebhookUrl::secure([base.strip_suffix('/').unwrap_or(base), "/webhook/", id].concat())
    });
    let url = match url {
        Some(Ok(url)) => url,
        // Twilio cannot reach this URL over TLS, so the secret must set the public one.
        Some(Err(Code::UrlInsecure)) => {
            return Err(Reply::Broken(Problem::at(Code::UrlInsecure, Secret::WebhookUrl.name())));
        }
        _ => return Err(Reply::Broken(Code::WebhookUrlUnknown.into())),
    };
    cache.borrow_mut().own_url = Some((event.now, url.clone()));
    Ok(url)
}

/// `application/json`, `application/fhir+json` and similar.
fn is_json(content_type: &str) -> bool {
    let kind = split_on(content_type, b';').0.trim_ascii_end();
    kind.len() >= 4 && kind.as_bytes()[kind.len() - 4..].eq_ignore_ascii_case(b"json")
}

pub(super) fn forbidden(code: Code) -> Reply {
    Reply::Forbidden(code.into())
}
