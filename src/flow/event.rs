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

/// The project secrets that a story may read. The host hands them over in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// `TWILIO_AUTH_TOKEN`.
    AuthToken,
    /// `TWILIO_NUMBER`.
    Number,
    /// `TWILIO_ACCOUNT_SID`.
    AccountSid,
    /// `TWILIO_TWIML_APP_SID`.
    TwimlAppSid,
    /// `PLUMLINE_WEBHOOK_URL`.
    WebhookUrl,
    /// `PLUMLINE_CONFIG`.
    Config,
}

impl Secret {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// The name in Medplum.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthToken => "TWILIO_AUTH_TOKEN",
            Self::Number => "TWILIO_NUMBER",
            Self::AccountSid => "TWILIO_ACCOUNT_SID",
            Self::TwimlAppSid => "TWILIO_TWIML_APP_SID",
            Self::WebhookUrl => "PLUMLINE_WEBHOOK_URL",
            Self::Config => "PLUMLINE_CONFIG",
        }
    }
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
    secrets: [Option<&'a str>; Secret::COUNT],
}

impl<'a> Event<'a> {
    /// Reads a frame. Its numbers: `attempt`, `now` in two halves, a bit for each secret that is set, 1 for a raw
    /// body. Its fields: the remembered text, the signature, the secrets that are set, and the body.
    ///
    /// # Errors
    /// [`Code::EventInvalid`].
    pub fn read(frame: &'a Frame) -> Result<Self, Code> {
        let fields = frame.fields().ok_or(Code::EventInvalid)?;
        let ([remembered, signature], mut rest) = fields.split_first_chunk().ok_or(Code::EventInvalid)?;
        let mut secrets = [None; Secret::COUNT];
        for (index, secret) in secrets.iter_mut().enumerate() {
            if frame.head(3) >> index & 1 == 1 {
                let (value, after) = rest.split_first().ok_or(Code::EventInvalid)?;
                *secret = Some(*value);
                rest = after;
            }
        }
        let body = match (frame.head(4), rest) {
            (1, [text]) => Body::Raw(text),
            (0, pairs) if pairs.len().is_multiple_of(2) => Body::Pairs(in_pairs(pairs)),
            _ => return Err(Code::EventInvalid),
        };
        let now = u64::from(frame.head(1)) << 32 | u64::from(frame.head(2));
        Ok(Self { attempt: frame.head(0), now, remembered, signature, body, secrets })
    }

    /// A secret, trimmed; `None` where it is not set or blank.
    #[must_use]
    pub fn secret(&self, secret: Secret) -> Option<&'a str> {
        self.secrets[secret as usize].map(str::trim_ascii).filter(|value| !value.is_empty())
    }

    /// A secret that must be there.
    ///
    /// # Errors
    /// [`Code::SecretMissing`] or [`Code::SecretBlank`], with its name.
    pub fn need(&self, secret: Secret) -> Result<&'a str, Problem> {
        let code = if self.secrets[secret as usize].is_some() { Code::SecretBlank } else { Code::SecretMissing };
        self.secret(secret).ok_or(Problem::at(code, secret.name()))
    }

    /// The auth tokens of `TWILIO_AUTH_TOKEN`, a list while a rotation lasts.
    ///
    /// # Errors
    /// As [`Event::need`].
    pub fn tokens(&self) -> Result<Vec<AuthToken<'a>>, Problem> {
        let mut tokens = Vec::with_capacity(1);
        for token in list(self.need(Secret::AuthToken)?) {
            tokens.extend(AuthToken::new(token));
        }
        let problem = Problem::at(Code::SecretBlank, Secret::AuthToken.name());
        if tokens.is_empty() { Err(problem) } else { Ok(tokens) }
    }
}

fn in_pairs<'a>(fields: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = Vec::with_capacity(fields.len() / 2);
    for pair in fields.chunks_exact(2) {
        pairs.push((pair[0], pair[1]));
    }
    pairs
}
