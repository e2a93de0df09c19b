// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes a [`Turn`] as TwiML.

use super::callback_urls::{CallbackKind, CallbackUrl};
use super::conditions::{ConditionEvaluator, ConditionResult};
use super::config::{Conditions, Recording, Rule};
use super::default_twiml::apology;
use super::facts::Facts;
use super::graph::MAX_HOPS;
use super::people::Patient;
use super::speech::{Prompt, RenderError, say};
use super::turn::{DialplanInput, LocalizedTurn, Turn};
use crate::error::Code;
use crate::twiml::Document;

/// The document for a caller, and data for the log and the chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The TwiML.
    pub twiml: String,
    /// The action that the rules selected, or to which staff divert calls. `None` if no rules were evaluated.
    pub action: Option<String>,
    /// Error codes for the log, each with a path in the config.
    pub codes: Vec<(Code, String)>,
    /// Whether the call is rejected with `<Reject>`.
    pub rejected: bool,
}

/// Writes a turn. If that fails, the document is an error message, and the code is in `codes`.
#[must_use]
pub fn render<'a>(input: &DialplanInput<'a>, next: &LocalizedTurn<'a>, facts: &'a Facts) -> Rendered {
    let mut writer = Writer {
        input: *input,
        facts,
        evaluator: ConditionEvaluator::new(input, facts),
        document: Document::new(),
        language: next.language,
        is_announced: next.is_announced && input.config.records_inbound(),
        is_unanswered: matches!(next.turn, Turn::Rules(_)),
        rendered: Rendered::default(),
    };
    let written = writer.turn(next.turn);
    let Writer { mut document, mut rendered, .. } = writer;
    let written = written.and_then(|()| document.finish().map_err(|_| (Code::ConfigInvalid, String::new())));
    match written {
        Ok(twiml) => rendered.twiml = twiml,
        Err(code) => {
            rendered.twiml = apology();
            rendered.codes.push(code);
        }
    }
    rendered
}

/// Writes a document.
pub struct Writer<'a> {
    /// The config and the call.
    pub input: DialplanInput<'a>,
    /// The results of the look-ups.
    pub facts: &'a Facts,
    /// Evaluates conditions.
    evaluator: ConditionEvaluator<'a>,
    /// The document.
    pub document: Document<'a>,
    /// The language that the caller has switched to.
    language: Option<&'a str>,
    /// Whether the caller has heard the recording announcement.
    is_announced: bool,
    /// Whether nothing has answered the call yet: no verb played audio.
    pub is_unanswered: bool,
    /// The result.
    pub rendered: Rendered,
}

