// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Webhooks as Twilio posts them.

use plumline::flow::{Encoding, Flow, Frame, Secret, Shelf, webhook};
use plumline::signature::{AuthToken, SignedParams, sign};

use super::{OURS, TOKEN, URL};

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
    let signature = sign(&AuthToken::new(TOKEN).unwrap(), URL, &SignedParams::new(params));
    let all = [
        Secret::AuthToken,
        Secret::Number,
        Secret::AccountSid,
        Secret::TwimlAppSid,
        Secret::WebhookUrl,
        Secret::Config,
        Secret::Sealing,
    ];
    let ours = OURS.join(", ");
    let usual = [(Secret::AuthToken, TOKEN), (Secret::Number, &*ours), (Secret::WebhookUrl, URL)];
    let mut fields = vec![signature.as_str()];
    let mut known = 0;
    for (index, secret) in all.iter().enumerate() {
        if let Some((_, value)) = secrets.iter().chain(&usual).find(|(one, _)| one == secret) {
            fields.push(value);
            known |= 1 << index;
        }
    }
    fields.extend(params.iter().flat_map(|(name, value)| [*name, *value]));
    let head = [0, (now >> 30) as u32, now as u32 & 0x3fff_ffff, known, 0];
    let lengths = fields.iter().map(|field| field.encode_utf16().count() as u32);
    let units = fields.iter().flat_map(|field| field.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let frame = Frame::new(units, Encoding::Utf16, head.into_iter().chain(lengths).collect());
    Flow::new(|host| webhook(frame, host, Shelf::default()))
}
