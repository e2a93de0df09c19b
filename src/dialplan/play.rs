// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A turn as TwiML.

use super::conditions::{Holds, Rules};
use super::default_twiml::apology;
use super::facts::Facts;
use super::outcome::Outcome;
use super::queue::is_spoken;
use super::step::{Kind, Step};
use super::turn::{Next, Plan, Turn};
use crate::dialplan::config::{RejectReason, Rule, Verb};
use crate::error::Code;
use crate::twiml::Document;

/// How often an action may go on with another in one document.
pub const MAX_HOPS: usize = 16;

/// What a caller hears, and what became known with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// The document.
    pub twiml: String,
    /// The action that the rules took; `None` where no rule was asked.
    pub action: Option<String>,
    /// Codes for the log, each with a place in the config.
    pub codes: Vec<(Code, String)>,
    /// The practitioner who spoke with the caller, or is the only one who may: where it is one whom the chart names.
    pub rung: Option<String>,
    /// Whether the caller is turned away by `<Reject>`.
    pub rejected: bool,
}

/// Takes a turn. What cannot be told is an apology, with its code.
#[must_use]
pub fn play<'a>(plan: &Plan<'a>, next: &Next<'a>, facts: &'a Facts) -> Played {
    let mut player = Player {
        plan: *plan,
        facts,
        document: Document::new(),
        language: next.language,
        is_silent: true,
        played: Played::default(),
    };
    let told = player.turn(&next.turn);
    let Player { mut document, mut played, .. } = player;
    let told = told.and_then(|()| document.finish().map_err(|_| (Code::ConfigInvalid, String::new())));
    match told {
        Ok(twiml) => played.twiml = twiml,
        Err(code) => {
            played.twiml = apology();
            played.codes.push(code);
        }
    }
    played
}

/// Why a document cannot be told, and where in the config.
pub(super) type Fault = (Code, String);

/// A document on its way.
pub(super) struct Player<'a> {
    pub(super) plan: Plan<'a>,
    pub(super) facts: &'a Facts,
    pub(super) document: Document<'a>,
    /// The language that the caller has switched to.
    pub(super) language: Option<&'a str>,
    /// Whether the call is not answered yet: nothing was ever heard in it.
    pub(super) is_silent: bool,
    pub(super) played: Played,
}

/// What comes after a verb.
pub(super) enum After<'a> {
    /// The next one.
    Verb,
    /// Another action.
    Action(&'a str),
    /// Nothing: what comes is decided.
    End,
}

impl<'a> Player<'a> {
    fn turn(&mut self, turn: &Turn<'a>) -> Result<(), Fault> {
        self.is_silent = matches!(turn, Turn::Rules(_));
        if matches!(turn, Turn::Nothing) {
            self.document.empty("Response", &[]);
            return Ok(());
        }
        self.document.open("Response", &[]);
        match turn {
            Turn::Rules(rules) => {
                let action = self.rule(rules).ok_or((Code::DialplanUndefined, String::new()))?;
                self.played.action = Some(action.to_owned());
                self.actions(action)
            }
            Turn::Action(action) => self.actions(action),
            Turn::Menu { action, menu, n, invalid } => {
                if *invalid && let Some(invalid) = &menu.invalid {
                    self.say(invalid)?;
                }
                self.menu(action, menu, *n)
            }
            Turn::Dial { action, dial, n, before } => match self.dial(action, dial, *n, *before)? {
                After::Action(then) => self.actions(then),
                After::Verb | After::End => Ok(()),
            },
            Turn::Answered { dial, n } => {
                self.played.rung = self.only_person(dial, *n);
                match dial.on.get(Outcome::Answered.word()) {
                    Some(then) => self.actions(then),
                    None => self.ends("Hangup"),
                }
            }
            Turn::Wait { action, queue, position } => self.hold(action, queue, *position),
            Turn::Leave => self.ends("Leave"),
            Turn::Callback { queue, .. } => match &queue.callback {
                Some(offer) if is_spoken(self.plan.config, &offer.then) => {
                    // A document that only ends is heard again from its beginning while the caller waits.
                    if self.all(&offer.then)? { Ok(()) } else { self.ends("Hangup") }
                }
                _ => self.ends("Leave"),
            },
            Turn::Left(queue) => {
                let callback = queue.callback.as_ref().map(|offer| offer.then.as_str());
                let overflow = queue.overflow.as_ref().map(|overflow| overflow.then.as_str());
                // An offer whose action was heard while the caller waited lets nobody out.
                let offered = callback.filter(|then| !is_spoken(self.plan.config, then));
                let taken = offered.filter(|_| overflow.is_none() || self.facts.callback_taken);
                let left = || queue.on.get(Outcome::Left.word()).unwrap_or(&queue.otherwise).as_str();
                self.actions(taken.or(overflow).unwrap_or_else(left))
            }
            Turn::Farewell(voicemail) => {
                if let Some(farewell) = &voicemail.farewell {
                    self.say(farewell)?;
                }
                self.ends("Hangup")
            }
            Turn::Announce => match &self.plan.config.recording {
                Some(recording) => self.say(&recording.announcement),
                None => Ok(()),
            },
            Turn::Hangup | Turn::Nothing => self.ends("Hangup"),
        }
    }

