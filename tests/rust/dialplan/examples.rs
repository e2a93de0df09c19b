// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls to the five example clinics of docs/dialplan.md.

use crate::dialplan::clinic::{ADA, Clinic, GREY, LEG};

/// The clinic of an example, and its number.
fn clinic(example: &str, number: &'static str) -> impl Fn(&mut Clinic, &str, &[(&str, &str)]) -> String {
    let config = example.to_owned();
    move |clinic, step, more| {
        clinic.config.clone_from(&config);
        number.clone_into(&mut clinic.numbers);
        clinic.request(step, &[&[("To", number), ("Called", number)], more].concat())
    }
}

fn chart(resources: &[&str]) -> Clinic {
    Clinic::new("").with(resources)
}

const STEP: &str = "https://fhir.example.com/webhook/1?step=";
const RECORD: &str = "<Record action=";

fn client(identity: &str) -> String {
    format!("<Client {LEG}>{identity}</Client></Dial>")
}

#[test]
fn a_missed_call() {
    let ask = clinic(include_str!("../../../docs/dialplan/missed-call.json"), "+15550100001");
    let mut chart = chart(&[]);
    assert_eq!(
        ask(&mut chart, "", &[]),
        "<Say voice=\"Polly.Amy-Neural\" language=\"en-GB\">Thank you for calling. You have missed a call from one of our clinicians. \
         Please log in to your account to send a message to your nurse. Goodbye.</Say><Hangup/>"
    );
    assert_eq!(chart.round_trips(), 0);
}

#[test]
fn a_front_desk() {
    let ask = clinic(include_str!("../../../docs/dialplan/front-desk.json"), "+15550100011");
    let mut chart = chart(&[]);
    let voice = "<Say voice=\"Polly.Joanna-Neural\" language=\"en-US\">";
    let rings = |n: &str| format!("<Dial action=\"{STEP}dial.ring-desk{n}\" timeout=\"18\">");
    let welcome = format!("{voice}Thank you for calling Harbor Street Family Practice. One moment, please.</Say>");
    assert_eq!(ask(&mut chart, "", &[]), format!("{welcome}{}{}", rings(""), client("front-desk")));
    assert_eq!(chart.round_trips(), 0);
    let second = format!("{}<Number {LEG}>+15550100019</Number></Dial>", rings(".1"));
    assert_eq!(ask(&mut chart, "?step=dial.ring-desk", &[("DialCallStatus", "no-answer")]), second);
    let busy = ask(&mut chart, "?step=dial.ring-desk.1", &[("DialCallStatus", "busy")]);
    assert!(
        busy.starts_with(&format!("{voice}Both of our lines are in use.</Say>{voice}Please leave"))
            && busy.contains(RECORD)
    );
    let unanswered = ask(&mut chart, "?step=dial.ring-desk.1", &[("DialCallStatus", "no-answer")]);
    assert!(unanswered.starts_with(&format!("{voice}We are all with patients")) && unanswered.contains(RECORD));
    assert_eq!(ask(&mut chart, "?step=dial.ring-desk", &[("DialCallStatus", "completed")]), "<Hangup/>");
    for night in ["2026-11-16T02:00:00", "2026-11-26T10:00:00", "2026-11-22T10:00:00", "2027-07-04T10:00:00"] {
        chart.local_time = match night {
            "2026-11-16T02:00:00" => |_| Some("2026-11-16T02:00:00"),
            "2026-11-26T10:00:00" => |_| Some("2026-11-26T10:00:00"),
            "2026-11-22T10:00:00" => |_| Some("2026-11-22T10:00:00"),
            _ => |_| Some("2027-07-04T10:00:00"),
        };
        let twiml = ask(&mut chart, "", &[]);
        assert!(
            twiml.starts_with(&format!("{voice}Harbor Street Family Practice is closed. <break time=\"400ms\"/> If")),
            "{twiml}"
        );
        assert!(
            twiml.contains("<say-as interpret-as=\"digits\">911</say-as>.</Say>") && twiml.contains(RECORD),
            "{twiml}"
        );
    }
}

#[test]
fn two_languages() {
    let example = include_str!("../../../docs/dialplan/bilingual.json");
    let (english, spanish) = (clinic(example, "+15550100021"), clinic(example, "+15550100022"));
    let mut chart = chart(&[]);
    let twiml = english(&mut chart, "", &[]);
    assert!(
        twiml.starts_with("<Say language=\"en-US\">Welcome to Rio Vista Clinic.</Say><Gather input=\"dtmf speech\""),
        "{twiml}"
    );
    assert!(
        spanish(&mut chart, "", &[]).starts_with("<Say language=\"es-US\">Bienvenido a la Clínica Río Vista.</Say>")
    );
    let switched = english(&mut chart, "?step=menu.main", &[("Digits", "9")]);
    assert!(
        switched.contains("<Say language=\"es-US\">Para citas") && switched.contains("menu.main&amp;language=es-US"),
        "{switched}"
    );
    // The caller switches back to the number's own language. The URL has no language parameter.
    let back = english(&mut chart, "?step=menu.main&language=es-US", &[("SpeechResult", "Inglés, por favor.")]);
    assert!(back.contains("For appointments") && !back.contains("&amp;language="), "{back}");
    let nested = english(&mut chart, "?step=menu.main&language=es-US", &[("SpeechResult", "Quiero una cita")]);
    assert!(
        nested.contains("Para una cita nueva") && nested.contains("menu.appointments&amp;language=es-US"),
        "{nested}"
    );
    let up = english(&mut chart, "?step=menu.appointments&language=es-US", &[("Digits", "*")]);
    assert!(up.contains("Para citas"), "{up}");
    let changes = english(&mut chart, "?step=menu.appointments&language=es-US", &[("Digits", "2")]);
    assert!(changes.contains(">booking</Client>") && changes.contains(">reception</Client>"), "{changes}");
    let mut silence = String::new();
    for step in ["?step=menu.main", "?step=menu.main.1", "?step=menu.main.2"] {
        silence = english(&mut chart, step, &[]);
    }
    assert_eq!(silence, format!("<Dial action=\"{STEP}dial.desk\" timeout=\"20\">{}", client("reception")));
    let refill = english(
        &mut chart,
        "?step=voicemail.refill&language=es-US",
        &[("RecordingSid", "RE00000000000000000000000000000001")],
    );
    assert_eq!(refill, "<Say language=\"es-US\">Gracias. Adiós.</Say><Hangup/>");
}

