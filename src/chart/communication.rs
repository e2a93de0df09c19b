// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads and writes a call record, the FHIR `Communication` of a call: <https://hl7.org/fhir/R4/communication.html>.
//!
//! An extension has the complete call state. The other elements are derived from it, for people and for searches.

use super::decision::Decision;
use super::extension::{self, parts_of};
use super::leg::{Leg, NumberField, TextField};
use super::status::Status;
use super::values::call_sid;
use super::{CallDirection, CallState, Outcome, RecordFormat};
use crate::fhir::change::{equals, reorder, replace_or_append, update_element, update_member};
use crate::fhir::element::{
    coding, concept, extension_of, has_coding, has_system, identifier, identifier_value, is, reference,
};
use crate::fhir::systems::{CALLER_ID_SYSTEM, TWILIO, VOICE_CATEGORY, VOICE_DISPLAY};
use crate::json::{Json, decimal};
use crate::phone::E164;
use crate::time::instant;

/// The last part of the extension URL, after the base URL and a slash.
pub const EXTENSION: &str = "twilio-call";
const MEDIUM: (&str, &str) = ("http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "TEL");
const MEDIUM_DISPLAY: &str = "telephone";

/// The order in which the members of a `Communication` are written.
const ORDER: [&str; 16] = [
    "resourceType",
    "id",
    "meta",
    "extension",
    "identifier",
    "basedOn",
    "status",
    "category",
    "medium",
    "subject",
    "sent",
    "received",
    "recipient",
    "sender",
    "payload",
    "note",
];

/// The elements that are derived from a call state. `Null` is an absent element.
#[derive(Default)]
struct Elements {
    based_on: Json,
    status: Json,
    subject: Json,
    sent: Json,
    received: Json,
    recipient: Json,
    sender: Json,
    payload: Json,
}

impl CallState {
    /// Reads the call state from a `Communication`. Without Plumline's extension, reads only the `CallSid` in
    /// `identifier`.
    ///
    /// A `Communication` may have several extensions with different base URLs, and all of them are read. The base URL
    /// in the config may have changed, or the config may not be valid.
    #[must_use]
    pub fn read(resource: &Json) -> Self {
        let mut state = Self::default();
        for item in call_extensions(resource) {
            state.merge(&extension::read(parts_of(item)));
        }
        if state.root.is_none()
            && let Some(sid) = identifier_value(resource, TWILIO).and_then(call_sid)
        {
            state.set_root(sid.0);
        }
        state
    }

    /// Whether `resource` has an extension with a call state.
    #[must_use]
    pub fn is_written_in(resource: &Json) -> bool {
        call_extensions(resource).next().is_some()
    }

    /// Writes the call state into `existing`, or into a new `Communication`.
    ///
    /// In an existing resource, an element changes only if its value was derived from an earlier call state. Additions
    /// by others (payloads, notes, extensions) and corrections (the patient, the status `entered-in-error`) are
    /// preserved. Several extensions of Plumline are merged into one, with the base URL of `format`. A record that an
    /// earlier version of Plumline wrote is returned unchanged if it has this call state.
    #[must_use]
    pub fn write<'f>(&self, existing: Option<Json>, format: impl Into<RecordFormat<'f>>) -> Json {
        self.write_as(existing, format.into())
    }

    fn write_as(&self, existing: Option<Json>, format: RecordFormat<'_>) -> Json {
        let mut resource = existing
            .filter(|resource| is(resource, "resourceType", "Communication"))
            .unwrap_or_else(|| Json::object([("resourceType", Json::of("Communication"))]));
        let url = [format.extension_base, "/", EXTENSION].concat();
        if self.is_written_by_earlier_version(&resource, &url) {
            return resource;
        }
        let (system, code) = VOICE_CATEGORY;
        let concepts = resource.get("category").map(Json::elements).unwrap_or_default();
        let has_call_state = call_extensions(&resource).next().is_some();
        let is_new = !has_call_state && !concepts.iter().any(|concept| has_coding(concept, system, code));
        let mut previous = Vec::new();
        let mut parts_before = Vec::new();
        for item in call_extensions(&resource) {
            let parts = parts_of(item);
            let state = extension::read(parts);
            let elements = state.elements();
            previous.push(if extension::has_root_leg(parts) { elements } else { state.earlier_elements(elements) });
            parts_before.extend_from_slice(parts);
        }
        if !has_call_state {
            previous.push(if is_new { Elements::default() } else { Self::default().elements() });
        }
        let parts = extension::write(self, &parts_before);
        if !parts.is_empty() {
            let mut all = resource.get("extension").map(Json::elements).unwrap_or_default().to_vec();
            let at = all.iter().position(is_call_extension).unwrap_or(all.len());
            all.retain(|item| !is_call_extension(item));
            all.insert(at, extension_of(&url, parts));
            resource.set("extension", Json::List(all));
        }
        if let Some(root) = &self.root {
            let own = |item: &Json| is(item, "system", TWILIO);
            let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
            let mut named =
                identifiers.iter().find(|item| own(item)).cloned().unwrap_or_else(|| identifier(TWILIO, root));
            named.set("value", Json::of(root));
            replace_or_append(&mut resource, "identifier", named, own);
        }
        set_concept(&mut resource, "category", VOICE_CATEGORY, VOICE_DISPLAY, format.category_system);
        set_concept(&mut resource, "medium", MEDIUM, MEDIUM_DISPLAY, None);
        // The limits of outgoing calls count the records with a caller ID.
        let media = resource.get("medium").map(Json::elements).unwrap_or_default();
        if let Some(number) = self.caller_id()
            && !media.iter().any(|medium| has_system(medium, CALLER_ID_SYSTEM))
        {
            replace_or_append(&mut resource, "medium", concept(CALLER_ID_SYSTEM, number), |_| false);
        }
        // `status` is required in a `Communication`, so the status of a draft by another program is replaced.
        if is_new && !is(&resource, "status", "entered-in-error") {
            resource.set("status", Json::Null);
        }
        self.elements().apply(&mut resource, &previous);
        reorder(&mut resource, &ORDER);
        resource
    }

    /// The caller ID of an outbound call, from its dialed legs. A call that was refused has no leg.
    fn caller_id(&self) -> Option<&str> {
        let number = |leg: &'_ Leg| leg.text(TextField::From).and_then(E164::parse).is_some();
        let leg = self.children().find(|leg| number(leg))?;
        leg.text(TextField::From).filter(|_| self.direction() == Some(CallDirection::Outbound))
    }

    /// Whether the only extension is one of an earlier version, with this URL and this call state.
    fn is_written_by_earlier_version(&self, resource: &Json, url: &str) -> bool {
        let mut items = call_extensions(resource);
        let (Some(item), None) = (items.next(), items.next()) else { return false };
        let parts = parts_of(item);
        is(item, "url", url) && !extension::has_root_leg(parts) && extension::read(parts) == *self
    }

    /// A summary of the call in one line, for people. It has the outcome if the status alone would be misleading.
    #[must_use]
    pub fn summary_line(&self) -> String {
        let decision = self.decision();
        let (mut status, mut outcome, mut mailbox) = (None, None, None);
        if let Some(Decision { leg, status: of_leg, outcome: of_call }) = decision {
            let closing = leg.closing().filter(|_| of_call.is_some() && of_call < Some(Outcome::Voicemail));
            if let Some(closing) = closing {
                outcome = Some(closing.word());
            } else if of_call.is_none() || of_leg.and_then(plain_outcome) == of_call {
                status = of_leg.map(Status::word);
            } else {
                outcome = of_call.map(Outcome::word);
            }
            mailbox = leg.text(TextField::Mailbox);
        }
        let duration = self.duration().filter(|seconds| *seconds > 0);
        let duration = duration.map(|seconds| [&decimal(seconds.into()), "s"].concat());
        let emergency = self.root_leg().filter(|root| root.asked_for_emergency_advice()).map(|_| "advised");
        self.summary_line_of(&[
            ("; emergency=", emergency),
            ("; status=", status),
            ("; outcome=", outcome),
            ("; answeredBy=", self.answered_by()),
            ("; mailbox=", mailbox),
            ("; override=", self.root_leg().and_then(|root| root.text(TextField::Override))),
            ("; duration=", duration.as_deref()),
        ])
    }

    fn summary_line_of(&self, parts: &[(&str, Option<&str>)]) -> String {
        let kind = match self.direction() {
            Some(CallDirection::Inbound) => "Inbound Twilio voice call",
            Some(CallDirection::Outbound) => "Outbound Twilio voice call",
            None => "Twilio voice call",
        };
        let mut line = kind.to_owned();
        for (name, value) in parts {
            if let Some(value) = value {
                line.push_str(name);
                line.push_str(value);
            }
        }
        line
    }

    /// The elements as an earlier version wrote them, to recognize its values. It used only the root leg for the status
    /// and the summary line.
    fn earlier_elements(&self, elements: Elements) -> Elements {
        let root = self.root_leg();
        let answered_by = |leg: &'_ Leg| leg.text(TextField::AnsweredBy).is_some();
        let answered_by = root.filter(|leg| answered_by(leg)).or_else(|| self.children().find(|leg| answered_by(leg)));
        let duration = root.and_then(|root| root.count(NumberField::Duration));
        let duration = duration.map(|seconds| [&decimal(seconds.into()), "s"].concat());
        let line = self.summary_line_of(&[
            ("; status=", root.and_then(Leg::status).map(Status::word)),
            ("; answeredBy=", answered_by.and_then(|leg| leg.text(TextField::AnsweredBy))),
            ("; duration=", duration.as_deref()),
        ]);
        let mut status = elements.status;
        if root.is_some_and(|root| root.status().is_none()) {
            status = Json::of("in-progress");
        }
        Elements { status, payload: payload(&line), ..elements }
    }

    fn elements(&self) -> Elements {
        let status = match &self.root {
            None => "preparation",
            Some(_) if self.has_ended() => "completed",
            Some(_) => "in-progress",
        };
        let to = |text: Option<&String>| text.map_or(Json::Null, |text| reference(text));
        let at = |at: Option<u64>| at.map_or(Json::Null, |at| Json::of(&instant(at)));
        let context = &self.context;
        let patient = self.patient_side().map_or(Json::Null, reference);
        let practitioner = self.practitioner().map_or(Json::Null, reference);
        let (sender, recipient) = match self.direction() {
            Some(CallDirection::Inbound) => (patient, practitioner),
            Some(CallDirection::Outbound) => (practitioner, patient),
            None => (Json::Null, Json::Null),
        };
        Elements {
            based_on: to(context.appointment.as_ref()),
            status: Json::of(status),
            subject: to(context.patient.as_ref()),
            sent: at(self.started_at()),
            received: at(self.answered_at()),
            recipient,
            sender,
            payload: payload(&self.summary_line()),
        }
    }
}

