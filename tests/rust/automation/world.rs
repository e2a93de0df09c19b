// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Fake servers for the `automation` bot: a chart, Twilio's lists, an alert URL and a clock.
//!
//! The clinic has one number, `+15550100001` ([`CLINIC_NUMBER`]). Its usual caller is `+15550100123` ([`CALLER`]). The chart is
//! empty at first. A test configures the clinic by the text that it passes to [`World::new`].

use std::collections::BTreeMap;

use plumline::bots::{automation, operations};
use plumline::chart::{CallEvent, CallState};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::{
    AudioCopy, BotEvent, Flow, HostRequest, HostResponse, HttpRequest, OpenRequest, Reply, Response,
};

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
/// The clinic's number.
pub(crate) const CLINIC_NUMBER: &str = "+15550100001";
/// The number of the usual caller.
pub(crate) const CALLER: &str = "+15550100123";
/// The alert URL.
pub(crate) const ALERTS: &str = "https://alerts.example.com/hook";

/// The servers that the bot sends requests to, and its settings.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) fhir: Fhir,
    pub(crate) twilio: Twilio,
    pub(crate) now: u64,
    pub(crate) config: String,
    /// `TWILIO_NUMBER`. The secret is not set if this is empty.
    pub(crate) numbers: &'static str,
    /// The `Binary` resources that have audio, and the `RecordingSid` of that audio.
    pub(crate) audio: BTreeMap<String, String>,
    /// The number of copies that the bot requested.
    pub(crate) copies: usize,
    /// The alerts that the bot posted.
    pub(crate) posts: Vec<Json>,
    /// The status that the alert URL returns. 0 means 200.
    pub(crate) alert_status: u16,
    /// If set, the alert URL does not respond. The value is the total wait of the runs, in milliseconds.
    pub(crate) alert_hangs: Option<u32>,
}

impl World {
    /// A world with this `PLUMLINE_CONFIG`.
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
            ("PLUMLINE_WEBHOOK_URL", Json::of("https://fhir.example.com/webhook/1")),
        ]);
        let now = Json::List(vec![Json::of_integer(self.now >> 30), Json::of_integer(self.now & 0x3fff_ffff)]);
        let event = Json::object([("now", now), ("input", input.clone()), ("secrets", secrets)]);
        BotEvent::read(&event.write()).expect("an event")
    }

    /// The sweep, which runs every minute.
    pub(crate) fn cron(&self) -> Flow {
        self.on_change(&Json::object([("resourceType", Json::of("Bot"))]))
    }

    /// The run that a Subscription starts after a change of `resource`.
    pub(crate) fn on_change(&self, resource: &Json) -> Flow {
        let event = self.event(resource);
        Flow::new(|host| automation(event, host))
    }

    /// Runs an operation of the `operations` bot.
    pub(crate) fn execute(&mut self, input: &Json) -> Reply {
        let event = self.event(input);
        self.play(Flow::new(|host| operations(event, host)), &Faults::NONE).0.reply
    }

    /// Runs a flow to its end. Returns its response and its number of round trips.
    pub(crate) fn play(&mut self, flow: Flow, faults: &Faults) -> (Response, usize) {
        let mut run = Run::new(flow);
        loop {
            if let Some(response) = run.response() {
                assert_no_secrets(response);
                return (response.clone(), run.waits);
            }
            let fault = faults.of(run.waits);
            run.resume(|open| self.answer(open, fault));
        }
    }

    /// Runs flows concurrently in a random order.
    pub(crate) fn race(&mut self, flows: Vec<Flow>, random: &mut Random) -> Vec<Response> {
        let responses = race(flows, random, |open| self.answer(open, None));
        responses.iter().for_each(assert_no_secrets);
        responses
    }

    /// Sweeps every minute until two runs in a row change nothing. Returns the number of runs before the last one. One
    /// run without changes is not enough: a run that reads the rest of a long list leaves new calls to the next run.
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

    /// Whether the sweep has not read Twilio's list to its end.
    fn is_reading(&self) -> bool {
        self.fhir.of_type("Basic").iter().any(|checkpoints| checkpoints.write().contains("\"top\""))
    }

    /// Sweeps once. Returns the number of round trips.
    pub(crate) fn sweep(&mut self) -> usize {
        let (response, round_trips) = self.play(self.cron(), &Faults::NONE);
        assert_eq!(response.reply, Reply::Accepted, "{:?}", response.log);
        round_trips
    }

    pub(crate) fn answer(&mut self, open: &OpenRequest, fault: Option<Fault>) -> HostResponse {
        let now = self.now;
        match &open.request {
            HostRequest::Batch(_) => self.fhir.answer(open, fault, now),
            HostRequest::Http(request) => Fault::apply(fault, || self.http(request, open.timeout)),
            HostRequest::CopyAudio(copy) => {
                assert!(open.deadline.is_some(), "a copy without a deadline");
                Fault::apply(fault, || self.copy_audio(copy))
            }
            // A time zone five hours behind UTC, with a change to summer time at midnight of one day.
            HostRequest::Zone(zone) if zone.zone == "Test/Place" => {
                let local_times = zone.local_times.iter().map(|local_time| match local_time.as_str() {
                    "2026-11-15T00:00:00" => Json::List(Vec::new()),
                    local_time => {
                        let at = plumline::time::parse_instant(&format!("{local_time}Z")).unwrap() + 5 * HOUR;
                        Json::List(vec![Json::of_integer(if local_time >= "2026-11-15" { at - HOUR } else { at })])
                    }
                });
                answer_with(200, Json::object([("instants", Json::List(local_times.collect()))]))
            }
            HostRequest::Zone(_) => answer_with(400, Json::Null),
            HostRequest::Wait(_) => answer_with(200, Json::Null),
            other => panic!("{other:?}"),
        }
    }

    fn copy_audio(&mut self, copy: &AudioCopy) -> HostResponse {
        self.copies += 1;
        let refused = |by: &str, status| answer_with(status, Json::object([("refusedBy", Json::of(by))]));
        let path = copy.url.strip_prefix("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/").expect("audio");
        let sid = path.strip_suffix(".mp3").expect("MP3").to_owned();
        if self.twilio.audio_status != 0 {
            return refused("twilio", self.twilio.audio_status);
        }
        if !self.twilio.recordings.contains(&sid) {
            return refused("twilio", 404);
        }
        let Some(binary) = self.fhir.get(&copy.binary) else { return refused("chart", 404) };
        let context = binary.at(&["securityContext", "reference"]).and_then(Json::text);
        assert_eq!(context, Some(&*copy.security_context), "the audio gets another security context");
        self.audio.insert(copy.binary.clone(), sid);
        let body = [("contentType", Json::of("audio/mpeg")), ("size", Json::of_integer(4_321))];
        answer_with(200, Json::object(body))
    }

    fn http(&mut self, request: &HttpRequest, timeout: Option<u32>) -> HostResponse {
        if request.url != ALERTS {
            return self.twilio.answer(request, self.now);
        }
        assert_eq!(request.method, "POST");
        self.posts.push(json(&request.body));
        if let Some(waited) = &mut self.alert_hangs {
            *waited += timeout.expect("a deadline");
            return HostResponse::TimedOut;
        }
        answer_with(if self.alert_status == 0 { 200 } else { self.alert_status }, Json::Null)
    }

    /// The call records in the chart, sorted, without ids and versions.
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

    /// The only record of a call.
    pub(crate) fn call(&self, root: &str) -> &Json {
        let url = format!("https://www.twilio.com/\",\"value\":\"{root}\"");
        let open = |item: &&&Json| item.write().contains(&url) && !is(item, "status", "entered-in-error");
        let calls: Vec<&Json> = self.fhir.of_type("Communication").iter().filter(open).copied().collect();
        assert_eq!(calls.len(), 1, "{root}");
        calls[0]
    }

    /// Stores a call in the chart, as if all its callbacks had arrived.
    pub(crate) fn chart(&mut self, root: &str) -> Json {
        let mut log = CallState::default();
        let now = self.now;
        for leg in self.twilio.legs.iter().filter(|leg| leg.sid == root || leg.parent.as_deref() == Some(root)) {
            log.add(&CallEvent::from_rest(&leg.json(now)).unwrap());
        }
        self.fhir.put(&log.write(None, EXTENSION_BASE), now)
    }
}

