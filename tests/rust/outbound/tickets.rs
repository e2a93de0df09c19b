// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tickets: a call claims its ticket before it dials, so a ticket dials only once.

use plumline::json::Json;
use plumline::outbound::{LIFETIME, SealingKeys};
use plumline::runtime::Secret;
use plumline::time::instant;

use crate::constants::NOW;
use crate::fault::{FAILURES, Fault, Faults};
use crate::json::{json, text};
use crate::random::Random;
use crate::world::phone::{SEALED, call, dialed, prepare, prepared, refused, with_ticket, xml};
use crate::world::webhook::{browser, webhook_flow};
use crate::world::{AMBER, AMBER_IDENTITY, BRUNO, CLINIC_NUMBER, PATIENT, SECRET, World, sid};

const DOCUMENT: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?><Response><Dial callerId="+15550100002" answerOnBridge="true">"#,
    r#"<Number statusCallback="https://fhir.example.com/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02?step=status#rc=3&amp;rp=all" "#,
    r#"statusCallbackEvent="initiated ringing answered completed">+15550100123</Number></Dial></Response>"#
);

#[test]
fn a_ticket_is_claimed_before_anyone_is_dialed() {
    let (mut world, ticket) = prepared();
    let response = with_ticket(&mut world, &ticket, 1);
    assert_eq!((xml(&response), response.log.len()), (DOCUMENT, 0));
    assert_eq!(
        world.fhir.requests(),
        [["GET Communication/".to_owned() + made(&world)], ["PUT Communication/".to_owned() + made(&world)]]
    );
    let record = world.communications()[0].clone();
    let text = |path: &[&str]| record.at(path).and_then(Json::text).unwrap_or_default().to_owned();
    assert_eq!((text(&["status"]), text(&["sent"])), ("in-progress".to_owned(), instant(NOW)));
    assert_eq!(text(&["identifier", "0", "value"]), sid(1));
    assert_eq!(text(&["sender", "reference"]), format!("Practitioner/{AMBER}"));
    assert_eq!(
        (text(&["subject", "reference"]), text(&["recipient", "0", "reference"])),
        ("Patient/eve".into(), "Patient/eve".into())
    );
    assert_eq!(text(&["basedOn", "0", "reference"]), "Appointment/visit");

    // Twilio repeats the request and gets the same document. Another call with the ticket is refused.
    assert_eq!(xml(&with_ticket(&mut world, &ticket, 1)), DOCUMENT);
    assert_eq!(refused(&with_ticket(&mut world, &ticket, 2)), "OUTBOUND_TICKET_USED");
    assert_eq!(world.communications(), [&record]);
    assert_eq!(world.fhir.batches.len(), 4);
}

fn made(world: &World) -> &str {
    world.communications()[0].get("id").and_then(Json::text).unwrap()
}

#[test]
fn other_parameters_of_the_browser_are_ignored() {
    let (mut world, ticket) = prepared();
    let own = [
        ("Ticket", &*ticket),
        ("To", "+19005550199"),
        ("CallerIdChooser", "+15550100999"),
        ("callerId", "+15550100999"),
    ];
    let (recording, parent) = (format!("RE{:032x}", 66), sid(66));
    let more =
        [("PatientId", "mallory"), ("RecordingSid", &*recording), ("ParentCallSid", &parent), ("AnsweredBy", "fax")];
    let own = [&own[..], &more].concat();
    let response = call(&mut world, AMBER_IDENTITY, &sid(1), &own, &SEALED);
    assert_eq!(dialed(&response), (CLINIC_NUMBER[1].into(), PATIENT.into()));
    let record = world.communications()[0];
    assert_eq!(record.at(&["subject", "reference"]).and_then(Json::text), Some("Patient/eve"));
    for foreign in ["mallory", &recording, &parent, "fax"] {
        assert!(!record.write().contains(foreign), "{foreign}");
    }
}

