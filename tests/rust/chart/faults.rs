// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Whatever fails at whichever ask: what was acknowledged stands in the chart, and the rest is brought again.

use plumline::chart::CallLog;
use plumline::fhir::systems::EXTENSION_BASE;

use crate::chart::calls::{Call, Event, call};
use crate::chart::server::{FAULTS, Fault, Server, bare};
use crate::chart::writers::{Writer, is_acknowledged};
use crate::random::Random;

fn requests(call: &Call) -> (Vec<Event>, CallLog) {
    let events: Vec<Event> = call.events.iter().filter(|event| event.pairs().is_some()).cloned().collect();
    let mut log = CallLog::default();
    for event in &events {
        event.add_to(&mut log);
    }
    (events, log)
}

/// Brings the events one after the other, each until it is acknowledged, and lets one ask fail; how many asks it took.
fn bring(events: &[Event], server: &mut Server, failing: usize, fault: Option<Fault>) -> usize {
    let mut asked = 0;
    let mut acknowledged: Vec<CallLog> = Vec::new();
    for event in events {
        for tries in 1.. {
            assert!(tries < 5, "one fault, and brought again for ever");
            let mut writer = Writer::of(event).unwrap();
            let done = loop {
                let fault = fault.filter(|_| asked + writer.asked == failing);
                if let Some(done) = writer.go_on(server, fault) {
                    break done;
                }
            };
            asked += writer.asked;
            if is_acknowledged(&done) {
                acknowledged.push(event.log());
                break;
            }
        }
        for log in &acknowledged {
            assert!(server.knows(log));
        }
    }
    asked
}

#[test]
fn a_fault_at_any_ask_loses_nothing() {
    let mut played = 0;
    for seed in [2, 3, 4, 7, 12] {
        let (events, expected) = requests(&call(seed));
        let expected = expected.write(None, EXTENSION_BASE).write();
        let asks = bring(&events, &mut Server::default(), 0, None);
        for failing in 0..asks {
            for fault in FAULTS {
                let mut server = Server::default();
                bring(&events, &mut server, failing, Some(fault));
                assert_eq!(bare(server.call()), expected, "seed {seed}, ask {failing}, {fault:?}");
                played += 1;
            }
        }
    }
    assert!(played > 300, "{played}");
    println!("{played} calls played, each with one fault at one ask");
}

#[test]
fn a_storm_of_faults_loses_nothing_that_was_acknowledged() {
    let (mut brought, mut refused) = (0, 0);
    for seed in 1..=60 {
        let (mut events, expected) = requests(&call(seed));
        let mut random = Random::new(seed ^ 0x5702);
        random.shuffle(&mut events);
        let mut server = Server::default();
        let mut waiting: Vec<(Writer, &Event)> =
            events.iter().map(|event| (Writer::of(event).unwrap(), event)).collect();
        let mut acknowledged: Vec<CallLog> = Vec::new();
        let mut steps = 0;
        while !waiting.is_empty() {
            steps += 1;
            assert!(steps < 5_000, "seed {seed}");
            let at = random.below(waiting.len());
            // Every storm has an end.
            let fault = (steps < 300 && random.one_in(2)).then(|| *random.pick(&FAULTS));
            let (writer, event) = &mut waiting[at];
            let Some(done) = writer.go_on(&mut server, fault) else {
                continue;
            };
            brought += 1;
            if is_acknowledged(&done) {
                acknowledged.push(event.log());
                waiting.swap_remove(at);
            } else {
                refused += 1;
                *writer = Writer::of(event).unwrap();
            }
            assert!(acknowledged.iter().all(|log| server.knows(log)), "seed {seed}");
        }
        assert_eq!(bare(server.call()), expected.write(None, EXTENSION_BASE).write(), "seed {seed}");
    }
    assert!(refused > 100, "{refused}");
    println!("seeds 1 to 60: {brought} webhooks, {refused} answered with 500");
}
