// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `access-token`: what lets a browser call as the requester.

use super::clinic_settings::ClinicSettings;
use super::requester::Requester;
use super::text_of;
use crate::dialplan::config::Config;
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::outbound::CallerId;
use crate::runtime::{BotEvent, Host, Reply, Secret, Secrets};
use crate::time::instant;
use crate::token::{AccessToken, KeySecret};

/// How long a token lives, in seconds.
const LIFETIME: u32 = 3_600;

/// Answers `{ token, identity, fromNumber, expires }`.
pub(super) async fn access_token(knock: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let office = ClinicSettings::open(knock, host).await?;
    let numbers = office.numbers();
    let (mut requester, _) = Requester::of(knock, &office.config, Vec::new(), host).await?;
    let wanted = text_of(&knock.input, "identity")?;
    let identity = requester.identity(wanted, knock.now, &office.config, host, log).await?;
    let token = mint(knock, &office.config, &identity)?;
    let fixed = CallerId::of(&office.config, &numbers, Some(&requester.reference), log).fixed();
    let from = fixed.or_else(|| numbers.first().copied()).map_or("", crate::phone::E164::as_str);
    Ok(Json::object([
        ("token", Json::of(&token)),
        ("identity", Json::of(&identity)),
        ("fromNumber", Json::of(from)),
        ("expires", Json::of(&instant((knock.now / 1_000 + u64::from(LIFETIME)) * 1_000))),
    ]))
}

/// A token for the TwiML App; to receive calls only where the config says so.
pub(super) fn mint(knock: &BotEvent, config: &Config, identity: &str) -> Result<String, Reply> {
    let signed = || -> Result<String, Problem> {
        let (account_sid, key_sid) = (knock.need(Secret::AccountSid)?, knock.need(Secret::ApiKey)?);
        let secret = KeySecret::new(knock.need(Secret::ApiSecret)?)?;
        let application = Json::of(knock.need(Secret::TwimlAppSid)?);
        let incoming = Json::Bool(config.outbound.incoming);
        let voice = Json::object([("incomingAllow", incoming), ("outgoingApplicationSid", application)]);
        let grants = Json::object([("voice", voice)]);
        let now = knock.now / 1_000;
        let token = AccessToken {
            account_sid,
            key_sid,
            identity,
            now,
            ttl: LIFETIME,
            not_before: None,
            region: None,
            grants: &grants,
        };
        token.mint(secret)
    };
    signed().map_err(|problem| {
        // What is wrong is a secret, and is told by its name.
        let at = match problem.at {
            Some("accountSid") => Some("TWILIO_ACCOUNT_SID"),
            Some("keySid") => Some("TWILIO_API_KEY"),
            Some(place) if place.starts_with("grants.voice") => Some("TWILIO_TWIML_APP_SID"),
            place => place,
        };
        Reply::Broken(Problem { code: problem.code, at })
    })
}
