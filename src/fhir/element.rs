// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Common data types, <https://hl7.org/fhir/R4/datatypes.html>.

use crate::json::Json;

/// `Reference` to a resource, such as `Patient/<id>`.
#[must_use]
pub fn reference(to: &str) -> Json {
    Json::object([("reference", Json::of(to))])
}

/// `CodeableConcept` with one coding.
#[must_use]
pub fn concept(system: &str, code: &str) -> Json {
    Json::object([("coding", Json::List(vec![plain_coding(system, code)]))])
}

/// `Coding` without a display.
#[must_use]
pub fn plain_coding(system: &str, code: &str) -> Json {
    Json::object([("system", Json::of(system)), ("code", Json::of(code))])
}

/// `Coding` with a display.
#[must_use]
pub fn coding(system: &str, code: &str, display: &str) -> Json {
    Json::object([("system", Json::of(system)), ("code", Json::of(code)), ("display", Json::of(display))])
}

/// `Identifier`.
#[must_use]
pub fn identifier(system: &str, value: &str) -> Json {
    Json::object([("system", Json::of(system)), ("value", Json::of(value))])
}

/// `Extension` with one value. `kind` is the name of its member, such as `valueCode`.
#[must_use]
pub fn extension(url: &str, kind: &str, value: Json) -> Json {
    Json::object([("url", Json::of(url)), (kind, value)])
}

/// `Extension` with nested extensions. There must be at least one, because an extension needs a value or nested
/// extensions.
#[must_use]
pub fn extension_of(url: &str, parts: Vec<Json>) -> Json {
    Json::object([("url", Json::of(url)), ("extension", Json::List(parts))])
}

/// Whether a `CodeableConcept` has this coding.
#[must_use]
pub fn has_coding(concept: &Json, system: &str, code: &str) -> bool {
    let codings = concept.get("coding").map(Json::elements).unwrap_or_default();
    codings.iter().any(|coding| is(coding, "system", system) && is(coding, "code", code))
}

/// Whether a `CodeableConcept` has a coding of this system.
#[must_use]
pub fn has_system(concept: &Json, system: &str) -> bool {
    let codings = concept.get("coding").map(Json::elements).unwrap_or_default();
    codings.iter().any(|coding| is(coding, "system", system))
}

/// The value of a resource's first identifier with this system.
#[must_use]
pub fn identifier_value<'a>(resource: &'a Json, system: &str) -> Option<&'a str> {
    let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
    identifiers.iter().find(|item| is(item, "system", system))?.get("value")?.text()
}

/// Whether the member `name` of an object is this text.
#[must_use]
pub fn is(object: &Json, name: &str, text: &str) -> bool {
    object.get(name).and_then(Json::text) == Some(text)
}

/// Whether a patient, `Patient/<id>`, participates in an appointment. `None` if the appointment has no patient.
#[must_use]
pub fn has_participant(appointment: &Json, patient: &str) -> Option<bool> {
    let participants = appointment.get("participant").map(Json::elements).unwrap_or_default();
    let actors = participants.iter().filter_map(|participant| participant.at(&["actor", "reference"])?.text());
    let mut any = None;
    for actor in actors.filter(|actor| actor.starts_with("Patient/")) {
        any = Some(any == Some(true) || actor == patient);
    }
    any
}
