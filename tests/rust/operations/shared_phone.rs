// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Amber and Bruno share a phone. Bruno edits records so that Amber's call looks like his own.

use plumline::json::Json;
use plumline::runtime::{Reply, Secret};

use crate::constants::NOW;
use crate::fault::{Fault, Faults};
use crate::json::{json, text};
use crate::world::colleague::{
    OTHER, assert_bruno_is_refused, by_phone, by_record, by_sid, edit, extension, posts, set_call, set_caller_id,
    status_callback, string,
};
use crate::world::key_press::{press, press_at};
use crate::world::phone::dialed;
use crate::world::staff::{PLACE, amber, bruno, refusal};
use crate::world::{BRUNO, CLINIC_NUMBER, PATIENT, SECRET, World};

#[test]
fn a_request_of_a_colleague_cannot_end_a_call_to_a_shared_phone() {
    // Bruno also placed a call to the phone, from the same number of the clinic or from another one.
    for callee in 190..196 {
        let mut world = World::default();
        let own = bruno().value(&mut world, &OTHER.replace("0199", &format!("0{callee}")));
        let own = text(&own, &["communication"]).to_owned();
        world.calls[0].set("status", Json::of("completed"));
        let call = amber().value(&mut world, PLACE);
        world.calls[0].set("status", Json::of("in-progress"));
        let call = text(&call, &["callSid"]).to_owned();
        set_call(&mut world, &own, &call);
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        assert_bruno_is_refused(&mut world, &by_record(&own));
    }
    // Twilio refused Bruno's call, so its list shows only Amber's call.
    for later in [60_000, 30 * 86_400_000] {
        let mut world = World { http_faults: Faults::at(0, Fault::EachRefused(400)), ..World::default() };
        bruno().send(&mut world, PLACE);
        let own = format!("Communication/{}", text(world.communications()[0], &["id"]));
        let call = amber().at(NOW + later).value(&mut world, PLACE);
        world.calls[0].set("status", Json::of("in-progress"));
        let call = text(&call, &["callSid"]).to_owned();
        set_call(&mut world, &own, &call);
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        assert_bruno_is_refused(&mut world, &by_record(&own));
        // After Bruno repeats his request, the call still belongs to Amber's record.
        bruno().at(NOW + later).send(&mut world, PLACE);
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        assert_bruno_is_refused(&mut world, &by_record(&own));
    }
}

#[test]
fn a_request_is_not_matched_by_unsealed_times() {
    for hide in [false, true] {
        for age in [120_000, 600_000] {
            let mut world = World::default();
            let own = bruno().at(NOW - age).value(&mut world, PLACE);
            let own = text(&own, &["communication"]).to_owned();
            let created = if age == 600_000 { "10:56:41" } else { "11:04:41" };
            world.calls[0].set("date_created", Json::of(&format!("Wed, 18 Nov 2026 {created} +0000")));
            world.calls[0].set("status", Json::of("completed"));
            let amber_call = amber().value(&mut world, PLACE);
            world.calls[0].set("status", Json::of("in-progress"));
            let call = text(&amber_call, &["callSid"]).to_owned();
            if hide {
                edit(&mut world, text(&amber_call, &["communication"]), &[("prepared", None)]);
            }
            // Bruno edits his own record. It now waits for its call and seems to be sent right before Amber's request.
            let identifiers = world.read(&own).get("identifier").cloned().unwrap().into_elements();
            let request = |item: &Json| text(item, &["system"]).ends_with("call-request");
            world.change(&own, "identifier", Json::List(identifiers.into_iter().filter(request).collect()));
            edit(&mut world, &own, &[("callSid", None), ("direction", None), ("leg", None)]);
            world.change(&own, "status", Json::of("preparation"));
            extension(&mut world, &own, "/call-placed", None);
            let sent = plumline::time::instant(NOW - 20_000);
            let attempt = r#"{"url":"https://plumline.dev/fhir/StructureDefinition/call-attempt","valueInstant":"AT"}"#;
            extension(&mut world, &own, "/call-attempt", Some(json(&attempt.replace("AT", &sent))));
            let before = posts(&world);
            // Bruno's request can only find his own call.
            let response = bruno().at(NOW + 1_000).send(&mut world, PLACE);
            match &response.reply {
                Reply::Value(value) => assert!(age < 600_000 && text(value, &["callSid"]) != call),
                reply => {
                    let code = if age == 600_000 { "OUTBOUND_REQUEST_EXPIRED" } else { "OUTBOUND_UNKNOWN" };
                    assert_eq!(refusal(reply), Some((code.into(), 409)), "{hide}");
                }
            }
            assert_eq!(posts(&world), before);
            assert_bruno_is_refused(&mut world, &by_sid(&call));
            set_call(&mut world, &own, &call);
            assert_bruno_is_refused(&mut world, &by_record(&own));
        }
    }
}

