// SPDX-License-Identifier: Apache-2.0 OR MIT

//! If the chart fails, is slow or refuses, the caller still gets valid TwiML in time.

use plumline::runtime::Reply;

use crate::dialplan::clinic::{ADA, Clinic, GREY};
use crate::fault::{Fault, Faults, TRANSIENT};

const CONFIG: &str = r#""timeZone":"America/New_York",
    "hours":{"ward":{"healthcareService":"HealthcareService/ward"}},
    "dialplans":{"main":[{"when":{"careTeam":["CareTeam/t1"]},"then":"team"},{"when":{"open":"ward","patient":true},"then":"last"},
        {"when":{"open":"ward"},"then":"nurses"},{"then":"closed"}]},
    "actions":{
        "team":[{"greet":{"patient":"{name}","neutral":"Hello."}},{"dial":{"targets":[{"generalPractitioner":{}}],"otherwise":"closed"}}],
        "last":[{"greet":{"patient":"{name}","neutral":"Hello."}},{"dial":{"targets":[{"lastToCall":{}},{"available":"Organization/nurses"}],"otherwise":"closed"}}],
        "nurses":[{"dial":{"targets":[{"available":"Organization/nurses"}],"otherwise":"wait"}}],
        "wait":[{"queue":{"name":"q","callback":{"prompt":{"text":"Choose."},"digit":"1","then":"closed"},"overflow":{"size":2,"then":"mail"},"otherwise":"mail"}}],
        "mail":[{"voicemail":{"greeting":{"text":"Speak."}}}],
        "closed":[{"say":{"text":"We are closed."}},{"hangup":{}}]}"#;
const WARD: &str = r#"{"resourceType":"HealthcareService","id":"ward","availableTime":[{"allDay":true}]}"#;
const TEAM: &str = r#"{"resourceType":"CareTeam","id":"t1","status":"active","subject":{"reference":"Patient/ada"}}"#;

/// A webhook request of every kind.
const REQUESTS: [(&str, &[(&str, &str)]); 9] = [
    ("", &[("CallStatus", "ringing")]),
    ("", &[("CallStatus", "ringing"), ("From", "anonymous")]),
    ("?step=dial.team", &[("DialCallStatus", "completed")]),
    ("?step=dial.last", &[("DialCallStatus", "no-answer")]),
    ("?step=dial.nurses", &[("DialCallStatus", "busy")]),
    ("?step=queue.wait", &[("QueueResult", "leave")]),
    ("?step=offer.wait", &[("Digits", "1")]),
    ("?step=wait.wait", &[("QueuePosition", "1")]),
    ("?step=voicemail.mail", &[("RecordingSid", "RE00000000000000000000000000000001")]),
];

fn clinics() -> [Clinic; 3] {
    [
        Clinic::new(CONFIG).with(&[ADA, GREY, WARD, TEAM]),
        Clinic::new(CONFIG).with(&[ADA, GREY, WARD]),
        Clinic::new(CONFIG).with(&[GREY, WARD]),
    ]
}

#[test]
fn every_request_takes_at_most_two_reads_and_one_write() {
    for mut clinic in clinics() {
        for (step, more) in REQUESTS {
            clinic.request(step, more);
            assert!(clinic.fhir.reads() <= 2 && clinic.fhir.writes() <= 1, "{step} {:?}", clinic.fhir.batches);
            assert!(clinic.retry() <= 3_000);
            assert_eq!(clinic.log, Vec::<String>::new(), "{step}");
        }
    }
}

#[test]
fn the_first_request_reads_only_what_it_needs() {
    let counts = |clinic: &mut Clinic| {
        let twiml = clinic.call();
        (clinic.batch_sizes(), twiml)
    };
    let [mut team, mut patient, mut stranger] = clinics();
    // The batch reads the patient, related persons, the service and the roles.
    let (counted, twiml) = counts(&mut team);
    assert_eq!(counted, [4]);
    assert!(twiml.starts_with("<Say>Ada</Say><Dial") && twiml.contains("grey_1"), "{twiml}");
    let (counted, twiml) = counts(&mut patient);
    // The second batch reads the last caller.
    assert_eq!(counted, [4, 1]);
    assert_eq!(twiml, "<Say>Ada</Say><Say>We are closed.</Say><Hangup/>");
    let (counted, twiml) = counts(&mut stranger);
    assert_eq!(counted, [4]);
    assert!(twiml.starts_with("<Enqueue"), "{twiml}");
}

/// Injects every fault at every round trip of every request.
#[test]
fn every_fault_gives_twiml_in_time() {
    let mut empty_documents = 0;
    let all = TRANSIENT.into_iter().chain([Fault::EachRefused(403), Fault::EachRefused(404)]);
    let positions = |fault| {
        [
            Faults::always(fault),
            Faults::at(0, fault),
            Faults::at(1, fault),
            Faults::at(2, fault),
            Faults::from(2, fault),
        ]
    };
    for faults in all.flat_map(positions) {
        for mut clinic in clinics() {
            clinic.faults = faults.clone();
            for (step, more) in REQUESTS {
                let twiml = clinic.request(step, more);
                empty_documents += usize::from(twiml == "<Response/>");
                assert!(!twiml.is_empty(), "{step}");
                // The limit covers a read and a write, and both again after a conflict.
                assert!(clinic.retry() <= 3_000, "{step} {faults:?} {:?}", clinic.fhir.batches);
            }
        }
    }
    assert_eq!(empty_documents, 0);
}