/// What follows a verb.
#[derive(Clone, Copy, Debug)]
pub enum AfterVerb<'a> {
    /// The next verb of its action.
    NextVerb,
    /// The next verb. This verb had no audio.
    NextVerbSilent,
    /// Another action, in the same document.
    Action(&'a str),
    /// Another action, in the same document, in a queue. Twilio repeats a document in a queue that does not end with
    /// `<Hangup>` or `<Leave>`.
    ActionInQueue(&'a str),
    /// The end of the document.
    End,
}

impl<'a> Writer<'a> {
    fn turn(&mut self, turn: Turn<'a>) -> Result<(), RenderError> {
        if matches!(turn, Turn::EmptyResponse) {
            self.document.empty("Response", &[]);
            return Ok(());
        }
        self.document.open("Response", &[]);
        let after = match turn {
            Turn::Rules(rules) => {
                let diverted = self.facts.diverted_to(self.input.config);
                let action = diverted.or_else(|| self.rule(rules)).ok_or((Code::DialplanUndefined, String::new()))?;
                self.rendered.action = Some(action.to_owned());
                AfterVerb::Action(action)
            }
            Turn::Action(action) => AfterVerb::Action(action),
            Turn::Resume { action, verb, event } => verb.resume(event, self, action)?,
            Turn::Announce => {
                if let Some(recording) = &self.input.config.recording {
                    self.say(&recording.announcement)?;
                }
                AfterVerb::End
            }
            Turn::Hangup | Turn::EmptyResponse => self.hang_up(),
        };
        match after {
            AfterVerb::Action(action) => {
                self.actions(action)?;
            }
            AfterVerb::ActionInQueue(action) => {
                if !self.actions(action)? {
                    self.hang_up();
                }
            }
            AfterVerb::NextVerb | AfterVerb::NextVerbSilent | AfterVerb::End => {}
        }
        Ok(())
    }

    /// The action of the first rule whose conditions hold.
    fn rule(&mut self, rules: &'a [Rule]) -> Option<&'a str> {
        for rule in rules {
            if self.evaluate(&rule.when) == ConditionResult::Yes {
                return Some(&rule.then);
            }
        }
        None
    }

    /// Whether conditions hold. Logs each unknown set of hours once.
    pub(super) fn evaluate(&mut self, conditions: &Conditions) -> ConditionResult {
        let language = self.current_language();
        if !self.evaluator.holds_without_lookup(conditions, language) {
            return ConditionResult::No;
        }
        for name in conditions.open.iter().chain(&conditions.closed) {
            let logged = |(code, place): &(Code, String)| *code == Code::HoursUnknown && place == name;
            let is_known = self.evaluator.are_open(name).known().is_some();
            if !is_known && !self.rendered.codes.iter().any(logged) {
                self.rendered.codes.push((Code::HoursUnknown, name.clone()));
            }
        }
        self.evaluator.holds(conditions, language)
    }

    /// Whether a number, a prefix or a list contains the caller.
    pub(super) fn is_caller_in(&mut self, callers: &[String]) -> bool {
        self.evaluator.is_caller_in(callers)
    }

    /// Writes an action and the actions that follow it in the same document. Returns whether the document is complete.
    fn actions(&mut self, mut name: &'a str) -> Result<bool, RenderError> {
        for _ in 0..MAX_HOPS {
            let Some(verbs) = self.input.config.actions.get(name) else {
                return Err((Code::DialplanUndefined, ["actions.", name].concat()));
            };
            let mut after = AfterVerb::NextVerb;
            for verb in verbs {
                after = verb.write(self, name)?;
                match after {
                    AfterVerb::NextVerb => self.is_unanswered = false,
                    AfterVerb::NextVerbSilent => {}
                    AfterVerb::Action(_) | AfterVerb::ActionInQueue(_) | AfterVerb::End => break,
                }
            }
            match after {
                AfterVerb::Action(next) | AfterVerb::ActionInQueue(next) => name = next,
                AfterVerb::NextVerb | AfterVerb::NextVerbSilent => return Ok(false),
                AfterVerb::End => return Ok(true),
            }
        }
        Err((Code::DialplanLoop, ["actions.", name].concat()))
    }

    /// Writes a prompt.
    pub(super) fn say(&mut self, prompt: &'a Prompt) -> Result<(), RenderError> {
        self.say_with(prompt, &[])
    }

    /// Writes a prompt in which placeholders, such as `{position}`, are replaced by texts.
    pub(super) fn say_with(&mut self, prompt: &'a Prompt, replaced: &[(&str, &str)]) -> Result<(), RenderError> {
        let language = self.current_language();
        say(&mut self.document, prompt, self.input.config, language, replaced)
    }

    /// The current language, if one is set.
    pub(super) fn current_language(&self) -> Option<&'a str> {
        self.language.or_else(|| self.input.language())
    }

    /// Switches to another language for the rest of the call.
    pub(super) fn switch_language(&mut self, language: &'a str) {
        self.language = Some(language).filter(|language| Some(*language) != self.input.language());
    }

    /// The patient who calls, if no one else has the number.
    pub(super) fn sole_person(&self) -> Option<&'a Patient> {
        self.facts.people.known()?.sole_person()
    }

    /// The recording settings, if inbound calls are recorded.
    pub(super) fn recording(&self) -> Option<&'a Recording> {
        self.input.config.recording.as_ref().filter(|_| self.input.config.records_inbound())
    }

    /// Announces the recording to the caller, once per call.
    pub(super) fn announce_recording(&mut self) -> Result<(), RenderError> {
        if let Some(recording) = self.recording().filter(|_| !self.is_announced) {
            self.is_announced = true;
            self.say(&recording.announcement)?;
        }
        Ok(())
    }

    /// Gives the emergency advice.
    pub(super) fn advise_emergency(&mut self) -> Result<(), RenderError> {
        let Some(emergency) = &self.input.config.emergency else { return Ok(()) };
        let number = emergency.spoken_number(&self.input.caller);
        self.say_with(&emergency.advice, &[("{number}", &number)])
    }

    /// Hangs up.
    pub(super) fn hang_up(&mut self) -> AfterVerb<'a> {
        self.document.empty("Hangup", &[]);
        AfterVerb::End
    }

    /// Removes the caller from a queue.
    pub(super) fn leave(&mut self) -> AfterVerb<'a> {
        self.document.empty("Leave", &[]);
        AfterVerb::End
    }

    /// A callback URL of an action, in the current language.
    pub(super) fn url(&self, kind: CallbackKind, action: &'a str, n: u32) -> String {
        CallbackUrl::of_action(kind, action, n)
            .with(self.language, self.is_announced, self.facts.closed)
            .url(self.input.url)
    }

    /// The URL of a callback that Twilio sends again after an error.
    pub(super) fn status_url(&self, kind: CallbackKind) -> String {
        CallbackUrl::common(kind).retried_url(self.input.url)
    }

    /// The URL of a callback about a voicemail message: its recording or transcription.
    pub(super) fn mailbox_url(&self, kind: CallbackKind, action: &'a str) -> String {
        CallbackUrl::of_action(kind, action, 0).retried_url(self.input.url)
    }
}
