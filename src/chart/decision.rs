// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which leg decides how a call ended, and whether the call has ended.

use super::leg::{Leg, NumberField, TextField};
use super::status::Status;
use super::{CallDirection, CallState, Outcome};

/// What decided a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decision<'a> {
    pub(super) leg: &'a Leg,
    /// The status of that leg, or of a dial action without a `DialCallSid`. If the end of the leg was not reported, the
    /// status of the root leg.
    pub(super) status: Option<Status>,
    /// `None` while the call is in progress.
    pub(super) outcome: Option<Outcome>,
}

impl CallState {
    /// Whether the call has ended: whether the root leg has ended, if anything is known about it.
    ///
    /// An application may only have callbacks of dialed legs (`<Number statusCallback>`). Then the call has ended if
    /// all known legs have ended, and one of them answered or the call is outbound. An unanswered leg of an inbound
    /// call is not the end, because the next phone may ring, or the caller may leave a message. If another leg is
    /// reported later, the call is in progress again. The sweep adds the root leg from Twilio's list.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        let Some(root) = self.root_leg() else { return false };
        if root.status().is_some() {
            return root.has_ended();
        }
        let is_over = || {
            self.direction() == Some(CallDirection::Outbound)
                || self.best_child().is_some_and(|(best, _)| matches!(best, Outcome::Answered | Outcome::Voicemail))
        };
        self.children().next().is_some() && self.children().all(Leg::has_ended) && is_over()
    }

    /// The leg that decided how the call ended. While the call is in progress, the dialed leg that rings or talks, or
    /// else the root leg.
    #[must_use]
    pub fn deciding_leg(&self) -> Option<&Leg> {
        self.decision().map(|decision| decision.leg)
    }

    /// `CallStatus` of the leg that decided.
    #[must_use]
    pub fn call_status(&self) -> Option<Status> {
        self.decision()?.status
    }

    /// `AnsweredBy` of the leg that decided.
    #[must_use]
    pub fn answered_by(&self) -> Option<&str> {
        self.deciding_leg()?.text(TextField::AnsweredBy)
    }

    /// The mailbox that took a message: the name of its action.
    #[must_use]
    pub fn mailbox(&self) -> Option<&str> {
        self.deciding_leg()?.text(TextField::Mailbox)
    }

    /// The priority of the message, if its transcription has an urgent word.
    #[must_use]
    pub fn message_priority(&self) -> Option<&str> {
        self.deciding_leg()?.text(TextField::Priority)
    }

    /// How long the call lasted, in seconds: the root leg, or else the leg that decided.
    #[must_use]
    pub fn duration(&self) -> Option<u32> {
        let duration = |leg: &Leg| leg.count(NumberField::Duration);
        self.root_leg().and_then(duration).or_else(|| self.deciding_leg().and_then(duration))
    }

    /// How the call ended. `None` while it is in progress.
    ///
    /// If the caller left a message, it is `voicemail`. Otherwise, it is the greatest [`Outcome`] of the dialed legs,
    /// the queue and the conference. Without any of these, it depends on the root leg: a completed root leg means that
    /// no one answered, unless the call needs no other leg.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.decision()?.outcome
    }

    pub(super) fn decision(&self) -> Option<Decision<'_>> {
        let root = self.root_leg()?;
        if !self.has_ended() {
            let leg = self.current_leg(root);
            return Some(Decision { leg, status: leg.status(), outcome: None });
        }
        let (outcome, leg) = self.decided_by(root)?;
        let dialed =
            root.dial_status_without_sid.filter(|status| is_same(leg, root) && outcome_of_dial(*status) == outcome);
        let status = dialed.or(leg.status()).filter(|status| status.is_terminal()).or(root.status());
        Some(Decision { leg, status, outcome: Some(outcome) })
    }

    /// The outcome of an ended call, and the leg that decided.
    fn decided_by<'a>(&'a self, root: &'a Leg) -> Option<(Outcome, &'a Leg)> {
        let mut with_message = core::iter::once(root).chain(self.children()).filter(|leg| leg.has_message());
        if let Some(leg) = with_message.next() {
            return Some((Outcome::Voicemail, leg));
        }
        let in_queue = match root.text(TextField::QueueResult) {
            _ if root.left_queue_connected() || root.bridged == Some(true) => Some(Outcome::Answered),
            Some("hangup") => Some(Outcome::Dropped),
            Some("error" | "system-error") => Some(Outcome::Failed),
            _ => None,
        };
        let of_root = in_queue.max(root.dial_status_without_sid.map(outcome_of_dial)).map(|outcome| (outcome, root));
        let of_child = self.best_child();
        let best = if of_root.map(|best| best.0) > of_child.map(|best| best.0) { of_root } else { of_child };
        if best.is_some() {
            return best;
        }
        let outcome = match root.outcome()? {
            // No end was reported for a dialed leg, so it still rang when the caller hung up.
            _ if self.children().next().is_some() || root.status() == Some(Status::Canceled) => Outcome::Dropped,
            Outcome::Answered if !self.needs_no_dialed_leg(root) => Outcome::NoAnswer,
            outcome => outcome,
        };
        Some((outcome, root))
    }

    /// The dialed leg with the greatest outcome. Of several, the one that started first.
    pub(super) fn best_child(&self) -> Option<(Outcome, &Leg)> {
        let mut best: Option<(Outcome, &Leg)> = None;
        let start = |leg: &Leg| leg.started_at().unwrap_or(u64::MAX);
        for leg in self.children() {
            if let Some(outcome) = outcome_of_child(leg)
                && best.is_none_or(|(known, other)| outcome > known || outcome == known && start(leg) < start(other))
            {
                best = Some((outcome, leg));
            }
        }
        best
    }

    /// The leg that shows the state of a call in progress.
    fn current_leg<'a>(&'a self, root: &'a Leg) -> &'a Leg {
        let live = self.children().filter(|leg| leg.status().is_some() && !leg.has_ended());
        let talking = live.reduce(|best, leg| if leg.status() > best.status() { leg } else { best });
        let known = || self.best_child().map(|(_, leg)| leg).filter(|_| root.status().is_none());
        talking.or_else(known).unwrap_or(root)
    }
}

fn is_same(leg: &Leg, other: &Leg) -> bool {
    leg.sid == other.sid
}

/// The outcome of a dial action without a `DialCallSid`, by its `DialCallStatus`.
const fn outcome_of_dial(status: Status) -> Outcome {
    match status {
        Status::InProgress | Status::Completed => Outcome::Answered,
        Status::Canceled => Outcome::Dropped,
        Status::Busy => Outcome::Busy,
        Status::Failed => Outcome::Failed,
        _ => Outcome::NoAnswer,
    }
}

/// The outcome that a dialed leg contributes to the call.
fn outcome_of_child(leg: &Leg) -> Option<Outcome> {
    match leg.status()? {
        Status::Canceled if leg.outcome() == Some(Outcome::NoAnswer) => Some(Outcome::Dropped),
        Status::InProgress if leg.is_unconnected() => Some(Outcome::NoAnswer),
        Status::InProgress => Some(Outcome::Answered),
        _ => leg.outcome(),
    }
}
