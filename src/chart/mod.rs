// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The log of a call in the chart: all events about it, merged.
//!
//! Twilio's events arrive late, twice and out of order, and several bots write at the same time. A [`CallLog`] is not
//! affected by that: merging two logs gives the same result in any order and any number of times. The outcome, the
//! status and the `Communication` are derived from the merged log only.

mod communication;
mod event;
mod extension;
mod leg;
mod outcome;
mod pages;
mod resources;
mod status;
mod store;
mod store_error;
mod values;

pub use communication::{EXTENSION, is_call_extension};
pub use event::{CallEvent, DialReport, QueueReport, RecordingReport};
pub use leg::{Count, Instant, Leg, Text};
pub use outcome::Outcome;
pub use pages::PagedSearch;
pub use resources::{check_conditional_create, counted, found};
pub use status::{Reports, Status};
pub use store::{
    Chart, ChartWrite, RetryPolicy, SECOND_ATTEMPT, Stored, is_complete, nothing_else, search, search_all, store,
};
pub use store_error::StoreError;
pub use values::{call_sid, transcription_sid};

use crate::dialplan::Party;
use leg::keep_min;
use values::is_address;

/// What is known about one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallLog {
    /// The root leg's `CallSid`. `None` while a ticket waits for its call.
    root: Option<String>,
    /// Sorted by `CallSid`, including the root.
    legs: Vec<Leg>,
    context: Context,
}

/// What a plan or a ticket knows about a call. Of two texts, the first in byte order counts, and of two instants the
/// earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// `Patient/…`: whom the call is about.
    pub patient: Option<String>,
    /// `RelatedPerson/…`: who speaks for the patient.
    pub related: Option<String>,
    /// `Practitioner/…` or `PractitionerRole/…`: who speaks for the clinic.
    pub practitioner: Option<String>,
    /// `Appointment/…`: what the call is about.
    pub appointment: Option<String>,
    /// The identity that may claim a ticket, or that placed the call.
    pub identity: Option<String>,
    /// The E.164 number that a ticket allows to dial.
    pub number: Option<String>,
    /// The practitioner's own phone, E.164. It rings first if a call is placed by REST.
    pub practitioner_number: Option<String>,
    /// When a ticket was written, in milliseconds since 1970.
    pub prepared: Option<u64>,
}

/// The maximum number of legs in a log.
const MAX_LEGS: usize = 300;

/// The direction of a call, from the clinic's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallDirection {
    /// A call to the clinic.
    Inbound,
    /// A call from the clinic, placed by a browser or by REST.
    Outbound,
}

impl Context {
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

impl CallLog {
    /// A log that has only a context: a ticket.
    #[must_use]
    pub fn ticket(context: &Context) -> Self {
        let mut log = Self::default();
        log.add_context(context);
        log
    }

