// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks actions: their verbs, and the edges between them.

use super::config_path::ConfigPath;
use super::rules::MAX_COMPARED;
use super::{Checker, shape};
use crate::dialplan::callback_urls::{MAX_CALLBACKS, UrlVariants, count_callbacks};
use crate::dialplan::graph::Edge;
use crate::dialplan::verbs::Verb;
use crate::error::Code;

impl Checker<'_> {
    pub(super) fn actions(&mut self) {
        let config = self.config;
        let at = ConfigPath::root("actions");
        for (index, (name, verbs)) in config.actions.iter().enumerate() {
            self.edges.begin();
            let at = at.member(index, name);
            self.expect(shape::is_name(name), Code::ConfigName, &at);
            self.expect(verbs.last().is_some_and(Verb::is_final), Code::ConfigDeadEnd, &at);
            for (index, verb) in verbs.iter().enumerate() {
                let at = at.element(index);
                let alone = verbs.len() == 1 || !verb.is_alone();
                let last = index + 1 == verbs.len() || !verb.is_final();
                self.expect(alone && last, Code::ConfigVerbOrder, &at);
                let at = at.field(verb.key());
                verb.check(self, &at);
                verb.edges(&at, &mut |edge, at| self.edge(edge, index, at));
            }
        }
    }

    fn edge(&mut self, edge: Edge<'_>, verb: usize, at: &ConfigPath<'_>) {
        match self.config.actions.position(edge.to) {
            Some(to) => self.edges.add(to, edge, verb),
            None => self.error(Code::ConfigNameUnknown, at),
        }
    }

    /// Warns of verbs that have no effect, or an unexpected one.
    pub(super) fn advise_on_actions(&mut self) {
        let at = ConfigPath::root("actions");
        for (index, (name, verbs)) in self.config.actions.iter().enumerate() {
            let at = at.member(index, name);
            for (index, verb) in verbs.iter().enumerate() {
                let at = at.element(index);
                let at = at.field(verb.key());
                verb.advise(self, &at);
                if is_repeated(verbs, index) {
                    self.warning(Code::ConfigRuleUnreachable, &at);
                }
            }
        }
    }

    /// If there are too many callback URLs, reports the action with the most.
    pub(super) fn callback_urls(&mut self) {
        if count_callbacks(self.config) <= MAX_CALLBACKS {
            return;
        }
        let actions = self.config.actions.iter().enumerate();
        let variants = UrlVariants::of(self.config);
        if let Some((index, (name, _))) =
            actions.max_by_key(|(_, (name, verbs))| variants.count(self.config, name, verbs))
        {
            self.error(Code::ConfigSteps, &ConfigPath::root("actions").member(index, name));
        }
    }
}

/// Whether an earlier verb of the action has the same conditions, so that the later ones never hold. Conditions on the
/// language are excluded, because the language may change between the verbs.
fn is_repeated(verbs: &[Verb], index: usize) -> bool {
    let Some(conditions) = verbs.get(index).and_then(Verb::conditions) else { return false };
    let earlier = verbs.get(index.saturating_sub(MAX_COMPARED)..index).unwrap_or_default();
    conditions.language.is_none() && earlier.iter().filter_map(Verb::conditions).any(|earlier| earlier == conditions)
}
