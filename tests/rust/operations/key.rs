// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The key press after `place-call` dials the sealed number, even if staff edit the records.

use plumline::json::Json;
use plumline::runtime::Secret;

use crate::constants::NOW;
use crate::fault::{Fault, Faults};
use crate::json::{json, text};
use crate::world::colleague::{
    BRUNO_IDENTITY, OTHER, by_phone, by_sid, edit, extension, practitioner, set_call, set_caller_id, status_callback,
    string,
};
use crate::world::key_press::{press, press_at};
use crate::world::phone::{dialed, refused};
use crate::world::staff::{PLACE, START, amber, bruno};
use crate::world::{BRUNO, CLINIC_NUMBER, PATIENT, SECRET, World, sid};

#[test]
fn a_key_press_dials_the_prepared_number() {
    let secrets = [(Secret::SealingKeys, SECRET)];
    let setup = || {
        let mut world = World::default();
        amber().send(&mut world, PLACE);
        let reference = format!("Communication/{}", text(world.communications()[0], &["id"]));
        (world, reference)
    };
    assert_eq!(dialed(&press(&mut setup().0, &secrets)).1, PATIENT);
    for part in [string("number", "+15550100199"), practitioner(BRUNO)] {
        let (mut world, reference) = setup();
        let name = text(&part, &["url"]).to_owned();
        edit(&mut world, &reference, &[(&*name, Some(part))]);
        assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID", "{name}");
    }
    // Another record that names the call does not hide the sealed record.
    let (mut world, reference) = setup();
    let mut forged = world.read(&reference);
    forged.set("id", Json::of("0-forged"));
    world.put(&forged.write());
    edit(&mut world, "Communication/0-forged", &[("number", Some(string("number", "+15550100199")))]);
    assert_eq!(dialed(&press(&mut world, &secrets)).1, PATIENT);
    // Twilio's response was lost. Then not even Twilio's list proves that the call is Amber's, so nothing is dialed.
    let mut world = World { http_faults: Faults::at(0, Fault::DoneTooLate), unlisted: 1, ..World::default() };
    amber().refused(&mut world, PLACE);
    assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID");
    world.unlisted = 0;
    amber().at(NOW + 10_000).value(&mut world, PLACE);
    assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID");
    // If PLUMLINE_SECRET is missing or too short, another secret seals the record. The webhook does not have that
    // secret and does not check the seal.
    for secret in ["", "short"] {
        let mut world = World::default();
        amber().secret("PLUMLINE_SECRET", secret).value(&mut world, PLACE);
        assert_eq!(dialed(&press(&mut world, &[(Secret::SealingKeys, secret)])).1, PATIENT);
    }
}

#[test]
fn a_key_press_dials_no_number_of_a_record_edited_to_name_the_call() {
    let secrets = [(Secret::SealingKeys, SECRET)];
    for copies in [1, 20, 60] {
        for input in [OTHER, START] {
            // Bruno's records are created before or after Amber's record, with lower or higher ids.
            for earlier in [true, false] {
                let mut world = World::default();
                let bruno_call = |world: &mut World| {
                    let own = bruno().value(world, input);
                    let own = world.read(text(&own, &["communication"]));
                    for copy in 0..copies {
                        let mut resource = own.clone();
                        resource.set("id", Json::of(&format!("{}-copy-{copy}", if earlier { "0" } else { "z" })));
                        world.put(&resource.write());
                    }
                };
                if earlier {
                    bruno_call(&mut world);
                }
                let value = amber().value(&mut world, PLACE);
                let call = text(&value, &["callSid"]).to_owned();
                let amber_call = world.calls[0].clone();
                if !earlier {
                    bruno_call(&mut world);
                }
                world.calls.retain(|item| *item != amber_call);
                world.calls.insert(0, amber_call);
                world.calls[0].set("status", Json::of("in-progress"));
                let from = text(&world.calls[0], &["from"]).to_owned();
                let ids: Vec<String> =
                    world.communications().iter().map(|item| text(item, &["id"]).to_owned()).collect();
                for id in ids.into_iter().filter(|id| id.contains("-copy-")) {
                    let reference = format!("Communication/{id}");
                    set_call(&mut world, &reference, &call);
                    set_caller_id(&mut world, &reference, &from);
                }
                assert_eq!(dialed(&press(&mut world, &secrets)).1, PATIENT, "{copies} {input} {earlier}");
                assert!(world.retry < 2_500);
                // A callback merges the records of the call. It does not change the sealed values.
                status_callback(&mut world);
                assert_eq!(dialed(&press(&mut world, &secrets)).1, PATIENT, "{copies} {input} {earlier}");
            }
        }
    }
}

