// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `when`: conditions at any point of an action. They are evaluated when the document is written, so no callback URL is
//! needed.

use super::{DialplanVerb, Size};
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::conditions::ConditionResult;
use crate::dialplan::config::{Conditions, Config};
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::speech::RenderError;
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::members;

/// `when`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct When {
    /// The conditions; at least one.
    #[cfg_attr(feature = "schema", serde(rename = "if"))]
    pub conditions: Conditions,
    /// The action if they hold.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
    /// The action if they do not hold. If absent, the next verb.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: Option<String>,
}

members!(When {
    conditions: required "if",
    then: required "then",
    otherwise: optional "otherwise",
});

impl DialplanVerb for When {
    fn is_final(&self) -> bool {
        self.otherwise.is_some()
    }

    fn is_silent(&self) -> bool {
        true
    }

    fn fits_queue(&self) -> bool {
        true
    }

    fn needs_local_time(&self, config: &Config) -> bool {
        self.conditions.needs_local_time(config)
    }

    fn conditions(&self) -> Option<&Conditions> {
        Some(&self.conditions)
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        let at = at.field("if");
        checker.expect(self.conditions != Conditions::default(), Code::ConfigEmpty, &at);
        checker.conditions(&self.conditions, &at);
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        let then = Edge { to: &self.then, trigger: Trigger::Immediate, member: "when.then" };
        visit(then, &at.field("then"));
        if let Some(otherwise) = &self.otherwise {
            let otherwise = Edge { to: otherwise, trigger: Trigger::Immediate, member: "when.otherwise" };
            visit(otherwise, &at.field("otherwise"));
        }
    }

    /// The verb writes no TwiML.
    fn size(&self, _config: &Config, _size: &mut Size) {}

    fn names<'a>(&'a self, hours: &mut dyn FnMut(&'a str), lists: &mut dyn FnMut(&'a str)) {
        self.conditions.names(hours, lists);
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        if lookups.branch(&self.conditions, &self.then) == ConditionResult::Yes {
            return false;
        }
        if let Some(otherwise) = &self.otherwise {
            lookups.action(otherwise);
        }
        self.otherwise.is_none()
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let then = if writer.evaluate(&self.conditions) == ConditionResult::Yes {
            Some(&self.then)
        } else {
            self.otherwise.as_ref()
        };
        Ok(then.map_or(AfterVerb::NextVerbSilent, |then| AfterVerb::Action(then)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::dialplan::facts::Facts;

    const ACTIONS: &str = r#"{"main":[
        {"when":{"if":{"open":"desk"},"then":"ring"}},
        {"when":{"if":{"language":["es"]},"then":"hola","otherwise":"hello"}}],
        "ring":[{"dial":{"targets":[{"client":"desk"}],"otherwise":"hello"}}],
        "hola":[{"say":{"text":"Hola."}},{"hangup":{}}],"hello":[{"say":{"text":"Hello."}},{"hangup":{}}]}"#;

    fn content(actions: &str, open: bool) -> String {
        twiml_with(actions, &Facts { open: vec![("desk".to_owned(), open)], ..Facts::default() })
    }

    #[test]
    fn continues_with_the_action_of_the_result() {
        assert!(content(ACTIONS, true).starts_with(r#"<Dial action="/v?step=dial.ring""#));
        assert_eq!(content(ACTIONS, false), "<Say>Hello.</Say><Hangup/>");
        // The same action after the caller switched to Spanish.
        let first = r#"{"main":[{"language":"es-US"},{"goto":"choose"}],"choose""#;
        let spanish = ACTIONS.replacen(r#"{"main""#, first, 1);
        assert_eq!(content(&spanish, false), "<Say language=\"es-US\">Hola.</Say><Hangup/>");
    }

    #[test]
    fn continues_in_the_same_document() {
        let expected = ["when.then Immediate ring", "when.then Immediate hola", "when.otherwise Immediate hello"];
        assert_eq!(edges(ACTIONS), expected);
    }
}
