// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tickets. A ticket identifies the prepared call that a browser may place. The webhook verifies it and does not trust
//! the browser.
//!
//! The format is `<Communication id>.<expiry>.<MAC>`. All other data is in the chart. The MAC is HMAC-SHA256 over the
//! id, the expiry and the identity, so no other identity can use the ticket.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use crate::chart::CallContext;
use crate::error::Code;
use crate::fhir::reference::is_id;
use crate::json::decimal;
use crate::policy::Refusal;
use crate::text::{is_blank, list};

/// How long a ticket is valid, in seconds.
pub const LIFETIME: u64 = 600;

/// When a ticket expires, as Unix time in seconds. `since` is when the call was prepared, as Unix time in milliseconds.
#[must_use]
pub const fn expires_at(since: u64) -> u64 {
    since / 1_000 + LIFETIME
}

/// The prefixes of the texts under a ticket's MAC or a seal. Each kind has its own prefix, so that none is valid as
/// another kind.
const TICKET_DOMAIN: &str = "plumline call ticket 1\n";
const RECORD_DOMAIN: &str = "plumline call record 1\n";
const PLACED_DOMAIN: &str = "plumline placed call 1\n";
const DIALS_DOMAIN: &str = "plumline dialed by a placed call 1\n";
const OVERRIDE_DOMAIN: &str = "plumline override 1\n";
const PRESENCE_DOMAIN: &str = "plumline presence 1\n";
const INSTRUCTION_DOMAIN: &str = "plumline call instruction 1\n";

/// The minimum length of a secret, in characters. A user of a ticket could find a short secret by an offline search.
const MIN_SECRET_LENGTH: usize = 32;

/// An id of 64 characters, an expiry of at most 20 digits, and a MAC of 43 characters, with two dots.
const MAX_TICKET_LENGTH: usize = 64 + 1 + 20 + 1 + 43;

/// The keys of `PLUMLINE_SECRET`. Its `Debug` output is `[redacted]`.
#[derive(Clone)]
pub struct SealingKeys(Vec<Hmac<Sha256>>);

impl SealingKeys {
    /// Parses a secret. During a rotation, it may contain several secrets, separated by commas. The first one seals,
    /// and all of them verify.
    ///
    /// # Errors
    /// [`Code::SecretBlank`], or [`Code::SecretWeak`] if no secret has at least 32 characters. Shorter secrets are
    /// ignored.
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

    /// The keys of `PLUMLINE_SECRET`, and then `other`, another secret of the bots. `other` seals if `PLUMLINE_SECRET`
    /// is not set or too short. All keys verify. Use these keys only for seals in the chart: tickets require
    /// `PLUMLINE_SECRET`.
    #[must_use]
    pub fn of(secret: Option<&str>, other: Option<&str>) -> Self {
        let mut keys = secret.and_then(|secret| Self::read(secret).ok()).map_or_else(Vec::new, |sealing| sealing.0);
        keys.extend(other.map(key_of));
        Self(keys)
    }

    /// Makes the seal of a prepared call. It is over the practitioner, the identity, the number to call, the phone that
    /// rings first, the time of preparation, and `from`, the caller ID. Staff may edit the record, but cannot seal it
    /// without the keys.
    #[must_use]
    pub fn seal_record(&self, from: &str, context: &CallContext) -> Option<String> {
        Some(seal(self.0.first()?, RECORD_DOMAIN, &record_parts(from, context)))
    }

    /// Whether the sealed values of a record are unchanged.
    #[must_use]
    pub fn verifies_record(&self, received: &str, from: &str, context: &CallContext) -> bool {
        self.verifies(received, RECORD_DOMAIN, &record_parts(from, context))
    }

    /// Makes the seal over the practitioner `who` (`Practitioner/<id>`) who placed a call by REST.
    #[must_use]
    pub fn seal_placed(&self, call_sid: &str, who: &str) -> Option<String> {
        Some(seal(self.0.first()?, PLACED_DOMAIN, &[call_sid, who].map(str::to_owned)))
    }

    /// Whether the seal proves that `who` placed the call.
    #[must_use]
    pub fn verifies_placed(&self, received: &str, call_sid: &str, who: &str) -> bool {
        self.verifies(received, PLACED_DOMAIN, &[call_sid, who].map(str::to_owned))
    }

    /// Makes the seal over what a call, which was placed by REST, dials after a key press. It is over the `CallSid`,
    /// the caller ID and all prepared values, so it is not valid for another call or record.
    #[must_use]
    pub fn seal_dialing(&self, call_sid: &str, from: &str, context: &CallContext) -> Option<String> {
        Some(seal(self.0.first()?, DIALS_DOMAIN, &dialing_parts(call_sid, from, context)))
    }

    /// Whether the seal proves that a call dials the number in `context` with the caller ID `from`.
    #[must_use]
    pub fn verifies_dialing(&self, received: &str, call_sid: &str, from: &str, context: &CallContext) -> bool {
        self.verifies(received, DIALS_DOMAIN, &dialing_parts(call_sid, from, context))
    }

