// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `screening`: whether the person who answers a phone must press a key before the caller is connected.

use crate::dialplan::conditions::matches_entry;
use crate::json::members;
use crate::phone::E164;

/// `screening`. The person who answers a phone that a `dial` rings presses a key before the caller is connected. So a
/// mailbox does not take the call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Screening"),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Screening {
    /// Whether phones are screened. If absent, yes.
    pub enabled: Option<bool>,
    /// Phones that are connected without a key, such as desk phones: E.164 numbers, or prefixes (`+1555010*`).
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^\\+[1-9][0-9]{0,14}\\*?$"))))]
    pub trusted: Vec<String>,
    /// The name of the clinic that the callee hears. If absent, the name of the number, if `numbers` has only one.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub clinic: Option<String>,
}

members!(Screening {
    enabled: optional "enabled",
    trusted: optional "trusted",
    clinic: optional "clinic",
});

impl Screening {
    /// Whether phones are screened, unless a `dial` says otherwise.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled != Some(false)
    }

    /// Whether a phone is screened, unless a `dial` says otherwise.
    #[must_use]
    pub fn applies_to(&self, number: &str) -> bool {
        let trusted = |number| self.trusted.iter().any(|entry| matches_entry(entry, number));
        self.is_enabled() && !E164::parse(number).is_some_and(trusted)
    }
}
