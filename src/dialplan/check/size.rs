// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How long documents become: Twilio reads 64 kB of each.

use super::Checker;
use super::loops::Way;
use super::place::Place;
use crate::dialplan::config::{Config, Say, Verb, Words};
use crate::error::Code;
use crate::twiml::MAX_BYTES;

/// More than a verb has around its words: names, attributes, a callback URL or two.
const AROUND: usize = 1_024;
/// The same of a short verb, which has no callback.
const SHORT: usize = 256;

impl Checker<'_> {
    /// What is heard at once has to fit into one document. Where it does not, the last action that is too much is told.
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
        let (first, last) = self.config.actions.at(action).map_or((0, 0), |(_, verbs)| heard(self.config, verbs));
        // Where nobody is there to be rung, nothing is written of that.
        let size = first + last.max(self.after(action, sizes));
        if let Some(known) = sizes.get_mut(action) {
            *known = Some(size);
        }
        size
    }

    fn after(&self, action: usize, sizes: &mut [Option<usize>]) -> usize {
        let at_once = self.edges.from(action).filter(|edge| edge.way == Way::AtOnce);
        at_once.map(|edge| self.size(edge.to, sizes)).max().unwrap_or(0)
    }
}

/// The most bytes that an action becomes: those that are heard first, and the one that decides.
fn heard(config: &Config, verbs: &[Verb]) -> (usize, usize) {
    let announced = || config.recording.as_ref().map_or(0, |recording| said(&recording.announcement));
    let (mut first, mut last) = (0_usize, 0);
    for verb in verbs {
        match verb {
            Verb::Say(say) => first += said(say),
            Verb::Greet(greet) => first += SHORT + longest(&greet.patient).max(longest(&greet.neutral)),
            Verb::Play(play) => first += SHORT + written(&play.url),
            Verb::Menu(menu) => {
                // A wrong choice brings it again, behind other words.
                first = first.max(menu.invalid.as_ref().map_or(0, said));
                let hints = menu.options.iter().flat_map(|option| &option.speech).map(|hint| written(hint) + 1);
                last = AROUND + said(&menu.prompt) + hints.sum::<usize>();
            }
            // Ten phones at once, each with its callbacks.
            Verb::Dial(_) => last = 10 * AROUND + announced(),
            Verb::Conference(_) => last = AROUND + announced(),
            Verb::Voicemail(voicemail) => {
                last = AROUND + said(&voicemail.greeting) + voicemail.farewell.as_ref().map_or(0, said);
            }
            Verb::Redirect(redirect) => last = SHORT + written(&redirect.url),
            Verb::Queue(_) => last = AROUND,
            _ => first += SHORT,
        }
    }
    (first, last)
}

fn said(say: &Say) -> usize {
    SHORT + say.text.as_ref().or(say.ssml.as_ref()).map_or(0, longest)
}

/// The longest of some words.
fn longest(words: &Words) -> usize {
    words.texts().map(written).max().unwrap_or(0)
}

/// How many bytes a text has where XML writes it.
fn written(text: &str) -> usize {
    let bytes = text.bytes().map(|byte| match byte {
        b'&' | b'\r' => 5,
        b'<' | b'>' => 4,
        b'"' => 6,
        _ => 1,
    });
    bytes.sum()
}
