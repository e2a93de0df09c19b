// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Overrides by staff: for a limited time, lines are closed, calls are diverted, or the greeting is another one.
//!
//! One `Basic` has all overrides of a clinic, one extension each, so that the webhook reads them with one search. Each
//! has a seal, which `bots::override_store` makes and verifies.

use super::check::is_valid_prompt;
use super::config::{Config, OverrideRules};
use super::facts::Facts;
use super::speech::{Prompt, PromptPart, WordsOrPrompt};
use crate::fhir::element::{extension, is, reference};
use crate::fhir::reference::is_reference;
use crate::json::{Json, read_as};
use crate::phone::E164;
use crate::time::{instant, parse_instant};

/// The search for the `Basic` with the overrides. `_count` is 2, so that the server reads at most one more.
pub(super) const SEARCH: &str = "Basic?identifier=https://plumline.dev/fhir/override|current&_count=2";

/// The calls to which an override applies. The order is that of precedence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverrideScope {
    /// Calls to every number with a dialplan.
    All,
    /// Calls to the numbers with this dialplan.
    Dialplan(String),
    /// Calls to this number.
    Number(String),
}

/// An override, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The calls to which it applies.
    pub scope: OverrideScope,
    /// Whether the hours in `override.close` are closed.
    pub close: bool,
    /// The action to which new calls are diverted.
    pub divert: Option<String>,
    /// The greeting, as JSON.
    pub greeting: Option<String>,
    /// When it was set, as Unix time in milliseconds.
    pub since: u64,
    /// When it ends, as Unix time in milliseconds.
    pub until: u64,
    /// Who set it: `Practitioner/<id>`, or the `CallSid` of a call by a staff phone.
    pub by: String,
}

/// A change of an override by a staff phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeByPhone<'a> {
    /// Who may: numbers, prefixes, names of lists.
    pub callers: &'a [String],
    /// For how many hours.
    pub hours: u32,
    /// What is changed.
    pub change: PhoneChange<'a>,
}

/// What a staff phone changes for all lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneChange<'a> {
    /// Ends all overrides.
    Clear,
    /// Closes the hours in `override.close`.
    Close,
    /// Diverts new calls to an action.
    Divert(&'a str),
    /// Sets the greeting, as JSON.
    Greeting(String),
}

impl PhoneChange<'_> {
    /// Makes the change at `now`, in a call with the SID `by`. It keeps the rest of the override for all lines: a new
    /// greeting does not open a closed line.
    pub fn apply(&self, overrides: &mut Vec<Override>, by: &str, now: u64, until: u64) {
        if *self == Self::Clear {
            overrides.clear();
            return;
        }
        let at = overrides.iter().position(|item| item.scope == OverrideScope::All && now < item.until);
        let mut changed = at.map_or_else(|| Override::new(now, until, by), |at| overrides.remove(at));
        match self {
            Self::Close => (changed.close, changed.divert) = (true, None),
            Self::Divert(action) => (changed.close, changed.divert) = (false, Some((*action).to_owned())),
            Self::Greeting(greeting) => changed.greeting = Some(greeting.clone()),
            Self::Clear => {}
        }
        (changed.since, changed.until) = (now, until);
        by.clone_into(&mut changed.by);
        overrides.retain(|item| item.scope != OverrideScope::All);
        overrides.push(changed);
    }
}

/// What the overrides change for one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverrideInForce {
    /// Whether the hours in `override.close` are closed.
    pub close: bool,
    /// The action to which the call is diverted.
    pub divert: Option<String>,
    /// The greeting.
    pub greeting: Option<Prompt>,
}

impl Override {
    /// The maximum size of a greeting in TwiML, in bytes.
    pub(super) const MAX_GREETING: usize = 4_000;

    /// The names of the parts of its extension.
    const NUMBER: &str = "number";
    const DIALPLAN: &str = "dialplan";
    const CLOSE: &str = "close";
    const DIVERT: &str = "divert";
    const GREETING: &str = "greeting";
    const SINCE: &str = "since";
    const UNTIL: &str = "until";
    const BY: &str = "by";
    const CALL: &str = "call";

