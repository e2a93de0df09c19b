// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tasks for calls that the clinic did not answer.

use plumline::chart::{CallContext, CallEvent, CallState, Closing};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::Reply;

use super::{MISSED, alerting, missed, notify, recorded_call};
use crate::automation::world::{CALLER, CLINIC_NUMBER, DAY, HOUR, MINUTE, World, leg};
use crate::constants::NOW;
use crate::fault::Faults;
use crate::json::{is, without_server_fields};
use crate::twilio::sid;

const TASKS: &str = r#"{"tasks":{"on":["missed","failed","voicemail","callback"],"owner":"Organization/front-desk"}}"#;

/// An answered call that staff placed.
fn reached(world: &mut World, number: u64, to: &str, patient: Option<&str>) -> Json {
    let (root, child) = (sid("CA", number), sid("CA", number + 1));
    let placed = [("Direction", "inbound"), ("From", "client:practitioner_1"), ("CallStatus", "completed")];
    let mut log = CallState::prepared(&CallContext { patient: patient.map(str::to_owned), ..CallContext::default() });
    log.add(&CallEvent::read(&[&[("CallSid", root.as_str())], &placed[..]].concat(), world.now).unwrap());
    let leg = [("CallSid", child.as_str()), ("ParentCallSid", &root), ("Direction", "outbound-dial"), ("To", to)];
    log.add(&CallEvent::read(&[&leg[..], &[("CallStatus", "completed")]].concat(), world.now).unwrap());
    world.fhir.put(&log.write(None, EXTENSION_BASE), world.now)
}

#[test]
fn a_missed_call_opens_one_task() {
    let mut world = World::new(TASKS);
    let call = missed(&mut world, 1);
    for _ in 0..3 {
        notify(&mut world, &call);
    }
    world.sweep_until_stable();
    let [task] = world.fhir.of_type("Task")[..] else { panic!("one task") };
    assert_eq!(
        without_server_fields(task),
        [
            r#"{"resourceType":"Task","identifier":[{"system":"https://plumline.dev/fhir/call-task","value":"CA00000000000000000000000000000001.missed"},{"system":"https://plumline.dev/fhir/caller","value":"+15550100123"}],"status":"requested","intent":"order","code":{"coding":[{"system":"https://plumline.dev/fhir/call-task-code","code":"missed"}],"text":"Call back after a missed call"},"focus":{"reference":"Communication/"#,
            call.get("id").and_then(Json::text).unwrap(),
            r#""},"for":{"reference":"Patient/p1"},"authoredOn":"2026-11-18T11:06:40.000Z","owner":{"reference":"Organization/front-desk"}}"#
        ]
        .concat()
    );
}

#[test]
fn only_plumline_calls_with_a_configured_outcome_open_a_task() {
    for (config, opened) in [(TASKS, 1), ("", 0), (r#"{"tasks":{"on":["failed"]}}"#, 0)] {
        let mut world = World::new(config);
        let call = missed(&mut world, 1);
        notify(&mut world, &call);
        assert_eq!(world.fhir.of_type("Task").len(), opened, "{config}");
    }
    let mut world = World::new(TASKS);
    let mut stranger = missed(&mut world, 1);
    stranger.set("category", Json::Null);
    notify(&mut world, &stranger);
    let mut running = missed(&mut world, 5);
    running.set("status", Json::of("in-progress"));
    notify(&mut world, &running);
    // An old call, a record of another application, and a deleted record open no task.
    world.now += 8 * DAY;
    let old = world.fhir.of_type("Communication")[1].clone();
    notify(&mut world, &old);
    world.now = NOW;
    let mut gone = old.clone();
    gone.set("id", Json::of("gone"));
    notify(&mut world, &gone);
    reached(&mut world, 9, CALLER, None);
    let answered = world.fhir.of_type("Communication")[2].clone();
    notify(&mut world, &answered);
    assert_eq!(world.fhir.of_type("Task").len(), 0);
    let deleted = Json::object([("deletedResource", old)]);
    assert_eq!(world.play(world.on_change(&deleted), &Faults::NONE).0.reply, Reply::Accepted);
    let other = Json::object([("resourceType", Json::of("Patient")), ("id", Json::of("p1"))]);
    assert!(matches!(world.play(world.on_change(&other), &Faults::NONE).0.reply, Reply::Invalid(_)));
}

/// Callbacks arrive in any order. The end of the root call may be stored before the leg that answered it.
#[test]
fn a_call_whose_answer_is_not_stored_yet_opens_no_task() {
    let ended = [("Direction", "inbound"), ("From", CALLER), ("To", CLINIC_NUMBER), ("CallStatus", "completed")];
    for (status, opened) in [("completed", 0), ("no-answer", 1)] {
        let mut world = World::new(&alerting("slack", 20));
        let mut child = leg(2, Some(1), CALLER, "client:desk", world.now - MINUTE, 20);
        child.status = status;
        world.twilio.legs.push(child);
        let call = recorded_call(&mut world, 1, &[&ended], None);
        notify(&mut world, &call);
        assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (opened, opened), "{status}");
    }
}

