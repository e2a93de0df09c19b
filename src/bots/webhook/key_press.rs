// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A key was pressed on the phone that `place-call` rings first: somebody is there, and the callee is dialled.
//!
//! The number to dial is in the record of the call. With `PLUMLINE_SECRET`, only a record counts whose seal names this very
//! call: staff may edit and copy records. `place-call` may write the seal a moment later than Twilio calls back, so it is
//! read again.
//!
//! Without `PLUMLINE_SECRET`, and where Twilio's answer to `place-call` was lost or could not be written yet, the record does
//! not say which call it is of. It is the one then that was to ring this phone, over this number of ours, a moment ago: no
//! call comes here but those that `place-call` has placed.

use super::request::WebhookRequest;
use crate::chart::{CallEvent, Chart, is_complete, search, search_all};
use crate::dialplan::{Clinic, Params};
use crate::json::Json;
use crate::outbound::{
    Connection, LONGEST_RINGING, Prepared, Sealing, at_this_hour, connect, expires_at, refuse, search_waiting, waiting,
};
use crate::phone::E164;
use crate::policy::{Policy, Refusal};
use crate::runtime::{Answer, Ask, Host, Reply, Response};

/// Milliseconds that the chart has to tell whom the call is for, and those to take which call it is. Whoever has pressed a
/// key waits less than three seconds.
const READ: u32 = 900;
const CLAIM: u32 = 1_500;
/// To read again where others wrote at the same moment.
const AGAIN: u32 = 250;

/// Milliseconds of each search for the sealed record. With the pauses between, of 200 and 400 ms at most, the practitioner
/// listens to silence for less than 2.5 s.
const SEALED_READS: [u32; 3] = [800, 500, 400];

/// Dials whom the call was placed to reach; what stands against it, is said. `secret` is `PLUMLINE_SECRET`: where it is
/// set, only a record counts that `place-call` has sealed for this call.
pub(super) async fn key_pressed(visit: &WebhookRequest<'_, '_>, secret: Option<&str>, host: &Host) -> Response {
    // Where it cannot be read, `place-call` seals with a secret that the webhook does not have.
    let sealing = secret.and_then(|secret| Sealing::read(secret).ok());
    match dial(visit, sealing.as_ref(), host).await {
        Ok(document) => Response::from(Reply::Twiml(document)),
        Err(refusal) => {
            let mut done = Response::from(Reply::Twiml(refuse(refusal, visit.clinic.config)));
            done.log(&refusal.code().into());
            done
        }
    }
}

async fn dial(visit: &WebhookRequest<'_, '_>, sealing: Option<&Sealing>, host: &Host) -> Result<String, Refusal> {
    let Clinic { config, numbers, .. } = visit.clinic;
    let event = CallEvent::opening(visit.pairs, visit.now).filter(|event| event.direction == Some("outbound-api"));
    let pressed = Params(visit.pairs).get("Digits").is_some();
    let event = event.filter(|event| pressed && !event.is_over()).ok_or(Refusal::TicketInvalid)?;
    let prepared = match sealing {
        Some(sealing) => sealed(&event, sealing, visit.now, host).await?,
        None => unsealed(visit, &event, host).await?,
    };
    // The config may have changed since it was placed. Limits are not counted again: this very call is among them.
    let number = prepared.log.context().number.as_deref().ok_or(Refusal::TicketInvalid)?;
    let callee = Policy::new(&config.outbound, numbers).allows(number)?;
    at_this_hour(config, &callee, visit.now, host).await?;
    let ours = |from: &str| numbers.iter().find(|number| number.as_str() == from);
    let from: &E164<'_> = prepared.from().and_then(ours).ok_or(Refusal::TicketInvalid)?;
    let connection = Connection { webhook: visit.url, callee: &callee, from: from.as_str() };
    // A config that was read holds nothing that XML cannot write.
    connect(&connection, config).map_err(|_| Refusal::ChartUnavailable)
}

