// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Click to call after the practitioner has answered. The patient is dialed only after a key press.

use plumline::json::Json;
use plumline::runtime::Secret;

use crate::constants::NOW;
use crate::fault::{FAILURES, Fault, Faults};
use crate::json::{json, text};
use crate::random::Random;
use crate::run::Run;
use crate::world::key_press::{PHONE, press, press_with};
use crate::world::phone::{dialed, refused, xml};
use crate::world::staff::{PLACE, amber};
use crate::world::{CLINIC_NUMBER, PATIENT, World, sid};

/// The clinic's number that the newest call was placed from.
fn caller_id(world: &World) -> String {
    text(&world.calls[0], &["from"]).to_owned()
}

/// A world in which Amber has placed a call and answered her phone.
fn placed() -> World {
    let mut world = World::default();
    amber().value(&mut world, PLACE);
    world.fhir.batches.clear();
    world
}

fn record(world: &World) -> String {
    format!("Communication/{}", text(world.communications()[0], &["id"]))
}

#[test]
fn a_key_press_dials_the_patient_of_the_record() {
    let mut world = placed();
    let response = press(&mut world, &[]);
    assert_eq!(dialed(&response), (caller_id(&world), PATIENT.to_owned()));
    // The key press takes one round trip, which only reads.
    assert_eq!(world.fhir.batches.len(), 1);
    // Twilio repeats a request whose response was lost. It gets the same document.
    assert_eq!(xml(&press(&mut world, &[])), xml(&response));
    // If the call is recorded, the document announces it.
    let config = r#"{"recording":{"outbound":true,"announcement":{"text":"This call is recorded."}}}"#;
    let response = press_with(&mut world, &[("Digits", "#")], &[(Secret::Config, config)]);
    assert!(xml(&response).contains("This call is recorded.") && xml(&response).contains("<Dial"));
}

