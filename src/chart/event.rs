// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What one request of Twilio reports about a call.

use super::CallDirection;
use super::status::Status;
use super::values::{address, call_sid, is_address, is_word, sid, word};
use crate::dialplan::params::parse_integer;
use crate::dialplan::{CallSid, Params, Party};
use crate::json::Json;
use crate::time::{parse_instant, parse_rfc2822};

/// What a request, or an item in Twilio's list of calls, reports about one leg. A dial action also reports the
/// dialed leg.
///
/// Sources: <https://www.twilio.com/docs/voice/twiml#request-parameters>,
/// <https://www.twilio.com/docs/voice/api/call-resource>. A malformed value is treated as absent. `TranscriptionText`
/// is not read, because it has a patient's words and is stored in a separate `Communication`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEvent<'a> {
    /// `CallSid`.
    pub sid: CallSid<'a>,
    /// `ParentCallSid`.
    pub parent: Option<CallSid<'a>>,
    /// `Direction`, as Twilio sends it. It is also `inbound` for a call that a browser places.
    pub direction: Option<&'a str>,
    /// `From`, as Twilio sends it. [`CallEvent::from_party`] parses it.
    pub from: Option<&'a str>,
    /// `To`, as Twilio sends it.
    pub to: Option<&'a str>,
    /// `CallStatus`.
    pub status: Option<Status>,
    /// `SequenceNumber`, which orders the progress events of a leg.
    pub sequence: Option<u32>,
    /// The time of the event, as Unix time in milliseconds: `Timestamp`, or the arrival of the request. In the list,
    /// `start_time`.
    pub at: Option<u64>,
    /// When the leg was in progress, if the event reports that. Unix time in milliseconds.
    pub answered: Option<u64>,
    /// When the leg had ended, if the event reports that. Unix time in milliseconds. In the list, `end_time`.
    pub ended: Option<u64>,
    /// `CallDuration`, in seconds. `Duration` is not read, because it is in billed minutes.
    pub duration: Option<u32>,
    /// `AnsweredBy`: `human`, `machine_start`, and others.
    pub answered_by: Option<&'a str>,
    /// `StirVerstat`.
    pub stir_verstat: Option<&'a str>,
    /// `SipResponseCode`.
    pub sip_response: Option<u32>,
    /// Twilio's `ErrorCode`.
    pub error: Option<u32>,
    /// The recording, if the event is about one.
    pub recording: Option<RecordingReport<'a>>,
    /// The dialed leg, if the event is a dial action.
    pub dial: Option<DialReport<'a>>,
    /// The wait, if the event is a queue action.
    pub queue: Option<QueueReport<'a>>,
    /// Whether the event proves that the caller was in a conference with another participant.
    pub joined_conference: bool,
    /// Whether the leg is screened: the callee must press a key before the caller is connected.
    pub screening: Option<Screening>,
    /// How the dialplan ended the call. Twilio does not report that: the call has the status of an unanswered call.
    pub closing: Option<Closing>,
    /// Whether the caller asked for the emergency advice.
    pub emergency: bool,
    /// The mailbox: the name of the action that took the message, if the event reports a message.
    pub mailbox: Option<&'a str>,
    /// The priority of the message, if its transcription has an urgent word: a code of FHIR's `request-priority`.
    pub priority: Option<&'a str>,
    /// What staff changed for the call: `close` or `divert:<action>`. Only the first request of a call has it.
    pub overridden: Option<&'a str>,
    /// The `RecordingSid` of a greeting that staff recorded.
    pub greeting: Option<&'a str>,
    /// `Practitioner/…` or `PractitionerRole/…`: the person on this leg, if the bot looked them up.
    pub practitioner: Option<&'a str>,
    /// The direction of the call, inferred from a dialed leg: inbound if its `From` is a number that is not the
    /// clinic's, otherwise outbound if its `To` is a number that is not the clinic's.
    pub inferred_direction: Option<CallDirection>,
}

