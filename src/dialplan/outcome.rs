// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How a leg, or a wait, ended.

/// How a `dial` or a `queue` ended; the names in its `on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerbOutcome {
    /// Somebody spoke with the caller.
    Answered,
    /// The line was busy.
    Busy,
    /// It rang, and nobody answered.
    NoAnswer,
    /// Whoever was rung refused the call.
    Declined,
    /// It could not be connected.
    Failed,
    /// The caller hung up first.
    Canceled,
    /// There was nobody to ring: nobody is available now, or the chart did not say who is.
    Unavailable,
    /// The queue takes no more callers.
    QueueFull,
    /// The caller was taken out of the queue.
    Left,
    /// The queue was too long: `overflow.then` follows.
    Overflow,
    /// The caller asked to be called back: `callback.then` follows.
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

    /// What the `on` of a `dial` may name.
    pub const OF_DIAL: [Self; 7] =
        [Self::Answered, Self::Busy, Self::NoAnswer, Self::Declined, Self::Failed, Self::Canceled, Self::Unavailable];

    /// What the `on` of a `queue` may name. Overflow and callback have their own `then`.
    pub const OF_QUEUE: [Self; 5] = [Self::Answered, Self::Failed, Self::Canceled, Self::QueueFull, Self::Left];

    /// Its name.
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

    /// The outcome of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// Of a dialled leg, by `DialCallStatus`, the SIP response that ended it, and `DialBridged`.
    ///
    /// A leg that was answered and never connected (its callee hung up while something was said to them) was not
    /// answered. SIP's 603 says that somebody declined; Twilio calls that busy.
    /// Source: <https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus-values>.
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

    /// Of a wait, by `QueueResult`; `None` where the call goes on elsewhere already.
    /// Source: <https://www.twilio.com/docs/voice/twiml/enqueue#queueresult-values>.
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
    fn names_read_back() {
        for outcome in VerbOutcome::ALL {
            assert_eq!(VerbOutcome::named(outcome.word()), Some(outcome));
        }
        assert_eq!(VerbOutcome::named("exploded"), None);
    }

    #[test]
    fn reads_how_a_leg_ended() {
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
    fn reads_how_a_wait_ended() {
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