fn payload(line: &str) -> Json {
    Json::object([("contentString", Json::of(line))])
}

/// The outcome that a reader infers from a status alone. A canceled leg may be one that the caller or another leg
/// ended.
const fn plain_outcome(status: Status) -> Option<Outcome> {
    match status {
        Status::Completed => Some(Outcome::Answered),
        Status::Failed => Some(Outcome::Failed),
        Status::Busy => Some(Outcome::Busy),
        Status::NoAnswer => Some(Outcome::NoAnswer),
        _ => None,
    }
}

/// Adds a `CodeableConcept` with this coding to the list `name`, or the display to the coding that is there. With
/// `other_system`, the concept also gets a coding with the same code in that system.
fn set_concept(
    resource: &mut Json,
    name: &str,
    (system, code): (&str, &str),
    display: &str,
    other_system: Option<&str>,
) {
    let mut concepts = resource.get(name).map(Json::elements).unwrap_or_default().to_vec();
    let other_system = other_system.filter(|other| !concepts.iter().any(|concept| has_coding(concept, other, code)));
    let at = concepts.iter().position(|concept| has_coding(concept, system, code)).unwrap_or_else(|| {
        concepts.push(Json::object([]));
        concepts.len() - 1
    });
    let mut codings = concepts[at].get("coding").map(Json::elements).unwrap_or_default().to_vec();
    match codings.iter_mut().find(|coding| is(coding, "system", system) && is(coding, "code", code)) {
        Some(own) if own.get("display").is_none() => own.set("display", Json::of(display)),
        Some(_) => {}
        None => codings.push(coding(system, code, display)),
    }
    codings.extend(other_system.filter(|other| *other != system).map(|other| coding(other, code, display)));
    concepts[at].set("coding", Json::List(codings));
    resource.set(name, Json::List(concepts));
}

