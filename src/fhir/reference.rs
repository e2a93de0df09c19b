// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Ids and relative references, <https://hl7.org/fhir/R4/references.html>.

use crate::json::Json;

/// Whether a text has the form of an id, <https://hl7.org/fhir/R4/datatypes.html#id>.
#[must_use]
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
        // In a URL, these are path segments with a special meaning.
        && text != "." && text != ".."
}

/// Whether a text is a reference to a resource of type `resource_type` on this server.
#[must_use]
pub fn is_reference(text: &str, resource_type: &str) -> bool {
    text.strip_prefix(resource_type).and_then(|rest| rest.strip_prefix('/')).is_some_and(is_id)
}

/// The reference to a resource of type `resource_type`, from a reference or an id. `None` if the text is neither.
#[must_use]
pub fn reference_to(text: &str, resource_type: &str) -> Option<String> {
    if is_reference(text, resource_type) {
        return Some(text.to_owned());
    }
    is_id(text).then(|| [resource_type, "/", text].concat())
}

/// A resource's reference, `Task/…`.
#[must_use]
pub fn reference_of(resource: &Json) -> Option<String> {
    let text = |name| resource.get(name).and_then(Json::text);
    Some([text("resourceType")?, "/", text("id")?].concat())
}