/// The parameters of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingReport<'a> {
    /// `RecordingSid`: `RE` and 32 hexadecimal digits.
    pub sid: &'a str,
    /// `RecordingStatus`: `in-progress`, `completed`, `absent`, `failed`. Absent in the action of a `<Record>`.
    pub status: Option<&'a str>,
    /// `RecordingDuration`, in seconds.
    pub duration: Option<u32>,
    /// Whether the recording is a message: `RecordingSource` is `RecordVerb`, or the request is the action of a
    /// `<Record>`.
    pub message: bool,
}

/// The parameters of a dial action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DialReport<'a> {
    /// `DialCallSid`. Twilio omits it if no one was reached.
    pub sid: Option<CallSid<'a>>,
    /// `DialCallStatus`.
    pub status: Option<Status>,
    /// `DialCallDuration`, in seconds.
    pub duration: Option<u32>,
    /// `DialBridged`: whether both parties were connected.
    pub bridged: Option<bool>,
}

/// The parameters of a queue action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueReport<'a> {
    /// `QueueResult`: `bridged`, `hangup`, `queue-full`, …
    pub result: &'a str,
    /// `QueueTime`, in seconds.
    pub seconds: Option<u32>,
}

impl<'a> CallEvent<'a> {
    /// Reads the parameters of a callback that arrived at `received_at` (Unix time in milliseconds).
    ///
    /// A parameter with two values is treated as absent. `None` if `CallSid` is not valid, or if `ParentCallSid` is
    /// present and not valid, because the root call is then unknown.
    #[must_use]
    pub fn read(pairs: &[(&'a str, &'a str)], received_at: u64) -> Option<Self> {
        let params = Params(pairs);
        let mut event = Self::from_first_request(pairs, received_at)?;
        // An inbound leg has no parent.
        if params.has_value("ParentCallSid") && event.direction != Some("inbound") {
            event.parent = Some(call_sid(params.get("ParentCallSid")?).filter(|parent| *parent != event.sid)?);
        }
        // The `SequenceNumber` of a conference event counts the events of the conference, not of the leg.
        event.sequence = params.number("SequenceNumber").filter(|_| !params.has_value("ConferenceSid"));
        event.joined_conference = params.has_value("ConferenceSid") && has_joined(params);
        event.set_time(params.get("Timestamp").and_then(parse_rfc2822).unwrap_or(received_at));
        event.duration = params.number("CallDuration");
        event.answered_by = word(params, "AnsweredBy");
        event.stir_verstat = word(params, "StirVerstat");
        event.sip_response = params.number("SipResponseCode");
        event.error = params.number("ErrorCode");
        event.recording = params.get("RecordingSid").and_then(|text| sid(text, "RE")).map(|sid| RecordingReport {
            sid,
            status: word(params, "RecordingStatus"),
            duration: params.number("RecordingDuration"),
            message: match params.get("RecordingSource") {
                Some(source) => source == "RecordVerb",
                None => {
                    !params.has_value("DialCallStatus")
                        && !params.has_value("CallbackSource")
                        && !params.has_value("RecordingStatus")
                }
            },
        });
        event.dial = params.has_value("DialCallStatus").then(|| DialReport {
            sid: params.get("DialCallSid").and_then(call_sid).filter(|child| *child != event.sid),
            status: params.get("DialCallStatus").and_then(Status::parse),
            duration: params.number("DialCallDuration"),
            bridged: params.get("DialBridged").and_then(|text| match text {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            }),
        });
        event.queue =
            word(params, "QueueResult").map(|result| QueueReport { result, seconds: params.number("QueueTime") });
        Some(event)
    }

