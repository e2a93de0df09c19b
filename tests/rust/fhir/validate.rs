// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Resources that a server refuses to store, if the JSON alone shows the reason.

use plumline::json::Json;

/// The required elements by resource type.
const REQUIRED: [(&str, &[&str]); 5] = [
    ("Basic", &["code"]),
    ("Binary", &["contentType"]),
    ("Communication", &["status"]),
    ("QuestionnaireResponse", &["status"]),
    ("Task", &["status", "intent"]),
];

pub(super) fn resource(resource: &Json) -> Result<(), String> {
    let kind = resource.get("resourceType").and_then(Json::text).unwrap_or_default();
    for name in REQUIRED.iter().filter(|(known, _)| *known == kind).flat_map(|(_, names)| *names) {
        if resource.get(name).is_none() {
            return Err(format!("{kind} without {name}"));
        }
    }
    element(resource)
}

/// FHIR has no null and no empty values. A string has a visible character and no control characters except white space.
/// Sources: <https://hl7.org/fhir/R4/json.html>, Medplum's `validateResource`.
fn element(json: &Json) -> Result<(), String> {
    match json {
        Json::Null => Err("null".to_owned()),
        Json::Text(text) => {
            let is_allowed = |c: char| c >= ' ' || matches!(c, '\t' | '\n' | '\r');
            let is_valid = !text.trim().is_empty() && text.chars().all(is_allowed);
            if is_valid { Ok(()) } else { Err(format!("the string {text:?}")) }
        }
        Json::List(elements) if elements.is_empty() => Err("an empty list".to_owned()),
        Json::List(elements) => elements.iter().try_for_each(element),
        Json::Object(members) if members.is_empty() => Err("an empty object".to_owned()),
        Json::Object(members) => members.iter().try_for_each(|(name, value)| {
            if name == "extension" {
                value.elements().iter().try_for_each(extension)?;
            }
            element(value)
        }),
        Json::Bool(_) | Json::Raw(_) | Json::Number(_) => Ok(()),
    }
}

/// An extension has a value or parts, never both.
fn extension(extension: &Json) -> Result<(), String> {
    let values = extension.members().iter().filter(|(name, _)| name.starts_with("value")).count();
    let parts = usize::from(extension.get("extension").is_some());
    if values + parts == 1 { Ok(()) } else { Err(format!("the extension {}", extension.write())) }
}
