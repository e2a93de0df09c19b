// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The input of an operation that places a call: the callee (a patient or a number), and the appointment.

use super::clinic_settings::{ClinicSettings, refusal_reply};
use super::requester::{Requester, read, reference};
use super::{invalid_argument, reference_argument, text_of};
use crate::chart::CallContext;
use crate::dialplan::MAX_CONTACT_POINTS;
use crate::error::Code;
use crate::fhir::element::{has_participant, is};
use crate::fhir::period::covers;
use crate::fhir::reference::is_id;
use crate::json::{Json, decimal};
use crate::outbound::{CallerIdChooser, ChosenCallerId, PoolKey, check_calling_hours};
use crate::phone::E164;
use crate::policy::{Limit, Policy, Refusal, check_limits, limit_searches};
use crate::runtime::{BotEvent, FhirRequest, Host, HostResponse, Reply};

/// The parsed input of the operation.
pub(super) struct CallRequest<'a> {
    patient: Option<String>,
    number: Option<&'a str>,
    appointment: Option<String>,
    /// `requestId`, if the input has one.
    pub(super) request: Option<String>,
}

/// A call that the requester may place, if [`check_limits`](Self::check_limits) also allows it.
pub(super) struct AllowedCall<'a> {
    /// The caller, the callee and the appointment, without the identity.
    pub(super) context: CallContext,
    /// The caller ID.
    pub(super) chosen: ChosenCallerId<'a>,
    /// The practitioner who places the call.
    pub(super) requester: Requester,
    /// The responses to the additional requests.
    pub(super) more: Vec<HostResponse>,
    limits: Vec<Limit>,
    counted: Vec<Option<Json>>,
}

impl AllowedCall<'_> {
    /// Checks the calling hours and the limits of the requester.
    pub(super) async fn check_limits(&self, settings: &ClinicSettings, now: u64, host: &Host) -> Result<(), Reply> {
        let callee = self.context.number.as_deref().unwrap_or_default();
        check_calling_hours(&settings.config, callee, now, host).await.map_err(refusal_reply)?;
        check_limits(&self.limits, &self.counted).map_err(refusal_reply)
    }
}

impl<'a> CallRequest<'a> {
    /// Reads `{ patient?, number?, appointment?, requestId? }`. The input must have a patient or a number. It has both
    /// to call the patient at a number that is not in the chart.
    pub(super) fn read(event: &'a BotEvent) -> Result<Self, Reply> {
        let input = &event.input;
        let request = match text_of(input, "requestId")? {
            None => None,
            Some(id) if is_id(id) => {
                let who = reference(event)?.rsplit_once('/').map_or("", |(_, id)| id);
                Some([who, ".", id].concat())
            }
            Some(_) => return Err(invalid_argument("requestId")),
        };
        let call_request = Self {
            patient: reference_argument(input, "patient", "Patient")?,
            number: text_of(input, "number")?,
            appointment: reference_argument(input, "appointment", "Appointment")?,
            request,
        };
        if call_request.patient.is_none() && call_request.number.is_none() {
            Err(invalid_argument("patient"))
        } else {
            Ok(call_request)
        }
    }

    /// Checks that the requester may call the callee, and chooses the caller ID. One round trip sends all reads,
    /// including `more`. [`AllowedCall::check_limits`] checks the calling hours and limits.
    pub(super) async fn check_call<'o>(
        &self,
        event: &BotEvent,
        settings: &'o ClinicSettings,
        numbers: &'o [E164<'o>],
        more: Vec<FhirRequest>,
        host: &Host,
        log: &mut Vec<Code>,
    ) -> Result<AllowedCall<'o>, Reply> {
        let who = reference(event)?;
        let outbound = &settings.config.outbound;
        let limits = limit_searches(outbound, who, numbers, event.now);
        let caller_id = CallerIdChooser::of(&settings.config, numbers, Some(who), log);
        let mut reads: Vec<FhirRequest> = Vec::new();
        reads.extend(self.patient.clone().map(FhirRequest::get));
        reads.extend(self.appointment.clone().map(FhirRequest::get));
        reads.extend(limits.iter().map(|limit: &Limit| FhirRequest::get(limit.search.clone())));
        let last_calls = caller_id.reads();
        let count = last_calls.len();
        reads.extend(last_calls);
        reads.extend(more);
        let (requester, answers) = Requester::of(event, &settings.config, reads, host).await?;

        let mut answers = answers.into_iter();
        let mut next = || answers.next().unwrap_or(HostResponse::Failed);
        let patient = self.patient.as_ref().map(|_| read(next(), "Patient")).transpose()?;
        let appointment = self.appointment.as_ref().map(|_| read(next(), "Appointment")).transpose()?;
        if let (Some(appointment), Some(patient)) = (&appointment, &self.patient)
            && has_participant(appointment, patient) == Some(false)
        {
            return Err(invalid_argument("appointment"));
        }
        let policy = Policy::new(outbound, numbers);
        let callee = match (self.number, &patient) {
            (Some(number), _) => policy.allows_typed(number).map_err(refusal_reply)?,
            (None, patient) => number_of(patient.as_ref().unwrap_or(&Json::Null), &policy, event.now)?,
        };
        let counted: Vec<Option<Json>> = limits.iter().map(|_| next().ok()).collect();
        let last_calls: Vec<HostResponse> = (0..count).map(|_| next()).collect();

        let moment = [who, ".", &decimal(event.now)].concat();
        let key = PoolKey { callee: &callee, call: self.request.as_deref().unwrap_or(&moment) };
        let chosen = caller_id.choose(last_calls, key, log).ok_or(refusal_reply(Refusal::ChartUnavailable))?;
        let context = CallContext {
            patient: self.patient.clone(),
            practitioner: Some(who.to_owned()),
            appointment: self.appointment.clone(),
            number: Some(callee),
            prepared_at: Some(event.now),
            ..CallContext::default()
        };
        Ok(AllowedCall { context, chosen, requester, more: answers.collect(), limits, counted })
    }
}

/// The best number of a patient or practitioner that the policy allows: mobile numbers first, then by `rank`, then in
/// the order of `telecom`.
pub(super) fn number_of(person: &Json, policy: &Policy<'_>, now: u64) -> Result<String, Reply> {
    let mut first = None;
    for number in numbers_of(person, now) {
        match policy.allows_typed(number) {
            Ok(number) => return Ok(number),
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    Err(first.map_or(Reply::Invalid(Code::OutboundNoNumber.into()), refusal_reply))
}

/// The phone numbers of a person, best first. It uses `system`, `use`, `rank` and `period` of the first
/// [`MAX_CONTACT_POINTS`] entries of `telecom`.
pub(super) fn numbers_of(person: &Json, now: u64) -> Vec<&str> {
    let mut numbers: Vec<((bool, u32), &str)> = Vec::new();
    for point in person.get("telecom").map(Json::elements).unwrap_or_default().iter().take(MAX_CONTACT_POINTS) {
        let current = point.get("period").is_none_or(|period| covers(period, now));
        if is(point, "use", "old") || !current || !(is(point, "system", "phone") || is(point, "system", "sms")) {
            continue;
        }
        if let Some(number) = point.get("value").and_then(Json::text) {
            let rank = point.get("rank").and_then(Json::integer).unwrap_or(u32::MAX);
            let key = (!is(point, "use", "mobile"), rank);
            let at = numbers.iter().position(|(known, _)| *known > key).unwrap_or(numbers.len());
            numbers.insert(at, (key, number));
        }
    }
    numbers.into_iter().map(|(_, number)| number).collect()
}