/// The record that `place-call` has sealed for this call. Any other that names the call is ignored, and so is what the record
/// says of how the call went: Twilio has just said that it goes on, and staff may edit the record.
async fn sealed(event: &CallEvent<'_>, sealing: &Sealing, now: u64, host: &Host) -> Result<Prepared, Refusal> {
    let mut missed = Refusal::CallUnknown;
    for (attempt, deadline) in (0..).zip(SEALED_READS) {
        if attempt > 0 {
            host.pause(attempt).await;
        }
        let answer = host.ask(Ask::Fhir(search_all(event.sid.0)), Some(deadline)).await;
        let found = match answer {
            // Late once is not late for good.
            Answer::TimedOut => {
                missed = Refusal::ChartUnavailable;
                continue;
            }
            answer => answer.ok().ok_or(Refusal::ChartUnavailable)?,
        };
        missed = Refusal::CallUnknown;
        let all = is_complete(&found);
        let mut records = found.take("entry").into_elements().into_iter();
        let sealed = records.find_map(|entry| {
            let record = Prepared::read(entry.take("resource"))?;
            (record.is_dialed_by(event.sid.0, sealing) && is_between(&record, event)).then_some(record)
        });
        if let Some(record) = sealed {
            return if is_too_late(&record, now) { Err(Refusal::TicketExpired) } else { Ok(record) };
        }
        if !all {
            return Err(Refusal::ChartUnavailable);
        }
    }
    Err(missed)
}

/// Whether the key can no longer have been pressed while the call went on: what a recorded request is sent again for.
fn is_too_late(record: &Prepared, now: u64) -> bool {
    let prepared = record.log.context().prepared.unwrap_or_default();
    now / 1_000 >= expires_at(prepared) + LONGEST_RINGING / 1_000
}

/// The record of the call, without a secret.
async fn unsealed(visit: &WebhookRequest<'_, '_>, event: &CallEvent<'_>, host: &Host) -> Result<Prepared, Refusal> {
    let asks = vec![(Ask::Fhir(search(event.sid.0)), Some(READ)), (Ask::Fhir(search_waiting(visit.now)), Some(READ))];
    let mut answers = host.ask_all(asks).await.into_iter();
    let found = chart(answers.next().unwrap_or(Answer::Failed), event)?;
    if let Some(prepared) = known(&found, event)? {
        return Ok(prepared);
    }
    let bundle = answers.next().and_then(Answer::ok).ok_or(Refusal::ChartUnavailable)?;
    let prepared = alone(bundle, event, visit.now).ok_or(Refusal::CallUnknown)?;

    // What a callback has written of the call goes in; its record is closed by the sweep.
    let mut log = prepared.log.clone();
    log.add(event);
    log.merge(&found.log);
    let write = Chart::of(prepared.resource.clone()).write(&log, visit.base());
    let write = write.ok().flatten().ok_or(Refusal::ChartUnavailable)?;
    match host.ask(Ask::Fhir(write), Some(CLAIM)).await {
        Answer::Done { status: 200..=299, .. } => Ok(prepared),
        // Most likely `place-call` has written just that.
        Answer::Done { status: 409 | 412, .. } => {
            let again = host.ask(Ask::Fhir(search(event.sid.0)), Some(AGAIN)).await;
            known(&chart(again, event)?, event)?.ok_or(Refusal::CallUnknown)
        }
        _ => Err(Refusal::ChartUnavailable),
    }
}

fn chart(answer: Answer, event: &CallEvent<'_>) -> Result<Chart, Refusal> {
    Chart::read(answer, event.sid.0).map_err(|_| Refusal::ChartUnavailable)
}

/// The record that knows which call it is of, if there is one; refused where the call is over, or has dialled somebody.
fn known(chart: &Chart, event: &CallEvent<'_>) -> Result<Option<Prepared>, Refusal> {
    let Some(prepared) = chart.resource().cloned().and_then(Prepared::read) else {
        return Ok(None);
    };
    if prepared.log.context().prepared.is_none() {
        return Ok(None);
    }
    if !is_between(&prepared, event) {
        return Err(Refusal::TicketInvalid);
    }
    let dialled = chart.log.children().next().is_some();
    if dialled || chart.log.is_over() || prepared.status() != "in-progress" {
        return Err(Refusal::TicketUsed);
    }
    Ok(Some(prepared))
}

/// Whether the call went to the phone that was to ring first, over the number of ours that the callee is to see.
fn is_between(prepared: &Prepared, event: &CallEvent<'_>) -> bool {
    let phone = prepared.log.context().practitioner_number.as_deref();
    phone.is_some() && phone == event.to && prepared.from().is_some() && prepared.from() == event.from
}

/// The only record that waits for such a call.
fn alone(bundle: Json, event: &CallEvent<'_>, now: u64) -> Option<Prepared> {
    let fits = |record: &Prepared| {
        let sent = record.sent_at().is_some_and(|at| at + LONGEST_RINGING >= now);
        sent && record.status() == "preparation" && is_between(record, event)
    };
    let mut fitting = waiting(bundle)?.into_iter().filter(fits);
    let only = fitting.next();
    only.filter(|_| fitting.next().is_none())
}
