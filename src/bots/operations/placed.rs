// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds a call that was placed by REST in Twilio's list, and writes it into its record.

use super::TIMEOUT;
use super::end_call::twilio_body;
use super::requester::read;
use crate::chart::{CallEvent, CallRecord, CallState, RecordFormat, StoreError, call_sid, is_complete, search_all};
use crate::error::Code;
use crate::fhir::element::is;
use crate::fhir::systems::TWILIO;
use crate::json::Json;
use crate::outbound::{LIFETIME, PreparedCall, SealingKeys, expires_at, pending_records, search_pending};
use crate::rest::TwilioRest;
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse, Reply};
use crate::text::percent_encode;
use crate::time::{MINUTE, parse_rfc2822};

/// The maximum difference between Twilio's clock and the server's, in milliseconds.
const MAX_CLOCK_SKEW: u64 = MINUTE / 2;

/// The number of attempts to write a record.
const ATTEMPTS: u32 = 3;

/// Reads from Twilio's list the calls between two numbers that were placed by REST at or after `since` (Unix time in
/// milliseconds).
async fn list_rest_calls(
    rest: &TwilioRest,
    (to, from): (&str, &str),
    since: u64,
    host: &Host,
) -> Result<Vec<Json>, Reply> {
    let list = rest.get("/Calls.json", &[("To", to), ("From", from), ("PageSize", "50")]);
    let body = twilio_body(host.send(HostRequest::Http(list), Some(TIMEOUT)).await)?;
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

/// Finds the call in Twilio's list that was placed for the record `own`. `None` if there is no such call. First verify
/// the record's seal, which proves that its phone, caller ID and time are as prepared.
///
/// # Errors
/// [`Code::OutboundUnknown`] if several calls match, or if the call may belong to another prepared record.
pub(super) async fn find_call(
    rest: &TwilioRest,
    own: &PreparedCall,
    sealing: &SealingKeys,
    now: u64,
    host: &Host,
) -> Result<Option<Json>, Reply> {
    let (phone, from) = (phone_of(own), own.from().unwrap_or_default());
    let since = own.state.context().prepared_at.ok_or(call_unknown())?;
    let mut calls = list_rest_calls(rest, (phone, from), since, host).await?;
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
    // Another prepared record is either pending or has a `CallSid`. Pending records are read first, so a record that
    // changes between the two reads is in at least one result.
    let requests = [search_pending(now), FhirRequest::get(criteria)].map(|ask| (HostRequest::Fhir(ask), Some(TIMEOUT)));
    let mut answers = host.send_all(requests.to_vec()).await.into_iter();
    let mut found = || read(answers.next().unwrap_or(HostResponse::Failed), "Communication");
    let (others, known) = (pending_records(found()?).ok_or(call_unknown())?, found()?);
    let is_another = |other: &PreparedCall| {
        let same = phone_of(other) == phone && other.from() == Some(from);
        other.id() != own.id() && same && may_have_called(other, now) && other.is_sealed(sealing)
    };
    if others.iter().any(is_another) || !is_complete(&known) {
        return Err(call_unknown());
    }
    let mut taken = Vec::new();
    let mut uncertain = false;
    for entry in known.take("entry").into_elements() {
        let Some(other) = PreparedCall::read(entry.take("resource")).filter(|other| other.id() != own.id()) else {
            continue;
        };
        let context = other.state.context();
        // Only prepared records belong to a `start-call` or `place-call`. A callback may have created the others.
        if let Some(root) = other.state.root_sid().filter(|_| context.prepared_at.is_some()) {
            let who = context.practitioner.as_deref().unwrap_or_default();
            uncertain |= !other.is_placed_by(who, root, sealing);
            taken.push(root.to_owned());
        }
    }
    calls.retain(|call| !taken.iter().any(|sid| is(call, "sid", sid)));
    match (calls.pop(), calls.is_empty()) {
        (Some(call), true) => Ok(Some(call)),
        // If staff wrote the `CallSid` into another record, the call must not be placed again.
        (None, _) if !uncertain => Ok(None),
        _ => Err(call_unknown()),
    }
}

/// Whether the list that [`find_call`] searches may contain the call of `other`. The list starts when the searched
/// record was prepared, at most ten minutes ago. Twilio is asked to place a call within ten minutes after its record
/// was prepared. Older records may be copies and are ignored.
fn may_have_called(other: &PreparedCall, now: u64) -> bool {
    let prepared = other.state.context().prepared_at.unwrap_or_default();
    now < prepared + 2 * LIFETIME * 1_000 + 2 * MAX_CLOCK_SKEW
}

/// Whether a request has expired. It has the same lifetime as a ticket.
pub(super) fn is_expired(prepared: &PreparedCall, now: u64) -> bool {
    now / 1_000 >= expires_at(prepared.state.context().prepared_at.unwrap_or_default())
}

/// The practitioner's phone, which rings first.
pub(super) fn phone_of(prepared: &PreparedCall) -> &str {
    prepared.state.context().practitioner_number.as_deref().unwrap_or_default()
}

fn call_unknown() -> Reply {
    Reply::Conflict(Code::OutboundUnknown.into())
}

/// Who placed a call, to seal the record.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    /// `Practitioner/<id>`.
    pub(super) who: &'a str,
    /// The keys of the seal.
    pub(super) sealing: &'a SealingKeys,
}

