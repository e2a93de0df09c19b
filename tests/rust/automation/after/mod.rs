// SPDX-License-Identifier: Apache-2.0 OR MIT

//! After a call: each task and alert is created once, even if several sources report the call repeatedly or
//! concurrently.

mod alerts;
mod appointments;
mod failures;
mod mailboxes;
mod people;
mod tasks;

use plumline::chart::{CallContext, CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::Reply;

use crate::automation::world::{ALERTS, CALLER, CLINIC_NUMBER, World};
use crate::fault::Faults;
use crate::json::is;
use crate::twilio::sid;

/// A config with tasks and alerts for missed calls and voicemails.
fn alerting(format: &str, per_hour: u32) -> String {
    format!(
        r#"{{"alerts":{{"url":"{ALERTS}","format":"{format}","on":["missed","voicemail"],"perHour":{per_hour}}},"tasks":{{"on":["missed","voicemail"]}}}}"#
    )
}

/// Stores the record of a call with these events and this patient.
fn recorded_call(world: &mut World, number: u64, events: &[&[(&str, &str)]], patient: Option<&str>) -> Json {
    let root = sid("CA", number);
    let mut log = CallState::prepared(&CallContext { patient: patient.map(str::to_owned), ..CallContext::default() });
    for pairs in events {
        let pairs = [&[("CallSid", root.as_str())], *pairs].concat();
        log.add(&CallEvent::read(&pairs, world.now).unwrap());
    }
    world.fhir.put(&log.write(None, EXTENSION_BASE), world.now)
}

/// The last callback of a missed call from the usual caller.
const MISSED: &[(&str, &str)] =
    &[("Direction", "inbound"), ("From", CALLER), ("To", CLINIC_NUMBER), ("CallStatus", "no-answer")];

/// Stores the record of a missed call of the patient `p1`.
fn missed(world: &mut World, number: u64) -> Json {
    recorded_call(world, number, &[MISSED], Some("Patient/p1"))
}

/// Runs the bot as a Subscription does after a change of a call record. Returns the log.
fn notify(world: &mut World, call: &Json) -> Vec<String> {
    let (response, asked) = world.play(world.on_change(call), &Faults::NONE);
    assert_eq!(response.reply, Reply::Accepted, "{:?}", response.log);
    assert!(asked <= 8, "{asked}");
    response.log
}

/// A config with all follow-ups of a missed call: a task, an alert and the appointment's reference.
const EVERYTHING: &str = r#"{"tasks":{"on":["missed"]},"appointment":{"callExtension":true},"alerts":{"url":"https://alerts.example.com/hook","format":"slack","on":["missed"]}}"#;

/// The mark of the follow-up: the sweep has followed up all calls before it.
fn followed_up(world: &World) -> u64 {
    let parts = world.fhir.of_type("Basic")[0].at(&["extension", "0", "extension"]).unwrap().elements();
    let checkpoint = parts.iter().find(|item| is(item, "url", "followUp")).unwrap();
    plumline::time::parse_instant(checkpoint.get("valueInstant").and_then(Json::text).unwrap()).unwrap()
}
