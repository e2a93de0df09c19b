// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Webhook requests with Twilio's signature, in the format that a host passes to the core.

use plumline::bots::{SharedCache, webhook};
use plumline::frame::Frame;
use plumline::runtime::{Flow, Secret};
use plumline::signature::{AuthToken, SignedParams, sign};

const SECRETS: [Secret; Secret::IN_FRAME] = [
    Secret::AuthToken,
    Secret::Number,
    Secret::AccountSid,
    Secret::TwimlAppSid,
    Secret::WebhookUrl,
    Secret::Config,
    Secret::SealingKeys,
];

/// The signature of a request with the auth token `token`.
pub(crate) fn signature(token: &str, url: &str, params: &[(&str, &str)]) -> String {
    sign(&AuthToken::new(token).unwrap(), url, &SignedParams::new(params))
}

/// An event in the format of a host. `form` is 0 for parameters, 1 for a raw body, and 2 for parameters whose names the
/// core caches.
pub(crate) fn frame<'a>(
    (attempt, now, form): (u32, u64, u32),
    signature: &'a str,
    secret: impl Fn(Secret) -> Option<&'a str>,
    input: impl IntoIterator<Item = &'a str>,
) -> Frame {
    let mut fields = vec![signature];
    let mut known = 0;
    for (index, item) in SECRETS.into_iter().enumerate() {
        if let Some(value) = secret(item) {
            fields.push(value);
            known |= 1 << index;
        }
    }
    fields.extend(input);
    let head = [attempt, (now >> 30) as u32, now as u32 & 0x3fff_ffff, known, form];
    let lengths = fields.iter().map(|field| field.encode_utf16().count() as u32);
    let units: Vec<u8> = fields.iter().flat_map(|field| field.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    Frame::from_utf16(&units, head.into_iter().chain(lengths).collect())
}

/// A webhook request with these parameters, signed for `url`. The first of two secrets with the same name is used.
pub(crate) fn webhook_flow(
    (token, url): (&str, &str),
    params: &[(&str, &str)],
    secrets: &[(Secret, &str)],
    now: u64,
) -> Flow {
    let signature = signature(token, url, params);
    let secret = |wanted| secrets.iter().find(|(known, _)| *known == wanted).map(|(_, value)| *value);
    let input = params.iter().flat_map(|(name, value)| [*name, *value]);
    let frame = frame((0, now, 0), &signature, secret, input);
    Flow::new(|host| webhook(frame, host, SharedCache::default()))
}
