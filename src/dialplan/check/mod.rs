// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks a config for errors that its types permit: formats and ranges of values, and dialplans that cannot work.

mod actions;
#[cfg(feature = "library")]
mod advice;
#[cfg(not(feature = "library"))]
#[path = "no_advice.rs"]
mod advice;
mod clinic;
mod config_path;
mod emergency;
mod heard_languages;
mod hours;
mod languages;
mod loops;
mod overrides;
mod prompts;
mod rules;
mod shape;
mod size;
mod voices;

use super::config::Config;
use super::outcome::VerbOutcome;
use crate::error::Code;
use crate::json::Map;
use crate::phone::E164;
use crate::policy::Policy;
use languages::UsedLanguage;
use loops::Edges;

pub use config_path::ConfigPath;
pub use overrides::is_valid_prompt;
pub use shape::{is_identity, is_keys, is_reference, is_short, is_sip, is_speakable_text};
pub use voices::{Spoken, VisitSpoken};

/// The maximum number of findings.
const MAX: usize = 100;

/// An error or a warning about a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFinding {
    /// The path in the config, such as `actions.day[1].dial.timeout`. It contains no value. It contains only names of
    /// actions, dialplans, hours, lists and languages.
    pub path: String,
    /// The code.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// The listed name that is nearest to an unlisted one, such as that of a voice.
    pub nearest: Option<String>,
}

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The config is refused.
    Error,
    /// The config is used, but a part of it has no effect or an unexpected effect.
    Warning,
}

/// How much is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Only errors that stop calls. A bot uses this level, because a caller waits for the check.
    Errors,
    /// All errors and warnings, including parts that never ring, are never heard or have no effect.
    All,
}

/// Checks `config`. `numbers` are the numbers of the Twilio account, and `today` is the date in days since 1970-01-01,
/// each if known.
#[must_use]
pub fn check(config: &Config, numbers: Option<&[E164<'_>]>, today: Option<u64>, depth: Depth) -> Vec<ConfigFinding> {
    let named = config.numbers.iter().filter_map(|(number, _)| E164::parse(number));
    let own = named.chain(numbers.into_iter().flatten().copied()).collect();
    let mut checker = Checker { numbers, today, own, ..Checker::of(config, depth) };
    checker.check_all();
    checker.findings
}

/// Checks a config and collects findings.
pub struct Checker<'a> {
    config: &'a Config,
    depth: Depth,
    /// The numbers of the Twilio account, if known.
    numbers: Option<&'a [E164<'a>]>,
    /// The date in days since 1970-01-01, if known.
    today: Option<u64>,
    /// The numbers of the Twilio account and of the config.
    own: Vec<E164<'a>>,
    findings: Vec<ConfigFinding>,
    errors: usize,
    /// The edges between actions.
    edges: Edges,
    /// The languages of the config, with their paths.
    languages: Vec<UsedLanguage>,
    /// The identities in use that are bound to no person, without duplicates.
    unbound: Vec<String>,
}

impl<'a> Checker<'a> {
    fn of(config: &'a Config, depth: Depth) -> Self {
        Self {
            config,
            depth,
            numbers: None,
            today: None,
            own: Vec::new(),
            findings: Vec::new(),
            errors: 0,
            edges: Edges::default(),
            languages: Vec::new(),
            unbound: Vec::new(),
        }
    }
}

