// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is wrong with a config that its types let pass: shapes and ranges of values, and plans that cannot work.

mod actions;
#[cfg(feature = "library")]
mod advice;
#[cfg(not(feature = "library"))]
#[path = "no_advice.rs"]
mod advice;
mod clinic;
mod languages;
mod loops;
mod menu;
mod place;
mod rules;
mod shape;
mod size;
mod steps;

use crate::dialplan::config::{Config, Words};
use crate::error::Code;
use crate::phone::E164;
use crate::twiml::ssml;
use languages::Tongue;
use loops::Edges;
use place::Place;

/// How many findings are told: what is wrong in a hundred places is wrong in its first.
const MAX: usize = 100;

/// Something that is wrong with a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
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
pub(super) enum Depth {
    /// What keeps calls from their way: a caller waits for this.
    Errors,
    /// Also what never rings, is not heard or does nothing.
    All,
}

/// What is wrong with `config`, `numbers` being the account's where they are known.
pub(super) fn check(config: &Config, numbers: Option<&[E164<'_>]>, depth: Depth) -> Vec<Finding> {
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
        tongues: Vec::new(),
    };
    checker.whole();
    checker.findings
}

struct Checker<'a> {
    config: &'a Config,
    depth: Depth,
    /// The account's.
    numbers: Option<&'a [E164<'a>]>,
    /// Those and the config's.
    ours: Vec<E164<'a>>,
    findings: Vec<Finding>,
    errors: usize,
    /// From action to action.
    edges: Edges,
    /// What is spoken, by its place.
    tongues: Vec<Tongue>,
}

impl Checker<'_> {
    fn whole(&mut self) {
        self.greeting();
        self.practice();
        self.numbers();
        self.hours();
        self.lists();
        self.actions();
        self.dialplans();
        self.zones();
        self.loops();
        self.steps();
        if self.errors == 0 && self.tells_all() {
            self.sizes();
        }
        // A mistyped name is what leaves others without use.
        if self.errors == 0 && self.tells_all() {
            self.unused();
            self.dead_rules();
            self.cut_off();
            self.untold();
            self.unbound();
            self.tongues();
        }
    }

    /// No bot does: it makes what it was given.
    fn tells_all(&self) -> bool {
        advice::IS_BUILT && self.depth == Depth::All
    }

    fn error(&mut self, code: Code, at: &Place<'_>) {
        self.errors += 1;
        if self.errors <= MAX {
            self.findings.push(Finding { path: at.path(), code, severity: Severity::Error });
        }
    }

    fn warning(&mut self, code: Code, at: &Place<'_>) {
        if self.findings.len() < MAX {
            self.findings.push(Finding { path: at.path(), code, severity: Severity::Warning });
        }
    }

    /// An error unless something holds.
    fn expect(&mut self, holds: bool, code: Code, at: &Place<'_>) {
        if !holds {
            self.error(code, at);
        }
    }

    /// An error where the config is written, unless something holds. A bot goes on: no other call suffers from it.
    fn advise(&mut self, holds: impl FnOnce() -> bool, code: Code, at: &Place<'_>) {
        if self.tells_all() && !holds() {
            self.error(code, at);
        }
    }

    fn range(&mut self, number: Option<u32>, from: u32, to: u32, at: &Place<'_>) {
        self.expect(number.is_none_or(|number| (from..=to).contains(&number)), Code::ConfigRange, at);
    }

    fn language(&mut self, tag: Option<&str>, at: &Place<'_>) {
        self.expect(tag.is_none_or(shape::is_language), Code::ConfigLanguage, at);
    }

    fn voice(&mut self, voice: Option<&str>, at: &Place<'_>) {
        self.expect(voice.is_none_or(shape::is_voice), Code::ConfigVoice, at);
    }

    fn zone(&mut self, zone: Option<&str>, at: &Place<'_>) {
        self.expect(zone.is_none_or(shape::is_zone), Code::ConfigTimeZone, at);
    }

    fn url(&mut self, url: Option<&str>, at: &Place<'_>) {
        self.expect(url.is_none_or(|url| shape::is_url(url, &["https://"])), Code::ConfigUrl, at);
    }

    /// A number that has to be one of ours.
    fn our_number(&mut self, number: &str, at: &Place<'_>) {
        let ours = |numbers: &[E164<'_>]| numbers.iter().any(|ours| ours.as_str() == number);
        if E164::parse(number).is_none() {
            self.error(Code::ConfigNumber, at);
        } else if !self.numbers.is_none_or(ours) {
            self.error(Code::ConfigNumberNotOurs, at);
        }
    }

    /// What is said.
    fn words(&mut self, words: &Words, marked_up: bool, at: &Place<'_>) {
        match words {
            Words::One(text) => self.text(text, marked_up, at),
            Words::Each(texts) => {
                self.expect(!texts.is_empty(), Code::ConfigEmpty, at);
                for (index, (tag, text)) in texts.iter().enumerate() {
                    let at = at.member(index, tag);
                    self.language(Some(tag), &at);
                    // Where these words stand in for others they are read in their own language.
                    self.tongue(Some(tag).filter(|tag| tag.contains('-')), false, &at);
                    self.text(text, marked_up, &at);
                }
            }
        }
    }

    fn text(&mut self, text: &str, marked_up: bool, at: &Place<'_>) {
        if marked_up && shape::is_short(text, shape::LONGEST_TEXT) {
            match ssml(text) {
                // Twilio refuses a document in which nothing is said (13520).
                Some(nodes) => self.advise(|| shape::is_spoken(&nodes), Code::ConfigText, at),
                None => self.error(Code::ConfigSsml, at),
            }
        } else if shape::is_heard(text) {
            self.advise(|| shape::is_spoken_text(text), Code::ConfigText, at);
        } else {
            self.error(Code::ConfigText, at);
        }
    }
}
