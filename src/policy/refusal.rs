// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Why a call is not placed: a code for the log and a message for the caller.

use super::spoken_message::SpokenMessage;
use crate::error::Code;

/// Why a call is not placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The callee is not a valid phone number, or not a possible number of its country.
    NumberInvalid,
    /// The callee is an emergency service. It cannot locate the caller of a browser call.
    Emergency,
    /// The callee's country may not be called.
    Country,
    /// A premium-rate, satellite or shared-cost number, or a number that the config blocks.
    Blocked,
    /// One of the clinic's own numbers. The call would come back to the clinic.
    OwnNumber,
    /// The callee's local time is outside the calling hours.
    Hours,
    /// The callee's local time is unknown.
    HoursUnknown,
    /// The caller has the maximum number of concurrent calls.
    Concurrent,
    /// The caller has placed the maximum number of calls in an hour.
    PerHour,
    /// No practitioner in the chart has the caller's identity, and a limit needs the practitioner.
    CallerUnknown,
    /// The call has no ticket.
    TicketMissing,
    /// The ticket is not valid, or belongs to another identity.
    TicketInvalid,
    /// The ticket has expired.
    TicketExpired,
    /// Another call has used the ticket.
    TicketUsed,
    /// The call record has no callee.
    CallUnknown,
    /// The config has no queue of that name.
    QueueUnknown,
    /// The browser uses another TwiML App.
    Application,
    /// The chart did not answer, so required information is missing.
    ChartUnavailable,
    /// `PLUMLINE_SECRET` is too short.
    SecretWeak,
    /// `PLUMLINE_SECRET` is required and not set.
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

    /// The message that the caller hears, unless [`sentence`](Self::sentence) has a more specific one.
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

    /// The text that the caller hears, in English.
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