    /// The log of these events of one call.
    #[must_use]
    pub fn of(events: &[CallEvent<'_>]) -> Self {
        let mut log = Self::default();
        for event in events {
            log.add(event);
        }
        log
    }

    /// Adds an event.
    pub fn add(&mut self, event: &CallEvent<'_>) {
        let root = event.root().0;
        self.claim(root);
        self.merge_leg(&Leg::of(event));
        if let Some(child) = Leg::dialed_by(event) {
            self.merge_leg(&child);
        }
    }

    /// Sets the call of the log, for example when a call claims a ticket. Logs of two calls must not be merged. If that
    /// happens, the smaller `CallSid` is the root and the other one a leg.
    pub fn claim(&mut self, root: &str) {
        keep_min(&mut self.root, Some(&root.to_owned()));
        self.merge_leg(&Leg { sid: root.to_owned(), ..Leg::default() });
    }

    /// Adds a context. A text that is empty or longer than 256 bytes is ignored.
    pub fn add_context(&mut self, context: &Context) {
        for (ours, theirs) in self.context.texts_mut().into_iter().zip(context.texts()) {
            if theirs.as_deref().is_some_and(is_address) {
                keep_min(ours, theirs.as_ref());
            }
        }
        keep_min(&mut self.context.prepared, context.prepared.as_ref());
    }

    /// Restores what was sealed when the call was prepared, if `context` was prepared.
    pub fn restore(&mut self, context: &Context) {
        if context.prepared.is_some() {
            self.context.practitioner.clone_from(&context.practitioner);
            self.context.identity.clone_from(&context.identity);
            self.context.number.clone_from(&context.number);
            self.context.practitioner_number.clone_from(&context.practitioner_number);
            self.context.prepared = context.prepared;
        }
    }

    /// Adds what another log of the same call knows.
    pub fn merge(&mut self, other: &Self) {
        self.merge_legs(other);
        self.add_context(&other.context);
    }

    /// Adds what another log of the same call knows of its legs.
    pub fn merge_legs(&mut self, other: &Self) {
        keep_min(&mut self.root, other.root.as_ref());
        for leg in &other.legs {
            self.merge_leg(leg);
        }
    }

    /// Whether the log has the leg's end and duration, and the recording, of `event`. Twilio's list often repeats what
    /// is known in other words, which is not worth a write.
    #[must_use]
    pub fn includes(&self, event: &CallEvent<'_>) -> bool {
        self.leg(event.sid.0).is_some_and(|leg| {
            leg.status() >= event.status
                && leg.count(Count::Duration) >= event.duration
                && leg.is_over() == event.is_over()
                && event.recording.as_ref().is_none_or(|recording| leg.has_recording(recording))
        })
    }

    /// The root's `CallSid`. `None` for a ticket that no call has claimed.
    #[must_use]
    pub fn root(&self) -> Option<&str> {
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
        self.leg(self.root()?)
    }

    /// The dialed legs, sorted by `CallSid`.
    pub fn children(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|leg| Some(&leg.sid) != self.root.as_ref())
    }

    /// What a plan or a ticket knows.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// Whether the call has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.root_leg().is_some_and(Leg::is_over)
    }

    /// The direction of the call. Twilio's `Direction` is `inbound` for a browser's call, so the caller decides.
    #[must_use]
    pub fn direction(&self) -> Option<CallDirection> {
        if self.context.prepared.is_some() || self.context.identity.is_some() {
            return Some(CallDirection::Outbound);
        }
        let root = self.root_leg()?;
        if let Some(Party::Client(_)) = root.text(Text::From).map(Party::parse) {
            return Some(CallDirection::Outbound);
        }
        let direction = root.text(Text::Direction)?;
        Some(if direction.starts_with("outbound") { CallDirection::Outbound } else { CallDirection::Inbound })
    }

    /// When the call started, as far as is known.
    #[must_use]
    pub fn started_at(&self) -> Option<u64> {
        self.legs.iter().filter_map(Leg::started_at).min()
    }

    /// When it was answered: by a dialed leg, or by the one who took the caller out of a queue, or else by the root.
    /// `None` if the call ended without an answer.
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

    /// When the caller left the queue and was connected. Twilio reports the wait only after the talk, and does not
    /// report when it began. It began at the start of the call or later, after the dialed phones stopped ringing.
    /// `None` if neither is known.
    fn bridged_at(&self, root: &Leg) -> Option<u64> {
        let waited = u64::from(root.count(Count::Queue)?) * 1_000;
        let abandoned =
            self.children().filter(|leg| leg.answered_at().is_none()).filter_map(|leg| leg.instant(Instant::End));
        let began = abandoned.chain(root.known_start()).max()?;
        let bridged = began.saturating_add(waited);
        Some(root.instant(Instant::End).map_or(bridged, |end| bridged.min(end)))
    }

    /// `AnsweredBy` of the root, or else of a dialed leg.
    #[must_use]
    pub fn answered_by(&self) -> Option<&str> {
        let word = |leg: &'_ Leg| leg.text(Text::AnsweredBy).is_some();
        let leg = self.root_leg().filter(|leg| word(leg)).or_else(|| self.children().find(|leg| word(leg)));
        leg?.text(Text::AnsweredBy)
    }

    fn merge_leg(&mut self, leg: &Leg) {
        // No real call has this many legs, but a forged record might.
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
