// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `access-token`: creates the Twilio access token with which the requester's browser places and receives calls.

use super::clinic_settings::ClinicSettings;
use super::requester::{Requester, reference};
use super::text_of;
use crate::dialplan::config::Config;
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::outbound::CallerIdChooser;
use crate::phone::E164;
use crate::runtime::{BotEvent, Host, Reply, Secret, Secrets};
use crate::time::instant;
use crate::token::{AccessToken, KeySecret};

/// How long a token is valid, in seconds.
const LIFETIME: u32 = 3_600;

/// Returns `{ token, identity, fromNumber, fromNumbers, expires }`.
pub(super) async fn access_token(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let settings = ClinicSettings::read(event, host).await?;
    let numbers = settings.numbers();
    let caller_id = CallerIdChooser::of(&settings.config, &numbers, Some(reference(event)?), log);
    let (mut requester, latest_calls) = Requester::of(event, &settings.config, caller_id.reads(), host).await?;
    let wanted = text_of(&event.input, "identity")?;
    let identity = requester.identity(wanted, event.now, &settings.config, host, log).await?;
    let token = mint(event, &settings.config, &identity)?;
    let mut shown = caller_id.candidates(latest_calls, log);
    if !uses_policy(event) {
        shown = numbers;
        shown.truncate(1);
    }
    let shown: Vec<&str> = shown.into_iter().map(E164::as_str).collect();
    Ok(Json::object([
        ("token", Json::of(&token)),
        ("identity", Json::of(&identity)),
        ("fromNumber", Json::of(shown.first().copied().unwrap_or_default())),
        ("fromNumbers", Json::List(shown.into_iter().map(Json::of).collect())),
        ("expires", Json::of(&instant((event.now / 1_000 + u64::from(LIFETIME)) * 1_000))),
    ]))
}

/// Whether the policy chooses the caller ID of a browser's call. Without a config and `PLUMLINE_SECRET`, the webhook
/// shows the clinic's first number.
fn uses_policy(event: &BotEvent) -> bool {
    event.secret(Secret::Config).is_some() || event.raw(Secret::SealingKeys).is_some_and(|given| !given.is_empty())
}

/// Creates a token for the TwiML App. It allows incoming calls only if the config does.
pub(super) fn mint(event: &BotEvent, config: &Config, identity: &str) -> Result<String, Reply> {
    let signed = || -> Result<String, Problem> {
        let (account_sid, key_sid) = (event.require(Secret::AccountSid)?, event.require(Secret::ApiKey)?);
        let secret = KeySecret::new(event.require(Secret::ApiSecret)?)?;
        let application = Json::of(event.require(Secret::TwimlAppSid)?);
        let incoming = Json::Bool(config.outbound.incoming);
        let voice = Json::object([("incomingAllow", incoming), ("outgoingApplicationSid", application)]);
        let grants = Json::object([("voice", voice)]);
        let now = event.now / 1_000;
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
        // The error is in the value of a secret, so the problem has the secret's name.
        let at = match problem.at {
            Some("accountSid") => Some("TWILIO_ACCOUNT_SID"),
            Some("keySid") => Some("TWILIO_API_KEY"),
            Some(place) if place.starts_with("grants.voice") => Some("TWILIO_TWIML_APP_SID"),
            place => place,
        };
        Reply::Broken(Problem { code: problem.code, at })
    })
}
