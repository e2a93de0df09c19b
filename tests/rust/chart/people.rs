// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Who a record names: subject, sender, recipient and candidates.

use plumline::chart::{CallContext, CallDirection, CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;

use super::summary::{CALLER, CLINIC, LEGS, NOW, Pairs, ROOT, leg, root};
use crate::json::json;

fn context(patient: Option<&str>, practitioner: Option<&str>) -> CallContext {
    CallContext {
        patient: patient.map(str::to_owned),
        practitioner: practitioner.map(str::to_owned),
        ..CallContext::default()
    }
}

fn add(log: &mut CallState, pairs: &Pairs<'_>, practitioner: Option<&str>) {
    log.add(&CallEvent { practitioner, ..CallEvent::read(pairs, NOW).unwrap() });
}

/// `subject`, `sender` and `recipient` of the record, after a round trip.
fn people(log: &CallState) -> [Option<String>; 3] {
    let record = log.write(None, EXTENSION_BASE);
    assert_eq!(CallState::read(&record), *log, "{}", record.write());
    let at = |path: &[&str]| record.at(path).and_then(Json::text).map(str::to_owned);
    [at(&["subject", "reference"]), at(&["sender", "reference"]), at(&["recipient", "0", "reference"])]
}

/// The recipient of an inbound call whose legs have a status and a practitioner.
fn recipient(legs: &[(&str, Option<&str>)], more: &Pairs<'_>, practitioner: Option<&str>) -> Option<String> {
    let mut log = CallState::prepared(&context(None, practitioner));
    add(&mut log, &root(CALLER, CLINIC, "inbound", &[&[("CallStatus", "completed")], more].concat()), None);
    for (index, (status, practitioner)) in legs.iter().enumerate() {
        add(&mut log, &leg(index, CALLER, "+15550100077", &[("CallStatus", status)]), *practitioner);
    }
    people(&log)[2].clone()
}

/// The clinic's number in `medium`.
fn caller_id(log: &CallState) -> Option<String> {
    let record = log.write(None, EXTENSION_BASE);
    let media = record.get("medium").map(Json::elements).unwrap_or_default();
    let code = media.get(1)?.at(&["coding", "0", "code"])?.text();
    code.map(str::to_owned)
}

#[test]
fn an_outbound_call_has_its_caller_id_if_a_leg_was_dialed() {
    let mut log = CallState::default();
    add(&mut log, &root("client:amber", "", "inbound", &[("CallStatus", "completed")]), None);
    assert_eq!(caller_id(&log), None, "refused");
    add(&mut log, &leg(0, CLINIC, CALLER, &[("CallStatus", "completed")]), None);
    assert_eq!(caller_id(&log).as_deref(), Some(CLINIC));
    // It is written once.
    let record = log.write(None, EXTENSION_BASE);
    assert_eq!(log.write(Some(record.clone()), EXTENSION_BASE), record);
    let mut log = CallState::default();
    add(&mut log, &root(CALLER, CLINIC, "inbound", &[("CallStatus", "completed")]), None);
    add(&mut log, &leg(0, CLINIC, "+15550100077", &[("CallStatus", "completed")]), None);
    assert_eq!(caller_id(&log), None, "inbound");
}

#[test]
fn an_inbound_call_is_with_the_practitioner_who_answered() {
    let (a, b) = (Some("Practitioner/a"), Some("PractitionerRole/b"));
    let is = |found: Option<String>, expected: Option<&str>| assert_eq!(found.as_deref(), expected);
    is(recipient(&[("no-answer", a), ("completed", b)], &[], a), b);
    is(recipient(&[("in-progress", a), ("canceled", b)], &[], None), a);
    // The front desk answered, whose phone belongs to no practitioner.
    is(recipient(&[("no-answer", a), ("completed", None)], &[], None), None);
    is(recipient(&[("no-answer", a), ("completed", None)], &[], a), None);
    is(recipient(&[("no-answer", a), ("completed", None)], &[], Some("Practitioner/c")), Some("Practitioner/c"));
    is(recipient(&[("completed", None)], &[], a), a);
    // No one answered: the only practitioner whose phones rang.
    is(recipient(&[("no-answer", a), ("busy", a), ("busy", None)], &[], None), a);
    is(recipient(&[("no-answer", a), ("busy", b)], &[], None), None);
    is(recipient(&[("no-answer", a), ("busy", b)], &[], b), b);
    is(recipient(&[], &[], a), a);
    // Someone took the caller from a queue after a phone rang.
    is(recipient(&[("no-answer", a)], &[("QueueResult", "bridged")], None), None);
    is(recipient(&[("no-answer", a)], &[("QueueResult", "hangup")], None), a);
    // Other references are ignored.
    is(recipient(&[("completed", Some("Patient/a"))], &[], None), None);
    is(recipient(&[("completed", Some("Practitioner/"))], &[], None), None);
}

#[test]
fn an_outbound_call_is_from_the_practitioner_who_placed_it() {
    let mut log = CallState::default();
    add(&mut log, &root("client:a", CALLER, "inbound", &[("CallStatus", "completed")]), Some("Practitioner/a"));
    add(&mut log, &leg(0, CLINIC, CALLER, &[("CallStatus", "completed")]), Some("Practitioner/z"));
    log.add_context(&context(Some("Patient/p1"), None));
    let expect =
        |found: [Option<String>; 3], expected: [&str; 3]| assert_eq!(found, expected.map(|one| Some(one.into())));
    expect(people(&log), ["Patient/p1", "Practitioner/a", "Patient/p1"]);
    log.add_context(&CallContext { related: Some("RelatedPerson/r1".into()), ..CallContext::default() });
    expect(people(&log), ["Patient/p1", "Practitioner/a", "RelatedPerson/r1"]);
    // A prepared call keeps the practitioner for whom it was prepared.
    log.add_context(&CallContext { prepared_at: Some(NOW), ..context(None, Some("Practitioner/b")) });
    expect(people(&log), ["Patient/p1", "Practitioner/b", "RelatedPerson/r1"]);
}

#[test]
fn candidates_are_for_staff_to_choose_from() {
    let with = |candidates: &[&str]| CallContext {
        candidates: candidates.iter().map(|one| (*one).to_owned()).collect(),
        ..CallContext::default()
    };
    let mut log = CallState::default();
    add(&mut log, &root(CALLER, CLINIC, "inbound", &[("CallStatus", "ringing")]), None);
    log.add_context(&with(&["Patient/b", "RelatedPerson/r", "Practitioner/x", "Patient/", "http://example.com", ""]));
    log.add_context(&with(&["Patient/a", "Patient/b"]));
    assert_eq!(people(&log), [None, None, None]);
    assert_eq!(log.context().candidates, ["Patient/a", "Patient/b", "RelatedPerson/r"]);
    let part = json(r#"{"url":"candidate","valueReference":{"reference":"Patient/a"}}"#);
    let record = log.write(None, EXTENSION_BASE);
    assert!(record.at(&["extension", "0", "extension"]).unwrap().elements().contains(&part), "{}", record.write());
    // A number that fits many people.
    let many: Vec<String> = (10..90).map(|number| format!("Patient/{number}")).collect();
    let many = |from: usize| with(&many[from..from + 30].iter().map(String::as_str).collect::<Vec<_>>());
    let (mut one, mut other) = (CallState::default(), CallState::default());
    for from in [0, 20, 50] {
        one.add_context(&many(from));
        other.add_context(&many(50 - from));
    }
    other.add_context(&many(20));
    assert_eq!(one, other);
    assert_eq!(one.context().candidates.len(), 20);
}

/// The callbacks of the dialed legs, in this order.
fn from_legs(inferred_direction: Option<CallDirection>, legs: &[Vec<(&str, &str)>]) -> CallState {
    let mut log = CallState::default();
    for (index, pairs) in legs.iter().enumerate() {
        log.add(&CallEvent { inferred_direction, ..CallEvent::read(pairs, NOW + index as u64 * 1_000).unwrap() });
    }
    log
}

#[test]
fn the_callbacks_of_a_dialed_leg_alone_complete_the_record() {
    let (inbound, outbound) = (Some(CallDirection::Inbound), Some(CallDirection::Outbound));
    let status =
        |index, status, more: &Pairs<'static>| leg(index, CLINIC, CALLER, &[&[("CallStatus", status)], more].concat());
    let talked = status(0, "completed", &[("CallDuration", "49"), ("SequenceNumber", "3")]);
    let rang = status(0, "ringing", &[("SequenceNumber", "1")]);
    let answered = status(0, "in-progress", &[("SequenceNumber", "2")]);
    for (direction, legs, status, line) in [
        (outbound, vec![rang.clone()], "in-progress", "Outbound Twilio voice call; status=ringing"),
        (
            outbound,
            vec![rang.clone(), answered.clone(), talked.clone()],
            "completed",
            "Outbound Twilio voice call; status=completed; duration=49s",
        ),
        (
            outbound,
            vec![talked.clone(), rang.clone(), answered.clone()],
            "completed",
            "Outbound Twilio voice call; status=completed; duration=49s",
        ),
        (outbound, vec![status(0, "busy", &[])], "completed", "Outbound Twilio voice call; status=busy"),
        (outbound, vec![status(0, "failed", &[])], "completed", "Outbound Twilio voice call; status=failed"),
        (inbound, vec![talked.clone()], "completed", "Inbound Twilio voice call; status=completed; duration=49s"),
        (None, vec![talked.clone()], "completed", "Twilio voice call; status=completed; duration=49s"),
        // The next phone of a group may ring, or the caller may leave a message.
        (inbound, vec![status(0, "no-answer", &[])], "in-progress", "Inbound Twilio voice call; status=no-answer"),
        (
            inbound,
            vec![status(0, "busy", &[]), status(1, "ringing", &[])],
            "in-progress",
            "Inbound Twilio voice call; status=ringing",
        ),
        (
            inbound,
            vec![status(0, "busy", &[]), status(1, "completed", &[("CallDuration", "5")])],
            "completed",
            "Inbound Twilio voice call; status=completed; duration=5s",
        ),
        // The call was passed on.
        (
            inbound,
            vec![talked.clone(), status(1, "ringing", &[])],
            "in-progress",
            "Inbound Twilio voice call; status=ringing",
        ),
    ] {
        let log = from_legs(direction, &legs);
        let record = log.write(None, EXTENSION_BASE);
        let text = |path: &[&str]| record.at(path).and_then(Json::text);
        assert_eq!(text(&["status"]), Some(status), "{line}");
        assert_eq!(text(&["payload", "0", "contentString"]), Some(line));
        assert_eq!(log.has_ended(), status == "completed", "{line}");
        assert_eq!(log.outcome().is_some(), log.has_ended(), "{line}");
        assert_eq!(log.ended_at().is_some(), log.has_ended(), "{line}");
        assert_eq!(text(&["identifier", "0", "value"]), Some(ROOT), "{line}");
        assert!(text(&["sent"]).is_some(), "{line}");
        assert_eq!(text(&["received"]).is_some(), legs.contains(&talked) || line.contains("completed"), "{line}");
        assert_eq!(CallState::read(&record), log, "{line}");
    }
}

/// The sweep reads the root leg from Twilio's list.
#[test]
fn the_root_leg_has_precedence_over_its_dialed_legs() {
    let talked = leg(0, CLINIC, CALLER, &[("CallStatus", "completed"), ("CallDuration", "49")]);
    let mut log = from_legs(Some(CallDirection::Outbound), std::slice::from_ref(&talked));
    assert_eq!(log.direction_word(), Some("outbound-dial"));
    // A caller with the clinic's number as caller ID: the root leg shows that the call is inbound.
    add(&mut log, &root(CALLER, CLINIC, "inbound", &[("CallStatus", "in-progress")]), None);
    assert_eq!((log.direction(), log.has_ended()), (Some(CallDirection::Inbound), false));
    add(&mut log, &root(CALLER, CLINIC, "inbound", &[("CallStatus", "completed"), ("CallDuration", "61")]), None);
    assert_eq!(log.summary_line(), "Inbound Twilio voice call; status=completed; duration=61s");
    assert!(log.leg(LEGS[0]).is_some());
    // Another bot saw the legs of the call from the other side. The result does not depend on the order.
    let directions = [Some(CallDirection::Inbound), Some(CallDirection::Outbound)];
    let [one, other] = directions.map(|direction| from_legs(direction, std::slice::from_ref(&talked)));
    let (mut first, mut second) = (one.clone(), other.clone());
    first.merge(&other);
    second.merge(&one);
    assert_eq!(first, second);
}
