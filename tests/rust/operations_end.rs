// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `end-call` ends the requester's own calls, whatever staff write into the records of calls.
#![cfg(not(target_arch = "wasm32"))]

mod world;

use plumline::flow::{Reply, Secret};
use plumline::json::Json;
use world::door::{Asked, PLACE, START, asked, refusal};
use world::phone::{dialled, refused};
use world::webhook::{browser, step_flow, webhook_flow};
use world::{AMBER, AMBER_IDENTITY, BRUNO, Fault, NOW, OURS, PATIENT, SECRET, World, json, sid, text};

const BRUNO_IDENTITY: &str = "5e0b9c1d_0000_4000_8000_000000000002";
const PHONE: &str = "+15550100202";

fn bruno() -> Asked {
    asked().by(&format!("Practitioner/{BRUNO}"))
}

fn by_sid(sid: &str) -> String {
    format!(r#"{{"operation":"end-call","callSid":"{sid}"}}"#)
}

fn by_record(reference: &str) -> String {
    format!(r#"{{"operation":"end-call","communication":"{reference}"}}"#)
}

/// A call in progress as Twilio has it.
fn twilio(world: &mut World, sid: &str, from: &str, more: &str) {
    world.calls.insert(0, json(&format!(r#"{{"sid":"{sid}","from":"{from}","status":"in-progress"{more}}}"#)));
}

fn posts(world: &World) -> usize {
    world.http.iter().filter(|request| request.method == "POST").count()
}

/// The parts of a record's `twilio-call` extension are changed; `None` takes one out.
fn edit(world: &mut World, reference: &str, parts: &[(&str, Option<Json>)]) {
    let mut extensions = world.read(reference).get("extension").cloned().unwrap_or_default().into_elements();
    let at = extensions.iter().position(|one| text(one, &["url"]).ends_with("/twilio-call")).unwrap();
    let mut known = extensions[at].get("extension").cloned().unwrap().into_elements();
    for (name, part) in parts {
        known.retain(|one| text(one, &["url"]) != *name);
        known.extend(part.clone());
    }
    extensions[at].set("extension", Json::List(known));
    world.change(reference, "extension", Json::List(extensions));
}

fn string(name: &str, value: &str) -> Json {
    json(&format!(r#"{{"url":"{name}","valueString":"{value}"}}"#))
}

fn practitioner(id: &str) -> Json {
    json(&format!(r#"{{"url":"practitioner","valueReference":{{"reference":"Practitioner/{id}"}}}}"#))
}

/// Bruno writes himself into a record, everywhere where it names who calls.
fn take_over(world: &mut World, reference: &str) {
    world.change(reference, "sender", json(&format!(r#"{{"reference":"Practitioner/{BRUNO}"}}"#)));
    world.change(reference, "recipient", json(&format!(r#"[{{"reference":"Practitioner/{BRUNO}"}}]"#)));
    let identity = string("identity", BRUNO_IDENTITY);
    edit(world, reference, &[("practitioner", Some(practitioner(BRUNO))), ("identity", Some(identity))]);
}

/// Bruno lets a record of his name another call.
fn point_at(world: &mut World, reference: &str, root: &str) {
    edit(world, reference, &[("callSid", Some(string("callSid", root)))]);
    let identifier = format!(r#"[{{"system":"https://www.twilio.com/","value":"{root}"}}]"#);
    world.change(reference, "identifier", json(&identifier));
    world.change(reference, "status", Json::of("in-progress"));
}

/// Amber's call from her browser is in progress; its record.
fn by_browser() -> (World, String, String) {
    let mut world = World::default();
    let value = asked().value(&mut world, START);
    let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
    let params = browser(&from, &call, &[("Ticket", text(&value, &["ticket"]))]);
    world.play(webhook_flow(&params, &[(Secret::Sealing, SECRET)], NOW));
    twilio(&mut world, &call, &from, r#","direction":"inbound""#);
    let reference = text(&value, &["communication"]).to_owned();
    (world, reference, call)
}

/// Amber's call by `place-call` is in progress; its record.
fn by_phone() -> (World, String, String) {
    let mut world = World::default();
    let value = asked().value(&mut world, PLACE);
    world.calls[0].set("status", Json::of("in-progress"));
    let of = |name| text(&value, &[name]).to_owned();
    (world, of("communication"), of("callSid"))
}

#[track_caller]
fn is_kept_from_bruno(world: &mut World, input: &str) {
    let before = posts(world);
    assert_eq!(bruno().refused(world, input), ("RECORD_NOT_FOUND Communication".into(), 404), "{input}");
    assert_eq!(posts(world), before, "nothing was sent to Twilio");
}

#[test]
fn who_writes_himself_into_a_colleagues_call_does_not_end_it() {
    for ground in [by_browser, by_phone] {
        let (mut world, reference, call) = ground();
        take_over(&mut world, &reference);
        is_kept_from_bruno(&mut world, &by_sid(&call));
        is_kept_from_bruno(&mut world, &by_record(&reference));
        // She ends it all the same.
        assert_eq!(text(&asked().value(&mut world, &by_sid(&call)), &["status"]), "completed");
        assert_eq!(text(&world.calls[0], &["status"]), "completed");
        // Nor is he answered that it is over.
        is_kept_from_bruno(&mut world, &by_sid(&call));
        is_kept_from_bruno(&mut world, &by_record(&reference));
    }
}

#[test]
fn a_ticket_is_taken_over_before_its_call_begins() {
    let mut world = World::default();
    let value = asked().value(&mut world, START);
    let reference = text(&value, &["communication"]).to_owned();
    take_over(&mut world, &reference);
    // The ticket is not for what the record says now.
    let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
    let params = browser(&from, &call, &[("Ticket", text(&value, &["ticket"]))]);
    let done = world.play(webhook_flow(&params, &[(Secret::Sealing, SECRET)], NOW));
    assert_eq!(refused(&done), "OUTBOUND_TICKET_INVALID");
    twilio(&mut world, &call, &from, r#","direction":"inbound""#);
    is_kept_from_bruno(&mut world, &by_sid(&call));
    // And it is not his to give up.
    is_kept_from_bruno(&mut world, &by_record(&reference));
    assert_eq!(text(&world.read(&reference), &["status"]), "preparation");
}

#[test]
fn a_record_that_is_pointed_at_a_colleagues_call_does_not_end_it() {
    for ground in [by_browser, by_phone] {
        for input in [START, PLACE] {
            let (mut world, _, call) = ground();
            // His own, prepared or placed, with the seal that it was given.
            let own = bruno().value(&mut world, input);
            let own = text(&own, &["communication"]).to_owned();
            point_at(&mut world, &own, &call);
            is_kept_from_bruno(&mut world, &by_record(&own));
            is_kept_from_bruno(&mut world, &by_sid(&call));
        }
        // One that he makes from nothing.
        let (mut world, reference, call) = ground();
        let mut forged = world.read(&reference);
        forged.set("id", Json::of("forged"));
        world.put(&forged.write());
        take_over(&mut world, "Communication/forged");
        is_kept_from_bruno(&mut world, &by_record("Communication/forged"));
        is_kept_from_bruno(&mut world, &by_sid(&call));
        let leg = json(&format!(r#"{{"url":"leg","extension":[{{"url":"callSid","valueString":"{}"}}]}}"#, sid(8)));
        edit(&mut world, "Communication/forged", &[("leg", Some(leg))]);
        is_kept_from_bruno(&mut world, &by_sid(&sid(8)));
        world.change("Communication/forged", "category", Json::Null);
        is_kept_from_bruno(&mut world, &by_record("Communication/forged"));
        is_kept_from_bruno(&mut world, &by_sid(&call));
        assert_eq!(text(&asked().value(&mut world, &by_sid(&call)), &["status"]), "completed");
    }
}

#[test]
fn only_the_one_it_was_prepared_for_gives_a_ticket_up() {
    for input in [START, PLACE] {
        // A call by REST whose answer was lost waits, too.
        let lost = || World { http_faults: vec![(0, Fault::Down), (1, Fault::Down)], ..World::default() };
        let mut world = lost();
        asked().ask(&mut world, input);
        let record = world.communications()[0].clone();
        let reference = format!("Communication/{}", text(&record, &["id"]));
        assert_eq!((text(&record, &["status"]), record.get("identifier").is_some()), ("preparation", input == PLACE));
        take_over(&mut world, &reference);
        is_kept_from_bruno(&mut world, &by_record(&reference));
        assert_eq!(text(&world.read(&reference), &["status"]), "preparation");
        // With the name of the colleague put back it is hers again, whatever the sender says.
        edit(
            &mut world,
            &reference,
            &[("practitioner", Some(practitioner(AMBER))), ("identity", Some(string("identity", AMBER_IDENTITY)))],
        );
        is_kept_from_bruno(&mut world, &by_record(&reference));
        for _ in 0..2 {
            assert_eq!(text(&asked().value(&mut world, &by_record(&reference)), &["status"]), "not-done");
        }
    }
}

#[test]
fn a_ticket_dials_what_was_prepared() {
    for part in [
        string("number", "+15550100199"),
        string("practitionerNumber", "+15550100199"),
        practitioner(BRUNO),
        json(r#"{"url":"prepared","valueInstant":"2026-11-18T11:06:00Z"}"#),
    ] {
        let mut world = World::default();
        let value = asked().value(&mut world, START);
        let name = text(&part, &["url"]).to_owned();
        edit(&mut world, text(&value, &["communication"]), &[(&*name, Some(part))]);
        let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
        let params = browser(&from, &call, &[("Ticket", text(&value, &["ticket"]))]);
        let done = world.play(webhook_flow(&params, &[(Secret::Sealing, SECRET)], NOW));
        assert_eq!(refused(&done), "OUTBOUND_TICKET_INVALID", "{name}");
    }
}

/// What Twilio posts where a key was pressed on the phone that `place-call` has rung.
fn press(world: &mut World, secrets: &[(Secret, &str)]) -> plumline::flow::Done {
    let call = world.calls[0].clone();
    let params = [
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("CallSid", text(&call, &["sid"])),
        ("CallStatus", "in-progress"),
        ("Direction", "outbound-api"),
        ("From", text(&call, &["from"])),
        ("To", text(&call, &["to"])),
        ("Digits", "5"),
    ];
    world.play(step_flow("?step=connect", &params, secrets, NOW))
}

#[test]
fn a_pressed_key_dials_what_was_prepared() {
    let secrets = [(Secret::Sealing, SECRET)];
    // With the answer of `place-call` written down, and lost.
    for lost in [false, true] {
        let ground = || {
            let mut world = World::default();
            if lost {
                world.http_faults.push((0, Fault::Lost));
                world.unlisted = 1;
            }
            asked().ask(&mut world, PLACE);
            let reference = format!("Communication/{}", text(world.communications()[0], &["id"]));
            (world, reference)
        };
        let (mut world, _) = ground();
        if lost {
            // Nothing says yet that this call is hers; asked again, `place-call` finds it and seals it.
            assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID");
            world.unlisted = 0;
            asked().at(NOW + 10_000).value(&mut world, PLACE);
        }
        assert_eq!(dialled(&press(&mut world, &secrets)).1, PATIENT);
        for part in [string("number", "+15550100199"), practitioner(BRUNO)] {
            let (mut world, reference) = ground();
            let name = text(&part, &["url"]).to_owned();
            edit(&mut world, &reference, &[(&*name, Some(part))]);
            assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID", "{name}");
        }
        // A record that somebody has made besides does not keep it from its own.
        let (mut world, reference) = ground();
        let mut forged = world.read(&reference);
        forged.set("id", Json::of("forged"));
        world.put(&forged.write());
        edit(&mut world, "Communication/forged", &[("number", Some(string("number", "+15550100199")))]);
        if lost {
            world.unlisted = 0;
            asked().at(NOW + 10_000).value(&mut world, PLACE);
        }
        assert_eq!(dialled(&press(&mut world, &secrets)).1, PATIENT);
    }
    // A secret that is too short seals nothing; another one has sealed, which the webhook does not have.
    for secret in ["", "short"] {
        let mut world = World::default();
        asked().secret("PLUMLINE_SECRET", secret).value(&mut world, PLACE);
        assert_eq!(dialled(&press(&mut world, &[(Secret::Sealing, secret)])).1, PATIENT);
    }
}

/// `place-call` of Bruno's to a number of his choice.
const OTHER: &str = r#"{"operation":"place-call","number":"+12125550199","requestId":"rb"}"#;

fn line(world: &mut World, reference: &str, from: &str) {
    let medium = format!(r#"[{{"coding":[{{"system":"https://plumline.dev/fhir/phone-number","code":"{from}"}}]}}]"#);
    world.change(reference, "medium", json(&medium));
}

/// Takes an extension of a record out, and puts `more` in its place.
fn extension(world: &mut World, reference: &str, name: &str, more: Option<Json>) {
    let mut extensions = world.read(reference).get("extension").cloned().unwrap_or_default().into_elements();
    extensions.retain(|one| !text(one, &["url"]).ends_with(name));
    extensions.extend(more);
    world.change(reference, "extension", Json::List(extensions));
}

/// A status callback of the newest call that was placed.
fn status_callback(world: &mut World) {
    let call = world.calls[0].clone();
    let params = [
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("CallSid", text(&call, &["sid"])),
        ("CallStatus", "in-progress"),
        ("CallbackSource", "call-progress-events"),
        ("Direction", "outbound-api"),
        ("From", text(&call, &["from"])),
        ("SequenceNumber", "2"),
        ("To", text(&call, &["to"])),
    ];
    world.play(step_flow("?step=status", &params, &[(Secret::Sealing, SECRET)], NOW));
}

#[test]
fn a_pressed_key_dials_no_number_of_a_record_that_is_pointed_at_the_call() {
    let secrets = [(Secret::Sealing, SECRET)];
    for copies in [1, 20, 60] {
        for input in [OTHER, START] {
            // Before hers, so that the ids of his records are the lesser ones, and after it.
            for earlier in [true, false] {
                let mut world = World { next: 100, ..World::default() };
                let his = |world: &mut World| {
                    let own = bruno().value(world, input);
                    let own = world.read(text(&own, &["communication"]));
                    for copy in 0..copies {
                        let mut resource = own.clone();
                        resource.set("id", Json::of(&format!("{}-copy-{copy}", if earlier { "a" } else { "z" })));
                        world.put(&resource.write());
                    }
                };
                if earlier {
                    his(&mut world);
                }
                let value = asked().value(&mut world, PLACE);
                let call = text(&value, &["callSid"]).to_owned();
                let hers = world.calls[0].clone();
                if !earlier {
                    his(&mut world);
                }
                world.calls.retain(|one| *one != hers);
                world.calls.insert(0, hers);
                world.calls[0].set("status", Json::of("in-progress"));
                let from = text(&world.calls[0], &["from"]).to_owned();
                let ids: Vec<String> = world.communications().iter().map(|one| text(one, &["id"]).to_owned()).collect();
                for id in ids.into_iter().filter(|id| id.contains("-copy-")) {
                    let reference = format!("Communication/{id}");
                    point_at(&mut world, &reference, &call);
                    line(&mut world, &reference, &from);
                }
                assert_eq!(dialled(&press(&mut world, &secrets)).1, PATIENT, "{copies} {input} {earlier}");
                assert!(world.patience < 2_500);
                // A callback that merges the records of the call changes nothing of what was sealed.
                status_callback(&mut world);
                assert_eq!(dialled(&press(&mut world, &secrets)).1, PATIENT, "{copies} {input} {earlier}");
            }
        }
    }
}

#[test]
fn a_callback_merges_nothing_into_what_was_prepared() {
    let secrets = [(Secret::Sealing, SECRET)];
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
        assert_eq!(dialled(&press(&mut world, &secrets)).1, PATIENT);
        assert_eq!(text(&asked().value(&mut world, &by_sid(&call)), &["status"]), "completed");
    }
}

#[test]
fn the_seal_of_a_placed_call_is_for_this_call_and_all_that_it_dials() {
    let secrets = [(Secret::Sealing, SECRET)];
    // Her earlier call to somebody else, with all its seals, is pointed at the call that goes on.
    let mut world = World::default();
    let old = asked().at(NOW - 60_000).value(&mut world, &OTHER.replace("rb", "ra"));
    let old = text(&old, &["communication"]).to_owned();
    let value = asked().value(&mut world, PLACE);
    let (reference, call) = (text(&value, &["communication"]).to_owned(), text(&value, &["callSid"]).to_owned());
    world.calls[0].set("status", Json::of("in-progress"));
    let from = text(&world.calls[0], &["from"]).to_owned();
    point_at(&mut world, &old, &call);
    line(&mut world, &old, &from);
    assert_eq!(dialled(&press(&mut world, &secrets)).1, PATIENT);
    // All seals of hers on a record that names another number: it is ignored, and so nothing dials.
    let seals = world.read(&reference).get("extension").cloned().unwrap_or_default().into_elements();
    let seal = seals.iter().find(|one| text(one, &["url"]).ends_with("/call-placed")).cloned();
    assert!(seal.is_some());
    extension(&mut world, &old, "/call-placed", seal);
    extension(&mut world, &reference, "/call-placed", None);
    assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID");
    // Each part counts.
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
    let other = OURS.iter().find(|ours| **ours != text(&world.calls[0], &["from"])).copied().unwrap_or_default();
    line(&mut world, &reference, other);
    world.calls[0].set("from", Json::of(other));
    assert_eq!(refused(&press(&mut world, &secrets)), "OUTBOUND_TICKET_INVALID");
}

#[test]
fn a_key_waits_for_the_seal_that_is_written_a_moment_later() {
    for late in 0..4 {
        let (mut world, reference, _) = by_phone();
        let sealed = world.read(&reference).get("extension").cloned().unwrap();
        extension(&mut world, &reference, "/call-placed", None);
        let at = world.batches.len() + late;
        world.meddling.push((at, Box::new(move |world| world.change(&reference, "extension", sealed.clone()))));
        let done = press(&mut world, &[(Secret::Sealing, SECRET)]);
        assert!(world.patience < 2_500 - 600, "{}", world.patience);
        if late < 3 {
            assert_eq!((dialled(&done).1.as_str(), world.batches.len()), (PATIENT, at + 1));
        } else {
            assert_eq!(refused(&done), "OUTBOUND_TICKET_INVALID");
        }
    }
}

#[test]
fn a_call_that_was_placed_by_rest_is_ended_by_its_owner() {
    let rotated = format!("another-invented-secret-of-40-characters,{SECRET}");
    // Without PLUMLINE_SECRET, and with one that is too short, another secret seals.
    for (placing, ending) in [(SECRET, SECRET), (SECRET, &*rotated), ("", ""), ("short", ""), ("", SECRET)] {
        let mut world = World::default();
        let value = asked().secret("PLUMLINE_SECRET", placing).value(&mut world, PLACE);
        let (reference, call) = (text(&value, &["communication"]).to_owned(), text(&value, &["callSid"]).to_owned());
        // A second call to the same phone, so that Twilio's list alone does not show which one is hers.
        twilio(&mut world, &sid(70), OURS[0], &format!(r#","to":"{PHONE}","direction":"outbound-api""#));
        let line = text(&world.read(&reference), &["status"]).to_owned();
        assert_eq!(line, "in-progress");
        for input in [by_record(&reference), by_sid(&call)] {
            let value = asked().secret("PLUMLINE_SECRET", ending).value(&mut world, &input);
            assert_eq!((text(&value, &["status"]), text(&value, &["callSid"])), ("canceled", &*call));
            assert_eq!(text(&value, &["communication"]), reference);
        }
        assert_eq!(posts(&world), 2, "one places it, one ends it");
    }
}

#[test]
fn a_call_whose_answer_was_lost_is_its_owners_once_it_was_asked_for_again() {
    // Its record learns which call it is by the key that was pressed: the webhook knows the phone, and not who asked.
    let pressed = || {
        let mut world = World { http_faults: vec![(0, Fault::Lost)], unlisted: 1, ..World::default() };
        assert_eq!(asked().refused(&mut world, PLACE), ("OUTBOUND_UNKNOWN".into(), 409));
        world.unlisted = 0;
        world.calls[0].set("status", Json::of("in-progress"));
        press(&mut world, &[]);
        let reference = format!("Communication/{}", text(world.communications()[0], &["id"]));
        assert_eq!(text(&world.read(&reference), &["status"]), "in-progress");
        let call = text(&world.calls[0], &["sid"]).to_owned();
        (world, reference, call)
    };
    let not_found = ("RECORD_NOT_FOUND Communication".to_owned(), 404);
    let (mut world, reference, call) = pressed();
    assert_eq!(asked().refused(&mut world, &by_sid(&call)), not_found);
    let before = posts(&world);
    let value = asked().at(NOW + 30_000).value(&mut world, PLACE);
    assert_eq!((text(&value, &["callSid"]), text(&value, &["communication"])), (&*call, &*reference));
    assert_eq!(posts(&world), before, "nothing is placed again");
    is_kept_from_bruno(&mut world, &by_sid(&call));
    assert_eq!(text(&asked().value(&mut world, &by_sid(&call)), &["status"]), "completed");
    let (mut world, reference, call) = pressed();
    take_over(&mut world, &reference);
    is_kept_from_bruno(&mut world, &by_sid(&call));
    // Where the list shows another call that it could be, it is not known whose it is.
    let (mut world, _, call) = pressed();
    let from = text(&world.calls[0], &["from"]).to_owned();
    twilio(&mut world, &sid(71), &from, &format!(r#","to":"{PHONE}","direction":"outbound-api""#));
    assert_eq!(text(&asked().at(NOW + 30_000).value(&mut world, PLACE), &["callSid"]), call);
    assert_eq!(asked().refused(&mut world, &by_sid(&call)), not_found);
    // Nor after ten minutes.
    let (mut world, _, call) = pressed();
    assert_eq!(text(&asked().at(NOW + 600_000).value(&mut world, PLACE), &["callSid"]), call);
    assert_eq!(asked().refused(&mut world, &by_sid(&call)), not_found);
    // Where the request came again before a key was pressed, and the list showed one call, it is.
    let mut world = World { http_faults: vec![(0, Fault::Lost)], unlisted: 1, ..World::default() };
    asked().refused(&mut world, PLACE);
    world.unlisted = 0;
    let value = asked().at(NOW + 30_000).value(&mut world, PLACE);
    let from = text(&world.calls[0], &["from"]).to_owned();
    twilio(&mut world, &sid(71), &from, &format!(r#","to":"{PHONE}","direction":"outbound-api""#));
    let end = by_sid(text(&value, &["callSid"]));
    is_kept_from_bruno(&mut world, &end);
    assert_eq!(text(&asked().value(&mut world, &end), &["status"]), "canceled");
}

#[test]
fn a_sealed_request_of_a_colleague_ends_no_call_to_a_shared_phone() {
    // He asked for a call to the same phone, over another line of ours or over the same one.
    for callee in 190..196 {
        let mut world = World::default();
        let own = bruno().value(&mut world, &OTHER.replace("0199", &format!("0{callee}")));
        let own = text(&own, &["communication"]).to_owned();
        world.calls[0].set("status", Json::of("completed"));
        let call = asked().value(&mut world, PLACE);
        world.calls[0].set("status", Json::of("in-progress"));
        let call = text(&call, &["callSid"]).to_owned();
        point_at(&mut world, &own, &call);
        is_kept_from_bruno(&mut world, &by_sid(&call));
        is_kept_from_bruno(&mut world, &by_record(&own));
    }
    // Twilio refused his, so that its list shows hers alone.
    for later in [60_000, 30 * 86_400_000] {
        let mut world = World { http_faults: vec![(0, Fault::Status(400))], ..World::default() };
        bruno().ask(&mut world, PLACE);
        let own = format!("Communication/{}", text(world.communications()[0], &["id"]));
        let call = asked().at(NOW + later).value(&mut world, PLACE);
        world.calls[0].set("status", Json::of("in-progress"));
        let call = text(&call, &["callSid"]).to_owned();
        point_at(&mut world, &own, &call);
        is_kept_from_bruno(&mut world, &by_sid(&call));
        is_kept_from_bruno(&mut world, &by_record(&own));
        // Nor after he asks for his again: hers is the record of it.
        bruno().at(NOW + later).ask(&mut world, PLACE);
        is_kept_from_bruno(&mut world, &by_sid(&call));
        is_kept_from_bruno(&mut world, &by_record(&own));
    }
}

#[test]
fn a_request_finds_no_call_by_times_that_are_not_sealed() {
    for hide in [false, true] {
        for age in [120_000, 600_000] {
            let mut world = World::default();
            let own = bruno().at(NOW - age).value(&mut world, PLACE);
            let own = text(&own, &["communication"]).to_owned();
            let created = if age == 600_000 { "10:56:41" } else { "11:04:41" };
            world.calls[0].set("date_created", Json::of(&format!("Wed, 18 Nov 2026 {created} +0000")));
            world.calls[0].set("status", Json::of("completed"));
            let hers = asked().value(&mut world, PLACE);
            world.calls[0].set("status", Json::of("in-progress"));
            let call = text(&hers, &["callSid"]).to_owned();
            if hide {
                edit(&mut world, text(&hers, &["communication"]), &[("prepared", None)]);
            }
            // His own record is edited back to one that waits, and was sent just before hers.
            let identifiers = world.read(&own).get("identifier").cloned().unwrap().into_elements();
            let request = |one: &Json| text(one, &["system"]).ends_with("call-request");
            world.change(&own, "identifier", Json::List(identifiers.into_iter().filter(request).collect()));
            edit(&mut world, &own, &[("callSid", None), ("direction", None), ("leg", None)]);
            world.change(&own, "status", Json::of("preparation"));
            extension(&mut world, &own, "/call-placed", None);
            let sent = plumline::time::instant(NOW - 20_000);
            let attempt = r#"{"url":"https://plumline.dev/fhir/StructureDefinition/call-attempt","valueInstant":"AT"}"#;
            extension(&mut world, &own, "/call-attempt", Some(json(&attempt.replace("AT", &sent))));
            let before = posts(&world);
            // What he may find is his own call.
            let done = bruno().at(NOW + 1_000).ask(&mut world, PLACE);
            match &done.reply {
                Reply::Value(value) => assert!(age < 600_000 && text(value, &["callSid"]) != call),
                reply => {
                    let code = if age == 600_000 { "OUTBOUND_REQUEST_EXPIRED" } else { "OUTBOUND_UNKNOWN" };
                    assert_eq!(refusal(reply), Some((code.into(), 409)), "{hide}");
                }
            }
            assert_eq!(posts(&world), before);
            is_kept_from_bruno(&mut world, &by_sid(&call));
            point_at(&mut world, &own, &call);
            is_kept_from_bruno(&mut world, &by_record(&own));
        }
    }
}

#[test]
fn a_ticket_dials_nothing_of_another_record() {
    let mut world = World::default();
    let other = r#"{"operation":"start-call","number":"+12125550199"}"#;
    let old = asked().at(NOW - 3_600_000).value(&mut world, other);
    let new = asked().value(&mut world, START);
    let extensions = world.read(text(&old, &["communication"])).get("extension").cloned().unwrap();
    world.change(text(&new, &["communication"]), "extension", extensions);
    let (from, call) = (format!("client:{AMBER_IDENTITY}"), sid(1));
    let params = browser(&from, &call, &[("Ticket", text(&new, &["ticket"]))]);
    let done = world.play(webhook_flow(&params, &[(Secret::Sealing, SECRET)], NOW));
    assert_eq!(refused(&done), "OUTBOUND_TICKET_INVALID");
}

#[test]
fn copies_of_a_record_do_not_hide_the_one_that_is_sealed() {
    let mut world = World::default();
    let own = bruno().value(&mut world, START);
    let own = world.read(text(&own, &["communication"]));
    for copy in 0..60 {
        let mut resource = own.clone();
        resource.set("id", Json::of(&format!("a-copy-{copy}")));
        world.put(&resource.write());
    }
    let hers = asked().value(&mut world, PLACE);
    world.calls[0].set("status", Json::of("in-progress"));
    let call = text(&hers, &["callSid"]).to_owned();
    for copy in 0..60 {
        let reference = format!("Communication/a-copy-{copy}");
        point_at(&mut world, &reference, &call);
        // It says that it is hers, too.
        edit(&mut world, &reference, &[("practitioner", Some(practitioner(AMBER)))]);
    }
    is_kept_from_bruno(&mut world, &by_sid(&call));
    let value = asked().value(&mut world, &by_sid(&call));
    assert_eq!(text(&value, &["status"]), "completed");
    assert_eq!(value.get("communication"), hers.get("communication"));
}

/// A record that stands there under the name of a request of Amber's before she asks.
fn squat(world: &mut World) {
    let own = bruno().value(world, START);
    let mut copy = world.read(text(&own, &["communication"]));
    copy.set("id", Json::of("squat"));
    let request = format!(r#"[{{"system":"https://plumline.dev/fhir/call-request","value":"{AMBER}.r1"}}]"#);
    copy.set("identifier", json(&request));
    world.put(&copy.write());
    let parts = [
        ("practitioner", Some(practitioner(AMBER))),
        ("identity", Some(string("identity", AMBER_IDENTITY))),
        ("appointment", None),
    ];
    edit(world, "Communication/squat", &parts);
}

#[test]
fn a_record_that_stands_there_under_the_name_of_a_request_places_nothing() {
    for root in [false, true] {
        let mut world = World::default();
        squat(&mut world);
        let phone = string("practitionerNumber", "+15550100201");
        edit(&mut world, "Communication/squat", &[("practitionerNumber", Some(phone))]);
        let attempt = r#"{"url":"https://plumline.dev/fhir/StructureDefinition/call-attempt","valueInstant":"2026-11-18T10:00:00Z"}"#;
        extension(&mut world, "Communication/squat", "/call-attempt", Some(json(attempt)));
        if root {
            edit(&mut world, "Communication/squat", &[("callSid", Some(string("callSid", &sid(9))))]);
        }
        assert_eq!(asked().refused(&mut world, PLACE), ("OUTBOUND_REQUEST_USED".into(), 409));
        assert_eq!((posts(&world), world.calls.len()), (0, 0));
    }
    let mut world = World::default();
    squat(&mut world);
    let start = PLACE.replace("place-call", "start-call");
    assert_eq!(asked().refused(&mut world, &start), ("OUTBOUND_REQUEST_USED".into(), 409));
    // One that comes later hides nothing.
    let mut world = World::default();
    let value = asked().value(&mut world, PLACE);
    squat(&mut world);
    let at = world.find("Communication", "squat").unwrap();
    let squat = world.resources.remove(at);
    world.resources.insert(0, squat);
    assert_eq!(asked().value(&mut world, PLACE), value);
    assert_eq!(world.calls.len(), 1);
    // Nor does a copy of hers, with all its seals, that waits for its call or names another.
    for root in [None, Some(sid(9))] {
        let mut world = World::default();
        let value = asked().value(&mut world, PLACE);
        let mut copy = world.read(text(&value, &["communication"]));
        copy.set("id", Json::of("copy"));
        copy.set("status", Json::of(if root.is_some() { "in-progress" } else { "preparation" }));
        let identifiers = copy.get("identifier").cloned().unwrap().into_elements();
        let request = |one: &Json| text(one, &["system"]).ends_with("call-request");
        copy.set("identifier", Json::List(identifiers.into_iter().filter(request).collect()));
        world.put(&copy.write());
        let root = root.map(|root| string("callSid", &root));
        edit(&mut world, "Communication/copy", &[("callSid", root), ("direction", None), ("leg", None)]);
        let copy = world.resources.pop().unwrap();
        world.resources.insert(0, copy);
        assert_eq!(asked().at(NOW + 300_000).value(&mut world, PLACE), value);
        assert_eq!(world.calls.len(), 1);
    }
}

#[test]
fn a_record_that_is_pointed_at_a_call_does_not_make_it_be_placed_twice() {
    let mut world = World { http_faults: vec![(0, Fault::Lost)], unlisted: 1, ..World::default() };
    assert_eq!(asked().refused(&mut world, PLACE), ("OUTBOUND_UNKNOWN".into(), 409));
    world.unlisted = 0;
    let own = bruno().value(&mut world, START);
    let call = text(&world.calls[0], &["sid"]).to_owned();
    point_at(&mut world, text(&own, &["communication"]), &call);
    assert_eq!(asked().at(NOW + 180_000).refused(&mut world, PLACE), ("OUTBOUND_UNKNOWN".into(), 409));
    assert_eq!(world.calls.len(), 1);
}

#[test]
fn an_incoming_call_is_ended_by_the_one_whose_browser_has_answered() {
    let (call, leg) = (sid(1), sid(2));
    let ground = |status: &str, to: &str, names: &str| {
        let mut world = World::default();
        twilio(&mut world, &call, PATIENT, &format!(r#","to":"{}","direction":"inbound""#, OURS[0]));
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
    let amber = format!("client:{AMBER_IDENTITY}");
    let mut world = ground("in-progress", &amber, AMBER);
    let value = asked().value(&mut world, &by_sid(&call));
    assert_eq!((text(&value, &["status"]), text(&value, &["communication"])), ("completed", "Communication/incoming"));
    assert_eq!(text(&asked().value(&mut world, &by_sid(&call)), &["status"]), "completed");
    // Whatever the record says: one whose browser only rang, or whose phone did, or a colleague.
    for (status, to, names) in [
        ("ringing", &*amber, AMBER),
        ("no-answer", &*amber, AMBER),
        ("in-progress", PHONE, AMBER),
        ("in-progress", &*format!("client:{BRUNO_IDENTITY}"), AMBER),
    ] {
        let refused = asked().refused(&mut ground(status, to, names), &by_sid(&call));
        assert_eq!(refused, ("RECORD_NOT_FOUND Communication".into(), 404), "{status} {to}");
    }
    is_kept_from_bruno(&mut ground("in-progress", &amber, BRUNO), &by_sid(&call));
    is_kept_from_bruno(&mut ground("in-progress", &amber, BRUNO), &by_record("Communication/incoming"));
}
