// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a door is handed: the event, the secrets, the time.

use super::secrets::{FrameSecrets, Secret};
use crate::error::Code;
use crate::frame::Frame;

/// The body of a webhook as the host got it.
#[derive(Clone, Debug)]
pub enum Body<'a> {
    /// A form's pairs in the order received, or the members of parsed JSON.
    Pairs(Vec<(&'a str, &'a str)>, Layout),
    /// Text that was not parsed.
    Raw(&'a str),
    /// More than any webhook of Twilio's has; the host did not hand it over.
    TooLarge,
}

impl Body<'_> {
    /// The longest form that is checked, in bytes of names and values. Twilio's own are below 10 kB.
    const MAX_FORM: usize = 32 * 1024;
    /// How many pairs it may have. Medplum takes as many parameters.
    const MAX_PAIRS: usize = 1_000;
    /// The longest text that is checked, in bytes.
    const MAX_RAW: usize = 256 * 1024;

    /// Whether it is larger than any webhook of Twilio's, so that checking its signature would only cost time.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        match self {
            Self::Pairs(pairs, _) => {
                let bytes: usize = pairs.iter().map(|(name, value)| name.len() + value.len()).sum();
                pairs.len() > Self::MAX_PAIRS || bytes > Self::MAX_FORM
            }
            Self::Raw(text) => text.len() > Self::MAX_RAW,
            Self::TooLarge => true,
        }
    }
}

/// How a host laid pairs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Names and values.
    Whole,
    /// Names and values, and each name is another: once the event is found `verify_request`, they are to be kept.
    ToCache,
    /// Values alone, since the names are those that were kept last.
    Cached,
}

/// One knock at a door.
#[derive(Clone)]
pub struct WebhookEvent<'a> {
    /// How often this event has been tried before and ended in a trap.
    pub attempt: u32,
    /// Milliseconds since 1970.
    pub now: u64,
    /// `X-Twilio-Signature`, where the header is written in small letters.
    pub signature: &'a str,
    /// The body.
    pub body: Body<'a>,
    /// The project's secrets.
    pub secrets: FrameSecrets<'a>,
}

impl<'a> WebhookEvent<'a> {
    /// Reads a frame. Its numbers: `attempt`, `now` in two halves of which the lower has 30 bits, a bit for each secret
    /// that is set, and the body's layout: 0 for pairs, 1 for a raw body, 2 for pairs whose names are to be kept, 3 for
    /// values that have the `names` kept last, 4 for a body that is too large. Its fields: the signature, the secrets that are set, and the body.
    ///
    /// # Errors
    /// [`Code::EventInvalid`].
    pub fn read(frame: &'a Frame, names: &'a [String]) -> Result<Self, Code> {
        Self::read_fields(frame, names).ok_or(Code::EventInvalid)
    }

    fn read_fields(frame: &'a Frame, names: &'a [String]) -> Option<Self> {
        let mut fields = frame.cut();
        let signature = fields.next()?;
        let mut secrets = [None; Secret::IN_FRAME];
        for (index, secret) in secrets.iter_mut().enumerate() {
            if frame.head(3) >> index & 1 == 1 {
                *secret = Some(fields.next()?);
            }
        }
        let body = match frame.head(4) {
            kind @ (0 | 2) => {
                let mut pairs = Vec::with_capacity(fields.left() / 2);
                while fields.left() > 0 {
                    pairs.push((fields.next()?, fields.next()?));
                }
                Body::Pairs(pairs, if kind == 2 { Layout::ToCache } else { Layout::Whole })
            }
            1 => Body::Raw(fields.next()?),
            3 => {
                let mut pairs = Vec::with_capacity(names.len());
                for name in names {
                    pairs.push((name.as_str(), fields.next()?));
                }
                Body::Pairs(pairs, Layout::Cached)
            }
            4 => Body::TooLarge,
            _ => return None,
        };
        let now = u64::from(frame.head(1)) << 30 | u64::from(frame.head(2));
        fields.is_whole().then_some(Self {
            attempt: frame.head(0),
            now,
            signature,
            body,
            secrets: FrameSecrets(secrets),
        })
    }
}
