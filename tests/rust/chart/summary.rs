// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a record says about a call: its line, the summary in the extension, and the displays.

use plumline::chart::{CallContext, CallEvent, CallState, Closing, Outcome, RecordFormat};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;

use crate::json::json;

pub(super) const ROOT: &str = "CA000000000000000000000000000000a1";
pub(super) const LEGS: [&str; 3] =
    ["CA000000000000000000000000000000b1", "CA000000000000000000000000000000b2", "CA000000000000000000000000000000b3"];
pub(super) const NOW: u64 = 1_795_000_000_000;
pub(super) const CLINIC: &str = "+15550100001";
pub(super) const CALLER: &str = "+15550100123";

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

/// A call and what its record says, one per line: who placed it; its events; the outcome; `callStatus`, `direction` and
/// `answeredBy`; the line. An event is a leg, its `CallStatus` and other parameters.
const CALLS: &str = "
browser | leg0 busy CallDuration=0; root completed CallDuration=6 | busy | busy outbound-dial - | Outbound Twilio voice call; status=busy; duration=6s
browser | leg0 no-answer; root completed CallDuration=30 | no-answer | no-answer outbound-dial - | Outbound Twilio voice call; status=no-answer; duration=30s
browser | leg0 failed; root completed CallDuration=0 | failed | failed outbound-dial - | Outbound Twilio voice call; status=failed
browser | leg0 canceled; root completed CallDuration=4 | dropped | canceled outbound-dial - | Outbound Twilio voice call; outcome=dropped; duration=4s
browser | leg0 completed AnsweredBy=human CallDuration=170; root completed CallDuration=180 | answered | completed outbound-dial human | Outbound Twilio voice call; status=completed; answeredBy=human; duration=180s
browser | leg0 completed AnsweredBy=machine_start; root completed CallDuration=40 | voicemail | completed outbound-dial machine_start | Outbound Twilio voice call; outcome=voicemail; answeredBy=machine_start; duration=40s
browser | leg0 busy SipResponseCode=603; root completed CallDuration=9 | declined | busy outbound-dial - | Outbound Twilio voice call; outcome=declined; duration=9s
browser | root completed CallDuration=3 | no-answer | completed outbound-dial - | Outbound Twilio voice call; outcome=no-answer; duration=3s
browser | root in-progress; leg0 ringing | - | ringing outbound-dial - | Outbound Twilio voice call; status=ringing
browser | root ringing; leg0 in-progress | - | in-progress outbound-dial - | Outbound Twilio voice call; status=in-progress
rest | root busy CallDuration=0 | busy | busy outbound-api - | Outbound Twilio voice call; status=busy
rest | root canceled | dropped | canceled outbound-api - | Outbound Twilio voice call; outcome=dropped
rest | root completed CallDuration=180 AnsweredBy=human | answered | completed outbound-api human | Outbound Twilio voice call; status=completed; answeredBy=human; duration=180s
rest | root completed CallDuration=61; leg0 busy | busy | busy outbound-dial - | Outbound Twilio voice call; status=busy; duration=61s
caller | root in-progress RecordingSid=RE00000000000000000000000000000001; root completed CallDuration=27 | voicemail | completed inbound - | Inbound Twilio voice call; outcome=voicemail; duration=27s
caller | leg0 busy; leg1 completed AnsweredBy=human; leg2 canceled AnsweredBy=unknown; root completed CallDuration=90 | answered | completed inbound human | Inbound Twilio voice call; status=completed; answeredBy=human; duration=90s
caller | leg0 no-answer; leg1 busy; root completed CallDuration=40 | no-answer | no-answer inbound - | Inbound Twilio voice call; status=no-answer; duration=40s
caller | leg0 ringing; root completed CallDuration=11 | dropped | completed inbound - | Inbound Twilio voice call; outcome=dropped; duration=11s
caller | root in-progress DialCallStatus=failed; root completed CallDuration=2 | failed | failed inbound - | Inbound Twilio voice call; status=failed; duration=2s
caller | root in-progress QueueResult=error; root completed CallDuration=2 | failed | completed inbound - | Inbound Twilio voice call; outcome=failed; duration=2s
caller | root completed CallDuration=12 | no-answer | completed inbound - | Inbound Twilio voice call; outcome=no-answer; duration=12s
caller | root ringing | - | ringing inbound - | Inbound Twilio voice call; status=ringing
";

