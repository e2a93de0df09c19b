// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The names of arguments, as other people's clients spell them.

use crate::json::text;
use crate::world::staff::amber;
use crate::world::{AMBER, World};

#[test]
fn a_name_may_have_any_case_and_end_with_id() {
    for arguments in [
        r#""patientId":"eve","appointmentId":"visit""#,
        r#""PatientID":"Patient/eve","APPOINTMENTID":"Appointment/visit""#,
        r#""patient_id":"eve","appointment_id":"visit""#,
        r#""Patient":"eve","Appointment":"visit""#,
        r#""patient":null,"patientId":"eve","appointment":"visit","appointmentId":"visit""#,
    ] {
        for operation in ["start-call", "place-call"] {
            let mut world = World::default();
            let input = format!(r#"{{"operation":"{operation}","RequestID":"r1",{arguments}}}"#);
            let value = amber().value(&mut world, &input);
            let record = world.read(text(&value, &["communication"]));
            assert_eq!(text(&record, &["subject", "reference"]), "Patient/eve", "{input}");
            assert_eq!(text(&record, &["basedOn", "0", "reference"]), "Appointment/visit", "{input}");
            assert!(record.write().contains(&format!("{AMBER}.r1")), "{input}");
        }
    }
    for name in ["communication", "communicationId", "Communication", "communication_id"] {
        let mut world = World::default();
        let value = amber().value(&mut world, r#"{"operation":"start-call","patient":"eve"}"#);
        // The ids of the patient and the appointment have no effect here.
        let end = format!(
            r#"{{"operation":"end-call","{name}":"{}","patientId":"x","appointmentId":7}}"#,
            text(&value, &["communication"])
        );
        assert_eq!(text(&amber().value(&mut world, &end), &["status"]), "not-done", "{name}");
    }
}

#[test]
fn two_spellings_with_different_values_are_refused() {
    for (arguments, name) in [
        (r#""patient":"eve","patientId":"finn""#, "patient"),
        (r#""patientId":"eve","PatientId":"Patient/eve""#, "patient"),
        (r#""patient":"eve","patientId":7"#, "patient"),
        (r#""patient":"eve","patientId":"""#, "patient"),
        (r#""patient":"eve","appointmentId":"visit","appointmentid":"other""#, "appointment"),
        (r#""number":"(555) 010-0140","Number":"(555) 010-0141""#, "number"),
        (r#""patient":"eve","requestId":"a","requestID":"b""#, "requestId"),
    ] {
        for operation in ["start-call", "place-call"] {
            let mut world = World::default();
            let request = if name == "requestId" { "" } else { r#""requestId":"r1","# };
            let input = format!(r#"{{"operation":"{operation}",{request}{arguments}}}"#);
            let refused = amber().refused(&mut world, &input);
            assert_eq!(refused, (format!("OPERATION_ARGUMENT {name}"), 400), "{input}");
            assert!(world.communications().is_empty() && world.http.is_empty());
        }
    }
    let end = r#"{"operation":"end-call","callSid":"CA00000000000000000000000000000001","CallSid":"CA2"}"#;
    assert_eq!(amber().refused(&mut World::default(), end), ("OPERATION_ARGUMENT callSid".into(), 400));
}
