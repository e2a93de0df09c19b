// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call without a ticket, where the config allows it: what the browser says of it is a claim, and policy alone decides.

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
use crate::outbound::{CallerId, PoolKey, at_this_hour, is_uuid, practitioner_of, show};
use crate::phone::E164;
use crate::policy::{Policy, Pool, Refusal, judge, searches};
use crate::runtime::{Answer, Ask, FhirRequest, Host};

/// Milliseconds that each of at most two reads and one write may take: callers wait less than three seconds.
const DEADLINE: u32 = 950;

/// Dials what the browser asks for, as far as policy allows. Without limits, context and a pool that the chart decides,
/// nothing is asked.
pub(super) async fn without_ticket(
    placing: &BrowserCall<'_>,
    host: &Host,
    codes: &mut Vec<Code>,
) -> Result<String, Refusal> {
    let (config, numbers) = (placing.request.clinic.config, placing.request.clinic.numbers);
    let outbound = &config.outbound;
    let callee = Policy::new(outbound, numbers).allows(placing.request.call.to.unwrap_or_default())?;
    at_this_hour(config, &callee, placing.request.now, host).await?;

    let limited = outbound.concurrent.is_some() || outbound.per_hour.is_some();
    let claims = Params(placing.request.pairs);
    let patient = claims.get("PatientId").and_then(|id| reference_to(id, "Patient"));
    let appointment = claims.get("AppointmentId").and_then(|id| reference_to(id, "Appointment"));
    let told = limited || patient.is_some() || appointment.is_some();
    let charted = told || outbound.pool == Pool::LeastRecentlyUsed;
    let who = if told || !outbound.practitioners.is_empty() { who(placing.identity, config) } else { Who::Unasked };

    // First who calls, where the identity alone does not tell, and which numbers were shown last.
    let mut practitioner = match &who {
        Who::Known(practitioner) | Who::Shaped(practitioner) => Some(practitioner.clone()),
        Who::Unasked | Who::Search(_) => None,
    };
    let mut limits = practitioner
        .as_deref()
        .map_or_else(Vec::new, |practitioner| searches(outbound, practitioner, placing.request.now));
    let mut caller_id = CallerId::of(config, numbers, practitioner.as_deref(), &mut Vec::new());
    let mut reads = match &who {
        Who::Search(search) => vec![FhirRequest::get(search.clone())],
        // The limits of somebody who does not exist hold no one.
        Who::Shaped(practitioner) if limited => vec![FhirRequest::get(practitioner.clone())],
        _ => Vec::new(),
    };
    let looked = reads.len() == 1;
    reads.extend(limits.iter().map(|limit| FhirRequest::get(limit.search.clone())));
    reads.extend(caller_id.reads());
    let mut answers = ask(reads, host).await;
    if looked && matches!(who, Who::Shaped(_)) {
        exists(answers.remove(0))?;
    }
    if matches!(who, Who::Search(_)) {
        let bundle = answers.remove(0).ok();
        practitioner = bundle.as_ref().and_then(only_practitioner);
        match &practitioner {
            Some(practitioner) => limits = searches(outbound, practitioner, placing.request.now),
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
    judge(&limits, &found)?;

    let event = CallEvent::opening(placing.request.pairs, placing.request.now);
    let sid = event.as_ref().map_or(placing.identity, |event| event.sid.0);
    let key = PoolKey { callee: &callee, call: sid };
    let from = caller_id.choose(last_uses, key).ok_or(Refusal::ChartUnavailable)?;
    if charted && let Some(event) = &event {
        let identity = Some(placing.identity.to_owned());
        let context = Context { patient, practitioner, appointment, identity, ..Context::default() };
        let request = record(placing, event, &context, from);
        // A chart that fails drops no call: its callbacks write it all the same.
        match host.ask(Ask::Fhir(request), Some(DEADLINE)).await {
            Answer::Done { status: 200..=299, .. } => {}
            Answer::Done { status: 400..=499, .. } => codes.push(Code::ChartRefused),
            _ => codes.push(Code::ChartUnavailable),
        }
    }
    placing.connect(&callee, from)
}

async fn ask(reads: Vec<FhirRequest>, host: &Host) -> Vec<Answer> {
    if reads.is_empty() {
        return Vec::new();
    }
    host.ask_all(reads.into_iter().map(|read| (Ask::Fhir(read), Some(DEADLINE))).collect()).await
}

/// How the caller is found.
enum Who {
    /// Nothing depends on it.
    Unasked,
    /// `Practitioner/<id>`, which the config binds the identity to.
    Known(String),
    /// The same by the form of the identity alone. Whether there is such a practitioner is not known.
    Shaped(String),
    /// A search by the identity.
    Search(String),
}

fn who(identity: &str, config: &Config) -> Who {
    // One's own id is a token's identity in either spelling.
    let id = if is_uuid(identity) { Some(identity.to_owned()) } else { practitioner_of(identity) };
    if let Some(id) = id.filter(|id| is_uuid(id)) {
        return Who::Shaped(["Practitioner/", &id].concat());
    }
    // An identity that is bound to one person alone says who it is, whatever stands on anybody's Practitioner.
    let bound = config.identities.get(identity).filter(|binding| binding.roles.is_empty());
    match bound.and_then(|binding| if let [only] = &*binding.practitioners { Some(only.clone()) } else { None }) {
        Some(practitioner) => Who::Known(practitioner),
        // The clinic's own word for somebody.
        None => Who::Search(
            ["Practitioner?identifier=", &search_value(&[IDENTITY, "|", identity].concat()), "&_count=2"].concat(),
        ),
    }
}

/// Refuses a practitioner who does not exist, or is not active.
fn exists(answer: Answer) -> Result<(), Refusal> {
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

/// The record of the call, made once.
fn record(placing: &BrowserCall<'_>, event: &CallEvent<'_>, context: &Context, from: E164<'_>) -> FhirRequest {
    let mut log = CallLog::of(core::slice::from_ref(event));
    log.know(context);
    let mut resource = log.write(None, placing.request.base());
    show(&mut resource, from.as_str());
    let criteria = ["identifier=", TWILIO, "|", &search_value(log.root().unwrap_or_default())].concat();
    FhirRequest::create(&resource, Some(criteria))
}
