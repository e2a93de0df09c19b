// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `language`: from here on, another language.

use super::DialplanVerb;
use crate::dialplan::check::{Checker, Place};
use crate::dialplan::needs::Needs;
use crate::dialplan::speech::Fault;
use crate::dialplan::writer::{After, Writer};
use crate::json::newtype;

/// `language`, a tag (BCP 47).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(transparent), schemars(inline))]
pub struct Language(
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))] pub String,
);

newtype!(Language(String));

impl DialplanVerb for Language {
    fn decides(&self) -> bool {
        false
    }

    fn is_silent(&self) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &Place<'_>) {
        checker.switched_language(Some(&self.0), at);
    }

    fn languages<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        visit(&self.0);
    }

    fn needs<'a>(&'a self, needs: &mut Needs<'_, 'a>) -> bool {
        needs.language = Some(&self.0);
        true
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<After<'a>, Fault> {
        writer.switch_language(&self.0);
        Ok(After::NextVerbUnheard)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn what_follows_is_said_in_it() {
        let actions =
            r#"{"main":[{"language":"es-US"},{"say":{"text":{"en-US":"Hello","es-US":"Hola"}}},{"hangup":{}}]}"#;
        assert_eq!(twiml(actions), r#"<Say language="es-US">Hola</Say><Hangup/>"#);
    }
}
