// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What answers the asks of a story in these tests: a chart with versions and guards, a Twilio that places and lists
//! calls, clocks; and on purpose, failures.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

pub mod colleague;
pub mod door;
pub mod phone;
pub mod twilio;
pub mod webhook;

use crate::token_lists::assert_all_sorted;
use plumline::json::Json;
use plumline::runtime::{Answer, Ask, Flow, HttpRequest, Open, Response, Step};
use plumline::time::parse_instant;

pub const URL: &str = "https://fhir.example.com/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02";
pub const TOKEN: &str = "an-invented-auth-token";
pub const SECRET: &str = "an-invented-secret-of-40-characters-0001";
pub const OURS: [&str; 3] = ["+15550100001", "+15550100002", "+15550100003"];
pub const PATIENT: &str = "+15550100123";
pub const NOW: u64 = 1_795_000_000_000;
pub const AMBER: &str = "5e0b9c1d-0000-4000-8000-000000000001";
pub const AMBER_IDENTITY: &str = "5e0b9c1d_0000_4000_8000_000000000001";
pub const BRUNO: &str = "5e0b9c1d-0000-4000-8000-000000000002";

pub fn json(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|_| panic!("{text}"))
}

pub fn sid(number: u32) -> String {
    format!("CA{number:032x}")
}

/// What goes wrong at a round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done, and no answer comes.
    Down,
    /// Nothing is done, and the deadline passes.
    Late,
    /// It is done, and the answer is lost.
    Lost,
    /// Each entry, or the request, is refused with this status.
    Status(u16),
}

type Meddling = Box<dyn FnMut(&mut World)>;

/// Everything outside.
pub struct World {
    pub resources: Vec<Json>,
    pub next: u32,
    /// Twilio's calls, newest first.
    pub calls: Vec<Json>,
    /// How many of the newest calls its list does not show yet.
    pub unlisted: usize,
    /// What the clocks show.
    pub wall: String,
    /// The zones that were asked for.
    pub zones: Vec<String>,
    /// The entries of each FHIR batch, `GET Patient/…`.
    pub batches: Vec<Vec<String>>,
    /// Each HTTP request.
    pub http: Vec<HttpRequest>,
    /// Faults by the number of the FHIR batch.
    pub faults: Vec<(usize, Fault)>,
    /// Faults by the number of the HTTP request.
    pub http_faults: Vec<(usize, Fault)>,
    /// What others do right before a FHIR batch.
    pub meddling: Vec<(usize, Meddling)>,
    /// What may not be read or written.
    pub forbidden: Vec<&'static str>,
    pub now: u64,
    /// The deadlines of the story that was played last, one after the other: how long it waits at most.
    pub patience: u32,
}

impl Default for World {
    fn default() -> Self {
        let mut world = Self {
            resources: Vec::new(),
            next: 1,
            calls: Vec::new(),
            unlisted: 0,
            wall: "2026-11-18T10:06:40".to_owned(),
            zones: Vec::new(),
            batches: Vec::new(),
            http: Vec::new(),
            faults: Vec::new(),
            http_faults: Vec::new(),
            meddling: Vec::new(),
            forbidden: Vec::new(),
            now: NOW,
            patience: 0,
        };
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

/// A text of a resource; `""` where there is none.
pub fn text<'a>(resource: &'a Json, path: &[&str]) -> &'a str {
    resource.at(path).and_then(Json::text).unwrap_or_default()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The parameters of a form or a query.
pub fn pairs(form: &str) -> Vec<(String, String)> {
    let pair = |one: &str| one.split_once('=').map(|(name, value)| (decoded(name), decoded(value))).unwrap();
    form.split('&').filter(|one| !one.is_empty()).map(pair).collect()
}

fn codings<'a>(resource: &'a Json, name: &str) -> Vec<(&'a str, &'a str)> {
    let concepts = resource.get(name).map(Json::elements).unwrap_or_default();
    let codings = concepts.iter().flat_map(|concept| concept.get("coding").map(Json::elements).unwrap_or_default());
    codings.map(|coding| (text(coding, &["system"]), text(coding, &["code"]))).collect()
}

