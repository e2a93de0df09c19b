// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the library's calls answer, as plain functions of a frame: tested natively.

use serde::Serialize;

use crate::call::{Call, Clinic, Config, Direction, Route, Spoken, Subject, answer, apology, route};
use crate::error::Code;
use crate::flow::Frame;
use crate::json::decimal;
use crate::phone::E164;
use crate::signature::{
    self, Algorithm, AuthToken, Body, Request, Seen, SharedKey, SharedKeys, SignedParams, UrlParts, explain,
};
use crate::text::{cut, list};
use crate::twiml::{Element, IllFormed, Node, write};

/// A call that is not answered: the code, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    code: Code,
    /// A path in the config, the number of a field in the frame, or nothing.
    at: String,
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self { code, at: String::new() }
    }
}

impl Refused {
    /// As it crosses: code, help and place, a line each.
    pub(super) fn lines(&self) -> String {
        [self.code.as_str(), "\n", self.code.help(), "\n", &self.at].concat()
    }
}

pub(super) fn code_help(code: &str) -> &'static str {
    Code::ALL.iter().find(|known| known.as_str() == code).map_or("", |known| known.help())
}

pub(super) fn sign(frame: &Frame) -> Result<String, Refused> {
    let fields = fields(frame)?;
    let ([token, url], pairs) = fields.split_first_chunk().ok_or(Code::EventInvalid)?;
    let token = AuthToken::new(token)?;
    let pairs = in_pairs(pairs)?;
    let in_order = frame.head(0) == 1;
    // Twilio signs absolute URLs. A caller that orders the parameters by rules of its own has rules for URLs too.
    if !in_order && UrlParts::parse(url).is_none() {
        return Err(Code::UrlNotAbsolute.into());
    }
    let params = if in_order { SignedParams::in_order(&pairs) } else { SignedParams::new(&pairs) };
    Ok(signature::sign(token, url, &params))
}

pub(super) fn signs_any(frame: &Frame) -> bool {
    let fields = frame.fields().unwrap_or_default();
    let Some(([token, signature, tail], urls)) = fields.split_first_chunk() else {
        return false;
    };
    let params = SignedParams::in_order(&[(tail, "")]);
    AuthToken::new(token).is_ok_and(|token| signature::signs_any(token, signature, urls, &params))
}

pub(super) fn verify(frame: &Frame, body: &[u8]) -> Result<String, Refused> {
    let fields = fields(frame)?;
    let ([url, signature, header], rest) = fields.split_first_chunk().ok_or(Code::EventInvalid)?;
    let (tokens, rest) = split(rest, frame.head(0), 1)?;
    let (keys, pairs) = split(rest, frame.head(1), 3)?;
    let tokens = tokens.iter().map(|token| AuthToken::new(token)).collect::<Result<Vec<_>, _>>()?;
    let keys = keys.chunks_exact(3).map(shared_key).collect::<Result<Vec<_>, _>>()?;
    let shared_keys = SharedKeys { header, keys: &keys };
    let pairs = in_pairs(pairs)?;
    let params = SignedParams::new(&pairs);
    let body = if frame.head(2) == 1 { Body::Raw(body) } else { Body::Form(&params) };
    let request = Request { url, body, signature, tokens: &tokens, shared_keys };

    let accepted = signature::verify(&request).map_err(|code| {
        let by_token = matches!(shared_keys.chosen(), Ok(None));
        if code != Code::SignatureMismatch || !by_token {
            return code;
        }
        match explain(url, &pairs, signature, &tokens, Seen::default()) {
            Code::SignatureMismatch if names_a_key(header) => Code::SharedKeyUnknown,
            code => code,
        }
    })?;
    let index = accepted.token.unwrap_or_else(|| {
        let chosen = shared_keys.chosen().ok().flatten();
        tokens.len() + keys.iter().position(|key| chosen.is_some_and(|chosen| chosen.id == key.id)).unwrap_or(0)
    });
    if index == 0 && accepted.url == *url {
        return Ok(String::new());
    }
    Ok([&decimal(index as u64), " ", &accepted.url].concat())
}

/// Whether the settings header names a shared key.
fn names_a_key(header: &str) -> bool {
    list(header).any(|setting| cut(setting, b'=').0.trim_ascii().eq_ignore_ascii_case("key"))
}

