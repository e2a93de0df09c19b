// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `ask`: asks the caller for input by keys or by voice, and keeps the answer. `<Gather>`:
//! <https://www.twilio.com/docs/voice/twiml/gather>.
//!
//! No later request repeats an answer, so it is stored before the response. An answer that the caller must confirm is
//! stored first, because the URL of the next request cannot hold it.

use super::{DialplanVerb, Size, is_emergency};
use crate::dialplan::callback_urls::{CallbackKind, MAX_CALLBACKS};
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken, is_reference};
use crate::dialplan::config::{AnswerFormat, Config};
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::params::Params;
use crate::dialplan::speech::{DEFAULT_LANGUAGE, Prompt, RenderError, gather_language};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::{decimal, members, words};

/// The default number of seconds of silence before the prompt is repeated.
pub(super) const DEFAULT_TIMEOUT: u32 = 5;
/// The default number of repetitions of the prompt.
pub(super) const DEFAULT_RETRIES: u32 = 2;
/// The digit that confirms an answer.
const CONFIRMING: &str = "1";

/// `ask`, a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Ask {
    /// The question.
    pub prompt: Prompt,
    /// What the caller may answer. If absent, digits.
    #[cfg_attr(feature = "schema", serde(default))]
    pub answer: AnswerFormat,
    /// How the caller answers. If absent, `digits`.
    #[cfg_attr(feature = "schema", serde(default))]
    pub input: Input,
    /// What is said after a valid answer, with `{answer}`. The caller then presses 1, or is asked again. If absent, the
    /// answer needs no confirmation.
    pub confirm: Option<Prompt>,
    /// What is said after an invalid answer, before the prompt is repeated.
    pub invalid: Option<Prompt>,
    /// How many times the prompt is repeated. If absent, 2.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10)))]
    pub retries: Option<u32>,
    /// Seconds of silence before the prompt is repeated, and before more digits are no longer expected. If absent, 5.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 60)))]
    pub timeout: Option<u32>,
    /// The question of a `Questionnaire` that this is. The answers of a call to the questions of a questionnaire become
    /// one `QuestionnaireResponse`.
    pub question: Option<Question>,
    /// The action after the answer is stored.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
    /// The action if there is no valid, stored answer after the last repetition.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Ask {
    prompt: required "prompt",
    answer: optional "answer",
    input: optional "input",
    confirm: optional "confirm",
    invalid: optional "invalid",
    retries: optional "retries",
    timeout: optional "timeout",
    question: optional "question",
    then: required "then",
    otherwise: required "otherwise",
});

/// How a caller answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Input {
    /// By keys.
    #[default]
    Digits,
    /// By voice.
    Speech,
    /// By keys or by voice.
    Both,
}

words!(Input { Digits: "digits", Speech: "speech", Both: "both" });

/// A question of a `Questionnaire`, <https://hl7.org/fhir/R4/questionnaire.html>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Question {
    /// The canonical URL of the questionnaire, or `Questionnaire/<id>`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub questionnaire: String,
    /// `Questionnaire.item.linkId`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub link_id: String,
}

members!(Question { questionnaire: required "questionnaire", link_id: required "linkId" });

impl DialplanVerb for Ask {
    fn uses_speech_recognition(&self) -> bool {
        self.input != Input::Digits
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        self.each_prompt(|prompt, name| checker.prompt(prompt, &at.field(name)));
        self.answer.check(self.input == Input::Speech, checker, &at.field("answer"));
        checker.range(self.retries, 0, 10, &at.field("retries"));
        checker.range(self.timeout, 1, 60, &at.field("timeout"));
        if let Some(question) = &self.question {
            let at = at.field("question");
            checker.questionnaire(&question.questionnaire, &at.field("questionnaire"));
            checker.label(&question.link_id, &at.field("linkId"));
        }
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        self.each_prompt(|prompt, name| visit(Spoken::Prompt(prompt), &at.field(name), at));
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        visit(Edge { to: &self.then, trigger: Trigger::Person, member: "ask.then" }, &at.field("then"));
        let otherwise = Edge { to: &self.otherwise, trigger: Trigger::Unattended, member: "ask.otherwise" };
        visit(otherwise, &at.field("otherwise"));
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        for n in 0..=self.retries() {
            visit(CallbackKind::Ask, n);
            if self.confirm.is_some() {
                visit(CallbackKind::Confirm, n);
            }
        }
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.before = size.before.max(self.invalid.as_ref().map_or(0, Prompt::bytes));
        let confirm = self.confirm.as_ref().map_or(0, |prompt| prompt.bytes() + AnswerFormat::max_bytes());
        size.last = Size::CALLBACKS + self.prompt.bytes().max(confirm);
    }

