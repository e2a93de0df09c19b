// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `play`: plays a sound file. `<Play>`: <https://www.twilio.com/docs/voice/twiml/play>.

use super::{DialplanVerb, Size};
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::config::Config;
use crate::dialplan::speech::{RenderError, write_recording, xml_bytes};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::{decimal, members};

/// `play`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Play {
    /// An `https` URL of a sound file.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub url: String,
    /// How many times it is played. If absent, once.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub times: Option<u32>,
}

members!(Play {
    url: required "url",
    times: optional "times",
});

impl DialplanVerb for Play {
    fn is_final(&self) -> bool {
        false
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.url(Some(&self.url), &at.field("url"));
        checker.range(self.times, 1, 100, &at.field("times"));
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.before += Size::SHORT + xml_bytes(&self.url);
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let times = self.times.filter(|times| *times > 1).map(|times| decimal(times.into()));
        write_recording(&mut writer.document, &self.url, times.as_deref());
        Ok(AfterVerb::NextVerb)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn plays_a_file() {
        let actions = r#"{"main":[{"play":{"url":"https://example.com/a.mp3","times":3}}]}"#;
        assert_eq!(twiml(actions), r#"<Play loop="3">https://example.com/a.mp3</Play>"#);
    }
}
