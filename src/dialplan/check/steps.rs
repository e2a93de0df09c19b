// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How many callback URLs a config makes.

use super::Checker;
use super::place::Place;
use crate::dialplan::config::{Config, Order, Verb};
use crate::dialplan::step::{MAX_STEPS, retries};
use crate::error::Code;

/// The webhook's own URL, and those of status, recording, transcription, answering machine and announcement callbacks.
const COMMON: usize = 7;

impl Checker<'_> {
    pub(super) fn steps(&mut self) {
        if steps(self.config) <= MAX_STEPS {
            return;
        }
        // Told at the action that makes most of them.
        let actions = self.config.actions.iter().enumerate();
        if let Some((index, (name, _))) = actions.max_by_key(|(_, (_, verbs))| of_action(verbs)) {
            self.error(Code::ConfigSteps, &Place::root("actions").member(index, name));
        }
    }
}

/// Those of every action, each in the language of the call and in those that a caller can switch to: as many as
/// [`all_steps`](crate::dialplan::all_steps) makes, which makes them all.
fn steps(config: &Config) -> usize {
    let mut languages: Vec<&str> = Vec::new();
    let mut of_actions = 0_usize;
    for (_, verbs) in config.actions.iter() {
        of_actions = of_actions.saturating_add(of_action(verbs));
        for verb in verbs {
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
    }
    of_actions.saturating_mul(1 + languages.len()).saturating_add(COMMON)
}

/// Those of one action in one language.
fn of_action(verbs: &[Verb]) -> usize {
    let each = verbs.iter().map(|verb| match verb {
        Verb::Menu(menu) => retries(menu.retries).saturating_add(1) as usize,
        Verb::Dial(dial) if dial.order == Order::AllAtOnce => 1,
        Verb::Dial(dial) => dial.targets.len(),
        Verb::Queue(queue) => 2 + usize::from(queue.callback.is_some()),
        Verb::Voicemail(_) => 1,
        Verb::Conference(conference) => usize::from(conference.then.is_some()),
        _ => 0,
    });
    each.sum()
}

/// Notes a language once. Beyond as many as there may be steps, none makes a difference.
fn note<'a>(languages: &mut Vec<&'a str>, tag: &'a str) {
    if languages.len() <= MAX_STEPS && !languages.contains(&tag) {
        languages.push(tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialplan::step::all_steps;

    #[test]
    fn counts_what_is_made() {
        for (text, expected) in [
            ("{}", 7),
            (include_str!("../../../docs/dialplan/missed-call.json"), 7),
            (include_str!("../../../docs/dialplan/front-desk.json"), 10),
            (include_str!("../../../docs/dialplan/bilingual.json"), 37),
            (include_str!("../../../docs/dialplan/nurse-line.json"), 15),
            (include_str!("../../../docs/dialplan/known-patients.json"), 12),
            (include_str!("../../../tests/rust/sound-config.json"), 33),
        ] {
            let config = Config::read(text).unwrap();
            assert_eq!((steps(&config), all_steps(&config).len()), (expected, expected));
        }
    }
}
