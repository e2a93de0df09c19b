// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The settings in the project secrets. Every bot reads them here.

use crate::dialplan::config::{Config, ConfigError};
use crate::error::{Code, Problem};
use crate::phone::E164;
use crate::policy::clean;
use crate::rest::TwilioRest;
use crate::runtime::{FrameSecrets, Secret, Secrets};
use crate::signature::{AuthToken, WebhookUrl};
use crate::text::{is_blank, list};

/// The config from `PLUMLINE_CONFIG`, or the default config if the secret is not set or not valid. The second value is
/// the error of an invalid config.
pub(super) fn read_config(secrets: &impl Secrets) -> (Config, Option<ConfigError>) {
    match secrets.secret(Secret::Config).map(Config::read) {
        None => (Config::default(), None),
        Some(Ok(config)) => (config, None),
        Some(Err(refused)) => (Config::default(), Some(refused)),
    }
}

/// A client for Twilio's REST API. It uses `TWILIO_ACCOUNT_SID`, `TWILIO_API_KEY`, `TWILIO_API_SECRET` and
/// `TWILIO_API_URL`.
///
/// # Errors
/// [`Code::SecretMissing`], [`Code::SecretBlank`], [`Code::UrlInsecure`] or [`Code::UrlNotAbsolute`], with the name of
/// the secret.
pub(super) fn read_rest(secrets: &impl Secrets) -> Result<TwilioRest, Problem> {
    let account = secrets.require(Secret::AccountSid)?;
    let (key, secret) = (secrets.require(Secret::ApiKey)?, secrets.require(Secret::ApiSecret)?);
    TwilioRest::new(account, key, secret, secrets.secret(Secret::ApiUrl))
        .map_err(|code| Problem::at(code, Secret::ApiUrl.name()))
}

/// The clinic's numbers from `TWILIO_NUMBER`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClinicNumbers {
    /// The E.164 numbers, without the spaces and punctuation that people type.
    pub(super) valid: Vec<String>,
    /// Whether the list also has entries that are not E.164.
    pub(super) has_invalid: bool,
}

impl ClinicNumbers {
    /// Reads the secret. `None` if it is not set.
    pub(super) fn read(secrets: &impl Secrets) -> Option<Self> {
        let mut numbers = Self::default();
        for number in list(secrets.secret(Secret::Number)?).map(clean).filter(|number| !is_blank(number)) {
            if E164::parse(&number).is_some() {
                numbers.valid.push(number);
            } else {
                numbers.has_invalid = true;
            }
        }
        Some(numbers)
    }

    /// The problem for an entry that is not E.164.
    pub(super) const INVALID: Problem = Problem::at(Code::NumberInvalid, Secret::Number.name());
}

/// The secrets of the webhook bot. An invalid secret is reported only when it is needed. The type has no `Debug`,
/// because `Debug` would print the secrets.
#[derive(Clone)]
pub struct Settings {
    /// The unparsed secrets, to detect a change.
    given: [Option<String>; Secret::IN_FRAME],
    /// `TWILIO_AUTH_TOKEN`: at least one token, and several during a rotation.
    pub tokens: Result<Vec<AuthToken>, Problem>,
    numbers: Result<ClinicNumbers, Problem>,
    /// `TWILIO_ACCOUNT_SID`.
    pub account: Option<String>,
    /// `TWILIO_TWIML_APP_SID`.
    pub application: Option<String>,
    /// `PLUMLINE_WEBHOOK_URL`.
    pub url: Option<Result<WebhookUrl, Problem>>,
    /// `PLUMLINE_CONFIG`, or the default if it is invalid or not set.
    pub config: Config,
    /// Why `PLUMLINE_CONFIG` is not used, if it is invalid.
    pub config_error: Option<ConfigError>,
    /// Whether `PLUMLINE_CONFIG` or `PLUMLINE_SECRET` is set. Without both, the default dialplan answers calls from
    /// browsers. With `PLUMLINE_SECRET` alone, such a call may have a ticket, and `browser_call` checks it.
    pub has_config_or_secret: bool,
}

