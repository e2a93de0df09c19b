// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Completes the people of an ended call: those whom no callback could find.

use super::sweep_run::SweepRun;
use super::trigger::other_end;
use crate::bots::call_people::{Device, PeopleSearch, has_patient_side};
use crate::chart::{CallContext, CallDirection, CallState, Leg, StoreError, TextField};
use crate::dialplan::Party;
use crate::phone::E164;
use crate::runtime::HostResponse;

/// The maximum number of legs whose practitioner is searched for.
const MAX_LEGS: usize = 10;

/// Whether people of an ended call are not known who may be in the chart.
pub(super) fn lacks_people(state: &CallState) -> bool {
    !searches_of(state).is_empty()
}

/// Searches for the people of an ended call who are not known, and adds them to `state`. Makes at most two round trips.
///
/// # Errors
/// [`StoreError`] if a search failed.
pub(super) async fn complete_people(run: &SweepRun<'_>, state: &mut CallState) -> Result<(), StoreError> {
    let of_call = state.clone();
    let mut searches = searches_of(&of_call);
    for narrow in [false, true] {
        let requests = searches.iter().flat_map(|(_, search)| search.requests(narrow)).collect();
        let answers = run.fhir(requests).await;
        for answer in &answers {
            StoreError::check(answer)?;
        }
        add_found(run, state, &mut searches, &mut answers.into_iter());
        if searches.is_empty() {
            break;
        }
    }
    Ok(())
}

/// Adds what the searches found, and keeps only the searches that were not complete.
fn add_found(
    run: &SweepRun<'_>,
    state: &mut CallState,
    searches: &mut Vec<(Option<&str>, PeopleSearch<'_>)>,
    answers: &mut impl Iterator<Item = HostResponse>,
) {
    let mut context = CallContext::default();
    searches.retain_mut(|(leg, search)| {
        let found = search.read(answers, clinic_number(run), run.now);
        found.add_to(&mut context, state);
        if let Some((leg, practitioner)) = leg.zip(found.practitioner.as_deref()) {
            state.set_practitioner(leg, practitioner);
        }
        search.practitioner = None;
        !found.is_complete()
    });
    state.add_context(&context);
}

/// What to search for: the patient, and the practitioner of each leg, with the `CallSid` of the leg.
fn searches_of(state: &CallState) -> Vec<(Option<&str>, PeopleSearch<'_>)> {
    let mut searches = Vec::new();
    let number = other_end(state).and_then(E164::parse);
    if let Some((number, direction)) = number.zip(state.direction()).filter(|_| !has_patient_side(state.context())) {
        searches.push((None, PeopleSearch { patient: Some((number, direction)), practitioner: None }));
    }
    if state.practitioner().is_none() {
        let inbound = state.direction() == Some(CallDirection::Inbound);
        let legs: Vec<&Leg> = if inbound { state.children().collect() } else { state.root_leg().into_iter().collect() };
        for leg in legs.into_iter().filter(|leg| leg.practitioner().is_none()).take(MAX_LEGS) {
            let party = leg.text(if inbound { TextField::To } else { TextField::From }).map(Party::parse);
            let device = match party {
                Some(Party::Client(identity)) => Some(Device::Client(identity)),
                Some(Party::Number(number)) if inbound => Some(Device::Phone(number)),
                _ => None,
            };
            let search = |device| PeopleSearch { patient: None, practitioner: Some(device) };
            searches.extend(device.map(|device| (Some(leg.sid.as_str()), search(device))));
        }
    }
    searches
}

/// A number of the clinic, for the country of the numbers in the chart.
fn clinic_number<'a>(run: &'a SweepRun<'_>) -> Option<E164<'a>> {
    run.numbers().first().and_then(|number| E164::parse(number))
}
