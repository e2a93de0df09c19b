// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Ways through the actions: none goes round for ever by itself, and none is for nobody.

use super::Checker;
use super::place::Place;
use crate::dialplan::config::{Config, Verb};
use crate::dialplan::play::MAX_HOPS;
use crate::error::Code;

/// The ways from action to action, in the order of the actions.
#[derive(Default)]
pub(super) struct Edges {
    edges: Vec<Edge>,
    /// Where each action's begin.
    starts: Vec<usize>,
}

#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) to: usize,
    pub(super) way: Way,
    /// The verb and member that lead there.
    from: &'static str,
}

/// What has to happen before a call goes a way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Nothing: it is gone within one document.
    AtOnce,
    /// Something that nobody does: silence, nobody's answer.
    ByItself,
    /// Somebody's doing: a key, an answer, a hangup.
    BySomebody,
}

impl Edges {
    /// The next action begins.
    pub(super) fn begin(&mut self) {
        self.starts.push(self.edges.len());
    }

    pub(super) fn add(&mut self, to: usize, way: Way, from: &'static str) {
        self.edges.push(Edge { to, way, from });
    }

    /// The way at a place among all, if it is one of `action`'s.
    fn of(&self, action: usize, at: usize) -> Option<Edge> {
        let end = self.starts.get(action + 1).copied().unwrap_or(self.edges.len());
        self.edges.get(at).filter(|_| at < end).copied()
    }

    /// All that lead away from an action.
    pub(super) fn from(&self, action: usize) -> impl Iterator<Item = Edge> {
        (self.start(action)..).map_while(move |at| self.of(action, at))
    }

    fn start(&self, action: usize) -> usize {
        self.starts.get(action).copied().unwrap_or(self.edges.len())
    }
}

/// How far the search has come with an action.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Not,
    /// It is on the way that is being followed.
    Open,
    Done,
}

