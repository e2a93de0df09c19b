// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The targets of a call, and the action after each outcome.

use crate::dialplan::clinic::{ADA, CALL, CALLER, Clinic, GREY, LEG};
use crate::json::text;

const STEP: &str = "https://fhir.example.com/webhook/1?step=";
const BYE: &str = r#""bye":[{"say":{"text":"Bye."}},{"hangup":{}}],"busy":[{"say":{"text":"Busy."}},{"hangup":{}}],"none":[{"say":{"text":"No one."}},{"hangup":{}}],"after":[{"say":{"text":"How was it?"}},{"hangup":{}}]"#;

fn dial(members: &str) -> Clinic {
    Clinic::with_verbs(&format!(r#"[{{"dial":{{"screen":false,{members},"otherwise":"bye"}}}}]"#), BYE)
}

fn rings(n: &str, attributes: &str, legs: &str) -> String {
    format!("<Dial action=\"{STEP}dial.first{n}\" timeout=\"20\"{attributes}>{legs}</Dial>")
}

fn client(identity: &str) -> String {
    format!("<Client {LEG}>{identity}</Client>")
}

fn number(number: &str) -> String {
    format!("<Number {LEG}>{number}</Number>")
}

/// The document after a leg that ended with this status.
fn ended(clinic: &mut Clinic, step: &str, status: &str) -> String {
    clinic.request(step, &[("DialCallStatus", status), ("DialCallSid", "CA00000000000000000000000000000002")])
}

const THREE: &str = r#""targets":[{"client":"desk"},{"number":"+15550100555"},{"sip":"sip:front@pbx.example.com"}]"#;

#[test]
fn one_after_the_other() {
    let mut clinic = dial(THREE);
    let sip = format!("<Sip {LEG}>sip:front@pbx.example.com</Sip>");
    assert_eq!(clinic.call(), rings("", "", &client("desk")));
    assert_eq!(ended(&mut clinic, "?step=dial.first", "no-answer"), rings(".1", "", &number("+15550100555")));
    assert_eq!(ended(&mut clinic, "?step=dial.first.1", "busy"), rings(".2", "", &sip));
    assert_eq!(ended(&mut clinic, "?step=dial.first.2", "failed"), "<Say>Bye.</Say><Hangup/>");
    for step in ["?step=dial.first", "?step=dial.first.1", "?step=dial.first.2"] {
        assert_eq!(ended(&mut clinic, step, "completed"), "<Hangup/>");
    }
    // The status callbacks of the legs repeat these outcomes, so nothing is written while the caller waits.
    assert_eq!((clinic.round_trips(), clinic.record().is_none()), (0, true));
    // No callback repeats that no leg was dialed, or that the callee answered and was not connected.
    for more in [
        &[("DialCallStatus", "failed")][..],
        &[
            ("DialCallStatus", "completed"),
            ("DialCallSid", "CA00000000000000000000000000000002"),
            ("DialBridged", "false"),
        ],
    ] {
        clinic.request("?step=dial.first.2", more);
        assert_eq!(clinic.round_trips(), 2);
    }
    let record = clinic.record().unwrap().write();
    assert!(record.contains(CALL) && record.contains("CA00000000000000000000000000000002"), "{record}");
}

#[test]
fn all_at_once() {
    let mut clinic = dial(&format!(r#"{THREE},"order":"allAtOnce","timeout":35"#));
    let legs = [client("desk"), number("+15550100555"), format!("<Sip {LEG}>sip:front@pbx.example.com</Sip>")].concat();
    assert_eq!(clinic.call(), rings("", "", &legs).replace("\"20\"", "\"35\""));
    assert_eq!(ended(&mut clinic, "?step=dial.first", "no-answer"), "<Say>Bye.</Say><Hangup/>");
    let many: Vec<String> = (0..10).map(|at| format!(r#"{{"client":"c{at}"}}"#)).collect();
    let twiml = dial(&format!(r#""targets":[{}],"order":"allAtOnce""#, many.join(","))).call();
    assert_eq!(twiml.matches("<Client").count(), 10);
}

#[test]
fn a_hunt_group_starts_with_a_different_member_for_each_call() {
    let mut clinic = dial(&format!(r#"{THREE},"order":"huntGroup""#));
    let mut firsts = Vec::new();
    for at in 0..32 {
        let sid = format!("CA{at:032x}");
        let first = clinic.request("", &[("CallSid", &sid), ("CallStatus", "ringing")]);
        assert_eq!(clinic.request("", &[("CallSid", &sid), ("CallStatus", "ringing")]), first);
        let mut twiml = vec![first.clone()];
        for step in ["?step=dial.first", "?step=dial.first.1"] {
            twiml.push(clinic.request(step, &[("CallSid", &sid), ("DialCallStatus", "no-answer")]));
        }
        assert_eq!(
            clinic.request("?step=dial.first.2", &[("CallSid", &sid), ("DialCallStatus", "no-answer")]),
            "<Say>Bye.</Say><Hangup/>"
        );
        // Each of them is dialed once.
        for target in ["<Client", "<Number", "<Sip"] {
            assert_eq!(twiml.iter().filter(|twiml| twiml.contains(target)).count(), 1, "{twiml:?}");
        }
        firsts.push(first);
    }
    firsts.sort();
    firsts.dedup();
    assert_eq!(firsts.len(), 3);
}

#[test]
fn every_dial_outcome_continues_with_its_action() {
    let on = r#""targets":[{"number":"+15550100555"},{"client":"b"}],"on":{"busy":"busy","declined":"none","answered":"after"}"#;
    let mut clinic = dial(on);
    for (pairs, twiml) in [
        // The last target is an app. An app is never busy, so the callee declined the call.
        (&[("DialCallStatus", "busy")][..], "<Say>No one.</Say><Hangup/>"),
        (&[("DialCallStatus", "busy"), ("SipResponseCode", "603")], "<Say>No one.</Say><Hangup/>"),
        (&[("DialCallStatus", "busy"), ("DialSipResponseCode", "603")], "<Say>No one.</Say><Hangup/>"),
        (&[("DialCallStatus", "no-answer")], "<Say>Bye.</Say><Hangup/>"),
        (&[("DialCallStatus", "failed")], "<Say>Bye.</Say><Hangup/>"),
        (&[("DialCallStatus", "canceled")], "<Say>Bye.</Say><Hangup/>"),
        (&[("DialCallStatus", "exploded")], "<Say>Bye.</Say><Hangup/>"),
        (&[("DialCallStatus", "")], "<Say>Bye.</Say><Hangup/>"),
        (&[("DialCallStatus", "completed"), ("DialBridged", "false")], "<Say>Bye.</Say><Hangup/>"),
    ] {
        // All targets are tried. The outcome of the last one decides.
        assert_eq!(clinic.request("?step=dial.first", pairs), rings(".1", "", &client("b")), "{pairs:?}");
        assert_eq!(clinic.request("?step=dial.first.1", pairs), twiml, "{pairs:?}");
    }
    for pairs in [&[("DialCallStatus", "completed"), ("DialBridged", "true")][..], &[("DialCallStatus", "answered")]] {
        for step in ["?step=dial.first", "?step=dial.first.1"] {
            assert_eq!(clinic.request(step, pairs), "<Say>How was it?</Say><Hangup/>", "{pairs:?}");
        }
    }
    // The caller has hung up.
    assert_eq!(
        clinic.request("?step=dial.first", &[("DialCallStatus", "no-answer"), ("CallStatus", "completed")]),
        "<Response/>"
    );
    // After apps, a phone was dialed. A phone can be busy.
    let mut clinic =
        dial(r#""targets":[{"client":"b"},{"number":"+15550100555"}],"on":{"busy":"busy","declined":"none"}"#);
    assert_eq!(ended(&mut clinic, "?step=dial.first.1", "busy"), "<Say>Busy.</Say><Hangup/>");
    let mut clinic = dial(r#""targets":[{"client":"b"}],"on":{"busy":"busy","declined":"none"}"#);
    assert_eq!(ended(&mut clinic, "?step=dial.first", "busy"), "<Say>No one.</Say><Hangup/>");
}

#[test]
fn phones_see_the_number_of_the_caller_or_of_the_clinic() {
    let to = r#""targets":[{"number":"+15550100555"}]"#;
    assert_eq!(
        dial(&format!(r#"{to},"callerId":"+15550100002""#)).call(),
        rings("", " callerId=\"+15550100002\"", &number("+15550100555"))
    );
    // A number that is not the clinic's is not used as the caller ID.
    assert_eq!(dial(&format!(r#"{to},"callerId":"+15550100999""#)).call(), rings("", "", &number("+15550100555")));
    // A caller who withholds the number has no caller ID.
    for from in ["anonymous", "+266696687", ""] {
        let twiml = dial(to).request("", &[("From", from)]);
        assert_eq!(twiml, rings("", " callerId=\"+15550100001\"", &number("+15550100555")), "{from}");
    }
}

const ROLE: &str = r#"{"resourceType":"PractitionerRole","id":"r1","active":true,"practitioner":{"reference":"Practitioner/grey"},
    "organization":{"reference":"Organization/nurses"},"availableTime":[{"daysOfWeek":["mon"],"availableStartTime":"09:00:00","availableEndTime":"12:00:00"}]}"#;
const BROWN: &str = r#"{"resourceType":"Practitioner","id":"brown","identifier":[{"system":"http://twilio.com/voice/identity","value":"brown_1"}]}"#;

fn zoned(members: &str) -> Clinic {
    let mut clinic = dial(members);
    clinic.config = clinic.config.replacen('{', r#"{"timeZone":"America/New_York","#, 1);
    clinic
}

#[test]
fn staff_who_are_available_now_are_dialed() {
    let own = r#"{"resourceType":"PractitionerRole","id":"r2","practitioner":{"reference":"Practitioner/brown"},"organization":{"reference":"Organization/nurses"},
        "telecom":[{"system":"phone","value":"+15550100888"}]}"#;
    let nurses = r#""targets":[{"available":"Organization/nurses"},{"client":"desk"}]"#;
    let mut clinic = zoned(nurses).with(&[ROLE, GREY, own, BROWN]);
    let all = [client("brown_1"), number("+15550100888"), client("grey_1"), number("+15550100777")].concat();
    assert_eq!(clinic.call(), rings("", "", &all));
    assert_eq!(clinic.round_trips(), 1);
    // Practitioners who are outside their hours, absent, inactive or unknown are skipped.
    let now = |role: &str, local_time: fn(&str) -> Option<&'static str>| {
        let mut clinic = zoned(nurses).with(&[role, GREY]);
        clinic.local_time = local_time;
        clinic.call()
    };
    let there = |_: &str| Some("2026-11-16T11:59:00");
    assert!(now(ROLE, there).contains("grey_1"));
    for (role, local_time) in [
        (ROLE.to_owned(), (|_| Some("2026-11-16T12:00:00")) as fn(&str) -> _),
        (ROLE.to_owned(), |_| Some("2026-11-17T10:00:00")),
        (ROLE.to_owned(), |_| None),
        (ROLE.replace("true", "false"), there),
        (
            ROLE.replace(
                r#""active""#,
                r#""notAvailable":[{"during":{"start":"2026-11-16","end":"2026-11-20"}}],"active""#,
            ),
            there,
        ),
        (ROLE.replace(r#""active""#, r#""period":{"end":"2026-11-15"},"active""#), there),
        (ROLE.replace("Organization/nurses", "Organization/doctors"), there),
        (ROLE.replace("Practitioner/grey", "Practitioner/unknown"), there),
    ] {
        assert_eq!(now(&role, local_time), rings(".1", "", &client("desk")), "{role}");
    }
    let mut item = zoned(r#""targets":[{"available":"PractitionerRole/r1"}]"#).with(&[ROLE, GREY, own, BROWN]);
    assert_eq!(item.call(), rings("", "", &[client("grey_1"), number("+15550100777")].concat()));
    assert_eq!(item.batch_sizes(), [1]);
    let unavailable = zoned(r#""targets":[{"available":"PractitionerRole/r1"}],"on":{"unavailable":"none"}"#).call();
    assert_eq!(unavailable, "<Say>No one.</Say><Hangup/>");
}

#[test]
fn the_general_practitioner_of_the_patient_is_dialed() {
    let own = r#""targets":[{"generalPractitioner":{}}],"on":{"unavailable":"none"}"#;
    let both = [client("grey_1"), number("+15550100777")].concat();
    let mut clinic = dial(own).with(&[ADA, GREY]);
    assert_eq!(clinic.call(), rings("", "", &both));
    assert_eq!(clinic.batch_sizes(), [2]);
    assert_eq!(dial(own).with(&[ADA]).call(), "<Say>No one.</Say><Hangup/>");
    assert_eq!(dial(own).with(&[GREY]).call(), "<Say>No one.</Say><Hangup/>");
    let role = ADA.replace("Practitioner/grey", "PractitionerRole/r9");
    let only = r#"{"resourceType":"PractitionerRole","id":"r9","telecom":[{"system":"phone","value":"(212) 555-0188 ext. 12"}]}"#;
    let twiml = dial(own).with(&[&role, only]).call();
    assert_eq!(twiml, rings("", "", &number("+12125550188").replace(">+", " sendDigits=\"w12\">+")));
    // Premium numbers, emergency numbers and short codes are not valid phone numbers of a person.
    for value in ["911", "+19005550123", "411", "+881612345678", "call me", "5550100"] {
        let grey = r#"{"resourceType":"PractitionerRole","id":"r9","telecom":[{"system":"phone","value":"V"}]}"#
            .replace('V', value);
        assert_eq!(dial(own).with(&[&role, &grey]).call(), "<Say>No one.</Say><Hangup/>", "{value}");
    }
}

#[test]
fn the_clinician_who_last_called_the_patient_is_dialed() {
    let back = r#""targets":[{"lastToCall":{}},{"generalPractitioner":{}}]"#;
    let call = |id: &str, sent: &str, sender: &str| {
        format!(
            r#"{{"resourceType":"Communication","id":"{id}","status":"completed","sent":"{sent}","sender":{{"reference":"{sender}"}},"recipient":[{{"reference":"Patient/ada"}}],
            "category":[{{"coding":[{{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice"}}]}}]}}"#
        )
    };
    let calls = [
        call("a", "2026-11-14T10:00:00Z", "Practitioner/grey"),
        call("b", "2026-11-15T10:00:00Z", "Practitioner/brown"),
    ];
    let mut clinic = dial(back).with(&[ADA, GREY, BROWN, &calls[0], &calls[1]]);
    assert_eq!(clinic.call(), rings("", "", &client("brown_1")));
    // The second read depends on the first one.
    assert_eq!(clinic.batch_sizes(), [2, 1]);
    let mut clinic = dial(back).with(&[ADA, GREY]);
    assert_eq!(clinic.call(), rings(".1", "", &[client("grey_1"), number("+15550100777")].concat()));
    // An unused ticket is not a call.
    let ticket = call("t", "2026-11-16T09:00:00Z", "Practitioner/grey").replace("\"completed\"", "\"preparation\"");
    let unsent = ticket.replace("\"sent\":\"2026-11-16T09:00:00Z\",", "");
    let mut tried = dial(back).with(&[ADA, GREY, BROWN, &calls[0], &calls[1], &ticket, &unsent]);
    assert_eq!(tried.call(), rings("", "", &client("brown_1")));
    // The callbacks of a dialed leg show who answered.
    let leg =
        [("CallSid", "CA00000000000000000000000000000002"), ("ParentCallSid", CALL), ("Direction", "outbound-dial")];
    let answered = [("To", "client:brown_1"), ("Called", "client:brown_1"), ("CallStatus", "completed")];
    tried.request("?step=status", &[&leg[..], &answered[..]].concat());
    assert_eq!(text(tried.record().unwrap(), &["recipient", "0", "reference"]), "Practitioner/brown");
    // No patient has the caller's number, so the clinic never called the caller.
    assert_eq!(dial(back).with(&[GREY, BROWN, &calls[0]]).call(), "<Say>Bye.</Say><Hangup/>");
}

#[test]
fn a_number_from_the_chart_is_dialed_only_if_policy_allows() {
    let outbound = r#""timeZone":"America/New_York","outbound":{"blocked":["+1212"]}"#;
    let roles = r#""targets":[{"available":"Organization/x"},{"client":"desk"}]"#;
    let role = |id: &str, number: &str| {
        format!(
            r#"{{"resourceType":"PractitionerRole","id":"{id}","practitioner":{{"reference":"Practitioner/{id}"}},"organization":{{"reference":"Organization/x"}},"telecom":[{{"system":"phone","value":"{number}"}}]}}"#
        )
    };
    for (number, is_dialed) in [
        ("+15550100188", true),
        ("+97912345678", false),
        ("+8835100012345", false),
        ("+447012345678", false),
        ("+13129765550", false),
        ("+1 (212) 555-0100", false),
        ("+12125550100", false),
        ("+112125550100", false),
        ("+18765550123", false),
        ("+15550100002", false),
    ] {
        let mut clinic = dial(roles).with(&[&role("r1", number)]);
        clinic.config = clinic.config.replacen('{', &["{", outbound, ","].concat(), 1);
        clinic.numbers = "+15550100001,+15550100002".into();
        let twiml = clinic.call();
        assert_eq!(twiml.contains("<Number"), is_dialed, "{number}: {twiml}");
        assert_eq!(twiml.contains("<Client"), !is_dialed, "{number}: {twiml}");
    }
}

#[test]
fn an_invalid_number_does_not_delay_other_targets() {
    let grey = r#"{"resourceType":"PractitionerRole","id":"r1","practitioner":{"reference":"Practitioner/grey"},"organization":{"reference":"Organization/x"}}"#;
    // Neither the caller's own number nor the clinic's second number, which is not in the config, can be dialed.
    for first in ["+15550100123", "+15550100002"] {
        let mut clinic = dial(&format!(r#""targets":[{{"number":"{first}"}},{{"available":"Organization/x"}}]"#))
            .with(&[grey, GREY]);
        clinic.config = clinic.config.replacen('{', r#"{"timeZone":"America/New_York","#, 1);
        clinic.numbers = "+15550100001,+15550100002".into();
        assert!(clinic.call().contains("grey_1"), "{first}");
    }
}

#[test]
fn a_recording_is_announced_in_every_language() {
    let config = r#""recording":{"inbound":true,"announcement":{"text":"This call is recorded."}},"#;
    let mut clinic =
        Clinic::with_verbs(r#"[{"language":"es-US"},{"dial":{"targets":[{"client":"desk"}],"otherwise":"bye"}}]"#, BYE);
    clinic.config = clinic.config.replacen('{', &["{", config].concat(), 1);
    let twiml = clinic.call();
    assert!(twiml.contains("?step=announce\""), "{twiml}");
    assert_eq!(clinic.request("?step=announce", &[]), "<Say>This call is recorded.</Say>");
}

#[test]
fn a_remark_after_a_phone_number_is_not_dialed() {
    // The clinic is in Germany, whose numbers have no fixed length.
    for (country, typed, expected) in [
        ("+493012345678", "+49 30 123456 (nur bis 17 Uhr)", "+4930123456"),
        ("+493012345678", "+49 30 231250 Raum 4", "+4930231250"),
        ("+493012345678", "+49 (30) 231250 / Frau Beispiel, 2. OG", "+4930231250"),
        ("+13125550100", "+1 312 555 0151 (after 5pm)", "+13125550151"),
        ("+13125550100", "312-555-0151 - Bob", "+13125550151"),
        ("+13125550100", "305-2345 Bob", ""),
        ("+13125550100", "212-5678 Jim", ""),
        ("+13125550100", "305-2345 fax", ""),
        ("+13125550100", "Bob", ""),
    ] {
        let role = format!(
            r#"{{"resourceType":"Practitioner","id":"grey","telecom":[{{"system":"phone","use":"work","value":"{typed}"}}]}}"#
        );
        let patient = ADA.replace("(555) 010-0123", CALLER);
        let mut clinic = dial(r#""targets":[{"generalPractitioner":{}}]"#).with(&[&patient, &role]);
        clinic.numbers = format!("+15550100001, {country}");
        clinic.config = clinic.config.replacen('{', r#"{"outbound":{"countries":["DE","US"]},"#, 1);
        let own = country.to_owned();
        clinic.config = clinic.config.replace(
            r#""+15550100001":{"name""#,
            &format!(r#""{own}":{{"name":"x","dialplan":"main"}},"+15550100001":{{"name""#),
        );
        let twiml = clinic.request("", &[("CallStatus", "ringing"), ("To", country), ("Called", country)]);
        let rang =
            twiml.split_once("<Number ").map(|(_, rest)| rest.split_once('>').unwrap().1.split('<').next().unwrap());
        assert_eq!(rang.unwrap_or_default(), expected, "{typed} {twiml}");
    }
}
