// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The records of the calls in tests/vectors/call-events.json, one complete record, and records that other clients have
//! edited.

use plumline::chart::{CallContext, CallEvent, CallState, Outcome};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::time::{instant, parse_instant};

use crate::chart::summary::part;
use crate::json::json;

pub(super) fn vectors() -> Vec<Json> {
    json(include_str!("../../vectors/call-events.json")).take("calls").into_elements()
}

pub(super) fn log_of(event: &Json) -> CallState {
    let mut log = CallState::default();
    if let Some(listed) = event.get("listed") {
        log.add(&CallEvent::from_rest(listed).unwrap());
    } else {
        let params = event.get("params").unwrap().members();
        let pairs: Vec<_> = params.iter().map(|(name, value)| (name.as_str(), value.text().unwrap())).collect();
        let at = parse_instant(event.get("at").and_then(Json::text).unwrap()).unwrap();
        log.add(&CallEvent::read(&pairs, at).unwrap());
    }
    log
}

/// The events of a call by its name, merged.
pub(super) fn call(name: &str) -> CallState {
    let vector = vectors().into_iter().find(|vector| vector.get("name") == Some(&Json::of(name))).unwrap();
    let mut log = CallState::default();
    for event in vector.get("events").unwrap().elements() {
        log.merge(&log_of(event));
    }
    log
}

#[test]
fn each_recorded_call_gives_the_expected_record() {
    for vector in vectors() {
        let name = vector.get("name").and_then(Json::text).unwrap();
        let expect = |what: &str| vector.at(&["expect", what]).and_then(Json::text);
        let mut events: Vec<CallState> = vector.get("events").unwrap().elements().iter().map(log_of).collect();
        for order in ["as they happened", "backwards"] {
            let mut record = None;
            for event in &events {
                let mut log = record.as_ref().map(CallState::read).unwrap_or_default();
                log.merge(event);
                record = Some(log.write(record, EXTENSION_BASE));
            }
            let record = record.unwrap();
            let log = CallState::read(&record);
            let text = |path: &[&str]| record.at(path).and_then(Json::text);
            assert_eq!(log.outcome().map(Outcome::word), expect("outcome"), "{name}, {order}");
            assert_eq!(text(&["status"]), expect("status"), "{name}, {order}");
            assert_eq!(text(&["payload", "0", "contentString"]), expect("line"), "{name}, {order}");
            assert_eq!(text(&["sent"]), expect("sent"), "{name}, {order}");
            assert_eq!(text(&["received"]), expect("received"), "{name}, {order}");
            for value in ["callStatus", "direction", "answeredBy"] {
                let found = part(&record, value).and_then(|part| part.get("valueString")?.text());
                assert_eq!(found, expect(value), "{name}, {order}: {value}");
            }
            let legs = vector.at(&["expect", "legs"]).unwrap().members();
            assert_eq!(log.children().count(), legs.len(), "{name}, {order}");
            for (sid, outcome) in legs {
                let leg = log.leg(sid).unwrap();
                assert_eq!(leg.outcome().map(Outcome::word), outcome.text(), "{name}, {order}");
            }
            events.reverse();
        }
    }
}

fn context() -> CallContext {
    let owned = |text: &str| Some(text.to_owned());
    CallContext {
        patient: owned("Patient/p1"),
        practitioner: owned("Practitioner/d1"),
        appointment: owned("Appointment/a1"),
        ..CallContext::default()
    }
}

