// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `dial`: rings people, in order or all at once. `<Dial>`: <https://www.twilio.com/docs/voice/twiml/dial>.

mod rounds;
mod screen;

pub use rounds::STEP_FACTOR;

use super::{DialplanVerb, Size, Verb};
use crate::dialplan::callback_urls::{CallbackKind, CallbackUrl};
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken};
use crate::dialplan::config::Config;
use crate::dialplan::default_twiml::EVENTS;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::outcome::VerbOutcome;
use crate::dialplan::people::Endpoint;
use crate::dialplan::speech::{Prompt, RenderError};
use crate::dialplan::target::{MAX_AT_ONCE, Target};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, DialplanInput, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::{Map, decimal, members, words};
use crate::phone::E164;

/// The default number of seconds that each target rings.
const DEFAULT_TIMEOUT: u32 = 20;
/// The maximum number of targets that ring in order. No caller waits for more of them.
const MAX_IN_ORDER: usize = 50;

/// `dial`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Dial {
    /// Whom to ring.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub targets: Vec<Target>,
    /// The order. If absent, `inOrder`.
    #[cfg_attr(feature = "schema", serde(default))]
    pub order: RingOrder,
    /// Seconds that each target rings. If absent, 20.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 600)))]
    pub timeout: Option<u32>,
    /// The caller ID for the targets: one of the clinic's numbers. If absent, the caller's number.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^\\+[1-9][0-9]{6,14}$")))]
    pub caller_id: Option<String>,
    /// Whether the person who answers a phone presses a key first. If absent, as in `screening` of the config.
    pub screen: Option<bool>,
    /// What they hear. If absent, the name of the clinic and of the action.
    pub screen_prompt: Option<Prompt>,
    /// The actions by outcome.
    #[cfg_attr(feature = "schema", serde(default))]
    pub on: Map<String>,
    /// The action for every other outcome except `answered`, after which the call ends.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Dial {
    targets: required "targets",
    order: optional "order",
    timeout: optional "timeout",
    caller_id: optional "callerId",
    screen: optional "screen",
    screen_prompt: optional "screenPrompt",
    on: optional "on",
    otherwise: required "otherwise",
});

/// The order in which the targets of a `dial` ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase"),
    schemars(rename = "Order")
)]
pub enum RingOrder {
    /// One after the other.
    #[default]
    InOrder,
    /// All at once. The first to answer gets the call.
    AllAtOnce,
    /// One after the other, starting with a target that a hash of the `CallSid` selects: evenly distributed over many
    /// calls.
    HuntGroup,
}

words!(RingOrder { InOrder: "inOrder", AllAtOnce: "allAtOnce", HuntGroup: "huntGroup" });

impl DialplanVerb for Dial {
    fn announces_recording(&self) -> bool {
        true
    }

    fn needs_local_time(&self, _config: &Config) -> bool {
        self.targets.iter().any(|target| matches!(target, Target::Available(_)))
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        let targets = at.field("targets");
        let max = if self.order == RingOrder::AllAtOnce { MAX_AT_ONCE } else { MAX_IN_ORDER };
        checker.expect(!self.targets.is_empty(), Code::ConfigEmpty, &targets);
        checker.expect(self.targets.len() <= max, Code::ConfigRange, &targets);
        for (index, target) in self.targets.iter().enumerate() {
            target.check(checker, &targets.element(index));
        }
        checker.range(self.timeout, 1, 600, &at.field("timeout"));
        if let Some(number) = &self.caller_id {
            checker.our_number(number, &at.field("callerId"));
        }
        if let Some(prompt) = &self.screen_prompt {
            checker.prompt(prompt, &at.field("screenPrompt"));
        }
        checker.outcomes(&self.on, &VerbOutcome::OF_DIAL, &at.field("on"));
    }

