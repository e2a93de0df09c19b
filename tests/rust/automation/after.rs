// SPDX-License-Identifier: Apache-2.0 OR MIT

//! After a call: tasks and alerts once each, whoever tells of it, how often and at the same time.

use plumline::chart::{CallEvent, CallLog, Context};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::{Flow, Reply};

use crate::automation::world::{ALERTS, CALLER, DAY, HOUR, MINUTE, OURS, World, leg};
use crate::constants::NOW;
use crate::fault::{Faults, TRANSIENT};
use crate::json::{bare, is, json};
use crate::random::Random;
use crate::run::{Run, play};
use crate::twilio::sid;

const TASKS: &str = r#"{"tasks":{"on":["missed","failed","voicemail","callback"],"owner":"Organization/front-desk"}}"#;

fn alerting(format: &str, per_hour: u32) -> String {
    format!(
        r#"{{"alerts":{{"url":"{ALERTS}","format":"{format}","on":["missed","voicemail"],"perHour":{per_hour}}},"tasks":{{"on":["missed","voicemail"]}}}}"#
    )
}

/// A call in the chart, of the patient `p1`.
fn charted(world: &mut World, number: u64, events: &[&[(&str, &str)]], patient: Option<&str>) -> Json {
    let root = sid("CA", number);
    let mut log = CallLog::ticket(&Context { patient: patient.map(str::to_owned), ..Context::default() });
    for pairs in events {
        let pairs = [&[("CallSid", root.as_str())], *pairs].concat();
        log.add(&CallEvent::read(&pairs, world.now).unwrap());
    }
    world.fhir.put(&log.write(None, EXTENSION_BASE), world.now)
}

const MISSED: &[(&str, &str)] =
    &[("Direction", "inbound"), ("From", CALLER), ("To", OURS), ("CallStatus", "no-answer")];

fn missed(world: &mut World, number: u64) -> Json {
    charted(world, number, &[MISSED], Some("Patient/p1"))
}

/// A call that our people placed and somebody answered.
fn reached(world: &mut World, number: u64, to: &str, patient: Option<&str>) -> Json {
    let (root, child) = (sid("CA", number), sid("CA", number + 1));
    let placed = [("Direction", "inbound"), ("From", "client:practitioner_1"), ("CallStatus", "completed")];
    let mut log = CallLog::ticket(&Context { patient: patient.map(str::to_owned), ..Context::default() });
    log.add(&CallEvent::read(&[&[("CallSid", root.as_str())], &placed[..]].concat(), world.now).unwrap());
    let leg = [("CallSid", child.as_str()), ("ParentCallSid", &root), ("Direction", "outbound-dial"), ("To", to)];
    log.add(&CallEvent::read(&[&leg[..], &[("CallStatus", "completed")]].concat(), world.now).unwrap());
    world.fhir.put(&log.write(None, EXTENSION_BASE), world.now)
}

fn notify(world: &mut World, call: &Json) -> Vec<String> {
    let (done, asked) = world.play(world.on_change(call), &Faults::NONE);
    assert_eq!(done.reply, Reply::Accepted, "{:?}", done.log);
    assert!(asked <= 7, "{asked}");
    done.log
}

#[test]
fn a_missed_call_opens_one_task() {
    let mut world = World::new(TASKS);
    let call = missed(&mut world, 1);
    for _ in 0..3 {
        notify(&mut world, &call);
    }
    world.settle();
    let [task] = world.fhir.of_type("Task")[..] else { panic!("one task") };
    assert_eq!(
        bare(task),
        [
            r#"{"resourceType":"Task","identifier":[{"system":"https://plumline.dev/fhir/call-task","value":"CA00000000000000000000000000000001.missed"},{"system":"https://plumline.dev/fhir/caller","value":"+15550100123"}],"status":"requested","intent":"order","code":{"coding":[{"system":"https://plumline.dev/fhir/call-task-code","code":"missed"}],"text":"Call back after a missed call"},"focus":{"reference":"Communication/"#,
            call.get("id").and_then(Json::text).unwrap(),
            r#""},"for":{"reference":"Patient/p1"},"authoredOn":"2026-11-18T11:06:40.000Z","owner":{"reference":"Organization/front-desk"}}"#
        ]
        .concat()
    );
}