impl Checker<'_> {
    /// If nobody presses, answers or hangs up, every call has to come to an end, and a document sooner than the engine
    /// gives up. Each loop is told once, at the verb that closes it.
    pub(super) fn loops(&mut self) {
        let count = self.config.actions.len();
        let mut seen = vec![Seen::Not; count];
        // The actions that are performed in one document with each.
        let mut lengths = vec![1_usize; count];
        // The way that is being followed: actions, and which of their ways is next.
        let mut trail: Vec<(usize, usize)> = Vec::new();
        for root in 0..count {
            if seen[root] == Seen::Not {
                seen[root] = Seen::Open;
                trail.push((root, self.edges.start(root)));
            }
            while let Some((action, next)) = trail.last_mut() {
                let (from, edge) = (*action, self.edges.of(*action, *next));
                let Some(edge) = edge else {
                    seen[from] = Seen::Done;
                    trail.pop();
                    // One more than the engine performs, and not all that lead here.
                    if lengths[from] == MAX_HOPS + 1 {
                        self.ends_in(from, None, Code::ConfigChain);
                    }
                    continue;
                };
                match seen.get(edge.to) {
                    Some(Seen::Not) if edge.way != Way::BySomebody => {
                        // It is looked at again once that is done.
                        seen[edge.to] = Seen::Open;
                        trail.push((edge.to, self.edges.start(edge.to)));
                        continue;
                    }
                    Some(Seen::Open) if edge.way != Way::BySomebody => {
                        self.ends_in(from, Some(edge.from), Code::ConfigLoop);
                    }
                    Some(Seen::Done) if edge.way == Way::AtOnce => {
                        lengths[from] = lengths[from].max(lengths[edge.to].saturating_add(1));
                    }
                    _ => {}
                }
                *next += 1;
            }
        }
    }

    /// What is wrong with the verb that an action ends in, or with the action.
    fn ends_in(&mut self, action: usize, verb: Option<&'static str>, code: Code) {
        if let Some((name, verbs)) = self.config.actions.at(action) {
            let at = Place::root("actions");
            let at = at.member(action, name);
            match verb {
                Some(verb) => self.error(code, &at.element(verbs.len().saturating_sub(1)).field(verb)),
                None => self.error(code, &at),
            }
        }
    }

    /// Which actions lead to one of those that are wanted, or are one.
    pub(super) fn leading_to(&self, wanted: impl Iterator<Item = bool>) -> Vec<bool> {
        let count = self.config.actions.len();
        let mut back = vec![Vec::new(); count];
        for from in 0..count {
            for edge in self.edges.from(from) {
                back[edge.to].push(from);
            }
        }
        let mut leading = vec![false; count];
        let mut waiting: Vec<usize> = wanted.enumerate().filter(|(_, wanted)| *wanted).map(|(at, _)| at).collect();
        while let Some(action) = waiting.pop() {
            if mark(&mut leading, Some(action)) {
                waiting.extend(&back[action]);
            }
        }
        leading
    }

    /// Names that nothing leads to from a number.
    pub(super) fn unused(&mut self) {
        let config = self.config;
        let mut dialplans = vec![false; config.dialplans.len()];
        let mut hours = vec![false; config.hours.len()];
        let mut lists = vec![false; config.lists.len()];
        let mut actions = vec![false; config.actions.len()];
        for (_, plan) in config.numbers.iter() {
            mark(&mut dialplans, config.dialplans.position(&plan.dialplan));
        }
        let mut waiting = Vec::new();
        let used = config.dialplans.iter().zip(&dialplans).filter(|(_, used)| **used);
        for rule in used.flat_map(|((_, rules), _)| rules) {
            for name in rule.when.open.iter().chain(&rule.when.closed) {
                mark(&mut hours, config.hours.position(name));
            }
            for name in rule.when.callers.iter().flatten() {
                mark(&mut lists, config.lists.position(name));
            }
            waiting.extend(config.actions.position(&rule.then));
        }
        while let Some(action) = waiting.pop() {
            if mark(&mut actions, Some(action)) {
                waiting.extend(self.edges.from(action).map(|edge| edge.to));
            }
        }
        let names = config.dialplans.iter().map(|(name, _)| name);
        self.tell_unused(Place::root("dialplans"), names, &dialplans);
        self.tell_unused(Place::root("hours"), config.hours.iter().map(|(name, _)| name), &hours);
        self.tell_unused(Place::root("lists"), config.lists.iter().map(|(name, _)| name), &lists);
        self.tell_unused(Place::root("actions"), config.actions.iter().map(|(name, _)| name), &actions);
    }

    /// Rules that answer a call and end it without a word.
    pub(super) fn cut_off(&mut self) {
        let config = self.config;
        let at = Place::root("dialplans");
        for (index, (name, rules)) in config.dialplans.iter().enumerate() {
            let at = at.member(index, name);
            for (index, rule) in rules.iter().enumerate() {
                if is_cut_off(config, &rule.then) {
                    self.warning(Code::ConfigSilence, &at.element(index).field("then"));
                }
            }
        }
    }

    fn tell_unused<'n>(&mut self, at: Place<'_>, names: impl Iterator<Item = &'n str>, used: &[bool]) {
        for (index, (name, used)) in names.zip(used).enumerate() {
            if !used {
                self.warning(Code::ConfigNameUnused, &at.member(index, name));
            }
        }
    }
}

/// Whether an action, with those that it goes on with, hangs up before anything is heard.
fn is_cut_off<'a>(config: &'a Config, mut action: &'a str) -> bool {
    for _ in 0..MAX_HOPS {
        let verbs = config.actions.get(action).map(Vec::as_slice);
        match verbs.and_then(<[Verb]>::split_last) {
            Some((_, heard)) if heard.iter().any(|verb| !matches!(verb, Verb::Pause(_) | Verb::Language(_))) => break,
            Some((Verb::Goto(next), _)) => action = next,
            last => return matches!(last, Some((Verb::Hangup(_), _))),
        }
    }
    false
}

/// Marks one; whether it was not marked before.
fn mark(used: &mut [bool], at: Option<usize>) -> bool {
    at.and_then(|at| used.get_mut(at)).is_some_and(|used| !std::mem::replace(used, true))
}
