// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `start-call`: writes the record of a call that the requester is about to place, and returns what the browser needs
//! for the call.

use super::access_token::mint;
use super::clinic_settings::{ClinicSettings, keys};
use super::requester::written;
use super::target::CallRequest;
use super::{TIMEOUT, text_of};
use crate::chart::{CallContext, RecordFormat};
use crate::error::{Code, Problem};
use crate::fhir::search::search_value;
use crate::fhir::systems::CALL_REQUEST;
use crate::json::Json;
use crate::outbound::{NewPreparedCall, PreparedCall, SealingKeys, expires_at};
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, Reply, Secret, Secrets};
use crate::time::instant;

/// Returns `{ token, identity, fromNumber, ticket, expires, communication }`.
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
    // The token is created first. If that fails, the browser cannot call, and nothing is written.
    let token = mint(event, &settings.config, &identity)?;
    target.context.identity = Some(identity.clone());
    let new_call = NewPreparedCall {
        context: target.context,
        from: target.from.as_str(),
        request: call_request.request.as_deref(),
    };
    let prepared = prepare(&new_call, &settings, &keys(event), host).await?;
    if prepared.state.root_sid().is_some() || prepared.status() != "preparation" {
        return Err(Reply::Conflict(Code::OutboundRequestUsed.into()));
    }
    // The ticket expires ten minutes after its record was prepared, even if `start-call` is repeated. The webhook
    // compares the two times.
    let since = prepared.state.context().prepared.unwrap_or_default();
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

/// Creates the intent, unless the same request created it before. Returns the record.
async fn prepare(
    new_call: &NewPreparedCall<'_>,
    settings: &ClinicSettings,
    sealing: &SealingKeys,
    host: &Host,
) -> Result<PreparedCall, Reply> {
    let create = create(new_call, settings.record_format(), sealing);
    let body = written(host.send(HostRequest::Fhir(create), Some(TIMEOUT)).await, "Communication")?;
    let prepared = PreparedCall::read(body).filter(|prepared| !prepared.id().is_empty());
    let prepared = prepared.ok_or(Reply::Broken(Code::ChartUnavailable.into()))?;
    // The record of a `place-call` request, which rings a phone first, gets no ticket.
    let known = prepared.state.context();
    let by_rest = known.practitioner_number.is_some();
    let who = new_call.context.practitioner.as_deref().unwrap_or_default();
    let same = is_same_call(known, &new_call.context) && known.identity == new_call.context.identity && !by_rest;
    if same && prepared.is_prepared_for(who, sealing) {
        Ok(prepared)
    } else {
        Err(Reply::Conflict(Code::OutboundRequestUsed.into()))
    }
}

fn create(new_call: &NewPreparedCall<'_>, format: RecordFormat<'_>, sealing: &SealingKeys) -> FhirRequest {
    let unless = new_call.request.map(|request| ["identifier=", &criterion(request)].concat());
    FhirRequest::create(&new_call.write(format, sealing), unless)
}

/// The `identifier` search parameter for a request.
pub(super) fn criterion(request: &str) -> String {
    search_value(&[CALL_REQUEST, "|", request].concat())
}

/// Whether two intents have the same caller, callee and appointment. The way to place the call is ignored.
pub(super) fn is_same_call(item: &CallContext, other: &CallContext) -> bool {
    let call = |context: &CallContext| {
        let CallContext { patient, practitioner, appointment, number, .. } = context.clone();
        (patient, practitioner, appointment, number)
    };
    call(item) == call(other)
}