fn assert_no_secrets(response: &Response) {
    for line in &response.log {
        assert!(!line.contains("CONFIG_INVALID"), "{line}");
        assert!(!line.contains("+1555") && !line.contains("CA0") && !line.contains("invented"), "{line}");
    }
}

fn without_checkpoints(resources: &[Json]) -> Vec<String> {
    resources.iter().filter(|item| !is(item, "resourceType", "Basic")).map(Json::write).collect()
}

/// A leg of a call. Its `CallSid` is derived from `number`.
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

/// A recording. Its `RecordingSid` is derived from `number`.
pub(crate) fn recording(number: u64, call: &str, created: u64, seconds: u64, source: &'static str) -> Recorded {
    Recorded { sid: sid("RE", number), call: call.to_owned(), created, seconds, source }
}

/// Random calls that start within `minutes` after `from`: answered, missed, failed or placed by a browser. All times
/// are whole seconds.
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
            0 => legs.push(leg(root, None, &caller, CLINIC_NUMBER, start, seconds)),
            1 => {
                legs.push(leg(root, None, &caller, CLINIC_NUMBER, start, seconds));
                legs.push(leg(root + 1, Some(root), &caller, "client:desk", start + 1_000, 4));
                legs[first + 1].status = *random.pick(&["no-answer", "busy", "failed"]);
                legs.push(leg(root + 2, Some(root), &caller, "+15550100002", start + 1_000, seconds.max(9) - 4));
            }
            2 => {
                legs.push(leg(root, None, &caller, CLINIC_NUMBER, start, seconds));
                legs[first].status = *random.pick(&["no-answer", "busy", "failed", "canceled"]);
            }
            _ => {
                legs.push(leg(root, None, "client:practitioner_1", &caller, start, seconds));
                legs.push(leg(root + 1, Some(root), CLINIC_NUMBER, &caller, start + 1_000, seconds - 2));
                legs[first + 1].status = *random.pick(&["completed", "no-answer"]);
            }
        }
        for leg in &mut legs[first..] {
            leg.listed = leg.start + late;
        }
    }
    legs
}

/// Asserts that two lists are equal. Shows the first difference.
pub(crate) fn assert_same(actual: &[String], expected: &[String], of: &str) {
    for (actual, expected) in actual.iter().zip(expected) {
        assert_eq!(actual, expected, "{of}");
    }
    assert_eq!(actual.len(), expected.len(), "{of}");
}