/// Bruno edits his record so that it waits for its call again.
fn reset_to_waiting(world: &mut World, own: &str) {
    let identifiers = world.read(own).get("identifier").cloned().unwrap().into_elements();
    let request = |item: &Json| text(item, &["system"]).ends_with("call-request");
    world.change(own, "identifier", Json::List(identifiers.into_iter().filter(request).collect()));
    edit(world, own, &[("callSid", None), ("direction", None), ("leg", None)]);
    world.change(own, "status", Json::of("preparation"));
    extension(world, own, "/call-placed", None);
}

#[test]
fn the_caller_id_of_a_record_is_sealed() {
    for junk in [0, 999, 1_000, 1_200] {
        for waits in [true, false] {
            let mut world = World::default();
            // Bruno's call is from another number, so Twilio's list of Amber's number shows only her call.
            let callee = (190..199).find(|callee| {
                let mut world = World::default();
                let amber_call = text(&amber().value(&mut world, PLACE), &["fromNumber"]).to_owned();
                let bruno_call = bruno().value(&mut world, &OTHER.replace("0199", &format!("0{callee}")));
                text(&bruno_call, &["fromNumber"]) != amber_call
            });
            let input = OTHER.replace("0199", &format!("0{}", callee.unwrap()));
            let own = bruno().value(&mut world, &input);
            let own = text(&own, &["communication"]).to_owned();
            world.calls[0].set("status", Json::of("completed"));
            let amber_call = amber().value(&mut world, PLACE);
            world.calls[0].set("status", Json::of("in-progress"));
            let call = text(&amber_call, &["callSid"]).to_owned();
            set_caller_id(&mut world, &own, text(&amber_call, &["fromNumber"]));
            if waits {
                reset_to_waiting(&mut world, &own);
            } else {
                set_call(&mut world, &own, &call);
                let request = r#"{"system":"https://plumline.dev/fhir/call-request","value":"5e0b9c1d-0000-4000-8000-000000000002.rb"}"#;
                let mut identifiers = world.read(&own).get("identifier").cloned().unwrap().into_elements();
                identifiers.push(json(request));
                world.change(&own, "identifier", Json::List(identifiers));
            }
            for number in 0..junk {
                let junk = format!(
                    r#"{{"resourceType":"Communication","id":"junk-{number}",
                    "identifier":[{{"system":"https://www.twilio.com/","value":"{call}"}}]}}"#
                );
                world.fhir.put_first(&json(&junk), NOW);
            }
            let before = posts(&world);
            bruno().at(NOW + 1_000).refused(&mut world, &input);
            assert_eq!(posts(&world), before);
            assert_bruno_is_refused(&mut world, &by_sid(&call));
            assert_bruno_is_refused(&mut world, &by_record(&own));
        }
    }
}

