// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `ask`, `verify`, `nextVisit` and `task`: the caller never hears that something was taken unless the chart has it, and
//! no caller is verified by more tries than allowed.

use plumline::json::Json;

use crate::dialplan::clinic::Clinic;
use crate::fault::{FAILURES, Fault, Faults, TRANSIENT};
use crate::json::{list, text};

const RIGHT: &str = "03141980";
const WRONG: [&str; 4] = ["01012000", "01012001", "01012002", "01012003"];
const ADA: &str = r#"{"resourceType":"Patient","id":"ada","active":true,"birthDate":"1980-03-14",
    "telecom":[{"system":"phone","value":"(555) 010-0123"}]}"#;
const BEA: &str = r#"{"resourceType":"Patient","id":"bea","active":true,"birthDate":"1990-05-06",
    "telecom":[{"system":"phone","value":"+15550100123"}]}"#;
const TWIN: &str = r#"{"resourceType":"Patient","id":"twin","active":true,"birthDate":"1980-03-14",
    "telecom":[{"system":"phone","value":"+15550100123"}]}"#;
const GONE: &str = r#"{"resourceType":"Patient","id":"gone","active":true,"birthDate":"1980-03-14","deceasedBoolean":true,
    "telecom":[{"system":"phone","value":"+15550100123"}]}"#;
const MOTHER: &str = r#"{"resourceType":"RelatedPerson","id":"mother","patient":{"reference":"Patient/child"},
    "telecom":[{"system":"phone","value":"+15550100123"}]}"#;
const CHILD: &str = r#"{"resourceType":"Patient","id":"child","active":true,"birthDate":"2015-12-24"}"#;
const VISIT: &str = r#"{"resourceType":"Appointment","id":"v1","status":"booked","start":"2026-11-19T15:30:00-05:00",
    "participant":[{"status":"accepted","actor":{"reference":"Patient/ada"}}]}"#;

const ACTIONS: &str = r#""born":[{"verify":{"prompt":{"text":"Born?"},"invalid":{"text":"No."},"then":"welcome","otherwise":"desk"}}],
    "welcome":[{"say":{"text":"Welcome."}},{"hangup":{}}],
    "desk":[{"say":{"text":"The desk."}},{"hangup":{}}],
    "visit":[{"nextVisit":{"prompt":{"text":"{date}, {time}."},"none":{"text":"No visit."},"then":"desk","otherwise":"desk"}}],
    "refill":[{"task":{"text":"Refill","then":"noted","otherwise":"desk"}}],
    "move":[{"task":{"text":"Move","nextVisit":true,"then":"noted","otherwise":"desk"}}],
    "noted":[{"say":{"text":"Noted."}},{"hangup":{}}],
    "pain":[{"ask":{"prompt":{"text":"Pain?"},"answer":{"format":"number","max":10},"invalid":{"text":"No."},"then":"by-pain","otherwise":"desk"}}],
    "by-pain":[{"when":{"if":{"answer":{"pain":{"min":7}}},"then":"nurse","otherwise":"noted"}}],
    "nurse":[{"say":{"text":"Nurse."}},{"hangup":{}}],
    "card":[{"ask":{"prompt":{"text":"Card?"},"confirm":{"text":"{answer}?"},"then":"noted","otherwise":"desk"}}]"#;

