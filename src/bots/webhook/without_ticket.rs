// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call without a ticket, if the config allows it. The browser's parameters are not trusted; only the policy decides.

use super::browser_call::BrowserCall;
use crate::chart::{CallEvent, CallLog, Context};
use crate::dialplan::Params;
use crate::dialplan::config::Config;
use crate::error::Code;
use crate::fhir::element::is;
use crate::fhir::reference::reference_to;
use crate::fhir::search::search_value;
use crate::fhir::systems::{IDENTITY, TWILIO};
use crate::json::Json;
use crate::outbound::{CallerId, PoolKey, check_calling_hours, is_uuid, practitioner_of, set_caller_id};
use crate::phone::E164;
use crate::policy::{Policy, Pool, Refusal, check_limits, limit_searches};
use crate::runtime::{Answer, Ask, FhirRequest, Host};

/// Milliseconds for each of at most two reads and one write. The caller waits less than three seconds.
const DEADLINE: u32 = 950;

/// The TwiML that dials what the browser asks for, if the policy allows it. Nothing is read unless there are limits, a
/// context, or a pool that depends on the chart.
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
    let claims = Params(call.request.pairs);
    let patient = claims.get("PatientId").and_then(|id| reference_to(id, "Patient"));
    let appointment = claims.get("AppointmentId").and_then(|id| reference_to(id, "Appointment"));
    let needs_caller = limited || patient.is_some() || appointment.is_some();
    let has_record = needs_caller || outbound.pool == Pool::LeastRecentlyUsed;
    let lookup = if needs_caller || !outbound.practitioners.is_empty() {
        caller_lookup(call.identity, config)
    } else {
        CallerLookup::NotNeeded
    };

    // First the caller, unless the identity is enough, and which numbers were last shown.
    let mut practitioner = match &lookup {
        CallerLookup::Bound(practitioner) | CallerLookup::FromIdentity(practitioner) => Some(practitioner.clone()),
        CallerLookup::NotNeeded | CallerLookup::Search(_) => None,
    };
    let mut limits = practitioner
        .as_deref()
        .map_or_else(Vec::new, |practitioner| limit_searches(outbound, practitioner, call.request.now));
    let mut caller_id = CallerId::of(config, numbers, practitioner.as_deref(), &mut Vec::new());
    let mut reads = match &lookup {
        CallerLookup::Search(search) => vec![FhirRequest::get(search.clone())],
        // The limits of a practitioner who does not exist would limit no one.
        CallerLookup::FromIdentity(practitioner) if limited => vec![FhirRequest::get(practitioner.clone())],
        _ => Vec::new(),
    };
    let has_lookup = reads.len() == 1;
    reads.extend(limits.iter().map(|limit| FhirRequest::get(limit.search.clone())));
    reads.extend(caller_id.reads());
    let mut answers = ask(reads, host).await;
    if has_lookup && matches!(lookup, CallerLookup::FromIdentity(_)) {
        check_practitioner(answers.remove(0))?;
    }
    if matches!(lookup, CallerLookup::Search(_)) {
        let bundle = answers.remove(0).ok();
        practitioner = bundle.as_ref().and_then(only_practitioner);
        match &practitioner {
            Some(practitioner) => limits = limit_searches(outbound, practitioner, call.request.now),
            None if bundle.is_none() && limited => return Err(Refusal::ChartUnavailable),
            None if limited => return Err(Refusal::CallerUnknown),
            None => {}
        }
        caller_id = CallerId::of(config, numbers, practitioner.as_deref(), codes);
        let mut counts = ask(limits.iter().map(|limit| FhirRequest::get(limit.search.clone())).collect(), host).await;
        counts.append(&mut answers);
        answers = counts;
    } else {
        caller_id = CallerId::of(config, numbers, practitioner.as_deref(), codes);
    }
    let last_uses = answers.split_off(limits.len().min(answers.len()));
    let found: Vec<Option<Json>> = answers.into_iter().map(Answer::ok).collect();
    check_limits(&limits, &found)?;

    let event = CallEvent::from_first_request(call.request.pairs, call.request.now);
    let sid = event.as_ref().map_or(call.identity, |event| event.sid.0);
    let key = PoolKey { callee: &callee, call: sid };
    let from = caller_id.choose(last_uses, key).ok_or(Refusal::ChartUnavailable)?;
    if has_record && let Some(event) = &event {
        let identity = Some(call.identity.to_owned());
        let context = Context { patient, practitioner, appointment, identity, ..Context::default() };
        let request = record(call, event, &context, from);
        // A failed write must not drop the call. The callbacks write the record, too.
        match host.ask(Ask::Fhir(request), Some(DEADLINE)).await {
            Answer::Done { status: 200..=299, .. } => {}
            Answer::Done { status: 400..=499, .. } => codes.push(Code::ChartRefused),
            _ => codes.push(Code::ChartUnavailable),
        }
    }
    call.connect(&callee, from)
}