    /// Reads the first request of a call. Uses only parameters that Twilio sends in every request, because a browser
    /// may add parameters with any other name. `None` under the same conditions as [`CallEvent::read`].
    #[must_use]
    pub fn from_first_request(pairs: &[(&'a str, &'a str)], received_at: u64) -> Option<Self> {
        let params = Params(pairs);
        let mut event = Self::of(call_sid(params.get("CallSid")?)?);
        event.direction = word(params, "Direction");
        event.from = address(params, "From");
        event.to = address(params, "To");
        event.status = params.get("CallStatus").and_then(Status::parse);
        event.set_time(received_at);
        Some(event)
    }

    /// Reads an item of Twilio's list: `sid`, `parent_call_sid`, `status`, `start_time`, `end_time` (RFC 2822),
    /// `duration` (seconds), `direction`, `from`, `to`, `answered_by`. `None` under the same conditions as
    /// [`CallEvent::read`].
    #[must_use]
    pub fn from_rest(call: &'a Json) -> Option<Self> {
        let text = |name| call.get(name).and_then(Json::text).filter(|text| !text.is_empty());
        let time = |name| text(name).and_then(|time| parse_rfc2822(time).or_else(|| parse_instant(time)));
        let mut event = Self::of(call_sid(text("sid")?)?);
        if let Some(parent) = text("parent_call_sid") {
            event.parent = Some(call_sid(parent).filter(|parent| *parent != event.sid)?);
        }
        event.direction = text("direction").filter(|text| is_word(text));
        event.from = text("from").filter(|text| is_address(text));
        event.to = text("to").filter(|text| is_address(text));
        event.answered_by = text("answered_by").filter(|text| is_word(text));
        event.status = text("status").and_then(Status::parse);
        event.at = time("start_time").or_else(|| time("date_created"));
        event.ended = time("end_time").filter(|_| event.has_ended());
        event.duration = text("duration").and_then(parse_integer).or_else(|| call.get("duration")?.integer());
        Some(event)
    }

    /// The `CallSid` of the root call: the parent of this leg, or the leg itself.
    #[must_use]
    pub fn root_sid(&self) -> CallSid<'a> {
        self.parent.unwrap_or(self.sid)
    }

    /// `From` as a party.
    #[must_use]
    pub fn from_party(&self) -> Option<Party<'a>> {
        self.from.map(Party::parse)
    }

    /// `To` as a party.
    #[must_use]
    pub fn to_party(&self) -> Option<Party<'a>> {
        self.to.map(Party::parse)
    }

    /// Whether the leg had ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.status.is_some_and(Status::is_terminal)
    }

    fn set_time(&mut self, at: u64) {
        self.at = Some(at);
        self.answered = self.at.filter(|_| self.status == Some(Status::InProgress));
        self.ended = self.at.filter(|_| self.has_ended());
    }

    const fn of(sid: CallSid<'a>) -> Self {
        Self {
            sid,
            parent: None,
            direction: None,
            from: None,
            to: None,
            status: None,
            sequence: None,
            at: None,
            answered: None,
            ended: None,
            duration: None,
            answered_by: None,
            stir_verstat: None,
            sip_response: None,
            error: None,
            recording: None,
            dial: None,
            queue: None,
            joined_conference: false,
            screening: None,
            closing: None,
            emergency: false,
            mailbox: None,
            priority: None,
            overridden: None,
            greeting: None,
            practitioner: None,
            inferred_direction: None,
        }
    }
}

/// How the dialplan ended a call in which no one spoke with the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closing {
    /// With `<Reject>`.
    Rejected,
    /// The caller heard what they needed, and no person was needed (`hangup` with `served`).
    Served,
    /// A voice agent spoke with the caller and did not hand the call back (`connect`).
    Agent,
}

impl Closing {
    /// The name in the chart.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Served => "served",
            Self::Agent => "agent",
        }
    }
}

/// What an event reports about a screened leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Screening {
    /// The callee must press a key.
    Required,
    /// The callee pressed the key.
    Accepted,
}

