// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Random calls as Twilio reports them: the legs, their outcomes and the requests. The generator also returns the
//! expected record of each call. It does not use the code under test.

use plumline::chart::{CallContext, CallDirection, CallEvent, CallState};
use plumline::json::Json;
use plumline::phone::E164;

use crate::random::Random;
use crate::twilio::rfc2822;

/// A webhook request with its time, or a call in Twilio's list.
#[derive(Clone)]
pub(crate) enum Event {
    Opening(Vec<(String, String)>, u64),
    Callback(Vec<(String, String)>, u64),
    Listed(Json),
}

impl Event {
    pub(crate) fn pairs(&self) -> Option<(&[(String, String)], u64)> {
        match self {
            Self::Opening(pairs, at) | Self::Callback(pairs, at) => Some((pairs, *at)),
            Self::Listed(_) => None,
        }
    }

    pub(crate) fn add_to(&self, log: &mut CallState) {
        let pairs = self.pairs().map(|(pairs, _)| pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let pairs: Vec<_> = pairs.into_iter().flatten().collect();
        let event = match self {
            Self::Opening(_, at) => CallEvent::from_first_request(&pairs, *at),
            Self::Callback(_, at) => CallEvent::read(&pairs, *at),
            Self::Listed(json) => CallEvent::from_rest(json),
        };
        let mut event = event.expect("an event");
        if matches!(self, Self::Callback(..)) {
            event.inferred_direction = inferred_direction(&event);
        }
        log.add(&event);
    }

    pub(crate) fn log(&self) -> CallState {
        let mut log = CallState::default();
        self.add_to(&mut log);
        log
    }
}

/// The direction that the callback of a dialed leg shows.
fn inferred_direction(event: &CallEvent<'_>) -> Option<CallDirection> {
    event.parent?;
    let is_outside =
        |number: Option<&str>| number.is_some_and(|text| E164::parse(text).is_some() && text != CLINIC_NUMBER);
    if is_outside(event.from) {
        Some(CallDirection::Inbound)
    } else {
        is_outside(event.to).then_some(CallDirection::Outbound)
    }
}

/// A call, and its expected record.
pub(crate) struct Call {
    pub(crate) root: String,
    pub(crate) events: Vec<Event>,
    pub(crate) context: CallContext,
    pub(crate) outcome: &'static str,
    pub(crate) sent: u64,
    pub(crate) received: Option<u64>,
    pub(crate) outbound: bool,
}

impl Call {
    /// The state of the call after all events.
    pub(crate) fn log(&self) -> CallState {
        let mut log = CallState::prepared(&self.context);
        for event in &self.events {
            event.add_to(&mut log);
        }
        log
    }
}

pub(crate) const CLINIC_NUMBER: &str = "+15550100001";
const PATIENT: &str = "+15550100123";
const CLIENT: &str = "client:practitioner_1";

/// The end of a dialed leg: status, `SipResponseCode`, and the outcome.
const LEG_ENDS: [(&str, &str, &str); 7] = [
    ("completed", "200", "answered"),
    ("busy", "486", "busy"),
    ("busy", "603", "declined"),
    ("no-answer", "487", "no-answer"),
    ("no-answer", "", "no-answer"),
    ("failed", "404", "failed"),
    ("canceled", "487", "dropped"),
];

/// The outcomes by rank. The outcome of a call is the first one that any of its legs has.
const OUTCOMES_BY_RANK: [&str; 6] = ["answered", "dropped", "no-answer", "declined", "busy", "failed"];

struct CallGenerator {
    random: Random,
    now: u64,
    serial: u64,
    root: String,
    root_status: &'static str,
    from: &'static str,
    to: &'static str,
    direction: &'static str,
    events: Vec<Event>,
    answered: Option<u64>,
    /// The time of the first request with the status `in-progress` of the root call.
    first_in_progress: Option<u64>,
    /// When Twilio answered the root.
    picked_up: Option<u64>,
}

/// A call by its number.
pub(crate) fn call(seed: u64) -> Call {
    let mut random = Random::new(seed);
    let now = 1_795_000_000_000 + seed * 3_600_000 + random.below(1_000) as u64;
    let root = format!("CA{seed:024x}{:08x}", random.below(0xffff_ffff));
    let kind = random.below(8);
    let (from, to, direction) = match kind {
        0..=3 => (PATIENT, CLINIC_NUMBER, "inbound"),
        4 | 5 => (CLIENT, PATIENT, "inbound"),
        _ => (CLINIC_NUMBER, PATIENT, "outbound-api"),
    };
    let mut generator = CallGenerator {
        random,
        now,
        serial: 0,
        root: root.clone(),
        root_status: "ringing",
        from,
        to,
        direction,
        events: Vec::new(),
        answered: None,
        first_in_progress: None,
        picked_up: None,
    };
    let outcome = match kind {
        0 => generator.inbound(false),
        1 => generator.inbound(true),
        2 => generator.queue(),
        3 => generator.unanswered(),
        4 | 5 => generator.outbound(),
        _ => generator.placed(),
    };
    let context = generator.context(kind);
    // The time of the first event of the root call (`own`), or of its dialed legs.
    let first_event_at = |own: bool| {
        let events = generator.events.iter().filter_map(Event::pairs);
        let of = events.filter(|(pairs, _)| (pairs[0].1 == root) == own);
        of.map(|(pairs, at)| timestamp_of(pairs, at)).min()
    };
    let own = generator.since_picked_up(first_event_at(true).unwrap());
    Call {
        sent: first_event_at(false).map_or(own, |child| child.min(own)),
        events: generator.events,
        context,
        outcome,
        root,
        received: generator.answered,
        outbound: kind > 3,
    }
}

impl CallGenerator {
    /// A call to the clinic that rings up to three phones in sequence and may end with a voicemail.
    fn inbound(&mut self, voicemail: bool) -> &'static str {
        self.opening();
        let mut outcomes = Vec::new();
        for _ in 0..self.random.below(4) {
            let to = *self.random.pick(&[CLIENT, "client:practitioner_2", "+15550100077"]);
            outcomes.push(self.dial(PATIENT, to));
            if matches!(outcomes.last(), Some(&("answered" | "dropped"))) {
                break;
            }
        }
        let mut outcome = OUTCOMES_BY_RANK.into_iter().find(|best| outcomes.contains(best)).unwrap_or("no-answer");
        if voicemail && outcome != "answered" && outcome != "dropped" {
            self.root_status = "in-progress";
            self.record();
            self.answered = self.first_in_progress;
            outcome = "voicemail";
        }
        self.end("completed");
        outcome
    }

