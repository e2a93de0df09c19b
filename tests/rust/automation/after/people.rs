// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The people of a call that no callback found.

use plumline::json::Json;

use super::{notify, recorded_call};
use crate::automation::world::{CALLER, CLINIC_NUMBER, World};
use crate::json::{json, text};

const TASKS: &str = r#"{"tasks":{"on":["missed"]}}"#;

/// A patient with this number.
fn patient(id: &str, number: &str) -> Json {
    json(&format!(r#"{{"resourceType":"Patient","id":"{id}","telecom":[{{"system":"phone","value":"{number}"}}]}}"#))
}

/// A missed call from `from`. Returns the `subject` of its record and the `for` of its task after the bot ran.
fn linked(world: &mut World, from: &str) -> (String, String) {
    let missed = [("Direction", "inbound"), ("From", from), ("To", CLINIC_NUMBER), ("CallStatus", "no-answer")];
    let call = recorded_call(world, 1, &[&missed], None);
    notify(world, &call);
    let of = |kind: &str, path: &[&str]| text(world.fhir.of_type(kind)[0], path).to_owned();
    (of("Communication", &["subject", "reference"]), of("Task", &["for", "reference"]))
}

#[test]
fn a_call_and_its_task_are_linked_to_the_patient() {
    let mut world = World::new(TASKS);
    world.fhir.put(&patient("ada", "555.010.0123 (mobile)"), world.now);
    assert_eq!(linked(&mut world, CALLER), ("Patient/ada".to_owned(), "Patient/ada".to_owned()));
}

#[test]
fn a_sip_caller_is_a_patient_if_the_host_is_trusted() {
    for (host, expected) in [("pbx.example", "Patient/ada"), ("evil.example", "")] {
        let mut world = World::new(r#"{"tasks":{"on":["missed"]},"sip":{"trusted":["pbx.example"]}}"#);
        world.fhir.put(&patient("ada", "555.010.0123 (mobile)"), world.now);
        let expected = (expected.to_owned(), expected.to_owned());
        assert_eq!(linked(&mut world, &format!("sip:{CALLER}@{host};transport=udp")), expected, "{host}");
        // A later call to the number finds the task by it.
        let has_number = world.fhir.of_type("Task")[0].write().contains(&format!(r#""value":"{CALLER}""#));
        assert_eq!(has_number, host == "pbx.example", "{host}");
    }
}

/// A SIP phone may call only the clinic. The bot refuses its calls to any other address, and staff need not return them.
#[test]
fn a_refused_call_of_a_sip_phone_is_not_missed() {
    let config =
        r#"{"tasks":{"on":["missed"]},"sip":{"domains":["clinic.sip.example"],"extensions":{"201":"+15550100001"}}}"#;
    for (to, tasks) in [
        ("sip:201@clinic.sip.example", 1),
        ("sip:+15550100001@clinic.sip.example;transport=udp", 1),
        (CLINIC_NUMBER, 1),
        ("sip:+15550100777@clinic.sip.example", 0),
        ("sip:201@other.example", 0),
        ("+15550100777", 0),
    ] {
        let mut world = World { numbers: CLINIC_NUMBER, ..World::new(config) };
        let missed =
            [("Direction", "inbound"), ("From", "sip:desk@pbx.example"), ("To", to), ("CallStatus", "no-answer")];
        let call = recorded_call(&mut world, 1, &[&missed], None);
        notify(&mut world, &call);
        world.sweep_until_stable();
        assert_eq!(world.fhir.of_type("Task").len(), tasks, "{to}");
    }
}

#[test]
fn a_number_of_the_clinic_and_a_withheld_number_are_no_patient() {
    for number in [CLINIC_NUMBER, "+266696687", "+7378742833"] {
        let mut world = World { numbers: CLINIC_NUMBER, ..World::new(TASKS) };
        world.fhir.put(&patient("placeholder", number), world.now);
        assert_eq!(linked(&mut world, number), (String::new(), String::new()), "{number}");
    }
}

#[test]
fn an_identity_of_the_config_belongs_to_its_practitioner() {
    let shared = r#"{"identities":{"desk":{"roles":["nurse"]}}}"#;
    let bound = r#"{"identities":{"desk":{"practitioners":["Practitioner/grey"]}}}"#;
    // Another practitioner has the identity in the chart.
    for (config, expected) in [(shared, "Practitioner/mallory"), (bound, "Practitioner/grey")] {
        let mut world = World::new(config);
        let mallory = r#"{"resourceType":"Practitioner","id":"mallory",
            "identifier":[{"system":"http://twilio.com/voice/identity","value":"desk"}]}"#;
        world.fhir.put(&json(mallory), world.now);
        let root = [("Direction", "inbound"), ("From", "client:desk"), ("To", ""), ("CallStatus", "completed")];
        let call = recorded_call(&mut world, 1, &[&root], None);
        notify(&mut world, &call);
        let record = world.fhir.of_type("Communication")[0];
        assert_eq!(text(record, &["sender", "reference"]), expected, "{config}");
    }
}

#[test]
fn a_refused_or_failed_search_delays_no_task() {
    for status in [403, 500] {
        let mut world = World::new(TASKS);
        world.fhir.put(&patient("ada", CALLER), world.now);
        world.fhir.refused = vec![("GET Patient?".to_owned(), status)];
        let missed = [("Direction", "inbound"), ("From", CALLER), ("To", CLINIC_NUMBER), ("CallStatus", "no-answer")];
        let call = recorded_call(&mut world, 1, &[&missed], None);
        world.play(world.on_change(&call), &crate::fault::Faults::NONE);
        assert_eq!(world.fhir.of_type("Task").len(), 1, "{status}");
        // The search works again.
        world.fhir.refused.clear();
        world.sweep_until_stable();
        let task = world.fhir.of_type("Task")[0].clone();
        assert_eq!(text(&task, &["for", "reference"]), "Patient/ada", "{status}");
    }
}