#[test]
fn a_record_is_written_byte_for_byte() {
    let mut log = call("from a browser and answered");
    log.add_context(&context());
    let expected = r#"{
        "resourceType": "Communication",
        "extension": [{
            "url": "https://clinic.example/fhir/twilio-call",
            "extension": [
                {"url": "callSid", "valueString": "CA000000000000000000000000000000a1"},
                {"url": "direction", "valueString": "outbound-dial"},
                {"url": "callStatus", "valueString": "completed"},
                {"url": "outcome", "valueCode": "answered"},
                {"url": "durationSeconds", "valueInteger": 61},
                {"url": "sequenceNumber", "valueInteger": 3},
                {"url": "patient", "valueReference": {"reference": "Patient/p1"}},
                {"url": "practitioner", "valueReference": {"reference": "Practitioner/d1"}},
                {"url": "appointment", "valueReference": {"reference": "Appointment/a1"}},
                {"url": "leg", "extension": [
                    {"url": "callSid", "valueString": "CA000000000000000000000000000000a1"},
                    {"url": "callStatus", "valueString": "completed"},
                    {"url": "direction", "valueString": "inbound"},
                    {"url": "from", "valueString": "client:practitioner_1"},
                    {"url": "to", "valueString": "555-010-0123"},
                    {"url": "durationSeconds", "valueInteger": 61},
                    {"url": "sequenceNumber", "valueInteger": 0},
                    {"url": "start", "valueInstant": "2018-03-25T09:53:00.400Z"},
                    {"url": "answered", "valueInstant": "2018-03-25T09:54:00.400Z"},
                    {"url": "end", "valueInstant": "2018-03-25T09:54:01.000Z"}
                ]},
                {"url": "leg", "extension": [
                    {"url": "callSid", "valueString": "CA000000000000000000000000000000b1"},
                    {"url": "callStatus", "valueString": "completed"},
                    {"url": "outcome", "valueCode": "answered"},
                    {"url": "parentCallSid", "valueString": "CA000000000000000000000000000000a1"},
                    {"url": "direction", "valueString": "outbound-dial"},
                    {"url": "from", "valueString": "+15550100001"},
                    {"url": "to", "valueString": "+15550100123"},
                    {"url": "durationSeconds", "valueInteger": 49},
                    {"url": "sequenceNumber", "valueInteger": 3},
                    {"url": "start", "valueInstant": "2018-03-25T09:53:01.000Z"},
                    {"url": "answered", "valueInstant": "2018-03-25T09:53:10.000Z"},
                    {"url": "end", "valueInstant": "2018-03-25T09:53:59.000Z"},
                    {"url": "bridged", "valueBoolean": true},
                    {"url": "reportedStatus", "valueCode": "completed"}
                ]}
            ]
        }],
        "identifier": [{"system": "https://www.twilio.com/", "value": "CA000000000000000000000000000000a1"}],
        "basedOn": [{"reference": "Appointment/a1"}],
        "status": "completed",
        "category": [{"coding": [{"system": "https://plumline.dev/fhir/communication-category", "code": "twilio-voice", "display": "Twilio voice call"}]}],
        "medium": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "code": "TEL", "display": "telephone"}]},
            {"coding": [{"system": "https://plumline.dev/fhir/phone-number", "code": "+15550100001"}]}],
        "subject": {"reference": "Patient/p1"},
        "sent": "2018-03-25T09:53:00.400Z",
        "received": "2018-03-25T09:53:10.000Z",
        "recipient": [{"reference": "Patient/p1"}],
        "sender": {"reference": "Practitioner/d1"},
        "payload": [{"contentString": "Outbound Twilio voice call; status=completed; duration=61s"}]
    }"#;
    assert_eq!(log.write(None, "https://clinic.example/fhir").write(), json(expected).write());
}

#[test]
fn the_sender_of_an_incoming_call_is_the_patient_or_their_representative() {
    let mut log = call("no answer");
    log.add_context(&CallContext { related: Some("RelatedPerson/r1".into()), ..context() });
    let record = log.write(None, EXTENSION_BASE);
    let reference = |path: &[&str]| record.at(path).and_then(Json::text).map(str::to_owned);
    assert_eq!(reference(&["sender", "reference"]).as_deref(), Some("RelatedPerson/r1"));
    assert_eq!(reference(&["recipient", "0", "reference"]).as_deref(), Some("Practitioner/d1"));
    assert_eq!(reference(&["subject", "reference"]).as_deref(), Some("Patient/p1"));
}

#[test]
fn a_ticket_is_prepared_and_then_claimed() {
    let ticket = CallContext {
        identity: Some("practitioner_1".into()),
        number: Some("+15550100123".into()),
        prepared_at: parse_instant("2018-03-25T09:52:00Z"),
        ..context()
    };
    let log = CallState::prepared(&ticket);
    let record = log.write(None, EXTENSION_BASE);
    assert_eq!((record.get("status"), record.get("identifier")), (Some(&Json::of("preparation")), None));
    assert_eq!(record.at(&["sender", "reference"]), Some(&Json::of("Practitioner/d1")));
    assert_eq!(record.at(&["payload", "0", "contentString"]), Some(&Json::of("Outbound Twilio voice call")));
    assert_eq!(CallState::read(&record), log);
    assert_eq!((log.root_sid(), log.outcome(), log.context()), (None, None, &ticket));
    let mut claimed = CallState::read(&record);
    claimed.merge(&call("from a browser and answered"));
    let record = claimed.write(Some(record), EXTENSION_BASE);
    assert_eq!(record, claimed.write(None, EXTENSION_BASE));
    assert_eq!(record.get("status"), Some(&Json::of("completed")));
    assert_eq!(record.at(&["identifier", "0", "value"]).and_then(Json::text), claimed.root_sid());
}

