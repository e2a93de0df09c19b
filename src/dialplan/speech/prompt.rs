// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A prompt: words, how they are spoken, and how often.

use super::words::Words;
use crate::json::members;

/// What a caller hears: the value of `say`, and of every member that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Say"),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Prompt {
    /// The words; either these or `ssml`.
    pub text: Option<Words>,
    /// The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
    pub ssml: Option<Words>,
    /// A voice of Twilio's; `voice` of the config where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
    /// A language tag; the call's where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// How often it is said; once where absent.
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
    /// More bytes than `<Say>` has around its words.
    const TAGS: usize = 256;

    /// The most bytes that it becomes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        Self::TAGS + self.text.as_ref().or(self.ssml.as_ref()).map_or(0, Words::bytes)
    }
}