async fn ask(reads: Vec<FhirRequest>, host: &Host) -> Vec<Answer> {
    if reads.is_empty() {
        return Vec::new();
    }
    host.ask_all(reads.into_iter().map(|read| (Ask::Fhir(read), Some(DEADLINE))).collect()).await
}

/// How the caller is found.
enum CallerLookup {
    /// The caller is not needed.
    NotNeeded,
    /// `Practitioner/<id>`, which the config binds the identity to.
    Bound(String),
    /// `Practitioner/<id>` from the form of the identity. The practitioner may not exist.
    FromIdentity(String),
    /// A search by the identity.
    Search(String),
}

fn caller_lookup(identity: &str, config: &Config) -> CallerLookup {
    // A token's identity may be the practitioner's id in either spelling.
    let id = if is_uuid(identity) { Some(identity.to_owned()) } else { practitioner_of(identity) };
    if let Some(id) = id.filter(|id| is_uuid(id)) {
        return CallerLookup::FromIdentity(["Practitioner/", &id].concat());
    }
    // An identity that is bound to one person identifies that person, whatever other `Practitioner`s contain.
    let bound = config.identities.get(identity).filter(|binding| binding.roles.is_empty());
    match bound.and_then(|binding| if let [only] = &*binding.practitioners { Some(only.clone()) } else { None }) {
        Some(practitioner) => CallerLookup::Bound(practitioner),
        // The clinic chose the identity.
        None => CallerLookup::Search(
            ["Practitioner?identifier=", &search_value(&[IDENTITY, "|", identity].concat()), "&_count=2"].concat(),
        ),
    }
}

/// Refuses a practitioner who does not exist or is not active.
fn check_practitioner(answer: Answer) -> Result<(), Refusal> {
    match answer {
        Answer::Done { status: 200..=299, body } if is(&body, "resourceType", "Practitioner") => {
            let active = body.get("active").and_then(Json::boolean) != Some(false);
            if active { Ok(()) } else { Err(Refusal::CallerUnknown) }
        }
        Answer::Done { status: 404 | 410, .. } => Err(Refusal::CallerUnknown),
        _ => Err(Refusal::ChartUnavailable),
    }
}

fn only_practitioner(bundle: &Json) -> Option<String> {
    let [entry] = bundle.get("entry")?.elements() else {
        return None;
    };
    reference_to(entry.at(&["resource", "id"])?.text()?, "Practitioner")
}

/// The request that creates the record of the call.
fn record(call: &BrowserCall<'_>, event: &CallEvent<'_>, context: &Context, from: E164<'_>) -> FhirRequest {
    let mut log = CallLog::of(core::slice::from_ref(event));
    log.add_context(context);
    let mut resource = log.write(None, call.request.base());
    set_caller_id(&mut resource, from.as_str());
    let criteria = ["identifier=", TWILIO, "|", &search_value(log.root().unwrap_or_default())].concat();
    FhirRequest::create(&resource, Some(criteria))
}
