// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Bruno, a colleague who edits call records to interfere with Amber's calls, and a call that Amber places by
//! `place-call`.

use plumline::json::Json;
use plumline::runtime::Secret;

use super::staff::{PLACE, amber, bruno};
use super::webhook::step_flow;
use super::{BRUNO, SECRET, World};
use crate::constants::{ACCOUNT, NOW};
use crate::json::{json, text};

/// Bruno's Twilio client identity.
pub(crate) const BRUNO_IDENTITY: &str = "5e0b9c1d_0000_4000_8000_000000000002";

/// `place-call` to `+12125550199`, the number that Bruno wants to have dialed.
pub(crate) const OTHER: &str = r#"{"operation":"place-call","number":"+12125550199","requestId":"rb"}"#;

/// A world in which Amber's call by `place-call` is in progress. Also returns the call's record and its `CallSid`.
pub(crate) fn by_phone() -> (World, String, String) {
    let mut world = World::default();
    let value = amber().value(&mut world, PLACE);
    world.calls[0].set("status", Json::of("in-progress"));
    let of = |name| text(&value, &[name]).to_owned();
    (world, of("communication"), of("callSid"))
}

/// Sets parts of a record's `twilio-call` extension. `None` removes the part.
pub(crate) fn edit(world: &mut World, reference: &str, parts: &[(&str, Option<Json>)]) {
    let mut extensions = world.read(reference).get("extension").cloned().unwrap_or_default().into_elements();
    let at = extensions.iter().position(|item| text(item, &["url"]).ends_with("/twilio-call")).unwrap();
    let mut known = extensions[at].get("extension").cloned().unwrap().into_elements();
    for (name, part) in parts {
        known.retain(|item| text(item, &["url"]) != *name);
        known.extend(part.clone());
    }
    extensions[at].set("extension", Json::List(known));
    world.change(reference, "extension", Json::List(extensions));
}

pub(crate) fn string(name: &str, value: &str) -> Json {
    json(&format!(r#"{{"url":"{name}","valueString":"{value}"}}"#))
}

pub(crate) fn practitioner(id: &str) -> Json {
    json(&format!(r#"{{"url":"practitioner","valueReference":{{"reference":"Practitioner/{id}"}}}}"#))
}

/// Bruno edits a record so that he is its caller.
pub(crate) fn take_over(world: &mut World, reference: &str) {
    world.change(reference, "sender", json(&format!(r#"{{"reference":"Practitioner/{BRUNO}"}}"#)));
    world.change(reference, "recipient", json(&format!(r#"[{{"reference":"Practitioner/{BRUNO}"}}]"#)));
    let identity = string("identity", BRUNO_IDENTITY);
    edit(world, reference, &[("practitioner", Some(practitioner(BRUNO))), ("identity", Some(identity))]);
}

/// Bruno edits a record so that it names the call `root`, in progress.
pub(crate) fn set_call(world: &mut World, reference: &str, root: &str) {
    edit(world, reference, &[("callSid", Some(string("callSid", root)))]);
    let identifier = format!(r#"[{{"system":"https://www.twilio.com/","value":"{root}"}}]"#);
    world.change(reference, "identifier", json(&identifier));
    world.change(reference, "status", Json::of("in-progress"));
}

/// Sets the caller ID in a record.
pub(crate) fn set_caller_id(world: &mut World, reference: &str, from: &str) {
    let medium = format!(r#"[{{"coding":[{{"system":"https://plumline.dev/fhir/phone-number","code":"{from}"}}]}}]"#);
    world.change(reference, "medium", json(&medium));
}

/// Replaces the extension of a record whose URL ends with `name`. `None` removes it.
pub(crate) fn extension(world: &mut World, reference: &str, name: &str, more: Option<Json>) {
    let mut extensions = world.read(reference).get("extension").cloned().unwrap_or_default().into_elements();
    extensions.retain(|item| !text(item, &["url"]).ends_with(name));
    extensions.extend(more);
    world.change(reference, "extension", Json::List(extensions));
}

/// Posts a status callback of the newest call that was placed.
pub(crate) fn status_callback(world: &mut World) {
    let call = world.calls[0].clone();
    let params = [
        ("AccountSid", ACCOUNT),
        ("CallSid", text(&call, &["sid"])),
        ("CallStatus", "in-progress"),
        ("CallbackSource", "call-progress-events"),
        ("Direction", "outbound-api"),
        ("From", text(&call, &["from"])),
        ("SequenceNumber", "2"),
        ("To", text(&call, &["to"])),
    ];
    world.play(step_flow("?step=status", &params, &[(Secret::SealingKeys, SECRET)], NOW));
}

/// `end-call` of a `CallSid`.
pub(crate) fn by_sid(sid: &str) -> String {
    format!(r#"{{"operation":"end-call","callSid":"{sid}"}}"#)
}

/// `end-call` of a record.
pub(crate) fn by_record(reference: &str) -> String {
    format!(r#"{{"operation":"end-call","communication":"{reference}"}}"#)
}

/// The number of POST requests to Twilio.
pub(crate) fn posts(world: &World) -> usize {
    world.http.iter().filter(|request| request.method == "POST").count()
}

/// Asserts that Bruno's operation gets 404 and sends no POST to Twilio.
#[track_caller]
pub(crate) fn assert_bruno_is_refused(world: &mut World, input: &str) {
    let before = posts(world);
    assert_eq!(bruno().refused(world, input), ("RECORD_NOT_FOUND Communication".into(), 404), "{input}");
    assert_eq!(posts(world), before, "nothing was sent to Twilio");
}