/// The parameters of an event in [`CALLS`].
fn parse<'a>(by: &str, event: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut words = event.split(' ');
    let (on, status) = (words.next().unwrap(), words.next().unwrap());
    let mut more = vec![("CallStatus", status)];
    more.extend(words.map(|word| word.split_once('=').unwrap()));
    match (on.strip_prefix("leg"), by) {
        (Some(index), "caller") => leg(index.parse().unwrap(), CALLER, "+15550100077", &more),
        (Some(index), _) => leg(index.parse().unwrap(), CLINIC, CALLER, &more),
        (None, "browser") => root("client:practitioner_1", CALLER, "inbound", &more),
        (None, "rest") => root(CLINIC, CALLER, "outbound-api", &more),
        (None, _) => root(CALLER, CLINIC, "inbound", &more),
    }
}

#[test]
fn the_summary_and_the_line_tell_how_a_call_ended() {
    for case in CALLS.trim().lines() {
        let [by, events, outcome, summary, line] = case.split(" | ").collect::<Vec<_>>().try_into().unwrap();
        let mut events: Vec<_> = events.split("; ").map(|event| parse(by, event)).collect();
        for _ in 0..2 {
            let log = log(&events);
            let record = log.write(None, EXTENSION_BASE);
            let value = |name| part(&record, name).and_then(|part| part.get("valueString")?.text()).unwrap_or("-");
            assert_eq!(record.at(&["payload", "0", "contentString"]).and_then(Json::text), Some(line));
            assert_eq!(log.outcome().map_or("-", Outcome::word), outcome, "{line}");
            assert_eq!(["callStatus", "direction", "answeredBy"].map(value).join(" "), summary, "{line}");
            assert_eq!(value("callSid"), ROOT, "{line}");
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
    assert_eq!(log.summary_line(), "Inbound Twilio voice call; outcome=voicemail; mailbox=refill; duration=27s");
    let record = log.write(None, EXTENSION_BASE);
    assert_eq!(part(&record, "mailbox"), Some(&json(r#"{"url":"mailbox","valueString":"refill"}"#)));
    assert_eq!(CallState::read(&record), log);
    // A name is one word.
    let mut other = CallState::default();
    other.add(&CallEvent { mailbox: Some("re fill"), ..event });
    assert!(!other.summary_line().contains("mailbox"), "{}", other.summary_line());
}

#[test]
fn a_rejected_call_is_named() {
    let pairs = root(CALLER, CLINIC, "inbound", &[("CallStatus", "ringing")]);
    let mut log = log(&[root(CALLER, CLINIC, "inbound", &[("CallStatus", "busy")])]);
    log.add(&CallEvent { closing: Some(Closing::Rejected), ..CallEvent::read(&pairs, NOW).unwrap() });
    assert_eq!(log.summary_line(), "Inbound Twilio voice call; outcome=rejected");
    let record = log.write(None, EXTENSION_BASE);
    assert_eq!(part(&record, "callStatus"), Some(&json(r#"{"url":"callStatus","valueString":"busy"}"#)));
}

#[test]
fn a_prepared_call_dials_its_callee() {
    let mut log = CallState::prepared(&CallContext { prepared_at: Some(NOW), ..CallContext::default() });
    log.merge(&self::log(&[root(CLINIC, "+15550100077", "outbound-api", &[("CallStatus", "no-answer")])]));
    assert_eq!(
        (log.direction_word(), log.summary_line().as_str()),
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
