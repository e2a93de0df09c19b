// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The key press that confirms a call by `place-call`. Twilio posts it after the practitioner has answered and pressed
//! a key.

use plumline::runtime::{Response, Secret};

use super::phone::SEALED;
use super::webhook::step_flow;
use super::{AMBER, PATIENT, World};
use crate::constants::ACCOUNT;
use crate::json::text;

/// The mobile that Amber and Bruno share. `place-call` rings it first.
pub(crate) const PHONE: &str = "+15550100202";

/// Posts the key press of the newest call.
pub(crate) fn press(world: &mut World, secrets: &[(Secret, &str)]) -> Response {
    press_with(world, &[], secrets)
}

pub(crate) fn press_at(world: &mut World, now: u64) -> Response {
    world.now = now;
    press(world, &SEALED)
}

/// A key press in which `other` replaces parameters. An empty value omits the parameter.
pub(crate) fn press_with(world: &mut World, other: &[(&str, &str)], secrets: &[(Secret, &str)]) -> Response {
    let call = world.calls.first().cloned().unwrap_or_default();
    let usual = [
        ("AccountSid", ACCOUNT),
        ("CallSid", text(&call, &["sid"])),
        ("CallStatus", "in-progress"),
        ("Direction", "outbound-api"),
        ("From", text(&call, &["from"])),
        ("To", text(&call, &["to"])),
        ("Digits", "5"),
    ];
    let value = |name| other.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let params = usual.map(|(name, usual)| (name, value(name).unwrap_or(usual)));
    let params: Vec<(&str, &str)> = params.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let response = world.play(step_flow("?step=connect", &params, secrets, world.now));
    let log = response.log.concat();
    for private in [PATIENT, PHONE, AMBER, "/eve", "CA0"] {
        assert!(!log.contains(private), "{log}");
    }
    assert!(world.retry < 3_000, "{}", world.retry);
    response
}
