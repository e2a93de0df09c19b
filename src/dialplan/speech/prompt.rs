// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A prompt: what a caller hears, in one part or several. A part is a text or a recording.

use std::slice;

use super::words::Words;
use crate::json::{Parser, ShapeError, Typed, members};

/// What a caller hears: the value of `say`, and of every other member with spoken text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(untagged))]
pub enum Prompt {
    // This is the first case, because serde also reads a struct from a list.
    /// Texts and recordings, one after another.
    Each(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = 20)))] Vec<PromptPart>),
    /// One text or recording.
    One(PromptPart),
}

/// A text or a recording. Set exactly one of `text`, `ssml` and `play`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Say"),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct PromptPart {
    /// The text.
    pub text: Option<Words>,
    /// The text with SSML elements, well-formed: `Please hold <break time="1s"/> the line`.
    pub ssml: Option<Words>,
    /// A recording: the `https` URL of a sound file, or one for each language tag.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::urls"))]
    pub play: Option<Words>,
    /// A Twilio voice. If absent, the voice of the language in `voices`, or `voice` of the config.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-zÀ-ÿ0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
    /// A language tag. If absent, the language of the call.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// How many times it is said or played. If absent, once.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub times: Option<u32>,
}

members!(PromptPart {
    text: optional "text",
    ssml: optional "ssml",
    play: optional "play",
    voice: optional "voice",
    language: optional "language",
    times: optional "times",
});

/// The members of a part. A language tag has no such name.
const MEMBERS: [&str; 6] = ["text", "ssml", "play", "voice", "language", "times"];

/// A member of `greet`: a text, a text for each language, or a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(untagged))]
pub enum WordsOrPrompt {
    /// A prompt.
    Prompt(Prompt),
    /// A text, or a text for each language.
    Words(Words),
}

impl PromptPart {
    /// The maximum size of the tags without the text, in bytes.
    const TAGS: usize = 256;

    /// The maximum size in TwiML, in bytes.
    fn bytes(&self) -> usize {
        let words = self.text.as_ref().or(self.ssml.as_ref()).or(self.play.as_ref());
        Self::TAGS + words.map_or(0, Words::bytes)
    }
}

impl Prompt {
    /// The maximum number of parts.
    pub const MAX_PARTS: usize = 20;

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &[PromptPart] {
        match self {
            Self::One(part) => slice::from_ref(part),
            Self::Each(parts) => parts,
        }
    }

    /// The maximum size of the prompt in TwiML, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.parts().iter().map(PromptPart::bytes).sum()
    }
}

impl Default for Prompt {
    fn default() -> Self {
        Self::One(PromptPart::default())
    }
}

impl Typed for Prompt {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        if parser.is_list() { Typed::read(parser).map(Self::Each) } else { Typed::read(parser).map(Self::One) }
    }
}

impl WordsOrPrompt {
    /// The maximum size in TwiML, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Prompt(prompt) => prompt.bytes(),
            Self::Words(words) => PromptPart::TAGS + words.bytes(),
        }
    }
}

impl Default for WordsOrPrompt {
    fn default() -> Self {
        Self::Words(Words::default())
    }
}

impl Typed for WordsOrPrompt {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        let is_prompt =
            parser.is_list() || !parser.is_text() && parser.first_name().is_none_or(|name| MEMBERS.contains(&&*name));
        if is_prompt { Typed::read(parser).map(Self::Prompt) } else { Typed::read(parser).map(Self::Words) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read_as;

    #[test]
    fn reads_a_part_a_list_and_words_as_serde_does() {
        for text in [
            r#"{"text":"a"}"#,
            r#"{"play":{"es-US":"https://a.example/b.mp3","en-US":"https://a.example/c.mp3"},"times":2}"#,
            r#"[{"play":"https://a.example/b.mp3"},{"ssml":"a","voice":"alice","language":"en-GB"}]"#,
            "[]",
            "{}",
        ] {
            let prompt: Prompt = serde_json::from_str(text).unwrap();
            assert_eq!(read_as::<Prompt>(text).as_ref(), Ok(&prompt), "{text}");
            assert_eq!(read_as::<WordsOrPrompt>(text), Ok(WordsOrPrompt::Prompt(prompt)), "{text}");
        }
        for text in [r#""Hello""#, r#" {"es-US":"b","en-US":"a"}"#] {
            let words: WordsOrPrompt = serde_json::from_str(text).unwrap();
            assert!(matches!(words, WordsOrPrompt::Words(_)), "{text}");
            assert_eq!(read_as::<WordsOrPrompt>(text), Ok(words), "{text}");
            assert!(read_as::<Prompt>(text).is_err(), "{text}");
        }
        for (text, path) in [
            ("7", ""),
            (r#"[{"text":"a"},7]"#, "[1]"),
            (r#"[{"text":7}]"#, "[0].text"),
            (r#"{"play":7}"#, "play"),
            (r#"{"play":{"en-US":7}}"#, "play.en-US"),
            (r#"{"text":"a","en-US":"b"}"#, ""),
        ] {
            assert_eq!(read_as::<WordsOrPrompt>(text).unwrap_err().path, path, "{text}");
        }
    }
}
