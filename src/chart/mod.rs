// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The call state in the chart: all events of a call, merged.
//!
//! Twilio's events may arrive late, twice and out of order, and several bots write at the same time. A merge of call
//! states is therefore commutative, associative and idempotent. The outcome, the status and the `Communication` are
//! derived only from the merged [`CallState`].

mod answers;
mod communication;
mod decision;
mod event;
mod extension;
mod leg;
mod outcome;
mod page_task;
mod pages;
mod people;
mod record_format;
mod resources;
mod status;
mod store;
mod store_error;
mod values;

pub use answers::Answer;
pub use communication::{EXTENSION, is_call_extension};
pub use event::{CallEvent, Closing, DialReport, QueueReport, RecordingReport, Screening};
pub use leg::{Leg, NumberField, TextField, TimeField};
pub use outcome::Outcome;
pub use page_task::{AttemptOutcome, NewPage, PageAttempt, PageStatus, PageTask, search_open_pages, search_pages};
pub use pages::PagedSearch;
pub use record_format::RecordFormat;
pub use resources::{check_conditional_create, counted, found};
pub use status::{Reports, Status};
pub use store::{
    CallRecord, RecordWrite, RetryPolicy, SECOND_ATTEMPT_TIMEOUT, Stored, is_complete, nothing_else, search,
    search_all, store,
};
pub use store_error::StoreError;
pub use values::{call_sid, transcription_sid};

use crate::dialplan::Party;
use crate::fhir::reference::is_reference;
use leg::keep_min;
use values::{is_address, is_candidate};

/// The state of one call, merged from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallState {
    /// The root leg's `CallSid`. `None` in a prepared record that no call has claimed.
    root: Option<String>,
    /// All legs including the root leg, sorted by `CallSid`.
    legs: Vec<Leg>,
    context: CallContext,
}

/// What is known about a call apart from its legs: its people and subject, the values of a prepared call, and the
/// direction if only dialed legs are known. A merge keeps the first of two texts in byte order, and the earlier of two
/// instants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallContext {
    /// `Patient/…`: the subject of the call.
    pub patient: Option<String>,
    /// `RelatedPerson/…`: the person who speaks for the patient.
    pub related: Option<String>,
    /// `Practitioner/…` or `PractitionerRole/…`: the person who speaks for the clinic.
    pub practitioner: Option<String>,
    /// `Appointment/…`: the appointment that the call is about.
    pub appointment: Option<String>,
    /// The Twilio identity for which the call was prepared, or that placed the call.
    pub identity: Option<String>,
    /// The number that the prepared call dials, E.164.
    pub number: Option<String>,
    /// The practitioner's own phone, E.164. It rings first in a call that is placed by REST.
    pub practitioner_number: Option<String>,
    /// When the call was prepared, as Unix time in milliseconds. `None` if it was not.
    pub prepared_at: Option<u64>,
    /// `Patient/…` and `RelatedPerson/…`: people whose number fits, if the patient is not certain, for staff to choose
    /// from. Sorted. A merge keeps the first [`MAX_CANDIDATES`] of both lists.
    pub candidates: Vec<String>,
    /// The direction of the call, if only its dialed legs are known. The direction of the root leg has precedence.
    pub direction: Option<CallDirection>,
    /// The answers of the caller, sorted. A merge keeps the later of two answers to the same question.
    pub answers: Vec<Answer>,
    /// `Patient/…`: the patient whose birth date the caller entered. It replaces `patient` and the candidates.
    pub verified: Option<String>,
}

/// The maximum number of legs of a call.
const MAX_LEGS: usize = 300;

/// The maximum number of [`CallContext::candidates`].
pub const MAX_CANDIDATES: usize = 20;

/// The direction of a call, from the clinic's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallDirection {
    /// A call to the clinic.
    Inbound,
    /// A call from the clinic, placed by a browser or by REST.
    Outbound,
}

impl CallContext {
    pub(super) const fn texts(&self) -> [&Option<String>; 7] {
        [
            &self.patient,
            &self.related,
            &self.practitioner,
            &self.appointment,
            &self.identity,
            &self.number,
            &self.practitioner_number,
        ]
    }

    pub(super) const fn texts_mut(&mut self) -> [&mut Option<String>; 7] {
        [
            &mut self.patient,
            &mut self.related,
            &mut self.practitioner,
            &mut self.appointment,
            &mut self.identity,
            &mut self.number,
            &mut self.practitioner_number,
        ]
    }
}

impl CallState {
    /// The state of a prepared call, which has only a context.
    #[must_use]
    pub fn prepared(context: &CallContext) -> Self {
        let mut state = Self::default();
        state.add_context(context);
        state
    }

