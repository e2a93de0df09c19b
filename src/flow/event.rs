// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a door is handed: the event, the secrets, the time.

use super::frame::Frame;
use crate::error::{Code, Problem};
use crate::signature::AuthToken;
use crate::text::list;

/// The body of a webhook as the host got it.
#[derive(Clone, Debug)]
pub enum Body<'a> {
    /// A form's pairs in the order received, or the members of parsed JSON.
    Pairs(Vec<(&'a str, &'a str)>),
    /// Text that was not parsed.
    Raw(&'a str),
}

/// One knock at a door.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// How often this event has been tried before and ended in a trap.
    pub attempt: u32,
    /// Milliseconds since 1970.
    pub now: u64,
    /// What an earlier [`Done::remember`](super::Done) left, or nothing.
    pub remembered: &'a str,
    /// `X-Twilio-Signature`, where the header is written in small letters.
    pub signature: &'a str,
    /// The body.
    pub body: Body<'a>,
    secrets: Vec<(&'a str, &'a str)>,
}

impl<'a> Event<'a> {
    /// Reads a frame. Its numbers: `attempt`, `now` in two halves, the count of secrets, 1 for a raw body. Its
    /// fields: the remembered text, the signature, the secrets' names and values, and the body.
    ///
    /// # Errors
    /// [`Code::EventInvalid`].
    pub fn read(frame: &'a Frame) -> Result<Self, Code> {
        let fields = frame.fields().ok_or(Code::EventInvalid)?;
        let ([remembered, signature], rest) = fields.split_first_chunk().ok_or(Code::EventInvalid)?;
        let secrets = (frame.head(3) as usize).checked_mul(2).ok_or(Code::EventInvalid)?;
        let (secrets, body) = rest.split_at_checked(secrets).ok_or(Code::EventInvalid)?;
        let body = match (frame.head(4), body) {
            (1, [text]) => Body::Raw(text),
            (0, pairs) if pairs.len().is_multiple_of(2) => Body::Pairs(in_pairs(pairs)),
            _ => return Err(Code::EventInvalid),
        };
        let now = u64::from(frame.head(1)) << 32 | u64::from(frame.head(2));
        Ok(Self { attempt: frame.head(0), now, remembered, signature, body, secrets: in_pairs(secrets) })
    }

    /// A secret, trimmed; `None` where it is not set or blank.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&'a str> {
        self.raw_secret(name).map(str::trim_ascii).filter(|value| !value.is_empty())
    }

    /// A secret that must be there.
    ///
    /// # Errors
    /// [`Code::SecretMissing`] or [`Code::SecretBlank`], with its name.
    pub fn need(&self, name: &'static str) -> Result<&'a str, Problem> {
        let code = if self.raw_secret(name).is_some() { Code::SecretBlank } else { Code::SecretMissing };
        self.secret(name).ok_or(Problem::at(code, name))
    }

    /// The auth tokens of `TWILIO_AUTH_TOKEN`, a list while a rotation lasts.
    ///
    /// # Errors
    /// As [`Event::need`].
    pub fn tokens(&self) -> Result<Vec<AuthToken<'a>>, Problem> {
        const NAME: &str = "TWILIO_AUTH_TOKEN";
        let mut tokens = Vec::with_capacity(1);
        for token in list(self.need(NAME)?) {
            tokens.extend(AuthToken::new(token));
        }
        if tokens.is_empty() { Err(Problem::at(Code::SecretBlank, NAME)) } else { Ok(tokens) }
    }

    fn raw_secret(&self, name: &str) -> Option<&'a str> {
        self.secrets.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

fn in_pairs<'a>(fields: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = Vec::with_capacity(fields.len() / 2);
    for pair in fields.chunks_exact(2) {
        pairs.push((pair[0], pair[1]));
    }
    pairs
}
