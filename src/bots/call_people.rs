// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds the people of a call in the chart: the patient by number, the practitioner by identity or number.
//!
//! The webhook searches with the read that a status callback makes anyway. After the call, the automation bot searches
//! for people who are still missing.

use std::borrow::Cow;

use crate::chart::{CallContext, CallDirection, CallEvent, CallState};
use crate::dialplan::config::Config;
use crate::dialplan::{
    CallerMatch, Party, PeopleOfNumber, PractitionerEndpoint, is_withheld, people_searches, practitioner_searches,
    read_people, read_practitioner,
};
use crate::json::Json;
use crate::phone::{E164, E164Text, country_of};
use crate::runtime::{FhirRequest, HostResponse};

/// What a practitioner calls from, or is called at: a [`PractitionerEndpoint`], or a browser or app of a practitioner
/// that the config names.
#[derive(Clone, Debug)]
pub(super) enum Device<'a> {
    /// A browser or app of this `Practitioner/<id>`, according to the config.
    Bound(String),
    /// A browser or app, by its SDK identity.
    Client(Cow<'a, str>),
    /// A phone.
    Phone(E164<'a>),
}

impl<'a> Device<'a> {
    /// The device with an SDK identity.
    pub(super) fn of_identity(identity: Cow<'a, str>, config: &Config) -> Self {
        let bound = config.practitioner_of_identity(&identity).map(str::to_owned);
        bound.map_or(Self::Client(identity), Self::Bound)
    }

    /// The endpoint to search for. `None` if the practitioner is known.
    fn endpoint(&self) -> Option<PractitionerEndpoint<'_>> {
        match self {
            Self::Bound(_) => None,
            Self::Client(identity) => Some(PractitionerEndpoint::Identity(identity)),
            Self::Phone(number) => Some(PractitionerEndpoint::Number(*number)),
        }
    }
}

/// Which people to search for.
#[derive(Clone, Debug)]
pub(super) struct PeopleSearch<'a> {
    /// The number of the patient's side, in a call with this direction.
    pub(super) patient_side: Option<(E164Text<'a>, CallDirection)>,
    /// The device of the practitioner.
    pub(super) practitioner: Option<Device<'a>>,
}

/// The people that a search found.
#[derive(Clone, Debug, Default)]
pub(super) struct FoundPeople<'a> {
    patient_side: Option<(PeopleOfNumber, E164Text<'a>, CallDirection)>,
    /// `Practitioner/<id>`: the practitioner with the device, if there is only one.
    pub(super) practitioner: Option<String>,
}

