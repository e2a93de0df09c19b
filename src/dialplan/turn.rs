// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a request makes of the call plan: whose turn it is.

use super::callback_urls::{CallbackKind, CallbackUrl};
use super::config::{Config, Rule};
use super::graph::final_verb;
use super::outcome::VerbOutcome;
use super::params::{Caller, Params};
use super::verbs::Verb;
use crate::phone::E164;

/// A config, and the call that it is followed for.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The config.
    pub config: &'a Config,
    /// Our numbers.
    pub numbers: &'a [E164<'a>],
    /// The webhook's URL without its fragment.
    pub url: &'a str,
    /// Who calls.
    pub caller: Caller<'a>,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
pub enum Turn<'a> {
    /// The call begins: the first rule whose conditions hold.
    Rules(&'a [Rule]),
    /// An action begins.
    Action(&'a str),
    /// A verb goes on after one of its callbacks.
    Resume {
        /// Its action.
        action: &'a str,
        /// The verb.
        verb: &'a Verb,
        /// What happened.
        event: VerbEvent,
    },
    /// A callee hears that the call is recorded.
    Announce,
    /// The call ends.
    Hangup,
    /// The caller is gone, and hears nothing.
    EmptyResponse,
}

/// What happened to a verb, by one of its callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerbEvent {
    /// A menu is heard again.
    Repeat {
        /// How often it was heard before.
        n: u32,
        /// Whether the choice was invalid.
        invalid: bool,
    },
    /// A `dial` goes on with its next target.
    NextTarget {
        /// Which one.
        n: u32,
        /// How the one before ended.
        before: VerbOutcome,
    },
    /// A person spoke with the caller.
    Answered {
        /// Which target of the `dial`.
        n: u32,
    },
    /// The caller waits in a queue.
    Waiting {
        /// `QueuePosition`.
        position: Option<u32>,
    },
    /// The queue is too long: the caller is let out.
    Overflow,
    /// The caller accepted the offer to be called back.
    CallbackAccepted,
    /// The caller was let out of a queue.
    Left,
    /// A message was left.
    MessageLeft,
}

/// A request to one of a verb's callback URLs.
pub struct CallbackRequest<'a, 'p> {
    /// Which of them.
    pub kind: CallbackKind,
    /// The number in the URL.
    pub n: u32,
    /// The parameters.
    pub params: Params<'p, 'p>,
    /// The plan.
    pub plan: &'p Plan<'a>,
    /// The language that the caller has switched to; the verb may switch it again.
    pub language: Option<&'a str>,
}

/// What a verb makes of a request.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// An action begins.
    Action(&'a str),
    /// The verb goes on.
    Event(VerbEvent),
    /// The call ends.
    Hangup,
    /// The call goes on elsewhere.
    EmptyResponse,
}

/// A turn, and the language in which it is heard.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    /// What comes next.
    pub turn: Turn<'a>,
    /// The language that the caller has switched to.
    pub language: Option<&'a str>,
}

impl Turn<'_> {
    /// What happened to a verb, if one goes on.
    #[must_use]
    pub const fn event(&self) -> Option<VerbEvent> {
        match self {
            Self::Resume { event, .. } => Some(*event),
            Self::Rules(_) | Self::Action(_) | Self::Announce | Self::Hangup | Self::EmptyResponse => None,
        }
    }
}

impl<'a> Plan<'a> {
    /// The rules that answer the number called; `None` where it has no dialplan.
    #[must_use]
    pub fn rules(&self) -> Option<&'a [Rule]> {
        let number = self.config.numbers.get(self.caller.called?.as_str())?;
        self.config.dialplans.get(&number.dialplan).map(Vec::as_slice)
    }

    /// The language of the number called, where the config has one.
    #[must_use]
    pub fn language(&self) -> Option<&'a str> {
        let number = self.caller.called.and_then(|called| self.config.numbers.get(called.as_str()));
        number.and_then(|number| number.language.as_deref()).or(self.config.language.as_deref())
    }

    /// What the request to `step` makes of the plan. `over`: its `CallStatus` says that the caller is gone.
    #[must_use]
    pub fn next(&self, step: &CallbackUrl<'a>, params: Params<'_, '_>, over: bool) -> Next<'a> {
        let mut language = step.language;
        let turn = match self.turn(step, params, &mut language) {
            // Who that was is still to be looked up.
            turn @ Turn::Resume { event: VerbEvent::Answered { .. }, .. } => turn,
            _ if over => Turn::EmptyResponse,
            turn => turn,
        };
        Next { turn, language: language.filter(|language| Some(*language) != self.language()) }
    }

    fn turn(&self, step: &CallbackUrl<'a>, params: Params<'_, '_>, language: &mut Option<&'a str>) -> Turn<'a> {
        match step.kind {
            CallbackKind::First => return self.rules().map_or(Turn::EmptyResponse, Turn::Rules),
            CallbackKind::Announce => return Turn::Announce,
            _ => {}
        }
        let action = step.action;
        let Some(verb) = self.config.actions.get(action).and_then(|verbs| final_verb(verbs)) else {
            return Turn::EmptyResponse;
        };
        let mut request = CallbackRequest { kind: step.kind, n: step.n, params, plan: self, language: *language };
        let progress = verb.on_callback(&mut request);
        *language = request.language;
        match progress {
            Progress::Action(then) => Turn::Action(then),
            Progress::Event(event) => Turn::Resume { action, verb, event },
            Progress::Hangup => Turn::Hangup,
            Progress::EmptyResponse => Turn::EmptyResponse,
        }
    }
}
