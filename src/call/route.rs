// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Where a call goes: the default plan.

use super::config::Config;
use super::direction::Direction;
use super::request::Call;
use crate::error::Code;
use crate::phone::E164;

/// What is ours: numbers, and the TwiML App that our browsers call through.
#[derive(Clone, Copy, Debug)]
pub struct Clinic<'a> {
    /// Our numbers; the first is the caller ID unless the config names another.
    pub numbers: &'a [E164<'a>],
    /// `TWILIO_TWIML_APP_SID`, where set: a browser call of another app is refused.
    pub application: Option<&'a str>,
    /// The config, or its default.
    pub config: &'a Config,
}

/// What is done with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// Nothing is to be heard: an empty document.
    Acknowledge,
    /// Greet the caller, then ring a browser or app.
    Connect {
        /// Its SDK identity.
        client: &'a str,
    },
    /// Dial a number.
    Dial {
        /// The number.
        to: E164<'a>,
        /// The number of ours that the callee sees.
        caller_id: E164<'a>,
    },
    /// Say why not, and hang up.
    Refuse(Spoken),
}

/// What is said to whoever cannot be connected. None of it names a person or a clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// Something failed on our side.
    Failure,
    /// `To` is no number that can be dialled.
    InvalidNumber,
    /// The call may not be placed from there.
    NotAllowed,
    /// The number called is none of ours.
    NotInService,
}

impl Spoken {
    /// The sentence, in English.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Failure => "We are sorry. Your call cannot be completed at the moment. Please try again later.",
            Self::InvalidNumber => "The number you have dialled is not valid. Please check the number and try again.",
            Self::NotAllowed => "This call is not allowed.",
            Self::NotInService => "The number you have dialled is not in service.",
        }
    }
}

/// Routes `call` by the default plan. The second value is what the log should say, where it should say anything.
#[must_use]
pub fn route<'a>(call: &Call<'a>, direction: &Direction<'a>, clinic: &Clinic<'a>) -> (Route<'a>, Option<Code>) {
    match direction {
        Direction::DialAction | Direction::StatusCallback => (Route::Acknowledge, None),
        Direction::Inbound { number } => {
            let client = clinic.config.client.as_deref().unwrap_or(number.as_str());
            (Route::Connect { client }, None)
        }
        Direction::Outbound { .. } => place(call, clinic),
        Direction::Unknown => (Route::Refuse(Spoken::NotInService), Some(Code::NumberUnknown)),
        Direction::Placed | Direction::Sip => (Route::Refuse(Spoken::NotInService), None),
    }
}

/// Routes a call that one of our people places from a browser.
#[must_use]
pub fn place<'a>(call: &Call<'a>, clinic: &Clinic<'a>) -> (Route<'a>, Option<Code>) {
    if clinic.application.is_some() && call.application != clinic.application {
        return (Route::Refuse(Spoken::NotAllowed), Some(Code::ApplicationMismatch));
    }
    let Some(to) = call.to.and_then(E164::parse) else {
        return (Route::Refuse(Spoken::InvalidNumber), None);
    };
    let configured = clinic.config.outbound.caller_id.as_deref().and_then(E164::parse);
    match configured.or_else(|| clinic.numbers.first().copied()) {
        Some(caller_id) => (Route::Dial { to, caller_id }, None),
        None => (Route::Refuse(Spoken::Failure), Some(Code::SecretMissing)),
    }
}