#[test]
fn invalid_tickets_are_refused() {
    let (mut world, ticket) = prepared();
    let bruno = AMBER_IDENTITY.replace("0001", "0002");
    let old = SealingKeys::read(SECRET).unwrap().make_ticket(made(&world), AMBER_IDENTITY, NOW - LIFETIME * 1_000);
    let nowhere = SealingKeys::read(SECRET).unwrap().make_ticket("nowhere", AMBER_IDENTITY, NOW);
    let stolen = SealingKeys::read("another-invented-secret-of-40-characters").unwrap();
    let stolen = stolen.make_ticket(made(&world), AMBER_IDENTITY, NOW);
    for (identity, ticket, code) in [
        (&*bruno, &*ticket, "OUTBOUND_TICKET_INVALID"),
        ("unknown", &ticket, "OUTBOUND_TICKET_INVALID"),
        (AMBER_IDENTITY, &old, "OUTBOUND_TICKET_EXPIRED"),
        (AMBER_IDENTITY, &nowhere, "OUTBOUND_TICKET_INVALID"),
        (AMBER_IDENTITY, &stolen, "OUTBOUND_TICKET_INVALID"),
        (AMBER_IDENTITY, "", "OUTBOUND_TICKET_MISSING"),
        (AMBER_IDENTITY, "x", "OUTBOUND_TICKET_INVALID"),
    ] {
        let response = call(&mut world, identity, &sid(1), &[("Ticket", ticket), ("To", PATIENT)], &SEALED);
        assert_eq!(refused(&response), code, "{identity} {ticket}");
    }
    // The call has two tickets, or an invalid CallSid.
    let two = [("Ticket", &*ticket), ("Ticket", &*nowhere)];
    assert_eq!(refused(&call(&mut world, AMBER_IDENTITY, &sid(1), &two, &SEALED)), "OUTBOUND_TICKET_INVALID");
    assert_eq!(
        refused(&call(&mut world, AMBER_IDENTITY, "CA1", &[("Ticket", &ticket)], &SEALED)),
        "OUTBOUND_TICKET_INVALID"
    );
    // The record is not a call record.
    let reference = format!("Communication/{}", made(&world));
    world.change(&reference, "category", Json::Null);
    assert_eq!(refused(&with_ticket(&mut world, &ticket, 1)), "OUTBOUND_TICKET_INVALID");
    assert_eq!(world.communications()[0].get("status").and_then(Json::text), Some("preparation"));
}

#[test]
fn a_canceled_ticket_cannot_be_used() {
    let (mut world, ticket) = prepared();
    let reference = format!("Communication/{}", made(&world));
    world.change(&reference, "status", Json::of("not-done"));
    assert_eq!(refused(&with_ticket(&mut world, &ticket, 1)), "OUTBOUND_TICKET_USED");
}

#[test]
fn weak_secrets_are_not_used_for_tickets() {
    let (mut world, ticket) = prepared();
    let own = [("Ticket", &*ticket)];
    let mut with = |secrets: &[(Secret, &str)]| refused(&call(&mut world, AMBER_IDENTITY, &sid(1), &own, secrets));
    assert_eq!(with(&[(Secret::SealingKeys, "short")]), "SECRET_WEAK");
    assert_eq!(with(&[(Secret::SealingKeys, ",")]), "SECRET_MISSING");
    assert_eq!(with(&[(Secret::Config, "{}")]), "SECRET_MISSING");
    let rotated = ["another-invented-secret-of-40-characters, ", SECRET].concat();
    let response = call(&mut world, AMBER_IDENTITY, &sid(1), &own, &[(Secret::SealingKeys, &rotated)]);
    assert_eq!(xml(&response), DOCUMENT);
}

#[test]
fn no_one_is_dialed_while_the_claim_is_unconfirmed() {
    for at in 0..2 {
        for fault in FAILURES.into_iter().chain([Fault::EachRefused(403)]) {
            let (mut world, ticket) = prepared();
            world.faults.add(at, fault);
            let response = with_ticket(&mut world, &ticket, 1);
            assert_eq!(refused(&response), "CHART_UNAVAILABLE", "{at} {fault:?}");
            assert!(world.fhir.batches.len() <= 2);
            // A repeated request succeeds, whether or not the claim was written.
            world.faults = Faults::NONE;
            assert_eq!(xml(&with_ticket(&mut world, &ticket, 1)), DOCUMENT, "{at} {fault:?}");
        }
    }
}

