// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Whose number it is: the patients and related persons of a chart who have a number.

use super::{
    Patient, elements, is_active, is_current, is_serving, is_telephone, languages, names, person_in, reference,
    resource, resources, text,
};
use crate::fhir::reference::is_reference;
use crate::json::{Json, words};
use crate::phone::{E164, StoredNumber, search_parts};
use crate::text::percent_encode;

/// `_count` of a search by number.
const PAGE: usize = 50;

/// The maximum number of a patient's general practitioners that are read. More phones than these do not ring at once.
const MAX_GENERAL_PRACTITIONERS: usize = 10;

/// Whose number it is, for the rules of a dialplan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum CallerMatch {
    /// No living, active patient and no related person has the number.
    #[default]
    None,
    /// Exactly one living, active patient and no related person has the number.
    One,
    /// Several patients have the number, or a patient and a related person of another patient.
    Several,
    /// A related person, such as a parent, has the number. No other living, active patient has it.
    Related,
}

words!(CallerMatch { None: "none", One: "one", Several: "several", Related: "related" });

/// The people of a chart who have a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleOfNumber {
    /// Whose number it is.
    pub matched: CallerMatch,
    /// The only living, active patient who has the number. With [`CallerMatch::Related`], related persons of this
    /// patient also have it.
    pub patient: Option<Patient>,
    /// The `RelatedPerson/<id>`s who have the number, each with the `Patient/<id>` of their patient,
    /// or `""` if that is unknown.
    pub related: Vec<(String, String)>,
    /// The `Patient/<id>`s whom the call may be about, without duplicates: patients with the number, then patients of
    /// the related persons. They include inactive and deceased patients, but not records that another one replaced.
    pub candidates: Vec<String>,
    /// The `Patient/<id>`s who have the number, or whose related persons do, each with the birth date. Only living and
    /// active patients with a birth date, without duplicates.
    pub birth_dates: Vec<(String, String)>,
    /// See [`subject`](Self::subject).
    subject: Option<String>,
    /// See [`is_complete`](Self::is_complete).
    is_partial: bool,
}

impl PeopleOfNumber {
    /// People without candidates, for a dialplan without a chart.
    #[must_use]
    pub fn without_chart(matched: CallerMatch, patient: Option<Patient>) -> Self {
        Self { matched, patient, ..Self::default() }
    }

    /// Whether the searches found all people. If not, the number may be anyone's, and the other values are empty.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        !self.is_partial
    }

    /// The patient who may be greeted by name: the only person with the number.
    #[must_use]
    pub fn sole_person(&self) -> Option<&Patient> {
        self.patient.as_ref().filter(|_| self.matched == CallerMatch::One)
    }

    /// `Patient/<id>`: the patient whom the call is about, if that is certain. Either only this patient has the number,
    /// or all related persons with the number are theirs and no other patient has it. The patient is living and active.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// `RelatedPerson/<id>`: the only related person with the number, unless it is also the number of a patient to whom
    /// they are not related.
    #[must_use]
    pub fn related(&self) -> Option<&str> {
        match &self.related[..] {
            [(related, _)] if self.matched == CallerMatch::Related => Some(related),
            _ => None,
        }
    }
}

/// The searches for patients and for related persons with a number, relative to the FHIR base URL. With `narrow`, the
/// searches use more digits of the number, because the first searches filled their page. `with_includes` adds the
/// general practitioners, their roles and the care teams of the patients.
///
/// Sources: <https://hl7.org/fhir/R4/patient.html#search>, <https://hl7.org/fhir/R4/relatedperson.html#search>.
#[must_use]
pub fn people_searches(number: E164<'_>, with_includes: bool, narrow: bool) -> [String; 2] {
    let includes = if with_includes {
        "&_include=Patient:general-practitioner&_revinclude=CareTeam:patient&_revinclude:iterate=PractitionerRole:practitioner"
    } else {
        ""
    };
    [
        [&phone_search("Patient", number, narrow), includes].concat(),
        [&phone_search("RelatedPerson", number, narrow), "&_include=RelatedPerson:patient"].concat(),
    ]
}

/// A search for the resources of a type whose telephone numbers may be `number`.
///
/// `phone:contains` compares parts of the text as it is stored. Medplum has an index for it. A search by `phone` finds
/// only exact texts.
pub(super) fn phone_search(kind: &str, number: E164<'_>, narrow: bool) -> String {
    let mut url = [kind, "?"].concat();
    for part in search_parts(number, narrow) {
        url.push_str("phone:contains=");
        let forms: Vec<String> = part.iter().map(|form| percent_encode(form)).collect();
        url.push_str(&forms.join(","));
        url.push('&');
    }
    url.push_str("_count=50");
    url
}

/// Whether a search result may lack resources of a type: there is another page, or this one is full.
pub(super) fn is_full(found: &Json, kind: &str) -> bool {
    elements(found, "link").iter().any(|link| text(link, "relation") == Some("next"))
        || resources(found, kind).count() >= PAGE
}

/// Whether a resource has a number now.
pub(super) fn has_number(resource: &Json, number: &StoredNumber<'_>, now: u64) -> bool {
    let is_number = |contact: &Json| {
        is_telephone(contact)
            && text(contact, "value").is_some_and(|value| number.is_in(value))
            && is_current(contact, now)
    };
    elements(resource, "telecom").iter().any(is_number)
}

