// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `menu`: lets the caller choose by key or by voice. `<Gather>`: <https://www.twilio.com/docs/voice/twiml/gather>.

use super::{DialplanVerb, Size, is_emergency};
use crate::dialplan::callback_urls::{CallbackKind, MAX_CALLBACKS};
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken, is_keys, is_short, is_speakable_text};
use crate::dialplan::config::Config;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::speech::{
    Chosen, DEFAULT_LANGUAGE, Heard, Prompt, RenderError, gather_language, spoken_keys, words, xml_bytes,
};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::{Map, decimal, members};

/// The default number of seconds of silence before the prompt is repeated.
const DEFAULT_TIMEOUT: u32 = 5;
/// The default number of repetitions of the prompt.
const DEFAULT_RETRIES: u32 = 2;
/// The maximum number of options. The check compares each option with every other option.
const MAX_CHOICES: usize = 100;
/// The maximum number of phrases of one option.
const MAX_WORDS: usize = 20;
/// The maximum number of phrases of a menu (error 13330). Source:
/// <https://www.twilio.com/docs/voice/twiml/gather#hints>.
const MAX_HINTS: usize = 500;
/// The maximum length of a phrase, in characters. Source: <https://www.twilio.com/docs/voice/twiml/gather#hints>.
const MAX_PHRASE_CHARS: usize = 100;
/// The maximum length of an extension, in digits.
const MAX_DIGITS: usize = 10;

/// `menu`, an IVR.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Menu {
    /// The question.
    pub prompt: Prompt,
    /// The options.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub options: Vec<Choice>,
    /// What is said after an invalid choice, before the prompt is repeated.
    pub invalid: Option<Prompt>,
    /// How many times the prompt is repeated. If absent, 2.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10)))]
    pub retries: Option<u32>,
    /// Seconds of silence before the prompt is repeated. If absent, 5.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 60)))]
    pub timeout: Option<u32>,
    /// The action if nothing was chosen.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Menu {
    prompt: required "prompt",
    options: required "options",
    invalid: optional "invalid",
    retries: optional "retries",
    timeout: optional "timeout",
    otherwise: required "otherwise",
});

/// An option of a menu, chosen by digits or by voice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Choice {
    /// `0` to `9`, `*`, `#`; several for an extension.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9*#]{1,10}$")))]
    pub digits: Option<String>,
    /// Words or phrases that choose this option.
    #[cfg_attr(feature = "schema", schemars(length(max = 20), inner(length(min = 1, max = 100))))]
    pub speech: Vec<String>,
    /// The language (BCP 47) to switch to.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// The action. If absent, the same menu in the new language.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: Option<String>,
}

members!(Choice {
    digits: optional "digits",
    speech: optional "speech",
    language: optional "language",
    then: optional "then",
});

impl DialplanVerb for Menu {
    fn uses_speech_recognition(&self) -> bool {
        self.options.iter().any(|option| !option.speech.is_empty())
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.prompt(&self.prompt, &at.field("prompt"));
        let options = at.field("options");
        checker.expect(!self.options.is_empty(), Code::ConfigEmpty, &options);
        let emergency = checker.config().emergency.as_ref();
        let hints = self.options.iter().map(|choice| choice.speech.len()).sum::<usize>()
            + emergency.map_or(0, |emergency| emergency.speech.len());
        let emergency_digits = emergency.and_then(|emergency| emergency.digits.clone());
        checker.expect(self.options.len() <= MAX_CHOICES, Code::ConfigRange, &options);
        checker.expect_in_full_check(|| hints <= MAX_HINTS, Code::ConfigSize, &options);
        for (index, choice) in self.options.iter().enumerate().take(MAX_CHOICES) {
            let at = options.element(index);
            choice.check(checker, &at);
            let mut earlier = self.options.iter().take(index);
            let is_taken = earlier.any(|other| choice.digits == other.digits) || choice.digits == emergency_digits;
            if choice.digits.is_some() && is_taken {
                checker.error(Code::ConfigChoice, &at.field("digits"));
            }
        }
        self.check_phrases(checker, &options);
        if let Some(invalid) = &self.invalid {
            checker.prompt(invalid, &at.field("invalid"));
        }
        checker.range(self.retries, 0, 10, &at.field("retries"));
        checker.range(self.timeout, 1, 60, &at.field("timeout"));
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        for (prompt, name) in [(Some(&self.prompt), "prompt"), (self.invalid.as_ref(), "invalid")] {
            if let Some(prompt) = prompt {
                visit(Spoken::Prompt(prompt), &at.field(name), at);
            }
        }
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        let options = at.field("options");
        for (index, choice) in self.options.iter().enumerate().take(MAX_CHOICES) {
            if let Some(then) = &choice.then {
                let edge = Edge { to: then, trigger: Trigger::Person, member: "menu.options" };
                visit(edge, &options.element(index).field("then"));
            }
        }
        let otherwise = Edge { to: &self.otherwise, trigger: Trigger::Unattended, member: "menu.otherwise" };
        visit(otherwise, &at.field("otherwise"));
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        for n in 0..=self.retries() {
            visit(CallbackKind::Menu, n);
        }
    }

