// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Facts for the dialplan: the results of look-ups in the chart, and local times.

use super::config::{Config, OverrideRules};
use super::hours::{LocalTime, are_open};
use super::overrides::OverrideInForce;
use super::params::Caller;
use super::people::{Patient, PeopleOfNumber, Person, available, first_sender, people_searches, read_people};
use super::presence::{away_identities, away_search};
use crate::fhir::element::{has_participant, is};
use crate::fhir::search::search_value;
use crate::json::Json;
use crate::phone::country_of;
use crate::time::{instant, parse_instant};

/// The result of a look-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fact<T> {
    /// The look-up was not made yet.
    #[default]
    Pending,
    /// The look-up failed.
    Unavailable,
    /// The value.
    Known(T),
}

impl<T> Fact<T> {
    /// The value, if it is known.
    #[must_use]
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Pending | Self::Unavailable => None,
        }
    }

    /// Whether the look-up was not made yet.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Pending)
    }
}

/// A look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The people with the caller's number.
    People {
        /// Whether the general practitioners and care teams of the patients are needed.
        with_includes: bool,
        /// Whether to search with more digits of the number, because the first search filled its page.
        narrow: bool,
    },
    /// The clinician who last tried to reach the patient.
    LastToCall,
    /// The local time of a time zone.
    Zone(String),
    /// A `HealthcareService/<id>`.
    Service(String),
    /// The record of this call.
    Record,
    /// The wrong birth dates that were entered from the caller's number.
    BirthDateTries,
    /// The next booked visit of this `Patient/<id>`.
    NextVisit(String),
    /// The local time of a visit.
    VisitTime {
        /// The time zone.
        zone: String,
        /// The start of the visit, as Unix time in milliseconds.
        at: u64,
    },
    /// The roles `PractitionerRole/<id>`, or the roles of an `Organization/<id>`.
    Roles(String),
    /// The overrides by staff.
    Overrides,
    /// Who is away.
    Presence,
}

/// What the record of a call has about its caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerRecord {
    /// `Communication/…`. `None` if the call has no record yet.
    pub reference: Option<String>,
    /// The confirmed answers: the action that asked, and the answer.
    pub answers: Vec<(String, String)>,
    /// `Patient/…`: the patient whose birth date the caller entered.
    pub verified: Option<String>,
}

/// A booked visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedVisit {
    /// `Appointment/…`.
    pub reference: String,
    /// When it starts, as Unix time in milliseconds.
    pub start: u64,
}

/// The system of the identifier of the resource that counts wrong birth dates. The value is the caller's number.
pub const BIRTH_DATE_TRIES: &str = "https://plumline.dev/fhir/birth-date-tries";

/// The results of all look-ups for a call.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact")]
pub struct Facts {
    /// The time for which the facts are looked up, as Unix time in milliseconds.
    pub now: u64,
    /// The people with the caller's number. `Unavailable` if too many people may have it.
    pub people: Fact<PeopleOfNumber>,
    /// Whether the last search for people filled its page, so that more people may have the number.
    pub has_more_people: bool,
    /// The clinician who last tried to reach the patient.
    pub last_to_call: Fact<Option<Person>>,
    /// What the record of this call has about its caller.
    pub record: Fact<CallerRecord>,
    /// The search result for the wrong birth dates that were entered from the caller's number.
    pub birth_date_tries: Fact<Json>,
    /// The next booked visit of the verified patient.
    pub next_visit: Fact<Option<BookedVisit>>,
    /// The local time of that visit.
    pub visit_time: Fact<LocalTime>,
    /// The answer that the caller just gave and must confirm.
    pub unconfirmed: Option<String>,
    /// The SDK identities of staff who are away.
    pub away: Fact<Vec<String>>,
    /// The local times by time zone.
    pub local_times: Vec<(String, Fact<LocalTime>)>,
    /// `HealthcareService`s by reference.
    pub services: Vec<(String, Fact<Json>)>,
    /// Search results for roles, by reference.
    pub roles: Vec<(String, Fact<Json>)>,
    /// Whether the `hours` with a name are open. A host can set this to override the local time.
    pub open: Vec<(String, bool)>,
    /// Whether the caller accepted the offer of a callback, according to the chart.
    pub offer_accepted: bool,
    /// What staff changed for now. Only a seal proves who wrote it, so [`Facts::learn`] does not set it.
    pub overrides: Fact<OverrideInForce>,
    /// Whether the chart has stored the change of an override that a staff phone requested.
    pub is_changed: bool,
    /// Whether staff had closed the line when the call arrived. The hours in `override.close` are then closed.
    pub closed: bool,
}

impl Facts {
    /// The facts before any look-up. A caller without a number is not looked up in the chart.
    #[must_use]
    pub fn at(now: u64, caller: &Caller<'_>) -> Self {
        let people =
            if caller.searched_number().is_none() { Fact::Known(PeopleOfNumber::default()) } else { Fact::Pending };
        Self { now, people, ..Self::default() }
    }

