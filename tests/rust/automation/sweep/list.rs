// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sweep records the calls of Twilio's list.

use plumline::bots::automation;
use plumline::chart::{CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::{BotEvent, Flow, Reply};

use crate::automation::twilio::Leg;
use crate::automation::world::{CALLER, CLINIC_NUMBER, DAY, HOUR, MINUTE, World, assert_same, calls, leg, recording};
use crate::constants::NOW;
use crate::fault::{Faults, TRANSIENT};
use crate::json::{is, json, without_server_fields};
use crate::random::Random;
use crate::run::{Run, play};
use crate::twilio::sid;

/// A number of the Twilio account that another application answers.
const FOREIGN: &str = "+15550100900";

/// Calls of another application.
fn foreign(random: &mut Random, count: u64, from: u64, minutes: u64) -> Vec<Leg> {
    let mut legs = calls(random, count, from, minutes);
    for leg in &mut legs {
        leg.sid = leg.sid.replacen("CA0", "CAf", 1);
        leg.parent = leg.parent.as_ref().map(|parent| parent.replacen("CA0", "CAf", 1));
        for end in [&mut leg.from, &mut leg.to] {
            if end == CLINIC_NUMBER {
                FOREIGN.clone_into(end);
            }
        }
    }
    legs
}

/// The expected record of every call of the clinic, derived only from Twilio's list.
fn expected(world: &World) -> Vec<String> {
    let mut calls = Vec::new();
    for root in world.twilio.legs.iter().filter(|leg| leg.parent.is_none() && !leg.sid.starts_with("CAf")) {
        let mut log = CallState::default();
        for leg in &world.twilio.legs {
            if leg.sid == root.sid || leg.parent.as_ref() == Some(&root.sid) {
                log.add(&CallEvent::from_rest(&leg.json(u64::MAX)).unwrap());
            }
        }
        calls.push(log.write(None, EXTENSION_BASE).write());
    }
    calls.sort();
    calls
}

#[test]
fn fills_an_empty_chart_and_then_changes_nothing() {
    let mut world = World::new("");
    world.twilio.legs = calls(&mut Random::new(1), 30, NOW - 50 * MINUTE, 40);
    world.sweep_until_stable();
    world.now += 20 * MINUTE;
    world.sweep_until_stable();
    assert_same(&world.calls(), &expected(&world), "");
    let before = world.fhir.resources.clone();
    // A run without new calls has three round trips to the chart, and one to Twilio. It reads the marks and the tickets,
    // Twilio's list, the records of the latest calls, and the people with the numbers of these calls.
    world.now += HOUR;
    world.sweep_until_stable();
    assert_eq!(world.sweep(), 3);
    assert_eq!(world.fhir.of_type("Communication").len(), before.len() - 1);
}

#[test]
fn every_initial_chart_and_checkpoint_converges_to_the_same_chart() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut world = World::new("");
        world.twilio.legs = calls(&mut random, 25, NOW - 55 * MINUTE, 50);
        if seed % 2 == 1 {
            world.numbers = CLINIC_NUMBER;
            // A browser call without a dialed leg does not show its application, so it is left out.
            let others = foreign(&mut random, 25, NOW - 55 * MINUTE, 50);
            let ends = |leg: &Leg| leg.from.starts_with("client:");
            let apps: Vec<String> = others.iter().filter(|leg| ends(leg)).map(|leg| leg.sid.clone()).collect();
            let of_app =
                |leg: &Leg| apps.contains(&leg.sid) || leg.parent.as_ref().is_some_and(|root| apps.contains(root));
            world.twilio.legs.extend(others.into_iter().filter(|leg| !of_app(leg)));
        }
        world.twilio.page = Some(1 + random.below(30));
        world.twilio.twice = random.one_in(2);
        // The chart already has some calls in an earlier state, with some of their legs.
        let (legs, page) = (world.twilio.legs.clone(), world.twilio.page.take());
        for root in legs.iter().filter(|leg| leg.parent.is_none() && !leg.sid.starts_with("CAf")) {
            if random.one_in(2) {
                world.now = root.start + random.below(300) as u64 * 1_000;
                world.twilio.legs.retain(|leg| leg.parent.is_none() || random.one_in(2));
                world.chart(&root.sid);
                world.twilio.legs.clone_from(&legs);
            }
        }
        world.twilio.page = page;
        world.now = NOW - 60 * MINUTE + random.below(60) as u64 * MINUTE;
        for _ in 0..random.below(4) {
            let runs = (0..=random.below(3)).map(|_| world.cron()).collect();
            for response in world.race(runs, &mut random) {
                assert!(matches!(response.reply, Reply::Accepted | Reply::Broken(_)));
            }
            world.now += random.below(10) as u64 * MINUTE;
        }
        world.now = NOW + 20 * MINUTE;
        world.sweep_until_stable();
        assert_same(&world.calls(), &expected(&world), &format!("seed {seed}"));
    }
}

