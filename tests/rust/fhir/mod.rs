// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A FHIR server in memory. It behaves like Medplum 5.1 in everything that the bots use: versions, batches, conditional
//! creates, updates with `ifMatch`, the searches of the bots, and validation.
//!
//! It panics if a bot sends a request that no bot may send: a search by another parameter, a list of tokens without
//! `_sort`, an update without `ifMatch`, an invalid resource, or a request without a deadline.

mod measured;
mod search;
mod validate;

use plumline::json::Json;
use plumline::runtime::{HostRequest, HostResponse, OpenRequest};
use plumline::time::instant;

use crate::fault::{Fault, answer_with};
use crate::form::decoded;
use crate::json::{is, reference, text};

#[derive(Clone, Default)]
pub(crate) struct Fhir {
    /// In order of creation. A search without `_sort` returns this order.
    pub(crate) resources: Vec<Json>,
    /// The batches so far, including those with a fault.
    pub(crate) batches: Vec<Batch>,
    /// The number of versions that requests have written.
    pub(crate) changes: usize,
    /// The requests to refuse: the start of the method and URL, and the status.
    pub(crate) refused: Vec<(String, u16)>,
    /// Whether a create without `ifNoneExist` is allowed. Otherwise it panics.
    pub(crate) allows_unguarded: bool,
    /// Whether an invalid resource is refused with 400. Otherwise it panics.
    pub(crate) refuses_invalid: bool,
    /// The references of deleted resources.
    deleted: Vec<String>,
    ids: u64,
    versions: u64,
    /// The time of the latest version.
    latest: u64,
}

/// A batch that a bot sent.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// The timeout of the bot in milliseconds.
    pub(crate) timeout: u32,
    /// The method and the decoded URL of each entry.
    pub(crate) requests: Vec<String>,
}

impl Batch {
    /// Whether the batch contains a write.
    pub(crate) fn is_write(&self) -> bool {
        self.requests.iter().any(|request| !request.starts_with("GET "))
    }
}

/// Changes by other clients, and reads by tests.
impl Fhir {
    /// Stores a resource as another client: a new resource, or the next version of the resource with the same id.
    pub(crate) fn put(&mut self, resource: &Json, now: u64) -> Json {
        let id = resource.get("id").and_then(Json::text).map_or_else(|| self.new_id(), str::to_owned);
        let resource = self.next_version(resource, &id, now);
        match self.position(&reference(&resource)) {
            Some(at) => self.resources[at] = resource.clone(),
            None => self.resources.push(resource.clone()),
        }
        resource
    }

    /// Moves a resource to the front, so that a search without `_sort` returns it first.
    pub(crate) fn move_first(&mut self, reference: &str) {
        let at = self.position(reference).unwrap_or_else(|| panic!("{reference}"));
        self.resources[..=at].rotate_right(1);
    }

    /// Stores a resource as another client, at the front.
    pub(crate) fn put_first(&mut self, resource: &Json, now: u64) {
        let reference = reference(&self.put(resource, now));
        self.move_first(&reference);
    }

    /// Sets a member of a resource as another client.
    pub(crate) fn set(&mut self, reference: &str, name: &str, value: Json, now: u64) {
        let mut resource = self.read(reference).clone();
        resource.set(name, value);
        self.put(&resource, now);
    }

    /// Deletes a resource as another client.
    pub(crate) fn delete(&mut self, reference: &str) {
        let at = self.position(reference).unwrap_or_else(|| panic!("{reference}"));
        self.resources.remove(at);
        self.deleted.push(reference.to_owned());
    }

    pub(crate) fn get(&self, reference: &str) -> Option<&Json> {
        self.position(reference).map(|at| &self.resources[at])
    }

    /// A resource. Panics if it does not exist.
    pub(crate) fn read(&self, reference: &str) -> &Json {
        self.get(reference).unwrap_or_else(|| panic!("{reference}"))
    }

    pub(crate) fn of_type(&self, kind: &str) -> Vec<&Json> {
        self.resources.iter().filter(|item| is(item, "resourceType", kind)).collect()
    }

    /// The method and URL of each request, by batch.
    pub(crate) fn requests(&self) -> Vec<&[String]> {
        self.batches.iter().map(|batch| batch.requests.as_slice()).collect()
    }

    /// The number of batches without a write.
    pub(crate) fn reads(&self) -> usize {
        self.batches.iter().filter(|batch| !batch.is_write()).count()
    }

