// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `greeting`: says a greeting that staff can replace for a limited time.

use super::{DialplanVerb, Size};
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken};
use crate::dialplan::config::Config;
use crate::dialplan::lookups::Lookups;
use crate::dialplan::overrides::Override;
use crate::dialplan::speech::{Prompt, RenderError};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::newtype;

/// `greeting`: what callers hear unless staff have replaced it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(transparent), schemars(inline))]
pub struct Greeting(pub Prompt);

newtype!(Greeting(Prompt));

impl DialplanVerb for Greeting {
    fn is_final(&self) -> bool {
        false
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.prompt(&self.0, at);
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        visit(Spoken::Prompt(&self.0), at, at);
    }

    fn size(&self, config: &Config, size: &mut Size) {
        let replaced = if config.overrides.is_some() { Override::MAX_GREETING } else { 0 };
        size.before += self.0.bytes().max(replaced);
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        lookups.overrides();
        true
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let replaced = writer.facts.overrides.known().and_then(|in_force| in_force.greeting.as_ref());
        writer.say(replaced.unwrap_or(&self.0))?;
        Ok(AfterVerb::NextVerb)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    use crate::dialplan::facts::Facts;
    use crate::dialplan::overrides::OverrideInForce;
    use crate::json::read_as;

    #[test]
    fn says_the_greeting_by_which_staff_replaced_it() {
        let actions = r#"{"main":[{"greeting":{"text":"Hello."}},{"hangup":{}}]}"#;
        assert_eq!(twiml(actions), "<Say>Hello.</Say><Hangup/>");
        for (greeting, heard) in [
            (r#"{"text":"We close at noon."}"#, "<Say>We close at noon.</Say>"),
            (r#"{"play":"https://a.example/a.mp3"}"#, "<Play>https://a.example/a.mp3</Play>"),
        ] {
            let mut facts = Facts::default();
            let greeting = Some(read_as(greeting).unwrap());
            facts.set_overrides(OverrideInForce { greeting, ..OverrideInForce::default() }, true);
            assert_eq!(twiml_with(actions, &facts), [heard, "<Hangup/>"].concat());
        }
    }
}
