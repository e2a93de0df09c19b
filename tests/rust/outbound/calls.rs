// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls from a browser without a ticket. Only the config's `outbound` policy decides whether they are dialed.

use plumline::json::Json;
use plumline::phone::E164;
use plumline::runtime::{Response, Secret};
use plumline::twiml::{DocumentKind, check_xml};

use crate::fault::{FAILURES, Fault, Faults, TRANSIENT};
use crate::json::json;
use crate::random::Random;
use crate::world::phone::{call, dialed, prepared, refused, xml};
use crate::world::{AMBER, AMBER_IDENTITY, CLINIC_NUMBER, PATIENT, SECRET, URL, World, sid};

/// Posts Amber's call without a ticket.
fn call_without_ticket(config: &str, own: &[(&str, &str)]) -> (Response, World) {
    let mut world = World::default();
    let response = call(&mut world, AMBER_IDENTITY, &sid(7), own, &[(Secret::Config, config)]);
    (response, world)
}

#[test]
fn without_a_ticket_policy_decides_without_a_round_trip() {
    let (response, world) = call_without_ticket("{}", &[("To", PATIENT)]);
    assert_eq!((dialed(&response).1, world.fhir.batches.len(), response.log.len()), (PATIENT.into(), 0, 0));
    for (to, code, sentence) in [
        (
            "911",
            "OUTBOUND_EMERGENCY",
            "Emergency calls cannot be placed from here. Please use a phone and dial your local emergency number.",
        ),
        ("+1911", "OUTBOUND_EMERGENCY", "Emergency calls cannot be placed"),
        ("+19005550199", "OUTBOUND_BLOCKED", "Calls to this number are not allowed."),
        ("+493023125123", "OUTBOUND_COUNTRY", "Calls to this country are not allowed."),
        (CLINIC_NUMBER[0], "OUTBOUND_OWN_NUMBER", "This number is one of our own"),
        ("client:bruno", "OUTBOUND_NUMBER_INVALID", "The number you have dialed is not valid."),
        ("", "OUTBOUND_NUMBER_INVALID", "The number you have dialed is not valid."),
    ] {
        let (response, world) = call_without_ticket("{}", &[("To", to)]);
        assert_eq!((refused(&response), world.fhir.batches.len()), (code.to_owned(), 0), "{to}");
        assert!(xml(&response).contains(sentence), "{to}");
    }
    // The announcement of a refusal has the clinic's voice and language.
    let (response, _) = call_without_ticket(r#"{"voice":"Polly.Amy-Neural","language":"en-GB"}"#, &[("To", "999")]);
    assert!(xml(&response).contains(r#"<Say voice="Polly.Amy-Neural" language="en-GB">Emergency"#));
    // The fixed texts are English.
    let (response, _) = call_without_ticket(r#"{"voice":"Polly.Lupe","language":"es-US"}"#, &[("To", "999")]);
    assert!(xml(&response).contains(r#"<Say language="en-US">Emergency"#), "{}", xml(&response));
    // The config requires a ticket, but the call has none.
    let config = r#"{"outbound":{"requireTicket":true}}"#;
    assert_eq!(refused(&call_without_ticket(config, &[("To", PATIENT)]).0), "OUTBOUND_TICKET_MISSING");
    let mut world = World::default();
    let free = [(Secret::SealingKeys, SECRET), (Secret::Config, r#"{"outbound":{"requireTicket":false}}"#)];
    assert_eq!(dialed(&call(&mut world, AMBER_IDENTITY, &sid(7), &[("To", PATIENT)], &free)).1, PATIENT);
    // An unreadable config may forbid the call, so the bot does not dial.
    let (response, _) = call_without_ticket(r#"{"outbound":{"countries":7}}"#, &[("To", PATIENT)]);
    assert!(xml(&response).contains("We are sorry.") && !xml(&response).contains("<Dial"));
    assert!(response.log[0].starts_with("plumline: CONFIG_INVALID at outbound.countries: "), "{:?}", response.log);
    // The browser belongs to another TwiML app.
    let app = [(Secret::Config, "{}"), (Secret::TwimlAppSid, "AP00000000000000000000000000000002")];
    let response = call(&mut World::default(), AMBER_IDENTITY, &sid(7), &[("To", PATIENT)], &app);
    assert_eq!(refused(&response), "APPLICATION_MISMATCH");
}

#[test]
fn patients_are_called_only_at_the_allowed_hours() {
    let config = r#"{"timeZone":"America/New_York","outbound":{"hours":{"from":"09:00","to":"18:00","zones":{"+1555":"America/Chicago"}}}}"#;
    for (local_time, expected) in [
        ("2026-11-18T09:00:00", "dialed"),
        ("2026-11-18T17:59:59", "dialed"),
        ("2026-11-18T08:59:59", "OUTBOUND_HOURS"),
        ("2026-11-18T18:00:00", "OUTBOUND_HOURS"),
        ("?", "OUTBOUND_HOURS_UNKNOWN"),
    ] {
        let mut world = World { local_time: local_time.to_owned(), ..World::default() };
        let response = call(&mut world, AMBER_IDENTITY, &sid(7), &[("To", PATIENT)], &[(Secret::Config, config)]);
        let found = if xml(&response).contains("<Dial") { "dialed".to_owned() } else { refused(&response) };
        assert_eq!((found.as_str(), world.zones), (expected, vec!["America/Chicago".to_owned()]), "{local_time}");
    }
    let nowhere = config.replace("America/Chicago", "Mars/Nowhere");
    assert_eq!(refused(&call_without_ticket(&nowhere, &[("To", PATIENT)]).0), "OUTBOUND_HOURS_UNKNOWN");
    // A call with a ticket has the same result.
    let (mut world, ticket) = prepared();
    world.local_time = "2026-11-18T03:00:00".into();
    let secrets = [(Secret::SealingKeys, SECRET), (Secret::Config, config)];
    let response = call(&mut world, AMBER_IDENTITY, &sid(1), &[("Ticket", &ticket)], &secrets);
    assert_eq!((refused(&response), world.fhir.batches.len()), ("OUTBOUND_HOURS".into(), 1));
}

#[test]
fn parameters_of_the_browser_are_stored_once_and_delay_no_call() {
    let own = [("To", PATIENT), ("PatientId", "eve"), ("AppointmentId", "Appointment/visit")];
    let (response, world) = call_without_ticket("{}", &own);
    assert_eq!(dialed(&response).1, PATIENT);
    assert_eq!(world.fhir.requests(), [["POST Communication"]]);
    let record = world.communications()[0];
    let text = |path: &[&str]| record.at(path).and_then(Json::text).unwrap_or_default().to_owned();
    assert_eq!(
        (text(&["subject", "reference"]), text(&["basedOn", "0", "reference"])),
        ("Patient/eve".into(), "Appointment/visit".into())
    );
    assert_eq!((text(&["status"]), text(&["identifier", "0", "value"])), ("in-progress".into(), sid(7)));
    assert_eq!(text(&["sender", "reference"]), format!("Practitioner/{AMBER}"));
    for fault in FAILURES.into_iter().chain([Fault::EachRefused(403)]) {
        let mut world = World { faults: Faults::at(0, fault), ..World::default() };
        let response = call(&mut world, AMBER_IDENTITY, &sid(7), &own, &[(Secret::Config, "{}")]);
        assert_eq!(dialed(&response).1, PATIENT);
        assert_eq!(response.log.len(), 1, "{fault:?}");
        let refused = matches!(fault, Fault::EachRefused(403));
        let named = response.log[0].starts_with("plumline: CHART_REFUSED at Communication (search, create): ");
        assert_eq!(named, refused, "{:?}", response.log);
        world.faults = Faults::NONE;
        call(&mut world, AMBER_IDENTITY, &sid(7), &own, &[(Secret::Config, "{}")]);
        assert_eq!(world.communications().len(), 1);
    }
    // Other clients spell the names in other ways.
    for (patient, appointment) in
        [("patientId", "appointmentId"), ("patientid", "APPOINTMENTID"), ("patient_id", "appointment_id")]
    {
        let (_, world) = call_without_ticket("{}", &[("To", PATIENT), (patient, "eve"), (appointment, "visit")]);
        let record = world.communications()[0];
        let text = |path: &[&str]| record.at(path).and_then(Json::text).unwrap_or_default().to_owned();
        assert_eq!(text(&["subject", "reference"]), "Patient/eve", "{patient}");
        assert_eq!(text(&["basedOn", "0", "reference"]), "Appointment/visit", "{appointment}");
    }
    let twice = [("To", PATIENT), ("patientId", "eve"), ("PatientId", "mallory")];
    let (response, world) = call_without_ticket("{}", &twice);
    assert_eq!((dialed(&response).1, world.fhir.batches.len()), (PATIENT.into(), 0), "neither patient");
    // The bot does not store an invalid id.
    for id in ["../Bot/1", "a b", "Practitioner/x", "x?y=z"] {
        let (response, world) = call_without_ticket("{}", &[("To", PATIENT), ("PatientId", id)]);
        assert_eq!((dialed(&response).1, world.fhir.batches.len()), (PATIENT.into(), 0), "{id}");
    }
}

#[test]
fn limits_apply_without_tickets() {
    let config = r#"{"outbound":{"concurrent":1}}"#;
    let secrets = [(Secret::Config, config)];
    let mut world = World::default();
    let own = [("To", PATIENT)];
    assert_eq!(dialed(&call(&mut world, AMBER_IDENTITY, &sid(1), &own, &secrets)).1, PATIENT);
    assert_eq!(world.fhir.batches.len(), 2);
    assert_eq!(refused(&call(&mut world, AMBER_IDENTITY, &sid(2), &own, &secrets)), "OUTBOUND_CONCURRENT");
    // The caller has another identity.
    let amber = format!("Practitioner/{AMBER}");
    world.change(&amber, "identifier", json(r#"[{"system":"http://twilio.com/voice/identity","value":"amber"}]"#));
    assert_eq!(refused(&call(&mut world, "amber", &sid(3), &own, &secrets)), "OUTBOUND_CONCURRENT");
    assert_eq!(refused(&call(&mut world, "unknown", &sid(3), &own, &secrets)), "OUTBOUND_CALLER_UNKNOWN");
    // The request takes two reads and a write, at most three seconds.
    let config = r#"{"outbound":{"concurrent":9,"perHour":9,"pool":"leastRecentlyUsed"}}"#;
    let own = [("To", PATIENT), ("PatientId", "eve")];
    let before = world.fhir.batches.len();
    assert_eq!(dialed(&call(&mut world, "amber", &sid(4), &own, &[(Secret::Config, config)])).1, PATIENT);
    assert_eq!(world.fhir.batches.len() - before, 3);
    assert!(world.retry < 3_000, "{}", world.retry);
    // If the chart does not return the counts, no call is allowed.
    let own = [("To", PATIENT)];
    for fault in FAILURES.into_iter().chain([Fault::EachRefused(403)]) {
        let mut world = World { faults: Faults::at(0, fault), ..World::default() };
        let response = call(&mut world, AMBER_IDENTITY, &sid(1), &own, &secrets);
        assert_eq!(refused(&response), "CHART_UNAVAILABLE");
        // The caller hears the same announcement. The log names the missing right.
        let named =
            response.log.iter().any(|line| line.starts_with("plumline: CHART_REFUSED at Communication (search): "));
        assert_eq!(named, matches!(fault, Fault::EachRefused(403)), "{fault:?} {:?}", response.log);
    }
}

#[test]
fn legs_report_the_events_that_the_config_needs() {
    let config = r#"{"outbound":{"timeout":25,"answeringMachine":"detectMessageEnd"},
        "recording":{"outbound":true,"announcement":{"ssml":"This call <break time=\"1s\"/>is recorded."}}}"#;
    let (response, _) = call_without_ticket(config, &[("To", PATIENT)]);
    let url = |step: &str| format!("{URL}?step={step}");
    let callback = |step: &str| format!("{URL}?step={step}#rc=3&amp;rp=all");
    for part in [
        "<Response><Say>This call <break time=\"1s\"/>is recorded.</Say><Dial ".to_owned(),
        r#" timeout="25" record="record-from-answer-dual" "#.to_owned(),
        format!("recordingStatusCallback=\"{}\"", callback("recording")),
        format!("<Number url=\"{}\"", url("announce")),
        format!("machineDetection=\"DetectMessageEnd\" amdStatusCallback=\"{}\"", callback("machine")),
    ] {
        assert!(xml(&response).contains(&part), "{part}: {}", xml(&response));
    }
    assert_eq!(check_xml(xml(&response), Some(DocumentKind::Voice)).len(), 0);
}

#[test]
fn staff_take_waiting_callers_from_a_queue_of_the_config() {
    let config = r#"{"actions":{"wait":[{"queue":{"name":"nurses","otherwise":"end"}}],"end":[{"hangup":{}}]}}"#;
    let (response, world) = call_without_ticket(config, &[("To", "queue:nurses")]);
    assert!(
        xml(&response).ends_with(r#"<Response><Dial answerOnBridge="true"><Queue>nurses</Queue></Dial></Response>"#)
    );
    assert_eq!(world.fhir.batches.len(), 0);
    for name in ["queue:doctors", "queue:", "queue:nurses ", "QUEUE:nurses"] {
        assert!(
            ["OUTBOUND_QUEUE_UNKNOWN", "OUTBOUND_NUMBER_INVALID"]
                .contains(&refused(&call_without_ticket(config, &[("To", name)]).0).as_str())
        );
    }
}

#[test]
fn calls_taken_from_a_queue_are_recorded_if_incoming_calls_are() {
    let config = r#"{"actions":{"wait":[{"queue":{"name":"nurses","otherwise":"end"}}],"end":[{"hangup":{}}]},
        "recording":{"inbound":true,"announcement":{"text":"Recorded."}}}"#;
    let (response, _) = call_without_ticket(config, &[("To", "queue:nurses")]);
    let recorded = format!("recordingStatusCallback=\"{URL}?step=recording#rc=3&amp;rp=all\"");
    let dial =
        format!("<Say>Recorded.</Say><Dial answerOnBridge=\"true\" record=\"record-from-answer-dual\" {recorded}>");
    assert!(xml(&response).contains(&format!("{dial}<Queue>nurses</Queue></Dial>")), "{}", xml(&response));
    assert_eq!(check_xml(xml(&response), Some(DocumentKind::Voice)).len(), 0);
}

#[test]
fn staff_join_a_conference_of_the_config() {
    let config = |members: &str| {
        format!(
            r#"{{"actions":{{"room":[{{"conference":{{"name":"group"{members}}}}}]}},"recording":{{"inbound":true,"announcement":{{"text":"Recorded."}}}}}}"#
        )
    };
    let status =
        format!("statusCallback=\"{URL}?step=status#rc=3&amp;rp=all\" statusCallbackEvent=\"start end join leave\"");
    let recorded =
        format!("record=\"record-from-start\" recordingStatusCallback=\"{URL}?step=recording#rc=3&amp;rp=all\"");
    for (members, attributes) in [
        ("", String::new()),
        // If the conference waits for staff, it ends when staff leave.
        (
            r#","waitForStaff":true,"maxParticipants":4"#,
            "endConferenceOnExit=\"true\" maxParticipants=\"4\" ".to_owned(),
        ),
    ] {
        let (response, world) = call_without_ticket(&config(members), &[("To", "conference:group")]);
        let expected =
            format!("<Say>Recorded.</Say><Dial><Conference {attributes}{recorded} {status}>group</Conference></Dial>");
        assert!(xml(&response).contains(&expected), "{}", xml(&response));
        assert_eq!(world.fhir.batches.len(), 0);
        assert_eq!(check_xml(xml(&response), Some(DocumentKind::Voice)).len(), 0);
    }
    let (response, _) = call_without_ticket(&config(""), &[("To", "conference:another")]);
    assert_eq!(refused(&response), "OUTBOUND_QUEUE_UNKNOWN");
}

#[test]
fn a_browser_can_dial_only_what_policy_allows() {
    const TO: [&str; 17] = [
        PATIENT,
        "+15550100777",
        "+19005550199",
        "+881612345678",
        "+18765550123",
        "911",
        "+1911",
        "+493023125123",
        "",
        "client:x",
        "sip:a@example.com",
        "queue:x",
        "conference:x",
        "+1555010012",
        "\u{feff}+15550100123",
        "+15550100001",
        "<Number>1",
    ];
    const NAMES: [&str; 8] =
        ["Ticket", "PatientId", "AppointmentId", "CallerIdChooser", "To", "Called", "Digits", "record"];
    const CONFIGS: [&str; 5] = [
        "{}",
        r#"{"outbound":{"pool":"random","concurrent":2}}"#,
        r#"{"outbound":{"pool":"leastRecentlyUsed","perHour":3}}"#,
        r#"{"timeZone":"Europe/London","outbound":{"hours":{"from":"09:00","to":"18:00"},"requireTicket":false}}"#,
        r#"{"outbound":{"blocked":["+15550100777"],"requireTicket":true,"callerId":"+15550100999"}}"#,
    ];
    let mut random = Random::new(99);
    let (mut world, ticket) = prepared();
    let mut dials = 0;
    for case in 0..1_500 {
        world.fhir.batches.clear();
        let faults = random.below(3) * random.below(2);
        world.faults = (0..faults).map(|_| (random.below(3), *random.pick(&TRANSIENT))).collect();
        world.local_time = format!("2026-11-18T{:02}:00:00", random.below(24));
        let to = if random.one_in(3) { PATIENT } else { *random.pick(&TO) };
        let mut own: Vec<(&str, &str)> = vec![("To", to)];
        let values = [ticket.as_str(), "eve", "a.1.b", PATIENT, "+15550100999", "%00", "x"];
        for _ in 0..random.below(5) {
            let name = *random.pick(&NAMES);
            if name != "To" {
                own.push((name, *random.pick(&values)));
            }
        }
        let mut secrets = vec![(Secret::Config, *random.pick(&CONFIGS))];
        if random.one_in(2) {
            secrets.push((Secret::SealingKeys, SECRET));
        }
        let identity = *random.pick(&[AMBER_IDENTITY, "amber", "unknown", "a%20b"]);
        let call_sid = sid(random.below(1_000) as u32);
        let response = call(&mut world, identity, &call_sid, &own, &secrets);
        assert!(world.fhir.batches.len() <= 5, "case {case}");
        assert!(world.retry < 3_000, "case {case}");
        let xml = xml(&response);
        assert_eq!(check_xml(xml, Some(DocumentKind::Voice)).len(), 0, "{xml}");
        if xml.contains("<Dial") {
            let (from, to) = dialed(&response);
            assert!(CLINIC_NUMBER.contains(&from.as_str()) && E164::parse(&to).is_some(), "{xml}");
            let allowed = to == PATIENT || to == "+15550100777" && !secrets[0].1.contains("blocked");
            assert!(allowed, "case {case}: {own:?} {xml}");
            let hour: u32 = world.local_time[11..13].parse().unwrap();
            assert!(!secrets[0].1.contains("hours") || (9..18).contains(&hour), "case {case}");
            dials += 1;
        }
    }
    assert!(dials > 60, "{dials}");
}

#[test]
fn an_unknown_caller_with_limits_cannot_call() {
    let secrets = [(Secret::Config, r#"{"outbound":{"perHour":5}}"#)];
    let own = [("To", PATIENT)];
    for identity in ["aaaaaaaa_0000_4000_8000_000000000000", "bbbbbbbb-0000-4000-8000-000000000000"] {
        let mut world = World::default();
        assert_eq!(refused(&call(&mut world, identity, &sid(1), &own, &secrets)), "OUTBOUND_CALLER_UNKNOWN");
        assert_eq!((world.fhir.batches.len(), world.communications().len()), (1, 0));
        // Without limits, the bot does not read the chart.
        let mut world = World::default();
        assert_eq!(dialed(&call(&mut world, identity, &sid(1), &own, &[(Secret::Config, "{}")])).1, PATIENT);
        assert!(world.fhir.batches.is_empty());
    }
    let mut world = World::default();
    world.change(&format!("Practitioner/{AMBER}"), "active", Json::Bool(false));
    assert_eq!(refused(&call(&mut world, AMBER_IDENTITY, &sid(1), &own, &secrets)), "OUTBOUND_CALLER_UNKNOWN");
    world.change(&format!("Practitioner/{AMBER}"), "active", Json::Bool(true));
    assert_eq!(dialed(&call(&mut world, AMBER_IDENTITY, &sid(1), &own, &secrets)).1, PATIENT);
    // One round trip reads the caller and the counts. A second one writes the record.
    assert_eq!(world.fhir.batches.len(), 3);
    // If the bot may not read the caller, the caller is unknown.
    let mut world = World::forbidding("GET Practitioner/");
    assert_eq!(refused(&call(&mut world, AMBER_IDENTITY, &sid(1), &own, &secrets)), "CHART_UNAVAILABLE");
}
