// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Screened phones: the person who answers presses a key before the caller is connected.

use plumline::chart::{CallState, Outcome};

use crate::dialplan::clinic::{CALL, CALLER, Clinic};

const STEP: &str = "https://fhir.example.com/webhook/1?step=";
const MOBILE: &str = "+15550100555";
const LEG: &str = "CA00000000000000000000000000000002";
const END: &str = r#""bye":[{"say":{"text":"Bye."}},{"hangup":{}}]"#;

fn clinic(dial: &str, rest: &str) -> Clinic {
    Clinic::new(&format!(
        r#"{rest}"dialplans":{{"main":[{{"then":"on-call"}}]}},
        "actions":{{"on-call":[{{"dial":{{{dial},"otherwise":"bye"}}}}],{END}}}"#
    ))
}

/// What rings: the texts of the nouns, and whether their callees are screened.
fn ringing(twiml: &str) -> Vec<(String, bool)> {
    let nouns = ["<Client ", "<Number ", "<Sip "].iter().flat_map(|noun| twiml.match_indices(noun));
    let mut places: Vec<usize> = nouns.map(|(at, _)| at).collect();
    places.sort_unstable();
    let noun = |at: usize| {
        let (start, rest) = twiml[at..].split_once('>').unwrap();
        (rest.split_once('<').unwrap().0.to_owned(), start.contains("?step=screen.on-call"))
    };
    places.into_iter().map(noun).collect()
}

fn names(twiml: &str) -> Vec<String> {
    ringing(twiml).into_iter().map(|(name, _)| name).collect()
}

fn ended(clinic: &mut Clinic, step: &str, status: &str) -> String {
    clinic.request(
        &format!("?step={step}"),
        &[("DialCallStatus", status), ("DialCallSid", LEG), ("DialBridged", "false")],
    )
}

/// The parameters of a request for the leg of the callee.
fn leg<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = [
        ("CallSid", LEG),
        ("ParentCallSid", CALL),
        ("From", CALLER),
        ("To", MOBILE),
        ("Called", MOBILE),
        ("Direction", "outbound-dial"),
    ];
    [&own[..], more].concat()
}

