// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A FHIR server in memory, with what writers meet on a real one: versions, `If-Match`, `If-None-Exist`, conflicts, and
//! a network that loses requests and answers.

use plumline::chart::CallLog;
use plumline::json::Json;
use plumline::runtime::{Answer, Ask, Open};

#[derive(Default)]
pub(crate) struct Server {
    resources: Vec<Json>,
    versions: u64,
    /// How many batches held a GET alone, and how many a write.
    pub(crate) reads: usize,
    pub(crate) writes: usize,
    /// How many resources were created or changed.
    pub(crate) changes: usize,
}

/// What goes wrong with one round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request is lost; nothing happens.
    Lost,
    /// The answer is lost.
    Unheard,
    /// The deadline passes, and nothing happens.
    Late,
    /// The deadline passes, and it happens all the same.
    LateButDone,
    /// The whole batch is answered with this.
    Whole(u16),
    /// Every entry is answered with this, and does nothing.
    Each(u16),
    /// The first entry is done, and the rest is neither done nor answered.
    Half,
}

pub(crate) const FAULTS: [Fault; 14] = [
    Fault::Lost,
    Fault::Unheard,
    Fault::Late,
    Fault::LateButDone,
    Fault::Whole(429),
    Fault::Whole(500),
    Fault::Whole(503),
    Fault::Each(403),
    Fault::Each(409),
    Fault::Each(412),
    Fault::Each(429),
    Fault::Each(500),
    Fault::Each(504),
    Fault::Half,
];

impl Server {
    pub(crate) fn answer(&mut self, open: &Open, fault: Option<Fault>) -> Answer {
        if let Ask::Wait(_) = &open.ask {
            return Answer::Done { status: 200, body: Json::Null };
        }
        let Ask::Batch(bundle) = &open.ask else {
            panic!("{open:?}");
        };
        assert!(open.deadline.or(open.until).is_some(), "a webhook waits for no chart without end");
        let mut done = |limit: usize| {
            let bundle = self.batch(&Json::parse(bundle).expect("a bundle"), limit);
            Answer::Done { status: 200, body: bundle }
        };
        match fault {
            None => done(usize::MAX),
            Some(Fault::Half) => done(1),
            Some(Fault::Lost) => Answer::Failed,
            Some(Fault::Late) => Answer::TimedOut,
            Some(Fault::Unheard) => {
                done(usize::MAX);
                Answer::Failed
            }
            Some(Fault::LateButDone) => {
                done(usize::MAX);
                Answer::TimedOut
            }
            Some(Fault::Whole(status)) => Answer::Done { status, body: Json::Null },
            Some(Fault::Each(status)) => {
                let count = Json::parse(bundle).unwrap().get("entry").unwrap().elements().len();
                let entries = (0..count).map(|_| response(status, Json::Null)).collect();
                Answer::Done { status: 200, body: Json::object([("entry", Json::List(entries))]) }
            }
        }
    }

    fn batch(&mut self, bundle: &Json, limit: usize) -> Json {
        let entries = bundle.get("entry").expect("entries").elements();
        let writes = entries.iter().any(|entry| entry.at(&["request", "method"]) != Some(&Json::of("GET")));
        *(if writes { &mut self.writes } else { &mut self.reads }) += 1;
        let mut responses = Vec::new();
        for entry in entries.iter().take(limit) {
            responses.push(self.entry(entry));
        }
        Json::object([("resourceType", Json::of("Bundle")), ("entry", Json::List(responses))])
    }

