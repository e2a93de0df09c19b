// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Answers a browser's call without a ticket, if the config allows such calls. The bot does not trust the browser's
//! parameters: only the policy decides which number may be dialed.

use super::browser_call::BrowserCall;
use crate::chart::{CallContext, CallEvent, CallState};
use crate::dialplan::Params;
use crate::dialplan::config::Config;
use crate::error::Code;
use crate::fhir::element::is;
use crate::fhir::reference::reference_to;
use crate::fhir::search::search_value;
use crate::fhir::systems::{IDENTITY, TWILIO};
use crate::json::Json;
use crate::outbound::{
    CallerIdChooser, ChosenCallerId, PoolKey, check_calling_hours, id_in_identity, is_uuid, set_caller_id,
};
use crate::policy::{Policy, Pool, Refusal, check_limits, limit_searches};
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse};

/// The timeout of each round trip, in milliseconds. There are at most two reads and one write, so the caller waits less
/// than three seconds.
const TIMEOUT: u32 = 950;

/// Returns the TwiML that dials the requested number, if the policy allows it. The chart is read only for limits, for a
/// patient or appointment, and for a pool that depends on earlier calls.
pub(super) async fn without_ticket(
    call: &BrowserCall<'_>,
    host: &Host,
    codes: &mut Vec<Code>,
) -> Result<String, Refusal> {
    let (config, numbers) = (call.request.clinic.config, call.request.clinic.numbers);
    let outbound = &config.outbound;
    let callee = Policy::new(outbound, numbers).allows(call.request.call.to.unwrap_or_default())?;
    check_calling_hours(config, &callee, call.request.now, host).await?;

    let limited = outbound.concurrent.is_some() || outbound.per_hour.is_some();
    let params = Params(call.request.pairs);
    let patient = params.spelled("patientid").and_then(|id| reference_to(id, "Patient"));
    let appointment = params.spelled("appointmentid").and_then(|id| reference_to(id, "Appointment"));
    let needs_caller = limited || patient.is_some() || appointment.is_some();
    // The next call needs the record of this one.
    let writes_record = needs_caller || matches!(outbound.pool, Pool::LeastRecentlyUsed | Pool::RoundRobin);
    let lookup = if needs_caller || !outbound.practitioners.is_empty() {
        caller_lookup(call.identity, config)
    } else {
        CallerLookup::NotNeeded
    };

    // The first round trip reads the caller (unless the identity is enough), and the last use of each caller ID.
    let mut practitioner = match &lookup {
        CallerLookup::Bound(practitioner) | CallerLookup::FromIdentity(practitioner) => Some(practitioner.clone()),
        CallerLookup::NotNeeded | CallerLookup::Search(_) => None,
    };
    let mut limits = practitioner
        .as_deref()
        .map_or_else(Vec::new, |practitioner| limit_searches(outbound, practitioner, numbers, call.request.now));
    let mut caller_id = CallerIdChooser::of(config, numbers, practitioner.as_deref(), &mut Vec::new());
    let mut reads = match &lookup {
        CallerLookup::Search(search) => vec![FhirRequest::get(search.clone())],
        // A count for a practitioner who does not exist is always 0, so the practitioner must exist.
        CallerLookup::FromIdentity(practitioner) if limited => vec![FhirRequest::get(practitioner.clone())],
        _ => Vec::new(),
    };
    let has_lookup = reads.len() == 1;
    reads.extend(limits.iter().map(|limit| FhirRequest::get(limit.search.clone())));
    reads.extend(caller_id.reads());
    let mut answers = read_all(reads, host).await;
    if has_lookup && matches!(lookup, CallerLookup::FromIdentity(_)) {
        check_practitioner(answers.remove(0))?;
    }
    if matches!(lookup, CallerLookup::Search(_)) {
        let bundle = answers.remove(0).ok();
        practitioner = bundle.as_ref().and_then(only_practitioner);
        match &practitioner {
            Some(practitioner) => limits = limit_searches(outbound, practitioner, numbers, call.request.now),
            None if bundle.is_none() && limited => return Err(Refusal::ChartUnavailable),
            None if limited => return Err(Refusal::CallerUnknown),
            None => {}
        }
        caller_id = CallerIdChooser::of(config, numbers, practitioner.as_deref(), codes);
        let mut counts =
            read_all(limits.iter().map(|limit| FhirRequest::get(limit.search.clone())).collect(), host).await;
        counts.append(&mut answers);
        answers = counts;
    } else {
        caller_id = CallerIdChooser::of(config, numbers, practitioner.as_deref(), codes);
    }
    let last_uses = answers.split_off(limits.len().min(answers.len()));
    let found: Vec<Option<Json>> = answers.into_iter().map(HostResponse::ok).collect();
    check_limits(&limits, &found)?;

    let event = CallEvent::from_first_request(call.request.pairs, call.request.now);
    let sid = event.as_ref().map_or(call.identity, |event| event.sid.0);
    let key = PoolKey { callee: &callee, call: sid };
    let chosen = caller_id.choose(last_uses, key, codes).ok_or(Refusal::ChartUnavailable)?;
    if writes_record && let Some(event) = &event {
        let identity = Some(call.identity.to_owned());
        let context = CallContext { patient, practitioner, appointment, identity, ..CallContext::default() };
        let request = record(call, event, &context, chosen);
        // A failed write must not end the call. The callbacks also write the record.
        match host.send(HostRequest::Fhir(request), Some(TIMEOUT)).await {
            HostResponse::Done { status: 200..=299, .. } => {}
            HostResponse::Done { status: 400..=499, .. } => codes.push(Code::ChartRefused),
            _ => codes.push(Code::ChartUnavailable),
        }
    }
    call.connect(&callee, chosen.number)
}

