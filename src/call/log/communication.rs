// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The call as a FHIR `Communication`, <https://hl7.org/fhir/R4/communication.html>.
//!
//! The log stands whole in the extension; every other element follows from it, for people and searches to read.

use super::extension::{self, parts_of};
use super::{CallLog, Count, Leg, Status, Way, call_sid};
use crate::fhir::change::{arrange, follow, follow_element, place};
use crate::fhir::element::{concept, extension_of, has_coding, identifier, is, reference};
use crate::json::{Json, decimal};
use crate::time::instant;

/// The base of our extensions' URLs, where a clinic has none of its own.
pub const BASE: &str = "https://plumline.dev/fhir/StructureDefinition";
/// The name of the extension, which follows the base and a slash.
pub const EXTENSION: &str = "twilio-call";
/// The system of the identifier: the root's `CallSid`.
pub const TWILIO: &str = "https://www.twilio.com/";
/// The category of every call, by system and code.
pub const CATEGORY: (&str, &str) = ("https://plumline.dev/fhir/communication-category", "twilio-voice");
const MEDIUM: (&str, &str) = ("http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "TEL");

/// How a call is laid out, whatever came first.
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

/// What follows from a log; `Null` is not there.
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

impl CallLog {
    /// Reads a log back from its `Communication`; of one that is not ours, no more than the `CallSid`.
    #[must_use]
    pub fn read(resource: &Json, base: &str) -> Self {
        let mut log = extension::read(parts_of(own(resource, base)));
        if log.root.is_none() {
            let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
            let ours = identifiers.iter().find(|identifier| is(identifier, "system", TWILIO));
            if let Some(sid) = ours.and_then(|ours| call_sid(ours.get("value")?.text()?)) {
                log.claim(sid.0);
            }
        }
        log
    }

    /// Whether a log was written into `resource` before.
    #[must_use]
    pub fn stands_in(resource: &Json, base: &str) -> bool {
        own(resource, base).is_some()
    }

    /// Writes the log as a `Communication`, or into the one there is. `base` is that of the extension's URL, [`BASE`] by
    /// default.
    ///
    /// Of an existing resource only what is ours changes: what follows from the log that stands there already. What
    /// others added (payloads, notes, extensions, parts of ours), and what they corrected (the patient, a status
    /// `entered-in-error`), stays.
    #[must_use]
    pub fn write(&self, existing: Option<Json>, base: &str) -> Json {
        let mut resource = existing
            .filter(|resource| is(resource, "resourceType", "Communication"))
            .unwrap_or_else(|| Json::object([("resourceType", Json::of("Communication"))]));
        let known = own(&resource, base);
        let (system, code) = CATEGORY;
        let concepts = resource.get("category").map(Json::elements).unwrap_or_default();
        let first = known.is_none() && !concepts.iter().any(|concept| has_coding(concept, system, code));
        let was = if first { Elements::default() } else { extension::read(parts_of(known)).elements() };
        let parts = extension::write(self, parts_of(known));
        if !parts.is_empty() {
            let url = [base, "/", EXTENSION].concat();
            place(&mut resource, "extension", extension_of(&url, parts), |one| is_own(one, base));
        }
        if let Some(root) = &self.root {
            let ours = |one: &Json| is(one, "system", TWILIO);
            let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
            let mut named =
                identifiers.iter().find(|one| ours(one)).cloned().unwrap_or_else(|| identifier(TWILIO, root));
            named.set("value", Json::of(root));
            place(&mut resource, "identifier", named, ours);
        }
        for (name, (system, code)) in [("category", CATEGORY), ("medium", MEDIUM)] {
            let concepts = resource.get(name).map(Json::elements).unwrap_or_default();
            if !concepts.iter().any(|concept| has_coding(concept, system, code)) {
                place(&mut resource, name, concept(system, code), |_| false);
            }
        }
        // Every Communication has a status, so that of somebody else's first draft gives way.
        if first && !is(&resource, "status", "entered-in-error") {
            resource.set("status", Json::Null);
        }
        self.elements().follow(&mut resource, &was);
        arrange(&mut resource, &ORDER);
        resource
    }

    /// The one line that tells a reader of the chart what this was.
    #[must_use]
    pub fn line(&self) -> String {
        let kind = match self.way() {
            Some(Way::Inbound) => "Inbound Twilio voice call",
            Some(Way::Outbound) => "Outbound Twilio voice call",
            None => "Twilio voice call",
        };
        let root = self.root_leg();
        let mut line = kind.to_owned();
        let duration =
            root.and_then(|root| root.count(Count::Duration)).map(|seconds| [&decimal(seconds.into()), "s"].concat());
        let said = [
            ("; status=", root.and_then(Leg::status).map(Status::word)),
            ("; answeredBy=", self.answered_by()),
            ("; duration=", duration.as_deref()),
        ];
        for (name, value) in said {
            if let Some(value) = value {
                line.push_str(name);
                line.push_str(value);
            }
        }
        line
    }

    fn elements(&self) -> Elements {
        let status = match &self.root {
            None => "preparation",
            Some(_) if self.is_over() => "completed",
            Some(_) => "in-progress",
        };
        let to = |text: Option<&String>| text.map_or(Json::Null, |text| reference(text));
        let at = |at: Option<u64>| at.map_or(Json::Null, |at| Json::of(&instant(at)));
        let context = &self.context;
        let patient = to(context.related.as_ref().or(context.patient.as_ref()));
        let practitioner = to(context.practitioner.as_ref());
        let (sender, recipient) = match self.way() {
            Some(Way::Inbound) => (patient, practitioner),
            Some(Way::Outbound) => (practitioner, patient),
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
            payload: Json::object([("contentString", Json::of(&self.line()))]),
        }
    }
}

impl Elements {
    fn follow(self, resource: &mut Json, was: &Self) {
        follow_element(resource, "basedOn", &was.based_on, self.based_on);
        follow(resource, "status", &was.status, self.status);
        follow(resource, "subject", &was.subject, self.subject);
        follow(resource, "sent", &was.sent, self.sent);
        follow(resource, "received", &was.received, self.received);
        follow_element(resource, "recipient", &was.recipient, self.recipient);
        follow(resource, "sender", &was.sender, self.sender);
        follow_element(resource, "payload", &was.payload, self.payload);
    }
}

/// Our extension of a resource.
fn own<'a>(resource: &'a Json, base: &str) -> Option<&'a Json> {
    resource.get("extension").map(Json::elements).unwrap_or_default().iter().find(|one| is_own(one, base))
}

/// By the clinic's base, or by the one that was written before the clinic chose its own.
fn is_own(extension: &Json, base: &str) -> bool {
    let url = extension.get("url").and_then(Json::text).unwrap_or_default();
    let base_of = url.strip_suffix(EXTENSION).and_then(|rest| rest.strip_suffix('/'));
    base_of.is_some_and(|of| of == base || of == BASE)
}
