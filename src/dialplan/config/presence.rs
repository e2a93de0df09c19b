// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `presence`: whether a `dial` skips staff who are away.

use crate::json::members;

/// `presence`. Staff say that they are away by an operation, and a `dial` then skips them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Presence"),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Presence {
    /// Whether a `dial` skips staff who are away. If absent, no.
    pub enabled: Option<bool>,
}

members!(Presence { enabled: optional "enabled" });

impl Presence {
    /// Whether a `dial` skips staff who are away.
    #[must_use]
    pub fn is_enabled(self) -> bool {
        self.enabled == Some(true)
    }
}
