// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The first rule whose conditions all hold.

use crate::dialplan::clinic::{ADA, Clinic};

/// Whether a rule with these conditions matches a call. The clinic is in New York and is open on Mondays from 9:00 to
/// 17:00.
fn holds(when: &str, resources: &[&str], more: &[(&str, &str)]) -> bool {
    holds_at("2026-11-16T10:00:00", when, resources, more)
}

fn clinic(when: &str) -> Clinic {
    let mut clinic = Clinic::new(&format!(
        r#""timeZone":"America/New_York","dialplans":{{"main":[{{"when":{{{when}}},"then":"yes"}},{{"then":"no"}}]}},
        "hours":{{"desk":{{"weekly":[{{"days":["mon"],"from":"09:00","to":"17:00"}},{{"days":["fri"],"from":"22:00","to":"06:00"}}],"holidays":["2026-12-28","11-23"]}},
            "paris":{{"weekly":[{{"days":["mon"],"from":"16:00","to":"17:00"}}],"timeZone":"Europe/Paris"}},
            "nowhere":{{"weekly":[{{"days":["mon"],"from":"00:00","to":"24:00"}}],"timeZone":"Nowhere/Town"}},
            "ward":{{"healthcareService":"HealthcareService/ward"}}}},
        "lists":{{"friends":["+15550100123","+4420*"],"foes":["+1555019*"]}},
        "actions":{{"yes":[{{"say":{{"text":"yes"}}}},{{"hangup":{{}}}}],"no":[{{"say":{{"text":"no"}}}},{{"hangup":{{}}}}]}}"#
    ));
    let second = r#""numbers":{"+15550100002":{"name":"back","dialplan":"main"},"#;
    clinic.config = clinic.config.replace(r#""numbers":{"#, second);
    clinic
}

fn holds_at(local_time: &'static str, when: &str, resources: &[&str], more: &[(&str, &str)]) -> bool {
    let mut clinic = clinic(when).with(resources);
    clinic.local_time = match local_time {
        "2026-11-16T10:00:00" => |zone| match zone {
            "America/New_York" => Some("2026-11-16T10:00:00"),
            "Europe/Paris" => Some("2026-11-16T16:00:00"),
            _ => None,
        },
        "2026-11-16T02:00:00" => |_| Some("2026-11-16T02:00:00"),
        "2026-11-16T17:00:00" => |_| Some("2026-11-16T17:00:00"),
        "2026-11-21T05:59:00" => |_| Some("2026-11-21T05:59:00"),
        "2026-11-21T06:00:00" => |_| Some("2026-11-21T06:00:00"),
        "2026-12-28T10:00:00" => |_| Some("2026-12-28T10:00:00"),
        "2026-11-23T10:00:00" => |_| Some("2026-11-23T10:00:00"),
        "2026-03-09T09:00:00" => |_| Some("2026-03-09T09:00:00"),
        other => panic!("{other}"),
    };
    let twiml = clinic.request("", more);
    assert!(clinic.round_trips() <= 3, "{:?}", clinic.fhir.batches);
    twiml == "<Say>yes</Say><Hangup/>"
}

#[test]
fn by_the_number_of_the_caller() {
    for (callers, from, expected) in [
        (r#""+15550100123""#, "+15550100123", true),
        (r#""+15550100124""#, "+15550100123", false),
        (r#""+1555*""#, "+15550100123", true),
        (r#""+1556*","friends""#, "+15550100123", true),
        (r#""friends""#, "+442079460001", true),
        (r#""friends""#, "+15550100124", false),
        (r#""foes""#, "+15550190001", true),
        (r#""+1555*","friends""#, "anonymous", false),
        (r#""+2666*""#, "+266696687", false),
    ] {
        assert_eq!(holds(&format!(r#""callers":[{callers}]"#), &[], &[("From", from)]), expected, "{callers} {from}");
    }
    for (from, anonymous) in
        [("+15550100123", false), ("anonymous", true), ("+266696687", true), ("", true), ("Restricted", true)]
    {
        assert_eq!(holds(r#""anonymous":true"#, &[], &[("From", from)]), anonymous, "{from}");
        assert_eq!(holds(r#""anonymous":false"#, &[], &[("From", from)]), !anonymous, "{from}");
    }
}

#[test]
fn by_the_attestation_of_the_carrier() {
    for (verstat, word) in [
        ("TN-Validation-Passed-A", "full"),
        ("TN-Validation-Passed-C", "partial"),
        ("TN-Validation-Failed-B", "failed"),
        ("No-TN-Validation", "none"),
        ("", "none"),
    ] {
        for wanted in ["full", "partial", "failed", "none"] {
            let when = format!(r#""verification":["{wanted}"]"#);
            assert_eq!(holds(&when, &[], &[("StirVerstat", verstat)]), wanted == word, "{verstat} {wanted}");
        }
    }
    assert!(holds(r#""verification":["failed","partial"]"#, &[], &[("StirVerstat", "TN-Validation-Passed-B")]));
}

#[test]
fn by_the_number_called() {
    assert!(holds(r#""called":["+15550100002","+15550100001"]"#, &[], &[]));
    assert!(!holds(r#""called":["+15550100002"]"#, &[], &[]));
}

#[test]
fn by_the_patient() {
    let twin = ADA.replace(r#""id":"ada""#, r#""id":"twin""#);
    assert!(holds(r#""patient":true"#, &[ADA], &[]));
    assert!(!holds(r#""patient":true"#, &[ADA, &twin], &[]));
    assert!(holds(r#""patient":false"#, &[ADA, &twin], &[]));
    assert!(holds(r#""patient":false"#, &[], &[]) && !holds(r#""patient":false"#, &[ADA], &[]));
    assert!(holds(r#""patient":false"#, &[ADA], &[("From", "anonymous")]));
    for (matches, one, twins, none) in [
        (r#""one""#, true, false, false),
        (r#""several""#, false, true, false),
        (r#""one","none""#, true, false, true),
        (r#""related""#, false, false, false),
    ] {
        let when = format!(r#""patientMatch":[{matches}]"#);
        assert_eq!(holds(&when, &[ADA], &[]), one, "{matches}");
        assert_eq!(holds(&when, &[ADA, &twin], &[]), twins, "{matches}");
        assert_eq!(holds(&when, &[], &[]), none, "{matches}");
        assert_eq!(holds(&when, &[ADA], &[("From", "anonymous")]), none, "{matches}");
    }
    let iso = ADA.replace("es-US", "spa");
    assert!(holds(r#""patientLanguage":["es"]"#, &[&iso], &[]) && !holds(r#""patientLanguage":["en"]"#, &[&iso], &[]));
    for (languages, expected) in
        [(r#""es""#, true), (r#""es-US""#, true), (r#""ES-us""#, true), (r#""es-MX""#, false), (r#""en","fr""#, false)]
    {
        assert_eq!(holds(&format!(r#""patientLanguage":[{languages}]"#), &[ADA], &[]), expected, "{languages}");
    }
    assert!(!holds(r#""patientLanguage":["es"]"#, &[], &[]));
    assert!(!holds(r#""patientLanguage":["es"]"#, &[&ADA.replace("true", "false")], &[]));
}

#[test]
fn by_the_care_team() {
    let team = r#"{"resourceType":"CareTeam","id":"t1","status":"active","subject":{"reference":"Patient/ada"}}"#;
    let when = r#""careTeam":["CareTeam/t0","CareTeam/t1"]"#;
    assert!(holds(when, &[ADA, team], &[]));
    assert!(!holds(when, &[ADA], &[]) && !holds(when, &[team], &[]));
    assert!(!holds(when, &[ADA, &team.replace("Patient/ada", "Patient/bob")], &[]));
    assert!(!holds(when, &[ADA, &team.replace("active", "inactive")], &[]));
    assert!(!holds(r#""careTeam":["CareTeam/t2"]"#, &[ADA, team], &[]));
}

#[test]
fn by_opening_hours_of_the_config() {
    for (local_time, open) in [
        ("2026-11-16T02:00:00", false),
        ("2026-11-16T10:00:00", true),
        ("2026-11-16T17:00:00", false),
        // The hours began on Friday night.
        ("2026-11-21T05:59:00", true),
        ("2026-11-21T06:00:00", false),
        // The config has a holiday of one year and a yearly one.
        ("2026-12-28T10:00:00", false),
        ("2026-11-23T10:00:00", false),
        // On the Monday after the change to daylight saving time, opening hours are still in local time.
        ("2026-03-09T09:00:00", true),
    ] {
        assert_eq!(holds_at(local_time, r#""open":"desk""#, &[], &[]), open, "{local_time}");
        assert_eq!(holds_at(local_time, r#""closed":"desk""#, &[], &[]), !open, "{local_time}");
    }
    // The hours have their own time zone.
    assert!(holds(r#""open":"paris""#, &[], &[]));
    assert!(!holds(r#""open":"paris","closed":"desk""#, &[], &[]));
}

#[test]
fn by_opening_hours_of_the_chart() {
    let ward = r#"{"resourceType":"HealthcareService","id":"ward","availableTime":[{"daysOfWeek":["mon"],"availableStartTime":"09:00:00","availableEndTime":"11:00:00"}]}"#;
    assert!(holds(r#""open":"ward""#, &[ward], &[]));
    assert!(!holds_at("2026-11-16T17:00:00", r#""open":"ward""#, &[ward], &[]));
    let away = ward.replace(
        r#""availableTime""#,
        r#""notAvailable":[{"during":{"start":"2026-11-16T14:00:00Z","end":"2026-11-16T16:00:00Z"}}],"availableTime""#,
    );
    assert!(!holds(r#""open":"ward""#, &[&away], &[]));
    // The service is not found, so it is treated as closed, and the log has a line.
    let mut clinic = clinic(r#""closed":"ward""#);
    assert_eq!(clinic.call(), "<Say>yes</Say><Hangup/>");
    assert!(clinic.log.iter().any(|line| line.starts_with("plumline: HOURS_UNKNOWN at ward: ")), "{:?}", clinic.log);
}

#[test]
fn unknown_hours_are_closed() {
    let mut clinic = clinic(r#""open":"nowhere""#);
    assert_eq!(clinic.call(), "<Say>no</Say><Hangup/>");
    assert!(clinic.log[0].starts_with("plumline: HOURS_UNKNOWN at nowhere: "), "{:?}", clinic.log);
    assert!(holds(r#""closed":"nowhere""#, &[], &[]));
}

#[test]
fn all_conditions_must_hold_and_the_first_rule_wins() {
    let all = r#""callers":["friends"],"anonymous":false,"verification":["full"],"patient":true,"patientLanguage":["es"],"called":["+15550100001"],"open":"desk""#;
    assert!(holds(all, &[ADA], &[("StirVerstat", "TN-Validation-Passed-A")]));
    assert!(!holds(all, &[ADA], &[("StirVerstat", "TN-Validation-Passed-B")]));
    assert!(!holds(all, &[], &[("StirVerstat", "TN-Validation-Passed-A")]));
    let input = r#""dialplans":{"main":[{"when":{"anonymous":true},"then":"a"},{"when":{"callers":["+1555*"]},"then":"b"},{"when":{"patient":true},"then":"c"},{"then":"c"}]},
        "actions":{"a":[{"say":{"text":"a"}},{"hangup":{}}],"b":[{"say":{"text":"b"}},{"hangup":{}}],"c":[{"say":{"text":"c"}},{"hangup":{}}]}"#;
    let mut clinic = Clinic::new(input);
    assert_eq!(clinic.request("", &[("From", "anonymous")]), "<Say>a</Say><Hangup/>");
    assert_eq!(clinic.call(), "<Say>b</Say><Hangup/>");
    // The bot does not read the chart for a rule that it does not evaluate.
    assert_eq!(clinic.round_trips(), 0);
}

#[test]
fn only_needed_resources_are_read() {
    let input = r#""timeZone":"America/New_York","hours":{"desk":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}]}},
        "dialplans":{"main":[{"when":{"anonymous":true},"then":"greet"},{"when":{"open":"desk"},"then":"a"},{"then":"greet"}]},
        "actions":{"a":[{"say":{"text":"a"}},{"hangup":{}}],"greet":[{"greet":{"patient":"{name}","neutral":"Hello."}},{"hangup":{}}]}"#;
    // Opening hours need no round trip. They decide before the bot looks up the caller.
    let mut clinic = Clinic::new(input).with(&[ADA]);
    assert_eq!(clinic.call(), "<Say>a</Say><Hangup/>");
    assert_eq!(clinic.round_trips(), 0);
    clinic.local_time = |_| Some("2026-11-16T20:00:00");
    assert_eq!((clinic.call().as_str(), clinic.round_trips()), ("<Say>Ada</Say><Hangup/>", 1));
    assert_eq!(clinic.request("", &[("From", "anonymous")]), "<Say>Hello.</Say><Hangup/>");
    assert_eq!(clinic.round_trips(), 0);
}

#[test]
fn a_number_without_a_dialplan_has_the_default_one() {
    let mut clinic =
        Clinic::new(r#""dialplans":{"main":[{"then":"a"}]},"actions":{"a":[{"say":{"text":"a"}},{"hangup":{}}]}"#);
    let default =
        "<Say>Thanks for calling. Please hold while we connect you.</Say><Dial><Client>+15550100002</Client></Dial>";
    assert_eq!(clinic.request("", &[("To", "+15550100002"), ("Called", "+15550100002")]), default);
    assert_eq!(clinic.round_trips(), 0);
}

#[test]
fn by_the_language_of_the_number_called() {
    for (tags, expected) in [(r#""en""#, true), (r#""en-US""#, true), (r#""es","en-GB""#, false)] {
        assert_eq!(holds(&format!(r#""language":[{tags}]"#), &[], &[]), expected, "{tags}");
    }
}
