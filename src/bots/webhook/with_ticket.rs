// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Answers a browser's call with a ticket. The ticket's record has the number that the call may dial. Only one call can
//! use a ticket.

use super::browser_call::BrowserCall;
use crate::chart::{CallEvent, CallRecord};
use crate::error::Code;
use crate::fhir::reference::is_reference;
use crate::json::Json;
use crate::outbound::{PreparedCall, SealingKeys, check_calling_hours, expires_at, expiry_of, id_in_identity};
use crate::policy::{Limit, Policy, Refusal, check_limits, limit_searches};
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse};

/// The timeouts, in milliseconds, to read the ticket's record and to claim the ticket. The caller waits less than three
/// seconds in total.
const READ_TIMEOUT: u32 = 900;
const CLAIM_TIMEOUT: u32 = 1_350;
/// The timeout, in milliseconds, to count the practitioner's calls if only the record has the practitioner. It is
/// subtracted from the timeout of the claim.
const COUNT_TIMEOUT: u32 = 700;
/// The timeout, in milliseconds, of each request after a conflict. There are at most three.
const RETRY_TIMEOUT: u32 = 240;

/// The number of attempts to claim a ticket.
const ATTEMPTS: u32 = 2;

/// Returns the TwiML that dials the ticket's callee.
pub(super) async fn with_ticket(
    call: &BrowserCall<'_>,
    ticket: &str,
    secret: &str,
    host: &Host,
) -> Result<String, Refusal> {
    let sealing = SealingKeys::read(secret).map_err(|code| match code {
        Code::SecretWeak => Refusal::SecretWeak,
        _ => Refusal::SecretMissing,
    })?;
    let id = sealing.open(ticket, call.identity, call.request.now)?;
    let event = CallEvent::from_first_request(call.request.pairs, call.request.now).ok_or(Refusal::TicketInvalid)?;

    let (config, numbers) = (call.request.clinic.config, call.request.clinic.numbers);
    // Most identities contain the practitioner's id. The round trip that reads the record can then also count the
    // practitioner's calls.
    let guessed = id_in_identity(call.identity).map(|id| ["Practitioner/", &id].concat());
    let mut limits = guessed
        .as_deref()
        .map_or_else(Vec::new, |who| limit_searches(&config.outbound, who, numbers, call.request.now));
    let mut requests = vec![(HostRequest::Fhir(FhirRequest::get(communication(id))), Some(READ_TIMEOUT))];
    requests.extend(count_requests(&limits, READ_TIMEOUT));
    let mut answers = host.send_all(requests).await.into_iter();
    let prepared = read(answers.next().unwrap_or(HostResponse::Failed))?;
    let mut found: Vec<Option<Json>> = answers.map(HostResponse::ok).collect();

    let context = prepared.state.context();
    let practitioner = context.practitioner.clone().filter(|who| is_reference(who, "Practitioner"));
    let practitioner = practitioner.ok_or(Refusal::TicketInvalid)?;
    // Staff may have edited the record. The seal shows whether the practitioner, the caller ID and the callee are still
    // as prepared.
    if context.identity.as_deref() != Some(call.identity)
        || !prepared.is_sealed(&sealing)
        || !is_ticket_of(ticket, &prepared)
    {
        return Err(Refusal::TicketInvalid);
    }
    // The config may have changed since the ticket was issued.
    let policy = Policy::new(&config.outbound, numbers);
    let callee = policy.allows(context.number.as_deref().ok_or(Refusal::TicketInvalid)?)?;
    let has_claimed = is_claimed(&prepared, &event)?;
    // The prepared caller ID must still be one of the clinic's numbers.
    let from = prepared.from().and_then(|from| numbers.iter().find(|number| number.as_str() == from));
    let from = *from.ok_or(Refusal::TicketInvalid)?;
    // Twilio may repeat a request. A call that already claimed the ticket gets the same TwiML without further checks.
    if !has_claimed {
        let mut timeout = CLAIM_TIMEOUT;
        check_calling_hours(config, &callee, call.request.now, host).await?;
        if guessed.as_ref() != Some(&practitioner) {
            limits = limit_searches(&config.outbound, &practitioner, numbers, call.request.now);
            if !limits.is_empty() {
                found = host
                    .send_all(count_requests(&limits, COUNT_TIMEOUT).collect())
                    .await
                    .into_iter()
                    .map(HostResponse::ok)
                    .collect();
                timeout -= COUNT_TIMEOUT;
            }
        }
        check_limits(&limits, &found)?;
        claim(call, prepared, &event, timeout, host).await?;
    }
    call.connect(&callee, from)
}

/// Whether the ticket belongs to the current content of the record. A record that was prepared again has another
/// ticket.
fn is_ticket_of(ticket: &str, prepared: &PreparedCall) -> bool {
    let since = prepared.state.context().prepared_at;
    since.is_some_and(|since| expiry_of(ticket) == Some(expires_at(since)))
}

fn communication(id: &str) -> String {
    ["Communication/", id].concat()
}

fn count_requests(limits: &[Limit], timeout: u32) -> impl Iterator<Item = (HostRequest, Option<u32>)> {
    limits.iter().map(move |limit| (HostRequest::Fhir(FhirRequest::get(limit.search.clone())), Some(timeout)))
}

fn read(answer: HostResponse) -> Result<PreparedCall, Refusal> {
    match answer {
        HostResponse::Done { status: 200..=299, body } => PreparedCall::read(body).ok_or(Refusal::TicketInvalid),
        HostResponse::Done { status: 404 | 410, .. } => Err(Refusal::TicketInvalid),
        _ => Err(Refusal::ChartUnavailable),
    }
}

/// Whether this call has claimed the ticket.
///
/// # Errors
/// [`Refusal::TicketUsed`] if another call claimed the ticket, or if the prepared call was canceled.
fn is_claimed(prepared: &PreparedCall, event: &CallEvent<'_>) -> Result<bool, Refusal> {
    match prepared.state.root_sid() {
        Some(root) if root == event.sid.0 => Ok(true),
        None if prepared.status() == "preparation" => Ok(false),
        _ => Err(Refusal::TicketUsed),
    }
}

/// Claims the ticket: writes the call into the ticket's record. The write is conditional, so only one call succeeds.
async fn claim(
    call: &BrowserCall<'_>,
    mut prepared: PreparedCall,
    event: &CallEvent<'_>,
    mut timeout: u32,
    host: &Host,
) -> Result<(), Refusal> {
    let read_again = communication(prepared.id());
    for _ in 0..ATTEMPTS {
        let mut state = prepared.state.clone();
        state.add(event);
        let request = CallRecord::of(prepared.resource).write(&state, call.request.record_format());
        let request = request.ok().flatten().ok_or(Refusal::ChartUnavailable)?;
        match host.send(HostRequest::Fhir(request), Some(timeout)).await {
            HostResponse::Done { status: 200..=299, .. } => return Ok(()),
            HostResponse::Done { status: 409 | 412, .. } => {}
            // The server may or may not have stored the claim. The bot dials only after a confirmed claim.
            _ => return Err(Refusal::ChartUnavailable),
        }
        timeout = RETRY_TIMEOUT;
        let answer = host.send(HostRequest::Fhir(FhirRequest::get(read_again.clone())), Some(timeout)).await;
        prepared = read(answer)?;
        if is_claimed(&prepared, event)? {
            return Ok(());
        }
    }
    Err(Refusal::ChartUnavailable)
}