fn shared_key<'a>(fields: &[&'a str]) -> Result<SharedKey<'a>, Code> {
    let algorithm = if fields[2] == "HMAC_SHA256" { Algorithm::Sha256 } else { Algorithm::Sha1 };
    Ok(SharedKey { id: fields[0], secret: AuthToken::new(fields[1])?, algorithm })
}

/// Where a call goes, as JavaScript sees it.
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
        1 => Config::read(config).map_err(|place| Refused { code: Code::ConfigInvalid, at: place.0 })?,
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

pub(super) fn twiml(frame: &Frame) -> Result<String, Refused> {
    let fields = fields(frame)?;
    let root = tree(&fields)?;
    write(&root).map_err(|why| {
        let at = fault(&fields, why).map_or_else(String::new, |at| decimal(at as u64));
        Refused { code: code(why), at }
    })
}

/// The deepest tree that is built; a deeper one is refused by the writer, and before it could be too deep to drop.
const DEEPEST: usize = 80;

/// Builds the tree that the fields tell of.
fn tree<'a>(fields: &[&'a str]) -> Result<Element<'a>, Refused> {
    let mut open: Vec<Element<'a>> = Vec::new();
    let mut rest = fields;
    loop {
        rest = match rest {
            ["<", name, rest @ ..] if open.len() < DEEPEST => {
                open.push(Element::new(*name));
                rest
            }
            ["<", ..] => return Err(Code::TwimlDepth.into()),
            ["@", name, value, rest @ ..] => {
                let parent = open.last_mut().ok_or(Code::EventInvalid)?;
                parent.attributes.push(((*name).into(), (*value).into()));
                rest
            }
            [">", rest @ ..] => {
                let closed = open.pop().ok_or(Code::EventInvalid)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(Node::Element(closed)),
                    None if rest.is_empty() => return Ok(closed),
                    None => return Err(Code::EventInvalid.into()),
                }
                rest
            }
            [kind, text, rest @ ..] => {
                let text = (*text).into();
                let node = match *kind {
                    "t" => Node::Text(text),
                    "#" => Node::Comment(text),
                    _ => return Err(Code::EventInvalid.into()),
                };
                open.last_mut().ok_or(Code::EventInvalid)?.children.push(node);
                rest
            }
            _ => return Err(Code::EventInvalid.into()),
        };
    }
}

/// The number of the field at which a tree is ill-formed: each is written alone until one fails as the whole did.
fn fault(fields: &[&str], why: IllFormed) -> Option<usize> {
    let fails = |element: Element<'_>| write(&element) == Err(why);
    let within = |node| Element { name: "a".into(), children: vec![node], ..Element::default() };
    let mut at = 0;
    while at < fields.len() {
        let fields = &fields[at..];
        let (length, fault) = match fields {
            ["<", name, ..] => (2, fails(Element::new(*name))),
            ["@", name, value, ..] => (3, fails(Element::new("a").attribute(*name, *value))),
            ["t", text, ..] => (2, fails(within(Node::Text((*text).into())))),
            ["#", comment, ..] => (2, fails(within(Node::Comment((*comment).into())))),
            _ => (1, false),
        };
        if fault {
            return Some(at);
        }
        at += length;
    }
    None
}

fn code(why: IllFormed) -> Code {
    match why {
        IllFormed::Character => Code::TwimlCharacter,
        IllFormed::Comment => Code::TwimlComment,
        IllFormed::Depth => Code::TwimlDepth,
        IllFormed::Name => Code::TwimlName,
        IllFormed::Repeated => Code::TwimlAttributeRepeated,
    }
}

fn fields(frame: &Frame) -> Result<Vec<&str>, Code> {
    frame.fields().ok_or(Code::EventInvalid)
}

/// Splits off `count` groups of `each` fields.
fn split<'a, 'b>(fields: &'a [&'b str], count: u32, each: usize) -> Result<(&'a [&'b str], &'a [&'b str]), Code> {
    let length = (count as usize).checked_mul(each).ok_or(Code::EventInvalid)?;
    fields.split_at_checked(length).ok_or(Code::EventInvalid)
}

fn in_pairs<'a>(fields: &[&'a str]) -> Result<Vec<(&'a str, &'a str)>, Code> {
    if !fields.len().is_multiple_of(2) {
        return Err(Code::EventInvalid);
    }
    let mut pairs = Vec::with_capacity(fields.len() / 2);
    for pair in fields.chunks_exact(2) {
        pairs.push((pair[0], pair[1]));
    }
    Ok(pairs)
}