/// Writes the `CallSid` into a prepared record, and merges records that callbacks created in the meantime. With
/// `owner`, also seals who placed the call and what it dials. First verify the record's own seal.
pub(super) async fn record(
    mut prepared: PreparedCall,
    call: &Json,
    owner: Option<Owner<'_>>,
    format: RecordFormat<'_>,
    host: &Host,
) -> Result<(), Code> {
    let Some(event) = CallEvent::from_rest(call) else {
        return Err(Code::OutboundUnknown);
    };
    // The seal is over the verified record. A record that is read again may have been edited.
    let seal = owner.and_then(|Owner { who, sealing }| prepared.placed_seal(who, event.sid.0, sealing));
    let own = FhirRequest::get(["Communication/", prepared.id()].concat());
    let mut code = Code::ChartUnavailable;
    for attempt in 0..ATTEMPTS {
        let mut requests = vec![(HostRequest::Fhir(search_all(event.sid.0)), Some(TIMEOUT))];
        if attempt > 0 {
            requests.push((HostRequest::Fhir(own.clone()), Some(TIMEOUT)));
        }
        let mut answers = host.send_all(requests).await.into_iter();
        let others = CallbackRecords::read(answers.next().unwrap_or(HostResponse::Failed), &prepared, event.sid.0);
        if let Some(resource) = answers.next().and_then(HostResponse::ok)
            && let Some(again) = PreparedCall::read(resource)
        {
            prepared = again;
        }
        let mut state = prepared.state.clone();
        state.add(&event);
        state.merge_legs(&others.state);
        let unsealed = seal.as_deref().is_some_and(|seal| prepared.set_placed_seal(seal, format.extension_base));
        let call_record = CallRecord::of(prepared.resource.clone());
        let write = match call_record.write(&state, format) {
            Ok(Some(write)) => write,
            // The record already has the call, and only the seal is missing.
            Ok(None) if unsealed => FhirRequest::update(&prepared.resource).ok_or(Code::ChartRefused)?,
            Ok(None) => return Ok(()),
            Err(error) => return Err(error.code()),
        };
        let mut writes = others.writes;
        writes.push(write);
        let requests = writes.into_iter().map(|write| (HostRequest::Fhir(write), Some(TIMEOUT))).collect();
        let answer = host.send_all(requests).await.pop().unwrap_or(HostResponse::Failed);
        match call_record.check_write(&answer) {
            Ok(()) => return Ok(()),
            Err(StoreError::Retryable(why)) => code = why,
            Err(StoreError::Permanent(why)) => return Err(why),
        }
    }
    Err(code)
}

/// The records that callbacks created before the prepared record had the `CallSid`.
#[derive(Default)]
struct CallbackRecords {
    /// The merged call state of these records.
    state: CallState,
    /// The writes that mark them as entered in error.
    writes: Vec<FhirRequest>,
}

impl CallbackRecords {
    fn read(answer: HostResponse, own: &PreparedCall, root: &str) -> Self {
        let mut others = Self::default();
        for entry in answer.ok().unwrap_or_default().take("entry").into_elements() {
            let Some(mut other) = PreparedCall::read(entry.take("resource")) else { continue };
            if other.id() == own.id()
                || other.state.context().prepared_at.is_some()
                || other.status() == "entered-in-error"
            {
                continue;
            }
            // Staff may edit records. A record with another `CallSid` is ignored, and no record may change what was
            // prepared.
            if other.state.root_sid().is_none_or(|other| other == root) {
                others.state.merge_legs(&other.state);
            }
            other.resource.set("status", Json::of("entered-in-error"));
            others.writes.extend(FhirRequest::update(&other.resource));
        }
        others
    }
}
