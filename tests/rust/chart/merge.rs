// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The laws of merging the states of a call. The events of a thousand calls give the same bytes in any order.

use plumline::chart::{CallContext, CallDirection, CallEvent, CallState, Outcome};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::time::instant;

use crate::chart::calls::{Call, Event, call};
use crate::chart::earlier::{earlier_record, without_inferred_direction};
use crate::json::json;
use crate::random::Random;

const CALLS: u64 = 1_000;

/// One callback: reads the record, adds an event and writes the record. The record passes through text, as over the
/// network.
fn step(record: Option<Json>, known: &CallState) -> Json {
    let mut log = record.as_ref().map(CallState::read).unwrap_or_default();
    log.merge(known);
    json(&log.write(record, EXTENSION_BASE).write())
}

/// The events and the context in random order. Some events are repeated.
fn shuffled_logs(call: &Call, random: &mut Random) -> Vec<CallState> {
    let mut stream: Vec<CallState> = call.events.iter().map(Event::log).collect();
    stream.push(CallState::prepared(&call.context));
    for _ in 0..random.below(6) {
        stream.push(stream[random.below(stream.len())].clone());
    }
    random.shuffle(&mut stream);
    // Some of them may have been merged already.
    for _ in 0..random.below(3).min(stream.len() - 1) {
        let other = stream.pop().unwrap();
        let at = random.below(stream.len());
        stream[at].merge(&other);
    }
    stream
}

#[test]
fn events_of_a_thousand_calls_give_the_same_bytes_in_any_order() {
    let mut streams = 0;
    for seed in 1..=CALLS {
        let call = call(seed);
        let expected = call.log().write(None, EXTENSION_BASE).write();
        let mut random = Random::new(seed ^ 0xd1ce);
        for _ in 0..5 {
            let mut record = None;
            for known in shuffled_logs(&call, &mut random) {
                record = Some(step(record, &known));
            }
            assert_eq!(record.unwrap().write(), expected, "seed {seed}");
            streams += 1;
        }
    }
    println!("{CALLS} calls, {streams} streams, seeds 1 to {CALLS}");
}

/// An earlier version stored the first events, in its own format.
#[test]
fn a_call_across_an_update_gives_the_same_bytes_in_any_order() {
    let (mut rewritten, mut unchanged) = (0, 0);
    for seed in 1..=CALLS {
        let call = call(seed);
        let expected = call.log();
        let mut random = Random::new(seed ^ 0x01d);
        let logs = shuffled_logs(&call, &mut random);
        let updated = 1 + random.below(logs.len());
        let mut record = None;
        for (index, known) in logs.iter().enumerate() {
            record = Some(step(record, known));
            if index + 1 == updated {
                record = record.as_ref().map(|record| json(&earlier_record(&CallState::read(record)).write()));
            }
        }
        // An earlier version did not store the direction that a dialed leg shows.
        let record = without_inferred_direction(&record.unwrap());
        if record == without_inferred_direction(&expected.write(None, EXTENSION_BASE)) {
            rewritten += 1;
        } else {
            assert_eq!(record, without_inferred_direction(&earlier_record(&expected)), "seed {seed}");
            unchanged += 1;
        }
    }
    assert!(rewritten > 500 && unchanged > 100, "{rewritten} {unchanged}");
}