impl RecordingReport<'_> {
    /// Whether the recording can be played.
    pub(super) fn is_available(&self) -> bool {
        !matches!(self.status, Some("absent" | "failed"))
    }
}

/// Whether a conference event proves that the caller was in the conference with another participant.
///
/// `conference-start` has no `CallSid`, so the order of events is used. A participant who is alone joins with the first
/// event and leaves with the second. With `startConferenceOnEnter="false"`, the other participants may also be waiting. Then only an end by another participant is a proof. Source:
/// <https://www.twilio.com/docs/voice/twiml/conference#statuscallback>.
fn has_joined(params: Params<'_, '_>) -> bool {
    let number = params.number("SequenceNumber").unwrap_or_default();
    let starts = params.get("StartConferenceOnEnter") != Some("false");
    match params.get("StatusCallbackEvent") {
        Some("conference-start") => true,
        Some("participant-join") => starts && number > 1,
        Some("participant-leave") => {
            starts && number > 2 || params.get("ReasonParticipantLeft") == Some("moderator_ended_conference")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "CA00000000000000000000000000000001";
    const CHILD: &str = "CA00000000000000000000000000000002";
    const NOW: u64 = 1_795_000_000_000;

    fn read<'a>(pairs: &[(&'a str, &'a str)]) -> Option<CallEvent<'a>> {
        CallEvent::read(&[&[("CallSid", ROOT)], pairs].concat(), NOW)
    }

    #[test]
    fn an_event_without_a_valid_call_sid_is_refused() {
        for sid in ["", "CA1", "SM00000000000000000000000000000001", "CA0000000000000000000000000000000g"] {
            assert_eq!(CallEvent::read(&[("CallSid", sid)], NOW), None, "{sid}");
            assert_eq!(CallEvent::from_rest(&Json::object([("sid", Json::of(sid))])), None, "{sid}");
        }
        assert_eq!(CallEvent::read(&[("CallStatus", "ringing")], NOW), None);
        assert_eq!(read(&[("CallSid", CHILD)]), None);
        assert_eq!(read(&[("ParentCallSid", "CA1")]), None);
        assert_eq!(read(&[("ParentCallSid", ROOT)]), None);
        assert_eq!(read(&[("ParentCallSid", CHILD), ("ParentCallSid", "")]), None);
        assert_eq!(CallEvent::from_rest(&Json::Null), None);
    }

    #[test]
    fn reads_a_progress_event() {
        let event = read(&[
            ("ParentCallSid", CHILD),
            ("Direction", "outbound-dial"),
            ("From", "+15550100001"),
            ("To", "client:practitioner_1"),
            ("CallStatus", "completed"),
            ("SequenceNumber", "3"),
            ("Timestamp", "Wed, 18 Nov 2026 11:06:39 +0000"),
            ("CallbackSource", "call-progress-events"),
            ("Duration", "1"),
            ("CallDuration", "49"),
            ("AnsweredBy", "human"),
            ("StirVerstat", "TN-Validation-Passed-A"),
            ("SipResponseCode", "200"),
            ("ErrorCode", "13224"),
        ])
        .unwrap();
        assert_eq!((event.sid, event.root_sid()), (CallSid(ROOT), CallSid(CHILD)));
        assert_eq!((event.status, event.sequence), (Some(Status::Completed), Some(3)));
        assert_eq!((event.at, event.duration), (Some(NOW - 1_000), Some(49)));
        assert_eq!((event.sip_response, event.error), (Some(200), Some(13_224)));
        assert_eq!(event.to_party(), Some(Party::Client("practitioner_1".into())));
        assert!(matches!(event.from_party(), Some(Party::Number(_))));
        assert_eq!((event.answered_by, event.stir_verstat), (Some("human"), Some("TN-Validation-Passed-A")));
    }

    #[test]
    fn malformed_and_repeated_parameters_count_as_absent() {
        let event = read(&[
            ("CallStatus", "exploded"),
            ("CallDuration", "-4"),
            ("SequenceNumber", "99999999999"),
            ("Timestamp", "yesterday"),
            ("AnsweredBy", "human"),
            ("AnsweredBy", "fax"),
            ("From", "a\u{1}b"),
            ("RecordingSid", "RE1"),
            ("StirVerstat", "a b"),
        ])
        .unwrap();
        assert_eq!(event, CallEvent { at: Some(NOW), ..CallEvent::of(CallSid(ROOT)) });
    }

    #[test]
    fn reads_dial_and_queue_actions() {
        let event = read(&[
            ("DialCallStatus", "no-answer"),
            ("DialCallSid", CHILD),
            ("DialCallDuration", "0"),
            ("DialBridged", "false"),
            ("QueueResult", "bridged"),
            ("QueueTime", "12"),
        ])
        .unwrap();
        let dial = DialReport {
            sid: Some(CallSid(CHILD)),
            status: Some(Status::NoAnswer),
            duration: Some(0),
            bridged: Some(false),
        };
        assert_eq!(event.dial, Some(dial));
        assert_eq!(event.queue, Some(QueueReport { result: "bridged", seconds: Some(12) }));
        assert_eq!(read(&[("DialCallStatus", "failed")]).unwrap().dial.unwrap().sid, None);
    }

    #[test]
    fn distinguishes_messages_from_recorded_calls() {
        const RECORDING: (&str, &str) = ("RecordingSid", "RE00000000000000000000000000000001");
        let message = |pairs: &[_]| read(&[&[RECORDING], pairs].concat()).unwrap().recording.unwrap().message;
        assert!(message(&[("RecordingUrl", "https://example.com/r")]));
        assert!(message(&[("RecordingStatus", "completed"), ("RecordingSource", "RecordVerb")]));
        assert!(!message(&[("RecordingStatus", "completed"), ("RecordingSource", "DialVerb")]));
        assert!(!message(&[("RecordingStatus", "completed")]));
        assert!(!message(&[("DialCallStatus", "completed")]));
        assert!(!message(&[("CallbackSource", "call-progress-events")]));
    }

    #[test]
    fn a_browser_cannot_assign_its_call_to_another_call() {
        let pairs = [
            ("CallSid", ROOT),
            ("Direction", "inbound"),
            ("From", "client:practitioner_1"),
            ("To", "555 0100"),
            ("CallStatus", "ringing"),
            ("ParentCallSid", CHILD),
            ("DialCallStatus", "completed"),
            ("AnsweredBy", "human"),
        ];
        let event = CallEvent::from_first_request(&pairs, NOW).unwrap();
        assert_eq!((event.root_sid(), event.dial, event.answered_by), (CallSid(ROOT), None, None));
        assert_eq!((event.to, event.status), (Some("555 0100"), Some(Status::Ringing)));
        assert_eq!(CallEvent::read(&pairs, NOW).unwrap().root_sid(), CallSid(ROOT));
    }

    #[test]
    fn reads_the_list_of_calls() {
        let json = Json::parse(
            r#"{"sid":"CA00000000000000000000000000000002","parent_call_sid":"CA00000000000000000000000000000001","status":"completed","start_time":"Wed, 18 Nov 2026 11:06:40 +0000","end_time":"Wed, 18 Nov 2026 11:07:40 +0000","duration":"55","direction":"outbound-dial","from":"+15550100001","to":"client:practitioner_1","answered_by":null}"#,
        )
        .unwrap();
        let event = CallEvent::from_rest(&json).unwrap();
        assert_eq!((event.sid, event.root_sid()), (CallSid(CHILD), CallSid(ROOT)));
        assert_eq!((event.at, event.ended), (Some(NOW), Some(NOW + 60_000)));
        assert_eq!((event.duration, event.sequence, event.answered_by), (Some(55), None, None));
        assert_eq!((event.direction, event.status), (Some("outbound-dial"), Some(Status::Completed)));
    }
}
