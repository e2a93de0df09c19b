// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One leg of a call, merged from all events about it.

use super::event::{CallEvent, Closing, RecordingReport, Screening};
use super::status::{Reports, Status};
use super::values::{is_practitioner, is_word};

/// The maximum error, in milliseconds, of a start that is calculated from the end and a duration in seconds.
const ROUNDING: u64 = 2_000;

/// One leg. Each leg has its own `CallSid` at Twilio.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leg {
    /// `CallSid`.
    pub sid: String,
    /// By [`TextField`]. A merge keeps the first of two texts in byte order.
    pub(super) texts: [Option<String>; TEXTS.len()],
    /// By [`NumberField`]. A merge keeps the greater number.
    pub(super) counts: [Option<u32>; COUNTS.len()],
    /// By [`TimeField`], as Unix time in milliseconds. A merge keeps the earlier instant.
    pub(super) instants: [Option<u64>; INSTANTS.len()],
    pub(super) reports: Reports,
    /// `DialCallStatus` of dial actions without a `DialCallSid`: the greatest of them.
    pub(super) dial_status_without_sid: Option<Status>,
    /// Whether the leg was connected to another party (`DialBridged`, or a conference with another participant).
    pub(super) bridged: Option<bool>,
    /// Whether the callee had to press a key before the connection, and did. Without the key, the voicemail of the
    /// callee's phone may have answered. The caller may hang up between the key and the connection.
    pub(super) screening: Option<Screening>,
    /// Whether a recording of the leg is a message.
    pub(super) message: bool,
    /// How the dialplan ended the call.
    pub(super) closing: Option<Closing>,
    pub(super) emergency: bool,
    /// The `RecordingSid`s, sorted.
    pub(super) recordings: Vec<String>,
    /// `Practitioner/…` or `PractitionerRole/…`: the person on this leg. A merge keeps the first in byte order.
    pub(super) practitioner: Option<String>,
}

/// A text of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
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
    /// The mailbox: the name of the action that took a message.
    Mailbox,
    /// The priority of a message with an urgent word.
    Priority,
    /// What staff changed for the call: `close` or `divert:<action>`.
    Override,
    /// The `RecordingSid` of a greeting that staff recorded. It is not a message, and is neither copied nor deleted.
    Greeting,
}

/// A number of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberField {
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

/// An instant of a leg, as Unix time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeField {
    /// The time of its first event.
    Start,
    /// When it was first in progress.
    Answered,
    /// When it had ended.
    End,
}

/// The names in the extension, by [`TextField`].
pub(super) const TEXTS: [&str; 11] = [
    "parentCallSid",
    "direction",
    "answeredBy",
    "stirVerstat",
    "from",
    "to",
    "queueResult",
    "mailbox",
    "priority",
    "override",
    "greetingSid",
];
/// The names in the extension, by [`NumberField`].
pub(super) const COUNTS: [&str; 6] =
    ["durationSeconds", "sequenceNumber", "sipResponseCode", "errorCode", "queueSeconds", "recordingSeconds"];
/// The names in the extension, by [`TimeField`].
pub(super) const INSTANTS: [&str; 3] = ["start", "answered", "end"];

