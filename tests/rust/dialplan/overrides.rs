// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Overrides by staff: what a caller hears, what the chart has, and what is ignored.

use plumline::dialplan::{Override, OverrideInForce, OverrideScope};
use plumline::phone::E164;
use plumline::runtime::Reply;

use crate::dialplan::clinic::{CALL, CALLER, CLINIC_NUMBER, Clinic};
use crate::fault::{FAILURES, Faults};
use crate::json::{json, list};
use crate::overrides::{basic, item};
use crate::world::SECRET;

const REST: &str = r#""timeZone":"America/New_York","dialplans":{"main":[{"when":{"open":"desk"},"then":"main"},{"then":"late"}]},
    "hours":{"desk":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}]},"lab":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}]}},
    "override":{"roles":["desk"],"close":["desk"],"divertTo":["answering","doctor"]},
    "actions":{"main":[{"greeting":{"text":"Hello."}},{"menu":{"prompt":{"text":"Press 1."},"options":[{"digits":"1","then":"desk"},{"digits":"2","then":"lab"}],"retries":1,"otherwise":"desk"}}],
        "desk":[{"when":{"if":{"open":"desk"},"then":"ring","otherwise":"late"}}],
        "lab":[{"when":{"if":{"open":"lab"},"then":"ring","otherwise":"late"}}],
        "ring":[{"dial":{"targets":[{"client":"desk"}],"otherwise":"late"}}],
        "answering":[{"greeting":{"text":"Our service."}},{"menu":{"prompt":{"text":"Press 1 for the desk."},"options":[{"digits":"1","then":"desk"}],"otherwise":"late"}}],
        "doctor":[{"dial":{"targets":[{"available":"PractitionerRole/r1"}],"otherwise":"late"}}],
        "late":[{"say":{"text":"Closed."}},{"hangup":{}}]}"#;

/// It is Monday, 10:00. The desk is open by the config.
fn clinic(overrides: &[Override]) -> Clinic {
    let mut clinic = Clinic::new(REST);
    clinic.secret = SECRET;
    clinic.with(&[&basic(overrides)])
}

fn at(clinic: &Clinic) -> Override {
    item(clinic.now)
}

fn now() -> u64 {
    clinic(&[]).now
}

const LATE: &str = "<Say>Closed.</Say><Hangup/>";

