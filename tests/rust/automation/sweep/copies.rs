// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Copies of recordings in the chart: made once, readable by who may read the call, deleted with the recording.

use plumline::chart::{CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;

use crate::automation::world::{DAY, HOUR, MINUTE, World, recording};
use crate::constants::NOW;
use crate::fault::{Faults, TRANSIENT};
use crate::json::json;
use crate::random::Random;
use crate::twilio::sid;

const CONFIG: &str = r#"{"actions":{"message":[{"voicemail":{"greeting":{"text":"Speak."}}}]}}"#;
const RETENTION: &str = r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":2}}"#;

/// A world in which call `CA1` left the message `RE1`.
fn with_message(config: &str) -> World {
    let mut world = World::new(config);
    let at = NOW - 5 * MINUTE;
    add_call(&mut world, 1, &[1], at);
    world.twilio.recorded = vec![recording(1, &sid("CA", 1), at + 10_000, 27, "RecordVerb")];
    world.twilio.recordings = vec![sid("RE", 1)];
    world
}

fn add_call(world: &mut World, number: u64, recordings: &[u64], at: u64) {
    let root = sid("CA", number);
    let mut log = CallState::default();
    for recording in recordings {
        let recording = sid("RE", *recording);
        let pairs = [
            ("CallSid", root.as_str()),
            ("CallStatus", "completed"),
            ("Direction", "inbound"),
            ("RecordingSid", &recording),
            ("RecordingStatus", "completed"),
            ("RecordingSource", "RecordVerb"),
        ];
        log.add(&CallEvent::read(&pairs, at).unwrap());
    }
    world.fhir.put(&log.write(None, EXTENSION_BASE), at);
}

fn attachments(world: &World, number: u64) -> Vec<Json> {
    let payload = world.call(&sid("CA", number)).get("payload").map(Json::elements).unwrap_or_default();
    payload.iter().filter_map(|item| item.get("contentAttachment").cloned()).collect()
}

/// Sweeps every minute.
fn sweep(world: &mut World, minutes: u64) {
    for _ in 0..minutes {
        world.sweep();
        world.now += MINUTE;
    }
}

/// Each `Binary` with audio is attached to the call of that recording, and each recording is attached once.
fn assert_attached_once(world: &World, number: u64, recordings: &[u64], of: &str) {
    let mut attached = Vec::new();
    for attachment in attachments(world, number) {
        let url = attachment.get("url").and_then(Json::text).expect("a URL");
        attached.push(world.audio.get(url).expect("audio").clone());
        let binary = world.fhir.read(url);
        let context = binary.at(&["securityContext", "reference"]).and_then(Json::text).unwrap().to_owned();
        assert!(context.ends_with(world.call(&sid("CA", number)).get("id").and_then(Json::text).unwrap()));
    }
    attached.sort();
    assert_eq!(attached, recordings.iter().map(|number| sid("RE", *number)).collect::<Vec<_>>(), "{of}");
    let existing = world.audio.keys().filter(|binary| world.fhir.get(binary).is_some()).count();
    assert_eq!(existing, recordings.len(), "{of}: audio that no record names");
}

#[test]
fn a_message_is_copied_and_attached_with_its_length() {
    let mut world = with_message(CONFIG);
    sweep(&mut world, 1);
    assert_attached_once(&world, 1, &[1], "");
    let expected =
        r#"{"contentType":"audio/mpeg","url":"URL","size":4321,"title":"Voicemail, 27 s","creation":"CREATED"}"#;
    let attachment = attachments(&world, 1).remove(0);
    let url = attachment.get("url").and_then(Json::text).unwrap();
    let created = plumline::time::instant((NOW - 5 * MINUTE + 10_000) / 1_000 * 1_000);
    assert_eq!(attachment, json(&expected.replace("URL", url).replace("CREATED", &created)));
    let call = world.call(&sid("CA", 1)).write();
    assert!(call.contains(r#"{"url":"durationSeconds","valueInteger":27}"#), "{call}");
    assert_eq!((world.fhir.of_type("Binary").len(), world.copies), (1, 1));
    let changes = world.calls();
    sweep(&mut world, 5);
    assert_eq!((world.calls(), world.copies), (changes, 1));
}

#[test]
fn simultaneous_and_repeated_events_copy_once() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let mut world = with_message(CONFIG);
        let call = world.call(&sid("CA", 1)).clone();
        let mut flows: Vec<_> = (0..4).map(|_| world.on_change(&call)).collect();
        flows.push(world.cron());
        world.race(flows, &mut random);
        let call = world.call(&sid("CA", 1)).clone();
        world.race(vec![world.on_change(&call), world.cron()], &mut random);
        world.now += 3 * MINUTE;
        sweep(&mut world, 2);
        assert_attached_once(&world, 1, &[1], &format!("{seed}"));
        assert_eq!((world.copies, world.fhir.of_type("Binary").len()), (1, 1), "{seed}");
    }
}

#[test]
fn a_fault_at_any_round_trip_leaves_one_copy() {
    let mut initial = with_message(CONFIG);
    add_call(&mut initial, 5, &[5, 6], NOW - 4 * MINUTE);
    for number in [5, 6] {
        initial.twilio.recorded.push(recording(number, &sid("CA", 5), NOW - 4 * MINUTE, 20, "RecordVerb"));
        initial.twilio.recordings.push(sid("RE", number));
    }
    for (number, recordings) in [(1, &[1][..]), (5, &[5, 6])] {
        let call = initial.call(&sid("CA", number)).clone();
        let asked = { initial.clone().play(initial.on_change(&call), &Faults::NONE).1 };
        assert!(asked >= 6, "{asked}");
        for at in 0..asked {
            for fault in TRANSIENT {
                let mut world = initial.clone();
                world.play(world.on_change(&call), &Faults::at(at, fault));
                sweep(&mut world, 6);
                let of = format!("{number} {at} {fault:?}");
                let others = world.audio.len() - if number == 1 { 2 } else { 1 };
                assert!(others >= recordings.len(), "{of}");
                // Only the audio of this call counts here.
                let other = if number == 1 { 5 } else { 1 };
                let foreign: Vec<String> = attachments(&world, other)
                    .iter()
                    .map(|item| item.get("url").and_then(Json::text).unwrap().to_owned())
                    .collect();
                world.audio.retain(|binary, _| !foreign.contains(binary));
                assert_attached_once(&world, number, recordings, &of);
            }
        }
    }
}

#[test]
fn a_failed_copy_is_tried_again_and_reported() {
    for (status, code) in [(500, "TWILIO_UNAVAILABLE"), (404, "TWILIO_REFUSED"), (401, "TWILIO_REFUSED")] {
        let mut world = with_message(CONFIG);
        world.twilio.audio_status = status;
        let (response, _) = world.play(world.cron(), &Faults::NONE);
        let log = response.log.join("\n");
        assert!(log.contains("RECORDING_NOT_COPIED") && log.contains(code), "{log}");
        world.now += MINUTE;
        sweep(&mut world, 120);
        // Every third minute in the first hour, because another run may still be copying, and then once an hour.
        assert!((15..40).contains(&world.copies), "{}", world.copies);
        let before = world.copies;
        sweep(&mut world, 24 * 60);
        assert!((22..=26).contains(&(world.copies - before)), "{}", world.copies - before);
        assert_eq!((attachments(&world, 1).len(), world.fhir.of_type("Binary").len()), (0, 1));
        world.twilio.audio_status = 0;
        sweep(&mut world, 61);
        assert_attached_once(&world, 1, &[1], "");
        // After seven days, the bot gives up.
        let mut world = with_message(CONFIG);
        world.twilio.audio_status = status;
        sweep(&mut world, 1);
        world.now += 7 * DAY;
        let before = world.copies;
        sweep(&mut world, 120);
        assert_eq!(world.copies, before);
    }
}

#[test]
fn a_recording_that_is_too_large_is_not_tried_again() {
    let mut world = with_message(CONFIG);
    world.twilio.audio_status = 413;
    let (response, _) = world.play(world.cron(), &Faults::NONE);
    assert!(response.log.join(" ").contains("RECORDING_TOO_LARGE"));
    world.twilio.audio_status = 0;
    world.now += MINUTE;
    sweep(&mut world, 180);
    assert_eq!((world.copies, attachments(&world, 1).len(), world.fhir.of_type("Binary").len()), (1, 0, 0));
    assert!(world.call(&sid("CA", 1)).write().contains("too-large"));
}

#[test]
fn a_missing_right_is_reported_and_can_be_added_later() {
    for refused in ["POST Binary", "PUT Communication"] {
        let mut world = with_message(CONFIG);
        world.fhir.refused.push((refused.to_owned(), 403));
        let (response, _) = world.play(world.cron(), &Faults::NONE);
        let log = response.log.join(" ");
        assert!(log.contains("RECORDING_NOT_COPIED") && log.contains("CHART_REFUSED"), "{log}");
        assert_eq!(world.fhir.of_type("Binary").len(), 0, "{refused}");
        world.now += 5 * HOUR;
        sweep(&mut world, 2);
        world.fhir.refused.clear();
        sweep(&mut world, 62);
        assert_attached_once(&world, 1, &[1], refused);
    }
}

#[test]
fn a_record_that_was_edited_gets_only_the_audio_of_its_own_call() {
    // The record names the recording of another call.
    let mut world = with_message(CONFIG);
    world.twilio.recorded[0].call = sid("CA", 9);
    sweep(&mut world, 70);
    assert_eq!((world.copies, attachments(&world, 1).len()), (0, 0));
    // The record names a `Binary` of another resource, as if a copy to it had started.
    let mut world = with_message(CONFIG);
    let other = world.fhir.put(
        &json(r#"{"resourceType":"Binary","contentType":"audio/mpeg","securityContext":{"reference":"Patient/x"}}"#),
        NOW,
    );
    let other = format!("Binary/{}", other.get("id").and_then(Json::text).unwrap());
    let started = format!(
        r#"{{"url":"{EXTENSION_BASE}/twilio-recording-copy","extension":[{{"url":"recordingSid","valueString":"{}"}},{{"url":"binary","valueReference":{{"reference":"{other}"}}}},{{"url":"started","valueInstant":"2026-01-01T00:00:00.000Z"}}]}}"#,
        sid("RE", 1)
    );
    let call = world.call(&sid("CA", 1)).clone();
    let mut extensions = call.get("extension").unwrap().elements().to_vec();
    extensions.push(json(&started));
    let reference = format!("Communication/{}", call.get("id").and_then(Json::text).unwrap());
    world.fhir.set(&reference, "extension", Json::List(extensions), NOW);
    sweep(&mut world, 2);
    assert!(!world.audio.contains_key(&other));
    assert_attached_once(&world, 1, &[1], "");
    // A user removes the attachment, or the extensions. The recording is not copied again.
    for name in ["payload", "extension"] {
        let mut world = with_message(CONFIG);
        sweep(&mut world, 1);
        let keep = |item: &Json| item.get("contentAttachment").is_none() && !item.write().contains("recording-copy");
        let kept = world.call(&sid("CA", 1)).get(name).unwrap().elements().iter().filter(|item| keep(item)).cloned();
        let kept = Json::List(kept.collect());
        let call = world.call(&sid("CA", 1)).clone();
        let reference = format!("Communication/{}", call.get("id").and_then(Json::text).unwrap());
        let now = world.now;
        world.fhir.set(&reference, name, kept, now);
        sweep(&mut world, 5);
        assert_eq!(world.copies, 1, "{name}");
    }
}

#[test]
fn the_retention_period_ends_for_both_copies() {
    let mut world = with_message(RETENTION);
    sweep(&mut world, 1);
    assert_attached_once(&world, 1, &[1], "");
    world.now += DAY;
    sweep(&mut world, 70);
    assert_eq!(world.fhir.of_type("Binary").len(), 1);
    world.now += DAY;
    sweep(&mut world, 70);
    assert_eq!((world.fhir.of_type("Binary").len(), world.twilio.recordings.len()), (0, 0));
    let attachment = attachments(&world, 1).remove(0);
    assert_eq!(attachment.get("url"), None);
    assert_eq!(attachment.get("title"), Some(&Json::of("Voicemail, 27 s, deleted")));
    let call = world.call(&sid("CA", 1)).write();
    assert!(call.contains("twilio-recording-deleted") && !call.contains("twilio-recording-copy"), "{call}");
    let before = world.calls();
    sweep(&mut world, 130);
    assert_eq!((world.calls(), world.copies), (before, 1));
}

#[test]
fn a_copy_that_cannot_be_deleted_is_tried_again() {
    let mut world = with_message(RETENTION);
    sweep(&mut world, 1);
    world.fhir.refused.push(("DELETE Binary".to_owned(), 500));
    world.now += 2 * DAY;
    sweep(&mut world, 70);
    let call = world.call(&sid("CA", 1)).write();
    assert!(world.twilio.recordings.is_empty() && !call.contains("twilio-recording-deleted"), "{call}");
    world.fhir.refused.clear();
    sweep(&mut world, 130);
    assert_eq!(world.fhir.of_type("Binary").len(), 0);
    assert!(world.call(&sid("CA", 1)).write().contains("twilio-recording-deleted"));
}

#[test]
fn the_sweep_does_not_delete_a_binary_of_another_resource() {
    let mut world = with_message(RETENTION);
    sweep(&mut world, 1);
    let [binary] = world.fhir.of_type("Binary")[..] else { panic!("one Binary") };
    let reference = format!("Binary/{}", binary.get("id").and_then(Json::text).unwrap());
    world.fhir.set(&reference, "securityContext", json(r#"{"reference":"Patient/x"}"#), NOW);
    world.now += 2 * DAY;
    sweep(&mut world, 70);
    assert!(world.fhir.get(&reference).is_some());
    assert!(world.call(&sid("CA", 1)).write().contains("twilio-recording-deleted"));
}

#[test]
fn a_recording_near_the_end_of_its_retention_period_is_not_copied() {
    for (days, copies) in [(0, 0), (1, 1)] {
        let mut world = with_message(&RETENTION.replace("\"retentionDays\":2", &format!("\"retentionDays\":{days}")));
        sweep(&mut world, 5);
        assert_eq!(world.copies, copies, "{days}");
    }
}

#[test]
fn the_config_turns_copies_off() {
    let config = r#"{"recording":{"announcement":{"text":"Recorded."},"copy":false}}"#;
    let mut world = with_message(config);
    sweep(&mut world, 3);
    let call = world.call(&sid("CA", 1)).clone();
    world.play(world.on_change(&call), &Faults::NONE);
    assert_eq!((world.copies, world.fhir.of_type("Binary").len()), (0, 0));
}
