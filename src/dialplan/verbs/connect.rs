// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `connect`: connects the caller with a voice agent, and takes the call back when the agent has finished.
//! `<Connect>`: <https://www.twilio.com/docs/voice/twiml/connect>.

use super::{DialplanVerb, Size};
use crate::dialplan::callback_urls::CallbackKind;
use crate::dialplan::check::{Checker, ConfigPath, is_sip};
use crate::dialplan::config::Config;
use crate::dialplan::default_twiml::EVENTS;
use crate::dialplan::graph::{Edge, Trigger, Visit};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::params::Params;
use crate::dialplan::speech::{DEFAULT_LANGUAGE, RenderError, Words, xml_bytes};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::{Json, Map, members};

/// The outcome of a session that the agent ended without a reason.
const COMPLETED: &str = "completed";
/// The outcome of a session that failed.
const FAILED: &str = "failed";
/// The maximum number of `attributes` and of `parameters`.
const MAX_ENTRIES: usize = 30;
/// The maximum length of an attribute or parameter, in characters. Source:
/// <https://www.twilio.com/docs/voice/twiml/stream#custom-parameters>.
const MAX_CHARS: usize = 500;

/// `connect`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Connect {
    /// The `wss` URL of a server for Twilio's `ConversationRelay`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^wss://")))]
    pub conversation_relay: Option<String>,
    /// The `wss` URL of a server for a bidirectional Media Stream. It has no query.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^wss://[^?]*$")))]
    pub stream: Option<String>,
    /// The SIP address of an agent, such as that of a Vapi assistant.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^sips?:")))]
    pub sip: Option<String>,
    /// The first words of the agent. Only for `conversationRelay`.
    pub greeting: Option<Words>,
    /// More attributes of `<ConversationRelay>` or `<Stream>`, such as `{ "interruptible": "speech" }`.
    #[cfg_attr(feature = "schema", serde(default))]
    pub attributes: Map<String>,
    /// Custom parameters for the server. Not for `sip`.
    #[cfg_attr(feature = "schema", serde(default))]
    pub parameters: Map<String>,
    /// The actions by outcome: `completed`, `failed`, and the reasons with which the agent hands the call back.
    #[cfg_attr(feature = "schema", serde(default))]
    pub on: Map<String>,
    /// The action for every other outcome except `completed`, after which the call ends.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Connect {
    conversation_relay: optional "conversationRelay",
    stream: optional "stream",
    sip: optional "sip",
    greeting: optional "greeting",
    attributes: optional "attributes",
    parameters: optional "parameters",
    on: optional "on",
    otherwise: required "otherwise",
});