    fn languages<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        self.options.iter().filter_map(|option| option.language.as_deref()).for_each(visit);
    }

    fn size(&self, config: &Config, size: &mut Size) {
        // After an invalid choice, the text `invalid` precedes the menu. The emergency advice can also precede it.
        let emergency = config.emergency.as_ref();
        let advice = emergency.map_or(0, |emergency| emergency.advice.bytes());
        size.before = size.before.max(self.invalid.as_ref().map_or(0, Prompt::bytes)).max(advice);
        let hints = self.options.iter().flat_map(|option| &option.speech);
        let hints = hints.chain(emergency.iter().flat_map(|emergency| &emergency.speech));
        let hints = hints.map(|hint| xml_bytes(hint) + 1);
        size.last = Size::CALLBACKS + self.prompt.bytes() + hints.sum::<usize>();
    }

    fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        if is_emergency(request) {
            return CallbackResult::Event(VerbEvent::Emergency { n: request.n });
        }
        let (digits, speech) = (request.params.get("Digits"), request.params.get("SpeechResult"));
        let language = request.language.or_else(|| request.input.language());
        if let Some(choice) = chosen(self, digits, speech, language) {
            if let Some(language) = &choice.language {
                request.language = Some(language);
            }
            return match &choice.then {
                Some(then) => CallbackResult::Action(then),
                None => CallbackResult::Event(VerbEvent::Repeat { n: 0, invalid: false }),
            };
        }
        if request.n < self.retries() {
            let invalid = digits.is_some() || speech.is_some();
            CallbackResult::Event(VerbEvent::Repeat { n: request.n + 1, invalid })
        } else {
            CallbackResult::Action(&self.otherwise)
        }
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        self.gather(writer, action, 0)
    }

    fn resume<'a>(
        &'a self,
        event: VerbEvent,
        writer: &mut Writer<'a>,
        action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        match event {
            VerbEvent::Repeat { n, invalid } => {
                if invalid && let Some(invalid) = &self.invalid {
                    writer.say(invalid)?;
                }
                self.gather(writer, action, n)
            }
            VerbEvent::Emergency { n } => {
                writer.advise_emergency()?;
                self.gather(writer, action, n)
            }
            _ => Ok(writer.hang_up()),
        }
    }
}

impl Menu {
    /// How many times the prompt is repeated. It is limited, because each repetition needs a callback URL.
    fn retries(&self) -> u32 {
        self.retries.unwrap_or(DEFAULT_RETRIES).min(MAX_CALLBACKS as u32)
    }