async fn read_all(reads: Vec<FhirRequest>, host: &Host) -> Vec<HostResponse> {
    if reads.is_empty() {
        return Vec::new();
    }
    host.send_all(reads.into_iter().map(|read| (HostRequest::Fhir(read), Some(TIMEOUT))).collect()).await
}

/// How the bot finds the practitioner who calls.
enum CallerLookup {
    /// The practitioner is not needed.
    NotNeeded,
    /// `Practitioner/<id>`: the config binds the identity to this practitioner.
    Bound(String),
    /// `Practitioner/<id>`: the identity contains this id. The practitioner may not exist.
    FromIdentity(String),
    /// The URL of a search for the `Practitioner` with the identity.
    Search(String),
}

fn caller_lookup(identity: &str, config: &Config) -> CallerLookup {
    // An identity may be the practitioner's id with `-` or with `_`.
    let id = if is_uuid(identity) { Some(identity.to_owned()) } else { id_in_identity(identity) };
    if let Some(id) = id.filter(|id| is_uuid(id)) {
        return CallerLookup::FromIdentity(["Practitioner/", &id].concat());
    }
    match config.practitioner_of_identity(identity) {
        Some(practitioner) => CallerLookup::Bound(practitioner.to_owned()),
        // The identity is a name that the clinic chose.
        None => CallerLookup::Search(
            ["Practitioner?identifier=", &search_value(&[IDENTITY, "|", identity].concat()), "&_count=2"].concat(),
        ),
    }
}

/// Refuses a practitioner who does not exist or is not active.
fn check_practitioner(answer: HostResponse) -> Result<(), Refusal> {
    match answer {
        HostResponse::Done { status: 200..=299, body } if is(&body, "resourceType", "Practitioner") => {
            if is_active(&body) { Ok(()) } else { Err(Refusal::CallerUnknown) }
        }
        HostResponse::Done { status: 404 | 410, .. } => Err(Refusal::CallerUnknown),
        _ => Err(Refusal::ChartUnavailable),
    }
}

fn is_active(practitioner: &Json) -> bool {
    practitioner.get("active").and_then(Json::boolean) != Some(false)
}

fn only_practitioner(bundle: &Json) -> Option<String> {
    let [entry] = bundle.get("entry")?.elements() else {
        return None;
    };
    let practitioner = entry.get("resource").filter(|resource| is_active(resource))?;
    reference_to(practitioner.get("id")?.text()?, "Practitioner")
}

/// The request that creates the record of the call.
fn record(
    call: &BrowserCall<'_>,
    event: &CallEvent<'_>,
    context: &CallContext,
    chosen: ChosenCallerId<'_>,
) -> FhirRequest {
    let mut state = CallState::of(core::slice::from_ref(event));
    state.add_context(context);
    let mut resource = state.write(None, call.request.record_format());
    set_caller_id(&mut resource, chosen.number.as_str(), chosen.position);
    let criteria = ["identifier=", TWILIO, "|", &search_value(state.root_sid().unwrap_or_default())].concat();
    FhirRequest::create(&resource, Some(criteria))
}
