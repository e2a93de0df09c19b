// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tickets: what lets a browser's call say what it is about, without the browser being believed.
//!
//! `<Communication id>.<expiry>.<MAC>`: who may use it and until when is sealed, everything else stands in the chart. The
//! MAC is HMAC-SHA256 over the id, the expiry and the identity, so a ticket is worth nothing in another's hands.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use crate::chart::Context;
use crate::error::Code;
use crate::fhir::reference::is_id;
use crate::json::decimal;
use crate::policy::Refusal;
use crate::text::{is_blank, list};

/// How long a ticket lives, in seconds.
pub const LIFETIME: u64 = 600;

/// When a ticket ends whose call was prepared at `since` (milliseconds since 1970), in seconds.
#[must_use]
pub const fn expires_at(since: u64) -> u64 {
    since / 1_000 + LIFETIME
}

/// What else is sealed with these secrets is sealed over another text.
const DOMAIN: &str = "plumline call ticket 1\n";

/// The same of the record of a call that was prepared, and of a call that was placed by REST.
const RECORD: &str = "plumline call record 1\n";
const PLACED: &str = "plumline placed call 1\n";
/// The same of what a call that was placed by REST dials once a key was pressed.
const DIALS: &str = "plumline dialed by a placed call 1\n";

/// No secret is shorter: a ticket is seen by whoever uses it, and a short one could be guessed from it.
const MIN_SECRET_LENGTH: usize = 32;

/// An id of 64 characters, an expiry, 43 characters of MAC.
const MAX_TICKET_LENGTH: usize = 64 + 1 + 20 + 1 + 43;

/// The keys of `PLUMLINE_SECRET`. Its `Debug` says `[redacted]`.
#[derive(Clone)]
pub struct SealingKeys(Vec<Hmac<Sha256>>);

impl SealingKeys {
    /// Reads a secret; several with commas between while a rotation lasts: the first seals, any opens.
    ///
    /// # Errors
    /// [`Code::SecretBlank`]; [`Code::SecretWeak`] where none has 32 characters. One that is shorter seals and opens nothing.
    pub fn read(secret: &str) -> Result<Self, Code> {
        let mut keys = Vec::with_capacity(1);
        let mut code = Code::SecretBlank;
        for key in list(secret).filter(|key| !is_blank(key)) {
            if key.len() < MIN_SECRET_LENGTH {
                code = Code::SecretWeak;
            } else {
                keys.push(key_of(key));
            }
        }
        if keys.is_empty() { Err(code) } else { Ok(Self(keys)) }
    }

    /// The keys of `PLUMLINE_SECRET`, and after them another secret of the bots: it seals where that one is not set, or is
    /// too short. Both open. For seals that stay in the chart; tickets need `PLUMLINE_SECRET`.
    #[must_use]
    pub fn of(secret: Option<&str>, other: Option<&str>) -> Self {
        let mut keys = secret.and_then(|secret| Self::read(secret).ok()).map_or_else(Vec::new, |sealing| sealing.0);
        keys.extend(other.map(key_of));
        Self(keys)
    }

    /// A seal over the record of a call that is prepared: who places it, under which identity, the number to call, which
    /// phone rings first, when it was prepared, and `from`, the number of ours that is shown. Staff may edit the record;
    /// without the keys they cannot seal it again.
    #[must_use]
    pub fn seal_record(&self, from: &str, context: &Context) -> Option<String> {
        Some(seal(self.0.first()?, RECORD, &record_parts(from, context)))
    }

    /// Whether a record says what it said when it was sealed.
    #[must_use]
    pub fn is_record(&self, received: &str, from: &str, context: &Context) -> bool {
        self.verifies(received, RECORD, &record_parts(from, context))
    }

    /// A seal over who placed a call by REST: `who` is `Practitioner/<id>`.
    #[must_use]
    pub fn seal_placed(&self, call_sid: &str, who: &str) -> Option<String> {
        Some(seal(self.0.first()?, PLACED, &[call_sid, who].map(str::to_owned)))
    }

    /// Whether a call was placed by `who`.
    #[must_use]
    pub fn is_placed(&self, received: &str, call_sid: &str, who: &str) -> bool {
        self.verifies(received, PLACED, &[call_sid, who].map(str::to_owned))
    }

    /// A seal over what a call that was placed by REST dials once a key was pressed: its `CallSid`, the number of ours that
    /// is shown, and all that was prepared. It fits no other call, and no other record.
    #[must_use]
    pub fn seal_dialing(&self, call_sid: &str, from: &str, context: &Context) -> Option<String> {
        Some(seal(self.0.first()?, DIALS, &dialing_parts(call_sid, from, context)))
    }

    /// Whether a call dials what is prepared in `context`, and shows `from`.
    #[must_use]
    pub fn is_dialing(&self, received: &str, call_sid: &str, from: &str, context: &Context) -> bool {
        self.verifies(received, DIALS, &dialing_parts(call_sid, from, context))
    }

