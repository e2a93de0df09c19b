// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the doors behind Medplum's own authentication are handed: JSON, since nobody waits on a phone there.

use crate::error::{Code, Problem};
use crate::json::Json;
use crate::policy::clean;
use crate::text::{is_blank, list};

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

    /// A project secret, trimmed; `None` where it is not set or blank.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.secrets.get(name).and_then(Json::text).map(str::trim_ascii).filter(|value| !is_blank(value))
    }

    /// Our numbers as `TWILIO_NUMBER` has them, without the marks that people put into numbers; `None` where it is not set.
    /// Whether each can be read, is another question.
    #[must_use]
    pub fn numbers(&self) -> Option<Vec<String>> {
        Some(list(self.secret("TWILIO_NUMBER")?).map(clean).filter(|number| !is_blank(number)).collect())
    }

    /// A project secret that must be there.
    ///
    /// # Errors
    /// [`Code::SecretMissing`] or [`Code::SecretBlank`], with its name.
    pub fn need(&self, name: &'static str) -> Result<&str, Problem> {
        let code = if self.secrets.get(name).is_some() { Code::SecretBlank } else { Code::SecretMissing };
        self.secret(name).ok_or(Problem::at(code, name))
    }
}
