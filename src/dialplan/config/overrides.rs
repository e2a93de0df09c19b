// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `override`: what staff may change for a limited time without a change of the config.

use super::{Config, Identity};
use crate::dialplan::verbs::Verb;
use crate::json::members;
use crate::time::HOUR;

/// `override`: what staff may change for a limited time, with the operation `set-override`. If absent, nothing, and the
/// webhook reads nothing for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct OverrideRules {
    /// Who may: everyone who has one of these roles now, codes of `PractitionerRole.code`. At least one role or
    /// practitioner is required.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1, max = 64))))]
    pub roles: Vec<String>,
    /// These practitioners may too, `Practitioner/<id>`.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^(Practitioner)/[A-Za-z0-9.-]{1,64}$"))))]
    pub practitioners: Vec<String>,
    /// The names of the hours that count as closed while staff close a line. If empty, staff cannot close one.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^[a-z0-9-]{1,32}$"))))]
    pub close: Vec<String>,
    /// The actions to which staff may divert new calls. If empty, staff cannot divert calls.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^[a-z0-9-]{1,32}$"))))]
    pub divert_to: Vec<String>,
    /// The maximum duration of an override, in hours. If absent, 24.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 744)))]
    pub max_hours: Option<u32>,
}

members!(OverrideRules {
    roles: optional "roles",
    practitioners: optional "practitioners",
    close: optional "close",
    divert_to: optional "divertTo",
    max_hours: optional "maxHours",
});

/// The maximum duration if the config has none, in hours.
const MAX_HOURS: u32 = 24;

impl OverrideRules {
    /// The greatest `maxHours`: 31 days.
    pub(in crate::dialplan) const MAX_HOURS: u32 = 744;

    /// The maximum duration of an override, in hours.
    #[must_use]
    pub fn longest(&self) -> u32 {
        self.max_hours.unwrap_or(MAX_HOURS)
    }

    /// The maximum duration of an override, in milliseconds.
    #[must_use]
    pub fn max_duration(&self) -> u64 {
        u64::from(self.longest()) * HOUR
    }

    /// Who may override.
    #[must_use]
    pub fn allowed(&self) -> Identity {
        Identity { roles: self.roles.clone(), practitioners: self.practitioners.clone() }
    }
}

impl Config {
    /// Whether staff can close lines.
    #[must_use]
    pub fn can_be_closed(&self) -> bool {
        self.overrides.as_ref().is_some_and(|rules| !rules.close.is_empty())
    }

    /// Whether an action has a greeting that staff can replace.
    #[must_use]
    pub fn has_replaceable_greeting(&self) -> bool {
        self.verbs().any(|verb| matches!(verb, Verb::Greeting(_)))
    }
}
