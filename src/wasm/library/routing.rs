// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The route of a call as a value for JavaScript.

use serde::Serialize;

use super::library_error::{LibraryError, fields, pairs_of, split};
use crate::dialplan::config::Config;
use crate::dialplan::{
    Call, CallbackUrl, Caller, CallerMatch, Clinic, DialplanInput, Direction, Fact, Facts, LocalTime, Params, Patient,
    PeopleOfNumber, RequestKind, Route, apology, render, route, write_route,
};
use crate::error::Code;
use crate::frame::Frame;
use crate::json::{Json, decimal, read_as};
use crate::phone::E164;
use crate::policy::SpokenMessage;
use crate::text::split_on;

/// A route, or the reason why there is none.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Routing {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    says: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    twiml: Option<String>,
}

impl From<LibraryError> for Routing {
    fn from(error: LibraryError) -> Self {
        let path = Some(error.at).filter(|path| !path.is_empty());
        Self { path, ..Self::default() }.with_code(error.code)
    }
}

impl Routing {
    fn with_code(self, code: Code) -> Self {
        Self { code: Some(code.as_str()), help: Some(code.help()), ..self }
    }

    fn with_route(self, route: &Route<'_>) -> Self {
        match route {
            Route::Acknowledge => Self { kind: Some("acknowledge"), ..self },
            Route::Connect { client } => Self { kind: Some("connect"), client: Some((*client).to_owned()), ..self },
            Route::Dial { to, caller_id } => Self {
                kind: Some("dial"),
                to: Some(to.clone()),
                caller_id: Some(caller_id.as_str().to_owned()),
                ..self
            },
            Route::Refuse(spoken) => {
                let reason = match spoken {
                    SpokenMessage::Failure => "failure",
                    SpokenMessage::InvalidNumber => "invalid-number",
                    SpokenMessage::NotAllowed => "not-allowed",
                    SpokenMessage::Emergency => "emergency",
                    SpokenMessage::Country => "country",
                    SpokenMessage::Blocked => "blocked",
                    SpokenMessage::OwnNumber => "own-number",
                    SpokenMessage::NotInService => "not-in-service",
                };
                Self { kind: Some("refuse"), reason: Some(reason), says: Some(spoken.text()), ..self }
            }
        }
    }
}

pub(super) fn route_call(frame: &Frame) -> Routing {
    try_route(frame).unwrap_or_else(Routing::from)
}

fn try_route(frame: &Frame) -> Result<Routing, LibraryError> {
    let fields = fields(frame)?;
    let ([config, application, facts, url], rest) = fields.split_first_chunk().ok_or(Code::EventInvalid)?;
    let (numbers, pairs) = split(rest, frame.head(0), 1)?;
    let mut own = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        let at =
            || LibraryError { code: Code::ArgumentInvalid, at: ["numbers[", &decimal(index as u64), "]"].concat() };
        own.push(E164::parse(number).ok_or_else(at)?);
    }
    let config = match frame.head(1) {
        1 => Config::read(config).map_err(|error| LibraryError { code: error.code, at: error.path })?,
        _ => Config::default(),
    };
    let application = (frame.head(2) == 1).then_some(*application);
    let pairs = pairs_of(pairs)?;
    let call = match Call::read(&pairs) {
        Ok(call) if call.kind == RequestKind::Message => return Err(Code::NotACall.into()),
        Ok(call) => call,
        Err(code) => {
            let routing =
                Routing { ok: true, direction: Some("unknown"), twiml: Some(apology()), ..Routing::default() };
            return Ok(routing.with_route(&Route::Refuse(SpokenMessage::Failure)).with_code(code));
        }
    };
    let clinic = Clinic { numbers: &own, application, config: &config };
    let direction = Direction::of(&call, &own, &config.sip);
    let caller = Caller::of(&call, Params(&pairs), &own, &config.sip);
    let input = DialplanInput { config: &config, numbers: &own, url: split_on(url, b'#').0, caller };
    if matches!(direction, Direction::Inbound { .. }) && input.rules().is_some() {
        return Ok(route_by_dialplan(&input, Params(&pairs), facts));
    }
    let (route, code) = route(&call, &direction, &clinic);
    let twiml = write_route(&route, &config, None).unwrap_or_else(|_| apology());
    let routing = Routing { ok: true, direction: Some(name(&direction)), twiml: Some(twiml), ..Routing::default() }
        .with_route(&route);
    Ok(if let Some(code) = code { routing.with_code(code) } else { routing })
}

