// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Messages in different mailboxes, and callers who were served without a person.

use plumline::chart::{CallEvent, CallState, Closing};
use plumline::dialplan::Config;
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;

use super::notify;
use crate::automation::world::{CALLER, CLINIC_NUMBER, World};
use crate::json::{json, text};
use crate::twilio::sid;

const CONFIG: &str = r#"{
    "tasks": { "on": ["voicemail", "missed"], "owner": "Organization/desk" },
    "actions": {
        "refill": [{ "voicemail": { "greeting": { "text": "Refill." }, "transcribe": true,
            "task": { "owner": "Organization/nurses", "priority": "routine", "text": "Refill request by phone",
                "code": { "system": "https://clinic.example/requests", "code": "refill" },
                "urgent": { "words": ["chest pain", "can't breathe", "sangrado"], "priority": "stat" } } } }],
        "billing": [{ "voicemail": { "greeting": { "text": "Billing." } } }]
    }
}"#;

/// The record of a call with a message in a mailbox.
fn message(world: &mut World, number: u64, mailbox: Option<&str>, priority: Option<&str>) -> Json {
    let root = sid("CA", number);
    let recording = sid("RE", number);
    let mut log = CallState::default();
    let ended = [
        ("CallSid", root.as_str()),
        ("Direction", "inbound"),
        ("From", CALLER),
        ("To", CLINIC_NUMBER),
        ("CallStatus", "completed"),
    ];
    log.add(&CallEvent::read(&ended, world.now).unwrap());
    let recorded = [
        ("CallSid", root.as_str()),
        ("RecordingSid", &recording),
        ("RecordingDuration", "12"),
        ("RecordingStatus", "completed"),
        ("RecordingSource", "RecordVerb"),
    ];
    log.add(&CallEvent { mailbox, priority, ..CallEvent::read(&recorded, world.now).unwrap() });
    world.fhir.put(&log.write(None, EXTENSION_BASE), world.now)
}

fn task(world: &World) -> Json {
    let [task] = world.fhir.of_type("Task")[..] else { panic!("one task") };
    task.clone()
}

/// The codes of a task.
fn codes(task: &Json) -> Vec<String> {
    let codings = task.at(&["code", "coding"]).map(Json::elements).unwrap_or_default();
    codings.iter().map(|coding| text(coding, &["code"]).to_owned()).collect()
}

#[test]
fn a_task_has_the_owner_priority_and_code_of_its_mailbox() {
    for (mailbox, expected) in [
        ("refill", ["Organization/nurses", "routine", "Refill request by phone"]),
        ("billing", ["Organization/desk", "", "Listen to a message left by phone"]),
        ("removed", ["Organization/desk", "", "Listen to a message left by phone"]),
    ] {
        let mut world = World::new(CONFIG);
        let call = message(&mut world, 1, Some(mailbox), None);
        notify(&mut world, &call);
        let task = task(&world);
        let found = [text(&task, &["owner", "reference"]), text(&task, &["priority"]), text(&task, &["code", "text"])];
        assert_eq!(found, expected, "{mailbox}");
        let own = if mailbox == "refill" { vec!["voicemail", mailbox, "refill"] } else { vec!["voicemail", mailbox] };
        assert_eq!(codes(&task), own);
    }
}

#[test]
fn an_urgent_message_raises_the_priority_of_its_task() {
    let mut world = World::new(CONFIG);
    let call = message(&mut world, 1, Some("refill"), None);
    notify(&mut world, &call);
    assert_eq!(text(&task(&world), &["priority"]), "routine");
    // The transcription arrives minutes later.
    let call = message_again(&mut world, &call, "stat");
    notify(&mut world, &call);
    assert_eq!(text(&task(&world), &["priority"]), "stat");
    // Staff lower it. They have seen the task, so nothing raises it again.
    let mut seen = task(&world);
    seen.set("priority", Json::of("routine"));
    seen.set("status", Json::of("accepted"));
    world.fhir.put(&seen, world.now);
    notify(&mut world, &call);
    assert_eq!(text(&task(&world), &["priority"]), "routine");
}

fn message_again(world: &mut World, call: &Json, priority: &str) -> Json {
    let mut state = CallState::read(call);
    let root = sid("CA", 1);
    let event = [("CallSid", root.as_str()), ("TranscriptionSid", "TR00000000000000000000000000000001")];
    state.add(&CallEvent { priority: Some(priority), ..CallEvent::read(&event, world.now).unwrap() });
    world.fhir.put(&state.write(Some(call.clone()), EXTENSION_BASE), world.now)
}

#[test]
fn a_mailbox_that_is_reported_late_corrects_the_task() {
    let mut world = World::new(CONFIG);
    let call = message(&mut world, 1, None, None);
    notify(&mut world, &call);
    assert_eq!(text(&task(&world), &["owner", "reference"]), "Organization/desk");
    let mut state = CallState::read(&call);
    let root = sid("CA", 1);
    let recording = sid("RE", 1);
    let recorded = [("CallSid", root.as_str()), ("RecordingSid", &recording), ("RecordingSource", "RecordVerb")];
    state.add(&CallEvent { mailbox: Some("refill"), ..CallEvent::read(&recorded, world.now).unwrap() });
    let call = world.fhir.put(&state.write(Some(call.clone()), EXTENSION_BASE), world.now);
    notify(&mut world, &call);
    let corrected = task(&world);
    assert_eq!(text(&corrected, &["owner", "reference"]), "Organization/nurses");
    assert_eq!(text(&corrected, &["code", "text"]), "Refill request by phone");
}

#[test]
fn words_make_a_message_urgent() {
    let config = Config::read(CONFIG).unwrap();
    let task = config.mailbox_task("refill").unwrap();
    let is_urgent = |words: &str| task.priority_of(words).is_some();
    for words in ["Hi, I have CHEST PAIN.", "chest, pain", "I can't breathe!", "Tengo sangrado."] {
        assert!(is_urgent(words), "{words}");
    }
    for words in ["", "My chest is fine, no pain.", "chestpain", "a refill, please"] {
        assert!(!is_urgent(words), "{words}");
    }
    assert!(config.mailbox_task("billing").is_none() && config.mailbox_task("removed").is_none());
}

#[test]
fn a_caller_who_was_served_is_not_missed() {
    for (closing, expected, line) in [
        (None, 1, "Inbound Twilio voice call; outcome=no-answer"),
        (Some(Closing::Served), 0, "Inbound Twilio voice call; outcome=served"),
        (Some(Closing::Rejected), 0, "Inbound Twilio voice call; outcome=rejected"),
    ] {
        let mut world = World::new(CONFIG);
        let root = sid("CA", 1);
        let mut log = CallState::default();
        let ended = [
            ("CallSid", root.as_str()),
            ("Direction", "inbound"),
            ("From", CALLER),
            ("To", CLINIC_NUMBER),
            ("CallStatus", "completed"),
        ];
        log.add(&CallEvent { closing, ..CallEvent::read(&ended, world.now).unwrap() });
        let call = world.fhir.put(&log.write(None, EXTENSION_BASE), world.now);
        assert_eq!(CallState::read(&json(&call.write())), log);
        notify(&mut world, &call);
        assert_eq!(world.fhir.of_type("Task").len(), expected, "{closing:?}");
        assert_eq!(text(&call, &["payload", "0", "contentString"]), line);
    }
}
