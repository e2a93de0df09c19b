// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `recordGreeting`: a staff phone records the greeting that the verb `greeting` plays for some hours. `<Record>`:
//! <https://www.twilio.com/docs/voice/twiml/record>.

use super::{DialplanVerb, Size};
use crate::dialplan::callback_urls::CallbackKind;
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken};
use crate::dialplan::config::{Config, OverrideRules};
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::overrides::{ChangeByPhone, PhoneChange};
use crate::dialplan::params::Params;
use crate::dialplan::speech::{Prompt, RenderError};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::{Json, decimal, members};

/// The default maximum length of a greeting, in seconds.
const DEFAULT_LENGTH: u32 = 60;

/// `recordGreeting`. Put it behind a menu with a PIN, because a caller can fake a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct RecordGreeting {
    /// Who may: names of `lists`, numbers (E.164), or prefixes (`+1555*`).
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub callers: Vec<String>,
    /// What is said before the tone, such as "Record the greeting, and then press the pound key."
    pub prompt: Prompt,
    /// The maximum length of the greeting, in seconds. If absent, 60.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 300)))]
    pub max_length: Option<u32>,
    /// For how many hours; at most `override.maxHours`.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 744)))]
    pub hours: u32,
    /// The action after the greeting was stored.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
    /// The action for other callers, without a recording, and if the chart does not store the greeting.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(RecordGreeting {
    callers: required "callers",
    prompt: required "prompt",
    max_length: optional "maxLength",
    hours: required "hours",
    then: required "then",
    otherwise: required "otherwise",
});

impl RecordGreeting {
    /// What the call changes, by the parameters of the request. `None` if they have no recording.
    #[must_use]
    pub fn change(&self, pairs: &[(&str, &str)]) -> Option<ChangeByPhone<'_>> {
        let url = Params(pairs).get("RecordingUrl").filter(|url| url.starts_with("https://"))?;
        let greeting = Json::object([("play", Json::of(url))]).write();
        let change = PhoneChange::Greeting(greeting);
        Some(ChangeByPhone { callers: &self.callers, hours: self.hours, change })
    }
}

impl DialplanVerb for RecordGreeting {
    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        check_callers(&self.callers, checker, at);
        checker.prompt(&self.prompt, &at.field("prompt"));
        checker.range(self.max_length, 2, 300, &at.field("maxLength"));
        check_hours(Some(self.hours), checker, at);
        // Without a `greeting`, nothing plays it.
        let is_heard = checker.config().has_replaceable_greeting();
        checker.expect_outside_bots(|| is_heard, Code::OverrideDisabled, at);
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        let then = Edge { to: &self.then, trigger: Trigger::Person, member: "recordGreeting.then" };
        visit(then, &at.field("then"));
        let otherwise = Edge { to: &self.otherwise, trigger: Trigger::Immediate, member: "recordGreeting.otherwise" };
        visit(otherwise, &at.field("otherwise"));
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        visit(Spoken::Prompt(&self.prompt), &at.field("prompt"), at);
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        visit(CallbackKind::Greeting, 0);
    }

    fn names<'a>(&'a self, _hours: &mut dyn FnMut(&'a str), lists: &mut dyn FnMut(&'a str)) {
        self.callers.iter().for_each(|caller| lists(caller));
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.last = Size::CALLBACKS + self.prompt.bytes();
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

    /// Without a recording, Twilio continues after `<Record>`.
    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        if writer.is_caller_in(&self.callers) {
            writer.say(&self.prompt)?;
            let url = writer.url(CallbackKind::Greeting, action, 0);
            let length = decimal(self.max_length.unwrap_or(DEFAULT_LENGTH).into());
            let attributes = [("action", url.as_str()), ("maxLength", &length), ("playBeep", "true")];
            writer.document.empty("Record", &attributes);
            writer.is_unanswered = false;
        }
        Ok(AfterVerb::Action(&self.otherwise))
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

/// Checks who may change an override by phone.
pub(super) fn check_callers(callers: &[String], checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
    checker.callers(Some(callers), &at.field("callers"));
}

/// Checks the duration of an override.
pub(super) fn check_hours(hours: Option<u32>, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
    let longest = checker.config().overrides.as_ref().map(OverrideRules::longest);
    let at = at.field("hours");
    match longest {
        None => checker.error(Code::OverrideDisabled, &at),
        Some(longest) => {
            let fits = hours.is_some_and(|hours| (1..=longest).contains(&hours));
            checker.expect(fits, Code::ConfigRange, &at);
        }
    }
}

/// Continues with a callback of the verb, during which the bot writes the change.
pub(super) fn redirect_to<'a>(writer: &mut Writer<'a>, kind: CallbackKind, action: &'a str) -> AfterVerb<'a> {
    let url = writer.url(kind, action, 0);
    writer.document.element("Redirect", &[], &url);
    AfterVerb::End
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    const REST: &str = r#""done":[{"hangup":{}}],"no":[{"say":{"text":"No."}},{"hangup":{}}]"#;

    #[test]
    fn records_only_a_listed_caller() {
        let actions = |callers: &str| {
            format!(
                r#"{{"main":[{{"recordGreeting":{{"callers":["{callers}"],"prompt":{{"text":"Speak."}},"hours":8,"then":"done","otherwise":"no"}}}}],{REST}}}"#
            )
        };
        assert_eq!(
            twiml(&actions("+15550100101")),
            r#"<Say>Speak.</Say><Record action="/v?step=greeting.main" maxLength="60" playBeep="true"/><Say>No.</Say><Hangup/>"#
        );
        assert_eq!(twiml(&actions("+15550100102")), "<Say>No.</Say><Hangup/>");
    }

    #[test]
    fn a_change_is_requested_only_for_a_listed_caller() {
        let actions = |callers: &str| {
            format!(
                r#"{{"main":[{{"changeOverride":{{"callers":["{callers}"],"close":true,"hours":8,"then":"done","otherwise":"no"}}}}],{REST}}}"#
            )
        };
        assert_eq!(twiml(&actions("+1555010*")), "<Redirect>/v?step=change.main</Redirect>");
        assert_eq!(twiml(&actions("+1666*")), "<Say>No.</Say><Hangup/>");
    }
}