impl<'a> PeopleSearch<'a> {
    /// The search for the people of the leg that an event reports. `numbers` are the clinic's.
    #[must_use]
    pub(super) fn of_event(event: &CallEvent<'a>, numbers: &[E164<'_>], config: &Config) -> Self {
        let is_own = |number: &str| numbers.iter().any(|own| own.as_str() == number);
        let from = event.from.and_then(|from| config.sip.caller_number(from));
        let from = from.filter(|number| is_other_party(number.number(), is_own));
        let to = event.to.and_then(E164::parse).filter(|number| is_other_party(*number, is_own));
        let identity = |party: Option<Party<'a>>| match party {
            Some(Party::Client(identity)) => Some(Device::of_identity(identity, config)),
            _ => None,
        };
        let calling_device = identity(event.from_party());
        let called_device = identity(event.to_party()).or_else(|| to.map(Device::Phone));
        let outbound = || to.map(|to| (to.into(), CallDirection::Outbound));
        if event.parent.is_none() && calling_device.is_some() {
            return Self { patient_side: outbound(), practitioner: calling_device };
        }
        let patient = from.map(|from| (from, CallDirection::Inbound)).or_else(outbound);
        Self { patient_side: patient, practitioner: called_device }
    }

    /// The direction of the call, inferred from a dialed leg: inbound if its `From` is a number that is not the
    /// clinic's, or else outbound if its `To` is one. The direction of the root leg has precedence, because a call may
    /// be forwarded.
    #[must_use]
    pub(super) fn inferred_direction(&self, event: &CallEvent<'_>) -> Option<CallDirection> {
        event.parent?;
        self.patient_side.as_ref().map(|(_, direction)| *direction)
    }

    /// The searches. The answers to them are the input of [`PeopleSearch::read`]. With `narrow`, the searches for
    /// patients use more digits, because the first searches filled their page.
    #[must_use]
    pub(super) fn requests(&self, narrow: bool) -> Vec<FhirRequest> {
        let patient_side = self.patient_side.as_ref();
        let patients = patient_side.map(|(number, _)| people_searches(number.number(), false, narrow));
        let practitioners = self.practitioner.as_ref().and_then(Device::endpoint).map(practitioner_searches);
        let urls = patients.into_iter().flatten().chain(practitioners.into_iter().flatten());
        urls.map(FhirRequest::get).collect()
    }

    /// Reads the answers to [`PeopleSearch::requests`]. A search that failed finds no one. `clinic` is a number of the
    /// clinic. Numbers in the chart without a calling code belong to its country. `now` is Unix time in milliseconds.
    #[must_use]
    pub(super) fn read(
        &self,
        answers: &mut impl Iterator<Item = HostResponse>,
        clinic: Option<E164<'_>>,
        now: u64,
    ) -> FoundPeople<'a> {
        let country = clinic.and_then(country_of);
        let country = country.as_deref();
        let patient_side = self.patient_side.as_ref().and_then(|(number, direction)| {
            let (patients, related) =
                (answers.next().and_then(HostResponse::ok), answers.next().and_then(HostResponse::ok));
            let people = read_people(&patients?, &related?, number.number(), country, now);
            Some((people, number.clone(), *direction))
        });
        let practitioner = self.practitioner.as_ref().and_then(|device| {
            if let Device::Bound(practitioner) = device {
                return Some(practitioner.clone());
            }
            let endpoint = device.endpoint()?;
            let searches = practitioner_searches(endpoint).len();
            let found: Vec<Option<Json>> = answers.take(searches).map(HostResponse::ok).collect();
            let found: Option<Vec<Json>> = found.into_iter().collect();
            read_practitioner(endpoint, &found?, country, now)
        });
        FoundPeople { patient_side, practitioner }
    }
}

impl FoundPeople<'_> {
    /// Whether the search has found all people with the number. If not, a narrower search may.
    #[must_use]
    pub(super) fn is_complete(&self) -> bool {
        self.patient_side.as_ref().is_none_or(|(people, ..)| people.is_complete())
    }

    /// Adds the patient, the related person or the candidates to `context`, if none of them is known yet. Adds nothing
    /// if the call has another direction than the search assumed, or was prepared for another number. `state` is the
    /// state of the call, with the event that was searched for.
    pub(super) fn add_to(&self, context: &mut CallContext, state: &CallState) {
        let Some((people, number, direction)) = &self.patient_side else { return };
        let known = state.context();
        let is_other_number = known.prepared_at.is_some() && known.number.as_deref() != Some(number.number().as_str());
        // Only the root leg shows the direction for certain. A forwarded call can have the clinic's number as caller
        // ID.
        let is_other_direction = state.root_direction() != Some(*direction);
        if is_other_direction || is_other_number || has_patient_side(known) {
            return;
        }
        let patient = people.subject().map(str::to_owned);
        if patient.is_none() {
            context.candidates.clone_from(&people.candidates);
            if people.matched == CallerMatch::Several {
                context.candidates.extend(people.related.iter().map(|(related, _)| related.clone()));
            }
        }
        context.patient = context.patient.take().or(patient);
        context.related = context.related.take().or_else(|| people.related().map(str::to_owned));
    }
}

/// Whether a number is one of another party than the clinic. Not if it is withheld, even if a resource in the chart has
/// it.
pub(super) fn is_other_party(number: E164<'_>, is_own: impl Fn(&str) -> bool) -> bool {
    !is_own(number.as_str()) && !is_withheld(number)
}

/// Whether the patient's side of a call is known: the patient, the related person, or the candidates.
#[must_use]
pub(super) fn has_patient_side(context: &CallContext) -> bool {
    context.patient.is_some() || context.related.is_some() || !context.candidates.is_empty()
}
