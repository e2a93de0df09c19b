// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads the data of patients and practitioners that the dialplan needs.

mod languages;
mod matching;
mod names;
mod practitioners;

use super::hours::{LocalTime, is_available, is_within};
use crate::error::Code;
use crate::fhir::period::covers;
use crate::fhir::systems::IDENTITY;
use crate::json::Json;
use crate::phone::{E164, NumberKind, parse_written, without_remark};

pub(super) use languages::is_language;
pub use matching::{CallerMatch, PeopleOfNumber, people_searches, read_people};
pub use practitioners::{PractitionerEndpoint, practitioner_searches, read_practitioner};

/// A patient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patient {
    /// `Patient/<id>`.
    pub reference: String,
    /// The given name. `None` if there is no name that can be spoken.
    pub given: Option<String>,
    /// The tag of the preferred language.
    pub language: Option<String>,
    /// The `generalPractitioner`s that the search included.
    pub general_practitioners: Vec<Person>,
    /// The references of the patient's active care teams that the search included.
    pub care_teams: Vec<String>,
}

/// A staff member who can be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// `Practitioner/<id>` or `PractitionerRole/<id>`.
    pub reference: String,
    /// The devices and numbers that ring for this person. May be empty.
    pub endpoints: Vec<Endpoint>,
}

/// A device or number that rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A browser or app, by its SDK identity.
    Client(String),
    /// A phone.
    Number {
        /// E.164.
        number: String,
        /// The digits to send after the answer. `""` for none.
        extension: String,
    },
    /// A SIP address.
    Sip(String),
}

/// The person with the reference `named`, if the search result includes the resource.
#[must_use]
pub fn person_in(found: &Json, named: &str, country: Option<&str>, now: u64) -> Option<Person> {
    let resource = resource(found, named)?;
    if !is_active(resource) {
        return None;
    }
    match text(resource, "resourceType")? {
        "Practitioner" => {
            let reference = reference(resource)?;
            // The practitioner's own phones come first, then those of their roles.
            let is_own = |role: &&Json| {
                role.at(&["practitioner", "reference"]).and_then(Json::text) == Some(&reference)
                    && is_serving(role, now)
            };
            let roles = resources(found, "PractitionerRole").filter(is_own).take(MAX_ROLES);
            let known: Vec<&Json> = core::iter::once(resource).chain(roles).collect();
            let endpoints = endpoints(&known, country, now);
            Some(Person { reference, endpoints })
        }
        "PractitionerRole" => {
            let practitioner = resource.at(&["practitioner", "reference"]).and_then(Json::text);
            let practitioner = practitioner.and_then(|named| self::resource(found, named));
            // For a `PractitionerRole`, the reference is that of its practitioner.
            let whole = [Some(resource), practitioner.filter(|item| is_active(item))];
            let known: Vec<&Json> = whole.into_iter().flatten().collect();
            Some(Person {
                reference: known.last().and_then(|item| reference(item))?,
                endpoints: endpoints(&known, country, now),
            })
        }
        _ => None,
    }
}

/// The maximum number of roles that are read. It is the `_count` of the search.
const MAX_ROLES: usize = 100;

/// The practitioners in a search result for roles who are available now, without duplicates. They are sorted by
/// reference, because the order of search results may change.
pub(super) fn available(found: &Json, country: Option<&str>, local: LocalTime, now: u64) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for role in resources(found, "PractitionerRole").take(MAX_ROLES) {
        let serves = role.get("period").is_none_or(|period| is_within(period, local, now));
        if !serves || !is_available(role, local, now) {
            continue;
        }
        let person = reference(role).and_then(|role| person_in(found, &role, country, now));
        let Some(person) = person.filter(|person| !person.endpoints.is_empty()) else { continue };
        let at = people.iter().position(|known| known.reference >= person.reference).unwrap_or(people.len());
        if people.get(at).is_none_or(|known| known.reference != person.reference) {
            people.insert(at, person);
        }
    }
    people
}

/// The first sender in a search result for `Communication`s, if the result includes the sender's resource.
pub(super) fn first_sender(found: &Json, country: Option<&str>, now: u64) -> Option<Person> {
    let call = resources(found, "Communication").next()?;
    person_in(found, call.at(&["sender", "reference"])?.text()?, country, now)
}