impl Elements {
    /// Updates the elements. `previous` has the elements derived from each extension in the resource. Any of these may
    /// be the ones that were written.
    fn apply(self, resource: &mut Json, previous: &[Self]) {
        update_element(
            resource,
            "basedOn",
            written(resource, "basedOn", previous, |previous| &previous.based_on),
            self.based_on,
        );
        update_member(
            resource,
            "status",
            written(resource, "status", previous, |previous| &previous.status),
            self.status,
        );
        update_member(
            resource,
            "subject",
            written(resource, "subject", previous, |previous| &previous.subject),
            self.subject,
        );
        update_member(resource, "sent", written(resource, "sent", previous, |previous| &previous.sent), self.sent);
        update_member(
            resource,
            "received",
            written(resource, "received", previous, |previous| &previous.received),
            self.received,
        );
        update_element(
            resource,
            "recipient",
            written(resource, "recipient", previous, |previous| &previous.recipient),
            self.recipient,
        );
        update_member(
            resource,
            "sender",
            written(resource, "sender", previous, |previous| &previous.sender),
            self.sender,
        );
        update_element(
            resource,
            "payload",
            written(resource, "payload", previous, |previous| &previous.payload),
            self.payload,
        );
    }
}

/// The value of the element `name` that Plumline wrote: the one in `previous` that is still in the resource; if none is, the first one.
fn written<'w>(resource: &Json, name: &str, previous: &'w [Elements], value: fn(&Elements) -> &Json) -> &'w Json {
    let current = resource.get(name).unwrap_or(&Json::Null);
    let values = || previous.iter().map(value).filter(|value| **value != Json::Null);
    let stands = |value: &&Json| equals(current, value) || current.elements().iter().any(|item| equals(item, value));
    values().find(stands).or_else(|| values().next()).unwrap_or(&Json::Null)
}

/// Plumline's extensions of a resource: one, unless the base URL changed. At most [`MAX_EXTENSIONS`] are read, because
/// each one is compared with every element of a list.
fn call_extensions(resource: &Json) -> impl Iterator<Item = &Json> {
    let all = resource.get("extension").map(Json::elements).unwrap_or_default();
    all.iter().filter(|item| is_call_extension(item)).take(MAX_EXTENSIONS)
}

/// The maximum number of extensions that are read.
const MAX_EXTENSIONS: usize = 8;

/// Whether an extension has a call state, with any base URL.
pub fn is_call_extension(extension: &Json) -> bool {
    let url = extension.get("url").and_then(Json::text).unwrap_or_default();
    url.strip_suffix(EXTENSION).is_some_and(|extension_base| extension_base.ends_with('/'))
}
