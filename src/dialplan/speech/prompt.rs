// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A prompt: the words, the voice and language, and the number of repetitions.

use super::words::Words;
use crate::json::members;

/// What a caller hears: the value of `say`, and of every other member with spoken text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Say"),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Prompt {
    /// The text. Set either `text` or `ssml`.
    pub text: Option<Words>,
    /// The text with SSML elements, well-formed: `Please hold <break time="1s"/> the line`.
    pub ssml: Option<Words>,
    /// A Twilio voice. If absent, `voice` of the config.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
    /// A language tag. If absent, the language of the call.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// How many times it is said. If absent, once.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub times: Option<u32>,
}

members!(Prompt {
    text: optional "text",
    ssml: optional "ssml",
    voice: optional "voice",
    language: optional "language",
    times: optional "times",
});

impl Prompt {
    /// The maximum size of the `<Say>` tags without the text, in bytes.
    const TAGS: usize = 256;

    /// The maximum size of the prompt in TwiML, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        Self::TAGS + self.text.as_ref().or(self.ssml.as_ref()).map_or(0, Words::bytes)
    }
}
