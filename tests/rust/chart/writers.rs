// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Concurrent callbacks of one call.

use std::cell::RefCell;
use std::rc::Rc;

use plumline::bots::{StatusCallback, status};
use plumline::chart::{
    CallContext, CallEvent, CallRecord, CallState, RecordWrite, RetryPolicy, Stored, nothing_else, search, store,
};
use plumline::dialplan::config::Config;
use plumline::error::Code;
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::phone::E164;
use plumline::runtime::{FhirRequest, Flow, HostRequest, OpenRequest, Reply, Response};

use crate::chart::calls::{CLINIC_NUMBER, Event, call};
use crate::chart::{is_recorded, only_call};
use crate::constants::NOW;
use crate::fault::{Fault, Faults, answer_with};
use crate::fhir::Fhir;
use crate::json::{json, reference, without_server_fields};
use crate::random::Random;
use crate::run::Run;

/// The time limit of a callback in milliseconds.
pub(crate) const LIMIT: u32 = 12_000;
const EMPTY: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#;

/// A callback that is stored in the chart.
pub(crate) struct Writer {
    run: Run,
    /// The number of requests to the chart.
    asked: usize,
    /// The number of pauses before another attempt.
    paused: usize,
}

impl Writer {
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let (pairs, at) = event.pairs()?;
        let pairs = pairs.to_vec();
        Some(Self::new(Flow::new(move |host| async move {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

            let config = Config::default();
            status(
                &host,
                StatusCallback {
                    pairs: &pairs,
                    now: at,
                    numbers: &[E164::parse(CLINIC_NUMBER).unwrap()],
                    mailbox: None,
                    closing: None,
                    is_screened: false,
                    config: &config,
                    caller_waits: false,
                },
            )
            .await
        })))
    }

    fn new(flow: Flow) -> Self {
        Self { run: Run::new(flow), asked: 0, paused: 0 }
    }

    /// Sends the next request, after its pause. Returns the response at the end.
    pub(crate) fn resume(&mut self, fhir: &mut Fhir, fault: Option<Fault>) -> Option<Response> {
        while let [OpenRequest { request: HostRequest::Wait(ms), .. }] = self.run.open() {
            assert!((1..=2_000).contains(ms), "{ms}");
            self.paused += 1;
            self.run.resume(|_| answer_with(200, Json::Null));
        }
        if let Some(response) = self.run.response() {
            return Some(response.clone());
        }
        let [open] = self.run.open() else { panic!("{:?}", self.run.open()) };
        assert!(matches!(open.timeout.or(open.deadline), Some(LIMIT | 4_000)));
        self.asked += 1;
        self.run.resume(|open| fhir.answer(open, fault, NOW));
        None
    }

    pub(crate) fn play(mut self, fhir: &mut Fhir, faults: &Faults) -> (Response, usize) {
        loop {
            if let Some(response) = self.resume(fhir, faults.of(self.asked)) {
                return (response, self.asked);
            }
        }
    }
}