    /// Warns of identities that are not bound to a person, and of screened phones that cannot ring at once.
    fn advise(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        if self.order == RingOrder::AllAtOnce && self.rings_screened_in_order(checker.config()) {
            checker.warning(Code::ConfigScreenedInOrder, &at.field("order"));
        }
        let targets = at.field("targets");
        for (index, target) in self.targets.iter().enumerate() {
            if let Target::Client(identity) = target {
                checker.check_identity_binding(identity, &targets.element(index).field("client"));
            }
        }
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        // If all targets depend on the chart, there may be nothing to ring.
        let no_one = if self.targets.iter().any(Target::is_fixed) { Trigger::Unattended } else { Trigger::Immediate };
        let on = at.field("on");
        for (index, (outcome, action)) in self.on.iter().enumerate() {
            let trigger = match outcome {
                "answered" | "canceled" => Trigger::Person,
                "unavailable" => no_one,
                _ => Trigger::Unattended,
            };
            visit(Edge { to: action, trigger, member: "dial.on" }, &on.member(index, outcome));
        }
        visit(Edge { to: &self.otherwise, trigger: no_one, member: "dial.otherwise" }, &at.field("otherwise"));
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        if let Some(prompt) = &self.screen_prompt {
            visit(Spoken::Prompt(prompt), &at.field("screenPrompt"), at);
        }
    }

    fn callbacks(&self, config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        if self.targets.len() > MAX_IN_ORDER {
            return;
        }
        self.all_rounds(config, &mut |n| visit(CallbackKind::Dial, n));
        if self.may_screen(config) {
            visit(CallbackKind::Screen, 0);
            visit(CallbackKind::Accept, 0);
        }
    }

    fn size(&self, config: &Config, size: &mut Size) {
        // Up to `MAX_AT_ONCE` phones ring at once, each with its callback URLs.
        size.last = MAX_AT_ONCE * Size::CALLBACKS + config.announcement_size();
    }

    fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        self.add_lookups_from(0, VerbOutcome::Unavailable, lookups);
        false
    }

    fn add_lookups_after<'a>(&'a self, event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        match event {
            VerbEvent::NextTarget { n, before } => self.add_lookups_from(*n, *before, lookups),
            VerbEvent::Answered => {
                if let Some(then) = self.on.get(VerbOutcome::Answered.word()) {
                    lookups.action(then);
                }
            }
            _ => {}
        }
    }

    fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        let (n, params) = (request.n, request.params);
        match request.kind {
            CallbackKind::Screen => return CallbackResult::Event(VerbEvent::Screening),
            CallbackKind::Accept => return CallbackResult::Event(VerbEvent::Accepted),
            _ => {}
        }
        let sip = params.get("DialSipResponseCode").or_else(|| params.get("SipResponseCode"));
        let status = params.get("DialCallStatus").unwrap_or_default();
        let outcome = match VerbOutcome::of_dial(status, sip, params.get("DialBridged")) {
            // An app is never busy, so the callee declined the call.
            VerbOutcome::Busy if self.rings_only_apps(request.input, n) => VerbOutcome::Declined,
            outcome => outcome,
        };
        CallbackResult::Event(if outcome == VerbOutcome::Answered {
            VerbEvent::Answered
        } else {
            // All targets ring before `on` is evaluated, so a hunt group does not end at the first busy target.
            VerbEvent::NextTarget { n: rounds::after(n), before: outcome }
        })
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        self.ring(writer, action, 0, VerbOutcome::Unavailable)
    }

    fn resume<'a>(
        &'a self,
        event: VerbEvent,
        writer: &mut Writer<'a>,
        action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        match event {
            VerbEvent::NextTarget { n, before } => self.ring(writer, action, n, before),
            VerbEvent::Screening => self.write_screening(writer, action),
            VerbEvent::Accepted => screen::write_accepted(writer),
            VerbEvent::Answered => {
                let then = self.on.get(VerbOutcome::Answered.word());
                Ok(then.map_or_else(|| writer.hang_up(), |then| AfterVerb::Action(then)))
            }
            _ => Ok(writer.hang_up()),
        }
    }
}

impl Dial {
    /// Every `dial` of the config.
    pub fn all(config: &Config) -> impl Iterator<Item = &Self> {
        config.verbs().filter_map(|verb| if let Verb::Dial(dial) = verb { Some(dial) } else { None })
    }