#[test]
fn a_callback_does_not_change_the_prepared_call() {
    let secrets = [(Secret::SealingKeys, SECRET)];
    for prepared in [true, false] {
        let (mut world, reference, call) = by_phone();
        let mut forged = world.read(&reference);
        forged.set("id", Json::of("z-forged"));
        world.put(&forged.write());
        let number = string("number", "+12125550199");
        edit(
            &mut world,
            "Communication/z-forged",
            &[("number", Some(number)), ("practitioner", Some(practitioner("0")))],
        );
        if !prepared {
            edit(&mut world, "Communication/z-forged", &[("prepared", None)]);
        }
        status_callback(&mut world);
        assert!(world.read(&reference).write().contains("\"in-progress\""));
        assert_eq!(dialed(&press(&mut world, &secrets)).1, PATIENT);
        assert_eq!(text(&amber().value(&mut world, &by_sid(&call)), &["status"]), "completed");
    }
}

#[test]
fn the_seal_of_a_placed_call_covers_the_call_and_everything_it_dials() {
    let secrets = [(Secret::SealingKeys, SECRET)];
    // The record of Amber's earlier call to another number, with all its seals, is edited to name the call in progress.
    let mut world = World::default();
    let old = amber().at(NOW - 60_000).value(&mut world, &OTHER.replace("rb", "ra"));
    let old = text(&old, &["communication"]).to_owned();
    let value = amber().value(&mut world, PLACE);
    let (reference, call) = (text(&value, &["communication"]).to_owned(), text(&value, &["callSid"]).to_owned());
    world.calls[0].set("status", Json::of("in-progress"));
    let from = text(&world.calls[0], &["from"]).to_owned();
    set_call(&mut world, &old, &call);
    set_caller_id(&mut world, &old, &from);
    assert_eq!(dialed(&press(&mut world, &secrets)).1, PATIENT);
    // The old record has the seals of the new call but another number. It is ignored, so nothing is dialed.
    let seals = world.read(&reference).get("extension").cloned().unwrap_or_default().into_elements();
    let seal = seals.iter().find(|item| text(item, &["url"]).ends_with("/call-placed")).cloned();
    assert!(seal.is_some());
    extension(&mut world, &old, "/call-placed", seal);
    extension(&mut world, &reference, "/call-placed", None);
    assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID");
    // The seal covers each part.
    for part in [
        string("number", "+12125550199"),
        string("identity", BRUNO_IDENTITY),
        string("practitionerNumber", "+15550100201"),
        practitioner(BRUNO),
        json(r#"{"url":"prepared","valueInstant":"2026-11-18T11:06:00Z"}"#),
    ] {
        let (mut world, reference, _) = by_phone();
        let name = text(&part, &["url"]).to_owned();
        edit(&mut world, &reference, &[(&*name, Some(part))]);
        assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID", "{name}");
    }
    let (mut world, reference, _) = by_phone();
    let other = CLINIC_NUMBER.iter().find(|own| **own != text(&world.calls[0], &["from"])).copied().unwrap_or_default();
    set_caller_id(&mut world, &reference, other);
    world.calls[0].set("from", Json::of(other));
    assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID");
}

#[test]
fn a_key_press_waits_for_a_seal_that_is_written_later() {
    for late in 0..4 {
        let (mut world, reference, _) = by_phone();
        let sealed = world.read(&reference).get("extension").cloned().unwrap();
        extension(&mut world, &reference, "/call-placed", None);
        let at = world.fhir.batches.len() + late;
        world.interventions.push((at, Box::new(move |world| world.change(&reference, "extension", sealed.clone()))));
        let response = press(&mut world, &[(Secret::SealingKeys, SECRET)]);
        assert!(world.retry < 2_500 - 600, "{}", world.retry);
        if late < 3 {
            assert_eq!((dialed(&response).1.as_str(), world.fhir.batches.len()), (PATIENT, at + 1));
        } else {
            assert_eq!(refused(&response), "OUTBOUND_TICKET_INVALID");
        }
    }
}

#[test]
fn an_edited_call_status_does_not_prevent_dialing() {
    let secrets = [(Secret::SealingKeys, SECRET)];
    let leg = json(&format!(
        r#"{{"url":"leg","extension":[{{"url":"callSid","valueString":"{}"}},{{"url":"status","valueCode":"completed"}}]}}"#,
        sid(9)
    ));
    for part in [leg, json(r#"{"url":"status","valueCode":"completed"}"#)] {
        let (mut world, reference, _) = by_phone();
        let mut forged = world.read(&reference);
        forged.set("id", Json::of("0-forged"));
        world.put(&forged.write());
        edit(
            &mut world,
            "Communication/0-forged",
            &[("prepared", None), (&*text(&part, &["url"]).to_owned(), Some(part))],
        );
        status_callback(&mut world);
        assert_eq!(dialed(&press(&mut world, &secrets)).1, PATIENT);
    }
}

#[test]
fn a_late_key_press_dials_no_one() {
    let (mut world, ..) = by_phone();
    assert_eq!(dialed(&press_at(&mut world, NOW + 21 * 60_000)).1, PATIENT);
    assert_eq!(refused(&press_at(&mut world, NOW + 23 * 60_000)), "OUTBOUND_TICKET_EXPIRED");
}

#[test]
fn a_record_hidden_by_too_many_others_is_not_treated_as_missing() {
    let (mut world, _, call) = by_phone();
    for number in 0..1_000 {
        let junk = format!(
            r#"{{"resourceType":"Communication","id":"junk-{number}",
            "identifier":[{{"system":"https://www.twilio.com/","value":"{call}"}}]}}"#
        );
        world.fhir.put_first(&json(&junk), NOW);
    }
    assert_eq!(refused(&press(&mut world, &[(Secret::SealingKeys, SECRET)])), "CHART_UNAVAILABLE");
}

