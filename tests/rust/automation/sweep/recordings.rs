// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Recordings: the sweep finds those without a callback, and deletes them after the retention period.

use plumline::chart::{CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;

use crate::automation::world::{CALLER, CLINIC_NUMBER, DAY, HOUR, MINUTE, World, assert_same, leg, recording};
use crate::constants::NOW;
use crate::fault::{Faults, TRANSIENT};
use crate::json::is;
use crate::twilio::sid;

#[test]
fn recordings_are_deleted_after_the_retention_period() {
    let config = r#"{"recording":{"announcement":{"text":"This call is recorded."},"retentionDays":30}}"#;
    let mut world = World::new(config);
    let mut recordings = Vec::new();
    for number in 0..120 {
        let at = NOW - number * 12 * HOUR;
        let (root, recording) = (sid("CA", number * 4 + 1), sid("RE", number));
        let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("Direction", "inbound")];
        let recorded = [("RecordingSid", recording.as_str()), ("RecordingStatus", "completed")];
        let mut log = CallState::default();
        log.add(&CallEvent::read(&[pairs.as_slice(), &recorded].concat(), at).unwrap());
        world.fhir.put(&log.write(None, EXTENSION_BASE), at);
        if number % 7 != 0 {
            recordings.push(recording);
        }
    }
    // Some recordings were already deleted at Twilio. One belongs to a call of another application.
    recordings.push(sid("RE", 9_999));
    world.twilio.recordings.clone_from(&recordings);
    world.sweep_until_stable();
    // The sweep deletes each recording within an hour after its retention period.
    let remaining = |world: &World| world.twilio.recordings.len();
    let recent = |from: u64| {
        recordings
            .iter()
            .filter(|sid| {
                let number = u64::from_str_radix(&sid[2..], 16).unwrap();
                number == 9_999 || NOW - number * 12 * HOUR + 30 * DAY > from
            })
            .count()
    };
    assert_eq!(remaining(&world), recent(world.now));
    let deleted = world.twilio.deleted;
    world.now += 15 * DAY;
    world.sweep_until_stable();
    assert_eq!(remaining(&world), recent(world.now));
    assert!(world.twilio.deleted > deleted);
    // Each record has one entry about the deletion, and is otherwise unchanged.
    for call in world.fhir.of_type("Communication") {
        let extensions = call.get("extension").unwrap().elements();
        let gone = extensions.iter().filter(|item| item.write().contains("twilio-recording-deleted")).count();
        let old = plumline::time::parse_instant(call.get("sent").and_then(Json::text).unwrap()).unwrap() + 30 * DAY
            < world.now;
        assert_eq!(gone, usize::from(old));
        assert!(is(call, "status", "completed"));
    }
    let versions = world.fhir.resources.clone();
    world.now += MINUTE;
    world.sweep_until_stable();
    assert_eq!(
        world.fhir.of_type("Communication"),
        versions.iter().filter(|item| is(item, "resourceType", "Communication")).collect::<Vec<_>>()
    );
}

#[test]
fn the_age_of_a_recording_is_the_one_that_twilio_reports() {
    let mut world = World::new(RECORDING);
    // A user has edited the record of an old call: it names the recording of a new call.
    let (root, recent) = (sid("CA", 1), sid("RE", 1));
    let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("Direction", "inbound")];
    let recorded = [("RecordingSid", recent.as_str()), ("RecordingStatus", "completed")];
    let mut log = CallState::default();
    log.add(&CallEvent::read(&[pairs.as_slice(), &recorded].concat(), NOW - 2 * DAY).unwrap());
    world.fhir.put(&log.write(None, EXTENSION_BASE), NOW - 2 * DAY);
    world.twilio.recorded = vec![recording(1, &sid("CA", 5), NOW - 2 * HOUR, 20, "DialVerb")];
    world.twilio.recordings = vec![recent.clone()];
    world.sweep_until_stable();
    assert_eq!((world.twilio.deletions, &world.twilio.recordings), (0, &vec![recent]));
    // The retention period of the recording ends.
    world.now += 23 * HOUR;
    world.sweep_until_stable();
    assert_eq!((world.twilio.deletions, world.twilio.recordings.len()), (1, 0));
}