#[test]
fn a_call_whose_record_is_late_or_hidden_is_not_matched_to_another_record() {
    for hidden in ["waits", "flood", "flood of what waits"] {
        // Twilio refused Bruno's call, so its list shows only Amber's call.
        let mut world = World { http_faults: Faults::at(0, Fault::EachRefused(400)), ..World::default() };
        bruno().send(&mut world, PLACE);
        let own = format!("Communication/{}", text(world.communications()[0], &["id"]));
        let amber_call = amber().at(NOW + 1_000).value(&mut world, PLACE);
        world.calls[0].set("status", Json::of("in-progress"));
        let (record, call) =
            (text(&amber_call, &["communication"]).to_owned(), text(&amber_call, &["callSid"]).to_owned());
        reset_to_waiting(&mut world, &own);
        let copies = |world: &mut World, count: usize, of: &str| {
            for copy in 0..count {
                let mut resource = world.read(of);
                resource.set("id", Json::of(&format!("copy-{copy}")));
                resource.set("extension", Json::Null);
                world.fhir.put_first(&resource, NOW);
            }
        };
        match hidden {
            "waits" => reset_to_waiting(&mut world, &record),
            "flood" => copies(&mut world, 1_000, &record),
            _ => {
                reset_to_waiting(&mut world, &record);
                copies(&mut world, 200, &record);
            }
        }
        let before = posts(&world);
        let refused = bruno().at(NOW + 2_000).refused(&mut world, PLACE);
        assert_eq!((refused, posts(&world)), (("OUTBOUND_UNKNOWN".into(), 409), before), "{hidden}");
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        // Bruno cancels only his own call, which was never placed.
        assert_eq!(text(&bruno().value(&mut world, &by_record(&own)), &["status"]), "not-done");
        assert_eq!(posts(&world), before);
    }
}

#[test]
fn an_edited_line_is_not_shown() {
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 9, ..World::default() };
    amber().refused(&mut world, PLACE);
    let own = format!("Communication/{}", text(world.communications()[0], &["id"]));
    let from = text(&world.calls[0], &["from"]).to_owned();
    let other = CLINIC_NUMBER.iter().find(|own| **own != from).unwrap();
    set_caller_id(&mut world, &own, other);
    let before = posts(&world);
    assert_eq!(amber().at(NOW + 180_000).refused(&mut world, PLACE), ("OUTBOUND_REQUEST_USED".into(), 409));
    assert_eq!(posts(&world), before);
}