#[test]
fn a_call_that_the_dialplan_rejects_is_not_missed() {
    let mut world = World::new(TASKS);
    let root = sid("CA", 1);
    let opening = [("CallSid", root.as_str()), ("Direction", "inbound"), ("From", CALLER), ("To", CLINIC_NUMBER)];
    let mut event = CallEvent::from_first_request(&[&opening[..], &[("CallStatus", "ringing")]].concat(), NOW).unwrap();
    event.closing = Some(Closing::Rejected);
    let mut log = CallState::of(&[event]);
    log.add(&CallEvent::read(&[&[("CallSid", root.as_str())], MISSED].concat(), NOW + 1_000).unwrap());
    let record = log.write(None, EXTENSION_BASE);
    // The record keeps the whole log.
    assert_eq!(CallState::read(&record), log);
    let call = world.fhir.put(&record, NOW);
    notify(&mut world, &call);
    world.sweep_until_stable();
    assert!(world.fhir.of_type("Task").is_empty());
}

/// A caller who heard the emergency advice and spoke with no one. The task is urgent, also if there is a message.
#[test]
fn an_unanswered_emergency_opens_an_urgent_task() {
    let config = r#"{"tasks":{"on":["missed","voicemail","emergency"]},"actions":{"mail":[{"voicemail":{"greeting":{"text":"Speak."},
        "task":{"owner":"Organization/nurses","text":"Refill"}}}]}}"#;
    for (mailbox, answered) in [(None, false), (Some("mail"), false), (None, true)] {
        let mut world = World::new(config);
        let root = sid("CA", 1);
        let mut event = CallEvent::read(&[&[("CallSid", root.as_str())], MISSED].concat(), NOW).unwrap();
        event.emergency = true;
        let mut events = vec![event];
        let message = [("CallSid", root.as_str()), ("RecordingSid", "RE00000000000000000000000000000001")];
        if mailbox.is_some() {
            events.push(CallEvent { mailbox, ..CallEvent::read(&message, NOW).unwrap() });
        }
        let child = sid("CA", 2);
        let leg = [("CallSid", child.as_str()), ("ParentCallSid", &root), ("Direction", "outbound-dial")];
        let leg = [&leg[..], &[("To", "client:desk"), ("CallStatus", "completed"), ("CallDuration", "9")]].concat();
        if answered {
            events.push(CallEvent::read(&leg, NOW).unwrap());
        }
        let record = CallState::of(&events).write(None, EXTENSION_BASE);
        assert_eq!(CallState::read(&record), CallState::of(&events));
        let call = world.fhir.put(&record, NOW);
        notify(&mut world, &call);
        world.sweep_until_stable();
        let tasks = world.fhir.of_type("Task");
        assert_eq!(tasks.len(), usize::from(!answered), "{mailbox:?} {answered}");
        for task in tasks {
            assert!(is(task, "priority", "urgent"));
            let text = task.at(&["code", "text"]).and_then(Json::text);
            assert_eq!(text, Some("Call a caller who asked for the emergency advice"));
            assert_eq!(task.get("owner").is_some(), mailbox.is_some());
        }
    }
}

#[test]
fn a_late_event_corrects_the_task() {
    let mut world = World::new(TASKS);
    let call = missed(&mut world, 1);
    notify(&mut world, &call);
    let code = |world: &World| world.fhir.of_type("Task")[0].at(&["code", "coding", "0", "code"]).cloned();
    assert_eq!(code(&world), Some(Json::of("missed")));
    // The recording callback of the voicemail arrives after the end of the call.
    let root = sid("CA", 1);
    let mut log = CallState::read(&call);
    let message = [("CallSid", root.as_str()), ("RecordingSid", "RE00000000000000000000000000000001")];
    log.add(&CallEvent::read(&message, NOW).unwrap());
    let changed = log.write(Some(call.clone()), EXTENSION_BASE);
    world.fhir.put(&changed, NOW);
    // The Subscription still reports the older version.
    notify(&mut world, &call);
    assert_eq!(code(&world), Some(Json::of("voicemail")));
    // A late event shows that the call was answered, so the task is closed.
    let mut answered = world.fhir.of_type("Communication")[0].clone();
    answered.set("extension", Json::Null);
    let mut log = CallState::default();
    let child = sid("CA", 2);
    log.add(&CallEvent::read(&[&[("CallSid", root.as_str())], MISSED].concat(), NOW).unwrap());
    log.add(&CallEvent::read(&[("CallSid", root.as_str()), ("CallStatus", "completed")], NOW).unwrap());
    let leg = [("CallSid", child.as_str()), ("ParentCallSid", &root), ("CallStatus", "completed")];
    log.add(&CallEvent::read(&leg, NOW).unwrap());
    let answered = log.write(Some(answered), EXTENSION_BASE);
    world.fhir.put(&answered, NOW);
    world.sweep();
    assert!(is(world.fhir.of_type("Task")[0], "status", "cancelled"));
    assert_eq!(world.fhir.of_type("Task").len(), 1);
}

