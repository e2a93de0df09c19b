// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `start-call` prepares a call for a browser, and `end-call` ends it.

use plumline::chart::{CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::outbound::{LIFETIME, SealingKeys};
use plumline::runtime::{Reply, Secret};
use plumline::time::instant;

use crate::constants::NOW;
use crate::fault::{Faults, TRANSIENT};
use crate::json::{json, text};
use crate::random::Random;
use crate::world::staff::{START, amber, bruno, refusal};
use crate::world::webhook::{browser, webhook_flow};
use crate::world::{AMBER, AMBER_IDENTITY, BRUNO, PATIENT, SECRET, World, sid};

#[test]
fn a_call_is_prepared_and_then_placed() {
    let mut world = World::default();
    let value = amber().value(&mut world, START);
    assert_eq!(world.fhir.batches.len(), 3);
    assert_eq!(world.fhir.batches[0].requests.len(), 4, "one batch reads all");
    let record = world.communications()[0].clone();
    assert_eq!(text(&value, &["communication"]), format!("Communication/{}", text(&record, &["id"])));
    assert_eq!((text(&record, &["status"]), record.get("sent")), ("preparation", None));
    assert_eq!(
        (text(&record, &["subject", "reference"]), text(&record, &["recipient", "0", "reference"])),
        ("Patient/eve", "Patient/eve")
    );
    assert_eq!(text(&record, &["sender", "reference"]), format!("Practitioner/{AMBER}"));
    assert_eq!(text(&record, &["basedOn", "0", "reference"]), "Appointment/visit");
    assert!(!value.write().contains(PATIENT), "the browser needs no number");
    let ticket = text(&value, &["ticket"]);
    let sealing = SealingKeys::read(SECRET).unwrap();
    assert_eq!(sealing.open(ticket, AMBER_IDENTITY, NOW), Ok(text(&record, &["id"])));
    assert_eq!(text(&value, &["expires"]), instant(NOW + LIFETIME * 1_000));
    // The browser sends the ticket to the webhook.
    let from = format!("client:{AMBER_IDENTITY}");
    let call = sid(1);
    let params = browser(&from, &call, &[("Ticket", ticket)]);
    let response = world.play(webhook_flow(&params, &[(Secret::SealingKeys, SECRET)], NOW + 1_000));
    let Reply::Twiml(xml) = response.reply else { panic!() };
    let caller_id = format!("callerId=\"{}\"", text(&value, &["fromNumber"]));
    assert!(xml.contains(&format!(">{PATIENT}</Number>")) && xml.contains(&caller_id), "{xml}");
    // The practitioner who placed the call ends it.
    let end = format!(r#"{{"operation":"end-call","callSid":"{call}"}}"#);
    assert_eq!(amber().refused(&mut world, &end), ("RECORD_NOT_FOUND Communication".into(), 404));
    world.calls.push(json(&format!(
        r#"{{"sid":"{call}","from":"{from}","to":"","status":"in-progress","direction":"inbound"}}"#
    )));
    assert_eq!(text(&amber().value(&mut world, &end), &["status"]), "completed");
    assert_eq!(text(world.communications()[0], &["status"]), "completed");
    let posts = world.http.iter().filter(|request| request.method == "POST").count();
    // A repeated request changes nothing.
    assert_eq!(text(&amber().value(&mut world, &end), &["status"]), "completed");
    assert_eq!(world.http.iter().filter(|request| request.method == "POST").count(), posts);
}

#[test]
fn the_best_number_of_the_patient_is_used() {
    let callee = |telecom: &str| {
        let mut world = World::default();
        world.change("Patient/eve", "telecom", json(telecom));
        let response = amber().send(&mut world, START);
        if let Some((code, _)) = refusal(&response.reply) {
            return code;
        }
        let parts = world.communications()[0].at(&["extension", "0", "extension"]).unwrap().clone();
        let number = parts.elements().iter().find(|part| text(part, &["url"]) == "number").cloned();
        text(&number.unwrap(), &["valueString"]).to_owned()
    };
    let point = |more: &str, value: &str| format!(r#"{{"system":"phone","value":"{value}"{more}}}"#);
    let list = |points: &[String]| callee(&format!("[{}]", points.join(",")));
    let (home, mobile) = (point("", "(555) 010-0130"), point(r#","use":"mobile""#, "+1 555.010.0131"));
    assert_eq!(list(&[home.clone(), mobile.clone()]), "+15550100131");
    assert_eq!(list(&[point(r#","use":"old""#, "+15550100132"), home.clone()]), "+15550100130");
    assert_eq!(list(&[point(r#","period":{"end":"2020-01-01"}"#, "+15550100132"), home.clone()]), "+15550100130");
    // The periods have partial dates.
    for (period, number) in [
        (r#"{"end":"2026"}"#, "+15550100132"),
        (r#"{"end":"2026-11"}"#, "+15550100132"),
        (r#"{"start":"2026-11-18"}"#, "+15550100132"),
        (r#"{"end":"2025"}"#, "+15550100130"),
        (r#"{"end":"2026-10"}"#, "+15550100130"),
        (r#"{"start":"2099-01-01"}"#, "+15550100130"),
        (r#"{"start":"2027"}"#, "+15550100130"),
        (r#"{"start":"2026-11-18T11:07:00Z"}"#, "+15550100130"),
    ] {
        let limited = point(&format!(r#","use":"mobile","period":{period}"#), "+15550100132");
        assert_eq!(list(&[limited, home.clone()]), number, "{period}");
    }
    assert_eq!(list(&[point(r#","rank":2"#, "+15550100133"), point(r#","rank":1"#, "+15550100134")]), "+15550100134");
    assert_eq!(list(&[home.replace("phone", "fax"), home.replace("phone", "sms")]), "+15550100130");
    // A permitted number is preferred. If there is none, the refusal has the reason.
    let premium = point(r#","use":"mobile""#, "+19005550199");
    assert_eq!(list(&[premium.clone(), home]), "+15550100130");
    assert_eq!(list(&[premium]), "OUTBOUND_BLOCKED");
    assert_eq!(list(&[point("", "911")]), "OUTBOUND_EMERGENCY");
    assert_eq!(list(&[point("", "ask her mother")]), "OUTBOUND_NUMBER_INVALID");
    assert_eq!(list(&[]), "OUTBOUND_NO_NUMBER");
}

#[test]
fn an_invalid_call_is_refused_before_anything_is_written() {
    let input = |more: &str| format!(r#"{{"operation":"start-call"{more}}}"#);
    for (more, expected) in [
        ("", ("OPERATION_ARGUMENT patient", 400)),
        (r#","patient":7"#, ("OPERATION_ARGUMENT patient", 400)),
        (r#","patient":"Practitioner/x""#, ("OPERATION_ARGUMENT patient", 400)),
        (r#","patient":"../Patient/eve""#, ("OPERATION_ARGUMENT patient", 400)),
        (r#","patient":"Patient/unknown""#, ("RECORD_NOT_FOUND Patient", 404)),
        (r#","patient":"eve","appointment":"nowhere""#, ("RECORD_NOT_FOUND Appointment", 404)),
        (r#","patient":"eve","requestId":"a b""#, ("OPERATION_ARGUMENT requestId", 400)),
        (r#","number":"""#, ("OPERATION_ARGUMENT number", 400)),
        (r#","number":"x""#, ("OUTBOUND_NUMBER_INVALID", 400)),
        (r#","number":"9-1-1""#, ("OUTBOUND_EMERGENCY", 403)),
        (r#","number":"+1 900 555 0199""#, ("OUTBOUND_BLOCKED", 403)),
        (r#","number":"+49 30 23125 123""#, ("OUTBOUND_COUNTRY", 403)),
        (r#","number":"(555) 010-0002""#, ("OUTBOUND_OWN_NUMBER", 403)),
    ] {
        let mut world = World::default();
        assert_eq!(amber().refused(&mut world, &input(more)), (expected.0.to_owned(), expected.1), "{more}");
        assert_eq!(world.communications().len(), 0);
    }
    // The appointment is of another patient, or the requester may not read the patient.
    let mut world = World::default();
    world.put(r#"{"resourceType":"Patient","id":"finn"}"#);
    let finn = input(r#","patient":"finn","appointment":"visit""#);
    assert_eq!(amber().refused(&mut world, &finn), ("OPERATION_ARGUMENT appointment".into(), 400));
    let mut world = World::forbidding("GET Patient");
    assert_eq!(amber().refused(&mut world, START), ("RECORD_FORBIDDEN Patient".into(), 403));
    let mut world = World::forbidding("POST Communication");
    let response = amber().send(&mut world, START);
    assert_eq!(refusal(&response.reply), Some(("RECORD_FORBIDDEN Communication".into(), 403)));
    // The resource type is in the log once.
    assert_eq!(response.log.len(), 1, "{:?}", response.log);
    // The config has hours and limits.
    let config = r#"{"timeZone":"America/New_York","outbound":{"hours":{"from":"11:00","to":"18:00"}}}"#;
    let early = amber().secret("PLUMLINE_CONFIG", config);
    assert_eq!(early.refused(&mut World::default(), START), ("OUTBOUND_HOURS".into(), 409));
    let limited = amber().secret("PLUMLINE_CONFIG", r#"{"outbound":{"concurrent":1}}"#);
    let mut world = World::default();
    limited.value(&mut world, START);
    let (record, sent) = (format!("Communication/{}", text(world.communications()[0], &["id"])), instant(NOW));
    world.change(&record, "status", Json::of("in-progress"));
    world.change(&record, "sent", Json::of(&sent));
    assert_eq!(limited.refused(&mut world, START), ("OUTBOUND_CONCURRENT".into(), 409));
    // The request has a number and no patient.
    let mut world = World::default();
    amber().value(&mut world, &input(r#","number":"(555) 010-0140""#));
    assert_eq!(world.communications()[0].get("subject"), None);
}

#[test]
fn a_repeated_request_prepares_one_call() {
    let input = START.replace("\"visit\"", "\"visit\",\"requestId\":\"r1\"");
    let mut world = World::default();
    let first = amber().value(&mut world, &input);
    let again = amber().at(NOW + 60_000).value(&mut world, &input);
    for name in ["communication", "fromNumber", "identity"] {
        assert_eq!(first.get(name), again.get(name));
    }
    assert_eq!(world.communications().len(), 1);
    // The ticket expires with its record, even if it is requested later.
    for name in ["ticket", "expires"] {
        assert_eq!(first.get(name), again.get(name));
    }
    let expiry = NOW + LIFETIME * 1_000;
    assert_eq!(amber().at(expiry - 1).value(&mut world, &input).get("ticket"), first.get("ticket"));
    for late in [0, 15 * 60_000] {
        let refused = amber().at(expiry + late).refused(&mut world, &input);
        assert_eq!(refused, ("OUTBOUND_REQUEST_EXPIRED".into(), 409));
    }
    // The requestId is used for another call, by a colleague, and after its call was placed.
    let other = input.replace("\"appointment\":\"visit\",", "");
    assert_eq!(amber().refused(&mut world, &other), ("OUTBOUND_REQUEST_USED".into(), 409));
    bruno().value(&mut world, &input);
    assert_eq!(world.communications().len(), 2);
    world.change(text(&first, &["communication"]), "status", Json::of("not-done"));
    assert_eq!(amber().refused(&mut world, &input), ("OUTBOUND_REQUEST_USED".into(), 409));
    // Responses are lost, or requests are concurrent.
    let mut random = Random::new(5);
    for _ in 0..100 {
        let mut world = World::default();
        world.faults.add(random.below(4), *random.pick(&TRANSIENT));
        world.race([amber().flow(&input), amber().flow(&input)], &mut random);
        world.faults = Faults::NONE;
        amber().value(&mut world, &input);
        assert_eq!(world.communications().len(), 1);
    }
}

#[test]
fn no_one_can_end_the_call_of_another_and_a_ticket_can_be_canceled() {
    let mut world = World::default();
    let value = amber().value(&mut world, START);
    let end = format!(r#"{{"operation":"end-call","communication":"{}"}}"#, text(&value, &["communication"]));
    assert_eq!(bruno().refused(&mut world, &end), ("RECORD_NOT_FOUND Communication".into(), 404));
    for _ in 0..2 {
        assert_eq!(text(&amber().value(&mut world, &end), &["status"]), "not-done");
    }
    let from = format!("client:{AMBER_IDENTITY}");
    let call = sid(1);
    let params = browser(&from, &call, &[("Ticket", text(&value, &["ticket"]))]);
    let response = world.play(webhook_flow(&params, &[(Secret::SealingKeys, SECRET)], NOW));
    assert!(response.log[0].contains("OUTBOUND_TICKET_USED"));
    for (input, expected) in [
        (r#"{"operation":"end-call"}"#, ("OPERATION_ARGUMENT communication", 400)),
        (r#"{"operation":"end-call","callSid":"CA1"}"#, ("OPERATION_ARGUMENT callSid", 400)),
        (r#"{"operation":"end-call","communication":"Patient/eve"}"#, ("OPERATION_ARGUMENT communication", 400)),
        (r#"{"operation":"end-call","communication":"nothing"}"#, ("RECORD_NOT_FOUND Communication", 404)),
        (
            r#"{"operation":"end-call","callSid":"CA00000000000000000000000000000001"}"#,
            ("RECORD_NOT_FOUND Communication", 404),
        ),
    ] {
        assert_eq!(amber().refused(&mut world, input), (expected.0.to_owned(), expected.1), "{input}");
    }
}

#[test]
fn an_unrecorded_call_can_be_ended_by_its_caller() {
    let mut world = World::default();
    let (own, foreign, leg, incoming, over) = (sid(1), sid(2), sid(3), sid(4), sid(5));
    for (call, more) in [
        (&own, format!(r#""from":"client:{AMBER_IDENTITY}","status":"in-progress""#)),
        (&foreign, r#""from":"client:somebody_else","status":"in-progress""#.to_owned()),
        (&leg, format!(r#""from":"client:{AMBER_IDENTITY}","parent_call_sid":"{own}","status":"in-progress""#)),
        (&incoming, format!(r#""from":"{PATIENT}","to":"client:{AMBER_IDENTITY}","status":"in-progress""#)),
        (&over, format!(r#""from":"client:{AMBER_IDENTITY}","status":"completed""#)),
    ] {
        world.calls.push(json(&format!(r#"{{"sid":"{call}",{more}}}"#)));
    }
    let end = |call: &str| format!(r#"{{"operation":"end-call","callSid":"{call}"}}"#);
    for call in [&foreign, &leg, &incoming, &sid(6)] {
        assert_eq!(amber().refused(&mut world, &end(call)), ("RECORD_NOT_FOUND Communication".into(), 404));
    }
    assert_eq!(bruno().refused(&mut world, &end(&own)), ("RECORD_NOT_FOUND Communication".into(), 404));
    assert!(world.http.iter().all(|request| request.method == "GET"), "nothing was ended");
    for _ in 0..2 {
        let value = amber().value(&mut world, &end(&own));
        assert_eq!((text(&value, &["callSid"]), text(&value, &["status"])), (own.as_str(), "completed"));
        assert!(value.get("communication").is_none());
    }
    assert_eq!(text(&amber().value(&mut world, &end(&over)), &["status"]), "completed");
    // A callback has created a record without a practitioner.
    let ended = [("CallSid", over.as_str()), ("CallStatus", "completed"), ("From", "client:x"), ("AccountSid", "AC1")];
    world.put(&CallState::of(&[CallEvent::read(&ended, NOW).unwrap()]).write(None, EXTENSION_BASE).write());
    assert_eq!(text(&amber().value(&mut world, &end(&over)), &["status"]), "completed");
    assert_eq!(bruno().refused(&mut world, &end(&over)), ("RECORD_NOT_FOUND Communication".into(), 404));
    assert_eq!(world.http.iter().filter(|request| request.method == "POST").count(), 1);
    // If a colleague shares the identity, the call may be the colleague's.
    let taken = format!(r#"[{{"system":"http://twilio.com/voice/identity","value":"{AMBER_IDENTITY}"}}]"#);
    world.change(&format!("Practitioner/{BRUNO}"), "identifier", json(&taken));
    assert_eq!(bruno().refused(&mut world, &end(&over)), ("IDENTITY_TAKEN".into(), 409));
}