impl DialplanVerb for Connect {
    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        let agents = [&self.conversation_relay, &self.stream, &self.sip];
        checker.expect(agents.into_iter().flatten().count() == 1, Code::ConfigAgent, at);
        let is_socket = |url: &str| url.strip_prefix("wss://").is_some_and(is_url_rest);
        for (url, name) in [(&self.conversation_relay, "conversationRelay"), (&self.stream, "stream")] {
            let fits = url.as_deref().is_none_or(|url| is_socket(url) && (name != "stream" || !url.contains('?')));
            checker.expect(fits, Code::ConfigAgent, &at.field(name));
        }
        let is_address = self.sip.as_deref().is_none_or(is_sip);
        checker.expect(is_address, Code::ConfigSipAddress, &at.field("sip"));
        if let Some(greeting) = &self.greeting {
            let at = at.field("greeting");
            checker.expect(self.conversation_relay.is_some(), Code::ConfigAgent, &at);
            checker.words(greeting, false, &at);
        }
        for (entries, name) in [(&self.attributes, "attributes"), (&self.parameters, "parameters")] {
            let at = at.field(name);
            checker.expect(entries.len() <= MAX_ENTRIES, Code::ConfigRange, &at);
            checker.expect(entries.is_empty() || self.sip.is_none(), Code::ConfigAgent, &at);
            for (index, (entry, value)) in entries.iter().enumerate() {
                let fits = is_entry_name(entry) && value.chars().count() <= MAX_CHARS;
                checker.expect(
                    fits && !value.chars().any(char::is_control),
                    Code::ConfigAgent,
                    &at.member(index, entry),
                );
            }
        }
        let attributes = at.field("attributes");
        for (index, (name, _)) in self.attributes.iter().enumerate() {
            let is_fixed = ["url", "welcomeGreeting", "language"].contains(&name);
            checker.expect(!is_fixed, Code::ConfigAgent, &attributes.member(index, name));
        }
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        let on = at.field("on");
        for (index, (outcome, action)) in self.on.iter().enumerate() {
            let trigger = if outcome == FAILED { Trigger::Unattended } else { Trigger::Person };
            visit(Edge { to: action, trigger, member: "connect.on" }, &on.member(index, outcome));
        }
        let otherwise = Edge { to: &self.otherwise, trigger: Trigger::Unattended, member: "connect.otherwise" };
        visit(otherwise, &at.field("otherwise"));
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        visit(CallbackKind::Agent, 0);
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        let entries = self.attributes.iter().chain(self.parameters.iter());
        let entries = entries.map(|(name, value)| name.len() + xml_bytes(value) + 64).sum::<usize>();
        size.last = Size::CALLBACKS + self.greeting.as_ref().map_or(0, Words::bytes) + entries;
    }

    fn add_lookups_after<'a>(&'a self, event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        if *event == VerbEvent::AgentFinished {
            self.on.get(COMPLETED).into_iter().for_each(|then| lookups.action(then));
        }
    }

    fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        let outcome = outcome(request.params);
        match self.on.get(&outcome) {
            _ if outcome == COMPLETED => CallbackResult::Event(VerbEvent::AgentFinished),
            Some(then) => CallbackResult::Action(then),
            None => CallbackResult::Action(&self.otherwise),
        }
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        let url = writer.url(CallbackKind::Agent, action, 0);
        if let Some(sip) = &self.sip {
            writer.document.open("Dial", &[("action", &url), ("answerOnBridge", "true")]);
            let status = writer.status_url(CallbackKind::Status);
            let attributes = [("statusCallback", status.as_str()), ("statusCallbackEvent", EVENTS)];
            writer.document.element("Sip", &attributes, sip).close();
            return Ok(AfterVerb::End);
        }
        let language = writer.current_language();
        let greeting = self.greeting.as_ref().map(|words| words.in_language(language.unwrap_or(DEFAULT_LANGUAGE)).0);
        let (name, socket) = match (&self.conversation_relay, &self.stream) {
            (Some(socket), _) => ("ConversationRelay", socket),
            (None, Some(socket)) => ("Stream", socket),
            (None, None) => return Ok(AfterVerb::Action(&self.otherwise)),
        };
        let mut attributes = vec![("url", socket.as_str())];
        let is_relay = name == "ConversationRelay";
        attributes.extend(greeting.map(|greeting| ("welcomeGreeting", greeting)));
        attributes.extend(language.filter(|_| is_relay).map(|language| ("language", language)));
        attributes.extend(self.attributes.iter().map(|(name, value)| (name, value.as_str())));
        writer.document.open("Connect", &[("action", &url)]).open(name, &attributes);
        // The agent gets the context of the call, but nothing about the patient.
        let called = writer.input.caller.called.map_or("", |called| called.as_str());
        let context = [("called", called), ("language", language.unwrap_or(DEFAULT_LANGUAGE)), ("action", action)];
        let parameters = self.parameters.iter().map(|(name, value)| (name, value.as_str()));
        for (name, value) in context.into_iter().chain(parameters) {
            writer.document.empty("Parameter", &[("name", name), ("value", value)]);
        }
        writer.document.close().close();
        Ok(AfterVerb::End)
    }

    fn resume<'a>(
        &'a self,
        event: VerbEvent,
        writer: &mut Writer<'a>,
        _action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        let then = self.on.get(COMPLETED).filter(|_| event == VerbEvent::AgentFinished);
        Ok(then.map_or_else(|| writer.hang_up(), |then| AfterVerb::Action(then)))
    }
}