fn fits(resource: &Json, name: &str, value: &str) -> bool {
    let token = |known: Vec<(&str, &str)>| {
        value.split(',').any(|one| known.iter().any(|(system, code)| one == format!("{system}|{code}")))
    };
    match name {
        "_id" => text(resource, &["id"]) == value,
        "identifier" => {
            let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
            token(identifiers.iter().map(|one| (text(one, &["system"]), text(one, &["value"]))).collect())
        }
        "category" | "medium" => token(codings(resource, name)),
        "practitioner" => text(resource, &["practitioner", "reference"]) == value,
        "sender" => text(resource, &["sender", "reference"]) == value,
        "status" => value.split(',').any(|one| text(resource, &["status"]) == one),
        "sent" => {
            let since = parse_instant(value.strip_prefix("ge").unwrap()).unwrap();
            parse_instant(text(resource, &["sent"])).is_some_and(|at| at >= since)
        }
        "_count" | "_summary" | "_sort" | "_lastUpdated" => true,
        other => panic!("search by {other}"),
    }
}

impl World {
    /// Puts a resource there, as the server would.
    pub fn put(&mut self, resource: &str) -> Json {
        self.store(json(resource), None)
    }

    fn store(&mut self, mut resource: Json, place: Option<usize>) -> Json {
        if resource.get("id").is_none() {
            resource.set("id", Json::of(&format!("made-{}", self.next)));
        }
        let version = Json::of(&self.next.to_string());
        self.next += 1;
        resource.set("meta", Json::object([("versionId", version)]));
        match place {
            Some(at) => self.resources[at] = resource.clone(),
            None => self.resources.push(resource.clone()),
        }
        resource
    }

    pub fn find(&self, kind: &str, id: &str) -> Option<usize> {
        self.resources.iter().position(|one| text(one, &["resourceType"]) == kind && text(one, &["id"]) == id)
    }

    pub fn read(&self, reference: &str) -> Json {
        let (kind, id) = reference.split_once('/').unwrap();
        self.resources[self.find(kind, id).unwrap_or_else(|| panic!("{reference}"))].clone()
    }

    /// Changes a resource as somebody else would.
    pub fn change(&mut self, reference: &str, name: &str, value: Json) {
        let (kind, id) = reference.split_once('/').unwrap();
        let at = self.find(kind, id).unwrap();
        let mut resource = self.resources[at].clone();
        resource.set(name, value);
        self.store(resource, Some(at));
    }

    pub fn communications(&self) -> Vec<&Json> {
        self.resources.iter().filter(|one| text(one, &["resourceType"]) == "Communication").collect()
    }

    fn search(&self, kind: &str, query: &str) -> Vec<Json> {
        let query = pairs(query);
        let mut found: Vec<Json> = Vec::new();
        for resource in &self.resources {
            if text(resource, &["resourceType"]) == kind
                && query.iter().all(|(name, value)| fits(resource, name, value))
            {
                found.push(resource.clone());
            }
        }
        if query.iter().any(|(name, value)| name == "_sort" && value == "-sent") {
            found.sort_by(|a, b| text(b, &["sent"]).cmp(text(a, &["sent"])));
        }
        found
    }