    fn verifies(&self, received: &str, domain: &str, split_ticket: &[String]) -> bool {
        let mut is_valid = Choice::from(0);
        for key in &self.0 {
            is_valid |= seal(key, domain, split_ticket).as_bytes().ct_eq(received.as_bytes());
        }
        bool::from(is_valid)
    }

    /// A ticket for the call of a `Communication`, for `identity`, to be used within [`LIFETIME`] after `since`
    /// (milliseconds since 1970).
    #[must_use]
    pub fn seal(&self, communication: &str, identity: &str, since: u64) -> String {
        let expiry = decimal(expires_at(since));
        let mac = self.0.first().map(|key| mac(key, communication, &expiry, identity)).unwrap_or_default();
        [communication, ".", &expiry, ".", &mac].concat()
    }

    /// The id of the `Communication` that a ticket is for.
    ///
    /// # Errors
    /// [`Refusal::TicketInvalid`], [`Refusal::TicketExpired`].
    pub fn open<'a>(&self, ticket: &'a str, identity: &str, now: u64) -> Result<&'a str, Refusal> {
        let (id, expiry, received) = split_ticket(ticket).ok_or(Refusal::TicketInvalid)?;
        let mut is_valid = Choice::from(0);
        for key in &self.0 {
            is_valid |= mac(key, id, expiry, identity).as_bytes().ct_eq(received.as_bytes());
        }
        if !bool::from(is_valid) {
            return Err(Refusal::TicketInvalid);
        }
        // Only now is the expiry known to be ours.
        match expiry.parse::<u64>() {
            Ok(expiry) if now / 1_000 < expiry => Ok(id),
            Ok(_) => Err(Refusal::TicketExpired),
            Err(_) => Err(Refusal::TicketInvalid),
        }
    }
}

impl core::fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// When a ticket ends, in seconds since 1970, as far as it says so. What it says is ours once it was opened.
#[must_use]
pub fn expiry_of(ticket: &str) -> Option<u64> {
    split_ticket(ticket)?.1.parse().ok()
}

/// The parameter `Ticket` of a call.
///
/// # Errors
/// [`Refusal::TicketInvalid`] where it came with two values.
pub fn ticket_of<'a>(params: &[(&str, &'a str)]) -> Result<Option<&'a str>, Refusal> {
    let mut ticket = None;
    for (name, value) in params {
        if *name == "Ticket" && !value.is_empty() {
            if ticket.is_some_and(|earlier| earlier != *value) {
                return Err(Refusal::TicketInvalid);
            }
            ticket = Some(*value);
        }
    }
    Ok(ticket)
}

/// The id, the expiry and the MAC. An id may hold dots, the others hold none.
fn split_ticket(ticket: &str) -> Option<(&str, &str, &str)> {
    if ticket.len() > MAX_TICKET_LENGTH {
        return None;
    }
    let (rest, mac) = cut_last(ticket)?;
    let (id, expiry) = cut_last(rest)?;
    let is_number = !expiry.is_empty() && expiry.bytes().all(|byte| byte.is_ascii_digit());
    (is_id(id) && is_number).then_some((id, expiry, mac))
}

fn cut_last(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == b'.')?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn key_of(secret: &str) -> Hmac<Sha256> {
    let Ok(key) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()) else {
        // HMAC takes a key of any length.
        unreachable!()
    };
    key
}

fn dialing_parts(call_sid: &str, from: &str, context: &Context) -> Vec<String> {
    let mut split_ticket = vec![call_sid.to_owned()];
    split_ticket.extend(record_parts(from, context));
    split_ticket
}

fn record_parts(from: &str, context: &Context) -> [String; 6] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        from.to_owned(),
        text(&context.practitioner),
        text(&context.identity),
        text(&context.number),
        text(&context.practitioner_number),
        context.prepared.map(decimal).unwrap_or_default(),
    ]
}

/// The MAC of texts that may hold any character, so each follows its length.
fn seal(key: &Hmac<Sha256>, domain: &str, split_ticket: &[String]) -> String {
    let mut mac = key.clone();
    mac.update(domain.as_bytes());
    for part in split_ticket {
        mac.update(decimal(part.len() as u64).as_bytes());
        mac.update(b":");
        mac.update(part.as_bytes());
    }
    encoded(mac)
}

fn encoded(mac: Hmac<Sha256>) -> String {
    let mut text = String::new();
    URL_SAFE_NO_PAD.encode_string(mac.finalize().into_bytes(), &mut text);
    text
}

/// The MAC in base64url. The TEXT is compared: decoding first would accept a second spelling.
fn mac(key: &Hmac<Sha256>, id: &str, expiry: &str, identity: &str) -> String {
    let mut mac = key.clone();
    // Neither an id nor an expiry holds a line break, so no two texts are the same.
    for part in [DOMAIN, id, "\n", expiry, "\n", identity] {
        mac.update(part.as_bytes());
    }
    encoded(mac)
}
