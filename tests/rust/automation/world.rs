// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Servers for the requests of `automation`: a chart, Twilio, an alert URL and a clock.

use plumline::bots::{automation, operations};
use plumline::chart::{CallEvent, CallLog};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::{Answer, Ask, BotEvent, Flow, HttpRequest, OpenRequest, Reply, Response};

use crate::automation::twilio::{Leg, Recorded, Twilio};
use crate::constants::NOW;
use crate::fault::{Fault, Faults, answer_with};
use crate::fhir::Fhir;
use crate::json::{is, json, without_server_fields};
use crate::random::Random;
use crate::run::{Run, race};
use crate::twilio::sid;

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 3_600_000;
pub(crate) const DAY: u64 = 86_400_000;
pub(crate) const OURS: &str = "+15550100001";
pub(crate) const CALLER: &str = "+15550100123";
pub(crate) const ALERTS: &str = "https://alerts.example.com/hook";

#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) fhir: Fhir,
    pub(crate) twilio: Twilio,
    pub(crate) now: u64,
    pub(crate) config: String,
    /// `TWILIO_NUMBER`; not set where empty.
    pub(crate) numbers: &'static str,
    /// The alerts that were posted.
    pub(crate) posts: Vec<Json>,
    /// The status of the address for alerts. 0 is 200.
    pub(crate) alert_status: u16,
    /// Whether the address for alerts hangs, and how many milliseconds runs have waited for it.
    pub(crate) alert_hangs: Option<u32>,
}

impl World {
    pub(crate) fn new(config: &str) -> Self {
        Self { now: NOW, config: config.to_owned(), ..Self::default() }
    }

    fn event(&self, input: &Json) -> BotEvent {
        let secret = |value: &str| if value.is_empty() { Json::Null } else { Json::of(value) };
        let secrets = Json::object([
            ("TWILIO_ACCOUNT_SID", Json::of("AC1")),
            ("TWILIO_API_KEY", Json::of("SK1")),
            ("TWILIO_API_SECRET", Json::of("invented")),
            ("PLUMLINE_CONFIG", secret(&self.config)),
            ("TWILIO_NUMBER", secret(self.numbers)),
        ]);
        let now = Json::List(vec![Json::count(self.now >> 30), Json::count(self.now & 0x3fff_ffff)]);
        let event = Json::object([("now", now), ("input", input.clone()), ("secrets", secrets)]);
        BotEvent::read(&event.write()).expect("an event")
    }

    /// The sweep, which runs every minute.
    pub(crate) fn cron(&self) -> Flow {
        self.on_change(&Json::object([("resourceType", Json::of("Bot"))]))
    }

    /// What a Subscription starts when a resource has changed.
    pub(crate) fn on_change(&self, resource: &Json) -> Flow {
        let event = self.event(resource);
        Flow::new(|host| automation(event, host))
    }

    /// An operation.
    pub(crate) fn execute(&mut self, input: &Json) -> Reply {
        let event = self.event(input);
        self.play(Flow::new(|host| operations(event, host)), &Faults::NONE).0.reply
    }

    /// Plays a flow to its end. Returns how often it waited for answers, too.
    pub(crate) fn play(&mut self, flow: Flow, faults: &Faults) -> (Response, usize) {
        let mut run = Run::new(flow);
        loop {
            if let Some(response) = run.response() {
                leaks_nothing(response);
                return (response.clone(), run.waits);
            }
            let fault = faults.of(run.waits);
            run.resume(|open| self.answer(open, fault));
        }
    }

    /// Plays flows concurrently in a random order.
    pub(crate) fn race(&mut self, flows: Vec<Flow>, random: &mut Random) -> Vec<Response> {
        let responses = race(flows, random, |open| self.answer(open, None));
        responses.iter().for_each(leaks_nothing);
        responses
    }

    /// Sweeps every minute until nothing changes any more. Returns the number of runs. A run that ends a long list may
    /// change nothing, and leave new calls to the next run.
    pub(crate) fn sweep_until_stable(&mut self) -> usize {
        let mut quiet = 0;
        for runs in 1..200 {
            let before = self.fhir.resources.clone();
            self.sweep();
            self.now += MINUTE;
            let changed = without_checkpoints(&before) != without_checkpoints(&self.fhir.resources);
            quiet = if changed || self.is_reading() { 0 } else { quiet + 1 };
            if quiet == 2 {
                return runs - 1;
            }
        }
        panic!("it never settles");
    }

    /// Whether Twilio's list is not read to its end.
    fn is_reading(&self) -> bool {
        self.fhir.of_type("Basic").iter().any(|checkpoints| checkpoints.write().contains("\"top\""))
    }

    pub(crate) fn sweep(&mut self) -> usize {
        let (response, asked) = self.play(self.cron(), &Faults::NONE);
        assert_eq!(response.reply, Reply::Accepted, "{:?}", response.log);
        asked
    }

    pub(crate) fn answer(&mut self, open: &OpenRequest, fault: Option<Fault>) -> Answer {
        let now = self.now;
        match &open.ask {
            Ask::Batch(_) => self.fhir.answer(open, fault, now),
            Ask::Http(request) => Fault::apply(fault, || self.http(request, open.deadline)),
            // A time zone five hours behind UTC, with a change to summer time at midnight of one day.
            Ask::Zone(zone) if zone.zone == "Test/Place" => {
                let local_times = zone.local_times.iter().map(|local_time| match local_time.as_str() {
                    "2026-11-15T00:00:00" => Json::List(Vec::new()),
                    local_time => {
                        let at = plumline::time::parse_instant(&format!("{local_time}Z")).unwrap() + 5 * HOUR;
                        Json::List(vec![Json::count(if local_time >= "2026-11-15" { at - HOUR } else { at })])
                    }
                });
                answer_with(200, Json::object([("instants", Json::List(local_times.collect()))]))
            }
            Ask::Zone(_) => answer_with(400, Json::Null),
            Ask::Wait(_) => answer_with(200, Json::Null),
            other => panic!("{other:?}"),
        }
    }

