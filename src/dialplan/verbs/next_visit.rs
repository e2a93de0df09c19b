// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `nextVisit`: says when the next booked visit of a verified caller is. It says only the date and the time.
//!
//! Twilio requests the visit separately. Then the reads for it do not delay the response to the birth date.

use super::{DialplanVerb, Size};
use crate::dialplan::callback_urls::CallbackKind;
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken};
use crate::dialplan::config::Config;
use crate::dialplan::facts::Fact;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::speech::{DEFAULT_LANGUAGE, Prompt, RenderError, spoken_date, spoken_time};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::members;

/// `nextVisit`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct NextVisit {
    /// What is said, with `{date}` and `{time}`.
    pub prompt: Prompt,
    /// What is said if no visit is booked.
    pub none: Prompt,
    /// The action after the visit was said.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
    /// The action if no visit is booked, if the caller is not verified, or if the chart does not answer.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(NextVisit {
    prompt: required "prompt",
    none: required "none",
    then: required "then",
    otherwise: required "otherwise",
});

impl DialplanVerb for NextVisit {
    fn needs_local_time(&self, _config: &Config) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.prompt(&self.prompt, &at.field("prompt"));
        checker.prompt(&self.none, &at.field("none"));
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        visit(Spoken::Prompt(&self.prompt), &at.field("prompt"), at);
        visit(Spoken::Prompt(&self.none), &at.field("none"), at);
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        visit(Edge { to: &self.then, trigger: Trigger::Immediate, member: "nextVisit.then" }, &at.field("then"));
        let otherwise = Edge { to: &self.otherwise, trigger: Trigger::Immediate, member: "nextVisit.otherwise" };
        visit(otherwise, &at.field("otherwise"));
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        visit(CallbackKind::Visit, 0);
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.last = Size::CALLBACKS + self.prompt.bytes().max(self.none.bytes());
    }

    fn add_lookups_after<'a>(&'a self, _event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        lookups.next_visit();
        lookups.action(&self.then);
        lookups.action(&self.otherwise);
    }

    fn on_callback<'a>(&'a self, _request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        CallbackResult::Event(VerbEvent::VisitRequested)
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let url = writer.url(CallbackKind::Visit, action, 0);
        writer.document.element("Redirect", &[], &url);
        Ok(AfterVerb::End)
    }

    fn resume<'a>(
        &'a self,
        _event: VerbEvent,
        writer: &mut Writer<'a>,
        _action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        let facts = writer.facts;
        let is_verified = facts.record.known().is_some_and(|record| record.verified.is_some());
        match (&facts.next_visit, &facts.visit_time) {
            (Fact::Known(Some(_)), Fact::Known(at)) if is_verified => {
                let language = writer.current_language().unwrap_or(DEFAULT_LANGUAGE);
                let (date, time) = (spoken_date(at.day, language), spoken_time(at.minute, language));
                writer.say_with(&self.prompt, &[("{date}", &date), ("{time}", &time)])?;
                Ok(AfterVerb::Action(&self.then))
            }
            (Fact::Known(None), _) if is_verified => {
                writer.say(&self.none)?;
                Ok(AfterVerb::Action(&self.otherwise))
            }
            _ => Ok(AfterVerb::Action(&self.otherwise)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn requests_the_visit_separately() {
        let actions = r#"{"main":[{"nextVisit":{"prompt":{"text":"{date}, {time}"},"none":{"text":"None."},"then":"a","otherwise":"b"}}]}"#;
        assert_eq!(twiml(actions), "<Redirect>/v?step=visit.main</Redirect>");
        assert_eq!(edges(actions), ["nextVisit.then Immediate a", "nextVisit.otherwise Immediate b"]);
    }
}
