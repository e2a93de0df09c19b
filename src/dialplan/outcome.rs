// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Outcomes of a dialed leg and of a queue.

/// The outcome of a `dial` or a `queue`. Most names are keys of `on` ([`OF_DIAL`](Self::OF_DIAL),
/// [`OF_QUEUE`](Self::OF_QUEUE)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerbOutcome {
    /// A person spoke with the caller.
    Answered,
    /// The line was busy.
    Busy,
    /// It rang, and no one answered.
    NoAnswer,
    /// The callee declined the call.
    Declined,
    /// It could not be connected.
    Failed,
    /// The caller hung up before an answer.
    Canceled,
    /// There was no target to ring: no one is available now, or the look-up failed.
    Unavailable,
    /// The queue is full.
    QueueFull,
    /// The caller left the queue (`QueueResult` is `leave`).
    Left,
    /// The queue was too long. `overflow.then` is next.
    Overflow,
    /// The caller asked for a callback. `callback.then` is next.
    Callback,
    /// A message was left.
    Voicemail,
}

impl VerbOutcome {
    /// Every outcome.
    pub const ALL: [Self; 12] = [
        Self::Answered,
        Self::Busy,
        Self::NoAnswer,
        Self::Declined,
        Self::Failed,
        Self::Canceled,
        Self::Unavailable,
        Self::QueueFull,
        Self::Left,
        Self::Overflow,
        Self::Callback,
        Self::Voicemail,
    ];

    /// The outcomes that the `on` of a `dial` may have.
    pub const OF_DIAL: [Self; 7] =
        [Self::Answered, Self::Busy, Self::NoAnswer, Self::Declined, Self::Failed, Self::Canceled, Self::Unavailable];

    /// The outcomes that the `on` of a `queue` may have. An overflow and a callback have their own `then`.
    pub const OF_QUEUE: [Self; 5] = [Self::Answered, Self::Failed, Self::Canceled, Self::QueueFull, Self::Left];

    /// The name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Unavailable => "unavailable",
            Self::QueueFull => "queue-full",
            Self::Left => "left",
            Self::Overflow => "overflow",
            Self::Callback => "callback",
            Self::Voicemail => "voicemail",
        }
    }

    /// The outcome with this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// The outcome of a dialed leg, from `DialCallStatus`, the SIP response code, and `DialBridged`.
    ///
    /// If the callee hung up during an announcement, the leg was answered but never connected, and the outcome is
    /// `NoAnswer`. SIP code 603 means that the callee declined, and Twilio reports it as busy. Source:
    /// <https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus-values>.
    #[must_use]
    pub fn of_dial(status: &str, sip: Option<&str>, bridged: Option<&str>) -> Self {
        match status {
            "completed" | "answered" if bridged == Some("false") => Self::NoAnswer,
            "completed" | "answered" => Self::Answered,
            "busy" | "failed" | "no-answer" if sip == Some("603") => Self::Declined,
            "busy" => Self::Busy,
            "no-answer" => Self::NoAnswer,
            "canceled" => Self::Canceled,
            _ => Self::Failed,
        }
    }

    /// The outcome of a queue, from `QueueResult`. `None` if the call already continues elsewhere. Source:
    /// <https://www.twilio.com/docs/voice/twiml/enqueue#queueresult-values>.
    #[must_use]
    pub fn of_queue(result: &str) -> Option<Self> {
        Some(match result {
            "bridged" | "bridging-in-process" => Self::Answered,
            "queue-full" => Self::QueueFull,
            "leave" => Self::Left,
            "hangup" => Self::Canceled,
            "redirected" | "redirected-from-bridged" => return None,
            _ => Self::Failed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_found_by_its_name() {
        for outcome in VerbOutcome::ALL {
            assert_eq!(VerbOutcome::named(outcome.word()), Some(outcome));
        }
        assert_eq!(VerbOutcome::named("exploded"), None);
    }

    #[test]
    fn maps_dial_statuses_to_outcomes() {
        for (status, sip, bridged, outcome) in [
            ("completed", None, Some("true"), VerbOutcome::Answered),
            ("answered", None, None, VerbOutcome::Answered),
            ("completed", None, Some("false"), VerbOutcome::NoAnswer),
            ("busy", Some("486"), None, VerbOutcome::Busy),
            ("busy", Some("603"), None, VerbOutcome::Declined),
            ("no-answer", None, None, VerbOutcome::NoAnswer),
            ("failed", Some("404"), None, VerbOutcome::Failed),
            ("canceled", None, None, VerbOutcome::Canceled),
            ("", None, None, VerbOutcome::Failed),
            ("exploded", None, None, VerbOutcome::Failed),
        ] {
            assert_eq!(VerbOutcome::of_dial(status, sip, bridged), outcome, "{status} {sip:?} {bridged:?}");
        }
    }

    #[test]
    fn maps_queue_results_to_outcomes() {
        for (result, outcome) in [
            ("bridged", Some(VerbOutcome::Answered)),
            ("queue-full", Some(VerbOutcome::QueueFull)),
            ("leave", Some(VerbOutcome::Left)),
            ("hangup", Some(VerbOutcome::Canceled)),
            ("error", Some(VerbOutcome::Failed)),
            ("system-error", Some(VerbOutcome::Failed)),
            ("redirected", None),
        ] {
            assert_eq!(VerbOutcome::of_queue(result), outcome, "{result}");
        }
    }
}
