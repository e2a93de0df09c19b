// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Records that an earlier version wrote: the parts of the root leg directly in the extension, codes instead of
//! strings, no displays, and the status of the root leg in the line.

use plumline::chart::{CallContext, CallState, Leg, NumberField, Outcome, RecordFormat, Status, TextField};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;

use crate::chart::recorded::{call, log_of, vectors};
use crate::json::{json, text};

/// A record as text, without the direction that a dialed leg shows.
pub(crate) fn without_inferred_direction(record: &Json) -> String {
    let part = |direction: &str| format!(r#"{{"url":"inferredDirection","valueString":"{direction}"}},"#);
    record.write().replace(&part("inbound"), "").replace(&part("outbound"), "")
}

/// The record that an earlier version wrote for a call state. That version had no `mailbox`, no `candidate`, no
/// `inferredDirection` and no `practitioner` of a leg.
pub(crate) fn earlier_record(log: &CallState) -> Json {
    // An earlier version did not store the direction that a dialed leg shows.
    let log = &CallState::read(&json(&without_inferred_direction(&log.write(None, EXTENSION_BASE))));
    let mut record = log.write(None, EXTENSION_BASE);
    let parts = record.at(&["extension", "0", "extension"]).map(Json::elements).unwrap_or_default().to_vec();
    if let Some(root) = log.root_sid() {
        let is_leg = |part: &Json| text(part, &["url"]) == "leg";
        let is_root = |part: &Json| is_leg(part) && text(part, &["extension", "0", "valueString"]) == root;
        let mut earlier = Vec::new();
        for part in parts.iter().filter(|part| is_root(part)) {
            earlier.extend(part.get("extension").unwrap().elements().iter().cloned().map(with_code));
        }
        earlier.extend(parts.iter().filter(|part| text(part, &["url"]) == "outcome").cloned());
        let context = ["patient", "relatedPerson", "practitioner", "appointment", "identity", "number", "prepared"];
        earlier.extend(parts.iter().filter(|part| context.contains(&text(part, &["url"]))).cloned());
        for leg in parts.iter().filter(|part| is_leg(part) && !is_root(part)) {
            let mut leg = leg.clone();
            let parts = leg.get("extension").unwrap().elements().iter().cloned().map(with_code).collect();
            leg.set("extension", Json::List(parts));
            earlier.push(leg);
        }
        let url = format!("{EXTENSION_BASE}/twilio-call");
        let extension = Json::object([("url", Json::of(&url)), ("extension", Json::List(earlier))]);
        record.set("extension", Json::List(vec![extension]));
        let ended = log.root_leg().is_some_and(Leg::has_ended);
        record.set("status", Json::of(if ended { "completed" } else { "in-progress" }));
    }
    let line = json(&format!(r#"[{{"contentString":"{}"}}]"#, earlier_line(log)));
    record.set("payload", line);
    for (name, system, code) in [
        ("category", "https://plumline.dev/fhir/communication-category", "twilio-voice"),
        ("medium", "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "TEL"),
    ] {
        record.set(name, json(&format!(r#"[{{"coding":[{{"system":"{system}","code":"{code}"}}]}}]"#)));
    }
    record
}

fn with_code(part: Json) -> Json {
    let url = text(&part, &["url"]).to_owned();
    if url != "callStatus" && url != "direction" {
        return part;
    }
    json(&format!(r#"{{"url":"{url}","valueCode":"{}"}}"#, text(&part, &["valueString"])))
}

fn earlier_line(log: &CallState) -> String {
    let line = log.summary_line();
    let (kind, _) = line.split_once(';').unwrap_or((&line, ""));
    let root = log.root_leg();
    let answered_by = |leg: &'_ Leg| leg.text(TextField::AnsweredBy).map(str::to_owned);
    let status = root.and_then(Leg::status).map(|status| format!("; status={}", status.word()));
    let by = root.and_then(answered_by).or_else(|| log.children().find_map(answered_by));
    let duration = root.and_then(|root| root.count(NumberField::Duration));
    [
        kind.to_owned(),
        status.unwrap_or_default(),
        by.map(|by| format!("; answeredBy={by}")).unwrap_or_default(),
        duration.map(|seconds| format!("; duration={seconds}s")).unwrap_or_default(),
    ]
    .concat()
}

/// A complete record of an earlier version, byte for byte.
const RECORD: &str = r#"{
    "resourceType": "Communication",
    "id": "c1",
    "meta": {"versionId": "7"},
    "extension": [{
        "url": "https://plumline.dev/fhir/StructureDefinition/twilio-call",
        "extension": [
            {"url": "callSid", "valueString": "CA000000000000000000000000000000a1"},
            {"url": "callStatus", "valueCode": "completed"},
            {"url": "direction", "valueCode": "inbound"},
            {"url": "from", "valueString": "client:practitioner_1"},
            {"url": "to", "valueString": "555-010-0123"},
            {"url": "durationSeconds", "valueInteger": 12},
            {"url": "sequenceNumber", "valueInteger": 0},
            {"url": "start", "valueInstant": "2018-03-25T09:53:00.400Z"},
            {"url": "end", "valueInstant": "2018-03-25T09:53:12.000Z"},
            {"url": "outcome", "valueCode": "busy"},
            {"url": "patient", "valueReference": {"reference": "Patient/p1"}},
            {"url": "practitioner", "valueReference": {"reference": "Practitioner/d1"}},
            {"url": "leg", "extension": [
                {"url": "callSid", "valueString": "CA000000000000000000000000000000b1"},
                {"url": "callStatus", "valueCode": "busy"},
                {"url": "outcome", "valueCode": "busy"},
                {"url": "parentCallSid", "valueString": "CA000000000000000000000000000000a1"},
                {"url": "direction", "valueCode": "outbound-dial"},
                {"url": "sequenceNumber", "valueInteger": 2},
                {"url": "note", "valueString": "of a clinic's bot"},
                {"url": "start", "valueInstant": "2018-03-25T09:53:01.000Z"},
                {"url": "end", "valueInstant": "2018-03-25T09:53:10.000Z"}
            ]},
            {"url": "menu", "valueString": "main"}
        ]
    }],
    "identifier": [{"system": "https://www.twilio.com/", "value": "CA000000000000000000000000000000a1"}],
    "status": "completed",
    "category": [{"coding": [{"system": "https://plumline.dev/fhir/communication-category", "code": "twilio-voice"}]}],
    "medium": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "code": "TEL"}]}],
    "subject": {"reference": "Patient/p1"},
    "sent": "2018-03-25T09:53:00.400Z",
    "recipient": [{"reference": "Patient/p1"}],
    "sender": {"reference": "Practitioner/d1"},
    "payload": [
        {"contentString": "Outbound Twilio voice call; status=completed; duration=12s"},
        {"contentString": "By hand."}
    ]
}"#;

#[test]
fn a_record_of_an_earlier_version_changes_only_with_its_call() {
    let record = json(RECORD);
    let log = CallState::read(&record);
    assert_eq!(log.outcome().map(Outcome::word), Some("busy"));
    assert_eq!(log.root_leg().and_then(Leg::status).map(Status::word), Some("completed"));
    assert_eq!(log.write(Some(record.clone()), EXTENSION_BASE), record);
    // Also under another category: only a change of the call rewrites the record.
    let format = RecordFormat { category_system: Some("https://clinic.example/category"), ..RecordFormat::default() };
    assert_eq!(log.write(Some(record.clone()), format), record);

    let mut changed = log.clone();
    changed.add_context(&CallContext { appointment: Some("Appointment/a1".into()), ..CallContext::default() });
    let written = changed.write(Some(record), EXTENSION_BASE);
    assert_eq!(CallState::read(&written), changed);
    let payload = r#""payload":[{"contentString":"Outbound Twilio voice call; status=busy; duration=12s"},{"contentString":"By hand."}]"#;
    let all = written.write();
    assert!(all.contains(payload), "{all}");
    assert!(!all.contains(r#""callStatus","valueCode""#) && !all.contains(r#""direction","valueCode""#), "{all}");
    assert_eq!(all.matches(r#""url":"menu""#).count(), 1, "{all}");
    assert_eq!(all.matches(r#""of a clinic's bot""#).count(), 1, "{all}");
    assert_eq!(all.matches(r#""url":"outcome""#).count(), 2, "{all}");
    assert_eq!(written.at(&["category", "0", "coding", "0", "display"]), Some(&Json::of("Twilio voice call")));
    assert_eq!(written.get("category").map(|list| list.elements().len()), Some(1));
    assert_eq!(written.at(&["extension", "0", "extension", "2", "valueString"]), Some(&Json::of("busy")));
    assert_eq!(changed.write(Some(written.clone()), EXTENSION_BASE), written);
}

#[test]
fn corrections_in_a_record_of_an_earlier_version_are_kept() {
    let mut record = json(RECORD);
    record.set("subject", json(r#"{"reference":"Patient/p2"}"#));
    record.set("status", Json::of("entered-in-error"));
    record.set("sender", Json::Null);
    record.set("payload", json(r#"[{"contentString":"Wrong patient."}]"#));
    let mut log = CallState::read(&record);
    log.add_context(&CallContext { appointment: Some("Appointment/a1".into()), ..CallContext::default() });
    let written = log.write(Some(record.clone()), EXTENSION_BASE);
    for name in ["subject", "status", "sender", "recipient", "payload"] {
        assert_eq!(written.get(name), record.get(name), "{name}");
    }
    assert_eq!(written.at(&["basedOn", "0", "reference"]), Some(&Json::of("Appointment/a1")));
}

#[test]
fn each_recorded_call_is_read_from_a_record_of_an_earlier_version() {
    for vector in vectors() {
        let name = text(&vector, &["name"]);
        let mut log = CallState::default();
        for event in vector.get("events").unwrap().elements() {
            log.merge(&log_of(event));
        }
        let record = earlier_record(&log);
        let line = vector.at(&["expect", "earlierLine"]).and_then(Json::text);
        assert_eq!(record.at(&["payload", "0", "contentString"]).and_then(Json::text), line, "{name}");
        assert_eq!(CallState::read(&record), log, "{name}");
        assert_eq!(log.write(Some(record), EXTENSION_BASE), earlier_record(&log), "{name}");
    }
}

/// An earlier version stored some events, and this version stores the others.
#[test]
fn a_call_across_an_update_gives_the_same_record() {
    for vector in vectors() {
        let name = text(&vector, &["name"]);
        let events: Vec<CallState> = vector.get("events").unwrap().elements().iter().map(log_of).collect();
        let mut all = CallState::default();
        for event in &events {
            all.merge(event);
        }
        let expected = all.write(None, EXTENSION_BASE);
        for updated in 1..events.len() {
            let mut log = CallState::default();
            for event in &events[..updated] {
                log.merge(event);
            }
            let mut record = earlier_record(&log);
            let unchanged = log == all;
            for event in &events[updated..] {
                let mut log = CallState::read(&record);
                log.merge(event);
                record = log.write(Some(record), EXTENSION_BASE);
            }
            let expected = if unchanged { earlier_record(&all) } else { expected.clone() };
            assert_eq!(record, expected, "{name}, {updated}");
        }
    }
}

#[test]
fn a_ticket_of_an_earlier_version_is_unchanged_until_it_is_claimed() {
    let context =
        CallContext { prepared_at: Some(1_521_971_500_000), identity: Some("a".into()), ..CallContext::default() };
    let log = CallState::prepared(&context);
    let ticket = earlier_record(&log);
    assert_eq!(log.write(Some(ticket.clone()), EXTENSION_BASE), ticket);
    let mut claimed = CallState::read(&ticket);
    claimed.merge(&call("from a browser and answered"));
    assert_eq!(claimed.write(Some(ticket), EXTENSION_BASE), claimed.write(None, EXTENSION_BASE));
}