/// Whether Twilio gets a success. After an error, Twilio posts again.
pub(crate) fn is_acknowledged(response: &Response) -> bool {
    match &response.reply {
        Reply::Twiml(xml) => {
            assert_eq!((xml.as_str(), response.log.len()), (EMPTY, 0));
            true
        }
        Reply::Broken(problem) => {
            assert!(matches!(problem.code, Code::ChartConflict | Code::ChartUnavailable | Code::ChartRefused));
            false
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn concurrent_writers_produce_one_identical_record() {
    let (mut conflicts, mut pauses) = (0, 0);
    for seed in 1..=200 {
        let call = call(seed);
        let mut random = Random::new(seed ^ 0x5eed);
        let mut fhir = Fhir::default();
        let mut events: Vec<Event> = call.events.iter().filter(|event| event.pairs().is_some()).cloned().collect();
        let mut expected = CallState::default();
        for event in &events {
            event.add_to(&mut expected);
        }
        for _ in 0..random.below(5) {
            events.push(random.pick(&events).clone());
        }
        let mut writers: Vec<(Writer, &Event)> =
            events.iter().map(|event| (Writer::of(event).unwrap(), event)).collect();
        let mut steps = 0;
        while !writers.is_empty() {
            steps += 1;
            assert!(steps < 20_000, "seed {seed}");
            let at = random.below(writers.len());
            // A server may return 409 without an apparent reason.
            let fault = (random.one_in(10)).then_some(Fault::EachRefused(409));
            let (writer, event) = &mut writers[at];
            if let Some(response) = writer.resume(&mut fhir, fault) {
                pauses += writer.paused;
                if is_acknowledged(&response) {
                    assert!(is_recorded(&fhir, &event.log()), "seed {seed}");
                    writers.swap_remove(at);
                } else {
                    conflicts += 1;
                    *writer = Writer::of(event).unwrap();
                }
            }
        }
        assert_eq!(
            without_server_fields(only_call(&fhir)),
            expected.write(None, EXTENSION_BASE).write(),
            "seed {seed}"
        );
    }
    assert!(pauses > 1_000, "they hardly met: {pauses}");
    println!("seeds 1 to 200, {pauses} attempts repeated, {conflicts} webhooks answered with 500 and brought again");
}

#[test]
fn a_new_event_takes_two_round_trips_and_a_repeated_one_takes_one() {
    let call = call(4);
    let mut fhir = Fhir::default();
    for event in call.events.iter().filter(|event| event.pairs().is_some()) {
        let (response, asked) = Writer::of(event).unwrap().play(&mut fhir, &Faults::NONE);
        assert!(is_acknowledged(&response) && asked <= 2, "{asked}");
        let changes = fhir.changes;
        let (response, asked) = Writer::of(event).unwrap().play(&mut fhir, &Faults::NONE);
        assert!(is_acknowledged(&response));
        assert_eq!((asked, fhir.changes), (1, changes));
    }
}

#[test]
fn an_invalid_event_is_logged_and_acknowledged() {
    let pairs = vec![("CallSid".to_owned(), "CA1".to_owned())];
    let (response, asked) = Writer::of(&Event::Callback(pairs, 0)).unwrap().play(&mut Fhir::default(), &Faults::NONE);
    assert_eq!((response.reply, asked), (Reply::Twiml(EMPTY.into()), 0));
    assert!(response.log[0].contains("CALL_SID_INVALID") && !response.log[0].contains("CA1"));
}

#[test]
fn a_callback_that_cannot_be_stored_ends_with_the_right_status() {
    let call = call(4);
    let event = &call.events[1];
    let code = |faults: Faults| {
        let (response, asked) = Writer::of(event).unwrap().play(&mut Fhir::default(), &faults);
        let Reply::Broken(problem) = response.reply else { panic!("{:?}", response.reply) };
        (problem.code, asked)
    };
    assert_eq!(code(Faults::always(Fault::TimedOut)), (Code::ChartUnavailable, 2));
    assert_eq!(code(Faults::at(0, Fault::EachRefused(403))), (Code::ChartRefused, 1));
    assert_eq!(code(Faults::at(0, Fault::Refused(401))), (Code::ChartRefused, 1));
    assert_eq!(code(Faults::always(Fault::EachRefused(500))), (Code::ChartUnavailable, 9));
    assert_eq!(code(Faults::always(Fault::Refused(429))), (Code::ChartUnavailable, 9));
    // The reads succeed, the writes do not.
    let writes = (0..8).map(|attempt| (2 * attempt + 1, Fault::EachRefused(409)));
    assert_eq!(code(writes.collect()), (Code::ChartConflict, 16));
}

type Outcome = Rc<RefCell<Option<Result<Stored, Code>>>>;

/// A flow that stores an event and creates a Task for a missed call.
fn with_task(event: &Event, context: CallContext, call_record: Option<CallRecord>) -> (Writer, Outcome) {
    let (pairs, at) = event.pairs().unwrap();
    let pairs = pairs.to_vec();
    let outcome = Outcome::default();
    let result = Rc::clone(&outcome);
    let flow = Flow::new(move |host| async move {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let event = CallEvent::read(&pairs, at).unwrap();
        let task = |log: &CallState, _: Option<&str>| {
            let missed = log.outcome().is_some_and(|outcome| outcome.word() != "answered");
            let criteria = format!("identifier=urn:task|{}", log.root_sid().unwrap());
            let resource = format!(
                r#"{{"resourceType":"Task","status":"requested","intent":"order","identifier":[{{"system":"urn:task","value":"{}"}}]}}"#,
                log.root_sid().unwrap()
            );
            let request = FhirRequest {
                method: "POST",
                url: "Task".into(),
                resource: Some(resource),
                if_none_exist: Some(criteria),
                if_match: None,
            };
            missed.then_some(request).into_iter().collect()
        };
        let write = RecordWrite {
            root: event.root_sid().0,
            events: core::slice::from_ref(&event),
            context: &context,
            call_record: call_record.as_ref(),
            other_writes: &task,
            format: EXTENSION_BASE.into(),
            retry: RetryPolicy::UntilStored(Some(LIMIT)),
        };
        let stored = store(&host, write).await;
        result.borrow_mut().replace(stored);
        Response::from(Reply::Accepted)
    });
    (Writer::new(flow), outcome)
}

/// The last event of a missed call.
fn missed() -> Event {
    let missed = (1..100).map(call).find(|call| call.outcome == "no-answer" && !call.outbound).unwrap();
    missed.events.iter().rfind(|event| event.pairs().is_some()).unwrap().clone()
}

#[test]
fn additional_resources_are_written_once_with_the_record() {
    let mut fhir = Fhir::default();
    for _ in 0..3 {
        let (writer, outcome) = with_task(&missed(), CallContext::default(), None);
        writer.play(&mut fhir, &Faults::NONE);
        let stored = outcome.take().unwrap().unwrap();
        assert_eq!(stored.reference, Some(reference(only_call(&fhir))));
    }
    assert_eq!((fhir.of_type("Task").len(), fhir.changes), (1, 2));
    assert_eq!((fhir.reads(), fhir.writes()), (3, 3));

    // The record is written, but the task is not. The event is not acknowledged, and the next attempt writes both.
    let mut fhir = Fhir::default();
    let (writer, outcome) = with_task(&missed(), CallContext::default(), None);
    let mut faults = Faults::from(2, Fault::RequestLost);
    faults.add(1, Fault::FirstOnly);
    writer.play(&mut fhir, &faults);
    assert_eq!(outcome.take().unwrap(), Err(Code::ChartUnavailable));
    assert_eq!((fhir.of_type("Communication").len(), fhir.of_type("Task").len()), (1, 0));
    let (writer, outcome) = with_task(&missed(), CallContext::default(), None);
    writer.play(&mut fhir, &Faults::NONE);
    assert!(outcome.take().unwrap().is_ok());
    assert_eq!(fhir.of_type("Task").len(), 1);
}

#[test]
fn a_record_that_a_flow_has_read_is_not_read_again() {
    let event = missed();
    let root = event.log().root_sid().unwrap().to_owned();
    let found = answer_with(200, Json::object([("resourceType", Json::of("Bundle"))]));
    assert_eq!(search(&root).url, format!("Communication?identifier=https://www.twilio.com/|{root}"));
    let call_record = CallRecord::read(found, &root).unwrap();
    let mut fhir = Fhir::default();
    let context = CallContext { patient: Some("Patient/p1".into()), ..CallContext::default() };
    let (writer, outcome) = with_task(&event, context.clone(), Some(call_record.clone()));
    writer.play(&mut fhir, &Faults::NONE);
    assert!(outcome.take().unwrap().is_ok());
    assert_eq!((fhir.reads(), fhir.writes()), (0, 1));
    // The record in `found` is outdated. The conditional create creates nothing, so the flow reads the record.
    let context = CallContext { appointment: Some("Appointment/a1".into()), ..context };
    let (writer, outcome) = with_task(&event, context, Some(call_record));
    writer.play(&mut fhir, &Faults::NONE);
    let stored = outcome.take().unwrap().unwrap();
    assert_eq!((fhir.reads(), fhir.writes()), (1, 3));
    assert_eq!(stored.state, CallState::read(only_call(&fhir)));
    assert_eq!(only_call(&fhir).at(&["basedOn", "0", "reference"]), Some(&Json::of("Appointment/a1")));
}

#[test]
fn the_record_of_the_ticket_gets_the_content_of_the_other_record_except_the_participants() {
    let event = missed();
    let log = event.log();
    let root = log.root_sid().unwrap().to_owned();
    let ticket =
        CallContext { prepared_at: Some(1), identity: Some("practitioner_1".into()), ..CallContext::default() };
    let mut claimed = CallState::prepared(&ticket);
    claimed.set_root(&root);
    let elsewhere = format!(
        r#"{{"resourceType":"Communication","status":"unknown","identifier":[{{"system":"https://www.twilio.com/","value":"{root}"}}]}}"#
    );
    let mut fhir = Fhir::default();
    fhir.put(&json(&elsewhere), NOW);
    let mut other = log.clone();
    other.add_context(&CallContext { patient: Some("Patient/p1".into()), ..CallContext::default() });
    fhir.put(&other.write(None, EXTENSION_BASE), NOW);
    let ticket = reference(&fhir.put(&claimed.write(None, EXTENSION_BASE), NOW));
    for _ in 0..2 {
        let (writer, outcome) = with_task(&event, CallContext::default(), None);
        writer.play(&mut fhir, &Faults::NONE);
        assert_eq!(outcome.take().unwrap().unwrap().reference.as_ref(), Some(&ticket));
    }
    claimed.merge_legs(&other);
    assert_eq!(CallState::read(fhir.of_type("Communication")[2]), claimed);
    let plain = json(&elsewhere);
    assert_eq!(without_server_fields(fhir.of_type("Communication")[0]), plain.write());
    let call_record = CallRecord::of(plain);
    assert_eq!((call_record.reference(), call_record.state.root_sid()), (None, Some(root.as_str())));
}

#[test]
fn every_write_is_conditional() {
    let event = missed();
    let unversioned = event.log().write(None, EXTENSION_BASE);
    let mut log = event.log();
    log.add_context(&CallContext { patient: Some("Patient/p1".into()), ..CallContext::default() });
    let error = CallRecord::of(unversioned.clone()).write(&log, EXTENSION_BASE).unwrap_err();
    assert_eq!(error.code(), Code::ChartRefused);
    assert_eq!(CallRecord::of(unversioned).write(&event.log(), EXTENSION_BASE), Ok(None));
    assert_eq!(nothing_else(&log, None), []);
}
