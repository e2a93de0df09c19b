// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `changeOverride`: a staff phone closes a line, diverts its calls or ends that, for some hours.

use super::record_greeting::{check_callers, check_hours, redirect_to};
use super::{DialplanVerb, Size};
use crate::dialplan::callback_urls::CallbackKind;
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::config::Config;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::overrides::{ChangeByPhone, PhoneChange};
use crate::dialplan::speech::RenderError;
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::members;

/// `changeOverride`. Set exactly one of `close`, `divert` and `clear`. Put it behind a menu with a PIN, because a caller
/// can fake a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct ChangeOverride {
    /// Who may: names of `lists`, numbers (E.164), or prefixes (`+1555*`).
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub callers: Vec<String>,
    /// Whether to close the hours in `override.close`.
    #[cfg_attr(feature = "schema", serde(default))]
    pub close: bool,
    /// The action to which new calls go, one of `override.divertTo`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub divert: Option<String>,
    /// Whether to end all overrides.
    #[cfg_attr(feature = "schema", serde(default))]
    pub clear: bool,
    /// For how many hours. Required unless `clear` is set; at most `override.maxHours`.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 744)))]
    pub hours: Option<u32>,
    /// The action after the change.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
    /// The action for other callers, and if the chart does not store the change.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(ChangeOverride {
    callers: required "callers",
    close: optional "close",
    divert: optional "divert",
    clear: optional "clear",
    hours: optional "hours",
    then: required "then",
    otherwise: required "otherwise",
});

impl ChangeOverride {
    /// What the call changes.
    #[must_use]
    pub fn change(&self) -> ChangeByPhone<'_> {
        let change = match &self.divert {
            _ if self.clear => PhoneChange::Clear,
            Some(action) => PhoneChange::Divert(action),
            None => PhoneChange::Close,
        };
        ChangeByPhone { callers: &self.callers, hours: self.hours.unwrap_or_default(), change }
    }
}

impl DialplanVerb for ChangeOverride {
    fn is_silent(&self) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        check_callers(&self.callers, checker, at);
        let changes = [self.close, self.divert.is_some(), self.clear];
        checker.expect(changes.into_iter().filter(|set| *set).count() == 1, Code::ConfigEmpty, &at.field("close"));
        let rules = checker.config().overrides.as_ref();
        let can_close = !self.close || rules.is_some_and(|rules| !rules.close.is_empty());
        let can_divert = |action: &String| rules.is_some_and(|rules| rules.divert_to.contains(action));
        let can_divert = self.divert.as_ref().is_none_or(can_divert);
        checker.expect(can_close, Code::OverrideDisabled, &at.field("close"));
        checker.expect(can_divert, Code::OverrideAction, &at.field("divert"));
        if self.clear {
            checker.expect(self.hours.is_none(), Code::ConfigRange, &at.field("hours"));
            checker.expect(checker.config().overrides.is_some(), Code::OverrideDisabled, &at.field("clear"));
        } else {
            check_hours(self.hours, checker, at);
        }
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        let then = Edge { to: &self.then, trigger: Trigger::Unattended, member: "changeOverride.then" };
        visit(then, &at.field("then"));
        let otherwise = Edge { to: &self.otherwise, trigger: Trigger::Immediate, member: "changeOverride.otherwise" };
        visit(otherwise, &at.field("otherwise"));
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        visit(CallbackKind::Change, 0);
    }

    fn names<'a>(&'a self, _hours: &mut dyn FnMut(&'a str), lists: &mut dyn FnMut(&'a str)) {
        self.callers.iter().for_each(|caller| lists(caller));
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.last = Size::CALLBACKS;
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        lookups.action(&self.otherwise);
        false
    }

    fn add_lookups_after<'a>(&'a self, _event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        lookups.overrides();
        lookups.action(&self.then);
        lookups.action(&self.otherwise);
    }

    fn on_callback<'a>(&'a self, _request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        CallbackResult::Event(VerbEvent::StaffChange)
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        if !writer.is_caller_in(&self.callers) {
            return Ok(AfterVerb::Action(&self.otherwise));
        }
        Ok(redirect_to(writer, CallbackKind::Change, action))
    }

    fn resume<'a>(
        &'a self,
        _event: VerbEvent,
        writer: &mut Writer<'a>,
        _action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        Ok(AfterVerb::Action(if writer.facts.is_changed { &self.then } else { &self.otherwise }))
    }
}
