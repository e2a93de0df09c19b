// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The caller ID of tokens and prepared calls: `fromNumber`, and the order of the pool `roundRobin`.

use plumline::json::Json;
use plumline::runtime::Reply;

use crate::constants::NOW;
use crate::fault::{Fault, Faults, TRANSIENT};
use crate::form::pairs;
use crate::json::{json, list, text};
use crate::random::Random;
use crate::world::staff::{PLACE, START, Staff, TOKEN, amber, bruno};
use crate::world::{AMBER, CLINIC_NUMBER, World};

const ROUND_ROBIN: &str = r#"{"outbound":{"pool":"roundRobin"}}"#;

fn in_turn(staff: Staff) -> Staff {
    staff.secret("PLUMLINE_CONFIG", ROUND_ROBIN)
}

fn from(value: &Json) -> String {
    text(value, &["fromNumber"]).to_owned()
}

/// `fromNumber` and `fromNumbers` of a token.
fn shown(staff: &Staff, world: &mut World) -> (String, Vec<String>) {
    let value = staff.value(world, TOKEN);
    let all = list(&value, "fromNumbers").iter().map(|number| number.text().unwrap().to_owned()).collect();
    (from(&value), all)
}

#[test]
fn a_token_shows_the_number_of_the_next_call() {
    let config = |outbound: &str| amber().secret("PLUMLINE_CONFIG", &format!(r#"{{"outbound":{outbound}}}"#));
    let one = |number: &str| (number.to_owned(), vec![number.to_owned()]);
    let all = || (CLINIC_NUMBER[0].to_owned(), CLINIC_NUMBER.map(str::to_owned).to_vec());
    // The number is fixed, or the clinic has only one.
    let world = &mut World::default();
    assert_eq!(shown(&config(r#"{"callerId":"+15550100003"}"#), world), one(CLINIC_NUMBER[2]));
    let own = format!(r#"{{"callerId":"+15550100003","practitioners":{{"Practitioner/{AMBER}":"+15550100002"}}}}"#);
    assert_eq!(shown(&config(&own), world), one(CLINIC_NUMBER[1]));
    assert_eq!(shown(&amber().secret("TWILIO_NUMBER", "+15550100002,+15550100002"), world), one(CLINIC_NUMBER[1]));
    // Without a config and `PLUMLINE_SECRET`, the webhook shows the first number.
    assert_eq!(shown(&amber().secret("PLUMLINE_SECRET", ""), world), one(CLINIC_NUMBER[0]));
    assert_eq!(shown(&amber(), world), all());
    // The number depends on the callee or the call.
    for pool in ["sticky", "random"] {
        assert_eq!(shown(&config(&format!(r#"{{"pool":"{pool}"}}"#)), world), all());
    }
    // The number depends on the calls in the chart. The read needs no round trip of its own.
    let batches = world.fhir.batches.len();
    for call in 0..6 {
        assert_eq!(shown(&in_turn(amber()), world), one(CLINIC_NUMBER[call % 3]));
        assert_eq!(from(&in_turn(amber()).value(world, START)), CLINIC_NUMBER[call % 3]);
    }
    assert_eq!(world.fhir.batches.len() - batches, 6 * 3);
    let world = &mut World::default();
    let used = config(r#"{"pool":"leastRecentlyUsed"}"#);
    assert_eq!(shown(&used, world), one(CLINIC_NUMBER[0]));
    // The chart does not return the latest calls. The token does not depend on them.
    for (status, logged) in [(500, "CHART_UNREAD"), (403, "CHART_REFUSED at Communication (search)")] {
        let mut world = World::default();
        world.fhir.refused.push(("GET Communication?".to_owned(), status));
        let response = in_turn(amber()).send(&mut world, TOKEN);
        let Reply::Value(value) = &response.reply else { panic!("{:?}", response.reply) };
        assert_eq!((from(value), list(value, "fromNumbers").len()), all_of(&all()), "{status}");
        let lines: Vec<&str> = response.log.iter().filter_map(|line| line.split(": ").nth(1)).collect();
        assert_eq!(lines, [logged]);
    }
}

fn all_of((first, all): &(String, Vec<String>)) -> (String, usize) {
    (first.clone(), all.len())
}

#[test]
fn prepared_calls_show_the_numbers_in_turn() {
    let mut world = World::default();
    let mut seen = Vec::new();
    for number in 0..6 {
        let place = PLACE.replace("r1", &format!("r{number}"));
        let input = if number % 2 == 0 { START } else { &place };
        let value = in_turn(if number % 3 == 0 { bruno() } else { amber() }).value(&mut world, input);
        seen.push(from(&value));
        if number % 2 == 1 {
            let form = pairs(&world.http.last().unwrap().body);
            assert!(form.contains(&("From".to_owned(), from(&value))), "{form:?}");
        }
    }
    let [first, second, third] = CLINIC_NUMBER;
    assert_eq!(seen, [first, second, third, first, second, third]);
    // A repeated request keeps its number and takes no position.
    let input = START.replace("\"visit\"", "\"visit\",\"requestId\":\"again\"");
    for _ in 0..3 {
        assert_eq!(from(&in_turn(amber()).value(&mut world, &input)), first);
    }
    // A call that is given up before it is placed gives its position back.
    let value = in_turn(amber()).value(&mut world, START);
    assert_eq!(from(&value), second);
    let end = format!(r#"{{"operation":"end-call","communication":"{}"}}"#, text(&value, &["communication"]));
    in_turn(amber()).value(&mut world, &end);
    assert_eq!(from(&in_turn(amber()).value(&mut world, START)), second);
}

#[test]
fn calls_at_the_same_time_take_different_positions() {
    let mut random = Random::new(11);
    for case in 0..60 {
        let mut world = World::default();
        let count = 2 + random.below(5);
        let flows = (0..count).map(|number| {
            let staff = in_turn(if number % 2 == 0 { amber() } else { bruno() });
            let place = PLACE.replace("r1", &format!("r{number}"));
            staff.flow(if number % 3 == 2 { &place } else { START })
        });
        let responses = world.race(flows.collect::<Vec<_>>(), &mut random);
        let mut indexes = Vec::new();
        for response in responses {
            let Reply::Value(value) = response.reply else { panic!("{:?}", response.reply) };
            let record = world.read(text(&value, &["communication"]));
            assert_eq!(from(&value), text(&record, &["medium", "1", "coding", "0", "code"]), "case {case}");
            let own = list(&record, "identifier").iter().find(|item| text(item, &["system"]).ends_with("-turn"));
            indexes.push(text(own.unwrap(), &["value"]).parse::<usize>().unwrap());
            assert_eq!(from(&value), CLINIC_NUMBER[(indexes.last().unwrap() - 1) % 3], "case {case}");
        }
        indexes.sort_unstable();
        assert_eq!(indexes, (1..=count).collect::<Vec<_>>(), "case {case}");
    }
}

#[test]
fn a_fault_of_a_turn_prevents_no_call() {
    // Another call takes the same position at the same time, and a request fails.
    for at in 0..4 {
        for fault in TRANSIENT.into_iter().chain([Fault::EachRefused(403)]) {
            let mut world = World { faults: Faults::at(at, fault), ..World::default() };
            world.interventions.push((
                1,
                Box::new(|world| {
                    let earlier = format!(
                        r#"{{"resourceType":"Communication","id":"earlier","status":"in-progress",
                        "identifier":[{{"system":"https://plumline.dev/fhir/caller-id-turn","value":"1"}}],
                        "medium":[{{"coding":[{{"system":"https://plumline.dev/fhir/phone-number","code":"{}"}},
                        {{"system":"https://plumline.dev/fhir/caller-id-pool","code":"roundRobin"}}]}}],
                        "category":[{{"coding":[{{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice"}}]}}],
                        "sent":"2026-11-18T11:00:00.000Z"}}"#,
                        CLINIC_NUMBER[0]
                    );
                    world.fhir.put(&json(&earlier), NOW);
                }),
            ));
            let request = PLACE.to_owned();
            let response = in_turn(amber()).send(&mut world, &request);
            world.faults = Faults::NONE;
            // Every call that was placed shows the number of its record.
            for call in &world.http {
                let form = pairs(&call.body);
                let record = world.communications().into_iter().find(|item| text(item, &["id"]) != "earlier").unwrap();
                let line = text(record, &["medium", "1", "coding", "0", "code"]).to_owned();
                assert!(call.method == "GET" || form.contains(&("From".to_owned(), line)), "{at} {fault:?}");
            }
            if let Reply::Value(value) = response.reply {
                assert!(CLINIC_NUMBER.contains(&from(&value).as_str()));
            }
            let value = in_turn(amber()).at(NOW + 3 * 60_000).value(&mut world, &request);
            let placed = world.http.iter().filter(|call| call.method == "POST").count();
            assert_eq!((placed, from(&value).is_empty()), (1, false), "{at} {fault:?}");
        }
    }
}