/// The people who have `number`, from the results of [`people_searches`]. Numbers in the chart without a calling code
/// belong to `country` (ISO 3166). `now` is Unix time in milliseconds.
///
/// The searches compare parts of texts, so they also find people with other numbers, and people who had the number in
/// the past.
#[must_use]
pub fn read_people(
    patients: &Json,
    related: &Json,
    number: E164<'_>,
    country: Option<&str>,
    now: u64,
) -> PeopleOfNumber {
    if is_full(patients, "Patient") || is_full(related, "RelatedPerson") {
        return PeopleOfNumber { is_partial: true, ..PeopleOfNumber::default() };
    }
    let stored = StoredNumber::new(number, country);
    let mut people = PeopleOfNumber::default();
    let mut living: Vec<&Json> = Vec::new();
    for patient in resources(patients, "Patient").filter(|patient| has_number(patient, &stored, now)) {
        let Some(reference) = reference(patient).filter(|_| !is_void(patient)) else { continue };
        if is_active(patient) && !is_deceased(patient) {
            living.push(patient);
        }
        add(&mut people.candidates, &reference);
    }
    let mut related_patients: Vec<&str> = Vec::new();
    for related_person in resources(related, "RelatedPerson") {
        if !is_serving(related_person, now) || is_void(related_person) || !has_number(related_person, &stored, now) {
            continue;
        }
        let patient = related_person.at(&["patient", "reference"]).and_then(Json::text);
        // A person of an unknown patient has the number too, so it is not certain whose number it is.
        let patient = patient.filter(|patient| is_reference(patient, "Patient")).unwrap_or_default();
        let Some(related_person) = reference(related_person) else { continue };
        let record = [related, patients].into_iter().find_map(|found| resource(found, patient));
        if !patient.is_empty() && !record.is_some_and(is_void) {
            add(&mut people.candidates, patient);
        }
        if !related_patients.contains(&patient) {
            related_patients.push(patient);
        }
        people.related.push((related_person, patient.to_owned()));
    }
    let record_of = |of: &&str| [related, patients].into_iter().find_map(|found| resource(found, of));
    let is_certain = |record: &&Json| is_active(record) && !is_deceased(record) && !is_void(record);
    for patient in living.iter().copied().chain(related_patients.iter().filter_map(record_of).filter(is_certain)) {
        if let (Some(reference), Some(born)) = (reference(patient), text(patient, "birthDate"))
            && people.birth_dates.iter().all(|(known, _)| *known != reference)
        {
            people.birth_dates.push((reference, born.to_owned()));
        }
    }
    people.matched = match (&living[..], &related_patients[..]) {
        ([], []) => CallerMatch::None,
        ([_], []) => CallerMatch::One,
        ([], _) => CallerMatch::Related,
        ([patient], [of]) if reference(patient).as_deref() == Some(*of) => CallerMatch::Related,
        _ => CallerMatch::Several,
    };
    people.patient = match (&living[..], people.matched) {
        ([patient], CallerMatch::One | CallerMatch::Related) => read_patient(patients, patient, country, now),
        _ => None,
    };
    people.subject = match (&people.patient, &related_patients[..]) {
        (Some(patient), _) => Some(patient.reference.clone()),
        (None, [of]) if people.matched == CallerMatch::Related => {
            record_of(of).filter(is_certain).map(|_| (*of).to_owned())
        }
        _ => None,
    };
    people
}

/// A patient with the number, and the resources that the search included for them.
fn read_patient(found: &Json, patient: &Json, country: Option<&str>, now: u64) -> Option<Patient> {
    let reference = reference(patient)?;
    let is_theirs = |team: &&Json| team.at(&["subject", "reference"]).and_then(Json::text) == Some(&reference);
    let in_use = |team: &&Json| !matches!(text(team, "status"), Some("inactive" | "entered-in-error" | "suspended"));
    let care_teams = resources(found, "CareTeam").filter(is_theirs).filter(in_use).filter_map(super::reference);
    let practitioners = elements(patient, "generalPractitioner").iter().take(MAX_GENERAL_PRACTITIONERS);
    Some(Patient {
        given: names::given(patient, now),
        language: languages::language(patient),
        general_practitioners: practitioners
            .filter_map(|practitioner| person_in(found, text(practitioner, "reference")?, country, now))
            .collect(),
        care_teams: care_teams.collect(),
        reference,
    })
}

/// Whether another record replaced this one, or it was entered in error.
fn is_void(resource: &Json) -> bool {
    let is_replaced = elements(resource, "link").iter().any(|link| text(link, "type") == Some("replaced-by"));
    is_replaced || text(resource, "status") == Some("entered-in-error")
}

fn is_deceased(patient: &Json) -> bool {
    patient.get("deceasedBoolean").and_then(Json::boolean) == Some(true)
        || text(patient, "deceasedDateTime").is_some_and(|date| !date.is_empty())
        // The date is unknown.
        || patient.get("_deceasedDateTime").is_some()
}

fn add(references: &mut Vec<String>, reference: &str) {
    if references.iter().all(|known| known != reference) {
        references.push(reference.to_owned());
    }
}
