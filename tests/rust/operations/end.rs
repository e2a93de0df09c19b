// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `end-call` ends only the requester's own calls, even if staff edit call records.

use plumline::json::Json;
use plumline::runtime::Secret;

use crate::constants::NOW;
use crate::fault::{Fault, Faults};
use crate::json::{json, text};
use crate::world::colleague::{
    BRUNO_IDENTITY, assert_bruno_is_refused, by_phone, by_record, by_sid, edit, extension, posts, practitioner,
    set_call, set_caller_id, string, take_over,
};
use crate::world::key_press::{PHONE, press};
use crate::world::phone::refused;
use crate::world::staff::{PLACE, START, amber, bruno};
use crate::world::webhook::{browser, webhook_flow};
use crate::world::{AMBER, AMBER_IDENTITY, BRUNO, CLINIC_NUMBER, PATIENT, SECRET, World, sid};

/// A call in progress in the format of Twilio's REST API.
fn twilio(world: &mut World, sid: &str, from: &str, more: &str) {
    world.calls.insert(0, json(&format!(r#"{{"sid":"{sid}","from":"{from}","status":"in-progress"{more}}}"#)));
}

/// Amber's call from her browser is in progress. Also returns its record and its `CallSid`.
fn by_browser() -> (World, String, String) {
    let mut world = World::default();
    let value = amber().value(&mut world, START);
    let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
    let params = browser(&from, &call, &[("Ticket", text(&value, &["ticket"]))]);
    world.play(webhook_flow(&params, &[(Secret::SealingKeys, SECRET)], NOW));
    twilio(&mut world, &call, &from, r#","direction":"inbound""#);
    let reference = text(&value, &["communication"]).to_owned();
    (world, reference, call)
}

#[test]
fn a_practitioner_who_edits_the_call_of_a_colleague_cannot_end_it() {
    for setup in [by_browser, by_phone] {
        let (mut world, reference, call) = setup();
        take_over(&mut world, &reference);
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        assert_bruno_is_refused(&mut world, &by_record(&reference));
        // Amber can still end her call.
        assert_eq!(text(&amber().value(&mut world, &by_sid(&call)), &["status"]), "completed");
        assert_eq!(text(&world.calls[0], &["status"]), "completed");
        // Bruno still gets 404, which does not reveal that the call has ended.
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        assert_bruno_is_refused(&mut world, &by_record(&reference));
    }
}

#[test]
fn a_ticket_taken_over_before_its_call_starts_dials_no_one() {
    let mut world = World::default();
    let value = amber().value(&mut world, START);
    let reference = text(&value, &["communication"]).to_owned();
    take_over(&mut world, &reference);
    // The ticket does not match the edited record.
    let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
    let params = browser(&from, &call, &[("Ticket", text(&value, &["ticket"]))]);
    let response = world.play(webhook_flow(&params, &[(Secret::SealingKeys, SECRET)], NOW));
    assert_eq!(refused(&response), "OUTBOUND_TICKET_INVALID");
    twilio(&mut world, &call, &from, r#","direction":"inbound""#);
    assert_bruno_is_refused(&mut world, &by_sid(&call));
    // Bruno also cannot cancel the call.
    assert_bruno_is_refused(&mut world, &by_record(&reference));
    assert_eq!(text(&world.read(&reference), &["status"]), "preparation");
}

#[test]
fn a_record_edited_to_name_the_call_of_a_colleague_does_not_end_it() {
    for setup in [by_browser, by_phone] {
        for input in [START, PLACE] {
            let (mut world, _, call) = setup();
            // Bruno's own record, prepared or placed, with its seal, is edited to name Amber's call.
            let own = bruno().value(&mut world, input);
            let own = text(&own, &["communication"]).to_owned();
            set_call(&mut world, &own, &call);
            assert_bruno_is_refused(&mut world, &by_record(&own));
            assert_bruno_is_refused(&mut world, &by_sid(&call));
        }
        // Bruno creates a record that names Amber's call.
        let (mut world, reference, call) = setup();
        let mut forged = world.read(&reference);
        forged.set("id", Json::of("0-forged"));
        world.put(&forged.write());
        take_over(&mut world, "Communication/0-forged");
        assert_bruno_is_refused(&mut world, &by_record("Communication/0-forged"));
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        let leg = json(&format!(r#"{{"url":"leg","extension":[{{"url":"callSid","valueString":"{}"}}]}}"#, sid(8)));
        edit(&mut world, "Communication/0-forged", &[("leg", Some(leg))]);
        assert_bruno_is_refused(&mut world, &by_sid(&sid(8)));
        world.change("Communication/0-forged", "category", Json::Null);
        assert_bruno_is_refused(&mut world, &by_record("Communication/0-forged"));
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        assert_eq!(text(&amber().value(&mut world, &by_sid(&call)), &["status"]), "completed");
    }
}

#[test]
fn only_the_owner_can_cancel_a_ticket() {
    for input in [START, PLACE] {
        // A call by REST whose response was lost can also be canceled.
        let lost = || World { http_faults: Faults::before(2, Fault::RequestLost), ..World::default() };
        let mut world = lost();
        amber().send(&mut world, input);
        let record = world.communications()[0].clone();
        let reference = format!("Communication/{}", text(&record, &["id"]));
        assert_eq!((text(&record, &["status"]), record.get("identifier").is_some()), ("preparation", input == PLACE));
        take_over(&mut world, &reference);
        assert_bruno_is_refused(&mut world, &by_record(&reference));
        assert_eq!(text(&world.read(&reference), &["status"]), "preparation");
        // After the caller in the record is restored, Amber can cancel it, whatever its sender.
        edit(
            &mut world,
            &reference,
            &[("practitioner", Some(practitioner(AMBER))), ("identity", Some(string("identity", AMBER_IDENTITY)))],
        );
        assert_bruno_is_refused(&mut world, &by_record(&reference));
        for _ in 0..2 {
            assert_eq!(text(&amber().value(&mut world, &by_record(&reference)), &["status"]), "not-done");
        }
    }
}

#[test]
fn a_ticket_dials_the_prepared_number() {
    for part in [
        string("number", "+15550100199"),
        string("practitionerNumber", "+15550100199"),
        practitioner(BRUNO),
        json(r#"{"url":"prepared","valueInstant":"2026-11-18T11:06:00Z"}"#),
    ] {
        let mut world = World::default();
        let value = amber().value(&mut world, START);
        let name = text(&part, &["url"]).to_owned();
        edit(&mut world, text(&value, &["communication"]), &[(&*name, Some(part))]);
        let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
        let params = browser(&from, &call, &[("Ticket", text(&value, &["ticket"]))]);
        let response = world.play(webhook_flow(&params, &[(Secret::SealingKeys, SECRET)], NOW));
        assert_eq!(refused(&response), "OUTBOUND_TICKET_INVALID", "{name}");
    }
    // The ticket also seals the caller ID.
    let mut world = World::default();
    let value = amber().value(&mut world, START);
    let other = CLINIC_NUMBER.iter().find(|own| **own != text(&value, &["fromNumber"])).unwrap();
    set_caller_id(&mut world, text(&value, &["communication"]), other);
    let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
    let params = browser(&from, &call, &[("Ticket", text(&value, &["ticket"]))]);
    let response = world.play(webhook_flow(&params, &[(Secret::SealingKeys, SECRET)], NOW));
    assert_eq!(refused(&response), "OUTBOUND_TICKET_INVALID");
}

#[test]
fn a_call_placed_by_rest_can_be_ended_by_its_owner() {
    let rotated = format!("another-invented-secret-of-40-characters,{SECRET}");
    // If PLUMLINE_SECRET is missing or too short, another secret seals the record.
    for (placing, ending) in [(SECRET, SECRET), (SECRET, &*rotated), ("", ""), ("short", ""), ("", SECRET)] {
        let mut world = World::default();
        let value = amber().secret("PLUMLINE_SECRET", placing).value(&mut world, PLACE);
        let (reference, call) = (text(&value, &["communication"]).to_owned(), text(&value, &["callSid"]).to_owned());
        // There is a second call to the same phone, so Twilio's list alone does not show which call is Amber's.
        twilio(&mut world, &sid(70), CLINIC_NUMBER[0], &format!(r#","to":"{PHONE}","direction":"outbound-api""#));
        let line = text(&world.read(&reference), &["status"]).to_owned();
        assert_eq!(line, "in-progress");
        for input in [by_record(&reference), by_sid(&call)] {
            let value = amber().secret("PLUMLINE_SECRET", ending).value(&mut world, &input);
            assert_eq!((text(&value, &["status"]), text(&value, &["callSid"])), ("canceled", &*call));
            assert_eq!(text(&value, &["communication"]), reference);
        }
        assert_eq!(posts(&world), 2, "one places it, one ends it");
    }
}

#[test]
fn a_call_whose_response_was_lost_has_no_owner() {
    // The record gets its `CallSid` by a key press or from Twilio's list. Neither shows who requested the call,
    // because two practitioners may share the phone.
    for pressed in [true, false] {
        let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
        assert_eq!(amber().refused(&mut world, PLACE), ("OUTBOUND_UNKNOWN".into(), 409));
        world.unlisted = 0;
        world.calls[0].set("status", Json::of("in-progress"));
        if pressed {
            press(&mut world, &[]);
        }
        let call = text(&world.calls[0], &["sid"]).to_owned();
        let before = posts(&world);
        let value = amber().at(NOW + 30_000).value(&mut world, PLACE);
        let reference = format!("Communication/{}", text(world.communications()[0], &["id"]));
        assert_eq!((text(&value, &["callSid"]), text(&value, &["communication"])), (&*call, &*reference));
        assert_eq!(posts(&world), before, "nothing is placed again");
        let not_found = ("RECORD_NOT_FOUND Communication".to_owned(), 404);
        assert_eq!(amber().refused(&mut world, &by_sid(&call)), not_found);
        assert_bruno_is_refused(&mut world, &by_sid(&call));
        take_over(&mut world, &reference);
        assert_bruno_is_refused(&mut world, &by_sid(&call));
    }
}

#[test]
fn a_ticket_dials_no_number_of_another_record() {
    let mut world = World::default();
    let other = r#"{"operation":"start-call","number":"+12125550199"}"#;
    let old = amber().at(NOW - 3_600_000).value(&mut world, other);
    let new = amber().value(&mut world, START);
    let extensions = world.read(text(&old, &["communication"])).get("extension").cloned().unwrap();
    world.change(text(&new, &["communication"]), "extension", extensions);
    let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
    let params = browser(&from, &call, &[("Ticket", text(&new, &["ticket"]))]);
    let response = world.play(webhook_flow(&params, &[(Secret::SealingKeys, SECRET)], NOW));
    assert_eq!(refused(&response), "OUTBOUND_TICKET_INVALID");
}

#[test]
fn copies_of_a_record_do_not_hide_the_sealed_record() {
    let mut world = World::default();
    let own = bruno().value(&mut world, START);
    let own = world.read(text(&own, &["communication"]));
    for copy in 0..60 {
        let mut resource = own.clone();
        resource.set("id", Json::of(&format!("0-copy-{copy}")));
        world.put(&resource.write());
    }
    let amber_call = amber().value(&mut world, PLACE);
    world.calls[0].set("status", Json::of("in-progress"));
    let call = text(&amber_call, &["callSid"]).to_owned();
    for copy in 0..60 {
        let reference = format!("Communication/0-copy-{copy}");
        set_call(&mut world, &reference, &call);
        // The copy also names Amber as its caller.
        edit(&mut world, &reference, &[("practitioner", Some(practitioner(AMBER)))]);
    }
    assert_bruno_is_refused(&mut world, &by_sid(&call));
    let value = amber().value(&mut world, &by_sid(&call));
    assert_eq!(text(&value, &["status"]), "completed");
    assert_eq!(value.get("communication"), amber_call.get("communication"));
}

/// Creates a record with the identifier of Amber's request before she sends the request.
fn create_conflicting_record(world: &mut World) {
    let own = bruno().value(world, START);
    let mut copy = world.read(text(&own, &["communication"]));
    copy.set("id", Json::of("existing"));
    let request = format!(r#"[{{"system":"https://plumline.dev/fhir/call-request","value":"{AMBER}.r1"}}]"#);
    copy.set("identifier", json(&request));
    world.put(&copy.write());
    let parts = [
        ("practitioner", Some(practitioner(AMBER))),
        ("identity", Some(string("identity", AMBER_IDENTITY))),
        ("appointment", None),
    ];
    edit(world, "Communication/existing", &parts);
}

#[test]
fn an_existing_record_with_the_request_id_places_no_call() {
    for root in [false, true] {
        let mut world = World::default();
        create_conflicting_record(&mut world);
        let phone = string("practitionerNumber", "+15550100201");
        edit(&mut world, "Communication/existing", &[("practitionerNumber", Some(phone))]);
        let attempt = r#"{"url":"https://plumline.dev/fhir/StructureDefinition/call-attempt","valueInstant":"2026-11-18T10:00:00Z"}"#;
        extension(&mut world, "Communication/existing", "/call-attempt", Some(json(attempt)));
        if root {
            edit(&mut world, "Communication/existing", &[("callSid", Some(string("callSid", &sid(9))))]);
        }
        assert_eq!(amber().refused(&mut world, PLACE), ("OUTBOUND_REQUEST_USED".into(), 409));
        assert_eq!((posts(&world), world.calls.len()), (0, 0));
    }
    let mut world = World::default();
    create_conflicting_record(&mut world);
    let start = PLACE.replace("place-call", "start-call");
    assert_eq!(amber().refused(&mut world, &start), ("OUTBOUND_REQUEST_USED".into(), 409));
    // A newer record with the identifier does not hide Amber's record.
    let mut world = World::default();
    let value = amber().value(&mut world, PLACE);
    create_conflicting_record(&mut world);
    world.fhir.move_first("Communication/existing");
    assert_eq!(amber().value(&mut world, PLACE), value);
    assert_eq!(world.calls.len(), 1);
    // A copy of Amber's record with all seals does not hide her record. The copy waits for its call or names another
    // call.
    for root in [None, Some(sid(9))] {
        let mut world = World::default();
        let value = amber().value(&mut world, PLACE);
        let mut copy = world.read(text(&value, &["communication"]));
        copy.set("id", Json::of("0-copy"));
        copy.set("status", Json::of(if root.is_some() { "in-progress" } else { "preparation" }));
        let identifiers = copy.get("identifier").cloned().unwrap().into_elements();
        let request = |item: &Json| text(item, &["system"]).ends_with("call-request");
        copy.set("identifier", Json::List(identifiers.into_iter().filter(request).collect()));
        world.put(&copy.write());
        let root = root.map(|root| string("callSid", &root));
        edit(&mut world, "Communication/0-copy", &[("callSid", root), ("direction", None), ("leg", None)]);
        world.fhir.move_first("Communication/0-copy");
        assert_eq!(amber().at(NOW + 300_000).value(&mut world, PLACE), value);
        assert_eq!(world.calls.len(), 1);
    }
}

#[test]
fn a_record_edited_to_name_a_call_does_not_place_it_twice() {
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
    assert_eq!(amber().refused(&mut world, PLACE), ("OUTBOUND_UNKNOWN".into(), 409));
    world.unlisted = 0;
    let own = bruno().value(&mut world, START);
    let call = text(&world.calls[0], &["sid"]).to_owned();
    set_call(&mut world, text(&own, &["communication"]), &call);
    assert_eq!(amber().at(NOW + 180_000).refused(&mut world, PLACE), ("OUTBOUND_UNKNOWN".into(), 409));
    assert_eq!(world.calls.len(), 1);
}

#[test]
fn an_incoming_call_can_be_ended_by_the_practitioner_who_answered_it() {
    let (call, leg) = (sid(1), sid(2));
    let setup = |status: &str, to: &str, names: &str| {
        let mut world = World::default();
        twilio(&mut world, &call, PATIENT, &format!(r#","to":"{}","direction":"inbound""#, CLINIC_NUMBER[0]));
        let more = format!(r#","to":"{to}","parent_call_sid":"{call}","direction":"outbound-dial""#);
        twilio(&mut world, &leg, PATIENT, &more);
        world.calls[0].set("status", Json::of(status));
        world.put(&format!(
            r#"{{"resourceType":"Communication","id":"incoming","status":"in-progress",
            "category":[{{"coding":[{{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice"}}]}}],
            "identifier":[{{"system":"https://www.twilio.com/","value":"{call}"}}],
            "recipient":[{{"reference":"Practitioner/{names}"}}],
            "extension":[{{"url":"https://plumline.dev/fhir/StructureDefinition/twilio-call","extension":[
            {{"url":"callSid","valueString":"{call}"}},{{"url":"direction","valueCode":"inbound"}},
            {{"url":"practitioner","valueReference":{{"reference":"Practitioner/{names}"}}}}]}}]}}"#
        ));
        world
    };
    let client = format!("client:{AMBER_IDENTITY}");
    let mut world = setup("in-progress", &client, AMBER);
    let value = amber().value(&mut world, &by_sid(&call));
    assert_eq!((text(&value, &["status"]), text(&value, &["communication"])), ("completed", "Communication/incoming"));
    assert_eq!(text(&amber().value(&mut world, &by_sid(&call)), &["status"]), "completed");
    // The record may say anything. Twilio's leg decides: it only rang, or it was to a phone or to a colleague.
    for (status, to, names) in [
        ("ringing", &*client, AMBER),
        ("no-answer", &*client, AMBER),
        ("in-progress", PHONE, AMBER),
        ("in-progress", &*format!("client:{BRUNO_IDENTITY}"), AMBER),
    ] {
        let refused = amber().refused(&mut setup(status, to, names), &by_sid(&call));
        assert_eq!(refused, ("RECORD_NOT_FOUND Communication".into(), 404), "{status} {to}");
    }
    assert_bruno_is_refused(&mut setup("in-progress", &client, BRUNO), &by_sid(&call));
    assert_bruno_is_refused(&mut setup("in-progress", &client, BRUNO), &by_record("Communication/incoming"));
}
