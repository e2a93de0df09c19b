// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which rule is the first whose conditions all hold.

use super::config::Config;
use super::facts::{Fact, Facts};
use super::params::Caller;
use super::people::Patient;
use crate::dialplan::config::{Rule, When};
use crate::phone::E164;
use crate::text::cut;

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// It does not; or nobody can tell any more.
    No,
    /// It is to be found out.
    Open,
    /// It does.
    Yes,
}

/// The rules of a call, and what of its caller serves them all.
pub(super) struct Rules<'a> {
    config: &'a Config,
    caller: Caller<'a>,
    facts: &'a Facts,
    /// The names of the lists that the caller is in: looked through once, however many rules name them.
    lists: Vec<&'a str>,
    /// Whether the hours of the config are open, each judged once.
    open: Vec<Option<Fact<bool>>>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(config: &'a Config, caller: &Caller<'a>, facts: &'a Facts, rules: &[Rule]) -> Self {
        let named =
            rules.iter().filter_map(|rule| rule.when.callers.as_deref()).flatten().any(|one| !one.starts_with('+'));
        let mut lists = Vec::new();
        if let Some(number) = caller.number.filter(|_| named) {
            for (name, entries) in config.lists.iter() {
                if entries.iter().any(|entry| fits(entry, number)) {
                    lists.push(name);
                }
            }
        }
        Self { config, caller: *caller, facts, lists, open: vec![None; config.hours.len()] }
    }

    /// Whether all conditions hold. What was asked for and never came makes its condition fail; hours that are not known
    /// count as closed.
    pub(super) fn hold(&mut self, when: &When) -> Holds {
        if !self.told(when) {
            return Holds::No;
        }
        let mut least = Holds::Yes;
        if let Some(name) = &when.open {
            least = least.min(self.hours(name, true));
        }
        if let Some(name) = &when.closed {
            least = least.min(self.hours(name, false));
        }
        let facts = self.facts;
        if let Some(wanted) = when.patient {
            least = least.min(of(&facts.patient, |patient| patient.is_some() == wanted));
        }
        if let Some(languages) = &when.patient_language {
            let speaks = |patient: &Option<Patient>| {
                let language = patient.as_ref().and_then(|patient| patient.language.as_deref());
                language.is_some_and(|language| languages.iter().any(|wanted| is_language(wanted, language)))
            };
            least = least.min(of(&facts.patient, speaks));
        }
        if let Some(teams) = &when.care_team {
            // Nobody in particular is in no team.
            let nobody = matches!(facts.patient, Fact::Known(None) | Fact::Unavailable);
            let among = |of: &Vec<String>| of.iter().any(|team| teams.contains(team));
            least = least.min(if nobody { Holds::No } else { self::of(&facts.teams, among) });
        }
        least
    }

    fn hours(&mut self, name: &str, wanted: bool) -> Holds {
        match self.are_open(name) {
            Fact::Known(open) => holds(open == wanted),
            Fact::Pending => Holds::Open,
            Fact::Unavailable => holds(!wanted),
        }
    }

    /// Whether the hours of a name are open.
    pub(super) fn are_open(&mut self, name: &str) -> Fact<bool> {
        let judge = || self.facts.are_open(self.config, &self.caller, name);
        let place = self.config.hours.position(name).and_then(|place| self.open.get_mut(place));
        place.map_or_else(judge, |place| *place.get_or_insert_with(judge))
    }

    /// Whether what Twilio tells fits.
    fn told(&self, when: &When) -> bool {
        let caller = &self.caller;
        let is_caller = |one: &String| match caller.number {
            _ if !one.starts_with('+') => self.lists.contains(&one.as_str()),
            Some(number) => fits(one, number),
            None => false,
        };
        when.callers.as_ref().is_none_or(|callers| callers.iter().any(is_caller))
            && when.anonymous.is_none_or(|anonymous| anonymous == caller.number.is_none())
            && when.verification.as_ref().is_none_or(|wanted| wanted.contains(&caller.verification))
            && when.called.as_ref().is_none_or(|numbers| {
                caller.called.is_some_and(|called| numbers.iter().any(|number| number == called.as_str()))
            })
    }
}

/// Whether an entry, a number or the beginning of some (`+1555*`), fits.
fn fits(entry: &str, number: E164<'_>) -> bool {
    entry.strip_suffix('*').map_or(entry == number.as_str(), |start| number.as_str().starts_with(start))
}

/// Whether a tag is the one wanted, or of the same language where no region is wanted.
fn is_language(wanted: &str, language: &str) -> bool {
    wanted.eq_ignore_ascii_case(language) || wanted.eq_ignore_ascii_case(cut(language, b'-').0)
}

const fn holds(truth: bool) -> Holds {
    if truth { Holds::Yes } else { Holds::No }
}

fn of<T>(known: &Fact<T>, test: impl Fn(&T) -> bool) -> Holds {
    match known {
        Fact::Known(value) => holds(test(value)),
        Fact::Pending => Holds::Open,
        Fact::Unavailable => Holds::No,
    }
}
