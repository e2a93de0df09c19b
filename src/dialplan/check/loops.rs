// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds loops and dead ends in the graph of actions.

use super::Checker;
use super::config_path::ConfigPath;
use crate::dialplan::graph::{Edge, MAX_HOPS, Trigger, hangs_up_silently};
use crate::error::Code;

/// The edges between actions, in the order of the actions.
#[derive(Default)]
pub(super) struct Edges {
    edges: Vec<EdgeTo>,
    /// The index of each action's first edge.
    starts: Vec<usize>,
}

/// An edge to an action by its position.
#[derive(Clone, Copy)]
pub(super) struct EdgeTo {
    /// The position of the action to which the edge leads.
    pub(super) to: usize,
    /// What must happen before a call follows the edge.
    pub(super) trigger: Trigger,
    /// The index of the verb in its action.
    verb: usize,
    /// The verb and the member that have the edge, such as `menu.otherwise`.
    member: &'static str,
}

impl Edges {
    /// Starts the next action.
    pub(super) fn begin(&mut self) {
        self.starts.push(self.edges.len());
    }

    pub(super) fn add(&mut self, to: usize, edge: Edge<'_>, verb: usize) {
        self.edges.push(EdgeTo { to, trigger: edge.trigger, verb, member: edge.member });
    }

    /// The edge at an index, if it belongs to `action`.
    fn of(&self, action: usize, at: usize) -> Option<EdgeTo> {
        let end = self.starts.get(action + 1).copied().unwrap_or(self.edges.len());
        self.edges.get(at).filter(|_| at < end).copied()
    }

    /// The edges that start at an action.
    pub(super) fn from(&self, action: usize) -> impl Iterator<Item = EdgeTo> {
        (self.start(action)..).map_while(move |at| self.of(action, at))
    }

    fn start(&self, action: usize) -> usize {
        self.starts.get(action).copied().unwrap_or(self.edges.len())
    }
}

/// The state of the depth-first search for an action.
#[derive(Clone, Copy, PartialEq, Eq)]
enum VisitState {
    Not,
    /// The action is on the current path.
    Open,
    Done,
}

