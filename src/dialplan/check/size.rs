// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks the size of documents. Twilio accepts at most 64 kB.

use super::Checker;
use super::config_path::ConfigPath;
use crate::dialplan::graph::Trigger;
use crate::dialplan::verbs::{Size, Verb};
use crate::error::Code;
use crate::twiml::MAX_BYTES;

impl Checker<'_> {
    /// Actions that follow each other without a callback must fit into one document. Reports the last action that
    /// exceeds the limit. Call this only for a dialplan without loops.
    pub(super) fn sizes(&mut self) {
        let config = self.config;
        let mut sizes = vec![None; config.actions.len()];
        for (index, (name, _)) in config.actions.iter().enumerate() {
            if self.size(index, &mut sizes) > MAX_BYTES && self.after(index, &mut sizes) <= MAX_BYTES {
                self.error(Code::ConfigSize, &ConfigPath::root("actions").member(index, name));
            }
        }
    }

    /// The size of an action with the largest sequence of actions that follow it in the same document. An earlier check
    /// limits the length of such a sequence.
    fn size(&self, action: usize, sizes: &mut [Option<usize>]) -> usize {
        if let Some(Some(size)) = sizes.get(action) {
            return *size;
        }
        let mut own = Size::default();
        let mut longest = 0;
        for verb in self.config.actions.at(action).into_iter().flat_map(|(_, verbs)| verbs) {
            // An action in the same document replaces this verb. For example, no `<Dial>` is written if there is
            // nothing to ring.
            longest = longest.max(own.before + self.longest_after(verb, sizes));
            verb.size(self.config, &mut own);
        }
        let size = longest.max(own.before + own.last);
        if let Some(known) = sizes.get_mut(action) {
            *known = Some(size);
        }
        size
    }

    fn longest_after(&self, verb: &Verb, sizes: &mut [Option<usize>]) -> usize {
        let mut longest = 0;
        verb.edges(&ConfigPath::root("actions"), &mut |edge, _| {
            if edge.trigger == Trigger::Immediate
                && let Some(to) = self.config.actions.position(edge.to)
            {
                longest = longest.max(self.size(to, sizes));
            }
        });
        longest
    }

    fn after(&self, action: usize, sizes: &mut [Option<usize>]) -> usize {
        let at_once = self.edges.from(action).filter(|edge| edge.trigger == Trigger::Immediate);
        at_once.map(|edge| self.size(edge.to, sizes)).max().unwrap_or(0)
    }
}