#[test]
fn a_nurse_line() {
    const OPEN: &str = r#"{"resourceType":"HealthcareService","id":"nurse-line","availableTime":[{"daysOfWeek":["mon"],"availableStartTime":"08:00:00","availableEndTime":"20:00:00"}]}"#;
    let ask = clinic(include_str!("../../../docs/dialplan/nurse-line.json"), "+15550100031");
    let mut chart = chart(&[OPEN]);
    chart.local_time = |zone| (zone == "America/Denver").then_some("2026-11-16T08:00:00");
    assert!(ask(&mut chart, "", &[]).ends_with(&format!(
        "<Enqueue action=\"{STEP}queue.wait-for-nurse#rc=3&amp;rp=all\" waitUrl=\"{STEP}wait.wait-for-nurse\">nurses</Enqueue>"
    )));
    assert_eq!(chart.round_trips(), 1);
    let here = [("QueuePosition", "3"), ("CurrentQueueSize", "12"), ("AvgQueueTime", "900")];
    let waiting = ask(&mut chart, "?step=wait.wait-for-nurse", &here);
    assert!(
        waiting.contains("You are number 3 in line.") && waiting.contains("press 1.</Say><Play>https://media."),
        "{waiting}"
    );
    assert_eq!(ask(&mut chart, "?step=wait.wait-for-nurse", &[("CurrentQueueSize", "13")]), "<Leave/>");
    let hunt = ask(&mut chart, "?step=queue.wait-for-nurse", &[("QueueResult", "leave")]);
    assert!(hunt.contains("Many people are waiting.") && hunt.contains("dial.hunt\" timeout=\"15\""), "{hunt}");
    let back = ask(&mut chart, "?step=offer.wait-for-nurse", &[("Digits", "1")]);
    assert!(back.contains("A nurse will call you back") && back.ends_with("<Hangup/>"), "{back}");
    let goodbye = ask(&mut chart, "?step=queue.wait-for-nurse", &[("QueueResult", "bridged")]);
    assert!(goodbye.contains("Goodbye."), "{goodbye}");
    // The chart has no hours of the service, so the bot treats it as closed.
    chart.fhir.resources.clear();
    assert!(ask(&mut chart, "", &[]).contains("Our nurses cannot take your call."));
}

#[test]
fn known_patients() {
    let ask = clinic(include_str!("../../../docs/dialplan/known-patients.json"), "+15550100041");
    let mut chart = chart(&[ADA, GREY]);
    chart.local_time = |zone| (zone == "America/Chicago").then_some("2026-11-16T10:00:00");
    let known = ask(&mut chart, "", &[]);
    assert!(
        known.contains("Hello Ada. Thank you for calling Lakeside.") && known.contains("dial.their-clinician.1"),
        "{known}"
    );
    assert!(known.contains(">grey_1</Client>") && !known.contains("<Number"), "{known}");
    assert_eq!(chart.round_trips(), 2);
    // The phone rings after the browser, because its callee must press a key.
    let phone = ask(
        &mut chart,
        "?step=dial.their-clinician.1",
        &[("DialCallStatus", "no-answer"), ("DialCallSid", "CA00000000000000000000000000000002")],
    );
    assert!(phone.contains("dial.their-clinician.65") && phone.contains(">+15550100777</Number>"), "{phone}");
    let declined =
        ask(&mut chart, "?step=dial.their-clinician.65", &[("DialCallStatus", "busy"), ("SipResponseCode", "603")]);
    assert!(declined.contains("We cannot take your call.") && declined.contains(RECORD), "{declined}");
    assert_eq!(ask(&mut chart, "", &[("From", "+15550190001")]), "<Reject reason=\"rejected\"/>");
    // The record says that this call was not missed.
    assert_eq!(chart.round_trips(), 2);
    assert!(ask(&mut chart, "", &[("From", "anonymous")]).contains("withheld numbers"));
    assert_eq!(chart.round_trips(), 0);
    let stranger = [("From", "+15550100124")];
    assert!(ask(&mut chart, "", &stranger).contains("Lakeside Cardiology. Please hold."));
    let spoofed = [stranger[0], ("StirVerstat", "TN-Validation-Failed-C")];
    assert!(ask(&mut chart, "", &spoofed).contains("We cannot take your call."));
    // A patient's call without an attestation is still handled as a call of that patient.
    assert!(ask(&mut chart, "", &[("StirVerstat", "TN-Validation-Failed-C")]).contains("Hello Ada."));
}
