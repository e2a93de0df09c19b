// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How long documents become: Twilio reads 64 kB of each.

use super::Checker;
use super::place::Place;
use crate::dialplan::graph::Trigger;
use crate::dialplan::verbs::{Size, Verb};
use crate::error::Code;
use crate::twiml::MAX_BYTES;

impl Checker<'_> {
    /// What is heard at once has to fit into one document. Where it does not, the last action that is too much is reported.
    /// Only for plans without loops.
    pub(super) fn sizes(&mut self) {
        let config = self.config;
        let mut sizes = vec![None; config.actions.len()];
        for (index, (name, _)) in config.actions.iter().enumerate() {
            if self.size(index, &mut sizes) > MAX_BYTES && self.after(index, &mut sizes) <= MAX_BYTES {
                self.error(Code::ConfigSize, &Place::root("actions").member(index, name));
            }
        }
    }

    /// Bytes of an action with the longest that it goes on with at once. No chain is longer than a call may go.
    fn size(&self, action: usize, sizes: &mut [Option<usize>]) -> usize {
        if let Some(Some(size)) = sizes.get(action) {
            return *size;
        }
        let own = self.config.actions.at(action).map_or(Size::default(), |(_, verbs)| self.own_size(verbs));
        // Where no one is there to be rung, nothing is written of that.
        let size = own.before + own.last.max(self.after(action, sizes));
        if let Some(known) = sizes.get_mut(action) {
            *known = Some(size);
        }
        size
    }

    fn own_size(&self, verbs: &[Verb]) -> Size {
        let mut size = Size::default();
        for verb in verbs {
            verb.size(self.config, &mut size);
        }
        size
    }

    fn after(&self, action: usize, sizes: &mut [Option<usize>]) -> usize {
        let at_once = self.edges.from(action).filter(|edge| edge.trigger == Trigger::Immediate);
        at_once.map(|edge| self.size(edge.to, sizes)).max().unwrap_or(0)
    }
}
