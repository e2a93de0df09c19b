// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a request makes of the plan: whose turn it is.

use super::config::Config;
use super::menu::chosen;
use super::outcome::Outcome;
use super::params::{Caller, Params};
use super::queue::{is_too_long, takes_callback};
use super::step::{Kind, Step, decides, retries};
use crate::dialplan::config::{Dial, Menu, Order, Queue, Rule, Target, Verb, Voicemail};
use crate::phone::E164;
use crate::text::hash;

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
#[derive(Clone, Debug)]
pub enum Turn<'a> {
    /// The call begins: the first rule that holds.
    Rules(&'a [Rule]),
    /// An action begins.
    Action(&'a str),
    /// A menu is heard again.
    Menu {
        /// Its action.
        action: &'a str,
        /// It.
        menu: &'a Menu,
        /// How often it was heard before.
        n: u32,
        /// Whether something was chosen that is no choice.
        invalid: bool,
    },
    /// A `dial` goes on with its next target.
    Dial {
        /// Its action.
        action: &'a str,
        /// It.
        dial: &'a Dial,
        /// Which target.
        n: u32,
        /// How the one before ended.
        before: Outcome,
    },
    /// Somebody spoke with the caller.
    Answered {
        /// The `dial` that rang them.
        dial: &'a Dial,
        /// Which target.
        n: u32,
    },
    /// The caller waits in a queue.
    Wait {
        /// Its action.
        action: &'a str,
        /// It.
        queue: &'a Queue,
        /// `QueuePosition`.
        position: Option<u32>,
    },
    /// The caller is let out of a queue.
    Leave,
    /// The caller wants to be called back.
    Callback {
        /// The action of the queue.
        action: &'a str,
        /// The queue.
        queue: &'a Queue,
    },
    /// The caller was let out of a queue.
    Left(&'a Queue),
    /// A message was left.
    Farewell(&'a Voicemail),
    /// A callee is told that the call is recorded.
    Announce,
    /// The call ends.
    Hangup,
    /// Nobody listens.
    Nothing,
}

/// A turn, and the language in which it is heard.
#[derive(Clone, Debug)]
pub struct Next<'a> {
    /// What comes next.
    pub turn: Turn<'a>,
    /// The language that the caller has switched to.
    pub language: Option<&'a str>,
}

impl<'a> Plan<'a> {
    /// The rules that answer the number called; `None` where it has no dialplan.
    #[must_use]
    pub fn rules(&self) -> Option<&'a [Rule]> {
        let number = self.config.numbers.get(self.caller.called?.as_str())?;
        self.config.dialplans.get(&number.dialplan).map(Vec::as_slice)
    }

    /// The language that the number called speaks, where the config says so.
    #[must_use]
    pub fn language(&self) -> Option<&'a str> {
        let number = self.caller.called.and_then(|called| self.config.numbers.get(called.as_str()));
        number.and_then(|number| number.language.as_deref()).or(self.config.language.as_deref())
    }

    /// What the request to `step` makes of the plan. `over`: its `CallStatus` says that the caller is gone.
    #[must_use]
    pub fn next(&self, step: &Step<'a>, said: Params<'_, '_>, over: bool) -> Next<'a> {
        let mut language = step.language;
        let turn = match self.turn(step, said, &mut language) {
            // Who that was is still to be found out.
            turn @ Turn::Answered { .. } => turn,
            _ if over => Turn::Nothing,
            turn => turn,
        };
        Next { turn, language: language.filter(|language| Some(*language) != self.language()) }
    }

    fn turn(&self, step: &Step<'a>, said: Params<'_, '_>, language: &mut Option<&'a str>) -> Turn<'a> {
        let action = step.action;
        match (step.kind, self.deciding(action)) {
            (Kind::First, _) => self.rules().map_or(Turn::Nothing, Turn::Rules),
            (Kind::Announce, _) => Turn::Announce,
            (Kind::Menu, Some(Verb::Menu(menu))) => chose(action, menu, step.n, said, language),
            (Kind::Dial, Some(Verb::Dial(dial))) => self.dialled(action, dial, step.n, said),
            (Kind::Queue, Some(Verb::Queue(queue))) => waited(queue, said),
            (Kind::Wait, Some(Verb::Queue(queue))) => {
                if queue.overflow.as_ref().is_some_and(|overflow| is_too_long(overflow, said)) {
                    return Turn::Leave;
                }
                Turn::Wait { action, queue, position: said.number("QueuePosition") }
            }
            (Kind::Offer, Some(Verb::Queue(queue))) => {
                if takes_callback(queue, &self.caller, said) {
                    return Turn::Callback { action, queue };
                }
                Turn::Wait { action, queue, position: said.number("QueuePosition") }
            }
            (Kind::Voicemail, Some(Verb::Voicemail(voicemail))) => Turn::Farewell(voicemail),
            (Kind::Conference, Some(Verb::Conference(conference))) => {
                conference.then.as_deref().map_or(Turn::Hangup, Turn::Action)
            }
            _ => Turn::Nothing,
        }
    }

    fn dialled(&self, action: &'a str, dial: &'a Dial, n: u32, said: Params<'_, '_>) -> Turn<'a> {
        let sip = said.get("DialSipResponseCode").or_else(|| said.get("SipResponseCode"));
        let status = said.get("DialCallStatus").unwrap_or_default();
        let outcome = match Outcome::of_dial(status, sip, said.get("DialBridged")) {
            // An app has no line that could be busy.
            Outcome::Busy if self.rang_apps_alone(dial, n) => Outcome::Declined,
            outcome => outcome,
        };
        if outcome == Outcome::Answered {
            Turn::Answered { dial, n }
        } else {
            // All are tried before `on` has a say: a hunt group does not end with the first who is busy.
            Turn::Dial { action, dial, n: n + 1, before: outcome }
        }
    }

    /// Whether the `n`th place of a dial has browsers in it and nothing else.
    fn rang_apps_alone(&self, dial: &Dial, n: u32) -> bool {
        let is_app = |target: &Target| matches!(target, Target::Client(_));
        match dial.order {
            Order::AllAtOnce => dial.targets.iter().all(is_app),
            Order::InOrder | Order::HuntGroup => self.target(dial, n).is_some_and(is_app),
        }
    }

    /// The target in the `n`th place of a dial that rings one after the other.
    pub(super) fn target<'d>(&self, dial: &'d Dial, n: u32) -> Option<&'d Target> {
        let (count, n) = (dial.targets.len(), n as usize);
        let first = if dial.order == Order::HuntGroup { self.turn_of(count) } else { 0 };
        if n < count { dial.targets.get((first + n) % count) } else { None }
    }

    /// Where a hunt group of so many begins with this call: by its `CallSid`, so that every request of it agrees.
    fn turn_of(&self, count: usize) -> usize {
        hash(self.caller.sid) as usize % count.max(1)
    }

    /// The verb of an action that decides what comes after.
    pub(super) fn deciding(&self, action: &str) -> Option<&'a Verb> {
        self.config.actions.get(action)?.iter().find(|verb| decides(verb))
    }
}

