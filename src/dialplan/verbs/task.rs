// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `task`: opens a task for staff, because a verified caller asks for something: a refill, or a change of the next
//! visit. `Task`: <https://hl7.org/fhir/R4/task.html>.
//!
//! Twilio requests the next document separately, and the task is stored before that response. So the caller hears that
//! the request was noted only if it was.

use super::{DialplanVerb, Size};
use crate::dialplan::callback_urls::CallbackKind;
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::config::{Config, MailboxCode, Priority};
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::speech::RenderError;
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::members;

/// `task`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "TaskRequest"),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Task {
    /// What staff must do: the text of the task's code.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub text: String,
    /// A code of the clinic.
    pub code: Option<MailboxCode>,
    /// The priority. If absent, none.
    pub priority: Option<Priority>,
    /// The owner: a reference such as `Organization/<id>`. If absent, `tasks.owner`.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(
            pattern = "^(Organization|CareTeam|HealthcareService|Practitioner|PractitionerRole)/[A-Za-z0-9.-]{1,64}$"
        ))
    )]
    pub owner: Option<String>,
    /// Whether the task is about the patient's next booked visit. Without one, `otherwise` follows.
    #[cfg_attr(feature = "schema", serde(default))]
    pub next_visit: bool,
    /// The action after the task is stored.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
    /// The action if the task is not stored, because the caller is not verified or the chart does not answer.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Task {
    text: required "text",
    code: optional "code",
    priority: optional "priority",
    owner: optional "owner",
    next_visit: optional "nextVisit",
    then: required "then",
    otherwise: required "otherwise",
});

impl DialplanVerb for Task {
    fn is_silent(&self) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.label(&self.text, &at.field("text"));
        checker.owner(self.owner.as_deref(), &at.field("owner"));
        if let Some(code) = &self.code {
            let at = at.field("code");
            checker.code_system(&code.system, &at.field("system"));
            checker.label(&code.code, &at.field("code"));
        }
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        for (to, member, name) in [(&self.then, "task.then", "then"), (&self.otherwise, "task.otherwise", "otherwise")]
        {
            visit(Edge { to, trigger: Trigger::Immediate, member }, &at.field(name));
        }
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        visit(CallbackKind::Task, 0);
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.last = Size::CALLBACKS;
    }

    fn add_lookups_after<'a>(&'a self, _event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        lookups.record();
        if self.next_visit {
            lookups.next_visit();
        }
        lookups.action(&self.then);
    }

    fn on_callback<'a>(&'a self, _request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        CallbackResult::Event(VerbEvent::TaskRequested)
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let url = writer.url(CallbackKind::Task, action, 0);
        writer.document.element("Redirect", &[], &url);
        Ok(AfterVerb::End)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn the_task_is_stored_in_a_request_of_its_own() {
        let actions = r#"{"main":[{"task":{"text":"Refill","then":"a","otherwise":"b"}}]}"#;
        assert_eq!(twiml(actions), "<Redirect>/v?step=task.main</Redirect>");
        assert_eq!(edges(actions), ["task.then Immediate a", "task.otherwise Immediate b"]);
    }
}