    /// Writes the `<Gather>`. Silence and a choice have the same callback URL, and the parameters distinguish them.
    fn gather<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str, n: u32) -> Result<AfterVerb<'a>, RenderError> {
        let url = writer.url(CallbackKind::Menu, action, n);
        let timeout = decimal(self.timeout.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_TIMEOUT).into());
        let emergency = writer.input.config.emergency.as_ref();
        let of_emergency = || emergency.and_then(|emergency| emergency.digits.as_deref());
        let digits = || self.options.iter().filter_map(|option| option.digits.as_deref()).chain(of_emergency());
        let lengths = || digits().map(str::len).filter(|length| *length > 0);
        let longest = lengths().max().unwrap_or(0);
        let number = decimal(longest as u64);
        let mut phrases = phrases(self);
        phrases.extend(emergency.iter().flat_map(|emergency| &emergency.speech).map(String::as_str));
        let phrases = phrases.join(",");
        let input = match (longest > 0, phrases.is_empty()) {
            (true, false) => "dtmf speech",
            (false, false) => "speech",
            _ => "dtmf",
        };
        let mut attributes = vec![("input", input), ("timeout", timeout.as_str())];
        if longest > 0 {
            attributes.push(("numDigits", &number));
            // If all options have the same length, no finish key is needed. Otherwise, Twilio waits for more keys until
            // `timeout` or the finish key, which is `#` by default. If an option contains `#`, this key cannot finish
            // the input.
            if lengths().all(|length| length == longest) || digits().any(|keys| keys.contains('#')) {
                attributes.push(("finishOnKey", ""));
            }
        }
        if !phrases.is_empty() {
            attributes.push(("speechTimeout", "auto"));
            attributes.push(("hints", &phrases));
            if let Some(language) = writer.current_language() {
                attributes.push(("language", gather_language(language)));
            }
        }
        attributes.push(("action", &url));
        writer.document.open("Gather", &attributes);
        writer.say(&self.prompt)?;
        writer.document.close().element("Redirect", &[], &url);
        Ok(AfterVerb::End)
    }

    /// Warns of repeated phrases. A phrase chooses the first option that has it.
    fn check_phrases(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        if !checker.gives_advice() {
            return;
        }
        let choices = || self.options.iter().enumerate().take(MAX_CHOICES);
        // The first option of each phrase.
        let firsts: Map<usize> =
            choices().flat_map(|(index, choice)| choice.phrases().map(move |words| (words, index))).collect();
        for (index, choice) in choices() {
            let again = choice.phrases().any(|words| !words.is_empty() && firsts.get(&words) != Some(&index));
            checker.expect_in_full_check(|| !again, Code::ConfigChoice, &at.element(index).field("speech"));
        }
    }
}

impl Choice {
    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.expect(self.digits.is_some() || !self.speech.is_empty(), Code::ConfigChoice, at);
        let keys = self.digits.as_deref().is_none_or(|digits| is_keys(digits, MAX_DIGITS));
        checker.expect(keys, Code::ConfigChoice, &at.field("digits"));
        let speech = at.field("speech");
        checker.expect(self.speech.len() <= MAX_WORDS, Code::ConfigRange, &speech);
        for (index, phrase) in self.speech.iter().enumerate().take(MAX_WORDS) {
            // A phrase has no comma, because commas separate the hints for Twilio.
            let fits = is_speakable_text(phrase) && is_short(phrase, MAX_PHRASE_CHARS) && !phrase.contains(',');
            checker.expect(fits, Code::ConfigText, &speech.element(index));
            checker.expect_in_full_check(
                || !fits || !words(phrase).is_empty(),
                Code::ConfigText,
                &speech.element(index),
            );
        }
        checker.switched_language(self.language.as_deref(), &at.field("language"));
        if self.then.is_none() {
            // An option without an action must change the language.
            checker.expect(self.language.is_some(), Code::ConfigDeadEnd, at);
        }
    }

    /// The phrases of the option, normalized for the comparison with the caller's speech.
    fn phrases(&self) -> impl Iterator<Item = String> {
        self.speech.iter().take(MAX_WORDS).map(|phrase| words(phrase).join(" "))
    }
}

/// Every phrase of a menu.
fn phrases(menu: &Menu) -> Vec<&str> {
    menu.options.iter().flat_map(|option| &option.speech).map(String::as_str).filter(|text| !text.is_empty()).collect()
}

