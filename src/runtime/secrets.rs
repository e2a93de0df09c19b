// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The project secrets, as the host hands them over.

use crate::error::{Code, Problem};
use crate::text::is_blank;

/// A project secret that Plumline reads. The host puts the first [`Secret::IN_FRAME`] into the frame of a webhook, in this
/// order.
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
    /// How many are in the frame of a webhook.
    pub const IN_FRAME: usize = 7;

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
            Self::SealingKeys => "PLUMLINE_SECRET",
            Self::ApiKey => "TWILIO_API_KEY",
            Self::ApiSecret => "TWILIO_API_SECRET",
            Self::ApiUrl => "TWILIO_API_URL",
        }
    }
}

/// Where secrets are looked up. Every bot reads them through this.
pub trait Secrets {
    /// A secret as it is set; `None` where it is not.
    fn raw(&self, secret: Secret) -> Option<&str>;

    /// A secret, trimmed; `None` where it is not set or blank.
    fn secret(&self, secret: Secret) -> Option<&str> {
        self.raw(secret).map(str::trim_ascii).filter(|value| !is_blank(value))
    }

    /// A secret that must be set.
    ///
    /// # Errors
    /// [`Code::SecretMissing`] or [`Code::SecretBlank`], with its name.
    fn require(&self, secret: Secret) -> Result<&str, Problem> {
        let code = if self.raw(secret).is_some() { Code::SecretBlank } else { Code::SecretMissing };
        self.secret(secret).ok_or(Problem::at(code, secret.name()))
    }
}

/// The secrets in the frame of a webhook. There is no `Debug`: it would print them.
#[derive(Clone, Copy, Default)]
pub struct FrameSecrets<'a>(pub [Option<&'a str>; Secret::IN_FRAME]);

impl Secrets for FrameSecrets<'_> {
    fn raw(&self, secret: Secret) -> Option<&str> {
        self.0.get(secret as usize).copied().flatten()
    }
}
