// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Why a call is not placed: a code for the log, a sentence for the caller.

use super::spoken_message::SpokenMessage;
use crate::error::Code;

/// Why a call is not placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// What was dialled is no number, or none that its country could have.
    NumberInvalid,
    /// An emergency service: a browser cannot tell it where the caller is.
    Emergency,
    /// The callee's country may not be called.
    Country,
    /// A premium, satellite or shared-cost number, or one that the config blocks.
    Blocked,
    /// One of our own numbers: the call would come back to us.
    OwnNumber,
    /// The callee sleeps.
    Hours,
    /// What the clocks of the callee show is not known.
    HoursUnknown,
    /// The caller has as many calls going on as allowed.
    Concurrent,
    /// The caller has placed as many calls in an hour as allowed.
    PerHour,
    /// No practitioner of the chart has the caller's identity, and a limit needs to know.
    CallerUnknown,
    /// There is no ticket.
    TicketMissing,
    /// The ticket is none of ours, or somebody else's.
    TicketInvalid,
    /// The ticket is too old.
    TicketExpired,
    /// Another call has used the ticket.
    TicketUsed,
    /// The chart does not tell whom the call was placed to reach.
    CallUnknown,
    /// The config has no queue of that name.
    QueueUnknown,
    /// The browser belongs to another TwiML App.
    Application,
    /// The chart did not answer, so that what the call needs to know is not known.
    ChartUnavailable,
    /// `PLUMLINE_SECRET` is too short.
    SecretWeak,
    /// `PLUMLINE_SECRET` is needed, and not set.
    SecretMissing,
}

impl Refusal {
    /// The code for the log.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::NumberInvalid => Code::OutboundNumberInvalid,
            Self::Emergency => Code::OutboundEmergency,
            Self::Country => Code::OutboundCountry,
            Self::Blocked => Code::OutboundBlocked,
            Self::OwnNumber => Code::OutboundOwnNumber,
            Self::Hours => Code::OutboundHours,
            Self::HoursUnknown => Code::OutboundHoursUnknown,
            Self::Concurrent => Code::OutboundConcurrent,
            Self::PerHour => Code::OutboundPerHour,
            Self::CallerUnknown => Code::OutboundCallerUnknown,
            Self::TicketMissing => Code::OutboundTicketMissing,
            Self::TicketInvalid | Self::CallUnknown => Code::OutboundTicketInvalid,
            Self::TicketExpired => Code::OutboundTicketExpired,
            Self::TicketUsed => Code::OutboundTicketUsed,
            Self::QueueUnknown => Code::OutboundQueueUnknown,
            Self::Application => Code::ApplicationMismatch,
            Self::ChartUnavailable => Code::ChartUnavailable,
            Self::SecretWeak => Code::SecretWeak,
            Self::SecretMissing => Code::SecretMissing,
        }
    }

    /// What the caller hears, where another kind of call hears it too.
    #[must_use]
    pub const fn message(self) -> SpokenMessage {
        match self {
            Self::NumberInvalid => SpokenMessage::InvalidNumber,
            Self::Emergency => SpokenMessage::Emergency,
            Self::Country => SpokenMessage::Country,
            Self::Blocked => SpokenMessage::Blocked,
            Self::OwnNumber => SpokenMessage::OwnNumber,
            Self::HoursUnknown
            | Self::CallUnknown
            | Self::ChartUnavailable
            | Self::SecretWeak
            | Self::SecretMissing => SpokenMessage::Failure,
            _ => SpokenMessage::NotAllowed,
        }
    }

    /// What the caller hears, in English.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Hours => "It is too early or too late to call this number. Please try again later.",
            Self::Concurrent => "You have other calls going on. Please end one of them first.",
            Self::PerHour => "You have placed too many calls in the last hour. Please try again later.",
            Self::TicketExpired => "This call was prepared too long ago. Please start it again.",
            Self::TicketUsed => "This call has been placed already. Please start it again.",
            _ => self.message().text(),
        }
    }
}
