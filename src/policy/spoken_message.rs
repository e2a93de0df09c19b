// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a caller hears when the call is not connected.

/// A message to a caller whose call is not connected. No message names a person or a clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpokenMessage {
    /// Plumline or the chart failed.
    Failure,
    /// `To` is not a number that can be dialed.
    InvalidNumber,
    /// The call is not allowed.
    NotAllowed,
    /// Emergency numbers must be called by phone.
    Emergency,
    /// Numbers of this country may not be called.
    Country,
    /// This number may not be called.
    Blocked,
    /// The clinic's own numbers may not be called.
    OwnNumber,
    /// The called number is not one of the clinic's numbers.
    NotInService,
}

impl SpokenMessage {
    /// The text, in English.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Failure => "We are sorry. Your call cannot be completed at the moment. Please try again later.",
            Self::InvalidNumber => "The number you have dialed is not valid. Please check the number and try again.",
            Self::NotAllowed => "This call is not allowed.",
            Self::Emergency => {
                "Emergency calls cannot be placed from here. Please use a phone and dial your local emergency number."
            }
            Self::Country => "Calls to this country are not allowed.",
            Self::Blocked => "Calls to this number are not allowed.",
            Self::OwnNumber => "This number is one of our own, and cannot be called from here.",
            Self::NotInService => "The number you have dialed is not in service.",
        }
    }
}
