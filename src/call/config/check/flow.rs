// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Ways through the actions: none goes round for ever by itself, and none is for nobody.

use super::Checker;
use super::place::Place;
use crate::error::Code;

/// The ways from action to action, in the order of the actions.
#[derive(Default)]
pub(super) struct Edges {
    edges: Vec<Edge>,
    /// Where each action's begin.
    starts: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Edge {
    to: usize,
    /// Whether it is gone without anybody's doing.
    by_itself: bool,
    /// The verb and member that lead there.
    from: &'static str,
}

impl Edges {
    /// The next action begins.
    pub(super) fn begin(&mut self) {
        self.starts.push(self.edges.len());
    }

    pub(super) fn add(&mut self, to: usize, by_itself: bool, from: &'static str) {
        self.edges.push(Edge { to, by_itself, from });
    }

    /// The way at a place among all, if it is one of `action`'s.
    fn of(&self, action: usize, at: usize) -> Option<Edge> {
        let end = self.starts.get(action + 1).copied().unwrap_or(self.edges.len());
        self.edges.get(at).filter(|_| at < end).copied()
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
    /// If nobody presses, answers or hangs up, every call has to come to an end. Each loop is told once, at the verb
    /// that closes it.
    pub(super) fn loops(&mut self) {
        let count = self.config.actions.len();
        let mut seen = vec![Seen::Not; count];
        // The way that is being followed: actions, and which of their ways is next.
        let mut trail: Vec<(usize, usize)> = Vec::new();
        for root in 0..count {
            if seen[root] == Seen::Not {
                seen[root] = Seen::Open;
                trail.push((root, self.edges.start(root)));
            }
            while let Some((action, next)) = trail.last_mut() {
                let (from, edge) = (*action, self.edges.of(*action, *next));
                *next += 1;
                let Some(edge) = edge else {
                    seen[from] = Seen::Done;
                    trail.pop();
                    continue;
                };
                match seen.get(edge.to) {
                    Some(Seen::Not) if edge.by_itself => {
                        seen[edge.to] = Seen::Open;
                        trail.push((edge.to, self.edges.start(edge.to)));
                    }
                    Some(Seen::Open) if edge.by_itself => self.closes(from, edge.from),
                    _ => {}
                }
            }
        }
    }

    fn closes(&mut self, action: usize, verb: &'static str) {
        if let Some((name, verbs)) = self.config.actions.at(action) {
            let at = Place::root("actions");
            let at = at.member(action, name);
            self.error(Code::ConfigLoop, &at.element(verbs.len().saturating_sub(1)).field(verb));
        }
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
                let start = self.edges.start(action);
                waiting.extend((start..).map_while(|at| self.edges.of(action, at)).map(|edge| edge.to));
            }
        }
        let names = config.dialplans.iter().map(|(name, _)| name);
        self.tell_unused(Place::root("dialplans"), names, &dialplans);
        self.tell_unused(Place::root("hours"), config.hours.iter().map(|(name, _)| name), &hours);
        self.tell_unused(Place::root("lists"), config.lists.iter().map(|(name, _)| name), &lists);
        self.tell_unused(Place::root("actions"), config.actions.iter().map(|(name, _)| name), &actions);
    }

    fn tell_unused<'n>(&mut self, at: Place<'_>, names: impl Iterator<Item = &'n str>, used: &[bool]) {
        for (index, (name, used)) in names.zip(used).enumerate() {
            if !used {
                self.warning(Code::ConfigNameUnused, &at.member(index, name));
            }
        }
    }
}

/// Marks one; whether it was not marked before.
fn mark(used: &mut [bool], at: Option<usize>) -> bool {
    at.and_then(|at| used.get_mut(at)).is_some_and(|used| !std::mem::replace(used, true))
}
