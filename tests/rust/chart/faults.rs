// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Faults at any request to the chart. Every acknowledged event is in the chart. Twilio posts the others again.

use plumline::chart::CallState;
use plumline::fhir::systems::EXTENSION_BASE;

use crate::chart::calls::{Call, Event, call};
use crate::chart::writers::{Writer, is_acknowledged};
use crate::chart::{is_recorded, only_call};
use crate::fault::{Fault, Faults, TRANSIENT};
use crate::fhir::Fhir;
use crate::json::without_server_fields;
use crate::random::Random;

/// All transient faults, and a refusal, after which only a new request of Twilio succeeds.
fn faults() -> impl Iterator<Item = Fault> {
    TRANSIENT.into_iter().chain([Fault::EachRefused(403)])
}

fn requests(call: &Call) -> (Vec<Event>, CallState) {
    let events: Vec<Event> = call.events.iter().filter(|event| event.pairs().is_some()).cloned().collect();
    let mut log = CallState::default();
    for event in &events {
        event.add_to(&mut log);
    }
    (events, log)
}

/// Posts the events in sequence, each until it is acknowledged, while requests to the chart have faults. Returns the
/// number of requests to the chart.
fn post(events: &[Event], fhir: &mut Fhir, faults: &Faults) -> usize {
    let mut acknowledged: Vec<CallState> = Vec::new();
    for event in events {
        for tries in 1.. {
            assert!(tries < 5, "one fault, and more than five attempts");
            let mut writer = Writer::of(event).unwrap();
            let response = loop {
                let fault = faults.of(fhir.batches.len());
                if let Some(response) = writer.resume(fhir, fault) {
                    break response;
                }
            };
            if is_acknowledged(&response) {
                acknowledged.push(event.log());
                break;
            }
        }
        for log in &acknowledged {
            assert!(is_recorded(fhir, log));
        }
    }
    fhir.batches.len()
}

#[test]
fn a_fault_at_any_request_loses_no_event() {
    let mut played = 0;
    for seed in [2, 3, 4, 7, 12] {
        let (events, expected) = requests(&call(seed));
        let expected = expected.write(None, EXTENSION_BASE).write();
        let request_count = post(&events, &mut Fhir::default(), &Faults::NONE);
        for failing in 0..request_count {
            for fault in faults() {
                let mut fhir = Fhir::default();
                post(&events, &mut fhir, &Faults::at(failing, fault));
                assert_eq!(
                    without_server_fields(only_call(&fhir)),
                    expected,
                    "seed {seed}, request {failing}, {fault:?}"
                );
                played += 1;
            }
        }
    }
    assert!(played > 300, "{played}");
    println!("{played} calls played, each with one fault at one ask");
}

#[test]
fn many_faults_lose_no_acknowledged_event() {
    let faults: Vec<Fault> = faults().collect();
    let (mut posted, mut refused) = (0, 0);
    for seed in 1..=60 {
        let (mut events, expected) = requests(&call(seed));
        let mut random = Random::new(seed ^ 0x5702);
        random.shuffle(&mut events);
        let mut fhir = Fhir::default();
        let mut waiting: Vec<(Writer, &Event)> =
            events.iter().map(|event| (Writer::of(event).unwrap(), event)).collect();
        let mut acknowledged: Vec<CallState> = Vec::new();
        let mut steps = 0;
        while !waiting.is_empty() {
            steps += 1;
            assert!(steps < 5_000, "seed {seed}");
            let at = random.below(waiting.len());
            // The faults end eventually.
            let fault = (steps < 300 && random.one_in(2)).then(|| *random.pick(&faults));
            let (writer, event) = &mut waiting[at];
            let Some(response) = writer.resume(&mut fhir, fault) else {
                continue;
            };
            posted += 1;
            if is_acknowledged(&response) {
                acknowledged.push(event.log());
                waiting.swap_remove(at);
            } else {
                refused += 1;
                *writer = Writer::of(event).unwrap();
            }
            assert!(acknowledged.iter().all(|log| is_recorded(&fhir, log)), "seed {seed}");
        }
        assert_eq!(
            without_server_fields(only_call(&fhir)),
            expected.write(None, EXTENSION_BASE).write(),
            "seed {seed}"
        );
    }
    assert!(refused > 100, "{refused}");
    println!("seeds 1 to 60: {posted} webhooks, {refused} answered with 500");
}