impl Leg {
    /// The leg that an event reports.
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
            owned(event.mailbox.filter(|mailbox| is_word(mailbox))),
            owned(event.priority),
            owned(event.overridden.filter(|overridden| is_word(overridden))),
            owned(event.greeting),
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
        leg.screening = event.screening;
        leg.closing = event.closing;
        leg.emergency = event.emergency;
        leg.practitioner = owned(event.practitioner.filter(|practitioner| is_practitioner(practitioner)));
        leg.dial_status_without_sid = event.dial.filter(|dial| dial.sid.is_none()).and_then(|dial| dial.status);
        if let Some(recording) = event.recording.filter(RecordingReport::is_available) {
            leg.message = recording.message;
            leg.recordings.push(recording.sid.to_owned());
        }
        leg
    }

    /// The dialed leg that a dial action reports.
    pub(super) fn dialed_by(event: &CallEvent<'_>) -> Option<Self> {
        let dial = event.dial?;
        let mut leg = Self { sid: dial.sid?.0.to_owned(), ..Self::default() };
        leg.texts[TextField::Parent as usize] = Some(event.sid.0.to_owned());
        leg.counts[NumberField::Duration as usize] = dial.duration;
        leg.instants[TimeField::End as usize] = event.at.filter(|_| dial.status.is_some_and(Status::is_terminal));
        leg.reports = Reports::of(dial.status, None);
        leg.bridged = dial.bridged;
        Some(leg)
    }

    /// Sets the practitioner on the leg (`Practitioner/…`), if none is known.
    pub(super) fn set_practitioner(&mut self, practitioner: &str) {
        if self.practitioner.is_none() && is_practitioner(practitioner) {
            self.practitioner = Some(practitioner.to_owned());
        }
    }

    /// Merges the data of the same leg in another call state.
    pub(super) fn merge(&mut self, other: &Self) {
        for (own, other) in self.texts.iter_mut().zip(&other.texts) {
            keep_min(own, other.as_ref());
        }
        for (own, other) in self.counts.iter_mut().zip(other.counts) {
            *own = (*own).max(other);
        }
        for (own, other) in self.instants.iter_mut().zip(&other.instants) {
            keep_min(own, other.as_ref());
        }
        self.reports.merge(other.reports);
        self.dial_status_without_sid = self.dial_status_without_sid.max(other.dial_status_without_sid);
        self.bridged = self.bridged.max(other.bridged);
        self.screening = self.screening.max(other.screening);
        self.message |= other.message;
        self.closing = self.closing.max(other.closing);
        self.emergency |= other.emergency;
        keep_min(&mut self.practitioner, other.practitioner.as_ref());
        for recording in &other.recordings {
            insert(&mut self.recordings, recording);
        }
    }

    /// The value of a text field.
    #[must_use]
    pub fn text(&self, text: TextField) -> Option<&str> {
        self.texts[text as usize].as_deref()
    }

    /// The value of a number field.
    #[must_use]
    pub const fn count(&self, count: NumberField) -> Option<u32> {
        self.counts[count as usize]
    }

    /// The value of a time field, as Unix time in milliseconds.
    #[must_use]
    pub const fn instant(&self, instant: TimeField) -> Option<u64> {
        self.instants[instant as usize]
    }

    /// The current status.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.reports.status()
    }

    /// Whether the leg has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.status().is_some_and(Status::is_terminal)
    }

    /// Its recordings without a greeting of the clinic: `RecordingSid`s, sorted.
    pub fn recordings(&self) -> impl Iterator<Item = &String> {
        let greeting = self.text(TextField::Greeting);
        self.recordings.iter().filter(move |sid| Some(sid.as_str()) != greeting)
    }

    /// Whether the leg has this recording, or the recording has no audio.
    #[must_use]
    pub fn has_recording(&self, recording: &RecordingReport<'_>) -> bool {
        !recording.is_available() || self.recordings.iter().any(|known| known == recording.sid)
    }

    /// `Practitioner/…` or `PractitionerRole/…`: the person on this leg.
    #[must_use]
    pub fn practitioner(&self) -> Option<&str> {
        self.practitioner.as_deref()
    }

    /// How the dialplan ended the call, if no one spoke with the caller.
    #[must_use]
    pub const fn closing(&self) -> Option<Closing> {
        self.closing
    }

    /// Whether the caller asked for the emergency advice.
    #[must_use]
    pub const fn asked_for_emergency_advice(&self) -> bool {
        self.emergency
    }

    /// Whether a caller left a message.
    #[must_use]
    pub fn has_message(&self) -> bool {
        self.message && (self.text(TextField::Greeting).is_none() || self.recordings().next().is_some())
    }

    /// Whether someone or something answered that was not connected to the caller. `DialBridged` decides. Without it, a
    /// screened leg is connected if a key was pressed.
    #[must_use]
    pub fn is_unconnected(&self) -> bool {
        self.bridged == Some(false) || self.screening == Some(Screening::Required) && self.bridged.is_none()
    }

    /// When the leg was answered, as Unix time in milliseconds: when it was first in progress, or if no event reported
    /// that, its end minus its duration. `None` if the callee was not connected.
    #[must_use]
    pub fn answered_at(&self) -> Option<u64> {
        let answered = self.instant(TimeField::Answered).or_else(|| self.start_by_duration());
        answered.filter(|_| !self.is_unconnected())
    }

    /// When the leg started, as Unix time in milliseconds: its first event, or its end minus its duration if that is
    /// much earlier. The first event may be late, because a call may cause no event before a key press or the end of a
    /// greeting.
    #[must_use]
    pub fn started_at(&self) -> Option<u64> {
        let first_seen = self.instant(TimeField::Start)?;
        let ended = self.instant(TimeField::End) == Some(first_seen);
        self.start_by_duration().filter(|start| ended || start + ROUNDING < first_seen).or(Some(first_seen))
    }

    /// The start. `None` if only the answer or the end is known, which may be long after the start.
    pub(super) fn known_start(&self) -> Option<u64> {
        let later = self.instant(TimeField::Answered).into_iter().chain(self.instant(TimeField::End)).min();
        let was_seen_earlier =
            later.is_some_and(|later| self.instant(TimeField::Start).is_some_and(|first_seen| first_seen < later));
        self.started_at().filter(|_| was_seen_earlier || self.start_by_duration().is_some())
    }

    /// Whether the caller left a queue and was connected.
    /// Source: <https://www.twilio.com/docs/voice/twiml/enqueue#queueresult-values>.
    pub(super) fn left_queue_connected(&self) -> bool {
        matches!(self.text(TextField::QueueResult), Some("bridged" | "bridging-in-process" | "redirected-from-bridged"))
    }

    /// The end minus the duration.
    fn start_by_duration(&self) -> Option<u64> {
        let duration = self.count(NumberField::Duration).filter(|_| self.status() == Some(Status::Completed))?;
        self.instant(TimeField::End)?.checked_sub(u64::from(duration) * 1_000)
    }
}

/// Keeps the smaller of two values. `None` is greater than any value.
pub(super) fn keep_min<T: Clone + Ord>(own: &mut Option<T>, other: Option<&T>) {
    if let Some(other) = other
        && own.as_ref().is_none_or(|own| other < own)
    {
        *own = Some(other.clone());
    }
}

/// The maximum number of recordings of a leg. It limits the size of a forged record.
pub(super) const MAX_RECORDINGS: usize = 100;

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