#[test]
fn the_record_shows_the_expected_outcome() {
    let mut seen = Vec::new();
    for seed in 1..=CALLS {
        let call = call(seed);
        let log = call.log();
        let record = log.write(None, EXTENSION_BASE);
        let text = |path: &[&str]| record.at(path).and_then(Json::text);
        assert_eq!(log.outcome().map(Outcome::word), Some(call.outcome), "seed {seed}: {}", record.write());
        assert_eq!(text(&["status"]), Some("completed"), "seed {seed}");
        assert_eq!(text(&["identifier", "0", "value"]), Some(call.root.as_str()), "seed {seed}");
        assert_eq!(text(&["sent"]), Some(instant(call.sent).as_str()), "seed {seed}: {}", record.write());
        let received = call.received.map(instant).filter(|_| matches!(call.outcome, "answered" | "voicemail"));
        assert_eq!(text(&["received"]), received.as_deref(), "seed {seed}: {}", record.write());
        let line = text(&["payload", "0", "contentString"]).unwrap();
        assert!(line.starts_with(if call.outbound { "Outbound" } else { "Inbound" }), "seed {seed}: {line}");
        assert!(!line.contains('+') && !line.contains("practitioner"), "seed {seed}: {line}");
        assert!(!record.write().contains("words of a patient"), "seed {seed}");
        if !seen.contains(&call.outcome) {
            seen.push(call.outcome);
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
}

/// The state after some events of a call, sometimes of two calls. The bots never merge two calls, but the laws also
/// hold for them.
fn part(random: &mut Random) -> CallState {
    let seed = 1 + random.below(3) as u64;
    let call = call(seed);
    let mut log = if random.one_in(2) { CallState::prepared(&call.context) } else { CallState::default() };
    for event in &call.events {
        if random.one_in(2) {
            log.merge(&altered_log(event, random));
        }
    }
    if random.one_in(3) {
        let candidate = |random: &mut Random| format!("Patient/{}", random.below(60));
        log.add_context(&CallContext {
            candidates: (0..random.below(25)).map(|_| candidate(random)).collect(),
            direction: direction(random),
            ..CallContext::default()
        });
    }
    log
}

fn direction(random: &mut Random) -> Option<CallDirection> {
    *random.pick(&[None, Some(CallDirection::Inbound), Some(CallDirection::Outbound)])
}

/// An event. It may have a status and a sequence number that Twilio never sends.
fn altered_log(event: &Event, random: &mut Random) -> CallState {
    let Some((pairs, at)) = event.pairs().filter(|_| random.one_in(2)) else {
        return event.log();
    };
    let mut pairs = pairs.to_vec();
    pairs.retain(|(name, _)| !matches!(name.as_str(), "CallStatus" | "SequenceNumber" | "AnsweredBy"));
    let statuses = ["queued", "ringing", "in-progress", "canceled", "no-answer", "busy", "failed", "completed"];
    let put = |pairs: &mut Vec<_>, name: &str, value: String| pairs.push((name.to_owned(), value));
    put(&mut pairs, "CallStatus", (*random.pick(&statuses)).into());
    put(&mut pairs, "AnsweredBy", (*random.pick(&["human", "fax", "machine_start"])).into());
    if random.below(3) > 0 {
        put(&mut pairs, "SequenceNumber", random.below(5).to_string());
    }
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let event = CallEvent::read(&pairs, at).unwrap();
    let practitioner = *random.pick(&[None, Some("Practitioner/a"), Some("PractitionerRole/b")]);
    let mailbox = *random.pick(&[None, Some("refill"), Some("desk")]);
    CallState::of(&[CallEvent { practitioner, mailbox, inferred_direction: direction(random), ..event }])
}

fn union(item: &CallState, other: &CallState) -> CallState {
    let mut union = item.clone();
    union.merge(other);
    union
}

#[test]
fn merging_is_commutative_associative_and_idempotent() {
    let mut random = Random::new(4);
    for case in 0..3_000 {
        let (a, b, c) = (part(&mut random), part(&mut random), part(&mut random));
        assert_eq!(union(&a, &b), union(&b, &a), "case {case}");
        assert_eq!(union(&union(&a, &b), &c), union(&a, &union(&b, &c)), "case {case}");
        assert_eq!(union(&a, &a), a, "case {case}");
        assert_eq!(union(&a, &CallState::default()), a, "case {case}");
    }
}

#[test]
fn a_written_record_reads_back_unchanged() {
    let mut random = Random::new(5);
    for case in 0..3_000 {
        let log = union(&part(&mut random), &part(&mut random));
        let record = json(&log.write(None, EXTENSION_BASE).write());
        assert_eq!(CallState::read(&record), log, "case {case}: {}", record.write());
        assert_eq!(log.write(Some(record.clone()), EXTENSION_BASE), record, "case {case}");
    }
}

#[test]
fn a_record_with_thousands_of_legs_and_recordings_is_truncated() {
    let mut record = json(r#"{"resourceType":"Communication","status":"in-progress"}"#);
    let value = |name: &str, text: &str| format!(r#"{{"url":"{name}","valueString":"{text}"}}"#);
    let leg =
        |number: u64| format!(r#"{{"url":"leg","extension":[{}]}}"#, value("callSid", &format!("CA{number:032x}")));
    let mut parts = vec![value("callSid", &format!("CA{:032x}", 1))];
    parts.extend((0..5_000).map(|number| value("recordingSid", &format!("RE{number:032x}"))));
    parts.extend((2..10_000).map(leg));
    let extension = format!(r#"[{{"url":"{EXTENSION_BASE}/twilio-call","extension":[{}]}}]"#, parts.join(","));
    record.set("extension", json(&extension));
    let mut log = CallState::read(&record);
    assert_eq!((log.children().count(), log.root_leg().unwrap().recordings().count()), (299, 100));
    // The written record does not contain the legs and recordings that were cut.
    log.add_context(&CallContext { patient: Some("Patient/p1".into()), ..CallContext::default() });
    let written = log.write(Some(record), EXTENSION_BASE);
    assert_eq!(CallState::read(&written), log);
    assert!(written.write().len() < 60_000, "{}", written.write().len());
}
