// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Fake servers for the `operations` bot and the webhook: a chart, Twilio's REST API and local times.
//!
//! The invented people are:
//!
//! - **Amber**, `Practitioner/5e0b9c1d-0000-4000-8000-000000000001`, an active nurse. Her phones are `+15550100201` and
//!   the mobile `+15550100202`. Most tests place her calls.
//! - **Bruno**, `Practitioner/5e0b9c1d-0000-4000-8000-000000000002`, her colleague, also an active nurse. He has the
//!   same two phones. In many tests he edits call records to interfere with Amber's calls.
//! - **Eve**, `Patient/eve`. Her mobile is `+15550100123`, her home phone `+15550100124`, and her old number
//!   `+15550100999`.
//!
//! `Appointment/visit` is Eve's appointment. The clinic has the numbers in [`CLINIC_NUMBER`]. No config is set by default.

pub(crate) mod colleague;
pub(crate) mod key_press;
pub(crate) mod phone;
pub(crate) mod staff;
pub(crate) mod twilio;
pub(crate) mod webhook;

use plumline::json::Json;
use plumline::runtime::{Flow, HostRequest, HostResponse, HttpRequest, OpenRequest, Response};

use crate::constants::NOW;
use crate::fault::{Fault, Faults, answer_with};
use crate::fhir::Fhir;
use crate::json::json;
use crate::random::Random;
use crate::run::{Run, race};
use crate::twilio::sid as twilio_sid;

/// The webhook's URL.
pub(crate) const URL: &str = "https://fhir.example.com/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02";
/// `PLUMLINE_SECRET`.
pub(crate) const SECRET: &str = "an-invented-secret-of-40-characters-0001";
/// The clinic's numbers, `TWILIO_NUMBER`.
pub(crate) const CLINIC_NUMBER: [&str; 3] = ["+15550100001", "+15550100002", "+15550100003"];
/// Eve's mobile number.
pub(crate) const PATIENT: &str = "+15550100123";
/// The id of Amber's Practitioner.
pub(crate) const AMBER: &str = "5e0b9c1d-0000-4000-8000-000000000001";
/// Amber's Twilio client identity, which Plumline derives from her id.
pub(crate) const AMBER_IDENTITY: &str = "5e0b9c1d_0000_4000_8000_000000000001";
/// The id of Bruno's Practitioner.
pub(crate) const BRUNO: &str = "5e0b9c1d-0000-4000-8000-000000000002";

/// The `CallSid` with this number.
pub(crate) fn sid(number: u32) -> String {
    twilio_sid("CA", number.into())
}

/// A change by another client.
type Intervention = Box<dyn FnMut(&mut World)>;

/// The servers that the bots send requests to: the chart with Amber, Bruno and Eve, Twilio, and local times.
pub(crate) struct World {
    pub(crate) fhir: Fhir,
    /// Twilio's calls, newest first.
    pub(crate) calls: Vec<Json>,
    /// How many of the newest calls are missing in Twilio's list, which shows new calls late.
    pub(crate) unlisted: usize,
    /// The local time in every known zone.
    pub(crate) local_time: String,
    /// The zones whose local time a bot requested.
    pub(crate) zones: Vec<String>,
    /// All HTTP requests of the bots.
    pub(crate) http: Vec<HttpRequest>,
    /// Faults of FHIR batches.
    pub(crate) faults: Faults,
    /// Faults of HTTP requests.
    pub(crate) http_faults: Faults,
    /// Changes by other clients right before the FHIR batch with this number.
    pub(crate) interventions: Vec<(usize, Intervention)>,
    pub(crate) now: u64,
    /// The maximum wait of the latest flow for servers, in milliseconds: the sum of its timeouts.
    pub(crate) retry: u32,
}