    /// Notes that the caller was verified by the birth date of this `Patient/<id>`.
    pub fn set_verified(&mut self, patient: String) {
        let record = self.record.known().cloned().unwrap_or_default();
        self.record = Fact::Known(CallerRecord { verified: Some(patient), ..record });
    }

    /// The patient whom the call is about, with the data that the dialplan needs: the only patient with the number.
    /// Their related persons may also have it.
    #[must_use]
    pub fn patient(&self) -> Option<&Patient> {
        self.people.known()?.patient.as_ref()
    }

    /// Whether the person with an SDK identity is away. While that is not known, they are not.
    #[must_use]
    pub fn is_away(&self, identity: &str) -> bool {
        self.away.known().is_some_and(|away| away.iter().any(|known| known == identity))
    }

    /// Whether the hours with this name are open. `Unavailable` if the hours or the time zone do not exist.
    #[must_use]
    pub fn are_open(&self, config: &Config, caller: &Caller<'_>, name: &str) -> Fact<bool> {
        if let Some((_, open)) = self.open.iter().find(|(known, _)| known == name) {
            return Fact::Known(*open);
        }
        let may_close = |rules: &OverrideRules| rules.close.iter().any(|closed| closed == name);
        if self.closed && config.overrides.as_ref().is_some_and(may_close) {
            return Fact::Known(false);
        }
        let Some(hours) = config.hours.get(name) else { return Fact::Unavailable };
        let Some(zone) = hours.time_zone.as_deref().or_else(|| called_number_zone(config, caller)) else {
            return Fact::Unavailable;
        };
        let local = match find(&self.local_times, zone) {
            Fact::Known(local) => *local,
            Fact::Unavailable => return Fact::Unavailable,
            Fact::Pending => return Fact::Pending,
        };
        let service = match hours.healthcare_service.as_deref().map(|named| find(&self.services, named)) {
            None => None,
            Some(Fact::Known(service)) => Some(service),
            Some(Fact::Unavailable) => return Fact::Unavailable,
            Some(Fact::Pending) => return Fact::Pending,
        };
        Fact::Known(are_open(hours, service, local, self.now))
    }

    /// The practitioners of `roles` who are available now.
    #[must_use]
    pub fn available(&self, config: &Config, caller: &Caller<'_>, roles: &str) -> Fact<Vec<Person>> {
        let zone = called_number_zone(config, caller);
        match (find(&self.roles, roles), zone.map(|zone| find(&self.local_times, zone))) {
            (Fact::Known(found), Some(Fact::Known(local))) => {
                Fact::Known(available(found, country(caller).as_deref(), *local, self.now))
            }
            (Fact::Unavailable, _) | (_, None | Some(Fact::Unavailable)) => Fact::Unavailable,
            _ => Fact::Pending,
        }
    }

    /// Stores the result of a look-up: the answers to its reads, [`Lookup::urls`], or the local time. `None` is a read
    /// that failed.
    pub fn learn(&mut self, lookup: &Lookup, answers: Vec<Option<Json>>, caller: &Caller<'_>) {
        let country = || country(caller);
        let mut answers = answers.into_iter();
        let found = answers.next().flatten();
        match lookup {
            Lookup::People { narrow, .. } => {
                let related = answers.next().flatten();
                let people = found.zip(related).zip(caller.searched_number()).map(|((patients, related), number)| {
                    read_people(&patients, &related, number, country().as_deref(), self.now)
                });
                self.has_more_people = people.as_ref().is_some_and(|people| !people.is_complete());
                self.people = match people {
                    Some(people) if people.is_complete() => Fact::Known(people),
                    Some(_) if !narrow => Fact::Pending,
                    _ => Fact::Unavailable,
                };
            }
            Lookup::LastToCall => {
                self.last_to_call = looked_up(found.map(|found| first_sender(&found, country().as_deref(), self.now)));
            }
            // The chart module reads the record. Only a seal proves who wrote an override.
            Lookup::Record | Lookup::Overrides => {}
            Lookup::BirthDateTries => self.birth_date_tries = looked_up(found),
            Lookup::NextVisit(patient) => {
                self.next_visit = looked_up(found.map(|found| next_visit(&found, patient, self.now)));
            }
            Lookup::VisitTime { .. } => self.visit_time = looked_up(found.as_ref().and_then(local_time)),
            Lookup::Zone(zone) => {
                let local_time = found.as_ref().and_then(local_time);
                self.local_times.push((zone.clone(), looked_up(local_time)));
            }
            Lookup::Service(named) => self.services.push((named.clone(), looked_up(found))),
            Lookup::Roles(named) => self.roles.push((named.clone(), looked_up(found))),
            Lookup::Presence => self.away = looked_up(found.map(|found| away_identities(&found, self.now))),
        }
    }
}

