// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a record says about a call: its line, the summary in the extension, and the displays.

use plumline::chart::{CallContext, CallEvent, CallState, Outcome, RecordFormat};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;

use crate::json::json;

pub(super) const ROOT: &str = "CA000000000000000000000000000000a1";
pub(super) const LEGS: [&str; 3] =
    ["CA000000000000000000000000000000b1", "CA000000000000000000000000000000b2", "CA000000000000000000000000000000b3"];
pub(super) const NOW: u64 = 1_795_000_000_000;
pub(super) const CLINIC: &str = "+15550100001";
pub(super) const CALLER: &str = "+15550100123";
const CLIENT: &str = "client:practitioner_1";

pub(super) type Pairs<'a> = [(&'a str, &'a str)];

/// The parameters of a root leg.
pub(super) fn root<'a>(from: &'a str, to: &'a str, direction: &'a str, more: &Pairs<'a>) -> Vec<(&'a str, &'a str)> {
    [&[("CallSid", ROOT), ("From", from), ("To", to), ("Direction", direction)], more].concat()
}

/// The parameters of a dialed leg.
pub(super) fn leg<'a>(index: usize, from: &'a str, to: &'a str, more: &Pairs<'a>) -> Vec<(&'a str, &'a str)> {
    let of = [("CallSid", LEGS[index]), ("ParentCallSid", ROOT), ("Direction", "outbound-dial")];
    [&of[..], &[("From", from), ("To", to)], more].concat()
}

pub(super) fn log(events: &[Vec<(&str, &str)>]) -> CallState {
    let mut log = CallState::default();
    for (index, pairs) in events.iter().enumerate() {
        log.add(&CallEvent::read(pairs, NOW + index as u64 * 1_000).unwrap());
    }
    log
}

pub(super) fn part<'a>(record: &'a Json, name: &str) -> Option<&'a Json> {
    let parts = record.at(&["extension", "0", "extension"])?.elements();
    parts.iter().find(|part| part.get("url").and_then(Json::text) == Some(name))
}

