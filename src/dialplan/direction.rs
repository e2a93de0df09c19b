// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The direction of a call.

use std::borrow::Cow;

use super::call::{Call, CallStatus, Party, RequestKind};
use super::config::Sip;
use crate::phone::E164;

/// The direction of a call, or the kind of a request that has no direction.
///
/// `Direction` is not sufficient, because Twilio also sends `inbound` for calls from browsers. `ApplicationSid` may be
/// present in both cases. The scheme of `From` determines the direction, because only Twilio writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Direction<'a> {
    /// The `action` request of a `<Dial>`. It is not routed.
    DialAction,
    /// From the telephone network, or from a SIP phone, to one of the clinic's numbers.
    Inbound {
        /// The clinic's number.
        number: E164<'a>,
    },
    /// From Twilio's SDK in a browser or app.
    Outbound {
        /// The identity in the caller's access token.
        identity: Cow<'a, str>,
    },
    /// A leg that was placed by REST or by `<Dial>`.
    Placed,
    /// From or to a SIP address, but not to one of the clinic's numbers. A SIP phone may call only the clinic.
    Sip,
    /// A call progress event. It is not routed.
    StatusCallback,
    /// To a number that is not one of the clinic's.
    Unknown,
}

impl<'a> Direction<'a> {
    /// The direction of `call`. `numbers` are the clinic's, and `sip` is from its config.
    #[must_use]
    pub fn of(call: &Call<'a>, numbers: &[E164<'a>], sip: &Sip) -> Self {
        match call.kind {
            RequestKind::DialAction => return Self::DialAction,
            RequestKind::ProgressEvent => return Self::StatusCallback,
            _ if call.status == Some(CallStatus::Terminal) => return Self::StatusCallback,
            RequestKind::Call | RequestKind::Message => {}
        }
        if let Some(Party::Client(identity)) = &call.from {
            return Self::Outbound { identity: identity.clone() };
        }
        if call.placed_by_us {
            return Self::Placed;
        }
        let is_sip = |address: &str| matches!(Party::parse(address), Party::Sip(_));
        match own_number(call, numbers, sip) {
            Some(number) => Self::Inbound { number },
            None if matches!(call.from, Some(Party::Sip(_))) || call.to.is_some_and(is_sip) => Self::Sip,
            None => Self::Unknown,
        }
    }
}

/// The clinic's number that was called.
pub(super) fn own_number<'a>(call: &Call<'a>, numbers: &[E164<'a>], sip: &Sip) -> Option<E164<'a>> {
    let own = |address: &str| sip.own_number(address, numbers);
    call.to.and_then(own).or_else(|| call.called.and_then(own))
}
