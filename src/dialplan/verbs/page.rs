// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `page`: calls the people on call, one after the other, until one of them accepts with a key.
//!
//! Twilio requests the next document separately, and the task of the page is stored before that response. So the caller
//! hears that the person on call is called only if the chart has the task. The automation bot places the calls.

use super::{DialplanVerb, Size};
use crate::dialplan::callback_urls::CallbackKind;
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::config::Config;
use crate::dialplan::facts::{Fact, Facts, Lookup, called_number_zone};
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::people::Endpoint;
use crate::dialplan::speech::RenderError;
use crate::dialplan::target::{Target, may_dial, permitted};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, DialplanInput, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::{cases, members};

/// The default number of minutes until the next person is called.
const DEFAULT_MINUTES: u32 = 5;
/// The default number of times that each phone is called.
const DEFAULT_ROUNDS: u32 = 2;
/// The maximum number of phones that a page calls in a round.
const MAX_PHONES: usize = 10;

/// `page`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Page {
    /// Who is called, in this order. At most ten phones are called.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 10)))]
    pub targets: Vec<OnCall>,
    /// What the person on call must do: the text of the task's code.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub text: String,
    /// Minutes until the next person is called. If absent, 5. If a call ends without a key, the next person is called at
    /// once.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 60)))]
    pub minutes: Option<u32>,
    /// How often each phone is called. If absent, 2.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub rounds: Option<u32>,
    /// The action after the page is stored.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
    /// The action if the page is not stored, because the chart does not answer.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Page {
    targets: required "targets",
    text: required "text",
    minutes: optional "minutes",
    rounds: optional "rounds",
    then: required "then",
    otherwise: required "otherwise",
});

/// Who is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum OnCall {
    /// The practitioners of these roles (`PractitionerRole/<id>` or `Organization/<id>`) who are available now.
    Available(
        #[cfg_attr(
            feature = "schema",
            schemars(regex(pattern = "^(PractitionerRole|Organization)/[A-Za-z0-9.-]{1,64}$"))
        )]
        String,
    ),
    /// An E.164 number.
    Number(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^\\+[1-9][0-9]{6,14}$")))] String),
}

cases!(OnCall { Available: "available", Number: "number" });

/// A phone that a page may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCallPhone {
    /// `Practitioner/<id>` or `PractitionerRole/<id>`. `None` for a number of the config.
    pub person: Option<String>,
    /// E.164.
    pub number: String,
    /// The digits to send after the answer. `""` for none.
    pub extension: String,
}

impl Page {
    /// Milliseconds until the next person is called.
    #[must_use]
    pub fn wait(&self) -> u64 {
        u64::from(self.minutes.unwrap_or(DEFAULT_MINUTES)) * crate::time::MINUTE
    }

    /// How often each phone is called.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(DEFAULT_ROUNDS) as usize
    }

    /// The look-ups that [`phones`](Self::phones) needs.
    #[must_use]
    pub fn lookups(&self, input: &DialplanInput<'_>) -> Vec<Lookup> {
        let mut lookups = Vec::new();
        for target in &self.targets {
            let OnCall::Available(roles) = target else { continue };
            let zone = called_number_zone(input.config, &input.caller).map(|zone| Lookup::Zone(zone.to_owned()));
            let presence = input.config.presence.is_enabled().then_some(Lookup::Presence);
            for lookup in zone.into_iter().chain(presence).chain([Lookup::Roles(roles.clone())]) {
                if !lookups.contains(&lookup) {
                    lookups.push(lookup);
                }
            }
        }
        lookups
    }

    /// The phones that the page may call now, in the order of the targets. The policy must allow each of them. A person
    /// who is away has none.
    ///
    /// # Errors
    /// [`Code::ChartUnread`] if it is not known who is available.
    pub fn phones(&self, input: &DialplanInput<'_>, facts: &Facts) -> Result<Vec<OnCallPhone>, Code> {
        let mut phones: Vec<OnCallPhone> = Vec::new();
        let mut add = |phone: OnCallPhone| {
            if phones.len() < MAX_PHONES && !phones.iter().any(|known| known.number == phone.number) {
                phones.push(phone);
            }
        };
        for target in &self.targets {
            match target {
                OnCall::Number(number) if may_dial(input, number) => {
                    add(OnCallPhone { person: None, number: number.clone(), extension: String::new() });
                }
                OnCall::Number(_) => {}
                OnCall::Available(roles) => {
                    let Fact::Known(people) = facts.available(input.config, &input.caller, roles) else {
                        return Err(Code::ChartUnread);
                    };
                    for person in people {
                        let is_away = person
                            .endpoints
                            .iter()
                            .any(|endpoint| matches!(endpoint, Endpoint::Client(identity) if facts.is_away(identity)));
                        let phone =
                            person.endpoints.iter().filter(|_| !is_away).find_map(|endpoint| {
                                match permitted(input, endpoint)? {
                                    Endpoint::Number { number, extension } => Some((number, extension)),
                                    Endpoint::Client(_) | Endpoint::Sip(_) => None,
                                }
                            });
                        if let Some((number, extension)) = phone {
                            add(OnCallPhone { person: Some(person.reference), number, extension });
                        }
                    }
                }
            }
        }
        Ok(phones)
    }
}

impl OnCall {
    /// The same target of a `dial`.
    fn target(&self) -> Target {
        match self {
            Self::Available(roles) => Target::Available(roles.clone()),
            Self::Number(number) => Target::Number(number.clone()),
        }
    }
}

impl DialplanVerb for Page {
    fn is_silent(&self) -> bool {
        true
    }

    fn needs_local_time(&self, _config: &Config) -> bool {
        self.targets.iter().any(|target| matches!(target, OnCall::Available(_)))
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        let targets = at.field("targets");
        checker.expect(!self.targets.is_empty(), Code::ConfigEmpty, &targets);
        checker.expect(self.targets.len() <= MAX_PHONES, Code::ConfigRange, &targets);
        for (index, target) in self.targets.iter().enumerate() {
            target.target().check(checker, &targets.element(index));
        }
        checker.label(&self.text, &at.field("text"));
        checker.range(self.minutes, 1, 60, &at.field("minutes"));
        checker.range(self.rounds, 1, 5, &at.field("rounds"));
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        for (to, member, name) in [(&self.then, "page.then", "then"), (&self.otherwise, "page.otherwise", "otherwise")]
        {
            visit(Edge { to, trigger: Trigger::Immediate, member }, &at.field(name));
        }
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        visit(CallbackKind::Page, 0);
        visit(CallbackKind::Paged, 0);
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.last = Size::CALLBACKS;
    }

    fn add_lookups_after<'a>(&'a self, _event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        lookups.record();
        lookups.action(&self.then);
    }

    fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        match request.kind {
            CallbackKind::Page => CallbackResult::Event(VerbEvent::PageRequested),
            _ => CallbackResult::EmptyResponse,
        }
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let url = writer.url(CallbackKind::Page, action, 0);
        writer.document.element("Redirect", &[], &url);
        Ok(AfterVerb::End)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn the_page_is_stored_in_a_request_of_its_own() {
        let actions =
            r#"{"main":[{"page":{"targets":[{"number":"+15550100171"}],"text":"Urgent","then":"a","otherwise":"b"}}]}"#;
        assert_eq!(twiml(actions), "<Redirect>/v?step=page.main</Redirect>");
        assert_eq!(edges(actions), ["page.then Immediate a", "page.otherwise Immediate b"]);
    }
}