    fn entry(&mut self, entry: &Json) -> Json {
        let request = |name: &str| entry.at(&["request", name]).and_then(Json::text);
        let url = request("url").expect("a url");
        match request("method") {
            Some("GET") => {
                let found = self.matching(url).into_iter().map(|at| self.resources[at].clone());
                let found = found.map(|resource| Json::object([("resource", resource)])).collect();
                let bundle = [("resourceType", Json::of("Bundle")), ("entry", Json::List(found))];
                response(200, Json::object(bundle))
            }
            Some("POST") => {
                let resource = entry.get("resource").expect("a resource");
                if let Some(criteria) = request("ifNoneExist") {
                    match self.matching(&[url, "?", criteria].concat())[..] {
                        [] => {}
                        [at] => return response(200, self.resources[at].clone()),
                        _ => return response(412, Json::Null),
                    }
                }
                let id = format!("id-{}", self.resources.len());
                let created = self.versioned(resource, &id);
                self.resources.push(created.clone());
                response(201, created)
            }
            Some("PUT") => {
                let resource = entry.get("resource").expect("a resource");
                let id = url.split_once('/').expect("a type and an id").1;
                let at = self.resources.iter().position(|known| known.get("id") == Some(&Json::of(id)));
                let Some(at) = at else { return response(404, Json::Null) };
                let version = self.resources[at].at(&["meta", "versionId"]).and_then(Json::text).unwrap();
                if request("ifMatch").expect("a guard") != format!("W/\"{version}\"") {
                    return response(412, Json::Null);
                }
                let updated = self.versioned(resource, id);
                self.resources[at] = updated.clone();
                response(200, updated)
            }
            other => panic!("{other:?}"),
        }
    }

    /// The resources that a search finds: `Communication?identifier=system|value`.
    fn matching(&self, search: &str) -> Vec<usize> {
        let (kind, criteria) = search.split_once('?').expect("criteria");
        let (system, value) =
            criteria.strip_prefix("identifier=").and_then(|token| token.split_once('|')).expect("a token");
        let found = |resource: &Json| {
            let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
            let named =
                |one: &Json| one.get("system") == Some(&Json::of(system)) && one.get("value") == Some(&Json::of(value));
            resource.get("resourceType") == Some(&Json::of(kind)) && identifiers.iter().any(named)
        };
        (0..self.resources.len()).filter(|at| found(&self.resources[*at])).collect()
    }

    fn versioned(&mut self, resource: &Json, id: &str) -> Json {
        no_nothing(resource);
        self.versions += 1;
        self.changes += 1;
        let mut resource = resource.clone();
        resource.set("id", Json::of(id));
        resource.set("meta", Json::object([("versionId", Json::of(&format!("v{}", self.versions)))]));
        resource
    }

    /// Puts a resource there as somebody else would; its id.
    pub(crate) fn put(&mut self, resource: &Json) -> String {
        let id = format!("id-{}", self.resources.len());
        let resource = self.versioned(resource, &id);
        self.resources.push(resource);
        id
    }

    pub(crate) fn of_type(&self, kind: &str) -> Vec<&Json> {
        self.resources.iter().filter(|resource| resource.get("resourceType") == Some(&Json::of(kind))).collect()
    }

    /// The one Communication there is.
    pub(crate) fn call(&self) -> &Json {
        let calls = self.of_type("Communication");
        assert_eq!(calls.len(), 1);
        calls[0]
    }

    /// Whether the chart has all that `log` knows.
    pub(crate) fn knows(&self, log: &CallLog) -> bool {
        self.of_type("Communication").iter().any(|record| {
            let known = CallLog::read(record);
            let mut merged = known.clone();
            merged.merge(log);
            merged == known
        })
    }
}

/// A record as it was written, without what the server adds.
pub(crate) fn bare(record: &Json) -> String {
    let mut record = record.clone();
    record.set("id", Json::Null);
    record.set("meta", Json::Null);
    record.write()
}

fn response(status: u16, resource: Json) -> Json {
    let status = Json::object([("status", Json::of(&status.to_string()))]);
    Json::object([("resource", resource), ("response", status)])
}

/// FHIR has no null, no empty string, array or object; and an extension has a value or parts, never both.
fn no_nothing(json: &Json) {
    match json {
        Json::Null => panic!("null"),
        Json::Text(text) => assert!(!text.is_empty()),
        Json::List(elements) => {
            assert!(!elements.is_empty());
            elements.iter().for_each(no_nothing);
        }
        Json::Object(members) => {
            assert!(!members.is_empty());
            for (name, value) in members {
                no_nothing(value);
                if name == "extension" {
                    for extension in value.elements() {
                        let values = extension.members().iter().filter(|(name, _)| name.starts_with("value")).count();
                        assert_eq!(
                            values + usize::from(extension.get("extension").is_some()),
                            1,
                            "{}",
                            extension.write()
                        );
                    }
                }
            }
        }
        Json::Bool(_) | Json::Raw(_) | Json::Number(_) => {}
    }
}
