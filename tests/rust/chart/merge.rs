// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The laws of merging logs. A thousand calls give the same bytes in any order of their events.

use plumline::chart::{CallLog, Outcome};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::time::instant;

use crate::chart::calls::{Call, Event, call};
use crate::json::json;
use crate::random::Random;

const CALLS: u64 = 1_000;

/// What one callback does: it reads the record, adds an event and writes it, through text as over the network.
fn step(record: Option<Json>, known: &CallLog) -> Json {
    let mut log = record.as_ref().map(CallLog::read).unwrap_or_default();
    log.merge(known);
    json(&log.write(record, EXTENSION_BASE).write())
}

/// The events in any order, some of them repeated. The context comes at any time, too.
fn shuffled_logs(call: &Call, random: &mut Random) -> Vec<CallLog> {
    let mut stream: Vec<CallLog> = call.events.iter().map(Event::log).collect();
    stream.push(CallLog::ticket(&call.context));
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

/// A log of some of a call's events, sometimes of two calls. They should never be merged, but the laws still hold
/// same.
fn part(random: &mut Random) -> CallLog {
    let seed = 1 + random.below(3) as u64;
    let call = call(seed);
    let mut log = if random.one_in(2) { CallLog::ticket(&call.context) } else { CallLog::default() };
    for event in &call.events {
        if random.one_in(2) {
            log.merge(&altered_log(event, random));
        }
    }
    log
}

/// An event, or one as Twilio should never send it: another status, another sequence.
fn altered_log(event: &Event, random: &mut Random) -> CallLog {
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
    Event::Callback(pairs, at).log()
}

fn union(one: &CallLog, other: &CallLog) -> CallLog {
    let mut union = one.clone();
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
        assert_eq!(union(&a, &CallLog::default()), a, "case {case}");
    }
}

#[test]
fn a_written_record_reads_back_unchanged() {
    let mut random = Random::new(5);
    for case in 0..3_000 {
        let log = union(&part(&mut random), &part(&mut random));
        let record = json(&log.write(None, EXTENSION_BASE).write());
        assert_eq!(CallLog::read(&record), log, "case {case}: {}", record.write());
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
    let log = CallLog::read(&record);
    assert_eq!((log.children().count(), log.root_leg().unwrap().recordings().len()), (299, 100));
    // The record that is written does not claim them.
    let written = log.write(Some(record), EXTENSION_BASE);
    assert_eq!(CallLog::read(&written), log);
    assert!(written.write().len() < 60_000, "{}", written.write().len());
}