/// The devices and numbers that ring for a person: their SDK identity, and the best phone number of the first resource
/// that has one.
fn endpoints(resources: &[&Json], country: Option<&str>, now: u64) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    let mut identifiers = resources.iter().flat_map(|resource| elements(resource, "identifier"));
    let identity = identifiers.find(|identifier| text(identifier, "system") == Some(IDENTITY));
    if let Some(identity) =
        identity.and_then(|identifier| text(identifier, "value")).filter(|item| is_writable_identity(item))
    {
        endpoints.push(Endpoint::Client(identity.to_owned()));
    }
    endpoints.extend(resources.iter().find_map(|resource| telephone(resource, country, now)));
    endpoints
}

/// Whether TwiML can contain this SDK identity.
pub(super) fn is_writable_identity(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The maximum number of contact points of a person that are read. To parse one, the numbering plan of every country
/// may be searched.
pub const MAX_CONTACT_POINTS: usize = 100;

/// The best phone number of a resource: first `work`, then `mobile`, then any except `home`. Within each group, the
/// order is by `rank`.
fn telephone(resource: &Json, country: Option<&str>, now: u64) -> Option<Endpoint> {
    let mut best: Option<((u32, u32), Endpoint)> = None;
    for contact in elements(resource, "telecom").iter().take(MAX_CONTACT_POINTS) {
        let order = match text(contact, "use") {
            Some("work") => 0,
            Some("mobile") => 1,
            None | Some("temp") => 2,
            Some(_) => continue,
        };
        if text(contact, "system") != Some("phone") || !is_current(contact, now) {
            continue;
        }
        let order = (order, contact.get("rank").and_then(Json::integer).unwrap_or(u32::MAX));
        if best.as_ref().is_none_or(|(earlier, _)| order < *earlier)
            && let Some(endpoint) = text(contact, "value").and_then(|value| dialable(value, country))
        {
            best = Some((order, endpoint));
        }
    }
    best.map(|(_, endpoint)| endpoint)
}

/// Converts a typed phone number to a form that can be dialed. `None` if the dialplan must not call it.
fn dialable(typed: &str, country: Option<&str>) -> Option<Endpoint> {
    let parsed = parse_written(typed, country);
    if let Ok(phone) = parsed {
        let ordinary = matches!(
            phone.kind,
            NumberKind::Ordinary | NumberKind::TollFree | NumberKind::SharedCost | NumberKind::Personal
        );
        let number = E164::parse(&phone.number).filter(|_| ordinary)?.as_str().to_owned();
        return Some(Endpoint::Number { number, extension: phone.extension });
    }
    // An international number in an area that the numbering plan does not have. New areas are assigned every year.
    let number = without_remark(typed);
    let whole = ["+", &digits(number)].concat();
    let is_new_area = parsed.is_err_and(|code| code == Code::PhoneNotAssigned) && number.starts_with('+');
    let number = E164::parse(&whole).filter(|_| is_new_area)?;
    Some(Endpoint::Number { number: number.as_str().to_owned(), extension: String::new() })
}

fn is_telephone(contact: &Json) -> bool {
    matches!(text(contact, "system"), None | Some("phone" | "sms"))
}

fn is_current(contact: &Json, now: u64) -> bool {
    text(contact, "use") != Some("old") && contact.get("period").is_none_or(|period| covers(period, now))
}

/// Whether a role or a related person is active, and the period includes `now`.
fn is_serving(role: &Json, now: u64) -> bool {
    is_active(role) && role.get("period").is_none_or(|period| covers(period, now))
}

fn is_active(resource: &Json) -> bool {
    resource.get("active").and_then(Json::boolean) != Some(false)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The resources of a search result, in its order.
fn resources<'a, 'k>(found: &'a Json, kind: &'k str) -> impl Iterator<Item = &'a Json> + use<'a, 'k> {
    let entries = found.get("entry").map(Json::elements).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| entry.get("resource"))
        .filter(move |item| text(item, "resourceType") == Some(kind))
}

/// The resource of a search result with the reference `named`.
fn resource<'a>(found: &'a Json, named: &str) -> Option<&'a Json> {
    let (kind, id) = (crate::text::split_on(named, b'/').0, crate::text::split_on(named, b'/').1);
    resources(found, kind).find(|item| text(item, "id") == Some(id)).filter(|_| !id.is_empty())
}

fn reference(resource: &Json) -> Option<String> {
    Some([text(resource, "resourceType")?, "/", text(resource, "id")?].concat())
}

fn elements<'a>(resource: &'a Json, name: &str) -> &'a [Json] {
    resource.get(name).map(Json::elements).unwrap_or_default()
}

fn text<'a>(resource: &'a Json, name: &str) -> Option<&'a str> {
    resource.get(name).and_then(Json::text)
}
