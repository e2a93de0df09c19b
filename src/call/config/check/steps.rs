// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How many callback URLs a config makes.

use super::Checker;
use super::place::Place;
use crate::call::config::{Config, Order, Verb};
use crate::error::Code;

/// The most callback URLs: each is tried against the signature of a forged request.
const MOST_STEPS: usize = 256;

/// The webhook's own URL, and those of status, recording, transcription, answering machine and announcement callbacks.
const COMMON: usize = 6;

/// How often a menu is heard again where it does not say.
const RETRIES: u32 = 2;

impl Checker<'_> {
    pub(super) fn steps(&mut self) {
        self.expect(steps(self.config) <= MOST_STEPS, Code::ConfigSteps, &Place::root("actions"));
    }
}

/// Those of every action, each in the language of the call and in those that a caller can switch to.
fn steps(config: &Config) -> usize {
    let mut languages: Vec<&str> = Vec::new();
    let mut of_actions = 0_usize;
    for verb in config.actions.iter().flat_map(|(_, verbs)| verbs) {
        of_actions = of_actions.saturating_add(match verb {
            Verb::Menu(menu) => menu.retries.unwrap_or(RETRIES).saturating_add(1) as usize,
            Verb::Dial(dial) if dial.order == Order::AllAtOnce => 1,
            Verb::Dial(dial) => dial.targets.len(),
            Verb::Queue(queue) => 2 + usize::from(queue.callback.is_some()),
            Verb::Voicemail(_) => 1,
            Verb::Conference(conference) => usize::from(conference.then.is_some()),
            _ => 0,
        });
        match verb {
            Verb::Language(tag) => note(&mut languages, tag),
            Verb::Menu(menu) => {
                for tag in menu.options.iter().filter_map(|choice| choice.language.as_deref()) {
                    note(&mut languages, tag);
                }
            }
            _ => {}
        }
    }
    of_actions.saturating_mul(1 + languages.len()).saturating_add(COMMON)
}

/// Notes a language once. Beyond as many as there may be steps, none makes a difference.
fn note<'a>(languages: &mut Vec<&'a str>, tag: &'a str) {
    if languages.len() <= MOST_STEPS && !languages.contains(&tag) {
        languages.push(tag);
    }
}
