// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A colleague who edits records of calls, and Amber's call to a phone.

use plumline::json::Json;
use plumline::runtime::Secret;

use super::staff::{PLACE, amber, bruno};
use super::webhook::step_flow;
use super::{BRUNO, SECRET, World};
use crate::constants::{ACCOUNT, NOW};
use crate::json::{json, text};

pub(crate) const BRUNO_IDENTITY: &str = "5e0b9c1d_0000_4000_8000_000000000002";

/// `place-call` to a number of Bruno's choice.
pub(crate) const OTHER: &str = r#"{"operation":"place-call","number":"+12125550199","requestId":"rb"}"#;

/// A world in which Amber's call by `place-call` is in progress, its record and its `CallSid`.
pub(crate) fn by_phone() -> (World, String, String) {
    let mut world = World::default();
    let value = amber().value(&mut world, PLACE);
    world.calls[0].set("status", Json::of("in-progress"));
    let of = |name| text(&value, &[name]).to_owned();
    (world, of("communication"), of("callSid"))
}

/// Sets parts of a record's `twilio-call` extension. `None` removes one.
pub(crate) fn edit(world: &mut World, reference: &str, parts: &[(&str, Option<Json>)]) {
    let mut extensions = world.read(reference).get("extension").cloned().unwrap_or_default().into_elements();
    let at = extensions.iter().position(|one| text(one, &["url"]).ends_with("/twilio-call")).unwrap();
    let mut known = extensions[at].get("extension").cloned().unwrap().into_elements();
    for (name, part) in parts {
        known.retain(|one| text(one, &["url"]) != *name);
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

/// Bruno replaces the caller in a record with himself.
pub(crate) fn take_over(world: &mut World, reference: &str) {
    world.change(reference, "sender", json(&format!(r#"{{"reference":"Practitioner/{BRUNO}"}}"#)));
    world.change(reference, "recipient", json(&format!(r#"[{{"reference":"Practitioner/{BRUNO}"}}]"#)));
    let identity = string("identity", BRUNO_IDENTITY);
    edit(world, reference, &[("practitioner", Some(practitioner(BRUNO))), ("identity", Some(identity))]);
}

/// Bruno makes his record name another call.
pub(crate) fn set_call(world: &mut World, reference: &str, root: &str) {
    edit(world, reference, &[("callSid", Some(string("callSid", root)))]);
    let identifier = format!(r#"[{{"system":"https://www.twilio.com/","value":"{root}"}}]"#);
    world.change(reference, "identifier", json(&identifier));
    world.change(reference, "status", Json::of("in-progress"));
}

pub(crate) fn line(world: &mut World, reference: &str, from: &str) {
    let medium = format!(r#"[{{"coding":[{{"system":"https://plumline.dev/fhir/phone-number","code":"{from}"}}]}}]"#);
    world.change(reference, "medium", json(&medium));
}

/// Replaces an extension of a record with `more`, or removes it.
pub(crate) fn extension(world: &mut World, reference: &str, name: &str, more: Option<Json>) {
    let mut extensions = world.read(reference).get("extension").cloned().unwrap_or_default().into_elements();
    extensions.retain(|one| !text(one, &["url"]).ends_with(name));
    extensions.extend(more);
    world.change(reference, "extension", Json::List(extensions));
}

/// A status callback of the newest call that was placed.
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

pub(crate) fn by_sid(sid: &str) -> String {
    format!(r#"{{"operation":"end-call","callSid":"{sid}"}}"#)
}

pub(crate) fn by_record(reference: &str) -> String {
    format!(r#"{{"operation":"end-call","communication":"{reference}"}}"#)
}

pub(crate) fn posts(world: &World) -> usize {
    world.http.iter().filter(|request| request.method == "POST").count()
}

#[track_caller]
pub(crate) fn assert_bruno_is_refused(world: &mut World, input: &str) {
    let before = posts(world);
    assert_eq!(bruno().refused(world, input), ("RECORD_NOT_FOUND Communication".into(), 404), "{input}");
    assert_eq!(posts(world), before, "nothing was sent to Twilio");
}