    fn queue(&mut self) -> &'static str {
        self.opening();
        let (result, outcome) =
            *self.random.pick(&[("bridged", "answered"), ("hangup", "dropped"), ("error", "failed")]);
        self.advance_clock(30);
        let waited = self.random.below(30) as u64;
        // Twilio reports the result of the queue only after the conversation.
        self.advance_clock(if outcome == "answered" { 600 } else { 1 });
        self.root_status = "in-progress";
        self.callback(vec![("QueueResult", result.into()), ("QueueTime", waited.to_string())]);
        self.end("completed");
        if outcome == "answered" {
            let first_event_at =
                self.events.iter().filter_map(Event::pairs).map(|(pairs, at)| timestamp_of(pairs, at)).min();
            self.answered = first_event_at.map(|first_event_at| self.since_picked_up(first_event_at) + waited * 1_000);
        }
        outcome
    }

    /// A call to the clinic that ends before Twilio runs the document.
    fn unanswered(&mut self) -> &'static str {
        self.opening();
        let (status, outcome) = *self.random.pick(&[
            ("canceled", "dropped"),
            ("no-answer", "no-answer"),
            ("busy", "busy"),
            ("failed", "failed"),
        ]);
        self.end(status);
        outcome
    }

    /// A call from a browser.
    fn outbound(&mut self) -> &'static str {
        self.opening();
        let outcome = self.dial(CLINIC_NUMBER, PATIENT);
        self.end("completed");
        outcome
    }

    /// A call placed by REST.
    fn placed(&mut self) -> &'static str {
        let by = *self.random.pick(&["human", "machine_start", ""]);
        let end = *self.random.pick(&LEG_ENDS);
        let root = self.root.clone();
        self.leg(&root, None, end, by);
        match end.2 {
            "answered" if by.starts_with("machine") => "voicemail",
            outcome => outcome,
        }
    }

    /// A dialed leg, and the request to the action URL of its `<Dial>`.
    fn dial(&mut self, from: &'static str, to: &'static str) -> &'static str {
        let mut end = *self.random.pick(&LEG_ENDS);
        // An app is never busy.
        if to.starts_with("client:") && end.2 == "busy" {
            end.2 = "declined";
        }
        self.serial += 1;
        let sid = format!("CA{:032x}", u128::from(self.serial) << 64 | u128::from(self.now));
        self.root_status = "in-progress";
        let duration = self.leg(&sid, Some((from, to)), end, "");
        let mut action = vec![
            ("DialCallSid", sid),
            ("DialCallStatus", end.0.into()),
            ("DialBridged", (end.0 == "completed").to_string()),
        ];
        action.extend(duration.map(|seconds| ("DialCallDuration", seconds.to_string())));
        self.callback(action);
        end.2
    }

    /// The progress events of the root, or of a child with its own addresses. Returns the duration.
    fn leg(
        &mut self,
        sid: &str,
        child: Option<(&'static str, &'static str)>,
        (end, sip, outcome): (&'static str, &str, &str),
        answered_by: &str,
    ) -> Option<usize> {
        let answered = outcome == "answered";
        let steps = ["initiated", "ringing", "in-progress", end];
        let mut lasted = None;
        for (sequence, status) in steps.into_iter().filter(|step| answered || *step != "in-progress").enumerate() {
            // The duration counts from the answer.
            if lasted.is_none() {
                self.advance_clock(9);
            }
            let mut pairs = vec![("CallSid", sid.to_owned()), ("CallStatus", status.to_owned())];
            let (from, to) = child.unwrap_or((self.from, self.to));
            pairs.extend([("From", from.into()), ("To", to.into())]);
            pairs.push(("Direction", if child.is_some() { "outbound-dial" } else { self.direction }.into()));
            if child.is_some() {
                pairs.push(("ParentCallSid", self.root.clone()));
            }
            pairs.push(("SequenceNumber", sequence.to_string()));
            pairs.extend([("Timestamp", rfc2822(self.now)), ("CallbackSource", "call-progress-events".into())]);
            if status == "in-progress" {
                self.answered = Some(self.now - self.now % 1_000);
                lasted = Some(1 + self.random.below(900));
            }
            if status == end {
                pairs.push(("CallDuration", lasted.unwrap_or(0).to_string()));
                pairs.push(("Duration", lasted.map_or(0, |seconds| seconds / 60 + 1).to_string()));
                pairs.push(("SipResponseCode", sip.into()));
                if !answered_by.is_empty() && answered {
                    pairs.push(("AnsweredBy", answered_by.into()));
                }
            }
            self.events.push(Event::Callback(owned(pairs), self.now + 300));
            if status == "in-progress" {
                self.now += lasted.map_or(0, |seconds| seconds as u64 * 1_000);
            }
        }
        lasted
    }

    fn record(&mut self) {
        let sid = format!("RE{:032x}", self.now);
        self.advance_clock(20);
        self.callback(vec![
            ("RecordingSid", sid.clone()),
            ("RecordingDuration", "20".into()),
            ("RecordingUrl", "https://api.example.com/recording".into()),
        ]);
        self.callback(vec![
            ("RecordingSid", sid),
            ("RecordingStatus", "completed".into()),
            ("RecordingSource", "RecordVerb".into()),
            ("RecordingDuration", "20".into()),
        ]);
        // The call record does not contain the transcription.
        self.callback(vec![("TranscriptionText", "words of a patient".into())]);
    }

    /// The first request. It is not always stored.
    fn opening(&mut self) {
        let pairs = self.standard();
        if self.random.below(3) > 0 {
            self.events.push(Event::Opening(owned(pairs), self.now));
        }
        self.picked_up = Some(self.now + self.random.below(900) as u64);
    }

    /// The time of the first event, or the time of the answer if that was long before. Twilio reports the answer in
    /// whole seconds.
    fn since_picked_up(&self, first_event_at: u64) -> u64 {
        let end = self.now - self.now % 1_000;
        let seconds = self.picked_up.filter(|_| self.root_status == "completed").map(|at| (self.now - at) / 1_000);
        let began = seconds.map(|seconds| end - seconds * 1_000);
        began.filter(|began| first_event_at == end || began + 2_000 < first_event_at).unwrap_or(first_event_at)
    }

    /// A request about the root call.
    fn callback(&mut self, more: Vec<(&'static str, String)>) {
        if self.root_status == "in-progress" {
            self.first_in_progress.get_or_insert(self.now);
        }
        let pairs = [self.standard(), more].concat();
        self.events.push(Event::Callback(owned(pairs), self.now));
        self.advance_clock(2);
    }

    /// The last event of the root call. Some calls are also in Twilio's list.
    fn end(&mut self, status: &'static str) {
        self.advance_clock(5);
        self.root_status = status;
        let seconds = self.picked_up.filter(|_| status == "completed").map_or(0, |at| (self.now - at) / 1_000);
        let pairs = [
            ("SequenceNumber", "0".to_owned()),
            ("Timestamp", rfc2822(self.now)),
            ("CallbackSource", "call-progress-events".to_owned()),
            ("CallDuration", seconds.to_string()),
        ];
        let pairs = [self.standard(), pairs.to_vec()].concat();
        self.events.push(Event::Callback(owned(pairs), self.now + 200));
        if self.random.one_in(3) {
            let text = |text: &str| Json::of(text);
            self.events.push(Event::Listed(Json::object([
                ("sid", text(&self.root)),
                ("parent_call_sid", Json::Null),
                ("status", text(status)),
                ("end_time", text(&rfc2822(self.now))),
                ("duration", text(&seconds.to_string())),
                ("direction", text(self.direction)),
                ("from", text(self.from)),
                ("to", text(self.to)),
            ])));
        }
    }

    fn standard(&self) -> Vec<(&'static str, String)> {
        vec![
            ("CallSid", self.root.clone()),
            ("CallStatus", self.root_status.into()),
            ("From", self.from.into()),
            ("To", self.to.into()),
            ("Direction", self.direction.into()),
        ]
    }

    fn context(&mut self, kind: usize) -> CallContext {
        let mut context = CallContext::default();
        if self.random.one_in(2) {
            context.patient = Some("Patient/p1".into());
            context.practitioner = Some("Practitioner/d1".into());
            context.related = (self.random.one_in(3)).then(|| "RelatedPerson/r1".into());
        }
        if kind == 4 {
            context.appointment = Some("Appointment/a1".into());
            context.prepared_at = Some(self.now - 90_000);
        }
        context
    }

    fn advance_clock(&mut self, seconds: usize) {
        self.now += 1_000 + self.random.below(seconds * 1_000) as u64;
    }
}

fn owned(pairs: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The time in an event's `Timestamp`.
fn timestamp_of(pairs: &[(String, String)], at: u64) -> u64 {
    let stated = pairs.iter().find(|(name, _)| name == "Timestamp");
    stated.and_then(|(_, text)| plumline::time::parse_rfc2822(text)).unwrap_or(at)
}