    /// An override for all numbers that changes nothing.
    fn new(since: u64, until: u64, by: &str) -> Self {
        let (close, divert, greeting, by) = (false, None, None, by.to_owned());
        Self { scope: OverrideScope::All, close, divert, greeting, since, until, by }
    }

    /// Reads the parts of an extension. `None` if a part is missing or malformed.
    #[must_use]
    pub fn read(parts: &[Json]) -> Option<Self> {
        let value = |name: &str, kind: &str| parts.iter().find(|part| is(part, "url", name))?.get(kind);
        let text = |name: &str, kind: &str| value(name, kind).and_then(Json::text).map(str::to_owned);
        let time = |name: &str| value(name, "valueInstant").and_then(Json::text).and_then(parse_instant);
        let number = text(Self::NUMBER, "valueString");
        let scope = number.map(OverrideScope::Number);
        let scope = scope.or_else(|| text(Self::DIALPLAN, "valueString").map(OverrideScope::Dialplan));
        let by = value(Self::BY, "valueReference").and_then(|by| by.get("reference")).and_then(Json::text);
        let by = by.filter(|by| is_reference(by, "Practitioner")).map(str::to_owned);
        Some(Self {
            scope: scope.unwrap_or(OverrideScope::All),
            close: value(Self::CLOSE, "valueBoolean").and_then(Json::boolean) == Some(true),
            divert: text(Self::DIVERT, "valueCode"),
            greeting: text(Self::GREETING, "valueString"),
            since: time(Self::SINCE)?,
            until: time(Self::UNTIL)?,
            by: by.or_else(|| text(Self::CALL, "valueString"))?,
        })
    }

    /// The parts of its extension.
    #[must_use]
    pub fn parts(&self) -> Vec<Json> {
        let mut parts = Vec::new();
        match &self.scope {
            OverrideScope::All => {}
            OverrideScope::Dialplan(name) => parts.push(extension(Self::DIALPLAN, "valueString", Json::of(name))),
            OverrideScope::Number(number) => parts.push(extension(Self::NUMBER, "valueString", Json::of(number))),
        }
        if self.close {
            parts.push(extension(Self::CLOSE, "valueBoolean", Json::Bool(true)));
        }
        if let Some(action) = &self.divert {
            parts.push(extension(Self::DIVERT, "valueCode", Json::of(action)));
        }
        if let Some(greeting) = &self.greeting {
            parts.push(extension(Self::GREETING, "valueString", Json::of(greeting)));
        }
        parts.push(extension(Self::SINCE, "valueInstant", Json::of(&instant(self.since))));
        parts.push(extension(Self::UNTIL, "valueInstant", Json::of(&instant(self.until))));
        parts.push(if is_reference(&self.by, "Practitioner") {
            extension(Self::BY, "valueReference", reference(&self.by))
        } else {
            extension(Self::CALL, "valueString", Json::of(&self.by))
        });
        parts
    }

    /// The texts under its seal.
    #[must_use]
    pub fn sealed_texts(&self) -> Vec<String> {
        self.parts().iter().map(Json::write).collect()
    }

    /// When it ends by this config, as Unix time in milliseconds. The config may have changed since it was set.
    #[must_use]
    pub fn end(&self, config: &Config) -> u64 {
        let longest = config.overrides.as_ref().map_or(0, OverrideRules::max_duration);
        self.until.min(self.since.saturating_add(longest))
    }

    /// Whether the config allows what it changes.
    #[must_use]
    pub fn is_allowed(&self, config: &Config) -> bool {
        let Some(rules) = &config.overrides else { return false };
        let can_divert = |action: &String| rules.divert_to.contains(action) && config.actions.get(action).is_some();
        (!self.close || !rules.close.is_empty())
            && self.divert.as_ref().is_none_or(can_divert)
            && self.greeting.as_ref().is_none_or(|greeting| greeting_of(greeting, config).is_some())
    }