/// A call, and what its record says.
struct Case<'a> {
    events: Vec<Vec<(&'a str, &'a str)>>,
    outcome: Option<&'a str>,
    /// `callStatus`, `direction` and `answeredBy`.
    summary: [Option<&'a str>; 3],
    line: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    let ended = |seconds| [("CallStatus", "completed"), ("CallDuration", seconds)];
    let inbound = |more: &Pairs<'static>| root(CALLER, CLINIC, "inbound", more);
    let browser = |more: &Pairs<'static>| root(CLIENT, CALLER, "inbound", more);
    let placed = |more: &Pairs<'static>| root(CLINIC, CALLER, "outbound-api", more);
    let dialed = |more: &Pairs<'static>| leg(0, CLINIC, CALLER, more);
    let rung = |index, more: &Pairs<'static>| leg(index, CALLER, "+15550100077", more);
    let message = [("RecordingSid", "RE00000000000000000000000000000001"), ("RecordingUrl", "https://example.com/r")];
    let case = |events: &[Vec<_>], outcome, summary, line| Case { events: events.to_vec(), outcome, summary, line };
    let (dial, api, inb) = (Some("outbound-dial"), Some("outbound-api"), Some("inbound"));
    let none = |status, direction| [Some(status), direction, None];
    vec![
        // Outbound calls by a browser. The root leg is always completed.
        case(
            &[dialed(&[("CallStatus", "busy"), ("CallDuration", "0")]), browser(&ended("6"))],
            Some("busy"),
            none("busy", dial),
            "Outbound Twilio voice call; status=busy; duration=6s",
        ),
        case(
            &[dialed(&[("CallStatus", "no-answer")]), browser(&ended("30"))],
            Some("no-answer"),
            none("no-answer", dial),
            "Outbound Twilio voice call; status=no-answer; duration=30s",
        ),
        case(
            &[dialed(&[("CallStatus", "failed")]), browser(&ended("0"))],
            Some("failed"),
            none("failed", dial),
            "Outbound Twilio voice call; status=failed",
        ),
        case(
            &[dialed(&[("CallStatus", "canceled")]), browser(&ended("4"))],
            Some("dropped"),
            none("canceled", dial),
            "Outbound Twilio voice call; outcome=dropped; duration=4s",
        ),
        case(
            &[
                dialed(&[("CallStatus", "completed"), ("AnsweredBy", "human"), ("CallDuration", "170")]),
                browser(&ended("180")),
            ],
            Some("answered"),
            [Some("completed"), dial, Some("human")],
            "Outbound Twilio voice call; status=completed; answeredBy=human; duration=180s",
        ),
        case(
            &[dialed(&[("CallStatus", "completed"), ("AnsweredBy", "machine_end_beep")]), browser(&ended("40"))],
            Some("voicemail"),
            [Some("completed"), dial, Some("machine_end_beep")],
            "Outbound Twilio voice call; outcome=voicemail; answeredBy=machine_end_beep; duration=40s",
        ),
        case(
            &[dialed(&[("CallStatus", "busy"), ("SipResponseCode", "603")]), browser(&ended("9"))],
            Some("declined"),
            none("busy", dial),
            "Outbound Twilio voice call; outcome=declined; duration=9s",
        ),
        // The browser heard a refusal.
        case(
            &[browser(&ended("3"))],
            Some("no-answer"),
            none("completed", dial),
            "Outbound Twilio voice call; outcome=no-answer; duration=3s",
        ),
        // While the callee's phone rings, and while they talk.
        case(
            &[browser(&[("CallStatus", "in-progress")]), dialed(&[("CallStatus", "ringing")])],
            None,
            none("ringing", dial),
            "Outbound Twilio voice call; status=ringing",
        ),
        case(
            &[browser(&[("CallStatus", "ringing")]), dialed(&[("CallStatus", "in-progress")])],
            None,
            none("in-progress", dial),
            "Outbound Twilio voice call; status=in-progress",
        ),
        // Calls by REST. A bridged call dials its callee.
        case(
            &[placed(&[("CallStatus", "busy"), ("CallDuration", "0")])],
            Some("busy"),
            none("busy", api),
            "Outbound Twilio voice call; status=busy",
        ),
        case(
            &[placed(&[("CallStatus", "canceled")])],
            Some("dropped"),
            none("canceled", api),
            "Outbound Twilio voice call; outcome=dropped",
        ),
        case(
            &[placed(&ended("61")), dialed(&[("CallStatus", "busy")])],
            Some("busy"),
            none("busy", dial),
            "Outbound Twilio voice call; status=busy; duration=61s",
        ),
        // Inbound calls.
        case(
            &[inbound(&message), inbound(&ended("27"))],
            Some("voicemail"),
            none("completed", inb),
            "Inbound Twilio voice call; outcome=voicemail; duration=27s",
        ),
        case(
            &[
                rung(0, &[("CallStatus", "busy")]),
                rung(1, &[("CallStatus", "completed"), ("AnsweredBy", "human")]),
                rung(2, &[("CallStatus", "canceled"), ("AnsweredBy", "unknown")]),
                inbound(&ended("90")),
            ],
            Some("answered"),
            [Some("completed"), inb, Some("human")],
            "Inbound Twilio voice call; status=completed; answeredBy=human; duration=90s",
        ),
        case(
            &[rung(0, &[("CallStatus", "no-answer")]), rung(1, &[("CallStatus", "busy")]), inbound(&ended("40"))],
            Some("no-answer"),
            none("no-answer", inb),
            "Inbound Twilio voice call; status=no-answer; duration=40s",
        ),
        // The end of the leg was not reported, so the root leg shows the status.
        case(
            &[rung(0, &[("CallStatus", "ringing")]), inbound(&ended("11"))],
            Some("dropped"),
            none("completed", inb),
            "Inbound Twilio voice call; outcome=dropped; duration=11s",
        ),
        case(
            &[inbound(&[("CallStatus", "in-progress"), ("DialCallStatus", "failed")]), inbound(&ended("2"))],
            Some("failed"),
            none("failed", inb),
            "Inbound Twilio voice call; status=failed; duration=2s",
        ),
        case(
            &[inbound(&[("CallStatus", "in-progress"), ("QueueResult", "error")]), inbound(&ended("2"))],
            Some("failed"),
            none("completed", inb),
            "Inbound Twilio voice call; outcome=failed; duration=2s",
        ),
        case(
            &[inbound(&ended("12"))],
            Some("no-answer"),
            none("completed", inb),
            "Inbound Twilio voice call; outcome=no-answer; duration=12s",
        ),
        case(
            &[inbound(&[("CallStatus", "ringing")])],
            None,
            none("ringing", inb),
            "Inbound Twilio voice call; status=ringing",
        ),
    ]
}

