// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One leg of a call, merged from all events about it.

use super::event::{CallEvent, RecordingReport};
use super::status::{Reports, Status};

/// The maximum difference, in milliseconds, between a start and its calculation from an end and a duration in seconds.
const ROUNDING: u64 = 2_000;

/// One leg, which has its own `CallSid` at Twilio.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leg {
    /// `CallSid`.
    pub sid: String,
    /// Of two texts, the first in byte order is kept.
    pub(super) texts: [Option<String>; TEXTS.len()],
    /// Of two numbers, the greater is kept.
    pub(super) counts: [Option<u32>; COUNTS.len()],
    /// Of two instants, the earlier is kept.
    pub(super) instants: [Option<u64>; INSTANTS.len()],
    pub(super) reports: Reports,
    /// The best status that a dial action reported for a leg without a `DialCallSid`.
    pub(super) dialed: Option<Status>,
    pub(super) bridged: Option<bool>,
    pub(super) message: bool,
    pub(super) rejected: bool,
    /// The `RecordingSid`s, sorted.
    pub(super) recordings: Vec<String>,
}

/// A text of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// `ParentCallSid`.
    Parent,
    /// `Direction`.
    Direction,
    /// `AnsweredBy`.
    AnsweredBy,
    /// `StirVerstat`.
    StirVerstat,
    /// `From`.
    From,
    /// `To`.
    To,
    /// `QueueResult`.
    QueueResult,
}

/// A number of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// `CallDuration`, in seconds.
    Duration,
    /// The highest `SequenceNumber`.
    Sequence,
    /// `SipResponseCode`.
    SipResponse,
    /// `ErrorCode`.
    Error,
    /// `QueueTime`, in seconds.
    Queue,
    /// `RecordingDuration`, in seconds.
    Recording,
}

/// An instant of a leg, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instant {
    /// The time of its first event.
    Start,
    /// When it was first in progress.
    Answered,
    /// When it had ended.
    End,
}

/// The names in the extension, by [`Text`].
pub(super) const TEXTS: [&str; 7] =
    ["parentCallSid", "direction", "answeredBy", "stirVerstat", "from", "to", "queueResult"];
/// The names in the extension, by [`Count`].
pub(super) const COUNTS: [&str; 6] =
    ["durationSeconds", "sequenceNumber", "sipResponseCode", "errorCode", "queueSeconds", "recordingSeconds"];
/// The names in the extension, by [`Instant`].
pub(super) const INSTANTS: [&str; 3] = ["start", "answered", "end"];

impl Leg {
    /// The leg of an event.
    pub(super) fn of(event: &CallEvent<'_>) -> Self {
        let mut leg = Self { sid: event.sid.0.to_owned(), ..Self::default() };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        leg.texts = [
            event.parent.map(|parent| parent.0.to_owned()),
            owned(event.direction),
            owned(event.answered_by),
            owned(event.stir_verstat),
            owned(event.from),
            owned(event.to),
            event.queue.map(|queue| queue.result.to_owned()),
        ];
        leg.counts = [
            event.duration,
            event.sequence.filter(|_| event.status.is_some()),
            event.sip_response,
            event.error,
            event.queue.and_then(|queue| queue.seconds),
            event.recording.and_then(|recording| recording.duration),
        ];
        leg.instants = [event.at, event.answered, event.ended];
        leg.reports = Reports::of(event.status, event.sequence);
        leg.bridged = event.joined_conference.then_some(true);
        leg.rejected = event.rejected;
        leg.dialed = event.dial.filter(|dial| dial.sid.is_none()).and_then(|dial| dial.status);
        if let Some(recording) = event.recording.filter(RecordingReport::is_available) {
            leg.message = recording.message;
            leg.recordings.push(recording.sid.to_owned());
        }
        leg
    }

    /// The leg that a dial action describes.
    pub(super) fn dialed_by(event: &CallEvent<'_>) -> Option<Self> {
        let dial = event.dial?;
        let mut leg = Self { sid: dial.sid?.0.to_owned(), ..Self::default() };
        leg.texts[Text::Parent as usize] = Some(event.sid.0.to_owned());
        leg.counts[Count::Duration as usize] = dial.duration;
        leg.instants[Instant::End as usize] = event.at.filter(|_| dial.status.is_some_and(Status::is_terminal));
        leg.reports = Reports::of(dial.status, None);
        leg.bridged = dial.bridged;
        Some(leg)
    }

