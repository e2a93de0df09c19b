// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the doors behind Medplum's own authentication are handed: JSON, since nobody waits on a phone there.

use super::secrets::{Secret, Secrets};
use crate::error::Code;
use crate::json::Json;

/// One knock at the `operations` or the `automation` door.
pub struct BotEvent {
    /// Milliseconds since 1970.
    pub now: u64,
    /// What was handed in: the body of `$execute`, the resource of a Subscription, the Bot of a cron run.
    pub input: Json,
    /// Who asks, by `$execute`, or whose change a Subscription tells of: a reference such as `Practitioner/<id>`.
    pub requester: Option<String>,
    /// `create`, `update` or `delete` where a Subscription tells of it.
    pub interaction: Option<String>,
    secrets: Json,
}

impl BotEvent {
    /// Reads `{ now: [high, low], input, requester, interaction, secrets: { name: text } }`, `now` in halves of which the
    /// lower has 30 bits.
    ///
    /// # Errors
    /// [`Code::EventInvalid`]: it is not JSON, or has no time.
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
