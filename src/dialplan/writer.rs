// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes a turn as TwiML.

use super::callback_urls::{CallbackKind, CallbackUrl};
use super::conditions::{ConditionEvaluator, ConditionResult};
use super::config::{Conditions, Recording, Rule};
use super::default_twiml::apology;
use super::facts::Facts;
use super::graph::MAX_HOPS;
use super::people::Patient;
use super::speech::{Prompt, RenderError, say};
use super::turn::{Next, Plan, Turn};
use crate::error::Code;
use crate::twiml::Document;

/// What a caller hears, and what became known with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The document.
    pub twiml: String,
    /// The action that the rules chose; `None` where no rule was asked.
    pub action: Option<String>,
    /// Codes for the log, each with a place in the config.
    pub codes: Vec<(Code, String)>,
    /// The practitioner who spoke with the caller, or the only one who may: if it is one of the chart.
    pub dialed: Option<String>,
    /// Whether the caller is turned away by `<Reject>`.
    pub rejected: bool,
}

/// Writes a turn. What cannot be written is an apology, with its code.
#[must_use]
pub fn render<'a>(plan: &Plan<'a>, next: &Next<'a>, facts: &'a Facts) -> Rendered {
    let mut writer = Writer {
        plan: *plan,
        facts,
        evaluator: ConditionEvaluator::new(plan, facts),
        document: Document::new(),
        language: next.language,
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

/// A document that is being written.
pub struct Writer<'a> {
    /// The plan, and the call.
    pub plan: Plan<'a>,
    /// What is known.
    pub facts: &'a Facts,
    /// Which conditions hold.
    evaluator: ConditionEvaluator<'a>,
    /// The document.
    pub document: Document<'a>,
    /// The language that the caller has switched to.
    language: Option<&'a str>,
    /// Whether the call is not answered yet: nothing was ever heard in it.
    pub is_unanswered: bool,
    /// What became known.
    pub rendered: Rendered,
}

/// What comes after a verb.
#[derive(Clone, Copy, Debug)]
pub enum AfterVerb<'a> {
    /// The next verb of its action.
    NextVerb,
    /// The next verb, and nothing was heard.
    NextVerbSilent,
    /// Another action, in the same document.
    Action(&'a str),
    /// The same in a queue, where a document that only ends would be heard again from its beginning.
    ActionInQueue(&'a str),
    /// Nothing: what comes next is decided.
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
                let action = self.rule(rules).ok_or((Code::DialplanUndefined, String::new()))?;
                self.rendered.action = Some(action.to_owned());
                AfterVerb::Action(action)
            }
            Turn::Action(action) => AfterVerb::Action(action),
            Turn::Resume { action, verb, event } => verb.resume(event, self, action)?,
            Turn::Announce => {
                if let Some(recording) = &self.plan.config.recording {
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

    /// Whether conditions hold. Hours that decide and are not known are logged, once each.
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

    /// Performs an action, and those that it goes on with; whether what comes after them is decided.
    fn actions(&mut self, mut name: &'a str) -> Result<bool, RenderError> {
        for _ in 0..MAX_HOPS {
            let Some(verbs) = self.plan.config.actions.get(name) else {
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

    /// Says something.
    pub(super) fn say(&mut self, prompt: &'a Prompt) -> Result<(), RenderError> {
        self.say_with(prompt, None)
    }

    /// Says something in which a name, such as `{position}`, is replaced by a text.
    pub(super) fn say_with(&mut self, prompt: &'a Prompt, replaced: Option<(&str, &str)>) -> Result<(), RenderError> {
        let language = self.current_language();
        say(&mut self.document, prompt, self.plan.config, language, replaced)
    }

    /// The language of this moment, where the config has any.
    pub(super) fn current_language(&self) -> Option<&'a str> {
        self.language.or_else(|| self.plan.language())
    }

    /// From here on, another language.
    pub(super) fn switch_language(&mut self, language: &'a str) {
        self.language = Some(language).filter(|language| Some(*language) != self.plan.language());
    }

    /// The patient who calls, if exactly one fits.
    pub(super) fn patient(&self) -> Option<&'a Patient> {
        self.facts.patient.known().and_then(Option::as_ref)
    }

    /// Recording, where calls that come in are recorded.
    pub(super) fn recording(&self) -> Option<&'a Recording> {
        self.plan.config.recording.as_ref().filter(|recording| recording.inbound)
    }

    /// The call ends.
    pub(super) fn hang_up(&mut self) -> AfterVerb<'a> {
        self.document.empty("Hangup", &[]);
        AfterVerb::End
    }

    /// The caller is let out of a queue.
    pub(super) fn leave(&mut self) -> AfterVerb<'a> {
        self.document.empty("Leave", &[]);
        AfterVerb::End
    }

    /// A callback URL of an action, in the language of this moment.
    pub(super) fn url(&self, kind: CallbackKind, action: &'a str, n: u32) -> String {
        CallbackUrl { kind, action, n, language: self.language }.url(self.plan.url)
    }

    /// The URL of a callback that Twilio brings again until it is stored.
    pub(super) fn status_url(&self, kind: CallbackKind) -> String {
        CallbackUrl::common(kind).retried_url(self.plan.url)
    }
}
