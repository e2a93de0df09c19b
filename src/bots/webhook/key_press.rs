// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The practitioner whose phone `place-call` rings has answered and pressed a key. Now the callee is dialed.
//!
//! The callee's number is in the record of the call. Staff may edit and copy records, so with `PLUMLINE_SECRET`, only a
//! record counts whose seal names this call. `place-call` may write the seal a moment after Twilio calls back, so the
//! record is read several times.
//!
//! Without `PLUMLINE_SECRET`, or if Twilio's answer to `place-call` was lost or could not be written yet, the record
//! does not name its call. Then it is the record that was to ring this phone from this number a moment ago. Only calls
//! of `place-call` come here.

use super::request::WebhookRequest;
use crate::chart::{CallEvent, Chart, is_complete, search, search_all};
use crate::dialplan::{Clinic, Params};
use crate::json::Json;
use crate::outbound::{
    Connection, MAX_RINGING, Prepared, SealingKeys, check_calling_hours, connect, expires_at, pending_records, refuse,
    search_pending,
};
use crate::phone::E164;
use crate::policy::{Policy, Refusal};
use crate::runtime::{Answer, Ask, Host, Reply, Response};

/// Milliseconds to read the callee, and to write which call it is. The practitioner waits less than three seconds.
const READ_DEADLINE: u32 = 900;
const CLAIM_DEADLINE: u32 = 1_500;
/// Milliseconds to read again after a conflict.
const RETRY_DEADLINE: u32 = 250;

/// Milliseconds for each search for the sealed record. With the pauses of at most 200 and 400 ms, the practitioner
/// hears silence for less than 2.5 s.
const SEALED_READS: [u32; 3] = [800, 500, 400];

/// Dials the callee, or says why that is not allowed. `secret` is `PLUMLINE_SECRET`. If it is set, only a record counts
/// that `place-call` sealed for this call.
pub(super) async fn key_pressed(request: &WebhookRequest<'_, '_>, secret: Option<&str>, host: &Host) -> Response {
    // If it is not valid, `place-call` seals with a secret that the webhook does not have.
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
    let event = event.filter(|event| has_digits && !event.is_over()).ok_or(Refusal::TicketInvalid)?;
    let prepared = match sealing {
        Some(sealing) => sealed_record(&event, sealing, request.now, host).await?,
        None => unsealed_record(request, &event, host).await?,
    };
    // The config may have changed since the call was placed. Limits are not checked again, because this call is already
    // counted.
    let number = prepared.log.context().number.as_deref().ok_or(Refusal::TicketInvalid)?;
    let callee = Policy::new(&config.outbound, numbers).allows(number)?;
    check_calling_hours(config, &callee, request.now, host).await?;
    let ours = |from: &str| numbers.iter().find(|number| number.as_str() == from);
    let from: &E164<'_> = prepared.from().and_then(ours).ok_or(Refusal::TicketInvalid)?;
    let connection = Connection { webhook: request.url, callee: &callee, from: from.as_str() };
    // A valid config has no text that XML cannot express.
    connect(&connection, config).map_err(|_| Refusal::ChartUnavailable)
}

