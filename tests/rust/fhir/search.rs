// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The searches of the bots. Any other search panics.

use std::cmp::Ordering;

use plumline::json::Json;
use plumline::time::parse_instant;

use crate::fhir::Fhir;
use crate::form::pairs;
use crate::json::{is, list, reference, text};

/// The default and the maximum of `_count`.
const DEFAULT_COUNT: usize = 20;
const MAX_COUNT: usize = 1_000;

/// Search parameters by token. An `_id` is the table's key.
const TOKENS: [&str; 8] = ["business-status", "category", "code", "email", "identifier", "phone", "status", "telecom"];

/// A search, `Type?name=value&…`.
struct Search {
    kind: String,
    params: Vec<(String, String)>,
}

impl Search {
    fn read(url: &str) -> Self {
        let (kind, query) = url.split_once('?').unwrap_or_else(|| panic!("{url}"));
        Self { kind: kind.to_owned(), params: pairs(query) }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// For a search by several tokens with a small `_count`, `PostgreSQL` reads the whole table, unless the search is
    /// sorted. A search that only counts has no `_count`.
    fn assert_sorted(&self, url: &str) {
        let is_list =
            |(name, value): &(String, String)| TOKENS.contains(&name.as_str()) && alternatives(value).len() > 1;
        let is_safe = self.get("_sort").is_some() || self.get("_summary").is_some();
        assert!(is_safe || !self.params.iter().any(is_list), "a list of tokens without _sort: {url}");
    }

    fn finds(&self, resource: &Json) -> bool {
        is(resource, "resourceType", &self.kind)
            && self.params.iter().all(|(name, value)| matches_parameter(resource, name, value))
    }

    fn sort(&self, found: &mut [&Json]) {
        let Some(rule) = self.get("_sort") else { return };
        let (by, descending) = rule.strip_prefix('-').map_or((rule, false), |by| (by, true));
        found.sort_by(|item, other| compare(item, other, by, descending));
    }
}

impl Fhir {
    /// The answer to a search: a `Bundle` of type `searchset`.
    pub(crate) fn search(&self, url: &str) -> Json {
        let search = Search::read(url);
        search.assert_sorted(url);
        let mut found = self.found(&search);
        let mut bundle = Json::object([("resourceType", Json::of("Bundle")), ("type", Json::of("searchset"))]);
        if let Some(summary) = search.get("_summary") {
            assert_eq!(summary, "count");
            bundle.set("total", Json::of_integer(found.len() as u64));
            return bundle;
        }
        search.sort(&mut found);
        let count = search.get("_count").map_or(DEFAULT_COUNT, |count| count.parse().expect("a count")).min(MAX_COUNT);
        let has_more = found.len() > count;
        found.truncate(count);
        let included = self.included(&search, &found);
        let entry = |mode: &str, resource: &Json| {
            Json::object([("search", Json::object([("mode", Json::of(mode))])), ("resource", resource.clone())])
        };
        let entries = found.into_iter().map(|item| entry("match", item));
        let entries: Vec<Json> = entries.chain(included.into_iter().map(|item| entry("include", item))).collect();
        if !entries.is_empty() {
            bundle.set("entry", Json::List(entries));
        }
        let link = |relation: &str| Json::object([("relation", Json::of(relation)), ("url", Json::of(url))]);
        let mut links = vec![link("self"), link("first")];
        links.extend(has_more.then(|| link("next")));
        bundle.set("link", Json::List(links));
        bundle
    }

    /// The resources that match a condition.
    pub(super) fn matches(&self, url: &str) -> Vec<&Json> {
        self.found(&Search::read(url))
    }

    fn found(&self, search: &Search) -> Vec<&Json> {
        self.resources.iter().filter(|item| search.finds(item)).collect()
    }

