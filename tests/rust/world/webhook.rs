// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Webhooks as Twilio posts them.

use plumline::bots::{SharedCache, webhook};
use plumline::runtime::{Flow, Secret};
use plumline::signature::{AuthToken, SignedParams, sign};

use super::{OURS, TOKEN, URL};
use crate::laid_out::laid_out;

/// A browser's call, as Twilio posts it.
pub fn browser<'a>(identity: &'a str, sid: &'a str, own: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut params = vec![
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("ApplicationSid", "AP00000000000000000000000000000001"),
        ("CallSid", sid),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", identity),
    ];
    params.extend_from_slice(own);
    if !own.iter().any(|(name, _)| *name == "To") {
        params.push(("To", ""));
    }
    params
}

/// A genuine webhook with these parameters.
pub fn webhook_flow(params: &[(&str, &str)], secrets: &[(Secret, &str)], now: u64) -> Flow {
    step_flow("", params, secrets, now)
}

/// The same to a callback URL, `?step=…`.
pub fn step_flow(suffix: &str, params: &[(&str, &str)], secrets: &[(Secret, &str)], now: u64) -> Flow {
    let url = [URL, suffix].concat();
    let signature = sign(&AuthToken::new(TOKEN).unwrap(), &url, &SignedParams::new(params));
    let ours = OURS.join(", ");
    let usual = [(Secret::AuthToken, TOKEN), (Secret::Number, &*ours), (Secret::WebhookUrl, URL)];
    let value = |secret| secrets.iter().chain(&usual).find(|(one, _)| *one == secret).map(|(_, value)| *value);
    let frame = laid_out((0, now, 0), &signature, value, params.iter().flat_map(|(name, value)| [*name, *value]));
    Flow::new(|host| webhook(frame, host, SharedCache::default()))
}