    /// Whether it applies to calls to `called`.
    fn applies_to(&self, called: E164<'_>, config: &Config) -> bool {
        let plan = config.numbers.get(called.as_str());
        match &self.scope {
            OverrideScope::All => plan.is_some(),
            OverrideScope::Dialplan(name) => plan.is_some_and(|plan| plan.dialplan == *name),
            OverrideScope::Number(number) => number == called.as_str(),
        }
    }
}

impl OverrideInForce {
    /// What the overrides change for calls to `called` at `now` (Unix time in milliseconds). An override that closes or
    /// diverts, and one with a greeting, are found separately: each is the one with the greatest scope by precedence.
    #[must_use]
    pub fn of(overrides: &[Override], config: &Config, called: Option<E164<'_>>, now: u64) -> Self {
        let Some(called) = called else { return Self::default() };
        let applies =
            |item: &&Override| now < item.end(config) && item.applies_to(called, config) && item.is_allowed(config);
        let first = |sets: fn(&Override) -> bool| {
            let found = overrides.iter().filter(applies).filter(|item| sets(item));
            found.reduce(|best, item| if item.scope > best.scope { item } else { best })
        };
        let route = first(|item| item.close || item.divert.is_some());
        let greeting = first(|item| item.greeting.is_some()).and_then(|item| item.greeting.as_ref());
        Self {
            close: route.is_some_and(|route| route.close),
            divert: route.and_then(|route| route.divert.clone()),
            greeting: greeting.and_then(|greeting| greeting_of(greeting, config)),
        }
    }

    /// What happens to the call, as the chart names it: `close` or `divert:<action>`. `None` if the dialplan decides.
    #[must_use]
    pub fn route(&self) -> Option<String> {
        match &self.divert {
            Some(action) => Some(["divert:", action].concat()),
            None => self.close.then(|| "close".to_owned()),
        }
    }
}

impl Facts {
    /// The action to which staff divert calls now. `None` if there is none, or the config does not allow it.
    pub(super) fn diverted_to<'c>(&self, config: &'c Config) -> Option<&'c str> {
        let wanted = self.overrides.known()?.divert.as_ref()?;
        let allowed = config.overrides.as_ref()?.divert_to.iter().find(|action| *action == wanted)?;
        config.actions.get(allowed).map(|_| allowed.as_str())
    }

    /// Sets what the overrides change for a call. `is_new` is whether the call arrives now: only then can it be closed.
    pub fn set_overrides(&mut self, in_force: OverrideInForce, is_new: bool) {
        self.closed |= is_new && in_force.close;
        self.overrides = super::Fact::Known(in_force);
    }
}