#[test]
fn a_condition_that_cannot_be_evaluated_is_false() {
    let [mut team, ..] = clinics();
    team.faults = Faults::at(0, Fault::TimedOut);
    // The patient and the hours are unknown. The bot treats the office as closed, as for any caller.
    assert_eq!(team.call(), "<Say>We are closed.</Say><Hangup/>");
    assert!(team.log.iter().any(|line| line.starts_with("plumline: HOURS_UNKNOWN at ward: ")), "{:?}", team.log);
    assert!(team.log.iter().any(|line| line.starts_with("plumline: CHART_UNREAD: ")), "{:?}", team.log);
    // The log has the type of each resource that is missing or may not be read.
    team.faults = Faults::at(0, Fault::EachRefused(404));
    assert_eq!(team.call(), "<Say>We are closed.</Say><Hangup/>");
    let refused: Vec<&str> = team
        .log
        .iter()
        .filter_map(|line| line.strip_prefix("plumline: CHART_REFUSED_READ at ")?.split(':').next())
        .collect();
    assert_eq!(refused, ["Patient", "RelatedPerson", "PractitionerRole", "HealthcareService"]);
    assert!(!team.log.iter().any(|line| line.contains("CHART_UNREAD")), "{:?}", team.log);
    // The second batch reads the last caller. Without them, the next target rings.
    let [_, mut patient, _] = clinics();
    patient.faults = Faults::at(1, Fault::TimedOut);
    assert_eq!(patient.call(), "<Say>Ada</Say><Say>We are closed.</Say><Hangup/>");
    assert!(patient.log.iter().any(|line| line.starts_with("plumline: CHART_UNREAD: ")), "{:?}", patient.log);
    // A failed write is logged, and the call continues.
    team.faults = Faults::at(1, Fault::EachRefused(403));
    team.request("?step=dial.nurses", &[("DialCallStatus", "failed")]);
    assert!(team.log[0].starts_with("plumline: CHART_REFUSED at Communication ("), "{:?}", team.log);
    assert_eq!(team.log.iter().filter(|line| line.contains("CHART_REFUSED")).count(), 1, "{:?}", team.log);
}

/// Another client writes the record during the search.
#[test]
fn a_conflicting_search_is_repeated_once_while_a_caller_waits() {
    for status in [404, 409, 410, 412] {
        let mut clinic = Clinic::new(CONFIG);
        clinic.faults = Faults::at(0, Fault::EachRefused(status));
        let step = "?step=dial.nurses";
        clinic.request(step, &[("DialCallStatus", "failed")]);
        assert!(clinic.record().is_some(), "{status} {:?} {:?}", clinic.fhir.batches, clinic.log);
        assert_eq!(clinic.round_trips(), 3, "{status} {:?}", clinic.fhir.batches);
    }
}

#[test]
fn a_callback_that_is_not_stored_is_posted_again() {
    let events = [
        (
            "?step=status",
            &[
                ("CallbackSource", "call-progress-events"),
                ("CallStatus", "completed"),
                ("CallDuration", "7"),
                ("SequenceNumber", "3"),
            ][..],
        ),
        (
            "?step=recording",
            &[("RecordingSid", "RE00000000000000000000000000000001"), ("RecordingStatus", "completed")],
        ),
        ("?step=transcription", &[("TranscriptionSid", "TR1"), ("TranscriptionText", "A message.")]),
        ("?step=machine", &[("AnsweredBy", "machine_start"), ("MachineDetectionDuration", "900")]),
        ("", &[("CallbackSource", "call-progress-events"), ("CallStatus", "no-answer")]),
    ];
    for (step, more) in events {
        let mut clinic = Clinic::new(CONFIG);
        clinic.faults = Faults::always(Fault::EachRefused(500));
        assert!(matches!(clinic.reply(step, more), Reply::Broken(_)), "{step}");
        assert!(clinic.record().is_none());
        clinic.faults = Faults::NONE;
        assert_eq!(clinic.request(step, more), "<Response/>", "{step}");
        assert!(clinic.record().is_some(), "{step}");
        assert!(clinic.round_trips() <= 3);
    }
}

/// A request to `amdStatusCallback` names only the leg. Records are found by the root call.
#[test]
fn answering_machine_detection_of_a_leg_creates_no_call() {
    let detected =
        [("CallStatus", ""), ("Direction", ""), ("AnsweredBy", "human"), ("MachineDetectionDuration", "900")];
    let mut clinic = Clinic::new(CONFIG);
    assert_eq!(clinic.request("?step=machine", &detected), "<Response/>");
    assert!(clinic.record().is_none());
    clinic.faults = Faults::always(Fault::TimedOut);
    assert!(matches!(clinic.reply("?step=machine", &detected), Reply::Broken(_)));
    // If the leg's call has a record, the result is stored.
    clinic.faults = Faults::NONE;
    clinic.request("?step=status", &[("CallbackSource", "call-progress-events"), ("CallStatus", "in-progress")]);
    assert_eq!(clinic.request("?step=machine", &detected), "<Response/>");
    assert!(clinic.record().unwrap().write().contains("answeredBy"));
}

/// TwiML of another application may have the webhook's URL as the action of a `<Dial>`. A caller waits for the
/// response.
#[test]
fn a_dial_action_at_the_url_of_the_webhook_is_answered_quickly() {
    for (status, limit) in [("in-progress", 2_500), ("completed", 12_000)] {
        let [mut clinic, ..] = clinics();
        clinic.request("", &[("DialCallStatus", "no-answer"), ("CallStatus", status)]);
        let batches = &clinic.fhir.batches;
        assert!(!batches.is_empty());
        assert!(
            batches.iter().all(|batch| batch.timeout == limit || (status == "completed" && batch.timeout == 4_000)),
            "{status} {batches:?}"
        );
    }
}
