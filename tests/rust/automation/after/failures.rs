// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Follow-ups while the chart refuses or fails, or while the config cannot be read.

use plumline::chart::{CallContext, CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::{Flow, Reply};

use super::{EVERYTHING, MISSED, alerting, followed_up, missed};
use crate::automation::world::{CALLER, CLINIC_NUMBER, HOUR, MINUTE, World, leg};
use crate::constants::NOW;
use crate::fault::{Faults, TRANSIENT};
use crate::json::{is, json};
use crate::run::play;
use crate::twilio::sid;

#[test]
fn an_unreadable_config_loses_no_follow_up() {
    let config = alerting("slack", 20);
    let mut world = World::new(&config);
    world.sweep();
    let checkpoints = |world: &World| {
        let checkpoints = world.fhir.of_type("Basic")[0].at(&["extension", "0", "extension"]).unwrap();
        let is_pending = |item: &&Json| ["followUp", "summary", "hourly"].iter().any(|name| is(item, "url", name));
        checkpoints.elements().iter().filter(is_pending).map(Json::write).collect::<Vec<_>>()
    };
    let before = checkpoints(&world);
    assert_eq!(before.len(), 3);
    world.config = config.replace("missed", "mised");
    let call = missed(&mut world, 1);
    let misread = |world: &mut World, flow: Flow| {
        let response = play(flow, |open| world.answer(open, None));
        assert_eq!((response.reply, response.log.len()), (Reply::Accepted, 1), "{:?}", response.log);
        assert!(response.log[0].contains("CONFIG_INVALID"));
    };
    for _ in 0..90 {
        world.now += MINUTE;
        for flow in [world.on_change(&call), world.cron()] {
            misread(&mut world, flow);
        }
    }
    assert_eq!(checkpoints(&world), before);
    assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (0, 0));
    // The sweep still stores the calls of Twilio's list.
    world.twilio.legs = vec![leg(5, None, CALLER, CLINIC_NUMBER, world.now, 30)];
    world.now += MINUTE;
    let flow = world.cron();
    misread(&mut world, flow);
    assert!(is(world.call(&sid("CA", 5)), "status", "completed"));
    world.config = config;
    world.sweep();
    assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (2, 2));
}

#[test]
fn one_sweep_recovers_from_a_fault_at_any_round_trip() {
    let mut initial = World::new(&alerting("slack", 20));
    let call = missed(&mut initial, 1);
    let asked = {
        let mut world = initial.clone();
        world.play(world.on_change(&call), &Faults::NONE).1
    };
    for at in 0..asked {
        for fault in TRANSIENT {
            let mut world = initial.clone();
            let (response, _) = world.play(world.on_change(&call), &Faults::at(at, fault));
            assert!(matches!(response.reply, Reply::Accepted | Reply::Broken(_)));
            world.now += 3 * MINUTE;
            world.sweep();
            assert_eq!(world.fhir.of_type("Task").len(), 1, "{at} {fault:?}");
            // The alert is sent again if the result of the first request is unknown.
            assert!((1..=2).contains(&world.posts.len()), "{at} {fault:?} {}", world.posts.len());
            world.now += 3 * MINUTE;
            world.sweep();
            assert!(is(world.fhir.of_type("Communication")[1], "status", "completed"), "{at} {fault:?}");
            assert!(world.posts.len() <= 2);
        }
    }
}

#[test]
fn a_call_whose_follow_up_fails_does_not_block_other_calls() {
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
            let delay = world.now - followed_up(&world);
            assert!(delay <= 4 * HOUR + 10 * MINUTE, "{status} {delay}");
        }
        // The follow-up runs after the chart works again, unless the call is too old by then.
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
fn follow_ups_wait_until_an_outage_of_the_chart_ends() {
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
    world.sweep_until_stable();
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
fn a_refusal_by_the_chart_is_logged_with_resource_type_and_right() {
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
        let context = CallContext { patient, appointment: Some(reference), ..CallContext::default() };
        let mut log = CallState::prepared(&context);
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
            let (response, _) = world.play(world.on_change(&call), &Faults::NONE);
            assert_eq!(refusals(&response.log), expected, "{request} {status}");
            let mut world = World::new(EVERYTHING);
            about(&mut world);
            world.fhir.refused.push((request.to_owned(), status));
            let (response, _) = world.play(world.cron(), &Faults::NONE);
            assert_eq!(refusals(&response.log), expected, "{request} {status} by the sweep");
        }
    }
    // The sweep continues without its checkpoints, and still logs that they are forbidden.
    for (request, right) in [("POST Basic", "Basic (search, create)"), ("GET Basic?", "Basic (search)")] {
        let mut world = World::new(EVERYTHING);
        world.fhir.refused.push((request.to_owned(), 403));
        let (response, _) = world.play(world.cron(), &Faults::NONE);
        assert_eq!(refusals(&response.log), [format!("plumline: CHART_REFUSED at {right}")], "{request}");
    }
    // A server error and a missing record are not logged as refusals.
    for status in [404, 409, 410, 429, 500] {
        let mut world = World::new(EVERYTHING);
        let call = about(&mut world);
        world.fhir.refused.push(("GET Appointment/".to_owned(), status));
        let (response, _) = world.play(world.on_change(&call), &Faults::NONE);
        assert!(refusals(&response.log).is_empty(), "{status} {:?}", response.log);
    }
}
