// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The outcome of a call and of a leg.

use super::leg::{Leg, NumberField, TextField};
use super::status::Status;
use super::{CallDirection, CallState, Party};

/// How a call or a leg ended. The order is used for a call with several legs, which has the greatest outcome of its
/// legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The call could not be connected.
    Failed,
    /// The line was busy.
    Busy,
    /// The callee declined the call.
    Declined,
    /// No one answered.
    NoAnswer,
    /// The caller hung up before anyone answered.
    Dropped,
    /// The caller left a message, or a machine answered.
    Voicemail,
    /// The call was answered.
    Answered,
}

impl Outcome {
    /// The code in the chart.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::NoAnswer => "no-answer",
            Self::Declined => "declined",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Voicemail => "voicemail",
            Self::Answered => "answered",
        }
    }
}

/// SIP 603, Decline: the callee declined the call.
const DECLINE: u32 = 603;

impl Leg {
    /// How this leg ended for the callee. `None` while it is in progress.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let status = self.status().filter(|status| status.is_terminal())?;
        if self.has_message() {
            return Some(Outcome::Voicemail);
        }
        if status != Status::Completed && self.count(NumberField::SipResponse) == Some(DECLINE) {
            return Some(Outcome::Declined);
        }
        let machine = self.text(TextField::AnsweredBy).is_some_and(|by| by.starts_with("machine"));
        let to_client = matches!(self.text(TextField::To).map(Party::parse), Some(Party::Client(_)));
        Some(match status {
            Status::Completed if machine => Outcome::Voicemail,
            // The callee answered but was never connected, so the callee did not accept the call.
            Status::Completed if self.is_unconnected() => Outcome::NoAnswer,
            Status::Completed => Outcome::Answered,
            // An app is never busy, so the callee declined the call.
            Status::Busy if to_client => Outcome::Declined,
            Status::Busy => Outcome::Busy,
            Status::Failed => Outcome::Failed,
            _ => Outcome::NoAnswer,
        })
    }
}

impl CallState {
    /// Whether the root leg alone is a complete call: REST placed it to the callee, or staff took a caller from a queue
    /// or joined a conference.
    pub(super) fn needs_no_dialed_leg(&self, root: &Leg) -> bool {
        let to_queue =
            root.text(TextField::To).is_some_and(|to| to.starts_with("queue:") || to.starts_with("conference:"));
        let from_browser = matches!(root.text(TextField::From).map(Party::parse), Some(Party::Client(_)));
        let is_our_own_phone = from_browser || self.context().prepared_at.is_some();
        to_queue || self.direction() == Some(CallDirection::Outbound) && !is_our_own_phone
    }
}