#[test]
fn only_a_plumline_call_in_progress_without_a_dialed_leg_dials() {
    for (more, code) in [
        (("Digits", ""), "OUTBOUND_TICKET_INVALID"),
        (("Direction", "inbound"), "OUTBOUND_TICKET_INVALID"),
        (("Direction", "outbound-dial"), "OUTBOUND_TICKET_INVALID"),
        (("CallStatus", "completed"), "OUTBOUND_TICKET_INVALID"),
        (("To", "+15550100399"), "OUTBOUND_TICKET_INVALID"),
        (("From", CLINIC_NUMBER[0]), "OUTBOUND_TICKET_INVALID"),
        (("CallSid", &*sid(77)), "OUTBOUND_TICKET_INVALID"),
    ] {
        let mut world = World::default();
        amber().secret("PLUMLINE_CONFIG", r#"{"outbound":{"callerId":"+15550100003"}}"#).value(&mut world, PLACE);
        assert_eq!(refused(&press_with(&mut world, &[more], &[])), code, "{more:?}");
    }
    // The call belongs to another Twilio account.
    let mut world = placed();
    let account = [(Secret::AccountSid, "AC00000000000000000000000000000009")];
    let response = press_with(&mut world, &[], &account);
    assert!(!format!("{:?}", response.reply).contains("Dial"), "{:?}", response.reply);
    // The call was canceled, or a user has corrected the record.
    for status in ["not-done", "entered-in-error", "completed", "on-hold"] {
        let mut world = placed();
        let reference = record(&world);
        world.change(&reference, "status", Json::of(status));
        assert_eq!(refused(&press(&mut world, &[])), "OUTBOUND_TICKET_USED", "{status}");
    }
    // The call has already dialed a leg.
    let mut world = placed();
    let reference = record(&world);
    let leg = format!(r#"{{"url":"leg","extension":[{{"url":"callSid","valueString":"{}"}}]}}"#, sid(9));
    let mut extensions = world.read(&reference).get("extension").cloned().unwrap().into_elements();
    let at = extensions.iter().position(|item| text(item, &["url"]).ends_with("/twilio-call")).unwrap();
    let mut parts = extensions[at].get("extension").cloned().unwrap().into_elements();
    parts.push(json(&leg));
    extensions[at].set("extension", Json::List(parts));
    world.change(&reference, "extension", Json::List(extensions));
    assert_eq!(refused(&press(&mut world, &[])), "OUTBOUND_TICKET_USED");
    // The record of the call was deleted.
    let mut world = placed();
    world.fhir.delete(&reference);
    let response = press(&mut world, &[]);
    assert_eq!(refused(&response), "OUTBOUND_TICKET_INVALID");
    assert!(xml(&response).contains("We are sorry."));
}

#[test]
fn the_current_policy_applies() {
    for (config, code) in [
        (r#"{"outbound":{"blocked":["+1555"]}}"#, "OUTBOUND_BLOCKED"),
        (r#"{"outbound":{"countries":["DE"]}}"#, "OUTBOUND_COUNTRY"),
        (r#"{"timeZone":"America/New_York","outbound":{"hours":{"from":"11:00","to":"18:00"}}}"#, "OUTBOUND_HOURS"),
    ] {
        assert_eq!(refused(&press_with(&mut placed(), &[], &[(Secret::Config, config)])), code);
    }
    // An unreadable config may forbid the call, so the bot does not dial.
    let response = press_with(&mut placed(), &[], &[(Secret::Config, "{")]);
    assert!(!xml(&response).contains("<Dial") && xml(&response).contains("We are sorry."));
    // The limits do not include the call itself.
    let limited = [(Secret::Config, r#"{"outbound":{"concurrent":1,"perHour":1}}"#)];
    assert_eq!(dialed(&press_with(&mut placed(), &[], &limited)).1, PATIENT);
    // The clinic no longer has the number, so it is not used as the caller ID.
    let mut world = placed();
    let others = CLINIC_NUMBER.iter().filter(|own| **own != caller_id(&world)).copied().collect::<Vec<_>>().join(",");
    let response = press_with(&mut world, &[], &[(Secret::Number, &others)]);
    assert_eq!(refused(&response), "OUTBOUND_TICKET_INVALID");
}

#[test]
fn no_one_is_dialed_while_the_chart_is_unavailable() {
    for fault in FAILURES.into_iter().chain([Fault::EachRefused(403)]) {
        let mut world = placed();
        world.faults.add(0, fault);
        let response = press(&mut world, &[]);
        assert_eq!(refused(&response), "CHART_UNAVAILABLE", "{fault:?}");
        assert!(xml(&response).contains("We are sorry."));
        // The search for the record fails.
        let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
        amber().refused(&mut world, PLACE);
        world.faults.add(world.fhir.batches.len() + 1, fault);
        assert_eq!(refused(&press(&mut world, &[])), "CHART_UNAVAILABLE", "{fault:?}");
    }
}

#[test]
fn a_call_whose_response_was_lost_is_matched_to_its_record() {
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
    assert_eq!(amber().refused(&mut world, PLACE), ("OUTBOUND_UNKNOWN".into(), 409));
    world.now += 20_000;
    assert_eq!(dialed(&press(&mut world, &[])), (caller_id(&world), PATIENT.to_owned()));
    let record = world.communications()[0].clone();
    assert_eq!((text(&record, &["status"]), text(&record, &["subject", "reference"])), ("in-progress", "Patient/eve"));
    // A repeated request returns this call. The bot sends nothing to Twilio, whatever Twilio's list shows.
    let value = amber().at(NOW + 300_000).value(&mut world, PLACE);
    assert_eq!((text(&value, &["callSid"]), world.calls.len()), (text(&world.calls[0], &["sid"]), 1));
    // `place-call` writes the record between the read and the write of the key press.
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
    amber().refused(&mut world, PLACE);
    world.interventions.push((
        world.fhir.batches.len() + 1,
        Box::new(|world| {
            let (batches, interventions) =
                (std::mem::take(&mut world.fhir.batches), std::mem::take(&mut world.interventions));
            world.unlisted = 0;
            let retry = world.retry;
            amber().at(NOW + 30_000).value(world, PLACE);
            (world.fhir.batches, world.interventions, world.retry) = (batches, interventions, retry);
        }),
    ));
    assert_eq!(dialed(&press(&mut world, &[])).1, PATIENT);
    assert_eq!(world.communications().len(), 1);
}

#[test]
fn a_call_is_matched_to_neither_of_two_records_and_to_none_of_another_call() {
    let config = r#"{"outbound":{"callerId":"+15550100001"}}"#;
    let amber = || amber().secret("PLUMLINE_CONFIG", config);
    let setup = |second: &str| {
        let mut world =
            World { http_faults: Faults::in_order([Fault::RequestLost, Fault::DoneTooLate]), ..World::default() };
        world.unlisted = 9;
        world.put(r#"{"resourceType":"Patient","id":"finn","telecom":[{"system":"phone","value":"+15550100150"}]}"#);
        amber().refused(&mut world, PLACE);
        world.http_faults = Faults::at(world.http.len(), Fault::DoneTooLate);
        let finn = PLACE.replace("\"eve\"", &format!("\"finn\"{second}")).replace("r1", "r2");
        amber().at(NOW + 10_000).refused(&mut world, &finn);
        assert_eq!((world.calls.len(), world.communications().len()), (1, 2));
        world
    };
    // The call may belong to either of the two records.
    let mut world = setup("");
    assert_eq!(refused(&press(&mut world, &[])), "OUTBOUND_TICKET_INVALID");
    assert!(world.communications().iter().all(|item| text(item, &["status"]) == "preparation"));
    // If the second record has another phone, the call belongs to the first one.
    let mut world = setup(r#","practitionerNumber":"+15550100201""#);
    assert_eq!(dialed(&press(&mut world, &[])).1, "+15550100150");
    // A record whose request was sent long ago is not used.
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
    amber().refused(&mut world, PLACE);
    world.now += 13 * 60_000;
    assert_eq!(refused(&press(&mut world, &[])), "OUTBOUND_TICKET_INVALID");
    // The record of a browser call is not used.
    let mut world = World::default();
    amber().value(&mut world, &PLACE.replace("place-call", "start-call"));
    world.calls.push(json(&format!(r#"{{"sid":"{}","from":"{}","to":"{PHONE}"}}"#, sid(5), CLINIC_NUMBER[0])));
    assert_eq!(refused(&press(&mut world, &[])), "OUTBOUND_TICKET_INVALID");
}

/// The record does not have its `CallSid` yet, so the key press must claim the record.
#[test]
fn a_request_that_is_canceled_during_the_key_press_dials_no_one() {
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
    amber().refused(&mut world, PLACE);
    let reference = record(&world);
    let claim = world.fhir.batches.len() + 1;
    world.interventions.push((claim, Box::new(move |world| world.change(&reference, "status", Json::of("not-done")))));
    assert_eq!(refused(&press(&mut world, &[])), "OUTBOUND_TICKET_INVALID");
    assert_eq!(text(world.communications()[0], &["status"]), "not-done");
}

#[test]
fn a_key_press_at_any_time_gives_one_call_that_dials_one_patient() {
    let mut random = Random::new(77);
    for case in 0..200 {
        let mut world = World { unlisted: random.below(2), ..World::default() };
        if random.one_in(2) {
            world.http_faults.add(0, Fault::DoneTooLate);
        }
        let mut run = Run::new(amber().flow(PLACE));
        let mut answered = None;
        while run.response().is_none() {
            run.resume(|open| {
                let answer = world.answer(open);
                // A key is pressed as soon as there is a call, at any stage of `place-call`.
                if answered.is_none() && !world.calls.is_empty() && random.one_in(3) {
                    answered = Some(press(&mut world, &[]));
                }
                answer
            });
        }
        let response = answered.unwrap_or_else(|| press(&mut world, &[]));
        assert_eq!(dialed(&response), (caller_id(&world), PATIENT.to_owned()), "case {case}");
        let value = amber().at(NOW + 240_000).value(&mut world, PLACE);
        assert_eq!((text(&value, &["callSid"]), world.calls.len()), (text(&world.calls[0], &["sid"]), 1));
        assert_eq!(world.communications().len(), 1);
    }
}