    /// Makes the seal over the texts of an override by staff.
    #[must_use]
    pub fn seal_override(&self, texts: &[String]) -> Option<String> {
        Some(seal(self.0.first()?, OVERRIDE_DOMAIN, texts))
    }

    /// Whether the seal proves that an operation set this override.
    #[must_use]
    pub fn verifies_override(&self, received: &str, texts: &[String]) -> bool {
        self.verifies(received, OVERRIDE_DOMAIN, texts)
    }

    /// Makes the seal over an instruction for the caller of a call.
    #[must_use]
    pub(super) fn seal_instruction(&self, parts: &[String]) -> Option<String> {
        Some(seal(self.0.first()?, INSTRUCTION_DOMAIN, parts))
    }

    /// Whether the values of an instruction are unchanged.
    #[must_use]
    pub(super) fn verifies_instruction(&self, received: &str, parts: &[String]) -> bool {
        self.verifies(received, INSTRUCTION_DOMAIN, parts)
    }

    /// Makes the seal over the presence of a practitioner.
    #[must_use]
    pub(super) fn seal_presence(&self, parts: &[String]) -> Option<String> {
        Some(seal(self.0.first()?, PRESENCE_DOMAIN, parts))
    }

    /// Whether the values of a presence are unchanged.
    #[must_use]
    pub(super) fn verifies_presence(&self, received: &str, parts: &[String]) -> bool {
        self.verifies(received, PRESENCE_DOMAIN, parts)
    }

    fn verifies(&self, received: &str, domain: &str, parts: &[String]) -> bool {
        let mut is_valid = Choice::from(0);
        for key in &self.0 {
            is_valid |= seal(key, domain, parts).as_bytes().ct_eq(received.as_bytes());
        }
        bool::from(is_valid)
    }

    /// Makes a ticket for `identity` and the call of a `Communication`. It is valid for [`LIFETIME`] after `since`
    /// (Unix time in milliseconds).
    #[must_use]
    pub fn make_ticket(&self, communication: &str, identity: &str, since: u64) -> String {
        let expiry = decimal(expires_at(since));
        let mac = self.0.first().map(|key| mac(key, communication, &expiry, identity)).unwrap_or_default();
        [communication, ".", &expiry, ".", &mac].concat()
    }

    /// Verifies a ticket and returns the id of its `Communication`.
    ///
    /// # Errors
    /// [`Refusal::TicketInvalid`] or [`Refusal::TicketExpired`].
    pub fn open<'a>(&self, ticket: &'a str, identity: &str, now: u64) -> Result<&'a str, Refusal> {
        let (id, expiry, received) = split_ticket(ticket).ok_or(Refusal::TicketInvalid)?;
        let mut is_valid = Choice::from(0);
        for key in &self.0 {
            is_valid |= mac(key, id, expiry, identity).as_bytes().ct_eq(received.as_bytes());
        }
        if !bool::from(is_valid) {
            return Err(Refusal::TicketInvalid);
        }
        // The expiry is trusted only after the MAC was verified.
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

/// The expiry in a ticket, as Unix time in seconds. `None` if it cannot be parsed. Trust it only after
/// [`SealingKeys::open`].
#[must_use]
pub fn expiry_of(ticket: &str) -> Option<u64> {
    split_ticket(ticket)?.1.parse().ok()
}

/// The parameter `Ticket` of a call.
///
/// # Errors
/// [`Refusal::TicketInvalid`] if it has two values.
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

/// Splits a ticket into the id, the expiry and the MAC. Only the id may contain dots.
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
        // HMAC accepts a key of any length.
        unreachable!()
    };
    key
}

fn dialing_parts(call_sid: &str, from: &str, context: &CallContext) -> Vec<String> {
    let mut parts = vec![call_sid.to_owned()];
    parts.extend(record_parts(from, context));
    parts
}

fn record_parts(from: &str, context: &CallContext) -> [String; 6] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        from.to_owned(),
        text(&context.practitioner),
        text(&context.identity),
        text(&context.number),
        text(&context.practitioner_number),
        context.prepared_at.map(decimal).unwrap_or_default(),
    ]
}

/// The MAC over texts. They may contain any character, so the length precedes each text.
fn seal(key: &Hmac<Sha256>, domain: &str, parts: &[String]) -> String {
    let mut mac = key.clone();
    mac.update(domain.as_bytes());
    for part in parts {
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

/// The MAC of a ticket in base64url. Compare the encoded text. A comparison of the decoded bytes would accept a second
/// spelling.
fn mac(key: &Hmac<Sha256>, id: &str, expiry: &str, identity: &str) -> String {
    let mut mac = key.clone();
    // Neither an id nor an expiry contains a line break, so the text is unambiguous.
    for part in [TICKET_DOMAIN, id, "\n", expiry, "\n", identity] {
        mac.update(part.as_bytes());
    }
    encoded(mac)
}