#[test]
fn the_person_who_answers_a_phone_presses_a_key() {
    let mut clinic = clinic(&format!(r#""targets":[{{"number":"{MOBILE}"}}]"#), "");
    let twiml = clinic.call();
    assert_eq!(ringing(&twiml), [(MOBILE.to_owned(), true)]);
    assert!(twiml.contains("answerOnBridge=\"true\"") && twiml.contains("?step=screened#rc=3"), "{twiml}");
    let asked = clinic.request("?step=screen.on-call", &leg(&[]));
    let gather = format!(
        "<Gather input=\"dtmf\" timeout=\"4\" numDigits=\"1\" finishOnKey=\"\" action=\"{STEP}accept.on-call\">"
    );
    let prompt = format!("{gather}<Say>A call to front, on call. To take it, press 1.</Say></Gather>");
    assert_eq!(asked, format!("{prompt}{prompt}<Hangup/>"));
    // The document ends, so Twilio connects the caller.
    assert_eq!(clinic.request("?step=accept.on-call", &leg(&[("Digits", "1")])), "");
    assert_eq!(ended(&mut clinic, "dial.on-call", "completed"), "<Say>Bye.</Say><Hangup/>");
}

#[test]
fn the_words_are_those_of_the_config() {
    let dial = |more: &str| format!(r#""targets":[{{"number":"{MOBILE}"}}]{more}"#);
    let mut named = clinic(&dial(""), r#""screening":{"clinic":"Harbor Street"},"#);
    assert!(named.request("?step=screen.on-call", &leg(&[])).contains(">A call to Harbor Street, on call. To take it"));
    let mut own = clinic(&dial(r#","screenPrompt":{"text":"Sales. Press any key."}"#), "");
    let asked = own.request("?step=screen.on-call", &leg(&[]));
    assert!(asked.contains("<Say>Sales. Press any key.</Say>") && !asked.contains("A call"), "{asked}");
    // The callee who takes the call hears that it is recorded.
    let recording = r#""recording":{"inbound":true,"announcement":{"text":"This call is recorded."}},"#;
    let mut recorded = clinic(&dial(""), recording);
    assert!(!recorded.request("?step=screen.on-call", &leg(&[])).contains("recorded"));
    let accepted = recorded.request("?step=accept.on-call", &leg(&[("Digits", "1")]));
    assert_eq!(accepted, "<Say>This call is recorded.</Say>");
}

#[test]
fn trusted_phones_browsers_and_sip_phones_are_connected_without_a_key() {
    let targets = r#""targets":[{"client":"desk"},{"sip":"sip:a@pbx.example.com"},{"number":"+15550100555"},
        {"number":"+15550100777"}],"order":"allAtOnce""#;
    let all = ["desk", "sip:a@pbx.example.com", "+15550100555", "+15550100777"];
    for (more, rest, rounds) in [
        ("", "", vec![&all[..2], &all[2..3], &all[3..]]),
        ("", r#""screening":{"trusted":["+15550100555"]},"#, vec![&all[..3], &all[3..]]),
        ("", r#""screening":{"trusted":["+155501007*"]},"#, vec![&["desk", all[1], all[3]][..], &all[2..3]]),
        ("", r#""screening":{"enabled":false},"#, vec![&all[..]]),
        (r#","screen":false"#, "", vec![&all[..]]),
        (r#","screen":true"#, r#""screening":{"enabled":false},"#, vec![&all[..2], &all[2..3], &all[3..]]),
    ] {
        let mut clinic = clinic(&format!("{targets}{more}"), rest);
        let mut step = String::new();
        for (index, round) in rounds.iter().enumerate() {
            let twiml = if index == 0 { clinic.call() } else { ended(&mut clinic, &step, "no-answer") };
            assert_eq!(names(&twiml), *round, "{more} {rest} {twiml}");
            step = twiml.split_once("?step=").unwrap().1.split_once('"').unwrap().0.to_owned();
        }
        assert_eq!(ended(&mut clinic, &step, "no-answer"), "<Say>Bye.</Say><Hangup/>", "{more} {rest}");
    }
}

#[test]
fn a_phone_that_rang_does_not_ring_again() {
    let targets = r#""targets":[{"number":"+15550100555"},{"client":"desk"},{"number":"+15550100555"},{"client":"desk"},
        {"number":"+15550100777"}]"#;
    let mut clinic = clinic(targets, "");
    assert_eq!(names(&clinic.call()), [MOBILE]);
    assert_eq!(names(&ended(&mut clinic, "dial.on-call", "no-answer")), ["desk"]);
    let last = ended(&mut clinic, "dial.on-call.1", "no-answer");
    assert!(last.contains("dial.on-call.4\"") && names(&last) == ["+15550100777"], "{last}");
}

#[test]
fn a_phone_that_forwarded_the_call_does_not_ring() {
    let mut clinic = clinic(r#""targets":[{"number":"+15550100555"},{"client":"desk"}]"#, "");
    for (name, value) in [
        ("ForwardedFrom", "+15550100555"),
        ("ForwardedFrom", "5550100555"),
        ("ForwardedFrom", "1 (555) 010-0555"),
        ("SipHeader_Diversion", "<sip:+15550100555@carrier.example>;reason=unconditional"),
        ("SipHeader_Diversion", "\"Desk\" <SIP:5550100555;user=phone@x>"),
        ("SipHeader_Diversion", "<tel:+15550100555>;reason=no-answer"),
    ] {
        let twiml = clinic.request("", &[("CallStatus", "ringing"), (name, value)]);
        assert_eq!(names(&twiml), ["desk"], "{value}");
    }
    for (name, value) in
        [("ForwardedFrom", "+15550100556"), ("ForwardedFrom", "0555"), ("SipHeader_Diversion", "<sip:")]
    {
        let twiml = clinic.request("", &[("CallStatus", "ringing"), (name, value)]);
        assert_eq!(names(&twiml), [MOBILE], "{value}");
    }
}

#[test]
fn rules_can_ask_who_forwarded_the_call() {
    let mut clinic = Clinic::new(
        r#""lists":{"desks":["+15550100555"]},"dialplans":{"main":[
            {"when":{"forwardedFrom":["desks"]},"then":"desk"},
            {"when":{"forwardedFrom":["+155501007*"]},"then":"branch"},
            {"then":"bye"}]},
        "actions":{"desk":[{"say":{"text":"Desk."}},{"hangup":{}}],"branch":[{"say":{"text":"Branch."}},{"hangup":{}}],
            "bye":[{"say":{"text":"Bye."}},{"hangup":{}}]}"#,
    );
    for (from, words) in [
        ("5550100555", "Desk."),
        ("+15550100555", "Desk."),
        ("+15550100701", "Branch."),
        ("+15550100801", "Bye."),
        ("", "Bye."),
    ] {
        let twiml = clinic.request("", &[("CallStatus", "ringing"), ("ForwardedFrom", from)]);
        assert_eq!(twiml, format!("<Say>{words}</Say><Hangup/>"), "{from}");
    }
}

/// The state of the call in the chart.
fn state(clinic: &Clinic) -> CallState {
    CallState::read(clinic.fhir.of_type("Communication")[0])
}

#[test]
fn a_screened_leg_is_answered_only_by_a_key_or_by_the_connection() {
    let progress =
        |status| leg(&[("CallStatus", status), ("CallbackSource", "call-progress-events"), ("CallDuration", "12")]);
    let root = [("CallStatus", "completed"), ("CallbackSource", "call-progress-events")];
    let dial = |bridged| {
        [("CallStatus", "completed"), ("DialCallStatus", "completed"), ("DialCallSid", LEG), ("DialBridged", bridged)]
    };
    for (key, bridged, outcome) in [
        // The caller hung up after the key, while the callee heard the announcement.
        (true, Some("false"), Outcome::NoAnswer),
        (false, None, Outcome::NoAnswer),
        (false, Some("false"), Outcome::NoAnswer),
        (true, None, Outcome::Answered),
        (true, Some("true"), Outcome::Answered),
        (false, Some("true"), Outcome::Answered),
    ] {
        let mut clinic = clinic(&format!(r#""targets":[{{"number":"{MOBILE}"}}]"#), "");
        clinic.request("?step=screened", &progress("ringing"));
        clinic.request("?step=screened", &progress("in-progress"));
        if key {
            clinic.request("?step=accept.on-call", &leg(&[("Digits", "1")]));
            assert_eq!(clinic.round_trips(), 2);
        }
        clinic.request("?step=screened", &progress("completed"));
        if let Some(bridged) = bridged {
            clinic.request("?step=dial.on-call", &dial(bridged));
        }
        clinic.request("?step=status", &root);
        let state = state(&clinic);
        assert_eq!(
            (state.outcome(), state.answered_at().is_some()),
            (Some(outcome), outcome == Outcome::Answered),
            "{key} {bridged:?}"
        );
    }
}
