// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `start-call`: records who is about to call whom, and answers what the browser needs for the call.

use super::access_token::mint;
use super::clinic_settings::{ClinicSettings, keys};
use super::requester::written;
use super::target::CallRequest;
use super::{DEADLINE, text_of};
use crate::chart::Context;
use crate::error::{Code, Problem};
use crate::fhir::search::search_value;
use crate::fhir::systems::CALL_REQUEST;
use crate::json::Json;
use crate::outbound::{Intent, Prepared, SealingKeys, expires_at};
use crate::runtime::{Ask, BotEvent, FhirRequest, Host, Reply, Secret, Secrets};
use crate::time::instant;

/// Answers `{ token, identity, fromNumber, ticket, expires, communication }`.
pub(super) async fn start_call(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let sealing = event.require(Secret::SealingKeys).map_err(Reply::Broken)?;
    let sealing = SealingKeys::read(sealing).map_err(|code| Reply::Broken(Problem::at(code, "PLUMLINE_SECRET")))?;
    let call_request = CallRequest::read(event)?;
    let settings = ClinicSettings::read(event, host).await?;
    let numbers = settings.numbers();
    let mut target = call_request.target(event, &settings, &numbers, Vec::new(), host, log).await?;
    target.check_limits(&settings, event.now, host).await?;
    let wanted = text_of(&event.input, "identity")?;
    let identity = target.requester.identity(wanted, event.now, &settings.config, host, log).await?;
    // The token is created first, so nothing is written for a browser that could not call.
    let token = mint(event, &settings.config, &identity)?;
    target.context.identity = Some(identity.clone());
    let intent =
        Intent { context: target.context, from: target.from.as_str(), request: call_request.request.as_deref() };
    let prepared = prepare(&intent, &settings, &keys(event), host).await?;
    if prepared.log.root().is_some() || prepared.status() != "preparation" {
        return Err(Reply::Conflict(Code::OutboundRequestUsed.into()));
    }
    // The ticket expires ten minutes after its record was prepared, even if it is requested again. The webhook compares
    // both.
    let since = prepared.log.context().prepared.unwrap_or_default();
    let expiry = expires_at(since) * 1_000;
    if expiry <= event.now {
        return Err(Reply::Conflict(Code::OutboundRequestExpired.into()));
    }
    let from = prepared.from().unwrap_or_default();
    Ok(Json::object([
        ("token", Json::of(&token)),
        ("identity", Json::of(&identity)),
        ("fromNumber", Json::of(from)),
        ("ticket", Json::of(&sealing.seal(prepared.id(), &identity, since))),
        ("expires", Json::of(&instant(expiry))),
        ("communication", Json::of(&["Communication/", prepared.id()].concat())),
    ]))
}

/// Creates an intent, unless the same request has. Returns the record.
async fn prepare(
    intent: &Intent<'_>,
    settings: &ClinicSettings,
    sealing: &SealingKeys,
    host: &Host,
) -> Result<Prepared, Reply> {
    let create = create(intent, settings.base(), sealing);
    let body = written(host.ask(Ask::Fhir(create), Some(DEADLINE)).await, "Communication")?;
    let prepared = Prepared::read(body).filter(|prepared| !prepared.id().is_empty());
    let prepared = prepared.ok_or(Reply::Broken(Code::ChartUnavailable.into()))?;
    // A browser may not place a call that rings a phone first.
    let known = prepared.log.context();
    let by_rest = known.practitioner_number.is_some();
    let who = intent.context.practitioner.as_deref().unwrap_or_default();
    let same = is_same_call(known, &intent.context) && known.identity == intent.context.identity && !by_rest;
    if same && prepared.is_prepared_for(who, sealing) {
        Ok(prepared)
    } else {
        Err(Reply::Conflict(Code::OutboundRequestUsed.into()))
    }
}

fn create(intent: &Intent<'_>, base: &str, sealing: &SealingKeys) -> FhirRequest {
    let unless = intent.request.map(|request| ["identifier=", &criterion(request)].concat());
    FhirRequest::create(&intent.write(base, sealing), unless)
}

/// The search token of a request.
pub(super) fn criterion(request: &str) -> String {
    search_value(&[CALL_REQUEST, "|", request].concat())
}

/// Whether two intents are of the same call, however it is placed.
pub(super) fn is_same_call(one: &Context, other: &Context) -> bool {
    let call = |context: &Context| {
        let Context { patient, practitioner, appointment, number, .. } = context.clone();
        (patient, practitioner, appointment, number)
    };
    call(one) == call(other)
}
