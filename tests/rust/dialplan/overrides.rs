// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Overrides by staff: what a caller hears, what the chart has, and what is ignored.

use plumline::dialplan::{Override, OverrideScope};

use crate::dialplan::clinic::{CALL, Clinic};
use crate::fault::{FAILURES, Faults};
use crate::json::json;
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
    assert_eq!(CALL.len(), 34);
}
