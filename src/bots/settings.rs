// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the project secrets say, read once for as long as they stay the same.

use crate::dialplan::config::{Config, ConfigError};
use crate::error::{Code, Problem};
use crate::phone::E164;
use crate::runtime::{Secret, Secrets};
use crate::signature::{AuthToken, WebhookUrl};
use crate::text::{is_blank, list};

/// The project secrets of a door, read. What is wrong with one is told when it is needed. There is no `Debug`: it would
/// print them.
#[derive(Clone)]
pub struct Settings {
    /// The secrets as they were read.
    given: [Option<String>; Secret::COUNT],
    /// `TWILIO_AUTH_TOKEN`, a list while a rotation lasts; never empty.
    pub tokens: Result<Vec<AuthToken>, Problem>,
    numbers: Result<String, Problem>,
    /// `TWILIO_ACCOUNT_SID`.
    pub account: Option<String>,
    /// `TWILIO_TWIML_APP_SID`.
    pub application: Option<String>,
    /// `PLUMLINE_WEBHOOK_URL`.
    pub url: Option<Result<WebhookUrl, Problem>>,
    /// `PLUMLINE_CONFIG`, or the default where it is wrong or not set.
    pub config: Config,
    /// Why `PLUMLINE_CONFIG` is not used, where it is set and wrong.
    pub misread: Option<ConfigError>,
    /// Whether anything is set that the default plan knows nothing of.
    pub beyond_default: bool,
}

impl Settings {
    /// Reads the secrets.
    #[must_use]
    pub fn read(secrets: &Secrets<'_>) -> Self {
        let (config, misread) = match optional(secrets, Secret::Config).map(Config::read) {
            None => (Config::default(), None),
            Some(Ok(config)) => (config, None),
            Some(Err(refused)) => (Config::default(), Some(refused)),
        };
        let url = optional(secrets, Secret::WebhookUrl);
        Self {
            given: secrets.map(|secret| secret.map(str::to_owned)),
            tokens: tokens(secrets),
            numbers: numbers(secrets),
            account: optional(secrets, Secret::AccountSid).map(str::to_owned),
            application: optional(secrets, Secret::TwimlAppSid).map(str::to_owned),
            url: url.map(|url| WebhookUrl::secure(url).map_err(|code| Problem::at(code, Secret::WebhookUrl.name()))),
            config,
            misread,
            beyond_default: optional(secrets, Secret::Config).is_some()
                || secrets[Secret::Sealing as usize].is_some_and(|given| !given.is_empty()),
        }
    }

    /// Whether these are what `secrets` say.
    #[must_use]
    pub fn are_of(&self, secrets: &Secrets<'_>) -> bool {
        self.given.iter().zip(secrets).all(|(given, secret)| given.as_deref() == *secret)
    }

    /// `PLUMLINE_SECRET`, trimmed. A blank one is set all the same: it opens no ticket, and calls that need one are refused.
    #[must_use]
    pub fn sealing(&self) -> Option<&str> {
        self.given[Secret::Sealing as usize].as_deref().filter(|given| !given.is_empty()).map(str::trim_ascii)
    }

    /// Our numbers, `TWILIO_NUMBER`: at least one; and what is wrong with others that stand there.
    ///
    /// # Errors
    /// [`Code::SecretMissing`], [`Code::SecretBlank`] or [`Code::NumberInvalid`], with its name.
    pub fn numbers(&self) -> Result<(Vec<E164<'_>>, Option<Problem>), Problem> {
        let written = self.numbers.as_ref().map_err(Clone::clone)?;
        let mut numbers = Vec::with_capacity(1);
        let mut wrong = None;
        for number in list(written).filter(|number| !is_blank(number)) {
            match E164::parse(number) {
                Some(number) => numbers.push(number),
                None => wrong = Some(Problem::at(Code::NumberInvalid, Secret::Number.name())),
            }
        }
        match wrong {
            Some(problem) if numbers.is_empty() => Err(problem),
            None if numbers.is_empty() => Err(Problem::at(Code::SecretBlank, Secret::Number.name())),
            wrong => Ok((numbers, wrong)),
        }
    }
}

/// A secret, trimmed; `None` where it is not set or blank.
fn optional<'a>(secrets: &Secrets<'a>, secret: Secret) -> Option<&'a str> {
    secrets[secret as usize].map(str::trim_ascii).filter(|value| !is_blank(value))
}

/// A secret that must be there.
fn need<'a>(secrets: &Secrets<'a>, secret: Secret) -> Result<&'a str, Problem> {
    let code = if secrets[secret as usize].is_some() { Code::SecretBlank } else { Code::SecretMissing };
    optional(secrets, secret).ok_or(Problem::at(code, secret.name()))
}

fn tokens(secrets: &Secrets<'_>) -> Result<Vec<AuthToken>, Problem> {
    let mut tokens = Vec::with_capacity(1);
    for token in list(need(secrets, Secret::AuthToken)?) {
        tokens.extend(AuthToken::new(token));
    }
    let problem = Problem::at(Code::SecretBlank, Secret::AuthToken.name());
    if tokens.is_empty() { Err(problem) } else { Ok(tokens) }
}

/// The numbers without the spaces and punctuation that people type.
fn numbers(secrets: &Secrets<'_>) -> Result<String, Problem> {
    let mut kept = need(secrets, Secret::Number)?.as_bytes().to_vec();
    kept.retain(|byte| !matches!(byte, b' ' | b'-' | b'.' | b'(' | b')'));
    // ASCII was taken out of UTF-8.
    Ok(String::from_utf8(kept).unwrap_or_default())
}
