// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The verb `when`: conditions at any point of an action, in the first request and after a menu.

use crate::dialplan::clinic::{ADA, Clinic};
use crate::fault::{FAILURES, Faults};

const DESK: &str = r#"<Client statusCallback="https://fhir.example.com/webhook/1?step=status#rc=3&amp;rp=all" statusCallbackEvent="initiated ringing answered completed">desk</Client>"#;

/// A clinic in New York, on a Monday at ten, whose first action is `first`.
fn clinic(first: &str) -> Clinic {
    let mut clinic = Clinic::new(&format!(
        r#""timeZone":"America/New_York","dialplans":{{"main":[{{"then":"first"}}]}},
        "hours":{{"desk":{{"weekly":[{{"days":["mon"],"from":"09:00","to":"17:00"}}]}},
            "night":{{"weekly":[{{"days":["mon"],"from":"22:00","to":"06:00"}}]}}}},
        "lists":{{"spam":["+15550100123"]}},
        "actions":{{"first":{first},
            "desk":[{{"dial":{{"targets":[{{"client":"desk"}}],"otherwise":"closed"}}}}],
            "menu":[{{"menu":{{"prompt":{{"text":"Choose."}},"options":[{{"digits":"1","then":"refill"}},
                {{"digits":"9","language":"es-US"}}],"otherwise":"closed"}}}}],
            "refill":[{{"when":{{"if":{{"language":["es"]}},"then":"spanish"}}}},
                {{"when":{{"if":{{"closed":"desk"}},"then":"closed","otherwise":"desk"}}}}],
            "spanish":[{{"say":{{"text":"Hola."}}}},{{"hangup":{{}}}}],
            "known":[{{"say":{{"text":"Welcome back."}}}},{{"hangup":{{}}}}],
            "turned-away":[{{"reject":{{}}}}],
            "closed":[{{"say":{{"text":"Closed."}}}},{{"hangup":{{}}}}]}}"#
    ));
    clinic.local_time = |_| Some("2026-11-16T10:00:00");
    clinic
}

