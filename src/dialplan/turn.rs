// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Determines what the response must do.

use super::callback_urls::{CallbackKind, CallbackUrl};
use super::config::{Config, REDIRECTED, Rule};
use super::graph::final_verb;
use super::outcome::VerbOutcome;
use super::params::{Caller, Params};
use super::verbs::Verb;
use crate::phone::E164;

/// A config, and the call for which it is evaluated.
#[derive(Clone, Copy, Debug)]
pub struct DialplanInput<'a> {
    /// The config.
    pub config: &'a Config,
    /// The clinic's numbers.
    pub numbers: &'a [E164<'a>],
    /// The webhook's URL without its fragment.
    pub url: &'a str,
    /// The caller.
    pub caller: Caller<'a>,
}

/// What the response must do.
#[derive(Clone, Copy, Debug)]
pub enum Turn<'a> {
    /// A new call: perform the action of the first rule whose conditions hold.
    Rules(&'a [Rule]),
    /// Start an action.
    Action(&'a str),
    /// Continue a verb after one of its callbacks.
    Resume {
        /// The name of its action.
        action: &'a str,
        /// The verb.
        verb: &'a Verb,
        /// What happened.
        event: VerbEvent,
    },
    /// Play the recording announcement for a callee.
    Announce,
    /// Hang up.
    Hangup,
    /// Respond with an empty document: the caller has hung up, the call continues elsewhere, or the config has nothing
    /// for this request.
    EmptyResponse,
}

/// What happened to a verb, according to a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerbEvent {
    /// A menu is repeated.
    Repeat {
        /// The number of earlier prompts.
        n: u32,
        /// Whether the choice was invalid.
        invalid: bool,
    },
    /// A `dial` continues with its next target.
    NextTarget {
        /// The number of the round, as in the callback URL.
        n: u32,
        /// The outcome of the previous target.
        before: VerbOutcome,
    },
    /// A person spoke with the caller.
    Answered,
    /// The caller waits in a queue.
    Waiting {
        /// How often the caller heard the position, the expected wait and the offer before.
        n: u32,
        /// `QueuePosition`.
        position: Option<u32>,
        /// The expected wait, in minutes.
        minutes: Option<u32>,
    },
    /// The queue is too long, so the caller must leave it.
    Overflow,
    /// The caller accepted the offer of a callback.
    OfferAccepted,
    /// The caller left a queue.
    Left,
    /// A message was left.
    MessageLeft,
    /// Someone answered a screened phone.
    Screening,
    /// They pressed a key, so the caller is connected.
    Accepted,
    /// The caller has heard an action that serves them.
    Served,
    /// A staff phone changes an override.
    StaffChange,
    /// A voice agent has finished the call.
    AgentFinished,
    /// The caller asked for the emergency advice.
    Emergency {
        /// The number in the callback URL.
        n: u32,
    },
    /// The caller gave a valid answer. It must be stored before the response.
    AnswerGiven {
        /// The number of earlier prompts.
        n: u32,
    },
    /// The answer is stored and read back, so that the caller can confirm it.
    ReadBack {
        /// The number of earlier prompts.
        n: u32,
    },
    /// The caller confirmed the answer. That must be stored before the response.
    AnswerConfirmed {
        /// The number of earlier prompts.
        n: u32,
    },
    /// The caller entered a date. Whether it is right, and that it was tried, must be stored before the response.
    BirthDateGiven {
        /// The number of earlier prompts.
        n: u32,
    },
    /// The caller asks for their next visit.
    VisitRequested,
    /// The caller asks for something. A task must be stored before the response.
    TaskRequested,
    /// The caller needs the person on call. A task must be stored before the response.
    PageRequested,
}

impl VerbEvent {
    /// Whether the event is input of the caller that must be stored before the response. What follows depends on
    /// whether it could be stored.
    #[must_use]
    pub const fn is_input(self) -> bool {
        matches!(
            self,
            Self::AnswerGiven { .. }
                | Self::AnswerConfirmed { .. }
                | Self::BirthDateGiven { .. }
                | Self::TaskRequested
                | Self::PageRequested
        )
    }
}

