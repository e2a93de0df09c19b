// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Determines what must be looked up before a document can be written.

use super::conditions::{ConditionEvaluator, ConditionResult};
use super::config::{Conditions, Rule};
use super::facts::{Fact, Facts, Lookup, caller_zone, find};
use super::turn::{Next, Plan, Turn};

/// The maximum number of verbs that are examined for one request. A config has fewer, but an action can be reached in
/// many languages.
const MAX_VERBS: usize = 32_768;

/// What must be looked up now. A lookup that depends on a missing one is returned later, when that one is known.
#[must_use]
pub fn required_lookups(plan: &Plan<'_>, next: &Next<'_>, facts: &Facts) -> Vec<Lookup> {
    let evaluator = ConditionEvaluator::new(plan, facts);
    let language = next.language.or_else(|| plan.language());
    let mut lookups =
        Lookups { plan, facts, language, evaluator, pending: Vec::new(), seen: Vec::new(), verbs: MAX_VERBS };
    match next.turn {
        Turn::Rules(rules) => lookups.rules(rules),
        Turn::Action(action) => lookups.action(action),
        Turn::Resume { verb, event, .. } => verb.add_lookups_after(&event, &mut lookups),
        Turn::Announce | Turn::Hangup | Turn::EmptyResponse => {}
    }
    lookups.pending
}

/// Collects lookups while it follows the plan.
pub struct Lookups<'p, 'a> {
    /// The plan and the call.
    pub plan: &'p Plan<'a>,
    /// The results of earlier lookups.
    pub facts: &'p Facts,
    /// The current language.
    pub language: Option<&'a str>,
    evaluator: ConditionEvaluator<'p>,
    pending: Vec<Lookup>,
    /// The positions of actions that were examined, with the language in which each was reached.
    seen: Vec<(usize, Option<&'a str>)>,
    /// The remaining number of verbs to examine.
    verbs: usize,
}

impl<'a> Lookups<'_, 'a> {
    fn add(&mut self, lookup: Lookup) {
        if !self.pending.contains(&lookup) {
            self.pending.push(lookup);
        }
    }

    /// Looks up the patient. Returns whether exactly one patient is known to match.
    pub(super) fn patient(&mut self) -> bool {
        if self.facts.patient.is_pending() {
            self.add(Lookup::Patient);
        }
        matches!(self.facts.patient, Fact::Known(Some(_)))
    }

    /// Looks up the clinician who last tried to reach the patient.
    pub(super) fn last_to_call(&mut self) {
        if self.patient() && self.facts.last_to_call.is_pending() {
            self.add(Lookup::LastToCall);
        }
    }

    /// Looks up the practitioners of some roles.
    pub(super) fn roles(&mut self, roles: &str) {
        if find(&self.facts.roles, roles).is_pending() {
            self.add(Lookup::Roles(roles.to_owned()));
        }
    }

    /// Looks up the local time of a zone.
    pub(super) fn zone(&mut self, zone: Option<&str>) {
        if let Some(zone) = zone.filter(|zone| find(&self.facts.local_times, zone).is_pending()) {
            self.add(Lookup::Zone(zone.to_owned()));
        }
    }

    /// Follows the first rule whose conditions hold; while that is unknown, every rule that may be it.
    fn rules(&mut self, rules: &'a [Rule]) {
        for rule in rules {
            if self.branch(&rule.when, &rule.then) == ConditionResult::Yes {
                return;
            }
        }
    }

    /// Follows the action `then` if the conditions may hold, and looks up what decides that.
    pub(super) fn branch(&mut self, conditions: &Conditions, then: &str) -> ConditionResult {
        let holds = self.evaluator.holds(conditions, self.language);
        if holds != ConditionResult::No {
            self.action(then);
        }
        if holds == ConditionResult::Pending {
            self.conditions(conditions);
        }
        holds
    }

    /// Looks up what decides whether conditions hold.
    fn conditions(&mut self, conditions: &Conditions) {
        let config = self.plan.config;
        for name in conditions.open.iter().chain(&conditions.closed) {
            if !self.evaluator.are_open(name).is_pending() {
                continue;
            }
            let Some(hours) = config.hours.get(name) else { continue };
            self.zone(hours.time_zone.as_deref().or_else(|| caller_zone(config, &self.plan.caller)));
            if let Some(service) = hours.healthcare_service.as_deref()
                && find(&self.facts.services, service).is_pending()
            {
                self.add(Lookup::Service(service.to_owned()));
            }
        }
        if conditions.patient.is_some() || conditions.patient_language.is_some() || conditions.care_team.is_some() {
            let known = self.patient();
            if conditions.care_team.is_some() && known && self.facts.teams.is_pending() {
                self.add(Lookup::Teams);
            }
        }
    }

    /// Looks up what the document of an action needs.
    pub(super) fn action(&mut self, name: &str) {
        let Some(position) = self.plan.config.actions.position(name) else { return };
        let Some((_, verbs)) = self.plan.config.actions.at(position) else { return };
        let language = self.language;
        // Conditions may depend on the language.
        let Err(free) = self.seen.binary_search(&(position, language)) else { return };
        self.seen.insert(free, (position, language));
        for verb in verbs {
            let Some(left) = self.verbs.checked_sub(1) else { break };
            self.verbs = left;
            if !verb.add_lookups(self) {
                break;
            }
        }
        self.language = language;
    }
}