#[test]
fn a_requested_callback_opens_a_task() {
    let mut world = World::new(TASKS);
    let inbound = [("Direction", "inbound"), ("From", CALLER), ("To", CLINIC_NUMBER)];
    let left = [&inbound[..], &[("CallStatus", "in-progress"), ("QueueResult", "leave")]].concat();
    let asked = [&inbound[..], &[("CallStatus", "completed"), ("QueueResult", "callback")]].concat();
    let call = recorded_call(&mut world, 1, &[&left, &asked], None);
    notify(&mut world, &call);
    assert_eq!(world.fhir.of_type("Task")[0].at(&["code", "coding", "0", "code"]), Some(&Json::of("callback")));
}

#[test]
fn a_callback_within_the_day_closes_the_task() {
    for (later, to, patient, closed) in [
        (HOUR, CALLER, None, true),
        (HOUR, "+15550100999", Some("Patient/p1"), true),
        (HOUR, "+15550100999", Some("Patient/p2"), false),
        (HOUR, "+15550100999", None, false),
        (25 * HOUR, CALLER, Some("Patient/p1"), false),
    ] {
        // The calls are reported in order (0), in reverse order (1), or only found by the sweep (2).
        for order in 0..3 {
            if order == 1 && patient.is_none() {
                // Without a patient, only the sweep can match the two calls, because it reads both.
                continue;
            }
            let mut world = World::new(TASKS);
            let call = missed(&mut world, 1);
            world.now += later;
            let back = reached(&mut world, 9, to, patient);
            world.now += MINUTE;
            match order {
                0 => {
                    notify(&mut world, &call);
                    notify(&mut world, &back);
                }
                1 => {
                    notify(&mut world, &back);
                    notify(&mut world, &call);
                }
                _ => {
                    world.now = NOW;
                    world.sweep();
                    world.now += later + MINUTE;
                    world.sweep();
                }
            }
            let [task] = world.fhir.of_type("Task")[..] else { panic!("one task") };
            assert_eq!(is(task, "status", "completed"), closed, "{later} {to} {patient:?} {order}");
        }
    }
}

#[test]
fn a_callback_that_is_reported_before_the_missed_call_closes_its_task() {
    for patient in [Some("Patient/p1"), None] {
        for (to, status) in [(CALLER, "completed"), ("+15550100190", "requested")] {
            let mut world = World::new(TASKS);
            let call = recorded_call(&mut world, 1, &[MISSED], patient);
            world.now += 3 * MINUTE;
            reached(&mut world, 5, to, patient.filter(|_| to == CALLER));
            world.now += 7 * MINUTE;
            world.sweep_until_stable();
            assert!(is(world.fhir.of_type("Task")[0], "status", status), "{patient:?} {to}");
            notify(&mut world, &call);
            assert_eq!(world.fhir.of_type("Task").len(), 1);
        }
    }
}

#[test]
fn a_call_that_started_before_the_missed_call_does_not_close_its_task() {
    for (later, closed) in [(false, false), (true, true)] {
        for reported in [true, false] {
            let mut world = World::new(TASKS);
            let call = missed(&mut world, 1);
            // This call takes ten minutes. The other call is missed during this call or right before it.
            let began = if later { world.now + 1_000 } else { world.now - 5 * MINUTE };
            let mut log =
                CallState::prepared(&CallContext { patient: Some("Patient/p1".to_owned()), ..CallContext::default() });
            let legs = [
                leg(9, None, "client:practitioner_1", "", began, 600),
                leg(10, Some(9), CLINIC_NUMBER, CALLER, began + 5_000, 590),
            ];
            world.now += 12 * MINUTE;
            for leg in legs {
                log.add(&CallEvent::from_rest(&leg.json(world.now)).unwrap());
            }
            let placed = world.fhir.put(&log.write(None, EXTENSION_BASE), world.now);
            if reported {
                notify(&mut world, &call);
                notify(&mut world, &placed);
            } else {
                world.sweep();
                world.now += MINUTE;
                world.sweep();
            }
            let [task] = world.fhir.of_type("Task")[..] else { panic!("one task") };
            assert_eq!(is(task, "status", "completed"), closed, "{later} {reported}");
        }
    }
}
