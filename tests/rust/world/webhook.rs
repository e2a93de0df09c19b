// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Webhook requests as Twilio posts them.

use plumline::runtime::{Flow, Secret};

use super::{CLINIC_NUMBER, URL};
use crate::constants::{ACCOUNT, TOKEN};
use crate::signed;

/// The parameters of a call from a browser. `own` are the parameters that the browser sends.
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

/// A webhook request with these parameters and a valid signature.
pub(crate) fn webhook_flow(params: &[(&str, &str)], secrets: &[(Secret, &str)], now: u64) -> Flow {
    step_flow("", params, secrets, now)
}

/// A webhook request to a callback URL. `suffix` is its query, such as `?step=connect`.
pub(crate) fn step_flow(suffix: &str, params: &[(&str, &str)], secrets: &[(Secret, &str)], now: u64) -> Flow {
    let own = CLINIC_NUMBER.join(", ");
    let usual = [(Secret::AuthToken, TOKEN), (Secret::Number, &*own), (Secret::WebhookUrl, URL)];
    signed::webhook_flow((TOKEN, &[URL, suffix].concat()), params, &[secrets, &usual].concat(), now)
}
