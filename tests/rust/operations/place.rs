// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Click to call: one request places one call, even if requests and responses are lost.

use plumline::json::Json;

use crate::constants::NOW;
use crate::fault::{FAILURES, Fault, Faults, TRANSIENT};
use crate::form::pairs;
use crate::json::{json, text};
use crate::random::Random;
use crate::world::staff::{PLACE, amber};
use crate::world::{AMBER, URL, World, sid};

#[test]
fn click_to_call_rings_the_practitioner_and_then_the_patient() {
    let mut world = World::default();
    let value = amber().value(&mut world, PLACE);
    assert_eq!(world.http.len(), 1);
    let form = pairs(&world.http[0].body);
    let of = |name: &str| {
        form.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((of("To"), of("From")), (vec!["+15550100202"], vec![text(&value, &["fromNumber"])]));
    assert_eq!(of("StatusCallback"), [format!("{URL}?step=status#rc=3&rp=all")]);
    assert_eq!(of("StatusCallbackEvent"), ["initiated", "ringing", "answered", "completed"]);
    let twiml = of("Twiml")[0];
    // A mailbox may answer instead of the practitioner, so the document names and dials no patient.
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Response>{0}{0}<Say>Goodbye.</Say><Hangup/></Response>"#,
        format_args!(
            r#"<Gather input="dtmf" timeout="5" numDigits="1" finishOnKey="" action="{URL}?step=connect"><Say>To place your call, press any key.</Say></Gather>"#
        )
    );
    assert_eq!(twiml, document);
    assert!(plumline::twiml::check_xml(twiml, Some(plumline::twiml::DocumentKind::Voice)).is_empty());
    let record = world.communications()[0].clone();
    assert_eq!(text(&value, &["callSid"]), text(&world.calls[0], &["sid"]));
    let roots: Vec<&Json> = record.get("identifier").unwrap().elements().iter().collect();
    assert!(roots.iter().any(|item| text(item, &["system"]) == "https://www.twilio.com/"
        && text(item, &["value"]) == text(&value, &["callSid"])));
    assert_eq!((text(&record, &["status"]), text(&record, &["subject", "reference"])), ("in-progress", "Patient/eve"));
    // A repeated request returns the same call.
    assert_eq!(amber().at(NOW + 600_000).value(&mut world, PLACE), value);
    assert_eq!((world.http.len(), world.communications().len()), (1, 1));
    // The call is canceled while it rings.
    let end = format!(r#"{{"operation":"end-call","callSid":"{}"}}"#, text(&value, &["callSid"]));
    assert_eq!(text(&amber().value(&mut world, &end), &["status"]), "canceled");
    assert_eq!(text(world.communications()[0], &["status"]), "completed");
}

#[test]
fn a_call_that_is_answered_during_the_cancellation_is_ended() {
    let mut world = World::default();
    let value = amber().value(&mut world, PLACE);
    let end = format!(r#"{{"operation":"end-call","callSid":"{}"}}"#, text(&value, &["callSid"]));
    world.calls[0].set("status", Json::of("in-progress"));
    assert_eq!(text(&amber().value(&mut world, &end), &["status"]), "completed");
    // The result has the final status of a call that has already ended.
    let mut world = World::default();
    let value = amber().value(&mut world, PLACE);
    let end = format!(r#"{{"operation":"end-call","callSid":"{}"}}"#, text(&value, &["callSid"]));
    world.calls[0].set("status", Json::of("busy"));
    assert_eq!(text(&amber().value(&mut world, &end), &["status"]), "busy");
    for fault in FAILURES {
        let mut world = World::default();
        let value = amber().value(&mut world, PLACE);
        let end = format!(r#"{{"operation":"end-call","callSid":"{}"}}"#, text(&value, &["callSid"]));
        world.http_faults.add(1, fault);
        assert_eq!(amber().refused(&mut world, &end), ("TWILIO_UNAVAILABLE".into(), 500));
        assert_eq!(text(&amber().value(&mut world, &end), &["status"]), "canceled");
    }
}

#[test]
fn only_the_practitioners_own_phone_rings() {
    let with = |number: &str| PLACE.replace("\"eve\"", &format!("\"eve\",\"practitionerNumber\":\"{number}\""));
    let mut world = World::default();
    amber().value(&mut world, &with("(555) 010-0201"));
    assert!(world.http[0].body.starts_with("To=%2B15550100201&"));
    for (number, expected) in [
        ("+15550100777", ("OPERATION_ARGUMENT practitionerNumber", 400)),
        ("+19005550199", ("OUTBOUND_BLOCKED", 403)),
        ("+447400123456", ("OUTBOUND_COUNTRY", 403)),
        ("911", ("OUTBOUND_EMERGENCY", 403)),
    ] {
        let mut world = World::default();
        // The number is refused even if the Practitioner has it.
        let typed = Json::object([("system", Json::of("phone")), ("value", Json::of(number))]);
        if expected.1 == 403 {
            world.change(&format!("Practitioner/{AMBER}"), "telecom", Json::List(vec![typed]));
            assert_eq!(amber().refused(&mut world, PLACE), (expected.0.to_owned(), expected.1));
        }
        assert_eq!(amber().refused(&mut world, &with(number)), (expected.0.to_owned(), expected.1));
        assert_eq!((world.http.len(), world.communications().len()), (0, 0));
    }
    let mut world = World::default();
    world.change(&format!("Practitioner/{AMBER}"), "telecom", Json::Null);
    assert_eq!(amber().refused(&mut world, PLACE), ("OUTBOUND_NO_NUMBER".into(), 400));
    let without = PLACE.replace(",\"requestId\":\"r1\"", "");
    assert_eq!(amber().refused(&mut World::default(), &without), ("OPERATION_ARGUMENT requestId".into(), 400));
    let nowhere = amber().secret("PLUMLINE_WEBHOOK_URL", "");
    assert_eq!(nowhere.refused(&mut World::default(), PLACE), ("SECRET_MISSING PLUMLINE_WEBHOOK_URL".into(), 500));
    for name in ["PLUMLINE_WEBHOOK_URL", "TWILIO_API_URL"] {
        let mut world = World::default();
        let in_clear = amber().secret(name, "http://fhir.example.com/webhook/a");
        assert_eq!(in_clear.refused(&mut world, PLACE), (format!("URL_INSECURE {name}"), 500));
        assert!(world.http.is_empty(), "{name}");
    }
}

#[test]
fn a_lost_response_is_looked_up_before_a_retry() {
    // Twilio's list shows the call at once.
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), ..World::default() };
    let value = amber().value(&mut world, PLACE);
    assert_eq!((text(&value, &["callSid"]), world.calls.len()), (text(&world.calls[0], &["sid"]), 1));
    // Twilio's list shows the call late. Until then, the result is unknown and nothing is sent.
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
    let unknown = ("OUTBOUND_UNKNOWN".to_owned(), 409);
    assert_eq!(amber().refused(&mut world, PLACE), unknown);
    assert_eq!(amber().at(NOW + 30_000).refused(&mut world, PLACE), unknown);
    world.unlisted = 0;
    let value = amber().at(NOW + 40_000).value(&mut world, PLACE);
    assert_eq!((text(&value, &["callSid"]), world.calls.len()), (text(&world.calls[0], &["sid"]), 1));
    // Twilio never got the request. After two minutes, the next operation sends it again, once.
    let mut world = World { http_faults: Faults::at(0, Fault::RequestLost), ..World::default() };
    assert_eq!(amber().refused(&mut world, PLACE), unknown);
    assert_eq!(amber().at(NOW + 119_000).refused(&mut world, PLACE), unknown);
    assert_eq!(world.calls.len(), 0);
    let value = amber().at(NOW + 121_000).value(&mut world, PLACE);
    assert_eq!((text(&value, &["callSid"]), world.calls.len()), (text(&world.calls[0], &["sid"]), 1));
    // After a refusal by Twilio, the requestId cannot be used again.
    let mut world = World { http_faults: Faults::at(0, Fault::EachRefused(400)), ..World::default() };
    assert_eq!(amber().refused(&mut world, PLACE), ("TWILIO_REFUSED".into(), 500));
    assert_eq!(amber().refused(&mut world, PLACE), ("OUTBOUND_REQUEST_USED".into(), 409));
    assert_eq!(text(world.communications()[0], &["status"]), "not-done");
}

/// If several runs find no call, only one of them sends the request again.
#[test]
fn a_run_that_loses_the_race_sends_nothing() {
    let mut world = World { http_faults: Faults::at(0, Fault::RequestLost), ..World::default() };
    let unknown = ("OUTBOUND_UNKNOWN".to_owned(), 409);
    assert_eq!(amber().refused(&mut world, PLACE), unknown);
    // The run reads, finds no call, and writes that it sends the request.
    let write = world.fhir.batches.len() + 1;
    for fault in [Fault::ConcurrentUpdate, Fault::EachRefused(409)] {
        world.faults = Faults::at(write, fault);
        world.fhir.batches.truncate(write - 1);
        assert_eq!(amber().at(NOW + 121_000).refused(&mut world, PLACE), unknown, "{fault:?}");
        assert!(world.fhir.batches[write].is_write());
    }
    assert!(world.calls.is_empty());
    world.faults = Faults::NONE;
    amber().at(NOW + 121_000).value(&mut world, PLACE);
    assert_eq!(world.calls.len(), 1);
}

#[test]
fn a_repeated_request_with_other_parameters_rings_no_other_phone() {
    let with = |number: &str| PLACE.replace("\"eve\"", &format!("\"eve\",\"practitionerNumber\":\"{number}\""));
    let (used, later) = (("OUTBOUND_REQUEST_USED".to_owned(), 409), NOW + 180_000);
    // Twilio has placed the call. The response was lost, and the list did not show the call.
    let lost = || {
        let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
        assert_eq!(amber().refused(&mut world, &with("(555) 010-0201")), ("OUTBOUND_UNKNOWN".into(), 409));
        world.unlisted = 0;
        world
    };
    let mut world = lost();
    let record = world.communications()[0].write();
    assert!(record.contains(r#"{"url":"practitionerNumber","valueString":"+15550100201"}"#), "{record}");
    assert_eq!(amber().at(later).refused(&mut world, &with("+15550100202")), used);
    let value = amber().at(later).value(&mut world, PLACE);
    assert_eq!((text(&value, &["callSid"]), world.calls.len()), (text(&world.calls[0], &["sid"]), 1));
    // The result is the same after the list shows the call.
    assert_eq!(amber().at(later).refused(&mut world, &with("+15550100202")), used);
    assert_eq!(amber().at(later).value(&mut world, &with("+15550100201")), value);
    assert_eq!((world.calls.len(), world.communications().len()), (1, 1));
    // The practitioner's phones may have changed since then.
    let mobile = json(r#"[{"system":"phone","use":"mobile","value":"+15550100202"}]"#);
    for telecom in [mobile, Json::Null] {
        let mut world = lost();
        world.change(&format!("Practitioner/{AMBER}"), "telecom", telecom.clone());
        amber().at(later).value(&mut world, PLACE);
        assert_eq!(world.calls.len(), 1);
        // If the call was not placed, the repeated request rings neither the former phone nor another one.
        let mut world = World { http_faults: Faults::at(0, Fault::RequestLost), ..World::default() };
        amber().refused(&mut world, &with("(555) 010-0201"));
        world.change(&format!("Practitioner/{AMBER}"), "telecom", telecom);
        assert_eq!(amber().at(later).refused(&mut world, PLACE), used);
        assert_eq!(world.calls.len(), 0);
    }
}

#[test]
fn a_record_without_a_phone_places_no_call() {
    // The record of a browser call has the same requestId.
    let start = PLACE.replace("place-call", "start-call");
    let mut world = World::default();
    amber().value(&mut world, &start);
    assert_eq!(amber().at(NOW + 300_000).refused(&mut world, PLACE), ("OUTBOUND_REQUEST_USED".into(), 409));
    assert_eq!(world.http.len(), 0);
    // The record of a call by `place-call` is not used for a browser call.
    let mut world = World { http_faults: Faults::at(0, Fault::RequestLost), ..World::default() };
    amber().refused(&mut world, PLACE);
    assert_eq!(amber().refused(&mut world, &start), ("OUTBOUND_REQUEST_USED".into(), 409));
}

#[test]
fn an_edited_record_cannot_set_a_caller_id_that_is_not_the_clinics() {
    let mut world = World { http_faults: Faults::at(0, Fault::RequestLost), ..World::default() };
    amber().refused(&mut world, PLACE);
    let record = world.communications()[0].clone();
    let reference = format!("Communication/{}", text(&record, &["id"]));
    let medium = record.get("medium").unwrap().write().replace("+1555010000", "+1555010099");
    world.change(&reference, "medium", json(&medium));
    assert_eq!(amber().at(NOW + 300_000).refused(&mut world, PLACE), ("OUTBOUND_REQUEST_USED".into(), 409));
    assert_eq!(world.calls.len(), 0);
    // A record that is created between the bot's read and write is also refused.
    let other = world.read(&reference).write();
    let mut world = World::default();
    world.interventions.push((2, Box::new(move |world| drop(world.put(&other)))));
    assert_eq!(amber().at(NOW + 300_000).refused(&mut world, PLACE), ("OUTBOUND_REQUEST_USED".into(), 409));
    assert_eq!((world.fhir.batches.len(), world.calls.len()), (3, 0));
}

#[test]
fn a_call_of_another_request_is_not_matched() {
    // Amber calls two patients in sequence. Twilio never gets the second request.
    let mut world = World::default();
    world.put(r#"{"resourceType":"Patient","id":"finn","telecom":[{"system":"phone","value":"+15550100150"}]}"#);
    let config = r#"{"outbound":{"callerId":"+15550100001"}}"#;
    let amber = || amber().secret("PLUMLINE_CONFIG", config);
    amber().value(&mut world, PLACE);
    let finn = PLACE.replace("eve", "finn").replace("r1", "r2");
    world.http_faults.add(1, Fault::RequestLost);
    assert_eq!(amber().at(NOW + 1_000).refused(&mut world, &finn), ("OUTBOUND_UNKNOWN".into(), 409));
    // Two listed calls have no record. Either may be the requested one, so nothing is sent.
    for at in [2_000, 2_001] {
        let call =
            format!(r#"{{"sid":"{}","to":"+15550100202","from":"+15550100001","direction":"outbound-api"}}"#, sid(at));
        world.calls.insert(0, json(&call));
    }
    assert_eq!(amber().at(NOW + 300_000).refused(&mut world, &finn), ("OUTBOUND_UNKNOWN".into(), 409));
}

#[test]
fn a_record_created_by_a_callback_is_merged_into_the_record_of_the_request() {
    let mut world = World::default();
    let callback = r#"{"resourceType":"Communication","status":"in-progress","identifier":[{"system":"https://www.twilio.com/","value":"SID"}],
        "category":[{"coding":[{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice"}]}],
        "extension":[{"url":"https://plumline.dev/fhir/StructureDefinition/twilio-call","extension":[
        {"url":"callSid","valueString":"SID"},{"url":"callStatus","valueCode":"ringing"}]}]}"#;
    let callback = callback.replace("SID", &sid(1_000));
    world.interventions.push((3, Box::new(move |world| drop(world.put(&callback)))));
    let value = amber().value(&mut world, PLACE);
    let records = world.communications();
    assert_eq!(records.len(), 2);
    let own = world.read(text(&value, &["communication"]));
    assert!(own.write().contains(r#""callStatus","valueString":"ringing""#), "{}", own.write());
    assert!(
        records
            .iter()
            .any(|record| text(record, &["status"]) == "entered-in-error" && record.get("id") != own.get("id"))
    );
}

#[test]
fn one_request_places_one_call_despite_faults_and_races() {
    let mut random = Random::new(1_234);
    for case in 0..150 {
        let mut world = World { unlisted: random.below(2), ..World::default() };
        for _ in 0..random.below(4) {
            world.faults.add(random.below(10), *random.pick(&TRANSIENT));
        }
        if random.one_in(2) {
            world.http_faults.add(
                random.below(2),
                *random.pick(&[Fault::DoneTooLate, Fault::ResponseLost, Fault::RequestLost, Fault::Refused(503)]),
            );
        }
        world.race([amber().flow(PLACE), amber().flow(PLACE)], &mut random);
        assert!(world.calls.len() <= 1, "case {case}");
        // Faults have ended and the list is complete. The request is repeated until it succeeds.
        world.faults = Faults::NONE;
        world.http_faults = Faults::NONE;
        world.unlisted = 0;
        for minute in [1, 4, 5] {
            world.now = NOW + minute * 60_000;
            amber().at(world.now).send(&mut world, PLACE);
        }
        let value = amber().at(NOW + 360_000).value(&mut world, PLACE);
        assert_eq!((world.calls.len(), world.communications().len()), (1, 1), "case {case}");
        assert_eq!(text(&value, &["callSid"]), text(&world.calls[0], &["sid"]));
    }
}