fn chose<'a>(
    action: &'a str,
    menu: &'a Menu,
    n: u32,
    said: Params<'_, '_>,
    language: &mut Option<&'a str>,
) -> Turn<'a> {
    let (digits, speech) = (said.get("Digits"), said.get("SpeechResult"));
    if let Some(choice) = chosen(menu, digits, speech) {
        if let Some(switched) = &choice.language {
            *language = Some(switched);
        }
        return match &choice.then {
            Some(then) => Turn::Action(then),
            None => Turn::Menu { action, menu, n: 0, invalid: false },
        };
    }
    if n < retries(menu.retries) {
        Turn::Menu { action, menu, n: n + 1, invalid: digits.is_some() || speech.is_some() }
    } else {
        Turn::Action(&menu.otherwise)
    }
}

fn waited<'a>(queue: &'a Queue, said: Params<'_, '_>) -> Turn<'a> {
    let Some(outcome) = Outcome::of_queue(said.get("QueueResult").unwrap_or_default()) else {
        return Turn::Nothing;
    };
    match queue.on.get(outcome.word()) {
        _ if outcome == Outcome::Left && (queue.overflow.is_some() || queue.callback.is_some()) => Turn::Left(queue),
        Some(then) => Turn::Action(then),
        None if outcome == Outcome::Answered => Turn::Hangup,
        None => Turn::Action(&queue.otherwise),
    }
}