/// What the dialplan does with a new call. Facts that were not given are unknown.
fn route_by_dialplan(input: &DialplanInput<'_>, params: Params<'_, '_>, facts: &str) -> Routing {
    let facts = read_facts(&Json::parse(facts).unwrap_or_default(), &input.caller);
    let mut rendered = render(input, &input.next(&CallbackUrl::WEBHOOK, params, false), &facts);
    let code = if rendered.codes.is_empty() { None } else { Some(rendered.codes.swap_remove(0).0) };
    let routing = Routing {
        ok: true,
        direction: Some("inbound"),
        kind: Some("plan"),
        action: rendered.action,
        twiml: Some(rendered.twiml),
        ..Routing::default()
    };
    if let Some(code) = code { routing.with_code(code) } else { routing }
}

/// Reads `{ patient: { given?, language? } | null, patientMatch: "one" | "several" | "related" | "none", open: { name:
/// boolean }, localTimes: { zone: local time } }`. Every member is optional.
fn read_facts(given: &Json, caller: &Caller<'_>) -> Facts {
    let mut facts = Facts::at(0, caller);
    let patient = given.get("patient");
    let matched = given.get("patientMatch").and_then(Json::text);
    let matched = matched
        .and_then(|word| read_as(&["\"", word, "\""].concat()).ok())
        .or_else(|| patient.map(|patient| if *patient == Json::Null { CallerMatch::None } else { CallerMatch::One }));
    if let Some(matched) = matched {
        let text = |name| patient.and_then(|patient| patient.get(name)).and_then(Json::text).map(str::to_owned);
        let only = Patient { given: text("given"), language: text("language"), ..Patient::default() };
        let only = Some(only).filter(|_| matched == CallerMatch::One);
        facts.people = Fact::Known(PeopleOfNumber::without_chart(matched, only));
    }
    for (name, open) in given.get("open").map(Json::members).unwrap_or_default() {
        facts.open.extend(open.boolean().map(|open| (name.clone(), open)));
    }
    for (zone, local_time) in given.get("localTimes").map(Json::members).unwrap_or_default() {
        let local_time = local_time.text().and_then(LocalTime::parse);
        facts.local_times.push((zone.clone(), local_time.map_or(Fact::Unavailable, Fact::Known)));
    }
    facts
}

