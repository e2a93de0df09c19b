// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A FHIR server in memory that searches by what the sweep and the reports search by, with versions and guards. A search
//! by anything else is a failed test.

use crate::token_lists::assert_all_sorted;
use plumline::json::Json;
use plumline::time::{instant, parse_instant};

#[derive(Clone, Default)]
pub(crate) struct Fhir {
    pub(crate) resources: Vec<Json>,
    versions: u64,
    /// When the last one was written: no two at once.
    last: u64,
    ids: u64,
    /// What is answered to requests that begin so, whatever there is: method and URL, and the status.
    pub(crate) stubborn: Vec<(String, u16)>,
}

impl Fhir {
    /// Answers a batch; at most `limit` entries of it, where the connection breaks.
    pub(crate) fn batch(&mut self, bundle: &str, now: u64, limit: usize) -> Json {
        assert_all_sorted(bundle);
        let bundle = Json::parse(bundle).expect("a bundle");
        let mut responses = Vec::new();
        for entry in bundle.get("entry").expect("entries").elements().iter().take(limit) {
            responses.push(self.entry(entry, now));
        }
        Json::object([("resourceType", Json::of("Bundle")), ("entry", Json::List(responses))])
    }

    fn entry(&mut self, entry: &Json, now: u64) -> Json {
        let request = |name: &str| entry.at(&["request", name]).and_then(Json::text);
        let url = request("url").expect("a url");
        let resource = || entry.get("resource").expect("a resource");
        let line = format!("{} {url}", request("method").unwrap_or_default());
        if let Some((_, status)) = self.stubborn.iter().find(|(start, _)| line.starts_with(start)) {
            return response(*status, Json::Null);
        }
        match request("method") {
            Some("GET") if url.contains('?') => response(200, self.search(url)),
            Some("GET") => match self.place(url) {
                Some(at) => response(200, self.resources[at].clone()),
                None => response(404, Json::Null),
            },
            Some("POST") => {
                let unless = request("ifNoneExist").expect("a guard");
                match self.matching(&format!("{url}?{unless}"))[..] {
                    [] => response(201, self.put(resource(), now)),
                    [at] => response(200, self.resources[at].clone()),
                    _ => response(412, Json::Null),
                }
            }
            Some("PUT") => {
                let Some(at) = self.place(url) else { return response(404, Json::Null) };
                let version = self.resources[at].at(&["meta", "versionId"]).and_then(Json::text).unwrap();
                if request("ifMatch").expect("a guard") != format!("W/\"{version}\"") {
                    return response(412, Json::Null);
                }
                let id = url.split_once('/').unwrap().1;
                self.resources[at] = self.versioned(resource(), id, now);
                response(200, self.resources[at].clone())
            }
            other => panic!("{other:?}"),
        }
    }

    /// Puts a resource there, as somebody else would.
    pub(crate) fn put(&mut self, resource: &Json, now: u64) -> Json {
        self.ids += 1;
        // Ids in no order.
        let id = format!("{:08x}-0000-4000-8000-{:012}", (self.ids * 0x9e37_79b9) as u32, self.ids);
        let resource = self.versioned(resource, &id, now);
        self.resources.push(resource.clone());
        resource
    }

    /// Changes a resource, as somebody else would.
    pub(crate) fn change(&mut self, resource: &Json, now: u64) {
        let id = resource.get("id").and_then(Json::text).unwrap().to_owned();
        let at = self.resources.iter().position(|one| one.get("id") == resource.get("id")).unwrap();
        self.resources[at] = self.versioned(resource, &id, now);
    }

    fn versioned(&mut self, resource: &Json, id: &str, now: u64) -> Json {
        self.versions += 1;
        let mut resource = resource.clone();
        resource.set("id", Json::of(id));
        self.last = now.max(self.last + 1);
        let (version, at) = (Json::of(&format!("v{}", self.versions)), Json::of(&instant(self.last)));
        resource.set("meta", Json::object([("versionId", version), ("lastUpdated", at)]));
        resource
    }

    fn place(&self, reference: &str) -> Option<usize> {
        let (kind, id) = reference.split_once('/').expect("a reference");
        self.resources.iter().position(|one| is(one, "resourceType", kind) && is(one, "id", id))
    }