impl Default for World {
    fn default() -> Self {
        let mut world = Self {
            fhir: Fhir::default(),
            calls: Vec::new(),
            unlisted: 0,
            local_time: "2026-11-18T10:06:40".to_owned(),
            zones: Vec::new(),
            http: Vec::new(),
            faults: Faults::NONE,
            http_faults: Faults::NONE,
            interventions: Vec::new(),
            now: NOW,
            retry: 0,
        };
        // `start-call` without a `requestId` creates a record without `ifNoneExist`.
        world.fhir.allows_unguarded = true;
        for (id, name) in [(AMBER, "Amber"), (BRUNO, "Bruno")] {
            world.put(&format!(
                r#"{{"resourceType":"Practitioner","id":"{id}","name":[{{"given":["{name}"]}}],
                "telecom":[{{"system":"phone","value":"(555) 010-0201"}},{{"system":"phone","use":"mobile","value":"+15550100202"}}]}}"#
            ));
            world.put(&format!(
                r#"{{"resourceType":"PractitionerRole","id":"role-{name}","active":true,"practitioner":{{"reference":"Practitioner/{id}"}},
                "code":[{{"coding":[{{"code":"nurse"}}]}}]}}"#
            ));
        }
        world.put(
            r#"{"resourceType":"Patient","id":"eve","telecom":[{"system":"email","value":"eve@example.com"},
            {"system":"phone","use":"old","value":"+15550100999"},{"system":"phone","use":"home","value":"+15550100124"},
            {"system":"phone","use":"mobile","value":"+1 (555) 010-0123"}]}"#,
        );
        world.put(
            r#"{"resourceType":"Appointment","id":"visit","participant":[{"actor":{"reference":"Patient/eve"}},{"actor":{"reference":"Practitioner/x"}}]}"#,
        );
        world
    }
}

impl World {
    /// A world that refuses the requests that begin with `request`, such as `PUT Practitioner`, with 403.
    pub(crate) fn forbidding(request: &str) -> Self {
        let mut world = Self::default();
        world.fhir.refused.push((request.to_owned(), 403));
        world
    }

    /// Stores a resource as another client.
    pub(crate) fn put(&mut self, resource: &str) -> Json {
        self.fhir.put(&json(resource), self.now)
    }

    pub(crate) fn read(&self, reference: &str) -> Json {
        self.fhir.read(reference).clone()
    }

    /// Changes a resource as another client.
    pub(crate) fn change(&mut self, reference: &str, name: &str, value: Json) {
        self.fhir.set(reference, name, value, self.now);
    }

    pub(crate) fn communications(&self) -> Vec<&Json> {
        self.fhir.of_type("Communication")
    }

    fn batch(&mut self, open: &OpenRequest) -> HostResponse {
        let number = self.fhir.batches.len();
        let mut interventions = std::mem::take(&mut self.interventions);
        for (_, intervene) in interventions.iter_mut().filter(|(at, _)| *at == number) {
            intervene(self);
        }
        self.interventions = interventions;
        self.fhir.answer(open, self.faults.of(number), self.now)
    }

    /// Answers one request of a flow.
    pub(crate) fn answer(&mut self, open: &OpenRequest) -> HostResponse {
        match &open.request {
            HostRequest::Batch(_) => self.batch(open),
            HostRequest::Zone(request) => {
                assert_eq!((request.instants.as_slice(), request.local_times.len()), (&[self.now][..], 0));
                self.zones.push(request.zone.clone());
                if request.zone.contains("Nowhere") {
                    answer_with(400, Json::Null)
                } else {
                    answer_with(200, json(&format!(r#"{{"localTimes":["{}"],"instants":[]}}"#, self.local_time)))
                }
            }
            HostRequest::Http(request) => {
                let fault = self.http_faults.of(self.http.len());
                self.http.push(request.clone());
                Fault::apply(fault, || {
                    let (status, body) = self.rest(request);
                    answer_with(status, body)
                })
            }
            HostRequest::Wait(_) => answer_with(200, Json::Null),
            other => panic!("{other:?}"),
        }
    }

    /// Runs a flow to its end.
    pub(crate) fn play(&mut self, flow: Flow) -> Response {
        let mut run = Run::new(flow);
        self.retry = 0;
        loop {
            if let Some(response) = run.response() {
                return response.clone();
            }
            let outside = run.open().iter().filter(|open| {
                !matches!(open.request, HostRequest::Headers | HostRequest::Wait(_) | HostRequest::Zone(_))
            });
            let longest = outside.map(|open| open.timeout.or(open.deadline).unwrap_or(u32::MAX)).max();
            self.retry = self.retry.saturating_add(longest.unwrap_or_default());
            run.resume(|open| self.answer(open));
        }
    }

    /// Runs flows concurrently in a random order.
    pub(crate) fn race(&mut self, flows: impl IntoIterator<Item = Flow>, random: &mut Random) -> Vec<Response> {
        race(flows, random, |open| self.answer(open))
    }
}