#[test]
fn only_what_the_config_names_and_what_is_a_call_of_ours_opens_a_task() {
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
    // Long ago, by another tool, or gone by now.
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

/// The callbacks of a call come in any order: the end of the root may be stored before the leg that was answered.
#[test]
fn a_call_whose_answer_is_not_in_the_chart_yet_opens_no_task() {
    let ended = [("Direction", "inbound"), ("From", CALLER), ("To", OURS), ("CallStatus", "completed")];
    for (status, opened) in [("completed", 0), ("no-answer", 1)] {
        let mut world = World::new(&alerting("slack", 20));
        let mut child = leg(2, Some(1), CALLER, "client:desk", world.now - MINUTE, 20);
        child.status = status;
        world.twilio.legs.push(child);
        let call = charted(&mut world, 1, &[&ended], None);
        notify(&mut world, &call);
        assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (opened, opened), "{status}");
    }
}

#[test]
fn nobody_missed_a_call_that_the_dialplan_turned_away() {
    let mut world = World::new(TASKS);
    let root = sid("CA", 1);
    let opening = [("CallSid", root.as_str()), ("Direction", "inbound"), ("From", CALLER), ("To", OURS)];
    let mut event = CallEvent::opening(&[&opening[..], &[("CallStatus", "ringing")]].concat(), NOW).unwrap();
    event.rejected = true;
    let mut log = CallLog::of(&[event]);
    log.add(&CallEvent::read(&[&[("CallSid", root.as_str())], MISSED].concat(), NOW + 1_000).unwrap());
    let record = log.write(None, EXTENSION_BASE);
    // It reads back.
    assert_eq!(CallLog::read(&record), log);
    let call = world.fhir.put(&record, NOW);
    notify(&mut world, &call);
    world.settle();
    assert!(world.fhir.of_type("Task").is_empty());
}

