// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Helpers to read JSON in tests.

use plumline::json::Json;

pub(crate) fn json(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|_| panic!("{text}"))
}

/// The string at a path. Empty if there is none.
pub(crate) fn text<'a>(json: &'a Json, path: &[&str]) -> &'a str {
    json.at(path).and_then(Json::text).unwrap_or_default()
}

/// The elements of a member. Empty if it does not exist.
pub(crate) fn list<'a>(json: &'a Json, name: &str) -> &'a [Json] {
    json.get(name).map(Json::elements).unwrap_or_default()
}

/// Whether a member is this string.
pub(crate) fn is(json: &Json, name: &str, text: &str) -> bool {
    json.get(name).and_then(Json::text) == Some(text)
}

/// `Type/id` of a resource.
pub(crate) fn reference(resource: &Json) -> String {
    [text(resource, &["resourceType"]), text(resource, &["id"])].join("/")
}

/// A resource without the members that the server adds.
pub(crate) fn without_server_fields(resource: &Json) -> String {
    let mut resource = resource.clone();
    resource.set("id", Json::Null);
    resource.set("meta", Json::Null);
    resource.write()
}