/// Bruno creates a record. Its identifier names a call of Amber, and its extension names another call.
fn create_record_of_two_calls(world: &mut World, call: &str) -> String {
    let made = world.put(&format!(
        r#"{{"resourceType":"Communication","status":"in-progress","sender":{{"reference":"Practitioner/{BRUNO}"}},
        "category":[{{"coding":[{{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice"}}]}}],
        "identifier":[{{"system":"https://www.twilio.com/","value":"{call}"}}],
        "extension":[{{"url":"https://plumline.dev/fhir/StructureDefinition/twilio-call","extension":[
        {{"url":"callSid","valueString":"CA00000000000000000000000000000000"}}]}}]}}"#
    ));
    format!("Communication/{}", text(&made, &["id"]))
}

#[test]
fn a_record_that_names_two_calls_changes_neither() {
    let secrets = [(Secret::SealingKeys, SECRET)];
    let (mut world, record, call) = by_phone();
    let before = world.read(&record).get("identifier").cloned();
    create_record_of_two_calls(&mut world, &call);
    status_callback(&mut world);
    assert_eq!(world.read(&record).get("identifier").cloned(), before);
    assert_eq!(dialed(&press(&mut world, &secrets)).1, PATIENT);
    assert_eq!(text(&amber().value(&mut world, &by_sid(&call)), &["status"]), "completed");
    // The record exists before `place-call` writes the `CallSid` of Amber's call.
    let batches = {
        let mut world = World::default();
        amber().value(&mut world, PLACE);
        world.fhir.batches.len()
    };
    let mut world = World::default();
    let comes = |world: &mut World| {
        let call = text(&world.calls[0], &["sid"]).to_owned();
        create_record_of_two_calls(world, &call);
    };
    world.interventions = vec![(batches - 2, Box::new(comes))];
    let value = amber().value(&mut world, PLACE);
    assert_eq!(dialed(&press(&mut world, &secrets)).1, PATIENT);
    assert_eq!(text(&amber().value(&mut world, &by_sid(text(&value, &["callSid"]))), &["status"]), "canceled");
}

#[test]
fn a_record_that_names_two_calls_releases_no_call() {
    // Twilio refused Bruno's call, which was from the same number as Amber's call.
    let amber_call = text(&amber().value(&mut World::default(), PLACE), &["fromNumber"]).to_owned();
    let inputs = (190..199).map(|callee| OTHER.replace("0199", &format!("0{callee}")));
    let same_line = |input: &String| text(&bruno().value(&mut World::default(), input), &["fromNumber"]) == amber_call;
    let input = inputs.into_iter().find(same_line).unwrap();
    let mut world = World { http_faults: Faults::at(0, Fault::EachRefused(429)), ..World::default() };
    bruno().send(&mut world, &input);
    let own = format!("Communication/{}", text(world.communications()[0], &["id"]));
    let value = amber().at(NOW + 1_000).value(&mut world, PLACE);
    world.calls[0].set("status", Json::of("in-progress"));
    let call = text(&value, &["callSid"]).to_owned();
    let record = create_record_of_two_calls(&mut world, &call);
    status_callback(&mut world);
    world.change(&record, "identifier", Json::Null);
    world.change(&own, "status", Json::of("preparation"));
    let before = posts(&world);
    bruno().at(NOW + 3_000).refused(&mut world, &input);
    assert_eq!(posts(&world), before);
    assert_eq!(dialed(&press_at(&mut world, NOW + 4_000)).1, PATIENT);
    assert_bruno_is_refused(&mut world, &by_sid(&call));
}

#[test]
fn a_call_is_not_matched_to_a_later_request() {
    // The response to Amber's request was lost. Twilio refused Bruno's request 25 s later. He repeats it until Amber's
    // call ends.
    let faults = Faults::in_order([Fault::DoneTooLate, Fault::RequestLost, Fault::EachRefused(429)]);
    let mut world = World { http_faults: faults, unlisted: 9, ..World::default() };
    amber().refused(&mut world, PLACE);
    bruno().at(NOW + 25_000).send(&mut world, PLACE);
    let own = format!("Communication/{}", text(world.communications()[1], &["id"]));
    world.change(&own, "status", Json::of("preparation"));
    let call = text(&world.calls[0], &["sid"]).to_owned();
    world.calls[0].set("status", Json::of("in-progress"));
    world.unlisted = 0;
    for later in [590, 601, 610, 624] {
        bruno().at(NOW + later * 1_000).refused(&mut world, PLACE);
        assert_bruno_is_refused(&mut world, &by_sid(&call));
    }
}

#[test]
fn a_canceled_request_may_have_placed_a_call() {
    // Twilio refused Bruno's request. The response to Amber's request was lost, and she canceled it.
    let faults = Faults::in_order([Fault::EachRefused(429), Fault::DoneTooLate]);
    let mut world = World { http_faults: faults, unlisted: 9, ..World::default() };
    bruno().send(&mut world, PLACE);
    let own = format!("Communication/{}", text(world.communications()[0], &["id"]));
    amber().at(NOW + 1_000).refused(&mut world, PLACE);
    let amber_call = format!("Communication/{}", text(world.communications()[1], &["id"]));
    let call = text(&world.calls[0], &["sid"]).to_owned();
    amber().at(NOW + 2_000).value(&mut world, &by_record(&amber_call));
    world.calls[0].set("status", Json::of("in-progress"));
    world.unlisted = 0;
    world.change(&own, "status", Json::of("preparation"));
    assert_eq!(bruno().at(NOW + 3_000).refused(&mut world, PLACE), ("OUTBOUND_UNKNOWN".into(), 409));
    assert_bruno_is_refused(&mut world, &by_sid(&call));
}

#[test]
fn records_of_other_clients_do_not_change_the_participants_of_a_call() {
    let (mut world, record, call) = by_phone();
    let people = |world: &World| {
        ["subject", "basedOn", "sender", "recipient"].map(|name| world.read(&record).get(name).cloned())
    };
    let before = people(&world);
    let record = create_record_of_two_calls(&mut world, &call);
    let reference =
        |name: &str, to: &str| json(&format!(r#"{{"url":"{name}","valueReference":{{"reference":"{to}"}}}}"#));
    edit(
        &mut world,
        &record,
        &[
            ("callSid", Some(string("callSid", &call))),
            ("patient", Some(reference("patient", "Patient/aaa"))),
            ("appointment", Some(reference("appointment", "Appointment/aaa"))),
        ],
    );
    status_callback(&mut world);
    assert_eq!(people(&world), before);
}