/// The record of a call that `change` edits during the call, after the end of the call.
fn after(change: impl FnOnce(&mut Json)) -> Json {
    let mut early = call("only the dialed leg is known");
    early.add_context(&context());
    let mut record = early.write(None, EXTENSION_BASE);
    change(&mut record);
    let mut log = CallState::read(&record);
    log.merge(&call("no answer"));
    log.write(Some(record), EXTENSION_BASE)
}

#[test]
fn additions_by_other_clients_are_kept() {
    let record = after(|record| {
        record.set("id", Json::of("id-1"));
        record.set("meta", json(r#"{"versionId":"v7","tag":[{"code":"x"}]}"#));
        record.set("note", json(r#"[{"text":"Called back."}]"#));
        record.set("topic", json(r#"{"text":"Results"}"#));
        for (name, element) in [
            ("payload", r#"{"contentString":"By hand."}"#),
            ("extension", r#"{"url":"https://example.com/other","valueBoolean":true}"#),
            ("identifier", r#"{"system":"https://example.com/","value":"7"}"#),
            ("category", r#"{"text":"callback"}"#),
            ("recipient", r#"{"reference":"Practitioner/d2"}"#),
        ] {
            let mut list = record.get(name).map(Json::elements).unwrap_or_default().to_vec();
            list.push(json(element));
            record.set(name, Json::List(list));
        }
        // A later version of Plumline, or a bot of the clinic, adds a part to the extension and to a leg.
        let text = record.write();
        let part = r#"{"url":"menu","valueString":"main"}"#;
        let text = text.replacen(r#"{"url":"callSid""#, &format!(r#"{part},{{"url":"callSid""#), 1);
        let leg = r#"{"url":"leg","extension":["#;
        assert!(text.contains(leg));
        *record = json(&text.replace(leg, &format!("{leg}{part},")));
    });
    let text = record.write();
    for kept in [
        r#""id":"id-1","meta":{"versionId":"v7","tag":[{"code":"x"}]}"#,
        r#""note":[{"text":"Called back."}]"#,
        r#""topic":{"text":"Results"}"#,
        r#""payload":[{"contentString":"Inbound Twilio voice call; status=no-answer; duration=30s"},{"contentString":"By hand."}]"#,
        r#"{"url":"https://example.com/other","valueBoolean":true}"#,
        r#"{"system":"https://example.com/","value":"7"}"#,
        r#"{"text":"callback"}"#,
        r#""recipient":[{"reference":"Practitioner/d1"},{"reference":"Practitioner/d2"}]"#,
    ] {
        assert!(text.contains(kept), "{kept}\n{text}");
    }
    // In the extension, the root leg and the dialed leg.
    assert_eq!(text.matches(r#"{"url":"menu","valueString":"main"}"#).count(), 3, "{text}");
    let mut expected = call("only the dialed leg is known");
    expected.merge(&call("no answer"));
    expected.add_context(&context());
    assert_eq!(CallState::read(&record), expected);
}

#[test]
fn corrections_by_other_clients_are_kept() {
    let patient = json(r#"{"reference":"Patient/p2"}"#);
    let record = after(|record| {
        record.set("subject", patient.clone());
        record.set("status", Json::of("entered-in-error"));
        record.set("basedOn", Json::Null);
    });
    assert_eq!(record.get("subject"), Some(&patient));
    assert_eq!(record.get("status"), Some(&Json::of("entered-in-error")));
    assert_eq!(record.get("basedOn"), None);
    assert_eq!(record.get("sent").and_then(Json::text), Some(instant(1_521_971_580_400).as_str()));
}

#[test]
fn a_record_by_another_client_is_adopted_and_keeps_its_content() {
    let draft = r#"{"resourceType":"Communication","id":"x","status":"unknown","subject":{"reference":"Patient/p9"},"identifier":[{"system":"https://www.twilio.com/","value":"CA000000000000000000000000000000a1","use":"official"}]}"#;
    let mut log = call("no answer");
    log.add_context(&context());
    let record = log.write(Some(json(draft)), EXTENSION_BASE);
    assert_eq!(record.at(&["subject", "reference"]), Some(&Json::of("Patient/p9")));
    assert_eq!(record.get("status"), Some(&Json::of("completed")));
    assert_eq!(record.at(&["identifier", "0", "use"]), Some(&Json::of("official")));
    assert_eq!(CallState::read(&record), log);
    assert_eq!(log.write(Some(record.clone()), EXTENSION_BASE), record);
    // Another type of resource is ignored.
    assert_eq!(log.write(Some(Json::Null), EXTENSION_BASE), log.write(None, EXTENSION_BASE));
}

#[test]
fn a_listed_call_changes_no_complete_record() {
    let vectors = vectors();
    let vector =
        vectors.iter().find(|vector| vector.get("name") == Some(&Json::of("all data of Twilio's list"))).unwrap();
    let events = vector.get("events").unwrap().elements();
    let listed = |at: usize| CallEvent::from_rest(events[at].get("listed").unwrap()).unwrap();
    let mut log = CallState::of(&[listed(0)]);
    assert!(log.includes(&listed(0)) && !log.includes(&listed(1)));
    log.merge(&call("from a browser and answered"));
    // The list has whole seconds. A difference below a second causes no write.
    assert!(log.includes(&listed(0)) && log.includes(&listed(1)));
    assert!(!call("only the dialed leg is known").includes(&listed(1)));
    assert!(!call("only the dialed leg is known").includes(&listed(0)));
}

#[test]
fn invalid_values_in_the_chart_are_ignored() {
    for part in [
        r#"{"url":"callSid","valueString":"CA1"}"#,
        r#"{"url":"leg"}"#,
        r#"{"url":"leg","extension":[{"url":"callSid","valueInteger":7}]}"#,
        r#"{"url":"patient","valueString":"Patient/p1"}"#,
        r#"{"url":"prepared","valueInstant":"soon"}"#,
        "7",
        "[]",
    ] {
        let text = format!(
            r#"{{"resourceType":"Communication","identifier":{{}},"extension":[null,{{"url":"{EXTENSION_BASE}/twilio-call","extension":[{part}]}}]}}"#
        );
        let record = json(&text);
        assert_eq!(CallState::read(&record), CallState::default(), "{part}");
        let log = call("no answer");
        assert_eq!(CallState::read(&log.write(Some(record), EXTENSION_BASE)), log, "{part}");
    }
    let sid = r#"{"url":"callSid","valueString":"CA000000000000000000000000000000a1"}"#;
    for part in [
        r#"{"url":"callStatus","valueCode":"exploded"}"#,
        r#"{"url":"sequenceNumber","valueInteger":-1}"#,
        r#"{"url":"start","valueInstant":"2018"}"#,
        r#"{"url":"durationSeconds","valueString":"7"}"#,
        r#"{"url":"recordingSid","valueString":"RE7"}"#,
        r#"{"url":"to","valueString":""}"#,
    ] {
        let text = format!(r#"{{"extension":[{{"url":"{EXTENSION_BASE}/twilio-call","extension":[{sid},{part}]}}]}}"#);
        let mut known = CallState::default();
        known.set_root("CA000000000000000000000000000000a1");
        assert_eq!(CallState::read(&json(&text)), known, "{part}");
    }
}

#[test]
fn an_outbound_call_without_an_answered_callee_is_not_answered() {
    let outcome = |from: &str, to: &str, direction: &str, context: &CallContext| {
        let mut log = CallState::prepared(context);
        let ended = [
            ("CallSid", "CA000000000000000000000000000000a1"),
            ("CallStatus", "completed"),
            ("From", from),
            ("To", to),
            ("Direction", direction),
            ("CallDuration", "6"),
        ];
        log.add(&CallEvent::read(&ended, 1_795_000_000_000).unwrap());
        log.outcome().map(Outcome::word)
    };
    let (own, patient) = ("+15550100001", "+15550100123");
    let prepared = CallContext { prepared_at: Some(1_794_999_900_000), ..CallContext::default() };
    // A browser may hear a refusal instead of a callee. The practitioner may hang up before the patient is dialed.
    assert_eq!(outcome("client:a", patient, "inbound", &CallContext::default()), Some("no-answer"));
    assert_eq!(outcome(own, "+15550100077", "outbound-api", &prepared), Some("no-answer"));
    // A call by REST without a ticket is answered by its callee. A queued caller is also answered.
    assert_eq!(outcome(own, patient, "outbound-api", &CallContext::default()), Some("answered"));
    assert_eq!(outcome("client:a", "queue:nurses", "inbound", &CallContext::default()), Some("answered"));
}

/// Returns the record's `received` in seconds after the start of the call. `events` has the requests of the root call:
/// the time in the same unit, and the parameters.
fn received(events: &[(u64, &[(&str, &str)])]) -> Option<u64> {
    const BEGAN: u64 = 1_795_000_000_000;
    let mut log = CallState::default();
    for (at, pairs) in events {
        let call = [("CallSid", "CA000000000000000000000000000000a1"), ("Direction", "inbound")];
        log.add(&CallEvent::read(&[&call, *pairs].concat(), BEGAN + at * 1_000).unwrap());
    }
    let record = log.write(None, EXTENSION_BASE);
    assert_eq!(CallState::read(&record).write(Some(record.clone()), EXTENSION_BASE), record);
    let at = record.get("received").map(|at| parse_instant(at.text().unwrap()).unwrap());
    at.map(|at| (at - BEGAN) / 1_000)
}

/// Twilio reports a wait in a queue after the conversation that followed it.
#[test]
fn a_queued_caller_is_answered_when_the_wait_ends() {
    const RINGING: (u64, &[(&str, &str)]) = (0, &[("CallStatus", "ringing")]);
    const LEFT: (u64, &[(&str, &str)]) =
        (660, &[("CallStatus", "in-progress"), ("QueueResult", "bridged"), ("QueueTime", "60")]);
    const GONE: (u64, &[(&str, &str)]) =
        (660, &[("CallStatus", "completed"), ("QueueResult", "bridged"), ("QueueTime", "60")]);
    const END: (u64, &[(&str, &str)]) = (661, &[("CallStatus", "completed"), ("CallDuration", "661")]);
    const CHILD: &str = "CA000000000000000000000000000000b1";
    const RANG: (u64, &[(&str, &str)]) =
        (20, &[("CallStatus", "in-progress"), ("DialCallStatus", "no-answer"), ("DialCallSid", CHILD)]);
    assert_eq!(received(&[RINGING, LEFT, END]), Some(60));
    assert_eq!(received(&[RINGING, GONE]), Some(60));
    // The first stored event is after the conversation, so only the end of the call shows its start.
    assert_eq!(received(&[LEFT, END]), Some(60));
    assert_eq!(received(&[LEFT]), None);
    assert_eq!(received(&[GONE]), None);
    // A leg was dialed before the queue.
    assert_eq!(received(&[RINGING, RANG, LEFT, END]), Some(80));
    assert_eq!(received(&[RANG, LEFT]), Some(80));
    // The length of the wait is unknown or invalid.
    let bridged = [("CallStatus", "in-progress"), ("QueueResult", "bridged")];
    assert_eq!(received(&[RINGING, (660, &bridged), END]), None);
    let long = [("CallStatus", "in-progress"), ("QueueResult", "bridged"), ("QueueTime", "2147483647")];
    assert_eq!(received(&[RINGING, (660, &long), END]), Some(661));
    // The caller was not taken out of the queue.
    let left = [("CallStatus", "in-progress"), ("QueueResult", "hangup"), ("QueueTime", "60")];
    assert_eq!(received(&[RINGING, (60, &left), END]), None);
}

/// If the config cannot be read, the clinic's base URL is unknown, and the extension gets the default base URL.
#[test]
fn extensions_under_another_base_url_are_read_and_merged() {
    const CLINIC: &str = "https://clinic.example/fhir";
    let (early, late) = (call("only the dialed leg is known"), call("no answer"));
    let mut both = early.clone();
    both.merge(&late);
    both.add_context(&context());
    let expected = both.write(None, CLINIC);
    for (item, other) in [
        (CLINIC, EXTENSION_BASE),
        (EXTENSION_BASE, CLINIC),
        ("https://older.example", CLINIC),
        (CLINIC, "https://older.example"),
    ] {
        // The base URL changed between two writes of Plumline.
        let mut log = early.clone();
        log.add_context(&context());
        let mut record = log.write(None, item);
        log = CallState::read(&record);
        log.merge(&late);
        record = log.write(Some(record), other);
        assert_eq!(record, both.write(None, other), "{item} {other}");
        assert_eq!(CallState::read(&record).write(Some(record), CLINIC), expected, "{item} {other}");
        // There is a second extension without other elements. A user has also corrected the patient, removed the
        // appointment, and added parts.
        let mut log = early.clone();
        log.add_context(&context());
        let mut record = log.write(None, item);
        let added = r#"{"url":"menu","valueString":"main"}"#;
        let second = late.write(None, other).at(&["extension", "0"]).unwrap().write();
        let second = second.replacen(r#"{"url":"callSid""#, &format!(r#"{added},{{"url":"callSid""#), 1);
        let other = r#"{"url":"https://example.com/other","valueBoolean":true}"#;
        let mut extensions = record.get("extension").unwrap().elements().to_vec();
        extensions.extend([other, &second].map(json));
        record.set("extension", Json::List(extensions));
        let patient = json(r#"{"reference":"Patient/p2"}"#);
        record.set("subject", patient.clone());
        record.set("basedOn", Json::Null);
        let merged = CallState::read(&record);
        assert_eq!(merged, both, "{item} {other}");
        let record = merged.write(Some(record), CLINIC);
        let extensions = record.get("extension").unwrap().elements();
        assert_eq!(extensions.len(), 2, "{}", record.write());
        assert_eq!(extensions[0].get("url"), expected.at(&["extension", "0", "url"]));
        assert_eq!((extensions[1].write().as_str(), record.write().matches(added).count()), (other, 1));
        for name in ["status", "sent", "received", "payload", "sender", "recipient"] {
            assert_eq!(record.get(name), expected.get(name), "{name}");
        }
        assert_eq!((record.get("subject"), record.get("basedOn")), (Some(&patient), None));
        assert_eq!(merged.write(Some(record.clone()), CLINIC), record);
    }
}

/// Events of a conference have no `CallSid`. Events of a participant have the `CallSid` and a sequence number.
/// Source: <https://www.twilio.com/docs/voice/twiml/conference>.
#[test]
fn a_caller_who_joins_someone_in_a_conference_is_answered() {
    let outcome = |events: &[(&str, &str)], starts: &str, reason: &str| {
        let call = [("CallSid", "CA000000000000000000000000000000a1")];
        let mut log = CallState::default();
        let read = |log: &mut CallState, pairs: &[(&str, &str)]| {
            log.add(&CallEvent::read(&[&call, pairs].concat(), 1_795_000_000_000).unwrap());
        };
        for (event, number) in events {
            let room =
                [("ConferenceSid", "CF1"), ("StartConferenceOnEnter", starts), ("ReasonParticipantLeft", reason)];
            read(&mut log, &[&room[..], &[("StatusCallbackEvent", *event), ("SequenceNumber", *number)]].concat());
        }
        read(&mut log, &[("CallStatus", "completed"), ("CallDuration", "600"), ("Direction", "inbound")]);
        let record = log.write(None, EXTENSION_BASE);
        assert_eq!(CallState::read(&record), log);
        assert_eq!(record.get("received"), None, "{}", record.write());
        log.outcome().map(Outcome::word)
    };
    let (join, leave, hung_up) = ("participant-join", "participant-leave", "participant_hung_up");
    // The caller joins first. Then a participant joins (2) and the conference starts (3). Or the participant was first.
    assert_eq!(outcome(&[(join, "1"), (leave, "4")], "true", hung_up), Some("answered"));
    assert_eq!(outcome(&[(leave, "4")], "true", hung_up), Some("answered"));
    assert_eq!(outcome(&[(join, "2")], "true", ""), Some("answered"));
    // The caller is always alone.
    assert_eq!(outcome(&[(join, "1"), (leave, "2")], "true", hung_up), Some("no-answer"));
    assert_eq!(outcome(&[(join, "1")], "true", ""), Some("no-answer"));
    // Two callers wait for staff in one conference. They do not hear each other.
    assert_eq!(outcome(&[(join, "2"), (leave, "4")], "false", hung_up), Some("no-answer"));
    assert_eq!(outcome(&[(join, "1"), (leave, "5")], "false", "moderator_ended_conference"), Some("answered"));
    assert_eq!(outcome(&[("participant-mute", "9"), (join, "x")], "true", ""), Some("no-answer"));
}
