// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `set-presence`: whether the requester is available or away. A `dial` skips those who are away.

use super::clinic_settings::config_of;
use super::requester::{Requester, read, written};
use super::{TIMEOUT, invalid_argument, text_of};
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::outbound::{PresenceOf, SealingKeys};
use crate::runtime::{BotEvent, Host, HostRequest, Reply, Secret, Secrets};
use crate::time::{instant, parse_instant};

/// The number of attempts to write the presence.
const ATTEMPTS: u32 = 3;

/// Returns `{ identity, presence, until? }`.
pub(super) async fn set_presence(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let input = &event.input;
    let is_away = match text_of(input, "presence")? {
        Some("away") => true,
        Some("available") => false,
        _ => return Err(invalid_argument("presence")),
    };
    let until = text_of(input, "until")?.map(|until| parse_instant(until).ok_or(invalid_argument("until")));
    let until = until.transpose()?;
    if until.is_some_and(|until| !is_away || until <= event.now) {
        return Err(invalid_argument("until"));
    }
    let config = config_of(event)?;
    if !config.presence.is_enabled() {
        return Err(Reply::Conflict(Code::PresenceOff.into()));
    }
    let secret = event.require(Secret::SealingKeys).map_err(Reply::Broken)?;
    let sealing = SealingKeys::read(secret);
    let sealing = sealing.map_err(|code| Reply::Broken(Problem::at(code, Secret::SealingKeys.name())))?;
    let (mut requester, _) = Requester::of(event, &config, Vec::new(), host).await?;
    let who = requester.reference.clone();
    let identity = match text_of(input, "identity")? {
        None => requester.identity(None, event.now, &config, host, log).await?,
        // Others may use a shared identity while the requester is away.
        Some(identity) if config.practitioner_of_identity(identity) == Some(&who) => identity.to_owned(),
        Some(_) => return Err(Reply::Forbidden(Code::IdentityNotBound.into())),
    };
    let presence = PresenceOf { who, identity, is_away, until };
    for _ in 0..ATTEMPTS {
        let found = read(host.send(HostRequest::Fhir(presence.search()), Some(TIMEOUT)).await, "Basic")?;
        let write = presence.write(presence.find(found), config.extension_base(), &sealing);
        let write = write.ok_or(Reply::Broken(Code::ChartRefused.into()))?;
        let is_create = write.if_none_exist.is_some();
        let answer = host.send(HostRequest::Fhir(write), Some(TIMEOUT)).await;
        // Another request created the presence first.
        if is_create && matches!(answer, crate::runtime::HostResponse::Done { status: 200, .. }) {
            continue;
        }
        match written(answer, "Basic") {
            Ok(_) => return Ok(answer_of(&presence)),
            Err(Reply::Conflict(_)) => {}
            Err(reply) => return Err(reply),
        }
    }
    Err(Reply::Conflict(Code::ChartConflict.into()))
}

fn answer_of(presence: &PresenceOf) -> Json {
    let mut answer = Json::object([
        ("identity", Json::of(&presence.identity)),
        ("presence", Json::of(if presence.is_away { "away" } else { "available" })),
    ]);
    if let Some(until) = presence.until {
        answer.set("until", Json::of(&instant(until)));
    }
    answer
}