/// The chosen option. `None` for an invalid or unclear choice. Digits must match exactly. Phrases in the speech come
/// before spoken digits.
fn chosen<'a>(
    menu: &'a Menu,
    digits: Option<&str>,
    speech: Option<&str>,
    language: Option<&str>,
) -> Option<&'a Choice> {
    let with_keys = |keys: &str| menu.options.iter().find(|option| option.digits.as_deref() == Some(keys));
    if let Some(digits) = digits {
        return with_keys(digits);
    }
    let speech = speech?;
    let phrases = menu.options.iter().enumerate();
    let phrases = phrases.flat_map(|(index, option)| option.speech.iter().map(move |phrase| (index, phrase.as_str())));
    match Heard::new(speech).choose(phrases) {
        Chosen::Option(index) => menu.options.get(index),
        Chosen::Unclear => None,
        Chosen::Nothing => {
            let keys = spoken_keys(speech, language.unwrap_or(DEFAULT_LANGUAGE))?;
            // A caller may repeat a digit: "One. One!"
            let digit = keys.get(..1).filter(|digit| keys.split(digit).all(str::is_empty));
            with_keys(&keys).or_else(|| with_keys(digit?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu() -> Menu {
        serde_json::from_str(
            r##"{"prompt":{"text":"?"},"otherwise":"x","options":[
                {"digits":"1","speech":["refill","new refill"],"then":"refill"},
                {"digits":"22","speech":["nurse","la enfermera"],"then":"nurse"},
                {"digits":"#","speech":["not the nurse"],"then":"other"},
                {"speech":["ÉLISE","Привет",""],"then":"names"}]}"##,
        )
        .unwrap()
    }

    fn by(digits: Option<&str>, speech: Option<&str>) -> Option<String> {
        chosen(&menu(), digits, speech, None).and_then(|choice| choice.then.clone())
    }

    #[test]
    fn digits_must_match_exactly() {
        for (digits, then) in
            [("1", Some("refill")), ("22", Some("nurse")), ("#", Some("other")), ("2", None), ("11", None)]
        {
            assert_eq!(by(Some(digits), None).as_deref(), then, "{digits}");
        }
        // A key takes precedence over speech.
        assert_eq!(by(Some("9"), Some("nurse")), None);
    }

    #[test]
    fn finds_phrases_in_speech() {
        for (speech, then) in [
            ("Refill.", Some("refill")),
            ("I need a new REFILL, please", Some("refill")),
            ("the nurse", Some("nurse")),
            ("No, not the nurse!", Some("other")),
            ("La Enfermera", Some("nurse")),
            ("nurses", None),
            ("élise", Some("names")),
            ("ПРИВЕТ", Some("names")),
            ("", None),
            ("...", None),
        ] {
            assert_eq!(by(None, Some(speech)).as_deref(), then, "{speech}");
        }
        assert_eq!(by(None, None), None);
    }

    #[test]
    fn spoken_digits_choose_an_option_if_no_phrase_does() {
        let menu: Menu = serde_json::from_str(
            r#"{"prompt":{"text":"?"},"otherwise":"x","options":[
                {"digits":"1","speech":["appointment"],"then":"visit"},{"digits":"2","speech":["one question"],"then":"ask"},
                {"digits":"101","then":"desk"},{"digits":"33","then":"back"}]}"#,
        )
        .unwrap();
        for (speech, then) in [
            ("one", Some("visit")),
            ("1.", Some("visit")),
            ("One. One!", Some("visit")),
            ("press one", Some("visit")),
            ("Number two please", Some("ask")),
            ("one oh one", Some("desk")),
            ("101", Some("desk")),
            ("three three", Some("back")),
            ("three", None),
            ("I have one question", Some("ask")),
            ("I have one problem", None),
            ("not the appointment, one", None),
            ("nine", None),
        ] {
            let choice = chosen(&menu, None, Some(speech), Some("en-US"));
            assert_eq!(choice.and_then(|item| item.then.as_deref()), then, "{speech}");
        }
    }

    #[test]
    fn digits_of_mixed_length_end_with_a_pause_or_a_key() {
        use super::super::testing::twiml;
        for (digits, expected) in [
            (["1", "2"], r#"numDigits="1" finishOnKey="""#),
            (["1", "101"], r#"timeout="5" numDigits="3" action"#),
            (["101", "1#"], r#"timeout="5" numDigits="3" finishOnKey="""#),
        ] {
            let [one, other] = digits.map(|digits| format!(r#"{{"digits":"{digits}","then":"main"}}"#));
            let actions = format!(
                r#"{{"main":[{{"menu":{{"prompt":{{"text":"?"}},"options":[{one},{other}],"otherwise":"main"}}}}]}}"#
            );
            assert!(twiml(&actions).contains(expected), "{digits:?}: {}", twiml(&actions));
        }
    }
}
