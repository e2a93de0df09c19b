// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The event of the webhook: the request, the secrets and the time.

use super::secrets::{FrameSecrets, Secret};
use crate::error::Code;
use crate::frame::Frame;

/// The body of a webhook as the host received it.
#[derive(Clone, Debug)]
pub enum Body<'a> {
    /// A form's pairs in the order received, or the members of a JSON object.
    Pairs(Vec<(&'a str, &'a str)>, Layout),
    /// The body as text, not parsed.
    Raw(&'a str),
    /// A body larger than any that Twilio sends. The host did not pass it.
    TooLarge,
}

impl Body<'_> {
    /// The maximum size of a form, in bytes of names and values. Twilio's forms are smaller than 10 kB.
    const MAX_FORM: usize = 32 * 1024;
    /// The maximum number of pairs. Medplum accepts the same number of parameters.
    const MAX_PAIRS: usize = 1_000;
    /// The maximum size of a raw body, in bytes.
    const MAX_RAW: usize = 256 * 1024;

    /// Whether the body is larger than any that Twilio sends. To save time, the bot refuses it without checking its
    /// signature.
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

/// How the host passes the pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Names and values.
    Whole,
    /// Names and values. The names are distinct. The bot caches them after it has verified the request.
    ToCache,
    /// Values only, for the cached names.
    Cached,
}

/// An event of the webhook.
#[derive(Clone)]
pub struct WebhookEvent<'a> {
    /// How many times the host has started this event before. It starts an event again after a trap.
    pub attempt: u32,
    /// The current time: Unix time in milliseconds.
    pub now: u64,
    /// The header `x-twilio-signature`. Empty if the event has no such header or a list of them; then the flow asks for all headers.
    pub signature: &'a str,
    /// The body.
    pub body: Body<'a>,
    /// The project secrets.
    pub secrets: FrameSecrets<'a>,
}

impl<'a> WebhookEvent<'a> {
    /// Reads a frame.
    ///
    /// The head has five numbers: `attempt`; the high half of `now`; the low half of `now`, 30 bits; one bit for each
    /// secret that is set; and the layout of the body. The layout is 0 for pairs, 1 for a raw body, 2 for pairs with
    /// names to cache, 3 for the values of the cached `names`, and 4 for a body that is too large. The fields are the
    /// signature, the secrets that are set, and the body.
    ///
    /// # Errors
    /// [`Code::EventInvalid`] if the frame does not have this form.
    pub fn read(frame: &'a Frame, names: &'a [String]) -> Result<Self, Code> {
        Self::read_fields(frame, names).ok_or(Code::EventInvalid)
    }

    fn read_fields(frame: &'a Frame, names: &'a [String]) -> Option<Self> {
        let mut fields = frame.reader();
        let signature = fields.next()?;
        let mut secrets = [None; Secret::IN_FRAME];
        for (index, secret) in secrets.iter_mut().enumerate() {
            if frame.head(3) >> index & 1 == 1 {
                *secret = Some(fields.next()?);
            }
        }
        let body = match frame.head(4) {
            kind @ (0 | 2) => {
                let mut pairs = Vec::with_capacity(fields.remaining() / 2);
                while fields.remaining() > 0 {
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
        fields.is_at_end().then_some(Self {
            attempt: frame.head(0),
            now,
            signature,
            body,
            secrets: FrameSecrets(secrets),
        })
    }
}