    /// Writes the `<Dial>` of round `n`, or of the first later round with an endpoint. If no round has an endpoint, the
    /// action for the last outcome is next.
    fn ring<'a>(
        &'a self,
        writer: &mut Writer<'a>,
        action: &'a str,
        n: u32,
        before: VerbOutcome,
    ) -> Result<AfterVerb<'a>, RenderError> {
        let Some(round) = self.round(&writer.input, n, writer.facts) else {
            return Ok(AfterVerb::Action(self.on.get(before.word()).unwrap_or(&self.otherwise)));
        };
        let recording = writer.recording();
        writer.announce_recording()?;
        let url = writer.url(CallbackKind::Dial, action, round.n);
        let timeout = decimal(self.timeout.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_TIMEOUT).into());
        let mut attributes = vec![("action", url.as_str()), ("timeout", timeout.as_str())];
        if let Some(number) = self.caller_id(&writer.input, &round.endpoints) {
            attributes.push(("callerId", number));
        }
        let recorded = writer.status_url(CallbackKind::Recording);
        if recording.is_some() {
            attributes.push(("record", "record-from-answer-dual"));
            attributes.push(("recordingStatusCallback", &recorded));
        }
        // The caller hears it ring until a key is pressed.
        if round.is_screened {
            attributes.push(("answerOnBridge", "true"));
        }
        writer.document.open("Dial", &attributes);
        let (kind, document) = if round.is_screened {
            let url = CallbackUrl::of_action(CallbackKind::Screen, action, 0).url(writer.input.url);
            (CallbackKind::ScreenedStatus, Some(url))
        } else {
            // This URL has no language, because a callee does not switch the language.
            let url = CallbackUrl::common(CallbackKind::Announce).url(writer.input.url);
            (CallbackKind::Status, Some(url).filter(|_| recording.is_some()))
        };
        let status = writer.status_url(kind);
        for endpoint in &round.endpoints {
            write_endpoint(writer, endpoint, &status, document.as_deref());
        }
        writer.document.close();
        Ok(AfterVerb::End)
    }

    /// The caller ID: the number in the config, else the caller's number, which is Twilio's default. If the caller has
    /// no number that Twilio accepts, it is the called number.
    fn caller_id<'a>(&'a self, input: &DialplanInput<'a>, endpoints: &[Endpoint]) -> Option<&'a str> {
        let own = |number: &str| input.numbers.iter().find(|item| item.as_str() == number).map(|item| item.as_str());
        let telephone = endpoints.iter().any(|endpoint| matches!(endpoint, Endpoint::Number { .. }));
        let has_caller_id = input.caller.number.is_some() && !input.caller.is_sip;
        let called = || input.caller.called.filter(|_| telephone && !has_caller_id);
        self.caller_id.as_deref().and_then(own).or_else(|| called().map(E164::as_str))
    }
}

fn write_endpoint(writer: &mut Writer<'_>, endpoint: &Endpoint, status: &str, url: Option<&str>) {
    let (name, text) = match endpoint {
        Endpoint::Client(identity) => ("Client", identity),
        Endpoint::Number { number, .. } => ("Number", number),
        Endpoint::Sip(address) => ("Sip", address),
    };
    let mut attributes = vec![("statusCallback", status), ("statusCallbackEvent", EVENTS)];
    // `w` waits half a second before the extension, because most phone systems need a pause.
    let keys = match endpoint {
        Endpoint::Number { extension, .. } if !extension.is_empty() => ["w", extension].concat(),
        _ => String::new(),
    };
    if !keys.is_empty() {
        attributes.push(("sendDigits", &keys));
    }
    if let Some(url) = url {
        attributes.push(("url", url));
    }
    writer.document.element(name, &attributes, text);
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn rings_a_client_and_has_an_edge_per_outcome() {
        let actions = r#"{"main":[{"dial":{"targets":[{"client":"desk"},{"available":"Organization/1"}],"on":{"busy":"full"},
            "otherwise":"end"}}],"full":[{"hangup":{}}],"end":[{"hangup":{}}]}"#;
        assert_eq!(
            twiml(actions),
            r#"<Dial action="/v?step=dial.main" timeout="20"><Client statusCallback="/v?step=status#rc=3&amp;rp=all" statusCallbackEvent="initiated ringing answered completed">desk</Client></Dial>"#
        );
        assert_eq!(edges(actions), ["dial.on Unattended full", "dial.otherwise Unattended end"]);
    }

    #[test]
    fn a_dial_without_a_target_continues_immediately() {
        let actions =
            r#"{"main":[{"dial":{"targets":[{"generalPractitioner":{}}],"otherwise":"end"}}],"end":[{"hangup":{}}]}"#;
        assert_eq!(twiml(actions), "<Hangup/>");
        assert_eq!(edges(actions), ["dial.otherwise Immediate end"]);
    }
}