    fn add_lookups_after<'a>(&'a self, event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        match event {
            VerbEvent::AnswerGiven { .. } if self.confirm.is_some() => lookups.record(),
            VerbEvent::AnswerGiven { .. } | VerbEvent::AnswerConfirmed { .. } => {
                lookups.record();
                lookups.action(&self.then);
            }
            _ => {}
        }
    }

    fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        let (n, params) = (request.n, request.params);
        if request.kind == CallbackKind::Confirm {
            if params.get("Digits") == Some(CONFIRMING) {
                return CallbackResult::Event(VerbEvent::AnswerConfirmed { n });
            }
            return self.again(n, false);
        }
        // A number that the caller enters can have the keys of the emergency advice, but words cannot.
        if !params.has_value("Digits") && is_emergency(request) {
            return CallbackResult::Event(VerbEvent::Emergency { n });
        }
        let language = request.language.or_else(|| request.input.language());
        if self.entered(params, language).is_some() {
            return CallbackResult::Event(VerbEvent::AnswerGiven { n });
        }
        self.again(n, params.has_value("Digits") || params.has_value("SpeechResult"))
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
                if let Some(prompt) = self.invalid.as_ref().filter(|_| invalid) {
                    writer.say(prompt)?;
                }
                self.gather(writer, action, n)
            }
            VerbEvent::Emergency { n } => {
                writer.advise_emergency()?;
                self.gather(writer, action, n)
            }
            VerbEvent::ReadBack { n } => self.read_back(writer, action, n),
            _ => Ok(writer.hang_up()),
        }
    }
}

impl Ask {
    /// The answer in the parameters of a request, in the form in which it is kept. `None` if it is not valid. Input of
    /// a kind that was not offered is not valid.
    #[must_use]
    pub fn entered(&self, params: Params<'_, '_>, language: Option<&str>) -> Option<String> {
        let digits = params.get("Digits").filter(|_| self.input != Input::Speech);
        let speech = params.get("SpeechResult").filter(|_| self.input != Input::Digits);
        self.answer.parse(digits, speech, language.unwrap_or(DEFAULT_LANGUAGE))
    }

    /// What follows after the answer was stored.
    #[must_use]
    pub fn after_stored(&self, event: VerbEvent) -> CallbackResult<'_> {
        match event {
            VerbEvent::AnswerGiven { n } if self.confirm.is_some() => CallbackResult::Event(VerbEvent::ReadBack { n }),
            _ => CallbackResult::Action(&self.then),
        }
    }

    /// What follows after the `n`th repetition without an answer.
    #[must_use]
    pub fn again(&self, n: u32, invalid: bool) -> CallbackResult<'_> {
        if n < self.retries() {
            CallbackResult::Event(VerbEvent::Repeat { n: n + 1, invalid })
        } else {
            CallbackResult::Action(&self.otherwise)
        }
    }

    /// How many times the prompt is repeated. It is limited, because each repetition needs a callback URL.
    fn retries(&self) -> u32 {
        self.retries.unwrap_or(DEFAULT_RETRIES).min(MAX_CALLBACKS as u32)
    }

    fn each_prompt<'a>(&'a self, mut visit: impl FnMut(&'a Prompt, &'static str)) {
        visit(&self.prompt, "prompt");
        for (prompt, name) in [(&self.confirm, "confirm"), (&self.invalid, "invalid")] {
            if let Some(prompt) = prompt {
                visit(prompt, name);
            }
        }
    }

    fn timeout(&self) -> String {
        decimal(self.timeout.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_TIMEOUT).into())
    }

    /// Writes the question. Silence and an answer have the same callback URL, and the parameters distinguish them. A
    /// caller may end a short answer with `#`.
    fn gather<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str, n: u32) -> Result<AfterVerb<'a>, RenderError> {
        let url = writer.url(CallbackKind::Ask, action, n);
        let timeout = self.timeout();
        let input = match self.input {
            Input::Digits => "dtmf",
            Input::Speech => "speech",
            Input::Both => "dtmf speech",
        };
        let mut attributes = vec![("input", input), ("timeout", timeout.as_str())];
        let digits = self.answer.max_digits().filter(|_| self.input != Input::Speech).map(|max| decimal(max.into()));
        if let Some(digits) = &digits {
            attributes.push(("numDigits", digits));
        }
        if self.input != Input::Digits {
            attributes.push(("speechTimeout", "auto"));
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

    /// Reads the answer back. Without a digit, the question is repeated.
    fn read_back<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str, n: u32) -> Result<AfterVerb<'a>, RenderError> {
        let (Some(confirm), Some(answer)) = (&self.confirm, &writer.facts.unconfirmed) else {
            return Ok(writer.hang_up());
        };
        let url = writer.url(CallbackKind::Confirm, action, n);
        let timeout = self.timeout();
        let attributes =
            [("input", "dtmf"), ("timeout", &*timeout), ("numDigits", "1"), ("finishOnKey", ""), ("action", &*url)];
        writer.document.open("Gather", &attributes);
        writer.say_with(confirm, &[("{answer}", &self.answer.spoken(answer))])?;
        writer.document.close().element("Redirect", &[], &url);
        Ok(AfterVerb::End)
    }
}