const RECORDING: &str =
    r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1},"tasks":{"on":["missed","voicemail"]}}"#;

#[test]
fn a_recording_without_a_callback_is_found() {
    for listed_with in [true, false] {
        let mut world = World::new(RECORDING);
        world.sweep();
        world.now += 10 * MINUTE;
        let at = world.now - 5 * MINUTE;
        world.twilio.legs =
            vec![leg(1, None, CALLER, CLINIC_NUMBER, at, 40), leg(5, None, CALLER, CLINIC_NUMBER, at, 60)];
        world.twilio.legs.push(leg(6, Some(5), CALLER, "client:desk", at + 5_000, 55));
        world.twilio.recorded = vec![
            recording(1, &sid("CA", 1), at + 20_000, 20, "RecordVerb"),
            recording(5, &sid("CA", 5), at + 5_000, 55, "DialVerb"),
            // One recording is of a call without a record, the other of a conference.
            recording(9, &sid("CA", 9), at + 5_000, 55, "DialVerb"),
            recording(13, "", at + 5_000, 55, "Conference"),
        ];
        world.twilio.recordings = (0..4).map(|number| sid("RE", number * 4 + 1)).collect();
        if !listed_with {
            // The callbacks stored the calls, but not the recordings. The voicemail seems to be a missed call.
            world.chart(&sid("CA", 1));
            world.chart(&sid("CA", 5));
            let recorded = std::mem::take(&mut world.twilio.recorded);
            world.sweep();
            assert_eq!(world.fhir.of_type("Task")[0].at(&["code", "coding", "0", "code"]), Some(&Json::of("missed")));
            world.twilio.recorded = recorded;
            world.now += MINUTE;
        }
        world.sweep();
        assert_eq!(world.calls().len(), 2);
        let (message, answered) = (world.call(&sid("CA", 1)), world.call(&sid("CA", 5)));
        let (of_message, of_answered) = (CallState::read(message), CallState::read(answered));
        let root = of_message.root_leg().unwrap();
        assert!(root.recordings().eq([&sid("RE", 1)]) && root.has_message());
        assert_eq!(root.count(plumline::chart::NumberField::Recording), Some(20));
        assert_eq!(of_message.started_at(), Some(at));
        let root = of_answered.root_leg().unwrap();
        assert!(root.recordings().eq([&sid("RE", 5)]) && !root.has_message());
        let [task] = world.fhir.of_type("Task")[..] else { panic!("one task") };
        assert_eq!(task.at(&["code", "coding", "0", "code"]), Some(&Json::of("voicemail")));
        // The next sweep changes nothing. After the retention period, a sweep deletes the recordings.
        let versions = world.calls();
        world.now += 2 * MINUTE;
        world.sweep();
        assert_eq!(world.calls(), versions);
        world.now += DAY;
        world.sweep_until_stable();
        assert_eq!(world.twilio.recordings, [sid("RE", 9), sid("RE", 13)]);
    }
}

#[test]
fn a_recording_of_a_call_in_progress_is_found() {
    let mut world = World::new(RECORDING);
    let at = NOW - 20 * MINUTE;
    world.twilio.legs = vec![leg(1, None, CALLER, CLINIC_NUMBER, at, 3_600)];
    world.twilio.recorded = vec![recording(1, &sid("CA", 1), at + 5_000, 600, "DialVerb")];
    world.sweep();
    assert!(world.call(&sid("CA", 1)).write().contains("recordingSid"));
}

#[test]
fn a_recording_in_progress_is_checked_again() {
    let mut world = World::new(RECORDING);
    let at = NOW - MINUTE;
    world.twilio.legs = vec![leg(1, None, CALLER, CLINIC_NUMBER, at, 2 * 3_600)];
    world.twilio.recorded = vec![recording(1, &sid("CA", 1), at + 5_000, 2 * 3_600 - 5, "DialVerb")];
    for _ in 0..20 {
        world.sweep();
        world.now += 5 * MINUTE;
        assert!(!world.call(&sid("CA", 1)).write().contains("recordingSid"));
    }
    for _ in 0..6 {
        world.sweep();
        world.now += 5 * MINUTE;
    }
    assert!(world.call(&sid("CA", 1)).write().contains("recordingSid"));
}

