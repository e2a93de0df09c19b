// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `language`: switches the call to another language.

use super::DialplanVerb;
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::speech::RenderError;
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::newtype;

/// `language`, a tag (BCP 47).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(transparent), schemars(inline))]
pub struct Language(
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))] pub String,
);

newtype!(Language(String));

impl DialplanVerb for Language {
    fn is_final(&self) -> bool {
        false
    }

    fn is_silent(&self) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.switched_language(Some(&self.0), at);
    }

    fn languages<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        visit(&self.0);
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        lookups.language = Some(&self.0);
        true
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        writer.switch_language(&self.0);
        Ok(AfterVerb::NextVerbSilent)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn later_prompts_are_spoken_in_the_new_language() {
        let actions =
            r#"{"main":[{"language":"es-US"},{"say":{"text":{"en-US":"Hello","es-US":"Hola"}}},{"hangup":{}}]}"#;
        assert_eq!(twiml(actions), r#"<Say language="es-US">Hola</Say><Hangup/>"#);
    }
}