#[test]
fn calls_of_another_application_are_not_recorded() {
    let everything = r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1},"tasks":{"on":["missed","voicemail","failed"]}}"#;
    let mut world = World { numbers: CLINIC_NUMBER, ..World::new(everything) };
    let at = NOW - 10 * MINUTE;
    let app = "client:another_app";
    world.twilio.legs = vec![
        leg(1, None, CALLER, FOREIGN, at, 40),
        leg(5, None, CALLER, FOREIGN, at, 40),
        leg(6, Some(5), CALLER, app, at + 1_000, 20),
        leg(9, None, FOREIGN, CALLER, at, 40),
        leg(13, None, app, "", at, 40),
        leg(14, Some(13), FOREIGN, CALLER, at + 1_000, 20),
        leg(17, None, CALLER, CLINIC_NUMBER, at, 40),
        leg(21, None, "sip:desk@clinic.example", "", at, 40),
    ];
    world.twilio.recorded = vec![recording(1, &sid("CA", 1), at + 20_000, 20, "RecordVerb")];
    world.twilio.recordings = vec![sid("RE", 1)];
    for _ in 0..3 {
        world.sweep_until_stable();
        world.now += DAY;
    }
    let mut roots: Vec<String> = world
        .fhir
        .of_type("Communication")
        .iter()
        .map(|item| CallState::read(item).root_sid().unwrap().to_owned())
        .collect();
    roots.sort();
    assert_eq!(roots, [sid("CA", 17), sid("CA", 21)]);
    assert_eq!(world.fhir.of_type("Task").len(), 2);
    assert_eq!(world.twilio.recordings, [sid("RE", 1)]);
}

#[test]
fn unreadable_numbers_exclude_no_call() {
    for numbers in ["15550100001", "+15550100001;+15550100002", "+15550100001,x"] {
        let mut world = World { numbers, ..World::new("") };
        world.twilio.legs = vec![leg(1, None, CALLER, CLINIC_NUMBER, NOW - 10 * MINUTE, 40)];
        let (response, _) = world.play(world.cron(), &Faults::NONE);
        assert!(response.log.iter().any(|line| line.contains("NUMBER_INVALID at TWILIO_NUMBER")), "{:?}", response.log);
        assert_eq!(world.calls().len(), 1, "{numbers}");
    }
}