fn name(direction: &Direction<'_>) -> &'static str {
    match direction {
        Direction::DialAction => "dial-action",
        Direction::Inbound { .. } => "inbound",
        Direction::Outbound { .. } => "outbound",
        Direction::Placed => "placed",
        Direction::Sip => "sip",
        Direction::StatusCallback => "status-callback",
        Direction::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_routed_or_refused_with_a_code() {
        let routed = |head, fields: &[&str]| route_call(&Frame::of(head, fields));
        let call = ["From", "client:a", "To", "+15550100123", "ApplicationSid", "AP1"];
        let routing =
            routed([1, 1, 1, 0, 0], &[&[r#"{"client":"desk"}"#, "AP1", "", "", "+15550100001"], &call[..]].concat());
        assert_eq!((routing.kind, routing.direction), (Some("dial"), Some("outbound")));
        let routing = routed([1, 0, 1, 0, 0], &[&["", "AP2", "", "", "+15550100001"], &call[..]].concat());
        assert_eq!((routing.kind, routing.code), (Some("refuse"), Some("APPLICATION_MISMATCH")));
        let routing = routed([1, 1, 0, 0, 0], &[r#"{"clients":1}"#, "", "", "", "+15550100001"]);
        assert_eq!(
            (routing.ok, routing.code, routing.path.as_deref()),
            (false, Some("CONFIG_INVALID"), Some("an unknown or repeated member of the document"))
        );
        let routing = routed([2, 0, 0, 0, 0], &["", "", "", "", "+15550100001", "911"]);
        assert_eq!((routing.ok, routing.path.as_deref()), (false, Some("numbers[1]")));
        let routing = routed([0; 5], &["", "", "", "", "To", "a", "To", "b"]);
        assert_eq!((routing.ok, routing.kind, routing.code), (true, Some("refuse"), Some("PARAMETER_REPEATED")));
        assert_eq!(routed([0; 5], &["", "", "", "", "MessageSid", "SM1"]).code, Some("NOT_A_CALL"));
    }

    #[test]
    fn the_dialplan_uses_the_given_facts() {
        const CONFIG: &str = r#"{"timeZone":"America/New_York","numbers":{"+15550100001":{"name":"front","dialplan":"main"}},
            "hours":{"desk":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}]}},
            "dialplans":{"main":[{"when":{"open":"desk","patient":true},"then":"greet"},{"when":{"open":"desk"},"then":"ring"},{"then":"late"}]},
            "actions":{"greet":[{"greet":{"patient":"Hello, {name}.","neutral":"Hello."}},{"hangup":{}}],
                "ring":[{"dial":{"targets":[{"client":"desk"}],"otherwise":"late"}}],"late":[{"say":{"text":"Closed."}},{"hangup":{}}]}}"#;
        let routed = |facts: &str| {
            let call = ["CallSid", "CA1", "From", "+15550100123", "To", "+15550100001"];
            route_call(&Frame::of(
                [1, 1, 0, 0, 0],
                &[&[CONFIG, "", facts, "https://a.example/v#rc=3", "+15550100001"], &call[..]].concat(),
            ))
        };
        for (facts, action, code) in [
            ("", "late", Some("HOURS_UNKNOWN")),
            ("{", "late", Some("HOURS_UNKNOWN")),
            (r#"{"open":{"desk":true}}"#, "ring", None),
            (r#"{"open":{"desk":false},"localTimes":{"America/New_York":"2026-11-16T10:00:00"}}"#, "late", None),
            (r#"{"localTimes":{"America/New_York":"2026-11-16T10:00:00"},"patient":null}"#, "ring", None),
            (r#"{"localTimes":{"America/New_York":"2026-11-16T17:00:00"}}"#, "late", None),
            (r#"{"localTimes":{"America/New_York":"soon"}}"#, "late", Some("HOURS_UNKNOWN")),
            (r#"{"open":{"desk":true},"patient":{"given":"Ada"}}"#, "greet", None),
            (r#"{"open":{"desk":true},"patientMatch":"one"}"#, "greet", None),
            (r#"{"open":{"desk":true},"patientMatch":"related","patient":{"given":"Ada"}}"#, "ring", None),
            (r#"{"open":{"desk":true},"patientMatch":"x","patient":{"given":"Ada"}}"#, "greet", None),
        ] {
            let routing = routed(facts);
            assert_eq!(
                (routing.kind, routing.action.as_deref(), routing.code),
                (Some("plan"), Some(action), code),
                "{facts}"
            );
        }
        assert!(routed(r#"{"open":{"desk":true},"patient":{"given":"Ada"}}"#).twiml.unwrap().contains("Hello, Ada."));
        assert!(
            routed(r#"{"open":{"desk":true}}"#)
                .twiml
                .unwrap()
                .contains("action=\"https://a.example/v?step=dial.ring\"")
        );
    }
}
