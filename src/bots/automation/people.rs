// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Completes the people of an ended call: those that no callback could find.

use super::sweep_run::AutomationRun;
use super::trigger::other_end;
use crate::bots::call_people::{Device, PeopleSearch, has_patient_side, is_other_party};
use crate::chart::{CallContext, CallDirection, CallState, Leg, StoreError, TextField};
use crate::dialplan::Party;
use crate::error::Code;
use crate::phone::E164Text;
use crate::runtime::{FhirRequest, HostResponse};

/// The maximum number of legs whose practitioner is searched for.
const MAX_LEGS: usize = 10;

/// The searches for the people of an ended call who are not known.
pub(super) struct MissingPeople<'a>(Vec<(Option<&'a str>, PeopleSearch<'a>)>);

impl<'a> MissingPeople<'a> {
    /// The searches for the people who are missing in `state`.
    pub(super) fn of(state: &'a CallState, run: &AutomationRun<'_>) -> Self {
        Self(searches_of(state, run))
    }

    /// Whether there is nothing to search for.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The searches. The calling function sends them in its own batch.
    pub(super) fn requests(&self) -> Vec<FhirRequest> {
        self.narrowed(false)
    }

    fn narrowed(&self, narrow: bool) -> Vec<FhirRequest> {
        self.0.iter().flat_map(|(_, search)| search.requests(narrow)).collect()
    }

    /// Adds the people whom the searches found to `state`, and keeps only the searches that were not complete.
    /// `answers` starts with the answers to [`MissingPeople::requests`].
    ///
    /// # Errors
    /// [`StoreError`] if another attempt may find more. A search that the server refuses finds no one.
    pub(super) fn add_to(
        &mut self,
        run: &AutomationRun<'_>,
        state: &mut CallState,
        answers: &mut impl Iterator<Item = HostResponse>,
    ) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        let mut context = CallContext::default();
        let before = state.clone();
        let clinic = clinic_number(run, &before);
        let mut answers = answers.inspect(|answer| {
            if let Err(error) = StoreError::check(answer)
                && error.code() != Code::ChartRefused
            {
                outcome = Err(error);
            }
        });
        self.0.retain_mut(|(leg, search)| {
            let found = search.read(&mut answers, clinic.as_ref().map(E164Text::number), run.now);
            found.add_to(&mut context, state);
            if let Some((leg, practitioner)) = leg.zip(found.practitioner.as_deref()) {
                state.set_practitioner(leg, practitioner);
            }
            search.practitioner = None;
            !found.is_complete()
        });
        drop(answers);
        state.add_context(&context);
        outcome
    }

    /// Repeats the searches that were not complete, with more digits of the phone number (the first search uses the
    /// last four). One round trip.
    ///
    /// # Errors
    /// As [`MissingPeople::add_to`].
    pub(super) async fn narrow(mut self, run: &AutomationRun<'_>, state: &mut CallState) -> Result<(), StoreError> {
        let answers = run.fhir(self.narrowed(true)).await;
        self.add_to(run, state, &mut answers.into_iter())
    }
}

/// The maximum number of calls whose people are searched for in one batch.
const BATCH_CALLS: usize = 20;

/// For each state, whether the chart has people that the state lacks, or a search for them failed. Most callers that no
/// callback found are not in the chart, so this saves the round trips of a follow-up.
pub(super) async fn have_missing_people(run: &AutomationRun<'_>, states: &[&CallState]) -> Vec<bool> {
    let mut results = Vec::with_capacity(states.len());
    for states in states.chunks(BATCH_CALLS) {
        let searches: Vec<_> = states.iter().map(|state| MissingPeople::of(state, run)).collect();
        let mut answers = run.fhir(searches.iter().flat_map(MissingPeople::requests).collect()).await.into_iter();
        for (state, mut missing) in states.iter().zip(searches) {
            let mut completed = (*state).clone();
            // A search that failed must not stop the follow-up of other calls. The follow-up of this call repeats it.
            let has_failed = missing.add_to(run, &mut completed, &mut answers).is_err();
            results.push(has_failed || completed != **state || !missing.is_empty());
        }
    }
    results
}

/// What to search for: the patient, and the practitioner of each leg, with the `CallSid` of the leg.
fn searches_of<'a>(state: &'a CallState, run: &AutomationRun<'_>) -> Vec<(Option<&'a str>, PeopleSearch<'a>)> {
    let mut searches = Vec::new();
    let is_own = |number: &str| run.numbers().iter().any(|own| own == number);
    let number = other_end(state, &run.config.sip).filter(|number| is_other_party(number.number(), is_own));
    if let Some((number, direction)) = number.zip(state.root_direction()).filter(|_| !has_patient_side(state.context()))
    {
        searches.push((None, PeopleSearch { patient_side: Some((number, direction)), practitioner: None }));
    }
    if state.practitioner().is_none() {
        let inbound = state.direction() == Some(CallDirection::Inbound);
        let legs: Vec<&Leg> = if inbound { state.children().collect() } else { state.root_leg().into_iter().collect() };
        for leg in legs.into_iter().filter(|leg| leg.practitioner().is_none()).take(MAX_LEGS) {
            let party = leg.text(if inbound { TextField::To } else { TextField::From }).map(Party::parse);
            let device = match party {
                Some(Party::Client(identity)) => Some(Device::of_identity(identity, run.config)),
                Some(Party::Number(number)) if inbound && !is_own(number.as_str()) => Some(Device::Phone(number)),
                _ => None,
            };
            let search = |device| PeopleSearch { patient_side: None, practitioner: Some(device) };
            searches.extend(device.map(|device| (Some(leg.sid.as_str()), search(device))));
        }
    }
    searches
}

/// The clinic's number in a call, or else any of its numbers. Numbers in the chart without a calling code belong to
/// that number's country.
fn clinic_number<'a>(run: &'a AutomationRun<'_>, state: &'a CallState) -> Option<E164Text<'a>> {
    let of_call = if state.root_direction() == Some(CallDirection::Inbound) {
        let to = state.root_leg().and_then(|root| root.text(TextField::To));
        to.and_then(|to| run.config.sip.called_number(to))
    } else {
        state.children().find_map(|leg| leg.text(TextField::From)).and_then(E164Text::parse)
    };
    of_call.or_else(|| run.numbers().first().and_then(|number| E164Text::parse(number.as_str())))
}