/// A request to one of a verb's callback URLs.
pub struct CallbackRequest<'a, 'p> {
    /// The kind.
    pub kind: CallbackKind,
    /// The number in the URL. See [`CallbackKind`].
    pub n: u32,
    /// The parameters.
    pub params: Params<'p, 'p>,
    /// The config and the call.
    pub input: &'p DialplanInput<'a>,
    /// The language that the caller switched to. The verb may change it.
    pub language: Option<&'a str>,
}

/// A verb's response to a callback.
#[derive(Clone, Copy, Debug)]
pub enum CallbackResult<'a> {
    /// Start an action.
    Action(&'a str),
    /// Continue the verb.
    Event(VerbEvent),
    /// Hang up.
    Hangup,
    /// Respond with an empty document: the call continues elsewhere.
    EmptyResponse,
}

/// What the response must do, and its language.
#[derive(Clone, Copy, Debug)]
pub struct LocalizedTurn<'a> {
    /// What the next document must do.
    pub turn: Turn<'a>,
    /// The language that the caller switched to.
    pub language: Option<&'a str>,
    /// Whether the caller has heard the recording announcement.
    pub is_announced: bool,
}

impl<'a> Turn<'a> {
    /// Continues with what a verb decided.
    #[must_use]
    pub const fn of(result: CallbackResult<'a>, action: &'a str, verb: &'a Verb) -> Self {
        match result {
            CallbackResult::Action(then) => Turn::Action(then),
            CallbackResult::Event(event) => Turn::Resume { action, verb, event },
            CallbackResult::Hangup => Turn::Hangup,
            CallbackResult::EmptyResponse => Turn::EmptyResponse,
        }
    }

    /// The event, if a verb continues.
    #[must_use]
    pub const fn event(&self) -> Option<VerbEvent> {
        match self {
            Self::Resume { event, .. } => Some(*event),
            Self::Rules(_) | Self::Action(_) | Self::Announce | Self::Hangup | Self::EmptyResponse => None,
        }
    }
}

impl<'a> DialplanInput<'a> {
    /// The rules for the called number; `None` if it has no dialplan.
    #[must_use]
    pub fn rules(&self) -> Option<&'a [Rule]> {
        let number = self.config.numbers.get(self.caller.called?.as_str())?;
        self.config.dialplans.get(&number.dialplan).map(Vec::as_slice)
    }

    /// The language of the called number, if the config sets one.
    #[must_use]
    pub fn language(&self) -> Option<&'a str> {
        let number = self.caller.called.and_then(|called| self.config.numbers.get(called.as_str()));
        number.and_then(|number| number.language.as_deref()).or(self.config.language.as_deref())
    }

    /// What the response to a request for `step` must do. `over` is true if `CallStatus` is final.
    #[must_use]
    pub fn next(&self, step: &CallbackUrl<'a>, params: Params<'_, '_>, over: bool) -> LocalizedTurn<'a> {
        let mut language = step.language;
        let turn = match self.turn(step, params, &mut language) {
            _ if over => Turn::EmptyResponse,
            turn => turn,
        };
        let language = language.filter(|language| Some(*language) != self.language());
        LocalizedTurn { turn, language, is_announced: step.is_announced || step.kind.follows_announcement() }
    }

    /// The turn for a redirected caller. Only a config with the instruction, from
    /// [`Config::for_redirected`], has the first action.
    fn redirected(&self) -> Turn<'a> {
        let otherwise = || self.config.transfer.as_ref().map(|transfer| Turn::Action(&transfer.otherwise));
        let has_instruction = self.config.actions.get(REDIRECTED).is_some();
        if has_instruction { Turn::Action(REDIRECTED) } else { otherwise().unwrap_or(Turn::EmptyResponse) }
    }

    fn turn(&self, step: &CallbackUrl<'a>, params: Params<'_, '_>, language: &mut Option<&'a str>) -> Turn<'a> {
        match step.kind {
            CallbackKind::WebhookUrl => return self.rules().map_or(Turn::EmptyResponse, Turn::Rules),
            CallbackKind::Announce => return Turn::Announce,
            CallbackKind::Transfer => return self.redirected(),
            _ => {}
        }
        let action = step.action;
        let Some(verb) = self.config.actions.get(action).and_then(|verbs| final_verb(verbs)) else {
            return Turn::EmptyResponse;
        };
        let mut request = CallbackRequest { kind: step.kind, n: step.n, params, input: self, language: *language };
        let progress = verb.on_callback(&mut request);
        *language = request.language;
        Turn::of(progress, action, verb)
    }
}
