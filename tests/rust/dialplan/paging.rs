// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `page`: the caller hears that someone is called only if the chart has the task, and the person on call hears that they
//! have accepted only if the chart has that.

use plumline::json::Json;

use crate::dialplan::clinic::{CLINIC_NUMBER, Clinic};
use crate::fault::{FAILURES, Fault, Faults, TRANSIENT};
use crate::json::{json, list, text};

const DOCTOR: &str = "+15550100171";
const CALL_OF_DOCTOR: &str = "CA00000000000000000000000000000091";
const CALL_OF_NURSE: &str = "CA00000000000000000000000000000092";

fn clinic() -> Clinic {
    let page =
        r#"[{"page":{"targets":[{"number":"+15550100171"}],"text":"Urgent","then":"called","otherwise":"sorry"}}]"#;
    Clinic::with_verbs(
        page,
        r#""called":[{"say":{"text":"We call."}},{"hangup":{}}],"sorry":[{"say":{"text":"Sorry."}},{"hangup":{}}]"#,
    )
}

fn tasks(clinic: &Clinic) -> Vec<&Json> {
    clinic.fhir.of_type("Task")
}

/// Adds attempts to the task, as the automation bot does.
fn add_attempts(clinic: &mut Clinic, attempts: &[(&str, Option<&str>)]) {
    let mut task = tasks(clinic)[0].clone();
    let mut extensions = list(&task, "extension").to_vec();
    for (number, call) in attempts {
        let call = call.map_or_else(String::new, |call| format!(r#",{{"url":"call","valueString":"{call}"}}"#));
        extensions.push(json(&format!(
            r#"{{"url":"https://plumline.dev/fhir/StructureDefinition/page-attempt","extension":[
            {{"url":"number","valueString":"{number}"}},{{"url":"sent","valueInstant":"2026-11-16T15:00:00.000Z"}},
            {{"url":"person","valueReference":{{"reference":"Practitioner/grey"}}}}{call}]}}"#
        )));
    }
    task.set("extension", Json::List(extensions));
    clinic.fhir.put(&task, clinic.now);
}

/// The person on call presses a key.
fn press(clinic: &mut Clinic, call: &str) -> String {
    let params = [
        ("CallSid", call),
        ("From", CLINIC_NUMBER),
        ("To", DOCTOR),
        ("Called", DOCTOR),
        ("Direction", "outbound-api"),
        ("Digits", "1"),
    ];
    clinic.request("?step=paged.first", &params)
}

fn all_faults() -> impl Iterator<Item = Faults> {
    let all = FAILURES.into_iter().chain(TRANSIENT).chain([Fault::EachRefused(403), Fault::EachRefused(404)]);
    all.flat_map(|fault| {
        let first = (0..4).map(move |number| Faults::at(number, fault));
        first.chain([Faults::from(1, fault), Faults::always(fault)])
    })
}

#[test]
fn the_caller_hears_that_someone_is_called_only_if_the_chart_has_the_task() {
    for faults in all_faults() {
        let mut clinic = clinic();
        assert_eq!(clinic.call(), "<Redirect>https://fhir.example.com/webhook/1?step=page.first</Redirect>");
        clinic.faults = faults.clone();
        let heard = clinic.request("?step=page.first", &[]);
        let waited = clinic.fhir.batches.iter().map(|batch| batch.timeout).max().unwrap_or_default();
        assert!(waited <= 2_800, "{faults:?}");
        assert!(heard.contains("We call.") && tasks(&clinic).len() == 1 || heard.contains("Sorry."), "{faults:?}");
        clinic.faults = Faults::NONE;
        // Twilio may send a request again.
        clinic.request("?step=page.first", &[]);
        let [task] = tasks(&clinic)[..] else { panic!("{faults:?}") };
        assert_eq!(text(task, &["businessStatus", "coding", "0", "code"]), "paging");
        assert_eq!(text(task, &["focus", "identifier", "value"]), crate::dialplan::clinic::CALL);
        assert_eq!(task.get("for"), None);
    }
}

#[test]
fn a_person_hears_that_they_accepted_only_if_the_chart_has_it() {
    for faults in all_faults() {
        let mut clinic = clinic();
        clinic.request("?step=page.first", &[]);
        add_attempts(&mut clinic, &[(DOCTOR, Some(CALL_OF_DOCTOR))]);
        clinic.faults = faults.clone();
        let heard = press(&mut clinic, CALL_OF_DOCTOR);
        let waited = clinic.fhir.batches.iter().map(|batch| batch.timeout).max().unwrap_or_default();
        assert!(waited <= 2_800, "{faults:?}");
        let is_accepted = text(tasks(&clinic)[0], &["status"]) == "accepted";
        let said = ["You have accepted.", "To accept, press 1.", "no longer open"].map(|words| heard.contains(words));
        assert_eq!(said.iter().filter(|said| **said).count(), 1, "{faults:?} {heard}");
        assert!(is_accepted || !said[0], "{faults:?} {heard}");
        clinic.faults = Faults::NONE;
        assert!(press(&mut clinic, CALL_OF_DOCTOR).contains("You have accepted."), "{faults:?}");
        let [task] = tasks(&clinic)[..] else { panic!("{faults:?}") };
        assert_eq!((text(task, &["status"]), text(task, &["owner", "reference"])), ("accepted", "Practitioner/grey"));
    }
}

#[test]
fn only_one_person_accepts() {
    let mut clinic = clinic();
    clinic.request("?step=page.first", &[]);
    add_attempts(&mut clinic, &[(DOCTOR, Some(CALL_OF_DOCTOR)), ("+15550100172", Some(CALL_OF_NURSE))]);
    assert!(press(&mut clinic, CALL_OF_NURSE).contains("You have accepted."));
    let stored = tasks(&clinic)[0].clone();
    assert!(press(&mut clinic, CALL_OF_DOCTOR).contains("no longer open"));
    assert!(press(&mut clinic, CALL_OF_NURSE).contains("You have accepted."));
    assert_eq!(*tasks(&clinic)[0], stored);
}

#[test]
fn a_key_counts_before_the_call_is_in_the_task() {
    let mut clinic = clinic();
    clinic.request("?step=page.first", &[]);
    add_attempts(&mut clinic, &[(DOCTOR, None)]);
    assert!(press(&mut clinic, CALL_OF_DOCTOR).contains("You have accepted."));
    assert!(tasks(&clinic)[0].write().contains(CALL_OF_DOCTOR));
}

#[test]
fn other_calls_accept_nothing() {
    let mut clinic = clinic();
    clinic.request("?step=page.first", &[]);
    assert!(press(&mut clinic, CALL_OF_DOCTOR).contains("no longer open"));
    assert!(clinic.log.iter().any(|line| line.contains("PAGE_UNKNOWN")), "{:?}", clinic.log);
    add_attempts(&mut clinic, &[(DOCTOR, Some(CALL_OF_DOCTOR))]);
    assert!(press(&mut clinic, CALL_OF_NURSE).contains("no longer open"));
    // A caller cannot accept with a key, and no key accepts nothing.
    let inbound = [("Digits", "1"), ("CallSid", CALL_OF_DOCTOR)];
    assert!(clinic.request("?step=paged.first", &inbound).contains("no longer open"));
    let silent = [("CallSid", CALL_OF_DOCTOR), ("Direction", "outbound-api")];
    assert!(clinic.request("?step=paged.first", &silent).contains("no longer open"));
    assert_eq!(text(tasks(&clinic)[0], &["status"]), "requested");
}
