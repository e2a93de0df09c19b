// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The clinic's config and phone numbers.

use super::DEADLINE;
use crate::bots::settings::{OurNumbers, read_config, read_rest};
use crate::dialplan::config::Config;
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::outbound::SealingKeys;
use crate::phone::E164;
use crate::policy::Refusal;
use crate::runtime::{Ask, BotEvent, Host, Reply, Secret, Secrets};

/// The clinic's config and phone numbers.
pub(super) struct ClinicSettings {
    pub(super) config: Config,
    numbers: Vec<String>,
}

impl ClinicSettings {
    /// Reads the config, and the numbers from the project secret or from Twilio.
    ///
    /// If the config cannot be read, the operation fails, because it is not known what the config forbids.
    pub(super) async fn read(event: &BotEvent, host: &Host) -> Result<Self, Reply> {
        let config = config_of(event)?;
        let numbers = match OurNumbers::read(event) {
            Some(numbers) if numbers.valid.is_empty() => return Err(Reply::Invalid(OurNumbers::INVALID)),
            Some(numbers) => numbers.valid,
            None => numbers_from_twilio(event, host).await?,
        };
        if numbers.is_empty() {
            return Err(Reply::Invalid(Problem::at(Code::SecretMissing, Secret::Number.name())));
        }
        Ok(Self { config, numbers })
    }

    /// Our numbers. There is at least one.
    pub(super) fn numbers(&self) -> Vec<E164<'_>> {
        self.numbers.iter().filter_map(|number| E164::parse(number)).collect()
    }

    /// The base of our extension URLs.
    pub(super) fn base(&self) -> &str {
        self.config.extension_base()
    }
}

pub(super) fn config_of(event: &BotEvent) -> Result<Config, Reply> {
    match read_config(event) {
        (config, None) => Ok(config),
        (_, Some(_)) => Err(Reply::Broken(Problem::at(Code::ConfigInvalid, Secret::Config.name()))),
    }
}

/// The keys of the seals that stay in the chart. They come from `PLUMLINE_SECRET`, or if that is not set, from the
/// secret of the API key, which is needed to place or end a call.
pub(super) fn keys(event: &BotEvent) -> SealingKeys {
    SealingKeys::of(event.secret(Secret::SealingKeys), event.secret(Secret::ApiSecret))
}

/// Our voice numbers, as Twilio lists them:
/// <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>.
async fn numbers_from_twilio(event: &BotEvent, host: &Host) -> Result<Vec<String>, Reply> {
    let rest = match read_rest(event) {
        Ok(rest) => rest,
        // Without an API key, Twilio cannot be asked, and `TWILIO_NUMBER` is reported as missing.
        Err(problem) if matches!(problem.code, Code::SecretBlank | Code::SecretMissing) => return Ok(Vec::new()),
        Err(problem) => return Err(Reply::Broken(problem)),
    };
    let request = rest.get("/IncomingPhoneNumbers.json", &[("PageSize", "1000")]);
    let answer = host.ask(Ask::Http(request), Some(DEADLINE)).await;
    let body = answer.ok().ok_or(Reply::Broken(Code::TwilioUnavailable.into()))?;
    let mut numbers = Vec::new();
    for one in body.get("incoming_phone_numbers").map(Json::elements).unwrap_or_default() {
        let calls = one.at(&["capabilities", "voice"]).and_then(Json::boolean) != Some(false);
        if let Some(number) = one.get("phone_number").and_then(Json::text).filter(|_| calls) {
            numbers.push(number.to_owned());
        }
    }
    Ok(numbers)
}

/// The reply that says why a call is not placed.
pub(super) fn refusal_reply(refusal: Refusal) -> Reply {
    let problem = refusal.code().into();
    match refusal {
        Refusal::NumberInvalid => Reply::Invalid(problem),
        Refusal::Hours | Refusal::Concurrent | Refusal::PerHour => Reply::Conflict(problem),
        Refusal::HoursUnknown | Refusal::ChartUnavailable => Reply::Broken(problem),
        _ => Reply::Forbidden(problem),
    }
}
