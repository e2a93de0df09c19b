// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the library's calls answer, as plain functions of a frame: tested natively.

use crate::error::Code;
use crate::flow::Frame;
use crate::json::decimal;
use crate::signature::{
    self, Algorithm, AuthToken, Body, Request, Seen, SharedKey, SharedKeys, SignedParams, UrlParts, WebhookUrl, explain,
};
use crate::text::{cut, list};
use crate::twiml::{Element, IllFormed, Node, write};

/// A call that is not answered: the code, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) code: Code,
    /// A path in the config, the number of a field in the frame, or nothing.
    pub(super) at: String,
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
    Ok(signature::sign(&token, url, &params))
}

pub(super) fn signs_any(frame: &Frame) -> bool {
    let fields = frame.fields().unwrap_or_default();
    let Some(([token, signature, tail], urls)) = fields.split_first_chunk() else {
        return false;
    };
    let params = SignedParams::in_order(&[(tail, "")]);
    AuthToken::new(token).is_ok_and(|token| signature::signs_any(&token, signature, urls, &params))
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
    let webhook_url = WebhookUrl::new(*url)?;
    let request = Request { url: &webhook_url, body, signature, tokens: &tokens, shared_keys };

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
    Ok(SharedKey { id: fields[0], secret: AuthToken::shared(fields[1], algorithm)? })
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

pub(super) fn fields(frame: &Frame) -> Result<Vec<&str>, Code> {
    frame.fields().ok_or(Code::EventInvalid)
}

/// Splits off `count` groups of `each` fields.
pub(super) fn split<'a, 'b>(
    fields: &'a [&'b str],
    count: u32,
    each: usize,
) -> Result<(&'a [&'b str], &'a [&'b str]), Code> {
    let length = (count as usize).checked_mul(each).ok_or(Code::EventInvalid)?;
    fields.split_at_checked(length).ok_or(Code::EventInvalid)
}

pub(super) fn in_pairs<'a>(fields: &[&'a str]) -> Result<Vec<(&'a str, &'a str)>, Code> {
    if !fields.len().is_multiple_of(2) {
        return Err(Code::EventInvalid);
    }
    let mut pairs = Vec::with_capacity(fields.len() / 2);
    for pair in fields.chunks_exact(2) {
        pairs.push((pair[0], pair[1]));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "an-invented-auth-token";
    const URL: &str = "https://example.com/v";

    fn signed(fields: &[&str]) -> String {
        sign(&Frame::of([0; 5], fields)).unwrap()
    }

    #[test]
    fn names_the_token_or_the_shared_key_that_signed() {
        let signature = signed(&[TOKEN, URL, "a", "1"]);
        let header = "key=second,algorithm=HMAC_SHA1";
        let keys = ["first", "another", "HMAC_SHA1", "second", TOKEN, "HMAC_SHA1"];
        let verdict = |tokens: &[&str], header: &str, keys: &[&str]| {
            let head = [tokens.len() as u32, keys.len() as u32 / 3, 0, 0, 0];
            verify(&Frame::of(head, &[&[URL, &signature, header], tokens, keys, &["a", "1"]].concat()), b"")
        };
        assert_eq!(verdict(&[TOKEN], "", &[]), Ok(String::new()));
        assert_eq!(verdict(&["another", TOKEN], "", &keys), Ok(format!("1 {URL}")));
        assert_eq!(verdict(&["another"], header, &keys), Ok(format!("2 {URL}")));
        assert_eq!(verdict(&[], header, &keys[3..]), Ok(String::new()));
        for (tokens, header, keys, code) in [
            (&[TOKEN][..], header, &keys[..3], Code::SharedKeyUnknown),
            (&["another"], header, &[], Code::SharedKeyUnknown),
            (&["another"], "algorithm=HMAC_SHA1", &[], Code::SignatureMismatch),
            (&[], "", &keys, Code::TokenMissing),
            (&[TOKEN, ""], "", &[], Code::TokenBlank),
            (&[TOKEN], "", &["id", " ", "HMAC_SHA1"], Code::TokenBlank),
        ] {
            assert_eq!(verdict(tokens, header, keys), Err(code.into()), "{header} {keys:?}");
        }
    }

    #[test]
    fn a_caller_with_an_order_of_its_own_keeps_it() {
        assert_ne!(sign(&Frame::of([1, 0, 0, 0, 0], &[TOKEN, "/v", "b", "1", "a", "2"])), Ok(signed(&[TOKEN, URL])));
        assert_eq!(sign(&Frame::of([0; 5], &[TOKEN, "/v"])), Err(Code::UrlNotAbsolute.into()));
        assert_eq!(sign(&Frame::of([0; 5], &["", URL])), Err(Code::TokenBlank.into()));
    }

    #[test]
    fn tells_which_field_of_a_tree_is_at_fault() {
        for (fields, code, at) in [
            (&["<", "1", ">"][..], Code::TwimlName, "0"),
            (&["<", "a", "@", "b", "c", "@", "d", "\0", ">"], Code::TwimlCharacter, "5"),
            (&["<", "a", "<", "b", ">", "#", "--", ">"], Code::TwimlComment, "5"),
            (&["<", "a", "@", "b", "c", "@", "b", "d", ">"], Code::TwimlAttributeRepeated, ""),
            (&[], Code::EventInvalid, ""),
            (&["<", "a"], Code::EventInvalid, ""),
            (&["<", "a", ">", ">"], Code::EventInvalid, ""),
            (&["<", "a", ">", "<", "b", ">"], Code::EventInvalid, ""),
            (&["t", "x"], Code::EventInvalid, ""),
        ] {
            assert_eq!(twiml(&Frame::of([0; 5], fields)), Err(Refused { code, at: at.to_owned() }), "{fields:?}");
        }
        for depth in [66, 79, 80, 100_000] {
            let deep = ["<", "a"].repeat(depth);
            assert!(
                twiml(&Frame::of([0; 5], &[deep, vec![">"; depth]].concat()))
                    .is_err_and(|it| it.code == Code::TwimlDepth)
            );
        }
    }
}
