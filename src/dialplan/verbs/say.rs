// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `say`: says something.

use super::{DialplanVerb, Size};
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::config::Config;
use crate::dialplan::speech::{Prompt, RenderError};
use crate::dialplan::writer::{AfterVerb, Writer};

/// `say`.
pub type Say = Prompt;

impl DialplanVerb for Say {
    fn is_final(&self) -> bool {
        false
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.prompt(self, at);
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.before += self.bytes();
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        writer.say(self)?;
        Ok(AfterVerb::NextVerb)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn writes_voice_language_and_repetitions() {
        let actions = r#"{"main":[{"say":{"text":"Hello","voice":"alice","language":"en-GB","times":2}}]}"#;
        assert_eq!(twiml(actions), r#"<Say voice="alice" language="en-GB" loop="2">Hello</Say>"#);
        assert_eq!(
            twiml(r#"{"main":[{"say":{"ssml":"a<break time=\"1s\"/>"}}]}"#),
            r#"<Say>a<break time="1s"/></Say>"#
        );
    }
}
