// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `start-call`: writes the record of a call that the requester is about to place, and returns what the browser needs
//! for the call.

use super::access_token::mint;
use super::call_request::CallRequest;
use super::clinic_settings::{ClinicSettings, keys};
use super::create_record::RecordToCreate;
use super::text_of;
use crate::chart::CallContext;
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::outbound::{NewPreparedCall, PreparedCall, SealingKeys, expires_at};
use crate::runtime::{BotEvent, Host, Reply, Secret, Secrets};
use crate::time::instant;

/// Returns `{ token, identity, fromNumber, ticket, expires, communication }`.
pub(super) async fn start_call(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let sealing = event.require(Secret::SealingKeys).map_err(Reply::Broken)?;
    let sealing = SealingKeys::read(sealing).map_err(|code| Reply::Broken(Problem::at(code, "PLUMLINE_SECRET")))?;
    let call_request = CallRequest::read(event)?;
    let settings = ClinicSettings::read(event, host).await?;
    let numbers = settings.numbers();
    let mut allowed_call = call_request.check_call(event, &settings, &numbers, Vec::new(), host, log).await?;
    allowed_call.check_limits(&settings, event.now, host).await?;
    let wanted = text_of(&event.input, "identity")?;
    let identity = allowed_call.requester.identity(wanted, event.now, &settings.config, host, log).await?;
    // The token is created first. If that fails, the browser cannot call, and nothing is written.
    let token = mint(event, &settings.config, &identity)?;
    allowed_call.context.identity = Some(identity.clone());
    let new_call = NewPreparedCall {
        context: allowed_call.context,
        from: allowed_call.chosen.number.as_str(),
        position: allowed_call.chosen.position,
        request: call_request.request.as_deref(),
    };
    let (sealing_record, format) = (keys(event), settings.record_format());
    let to_create = RecordToCreate { new_call, numbers: &numbers, format, sealing: &sealing_record };
    let prepared = prepare(to_create, host).await?;
    if prepared.state.root_sid().is_some() || prepared.status() != "preparation" {
        return Err(Reply::Conflict(Code::OutboundRequestUsed.into()));
    }
    // The ticket expires ten minutes after its record was prepared, even if `start-call` is repeated. The webhook
    // compares the two times.
    let since = prepared.state.context().prepared_at.unwrap_or_default();
    let expiry = expires_at(since) * 1_000;
    if expiry <= event.now {
        return Err(Reply::Conflict(Code::OutboundRequestExpired.into()));
    }
    let from = prepared.from().unwrap_or_default();
    Ok(Json::object([
        ("token", Json::of(&token)),
        ("identity", Json::of(&identity)),
        ("fromNumber", Json::of(from)),
        ("ticket", Json::of(&sealing.make_ticket(prepared.id(), &identity, since))),
        ("expires", Json::of(&instant(expiry))),
        ("communication", Json::of(&["Communication/", prepared.id()].concat())),
    ]))
}

/// Creates the prepared record, unless the same request created it before. Returns the record.
async fn prepare(mut to_create: RecordToCreate<'_>, host: &Host) -> Result<PreparedCall, Reply> {
    let (body, _) = to_create.create(&|_| {}, host).await?;
    let RecordToCreate { new_call, sealing, .. } = &to_create;
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

/// Whether two prepared calls have the same caller, callee and appointment. The way to place the call is ignored.
pub(super) fn is_same_call(item: &CallContext, other: &CallContext) -> bool {
    let call = |context: &CallContext| {
        let CallContext { patient, practitioner, appointment, number, .. } = context.clone();
        (patient, practitioner, appointment, number)
    };
    call(item) == call(other)
}
