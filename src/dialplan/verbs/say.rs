// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `say`: says something.

use super::{DialplanVerb, Size};
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken};
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

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        visit(Spoken::Prompt(self), at, at);
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

    #[test]
    fn writes_recordings_and_several_parts() {
        let actions = r#"{"main":[{"say":[
            {"play":{"en-US":"https://a.example/en.mp3?a&b","es-US":"https://a.example/es.mp3"},"times":2},
            {"text":"Hello","voice":"Polly.Ruth","language":"en-US"},
            {"ssml":"Hola<break time=\"1s\"/>","language":"es-US"},
            {"play":{"en-US":"https://a.example/en.mp3","es-US":"https://a.example/es.mp3"},"language":"es-MX"}]}]}"#;
        assert_eq!(
            twiml(actions),
            r#"<Play loop="2">https://a.example/en.mp3?a&amp;b</Play><Say voice="Polly.Ruth" language="en-US">Hello</Say><Say language="es-US">Hola<break time="1s"/></Say><Play>https://a.example/es.mp3</Play>"#
        );
    }
}
