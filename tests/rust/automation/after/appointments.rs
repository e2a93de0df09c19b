// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The appointment that a call is about gets a reference to its latest call.

use plumline::chart::{CallContext, CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::Reply;

use super::{EVERYTHING, MISSED, missed, notify};
use crate::automation::world::{CALLER, CLINIC_NUMBER, HOUR, MINUTE, World, leg};
use crate::constants::NOW;
use crate::fault::Faults;
use crate::json::{is, json};
use crate::twilio::sid;

#[test]
fn an_appointment_gets_the_latest_call_only_if_configured() {
    for (config, written) in [("", false), (r#"{"appointment":{"callExtension":true}}"#, true)] {
        let mut world = World::new(config);
        let appointment = Json::parse(
            r#"{"resourceType":"Appointment","status":"booked","extension":[{"url":"https://example.com/own","valueString":"x"}]}"#,
        )
        .unwrap();
        let appointment = world.fhir.put(&appointment, NOW);
        let reference = format!("Appointment/{}", appointment.get("id").and_then(Json::text).unwrap());
        let mut calls = Vec::new();
        for number in [1, 5] {
            let appointment = Some(reference.clone());
            let context = CallContext { appointment, prepared_at: Some(NOW - HOUR), ..CallContext::default() };
            let mut log = CallState::prepared(&context);
            let json = leg(number, None, CLINIC_NUMBER, CALLER, NOW - HOUR + number * MINUTE, 60).json(NOW);
            log.add(&CallEvent::from_rest(&json).unwrap());
            calls.push(world.fhir.put(&log.write(None, EXTENSION_BASE), NOW));
        }
        for call in [&calls[1], &calls[0], &calls[1]] {
            notify(&mut world, call);
        }
        let after = world.fhir.of_type("Appointment")[0];
        let extensions = after.get("extension").unwrap().elements();
        assert!(is(after, "status", "booked") && is(&extensions[0], "valueString", "x"));
        if written {
            assert_eq!(extensions[1..], calls[1].get("extension").unwrap().elements()[..1]);
            assert_eq!(after.at(&["meta", "versionId"]), Some(&Json::of("v4")));
        } else {
            assert_eq!(after, &appointment);
        }
    }
}

#[test]
fn an_appointment_never_gets_the_call_of_another_patient() {
    let participants = |patients: &[&str]| {
        let actors: Vec<String> =
            patients.iter().map(|item| format!(r#"{{"actor":{{"reference":"Patient/{item}"}}}}"#)).collect();
        format!(r#"{{"resourceType":"Appointment","participant":[{}]}}"#, actors.join(","))
    };
    for (patients, patient, written) in [
        (&["p1"][..], Some("Patient/p1"), true),
        (&["p2", "p1"], Some("Patient/p1"), true),
        (&["p2"], Some("Patient/p1"), false),
        (&[], Some("Patient/p1"), false),
        (&["p1"], None, false),
    ] {
        let mut world = World::new(r#"{"appointment":{"callExtension":true}}"#);
        let appointment = world.fhir.put(&json(&participants(patients)), NOW);
        let reference = format!("Appointment/{}", appointment.get("id").and_then(Json::text).unwrap());
        // A browser that calls without a ticket can send any appointment as a parameter.
        let patient = patient.map(str::to_owned);
        let context = CallContext { patient, appointment: Some(reference), ..CallContext::default() };
        let mut log = CallState::prepared(&context);
        log.add(&CallEvent::from_rest(&leg(1, None, CLINIC_NUMBER, CALLER, NOW - HOUR, 60).json(NOW)).unwrap());
        let call = world.fhir.put(&log.write(None, EXTENSION_BASE), NOW);
        notify(&mut world, &call);
        assert_eq!(world.fhir.of_type("Appointment")[0].get("extension").is_some(), written, "{patients:?}");
    }
}

/// A missed call about an appointment that is not in the chart.
fn missed_call_about(world: &mut World, number: u64, appointment: &str) -> Json {
    let root = sid("CA", number);
    let context = CallContext { appointment: Some(appointment.to_owned()), ..CallContext::default() };
    let mut log = CallState::prepared(&context);
    log.add(&CallEvent::read(&[&[("CallSid", root.as_str())], MISSED].concat(), world.now).unwrap());
    world.fhir.put(&log.write(None, EXTENSION_BASE), world.now)
}

#[test]
fn a_missing_appointment_does_not_stop_the_follow_up() {
    for status in [404, 410, 403, 400, 409, 500] {
        let mut world = World::new(EVERYTHING);
        world.fhir.refused.push(("GET Appointment/gone".to_owned(), status));
        missed_call_about(&mut world, 1, "Appointment/gone");
        missed(&mut world, 5);
        world.sweep();
        assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (2, 2), "{status}");
        // The Subscription has the same result. If the appointment does not exist, the follow-up is complete.
        let mut world = World::new(EVERYTHING);
        world.fhir.refused.push(("GET Appointment/gone".to_owned(), status));
        let call = missed_call_about(&mut world, 1, "Appointment/gone");
        let (response, _) = world.play(world.on_change(&call), &Faults::NONE);
        assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (1, 1), "{status}");
        assert_eq!(matches!(response.reply, Reply::Accepted), matches!(status, 404 | 410), "{status}");
    }
}
