// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is wrong with a config that its types let pass: shapes and ranges of values, and plans that cannot work.

mod actions;
#[cfg(feature = "library")]
mod advice;
#[cfg(not(feature = "library"))]
#[path = "no_advice.rs"]
mod advice;
mod clinic;
mod config_path;
mod languages;
mod loops;
mod prompts;
mod rules;
mod shape;
mod size;

use super::config::Config;
use super::outcome::VerbOutcome;
use crate::error::Code;
use crate::json::Map;
use crate::phone::E164;
use crate::policy::Policy;
use languages::UsedLanguage;
use loops::Edges;

pub use config_path::ConfigPath;
pub use shape::{is_identity, is_keys, is_reference, is_short, is_sip, is_speakable_text};

/// How many findings are reported: what is wrong in a hundred places is wrong in its first.
const MAX: usize = 100;

/// Something that is wrong with a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFinding {
    /// Where: `actions.day[1].dial.timeout`. It holds no value of the config; of the names that stand in it only those
    /// of actions, dialplans, hours and lists, and languages.
    pub path: String,
    /// What.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The config is refused.
    Error,
    /// It is used; something in it does nothing, or not what callers expect.
    Warning,
}

/// How much is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What keeps calls from their way: a caller waits for this.
    Errors,
    /// Also what never rings, is not heard or does nothing.
    All,
}

/// What is wrong with `config`, `numbers` being the account's where they are known.
#[must_use]
pub fn check(config: &Config, numbers: Option<&[E164<'_>]>, depth: Depth) -> Vec<ConfigFinding> {
    let named = config.numbers.iter().filter_map(|(number, _)| E164::parse(number));
    let ours = named.chain(numbers.into_iter().flatten().copied()).collect();
    let mut checker = Checker {
        config,
        depth,
        numbers,
        ours,
        findings: Vec::new(),
        errors: 0,
        edges: Edges::default(),
        languages: Vec::new(),
        unbound: Vec::new(),
    };
    checker.check_all();
    checker.findings
}

/// Checks a config, and collects what is wrong.
pub struct Checker<'a> {
    config: &'a Config,
    depth: Depth,
    /// The account's numbers.
    numbers: Option<&'a [E164<'a>]>,
    /// Those and the config's.
    ours: Vec<E164<'a>>,
    findings: Vec<ConfigFinding>,
    errors: usize,
    /// From action to action.
    edges: Edges,
    /// The languages of the config, by their places.
    languages: Vec<UsedLanguage>,
    /// The identities in use that are bound to no one, each once.
    unbound: Vec<String>,
}

impl Checker<'_> {
    /// Four hours, the longest recording. Source: <https://www.twilio.com/docs/api/errors/13612>.
    pub(super) const MAX_RECORDING: u32 = 14_400;

    fn check_all(&mut self) {
        self.greeting();
        self.clinic();
        self.numbers();
        self.hours();
        self.lists();
        self.actions();
        self.dialplans();
        self.zones();
        self.loops();
        self.callback_urls();
        if self.errors == 0 && self.gives_advice() {
            self.sizes();
        }
        // A mistyped name is what leaves others without use.
        if self.errors == 0 && self.gives_advice() {
            self.unused();
            self.dead_rules();
            self.silent_hangups();
            self.advise_on_identities();
            self.advise_on_actions();
            self.advise_on_languages();
        }
    }

    /// Whether more is looked for than what stops calls. No bot does: it uses what it was given.
    pub(super) fn gives_advice(&self) -> bool {
        advice::IS_BUILT && self.depth == Depth::All
    }

    /// The config is refused.
    pub(super) fn error(&mut self, code: Code, at: &ConfigPath<'_>) {
        self.errors += 1;
        if self.errors <= MAX {
            self.findings.push(ConfigFinding { path: at.path(), code, severity: Severity::Error });
        }
    }

    /// The config is used.
    pub(super) fn warning(&mut self, code: Code, at: &ConfigPath<'_>) {
        if self.findings.len() < MAX {
            self.findings.push(ConfigFinding { path: at.path(), code, severity: Severity::Warning });
        }
    }

    /// An error unless something holds.
    pub(super) fn expect(&mut self, holds: bool, code: Code, at: &ConfigPath<'_>) {
        if !holds {
            self.error(code, at);
        }
    }

    /// An error where the config is written, unless something holds. A bot goes on: no other call suffers from it.
    pub(super) fn advise(&mut self, holds: impl FnOnce() -> bool, code: Code, at: &ConfigPath<'_>) {
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

    /// A name at Twilio, or for people.
    pub(super) fn label(&mut self, text: &str, at: &ConfigPath<'_>) {
        self.expect(shape::is_label(text), Code::ConfigText, at);
    }

    fn zone(&mut self, zone: Option<&str>, at: &ConfigPath<'_>) {
        self.expect(zone.is_none_or(shape::is_zone), Code::ConfigTimeZone, at);
    }

    /// A number that has to be one of ours.
    pub(super) fn our_number(&mut self, number: &str, at: &ConfigPath<'_>) {
        let ours = |numbers: &[E164<'_>]| numbers.iter().any(|ours| ours.as_str() == number);
        if E164::parse(number).is_none() {
            self.error(Code::ConfigNumber, at);
        } else if !self.numbers.is_none_or(ours) {
            self.error(Code::ConfigNumberNotOurs, at);
        }
    }

    /// Whether a number is one that the config answers.
    pub(super) fn is_config_number(&self, number: &str) -> bool {
        self.config.numbers.position(number).is_some()
    }

    /// Whether a number that the config names is never dialled, although it is one and none of ours. Its country does not
    /// matter there.
    pub(super) fn is_never_dialed(&self, number: &str) -> bool {
        let reported = E164::parse(number).is_none() || self.is_config_number(number);
        !reported && !Policy::new(&self.config.outbound, &self.ours).allows_config_number(number)
    }

    /// The names of an `on`.
    pub(super) fn outcomes(&mut self, on: &Map<String>, known: &[VerbOutcome], at: &ConfigPath<'_>) {
        for (index, (outcome, _)) in on.iter().enumerate() {
            let is_known = known.iter().any(|known| known.word() == outcome);
            self.expect(is_known, Code::ConfigOutcome, &at.member(index, outcome));
        }
    }
}
