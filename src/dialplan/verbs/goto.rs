// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `goto`: continues with another action in the same document.

use super::DialplanVerb;
use crate::dialplan::check::ConfigPath;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::speech::RenderError;
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::newtype;

/// `goto`, the name of an action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(transparent), schemars(inline))]
pub struct Goto(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))] pub String);

newtype!(Goto(String));

impl DialplanVerb for Goto {
    fn is_silent(&self) -> bool {
        true
    }

    fn fits_queue(&self) -> bool {
        true
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        visit(Edge { to: &self.0, trigger: Trigger::Immediate, member: "goto" }, at);
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        lookups.action(&self.0);
        false
    }

    fn write<'a>(&'a self, _writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        Ok(AfterVerb::Action(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn continues_in_the_same_document() {
        let actions = r#"{"main":[{"goto":"end"}],"end":[{"hangup":{}}]}"#;
        assert_eq!(twiml(actions), "<Hangup/>");
        assert_eq!(edges(actions), ["goto Immediate end"]);
    }
}
