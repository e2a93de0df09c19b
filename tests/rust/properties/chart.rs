// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A random chart: people, services and records. Some are invalid, and some requests fail.

use plumline::json::Json;
use plumline::runtime::{HostRequest, HostResponse, OpenRequest};
use serde_json::{Value, json};

use crate::fault::{TRANSIENT, answer_with};
use crate::fhir::Fhir;
use crate::json::{json, text};
use crate::random::Random;

/// Phone numbers as people write them, and the possible numbers in E.164. A number without a country has the country of
/// the called number.
const PHONES: [(&str, &[&str]); 8] = [
    ("(555) 010-0123", &["+15550100123", "+445550100123"]),
    ("+1 555 010 0177", &["+15550100177"]),
    ("+44 20 7946 0018", &["+442079460018"]),
    ("555-010-0188", &["+15550100188", "+445550100188"]),
    ("extension 12", &[]),
    ("", &[]),
    ("+1 900 555 0100 200 300 400", &[]),
    ("\u{1}+1555", &[]),
];
const IDENTITIES: [&str; 6] = ["grey_1", "brown_1", "a b", "", "<Sip>x</Sip>", "q\u{ffff}"];
const TWILIO: &str = "http://twilio.com/voice/identity";

/// The chart of one request.
pub(crate) struct World<'c> {
    pub(crate) people: People<'c>,
    /// The records of calls.
    pub(crate) fhir: Fhir,
    /// The sum of all deadlines in milliseconds.
    pub(crate) waited: u32,
    now: u64,
}

/// Answers searches for all resources except call records.
pub(crate) struct People<'c> {
    random: &'c mut Random,
    /// Whether all requests succeed.
    without_faults: bool,
    /// All targets in the chart, as noun and target: `Client grey_1`.
    pub(crate) named: Vec<String>,
}

impl<'c> World<'c> {
    pub(crate) fn new(random: &'c mut Random, without_faults: bool, now: u64) -> Self {
        let mut fhir = Fhir::default();
        // A bot that reads an invalid record may send it back.
        fhir.refuses_invalid = !without_faults;
        Self { people: People { random, without_faults, named: Vec::new() }, fhir, waited: 0, now }
    }

