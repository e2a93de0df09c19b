// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Warns of voices that Twilio does not list, of voices that do not speak the language, and of texts that callers of
//! another language hear: <https://www.twilio.com/docs/voice/twiml/say/text-speech>.

use super::advice::{find_voice, speaks};
use super::config_path::ConfigPath;
use super::heard_languages::HeardLanguages;
use super::{Checker, ConfigFinding, MAX, Severity};
use crate::dialplan::speech::{DEFAULT_LANGUAGE, Prompt, Words, is_same, localized, voice_of_language};
use crate::error::Code;

/// What a verb says.
#[derive(Clone, Copy)]
pub enum Spoken<'a> {
    /// A prompt. Its voices are in its parts.
    Prompt(&'a Prompt),
    /// A text, with the voice of the verb.
    Words(&'a Words, Option<&'a str>),
}

/// Receives what a verb says, and the paths of the prompt or text, and of the voice of the verb.
pub type VisitSpoken<'v, 'a> = &'v mut dyn FnMut(Spoken<'a>, &ConfigPath<'_>, &ConfigPath<'_>);

/// A text, and how it is spoken.
#[derive(Clone, Copy)]
struct Wording<'a> {
    words: &'a Words,
    language: Option<&'a str>,
    voice: Option<&'a str>,
    /// Whether it is a recording. One recording for all languages may be music, or have several languages.
    is_recording: bool,
}

impl Checker<'_> {
    pub(super) fn advise_on_voices(&mut self) {
        let config = self.config;
        if let Some(voice) = &config.voice {
            let language = config.language.as_deref();
            self.listed_voice(voice, language, &ConfigPath::root("voice"));
        }
        let at = ConfigPath::root("voices");
        for (index, (tag, voice)) in config.voices.iter().enumerate() {
            self.listed_voice(voice, Some(tag), &at.member(index, tag));
        }
        if let Some(voice) = &config.greeting.voice {
            let greeting = ConfigPath::root("greeting");
            self.listed_voice(voice, config.greeting.language.as_deref(), &greeting.field("voice"));
        }
        let heard = HeardLanguages::of(config);
        let mut all: Vec<&str> = Vec::new();
        heard.each_verb(|verb, at, languages| {
            verb.spoken(at, &mut |spoken, at, voice_at| self.spoken(spoken, languages, at, voice_at));
            for tag in languages {
                if !all.contains(tag) {
                    all.push(tag);
                }
            }
        });
        if let Some(recording) = config.recording.as_ref().filter(|recording| recording.inbound || recording.outbound) {
            let recording_at = ConfigPath::root("recording");
            let at = recording_at.field("announcement");
            self.spoken(Spoken::Prompt(&recording.announcement), &all, &at, &at);
        }
        self.advise_on_emergency(&all);
    }

    pub(super) fn spoken(
        &mut self,
        spoken: Spoken<'_>,
        languages: &[&str],
        at: &ConfigPath<'_>,
        voice_at: &ConfigPath<'_>,
    ) {
        let parts = match spoken {
            Spoken::Words(words, voice) => {
                let wording = Wording { words, language: None, voice, is_recording: false };
                return self.wording(wording, languages, at, voice_at);
            }
            Spoken::Prompt(prompt) => prompt.parts(),
        };
        for (index, part) in parts.iter().enumerate() {
            let element = at.element(index);
            let at = if matches!(spoken, Spoken::Prompt(Prompt::One(_))) { at } else { &element };
            for (words, name) in [(&part.text, "text"), (&part.ssml, "ssml"), (&part.play, "play")] {
                if let Some(words) = words {
                    let (language, voice) = (part.language.as_deref(), part.voice.as_deref());
                    let wording = Wording { words, language, voice, is_recording: name == "play" };
                    self.wording(wording, languages, &at.field(name), &at.field("voice"));
                }
            }
        }
    }

    /// Checks a text that is heard in these languages.
    fn wording(&mut self, wording: Wording<'_>, languages: &[&str], at: &ConfigPath<'_>, voice_at: &ConfigPath<'_>) {
        let config = self.config;
        let Wording { words, language, voice, is_recording } = wording;
        if language.is_none() && is_untranslated(words, is_recording, languages) {
            self.warn_once(Code::ConfigTranslationMissing, None, at);
        }
        if is_recording {
            return;
        }
        let own = language.map(|tag| [tag]);
        let wanted = own.as_ref().map_or(languages, |own| own);
        for tag in wanted {
            // A `<Say>` without a language is spoken in the language of the voice.
            let is_written = language.or(config.language.as_deref()).is_some() || !is_same(tag, DEFAULT_LANGUAGE);
            let spoken = localized(words, Some(tag), config).1.filter(|_| is_written);
            match (voice, voice_of_language(spoken, config)) {
                (Some(voice), _) => self.listed_voice(voice, spoken, voice_at),
                // The voices of `voices` are checked with their own languages.
                (None, (Some(voice), spoken)) if config.voice.as_deref() == Some(voice) => {
                    self.listed_voice(voice, spoken, &ConfigPath::root("voice"));
                }
                _ => {}
            }
        }
        if let (Some(voice), true) = (voice, wanted.is_empty()) {
            self.listed_voice(voice, None, voice_at);
        }
    }

    /// Checks that a voice is listed, and that it speaks a language.
    fn listed_voice(&mut self, voice: &str, language: Option<&str>, at: &ConfigPath<'_>) {
        match find_voice(voice) {
            Err(nearest) => self.warn_once(Code::ConfigVoiceUnknown, nearest, at),
            Ok(()) if language.is_some_and(|language| !speaks(voice, language)) => {
                self.warn_once(Code::ConfigVoiceLanguage, None, at);
            }
            Ok(()) => {}
        }
    }

    /// Adds a warning, unless the place already has it.
    fn warn_once(&mut self, code: Code, nearest: Option<String>, at: &ConfigPath<'_>) {
        let path = at.path();
        if self.findings.len() < MAX && !self.findings.iter().any(|known| known.code == code && known.path == path) {
            self.findings.push(ConfigFinding { path, code, severity: Severity::Warning, nearest });
        }
    }
}

/// Whether callers of some language hear a text of another one.
fn is_untranslated(words: &Words, is_recording: bool, languages: &[&str]) -> bool {
    match words {
        Words::One(_) => {
            !is_recording && languages.iter().any(|tag| languages.iter().any(|other| !is_same(tag, other)))
        }
        Words::Each(texts) => {
            languages.len() > 1 && languages.iter().any(|tag| !texts.iter().any(|(text, _)| is_same(text, tag)))
        }
    }
}