/// The record that `place-call` sealed for this call. Other records that name the call are ignored. The status in the
/// record is ignored, too: staff may edit it, and Twilio has just reported that the call is in progress.
async fn sealed_record(
    event: &CallEvent<'_>,
    sealing: &SealingKeys,
    now: u64,
    host: &Host,
) -> Result<Prepared, Refusal> {
    let mut refusal = Refusal::CallUnknown;
    for (attempt, deadline) in (0..).zip(SEALED_READS) {
        if attempt > 0 {
            host.pause(attempt).await;
        }
        let answer = host.ask(Ask::Fhir(search_all(event.sid.0)), Some(deadline)).await;
        let found = match answer {
            // The next search may be faster.
            Answer::TimedOut => {
                refusal = Refusal::ChartUnavailable;
                continue;
            }
            answer => answer.ok().ok_or(Refusal::ChartUnavailable)?,
        };
        refusal = Refusal::CallUnknown;
        let all = is_complete(&found);
        let mut records = found.take("entry").into_elements().into_iter();
        let sealed = records.find_map(|entry| {
            let record = Prepared::read(entry.take("resource"))?;
            (record.is_dialed_by(event.sid.0, sealing) && has_same_numbers(&record, event)).then_some(record)
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

/// Whether the call cannot be in progress any more, so the request is a replay.
fn is_too_late(record: &Prepared, now: u64) -> bool {
    let prepared = record.log.context().prepared.unwrap_or_default();
    now / 1_000 >= expires_at(prepared) + MAX_RINGING / 1_000
}

/// The record of the call, without a secret.
async fn unsealed_record(
    request: &WebhookRequest<'_, '_>,
    event: &CallEvent<'_>,
    host: &Host,
) -> Result<Prepared, Refusal> {
    let asks = vec![
        (Ask::Fhir(search(event.sid.0)), Some(READ_DEADLINE)),
        (Ask::Fhir(search_pending(request.now)), Some(READ_DEADLINE)),
    ];
    let mut answers = host.ask_all(asks).await.into_iter();
    let found = chart(answers.next().unwrap_or(Answer::Failed), event)?;
    if let Some(prepared) = record_with_call(&found, event)? {
        return Ok(prepared);
    }
    let bundle = answers.next().and_then(Answer::ok).ok_or(Refusal::ChartUnavailable)?;
    let prepared = only_record(bundle, event, request.now).ok_or(Refusal::CallUnknown)?;

    // The record includes what a callback has stored of the call. The sweep closes the callback's record.
    let mut log = prepared.log.clone();
    log.add(event);
    log.merge(&found.log);
    let write = Chart::of(prepared.resource.clone()).write(&log, request.base());
    let write = write.ok().flatten().ok_or(Refusal::ChartUnavailable)?;
    match host.ask(Ask::Fhir(write), Some(CLAIM_DEADLINE)).await {
        Answer::Done { status: 200..=299, .. } => Ok(prepared),
        // Most likely `place-call` has written the same.
        Answer::Done { status: 409 | 412, .. } => {
            let again = host.ask(Ask::Fhir(search(event.sid.0)), Some(RETRY_DEADLINE)).await;
            record_with_call(&chart(again, event)?, event)?.ok_or(Refusal::CallUnknown)
        }
        _ => Err(Refusal::ChartUnavailable),
    }
}

fn chart(answer: Answer, event: &CallEvent<'_>) -> Result<Chart, Refusal> {
    Chart::read(answer, event.sid.0).map_err(|_| Refusal::ChartUnavailable)
}

/// The record that names its call, if there is one.
///
/// # Errors
/// [`Refusal::TicketUsed`] if the call is over or has dialed.
fn record_with_call(chart: &Chart, event: &CallEvent<'_>) -> Result<Option<Prepared>, Refusal> {
    let Some(prepared) = chart.resource().cloned().and_then(Prepared::read) else {
        return Ok(None);
    };
    if prepared.log.context().prepared.is_none() {
        return Ok(None);
    }
    if !has_same_numbers(&prepared, event) {
        return Err(Refusal::TicketInvalid);
    }
    let has_dialed = chart.log.children().next().is_some();
    if has_dialed || chart.log.is_over() || prepared.status() != "in-progress" {
        return Err(Refusal::TicketUsed);
    }
    Ok(Some(prepared))
}

/// Whether the call rings the phone of the record, from the number of the record.
fn has_same_numbers(prepared: &Prepared, event: &CallEvent<'_>) -> bool {
    let phone = prepared.log.context().practitioner_number.as_deref();
    phone.is_some() && phone == event.to && prepared.from().is_some() && prepared.from() == event.from
}

/// The record that waits for such a call, if it is the only one.
fn only_record(bundle: Json, event: &CallEvent<'_>, now: u64) -> Option<Prepared> {
    let fits = |record: &Prepared| {
        let sent = record.sent_at().is_some_and(|at| at + MAX_RINGING >= now);
        sent && record.status() == "preparation" && has_same_numbers(record, event)
    };
    let mut fitting = pending_records(bundle)?.into_iter().filter(fits);
    let only = fitting.next();
    only.filter(|_| fitting.next().is_none())
}