#[test]
fn a_closed_line_is_closed_for_the_rest_of_the_call() {
    let mut clinic = clinic(&[Override { close: true, ..item(now()) }]);
    clinic.config =
        clinic.config.replace(r#"{"when":{"open":"desk"},"then":"main"},{"then":"late"}"#, r#"{"then":"main"}"#);
    let first = clinic.call();
    assert_eq!(clinic.batch_sizes(), [2, 1]);
    assert_eq!(clinic.log, [""; 0]);
    assert!(first.contains(r#"action="https://fhir.example.com/webhook/1?step=menu.main&amp;closed=1""#), "{first}");
    // The override has ended, or staff cleared it. The call still hears that the desk is closed, but the lab is open.
    clinic.now += 3_600_000;
    for (digits, closed) in [("1", true), ("2", false)] {
        let heard = clinic.request("?step=menu.main&closed=1", &[("Digits", digits)]);
        assert_eq!(heard == LATE, closed, "{heard}");
        assert!(closed || heard.contains("?step=dial.ring&amp;closed=1"), "{heard}");
    }
    // A new call is as the config says.
    assert!(clinic.request("?step=menu.main", &[("Digits", "1")]).contains("<Dial"));
}

#[test]
fn a_line_that_is_closed_during_a_call_stays_open_for_the_call() {
    let mut clinic = clinic(&[]);
    let first = clinic.call();
    assert!(first.contains("?step=menu.main\"") && !first.contains("closed=1"), "{first}");
    let item = Override { close: true, ..at(&clinic) };
    clinic.fhir.put(&json(&basic(&[item])), clinic.now);
    assert!(clinic.request("?step=menu.main", &[("Digits", "1")]).contains("<Dial"));
    assert_eq!(clinic.call(), LATE);
}

/// A caller on a closed line hears the recording announcement once, and the line stays closed after an answer is stored.
#[test]
fn a_closed_line_keeps_the_announcement_and_the_answers() {
    let rest = r#""timeZone":"America/New_York","presence":{"enabled":true},"recording":{"inbound":true,"announcement":{"text":"Recorded."}},
        "dialplans":{"main":[{"then":"ring"}]},"hours":{"desk":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}]}},
        "override":{"roles":["desk"],"close":["desk"]},"transfer":{"otherwise":"desk"},
        "actions":{"ring":[{"dial":{"targets":[{"client":"desk"}],"otherwise":"options"}}],
            "options":[{"menu":{"prompt":{"text":"What?"},"options":[{"digits":"1","then":"pain"},{"digits":"2","then":"clear"}],"otherwise":"late"}}],
            "pain":[{"ask":{"prompt":{"text":"Pain?"},"answer":{"format":"number","max":10},"then":"desk","otherwise":"late"}}],
            "clear":[{"changeOverride":{"callers":["+1555010*"],"clear":true,"then":"desk","otherwise":"late"}}],
            "desk":[{"when":{"if":{"open":"desk"},"then":"ring","otherwise":"late"}}],
            "late":[{"say":{"text":"Closed."}},{"hangup":{}}]}"#;
    let mut clinic = Clinic::new(rest);
    clinic.secret = SECRET;
    let mut clinic = clinic.with(&[&basic(&[Override { close: true, ..item(now()) }])]);
    let first = clinic.call();
    assert!(first.starts_with("<Say>Recorded.</Say><Dial"), "{first}");
    assert!(first.contains("?step=dial.ring&amp;closed=1"), "{first}");
    // The overrides, who is away and the record are one batch.
    assert_eq!(clinic.batch_sizes(), [3, 1]);
    let not_reached = [("DialCallStatus", "no-answer"), ("DialCallSid", "CA00000000000000000000000000000009")];
    let menu = clinic.request("?step=dial.ring&closed=1", &not_reached);
    assert!(menu.contains("?step=menu.options&amp;recording=announced&amp;closed=1"), "{menu}");
    let question = clinic.request("?step=menu.options&recording=announced&closed=1", &[("Digits", "1")]);
    assert!(question.contains("?step=ask.pain&amp;recording=announced&amp;closed=1"), "{question}");
    let change = clinic.request("?step=menu.options&recording=announced&closed=1", &[("Digits", "2")]);
    assert!(change.contains("?step=change.clear&amp;recording=announced&amp;closed=1"), "{change}");
    for (step, is_closed) in [("ask.pain", true), ("change.clear", true), ("ask.pain", false), ("change.clear", false)]
    {
        let state = if is_closed { "&recording=announced&closed=1" } else { "&recording=announced" };
        let heard = clinic.request(&["?step=", step, state].concat(), &[("Digits", "7")]);
        assert_eq!(heard == LATE, is_closed, "{heard}");
        assert_eq!(heard.starts_with("<Dial"), !is_closed, "{heard}");
    }
    assert_eq!((stored(&clinic), clinic.record().unwrap().write().contains("override=close")), (Vec::new(), true));
    // After a redirection, the hours of the config apply.
    assert!(matches!(clinic.reply("?step=transfer&closed=1", &[]), Reply::Forbidden(_)));
    assert!(clinic.request("?step=transfer", &[]).starts_with("<Dial"));
}