#[test]
fn what_comes_late_corrects_the_task() {
    let mut world = World::new(TASKS);
    let call = missed(&mut world, 1);
    notify(&mut world, &call);
    let code = |world: &World| world.fhir.of_type("Task")[0].at(&["code", "coding", "0", "code"]).cloned();
    assert_eq!(code(&world), Some(Json::of("missed")));
    // The message's event comes after the end of the call.
    let root = sid("CA", 1);
    let mut log = CallLog::read(&call);
    let message = [("CallSid", root.as_str()), ("RecordingSid", "RE00000000000000000000000000000001")];
    log.add(&CallEvent::read(&message, NOW).unwrap());
    let changed = log.write(Some(call.clone()), EXTENSION_BASE);
    world.fhir.put(&changed, NOW);
    // The Subscription still tells of the older version.
    notify(&mut world, &call);
    assert_eq!(code(&world), Some(Json::of("voicemail")));
    // It turns out that somebody answered: nothing is left to do.
    let mut answered = world.fhir.of_type("Communication")[0].clone();
    answered.set("extension", Json::Null);
    let mut log = CallLog::default();
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
fn a_callback_asked_for_is_an_occasion() {
    let mut world = World::new(TASKS);
    let inbound = [("Direction", "inbound"), ("From", CALLER), ("To", OURS)];
    let left = [&inbound[..], &[("CallStatus", "in-progress"), ("QueueResult", "leave")]].concat();
    let asked = [&inbound[..], &[("CallStatus", "completed"), ("QueueResult", "callback")]].concat();
    let call = charted(&mut world, 1, &[&left, &asked], None);
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
        // Told in order; told the other way round; found by the sweep.
        for order in 0..3 {
            if order == 1 && patient.is_none() {
                // Without a patient only the sweep, which sees both, finds out.
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
fn a_callback_that_was_told_of_first_closes_the_task() {
    for patient in [Some("Patient/p1"), None] {
        for (to, status) in [(CALLER, "completed"), ("+15550100190", "requested")] {
            let mut world = World::new(TASKS);
            let call = charted(&mut world, 1, &[MISSED], patient);
            world.now += 3 * MINUTE;
            reached(&mut world, 5, to, patient.filter(|_| to == CALLER));
            world.now += 7 * MINUTE;
            world.settle();
            assert!(is(world.fhir.of_type("Task")[0], "status", status), "{patient:?} {to}");
            notify(&mut world, &call);
            assert_eq!(world.fhir.of_type("Task").len(), 1);
        }
    }
}

#[test]
fn a_call_that_began_before_the_missed_one_does_not_answer_it() {
    for (later, closed) in [(false, false), (true, true)] {
        for told in [true, false] {
            let mut world = World::new(TASKS);
            let call = missed(&mut world, 1);
            // Of ten minutes; the other is missed in the midst of it, or just before.
            let began = if later { world.now + 1_000 } else { world.now - 5 * MINUTE };
            let mut log = CallLog::ticket(&Context { patient: Some("Patient/p1".to_owned()), ..Context::default() });
            let legs = [
                leg(9, None, "client:practitioner_1", "", began, 600),
                leg(10, Some(9), OURS, CALLER, began + 5_000, 590),
            ];
            world.now += 12 * MINUTE;
            for leg in legs {
                log.add(&CallEvent::from_rest(&leg.json(world.now)).unwrap());
            }
            let placed = world.fhir.put(&log.write(None, EXTENSION_BASE), world.now);
            if told {
                notify(&mut world, &call);
                notify(&mut world, &placed);
            } else {
                world.sweep();
                world.now += MINUTE;
                world.sweep();
            }
            let [task] = world.fhir.of_type("Task")[..] else { panic!("one task") };
            assert_eq!(is(task, "status", "completed"), closed, "{later} {told}");
        }
    }
}

#[test]
fn tasks_and_alerts_are_made_once_in_any_race() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let mut world = World::new(&alerting("slack", 20));
        let calls = [missed(&mut world, 1), missed(&mut world, 5)];
        let mut runs = Vec::new();
        for _ in 0..5 {
            runs.push(world.on_change(random.pick(&calls)));
        }
        runs.push(world.cron());
        runs.push(world.cron());
        world.race(runs, &mut random);
        world.now += MINUTE;
        world.sweep();
        assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (2, 2), "seed {seed}");
        let unsent = world.fhir.of_type("Communication").iter().filter(|one| is(one, "status", "in-progress")).count();
        assert_eq!(unsent, 0);
    }
}

#[test]
fn alerts_say_what_and_when_and_nothing_else() {
    let mut world = World::new(&alerting("slack", 20));
    let call = missed(&mut world, 1);
    notify(&mut world, &call);
    let id = call.get("id").and_then(Json::text).unwrap().to_owned();
    let text =
        format!("Plumline: A call was missed (2026-11-18T11:06:40.000Z, Communication/{id}; alert 1 of the hour)");
    assert_eq!(world.posts, [Json::object([("text", Json::of(&text))])]);
    let mut world = World::new(&alerting("datadog", 20));
    let call = missed(&mut world, 1);
    notify(&mut world, &call);
    assert_eq!(
        world.posts[0].write(),
        format!(
            r#"{{"title":"Plumline: missed","text":"{text}","alert_type":"warning","tags":["source:plumline","occasion:missed"]}}"#
        )
    );
    let intent = world.fhir.of_type("Communication")[1];
    assert!(is(intent, "status", "completed") && intent.write().contains("plumline-alert"));
    // An alert is no call: its own record starts nothing.
    let intent = intent.clone();
    notify(&mut world, &intent);
    assert_eq!((world.posts.len(), world.fhir.of_type("Task").len()), (1, 1));
}

#[test]
fn no_hour_has_more_alerts_than_the_config_allows() {
    for seed in 0..10 {
        let mut random = Random::new(seed);
        let mut world = World::new(&alerting("slack", 3));
        // The hour begins at 11:00; it is 11:06:40.
        let mut runs = Vec::new();
        for number in 0..10 {
            let call = missed(&mut world, number * 4 + 1);
            runs.push(world.on_change(&call));
        }
        world.race(runs, &mut random);
        let sent = 3;
        assert_eq!(world.posts.len(), sent, "seed {seed}");
        assert_eq!(world.fhir.of_type("Task").len(), 10);
        // A quiet hour, and then one summary.
        world.sweep();
        world.now = NOW + 57 * MINUTE;
        world.sweep();
        assert_eq!(world.posts.len(), sent + 1);
        let summary = world.posts[sent].write();
        assert!(
            summary.contains(&format!(
                "Alerts held back from 2026-11-18T11:00:00.000Z to 2026-11-18T12:00:00.000Z: {} (",
                10 - sent
            )),
            "{summary}"
        );
        for _ in 0..3 {
            let runs = vec![world.cron(), world.cron()];
            world.race(runs, &mut random);
            world.now += 40 * MINUTE;
        }
        assert_eq!(world.posts.len(), sent + 1);
        // The next hour has alerts again.
        let call = missed(&mut world, 101);
        notify(&mut world, &call);
        assert_eq!(world.posts.len(), sent + 2);
    }
}

#[test]
fn an_alert_that_does_not_come_through_is_tried_again_for_an_hour() {
    for (status, tries, ends) in [(500, 31, "stopped"), (404, 1, "stopped"), (429, 31, "stopped")] {
        let mut world = World::new(&alerting("slack", 20));
        world.alert_status = status;
        let call = missed(&mut world, 1);
        assert_eq!(notify(&mut world, &call).len(), 1);
        for _ in 0..70 {
            world.now += MINUTE;
            world.sweep();
        }
        let intent = world.fhir.of_type("Communication")[1];
        assert!(is(intent, "status", ends), "{status} {}", intent.write());
        assert!((tries.min(20)..=tries).contains(&world.posts.len()), "{status} {}", world.posts.len());
    }
    let mut world = World::new(&alerting("slack", 20));
    world.alert_status = 503;
    let call = missed(&mut world, 1);
    notify(&mut world, &call);
    world.alert_status = 200;
    world.now += 3 * MINUTE;
    world.sweep();
    assert_eq!(world.posts.len(), 2);
    assert!(is(world.fhir.of_type("Communication")[1], "status", "completed"));
}

#[test]
fn an_address_that_hangs_keeps_nothing_waiting() {
    let config = alerting("slack", 100).replacen(
        '{',
        r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1},"#,
        1,
    );
    let mut world = World::new(&config);
    world.sweep();
    for number in 0..20 {
        missed(&mut world, 1 + 4 * number);
    }
    world.alert_hangs = Some(0);
    let before = followed_up(&world);
    for minute in 1..90 {
        world.now += MINUTE;
        world.alert_hangs = Some(0);
        let mut run = Run::new(world.cron());
        // Medplum ends it while the first alert hangs, and all else is done.
        let posts = world.posts.len();
        while run.response().is_none() && world.posts.len() == posts {
            run.go_on(|open| world.answer(open, None));
        }
        assert!(world.alert_hangs <= Some(3_000), "{minute} {:?}", world.alert_hangs);
        assert!(minute < 12 || world.fhir.of_type("Task").len() == 20, "{minute}");
    }
    assert_eq!(world.fhir.of_type("Task").len(), 20);
    assert!(followed_up(&world) >= before + HOUR);
    let hourly = world.fhir.of_type("Basic")[0].write();
    assert!(hourly.contains(r#"{"url":"hourly","valueInstant":"2026-11-18T12"#), "{hourly}");
    // A whole run does not wait for long, either.
    for number in 0..20 {
        missed(&mut world, 101 + 4 * number);
    }
    for minute in 0..10 {
        world.now += MINUTE;
        world.alert_hangs = Some(0);
        let asked = world.sweep();
        assert!(asked <= 42 && world.alert_hangs <= Some(12_000), "{minute} {asked} {:?}", world.alert_hangs);
    }
    assert_eq!(world.fhir.of_type("Task").len(), 40);
    // Once it answers again, each that is young enough goes out.
    world.alert_hangs = None;
    world.posts.clear();
    for _ in 0..12 {
        world.now += MINUTE;
        world.sweep();
    }
    assert!(world.posts.len() >= 20, "{}", world.posts.len());
}

#[test]
fn a_misread_config_forgets_nothing() {
    let config = alerting("slack", 20);
    let mut world = World::new(&config);
    world.sweep();
    let marks = |world: &World| {
        let marks = world.fhir.of_type("Basic")[0].at(&["extension", "0", "extension"]).unwrap();
        let kept = |one: &&Json| ["followUp", "summary", "hourly"].iter().any(|name| is(one, "url", name));
        marks.elements().iter().filter(kept).map(Json::write).collect::<Vec<_>>()
    };
    let before = marks(&world);
    assert_eq!(before.len(), 3);
    world.config = config.replace("missed", "mised");
    let call = missed(&mut world, 1);
    let misread = |world: &mut World, flow: Flow| {
        let done = play(flow, |open| world.answer(open, None));
        assert_eq!((done.reply, done.log.len()), (Reply::Accepted, 1), "{:?}", done.log);
        assert!(done.log[0].contains("CONFIG_INVALID"));
    };
    for _ in 0..90 {
        world.now += MINUTE;
        for flow in [world.on_change(&call), world.cron()] {
            misread(&mut world, flow);
        }
    }
    assert_eq!(marks(&world), before);
    assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (0, 0));
    // The list is brought to the chart all the same.
    world.twilio.legs = vec![leg(5, None, CALLER, OURS, world.now, 30)];
    world.now += MINUTE;
    let flow = world.cron();
    misread(&mut world, flow);
    assert!(is(world.call(&sid("CA", 5)), "status", "completed"));
    world.config = config;
    world.sweep();
    assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (2, 2));
}