    /// The number of batches with a write.
    pub(crate) fn writes(&self) -> usize {
        self.batches.iter().filter(|batch| batch.is_write()).count()
    }

    fn position(&self, reference: &str) -> Option<usize> {
        let (kind, id) = reference.split_once('/')?;
        self.resources.iter().position(|item| is(item, "id", id) && is(item, "resourceType", kind))
    }
}

/// The requests of the bots.
impl Fhir {
    /// Answers a batch with `fault`.
    pub(crate) fn answer(&mut self, open: &OpenRequest, fault: Option<Fault>, now: u64) -> HostResponse {
        self.answer_by(open, fault, now, |fhir, entry| fhir.entry(entry, now))
    }

    /// Answers a batch whose entries `respond` answers.
    pub(crate) fn answer_by(
        &mut self,
        open: &OpenRequest,
        fault: Option<Fault>,
        now: u64,
        mut respond: impl FnMut(&mut Self, &Json) -> Json,
    ) -> HostResponse {
        let HostRequest::Batch(bundle) = &open.request else { panic!("{open:?}") };
        let bundle = Json::parse(bundle).expect("a bundle");
        let entries = bundle.get("entry").expect("entries").elements();
        assert!(!entries.is_empty(), "an empty batch");
        let line = |entry: &Json| {
            let request = Request::of(entry);
            [request.method, " ", &decoded(request.url)].concat()
        };
        let timeout = open.timeout.or(open.deadline).expect("a deadline");
        self.batches.push(Batch { timeout, requests: entries.iter().map(line).collect() });
        if fault == Some(Fault::ConcurrentUpdate) {
            for entry in entries {
                self.apply_concurrent_update(&Request::of(entry), now);
            }
        }
        match fault {
            Some(Fault::EachRefused(status)) => batch_response(entries.iter().map(|_| refusal(status))),
            Some(Fault::FirstOnly) => batch_response(entries.iter().take(1).map(|entry| respond(self, entry))),
            fault => Fault::apply(fault, || batch_response(entries.iter().map(|entry| respond(self, entry)))),
        }
    }

    /// The response to one entry of a batch.
    pub(crate) fn entry(&mut self, entry: &Json, now: u64) -> Json {
        let request = Request::of(entry);
        if let Some(status) = self.refusal_of(request.method, request.url) {
            return refusal(status);
        }
        match request.method {
            "GET" if request.url.contains('?') => response(200, self.search(request.url)),
            "GET" => match self.get(request.url) {
                Some(resource) => response(200, resource.clone()),
                None => self.missing(request.url),
            },
            "POST" => self.create(&request, now),
            "PUT" => self.update(&request, now),
            "DELETE" => match self.get(request.url) {
                Some(_) => {
                    self.changes += 1;
                    self.delete(request.url);
                    response(200, Json::Null)
                }
                None => self.missing(request.url),
            },
            other => panic!("{other}"),
        }
    }

    fn create(&mut self, request: &Request<'_>, now: u64) -> Json {
        if let Some(criteria) = request.if_none_exist {
            assert!(!criteria.is_empty(), "a condition that every resource fulfils");
            match self.matches(&[request.url, "?", criteria].concat())[..] {
                [] => {}
                [item] => return response(200, item.clone()),
                _ => return refusal(412),
            }
        } else {
            // A server has no search for a `Binary`.
            assert!(self.allows_unguarded || request.url == "Binary", "a create without ifNoneExist");
        }
        let resource = request.resource.expect("a resource");
        assert!(is(resource, "resourceType", request.url), "{}", request.url);
        if self.is_invalid(resource) {
            return refusal(400);
        }
        // The server assigns the id and ignores the id of the resource.
        let id = self.new_id();
        let resource = self.next_version(resource, &id, now);
        self.changes += 1;
        self.resources.push(resource.clone());
        response(201, resource)
    }

    fn update(&mut self, request: &Request<'_>, now: u64) -> Json {
        let Some(at) = self.position(request.url) else { return self.missing(request.url) };
        let known = &self.resources[at];
        let version = format!("W/\"{}\"", text(known, &["meta", "versionId"]));
        if request.if_match.expect("an update has ifMatch") != version {
            return refusal(412);
        }
        let resource = request.resource.expect("a resource");
        assert_eq!(reference(resource), request.url);
        if same_content(known, resource) {
            return response(200, known.clone());
        }
        if self.is_invalid(resource) {
            return refusal(400);
        }
        let id = text(resource, &["id"]);
        let resource = self.next_version(resource, id, now);
        self.changes += 1;
        self.resources[at] = resource.clone();
        response(200, resource)
    }

