// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Dials the callee after the practitioner answered the call of `place-call` and pressed a key.
//!
//! The call record has the callee's number. Staff may edit and copy records. With `PLUMLINE_SECRET`, the bot uses only
//! a record with a seal for this call. `place-call` may write the seal after Twilio sends this request, so the bot
//! searches for the record several times.
//!
//! Without `PLUMLINE_SECRET`, there is no seal to require. The record may also lack the `CallSid`, because `place-call`
//! did not receive Twilio's answer or has not written it yet. The bot then uses the only recent record with the same
//! phone and caller ID. Only a call that `place-call` placed requests this callback URL.

use super::request::WebhookRequest;
use crate::chart::{CallEvent, CallRecord, is_complete, search, search_all};
use crate::dialplan::{Clinic, Params};
use crate::json::Json;
use crate::outbound::{
    Connection, MAX_RINGING, PreparedCall, SealingKeys, check_calling_hours, connect, expires_at, pending_records,
    refuse, search_pending,
};
use crate::phone::E164;
use crate::policy::{Policy, Refusal};
use crate::runtime::{Host, HostRequest, HostResponse, Reply, Response};

/// The timeouts, in milliseconds, to read the record and to write the `CallSid` into it. The practitioner waits less
/// than three seconds in total.
const READ_TIMEOUT: u32 = 900;
const CLAIM_TIMEOUT: u32 = 1_500;
/// The timeout of the read after a conflict, in milliseconds.
const RETRY_TIMEOUT: u32 = 250;

/// The timeout of each search for the sealed record, in milliseconds. The pauses between the searches are at most 200
/// and 400 ms, so the practitioner hears silence for less than 2.5 s.
const SEALED_READS: [u32; 3] = [800, 500, 400];

/// Dials the callee. If the call is refused, the practitioner hears the reason. `secret` is `PLUMLINE_SECRET`. If it is
/// set, only a record that `place-call` sealed for this call is used.
pub(super) async fn key_pressed(request: &WebhookRequest<'_, '_>, secret: Option<&str>, host: &Host) -> Response {
    // If the secret is not valid, `place-call` seals with the API key's secret, which the webhook does not have.
    let sealing = secret.and_then(|secret| SealingKeys::read(secret).ok());
    match dial(request, sealing.as_ref(), host).await {
        Ok(document) => Response::from(Reply::Twiml(document)),
        Err(refusal) => {
            let mut response = Response::from(Reply::Twiml(refuse(refusal, request.clinic.config)));
            response.log(&refusal.code().into());
            response
        }
    }
}

async fn dial(request: &WebhookRequest<'_, '_>, sealing: Option<&SealingKeys>, host: &Host) -> Result<String, Refusal> {
    let Clinic { config, numbers, .. } = request.clinic;
    let event = CallEvent::from_first_request(request.pairs, request.now)
        .filter(|event| event.direction == Some("outbound-api"));
    let has_digits = Params(request.pairs).get("Digits").is_some();
    let event = event.filter(|event| has_digits && !event.has_ended()).ok_or(Refusal::TicketInvalid)?;
    let prepared = match sealing {
        Some(sealing) => sealed_record(&event, sealing, request.now, host).await?,
        None => unsealed_record(request, &event, host).await?,
    };
    // The config may have changed since the call was placed, so the policy is checked again. The limits are not,
    // because they already include this call.
    let number = prepared.state.context().number.as_deref().ok_or(Refusal::TicketInvalid)?;
    let callee = Policy::new(&config.outbound, numbers).allows(number)?;
    check_calling_hours(config, &callee, request.now, host).await?;
    let clinic_number = |from: &str| numbers.iter().find(|number| number.as_str() == from);
    let from: &E164<'_> = prepared.from().and_then(clinic_number).ok_or(Refusal::TicketInvalid)?;
    let connection = Connection { webhook: request.url, callee: &callee, from: from.as_str() };
    // This cannot fail: the check of a config refuses characters that XML cannot contain.
    connect(&connection, config).map_err(|_| Refusal::ChartUnavailable)
}

/// The record that `place-call` sealed for this call. Other records with the same `CallSid` are ignored. The status in
/// the record is also ignored: staff may edit it, and Twilio just reported that the call is in progress.
async fn sealed_record(
    event: &CallEvent<'_>,
    sealing: &SealingKeys,
    now: u64,
    host: &Host,
) -> Result<PreparedCall, Refusal> {
    let mut refusal = Refusal::CallUnknown;
    for (attempt, timeout) in (0..).zip(SEALED_READS) {
        if attempt > 0 {
            host.pause(attempt).await;
        }
        let answer = host.send(HostRequest::Fhir(search_all(event.sid.0)), Some(timeout)).await;
        let found = match answer {
            // A later search may answer in time.
            HostResponse::TimedOut => {
                refusal = Refusal::ChartUnavailable;
                continue;
            }
            answer => answer.ok().ok_or(Refusal::ChartUnavailable)?,
        };
        refusal = Refusal::CallUnknown;
        let all = is_complete(&found);
        let mut records = found.take("entry").into_elements().into_iter();
        let sealed = records.find_map(|entry| {
            let record = PreparedCall::read(entry.take("resource"))?;
            (record.seal_allows_dialing(event.sid.0, sealing) && has_same_numbers(&record, event)).then_some(record)
        });
        if let Some(record) = sealed {
            return if is_too_late(&record, now) { Err(Refusal::TicketExpired) } else { Ok(record) };
        }
        if !all {
            return Err(Refusal::ChartUnavailable);
        }
    }
    Err(refusal)
}