#[test]
fn a_short_secret_is_ignored_next_to_a_strong_one() {
    let rotated = format!("{SECRET},short");
    let mut world = World::default();
    let value = amber().secret("PLUMLINE_SECRET", &rotated).value(&mut world, PLACE);
    let reference = text(&value, &["communication"]).to_owned();
    // A copy of Amber's record has a lower id and another number.
    let mut forged = world.read(&reference);
    forged.set("id", Json::of("0-forged"));
    world.put(&forged.write());
    edit(&mut world, "Communication/0-forged", &[("number", Some(string("number", "+12125550199")))]);
    assert_eq!(dialed(&press(&mut world, &[(Secret::SealingKeys, &rotated)])).1, PATIENT);
}

#[test]
fn a_long_line_or_thousands_of_seals_are_not_hashed() {
    let (mut world, reference, _) = by_phone();
    let seal = r#"{"url":"https://plumline.dev/fhir/StructureDefinition/call-placed","valueString":"x.y"}"#;
    let mut forged = world.read(&reference);
    forged.set("id", Json::of("0-forged"));
    let mut seals = vec![json(seal); 2_000];
    seals.extend(forged.get("extension").cloned().unwrap().into_elements());
    forged.set("extension", Json::List(seals));
    world.put(&forged.write());
    set_caller_id(&mut world, "Communication/0-forged", &"5".repeat(200_000));
    // Amber's own record is used.
    assert_eq!(dialed(&press(&mut world, &[(Secret::SealingKeys, SECRET)])).1, PATIENT);
}
