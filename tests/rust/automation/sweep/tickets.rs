// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sweep matches prepared calls without a `CallSid` to the calls of Twilio's list.

use plumline::chart::{CallContext, CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;

use crate::automation::world::{CLINIC_NUMBER, MINUTE, World, leg};
use crate::constants::NOW;
use crate::json::{is, json};
use crate::twilio::sid;

fn ticket(world: &mut World, number: &str, prepared: u64, appointment: &str) -> Json {
    let context = CallContext {
        patient: Some("Patient/p1".to_owned()),
        practitioner: Some("Practitioner/practitioner-1".to_owned()),
        appointment: Some(appointment.to_owned()),
        identity: Some("practitioner_1".to_owned()),
        number: Some(number.to_owned()),
        prepared_at: Some(prepared),
        ..CallContext::default()
    };
    world.fhir.put(&CallState::prepared(&context).write(None, EXTENSION_BASE), prepared)
}

fn placed(root: u64, to: &str, start: u64) -> Vec<crate::automation::twilio::Leg> {
    vec![
        leg(root, None, "client:practitioner_1", "", start, 60),
        leg(root + 1, Some(root), CLINIC_NUMBER, to, start + 1_000, 50),
    ]
}

#[test]
fn tickets_are_matched_to_their_calls() {
    // In state 0, the call has no record of its own. Otherwise a callback has stored one.
    for state in 0..2 {
        let mut world = World::new("");
        let at = NOW - 8 * MINUTE;
        let item = ticket(&mut world, "+15550100201", at, "Appointment/a1");
        let other = ticket(&mut world, "+15550100202", at, "Appointment/a2");
        world.twilio.legs = placed(1, "+15550100202", at + MINUTE);
        world.twilio.legs.extend(placed(5, "+15550100201", at + MINUTE));
        if state == 1 {
            world.chart(&sid("CA", 1));
            world.chart(&sid("CA", 5));
        }
        world.sweep();
        for (number, ticket, appointment) in [(1, &other, "Appointment/a2"), (5, &item, "Appointment/a1")] {
            let call = world.call(&sid("CA", number));
            assert_eq!(call.get("id"), ticket.get("id"));
            assert_eq!(call.at(&["basedOn", "0", "reference"]), Some(&Json::of(appointment)));
            assert!(is(call, "status", "completed"));
            assert_eq!(CallState::read(call).children().count(), 1);
        }
        assert_eq!(world.calls().len(), 2);
        assert_eq!(world.fhir.of_type("Communication").len(), if state == 0 { 2 } else { 4 });
    }
}

/// The record of a call that is placed by REST with the caller ID `caller_id`. If `phone` is set, it rings first.
fn rest_record(world: &mut World, caller_id: &str, phone: Option<&str>, number: &str, at: u64) -> Json {
    let mut rest_record = ticket(world, number, at, "Appointment/a1");
    let mut log = CallState::read(&rest_record);
    log.add_context(&CallContext { practitioner_number: phone.map(str::to_owned), ..CallContext::default() });
    rest_record = log.write(Some(rest_record), EXTENSION_BASE);
    let medium =
        format!(r#"{{"coding":[{{"system":"https://plumline.dev/fhir/phone-number","code":"{caller_id}"}}]}}"#);
    let mut media = rest_record.get("medium").cloned().unwrap().into_elements();
    media.push(json(&medium));
    rest_record.set("medium", Json::List(media));
    let sent = format!(r#"{{"url":"{EXTENSION_BASE}/call-attempt","valueInstant":"{}"}}"#, plumline::time::instant(at));
    let mut extensions = rest_record.get("extension").cloned().unwrap().into_elements();
    extensions.push(json(&sent));
    rest_record.set("extension", Json::List(extensions));
    world.fhir.put(&rest_record, at);
    rest_record
}

const PHONE: &str = "+15550100300";

/// A call that was placed by REST with the caller ID `caller_id`.
fn by_rest(number: u64, caller_id: &str, to: &str, start: u64) -> crate::automation::twilio::Leg {
    crate::automation::twilio::Leg { direction: "outbound-api", ..leg(number, None, caller_id, to, start, 30) }
}

#[test]
fn calls_placed_by_rest_are_matched_to_their_records() {
    for (phone, picks_up) in [(Some(PHONE), true), (Some(PHONE), false), (None, true)] {
        let mut world = World::new("");
        let at = NOW - 8 * MINUTE;
        let calls = [("+15550100201", CLINIC_NUMBER), ("+15550100202", "+15550100002")];
        let records = calls.map(|(number, caller_id)| rest_record(&mut world, caller_id, phone, number, at));
        // A callback has already stored the call of the second record.
        world.twilio.legs = vec![by_rest(1, "+15550100002", PHONE, at + 2_000)];
        if picks_up {
            world.twilio.legs.push(leg(2, Some(1), "+15550100002", "+15550100202", at + 9_000, 20));
        } else {
            world.twilio.legs[0].status = "no-answer";
        }
        world.chart(&sid("CA", 1));
        world.sweep();
        assert_eq!(world.call(&sid("CA", 1)).get("id"), records[1].get("id"));
        assert!(is(world.fhir.of_type("Communication")[0], "status", "preparation"));
    }
}

/// Another application or another practitioner uses the same number of the clinic.
#[test]
fn a_call_to_another_phone_is_matched_to_no_record() {
    for phone in [Some(PHONE), None] {
        for dials in [false, true] {
            let mut world = World::new("");
            let at = NOW - 8 * MINUTE;
            rest_record(&mut world, CLINIC_NUMBER, phone, "+15550100201", at);
            world.twilio.legs = vec![by_rest(1, CLINIC_NUMBER, "+15550100399", at + 30_000)];
            world.twilio.legs[0].status = "no-answer";
            if dials && phone.is_some() {
                world.twilio.legs.push(leg(2, Some(1), CLINIC_NUMBER, "+15550100201", at + 39_000, 20));
            }
            world.sweep_until_stable();
            assert_eq!(waiting(&world), 1, "{phone:?} {dials}");
            assert!(!world.call(&sid("CA", 1)).write().contains("Patient/p1"));
        }
    }
}

/// Neither of two calls of one practitioner was answered, so their callees are unknown.
#[test]
fn an_unanswered_call_is_matched_to_neither_of_two_records() {
    let mut world = World::new("");
    let at = NOW - 3 * MINUTE;
    rest_record(&mut world, CLINIC_NUMBER, Some(PHONE), "+15550100201", at);
    // The second record is too recent to be closed. It makes the match of the first one ambiguous.
    rest_record(&mut world, CLINIC_NUMBER, Some(PHONE), "+15550100202", at + 90_000);
    world.twilio.legs = vec![by_rest(1, CLINIC_NUMBER, PHONE, at + 91_000)];
    world.twilio.legs[0].status = "no-answer";
    for _ in 0..10 {
        world.sweep();
        world.now += MINUTE;
        assert_eq!(waiting(&world), 2);
    }
}

#[test]
fn a_ticket_matches_no_call_with_another_identity_number_or_time() {
    let mut world = World::new("");
    ticket(&mut world, "+15550100201", NOW - 30 * MINUTE, "Appointment/a1");
    world.twilio.legs = placed(1, "+15550100202", NOW - 29 * MINUTE);
    world.twilio.legs.extend(placed(5, "+15550100201", NOW - 35 * MINUTE));
    world.twilio.legs.extend(placed(9, "+15550100201", NOW - 10 * MINUTE));
    world.twilio.legs.extend(placed(13, "+15550100201", NOW - 28 * MINUTE));
    world.twilio.legs[6].from = "client:practitioner_2".to_owned();
    world.sweep();
    assert_eq!(world.calls().len(), 5);
    let waiting = world.fhir.of_type("Communication");
    assert_eq!(waiting.iter().filter(|item| is(item, "status", "preparation")).count(), 1);
}

/// The number of tickets that wait for a call.
fn waiting(world: &World) -> usize {
    world.fhir.of_type("Communication").into_iter().filter(|item| is(item, "status", "preparation")).count()
}

/// The chart failed when the call used its ticket. The webhook dialed no number, so Twilio's list has no dialed leg.
#[test]
fn a_ticket_is_matched_to_the_call_that_dialed_no_one() {
    let mut world = World::new("");
    // Twilio gives the start in whole seconds.
    let at = NOW - NOW % 1_000 - 8 * MINUTE + 400;
    let of_call = ticket(&mut world, "+15550100201", at, "Appointment/a1");
    ticket(&mut world, "+15550100202", at + 3 * MINUTE, "Appointment/a2");
    world.twilio.legs = vec![leg(1, None, "client:practitioner_1", "", at - 400, 6)];
    world.sweep();
    world.sweep_until_stable();
    let call = world.call(&sid("CA", 1));
    assert_eq!(call.get("id"), of_call.get("id"));
    assert_eq!(call.at(&["basedOn", "0", "reference"]), Some(&Json::of("Appointment/a1")));
    assert!(is(call, "status", "completed"));
    assert_eq!(waiting(&world), 1);
}

/// A double click used a ticket twice. The second call was refused because the ticket was used.
#[test]
fn a_ticket_is_not_matched_to_a_refused_call() {
    let mut world = World::new("");
    let at = NOW - 4 * MINUTE;
    ticket(&mut world, "+15550100201", at - MINUTE, "Appointment/a1");
    let next = ticket(&mut world, "+15550100202", at, "Appointment/a2");
    world.twilio.legs = placed(1, "+15550100201", at - 56_000);
    world.twilio.legs.push(leg(5, None, "client:practitioner_1", "", at - 55_000, 6));
    world.sweep();
    assert_eq!(waiting(&world), 1);
    assert_ne!(world.call(&sid("CA", 5)).get("id"), next.get("id"));
    // The ticket is matched to its own call.
    world.twilio.legs.extend(placed(9, "+15550100202", NOW));
    world.now += 2 * MINUTE;
    world.sweep_until_stable();
    assert_eq!(world.call(&sid("CA", 9)).get("id"), next.get("id"));
}

/// Two calls used another ticket. The webhook refused the second call, so that call has no dialed leg.
#[test]
fn a_ticket_is_not_matched_to_a_call_that_used_another_ticket() {
    for is_listed in [false, true] {
        let mut world = World::new("");
        let at = NOW - 6 * MINUTE;
        let unused = ticket(&mut world, "+15550100201", at, "Appointment/a1");
        let used = ticket(&mut world, "+15550100202", at + MINUTE, "Appointment/a2");
        world.twilio.legs = placed(1, "+15550100202", at + 90_000);
        world.twilio.legs.push(leg(5, None, "client:practitioner_1", "", at + 2 * MINUTE, 4));
        // The first call may have a record, or the sweep finds both calls in the same list.
        if !is_listed {
            let mut log = CallState::read(&used);
            for leg in &world.twilio.legs[..2] {
                log.add(&CallEvent::from_rest(&leg.json(NOW)).unwrap());
            }
            world.fhir.put(&log.write(Some(used.clone()), EXTENSION_BASE), at + 90_000);
        }
        for _ in 0..10 {
            world.sweep();
            world.now += MINUTE;
            assert_eq!(world.call(&sid("CA", 1)).get("id"), used.get("id"));
            assert!(!world.call(&sid("CA", 5)).write().contains("Patient/p1"));
            assert_eq!(waiting(&world), 1);
        }
        // The ticket is matched to its own call.
        world.twilio.legs.extend(placed(9, "+15550100201", at + 9 * MINUTE));
        world.sweep_until_stable();
        assert_eq!(world.call(&sid("CA", 9)).get("id"), unused.get("id"));
    }
}

#[test]
fn a_ticket_stays_unmatched_while_other_candidates_are_unknown() {
    let mut world = World::new("");
    let at = NOW - 6 * MINUTE;
    let of_call = ticket(&mut world, "+15550100201", at, "Appointment/a1");
    // The call cannot belong to another practitioner's ticket, to a call by REST, or to a ticket that was prepared
    // after the call.
    let mut other = CallState::prepared(&CallContext {
        practitioner: Some("Practitioner/practitioner-2".to_owned()),
        identity: Some("practitioner_2".to_owned()),
        prepared_at: Some(at),
        ..CallContext::default()
    });
    other.set_root(&sid("CA", 21));
    world.fhir.put(&other.write(None, EXTENSION_BASE), at);
    rest_record(&mut world, CLINIC_NUMBER, Some(PHONE), "+15550100203", at);
    let later = ticket(&mut world, "+15550100202", at + 3 * MINUTE, "Appointment/a2");
    let mut log = CallState::read(&later);
    log.set_root(&sid("CA", 25));
    world.fhir.put(&log.write(Some(later), EXTENSION_BASE), at + 3 * MINUTE);
    world.twilio.legs = vec![leg(1, None, "client:practitioner_1", "", at + MINUTE, 4)];
    let search = "GET Communication?category=https://plumline.dev/fhir/communication-category|twilio-voice&sender=";
    world.fhir.refused.push((search.to_owned(), 500));
    for _ in 0..3 {
        world.sweep();
        world.now += MINUTE;
        assert_eq!(waiting(&world), 2);
    }
    world.fhir.refused.clear();
    world.sweep();
    assert_eq!(world.call(&sid("CA", 1)).get("id"), of_call.get("id"));
    assert_eq!(waiting(&world), 1);
}

#[test]
fn a_call_that_dialed_no_one_is_matched_to_neither_of_two_tickets() {
    let mut world = World::new("");
    let at = NOW - 12 * MINUTE;
    ticket(&mut world, "+15550100201", at, "Appointment/a1");
    ticket(&mut world, "+15550100202", at + MINUTE, "Appointment/a2");
    world.twilio.legs = vec![leg(1, None, "client:practitioner_1", "", at + 2 * MINUTE, 6)];
    for _ in 0..15 {
        world.sweep();
        world.now += MINUTE;
        assert_eq!(waiting(&world), 2);
    }
}

#[test]
fn an_unused_ticket_is_closed() {
    let mut world = World::new("");
    ticket(&mut world, "+15550100201", NOW, "Appointment/a1");
    // A draft of another application stays.
    let mut draft = CallState::default().write(None, EXTENSION_BASE);
    draft.set("status", Json::of("preparation"));
    world.fhir.put(&draft, NOW);
    for _ in 0..29 {
        world.now += MINUTE;
        world.sweep();
        assert!(is(world.fhir.of_type("Communication")[0], "status", "preparation"));
    }
    world.now += 3 * MINUTE;
    world.sweep();
    let closed = world.fhir.of_type("Communication")[0];
    assert!(is(closed, "status", "not-done"));
    assert_eq!(closed.at(&["statusReason", "coding", "0", "code"]), Some(&Json::of("ticket-expired")));
    assert!(is(world.fhir.of_type("Communication")[1], "status", "preparation"));
}
