// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `goto`: goes on with another action, in the same document.

use super::DialplanVerb;
use crate::dialplan::check::Place;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::needs::Needs;
use crate::dialplan::speech::Fault;
use crate::dialplan::writer::{After, Writer};
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

    fn edges<'a>(&'a self, at: &Place<'_>, visit: Visit<'_, 'a>) {
        visit(Edge { to: &self.0, trigger: Trigger::Immediate, member: "goto" }, at);
    }

    fn needs<'a>(&'a self, needs: &mut Needs<'_, 'a>) -> bool {
        needs.action(&self.0);
        false
    }

    fn write<'a>(&'a self, _writer: &mut Writer<'a>, _action: &'a str) -> Result<After<'a>, Fault> {
        Ok(After::Action(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn goes_on_in_the_same_document() {
        let actions = r#"{"main":[{"goto":"end"}],"end":[{"hangup":{}}]}"#;
        assert_eq!(twiml(actions), "<Hangup/>");
        assert_eq!(edges(actions), ["goto Immediate end"]);
    }
}