fn clinic(resources: &[&str]) -> Clinic {
    let start = r#"[{"when":{"if":{"verified":true},"then":"visit"}},{"when":{"if":{"patient":true},"then":"refill"}},{"when":{"if":{"anonymous":true},"then":"move","otherwise":"pain"}}]"#;
    let mut clinic = Clinic::with_verbs(start, ACTIONS).with(resources);
    clinic.config = clinic.config.replacen('{', r#"{"timeZone":"America/New_York","#, 1);
    clinic
}

fn enter(clinic: &mut Clinic, step: &str, digits: &str) -> String {
    clinic.request(step, &[("Digits", digits)])
}

/// The parts of the call record's extension with a name.
fn parts(clinic: &Clinic, name: &str) -> Vec<Json> {
    let Some(record) = clinic.record() else { return Vec::new() };
    let all = list(record, "extension").iter().flat_map(|extension| list(extension, "extension"));
    all.filter(|part| text(part, &["url"]) == name).cloned().collect()
}

fn is_verified(clinic: &Clinic) -> bool {
    !parts(clinic, "verifiedPatient").is_empty()
}

/// The deadline of the latest request, in milliseconds.
fn limit(clinic: &Clinic) -> u32 {
    clinic.fhir.batches.iter().map(|batch| batch.timeout).max().unwrap_or_default()
}

/// Every fault at each of the first round trips.
fn all_faults() -> impl Iterator<Item = Faults> {
    let all = FAILURES.into_iter().chain(TRANSIENT).chain([Fault::EachRefused(403), Fault::EachRefused(404)]);
    all.flat_map(|fault| {
        [
            Faults::at(0, fault),
            Faults::at(1, fault),
            Faults::at(2, fault),
            Faults::at(3, fault),
            Faults::from(1, fault),
            Faults::always(fault),
        ]
    })
}

#[test]
fn an_answer_decides_what_follows_in_the_same_document() {
    let mut clinic = clinic(&[]);
    assert_eq!(enter(&mut clinic, "?step=ask.pain", "8"), "<Say>Nurse.</Say><Hangup/>");
    assert_eq!(parts(&clinic, "answer").len(), 1);
    assert!(clinic.fhir.reads() == 1 && clinic.fhir.writes() == 1);
    // The caller answers again.
    clinic.now += 60_000;
    assert_eq!(enter(&mut clinic, "?step=ask.pain.1", "3"), "<Say>Noted.</Say><Hangup/>");
    assert_eq!(parts(&clinic, "answer").len(), 1);
    assert!(clinic.record().unwrap().write().contains(r#""valueString":"3""#));
}

#[test]
fn an_answer_that_is_not_stored_is_asked_for_again() {
    for faults in all_faults() {
        let mut clinic = clinic(&[]);
        clinic.faults = faults.clone();
        let heard = enter(&mut clinic, "?step=ask.pain", "8");
        assert!(limit(&clinic) <= 2_800, "{faults:?}");
        if heard.contains("Nurse.") {
            assert_eq!(parts(&clinic, "answer").len(), 1, "{faults:?}");
        } else {
            assert!(heard.contains("Pain?") && heard.contains("step=ask.pain.1"), "{faults:?} {heard}");
            assert!(clinic.log.iter().any(|line| line.starts_with("plumline: CHART_")), "{:?}", clinic.log);
        }
        assert!(clinic.log.iter().all(|line| !line.contains('8')), "{:?}", clinic.log);
        clinic.faults = Faults::always(Fault::Refused(500));
        assert_eq!(enter(&mut clinic, "?step=ask.pain.2", "8"), "<Say>The desk.</Say><Hangup/>");
    }
}

#[test]
fn input_that_was_not_offered_is_not_stored() {
    let mut clinic = clinic(&[]);
    for (name, value) in
        [("Digits", "11"), ("Digits", "#"), ("Digits", "*"), ("Digits", ""), ("SpeechResult", "8"), ("Digits", "８")]
    {
        let heard = clinic.request("?step=ask.pain", &[(name, value)]);
        assert!(heard.contains("step=ask.pain.1"), "{name} {value} {heard}");
        assert_eq!(clinic.fhir.writes(), 0);
        assert_eq!(clinic.request("?step=ask.pain.2", &[(name, value)]), "<Say>The desk.</Say><Hangup/>");
    }
    assert_eq!(clinic.record(), None);
}

#[test]
fn a_confirmed_answer_is_kept_once_whatever_is_repeated() {
    let mut clinic = clinic(&[]);
    // Nothing was entered yet.
    assert!(enter(&mut clinic, "?step=confirm.card", "1").contains("Card?"));
    let read_back = enter(&mut clinic, "?step=ask.card", "0042");
    assert!(read_back.contains("0, 0, 4, 2?") && read_back.contains("step=confirm.card"), "{read_back}");
    assert_eq!((parts(&clinic, "answer").len(), parts(&clinic, "unconfirmedAnswer").len()), (0, 1));
    clinic.now += 1_000;
    assert_eq!(enter(&mut clinic, "?step=ask.card", "0042"), read_back);
    assert_eq!(enter(&mut clinic, "?step=confirm.card", "1"), "<Say>Noted.</Say><Hangup/>");
    assert_eq!((parts(&clinic, "answer").len(), parts(&clinic, "unconfirmedAnswer").len()), (1, 0));
    let stored = clinic.record().cloned();
    clinic.now += 1_000;
    assert_eq!(enter(&mut clinic, "?step=confirm.card", "1"), "<Say>Noted.</Say><Hangup/>");
    assert_eq!(enter(&mut clinic, "?step=ask.card", "0042"), read_back);
    assert_eq!(
        parts(&clinic, "answer"),
        list(&list(stored.as_ref().unwrap(), "extension")[0], "extension")
            .iter()
            .filter(|part| text(part, &["url"]) == "answer")
            .cloned()
            .collect::<Vec<_>>()
    );
    // Any other key repeats the question.
    assert!(enter(&mut clinic, "?step=confirm.card", "2").contains("Card?"));
}

#[test]
fn a_birth_date_verifies_exactly_one_living_patient() {
    for (resources, digits, expected) in [
        (&[ADA][..], RIGHT, Some("Patient/ada")),
        (&[ADA, BEA], RIGHT, Some("Patient/ada")),
        (&[ADA, BEA], "05061990", Some("Patient/bea")),
        (&[ADA, TWIN], RIGHT, None),
        (&[GONE], RIGHT, None),
        (&[ADA, GONE], RIGHT, Some("Patient/ada")),
        (&[MOTHER, CHILD], "12242015", Some("Patient/child")),
        (&[CHILD], "12242015", None),
        (&[], RIGHT, None),
    ] {
        let mut clinic = clinic(resources);
        let heard = enter(&mut clinic, "?step=verify.born", digits);
        assert_eq!(heard.contains("Welcome."), expected.is_some(), "{resources:?} {heard}");
        assert_eq!(is_verified(&clinic), expected.is_some());
        let subject = clinic.record().map(|record| text(record, &["subject", "reference"]).to_owned());
        assert_eq!(subject.as_deref().filter(|subject| !subject.is_empty()), expected);
        // The same reads and the same first write, for every owner of the number.
        assert_eq!(clinic.batch_sizes()[..2], [4, 1], "{resources:?}");
    }
}

#[test]
fn three_wrong_dates_from_a_number_end_the_tries_of_the_day() {
    for resources in [&[ADA][..], &[], &[ADA, BEA]] {
        let mut clinic = clinic(resources);
        for (index, digits) in WRONG[..3].iter().enumerate() {
            let heard = enter(&mut clinic, "?step=verify.born", digits);
            assert_eq!(heard.contains("step=verify.born.1"), index < 2, "{heard}");
            // Twilio repeats the request.
            enter(&mut clinic, "?step=verify.born", digits);
        }
        assert!(enter(&mut clinic, "?step=verify.born", RIGHT).contains("The desk."));
        assert!(clinic.log.iter().any(|line| line.starts_with("plumline: VERIFY_LIMIT")));
        let other_call = [("Digits", RIGHT), ("CallSid", "CA00000000000000000000000000000002")];
        assert!(clinic.request("?step=verify.born", &other_call).contains("The desk."));
        assert!(!is_verified(&clinic));
        let counts = clinic.fhir.of_type("Basic");
        assert_eq!(counts.len(), 1);
        assert!(!counts[0].write().contains("2000") && !counts[0].write().contains("1980"));
        // The next day.
        clinic.local_time = |_| Some("2026-11-17T10:00:00");
        let heard = enter(&mut clinic, "?step=verify.born", RIGHT);
        assert_eq!(heard.contains("Welcome."), !resources.is_empty(), "{heard}");
    }
}

#[test]
fn no_fault_verifies_without_a_counted_try_and_a_stored_result() {
    for faults in all_faults() {
        let mut clinic = clinic(&[ADA]);
        clinic.faults = faults.clone();
        let heard = enter(&mut clinic, "?step=verify.born", RIGHT);
        assert!(limit(&clinic) <= 2_800, "{faults:?}");
        if heard.contains("Welcome.") {
            assert!(is_verified(&clinic) && clinic.fhir.of_type("Basic").len() == 1, "{faults:?}");
        }
        // A wrong date that was not counted is not answered.
        let mut clinic = self::clinic(&[ADA]);
        clinic.faults = faults.clone();
        let heard = enter(&mut clinic, "?step=verify.born", WRONG[0]);
        assert!(limit(&clinic) <= 2_800, "{faults:?}");
        if heard.contains("No.") {
            assert_eq!(clinic.fhir.of_type("Basic").len(), 1, "{faults:?}");
        }
        assert!(!is_verified(&clinic));
    }
}

#[test]
fn only_a_verified_caller_hears_the_visit_and_opens_a_task() {
    let mut clinic = clinic(&[ADA, VISIT]);
    for step in ["?step=visit.visit", "?step=task.refill", "?step=task.move"] {
        assert_eq!(clinic.request(step, &[]), "<Say>The desk.</Say><Hangup/>");
    }
    assert!(clinic.fhir.of_type("Task").is_empty());
    assert!(enter(&mut clinic, "?step=verify.born", RIGHT).contains("Welcome."));
    clinic.local_time = |_| Some("2026-11-19T15:30:00");
    assert_eq!(
        clinic.request("?step=visit.visit", &[]),
        "<Say>Thursday, November 19, 3:30 PM.</Say><Say>The desk.</Say><Hangup/>"
    );
    for step in ["?step=task.refill", "?step=task.move", "?step=task.refill"] {
        assert_eq!(clinic.request(step, &[]), "<Say>Noted.</Say><Hangup/>");
    }
    let focus: Vec<&str> =
        clinic.fhir.of_type("Task").into_iter().map(|task| text(task, &["focus", "reference"])).collect();
    assert!(matches!(focus[..], [call, "Appointment/v1"] if call.starts_with("Communication/")), "{focus:?}");
    // Another patient's visit, one that was canceled, and one in the past are not said.
    for changed in [
        VISIT.replace("Patient/ada", "Patient/bea"),
        VISIT.replace("booked", "cancelled"),
        VISIT.replace("2026-11-19", "2026-11-10"),
    ] {
        let mut clinic = self::clinic(&[ADA, &changed]);
        enter(&mut clinic, "?step=verify.born", RIGHT);
        assert_eq!(clinic.request("?step=visit.visit", &[]), "<Say>No visit.</Say><Say>The desk.</Say><Hangup/>");
        assert_eq!(clinic.request("?step=task.move", &[]), "<Say>The desk.</Say><Hangup/>");
        assert!(clinic.fhir.of_type("Task").is_empty());
    }
}

#[test]
fn a_request_is_noted_only_if_its_task_is_stored() {
    for faults in all_faults() {
        let mut clinic = clinic(&[ADA, VISIT]);
        enter(&mut clinic, "?step=verify.born", RIGHT);
        clinic.faults = faults.clone();
        for step in ["?step=task.refill", "?step=visit.visit"] {
            let heard = clinic.request(step, &[]);
            assert!(limit(&clinic) <= 2_800, "{faults:?}");
            assert!(!heard.contains("Noted.") || clinic.fhir.of_type("Task").len() == 1, "{faults:?}");
        }
    }
}

#[test]
fn a_caller_without_a_number_of_their_own_is_not_verified() {
    let config = r#""timeZone":"America/New_York","dialplans":{"main":[{"then":"born"}]},"actions":{"born":[{"verify":{"prompt":{"text":"Born?"},"then":"a","otherwise":"b"}}],
        "a":[{"say":{"text":"Welcome."}},{"hangup":{}}],"b":[{"say":{"text":"The desk."}},{"hangup":{}}]}"#;
    let forged = [("StirVerstat", "TN-Validation-Failed-C")];
    for more in [&[("From", "anonymous")][..], &[("From", "+266696687")], &[("From", "+15550100002")], &forged] {
        let mut clinic = Clinic::new(config).with(&[ADA]);
        let ringing = [more, &[("CallStatus", "ringing")]].concat();
        assert_eq!(clinic.request("", &ringing), "<Say>The desk.</Say><Hangup/>");
        let entered = [more, &[("Digits", RIGHT)]].concat();
        assert_eq!(clinic.request("?step=verify.born", &entered), "<Say>The desk.</Say><Hangup/>");
        assert!(clinic.fhir.of_type("Basic").is_empty());
    }
}