impl Checker<'_> {
    /// Checks the URL of a questionnaire, or its reference.
    fn questionnaire(&mut self, questionnaire: &str, at: &ConfigPath<'_>) {
        if questionnaire.starts_with("Questionnaire/") {
            let fits = is_reference(questionnaire, &["Questionnaire"]);
            self.expect(fits, Code::ConfigReference, at);
        } else {
            self.code_system(questionnaire.split('|').next().unwrap_or_default(), at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const PAIN: &str = r#"{"main":[{"ask":{"prompt":{"text":"Pain?"},"answer":{"format":"number","max":10},
        "confirm":{"text":"You entered {answer}."},"then":"a","otherwise":"b"}}]}"#;

    #[test]
    fn asks_by_keys() {
        assert_eq!(
            twiml(PAIN),
            r#"<Gather input="dtmf" timeout="5" numDigits="2" action="/v?step=ask.main"><Say>Pain?</Say></Gather><Redirect>/v?step=ask.main</Redirect>"#
        );
        assert_eq!(edges(PAIN), ["ask.then Person a", "ask.otherwise Unattended b"]);
    }

    #[test]
    fn asks_by_voice() {
        let actions = r#"{"main":[{"ask":{"prompt":{"text":"What?"},"input":"speech","answer":{"format":"text"},
            "timeout":7,"then":"a","otherwise":"b"}}]}"#;
        assert_eq!(
            twiml(actions),
            r#"<Gather input="speech" timeout="7" speechTimeout="auto" action="/v?step=ask.main"><Say>What?</Say></Gather><Redirect>/v?step=ask.main</Redirect>"#
        );
    }

    #[test]
    fn input_that_was_not_offered_is_not_an_answer() {
        let config = config(PAIN);
        let Some([crate::dialplan::Verb::Ask(ask)]) = config.actions.get("main").map(Vec::as_slice) else { panic!() };
        let entered = |name, value| ask.entered(Params(&[(name, value)]), None);
        assert_eq!(entered("Digits", "07").as_deref(), Some("7"));
        for (name, value) in
            [("Digits", "11"), ("Digits", "#"), ("Digits", "*1"), ("Digits", ""), ("SpeechResult", "7")]
        {
            assert_eq!(entered(name, value), None, "{name} {value}");
        }
        let events = |n| matches!(ask.again(n, true), CallbackResult::Event(VerbEvent::Repeat { .. }));
        assert!(events(0) && events(1) && !events(2) && !events(9));
    }

    #[test]
    fn callbacks_have_their_urls() {
        let config = config(PAIN);
        let mut urls = Vec::new();
        config.actions.get("main").unwrap()[0].callbacks(&config, &mut |kind, n| urls.push((kind, n)));
        assert_eq!(urls.len(), 6);
    }
}
