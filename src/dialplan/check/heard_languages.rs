// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds the languages in which each verb may be heard: those of the numbers that lead to it, and those to which the
//! call has switched before.

use crate::dialplan::callback_urls::switch_languages;
use crate::dialplan::config::{Conditions, Config};
use crate::dialplan::people::is_language;
use crate::dialplan::speech::DEFAULT_LANGUAGE;
use crate::dialplan::verbs::Verb;

use super::ConfigPath;

/// A set of languages: bit `n` is the language at index `n` of `tags`.
type Languages = u64;

/// The languages of each action.
pub(super) struct HeardLanguages<'a> {
    config: &'a Config,
    tags: Vec<&'a str>,
    /// The languages at the start of each action, in the order of the config.
    starts: Vec<Languages>,
}

impl<'a> HeardLanguages<'a> {
    /// Follows all calls from the rules of the numbers through the actions.
    pub(super) fn of(config: &'a Config) -> Self {
        let general = config.language.as_deref().unwrap_or(DEFAULT_LANGUAGE);
        let own = config.numbers.iter().filter_map(|(_, number)| number.language.as_deref());
        let mut tags: Vec<&str> = Vec::new();
        for tag in core::iter::once(general).chain(own).chain(switch_languages(config)) {
            // A config with more languages exceeds the limit of callback URLs anyway.
            if tags.len() < Languages::BITS as usize && !tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
                tags.push(tag);
            }
        }
        let mut heard = Self { config, tags, starts: vec![0; config.actions.len()] };
        for (_, number) in config.numbers.iter() {
            let start = heard.only(number.language.as_deref().unwrap_or(general));
            for rule in config.dialplans.get(&number.dialplan).into_iter().flatten() {
                let languages = heard.matching(&rule.when, start);
                heard.add(&rule.then, languages);
            }
        }
        heard.follow_all();
        heard
    }

    /// Visits each verb that a call reaches, with its path and the languages in which it is heard.
    pub(super) fn each_verb(&self, mut visit: impl FnMut(&'a Verb, &ConfigPath<'_>, &[&'a str])) {
        let at = ConfigPath::root("actions");
        for (action, (name, verbs)) in self.config.actions.iter().enumerate() {
            let at = at.member(action, name);
            self.walk(action, |index, languages| {
                if let Some(verb) = verbs.get(index) {
                    let at = at.element(index);
                    visit(verb, &at.field(verb.key()), &self.tags_of(languages));
                }
            });
        }
    }

    /// Follows the actions that have languages. An action is followed again if a language is added, so the loop ends.
    fn follow_all(&mut self) {
        let mut pending: Vec<usize> = (0..self.starts.len()).collect();
        while let Some(action) = pending.pop() {
            let mut edges = Vec::new();
            self.walk(action, |index, languages| self.edges(action, index, languages, &mut edges));
            pending.extend(edges.into_iter().filter_map(|(to, languages)| self.add(to, languages)));
        }
    }

    /// Visits the verbs of an action that a call reaches.
    fn walk(&self, action: usize, mut visit: impl FnMut(usize, Languages)) {
        let mut languages = self.starts.get(action).copied().unwrap_or(0);
        for (index, verb) in self.verbs(action).iter().enumerate() {
            if languages == 0 {
                return;
            }
            match verb {
                Verb::Language(language) => languages = self.only(&language.0),
                // An option without an action repeats the menu in its language.
                Verb::Menu(menu) => {
                    let again = menu.options.iter().filter(|option| option.then.is_none());
                    let again = again.filter_map(|option| option.language.as_deref());
                    languages = again.fold(languages, |all, language| all | self.only(language));
                }
                _ => {}
            }
            visit(index, languages);
            if let Some(conditions) = verb.conditions() {
                languages = self.not_matching(conditions, languages);
            }
        }
    }

    /// Adds the actions that may follow a verb, and their languages.
    fn edges(&self, action: usize, index: usize, languages: Languages, edges: &mut Vec<(&'a str, Languages)>) {
        let Some(verb) = self.verbs(action).get(index) else { return };
        match verb {
            Verb::Menu(menu) => {
                for option in &menu.options {
                    let switched = option.language.as_deref().map(|language| self.only(language));
                    edges.extend(option.then.as_deref().map(|then| (then, switched.unwrap_or(languages))));
                }
                edges.push((&menu.otherwise, languages));
            }
            Verb::When(when) => {
                edges.push((&when.then, self.matching(&when.conditions, languages)));
                let otherwise = self.not_matching(&when.conditions, languages);
                edges.extend(when.otherwise.as_deref().map(|action| (action, otherwise)));
            }
            _ => verb.edges(&ConfigPath::root("actions"), &mut |edge, _| edges.push((edge.to, languages))),
        }
    }

    fn verbs(&self, action: usize) -> &'a [Verb] {
        self.config.actions.at(action).map_or(&[], |(_, verbs)| verbs)
    }

    /// Adds languages to an action. The result is its index, if it did not have all of them.
    fn add(&mut self, action: &str, languages: Languages) -> Option<usize> {
        let index = self.config.actions.position(action)?;
        let start = self.starts.get_mut(index)?;
        let before = *start;
        *start |= languages;
        (*start != before).then_some(index)
    }

    fn only(&self, tag: &str) -> Languages {
        self.tags.iter().position(|known| known.eq_ignore_ascii_case(tag)).map_or(0, |index| 1 << index)
    }

    /// The languages for which conditions may hold.
    fn matching(&self, conditions: &Conditions, languages: Languages) -> Languages {
        let Some(expected) = &conditions.language else { return languages };
        let holds = |tag: &str| expected.iter().any(|expected| is_language(expected, tag));
        let matching = self.tags_of(languages).into_iter().filter(|tag| holds(tag));
        matching.fold(0, |all, tag| all | self.only(tag))
    }

    /// The languages for which conditions may not hold.
    fn not_matching(&self, conditions: &Conditions, languages: Languages) -> Languages {
        let is_only_language = Conditions { language: None, ..conditions.clone() } == Conditions::default();
        if is_only_language { languages & !self.matching(conditions, languages) } else { languages }
    }

    fn tags_of(&self, languages: Languages) -> Vec<&'a str> {
        let has = |index: usize| languages & 1 << index != 0;
        self.tags.iter().enumerate().filter(|(index, _)| has(*index)).map(|(_, tag)| *tag).collect()
    }
}
