// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The rounds of a `dial`: what rings at once, and what rings next.
//!
//! A `dial` has a group of targets for each position in its order, or one group if all targets ring at once. A group
//! rings in steps. First everything that is connected without a key rings at once. Then the screened phones ring one
//! after the other, because Twilio ends the other rings when someone picks up, before a key is pressed.

use super::{Dial, RingOrder};
use crate::dialplan::config::Config;
use crate::dialplan::facts::Facts;
use crate::dialplan::lookups::Lookups;
use crate::dialplan::outcome::VerbOutcome;
use crate::dialplan::people::Endpoint;
use crate::dialplan::target::{Endpoints, Target};
use crate::dialplan::turn::DialplanInput;
use crate::text::hash;

/// The number `n` of a round is `group + STEP_FACTOR × step`: the index of its group, and the index of its step.
pub const STEP_FACTOR: u32 = 64;

/// The maximum number of screened phones that ring, one after the other, for a target whose phones are in the chart.
const MAX_SCREENED: u32 = 5;

/// What rings at once.
pub(super) struct Round {
    /// The number of the round, in its callback URL.
    pub(super) n: u32,
    /// What rings.
    pub(super) endpoints: Vec<Endpoint>,
    /// Whether the callee presses a key before the connection.
    pub(super) is_screened: bool,
}

/// The round after `n`.
pub(super) const fn after(n: u32) -> u32 {
    n + STEP_FACTOR
}

impl Dial {
    /// The number of groups.
    const fn groups(&self) -> u32 {
        match self.order {
            RingOrder::AllAtOnce => 1,
            RingOrder::InOrder | RingOrder::HuntGroup => self.targets.len() as u32,
        }
    }

    /// The targets of a group of a call.
    fn group(&self, input: &DialplanInput<'_>, group: u32) -> &[Target] {
        let (count, group) = (self.targets.len(), group as usize);
        match self.order {
            RingOrder::AllAtOnce => &self.targets,
            RingOrder::InOrder => self.targets.get(group..=group).unwrap_or_default(),
            // A hunt group starts at a hash of the CallSid, so that all requests of a call use the same order.
            RingOrder::HuntGroup => {
                let index = (hash(input.caller.sid) as usize + group) % count.max(1);
                self.targets.get(index..=index).unwrap_or_default()
            }
        }
    }

    /// Whether a phone is screened.
    pub(super) fn screens(&self, config: &Config, number: &str) -> bool {
        self.screen.unwrap_or_else(|| config.screening.applies_to(number))
    }

    /// Whether the phones of this `dial` may be screened.
    pub(super) fn may_screen(&self, config: &Config) -> bool {
        self.targets.iter().any(|target| self.may_screen_target(config, target))
    }

    /// Whether several targets have screened phones. They ring one after the other, whatever the order says.
    pub(super) fn rings_screened_in_order(&self, config: &Config) -> bool {
        self.targets.iter().filter(|target| self.may_screen_target(config, target)).count() > 1
    }

    fn may_screen_target(&self, config: &Config, target: &Target) -> bool {
        match target {
            Target::Number(number) => self.screens(config, number),
            Target::Client(_) | Target::Sip(_) => false,
            Target::Available(_) | Target::GeneralPractitioner(_) | Target::LastToCall(_) => {
                self.screen.unwrap_or_else(|| config.screening.is_enabled())
            }
        }
    }

    /// The maximum number of steps of a group with these targets.
    fn max_steps(&self, config: &Config, targets: &[Target]) -> u32 {
        let mut fixed = 0;
        let (mut has_chart, mut has_open) = (false, false);
        for target in targets {
            match (self.may_screen_target(config, target), target.is_fixed()) {
                (true, true) => fixed += 1,
                (true, false) => has_chart = true,
                (false, _) => has_open = true,
            }
        }
        let of_chart = if has_chart { MAX_SCREENED } else { 0 };
        (fixed + of_chart + u32::from(has_open || has_chart)).max(1)
    }

