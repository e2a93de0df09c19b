// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks what staff may override, and a greeting that they set.

use super::config_path::ConfigPath;
use super::{Checker, Depth, shape};
use crate::dialplan::config::{Config, OverrideRules};
use crate::dialplan::speech::Prompt;
use crate::error::Code;

/// Whether a prompt that is not part of the config can be said with this config.
#[must_use]
pub fn is_valid_prompt(config: &Config, prompt: &Prompt) -> bool {
    let mut checker = Checker::of(config, Depth::Errors);
    checker.prompt(prompt, &ConfigPath::root("greeting"));
    checker.errors == 0
}

impl Checker<'_> {
    pub(super) fn overrides(&mut self) {
        let config = self.config;
        let Some(rules) = &config.overrides else { return };
        let at = ConfigPath::root("override");
        let has_people = !rules.roles.is_empty() || !rules.practitioners.is_empty();
        self.expect(has_people, Code::ConfigEmpty, &at.field("roles"));
        for (index, role) in rules.roles.iter().enumerate() {
            self.expect(shape::is_label(role), Code::ConfigText, &at.field("roles").element(index));
        }
        for (index, practitioner) in rules.practitioners.iter().enumerate() {
            let fits = shape::is_reference(practitioner, &["Practitioner"]);
            self.expect(fits, Code::ConfigReference, &at.field("practitioners").element(index));
        }
        for (index, name) in rules.close.iter().enumerate() {
            let is_known = config.hours.position(name).is_some();
            self.expect(is_known, Code::ConfigNameUnknown, &at.field("close").element(index));
        }
        for (index, action) in rules.divert_to.iter().enumerate() {
            let is_known = config.actions.position(action).is_some();
            self.expect(is_known, Code::ConfigNameUnknown, &at.field("divertTo").element(index));
        }
        self.range(rules.max_hours, 1, OverrideRules::MAX_HOURS, &at.field("maxHours"));
        // Staff could then change nothing.
        let changes = || !rules.close.is_empty() || !rules.divert_to.is_empty() || config.has_replaceable_greeting();
        self.expect_outside_bots(changes, Code::ConfigEmpty, &at.field("close"));
    }
}
