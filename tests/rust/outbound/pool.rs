// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The caller ID of calls without a ticket: the pools of the config.

use plumline::json::Json;
use plumline::runtime::{Response, Secret};

use crate::constants::NOW;
use crate::fault::{FAILURES, Fault, Faults};
use crate::json::text;
use crate::world::phone::{call, dialed};
use crate::world::{AMBER, AMBER_IDENTITY, CLINIC_NUMBER, PATIENT, World, sid};

/// The error codes in a log.
fn codes(response: &Response) -> Vec<&str> {
    response.log.iter().filter_map(|line| line.split(": ").nth(1)).collect()
}

#[test]
fn the_pool_gives_the_same_number_everywhere() {
    let from = |config: &str, number: u32| {
        let mut world = World::default();
        let secrets = [(Secret::Config, config)];
        dialed(&call(&mut world, AMBER_IDENTITY, &sid(number), &[("To", PATIENT)], &secrets)).0
    };
    let sticky = from("{}", 1);
    for number in 2..20 {
        assert_eq!(from("{}", number), sticky);
    }
    let random = r#"{"outbound":{"pool":"random"}}"#;
    let seen: Vec<String> = (1..40).map(|number| from(random, number)).collect();
    assert!(CLINIC_NUMBER.iter().all(|own| seen.iter().any(|from| from == own)));
    assert_eq!(seen, (1..40).map(|number| from(random, number)).collect::<Vec<_>>());
    assert_eq!(from(r#"{"outbound":{"callerId":"+15550100003"}}"#, 1), CLINIC_NUMBER[2]);
    let own = format!(
        r#"{{"outbound":{{"callerId":"+15550100003","practitioners":{{"Practitioner/{AMBER}":"+15550100002"}}}}}}"#
    );
    assert_eq!(from(&own, 1), CLINIC_NUMBER[1]);
    // A number that is not the clinic's is never used as the caller ID.
    let foreign = [(Secret::Config, r#"{"outbound":{"callerId":"+15550100999"}}"#)];
    let response = call(&mut World::default(), AMBER_IDENTITY, &sid(7), &[("To", PATIENT)], &foreign);
    assert_eq!(dialed(&response).0, sticky);
    assert!(response.log[0].contains("OUTBOUND_CALLER_ID_FOREIGN"));
}

#[test]
fn the_chart_shows_the_least_recently_used_number() {
    let secrets = [(Secret::Config, r#"{"outbound":{"pool":"leastRecentlyUsed"}}"#)];
    let mut world = World::default();
    let mut seen = Vec::new();
    for number in 0..7 {
        world.now = NOW + u64::from(number) * 60_000;
        let from = dialed(&call(&mut world, AMBER_IDENTITY, &sid(number), &[("To", PATIENT)], &secrets)).0;
        seen.push(from);
    }
    assert_eq!(
        seen,
        [
            CLINIC_NUMBER[0],
            CLINIC_NUMBER[1],
            CLINIC_NUMBER[2],
            CLINIC_NUMBER[0],
            CLINIC_NUMBER[1],
            CLINIC_NUMBER[2],
            CLINIC_NUMBER[0]
        ]
    );
    assert_eq!(world.fhir.batches.len(), 14);
    // The call is placed even if the chart does not respond.
    let mut world = World { faults: Faults::before(2, Fault::TimedOut), ..World::default() };
    let response = call(&mut world, AMBER_IDENTITY, &sid(1), &[("To", PATIENT)], &secrets);
    assert!(CLINIC_NUMBER.contains(&dialed(&response).0.as_str()));
    assert_eq!(codes(&response), ["CHART_UNREAD", "CHART_UNAVAILABLE"]);
}

const ROUND_ROBIN: &str = r#"{"outbound":{"pool":"roundRobin"}}"#;

#[test]
fn round_robin_goes_strictly_in_turn() {
    let secrets = [(Secret::Config, ROUND_ROBIN)];
    let own = [("To", PATIENT)];
    let mut world = World::default();
    for number in 0..7 {
        // All calls have the same time, and callbacks change the records in any order.
        let from = dialed(&call(&mut world, AMBER_IDENTITY, &sid(100 - number), &own, &secrets)).0;
        assert_eq!(from, CLINIC_NUMBER[number as usize % 3], "call {number}");
    }
    // Each call makes one read and one write, and its record shows the number and the position.
    assert_eq!((world.fhir.reads(), world.fhir.writes()), (7, 7));
    assert!(world.retry < 3_000, "{}", world.retry);
    let record = world.communications()[6];
    assert_eq!(text(record, &["medium", "1", "coding", "0", "code"]), CLINIC_NUMBER[0]);
    assert_eq!(text(record, &["identifier", "0", "value"]), sid(94));
    assert_eq!(text(record, &["identifier", "1", "value"]), "7");
    // A practitioner with a number of their own takes no position.
    let amber =
        format!(r#"{{"outbound":{{"pool":"roundRobin","practitioners":{{"Practitioner/{AMBER}":"+15550100001"}}}}}}"#);
    for number in 0..30 {
        world.now = NOW + u64::from(number) * 60_000;
        let response = call(&mut world, AMBER_IDENTITY, &sid(200 + number), &own, &[(Secret::Config, &amber)]);
        assert_eq!(dialed(&response).0, CLINIC_NUMBER[0]);
    }
    assert_eq!(dialed(&call(&mut world, AMBER_IDENTITY, &sid(300), &own, &secrets)).0, CLINIC_NUMBER[1]);
    // The records end in any order.
    let first = world.communications()[0].at(&["id"]).and_then(Json::text).unwrap().to_owned();
    world.now += 60_000;
    world.change(&format!("Communication/{first}"), "status", Json::of("completed"));
    assert_eq!(dialed(&call(&mut world, AMBER_IDENTITY, &sid(301), &own, &secrets)).0, CLINIC_NUMBER[2]);
}

#[test]
fn round_robin_without_the_chart_uses_a_hash() {
    let secrets = [(Secret::Config, ROUND_ROBIN)];
    let own = [("To", PATIENT)];
    let from = |fault: Fault, number: u32| {
        let mut world = World { faults: Faults::at(0, fault), ..World::default() };
        let response = call(&mut world, AMBER_IDENTITY, &sid(number), &own, &secrets);
        assert_eq!(codes(&response), ["CHART_UNREAD"], "{fault:?}");
        // The record has the number and no position.
        assert!(!world.communications()[0].write().contains("caller-id-turn"));
        // The next call starts with the first number.
        let next = call(&mut world, AMBER_IDENTITY, &sid(number + 1), &own, &secrets);
        assert_eq!((dialed(&next).0.as_str(), next.log.len()), (CLINIC_NUMBER[0], 0));
        dialed(&response).0
    };
    for fault in FAILURES {
        let seen: Vec<String> = (1..20).map(|number| from(fault, number)).collect();
        assert!(CLINIC_NUMBER.iter().all(|own| seen.iter().any(|from| from == own)), "{fault:?}");
        assert_eq!(seen, (1..20).map(|number| from(fault, number)).collect::<Vec<_>>());
    }
    // One number needs no chart.
    let mut world = World::default();
    let one = [(Secret::Config, ROUND_ROBIN), (Secret::Number, CLINIC_NUMBER[1])];
    assert_eq!(dialed(&call(&mut world, AMBER_IDENTITY, &sid(1), &own, &one)).0, CLINIC_NUMBER[1]);
    assert_eq!(world.fhir.reads(), 0);
}
