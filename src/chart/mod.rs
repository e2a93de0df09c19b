// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call as the chart keeps it: everything that was said of it, merged.
//!
//! Twilio's events come late, twice and out of order, and several bots write at the same time. So a [`CallLog`] is made
//! such that none of that matters: two logs merge into what both know, whichever comes first, however often, in whatever
//! grouping. Everything else (the outcome, the status, the `Communication`) is told from the merged log alone.

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

/// What is known of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallLog {
    /// The root leg's `CallSid`; none while a ticket waits for its call.
    root: Option<String>,
    /// By `CallSid`, the root's among them.
    legs: Vec<Leg>,
    context: Context,
}

/// What a plan or a ticket knows of a call. Of two values for the same, the first in the order of their bytes counts, and
/// of two instants the earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// `Patient/…`, whom the call is about.
    pub patient: Option<String>,
    /// `RelatedPerson/…`, who speaks for the patient.
    pub related: Option<String>,
    /// `Practitioner/…` or `PractitionerRole/…`, who speaks for the clinic.
    pub practitioner: Option<String>,
    /// `Appointment/…`, which the call is for.
    pub appointment: Option<String>,
    /// The identity that may claim a ticket, or that placed the call.
    pub identity: Option<String>,
    /// The number that a ticket allows to dial, E.164.
    pub number: Option<String>,
    /// The practitioner's own phone, which rings first where a call is placed by REST, E.164.
    pub practitioner_number: Option<String>,
    /// When a ticket was written, milliseconds since 1970.
    pub prepared: Option<u64>,
}

/// How many legs a log has at most.
const MAX_LEGS: usize = 300;

/// Which way a call goes, from where the clinic stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallDirection {
    /// Somebody called the clinic.
    Inbound,
    /// The clinic called somebody: from a browser, or by REST.
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
    /// A log that knows nothing of a call but its context: a ticket.
    #[must_use]
    pub fn ticket(context: &Context) -> Self {
        let mut log = Self::default();
        log.add_context(context);
        log
    }

    /// What these events say of one call.
    #[must_use]
    pub fn of(events: &[CallEvent<'_>]) -> Self {
        let mut log = Self::default();
        for event in events {
            log.add(event);
        }
        log
    }

    /// Adds what an event says.
    pub fn add(&mut self, event: &CallEvent<'_>) {
        let root = event.root().0;
        self.claim(root);
        self.merge_leg(&Leg::of(event));
        if let Some(child) = Leg::dialed_by(event) {
            self.merge_leg(&child);
        }
    }

    /// Names the call that the log is of, as whoever claims a ticket does. Logs of two calls are not to be merged;
    /// should it happen, the lesser `CallSid` is the root and the other a leg.
    pub fn claim(&mut self, root: &str) {
        keep_min(&mut self.root, Some(&root.to_owned()));
        self.merge_leg(&Leg { sid: root.to_owned(), ..Leg::default() });
    }

    /// Adds a context. A text that is empty or longer than 256 bytes is passed over.
    pub fn add_context(&mut self, context: &Context) {
        for (ours, theirs) in self.context.texts_mut().into_iter().zip(context.texts()) {
            if theirs.as_deref().is_some_and(is_address) {
                keep_min(ours, theirs.as_ref());
            }
        }
        keep_min(&mut self.context.prepared, context.prepared.as_ref());
    }

    /// Puts back what was sealed when the call was prepared, if `context` was prepared.
    pub fn restore(&mut self, context: &Context) {
        if context.prepared.is_some() {
            self.context.practitioner.clone_from(&context.practitioner);
            self.context.identity.clone_from(&context.identity);
            self.context.number.clone_from(&context.number);
            self.context.practitioner_number.clone_from(&context.practitioner_number);
            self.context.prepared = context.prepared;
        }
    }

    /// Adds everything that another log of the same call knows.
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

    /// Whether what `event` says of its leg's end and length, and of a recording, is known. What Twilio's list says of a call is often known
    /// to the second but not to the letter, and not worth a write.
    #[must_use]
    pub fn includes(&self, event: &CallEvent<'_>) -> bool {
        self.leg(event.sid.0).is_some_and(|leg| {
            leg.status() >= event.status
                && leg.count(Count::Duration) >= event.duration
                && leg.is_over() == event.is_over()
                && event.recording.as_ref().is_none_or(|recording| leg.has_recording(recording))
        })
    }

    /// The root's `CallSid`; none of a ticket that nobody has claimed.
    #[must_use]
    pub fn root(&self) -> Option<&str> {
        self.root.as_deref()
    }

    /// A leg.
    #[must_use]
    pub fn leg(&self, sid: &str) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.sid == sid)
    }

    /// The leg with which the call began.
    #[must_use]
    pub fn root_leg(&self) -> Option<&Leg> {
        self.leg(self.root()?)
    }

    /// The legs that were dialled, by `CallSid`.
    pub fn children(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|leg| Some(&leg.sid) != self.root.as_ref())
    }

    /// What a plan or a ticket knows.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// Whether nothing follows.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.root_leg().is_some_and(Leg::is_over)
    }

    /// Which way the call goes. Twilio's `Direction` of what a browser places is `inbound`; who placed it tells.
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

    /// When the call began, as far as is known.
    #[must_use]
    pub fn started_at(&self) -> Option<u64> {
        self.legs.iter().filter_map(Leg::started_at).min()
    }

    /// When somebody or something answered it: whoever was dialled, or took the caller out of a queue, or where there was
    /// nobody such, the root. None where the call has ended without.
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
        // When somebody else came into a conference is not told.
        answered.or_else(|| root.answered_at().filter(|_| root.bridged != Some(true)))
    }

    /// When the caller came out of the queue to somebody. Twilio tells that only behind the talk, and not when the wait
    /// began: no sooner than the call, nor than whoever was rung before was given up. None where neither is known.
    fn bridged_at(&self, root: &Leg) -> Option<u64> {
        let waited = u64::from(root.count(Count::Queue)?) * 1_000;
        let abandoned =
            self.children().filter(|leg| leg.answered_at().is_none()).filter_map(|leg| leg.instant(Instant::End));
        let began = abandoned.chain(root.known_start()).max()?;
        let bridged = began.saturating_add(waited);
        Some(root.instant(Instant::End).map_or(bridged, |end| bridged.min(end)))
    }

    /// Who or what answered, Twilio's word: of the root, else of whoever was dialled.
    #[must_use]
    pub fn answered_by(&self) -> Option<&str> {
        let word = |leg: &'_ Leg| leg.text(Text::AnsweredBy).is_some();
        let leg = self.root_leg().filter(|leg| word(leg)).or_else(|| self.children().find(|leg| word(leg)));
        leg?.text(Text::AnsweredBy)
    }

    fn merge_leg(&mut self, leg: &Leg) {
        // No call has so many; a record that anybody has written may claim them.
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