    /// Visits the numbers of all rounds that a call may have.
    pub(super) fn all_rounds(&self, config: &Config, visit: &mut dyn FnMut(u32)) {
        let single = |index: usize| self.targets.get(index..=index).unwrap_or_default();
        // The start of a hunt group depends on the call, so each of its groups may be any target.
        let of_all: Vec<u32> = match self.order {
            RingOrder::AllAtOnce => vec![self.max_steps(config, &self.targets)],
            RingOrder::InOrder | RingOrder::HuntGroup => {
                (0..self.targets.len()).map(|index| self.max_steps(config, single(index))).collect()
            }
        };
        let most = of_all.iter().copied().max().unwrap_or(1);
        for (group, steps) in (0..).zip(of_all) {
            let steps = if self.order == RingOrder::HuntGroup { most } else { steps };
            (0..steps).for_each(|step| visit(group + step * STEP_FACTOR));
        }
    }

    /// The round `n`, or the first later one in which something rings. Nothing rings twice.
    pub(super) fn round(&self, input: &DialplanInput<'_>, n: u32, facts: &Facts) -> Option<Round> {
        let (first, first_step) = (n % STEP_FACTOR, n / STEP_FACTOR);
        let mut rung: Vec<Endpoint> = Vec::new();
        for group in 0..self.groups() {
            let targets = self.group(input, group);
            let found = Endpoints::of(targets.iter(), input, facts);
            let new = || found.iter().filter(|endpoint| !rung.contains(endpoint));
            if group >= first {
                let is_screened = |endpoint: &Endpoint| match endpoint {
                    Endpoint::Number { number, .. } => self.screens(input.config, number),
                    Endpoint::Client(_) | Endpoint::Sip(_) => false,
                };
                let open: Vec<Endpoint> = new().filter(|endpoint| !is_screened(endpoint)).cloned().collect();
                let open = (open, false);
                let screened =
                    new().filter(|endpoint| is_screened(endpoint)).map(|endpoint| (vec![endpoint.clone()], true));
                let steps = core::iter::once(open).filter(|(open, _)| !open.is_empty()).chain(screened);
                let from = if group == first { first_step } else { 0 };
                let limit = self.max_steps(input.config, targets);
                let mut left = (0..limit).zip(steps).skip(from as usize);
                if let Some((step, (endpoints, is_screened))) = left.next() {
                    return Some(Round { n: group + step * STEP_FACTOR, endpoints, is_screened });
                }
            }
            let new: Vec<Endpoint> = new().cloned().collect();
            rung.extend(new);
        }
        None
    }

    /// Whether only browsers and apps ring in round `n`.
    pub(super) fn rings_only_apps(&self, input: &DialplanInput<'_>, n: u32) -> bool {
        let (group, step) = (n % STEP_FACTOR, n / STEP_FACTOR);
        let mut open =
            self.group(input, group).iter().filter(|target| !self.may_screen_target(input.config, target)).peekable();
        step == 0 && open.peek().is_some() && open.all(|target| matches!(target, Target::Client(_)))
    }

    /// Adds the look-ups from round `n` on, up to the first target that certainly rings.
    pub(super) fn add_lookups_from<'a>(&'a self, n: u32, before: VerbOutcome, lookups: &mut Lookups<'_, 'a>) {
        let first = (n % STEP_FACTOR) as usize;
        let mut always_rings = false;
        match self.order {
            // Any target may be the first to ring.
            RingOrder::HuntGroup | RingOrder::AllAtOnce => {
                self.targets.iter().for_each(|target| target.add_lookups(lookups));
                always_rings = n == 0 && self.targets.iter().any(|target| target.always_rings(lookups.input));
            }
            RingOrder::InOrder => {
                for (index, target) in self.targets.iter().enumerate() {
                    // The look-ups of earlier targets determine what has rung already.
                    target.add_lookups(lookups);
                    let is_new = || self.targets[..index].iter().all(|earlier| earlier.is_fixed() && earlier != target);
                    if (index > first || n == index as u32) && target.always_rings(lookups.input) && is_new() {
                        always_rings = true;
                        break;
                    }
                }
            }
        }
        if !always_rings {
            lookups.action(self.on.get(before.word()).unwrap_or(&self.otherwise));
        }
    }
}