/// Whether the agent has finished the call: the session neither failed nor handed the caller back.
#[must_use]
pub fn is_agent_finished(params: Params<'_, '_>) -> bool {
    outcome(params) == COMPLETED
}

/// The outcome of the session: the reason with which the agent handed the call back, or whether the session failed.
///
/// `HandoffData` is a text of the agent's server, by convention a JSON object. The reason is its member `reasonCode`
/// (or `outcome`). Everything else in it is ignored, because it may have words of the caller. Source:
/// <https://www.twilio.com/docs/voice/conversationrelay/websocket-messages#end-session-message>.
fn outcome(params: Params<'_, '_>) -> String {
    if let Some(status) = params.get("DialCallStatus") {
        return if status == "completed" || status == "answered" { COMPLETED } else { FAILED }.to_owned();
    }
    if let Some(data) = params.get("HandoffData") {
        let data = Json::parse(data);
        let member = |name| data.as_ref().ok()?.get(name)?.text();
        if let Some(reason) = member("reasonCode").or_else(|| member("outcome")) {
            return reason.to_owned();
        }
    }
    let has_failed = params.get("SessionStatus") == Some("failed") || params.get("ErrorCode").is_some();
    if has_failed { FAILED } else { COMPLETED }.to_owned()
}

/// Whether the text after `wss://` is a host with an optional path: no space, control character or fragment.
fn is_url_rest(rest: &str) -> bool {
    let is_plain = rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#' && byte != b'"' && byte != b'<');
    is_plain && !rest.starts_with(['/', '?', ':']) && !rest.is_empty() && rest.len() <= 2_000
}

/// Whether the text can be the name of an XML attribute and of a parameter.
fn is_entry_name(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
    starts && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn writes_each_kind_of_agent() {
        let with = |members: &str| twiml(&format!(r#"{{"main":[{{"connect":{{{members},"otherwise":"end"}}}}]}}"#));
        assert_eq!(
            with(
                r#""conversationRelay":"wss://a.example/r","greeting":"Hi.","attributes":{"interruptible":"speech"},"parameters":{"team":"desk"}"#
            ),
            r#"<Connect action="/v?step=agent.main"><ConversationRelay url="wss://a.example/r" welcomeGreeting="Hi." interruptible="speech"><Parameter name="called" value="+15550100001"/><Parameter name="language" value="en-US"/><Parameter name="action" value="main"/><Parameter name="team" value="desk"/></ConversationRelay></Connect>"#
        );
        assert_eq!(
            with(r#""stream":"wss://a.example/s""#),
            r#"<Connect action="/v?step=agent.main"><Stream url="wss://a.example/s"><Parameter name="called" value="+15550100001"/><Parameter name="language" value="en-US"/><Parameter name="action" value="main"/></Stream></Connect>"#
        );
        assert_eq!(
            with(r#""sip":"sip:clinic@agent.example""#),
            r#"<Dial action="/v?step=agent.main" answerOnBridge="true"><Sip statusCallback="/v?step=status#rc=3&amp;rp=all" statusCallbackEvent="initiated ringing answered completed">sip:clinic@agent.example</Sip></Dial>"#
        );
    }

    #[test]
    fn the_outcome_is_the_reason_of_the_agent() {
        for (pairs, expected) in [
            (&[("HandoffData", r#"{"reasonCode":"nurse","reason":"chest pain"}"#)][..], "nurse"),
            (&[("HandoffData", r#"{"outcome":"booked"}"#)], "booked"),
            (&[("HandoffData", r#"{"reasonCode":7}"#)], "completed"),
            (&[("HandoffData", "a nurse please")], "completed"),
            (&[("HandoffData", ""), ("SessionStatus", "failed")], "failed"),
            (&[("SessionStatus", "ended")], "completed"),
            (&[("SessionStatus", "completed")], "completed"),
            (&[("ErrorCode", "64105")], "failed"),
            (&[("DialCallStatus", "completed"), ("HandoffData", "x")], "completed"),
            (&[("DialCallStatus", "busy")], "failed"),
            (&[], "completed"),
        ] {
            assert_eq!(outcome(Params(pairs)), expected, "{pairs:?}");
        }
    }
}
