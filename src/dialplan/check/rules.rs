// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks numbers, dialplans and lists of callers.

use super::config_path::ConfigPath;
use super::{Checker, shape};
use crate::dialplan::address::is_host;
use crate::dialplan::config::{AnswerCondition, AnswerKind, AnswerRange, Conditions, NumberPlan, Rule};
use crate::dialplan::graph::final_verb;
use crate::dialplan::people::CallerMatch;
use crate::dialplan::verbs::Verb;
use crate::error::Code;
use crate::phone::E164;

/// The maximum number of earlier rules with which a rule is compared.
pub(super) const MAX_COMPARED: usize = 256;

impl Checker<'_> {
    pub(super) fn numbers(&mut self) {
        let config = self.config;
        let at = ConfigPath::root("numbers");
        for (index, (number, plan)) in config.numbers.iter().enumerate() {
            let at = at.member(index, number);
            self.our_number(number, &at);
            self.number_plan(plan, &at);
        }
    }

    fn number_plan(&mut self, plan: &NumberPlan, at: &ConfigPath<'_>) {
        self.expect(shape::is_label(&plan.name), Code::ConfigText, &at.field("name"));
        let defined = self.config.dialplans.position(&plan.dialplan).is_some();
        self.expect(defined, Code::ConfigNameUnknown, &at.field("dialplan"));
        self.switched_language(plan.language.as_deref(), &at.field("language"));
        self.zone(plan.time_zone.as_deref(), &at.field("timeZone"));
    }

    pub(super) fn lists(&mut self) {
        let at = ConfigPath::root("lists");
        for (index, (name, callers)) in self.config.lists.iter().enumerate() {
            let at = at.member(index, name);
            self.expect(shape::is_name(name), Code::ConfigName, &at);
            for (index, caller) in callers.iter().enumerate() {
                self.expect(is_caller(caller), Code::ConfigNumber, &at.element(index));
            }
        }
    }

    pub(super) fn screening(&mut self) {
        let screening = &self.config.screening;
        let at = ConfigPath::root("screening");
        for (index, entry) in screening.trusted.iter().enumerate() {
            self.expect(is_caller(entry), Code::ConfigNumber, &at.field("trusted").element(index));
        }
        let is_name = screening.clinic.as_deref().is_none_or(shape::is_label);
        self.expect(is_name, Code::ConfigText, &at.field("clinic"));
    }

    pub(super) fn sip(&mut self) {
        let sip = &self.config.sip;
        let at = ConfigPath::root("sip");
        for (name, hosts) in [("domains", &sip.domains), ("trusted", &sip.trusted)] {
            for (index, host) in hosts.iter().enumerate() {
                self.expect(is_host(host), Code::ConfigSipHost, &at.field(name).element(index));
            }
        }
        let extensions = at.field("extensions");
        for (index, (name, number)) in sip.extensions.iter().enumerate() {
            let at = extensions.member(index, name);
            self.expect(shape::is_name(name), Code::ConfigName, &at);
            self.our_number(number, &at);
        }
        // Without a domain, no call reaches an extension.
        let is_reached = || sip.extensions.is_empty() || !sip.domains.is_empty();
        self.expect_outside_bots(is_reached, Code::ConfigEmpty, &at.field("domains"));
    }

    pub(super) fn transfer(&mut self) {
        let config = self.config;
        let Some(transfer) = &config.transfer else { return };
        let at = ConfigPath::root("transfer");
        let is_action = |name: &str| config.actions.position(name).is_some();
        self.expect(is_action(&transfer.otherwise), Code::ConfigNameUnknown, &at.field("otherwise"));
        self.each(transfer.actions.as_deref(), &at.field("actions"), |checker, action, at| {
            checker.expect(is_action(action), Code::ConfigNameUnknown, at);
        });
        self.range(transfer.timeout, 1, 600, &at.field("timeout"));
        self.range(transfer.max_hold, 10, 3_600, &at.field("maxHold"));
        self.url(transfer.music.as_deref(), &at.field("music"));
    }

    pub(super) fn dispositions(&mut self) {
        let at = ConfigPath::root("dispositions");
        for (index, (code, text)) in self.config.dispositions.iter().enumerate() {
            let at = at.member(index, code);
            self.expect(shape::is_name(code), Code::ConfigName, &at);
            self.expect(shape::is_label(text), Code::ConfigText, &at);
        }
    }

    pub(super) fn dialplans(&mut self) {
        let at = ConfigPath::root("dialplans");
        for (index, (name, rules)) in self.config.dialplans.iter().enumerate() {
            let at = at.member(index, name);
            self.expect(shape::is_name(name), Code::ConfigName, &at);
            self.rules(rules, &at);
        }
    }

    fn rules(&mut self, rules: &[Rule], at: &ConfigPath<'_>) {
        let default = Conditions::default();
        let mut covered = false;
        for (index, rule) in rules.iter().enumerate() {
            let at = at.element(index);
            // Report only the first rule that is covered.
            if covered {
                self.error(Code::ConfigRuleUnreachable, &at);
                return;
            }
            covered = rule.when == default;
            self.conditions(&rule.when, &at.field("when"));
            // Before the first document, the caller was not asked anything.
            let never = rule.when.answer.is_some() || rule.when.verified == Some(true);
            self.expect(!never, Code::ConfigRuleUnreachable, &at.field("when"));
            let defined = self.config.actions.position(&rule.then).is_some();
            self.expect(defined, Code::ConfigNameUnknown, &at.field("then"));
        }
        self.expect(covered, Code::ConfigDefaultMissing, at);
    }

    pub(in crate::dialplan) fn conditions(&mut self, when: &Conditions, at: &ConfigPath<'_>) {
        let config = self.config;
        for (name, callers) in [("callers", &when.callers), ("forwardedFrom", &when.forwarded_from)] {
            self.callers(callers.as_deref(), &at.field(name));
        }
        if let Some(verification) = &when.verification {
            self.expect(!verification.is_empty(), Code::ConfigEmpty, &at.field("verification"));
        }
        self.each(when.patient_language.as_deref(), &at.field("patientLanguage"), |checker, tag, at| {
            checker.language(Some(tag), at);
        });
        self.each(when.language.as_deref(), &at.field("language"), |checker, tag, at| {
            checker.language(Some(tag), at);
        });
        self.each(when.care_team.as_deref(), &at.field("careTeam"), |checker, team, at| {
            checker.expect(shape::is_reference(team, &["CareTeam"]), Code::ConfigReference, at);
        });
        self.each(when.called.as_deref(), &at.field("called"), |checker, number, at| {
            let (number_fits, own) = (E164::parse(number).is_some(), config.numbers.position(number).is_some());
            checker.expect(number_fits, Code::ConfigNumber, at);
            checker.expect(own || !number_fits, Code::ConfigNameUnknown, at);
        });
        for (name, hours) in [("open", &when.open), ("closed", &when.closed)] {
            let defined = hours.as_deref().is_none_or(|hours| config.hours.position(hours).is_some());
            self.expect(defined, Code::ConfigNameUnknown, &at.field(name));
        }
        if let Some(answers) = &when.answer {
            let at = at.field("answer");
            self.expect(!answers.is_empty(), Code::ConfigEmpty, &at);
            for (index, (action, condition)) in answers.iter().enumerate() {
                let at = at.member(index, action);
                let asked = config.actions.get(action).and_then(|verbs| final_verb(verbs));
                let Some(Verb::Ask(ask)) = asked else {
                    self.error(Code::ConfigNameUnknown, &at);
                    continue;
                };
                match condition {
                    AnswerCondition::OneOf(values) => self.expect(!values.is_empty(), Code::ConfigEmpty, &at),
                    AnswerCondition::Range(AnswerRange { min, max }) => {
                        let in_order = min.zip(*max).is_none_or(|(min, max)| min <= max);
                        let is_number = ask.answer.format == AnswerKind::Number;
                        let is_set = min.is_some() || max.is_some();
                        self.expect(in_order && is_number && is_set, Code::ConfigAnswer, &at);
                    }
                }
            }
        }
        if let Some(matches) = &when.patient_match {
            self.expect(!matches.is_empty(), Code::ConfigEmpty, &at.field("patientMatch"));
        }
        // Contradictory conditions never hold.
        let cannot_match = |found| when.patient_match.as_ref().is_some_and(|matches| !matches.contains(&found));
        let needs_one = when.patient == Some(true) || when.patient_language.is_some() || when.care_team.is_some();
        let excludes_one = when.patient == Some(false) || when.anonymous == Some(true);
        let excludes_others = when
            .patient_match
            .as_deref()
            .is_some_and(|matches| !matches.is_empty() && matches.iter().all(|found| *found == CallerMatch::One));
        let never = when.open.is_some() && when.open == when.closed
            || needs_one && (excludes_one || cannot_match(CallerMatch::One))
            || excludes_one && excludes_others
            || when.anonymous == Some(true) && (cannot_match(CallerMatch::None) || when.callers.is_some());
        self.expect(!never, Code::ConfigRuleUnreachable, at);
    }

    /// Checks names of lists, numbers and prefixes.
    pub(in crate::dialplan) fn callers(&mut self, callers: Option<&[String]>, at: &ConfigPath<'_>) {
        self.each(callers, at, |checker, caller, at| {
            if caller.starts_with('+') {
                checker.expect(is_caller(caller), Code::ConfigNumber, at);
            } else {
                // A text without letters is probably a number without its `+`, unless a list has that name.
                let number = caller.bytes().all(|byte| !byte.is_ascii_alphabetic());
                let unknown = if number { Code::ConfigNumber } else { Code::ConfigNameUnknown };
                checker.expect(checker.config.lists.position(caller).is_some(), unknown, at);
            }
        });
    }

    /// Warns of conditions that never hold because of other parts of the config.
    pub(super) fn dead_rules(&mut self) {
        let config = self.config;
        let at = ConfigPath::root("dialplans");
        for (index, (name, rules)) in config.dialplans.iter().enumerate() {
            let at = at.member(index, name);
            for (index, rule) in rules.iter().enumerate() {
                let at = at.element(index);
                let at = at.field("when");
                if rules.iter().take(index.min(MAX_COMPARED)).any(|earlier| earlier.when == rule.when) {
                    self.warning(Code::ConfigRuleUnreachable, &at);
                }
                let called = at.field("called");
                for (index, number) in rule.when.called.iter().flatten().enumerate() {
                    if config.numbers.get(number).is_some_and(|plan| plan.dialplan != name) {
                        self.warning(Code::ConfigRuleUnreachable, &called.element(index));
                    }
                }
            }
        }
    }

    /// Checks each element of a list. The list may be absent but not empty, because an empty list would never match.
    fn each(
        &mut self,
        list: Option<&[String]>,
        at: &ConfigPath<'_>,
        mut check: impl FnMut(&mut Self, &str, &ConfigPath<'_>),
    ) {
        let Some(list) = list else {
            return;
        };
        self.expect(!list.is_empty(), Code::ConfigEmpty, at);
        for (index, item) in list.iter().enumerate() {
            check(self, item, &at.element(index));
        }
    }

    /// Checks that every number whose dialplan needs the local time has a time zone.
    pub(super) fn zones(&mut self) {
        let config = self.config;
        if config.time_zone.is_some() {
            return;
        }
        let needs_time = |verbs: &Vec<Verb>| verbs.iter().any(|verb| verb.needs_local_time(config));
        let leads = self.leading_to(config.actions.iter().map(|(_, verbs)| needs_time(verbs)));
        let leads_to_local_time =
            |rule: &Rule| config.actions.position(&rule.then).and_then(|at| leads.get(at)) == Some(&true);
        let diverts = config.overrides.iter().flat_map(|rules| &rules.divert_to);
        let diverted_by_time = diverts
            .map(|action| config.actions.position(action))
            .any(|at| at.and_then(|at| leads.get(at)) == Some(&true));
        let hourly: Vec<bool> = config
            .dialplans
            .iter()
            .map(|(_, rules)| rules.iter().any(|rule| rule.when.needs_local_time(config) || leads_to_local_time(rule)))
            .collect();
        let at = ConfigPath::root("numbers");
        for (index, (number, plan)) in config.numbers.iter().enumerate() {
            let hourly = || config.dialplans.position(&plan.dialplan).and_then(|at| hourly.get(at)) == Some(&true);
            if plan.time_zone.is_none() && (diverted_by_time || hourly()) {
                self.error(Code::ConfigTimeZoneMissing, &at.member(index, number).field("timeZone"));
            }
        }
    }
}

/// Whether a text is an E.164 number or a prefix such as `+1555*`.
pub(super) fn is_caller(text: &str) -> bool {
    text.strip_suffix('*').map_or_else(|| E164::parse(text).is_some(), shape::is_number_prefix)
}
