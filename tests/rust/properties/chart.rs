// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A random chart: people, services and records, invalid ones among them, and failures.

use plumline::json::Json;
use plumline::runtime::{Answer, Ask, Open};
use serde_json::{Value, json};

use crate::random::Random;

/// How people write numbers, and what they mean by it: without a country, that of the number of ours that is called.
/// Nothing where it is no number that can be rung.
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

/// What is answered, and what was asked.
pub(crate) struct World<'c> {
    pub(crate) random: &'c mut Random,
    /// Whether anything fails.
    pub(crate) calm: bool,
    /// Whoever the chart names, as a document rings them: `Client grey_1`.
    pub(crate) named: Vec<String>,
    pub(crate) reads: usize,
    pub(crate) writes: usize,
    /// Milliseconds that all deadlines come to.
    pub(crate) waited: u32,
    /// What the call's record is, once it was written.
    record: Option<Value>,
    versions: u32,
}

impl<'c> World<'c> {
    pub(crate) fn new(random: &'c mut Random, calm: bool) -> Self {
        let (named, record) = (Vec::new(), None);
        Self { random, calm, named, reads: 0, writes: 0, waited: 0, record, versions: 0 }
    }

    pub(crate) fn answer(&mut self, open: &Open) -> Answer {
        match &open.ask {
            Ask::Headers => done(200, Json::object([])),
            Ask::Zone(_) if self.fails(12) => done(400, Json::Null),
            Ask::Zone(_) => {
                let hour = self.random.below(24);
                let day = 1 + self.random.below(28);
                let wall = format!("2026-{:02}-{day:02}T{hour:02}:15:00", 1 + self.random.below(12));
                done(200, json_of(&json!({ "walls": [wall], "instants": [] })))
            }
            Ask::Batch(bundle) => {
                if open.until.is_none() {
                    self.waited += open.deadline.expect("nobody waits for a chart without end");
                }
                let bundle: Value = serde_json::from_str(bundle).unwrap();
                self.batch(bundle["entry"].as_array().unwrap())
            }
            Ask::Wait(_) => done(200, Json::Null),
            other => panic!("{other:?}"),
        }
    }

    fn fails(&mut self, once_in: usize) -> bool {
        !self.calm && self.random.one_in(once_in)
    }

    fn batch(&mut self, entries: &[Value]) -> Answer {
        assert!(!entries.is_empty());
        let writes = entries.iter().any(|entry| entry["request"]["method"] != "GET");
        *(if writes { &mut self.writes } else { &mut self.reads }) += 1;
        if self.fails(8) {
            return match self.random.below(4) {
                0 => Answer::TimedOut,
                1 => Answer::Failed,
                2 => done(*self.random.pick(&[409, 412, 429, 500, 503]), Json::Null),
                _ => done(200, Json::Null),
            };
        }
        let answers: Vec<Value> = entries.iter().map(|entry| self.entry(entry)).collect();
        done(200, json_of(&json!({ "resourceType": "Bundle", "type": "batch-response", "entry": answers })))
    }

    fn entry(&mut self, entry: &Value) -> Value {
        if self.fails(10) {
            let status = *self.random.pick(&["403", "404", "409", "410", "412", "429", "500", "2", "", "200"]);
            return json!({ "response": { "status": status } });
        }
        let (method, url) = (entry["request"]["method"].as_str().unwrap(), entry["request"]["url"].as_str().unwrap());
        let resource = &entry["resource"];
        if method == "GET" {
            let found = self.found(url);
            return json!({ "response": { "status": "200" }, "resource": found });
        }
        // Nothing is written without a guard.
        let guard = if method == "POST" { "ifNoneExist" } else { "ifMatch" };
        assert!(entry["request"][guard].as_str().is_some_and(|guard| !guard.is_empty()), "{entry}");
        self.versions += 1;
        let mut written = resource.clone();
        written["meta"] = json!({ "versionId": self.versions.to_string() });
        if written["id"].is_null() {
            written["id"] = json!("c1");
        }
        self.record = Some(written.clone());
        json!({ "response": { "status": if method == "POST" { "201" } else { "200" } }, "resource": written })
    }

    fn found(&mut self, url: &str) -> Value {
        let kind = url.split(['?', '/']).next().unwrap();
        let mut found: Vec<Value> = Vec::new();
        match kind {
            "Patient" => {
                for n in 0..self.random.below(3) {
                    found.push(self.patient(n));
                }
                self.practitioners(&mut found);
            }
            "PractitionerRole" => {
                for n in 0..self.random.below(4) {
                    found.push(self.role(n));
                }
                self.practitioners(&mut found);
            }
            "Communication" if url.contains("identifier=") => found.extend(self.record.clone()),
            "Communication" => {
                found.push(json!({ "resourceType": "Communication", "id": "old", "sent": "2026-11-01T00:00:00Z",
                    "status": "completed", "sender": { "reference": "Practitioner/p0" } }));
                self.practitioners(&mut found);
            }
            "HealthcareService" => {
                let service = json!({ "resourceType": "HealthcareService", "id": "7",
                    "availableTime": [{ "allDay": true, "daysOfWeek": ["mon", "tue", "wed"] }] });
                return self.spoiled(service);
            }
            "CareTeam" => found.push(json!({ "resourceType": "CareTeam", "id": "7", "status": "active" })),
            _ => {}
        }
        let entries: Vec<Value> = found.into_iter().map(|one| json!({ "resource": self.spoiled(one) })).collect();
        json!({ "resourceType": "Bundle", "type": "searchset", "total": self.random.below(9), "entry": entries })
    }

    /// Now and then something else where something was expected.
    fn spoiled(&mut self, mut resource: Value) -> Value {
        if self.random.one_in(6)
            && let Some(members) = resource.as_object_mut()
            && let Some(name) = members.keys().nth(self.random.below(members.len())).cloned()
        {
            let junk = [Value::Null, json!(7), json!([null, {}]), json!({ "value": [] }), json!("x".repeat(3_000))];
            members.insert(name, self.random.pick(&junk).clone());
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

const fn done(status: u16, body: Json) -> Answer {
    Answer::Done { status, body }
}

fn json_of(value: &Value) -> Json {
    Json::parse(&value.to_string()).unwrap()
}