    fn is_invalid(&self, resource: &Json) -> bool {
        let Err(why) = validate::resource(resource) else { return false };
        assert!(self.refuses_invalid, "{why}: {}", resource.write());
        true
    }

    /// Writes as another client, right before the batch.
    fn apply_concurrent_update(&mut self, request: &Request<'_>, now: u64) {
        match request.method {
            "PUT" => {
                if let Some(mut known) = self.get(request.url).cloned() {
                    let mut meta = known.get("meta").cloned().unwrap_or_default();
                    let tag = Json::object([("code", Json::of(&format!("overtaken-{}", self.versions)))]);
                    meta.set("tag", Json::List(vec![tag]));
                    known.set("meta", meta);
                    self.put(&known, now);
                }
            }
            "POST" => {
                let exists = |criteria| !self.matches(&[request.url, "?", criteria].concat()).is_empty();
                if request.if_none_exist.is_some_and(|criteria| !exists(criteria)) {
                    self.put(request.resource.expect("a resource"), now);
                }
            }
            _ => {}
        }
    }

    fn refusal_of(&self, method: &str, url: &str) -> Option<u16> {
        let line = [method, " ", url].concat();
        self.refused.iter().find(|(start, _)| line.starts_with(start)).map(|(_, status)| *status)
    }

    fn missing(&self, reference: &str) -> Json {
        refusal(if self.deleted.iter().any(|deleted| deleted == reference) { 410 } else { 404 })
    }

    /// A new id. Ids are not in order of creation.
    fn new_id(&mut self) -> String {
        self.ids += 1;
        let first = (self.ids * 0x9e37_79b9) as u32;
        format!("{first:08x}-0000-4000-8000-{:012}", self.ids)
    }

    /// The time of a new version. No two versions have the same time.
    fn next_version(&mut self, resource: &Json, id: &str, now: u64) -> Json {
        self.versions += 1;
        self.latest = now.max(self.latest + 1);
        let mut resource = resource.clone();
        resource.set("id", Json::of(id));
        let mut meta = resource.get("meta").cloned().unwrap_or(Json::Object(Vec::new()));
        meta.set("versionId", Json::of(&format!("v{}", self.versions)));
        meta.set("lastUpdated", Json::of(&instant(self.latest)));
        resource.set("meta", meta);
        resource
    }
}

/// The request of an entry.
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    if_none_exist: Option<&'a str>,
    if_match: Option<&'a str>,
    resource: Option<&'a Json>,
}

impl<'a> Request<'a> {
    fn of(entry: &'a Json) -> Self {
        let part = |name: &str| entry.at(&["request", name]).and_then(Json::text);
        Self {
            method: part("method").expect("a method"),
            url: part("url").expect("a URL"),
            if_none_exist: part("ifNoneExist"),
            if_match: part("ifMatch"),
            resource: entry.get("resource"),
        }
    }
}

/// Whether two versions differ only in members that the server sets. If they do, the server creates no new version.
fn same_content(item: &Json, other: &Json) -> bool {
    let content = |resource: &Json| {
        let mut resource = resource.clone();
        let mut meta = resource.get("meta").cloned().unwrap_or(Json::Object(Vec::new()));
        for name in ["versionId", "lastUpdated"] {
            meta.set(name, Json::Null);
        }
        resource.set("meta", meta);
        resource
    };
    content(item) == content(other)
}

fn batch_response(entries: impl Iterator<Item = Json>) -> HostResponse {
    let entries = Json::List(entries.collect());
    let kind = Json::of("batch-response");
    answer_with(200, Json::object([("resourceType", Json::of("Bundle")), ("type", kind), ("entry", entries)]))
}

fn response(status: u16, resource: Json) -> Json {
    let status = Json::object([("status", Json::of(&status.to_string()))]);
    Json::object([("resource", resource), ("response", status)])
}

fn refusal(status: u16) -> Json {
    let id = match status {
        403 => "forbidden",
        404 => "not-found",
        409 => "conflict",
        410 => "gone",
        412 => "precondition-failed",
        429 => "too-many-requests",
        _ => "exception",
    };
    let outcome = Json::object([("resourceType", Json::of("OperationOutcome")), ("id", Json::of(id))]);
    let status = ("status", Json::of(&status.to_string()));
    Json::object([("response", Json::object([status, ("outcome", outcome)]))])
}