#[test]
fn only_one_of_two_claims_dials() {
    // The other call claims the ticket between the read and the write of the first call.
    let (mut world, ticket) = prepared();
    let other = ticket.clone();
    world.interventions.push((
        1,
        Box::new(move |world| {
            let batches = std::mem::take(&mut world.fhir.batches);
            world.interventions.clear();
            assert_eq!(xml(&with_ticket(world, &other, 2)), DOCUMENT);
            world.fhir.batches = batches;
        }),
    ));
    assert_eq!(refused(&with_ticket(&mut world, &ticket, 1)), "OUTBOUND_TICKET_USED");
    assert_eq!(world.fhir.batches.len(), 3);
    // Another client changes the record, so the claim is repeated once.
    let (mut world, ticket) = prepared();
    let reference = format!("Communication/{}", made(&world));
    world.interventions.push((1, Box::new(move |world| world.change(&reference, "note", json(r#"[{"text":"x"}]"#)))));
    assert_eq!(xml(&with_ticket(&mut world, &ticket, 1)), DOCUMENT);
    assert_eq!(world.fhir.batches.len(), 4);
    assert_eq!(world.communications()[0].at(&["note", "0", "text"]).and_then(Json::text), Some("x"));
    // The claim is not repeated twice.
    let (mut world, ticket) = prepared();
    for at in [1, 3] {
        let reference = format!("Communication/{}", made(&world));
        let note = json(&format!(r#"[{{"text":"{at}"}}]"#));
        world.interventions.push((at, Box::new(move |world| world.change(&reference, "note", note.clone()))));
    }
    assert_eq!(refused(&with_ticket(&mut world, &ticket, 1)), "CHART_UNAVAILABLE");
}

#[test]
fn one_of_two_concurrent_calls_dials_in_any_interleaving() {
    let mut random = Random::new(42);
    for case in 0..300 {
        let (mut world, ticket) = prepared();
        let from = format!("client:{AMBER_IDENTITY}");
        // In some cases, both requests are for the same call, because Twilio posts a request twice.
        let same = case % 5 == 0;
        let sids = [sid(1), sid(if same { 1 } else { 2 })];
        let flows = sids.iter().map(|sid| webhook_flow(&browser(&from, sid, &[("Ticket", &ticket)]), &SEALED, NOW));
        let response = world.race(flows, &mut random);
        let dials = response.iter().filter(|response| xml(response).contains("<Dial")).count();
        assert_eq!(dials, if same { 2 } else { 1 }, "case {case}");
        assert_eq!(world.communications().len(), 1);
    }
}

#[test]
fn limits_are_read_with_the_ticket() {
    let config = r#"{"outbound":{"concurrent":1,"perHour":3}}"#;
    let secrets = [(Secret::SealingKeys, SECRET), (Secret::Config, config)];
    let record = |status: &str, sent: u64, who: &str| {
        format!(
            r#"{{"resourceType":"Communication","status":"{status}","sent":"{}","sender":{{"reference":"Practitioner/{who}"}},
            "category":[{{"coding":[{{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice"}}]}}],
            "medium":[{{"coding":[{{"system":"https://plumline.dev/fhir/phone-number","code":"+15550100001"}}]}}]}}"#,
            instant(sent)
        )
    };
    let play = |records: &[String]| {
        let (mut world, ticket) = prepared();
        for record in records {
            world.put(record);
        }
        let response = call(&mut world, AMBER_IDENTITY, &sid(1), &[("Ticket", &ticket)], &secrets);
        assert_eq!(world.fhir.batches[0].requests.len(), 3, "one batch reads all");
        assert!(world.fhir.batches.len() <= 2);
        if xml(&response).contains("<Dial") { "dialed".to_owned() } else { refused(&response) }
    };
    let minutes = |minutes: u64| NOW - minutes * 60_000;
    assert_eq!(play(&[]), "dialed");
    assert_eq!(play(&[record("in-progress", minutes(90), AMBER)]), "OUTBOUND_CONCURRENT");
    // An old call without its last callback does not block its caller. A colleague's call also does not.
    assert_eq!(play(&[record("in-progress", minutes(300), AMBER), record("in-progress", minutes(1), BRUNO)]), "dialed");
    let response = [10, 20, 30].map(|ago| record("completed", minutes(ago), AMBER));
    assert_eq!(play(&response), "OUTBOUND_PER_HOUR");
    assert_eq!(play(&response[..2]), "dialed");
    // A call that was refused has no caller ID.
    let no_line = |record: String| record.replace("phone-number", "other");
    assert_eq!(play(&[10, 20, 30].map(|ago| no_line(record("completed", minutes(ago), AMBER)))), "dialed");
    // The limit does not include the call itself if Twilio repeats the request.
    let (mut world, ticket) = prepared();
    for _ in 0..2 {
        let response = call(&mut world, AMBER_IDENTITY, &sid(1), &[("Ticket", &ticket)], &secrets);
        assert!(xml(&response).contains("<Dial"));
    }
}

#[test]
fn an_identity_chosen_by_the_clinic_takes_one_more_read() {
    let config = r#"{"outbound":{"concurrent":1}}"#;
    let secrets = [(Secret::SealingKeys, SECRET), (Secret::Config, config)];
    let mut world = World::default();
    let ticket = prepare(&mut world, AMBER, "amber", PATIENT);
    let response = call(&mut world, "amber", &sid(1), &[("Ticket", &ticket)], &secrets);
    assert_eq!(dialed(&response).1, PATIENT);
    assert_eq!(world.fhir.batches.len(), 3);
    let again = prepare(&mut world, AMBER, "amber", PATIENT);
    let response = call(&mut world, "amber", &sid(2), &[("Ticket", &again)], &secrets);
    assert_eq!(refused(&response), "OUTBOUND_CONCURRENT");
}

#[test]
fn the_caller_never_waits_three_seconds_for_the_chart() {
    let config = r#"{"outbound":{"concurrent":9,"perHour":9}}"#;
    for (identity, reads) in [(AMBER_IDENTITY, 1), ("amber", 2)] {
        for secrets in [&SEALED[..], &[(Secret::SealingKeys, SECRET), (Secret::Config, config)]] {
            let mut world = World::default();
            let ticket = prepare(&mut world, AMBER, identity, PATIENT);
            let reference = format!("Communication/{}", made(&world));
            let reads = if secrets.len() == 1 { 1 } else { reads };
            let note = json(r#"[{"text":"x"}]"#);
            world.interventions.push((reads, Box::new(move |world| world.change(&reference, "note", note.clone()))));
            let response = call(&mut world, identity, &sid(1), &[("Ticket", &ticket)], secrets);
            assert_eq!(dialed(&response).1, PATIENT);
            // The round trips are the reads, the conflicting claim, a second read of the record, and the claim.
            assert_eq!(world.fhir.batches.len(), reads + 3);
            assert!(world.retry < 3_000, "{identity}: {}", world.retry);
        }
    }
}

#[test]
fn the_current_policy_applies_to_older_tickets() {
    for (callee, config, code) in [
        (PATIENT, r#"{"outbound":{"blocked":["+1555"]}}"#, "OUTBOUND_BLOCKED"),
        (PATIENT, r#"{"outbound":{"countries":["DE"]}}"#, "OUTBOUND_COUNTRY"),
        ("+19005550199", "{}", "OUTBOUND_BLOCKED"),
        ("911", "{}", "OUTBOUND_EMERGENCY"),
        (CLINIC_NUMBER[2], "{}", "OUTBOUND_OWN_NUMBER"),
    ] {
        let mut world = World::default();
        let ticket = prepare(&mut world, AMBER, AMBER_IDENTITY, callee);
        let secrets = [(Secret::SealingKeys, SECRET), (Secret::Config, config)];
        let response = call(&mut world, AMBER_IDENTITY, &sid(1), &[("Ticket", &ticket)], &secrets);
        assert_eq!(refused(&response), code);
        assert_eq!(world.communications()[0].get("status").and_then(Json::text), Some("preparation"));
    }
}

#[test]
fn a_ticket_whose_caller_id_was_released_dials_no_one() {
    let (mut world, ticket) = prepared();
    let own = [(Secret::SealingKeys, SECRET), (Secret::Number, CLINIC_NUMBER[0])];
    let response = call(&mut world, AMBER_IDENTITY, &sid(1), &[("Ticket", &ticket)], &own);
    // The ticket seals the caller ID.
    assert_eq!(refused(&response), "OUTBOUND_TICKET_INVALID");
    assert_eq!(text(world.communications()[0], &["status"]), "preparation");
}
