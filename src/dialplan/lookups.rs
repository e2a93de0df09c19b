// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Determines the look-ups that are needed before a document can be written.

use super::conditions::{ConditionEvaluator, ConditionResult};
use super::config::{Conditions, Rule};
use super::facts::{Fact, Facts, Lookup, called_number_zone, find};
use super::turn::{DialplanInput, LocalizedTurn, Turn};

/// The maximum number of verbs that are examined for one request. A config has fewer verbs, but a call can reach an
/// action in many languages.
const MAX_VERBS: usize = 32_768;

/// The look-ups that must be made now. A look-up that depends on the result of another one is returned after that
/// result is known.
#[must_use]
pub fn required_lookups(input: &DialplanInput<'_>, next: &LocalizedTurn<'_>, facts: &Facts) -> Vec<Lookup> {
    let evaluator = ConditionEvaluator::new(input, facts);
    let language = next.language.or_else(|| input.language());
    let mut lookups =
        Lookups { input, facts, language, evaluator, pending: Vec::new(), seen: Vec::new(), verbs: MAX_VERBS };
    match next.turn {
        Turn::Rules(rules) => lookups.first_action(rules),
        Turn::Action(action) => lookups.action(action),
        Turn::Resume { verb, event, .. } => verb.add_lookups_after(&event, &mut lookups),
        Turn::Announce | Turn::Hangup | Turn::EmptyResponse => {}
    }
    lookups.pending
}

/// Collects look-ups while it follows the dialplan.
pub struct Lookups<'p, 'a> {
    /// The config and the call.
    pub input: &'p DialplanInput<'a>,
    /// The results of earlier look-ups.
    pub facts: &'p Facts,
    /// The current language tag of the call.
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

    /// Adds the look-up of the people with the caller's number. `with_includes` is whether their general practitioners
    /// or care teams are needed.
    pub(super) fn people(&mut self, with_includes: bool) {
        if !self.facts.people.is_pending() {
            return;
        }
        for known in &mut self.pending {
            if let Lookup::People { with_includes: known, .. } = known {
                *known |= with_includes;
                return;
            }
        }
        self.pending.push(Lookup::People { with_includes, narrow: self.facts.has_more_people });
    }

    /// Adds the look-up of the clinician who last tried to reach the patient.
    pub(super) fn last_to_call(&mut self) {
        self.people(false);
        let is_known = self.facts.people.known().is_some_and(|people| people.subject().is_some());
        if is_known && self.facts.last_to_call.is_pending() {
            self.add(Lookup::LastToCall);
        }
    }

    /// Adds the look-up of who is away, if the config uses it.
    pub(super) fn presence(&mut self) {
        if self.input.config.presence.is_enabled() && self.facts.away.is_pending() {
            self.add(Lookup::Presence);
        }
    }

    /// Adds the look-up of the practitioners with these roles.
    pub(super) fn roles(&mut self, roles: &str) {
        if find(&self.facts.roles, roles).is_pending() {
            self.add(Lookup::Roles(roles.to_owned()));
        }
    }

    /// Adds the look-up of the record of this call.
    pub(super) fn record(&mut self) {
        if self.facts.record.is_pending() {
            self.add(Lookup::Record);
        }
    }

    /// Adds the look-up of the wrong birth dates that were entered from the caller's number.
    pub(super) fn birth_date_tries(&mut self) {
        if self.facts.birth_date_tries.is_pending() {
            self.add(Lookup::BirthDateTries);
        }
    }

    /// Adds the look-up of the next visit of a verified caller, and of its local time.
    pub(super) fn next_visit(&mut self) {
        self.record();
        let facts = self.facts;
        let Some(patient) = facts.record.known().and_then(|record| record.verified.as_ref()) else { return };
        match &facts.next_visit {
            Fact::Pending => self.add(Lookup::NextVisit(patient.clone())),
            Fact::Known(Some(visit)) if facts.visit_time.is_pending() => {
                if let Some(zone) = called_number_zone(self.input.config, &self.input.caller) {
                    self.add(Lookup::VisitTime { zone: zone.to_owned(), at: visit.start });
                }
            }
            Fact::Known(_) | Fact::Unavailable => {}
        }
    }

    /// Adds the look-up of the local time in a zone.
    pub(super) fn zone(&mut self, zone: Option<&str>) {
        if let Some(zone) = zone.filter(|zone| find(&self.facts.local_times, zone).is_pending()) {
            self.add(Lookup::Zone(zone.to_owned()));
        }
    }

    /// Follows the action to which staff divert calls, or else the rules. While the overrides are not known, also
    /// follows the rules, so that both are looked up at once.
    fn first_action(&mut self, rules: &'a [Rule]) {
        self.overrides();
        match self.facts.diverted_to(self.input.config) {
            Some(action) => self.action(action),
            None => self.rules(rules),
        }
    }

    /// Adds the look-up of the overrides by staff, if the config allows any.
    pub(super) fn overrides(&mut self) {
        if self.input.config.overrides.is_some() && self.facts.overrides.is_pending() {
            self.add(Lookup::Overrides);
        }
    }

    /// Follows the first rule whose conditions hold. If an earlier rule is undecided, also follows the later rules.
    fn rules(&mut self, rules: &'a [Rule]) {
        for rule in rules {
            if self.branch(&rule.when, &rule.then) == ConditionResult::Yes {
                return;
            }
        }
    }

    /// Follows the action `then` if the conditions may hold, and adds the look-ups of the conditions.
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

    /// Adds the look-ups of conditions.
    fn conditions(&mut self, conditions: &Conditions) {
        let config = self.input.config;
        for name in conditions.open.iter().chain(&conditions.closed) {
            if !self.evaluator.are_open(name).is_pending() {
                continue;
            }
            let Some(hours) = config.hours.get(name) else { continue };
            self.zone(hours.time_zone.as_deref().or_else(|| called_number_zone(config, &self.input.caller)));
            if let Some(service) = hours.healthcare_service.as_deref()
                && find(&self.facts.services, service).is_pending()
            {
                self.add(Lookup::Service(service.to_owned()));
            }
        }
        if conditions.needs_record() {
            self.record();
        }
        if conditions.needs_people() {
            self.people(conditions.care_team.is_some());
        }
    }

    /// Adds the look-ups for the document of an action.
    pub(super) fn action(&mut self, name: &str) {
        let Some(position) = self.input.config.actions.position(name) else { return };
        let Some((_, verbs)) = self.input.config.actions.at(position) else { return };
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