    pub(crate) fn of_type(&self, kind: &str) -> Vec<&Json> {
        self.resources.iter().filter(|one| is(one, "resourceType", kind)).collect()
    }

    pub(crate) fn search(&self, url: &str) -> Json {
        let mut found: Vec<&Json> = self.matching(url).into_iter().map(|at| &self.resources[at]).collect();
        let total = Json::count(found.len() as u64);
        let param = |name: &str| params(url).into_iter().find(|(known, _)| known == name).map(|(_, value)| value);
        if param("_summary").is_some() {
            return Json::object([("resourceType", Json::of("Bundle")), ("total", total)]);
        }
        if let Some(sort) = param("_sort") {
            let by = sort.strip_prefix('-').unwrap_or(&sort);
            if by == "identifier" {
                let value = |one: &&Json| one.at(&["identifier", "0", "value"]).and_then(Json::text).map(str::to_owned);
                found.sort_by_key(value);
            } else {
                found.sort_by_key(|one| when(one, by));
            }
            if sort.starts_with('-') {
                found.reverse();
            }
        }
        // A server's own default is 20.
        found.truncate(param("_count").map_or(20, |count| count.parse().expect("a count")));
        let entry = found.into_iter().map(|one| Json::object([("resource", one.clone())])).collect();
        Json::object([("resourceType", Json::of("Bundle")), ("entry", Json::List(entry))])
    }

    fn matching(&self, url: &str) -> Vec<usize> {
        let (kind, _) = url.split_once('?').expect("criteria");
        let params = params(url);
        let fits =
            |one: &Json| is(one, "resourceType", kind) && params.iter().all(|(name, value)| has(one, name, value));
        (0..self.resources.len()).filter(|at| fits(&self.resources[*at])).collect()
    }
}

fn params(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').expect("a query").1;
    query
        .split('&')
        .map(|pair| pair.split_once('=').expect(url))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Whether a resource fits one parameter of a search.
fn has(one: &Json, name: &str, value: &str) -> bool {
    let any = |fits: &dyn Fn(&str) -> bool| value.split(',').any(fits);
    let list = |name: &str| one.get(name).map(Json::elements).unwrap_or_default();
    match name {
        "identifier" => any(&|token| {
            let (system, code) = token.split_once('|').expect("a token");
            list("identifier").iter().any(|one| is(one, "system", system) && is(one, "value", code))
        }),
        "category" => any(&|token| list("category").iter().any(|concept| coded(concept, token))),
        "code" => any(&|token| one.get("code").is_some_and(|concept| coded(concept, token))),
        "status" => any(&|status| is(one, "status", status)),
        "sender" => one.at(&["sender", "reference"]) == Some(&Json::of(value)),
        "subject" => one.at(&["subject", "reference"]) == Some(&Json::of(value)),
        "patient" => one.at(&["for", "reference"]) == Some(&Json::of(value)),
        "sent" | "_lastUpdated" | "authored-on" => when(one, name).is_some_and(|at| {
            let (prefix, bound) = value.split_at(2);
            let bound = parse_instant(bound).expect("an instant");
            if prefix == "ge" { at >= bound } else { prefix == "lt" && at < bound }
        }),
        "_sort" | "_count" | "_summary" => true,
        other => panic!("{other}"),
    }
}

fn coded(concept: &Json, token: &str) -> bool {
    let (system, code) = token.split_once('|').expect("a token");
    let codings = concept.get("coding").map(Json::elements).unwrap_or_default();
    codings.iter().any(|coding| is(coding, "system", system) && (code.is_empty() || is(coding, "code", code)))
}

fn when(one: &Json, by: &str) -> Option<u64> {
    let path: &[&str] = match by {
        "sent" => &["sent"],
        "_lastUpdated" => &["meta", "lastUpdated"],
        "authored-on" => &["authoredOn"],
        other => panic!("{other}"),
    };
    one.at(path).and_then(Json::text).map(|text| parse_instant(text).expect("an instant"))
}

pub(crate) fn is(one: &Json, name: &str, text: &str) -> bool {
    one.get(name).and_then(Json::text) == Some(text)
}

pub(crate) fn response(status: u16, resource: Json) -> Json {
    let status = Json::object([("status", Json::of(&status.to_string()))]);
    Json::object([("resource", resource), ("response", status)])
}
