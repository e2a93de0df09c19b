// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The few data types that are written again and again, <https://hl7.org/fhir/R4/datatypes.html>.

use crate::json::Json;

/// `Reference` to a resource by its type and id, `Patient/…`.
#[must_use]
pub fn reference(to: &str) -> Json {
    Json::object([("reference", Json::of(to))])
}

/// `CodeableConcept` of one coding.
#[must_use]
pub fn concept(system: &str, code: &str) -> Json {
    let coding = Json::object([("system", Json::of(system)), ("code", Json::of(code))]);
    Json::object([("coding", Json::List(vec![coding]))])
}

/// `Identifier`.
#[must_use]
pub fn identifier(system: &str, value: &str) -> Json {
    Json::object([("system", Json::of(system)), ("value", Json::of(value))])
}

/// `Extension` with one value: `kind` is the name of the member, such as `valueCode`.
#[must_use]
pub fn extension(url: &str, kind: &str, value: Json) -> Json {
    Json::object([("url", Json::of(url)), (kind, value)])
}

/// `Extension` made of parts, at least one: an extension without value and parts is none.
#[must_use]
pub fn extension_of(url: &str, parts: Vec<Json>) -> Json {
    Json::object([("url", Json::of(url)), ("extension", Json::List(parts))])
}

/// Whether a `CodeableConcept` has a coding.
#[must_use]
pub fn has_coding(concept: &Json, system: &str, code: &str) -> bool {
    let codings = concept.get("coding").map(Json::elements).unwrap_or_default();
    codings.iter().any(|coding| is(coding, "system", system) && is(coding, "code", code))
}

/// The value of a resource's first identifier with this system.
#[must_use]
pub fn identifier_value<'a>(resource: &'a Json, system: &str) -> Option<&'a str> {
    let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
    identifiers.iter().find(|one| is(one, "system", system))?.get("value")?.text()
}

/// Whether the member `name` of an object is this text.
#[must_use]
pub fn is(object: &Json, name: &str, text: &str) -> bool {
    object.get(name).and_then(Json::text) == Some(text)
}

/// Whether a patient, `Patient/<id>`, takes part in an appointment; `None` where it names no patient.
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
