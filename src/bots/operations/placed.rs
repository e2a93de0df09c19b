// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds a call that was placed by REST in Twilio's list, and writes it into its record.

use super::DEADLINE;
use super::end_call::twilio_body;
use super::requester::read;
use crate::chart::{CallEvent, CallLog, Chart, StoreError, call_sid, is_complete, search_all};
use crate::error::Code;
use crate::fhir::element::is;
use crate::fhir::systems::TWILIO;
use crate::json::Json;
use crate::outbound::{LIFETIME, Prepared, SealingKeys, expires_at, pending_records, search_pending};
use crate::rest::Rest;
use crate::runtime::{Answer, Ask, FhirRequest, Host, Reply};
use crate::text::percent_encode;
use crate::time::{MINUTE, parse_rfc2822};

/// The maximum difference between Twilio's clock and ours.
const MAX_CLOCK_SKEW: u64 = MINUTE / 2;

/// The number of attempts to write a record.
const ATTEMPTS: u32 = 3;

/// The calls between two numbers that were placed by REST since `since`.
async fn listed(rest: &Rest, (to, from): (&str, &str), since: u64, host: &Host) -> Result<Vec<Json>, Reply> {
    let list = rest.get("/Calls.json", &[("To", to), ("From", from), ("PageSize", "50")]);
    let body = twilio_body(host.ask(Ask::Http(list), Some(DEADLINE)).await)?;
    let mut calls = body.take("calls").into_elements();
    calls.retain(|call| {
        let at = call.get("date_created").or(call.get("start_time")).and_then(Json::text).and_then(parse_rfc2822);
        // A call without a time has not started yet.
        let recent = at.is_none_or(|at| at + MAX_CLOCK_SKEW >= since);
        recent && is(call, "direction", "outbound-api") && call.get("sid").and_then(Json::text).is_some_and(is_sid)
    });
    Ok(calls)
}

fn is_sid(text: &str) -> bool {
    call_sid(text).is_some()
}

/// The call in Twilio's list that was placed for the intent of a record. The record's seal was verified, so phone,
/// number and time are as prepared. `None` if there is no such call.
///
/// # Errors
/// [`Code::OutboundUnknown`] if there are several, or if the call may belong to another intent.
pub(super) async fn find_call(
    rest: &Rest,
    own: &Prepared,
    sealing: &SealingKeys,
    now: u64,
    host: &Host,
) -> Result<Option<Json>, Reply> {
    let (phone, from) = (phone_of(own), own.from().unwrap_or_default());
    let since = own.log.context().prepared.ok_or(call_unknown())?;
    let mut calls = listed(rest, (phone, from), since, host).await?;
    if calls.is_empty() {
        return Ok(None);
    }
    let mut criteria = String::from("Communication?identifier=");
    for (index, call) in calls.iter().enumerate() {
        criteria.push_str(if index == 0 { "" } else { "," });
        let sid = call.get("sid").and_then(Json::text).unwrap_or_default();
        criteria.push_str(&percent_encode(&[TWILIO, "|", sid].concat()));
    }
    criteria.push_str("&_sort=identifier&_count=1000");
    // The record of another intent waits for its call, or names it. The waiting records are read first, so a record
    // that is written between the two reads is in one of them.
    let asks = [search_pending(now), FhirRequest::get(criteria)].map(|ask| (Ask::Fhir(ask), Some(DEADLINE)));
    let mut answers = host.ask_all(asks.to_vec()).await.into_iter();
    let mut found = || read(answers.next().unwrap_or(Answer::Failed), "Communication");
    let (others, known) = (pending_records(found()?).ok_or(call_unknown())?, found()?);
    let is_another = |other: &Prepared| {
        let same = phone_of(other) == phone && other.from() == Some(from);
        other.id() != own.id() && same && may_have_called(other, now) && other.is_sealed(sealing)
    };
    if others.iter().any(is_another) || !is_complete(&known) {
        return Err(call_unknown());
    }
    let mut taken = Vec::new();
    let mut uncertain = false;
    for entry in known.take("entry").into_elements() {
        let Some(other) = Prepared::read(entry.take("resource")).filter(|other| other.id() != own.id()) else {
            continue;
        };
        let context = other.log.context();
        // A record that a callback created was not prepared.
        if let Some(root) = other.log.root().filter(|_| context.prepared.is_some()) {
            let who = context.practitioner.as_deref().unwrap_or_default();
            uncertain |= !other.is_placed_by(who, root, sealing);
            taken.push(root.to_owned());
        }
    }
    calls.retain(|call| !taken.iter().any(|sid| is(call, "sid", sid)));
    match (calls.pop(), calls.is_empty()) {
        (Some(call), true) => Ok(Some(call)),
        // Staff may have pointed a record at the call. That must not place the call again.
        (None, _) if !uncertain => Ok(None),
        _ => Err(call_unknown()),
    }
}

