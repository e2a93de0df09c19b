// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The event of the bots `operations` and `automation`. It is JSON. JSON is slower to read than a frame, but no caller
//! waits for these bots.

use super::secrets::{Secret, Secrets};
use crate::error::Code;
use crate::json::Json;

/// An event of the `operations` or the `automation` bot.
pub struct BotEvent {
    /// The current time: Unix time in milliseconds.
    pub now: u64,
    /// The input: the body of `$execute`, the resource of a Subscription, or the Bot of a cron run.
    pub input: Json,
    /// The requester of `$execute`, or the author of the change in a Subscription: a reference such as
    /// `Practitioner/<id>`.
    pub requester: Option<String>,
    /// `create`, `update` or `delete` in a Subscription.
    pub interaction: Option<String>,
    secrets: Json,
}

impl BotEvent {
    /// Reads `{ now: [high, low], input, requester, interaction, secrets: { name: text } }`. `low` has the lowest 30
    /// bits of `now`.
    ///
    /// # Errors
    /// [`Code::EventInvalid`] if `text` is not JSON, or has no `now`.
    pub fn read(text: &str) -> Result<Self, Code> {
        let event = Json::parse_lenient(text).map_err(|_| Code::EventInvalid)?;
        let half = |index| event.at(&["now", index]).and_then(Json::integer).ok_or(Code::EventInvalid);
        let now = u64::from(half("0")?) << 30 | u64::from(half("1")?);
        let text = |name| event.get(name).and_then(Json::text).map(str::to_owned);
        let (requester, interaction) = (text("requester"), text("interaction"));
        let secrets = event.get("secrets").cloned().unwrap_or_default();
        Ok(Self { now, input: event.take("input"), requester, interaction, secrets })
    }
}

impl Secrets for BotEvent {
    fn raw(&self, secret: Secret) -> Option<&str> {
        self.secrets.get(secret.name()).and_then(Json::text)
    }
}