impl Checker<'_> {
    /// Every call must end without an action of a person, and every document must end after at most [`MAX_HOPS`]
    /// actions. Each loop is reported once, at the verb that closes it.
    pub(super) fn loops(&mut self) {
        let count = self.config.actions.len();
        let mut seen = vec![VisitState::Not; count];
        // For each action: the maximum number of actions in its document.
        let mut lengths = vec![1_usize; count];
        // The current path: actions, and the index of the next edge of each.
        let mut path: Vec<(usize, usize)> = Vec::new();
        for root in 0..count {
            if seen[root] == VisitState::Not {
                seen[root] = VisitState::Open;
                path.push((root, self.edges.start(root)));
            }
            while let Some((action, next)) = path.last_mut() {
                let (from, edge) = (*action, self.edges.of(*action, *next));
                let Some(edge) = edge else {
                    seen[from] = VisitState::Done;
                    path.pop();
                    // Report only the first action that exceeds the limit, and not each action that leads to it.
                    if lengths[from] == MAX_HOPS + 1 {
                        self.chain_at(from);
                    }
                    continue;
                };
                match seen.get(edge.to) {
                    Some(VisitState::Not) if edge.trigger != Trigger::Person => {
                        // The edge is examined again after the search of that action.
                        seen[edge.to] = VisitState::Open;
                        path.push((edge.to, self.edges.start(edge.to)));
                        continue;
                    }
                    Some(VisitState::Open) if edge.trigger != Trigger::Person => {
                        // Otherwise, an unanswered phone would ring without end.
                        let rings_again = edge.to == from && edge.member == "dial.otherwise";
                        let code = if rings_again { Code::ConfigNoAnswer } else { Code::ConfigLoop };
                        self.loop_at(from, edge, code);
                    }
                    Some(VisitState::Done) if edge.trigger == Trigger::Immediate || self.may_skip(edge) => {
                        lengths[from] = lengths[from].max(lengths[edge.to].saturating_add(1));
                    }
                    _ => {}
                }
                *next += 1;
            }
        }
    }

    /// Whether the document continues with the edge because everyone in the `dial` is away.
    fn may_skip(&self, edge: EdgeTo) -> bool {
        self.config.presence.is_enabled() && edge.trigger == Trigger::Unattended && edge.member.starts_with("dial.")
    }

    fn loop_at(&mut self, action: usize, edge: EdgeTo, code: Code) {
        if let Some((name, _)) = self.config.actions.at(action) {
            self.error(code, &ConfigPath::root("actions").member(action, name).element(edge.verb).field(edge.member));
        }
    }

    fn chain_at(&mut self, action: usize) {
        if let Some((name, _)) = self.config.actions.at(action) {
            self.error(Code::ConfigChain, &ConfigPath::root("actions").member(action, name));
        }
    }

    /// For each action: whether it is one of the wanted actions or leads to one.
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

    /// Warns of dialplans, actions, hours and lists that no number uses.
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
        let mut use_hours = |name: &str| {
            mark(&mut hours, config.hours.position(name));
        };
        let mut use_list = |name: &str| {
            mark(&mut lists, config.lists.position(name));
        };
        for rule in used.flat_map(|((_, rules), _)| rules) {
            rule.when.names(&mut use_hours, &mut use_list);
            waiting.extend(config.actions.position(&rule.then));
        }
        let diverts = config.overrides.iter().flat_map(|rules| &rules.divert_to);
        waiting.extend(diverts.filter_map(|action| config.actions.position(action)));
        if let Some(transfer) = &config.transfer {
            let allowed = |name: &str| name == transfer.otherwise || transfer.allows(name);
            let names = config.actions.iter().enumerate().filter(|(_, (name, _))| allowed(name));
            waiting.extend(names.map(|(position, _)| position));
        }
        while let Some(action) = waiting.pop() {
            if mark(&mut actions, Some(action)) {
                waiting.extend(self.edges.from(action).map(|edge| edge.to));
                for verb in config.actions.at(action).into_iter().flat_map(|(_, verbs)| verbs) {
                    verb.names(&mut use_hours, &mut use_list);
                }
            }
        }
        let names = config.dialplans.iter().map(|(name, _)| name);
        self.report_unused(ConfigPath::root("dialplans"), names, &dialplans);
        self.report_unused(ConfigPath::root("hours"), config.hours.iter().map(|(name, _)| name), &hours);
        self.report_unused(ConfigPath::root("lists"), config.lists.iter().map(|(name, _)| name), &lists);
        self.report_unused(ConfigPath::root("actions"), config.actions.iter().map(|(name, _)| name), &actions);
    }

    /// Warns of rules that answer a call and end it without any audio.
    pub(super) fn silent_hangups(&mut self) {
        let config = self.config;
        let at = ConfigPath::root("dialplans");
        for (index, (name, rules)) in config.dialplans.iter().enumerate() {
            let at = at.member(index, name);
            for (index, rule) in rules.iter().enumerate() {
                if hangs_up_silently(config, &rule.then) {
                    self.warning(Code::ConfigSilence, &at.element(index).field("then"));
                }
            }
        }
    }

    fn report_unused<'n>(&mut self, at: ConfigPath<'_>, names: impl Iterator<Item = &'n str>, used: &[bool]) {
        for (index, (name, used)) in names.zip(used).enumerate() {
            if !used {
                self.warning(Code::ConfigNameUnused, &at.member(index, name));
            }
        }
    }
}

/// Marks an element. Returns whether it was not marked before.
fn mark(used: &mut [bool], at: Option<usize>) -> bool {
    at.and_then(|at| used.get_mut(at)).is_some_and(|used| !std::mem::replace(used, true))
}