/// Whether the call must have ended before `now`. The request is then a replay.
fn is_too_late(record: &PreparedCall, now: u64) -> bool {
    let prepared = record.state.context().prepared_at.unwrap_or_default();
    now / 1_000 >= expires_at(prepared) + MAX_RINGING / 1_000
}

/// Finds the record of the call if `PLUMLINE_SECRET` is not set.
async fn unsealed_record(
    request: &WebhookRequest<'_, '_>,
    event: &CallEvent<'_>,
    host: &Host,
) -> Result<PreparedCall, Refusal> {
    let requests = vec![
        (HostRequest::Fhir(search(event.sid.0)), Some(READ_TIMEOUT)),
        (HostRequest::Fhir(search_pending(request.now)), Some(READ_TIMEOUT)),
    ];
    let mut answers = host.send_all(requests).await.into_iter();
    let found = chart(answers.next().unwrap_or(HostResponse::Failed), event)?;
    if let Some(prepared) = record_with_call(&found, event)? {
        return Ok(prepared);
    }
    let bundle = answers.next().and_then(HostResponse::ok).ok_or(Refusal::ChartUnavailable)?;
    let prepared = only_record(bundle, event, request.now).ok_or(Refusal::CallUnknown)?;

    // A callback may already have created a second record. Its call state is merged here, and the sweep closes that
    // record.
    let mut state = prepared.state.clone();
    state.add(event);
    state.merge(&found.state);
    let write = CallRecord::of(prepared.resource.clone()).write(&state, request.record_format());
    let write = write.ok().flatten().ok_or(Refusal::ChartUnavailable)?;
    match host.send(HostRequest::Fhir(write), Some(CLAIM_TIMEOUT)).await {
        HostResponse::Done { status: 200..=299, .. } => Ok(prepared),
        // `place-call` may have written the `CallSid` at the same time.
        HostResponse::Done { status: 409 | 412, .. } => {
            let again = host.send(HostRequest::Fhir(search(event.sid.0)), Some(RETRY_TIMEOUT)).await;
            record_with_call(&chart(again, event)?, event)?.ok_or(Refusal::CallUnknown)
        }
        _ => Err(Refusal::ChartUnavailable),
    }
}

fn chart(answer: HostResponse, event: &CallEvent<'_>) -> Result<CallRecord, Refusal> {
    CallRecord::read(answer, event.sid.0).map_err(|_| Refusal::ChartUnavailable)
}

/// The record with the call's `CallSid`. `None` if there is no such record, or if it was not prepared.
///
/// # Errors
/// [`Refusal::TicketUsed`] if the call has ended or already dialed the callee. [`Refusal::TicketInvalid`] if the record
/// has other numbers.
fn record_with_call(call_record: &CallRecord, event: &CallEvent<'_>) -> Result<Option<PreparedCall>, Refusal> {
    let Some(prepared) = call_record.resource().cloned().and_then(PreparedCall::read) else {
        return Ok(None);
    };
    if prepared.state.context().prepared_at.is_none() {
        return Ok(None);
    }
    if !has_same_numbers(&prepared, event) {
        return Err(Refusal::TicketInvalid);
    }
    let has_dialed = call_record.state.children().next().is_some();
    if has_dialed || call_record.state.has_ended() || prepared.status() != "in-progress" {
        return Err(Refusal::TicketUsed);
    }
    Ok(Some(prepared))
}

/// Whether the call goes to the practitioner's phone in the record, from the caller ID in the record.
fn has_same_numbers(prepared: &PreparedCall, event: &CallEvent<'_>) -> bool {
    let phone = prepared.state.context().practitioner_number.as_deref();
    phone.is_some() && phone == event.to && prepared.from().is_some() && prepared.from() == event.from
}

/// The pending record for a call with these numbers, if there is exactly one.
fn only_record(bundle: Json, event: &CallEvent<'_>, now: u64) -> Option<PreparedCall> {
    let fits = |record: &PreparedCall| {
        let sent = record.sent_at().is_some_and(|at| at + MAX_RINGING >= now);
        sent && record.status() == "preparation" && has_same_numbers(record, event)
    };
    let mut fitting = pending_records(bundle)?.into_iter().filter(fits);
    let only = fitting.next();
    only.filter(|_| fitting.next().is_none())
}