#[test]
fn the_summary_and_the_line_tell_how_a_call_ended() {
    for Case { mut events, outcome, summary, line } in cases() {
        for _ in 0..2 {
            let log = log(&events);
            let record = log.write(None, EXTENSION_BASE);
            let value = |name| part(&record, name).and_then(|part| part.get("valueString")?.text());
            assert_eq!(record.at(&["payload", "0", "contentString"]).and_then(Json::text), Some(line));
            assert_eq!(log.outcome().map(Outcome::word), outcome, "{line}");
            assert_eq!(["callStatus", "direction", "answeredBy"].map(value), summary, "{line}");
            assert_eq!(value("callSid"), Some(ROOT), "{line}");
            assert_eq!(CallState::read(&record), log, "{line}");
            events.reverse();
        }
    }
}

#[test]
fn a_message_names_its_mailbox() {
    let message = [("RecordingSid", "RE00000000000000000000000000000001"), ("RecordingUrl", "https://example.com/r")];
    let pairs = root(CALLER, CLINIC, "inbound", &message);
    let mut log = log(&[root(CALLER, CLINIC, "inbound", &[("CallStatus", "completed"), ("CallDuration", "27")])]);
    let event = CallEvent::read(&pairs, NOW).unwrap();
    log.add(&CallEvent { mailbox: Some("refill"), ..event.clone() });
    assert_eq!(log.line(), "Inbound Twilio voice call; outcome=voicemail; mailbox=refill; duration=27s");
    let record = log.write(None, EXTENSION_BASE);
    assert_eq!(part(&record, "mailbox"), Some(&json(r#"{"url":"mailbox","valueString":"refill"}"#)));
    assert_eq!(CallState::read(&record), log);
    // A name is one word.
    let mut other = CallState::default();
    other.add(&CallEvent { mailbox: Some("re fill"), ..event });
    assert!(!other.line().contains("mailbox"), "{}", other.line());
}

#[test]
fn a_rejected_call_is_named() {
    let pairs = root(CALLER, CLINIC, "inbound", &[("CallStatus", "ringing")]);
    let mut log = log(&[root(CALLER, CLINIC, "inbound", &[("CallStatus", "busy")])]);
    log.add(&CallEvent { rejected: true, ..CallEvent::read(&pairs, NOW).unwrap() });
    assert_eq!(log.line(), "Inbound Twilio voice call; outcome=rejected");
    let record = log.write(None, EXTENSION_BASE);
    assert_eq!(part(&record, "callStatus"), Some(&json(r#"{"url":"callStatus","valueString":"busy"}"#)));
}

#[test]
fn a_prepared_call_dials_its_callee() {
    let mut log = CallState::ticket(&CallContext { prepared: Some(NOW), ..CallContext::default() });
    log.merge(&self::log(&[root(CLINIC, "+15550100077", "outbound-api", &[("CallStatus", "no-answer")])]));
    assert_eq!(
        (log.direction_word(), log.line().as_str()),
        (Some("outbound-dial"), "Outbound Twilio voice call; status=no-answer")
    );
}

#[test]
fn the_category_may_have_a_second_coding() {
    let log = log(&[root(CALLER, CLINIC, "inbound", &[("CallStatus", "ringing")])]);
    let format = RecordFormat { category_system: Some("https://clinic.example/category"), ..RecordFormat::default() };
    let own = r#"{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice","display":"Twilio voice call"}"#;
    let other = r#"{"system":"https://clinic.example/category","code":"twilio-voice","display":"Twilio voice call"}"#;
    let plain = log.write(None, EXTENSION_BASE);
    let record = log.write(None, format);
    assert_eq!(plain.get("category"), Some(&json(&format!(r#"[{{"coding":[{own}]}}]"#))));
    assert_eq!(record.get("category"), Some(&json(&format!(r#"[{{"coding":[{own},{other}]}}]"#))));
    assert_eq!(record.at(&["medium", "0", "coding", "0", "display"]).and_then(Json::text), Some("telephone"));
    // The setting was added later, a user changed the display, or another application added its own category.
    assert_eq!(log.write(Some(plain), format), record);
    assert_eq!(log.write(Some(record.clone()), EXTENSION_BASE), record);
    let mut edited = record.clone();
    edited.set(
        "category",
        json(&format!(r#"[{{"coding":[{other}]}},{{"coding":[{}]}}]"#, own.replace("Twilio voice call", "Call"))),
    );
    assert_eq!(log.write(Some(edited.clone()), format), edited);
}