    pub(crate) fn answer(&mut self, open: &OpenRequest) -> HostResponse {
        let Self { people, fhir, .. } = self;
        match &open.request {
            HostRequest::Headers => answer_with(200, Json::object([])),
            HostRequest::Zone(_) if people.fails(12) => answer_with(400, Json::Null),
            HostRequest::Zone(_) => {
                let (month, day) = (1 + people.random.below(12), 1 + people.random.below(28));
                let hour = people.random.below(24);
                answer_with(
                    200,
                    json(&format!(r#"{{"localTimes":["2026-{month:02}-{day:02}T{hour:02}:15:00"],"instants":[]}}"#)),
                )
            }
            HostRequest::Batch(_) => {
                if open.deadline.is_none() {
                    self.waited += open.timeout.expect("a deadline");
                }
                let fault = people.fails(8).then(|| *people.random.pick(&TRANSIENT));
                let now = self.now;
                let answer = fhir.answer_by(open, fault, now, |fhir, entry| people.respond(fhir, entry, now));
                // The response is a success without a body.
                if people.fails(30) { answer_with(200, Json::Null) } else { answer }
            }
            HostRequest::Wait(_) => answer_with(200, Json::Null),
            other => panic!("{other:?}"),
        }
    }
}

impl People<'_> {
    fn fails(&mut self, one_in: usize) -> bool {
        !self.without_faults && self.random.one_in(one_in)
    }

    /// The response to one entry of a batch.
    fn respond(&mut self, fhir: &mut Fhir, entry: &Json, now: u64) -> Json {
        if self.fails(10) {
            let status = *self.random.pick(&["403", "404", "409", "410", "412", "429", "500", "2", "", "200"]);
            return json(&format!(r#"{{"response":{{"status":"{status}"}}}}"#));
        }
        let url = text(entry, &["request", "url"]);
        if text(entry, &["request", "method"]) != "GET" {
            return fhir.entry(entry, now);
        }
        let found = if url.starts_with("Communication?") && url.contains("identifier=") {
            let mut found: Value = serde_json::from_str(&fhir.search(url).write()).unwrap();
            for entry in found["entry"].as_array_mut().into_iter().flatten() {
                entry["resource"] = self.with_unexpected_value(entry["resource"].take());
            }
            found
        } else {
            self.found(url)
        };
        json(&json!({ "response": { "status": "200" }, "resource": found }).to_string())
    }

    fn found(&mut self, url: &str) -> Value {
        let kind = url.split(['?', '/']).next().unwrap();
        let mut found: Vec<Value> = Vec::new();
        match kind {
            "Patient" => {
                for n in 0..self.random.below(3) {
                    found.push(self.patient(n));
                }
                let subject = json!({ "reference": "Patient/p0" });
                found.push(json!({ "resourceType": "CareTeam", "id": "7", "status": "active", "subject": subject }));
                self.practitioners(&mut found);
            }
            "PractitionerRole" => {
                for n in 0..self.random.below(4) {
                    found.push(self.role(n));
                }
                self.practitioners(&mut found);
            }
            "Communication" => {
                found.push(json!({ "resourceType": "Communication", "id": "old", "sent": "2026-11-01T00:00:00Z",
                    "status": "completed", "sender": { "reference": "Practitioner/p0" } }));
                self.practitioners(&mut found);
            }
            "HealthcareService" => {
                let service = json!({ "resourceType": "HealthcareService", "id": "7",
                    "availableTime": [{ "allDay": true, "daysOfWeek": ["mon", "tue", "wed"] }] });
                return self.with_unexpected_value(service);
            }
            "RelatedPerson" => {
                for n in 0..self.random.below(8).saturating_sub(5) {
                    found.push(json!({ "resourceType": "RelatedPerson", "id": format!("r{n}"),
                        "patient": { "reference": format!("Patient/p{}", self.random.below(2)) },
                        "telecom": [{ "system": "phone", "value": "(555) 010-0123 (mom)" }] }));
                }
                found.push(self.patient(0));
            }
            _ => {}
        }
        let entries: Vec<Value> =
            found.into_iter().map(|item| json!({ "resource": self.with_unexpected_value(item) })).collect();
        json!({ "resourceType": "Bundle", "type": "searchset", "total": self.random.below(9), "entry": entries })
    }

    /// In some cases, replaces a member with an unexpected value.
    fn with_unexpected_value(&mut self, mut resource: Value) -> Value {
        if self.random.one_in(6)
            && let Some(members) = resource.as_object_mut()
            && let Some(name) = members.keys().nth(self.random.below(members.len())).cloned()
        {
            let unexpected =
                [Value::Null, json!(7), json!([null, {}]), json!({ "value": [] }), json!("x".repeat(3_000))];
            members.insert(name, self.random.pick(&unexpected).clone());
        }
        resource
    }

    fn patient(&mut self, n: usize) -> Value {
        json!({ "resourceType": "Patient", "id": format!("p{n}"),
            "name": [{ "given": [*self.random.pick(&["Ada", "", "<b>", "\u{1}", "Zoë"])] }],
            "telecom": [{ "system": "phone", "value": "+15550100123" }],
            "communication": [{ "preferred": true, "language": { "coding": [{ "code": "es" }] } }],
            "generalPractitioner": [{ "reference": format!("Practitioner/p{}", self.random.below(3)) }] })
    }

    fn role(&mut self, n: usize) -> Value {
        let telecom = self.telecom();
        json!({ "resourceType": "PractitionerRole", "id": format!("r{n}"), "active": !self.random.one_in(5),
            "practitioner": { "reference": format!("Practitioner/p{}", self.random.below(3)) }, "telecom": telecom,
            "availableTime": [{ "allDay": self.random.one_in(2), "daysOfWeek": ["mon", "sun"],
                "availableStartTime": "08:00:00", "availableEndTime": "17:00:00" }] })
    }

    fn practitioners(&mut self, found: &mut Vec<Value>) {
        for n in 0..3 {
            let identity = *self.random.pick(&IDENTITIES);
            self.named.push(format!("Client {identity}"));
            let telecom = self.telecom();
            found.push(json!({ "resourceType": "Practitioner", "id": format!("p{n}"), "telecom": telecom,
                "identifier": [{ "system": TWILIO, "value": identity }] }));
        }
    }

    fn telecom(&mut self) -> Value {
        let (written, meant) = *self.random.pick(&PHONES);
        self.named.extend(meant.iter().map(|number| format!("Number {number}")));
        json!([{ "system": "phone", "value": written, "use": *self.random.pick(&["work", "mobile", "old"]) }])
    }
}