#[test]
fn a_fault_at_any_round_trip_is_made_good_by_one_sweep() {
    let mut ground = World::new(&alerting("slack", 20));
    let call = missed(&mut ground, 1);
    let asked = {
        let mut world = ground.clone();
        world.play(world.on_change(&call), &Faults::NONE).1
    };
    for at in 0..asked {
        for fault in TRANSIENT {
            let mut world = ground.clone();
            let (done, _) = world.play(world.on_change(&call), &Faults::at(at, fault));
            assert!(matches!(done.reply, Reply::Accepted | Reply::Broken(_)));
            world.now += 3 * MINUTE;
            world.sweep();
            assert_eq!(world.fhir.of_type("Task").len(), 1, "{at} {fault:?}");
            // Twice at most, where what became of the first is not known.
            assert!((1..=2).contains(&world.posts.len()), "{at} {fault:?} {}", world.posts.len());
            world.now += 3 * MINUTE;
            world.sweep();
            assert!(is(world.fhir.of_type("Communication")[1], "status", "completed"), "{at} {fault:?}");
            assert!(world.posts.len() <= 2);
        }
    }
}

#[test]
fn an_appointment_gets_the_latest_call_only_where_the_config_says_so() {
    for (config, written) in [("", false), (r#"{"appointment":{"callExtension":true}}"#, true)] {
        let mut world = World::new(config);
        let appointment = Json::parse(
            r#"{"resourceType":"Appointment","status":"booked","extension":[{"url":"https://example.com/own","valueString":"x"}]}"#,
        )
        .unwrap();
        let appointment = world.fhir.put(&appointment, NOW);
        let reference = format!("Appointment/{}", appointment.get("id").and_then(Json::text).unwrap());
        let mut calls = Vec::new();
        for number in [1, 5] {
            let appointment = Some(reference.clone());
            let context = Context { appointment, prepared: Some(NOW - HOUR), ..Context::default() };
            let mut log = CallLog::ticket(&context);
            let json = leg(number, None, OURS, CALLER, NOW - HOUR + number * MINUTE, 60).json(NOW);
            log.add(&CallEvent::from_rest(&json).unwrap());
            calls.push(world.fhir.put(&log.write(None, EXTENSION_BASE), NOW));
        }
        for call in [&calls[1], &calls[0], &calls[1]] {
            notify(&mut world, call);
        }
        let after = world.fhir.of_type("Appointment")[0];
        let extensions = after.get("extension").unwrap().elements();
        assert!(is(after, "status", "booked") && is(&extensions[0], "valueString", "x"));
        if written {
            assert_eq!(extensions[1..], calls[1].get("extension").unwrap().elements()[..1]);
            assert_eq!(after.at(&["meta", "versionId"]), Some(&Json::of("v4")));
        } else {
            assert_eq!(after, &appointment);
        }
    }
}

#[test]
fn an_appointment_gets_no_call_of_another_patient() {
    let participants = |patients: &[&str]| {
        let actors: Vec<String> =
            patients.iter().map(|one| format!(r#"{{"actor":{{"reference":"Patient/{one}"}}}}"#)).collect();
        format!(r#"{{"resourceType":"Appointment","participant":[{}]}}"#, actors.join(","))
    };
    for (patients, patient, written) in [
        (&["p1"][..], Some("Patient/p1"), true),
        (&["p2", "p1"], Some("Patient/p1"), true),
        (&["p2"], Some("Patient/p1"), false),
        (&[], Some("Patient/p1"), false),
        (&["p1"], None, false),
    ] {
        let mut world = World::new(r#"{"appointment":{"callExtension":true}}"#);
        let appointment = world.fhir.put(&json(&participants(patients)), NOW);
        let reference = format!("Appointment/{}", appointment.get("id").and_then(Json::text).unwrap());
        // What a browser claims without a ticket.
        let patient = patient.map(str::to_owned);
        let context = Context { patient, appointment: Some(reference), ..Context::default() };
        let mut log = CallLog::ticket(&context);
        log.add(&CallEvent::from_rest(&leg(1, None, OURS, CALLER, NOW - HOUR, 60).json(NOW)).unwrap());
        let call = world.fhir.put(&log.write(None, EXTENSION_BASE), NOW);
        notify(&mut world, &call);
        assert_eq!(world.fhir.of_type("Appointment")[0].get("extension").is_some(), written, "{patients:?}");
    }
}

const EVERYTHING: &str = r#"{"tasks":{"on":["missed"]},"appointment":{"callExtension":true},"alerts":{"url":"https://alerts.example.com/hook","format":"slack","on":["missed"]}}"#;

/// A missed call about an appointment that is not in the chart.
fn missed_about(world: &mut World, number: u64, appointment: &str) -> Json {
    let root = sid("CA", number);
    let context = Context { appointment: Some(appointment.to_owned()), ..Context::default() };
    let mut log = CallLog::ticket(&context);
    log.add(&CallEvent::read(&[&[("CallSid", root.as_str())], MISSED].concat(), world.now).unwrap());
    world.fhir.put(&log.write(None, EXTENSION_BASE), world.now)
}

/// When the follow-up's mark stands.
fn followed_up(world: &World) -> u64 {
    let parts = world.fhir.of_type("Basic")[0].at(&["extension", "0", "extension"]).unwrap().elements();
    let mark = parts.iter().find(|one| is(one, "url", "followUp")).unwrap();
    plumline::time::parse_instant(mark.get("valueInstant").and_then(Json::text).unwrap()).unwrap()
}

#[test]
fn an_appointment_that_is_not_there_stops_nothing() {
    for status in [404, 410, 403, 400, 409, 500] {
        let mut world = World::new(EVERYTHING);
        world.fhir.refused.push(("GET Appointment/gone".to_owned(), status));
        missed_about(&mut world, 1, "Appointment/gone");
        missed(&mut world, 5);
        world.sweep();
        assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (2, 2), "{status}");
        // Told by a Subscription it is the same, and where there is none nothing is left to do.
        let mut world = World::new(EVERYTHING);
        world.fhir.refused.push(("GET Appointment/gone".to_owned(), status));
        let call = missed_about(&mut world, 1, "Appointment/gone");
        let (done, _) = world.play(world.on_change(&call), &Faults::NONE);
        assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (1, 1), "{status}");
        assert_eq!(matches!(done.reply, Reply::Accepted), matches!(status, 404 | 410), "{status}");
    }
}

#[test]
fn a_call_that_cannot_be_followed_up_stops_no_other() {
    for status in [500, 409, 403] {
        let mut world = World::new(EVERYTHING);
        let stuck = missed(&mut world, 1);
        let id = stuck.get("id").and_then(Json::text).unwrap().to_owned();
        world.fhir.refused.push((format!("GET Communication/{id}"), status));
        world.sweep();
        for number in 0..120 {
            missed(&mut world, 101 + 4 * number);
            world.now += 3 * MINUTE;
            world.sweep();
            let (tasks, number) = (world.fhir.of_type("Task").len() as u64, number + 1);
            assert_eq!(tasks, number, "{status}");
            let behind = world.now - followed_up(&world);
            assert!(behind <= 4 * HOUR + 10 * MINUTE, "{status} {behind}");
        }
        // It is done once it works, if that is not too late.
        let mut world = World::new(EVERYTHING);
        let stuck = missed(&mut world, 1);
        let id = stuck.get("id").and_then(Json::text).unwrap().to_owned();
        world.fhir.refused.push((format!("GET Communication/{id}"), status));
        world.sweep();
        missed(&mut world, 5);
        world.now += 2 * HOUR;
        world.sweep();
        world.fhir.refused.clear();
        world.now += MINUTE;
        world.sweep();
        assert_eq!(world.fhir.of_type("Task").len(), if status == 403 { 1 } else { 2 }, "{status}");
    }
}

#[test]
fn an_outage_of_the_chart_is_waited_for() {
    let mut world = World::new(EVERYTHING);
    world.fhir.refused.push(("POST Task".to_owned(), 503));
    for number in 0..70 {
        missed(&mut world, 1 + 4 * number);
    }
    for _ in 0..3 * 60 {
        world.now += 2 * MINUTE;
        let asked = world.sweep();
        assert!(asked <= 42, "{asked}");
    }
    world.fhir.refused.clear();
    world.settle();
    assert_eq!(world.fhir.of_type("Task").len(), 70);
}

/// The lines of a log about refusals by the chart.
fn refusals(log: &[String]) -> Vec<&str> {
    log.iter()
        .filter(|line| line.starts_with("plumline: CHART_REFUSED"))
        .map(|line| line.split(": The").next().unwrap())
        .collect()
}

#[test]
fn what_the_chart_refuses_is_named_by_type_and_right() {
    let cases = [
        ("GET Appointment/", "Appointment (read)"),
        ("PUT Appointment/", "Appointment (update)"),
        ("POST Task", "Task (search, create)"),
        ("GET Task?", "Task (search)"),
        ("GET Communication/", "Communication (read)"),
        ("POST Communication", "Communication (search, create)"),
    ];
    let about = |world: &mut World| {
        let participants = r#"{"resourceType":"Appointment","status":"booked","participant":[{"status":"accepted","actor":{"reference":"Patient/p1"}}]}"#;
        let appointment = world.fhir.put(&json(participants), NOW);
        let reference = format!("Appointment/{}", appointment.get("id").and_then(Json::text).unwrap());
        let patient = Some("Patient/p1".to_owned());
        let context = Context { patient, appointment: Some(reference), ..Context::default() };
        let mut log = CallLog::ticket(&context);
        let root = sid("CA", 1);
        log.add(&CallEvent::read(&[&[("CallSid", root.as_str())], MISSED].concat(), world.now).unwrap());
        world.fhir.put(&log.write(None, EXTENSION_BASE), world.now)
    };
    for status in [403, 401, 400] {
        for (request, right) in cases {
            let expected = [format!("plumline: CHART_REFUSED at {right}")];
            let mut world = World::new(EVERYTHING);
            let call = about(&mut world);
            world.fhir.refused.push((request.to_owned(), status));
            let (done, _) = world.play(world.on_change(&call), &Faults::NONE);
            assert_eq!(refusals(&done.log), expected, "{request} {status}");
            let mut world = World::new(EVERYTHING);
            about(&mut world);
            world.fhir.refused.push((request.to_owned(), status));
            let (done, _) = world.play(world.cron(), &Faults::NONE);
            assert_eq!(refusals(&done.log), expected, "{request} {status} by the sweep");
        }
    }
    // The sweep goes on without its marks, and still says that they are forbidden.
    for (request, right) in [("POST Basic", "Basic (search, create)"), ("GET Basic?", "Basic (search)")] {
        let mut world = World::new(EVERYTHING);
        world.fhir.refused.push((request.to_owned(), 403));
        let (done, _) = world.play(world.cron(), &Faults::NONE);
        assert_eq!(refusals(&done.log), [format!("plumline: CHART_REFUSED at {right}")], "{request}");
    }
    // A failure is no refusal, and neither is a record that is not there.
    for status in [404, 409, 410, 429, 500] {
        let mut world = World::new(EVERYTHING);
        let call = about(&mut world);
        world.fhir.refused.push(("GET Appointment/".to_owned(), status));
        let (done, _) = world.play(world.on_change(&call), &Faults::NONE);
        assert!(refusals(&done.log).is_empty(), "{status} {:?}", done.log);
    }
}
