// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Where a call goes: the default plan.

use super::call::Call;
use super::config::Config;
use super::direction::Direction;
use crate::error::Code;
use crate::phone::E164;
use crate::policy::{Policy, Refusal, SpokenMessage};

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
        /// The number, in the form to dial.
        to: String,
        /// The number of ours that the callee sees.
        caller_id: E164<'a>,
    },
    /// Say why not, and hang up.
    Refuse(SpokenMessage),
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
        Direction::Outbound { .. } => route_outbound(call, clinic).unwrap_or_else(|refusal| {
            let code = refusal.code();
            (Route::Refuse(refusal.message()), Some(code))
        }),
        Direction::Unknown => (Route::Refuse(SpokenMessage::NotInService), Some(Code::NumberUnknown)),
        Direction::Placed | Direction::Sip => (Route::Refuse(SpokenMessage::NotInService), None),
    }
}

/// Routes a call that one of our people places from a browser: everything but `From` was chosen by the browser, so the
/// number is judged by policy, and the caller ID is ours.
fn route_outbound<'a>(call: &Call<'a>, clinic: &Clinic<'a>) -> Result<(Route<'a>, Option<Code>), Refusal> {
    let Clinic { numbers, application, config } = clinic;
    if application.is_some() && call.application != *application {
        return Err(Refusal::Application);
    }
    let to = Policy::new(&config.outbound, numbers).allows(call.to.unwrap_or_default())?;
    let configured = config.outbound.caller_id.as_deref();
    // One that is none of ours is shown to nobody.
    let fixed = numbers.iter().find(|number| configured == Some(number.as_str()));
    let caller_id = fixed.or_else(|| numbers.first()).copied().ok_or(Refusal::SecretMissing)?;
    Ok((Route::Dial { to, caller_id }, None))
}
