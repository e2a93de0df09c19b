// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The targets of a `dial`, and the endpoints that ring for each target.

use super::check::{Checker, ConfigPath, is_identity, is_reference, is_sip};
use super::facts::{Fact, Facts, called_number_zone};
use super::lookups::Lookups;
use super::people::{Endpoint, Person, is_writable_identity};
use super::turn::DialplanInput;
use crate::error::Code;
use crate::json::{cases, members};
use crate::phone::E164;
use crate::policy::Policy;

/// The maximum number of phones that Twilio rings at once. Source:
/// <https://www.twilio.com/docs/voice/twiml/number#simultaneous-dialing>.
pub const MAX_AT_ONCE: usize = 10;

/// A target of a `dial`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Target {
    /// An SDK identity.
    Client(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))] String),
    /// An E.164 number.
    Number(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^\\+[1-9][0-9]{6,14}$")))] String),
    /// A SIP address, `sip:…`.
    Sip(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^sips?:")))] String),
    /// The practitioners of these roles (`PractitionerRole/<id>` or `Organization/<id>`) who are available now.
    Available(
        #[cfg_attr(
            feature = "schema",
            schemars(regex(pattern = "^(PractitionerRole|Organization)/[A-Za-z0-9.-]{1,64}$"))
        )]
        String,
    ),
    /// The patient's `generalPractitioner`.
    GeneralPractitioner(EmptyObject),
    /// The clinician who last tried to reach this caller.
    LastToCall(EmptyObject),
}

cases!(Target {
    Client: "client",
    Number: "number",
    Sip: "sip",
    Available: "available",
    GeneralPractitioner: "generalPractitioner",
    LastToCall: "lastToCall",
});

/// An empty object, `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(deny_unknown_fields))]
pub struct EmptyObject {}

members!(EmptyObject {});

impl Target {
    /// Reports errors in the values of the target.
    pub(super) fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        match self {
            Self::Client(identity) => {
                checker.expect(is_identity(identity), Code::ConfigIdentity, &at.field("client"));
            }
            Self::Number(number) => {
                let at = at.field("number");
                checker.expect(E164::parse(number).is_some(), Code::ConfigNumber, &at);
                // The call would return to the clinic and start again.
                checker.expect(!checker.is_config_number(number), Code::ConfigLoop, &at);
                if checker.gives_advice() && checker.is_never_dialed(number) {
                    checker.error(Code::ConfigNumberBlocked, &at);
                }
            }
            Self::Sip(address) => checker.expect(is_sip(address), Code::ConfigSipAddress, &at.field("sip")),
            Self::Available(roles) => {
                let fits = is_reference(roles, &["PractitionerRole", "Organization"]);
                checker.expect(fits, Code::ConfigReference, &at.field("available"));
            }
            Self::GeneralPractitioner(_) | Self::LastToCall(_) => {}
        }
    }

    /// Whether the config alone determines what rings.
    #[must_use]
    pub const fn is_fixed(&self) -> bool {
        match self {
            Self::Client(_) | Self::Number(_) | Self::Sip(_) => true,
            Self::Available(_) | Self::GeneralPractitioner(_) | Self::LastToCall(_) => false,
        }
    }

    /// Whether the target rings for this caller, independent of the chart.
    pub(super) fn always_rings(&self, input: &DialplanInput<'_>) -> bool {
        match self {
            Self::Client(_) => !input.config.presence.is_enabled(),
            Self::Sip(_) => true,
            Self::Number(number) => may_dial(input, number),
            Self::Available(_) | Self::GeneralPractitioner(_) | Self::LastToCall(_) => false,
        }
    }

    /// Adds the look-ups that determine what rings.
    pub(super) fn add_lookups(&self, lookups: &mut Lookups<'_, '_>) {
        match self {
            Self::Client(_) => lookups.presence(),
            Self::Number(_) | Self::Sip(_) => {}
            Self::Available(roles) => {
                lookups.presence();
                lookups.roles(roles);
                lookups.zone(called_number_zone(lookups.input.config, &lookups.input.caller));
            }
            Self::GeneralPractitioner(_) => {
                lookups.presence();
                lookups.people(true);
            }
            Self::LastToCall(_) => {
                lookups.presence();
                lookups.last_to_call();
            }
        }
    }

    /// Adds the endpoints that ring now.
    fn add_endpoints(&self, input: &DialplanInput<'_>, facts: &Facts, endpoints: &mut Endpoints) {
        let patient = facts.patient();
        match self {
            Self::Client(identity) if is_writable_identity(identity) && !facts.is_away(identity) => {
                endpoints.add(Endpoint::Client(identity.clone()));
            }
            Self::Number(number) if may_dial(input, number) => {
                endpoints.add(Endpoint::Number { number: number.clone(), extension: String::new() });
            }
            Self::Sip(address) if is_sip(address) => endpoints.add(Endpoint::Sip(address.clone())),
            Self::Client(_) | Self::Number(_) | Self::Sip(_) => {}
            Self::Available(roles) => {
                if let Fact::Known(people) = facts.available(input.config, &input.caller, roles) {
                    endpoints.add_people(input, facts, &people);
                }
            }
            Self::GeneralPractitioner(_) => {
                endpoints.add_people(
                    input,
                    facts,
                    patient.map_or(&[], |patient| patient.general_practitioners.as_slice()),
                );
            }
            Self::LastToCall(_) => {
                if let Some(Some(person)) = facts.last_to_call.known() {
                    endpoints.add_people(input, facts, core::slice::from_ref(person));
                }
            }
        }
    }
}