    /// The action of the first rule that holds.
    fn rule(&mut self, rules: &'a [Rule]) -> Option<&'a str> {
        let mut shared = Rules::of(self.plan.config, &self.plan.caller, self.facts, rules);
        for rule in rules {
            for name in rule.when.open.iter().chain(&rule.when.closed) {
                let told = |(code, place): &(Code, String)| *code == Code::HoursUnknown && place == name;
                let is_known = shared.are_open(name).here().is_some();
                if !is_known && !self.played.codes.iter().any(told) {
                    self.played.codes.push((Code::HoursUnknown, name.clone()));
                }
            }
            if shared.hold(&rule.when) == Holds::Yes {
                return Some(&rule.then);
            }
        }
        None
    }

    /// Performs an action, and those that it goes on with.
    fn actions(&mut self, name: &'a str) -> Result<(), Fault> {
        self.all(name).map(|_| ())
    }

    /// Performs an action, and those that it goes on with; whether what comes after them is decided.
    fn all(&mut self, mut name: &'a str) -> Result<bool, Fault> {
        for _ in 0..MAX_HOPS {
            let Some(verbs) = self.plan.config.actions.get(name) else {
                return Err((Code::DialplanUndefined, ["actions.", name].concat()));
            };
            let mut after = After::Verb;
            for verb in verbs {
                after = self.perform(name, verb)?;
                if !matches!(after, After::Verb) {
                    break;
                }
            }
            match after {
                After::Action(next) => name = next,
                After::Verb => return Ok(false),
                After::End => return Ok(true),
            }
        }
        Err((Code::DialplanLoop, ["actions.", name].concat()))
    }

    fn perform(&mut self, action: &'a str, verb: &'a Verb) -> Result<After<'a>, Fault> {
        match verb {
            Verb::Say(say) => self.say(say)?,
            Verb::Greet(greet) => self.greet(greet),
            Verb::Play(play) => {
                let times = play.times.filter(|times| *times > 1).map(|times| crate::json::decimal(times.into()));
                let attributes: Vec<_> = times.as_deref().map(|times| ("loop", times)).into_iter().collect();
                self.document.element("Play", &attributes, &play.url);
            }
            Verb::Pause(0) => return Ok(After::Verb),
            Verb::Pause(seconds) => {
                self.document.empty("Pause", &[("length", &crate::json::decimal(u64::from(*seconds)))]);
            }
            Verb::Language(language) => {
                self.language = Some(language.as_str()).filter(|language| Some(*language) != self.plan.language());
                return Ok(After::Verb);
            }
            Verb::Menu(menu) => {
                self.menu(action, menu, 0)?;
                return Ok(After::End);
            }
            Verb::Dial(dial) => return self.dial(action, dial, 0, Outcome::Unavailable),
            Verb::Queue(queue) => self.enqueue(action, queue)?,
            Verb::Voicemail(voicemail) => self.record(action, voicemail)?,
            Verb::Conference(conference) => self.conference(action, conference)?,
            Verb::Goto(next) => return Ok(After::Action(next)),
            Verb::Redirect(redirect) => {
                self.document.element("Redirect", &[], &redirect.url);
            }
            Verb::Reject(reject) if self.is_silent => {
                let reason = match reject.reason {
                    RejectReason::Busy => "busy",
                    RejectReason::Rejected => "rejected",
                };
                self.document.empty("Reject", &[("reason", reason)]);
                self.played.rejected = true;
            }
            // An answered call cannot be rejected any more.
            Verb::Reject(_) | Verb::Hangup(_) => self.verb("Hangup"),
        }
        self.is_silent = false;
        Ok(if super::step::decides(verb) { After::End } else { After::Verb })
    }

    /// The verb that a document ends with.
    #[expect(clippy::unnecessary_wraps, reason = "as every other turn")]
    fn ends(&mut self, name: &'static str) -> Result<(), Fault> {
        self.verb(name);
        Ok(())
    }

    /// A verb without anything inside.
    pub(super) fn verb(&mut self, name: &'static str) {
        self.document.empty(name, &[]);
    }

    /// The URL of one of this action's steps, in the language of this moment.
    pub(super) fn url(&self, kind: Kind, action: &'a str, n: u32) -> String {
        Step { kind, action, n, language: self.language }.url(self.plan.url)
    }

    /// The URL of a callback that is brought again until it is stored.
    pub(super) fn url_again(&self, kind: Kind) -> String {
        Step::common(kind).url_again(self.plan.url)
    }
}
