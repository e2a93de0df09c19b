// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which way a call goes.

use std::borrow::Cow;

use super::call::{Call, CallStatus, Party, Subject};
use crate::phone::E164;

/// What a voice webhook is about.
///
/// `Direction` alone does not tell: Twilio says `inbound` of a call that a browser places too, and `ApplicationSid`
/// stands in both. What tells is the scheme of `From`, which Twilio writes and no caller chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Direction<'a> {
    /// The `action` request of a `<Dial>`; not to be routed.
    DialAction,
    /// From the telephone network, to one of our numbers.
    Inbound {
        /// Our number.
        number: E164<'a>,
    },
    /// From Twilio's SDK in a browser or app.
    Outbound {
        /// Who calls, by the name in their access token.
        identity: Cow<'a, str>,
    },
    /// A leg that was placed by REST, or by a `<Dial>`.
    Placed,
    /// From a SIP address.
    Sip,
    /// A call progress event; not to be routed.
    StatusCallback,
    /// To a number that is none of ours.
    Unknown,
}

impl<'a> Direction<'a> {
    /// Tells the direction of `call`, `numbers` being ours.
    #[must_use]
    pub fn of(call: &Call<'a>, numbers: &[E164<'a>]) -> Self {
        match call.subject {
            Subject::DialAction => return Self::DialAction,
            Subject::Progress => return Self::StatusCallback,
            _ if call.status == Some(CallStatus::Terminal) => return Self::StatusCallback,
            Subject::Call | Subject::Message => {}
        }
        match &call.from {
            Some(Party::Client(identity)) => return Self::Outbound { identity: identity.clone() },
            Some(Party::Sip(_)) => return Self::Sip,
            _ => {}
        }
        if call.placed_by_us {
            return Self::Placed;
        }
        let ours = |address: &str| numbers.iter().find(|number| number.as_str() == address).copied();
        match call.to.and_then(ours).or_else(|| call.called.and_then(ours)) {
            Some(number) => Self::Inbound { number },
            None => Self::Unknown,
        }
    }
}