#[test]
fn the_list_of_recordings_is_read_only_if_needed_and_a_few_pages_per_run() {
    let message = r#"{"actions":{"message":[{"voicemail":{"greeting":{"text":"Speak."}}}]}}"#;
    for (config, lists) in [("", 1), (r#"{"tasks":{"on":["missed"]}}"#, 1), (RECORDING, 2), (message, 2)] {
        let mut world = World::new(config);
        world.sweep();
        assert_eq!(world.twilio.lists, lists, "{config}");
    }
    let mut world = World::new(RECORDING);
    world.sweep();
    let began = world.now;
    world.now += 12 * HOUR;
    for number in 0..900 {
        let at = began + number * 40_000;
        world.twilio.legs.push(leg(number * 4 + 1, None, CALLER, CLINIC_NUMBER, at, 30));
        world.twilio.recorded.push(recording(number, &sid("CA", number * 4 + 1), at + 10_000, 20, "RecordVerb"));
    }
    let found = |world: &World| world.calls().iter().filter(|call| call.contains("recordingSid")).count();
    let mut runs = 0;
    while found(&world) < 900 {
        let asked = world.sweep();
        assert!(asked <= 56, "{asked}");
        world.now += MINUTE;
        runs += 1;
        assert!(runs < 60, "{}", found(&world));
    }
    assert!(runs > 3, "{runs}");
}

#[test]
fn a_fault_at_any_round_trip_loses_no_message() {
    let mut initial = World::new(RECORDING);
    let at = NOW - 20 * MINUTE;
    for number in 0..6 {
        initial.twilio.legs.push(leg(number * 4 + 1, None, CALLER, CLINIC_NUMBER, at + number * MINUTE, 30));
        let created = at + number * MINUTE + 10_000;
        initial.twilio.recorded.push(recording(number, &sid("CA", number * 4 + 1), created, 20, "RecordVerb"));
    }
    initial.twilio.page = Some(3);
    let mut fault_free = initial.clone();
    let asked = fault_free.sweep();
    for _ in 0..3 {
        fault_free.now += MINUTE;
        fault_free.sweep();
    }
    assert!(fault_free.calls().iter().all(|call| call.contains("recordingSid")));
    for at in 0..asked {
        for fault in TRANSIENT {
            let mut world = initial.clone();
            world.play(world.cron(), &Faults::at(at, fault));
            for _ in 0..3 {
                world.now += MINUTE;
                world.sweep();
            }
            assert_same(&world.calls(), &fault_free.calls(), &format!("{at} {fault:?}"));
            let tasks = world.fhir.of_type("Task");
            assert!(
                tasks.len() == 6
                    && tasks
                        .iter()
                        .all(|task| task.write().contains(".voicemail") || task.write().contains("\"voicemail\"")),
                "{at} {fault:?}"
            );
        }
    }
}

/// A world with `count` recorded calls, one every 20 minutes. The retention period is a day.
fn recorded(count: u64) -> World {
    let mut world = World::new(r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1}}"#);
    for number in 0..count {
        let (root, recording) = (sid("CA", number * 4 + 1), sid("RE", number));
        let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("RecordingSid", &recording)];
        let mut log = CallState::default();
        let at = NOW - 2 * DAY - (count - number) * 20 * MINUTE;
        log.add(&CallEvent::read(&pairs, at).unwrap());
        world.fhir.put(&log.write(None, EXTENSION_BASE), at);
        world.twilio.recordings.push(recording);
    }
    world
}