    fn http(&mut self, request: &HttpRequest, deadline: Option<u32>) -> Answer {
        if request.url != ALERTS {
            return self.twilio.answer(request, self.now);
        }
        assert_eq!(request.method, "POST");
        self.posts.push(json(&request.body));
        if let Some(waited) = &mut self.alert_hangs {
            *waited += deadline.expect("a deadline");
            return Answer::TimedOut;
        }
        answer_with(if self.alert_status == 0 { 200 } else { self.alert_status }, Json::Null)
    }

    /// The calls in the chart, without ids and versions, in the order of their text.
    pub(crate) fn calls(&self) -> Vec<String> {
        let mut calls = Vec::new();
        for call in self.fhir.of_type("Communication") {
            if is(call, "status", "entered-in-error") || !call.write().contains("twilio-voice") {
                continue;
            }
            calls.push(without_server_fields(call));
        }
        calls.sort();
        calls
    }

    pub(crate) fn call(&self, root: &str) -> &Json {
        let url = format!("https://www.twilio.com/\",\"value\":\"{root}\"");
        let open = |one: &&&Json| one.write().contains(&url) && !is(one, "status", "entered-in-error");
        let calls: Vec<&Json> = self.fhir.of_type("Communication").iter().filter(open).copied().collect();
        assert_eq!(calls.len(), 1, "{root}");
        calls[0]
    }

    /// Stores the list's data of a call in the chart, like its callbacks.
    pub(crate) fn chart(&mut self, root: &str) -> Json {
        let mut log = CallLog::default();
        let now = self.now;
        for leg in self.twilio.legs.iter().filter(|leg| leg.sid == root || leg.parent.as_deref() == Some(root)) {
            log.add(&CallEvent::from_rest(&leg.json(now)).unwrap());
        }
        self.fhir.put(&log.write(None, EXTENSION_BASE), now)
    }
}

fn leaks_nothing(response: &Response) {
    for line in &response.log {
        assert!(!line.contains("CONFIG_INVALID"), "{line}");
        assert!(!line.contains("+1555") && !line.contains("CA0") && !line.contains("invented"), "{line}");
    }
}

fn without_checkpoints(resources: &[Json]) -> Vec<String> {
    resources.iter().filter(|one| !is(one, "resourceType", "Basic")).map(Json::write).collect()
}

/// A leg of a call; `number` makes its `CallSid`.
pub(crate) fn leg(number: u64, parent: Option<u64>, from: &str, to: &str, start: u64, seconds: u64) -> Leg {
    Leg {
        sid: sid("CA", number),
        parent: parent.map(|parent| sid("CA", parent)),
        from: from.to_owned(),
        to: to.to_owned(),
        direction: if parent.is_some() { "outbound-dial" } else { "inbound" },
        start,
        end: start + seconds * 1_000,
        status: "completed",
        listed: start,
    }
}

/// A recording; `number` makes its `RecordingSid`.
pub(crate) fn recording(number: u64, call: &str, created: u64, seconds: u64, source: &'static str) -> Recorded {
    Recorded { sid: sid("RE", number), call: call.to_owned(), created, seconds, source }
}

/// Random calls within `minutes`: answered, missed, failed or placed by a browser. All times are whole seconds.
pub(crate) fn calls(random: &mut Random, count: u64, from: u64, minutes: u64) -> Vec<Leg> {
    let mut legs = Vec::new();
    for number in 0..count {
        let start = from + random.below((minutes * 60) as usize) as u64 * 1_000;
        let seconds = 5 + random.below(240) as u64;
        let root = number * 4 + 1;
        let caller = format!("+155501002{:02}", random.below(100));
        let late = random.below(14 * 60_000) as u64;
        let first = legs.len();
        match random.below(4) {
            0 => legs.push(leg(root, None, &caller, OURS, start, seconds)),
            1 => {
                legs.push(leg(root, None, &caller, OURS, start, seconds));
                legs.push(leg(root + 1, Some(root), &caller, "client:desk", start + 1_000, 4));
                legs[first + 1].status = *random.pick(&["no-answer", "busy", "failed"]);
                legs.push(leg(root + 2, Some(root), &caller, "+15550100002", start + 1_000, seconds.max(9) - 4));
            }
            2 => {
                legs.push(leg(root, None, &caller, OURS, start, seconds));
                legs[first].status = *random.pick(&["no-answer", "busy", "failed", "canceled"]);
            }
            _ => {
                legs.push(leg(root, None, "client:practitioner_1", &caller, start, seconds));
                legs.push(leg(root + 1, Some(root), OURS, &caller, start + 1_000, seconds - 2));
                legs[first + 1].status = *random.pick(&["completed", "no-answer"]);
            }
        }
        for leg in &mut legs[first..] {
            leg.listed = leg.start + late;
        }
    }
    legs
}

/// Asserts that two lists are the same. Shows the first difference.
pub(crate) fn assert_same(ours: &[String], theirs: &[String], of: &str) {
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours, theirs, "{of}");
    }
    assert_eq!(ours.len(), theirs.len(), "{of}");
}