    /// The resources that `_include` and `_revinclude` add. With `:iterate`, they also apply to included resources.
    fn included(&self, search: &Search, matches: &[&Json]) -> Vec<&Json> {
        let mut included: Vec<&Json> = Vec::new();
        let mut sources = matches.to_vec();
        let mut is_first = true;
        while !sources.is_empty() {
            let rules = |kind: &str| {
                let applies = |name: &str| {
                    name.strip_prefix(kind).is_some_and(|rest| is_first && rest.is_empty() || rest == ":iterate")
                };
                let rules = search.params.iter().filter(|(name, _)| applies(name));
                rules.map(|(_, rule)| rule.as_str()).collect::<Vec<_>>()
            };
            let mut next: Vec<&Json> = Vec::new();
            for rule in rules("_revinclude") {
                let (kind, member) = include(rule);
                // A resource that refers to a source is searched, so this needs the right to search its type.
                if self.refusal_of("GET", &format!("{kind}?")).is_some() {
                    continue;
                }
                let of_kind = self.resources.iter().filter(|item| is(item, "resourceType", kind));
                for item in of_kind.filter(|item| {
                    references(item, member).iter().any(|to| sources.iter().any(|source| reference(source) == *to))
                }) {
                    let known = |other: &&Json| reference(other) == reference(item);
                    if !matches.iter().chain(&included).chain(&next).any(known) {
                        next.push(item);
                    }
                }
            }
            for rule in rules("_include") {
                let (kind, member) = include(rule);
                for source in sources.iter().filter(|item| is(item, "resourceType", kind)) {
                    for to in references(source, member) {
                        let known = |item: &&Json| reference(item) == to;
                        let is_known = matches.iter().chain(&included).chain(&next).any(known);
                        // Resources that may not be read are omitted.
                        let may_be_read = self.refusal_of("GET", to).is_none();
                        next.extend(self.get(to).filter(|_| !is_known && may_be_read));
                    }
                }
            }
            included.extend(&next);
            sources = next;
            is_first = false;
        }
        included
    }
}

/// The type and the member of an `_include`.
fn include(rule: &str) -> (&'static str, &'static str) {
    match rule {
        "CareTeam:patient" => ("CareTeam", "subject"),
        "Communication:sender" => ("Communication", "sender"),
        "Patient:general-practitioner" => ("Patient", "generalPractitioner"),
        "PractitionerRole:practitioner" => ("PractitionerRole", "practitioner"),
        "RelatedPerson:patient" => ("RelatedPerson", "patient"),
        other => panic!("an include of {other}"),
    }
}

/// Whether a resource matches one search parameter.
fn matches_parameter(resource: &Json, name: &str, value: &str) -> bool {
    let any = |holds: &dyn Fn(&str) -> bool| alternatives(value).iter().any(|item| holds(item));
    match name {
        "_id" => any(&|id| is(resource, "id", id)),
        // A `QuestionnaireResponse` has one identifier, not a list.
        "identifier" if is(resource, "resourceType", "QuestionnaireResponse") => {
            any(&|token| resource.get("identifier").is_some_and(|item| has(item, "value", token)))
        }
        "identifier" => any(&|token| list(resource, "identifier").iter().any(|item| has(item, "value", token))),
        "actor" => {
            any(&|to| list(resource, "participant").iter().any(|item| text(item, &["actor", "reference"]) == to))
        }
        "category" | "code" | "medium" => any(&|token| codings(resource, name).any(|item| has(item, "code", token))),
        "business-status" => any(&|token| codings(resource, "businessStatus").any(|item| has(item, "code", token))),
        "status" => any(&|status| is(resource, "status", status)),
        // It compares the text as it is stored.
        "phone:contains" => any(&|part| {
            let has = |value: &str| value.to_lowercase().contains(&part.to_lowercase());
            list(resource, "telecom").iter().any(|item| is(item, "system", "phone") && has(text(item, &["value"])))
        }),
        "organization" | "practitioner" | "recipient" | "sender" | "subject" => {
            any(&|to| references(resource, name).contains(&to))
        }
        "patient" => {
            let member = if is(resource, "resourceType", "Task") { "for" } else { "subject" };
            any(&|to| references(resource, member).contains(&to))
        }
        "_lastUpdated" | "authored-on" | "date" | "sent" => when(resource, name).is_some_and(|at| {
            let (prefix, bound) = value.split_at(2);
            let bound = parse_instant(bound).unwrap_or_else(|| panic!("{value}"));
            match prefix {
                "ge" => at >= bound,
                "lt" => at < bound,
                _ => panic!("{name}={value}"),
            }
        }),
        "_count" | "_include" | "_include:iterate" | "_revinclude" | "_revinclude:iterate" | "_sort" | "_summary" => {
            true
        }
        other => panic!("a search by {other}"),
    }
}

/// The alternative values of a parameter. A comma after a backslash is part of a value.
fn alternatives(value: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => values.last_mut().unwrap().extend(characters.next()),
            ',' => values.push(String::new()),
            other => values.last_mut().unwrap().push(other),
        }
    }
    values
}

/// Whether an `Identifier` or a `Coding` matches a token, `system|value`. `system|` matches any value. `value` matches
/// any system.
fn has(item: &Json, name: &str, token: &str) -> bool {
    match token.split_once('|') {
        Some((system, value)) => is(item, "system", system) && (value.is_empty() || is(item, name, value)),
        None => is(item, name, token),
    }
}

/// The codings of a `CodeableConcept`, or of a list of them.
fn codings<'a>(resource: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    let concept = resource.get(name);
    let concepts = concept.map(Json::elements).filter(|list| !list.is_empty());
    let concepts = concepts.unwrap_or_else(|| concept.map(std::slice::from_ref).unwrap_or_default());
    concepts.iter().flat_map(|concept| list(concept, "coding"))
}

/// The references of a member, which may be a list.
fn references<'a>(resource: &'a Json, name: &str) -> Vec<&'a str> {
    let item = resource.get(name).map(|item| text(item, &["reference"]));
    let all = list(resource, name).iter().map(|item| text(item, &["reference"]));
    item.into_iter().chain(all).filter(|to| !to.is_empty()).collect()
}

fn when(resource: &Json, name: &str) -> Option<u64> {
    let path: &[&str] = match name {
        "_lastUpdated" => &["meta", "lastUpdated"],
        "authored-on" => &["authoredOn"],
        "date" => &["start"],
        "sent" => &["sent"],
        other => panic!("{other} is no date"),
    };
    resource.at(path).and_then(Json::text).and_then(parse_instant)
}

/// A resource without a value is last. In descending order it is first.
fn compare(item: &Json, other: &Json, by: &str, descending: bool) -> Ordering {
    let order = match by {
        "identifier" if is(item, "resourceType", "QuestionnaireResponse") => {
            by_text(item, other, &["identifier", "value"])
        }
        "identifier" => by_text(item, other, &["identifier", "0", "value"]),
        by => greatest_without(when(item, by), when(other, by)),
    };
    if descending { order.reverse() } else { order }
}

fn by_text(item: &Json, other: &Json, path: &[&str]) -> Ordering {
    greatest_without(item.at(path).and_then(Json::text), other.at(path).and_then(Json::text))
}

fn greatest_without<T: Ord>(item: Option<T>, other: Option<T>) -> Ordering {
    (item.is_none(), item).cmp(&(other.is_none(), other))
}