#[test]
fn a_future_dated_checkpoint_hides_no_call() {
    let mut world = World::new("");
    world.now += 30 * DAY;
    world.sweep();
    world.now = NOW;
    world.sweep();
    world.twilio.legs = vec![leg(1, None, CALLER, CLINIC_NUMBER, NOW, 40)];
    world.now += 10 * MINUTE;
    world.sweep_until_stable();
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn a_long_backlog_loses_no_leg() {
    for numbers in ["", CLINIC_NUMBER] {
        let mut world = World { numbers, ..World::new(r#"{"tasks":{"on":["missed"]}}"#) };
        for number in 0..450 {
            let (root, at) = (number * 4 + 1, NOW - 20 * MINUTE + number * 1_000);
            world.twilio.legs.push(leg(root, None, CALLER, CLINIC_NUMBER, at, 90));
            // The dialed number belongs to no application. Only the root call shows that the leg is the clinic's.
            world.twilio.legs.push(leg(root + 1, Some(root), CALLER, "+15550100400", at + 20_000, 60));
        }
        world.sweep();
        // The next run starts long after the calls of the first list.
        world.now += 9 * HOUR;
        world.sweep_until_stable();
        let legs = |call: &String| CallState::read(&json(call)).children().count();
        assert_eq!(world.calls().iter().map(legs).collect::<Vec<_>>(), [1; 450]);
        assert!(world.fhir.of_type("Task").is_empty());
    }
}

#[test]
fn a_backlog_takes_several_runs_and_each_is_short() {
    let mut world = World::new("");
    // The sweep runs once and then does not run for a day.
    world.sweep();
    let began = world.now;
    world.now += DAY;
    world.twilio.legs = calls(&mut Random::new(2), 1_200, began, 23 * 60);
    let mut runs = 0;
    while world.calls().len() < 1_200 {
        let asked = world.sweep();
        assert!(asked <= 42, "{asked}");
        world.now += MINUTE;
        runs += 1;
        assert!(runs < 60);
    }
    assert!(runs > 3, "{runs}");
    world.sweep_until_stable();
    assert_same(&world.calls(), &expected(&world), "");
}

#[test]
fn a_fault_at_any_round_trip_loses_no_call() {
    for seed in 0..2 {
        let mut initial = World::new(r#"{"tasks":{"on":["missed","failed"]}}"#);
        initial.twilio.legs = calls(&mut Random::new(seed), 12, NOW - 20 * MINUTE, 12);
        for leg in &mut initial.twilio.legs {
            leg.listed = leg.start;
        }
        initial.twilio.page = Some(10);
        let mut fault_free = initial.clone();
        let asked = fault_free.sweep();
        fault_free.now += MINUTE;
        fault_free.sweep();
        let mut tasks: Vec<String> = fault_free.fhir.of_type("Task").iter().map(|task| task_of(task)).collect();
        tasks.sort();
        assert!(!tasks.is_empty());
        assert_same(&fault_free.calls(), &expected(&fault_free), "");
        for at in 0..asked {
            for fault in TRANSIENT {
                let mut world = initial.clone();
                world.play(world.cron(), &Faults::at(at, fault));
                world.now += MINUTE;
                world.sweep();
                assert_same(&world.calls(), &expected(&world), &format!("{seed} {at} {fault:?}"));
                let mut stored_tasks: Vec<String> =
                    world.fhir.of_type("Task").iter().map(|task| task_of(task)).collect();
                stored_tasks.sort();
                assert_same(&stored_tasks, &tasks, &format!("{seed} {at} {fault:?}"));
                // One run is aborted in the middle.
                let mut world = initial.clone();
                let mut interrupted = Run::new(world.cron());
                for _ in 0..at {
                    interrupted.resume(|open| world.answer(open, None));
                }
                world.now += MINUTE;
                world.sweep();
                assert_same(&world.calls(), &expected(&world), &format!("{seed} {at}"));
            }
        }
    }
}

/// A task without its reference to the call record, because the id of the record differs between charts.
fn task_of(task: &Json) -> String {
    let mut task = task.clone();
    task.set("focus", Json::Null);
    without_server_fields(&task)
}

#[test]
fn calls_in_progress_are_checked_again() {
    let mut world = World::new("");
    // One call takes 40 minutes, the other six hours. No callback reports their ends.
    world.twilio.legs = vec![
        leg(1, None, CALLER, CLINIC_NUMBER, NOW - 5 * MINUTE, 40 * 60),
        leg(5, None, CALLER, CLINIC_NUMBER, NOW - 4 * MINUTE, 6 * 3_600),
    ];
    world.sweep();
    assert!(is(world.call(&sid("CA", 1)), "status", "in-progress"));
    for _ in 0..60 {
        world.now += MINUTE;
        world.sweep();
    }
    assert!(is(world.call(&sid("CA", 1)), "status", "completed"));
    assert!(is(world.call(&sid("CA", 5)), "status", "in-progress"));
    for _ in 0..8 {
        world.now += HOUR;
        world.sweep();
    }
    assert!(is(world.call(&sid("CA", 5)), "status", "completed"));
}

#[test]
fn without_an_api_key_it_follows_up_recorded_calls() {
    let event = r#"{"now":[1671,0],"input":{"resourceType":"Bot"},"secrets":{}}"#;
    let mut world = World::new("");
    let flow = Flow::new(|host| automation(BotEvent::read(event).unwrap(), host));
    let response = play(flow, |open| world.answer(open, None));
    assert_eq!(response.reply, Reply::Accepted);
    assert!(
        response.log[0].contains("SECRET_MISSING") && response.log[0].contains("TWILIO_ACCOUNT_SID"),
        "{:?}",
        response.log
    );
}