#[test]
fn a_when_decides_in_the_first_request() {
    for (first, resources, expected) in [
        (
            r#"[{"when":{"if":{"open":"night"},"then":"desk","otherwise":"closed"}}]"#,
            &[][..],
            "<Say>Closed.</Say><Hangup/>",
        ),
        (
            r#"[{"when":{"if":{"patient":true},"then":"known"}},{"goto":"closed"}]"#,
            &[ADA],
            "<Say>Welcome back.</Say><Hangup/>",
        ),
        (r#"[{"when":{"if":{"patient":true},"then":"known"}},{"goto":"closed"}]"#, &[], "<Say>Closed.</Say><Hangup/>"),
        (
            r#"[{"say":{"text":"Hi."}},{"when":{"if":{"patient":false},"then":"known"}},{"hangup":{}}]"#,
            &[ADA],
            "<Say>Hi.</Say><Hangup/>",
        ),
        // The call is not answered yet, so the document can reject it.
        (
            r#"[{"when":{"if":{"callers":["spam"]},"then":"turned-away","otherwise":"closed"}}]"#,
            &[],
            "<Reject reason=\"rejected\"/>",
        ),
    ] {
        let mut clinic = clinic(first).with(resources);
        assert_eq!(clinic.call(), expected, "{first}");
        assert!(clinic.round_trips() <= 2, "{:?}", clinic.fhir.batches);
    }
}

#[test]
fn a_when_decides_after_a_menu() {
    let mut clinic = clinic(r#"[{"goto":"menu"}]"#);
    clinic.call();
    let pressed =
        |clinic: &mut Clinic, step: &str| clinic.request(step, &[("Digits", "1"), ("CallStatus", "in-progress")]);
    let twiml = pressed(&mut clinic, "?step=menu.menu");
    assert!(twiml.contains(DESK), "{twiml}");
    assert_eq!(pressed(&mut clinic, "?step=menu.menu&language=es-US"), "<Say language=\"es-US\">Hola.</Say><Hangup/>");
    clinic.local_time = |_| Some("2026-11-16T18:00:00");
    assert_eq!(pressed(&mut clinic, "?step=menu.menu"), "<Say>Closed.</Say><Hangup/>");
}

#[test]
fn a_condition_that_cannot_be_evaluated_is_false() {
    let first = r#"[{"when":{"if":{"patient":true},"then":"known","otherwise":"closed"}}]"#;
    for fault in FAILURES {
        let mut clinic = clinic(first).with(&[ADA]);
        clinic.faults = Faults::always(fault);
        assert_eq!(clinic.call(), "<Say>Closed.</Say><Hangup/>");
    }
    let mut clinic = clinic(r#"[{"when":{"if":{"open":"desk"},"then":"desk","otherwise":"closed"}}]"#);
    clinic.local_time = |_| None;
    assert_eq!(clinic.call(), "<Say>Closed.</Say><Hangup/>");
}

#[test]
fn a_when_adds_no_callback_url() {
    let with = clinic(r#"[{"when":{"if":{"open":"desk"},"then":"desk","otherwise":"closed"}}]"#).config;
    let without = clinic(r#"[{"goto":"desk"}]"#).config;
    let count = |config: &str| {
        let config = plumline::dialplan::Config::read(config).unwrap();
        plumline::dialplan::all_callbacks(&config).len()
    };
    assert_eq!(count(&with), count(&without));
}

const WARD: &str =
    r#"{"resourceType":"HealthcareService","id":"ward","availableTime":[{"daysOfWeek":["mon"],"allDay":true}]}"#;
const TEAM: &str = r#"{"resourceType":"CareTeam","id":"t1","status":"active","subject":{"reference":"Patient/ada"}}"#;

/// Two branches, English and Spanish, continue with one action, `common`, which has a `when` with these conditions.
fn two_languages(first: &str, common: &str) -> Clinic {
    let mut clinic = Clinic::new(&format!(
        r#""timeZone":"America/New_York","dialplans":{{"main":[{{"then":"first"}}]}},
        "hours":{{"ward":{{"healthcareService":"HealthcareService/ward"}}}},
        "actions":{{"first":[{{"when":{{"if":{first},"then":"english","otherwise":"spanish"}}}}],
            "common":[{{"when":{{"if":{common},"then":"yes","otherwise":"closed"}}}}],
            "english":[{{"goto":"common"}}],"spanish":[{{"language":"es-US"}},{{"goto":"common"}}],
            "yes":[{{"say":{{"text":"Yes."}}}},{{"hangup":{{}}}}],
            "closed":[{{"say":{{"text":"Closed."}}}},{{"hangup":{{}}}}]}}"#
    ))
    .with(&[ADA, TEAM, WARD]);
    clinic.local_time = |_| Some("2026-11-16T10:00:00");
    clinic
}

#[test]
fn an_action_is_evaluated_in_each_language() {
    const YES: &str = "<Say language=\"es-US\">Yes.</Say><Hangup/>";
    for (first, common) in [
        (r#"{"careTeam":["CareTeam/t2"]}"#, r#"{"language":["es"],"open":"ward"}"#),
        (r#"{"closed":"ward"}"#, r#"{"language":["es"],"careTeam":["CareTeam/t1"]}"#),
    ] {
        let mut clinic = two_languages(first, common);
        assert_eq!((clinic.call(), clinic.round_trips() <= 3), (YES.to_owned(), true), "{:?}", clinic.fhir.batches);
        assert!(clinic.log.is_empty(), "{:?}", clinic.log);
    }
}

#[test]
fn unused_opening_hours_are_not_logged() {
    // The caller chose English. The bot does not need the hours of the ward and does not read them.
    let mut clinic = two_languages(r#"{"anonymous":false}"#, r#"{"language":["es"],"open":"ward"}"#);
    assert_eq!(clinic.call(), "<Say>Closed.</Say><Hangup/>");
    assert!(clinic.log.is_empty() && clinic.round_trips() == 0, "{:?} {:?}", clinic.log, clinic.fhir.batches);
}

#[test]
fn a_caller_who_leaves_a_queue_continues_by_conditions_of_the_chart() {
    let mut clinic = clinic(
        r#"[{"queue":{"name":"q","callback":{"prompt":{"text":"Press 1."},"digit":"1","then":"known"},"otherwise":"back"}}],
            "back":[{"when":{"if":{"patient":true},"then":"known","otherwise":"closed"}}]"#,
    )
    .with(&[ADA]);
    for result in ["leave", "queue-full"] {
        let twiml = clinic.request("?step=queue.first", &[("QueueResult", result)]);
        assert_eq!(twiml, "<Say>Welcome back.</Say><Hangup/>", "{result}");
    }
}
