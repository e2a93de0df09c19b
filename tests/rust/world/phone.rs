// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls that staff place from a browser, and the TwiML that the webhook returns for them.

use plumline::chart::CallContext;
use plumline::json::Json;
use plumline::outbound::{NewPreparedCall, SealingKeys};
use plumline::runtime::{Reply, Response, Secret};

use super::webhook::{browser, webhook_flow};
use super::{AMBER, AMBER_IDENTITY, CLINIC_NUMBER, PATIENT, SECRET, World, sid};
use crate::constants::NOW;

pub(crate) const EXTENSION_BASE: &str = "https://plumline.dev/fhir/StructureDefinition";
pub(crate) const SEALED: [(Secret, &str); 1] = [(Secret::SealingKeys, SECRET)];

/// A world in which Amber has prepared a call to Eve. Also returns her ticket.
pub(crate) fn prepared() -> (World, String) {
    let mut world = World::default();
    let ticket = prepare(&mut world, AMBER, AMBER_IDENTITY, PATIENT);
    (world, ticket)
}

/// Stores a prepared call from `+15550100002` and returns its ticket. The call is to `callee`, for Eve's appointment.
pub(crate) fn prepare(world: &mut World, practitioner: &str, identity: &str, callee: &str) -> String {
    let context = CallContext {
        patient: Some("Patient/eve".into()),
        practitioner: Some(format!("Practitioner/{practitioner}")),
        appointment: Some("Appointment/visit".into()),
        identity: Some(identity.into()),
        number: Some(callee.into()),
        prepared_at: Some(NOW - 5_000),
        ..CallContext::default()
    };
    let new_call = NewPreparedCall { context, from: CLINIC_NUMBER[1], position: None, request: None };
    let sealing = SealingKeys::read(SECRET).unwrap();
    let made = world.put(&new_call.write(EXTENSION_BASE, &sealing).write());
    let id = made.get("id").and_then(Json::text).unwrap();
    sealing.make_ticket(id, identity, NOW - 5_000)
}

/// Posts a call from the browser of `identity`. `own` are the parameters that the browser sends.
pub(crate) fn call(
    world: &mut World,
    identity: &str,
    sid: &str,
    own: &[(&str, &str)],
    secrets: &[(Secret, &str)],
) -> Response {
    let from = format!("client:{identity}");
    let response = world.play(webhook_flow(&browser(&from, sid, own), secrets, world.now));
    let log = response.log.concat();
    for private in [PATIENT, AMBER, AMBER_IDENTITY, SECRET, "/eve", sid] {
        assert!(!log.contains(private), "{log}");
    }
    response
}

/// Posts Amber's call with her ticket.
pub(crate) fn with_ticket(world: &mut World, ticket: &str, number: u32) -> Response {
    call(world, AMBER_IDENTITY, &sid(number), &[("Ticket", ticket)], &SEALED)
}

pub(crate) fn xml(response: &Response) -> &str {
    let Reply::Twiml(xml) = &response.reply else { panic!("{:?}", response.reply) };
    xml
}

/// The error code in the log of a refused call. Asserts that the caller hears an announcement.
pub(crate) fn refused(response: &Response) -> String {
    let xml = xml(response);
    assert!(!xml.contains("<Dial") && xml.contains("<Say") && xml.ends_with("<Hangup/></Response>"), "{xml}");
    let code = response.log.last().and_then(|line| line.strip_prefix("plumline: ")).unwrap();
    code.split([':', ' ']).next().unwrap().to_owned()
}

/// The caller ID and the number that the document dials.
pub(crate) fn dialed(response: &Response) -> (String, String) {
    let xml = xml(response);
    let part = |from: &str, to: &str| {
        let rest = xml.split_once(from).unwrap_or_else(|| panic!("{xml} {:?}", response.log)).1;
        rest.split_once(to).unwrap().0.to_owned()
    };
    assert_eq!(xml.matches("<Number").count(), 1);
    (part("callerId=\"", "\""), part("completed\">", "</Number>"))
}
