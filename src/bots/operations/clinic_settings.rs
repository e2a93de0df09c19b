// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The clinic's config and phone numbers.

use super::TIMEOUT;
use crate::bots::settings::{ClinicNumbers, read_config, read_rest};
use crate::chart::RecordFormat;
use crate::dialplan::config::Config;
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::outbound::SealingKeys;
use crate::phone::E164;
use crate::policy::Refusal;
use crate::runtime::{BotEvent, Host, HostRequest, Reply, Secret, Secrets};

/// The clinic's config and phone numbers.
pub(super) struct ClinicSettings {
    pub(super) config: Config,
    numbers: Vec<String>,
}

impl ClinicSettings {
    /// Reads the config, and the numbers from the project secret or from Twilio.
    ///
    /// If the config is not valid, the operation fails, because the bot cannot check what the config allows.
    pub(super) async fn read(event: &BotEvent, host: &Host) -> Result<Self, Reply> {
        let config = config_of(event)?;
        let numbers = match ClinicNumbers::read(event) {
            Some(numbers) if numbers.valid.is_empty() => return Err(Reply::Invalid(ClinicNumbers::INVALID)),
            Some(numbers) => numbers.valid,
            None => numbers_from_twilio(event, host).await?,
        };
        if numbers.is_empty() {
            return Err(Reply::Invalid(Problem::at(Code::SecretMissing, Secret::Number.name())));
        }
        Ok(Self { config, numbers })
    }

    /// The clinic's numbers, at least one.
    pub(super) fn numbers(&self) -> Vec<E164<'_>> {
        self.numbers.iter().filter_map(|number| E164::parse(number)).collect()
    }

    /// The base URL of Plumline's extensions.
    pub(super) fn extension_base(&self) -> &str {
        self.config.extension_base()
    }

    /// How call records are written.
    pub(super) fn record_format(&self) -> RecordFormat<'_> {
        (&self.config).into()
    }
}

pub(super) fn config_of(event: &BotEvent) -> Result<Config, Reply> {
    match read_config(event) {
        (config, None) => Ok(config),
        (_, Some(_)) => Err(Reply::Broken(Problem::at(Code::ConfigInvalid, Secret::Config.name()))),
    }
}

/// The keys of the seals in the chart. They come from `PLUMLINE_SECRET`. If that is not set, they come from the API
/// key's secret, which is required to place or end a call.
pub(super) fn keys(event: &BotEvent) -> SealingKeys {
    SealingKeys::of(event.secret(Secret::SealingKeys), event.secret(Secret::ApiSecret))
}

/// The account's numbers with voice, from Twilio's list:
/// <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>.
async fn numbers_from_twilio(event: &BotEvent, host: &Host) -> Result<Vec<String>, Reply> {
    let rest = match read_rest(event) {
        Ok(rest) => rest,
        // Without an API key, the list cannot be read. The caller then reports that `TWILIO_NUMBER` is missing.
        Err(problem) if matches!(problem.code, Code::SecretBlank | Code::SecretMissing) => return Ok(Vec::new()),
        Err(problem) => return Err(Reply::Broken(problem)),
    };
    let request = rest.get("/IncomingPhoneNumbers.json", &[("PageSize", "1000")]);
    let answer = host.send(HostRequest::Http(request), Some(TIMEOUT)).await;
    let body = answer.ok().ok_or(Reply::Broken(Code::TwilioUnavailable.into()))?;
    let mut numbers = Vec::new();
    for item in body.get("incoming_phone_numbers").map(Json::elements).unwrap_or_default() {
        let calls = item.at(&["capabilities", "voice"]).and_then(Json::boolean) != Some(false);
        if let Some(number) = item.get("phone_number").and_then(Json::text).filter(|_| calls) {
            numbers.push(number.to_owned());
        }
    }
    Ok(numbers)
}

/// The reply with the reason why a call is not placed.
pub(super) fn refusal_reply(refusal: Refusal) -> Reply {
    let problem = refusal.code().into();
    match refusal {
        Refusal::NumberInvalid => Reply::Invalid(problem),
        Refusal::Hours | Refusal::Concurrent | Refusal::PerHour => Reply::Conflict(problem),
        Refusal::HoursUnknown | Refusal::ChartUnavailable => Reply::Broken(problem),
        _ => Reply::Forbidden(problem),
    }
}
