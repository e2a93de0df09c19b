// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The project secrets, as the host passes them.

use crate::error::{Code, Problem};
use crate::text::is_blank;

/// A project secret that Plumline reads. The host puts the first [`Secret::IN_FRAME`] of them into a webhook's frame,
/// in this order.
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
    /// `PLUMLINE_SECRET`.
    SealingKeys,
    /// `TWILIO_API_KEY`.
    ApiKey,
    /// `TWILIO_API_SECRET`.
    ApiSecret,
    /// `TWILIO_API_URL`.
    ApiUrl,
}

impl Secret {
    /// The number of secrets in a webhook's frame.
    pub const IN_FRAME: usize = 7;

    /// The name of the secret in Medplum.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthToken => "TWILIO_AUTH_TOKEN",
            Self::Number => "TWILIO_NUMBER",
            Self::AccountSid => "TWILIO_ACCOUNT_SID",
            Self::TwimlAppSid => "TWILIO_TWIML_APP_SID",
            Self::WebhookUrl => "PLUMLINE_WEBHOOK_URL",
            Self::Config => "PLUMLINE_CONFIG",
            Self::SealingKeys => "PLUMLINE_SECRET",
            Self::ApiKey => "TWILIO_API_KEY",
            Self::ApiSecret => "TWILIO_API_SECRET",
            Self::ApiUrl => "TWILIO_API_URL",
        }
    }
}

/// Access to the secrets. Every bot reads them through this trait.
pub trait Secrets {
    /// The unchanged value of a secret. `None` if the secret is not set.
    fn raw(&self, secret: Secret) -> Option<&str>;

    /// The trimmed value of a secret. `None` if the secret is not set or blank.
    fn secret(&self, secret: Secret) -> Option<&str> {
        self.raw(secret).map(str::trim_ascii).filter(|value| !is_blank(value))
    }

    /// A required secret.
    ///
    /// # Errors
    /// [`Code::SecretMissing`] or [`Code::SecretBlank`], with the name of the secret.
    fn require(&self, secret: Secret) -> Result<&str, Problem> {
        let code = if self.raw(secret).is_some() { Code::SecretBlank } else { Code::SecretMissing };
        self.secret(secret).ok_or(Problem::at(code, secret.name()))
    }
}

/// The secrets in a webhook's frame. There is no `Debug`, because it would print them.
#[derive(Clone, Copy, Default)]
pub struct FrameSecrets<'a>(pub [Option<&'a str>; Secret::IN_FRAME]);

impl Secrets for FrameSecrets<'_> {
    fn raw(&self, secret: Secret) -> Option<&str> {
        self.0.get(secret as usize).copied().flatten()
    }
}