/// The local time in the host's answer.
fn local_time(found: &Json) -> Option<LocalTime> {
    LocalTime::parse(found.at(&["localTimes", "0"])?.text()?)
}

/// The first booked visit of a patient in a search result that has not started.
fn next_visit(found: &Json, patient: &str, now: u64) -> Option<BookedVisit> {
    let entries = found.get("entry").map(Json::elements).unwrap_or_default();
    let visits = entries.iter().filter_map(|entry| {
        let appointment = entry.get("resource")?;
        let start = parse_instant(appointment.get("start")?.text()?)?;
        let is_theirs = has_participant(appointment, patient) == Some(true);
        let is_booked = is(appointment, "resourceType", "Appointment") && is(appointment, "status", "booked");
        let reference = ["Appointment/", appointment.get("id")?.text()?].concat();
        (is_theirs && is_booked && start > now).then_some(BookedVisit { reference, start })
    });
    visits.min_by_key(|visit| visit.start)
}

fn looked_up<T>(found: Option<T>) -> Fact<T> {
    found.map_or(Fact::Unavailable, Fact::Known)
}

/// The fact with this name.
pub(super) fn find<'a, T>(list: &'a [(String, Fact<T>)], name: &str) -> &'a Fact<T> {
    list.iter().find(|(known, _)| known == name).map_or(&Fact::Pending, |(_, known)| known)
}

/// The time zone of the called number.
#[must_use]
pub fn called_number_zone<'a>(config: &'a Config, caller: &Caller<'_>) -> Option<&'a str> {
    let number = caller.called.and_then(|called| config.numbers.get(called.as_str()));
    number.and_then(|number| number.time_zone.as_deref()).or(config.time_zone.as_deref())
}

/// The default country for phone numbers in the chart: the country of the called number.
fn country(caller: &Caller<'_>) -> Option<String> {
    caller.called.and_then(country_of)
}

impl Lookup {
    /// The FHIR reads and searches for this look-up, relative to the FHIR base URL. Empty for a look-up that does not
    /// use the chart.
    #[must_use]
    pub fn urls(&self, caller: &Caller<'_>, facts: &Facts) -> Vec<String> {
        if let Self::People { with_includes, narrow } = *self {
            return caller
                .searched_number()
                .map_or_else(Vec::new, |number| people_searches(number, with_includes, narrow).into());
        }
        self.url(caller, facts).into_iter().collect()
    }

    /// The only read of a look-up.
    ///
    /// Sources: <https://hl7.org/fhir/R4/practitionerrole.html#search>,
    /// <https://hl7.org/fhir/R4/communication.html#search>.
    fn url(&self, caller: &Caller<'_>, facts: &Facts) -> Option<String> {
        Some(match self {
            Self::LastToCall => {
                let people = facts.people.known()?;
                // A call to a related person has that person as its recipient.
                let people: Vec<String> = people.subject().into_iter().chain(people.related()).map(escaped).collect();
                if people.is_empty() {
                    return None;
                }
                // This excludes prepared calls, which have no `sent`.
                [
                "Communication?category=https%3A%2F%2Fplumline.dev%2Ffhir%2Fcommunication-category%7Ctwilio-voice&recipient=",
                &people.join(","),
                "&status=in-progress,completed&sent=ge1970-01-01&_sort=-sent&_count=1&_include=Communication:sender&_include:iterate=PractitionerRole:practitioner",
                ]
                .concat()
            }
            Self::Overrides => super::overrides::SEARCH.to_owned(),
            Self::Presence => away_search(),
            Self::Record | Self::Zone(_) | Self::VisitTime { .. } | Self::People { .. } => return None,
            Self::BirthDateTries => {
                ["Basic?identifier=", BIRTH_DATE_TRIES, "|", &search_value(caller.searched_number()?.as_str())].concat()
            }
            Self::NextVisit(patient) => [
                "Appointment?actor=",
                &escaped(patient),
                "&status=booked&date=ge",
                &instant(facts.now),
                "&_sort=date&_count=10",
            ]
            .concat(),
            Self::Service(named) => match crate::text::split_on(named, b'/') {
                ("HealthcareService", id) if !id.is_empty() => ["HealthcareService/", &escaped(id)].concat(),
                _ => return None,
            },
            Self::Roles(named) => {
                let by = match crate::text::split_on(named, b'/') {
                    ("PractitionerRole", id) if !id.is_empty() => ["_id=", &escaped(id)].concat(),
                    ("Organization", id) if !id.is_empty() => ["organization=Organization/", &escaped(id)].concat(),
                    _ => return None,
                };
                ["PractitionerRole?", &by, "&_count=100&_include=PractitionerRole:practitioner"].concat()
            }
        })
    }
}

/// Percent-encodes a text for the query of a URL.
fn escaped(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut escaped = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                escaped.push(char::from(byte));
            }
            _ => {
                escaped.push('%');
                escaped.push(char::from(HEX[usize::from(byte >> 4)]));
                escaped.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    escaped
}