    fn entry(&mut self, entry: &Json) -> (u16, Json) {
        let (method, url) = (text(entry, &["request", "method"]), text(entry, &["request", "url"]));
        let kind = url.split(['/', '?']).next().unwrap();
        if self.forbidden.iter().any(|one| *one == kind || *one == format!("{method} {kind}")) {
            return (403, json(r#"{"resourceType":"OperationOutcome","id":"forbidden"}"#));
        }
        if let Some((kind, query)) = url.split_once('?') {
            let found = self.search(kind, query);
            let count = pairs(query).iter().find(|(name, _)| name == "_count").map(|(_, count)| count.parse().unwrap());
            let total = Json::count(found.len() as u64);
            let shown = found.into_iter().take(count.unwrap_or(20));
            let entries = shown.map(|resource| Json::object([("resource", resource)])).collect();
            let entries = if query.contains("_summary=count") { Json::Null } else { Json::List(entries) };
            return (200, Json::object([("resourceType", Json::of("Bundle")), ("total", total), ("entry", entries)]));
        }
        let known = url.split_once('/').and_then(|(kind, id)| self.find(kind, id));
        match (method, known) {
            ("GET", Some(at)) => (200, self.resources[at].clone()),
            ("PUT", Some(at)) => {
                let version = format!("W/\"{}\"", text(&self.resources[at], &["meta", "versionId"]));
                if text(entry, &["request", "ifMatch"]) != version {
                    return (412, Json::Null);
                }
                (200, self.store(entry.get("resource").unwrap().clone(), Some(at)))
            }
            ("POST", None) => {
                let criteria = text(entry, &["request", "ifNoneExist"]);
                if !criteria.is_empty()
                    && let Some(known) = self.search(kind, criteria).pop()
                {
                    return (200, known);
                }
                (201, self.store(entry.get("resource").unwrap().clone(), None))
            }
            (_, None) => (404, json(r#"{"resourceType":"OperationOutcome","id":"not-found"}"#)),
            other => panic!("{other:?} {url}"),
        }
    }

    fn batch(&mut self, bundle: &str) -> Answer {
        assert_all_sorted(bundle);
        let number = self.batches.len();
        let entries = json(bundle).take("entry").into_elements();
        let line = |entry: &Json| {
            format!("{} {}", text(entry, &["request", "method"]), decoded(text(entry, &["request", "url"])))
        };
        self.batches.push(entries.iter().map(line).collect());
        let mut meddling = std::mem::take(&mut self.meddling);
        for (at, meddle) in &mut meddling {
            if *at == number {
                meddle(self);
            }
        }
        self.meddling = meddling;
        let fault = self.faults.iter().find(|(at, _)| *at == number).map(|(_, fault)| *fault);
        match fault {
            Some(Fault::Down) => return Answer::Failed,
            Some(Fault::Late) => return Answer::TimedOut,
            _ => {}
        }
        let mut responses = Vec::new();
        for entry in &entries {
            let (status, resource) = match fault {
                Some(Fault::Status(status)) => (status, Json::Null),
                _ => self.entry(entry),
            };
            let response = Json::object([("status", Json::of(&status.to_string()))]);
            responses.push(Json::object([("response", response), ("resource", resource)]));
        }
        if fault == Some(Fault::Lost) {
            return Answer::TimedOut;
        }
        let body = Json::object([("resourceType", Json::of("Bundle")), ("entry", Json::List(responses))]);
        Answer::Done { status: 200, body }
    }

    /// Answers one ask.
    pub fn answer(&mut self, open: Open) -> (u32, Answer) {
        let answer = match open.ask {
            Ask::Batch(bundle) => self.batch(&bundle),
            Ask::Zone(request) => {
                assert_eq!((request.instants.as_slice(), request.walls.len()), (&[self.now][..], 0));
                self.zones.push(request.zone.clone());
                if request.zone.contains("Nowhere") {
                    Answer::Done { status: 400, body: Json::Null }
                } else {
                    let body = format!(r#"{{"walls":["{}"],"instants":[]}}"#, self.wall);
                    Answer::Done { status: 200, body: json(&body) }
                }
            }
            Ask::Http(request) => {
                let number = self.http.len();
                self.http.push(request.clone());
                match self.http_faults.iter().find(|(at, _)| *at == number).map(|(_, fault)| *fault) {
                    Some(Fault::Down) => Answer::Failed,
                    Some(Fault::Late) => Answer::TimedOut,
                    Some(Fault::Status(status)) => Answer::Done { status, body: Json::Null },
                    fault => {
                        let (status, body) = self.rest(&request);
                        if fault == Some(Fault::Lost) { Answer::TimedOut } else { Answer::Done { status, body } }
                    }
                }
            }
            Ask::Wait(_) => Answer::Done { status: 200, body: Json::Null },
            other => panic!("{other:?}"),
        };
        (open.id, answer)
    }

    /// Plays a story to its end.
    pub fn play(&mut self, mut flow: Flow) -> Response {
        let mut step = flow.step();
        self.patience = 0;
        loop {
            match step {
                Step::Done(done) => return done,
                Step::Ask(asks) => {
                    let outside =
                        asks.iter().filter(|open| !matches!(open.ask, Ask::Headers | Ask::Wait(_) | Ask::Zone(_)));
                    let longest = outside.map(|open| open.deadline.or(open.until).unwrap_or(u32::MAX)).max();
                    self.patience = self.patience.saturating_add(longest.unwrap_or_default());
                    let answers = asks.into_iter().map(|open| self.answer(open)).collect();
                    step = flow.resume(answers);
                }
            }
        }
    }
}
