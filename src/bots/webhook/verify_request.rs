// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Verifies the signature of a request, and finds the URL that Twilio requested.

use std::borrow::Cow;

use crate::bots::instance_cache::{ParamNames, SharedCache};
use crate::bots::settings::Settings;
use crate::dialplan::{CallbackUrl, Params, callbacks};
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::runtime::{Body, Host, HostRequest, Layout, Reply, Secret, WebhookEvent};
use crate::signature::{self, AuthToken, HostHeaders, Request, SharedKeys, SignedParams, WebhookUrl, explain};
use crate::text::{find, split_on};

/// The timeout to read the bot's own URL, in milliseconds. Twilio's timeout is 15 s.
const OWN_URL_TIMEOUT: u32 = 5_000;

/// The minimum age, in milliseconds, of the cached own URL before a signature mismatch makes the bot read it again.
const OWN_URL_TTL: u64 = 5_000;

/// The maximum number of bytes to hash to find the URL of a request. This is enough for a typical form of 1.5 kB, 512
/// callback URLs, two tokens and each usual spelling of the URL. A hostile form of 32 kB costs about 25 ms. A refused
/// request takes up to 32 more HMACs to find the mistake.
const MAX_HASHED: usize = 6 * 1024 * 1024;

/// The URL of a verified request.
pub(super) struct VerifiedRequest<'a> {
    /// The callback URL that Twilio requested.
    pub(super) callback: CallbackUrl<'a>,
    /// The webhook's URL without its fragment.
    pub(super) url: String,
}

/// Checks that Twilio sent the request, and finds its URL. Nothing else of the request is used before that.
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
        signature = Cow::Owned(Headers::read(host).await.get("x-twilio-signature").to_owned());
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
    // The bot's URL changes if its `ProjectMembership` is created again.
    if result.is_err() && learned_at.is_some_and(|at| event.now.saturating_sub(at) > OWN_URL_TTL) {
        let own_url = read_own_url(event, host, cache).await?;
        // A check of the same URL would only cost time.
        if own_url != *url {
            result = check(&own_url);
        }
    }
    let code = match result {
        Ok(verified) => return Ok(verified),
        Err(code) => code,
    };
    if code != Code::SignatureMismatch {
        return Err(forbidden(code));
    }
    let headers = Headers::read(host).await;
    if is_json(headers.get("content-type")) && raw.is_none() {
        return Err(forbidden(Code::BodyNotRaw));
    }
    let seen = HostHeaders {
        host: headers.get("host"),
        forwarded_host: headers.get("x-forwarded-host"),
        forwarded_port: headers.get("x-forwarded-port"),
    };
    // Twilio sends this header only if it signed with another key than the auth token.
    let other_key = !headers.get("x-twilio-webhooks-signature-settings").is_empty();
    Err(forbidden(match explain(signed_url(&url, raw).as_str(), pairs, &signature, tokens, seen) {
        Code::SignatureMismatch if other_key => Code::SharedKeyUnknown,
        code => code,
    }))
}

/// The headers of the event. Their names are case-insensitive.
struct Headers(Json);

impl Headers {
    async fn read(host: &Host) -> Self {
        let answer = host.send(HostRequest::Headers, None).await;
        Self(answer.ok().unwrap_or_default())
    }

    /// The first value of a header, or `""` if the header is absent.
    fn get(&self, name: &str) -> &str {
        let value = self.0.members().iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        value.and_then(|value| value.text().or_else(|| value.elements().first()?.text())).unwrap_or_default()
    }
}

/// Finds the URL that Twilio requested. `url` is the webhook's own URL. Only that URL accepts a body that is not a
/// form.
fn verify_urls<'a>(
    url: &WebhookUrl,
    params: &SignedParams,
    body: &Body<'_>,
    signature: &str,
    settings: &'a Settings,
    tokens: &[AuthToken],
) -> Result<VerifiedRequest<'a>, Code> {
    let without_fragment = split_on(url.as_str(), b'#').0;
    if let Body::Pairs(pairs, _) = body {
        let steps = callbacks(&settings.config, Params(pairs));
        let has_query = find(without_fragment, b'?').is_some();
        let suffixes: Vec<String> = steps.iter().map(|step| step.suffix(has_query)).collect();
        let index = signature::find_signed_suffix(without_fragment, &suffixes, params, signature, tokens, MAX_HASHED);
        if let Some(step) = index.and_then(|index| steps.into_iter().nth(index)) {
            return Ok(VerifiedRequest { callback: step, url: without_fragment.to_owned() });
        }
        if without_fragment.len() == url.as_str().len() {
            return Err(Code::SignatureMismatch);
        }
    }
    check_signature(url, params, body, signature, tokens)?;
    Ok(VerifiedRequest { callback: CallbackUrl::WEBHOOK, url: without_fragment.to_owned() })
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

/// The URL with `bodySHA256`. Medplum does not pass the query of the URL to a bot, so the bot computes the hash of the
/// raw body.
fn signed_url<'a>(url: &'a WebhookUrl, raw: Option<&[u8]>) -> Cow<'a, WebhookUrl> {
    let Some(bytes) = raw else {
        return Cow::Borrowed(url);
    };
    let (address, _) = split_on(url.as_str(), b'#');
    let separator = if find(address, b'?').is_some() { "&" } else { "?" };
    let with_hash = WebhookUrl::new([address, separator, "bodySHA256=", &signature::sha256_hex(bytes)].concat());
    with_hash.map_or(Cow::Borrowed(url), Cow::Owned)
}

/// The webhook's URL from the secret, the cache or Medplum. The second value is the time at which the URL was cached,
/// if it comes from the cache.
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
        None => (Cow::Owned(read_own_url(event, host, cache).await?), None),
    })
}

async fn read_own_url(event: &WebhookEvent<'_>, host: &Host, cache: &SharedCache) -> Result<WebhookUrl, Reply> {
    let answer = host.send(HostRequest::Me, Some(OWN_URL_TIMEOUT)).await;
    let answer = answer.ok().unwrap_or_default();
    let base_url = answer.get("baseUrl").and_then(Json::text);
    let id = answer.get("me").and_then(|me| me.get("membership")?.get("id")?.text());
    let url = base_url.zip(id).map(|(base_url, id)| {
        // Medplum's base URL ends with a slash. A second slash would change the URL.
        WebhookUrl::secure([base_url.strip_suffix('/').unwrap_or(base_url), "/webhook/", id].concat())
    });
    let url = match url {
        Some(Ok(url)) => url,
        // Twilio requires TLS here, so `PLUMLINE_WEBHOOK_URL` must set the public URL.
        Some(Err(Code::UrlInsecure)) => {
            return Err(Reply::Broken(Problem::at(Code::UrlInsecure, Secret::WebhookUrl.name())));
        }
        _ => return Err(Reply::Broken(Code::WebhookUrlUnknown.into())),
    };
    cache.borrow_mut().own_url = Some((event.now, url.clone()));
    Ok(url)
}

/// Whether a content type is JSON: `application/json`, `application/fhir+json` and similar.
fn is_json(content_type: &str) -> bool {
    let kind = split_on(content_type, b';').0.trim_ascii_end();
    kind.len() >= 4 && kind.as_bytes()[kind.len() - 4..].eq_ignore_ascii_case(b"json")
}

pub(super) fn forbidden(code: Code) -> Reply {
    Reply::Forbidden(code.into())
}