impl Settings {
    /// Reads the secrets.
    #[must_use]
    pub fn read(secrets: &FrameSecrets<'_>) -> Self {
        let (config, config_error) = read_config(secrets);
        let url = secrets.secret(Secret::WebhookUrl);
        let numbers = secrets.require(Secret::Number).map(|_| ClinicNumbers::read(secrets).unwrap_or_default());
        Self {
            given: secrets.0.map(|secret| secret.map(str::to_owned)),
            tokens: tokens(secrets),
            numbers,
            account: secrets.secret(Secret::AccountSid).map(str::to_owned),
            application: secrets.secret(Secret::TwimlAppSid).map(str::to_owned),
            url: url.map(|url| WebhookUrl::secure(url).map_err(|code| Problem::at(code, Secret::WebhookUrl.name()))),
            config,
            config_error,
            has_config_or_secret: secrets.secret(Secret::Config).is_some()
                || secrets.raw(Secret::SealingKeys).is_some_and(|given| !given.is_empty()),
        }
    }

    /// Whether these settings were read from `secrets`.
    #[must_use]
    pub fn are_of(&self, secrets: &FrameSecrets<'_>) -> bool {
        self.given.iter().zip(secrets.0).all(|(given, secret)| given.as_deref() == secret)
    }

    /// `PLUMLINE_SECRET`, trimmed. A blank value is returned as `""`, which opens no ticket. The webhook then refuses
    /// calls that need a ticket.
    #[must_use]
    pub fn plumline_secret(&self) -> Option<&str> {
        self.given[Secret::SealingKeys as usize].as_deref().filter(|given| !given.is_empty()).map(str::trim_ascii)
    }

    /// The clinic's numbers from `TWILIO_NUMBER` (at least one), and the problem if other entries are not valid.
    ///
    /// # Errors
    /// [`Code::SecretMissing`], [`Code::SecretBlank`] or [`Code::NumberInvalid`], with the name of the secret.
    pub fn numbers(&self) -> Result<(Vec<E164<'_>>, Option<Problem>), Problem> {
        let own = self.numbers.as_ref().map_err(Clone::clone)?;
        let wrong = own.has_invalid.then_some(ClinicNumbers::INVALID);
        let numbers: Vec<_> = own.valid.iter().filter_map(|number| E164::parse(number)).collect();
        if numbers.is_empty() {
            return Err(wrong.unwrap_or(Problem::at(Code::SecretBlank, Secret::Number.name())));
        }
        Ok((numbers, wrong))
    }
}

fn tokens(secrets: &FrameSecrets<'_>) -> Result<Vec<AuthToken>, Problem> {
    let mut tokens = Vec::with_capacity(1);
    for token in list(secrets.require(Secret::AuthToken)?) {
        tokens.extend(AuthToken::new(token));
    }
    let problem = Problem::at(Code::SecretBlank, Secret::AuthToken.name());
    if tokens.is_empty() { Err(problem) } else { Ok(tokens) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::BotEvent;

    fn event(secrets: &str) -> BotEvent {
        BotEvent::read(&format!(r#"{{"now":[0,0],"input":{{}},"secrets":{secrets}}}"#)).unwrap()
    }

    #[test]
    fn names_the_secret_that_is_missing() {
        let problem = |secrets: &str| read_rest(&event(secrets)).err().map(|problem| (problem.code, problem.at));
        assert_eq!(problem("{}"), Some((Code::SecretMissing, Some("TWILIO_ACCOUNT_SID"))));
        assert_eq!(problem(r#"{"TWILIO_ACCOUNT_SID":" "}"#), Some((Code::SecretBlank, Some("TWILIO_ACCOUNT_SID"))));
        let all = |url: &str| {
            format!(
                r#"{{"TWILIO_ACCOUNT_SID":"AC1","TWILIO_API_KEY":"SK1","TWILIO_API_SECRET":"invented","TWILIO_API_URL":"{url}"}}"#
            )
        };
        assert_eq!(problem(&all("")), None);
        assert_eq!(problem(&all("http://a.example")), Some((Code::UrlInsecure, Some("TWILIO_API_URL"))));
    }

    #[test]
    fn reads_numbers_as_people_type_them() {
        let numbers = |text: &str| ClinicNumbers::read(&event(&format!(r#"{{"TWILIO_NUMBER":"{text}"}}"#)));
        let own = |valid: &[&str], has_invalid| {
            Some(ClinicNumbers { valid: valid.iter().map(|number| (*number).to_owned()).collect(), has_invalid })
        };
        assert_eq!(numbers("+1 (555) 010-0001, +1.555.010.0002"), own(&["+15550100001", "+15550100002"], false));
        assert_eq!(numbers("+15550100001, 911,"), own(&["+15550100001"], true));
        assert_eq!(numbers(" "), None);
    }
}
