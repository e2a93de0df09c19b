// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks what callers hear: texts, voices, SSML.

use super::config_path::ConfigPath;
use super::{Checker, shape};
use crate::dialplan::speech::{Prompt, PromptPart, Words};
use crate::error::Code;
use crate::twiml::ssml;

impl Checker<'_> {
    pub(in crate::dialplan) fn prompt(&mut self, prompt: &Prompt, at: &ConfigPath<'_>) {
        match prompt {
            Prompt::One(part) => self.prompt_part(part, at),
            Prompt::Each(parts) => {
                self.expect(!parts.is_empty(), Code::ConfigEmpty, at);
                self.expect(parts.len() <= Prompt::MAX_PARTS, Code::ConfigRange, at);
                for (index, part) in parts.iter().enumerate().take(Prompt::MAX_PARTS) {
                    self.prompt_part(part, &at.element(index));
                }
            }
        }
    }

    fn prompt_part(&mut self, part: &PromptPart, at: &ConfigPath<'_>) {
        match (&part.text, &part.ssml, &part.play) {
            (Some(words), None, None) => self.words(words, false, &at.field("text")),
            (None, Some(words), None) => self.words(words, true, &at.field("ssml")),
            (None, None, Some(urls)) => self.recordings(urls, &at.field("play")),
            _ => self.error(Code::ConfigEmpty, &at.field("text")),
        }
        self.voice(part.voice.as_deref(), &at.field("voice"));
        self.spoken_language(part.language.as_deref(), &at.field("language"));
        self.range(part.times, 1, 100, &at.field("times"));
    }

    /// Checks a URL of a sound file, or one for each language.
    fn recordings(&mut self, urls: &Words, at: &ConfigPath<'_>) {
        match urls {
            Words::One(url) => self.url(Some(url), at),
            Words::Each(urls) => {
                self.expect(!urls.is_empty(), Code::ConfigEmpty, at);
                for (index, (tag, url)) in urls.iter().enumerate() {
                    let at = at.member(index, tag);
                    self.language(Some(tag), &at);
                    self.url(Some(url), &at);
                }
            }
        }
    }

    pub(in crate::dialplan) fn words(&mut self, words: &Words, is_ssml: bool, at: &ConfigPath<'_>) {
        match words {
            Words::One(text) => self.text(text, is_ssml, at),
            Words::Each(texts) => {
                self.expect(!texts.is_empty(), Code::ConfigEmpty, at);
                for (index, (tag, text)) in texts.iter().enumerate() {
                    let at = at.member(index, tag);
                    self.language(Some(tag), &at);
                    // The first text is also the default for other languages, and is then spoken in its own language.
                    self.spoken_language(Some(tag).filter(|tag| tag.contains('-')), &at);
                    self.text(text, is_ssml, &at);
                }
            }
        }
    }

    fn text(&mut self, text: &str, is_ssml: bool, at: &ConfigPath<'_>) {
        if is_ssml && shape::is_short(text, shape::MAX_TEXT_CHARS) {
            match ssml(text) {
                // Twilio refuses a `<Say>` without text (error 13520).
                Some(nodes) => self.expect_outside_bots(|| shape::has_speech(&nodes), Code::ConfigText, at),
                None => self.error(Code::ConfigSsml, at),
            }
        } else if shape::is_speakable_text(text) {
            self.expect_outside_bots(|| shape::has_speech_in_text(text), Code::ConfigText, at);
        } else {
            self.error(Code::ConfigText, at);
        }
    }

    pub(in crate::dialplan) fn voice(&mut self, voice: Option<&str>, at: &ConfigPath<'_>) {
        self.expect(voice.is_none_or(shape::is_voice), Code::ConfigVoice, at);
    }

    pub(super) fn language(&mut self, tag: Option<&str>, at: &ConfigPath<'_>) {
        self.expect(tag.is_none_or(shape::is_language), Code::ConfigLanguage, at);
    }
}
