// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What has to be found out before a turn can be taken.

use super::conditions::{Holds, Rules};
use super::dial::is_rung;
use super::facts::{Fact, Facts, Want, find, zone_of};
use super::outcome::Outcome;
use super::queue::is_spoken;
use super::turn::{Plan, Turn};
use crate::dialplan::config::{Dial, Order, Target, Verb, When};

/// What is to be asked for now. A config whose rules and actions need nothing wants nothing; what depends on something
/// that is not known yet is wanted once that is.
#[must_use]
pub fn wants(plan: &Plan<'_>, turn: &Turn<'_>, facts: &Facts) -> Vec<Want> {
    let mut needs = Needs { plan, facts, wants: Vec::new(), seen: Vec::new() };
    match turn {
        Turn::Rules(rules) => {
            let mut shared = Rules::of(plan.config, &plan.caller, facts, rules);
            for rule in *rules {
                let holds = shared.hold(&rule.when);
                if holds == Holds::No {
                    continue;
                }
                needs.action(&rule.then);
                if holds == Holds::Yes {
                    break;
                }
                needs.condition(&rule.when, &mut shared);
            }
        }
        Turn::Action(action) => needs.action(action),
        Turn::Dial { dial, n, before, .. } => needs.dial(dial, *n, *before),
        Turn::Answered { dial, n } => {
            needs.rung(dial, *n);
            if let Some(then) = dial.on.get(Outcome::Answered.word()) {
                needs.action(then);
            }
        }
        Turn::Callback { queue, .. } => {
            if let Some(offer) = queue.callback.as_ref().filter(|offer| is_spoken(plan.config, &offer.then)) {
                needs.action(&offer.then);
            }
        }
        Turn::Left(queue) => {
            let offered = queue.callback.as_ref().map(|offer| &offer.then);
            let overflown = queue.overflow.as_ref().map(|overflow| &overflow.then);
            for then in offered.into_iter().chain(overflown) {
                needs.action(then);
            }
        }
        Turn::Menu { .. }
        | Turn::Wait { .. }
        | Turn::Leave
        | Turn::Farewell(_)
        | Turn::Announce
        | Turn::Hangup
        | Turn::Nothing => {}
    }
    needs.wants
}

struct Needs<'p, 'a> {
    plan: &'p Plan<'a>,
    facts: &'p Facts,
    wants: Vec<Want>,
    /// The actions that were looked through.
    seen: Vec<&'a str>,
}

impl Needs<'_, '_> {
    fn want(&mut self, want: Want) {
        if !self.wants.contains(&want) {
            self.wants.push(want);
        }
    }

    /// The patient, where they are not known; whether they are known to be somebody.
    fn patient(&mut self) -> bool {
        if self.facts.patient.is_open() {
            self.want(Want::Patient);
        }
        matches!(self.facts.patient, Fact::Known(Some(_)))
    }

    fn zone(&mut self, zone: Option<&str>) {
        if let Some(zone) = zone.filter(|zone| find(&self.facts.walls, zone).is_open()) {
            self.want(Want::Zone(zone.to_owned()));
        }
    }

    fn condition(&mut self, when: &When, shared: &mut Rules<'_>) {
        let config = self.plan.config;
        for name in when.open.iter().chain(&when.closed) {
            if !shared.are_open(name).is_open() {
                continue;
            }
            let Some(hours) = config.hours.get(name) else { continue };
            self.zone(hours.time_zone.as_deref().or_else(|| zone_of(config, &self.plan.caller)));
            if let Some(service) = hours.healthcare_service.as_deref()
                && find(&self.facts.services, service).is_open()
            {
                self.want(Want::Service(service.to_owned()));
            }
        }
        if when.patient.is_some() || when.patient_language.is_some() || when.care_team.is_some() {
            let known = self.patient();
            if when.care_team.is_some() && known && self.facts.teams.is_open() {
                self.want(Want::Teams);
            }
        }
    }

    /// What an action needs in the document that begins it.
    fn action(&mut self, name: &str) {
        let Some((name, verbs)) = self.plan.config.actions.iter().find(|(known, _)| *known == name) else { return };
        if self.seen.contains(&name) {
            return;
        }
        self.seen.push(name);
        for verb in verbs {
            match verb {
                Verb::Greet(_) => {
                    self.patient();
                }
                Verb::Dial(dial) => self.dial(dial, 0, Outcome::Unavailable),
                Verb::Goto(next) => self.action(next),
                _ => {}
            }
            if super::step::decides(verb) {
                break;
            }
        }
    }

    /// What the targets of a dial need from the `n`th on, until there is one that surely rings.
    fn dial(&mut self, dial: &Dial, n: u32, before: Outcome) {
        let mut surely = false;
        if dial.order == Order::HuntGroup {
            // Any may be the first.
            for target in &dial.targets {
                self.target(target);
            }
            surely = dial.targets.iter().any(|target| self.is_fixed(target)) && n == 0;
        } else if dial.order == Order::AllAtOnce {
            for target in dial.targets.iter().filter(|_| n == 0) {
                self.target(target);
            }
            surely = n == 0 && dial.targets.iter().any(|target| self.is_fixed(target));
        } else {
            for target in dial.targets.iter().skip(n as usize) {
                self.target(target);
                if self.is_fixed(target) {
                    surely = true;
                    break;
                }
            }
        }
        if !surely {
            self.action(dial.on.get(before.word()).unwrap_or(&dial.otherwise));
        }
    }

    /// Whether a target rings whatever the chart says.
    fn is_fixed(&self, target: &Target) -> bool {
        match target {
            Target::Client(_) | Target::Sip(_) => true,
            Target::Number(number) => is_rung(self.plan, number),
            _ => false,
        }
    }

    /// What tells who was rung in a place.
    fn rung(&mut self, dial: &Dial, n: u32) {
        match dial.order {
            Order::AllAtOnce | Order::HuntGroup => dial.targets.iter().for_each(|target| self.target(target)),
            Order::InOrder => dial.targets.get(n as usize).into_iter().for_each(|target| self.target(target)),
        }
    }

    fn target(&mut self, target: &Target) {
        match target {
            Target::Client(_) | Target::Number(_) | Target::Sip(_) => {}
            Target::Available(roles) => {
                if find(&self.facts.roles, roles).is_open() {
                    self.want(Want::Roles(roles.clone()));
                }
                self.zone(zone_of(self.plan.config, &self.plan.caller));
            }
            Target::GeneralPractitioner(_) => {
                self.patient();
            }
            Target::LastToCall(_) => {
                if self.patient() && self.facts.last_to_call.is_open() {
                    self.want(Want::LastToCall);
                }
            }
        }
    }
}
