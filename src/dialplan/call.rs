// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The parameters of a voice webhook request.

use std::borrow::Cow;

use super::address::{SipAddress, percent_decode, strip_scheme};
use crate::error::Code;
use crate::phone::E164;

/// The `CallSid` of a leg: `CA` and 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSid<'a>(pub &'a str);

/// A party of a call, by the form of its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party<'a> {
    /// A browser or app with Twilio's SDK: the identity after `client:`, percent-decoded.
    Client(Cow<'a, str>),
    /// A phone number.
    Number(E164<'a>),
    /// Anything else: `anonymous`, a short code, or text that a browser sent.
    Other(&'a str),
    /// A SIP address.
    Sip(SipAddress<'a>),
}

impl<'a> Party<'a> {
    /// Parses an address.
    #[must_use]
    pub fn parse(address: &'a str) -> Self {
        if let Some(identity) = strip_scheme(address, "client:") {
            Self::Client(percent_decode(identity))
        } else if let Some(sip) = SipAddress::parse(address) {
            Self::Sip(sip)
        } else {
            E164::parse(address).map_or(Self::Other(address), Self::Number)
        }
    }
}

/// `CallStatus`, reduced to what the dialplan needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// The call is queued, rings or is in progress.
    InProgress,
    /// `completed`, `busy`, `failed`, `no-answer` or `canceled`: the call has ended.
    Terminal,
}

impl CallStatus {
    fn parse(text: &str) -> Self {
        match text {
            "completed" | "busy" | "failed" | "no-answer" | "canceled" => Self::Terminal,
            _ => Self::InProgress,
        }
    }
}

/// The call that a voice webhook request describes.
#[derive(Clone, Debug, Default)]
pub struct Call<'a> {
    /// `CallSid`.
    pub sid: Option<CallSid<'a>>,
    /// `AccountSid`.
    pub account: Option<&'a str>,
    /// `From`.
    pub from: Option<Party<'a>>,
    /// `To`, which a browser can set to any text.
    pub to: Option<&'a str>,
    /// `Called`: the copy of `To` that only Twilio writes.
    pub called: Option<&'a str>,
    /// `CallStatus`.
    pub status: Option<CallStatus>,
    /// `ApplicationSid`, the TwiML App.
    pub application: Option<&'a str>,
    /// Whether `Direction` starts with `outbound`: the leg was placed by REST or by `<Dial>`.
    pub placed_by_us: bool,
    /// The kind of the request.
    pub kind: RequestKind,
}

/// The kind of a webhook request, by parameters that only one kind has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestKind {
    /// A call that needs TwiML.
    #[default]
    Call,
    /// `MessageSid` is present without `CallSid`: the request is for a message and not for a call.
    Message,
    /// `CallbackSource` is present: a call progress event.
    ProgressEvent,
    /// `DialCallStatus` is present: the `action` request of a `<Dial>`. After a hang-up it also has the parameters of a
    /// progress event, so this kind takes precedence.
    DialAction,
}

impl<'a> Call<'a> {
    /// Reads a call from the parameters as received. An empty value is treated as absent.
    ///
    /// # Errors
    /// [`Code::ParameterRepeated`]: a parameter that decides the route has two different values. A browser may give its
    /// custom parameters any name, including a standard name, so either value may be the one that Twilio sent.
    pub fn read(params: &[(&'a str, &'a str)]) -> Result<Self, Code> {
        let mut call = Self::default();
        let (mut sid, mut from, mut status, mut direction) = (None, None, None, None);
        for (name, value) in params {
            let place = match *name {
                "AccountSid" => &mut call.account,
                "ApplicationSid" => &mut call.application,
                "CallSid" => &mut sid,
                "CallStatus" => &mut status,
                "Called" => &mut call.called,
                "Direction" => &mut direction,
                "From" => &mut from,
                "To" => &mut call.to,
                other => {
                    call.kind = call.kind.max(match other {
                        "CallbackSource" => RequestKind::ProgressEvent,
                        "DialCallStatus" => RequestKind::DialAction,
                        "MessageSid" => RequestKind::Message,
                        _ => RequestKind::Call,
                    });
                    continue;
                }
            };
            if place.is_some_and(|earlier| earlier != *value) {
                return Err(Code::ParameterRepeated);
            }
            *place = Some(*value);
        }
        let given = |value: Option<&'a str>| value.filter(|value| !value.is_empty());
        call.account = given(call.account);
        call.application = given(call.application);
        call.called = given(call.called);
        call.to = given(call.to);
        call.sid = given(sid).map(CallSid);
        call.from = given(from).map(Party::parse);
        call.status = given(status).map(CallStatus::parse);
        call.placed_by_us = direction.is_some_and(|direction| direction.starts_with("outbound"));
        // A browser can add almost any parameter to its call. A call that still rings cannot be a dial action.
        let is_new_browser_call = status == Some("ringing") && matches!(call.from, Some(Party::Client(_)));
        if call.kind == RequestKind::Message && sid.is_some() || is_new_browser_call {
            call.kind = RequestKind::Call;
        }
        Ok(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_different_values_of_a_parameter_are_an_error() {
        let call = Call::read(&[("From", "client:a"), ("To", ""), ("CallSid", "CA1"), ("CallSid", "CA1")]).unwrap();
        assert_eq!((call.to, call.sid), (None, Some(CallSid("CA1"))));
        for name in ["AccountSid", "ApplicationSid", "CallSid", "CallStatus", "Called", "Direction", "From", "To"] {
            for values in [["a", "b"], ["", "b"], ["a", ""]] {
                let repeated = [(name, values[0]), ("x", "y"), (name, values[1])];
                assert_eq!(Call::read(&repeated).err(), Some(Code::ParameterRepeated), "{name}");
            }
        }
    }

    #[test]
    fn distinguishes_messages_from_calls() {
        let kind = |params| Call::read(params).unwrap().kind;
        assert_eq!(kind(&[("MessageSid", "SM1")]), RequestKind::Message);
        assert_eq!(kind(&[("MessageSid", "SM1"), ("CallSid", "CA1")]), RequestKind::Call);
        assert_eq!(kind(&[("DialCallStatus", ""), ("CallbackSource", "x")]), RequestKind::DialAction);
    }

    #[test]
    fn parses_each_kind_of_address() {
        assert_eq!(Party::parse("client:practitioner_1"), Party::Client("practitioner_1".into()));
        assert_eq!(Party::parse("client:Zo%C3%AB%20A"), Party::Client("Zoë A".into()));
        assert_eq!(Party::parse("CLIENT:%zz%ff%"), Party::Client("%zz%ff%".into()));
        assert_eq!(Party::parse("sip:a@example.com"), Party::Sip(SipAddress { user: "a".into(), host: "example.com" }));
        assert_eq!(Party::parse("+15550100001"), Party::Number(E164::parse("+15550100001").unwrap()));
        assert_eq!(Party::parse("anonymous"), Party::Other("anonymous"));
        assert_eq!(Party::parse("é"), Party::Other("é"));
    }
}