#[test]
fn the_chart_says_what_staff_changed() {
    for (set, line, route) in [
        (Override { close: true, ..item(now()) }, "; override=close", "close"),
        (
            Override { divert: Some("answering".to_owned()), ..item(now()) },
            "; override=divert:answering",
            "divert:answering",
        ),
    ] {
        let mut clinic = clinic(&[set]);
        clinic.call();
        assert_eq!(clinic.round_trips(), 2);
        let record = clinic.record().unwrap().write();
        assert!(
            record.contains(line) && record.contains(&format!(r#"{{"url":"override","valueString":"{route}"}}"#)),
            "{record}"
        );
        // The callbacks keep it. A repeated first request changes nothing.
        clinic.complete();
        assert!(clinic.record().unwrap().write().contains(line));
        clinic.now += 7_200_000;
        clinic.complete();
        assert!(clinic.record().unwrap().write().contains(line));
    }
    // A greeting does not change where a call goes.
    let mut clinic = clinic(&[Override { greeting: Some(r#""Hi.""#.to_owned()), ..item(now()) }]);
    assert!(clinic.call().starts_with("<Say>Hi.</Say><Gather"));
    assert_eq!((clinic.record(), clinic.round_trips()), (None, 1));
}

#[test]
fn calls_are_diverted_only_to_an_action_that_the_config_allows() {
    let set = |divert: &str| Override { divert: Some(divert.to_owned()), ..item(now()) };
    let mut diverted = clinic(&[set("answering")]);
    assert!(diverted.call().starts_with("<Say>Our service.</Say>"));
    for divert in ["late", "ring", "nowhere", ""] {
        let mut clinic = clinic(&[set(divert)]);
        assert!(clinic.call().starts_with("<Say>Hello.</Say>"), "{divert}");
        assert_eq!(clinic.log.len(), 1, "{divert} {:?}", clinic.log);
        assert!(clinic.log[0].contains("OVERRIDE_INVALID"), "{:?}", clinic.log);
        assert_eq!(clinic.record(), None);
    }
    // The people of the other action are looked up in the second round trip.
    let role =
        r#"{"resourceType":"PractitionerRole","id":"r1","telecom":[{"system":"phone","value":"(212) 555-0188"}]}"#;
    let mut clinic = clinic(&[set("doctor")]).with(&[role]);
    let heard = clinic.call();
    assert!(heard.contains("+12125550188</Number>"), "{heard}");
    assert!(clinic.round_trips() <= 3 && clinic.retry() <= 2_900, "{}", clinic.retry());
}

#[test]
fn what_was_edited_by_hand_is_ignored() {
    let sealed = basic(&[Override { divert: Some("answering".to_owned()), ..item(now()) }]);
    for (from, to) in [
        ("answering", "doctor"),
        (r#""url":"seal""#, r#""url":"seal2""#),
        ("Practitioner/7", "Practitioner/8"),
        (r#""valueInstant""#, r#""valueString""#),
        (r#""valueInstant":""#, r#""valueInstant":"x"#),
        (r#""extension":[{"url":"divert","valueCode":"answering"},"#, r#""extension":["#),
        (r#""extension":[{"url":"divert""#, r#""extension":[{"url":"close","valueBoolean":true},{"url":"divert""#),
    ] {
        assert!(sealed.contains(from), "{from}");
        let mut clinic = Clinic::new(REST).with(&[&sealed.replace(from, to)]);
        clinic.secret = SECRET;
        assert!(clinic.call().starts_with("<Say>Hello.</Say>"), "{from}");
        assert!(clinic.log.len() == 1 && clinic.log[0].contains("OVERRIDE_INVALID"), "{from} {:?}", clinic.log);
    }
    for secret in ["", "short", "an-invented-secret-of-40-characters-0009"] {
        let mut clinic = Clinic::new(REST).with(&[&sealed]);
        clinic.secret = secret;
        assert!(clinic.call().starts_with("<Say>Hello.</Say>"), "{secret}");
        assert!(clinic.log[0].contains("OVERRIDE_INVALID"), "{:?}", clinic.log);
    }
    // The first resource by id counts.
    let mut two = clinic(&[]).with(&[&sealed.replace(r#""id":"o1""#, r#""id":"o2""#)]);
    assert!(two.call().starts_with("<Say>Hello.</Say>"));
}

#[test]
fn an_unreadable_override_leaves_the_plan() {
    for fault in FAILURES {
        let mut clinic = clinic(&[Override { close: true, ..item(now()) }]);
        clinic.faults = Faults::at(0, fault);
        let heard = clinic.call();
        assert!(heard.starts_with("<Say>Hello.</Say>"), "{fault:?} {heard}");
        assert!(clinic.log.iter().any(|line| line.contains("CHART_UNREAD")), "{fault:?} {:?}", clinic.log);
    }
    // The policy of the bot lacks the right.
    let mut clinic = clinic(&[Override { close: true, ..item(now()) }]);
    clinic.fhir.refused.push(("GET Basic".to_owned(), 403));
    assert!(clinic.call().starts_with("<Say>Hello.</Say>"));
    assert!(
        clinic.log.iter().any(|line| line.contains("CHART_REFUSED_READ") && line.contains("Basic")),
        "{:?}",
        clinic.log
    );
}

#[test]
fn the_call_is_closed_even_if_its_record_cannot_be_written() {
    for fault in FAILURES {
        let mut clinic = clinic(&[Override { close: true, ..item(now()) }]);
        clinic.faults = Faults::at(1, fault);
        assert_eq!(clinic.call(), LATE, "{fault:?}");
        assert!(clinic.retry() <= 2_900);
    }
}

#[test]
fn without_override_in_the_config_nothing_is_read() {
    let mut clinic = clinic(&[Override { close: true, ..item(now()) }]);
    let start = clinic.config.find(r#""override""#).unwrap();
    let end = clinic.config[start..].find("},").unwrap() + start + 2;
    clinic.config.replace_range(start..end, "");
    assert!(clinic.call().starts_with("<Say>Hello.</Say>"));
    assert_eq!(clinic.round_trips(), 0);
}

#[test]
fn an_override_for_another_line_does_not_apply() {
    for scope in [OverrideScope::Number("+15550100002".to_owned()), OverrideScope::Dialplan("other".to_owned())] {
        let mut clinic = clinic(&[Override { close: true, scope, ..item(now()) }]);
        assert!(clinic.call().starts_with("<Say>Hello.</Say>"));
        assert_eq!(clinic.log, [""; 0]);
        assert_eq!(clinic.round_trips(), 1);
    }
}

/// A clinic with a line for staff. The default caller is listed.
fn by_phone(overrides: &[Override]) -> Clinic {
    let verb =
        |name: &str, members: &str| format!(r#""{name}":[{{{members},"then":"done","otherwise":"refused"}}}}],"#);
    let mut clinic = clinic(overrides);
    let actions = [
        verb("close", &format!(r#""changeOverride":{{"callers":["{CALLER}"],"close":true,"hours":4"#)),
        verb("divert", r#""changeOverride":{"callers":["+1555010*"],"divert":"answering","hours":4"#),
        verb("clear", r#""changeOverride":{"callers":["+1555010*"],"clear":true"#),
        verb("record", r#""recordGreeting":{"callers":["+1555010*"],"prompt":{"text":"Speak."},"hours":8"#),
        r#""done":[{"say":{"text":"Done."}},{"hangup":{}}],"refused":[{"say":{"text":"Refused."}},{"hangup":{}}],"#
            .to_owned(),
    ];
    clinic.config = clinic.config.replace(r#""actions":{"#, &[r#""actions":{"#, &actions.concat()].concat());
    clinic
}

/// The stored overrides that are in force for the default number.
fn in_force(clinic: &Clinic) -> OverrideInForce {
    let config = plumline::dialplan::Config::read(&clinic.config).unwrap();
    let overrides: Vec<Override> = stored(clinic);
    OverrideInForce::of(&overrides, &config, E164::parse(CLINIC_NUMBER), clinic.now)
}

fn stored(clinic: &Clinic) -> Vec<Override> {
    let basics = clinic.fhir.of_type("Basic");
    assert!(basics.len() <= 1);
    let items = basics.into_iter().flat_map(|basic| list(basic, "extension"));
    items.map(|item| Override::read(list(item, "extension")).unwrap()).collect()
}

const DONE: &str = "<Say>Done.</Say><Hangup/>";
const REFUSED: &str = "<Say>Refused.</Say><Hangup/>";
const RECORDING: [(&str, &str); 4] = [
    ("RecordingSid", "RE00000000000000000000000000000001"),
    ("RecordingUrl", "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE00000000000000000000000000000001"),
    ("RecordingDuration", "9"),
    ("Digits", "#"),
];

#[test]
fn a_staff_phone_closes_diverts_and_opens_a_line() {
    let mut clinic = by_phone(&[]);
    assert_eq!(clinic.request("?step=change.close", &[]), DONE);
    assert!(in_force(&clinic).close);
    assert_eq!(stored(&clinic)[0].by, CALL);
    assert_eq!(clinic.call(), LATE);
    assert_eq!(clinic.request("?step=change.divert", &[]), DONE);
    assert_eq!(in_force(&clinic).route().as_deref(), Some("divert:answering"));
    assert_eq!(stored(&clinic).len(), 1);
    // A new greeting keeps the diversion.
    assert_eq!(clinic.request("?step=greeting.record", &RECORDING), DONE);
    assert_eq!(in_force(&clinic).route().as_deref(), Some("divert:answering"));
    assert!(clinic.call().starts_with("<Play>https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE0"));
    // A repeated request changes nothing but its time.
    assert_eq!(clinic.request("?step=change.divert", &[]), DONE);
    assert_eq!(stored(&clinic).len(), 1);
    assert_eq!(clinic.request("?step=change.clear", &[]), DONE);
    assert!(stored(&clinic).is_empty());
    // It ends by itself.
    clinic.request("?step=change.close", &[]);
    clinic.now += 4 * 3_600_000;
    assert!(!in_force(&clinic).close);
}

#[test]
fn a_recorded_greeting_is_no_message() {
    let mut clinic = by_phone(&[]);
    clinic.config = clinic.config.replace(r#""override":"#, r#""tasks":{"on":["voicemail"]},"override":"#);
    assert_eq!(clinic.request("?step=greeting.record", &RECORDING), DONE);
    clinic.complete();
    let record = clinic.record().unwrap().write();
    assert!(record.contains("greetingSid") && !record.contains("recordingSid"), "{record}");
    // The sweep finds the recording in Twilio's list.
    let report = [
        ("RecordingSid", "RE00000000000000000000000000000001"),
        ("RecordingStatus", "completed"),
        ("RecordingSource", "RecordVerb"),
    ];
    clinic.reply("?step=recording", &report);
    let record = clinic.record().unwrap().write();
    assert!(!record.contains("outcome=voicemail"), "{record}");
}

#[test]
fn only_a_listed_caller_changes_an_override() {
    for step in ["?step=change.close", "?step=change.divert", "?step=change.clear", "?step=greeting.record"] {
        for from in ["+15550190199", "anonymous", "", "client:desk", "sip:+15550100123@pbx.example"] {
            let mut clinic = by_phone(&[Override { close: true, ..item(now()) }]);
            let params: Vec<_> = RECORDING.into_iter().chain([("From", from)]).collect();
            assert_eq!(clinic.request(step, &params), REFUSED, "{step} {from}");
            assert_eq!(stored(&clinic), [Override { close: true, ..item(now()) }]);
            assert!(clinic.log.iter().any(|line| line.contains("OVERRIDE_ROLE")), "{:?}", clinic.log);
        }
    }
    // A recording that Twilio does not name, or not by https.
    for params in [&RECORDING[..1], &[("RecordingUrl", "http://a.example/a")], &[("RecordingUrl", "x")], &[]] {
        let mut clinic = by_phone(&[]);
        assert_eq!(clinic.request("?step=greeting.record", params), REFUSED);
        assert!(stored(&clinic).is_empty());
    }
}

#[test]
fn a_change_that_is_not_stored_is_not_confirmed() {
    for fault in FAILURES {
        // The read is tried once more. The write is not, because the caller can.
        for (faults, expected) in
            [(Faults::at(0, fault), DONE), (Faults::at(1, fault), REFUSED), (Faults::always(fault), REFUSED)]
        {
            let mut clinic = by_phone(&[]);
            clinic.faults = faults;
            assert_eq!(clinic.request("?step=change.close", &[]), expected, "{fault:?}");
            assert!(!clinic.log.is_empty());
        }
    }
    let mut clinic = by_phone(&[]);
    clinic.secret = "";
    assert_eq!(clinic.request("?step=change.close", &[]), REFUSED);
    assert!(clinic.log[0].contains("SECRET_MISSING"), "{:?}", clinic.log);
    // The call has ended.
    let mut clinic = by_phone(&[]);
    let ended: Vec<_> = RECORDING.into_iter().chain([("CallStatus", "completed")]).collect();
    clinic.request("?step=greeting.record", &ended);
    assert!(stored(&clinic).is_empty());
}
