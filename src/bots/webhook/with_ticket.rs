// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call with a ticket. The chart says whom it may dial, and only one call may use the ticket.

use super::browser_call::BrowserCall;
use crate::chart::{CallEvent, Chart};
use crate::error::Code;
use crate::fhir::reference::is_reference;
use crate::json::Json;
use crate::outbound::{Prepared, SealingKeys, check_calling_hours, expires_at, expiry_of, practitioner_of};
use crate::policy::{Limit, Policy, Refusal, check_limits, limit_searches};
use crate::runtime::{Answer, Ask, FhirRequest, Host};

/// Milliseconds to read the ticket's record, and to write the claim. In total less than three seconds, because the
/// caller waits.
const READ_DEADLINE: u32 = 900;
const CLAIM_DEADLINE: u32 = 1_350;
/// Milliseconds to count the calls of a practitioner who was not known before the ticket was read. The claim then has
/// less time.
const COUNT_DEADLINE: u32 = 700;
/// Milliseconds for each further request after a conflict. There are at most three.
const RETRY_DEADLINE: u32 = 240;

/// The number of attempts to claim a ticket.
const ATTEMPTS: u32 = 2;

/// The TwiML that dials the ticket's callee.
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
    // Most identities contain the practitioner's id, so the same round trip can read the limits.
    let guessed = practitioner_of(call.identity).map(|id| ["Practitioner/", &id].concat());
    let mut limits =
        guessed.as_deref().map_or_else(Vec::new, |who| limit_searches(&config.outbound, who, call.request.now));
    let mut asks = vec![(Ask::Fhir(FhirRequest::get(communication(id))), Some(READ_DEADLINE))];
    asks.extend(count_requests(&limits, READ_DEADLINE));
    let mut answers = host.ask_all(asks).await.into_iter();
    let prepared = read(answers.next().unwrap_or(Answer::Failed))?;
    let mut found: Vec<Option<Json>> = answers.map(Answer::ok).collect();

    let context = prepared.log.context();
    let practitioner = context.practitioner.clone().filter(|who| is_reference(who, "Practitioner"));
    let practitioner = practitioner.ok_or(Refusal::TicketInvalid)?;
    // Practitioner, number and callee must be as prepared, and not as someone edited them.
    if context.identity.as_deref() != Some(call.identity)
        || !prepared.is_sealed(&sealing)
        || !is_ticket_of(ticket, &prepared)
    {
        return Err(Refusal::TicketInvalid);
    }
    // The config may have changed since the ticket was issued.
    let policy = Policy::new(&config.outbound, numbers);
    let callee = policy.allows(context.number.as_deref().ok_or(Refusal::TicketInvalid)?)?;
    let is_own = is_claimed(&prepared, &event)?;
    // A number that is no longer ours is not shown.
    let from = prepared.from().and_then(|from| numbers.iter().find(|number| number.as_str() == from));
    let from = *from.ok_or(Refusal::TicketInvalid)?;
    // If Twilio lost the answer, it requests it again and gets the same.
    if !is_own {
        let mut deadline = CLAIM_DEADLINE;
        check_calling_hours(config, &callee, call.request.now, host).await?;
        if guessed.as_ref() != Some(&practitioner) {
            limits = limit_searches(&config.outbound, &practitioner, call.request.now);
            if !limits.is_empty() {
                found = host
                    .ask_all(count_requests(&limits, COUNT_DEADLINE).collect())
                    .await
                    .into_iter()
                    .map(Answer::ok)
                    .collect();
                deadline -= COUNT_DEADLINE;
            }
        }
        check_limits(&limits, &found)?;
        claim(call, prepared, &event, deadline, host).await?;
    }
    call.connect(&callee, from)
}

/// Whether the ticket was issued for the current content of the record. A record that was prepared at another time has
/// another ticket.
fn is_ticket_of(ticket: &str, prepared: &Prepared) -> bool {
    let since = prepared.log.context().prepared;
    since.is_some_and(|since| expiry_of(ticket) == Some(expires_at(since)))
}

fn communication(id: &str) -> String {
    ["Communication/", id].concat()
}

fn count_requests(limits: &[Limit], deadline: u32) -> impl Iterator<Item = (Ask, Option<u32>)> {
    limits.iter().map(move |limit| (Ask::Fhir(FhirRequest::get(limit.search.clone())), Some(deadline)))
}

fn read(answer: Answer) -> Result<Prepared, Refusal> {
    match answer {
        Answer::Done { status: 200..=299, body } => Prepared::read(body).ok_or(Refusal::TicketInvalid),
        Answer::Done { status: 404 | 410, .. } => Err(Refusal::TicketInvalid),
        _ => Err(Refusal::ChartUnavailable),
    }
}

/// Whether this call has claimed the ticket.
///
/// # Errors
/// [`Refusal::TicketUsed`] if another call has, or if it was canceled.
fn is_claimed(prepared: &Prepared, event: &CallEvent<'_>) -> Result<bool, Refusal> {
    match prepared.log.root() {
        Some(root) if root == event.sid.0 => Ok(true),
        None if prepared.status() == "preparation" => Ok(false),
        _ => Err(Refusal::TicketUsed),
    }
}

/// Writes the call into the ticket's record. Only the first call succeeds.
async fn claim(
    call: &BrowserCall<'_>,
    mut prepared: Prepared,
    event: &CallEvent<'_>,
    mut deadline: u32,
    host: &Host,
) -> Result<(), Refusal> {
    let read_again = communication(prepared.id());
    for _ in 0..ATTEMPTS {
        let mut log = prepared.log.clone();
        log.add(event);
        let request = Chart::of(prepared.resource).write(&log, call.request.base());
        let request = request.ok().flatten().ok_or(Refusal::ChartUnavailable)?;
        match host.ask(Ask::Fhir(request), Some(deadline)).await {
            Answer::Done { status: 200..=299, .. } => return Ok(()),
            Answer::Done { status: 409 | 412, .. } => {}
            // The claim may or may not be stored. Without a known claim, nothing is dialed.
            _ => return Err(Refusal::ChartUnavailable),
        }
        deadline = RETRY_DEADLINE;
        let answer = host.ask(Ask::Fhir(FhirRequest::get(read_again.clone())), Some(deadline)).await;
        prepared = read(answer)?;
        if is_claimed(&prepared, event)? {
            return Ok(());
        }
    }
    Err(Refusal::ChartUnavailable)
}
