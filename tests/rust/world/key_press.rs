// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A key press on the phone that the newest call of `place-call` rings, as Twilio posts it.

use plumline::runtime::{Response, Secret};

use super::phone::SEALED;
use super::webhook::step_flow;
use super::{AMBER, PATIENT, World};
use crate::constants::ACCOUNT;
use crate::json::text;

/// Amber's and Bruno's phone.
pub(crate) const PHONE: &str = "+15550100202";

pub(crate) fn press(world: &mut World, secrets: &[(Secret, &str)]) -> Response {
    press_with(world, &[], secrets)
}

pub(crate) fn press_at(world: &mut World, now: u64) -> Response {
    world.now = now;
    press(world, &SEALED)
}

/// A key press with other parameters in place of the usual ones. An empty value leaves one out.
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