impl Checker<'_> {
    /// The maximum length of a recording: four hours. Source: <https://www.twilio.com/docs/api/errors/13612>.
    pub(super) const MAX_RECORDING: u32 = 14_400;

    fn check_all(&mut self) {
        self.greeting();
        self.clinic();
        self.numbers();
        self.hours();
        self.lists();
        self.screening();
        self.emergency();
        self.sip();
        self.transfer();
        self.dispositions();
        self.actions();
        self.overrides();
        self.dialplans();
        self.zones();
        self.loops();
        self.callback_urls();
        if self.errors == 0 && self.gives_advice() {
            self.sizes();
        }
        // A mistyped name makes other names unused, so these checks require a config without errors.
        if self.errors == 0 && self.gives_advice() {
            self.unused();
            self.advise_on_hours();
            self.dead_rules();
            self.silent_hangups();
            self.advise_on_identities();
            self.advise_on_actions();
            self.advise_on_languages();
            self.advise_on_voices();
        }
    }

    /// The config.
    pub(super) const fn config(&self) -> &Config {
        self.config
    }

    /// Whether to check for more than errors that stop calls. False in a bot.
    pub(super) fn gives_advice(&self) -> bool {
        advice::IS_BUILT && self.depth == Depth::All
    }

    /// Adds an error.
    pub(super) fn error(&mut self, code: Code, at: &ConfigPath<'_>) {
        self.errors += 1;
        if self.errors <= MAX {
            self.findings.push(ConfigFinding { path: at.path(), code, severity: Severity::Error, nearest: None });
        }
    }

    /// Adds a warning.
    pub(super) fn warning(&mut self, code: Code, at: &ConfigPath<'_>) {
        if self.findings.len() < MAX {
            self.findings.push(ConfigFinding { path: at.path(), code, severity: Severity::Warning, nearest: None });
        }
    }

    /// Adds an error unless `holds`.
    pub(super) fn expect(&mut self, holds: bool, code: Code, at: &ConfigPath<'_>) {
        if !holds {
            self.error(code, at);
        }
    }

    /// Adds an error unless `holds`, but not in a bot. A bot uses the config, because the error does not affect other
    /// calls.
    pub(super) fn expect_outside_bots(&mut self, holds: impl FnOnce() -> bool, code: Code, at: &ConfigPath<'_>) {
        if self.gives_advice() && !holds() {
            self.error(code, at);
        }
    }

    pub(super) fn range(&mut self, number: Option<u32>, from: u32, to: u32, at: &ConfigPath<'_>) {
        self.expect(number.is_none_or(|number| (from..=to).contains(&number)), Code::ConfigRange, at);
    }

    pub(super) fn url(&mut self, url: Option<&str>, at: &ConfigPath<'_>) {
        self.expect(url.is_none_or(|url| shape::is_url(url, &["https://"])), Code::ConfigUrl, at);
    }

    /// Checks a name for Twilio or for people.
    pub(in crate::dialplan) fn label(&mut self, text: &str, at: &ConfigPath<'_>) {
        self.expect(shape::is_label(text), Code::ConfigText, at);
    }

    fn zone(&mut self, zone: Option<&str>, at: &ConfigPath<'_>) {
        self.expect(zone.is_none_or(shape::is_zone), Code::ConfigTimeZone, at);
    }

    /// Checks a number that must be one of the clinic's.
    pub(super) fn our_number(&mut self, number: &str, at: &ConfigPath<'_>) {
        let own = |numbers: &[E164<'_>]| numbers.iter().any(|own| own.as_str() == number);
        if E164::parse(number).is_none() {
            self.error(Code::ConfigNumber, at);
        } else if !self.numbers.is_none_or(own) {
            self.error(Code::ConfigNumberNotOurs, at);
        }
    }

    /// Whether the config has a dialplan for a number.
    pub(super) fn is_config_number(&self, number: &str) -> bool {
        self.config.numbers.position(number).is_some()
    }

    /// Whether a valid number that is not one of the clinic's is never dialed, even if its country were allowed.
    pub(super) fn is_never_dialed(&self, number: &str) -> bool {
        let reported = E164::parse(number).is_none() || self.is_config_number(number);
        !reported && !Policy::new(&self.config.outbound, &self.own).allows_config_number(number)
    }

    /// Checks the outcomes in the member `on` of a verb.
    pub(super) fn outcomes(&mut self, on: &Map<String>, known: &[VerbOutcome], at: &ConfigPath<'_>) {
        for (index, (outcome, _)) in on.iter().enumerate() {
            let is_known = known.iter().any(|known| known.word() == outcome);
            self.expect(is_known, Code::ConfigOutcome, &at.member(index, outcome));
        }
    }
}