#[test]
fn a_recording_that_cannot_be_deleted_does_not_block_others() {
    // Twilio does not delete the recordings of the first 60 calls and of call 100.
    for status in [400, 403, 409, 423, 429, 500] {
        let mut world = recorded(180);
        let undeletable: Vec<u64> = (0..60).chain([100]).collect();
        world.twilio.undeletable = undeletable.iter().map(|number| (sid("RE", *number), status)).collect();
        for _ in 0..20 {
            let asked = world.sweep();
            assert!(asked <= 56, "{asked}");
            world.now += MINUTE;
        }
        assert_eq!(world.twilio.recordings.len(), undeletable.len(), "{status}");
        // The sweep retries some of them once or twice an hour. It does not retry after a permanent refusal.
        let before = world.twilio.deletions;
        for _ in 0..20 {
            world.sweep();
            world.now += HOUR;
        }
        let tries = world.twilio.deletions - before;
        let for_good = matches!(status, 400 | 423);
        assert!(if for_good { tries == 0 } else { tries >= 190 }, "{status} {tries}");
        assert!(tries <= 2 * 21 * undeletable.len(), "{status} {tries}");
        world.twilio.undeletable.clear();
        for _ in 0..70 {
            world.sweep();
            world.now += MINUTE;
        }
        assert_eq!(world.twilio.recordings.len(), if for_good { undeletable.len() } else { 0 }, "{status}");
    }
}

#[test]
fn an_outage_loses_no_deletion_of_a_recording() {
    for status in [401, 403, 429, 503] {
        let mut world = recorded(120);
        world.twilio.undeletable.push(("*".to_owned(), status));
        for _ in 0..200 {
            world.twilio.deletions = 0;
            let asked = world.sweep();
            assert!(asked <= 56, "{asked}");
            // A run stops early if every deletion fails.
            assert!(world.twilio.deletions <= 10 || status == 403, "{status} {}", world.twilio.deletions);
            world.now += MINUTE;
        }
        assert_eq!(world.twilio.recordings.len(), 120);
        world.twilio.undeletable.clear();
        for _ in 0..70 {
            world.sweep();
            world.now += MINUTE;
        }
        assert_eq!(world.twilio.recordings.len(), 0, "{status}");
        assert!(world.calls().iter().all(|call| call.matches("twilio-recording-deleted").count() == 1), "{status}");
    }
}

#[test]
fn a_day_with_many_recordings_is_processed_completely() {
    let mut world = recorded(0);
    for number in 0..2_600 {
        let (root, recording) = (sid("CA", number * 4 + 1), sid("RE", number));
        let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("RecordingSid", &recording)];
        let mut log = CallState::default();
        let at = NOW - 2 * DAY + number * 30_000;
        log.add(&CallEvent::read(&pairs, at).unwrap());
        world.fhir.put(&log.write(None, EXTENSION_BASE), at);
        world.twilio.recordings.push(recording);
    }
    for _ in 0..40 {
        world.sweep();
        world.now += MINUTE;
    }
    assert_eq!(world.twilio.recordings.len(), 0);
}

#[test]
fn every_recording_is_deleted_despite_a_fault_at_any_round_trip() {
    let mut initial = World::new(r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1}}"#);
    for number in 0..4 {
        let (root, recording) = (sid("CA", number * 4 + 1), sid("RE", number));
        let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("RecordingSid", &recording)];
        let mut log = CallState::default();
        log.add(&CallEvent::read(&pairs, NOW - 3 * DAY + number * HOUR).unwrap());
        initial.fhir.put(&log.write(None, EXTENSION_BASE), NOW - 3 * DAY);
        initial.twilio.recordings.push(recording);
    }
    let asked = initial.clone().sweep();
    for at in 0..asked {
        for fault in TRANSIENT {
            let mut world = initial.clone();
            world.play(world.cron(), &Faults::at(at, fault));
            world.now += MINUTE;
            world.sweep();
            assert_eq!(world.twilio.recordings.len(), 0, "{at} {fault:?}");
            assert!(
                world.calls().iter().all(|call| call.matches("twilio-recording-deleted").count() == 1),
                "{at} {fault:?}"
            );
        }
    }
}
