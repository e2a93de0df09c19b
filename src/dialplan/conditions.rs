// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Evaluates the conditions of rules for a call.

use super::config::{AnswerCondition, Conditions};
use super::facts::{CallerRecord, Fact, Facts};
use super::people::{PeopleOfNumber, is_language};
use super::speech::DEFAULT_LANGUAGE;
use super::turn::DialplanInput;
use crate::phone::E164;

/// The result of evaluating conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ConditionResult {
    /// The conditions do not hold, or a look-up failed.
    No,
    /// A look-up was not made yet.
    Pending,
    /// The conditions hold.
    Yes,
}

/// Evaluates the conditions for a call, and caches results that several conditions need.
pub(super) struct ConditionEvaluator<'a> {
    input: DialplanInput<'a>,
    facts: &'a Facts,
    /// The names of the lists that contain the caller. `None` until a list is needed.
    lists: Option<Vec<&'a str>>,
    /// Whether the hours of the config are open, by position in the config. Each is evaluated once.
    open: Vec<Option<Fact<bool>>>,
}

impl<'a> ConditionEvaluator<'a> {
    pub(super) const fn new(input: &DialplanInput<'a>, facts: &'a Facts) -> Self {
        Self { input: *input, facts, lists: None, open: Vec::new() }
    }

    /// Whether all conditions hold. A condition whose look-up failed does not hold. Hours whose look-up failed are
    /// closed. `language` is the current language of the call.
    pub(super) fn holds(&mut self, conditions: &Conditions, language: Option<&str>) -> ConditionResult {
        if !self.holds_without_lookup(conditions, language) {
            return ConditionResult::No;
        }
        let mut result = ConditionResult::Yes;
        if let Some(name) = &conditions.open {
            result = result.min(self.hours(name, true));
        }
        if let Some(name) = &conditions.closed {
            result = result.min(self.hours(name, false));
        }
        let facts = self.facts;
        if conditions.needs_record() {
            result = result.min(of(&facts.record, |record| record_matches(conditions, record)));
        }
        if conditions.needs_people() {
            result = result.min(of(&facts.people, |people| people_match(conditions, people)));
        }
        result
    }

    fn hours(&mut self, name: &str, expected: bool) -> ConditionResult {
        match self.are_open(name) {
            Fact::Known(open) => holds(open == expected),
            Fact::Pending => ConditionResult::Pending,
            Fact::Unavailable => holds(!expected),
        }
    }

    /// Whether the hours with this name are open.
    pub(super) fn are_open(&mut self, name: &str) -> Fact<bool> {
        let DialplanInput { config, caller, .. } = self.input;
        let evaluate = || self.facts.are_open(config, &caller, name);
        let Some(position) = config.hours.position(name) else { return evaluate() };
        if self.open.is_empty() {
            self.open.resize(config.hours.len(), None);
        }
        self.open.get_mut(position).map_or_else(evaluate, |known| *known.get_or_insert_with(evaluate))
    }

    /// Whether the conditions that need no look-up hold: those on Twilio's parameters and on the language.
    pub(super) fn holds_without_lookup(&mut self, conditions: &Conditions, language: Option<&str>) -> bool {
        let caller = self.input.caller;
        let current = language.unwrap_or(DEFAULT_LANGUAGE);
        conditions
            .language
            .as_ref()
            .is_none_or(|expected| expected.iter().any(|expected| is_language(expected, current)))
            && conditions.callers.as_ref().is_none_or(|callers| self.is_caller_in(callers))
            && conditions
                .forwarded_from
                .as_ref()
                .is_none_or(|numbers| numbers.iter().any(|item| self.forwarded_by(item)))
            && conditions.anonymous.is_none_or(|anonymous| anonymous == caller.number.is_none())
            && conditions.verification.as_ref().is_none_or(|expected| expected.contains(&caller.verification))
            && conditions.called.as_ref().is_none_or(|numbers| {
                caller.called.is_some_and(|called| numbers.iter().any(|number| number == called.as_str()))
            })
    }