/// Whether the call of another record may be in the list for a record that was prepared within the last ten minutes. A
/// call is sent within ten minutes, too. Older records may be copies and do not count.
fn may_have_called(other: &Prepared, now: u64) -> bool {
    let prepared = other.log.context().prepared.unwrap_or_default();
    now < prepared + 2 * LIFETIME * 1_000 + 2 * MAX_CLOCK_SKEW
}

/// Whether a request has expired. Its lifetime is that of a ticket.
pub(super) fn is_expired(prepared: &Prepared, now: u64) -> bool {
    now / 1_000 >= expires_at(prepared.log.context().prepared.unwrap_or_default())
}

/// The phone that rings first.
pub(super) fn phone_of(prepared: &Prepared) -> &str {
    prepared.log.context().practitioner_number.as_deref().unwrap_or_default()
}

fn call_unknown() -> Reply {
    Reply::Conflict(Code::OutboundUnknown.into())
}

/// Who placed a call, for its seal.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    /// `Practitioner/<id>`.
    pub(super) who: &'a str,
    /// The keys of the seal.
    pub(super) sealing: &'a SealingKeys,
}

/// Writes the `CallSid` into the record of an intent. With `owner`, it also seals whose call it is and what it dials;
/// the record's own seal was verified before. It includes the records that callbacks created in the meantime.
pub(super) async fn record(
    mut prepared: Prepared,
    call: &Json,
    owner: Option<Owner<'_>>,
    base: &str,
    host: &Host,
) -> Result<(), Code> {
    let Some(event) = CallEvent::from_rest(call) else {
        return Err(Code::OutboundUnknown);
    };
    // The seal covers what was prepared and verified. A record that is read again may have been edited.
    let seal = owner.and_then(|Owner { who, sealing }| prepared.placed_seal(who, event.sid.0, sealing));
    let own = FhirRequest::get(["Communication/", prepared.id()].concat());
    let mut code = Code::ChartUnavailable;
    for attempt in 0..ATTEMPTS {
        let mut asks = vec![(Ask::Fhir(search_all(event.sid.0)), Some(DEADLINE))];
        if attempt > 0 {
            asks.push((Ask::Fhir(own.clone()), Some(DEADLINE)));
        }
        let mut answers = host.ask_all(asks).await.into_iter();
        let others = CallbackRecords::read(answers.next().unwrap_or(Answer::Failed), &prepared, event.sid.0);
        if let Some(resource) = answers.next().and_then(Answer::ok)
            && let Some(again) = Prepared::read(resource)
        {
            prepared = again;
        }
        let mut log = prepared.log.clone();
        log.add(&event);
        log.merge_legs(&others.log);
        let unsealed = seal.as_deref().is_some_and(|seal| prepared.set_placed_seal(seal, base));
        let chart = Chart::of(prepared.resource.clone());
        let write = match chart.write(&log, base) {
            Ok(Some(write)) => write,
            // The record has the call already, and only the seal is missing.
            Ok(None) if unsealed => FhirRequest::update(&prepared.resource).ok_or(Code::ChartRefused)?,
            Ok(None) => return Ok(()),
            Err(error) => return Err(error.code()),
        };
        let mut writes = others.writes;
        writes.push(write);
        let asks = writes.into_iter().map(|write| (Ask::Fhir(write), Some(DEADLINE))).collect();
        let answer = host.ask_all(asks).await.pop().unwrap_or(Answer::Failed);
        match chart.check_write(&answer) {
            Ok(()) => return Ok(()),
            Err(StoreError::Retryable(why)) => code = why,
            Err(StoreError::Permanent(why)) => return Err(why),
        }
    }
    Err(code)
}

/// The records that callbacks created before the call's own record was known.
#[derive(Default)]
struct CallbackRecords {
    /// What these records know.
    log: CallLog,
    /// The writes that mark them as entered in error.
    writes: Vec<FhirRequest>,
}

impl CallbackRecords {
    fn read(answer: Answer, own: &Prepared, root: &str) -> Self {
        let mut others = Self::default();
        for entry in answer.ok().unwrap_or_default().take("entry").into_elements() {
            let Some(mut other) = Prepared::read(entry.take("resource")) else { continue };
            if other.id() == own.id() || other.log.context().prepared.is_some() || other.status() == "entered-in-error"
            {
                continue;
            }
            // Staff may edit records. A record that names another call does not count for this one, and none of them
            // may change what was prepared.
            if other.log.root().is_none_or(|other| other == root) {
                others.log.merge_legs(&other.log);
            }
            other.resource.set("status", Json::of("entered-in-error"));
            others.writes.extend(FhirRequest::update(&other.resource));
        }
        others
    }
}
