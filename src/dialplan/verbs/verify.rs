// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `verify`: verifies that the caller knows the birth date of a patient with their number.
//!
//! The verb behaves the same whether no patient, one or several have the number. The number of wrong dates is limited
//! for each caller number and day, because there are only about 40,000 birth dates.

use super::ask::{DEFAULT_RETRIES, DEFAULT_TIMEOUT};
use super::{DialplanVerb, Size};
use crate::dialplan::callback_urls::{CallbackKind, MAX_CALLBACKS};
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken};
use crate::dialplan::config::{Config, DateOrder, Verification};
use crate::dialplan::facts::called_number_zone;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::params::{Caller, Params};
use crate::dialplan::speech::{Prompt, RenderError};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::{decimal, members};

/// `verify`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Verify {
    /// What asks for the birth date, in eight digits.
    pub prompt: Prompt,
    /// The order of the digits. If absent, `MMDDYYYY`.
    pub order: Option<DateOrder>,
    /// What is said after a date that does not fit, before the prompt is repeated.
    pub invalid: Option<Prompt>,
    /// How many times the prompt is repeated. If absent, 2.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10)))]
    pub retries: Option<u32>,
    /// Seconds of silence before the prompt is repeated. If absent, 5.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 60)))]
    pub timeout: Option<u32>,
    /// The action if exactly one patient with the caller's number has the birth date.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
    /// The action for all others.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Verify {
    prompt: required "prompt",
    order: optional "order",
    invalid: optional "invalid",
    retries: optional "retries",
    timeout: optional "timeout",
    then: required "then",
    otherwise: required "otherwise",
});

impl DialplanVerb for Verify {
    fn needs_local_time(&self, _config: &Config) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.prompt(&self.prompt, &at.field("prompt"));
        if let Some(invalid) = &self.invalid {
            checker.prompt(invalid, &at.field("invalid"));
        }
        checker.range(self.retries, 0, 10, &at.field("retries"));
        checker.range(self.timeout, 1, 60, &at.field("timeout"));
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        visit(Spoken::Prompt(&self.prompt), &at.field("prompt"), at);
        if let Some(invalid) = &self.invalid {
            visit(Spoken::Prompt(invalid), &at.field("invalid"), at);
        }
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        visit(Edge { to: &self.then, trigger: Trigger::Person, member: "verify.then" }, &at.field("then"));
        // A caller without a number is not asked.
        let otherwise = Edge { to: &self.otherwise, trigger: Trigger::Immediate, member: "verify.otherwise" };
        visit(otherwise, &at.field("otherwise"));
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        for n in 0..=self.retries() {
            visit(CallbackKind::Verify, n);
        }
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.before = size.before.max(self.invalid.as_ref().map_or(0, Prompt::bytes));
        size.last = Size::CALLBACKS + self.prompt.bytes();
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        if !can_verify(&lookups.input.caller) {
            lookups.action(&self.otherwise);
        }
        false
    }

    fn add_lookups_after<'a>(&'a self, event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        if matches!(event, VerbEvent::BirthDateGiven { .. }) {
            lookups.people(false);
            lookups.record();
            lookups.birth_date_tries();
            lookups.zone(called_number_zone(lookups.input.config, &lookups.input.caller));
            lookups.action(&self.then);
        }
    }

    fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        if !can_verify(&request.input.caller) {
            return CallbackResult::Action(&self.otherwise);
        }
        match self.entered(request.params) {
            Some(_) => CallbackResult::Event(VerbEvent::BirthDateGiven { n: request.n }),
            None => self.again(request.n, request.params.has_value("Digits")),
        }
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        if can_verify(&writer.input.caller) {
            self.gather(writer, action, 0)
        } else {
            Ok(AfterVerb::Action(&self.otherwise))
        }
    }

    fn resume<'a>(
        &'a self,
        event: VerbEvent,
        writer: &mut Writer<'a>,
        action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        let VerbEvent::Repeat { n, invalid } = event else { return Ok(writer.hang_up()) };
        if let Some(prompt) = self.invalid.as_ref().filter(|_| invalid) {
            writer.say(prompt)?;
        }
        self.gather(writer, action, n)
    }
}

/// Whether a caller can be verified. A withheld number, a number of the clinic and a number that the carrier reports as
/// forged belong to no patient.
#[must_use]
pub fn can_verify(caller: &Caller<'_>) -> bool {
    caller.searched_number().is_some() && caller.verification != Verification::Failed
}

impl Verify {
    /// The date in the parameters of a request, as `YYYY-MM-DD`.
    #[must_use]
    pub fn entered(&self, params: Params<'_, '_>) -> Option<String> {
        self.order.unwrap_or_default().parse(params.get("Digits")?)
    }

    /// What follows after the `n`th repetition without a date that fits.
    #[must_use]
    pub fn again(&self, n: u32, invalid: bool) -> CallbackResult<'_> {
        if n < self.retries() {
            CallbackResult::Event(VerbEvent::Repeat { n: n + 1, invalid })
        } else {
            CallbackResult::Action(&self.otherwise)
        }
    }

    fn retries(&self) -> u32 {
        self.retries.unwrap_or(DEFAULT_RETRIES).min(MAX_CALLBACKS as u32)
    }

    fn gather<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str, n: u32) -> Result<AfterVerb<'a>, RenderError> {
        let url = writer.url(CallbackKind::Verify, action, n);
        let timeout = decimal(self.timeout.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_TIMEOUT).into());
        let attributes = [("input", "dtmf"), ("timeout", &*timeout), ("numDigits", "8"), ("action", &*url)];
        writer.document.open("Gather", &attributes);
        writer.say(&self.prompt)?;
        writer.document.close().element("Redirect", &[], &url);
        Ok(AfterVerb::End)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const ACTIONS: &str = r#"{"main":[{"verify":{"prompt":{"text":"Your birth date?"},"then":"a","otherwise":"b"}}]}"#;

    #[test]
    fn asks_for_eight_digits() {
        assert_eq!(
            twiml(ACTIONS),
            r#"<Gather input="dtmf" timeout="5" numDigits="8" action="/v?step=verify.main"><Say>Your birth date?</Say></Gather><Redirect>/v?step=verify.main</Redirect>"#
        );
        assert_eq!(edges(ACTIONS), ["verify.then Person a", "verify.otherwise Immediate b"]);
    }

    #[test]
    fn only_a_date_is_a_try() {
        let verify: Verify =
            serde_json::from_str(r#"{"prompt":{"text":"?"},"order":"DDMMYYYY","then":"a","otherwise":"b"}"#).unwrap();
        let entered = |digits| verify.entered(Params(&[("Digits", digits)]));
        assert_eq!(entered("14031980").as_deref(), Some("1980-03-14"));
        for digits in ["03141980", "1403198", "140319800", "1403198#", "*4031980", "", "99999999"] {
            assert_eq!(entered(digits), None, "{digits}");
        }
    }
}
