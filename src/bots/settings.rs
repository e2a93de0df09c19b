// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The settings in the project secrets. Every bot reads them here.

use crate::dialplan::config::{Config, ConfigError};
use crate::error::{Code, Problem};
use crate::phone::E164;
use crate::policy::clean;
use crate::rest::Rest;
use crate::runtime::{FrameSecrets, Secret, Secrets};
use crate::signature::{AuthToken, WebhookUrl};
use crate::text::{is_blank, list};

/// `PLUMLINE_CONFIG`. If it is not set, or cannot be read, the default config, with the error if there is one.
pub(super) fn read_config(secrets: &impl Secrets) -> (Config, Option<ConfigError>) {
    match secrets.secret(Secret::Config).map(Config::read) {
        None => (Config::default(), None),
        Some(Ok(config)) => (config, None),
        Some(Err(refused)) => (Config::default(), Some(refused)),
    }
}

/// Twilio's REST API with `TWILIO_ACCOUNT_SID`, `TWILIO_API_KEY`, `TWILIO_API_SECRET` and `TWILIO_API_URL`.
///
/// # Errors
/// [`Code::SecretMissing`], [`Code::SecretBlank`], [`Code::UrlInsecure`] or [`Code::UrlNotAbsolute`], with the name of
/// the secret.
pub(super) fn read_rest(secrets: &impl Secrets) -> Result<Rest, Problem> {
    let account = secrets.require(Secret::AccountSid)?;
    let (key, secret) = (secrets.require(Secret::ApiKey)?, secrets.require(Secret::ApiSecret)?);
    Rest::new(account, key, secret, secrets.secret(Secret::ApiUrl))
        .map_err(|code| Problem::at(code, Secret::ApiUrl.name()))
}

/// Our numbers, as `TWILIO_NUMBER` lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OurNumbers {
    /// The E.164 numbers, without the spaces and punctuation that people type.
    pub(super) valid: Vec<String>,
    /// Whether the list has other entries, too.
    pub(super) has_invalid: bool,
}

impl OurNumbers {
    /// `None` where the secret is not set.
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

/// The secrets of the webhook bot. An invalid one is reported when it is needed. There is no `Debug`, because it would
/// print them.
#[derive(Clone)]
pub struct Settings {
    /// The secrets as they were read.
    given: [Option<String>; Secret::IN_FRAME],
    /// `TWILIO_AUTH_TOKEN`: several during a rotation, never empty.
    pub tokens: Result<Vec<AuthToken>, Problem>,
    numbers: Result<OurNumbers, Problem>,
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
    /// Whether a setting is used that the default plan does not support.
    pub beyond_default: bool,
}

impl Settings {
    /// Reads the secrets.
    #[must_use]
    pub fn read(secrets: &FrameSecrets<'_>) -> Self {
        let (config, config_error) = read_config(secrets);
        let url = secrets.secret(Secret::WebhookUrl);
        let numbers = secrets.require(Secret::Number).map(|_| OurNumbers::read(secrets).unwrap_or_default());
        Self {
            given: secrets.0.map(|secret| secret.map(str::to_owned)),
            tokens: tokens(secrets),
            numbers,
            account: secrets.secret(Secret::AccountSid).map(str::to_owned),
            application: secrets.secret(Secret::TwimlAppSid).map(str::to_owned),
            url: url.map(|url| WebhookUrl::secure(url).map_err(|code| Problem::at(code, Secret::WebhookUrl.name()))),
            config,
            config_error,
            beyond_default: secrets.secret(Secret::Config).is_some()
                || secrets.raw(Secret::SealingKeys).is_some_and(|given| !given.is_empty()),
        }
    }

    /// Whether these settings were read from `secrets`.
    #[must_use]
    pub fn are_of(&self, secrets: &FrameSecrets<'_>) -> bool {
        self.given.iter().zip(secrets.0).all(|(given, secret)| given.as_deref() == secret)
    }

    /// `PLUMLINE_SECRET`, trimmed. A blank value still counts as set: it opens no ticket, and calls that need one are
    /// refused.
    #[must_use]
    pub fn sealing(&self) -> Option<&str> {
        self.given[Secret::SealingKeys as usize].as_deref().filter(|given| !given.is_empty()).map(str::trim_ascii)
    }

    /// Our numbers from `TWILIO_NUMBER`, at least one, and the problem with other entries.
    ///
    /// # Errors
    /// [`Code::SecretMissing`], [`Code::SecretBlank`] or [`Code::NumberInvalid`], with the name of the secret.
    pub fn numbers(&self) -> Result<(Vec<E164<'_>>, Option<Problem>), Problem> {
        let ours = self.numbers.as_ref().map_err(Clone::clone)?;
        let wrong = ours.has_invalid.then_some(OurNumbers::INVALID);
        let numbers: Vec<_> = ours.valid.iter().filter_map(|number| E164::parse(number)).collect();
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
        let numbers = |text: &str| OurNumbers::read(&event(&format!(r#"{{"TWILIO_NUMBER":"{text}"}}"#)));
        let ours = |valid: &[&str], has_invalid| {
            Some(OurNumbers { valid: valid.iter().map(|number| (*number).to_owned()).collect(), has_invalid })
        };
        assert_eq!(numbers("+1 (555) 010-0001, +1.555.010.0002"), ours(&["+15550100001", "+15550100002"], false));
        assert_eq!(numbers("+15550100001, 911,"), ours(&["+15550100001"], true));
        assert_eq!(numbers(" "), None);
    }
}
