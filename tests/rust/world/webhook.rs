// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Webhooks as Twilio posts them.

use plumline::runtime::{Flow, Secret};

use super::{OURS, URL};
use crate::constants::{ACCOUNT, TOKEN};
use crate::signed;

/// A browser's call, as Twilio posts it.
pub(crate) fn browser<'a>(identity: &'a str, sid: &'a str, own: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut params = vec![
        ("AccountSid", ACCOUNT),
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

/// A webhook with these parameters and a valid signature.
pub(crate) fn webhook_flow(params: &[(&str, &str)], secrets: &[(Secret, &str)], now: u64) -> Flow {
    step_flow("", params, secrets, now)
}

/// The same to a callback URL, `?step=…`.
pub(crate) fn step_flow(suffix: &str, params: &[(&str, &str)], secrets: &[(Secret, &str)], now: u64) -> Flow {
    let ours = OURS.join(", ");
    let usual = [(Secret::AuthToken, TOKEN), (Secret::Number, &*ours), (Secret::WebhookUrl, URL)];
    signed::webhook_flow((TOKEN, &[URL, suffix].concat()), params, &[secrets, &usual].concat(), now)
}
