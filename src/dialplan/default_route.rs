// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The default dialplan: the route of a call if the called number has no dialplan.

use super::address::SipAddress;
use super::call::Call;
use super::config::Config;
use super::direction::Direction;
use crate::error::Code;
use crate::phone::E164;
use crate::policy::{Policy, Refusal, SpokenMessage};

/// The clinic's numbers, its TwiML App for browser calls, and its config.
#[derive(Clone, Copy, Debug)]
pub struct Clinic<'a> {
    /// The clinic's numbers. The first is the caller ID unless the config names another.
    pub numbers: &'a [E164<'a>],
    /// `TWILIO_TWIML_APP_SID`. If it is set, browser calls of other TwiML Apps are refused.
    pub application: Option<&'a str>,
    /// The config, or the default config.
    pub config: &'a Config,
}

/// What to do with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// Respond with an empty document.
    Acknowledge,
    /// Greet the caller, then ring a browser or app.
    Connect {
        /// The SDK identity of the browser or app.
        client: &'a str,
    },
    /// Dial a number.
    Dial {
        /// The number, in the form to dial.
        to: String,
        /// The caller ID, one of the clinic's numbers.
        caller_id: E164<'a>,
    },
    /// Say why the call is refused, and hang up.
    Refuse(SpokenMessage),
}

/// Routes `call` by the default dialplan. The second value is an error code for the log, if any.
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
        Direction::Placed => (Route::Refuse(SpokenMessage::NotInService), None),
        Direction::Sip => (Route::Refuse(sip_refusal(call, clinic)), Some(Code::SipAddressUnknown)),
    }
}

/// The message for a SIP phone that calls no number of the clinic. A caller who dials an emergency number must hear
/// that the call reaches no one.
fn sip_refusal(call: &Call<'_>, clinic: &Clinic<'_>) -> SpokenMessage {
    let policy = Policy::new(&clinic.config.outbound, clinic.numbers);
    let dialed = call.to.and_then(SipAddress::parse);
    let refusal = dialed.and_then(|address| policy.allows(&address.user).err());
    match refusal.map(Refusal::message) {
        Some(SpokenMessage::Emergency) => SpokenMessage::Emergency,
        _ => SpokenMessage::NotInService,
    }
}

/// Routes a call that staff place from a browser. The browser chooses every parameter except `From`, so the policy
/// checks the number, and the caller ID is one of the clinic's numbers.
fn route_outbound<'a>(call: &Call<'a>, clinic: &Clinic<'a>) -> Result<(Route<'a>, Option<Code>), Refusal> {
    let Clinic { numbers, application, config } = clinic;
    if application.is_some() && call.application != *application {
        return Err(Refusal::Application);
    }
    let to = Policy::new(&config.outbound, numbers).allows(call.to.unwrap_or_default())?;
    let configured = config.outbound.caller_id.as_deref();
    // A caller ID in the config that is not one of the clinic's numbers is ignored.
    let fixed = numbers.iter().find(|number| configured == Some(number.as_str()));
    let caller_id = fixed.or_else(|| numbers.first()).copied().ok_or(Refusal::SecretMissing)?;
    Ok((Route::Dial { to, caller_id }, None))
}