/// The endpoints that ring.
pub(super) struct Endpoints(Vec<Endpoint>);

impl Endpoints {
    /// The endpoints that ring now for some targets. Call it with few targets, because it searches the numbering plans
    /// for each number.
    pub(super) fn of<'t>(targets: impl Iterator<Item = &'t Target>, input: &DialplanInput<'_>, facts: &Facts) -> Self {
        let mut endpoints = Self(Vec::new());
        for target in targets {
            target.add_endpoints(input, facts, &mut endpoints);
        }
        endpoints
    }

    /// What rings.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.0.iter()
    }

    fn add(&mut self, endpoint: Endpoint) {
        if !self.0.contains(&endpoint) && self.0.len() < MAX_AT_ONCE {
            self.0.push(endpoint);
        }
    }

    fn add_people(&mut self, input: &DialplanInput<'_>, facts: &Facts, people: &[Person]) {
        let is_away = |endpoint: &Endpoint| matches!(endpoint, Endpoint::Client(identity) if facts.is_away(identity));
        // Nothing rings for a person who is away, not even their phone.
        for person in people.iter().filter(|person| !person.endpoints.iter().any(is_away)) {
            for endpoint in person.endpoints.iter().filter_map(|endpoint| permitted(input, endpoint)) {
                self.add(endpoint);
            }
        }
    }
}

/// Whether a number in the config may be dialed. It must not be the caller's own number, the number that forwarded the
/// call, or one of the clinic's, and the policy must not forbid it. The countries of the policy do not apply to numbers in the config.
pub(super) fn may_dial(input: &DialplanInput<'_>, number: &str) -> bool {
    Policy::new(&input.config.outbound, input.numbers).allows_config_number(number) && !returns(input, number)
}

/// Whether a call to this number would return to the caller, or to the phone that forwarded the call.
fn returns(input: &DialplanInput<'_>, number: &str) -> bool {
    let Some(number) = E164::parse(number) else { return false };
    let is_caller = input.caller.number.is_some_and(|caller| caller.as_str() == number.as_str());
    is_caller || input.caller.is_forwarded_from(number)
}

/// The endpoint of a person in the chart, if the policy permits it. Any user with write access to the chart may write
/// any number there.
pub(super) fn permitted(input: &DialplanInput<'_>, endpoint: &Endpoint) -> Option<Endpoint> {
    let Endpoint::Number { number, extension } = endpoint else {
        return Some(endpoint.clone());
    };
    let number = Policy::new(&input.config.outbound, input.numbers).allows(number).ok()?;
    (!returns(input, &number)).then(|| Endpoint::Number { number, extension: extension.clone() })
}