/// Reads a greeting: a text, a text for each language, or a prompt. `None` if it cannot be said.
#[must_use]
pub fn greeting_of(json: &str, config: &Config) -> Option<Prompt> {
    let prompt = match read_as::<WordsOrPrompt>(json).ok()? {
        WordsOrPrompt::Prompt(prompt) => prompt,
        WordsOrPrompt::Words(words) => Prompt::One(PromptPart { text: Some(words), ..PromptPart::default() }),
    };
    (prompt.bytes() <= Override::MAX_GREETING && is_valid_prompt(config, &prompt)).then_some(prompt)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_000_000_000;
    const HOUR: u64 = 3_600_000;

    fn config() -> Config {
        let config = r#"{"timeZone":"UTC","numbers":{"+15550100001":{"name":"a","dialplan":"main"},"+15550100002":{"name":"b","dialplan":"other"}},
            "dialplans":{"main":[{"then":"ring"}],"other":[{"then":"ring"}]},"hours":{"desk":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}]}},
            "override":{"roles":["desk"],"close":["desk"],"divertTo":["late"],"maxHours":2},
            "actions":{"ring":[{"greeting":{"text":"Hello."}},{"goto":"late"}],"late":[{"say":{"text":"Closed."}},{"hangup":{}}]}}"#;
        Config::read(config).unwrap()
    }

    fn item(scope: OverrideScope) -> Override {
        let by = "Practitioner/7".to_owned();
        Override { scope, close: false, divert: None, greeting: None, since: NOW, until: NOW + HOUR, by }
    }

    fn in_force(overrides: &[Override], called: &str, now: u64) -> OverrideInForce {
        OverrideInForce::of(overrides, &config(), E164::parse(called), now)
    }

    #[test]
    fn an_override_reads_back_as_it_was_written() {
        for scope in [
            OverrideScope::All,
            OverrideScope::Dialplan("main".to_owned()),
            OverrideScope::Number("+15550100001".to_owned()),
        ] {
            let greeting = Some(r#""Hello.""#.to_owned());
            let set = Override { close: true, divert: Some("late".to_owned()), greeting, ..item(scope) };
            assert_eq!(Override::read(&set.parts()), Some(set.clone()));
            for missing in ["since", "until", "by"] {
                let mut parts = set.parts();
                parts.retain(|part| !is(part, "url", missing));
                assert_eq!(Override::read(&parts), None, "{missing}");
            }
        }
    }

    #[test]
    fn it_ends_at_its_time_and_at_the_maximum_of_the_config() {
        let closed = |set: &Override, now| in_force(std::slice::from_ref(set), "+15550100001", now).close;
        let set = Override { close: true, ..item(OverrideScope::All) };
        assert!(closed(&set, NOW) && closed(&set, NOW + HOUR - 1));
        assert!(!closed(&set, NOW + HOUR));
        let long = Override { until: NOW + 100 * HOUR, ..set };
        assert!(closed(&long, NOW + 2 * HOUR - 1) && !closed(&long, NOW + 2 * HOUR));
    }

    #[test]
    fn the_narrowest_scope_decides_and_a_greeting_does_not_hide_a_closing() {
        let all = Override { close: true, ..item(OverrideScope::All) };
        let greeting = Override {
            greeting: Some(r#""Hi.""#.to_owned()),
            ..item(OverrideScope::Number("+15550100001".to_owned()))
        };
        let other = Override { divert: Some("late".to_owned()), ..item(OverrideScope::Dialplan("other".to_owned())) };
        let overrides = [all, greeting, other];
        let first = in_force(&overrides, "+15550100001", NOW);
        assert!(first.close && first.divert.is_none() && first.greeting.is_some());
        assert_eq!(first.route().as_deref(), Some("close"));
        let second = in_force(&overrides, "+15550100002", NOW);
        assert!(!second.close && second.greeting.is_none());
        assert_eq!(second.route().as_deref(), Some("divert:late"));
        assert_eq!(in_force(&overrides, "+15550100009", NOW), OverrideInForce::default());
    }

    #[test]
    fn what_the_config_does_not_allow_is_ignored() {
        for divert in ["ring", "unknown", ""] {
            let set = Override { divert: Some(divert.to_owned()), ..item(OverrideScope::All) };
            assert_eq!(in_force(&[set], "+15550100001", NOW), OverrideInForce::default(), "{divert}");
        }
        let long = format!("{:?}", "a".repeat(5_000));
        for greeting in ["", "7", "{}", r#""""#, r#"{"play":"http://a.example/a.mp3"}"#, r#"{"text":"a","x":1}"#, &long]
        {
            let set = Override { greeting: Some(greeting.to_owned()), ..item(OverrideScope::All) };
            assert_eq!(in_force(&[set], "+15550100001", NOW), OverrideInForce::default(), "{greeting}");
        }
        let config = Config { overrides: None, ..config() };
        let set = Override { close: true, ..item(OverrideScope::All) };
        assert_eq!(OverrideInForce::of(&[set], &config, E164::parse("+15550100001"), NOW), OverrideInForce::default());
    }

    #[test]
    fn only_a_new_call_is_closed() {
        let close = OverrideInForce { close: true, ..OverrideInForce::default() };
        let mut facts = Facts::default();
        facts.set_overrides(close.clone(), false);
        assert!(!facts.closed);
        facts.set_overrides(close, true);
        facts.set_overrides(OverrideInForce::default(), false);
        assert!(facts.closed);
    }
}
