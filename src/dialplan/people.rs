// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads the data of patients and practitioners that the dialplan needs.

use super::hours::{LocalTime, is_available, is_within};
use crate::fhir::period::covers;
use crate::fhir::systems::IDENTITY;
use crate::json::Json;
use crate::phone::{E164, NumberKind, country_of, has_same_calling_code, parse, spellings};

/// The maximum length of a name in a greeting, in bytes.
const MAX_NAME_BYTES: usize = 60;

/// The patient who calls.
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

/// The only active patient in a search result who currently has this number. `None` if no patient or several patients
/// have it.
///
/// The search compares text. Its result may include a patient who had the number in the past. It may also include a
/// number of another country with the same digits as a number in the country of `called`. If the result has more pages,
/// they may contain another patient with the number.
pub(super) fn only_patient(found: &Json, number: E164<'_>, called: Option<E164<'_>>, now: u64) -> Option<Patient> {
    if elements(found, "link").iter().any(|link| text(link, "relation") == Some("next")) {
        return None;
    }
    let country = called.and_then(country_of);
    let country = country.as_deref();
    let has_same_code = called.is_some_and(|called| has_same_calling_code(called, number));
    let forms: Vec<String> = spellings(number).iter().map(|form| digits(form)).collect();
    let whole = number.as_str().get(1..).unwrap_or_default();
    let is_theirs = |value: &str| {
        if let Ok(phone) = parse(value, country) {
            return phone.number == number.as_str();
        }
        // The number is in an area that the numbering plan does not have, or in another country. In both cases, the
        // calling code must match.
        let value = digits(value);
        forms.contains(&value) && (has_same_code || value.ends_with(whole))
    };
    let mut patients = resources(found, "Patient").filter(|patient| {
        let replaced = elements(patient, "link").iter().any(|link| text(link, "type") == Some("replaced-by"));
        let has_it = elements(patient, "telecom").iter().any(|contact| {
            let value = text(contact, "value").unwrap_or_default();
            is_current(contact, now) && is_telephone(contact) && is_theirs(value)
        });
        is_active(patient) && !replaced && has_it
    });
    let patient = patients.next().filter(|_| patients.next().is_none())?;
    let practitioners = elements(patient, "generalPractitioner");
    let practitioners =
        practitioners.iter().filter_map(|practitioner| person(found, text(practitioner, "reference")?, country, now));
    Some(Patient {
        reference: reference(patient)?,
        given: given(patient, now),
        language: language(patient),
        general_practitioners: practitioners.collect(),
    })
}

/// The person with the reference `named`, if the search result includes the resource.
pub(super) fn person(found: &Json, named: &str, country: Option<&str>, now: u64) -> Option<Person> {
    let resource = resource(found, named)?;
    if !is_active(resource) {
        return None;
    }
    match text(resource, "resourceType")? {
        "Practitioner" => {
            Some(Person { reference: reference(resource)?, endpoints: endpoints(&[resource], country, now) })
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
        let person = reference(role).and_then(|role| person(found, &role, country, now));
        let Some(person) = person.filter(|person| !person.endpoints.is_empty()) else { continue };
        let at = people.iter().position(|known| known.reference >= person.reference).unwrap_or(people.len());
        if people.get(at).is_none_or(|known| known.reference != person.reference) {
            people.insert(at, person);
        }
    }
    people
}

/// The references of the resources of a type, without those that are no longer in use.
pub(super) fn active_references(found: &Json, kind: &str) -> Vec<String> {
    let in_use = |item: &&Json| !matches!(text(item, "status"), Some("inactive" | "entered-in-error" | "suspended"));
    resources(found, kind).filter(in_use).filter_map(reference).collect()
}

/// The first sender in a search result for `Communication`s, if the result includes the sender's resource.
pub(super) fn first_sender(found: &Json, country: Option<&str>, now: u64) -> Option<Person> {
    let call = resources(found, "Communication").next()?;
    person(found, call.at(&["sender", "reference"])?.text()?, country, now)
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
    if let Ok(phone) = parse(typed, country) {
        let ordinary = matches!(
            phone.kind,
            NumberKind::Ordinary | NumberKind::TollFree | NumberKind::SharedCost | NumberKind::Personal
        );
        let number = E164::parse(&phone.number).filter(|_| ordinary)?.as_str().to_owned();
        return Some(Endpoint::Number { number, extension: phone.extension });
    }
    // An international number in an area that the numbering plan does not have. New areas are assigned every year.
    let whole = ["+", &digits(typed)].concat();
    let number = E164::parse(&whole).filter(|_| typed.trim_ascii_start().starts_with('+'))?;
    Some(Endpoint::Number { number: number.as_str().to_owned(), extension: String::new() })
}

/// The first given name of the patient's preferred name.
fn given(patient: &Json, now: u64) -> Option<String> {
    let mut best: Option<(u32, &str)> = None;
    for name in elements(patient, "name") {
        let order = match text(name, "use") {
            Some("usual") => 0,
            Some("nickname") => 1,
            Some("official") => 2,
            None => 3,
            Some(_) => continue,
        };
        let current = name.get("period").is_none_or(|period| covers(period, now));
        if current
            && best.is_none_or(|(earlier, _)| order < earlier)
            && let Some(given) = name.at(&["given", "0"]).and_then(Json::text).map(str::trim_ascii)
            && is_sayable(given)
        {
            best = Some((order, given));
        }
    }
    best.map(|(_, given)| given.to_owned())
}

/// Whether XML can contain a name and a voice can speak it: it has letters, and no brackets, digits or symbols.
fn is_sayable(name: &str) -> bool {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | ' ' | '-' | '\'' | '.' | '\u{2019}' => true,
        _ => c >= '\u{c0}' && !matches!(c, '\u{2000}'..='\u{2bff}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}'),
    };
    !name.is_empty() && name.len() <= MAX_NAME_BYTES && name.chars().all(plain)
}

/// The patient's preferred language, or their only language.
fn language(patient: &Json) -> Option<String> {
    let spoken = elements(patient, "communication");
    let preferred = spoken.iter().find(|item| item.get("preferred").and_then(Json::boolean) == Some(true));
    let language = preferred.or(if let [only] = spoken { Some(only) } else { None })?;
    let codings = language.at(&["language", "coding"]).map(Json::elements).unwrap_or_default();
    codings.iter().find_map(|coding| text(coding, "code")).map(str::to_owned)
}

fn is_telephone(contact: &Json) -> bool {
    matches!(text(contact, "system"), None | Some("phone" | "sms"))
}

fn is_current(contact: &Json, now: u64) -> bool {
    text(contact, "use") != Some("old") && contact.get("period").is_none_or(|period| covers(period, now))
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