    /// The state from events of one call.
    #[must_use]
    pub fn of(events: &[CallEvent<'_>]) -> Self {
        let mut state = Self::default();
        for event in events {
            state.add(event);
        }
        state
    }

    /// Adds an event.
    pub fn add(&mut self, event: &CallEvent<'_>) {
        let root = event.root_sid().0;
        self.set_root(root);
        self.merge_leg(&Leg::of(event));
        if let Some(child) = Leg::dialed_by(event) {
            self.merge_leg(&child);
        }
        keep_min(&mut self.context.direction, event.inferred_direction.as_ref());
    }

    /// Sets the root call, for example when a call claims a prepared record. Do not merge the states of two calls. If
    /// that happens, the smaller `CallSid` is the root and the other one a leg.
    pub fn set_root(&mut self, root: &str) {
        keep_min(&mut self.root, Some(&root.to_owned()));
        self.merge_leg(&Leg { sid: root.to_owned(), ..Leg::default() });
    }

    /// Sets the practitioner on a leg (`Practitioner/…`), if none is known. No effect if the leg is not known.
    pub fn set_practitioner(&mut self, leg: &str, practitioner: &str) {
        if let Some(leg) = self.legs.iter_mut().find(|known| known.sid == leg) {
            leg.set_practitioner(practitioner);
        }
    }

    /// Adds a context. A text that is empty or longer than 256 bytes is ignored, as is a candidate that is not a
    /// reference to a `Patient` or a `RelatedPerson`.
    pub fn add_context(&mut self, context: &CallContext) {
        for (own, other) in self.context.texts_mut().into_iter().zip(context.texts()) {
            if other.as_deref().is_some_and(is_address) {
                keep_min(own, other.as_ref());
            }
        }
        keep_min(&mut self.context.prepared_at, context.prepared_at.as_ref());
        keep_min(&mut self.context.direction, context.direction.as_ref());
        let candidates = &mut self.context.candidates;
        for candidate in context.candidates.iter().filter(|candidate| is_candidate(candidate)) {
            if let Err(at) = candidates.binary_search(candidate) {
                candidates.insert(at, candidate.clone());
                candidates.truncate(MAX_CANDIDATES);
            }
        }
        for answer in &context.answers {
            answers::insert(&mut self.context.answers, answer);
        }
        if context.verified.as_deref().is_some_and(|patient| is_reference(patient, "Patient")) {
            keep_min(&mut self.context.verified, context.verified.as_ref());
        }
        if let Some(verified) = &self.context.verified {
            self.context.patient = Some(verified.clone());
            self.context.candidates.clear();
        }
    }

    /// Restores the values that were sealed when the call was prepared. No effect if `context` was not prepared.
    pub fn restore(&mut self, context: &CallContext) {
        if context.prepared_at.is_some() {
            self.context.practitioner.clone_from(&context.practitioner);
            self.context.identity.clone_from(&context.identity);
            self.context.number.clone_from(&context.number);
            self.context.practitioner_number.clone_from(&context.practitioner_number);
            self.context.prepared_at = context.prepared_at;
        }
    }

    /// Merges another state of the same call.
    pub fn merge(&mut self, other: &Self) {
        self.merge_legs(other);
        self.add_context(&other.context);
    }

    /// Merges the legs of another state of the same call.
    pub fn merge_legs(&mut self, other: &Self) {
        keep_min(&mut self.root, other.root.as_ref());
        for leg in &other.legs {
            self.merge_leg(leg);
        }
    }

    /// Whether the state already has the status, the duration and the recording in `event`. Items of Twilio's list
    /// often differ only in form from the callbacks, which does not justify a write.
    #[must_use]
    pub fn includes(&self, event: &CallEvent<'_>) -> bool {
        self.leg(event.sid.0).is_some_and(|leg| {
            leg.status() >= event.status
                && leg.count(NumberField::Duration) >= event.duration
                && leg.has_ended() == event.has_ended()
                && event.recording.as_ref().is_none_or(|recording| leg.has_recording(recording))
        })
    }

    /// The root's `CallSid`. `None` in a prepared record that no call has claimed.
    #[must_use]
    pub fn root_sid(&self) -> Option<&str> {
        self.root.as_deref()
    }

    /// A leg.
    #[must_use]
    pub fn leg(&self, sid: &str) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.sid == sid)
    }

    /// The first leg of the call.
    #[must_use]
    pub fn root_leg(&self) -> Option<&Leg> {
        self.leg(self.root_sid()?)
    }

    /// All legs except the root leg, sorted by `CallSid`.
    pub fn children(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|leg| Some(&leg.sid) != self.root.as_ref())
    }

    /// The people and the subject of the call.
    #[must_use]
    pub const fn context(&self) -> &CallContext {
        &self.context
    }

    /// The direction of the call. It depends on the form of `From`, because Twilio's `Direction` is also `inbound` for
    /// a browser's call.
    #[must_use]
    pub fn direction(&self) -> Option<CallDirection> {
        self.root_direction().or(self.context.direction)
    }

    /// The direction of the call according to its root leg or its preparation. `None` if only dialed legs are known.
    #[must_use]
    pub fn root_direction(&self) -> Option<CallDirection> {
        if self.context.prepared_at.is_some() || self.context.identity.is_some() {
            return Some(CallDirection::Outbound);
        }
        let root = self.root_leg()?;
        if let Some(Party::Client(_)) = root.text(TextField::From).map(Party::parse) {
            return Some(CallDirection::Outbound);
        }
        let outbound = |direction: &str| direction.starts_with("outbound");
        match root.text(TextField::Direction).map(outbound) {
            Some(true) => Some(CallDirection::Outbound),
            Some(false) => Some(CallDirection::Inbound),
            None => None,
        }
    }

    /// The direction in Twilio's vocabulary, from the clinic's point of view: `inbound`; `outbound-api` for a call that
    /// REST placed to the callee; `outbound-dial` for a call in which a dialed leg reaches the callee.
    #[must_use]
    pub fn direction_word(&self) -> Option<&'static str> {
        let by_rest = || {
            let root = self.root_leg().and_then(|root| root.text(TextField::Direction));
            root.is_some_and(|direction| direction.starts_with("outbound-api"))
        };
        Some(match self.direction()? {
            CallDirection::Inbound => "inbound",
            CallDirection::Outbound
                if self.context.prepared_at.is_none() && self.children().next().is_none() && by_rest() =>
            {
                "outbound-api"
            }
            CallDirection::Outbound => "outbound-dial",
        })
    }

    /// The earliest known start of the call, as Unix time in milliseconds.
    #[must_use]
    pub fn started_at(&self) -> Option<u64> {
        self.legs.iter().filter_map(Leg::started_at).min()
    }

    /// When the call ended, as Unix time in milliseconds: the end of the root leg, or the last end of a dialed leg if
    /// the root leg was never reported. `None` if the call has not ended, or the end is not known.
    #[must_use]
    pub fn ended_at(&self) -> Option<u64> {
        let root = self.root_leg().filter(|_| self.has_ended())?;
        let end = |leg: &Leg| leg.instant(TimeField::End);
        if root.status().is_some() { end(root) } else { self.children().filter_map(end).max() }
    }

    /// When the call was answered, as Unix time in milliseconds: by a dialed leg, or by the person who took the caller
    /// from a queue, or else by the root leg. `None` if the call ended without an answer.
    #[must_use]
    pub fn answered_at(&self) -> Option<u64> {
        if self.outcome().is_some_and(|outcome| !matches!(outcome, Outcome::Answered | Outcome::Voicemail)) {
            return None;
        }
        let root = self.root_leg()?;
        let answered = self.children().filter_map(Leg::answered_at).min();
        if root.left_queue_connected() {
            return answered.into_iter().chain(self.bridged_at(root)).min();
        }
        // Twilio does not report when the other participant joined the conference.
        answered.or_else(|| root.answered_at().filter(|_| root.bridged != Some(true)))
    }

    /// When the caller left the queue and was connected, as Unix time in milliseconds. Twilio reports the length of the
    /// wait only after the conversation, and never its start. The wait started with the call, or after the dialed
    /// phones stopped ringing. `None` if both instants are unknown.
    fn bridged_at(&self, root: &Leg) -> Option<u64> {
        let waited = u64::from(root.count(NumberField::Queue)?) * 1_000;
        let abandoned =
            self.children().filter(|leg| leg.answered_at().is_none()).filter_map(|leg| leg.instant(TimeField::End));
        let began = abandoned.chain(root.known_start()).max()?;
        let bridged = began.saturating_add(waited);
        Some(root.instant(TimeField::End).map_or(bridged, |end| bridged.min(end)))
    }

    fn merge_leg(&mut self, leg: &Leg) {
        // A forged record may have any number of legs.
        if self.legs.len() >= MAX_LEGS && self.leg(&leg.sid).is_none() {
            return;
        }
        let at = self.legs.iter().position(|known| known.sid >= leg.sid).unwrap_or(self.legs.len());
        match self.legs.get_mut(at) {
            Some(known) if known.sid == leg.sid => known.merge(leg),
            _ => self.legs.insert(at, leg.clone()),
        }
    }
}