    /// Merges what another log knows of the same leg.
    pub(super) fn merge(&mut self, other: &Self) {
        for (ours, theirs) in self.texts.iter_mut().zip(&other.texts) {
            keep_min(ours, theirs.as_ref());
        }
        for (ours, theirs) in self.counts.iter_mut().zip(other.counts) {
            *ours = (*ours).max(theirs);
        }
        for (ours, theirs) in self.instants.iter_mut().zip(&other.instants) {
            keep_min(ours, theirs.as_ref());
        }
        self.reports.merge(other.reports);
        self.dialed = self.dialed.max(other.dialed);
        self.bridged = self.bridged.max(other.bridged);
        self.message |= other.message;
        self.rejected |= other.rejected;
        for recording in &other.recordings {
            insert(&mut self.recordings, recording);
        }
    }

    /// A text.
    #[must_use]
    pub fn text(&self, text: Text) -> Option<&str> {
        self.texts[text as usize].as_deref()
    }

    /// A number.
    #[must_use]
    pub const fn count(&self, count: Count) -> Option<u32> {
        self.counts[count as usize]
    }

    /// An instant.
    #[must_use]
    pub const fn instant(&self, instant: Instant) -> Option<u64> {
        self.instants[instant as usize]
    }

    /// The current status.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.reports.status()
    }

    /// Whether the leg has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.status().is_some_and(Status::is_terminal)
    }

    /// Its recordings: `RecordingSid`s, sorted.
    #[must_use]
    pub fn recordings(&self) -> &[String] {
        &self.recordings
    }

    /// Whether the leg has this recording, or there is nothing to play.
    #[must_use]
    pub fn has_recording(&self, recording: &RecordingReport<'_>) -> bool {
        !recording.is_available() || self.recordings.iter().any(|known| known == recording.sid)
    }

    /// Whether the dialplan rejected the caller.
    #[must_use]
    pub const fn is_rejected(&self) -> bool {
        self.rejected
    }

    /// Whether a caller left a message.
    #[must_use]
    pub const fn has_message(&self) -> bool {
        self.message
    }

    /// When it was answered: when it was first in progress, or if no event says so, its end minus its duration.
    #[must_use]
    pub fn answered_at(&self) -> Option<u64> {
        self.instant(Instant::Answered).or_else(|| self.start_by_duration())
    }

    /// When it started: its first event, or if that came long after Twilio answered the call, its end minus its
    /// duration. A caller may cause no event before the first key press or the end of a greeting.
    #[must_use]
    pub fn started_at(&self) -> Option<u64> {
        let first_seen = self.instant(Instant::Start)?;
        let ended = self.instant(Instant::End) == Some(first_seen);
        self.start_by_duration().filter(|start| ended || start + ROUNDING < first_seen).or(Some(first_seen))
    }

    /// The start, unless the only known instants are when it was in progress or over, which may be long after the
    /// start.
    pub(super) fn known_start(&self) -> Option<u64> {
        let later = self.instant(Instant::Answered).into_iter().chain(self.instant(Instant::End)).min();
        let was_seen_earlier =
            later.is_some_and(|later| self.instant(Instant::Start).is_some_and(|first_seen| first_seen < later));
        self.started_at().filter(|_| was_seen_earlier || self.start_by_duration().is_some())
    }

    /// Whether the caller left a queue and was connected.
    /// Source: <https://www.twilio.com/docs/voice/twiml/enqueue#queueresult-values>.
    pub(super) fn left_queue_connected(&self) -> bool {
        matches!(self.text(Text::QueueResult), Some("bridged" | "bridging-in-process" | "redirected-from-bridged"))
    }

    /// The end minus the duration.
    fn start_by_duration(&self) -> Option<u64> {
        let duration = self.count(Count::Duration).filter(|_| self.status() == Some(Status::Completed))?;
        self.instant(Instant::End)?.checked_sub(u64::from(duration) * 1_000)
    }
}

/// Keeps the smaller value. `None` counts as greater than any value.
pub(super) fn keep_min<T: Clone + Ord>(ours: &mut Option<T>, theirs: Option<&T>) {
    if let Some(theirs) = theirs
        && ours.as_ref().is_none_or(|ours| theirs < ours)
    {
        *ours = Some(theirs.clone());
    }
}

/// The maximum number of recordings of a leg. No real leg has this many, but a forged record might.
const MAX_RECORDINGS: usize = 100;

/// Inserts a text into a sorted list without duplicates.
pub(super) fn insert(list: &mut Vec<String>, text: &str) {
    if list.len() >= MAX_RECORDINGS {
        return;
    }
    let at = list.iter().position(|known| known.as_str() >= text).unwrap_or(list.len());
    if list.get(at).is_none_or(|known| known != text) {
        list.insert(at, text.to_owned());
    }
}