    /// Whether a number, a prefix or a list contains the caller.
    pub(super) fn is_caller_in(&mut self, callers: &[String]) -> bool {
        let number = self.input.caller.number;
        callers.iter().any(|item| match number {
            _ if !item.starts_with('+') => self.is_in_list(item),
            Some(number) => matches_entry(item, number),
            None => false,
        })
    }

    /// Whether a number, a prefix or a list contains the number that forwarded the call.
    fn forwarded_by(&self, item: &str) -> bool {
        let DialplanInput { config, caller, .. } = self.input;
        let forwarder = caller.forwarder();
        let matches = |entry: &str| {
            forwarder.as_deref().and_then(E164::parse).is_some_and(|number| matches_entry(entry, number))
                || E164::parse(entry).is_some_and(|number| caller.is_forwarded_from(number))
        };
        if item.starts_with('+') {
            matches(item)
        } else {
            config.lists.get(item).is_some_and(|entries| entries.iter().any(|entry| matches(entry)))
        }
    }

    fn is_in_list(&mut self, name: &str) -> bool {
        let DialplanInput { config, caller, .. } = self.input;
        let lists = self.lists.get_or_insert_with(|| {
            let Some(number) = caller.number else { return Vec::new() };
            let has = |entries: &Vec<String>| entries.iter().any(|entry| matches_entry(entry, number));
            config.lists.iter().filter(|(_, entries)| has(entries)).map(|(name, _)| name).collect()
        });
        lists.contains(&name)
    }
}

/// Whether a number, a prefix or a list contains the caller.
#[must_use]
pub fn is_caller_in(input: &DialplanInput<'_>, callers: &[String]) -> bool {
    ConditionEvaluator::new(input, &Facts::default()).is_caller_in(callers)
}

/// Whether the conditions on the people with the caller's number hold.
fn people_match(conditions: &Conditions, people: &PeopleOfNumber) -> bool {
    let only = people.sole_person();
    let speaks = |expected: &Vec<String>| {
        let language = only.and_then(|patient| patient.language.as_deref());
        language.is_some_and(|language| expected.iter().any(|expected| is_language(expected, language)))
    };
    let is_in_team =
        |teams: &Vec<String>| only.is_some_and(|patient| patient.care_teams.iter().any(|team| teams.contains(team)));
    conditions.patient.is_none_or(|expected| only.is_some() == expected)
        && conditions.patient_match.as_ref().is_none_or(|expected| expected.contains(&people.matched))
        && conditions.patient_language.as_ref().is_none_or(speaks)
        && conditions.care_team.as_ref().is_none_or(is_in_team)
}

/// Whether the conditions on the answers and the verification of the caller hold.
fn record_matches(conditions: &Conditions, record: &CallerRecord) -> bool {
    let holds = |(action, expected): (&str, &AnswerCondition)| {
        record.answers.iter().any(|(known, value)| known == action && expected.holds(value))
    };
    conditions.answer.as_ref().is_none_or(|answers| answers.iter().all(holds))
        && conditions.verified.is_none_or(|expected| record.verified.is_some() == expected)
}

/// Whether a number matches an entry: a number or a prefix (`+1555*`).
pub(super) fn matches_entry(entry: &str, number: E164<'_>) -> bool {
    entry.strip_suffix('*').map_or(entry == number.as_str(), |start| number.as_str().starts_with(start))
}

const fn holds(truth: bool) -> ConditionResult {
    if truth { ConditionResult::Yes } else { ConditionResult::No }
}

fn of<T>(known: &Fact<T>, test: impl Fn(&T) -> bool) -> ConditionResult {
    match known {
        Fact::Known(value) => holds(test(value)),
        Fact::Pending => ConditionResult::Pending,
        Fact::Unavailable => ConditionResult::No,
    }
}
