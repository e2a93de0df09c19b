// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Where a call goes, as a value for JavaScript.

use serde::Serialize;

use super::library::{Refused, fields, in_pairs, split};
use crate::call::{Call, Clinic, Config, Direction, Route, Spoken, Subject, answer, apology, route};
use crate::error::Code;
use crate::flow::Frame;
use crate::json::decimal;
use crate::phone::E164;

/// A route, or why there is none.
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

impl From<Refused> for Routing {
    fn from(refused: Refused) -> Self {
        let path = Some(refused.at).filter(|path| !path.is_empty());
        Self { path, ..Self::default() }.saying(refused.code)
    }
}

impl Routing {
    fn saying(self, code: Code) -> Self {
        Self { code: Some(code.as_str()), help: Some(code.help()), ..self }
    }

    fn along(self, route: &Route<'_>) -> Self {
        match *route {
            Route::Acknowledge => Self { kind: Some("acknowledge"), ..self },
            Route::Connect { client } => Self { kind: Some("connect"), client: Some(client.to_owned()), ..self },
            Route::Dial { to, caller_id } => Self {
                kind: Some("dial"),
                to: Some(to.as_str().to_owned()),
                caller_id: Some(caller_id.as_str().to_owned()),
                ..self
            },
            Route::Refuse(spoken) => {
                let reason = match spoken {
                    Spoken::Failure => "failure",
                    Spoken::InvalidNumber => "invalid-number",
                    Spoken::NotAllowed => "not-allowed",
                    Spoken::NotInService => "not-in-service",
                };
                Self { kind: Some("refuse"), reason: Some(reason), says: Some(spoken.text()), ..self }
            }
        }
    }
}

pub(super) fn route_call(frame: &Frame) -> Routing {
    try_route(frame).unwrap_or_else(Routing::from)
}

fn try_route(frame: &Frame) -> Result<Routing, Refused> {
    let fields = fields(frame)?;
    let ([config, application], rest) = fields.split_first_chunk().ok_or(Code::EventInvalid)?;
    let (numbers, pairs) = split(rest, frame.head(0), 1)?;
    let mut ours = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        let at = || Refused { code: Code::ArgumentInvalid, at: ["numbers[", &decimal(index as u64), "]"].concat() };
        ours.push(E164::parse(number).ok_or_else(at)?);
    }
    let config = match frame.head(1) {
        1 => Config::read(config).map_err(|refused| Refused { code: refused.code, at: refused.path })?,
        _ => Config::default(),
    };
    let application = (frame.head(2) == 1).then_some(*application);
    let call = match Call::read(&in_pairs(pairs)?) {
        Ok(call) if call.subject == Subject::Message => return Err(Code::NotACall.into()),
        Ok(call) => call,
        Err(code) => {
            let sorry = Routing { ok: true, direction: Some("unknown"), twiml: Some(apology()), ..Routing::default() };
            return Ok(sorry.along(&Route::Refuse(Spoken::Failure)).saying(code));
        }
    };
    let clinic = Clinic { numbers: &ours, application, config: &config };
    let direction = Direction::of(&call, &ours);
    let (route, code) = route(&call, &direction, &clinic);
    let twiml = answer(&route, &config).unwrap_or_else(|_| apology());
    let routing =
        Routing { ok: true, direction: Some(name(&direction)), twiml: Some(twiml), ..Routing::default() }.along(&route);
    Ok(if let Some(code) = code { routing.saying(code) } else { routing })
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
    fn routes_and_says_why_not() {
        let routed = |head, fields: &[&str]| route_call(&Frame::of(head, fields));
        let call = ["From", "client:a", "To", "+15550100123", "ApplicationSid", "AP1"];
        let routing = routed([1, 1, 1, 0, 0], &[&[r#"{"client":"desk"}"#, "AP1", "+15550100001"], &call[..]].concat());
        assert_eq!((routing.kind, routing.direction), (Some("dial"), Some("outbound")));
        let routing = routed([1, 0, 1, 0, 0], &[&["", "AP2", "+15550100001"], &call[..]].concat());
        assert_eq!((routing.kind, routing.code), (Some("refuse"), Some("APPLICATION_MISMATCH")));
        let routing = routed([1, 1, 0, 0, 0], &[r#"{"clients":1}"#, "", "+15550100001"]);
        assert_eq!(
            (routing.ok, routing.code, routing.path.as_deref()),
            (false, Some("CONFIG_INVALID"), Some("an unknown or repeated member of the document"))
        );
        let routing = routed([2, 0, 0, 0, 0], &["", "", "+15550100001", "911"]);
        assert_eq!((routing.ok, routing.path.as_deref()), (false, Some("numbers[1]")));
        let routing = routed([0; 5], &["", "", "To", "a", "To", "b"]);
        assert_eq!((routing.ok, routing.kind, routing.code), (true, Some("refuse"), Some("PARAMETER_REPEATED")));
        assert_eq!(routed([0; 5], &["", "", "MessageSid", "SM1"]).code, Some("NOT_A_CALL"));
    }
}
