// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Whom an operation is to call: a patient, or a number; and about which appointment.

use super::clinic_settings::{ClinicSettings, refused};
use super::requester::{Requester, read, reference};
use super::{text_of, wrong};
use crate::chart::Context;
use crate::dialplan::MAX_POINTS;
use crate::error::Code;
use crate::fhir::element::{is, takes_part};
use crate::fhir::period::covers;
use crate::fhir::reference::{is_id, reference_to};
use crate::json::{Json, decimal};
use crate::outbound::{CallerId, PoolKey, at_this_hour};
use crate::phone::E164;
use crate::policy::{Limit, Policy, Refusal, judge, searches};
use crate::runtime::{Answer, BotEvent, FhirRequest, Host, Reply};

/// What was asked for.
pub(super) struct CallRequest<'a> {
    patient: Option<String>,
    number: Option<&'a str>,
    appointment: Option<String>,
    /// The identifier of the request, where it has one.
    pub(super) request: Option<String>,
}

/// A call that may be placed.
pub(super) struct CallTarget<'a> {
    /// Who calls whom, about what; without the identity.
    pub(super) context: Context,
    /// The number of ours that the callee sees.
    pub(super) from: E164<'a>,
    /// Who calls.
    pub(super) requester: Requester,
    /// The answers to what was read besides.
    pub(super) more: Vec<Answer>,
    limits: Vec<Limit>,
    counted: Vec<Option<Json>>,
}

impl CallTarget<'_> {
    /// Finds out whether the call may be placed at this hour, and besides those that the requester has placed.
    pub(super) async fn admit(&self, office: &ClinicSettings, now: u64, host: &Host) -> Result<(), Reply> {
        let callee = self.context.number.as_deref().unwrap_or_default();
        at_this_hour(&office.config, callee, now, host).await.map_err(refused)?;
        judge(&self.limits, &self.counted).map_err(refused)
    }
}

impl<'a> CallRequest<'a> {
    /// Reads `{ patient?, number?, appointment?, requestId? }`: a patient or a number, or both where a patient is called
    /// at a number that is not in the chart.
    pub(super) fn read(knock: &'a BotEvent) -> Result<Self, Reply> {
        let input = &knock.input;
        let resource = |name, kind| -> Result<Option<String>, Reply> {
            text_of(input, name)?.map(|text| reference_to(text, kind).ok_or(wrong(name))).transpose()
        };
        let request = match text_of(input, "requestId")? {
            None => None,
            Some(id) if is_id(id) => {
                let who = reference(knock)?.rsplit_once('/').map_or("", |(_, id)| id);
                Some([who, ".", id].concat())
            }
            Some(_) => return Err(wrong("requestId")),
        };
        let wish = Self {
            patient: resource("patient", "Patient")?,
            number: text_of(input, "number")?,
            appointment: resource("appointment", "Appointment")?,
            request,
        };
        if wish.patient.is_none() && wish.number.is_none() { Err(wrong("patient")) } else { Ok(wish) }
    }

    /// Finds out whether the requester may call them, and from which number. One round trip reads all there is to know,
    /// `more` included; when and how often is judged by [`CallTarget::admit`].
    pub(super) async fn target<'o>(
        &self,
        knock: &BotEvent,
        office: &'o ClinicSettings,
        numbers: &'o [E164<'o>],
        more: Vec<FhirRequest>,
        host: &Host,
        log: &mut Vec<Code>,
    ) -> Result<CallTarget<'o>, Reply> {
        let who = reference(knock)?;
        let outbound = &office.config.outbound;
        let limits = searches(outbound, who, knock.now);
        let caller_id = CallerId::of(&office.config, numbers, Some(who), log);
        let mut reads: Vec<FhirRequest> = Vec::new();
        reads.extend(self.patient.clone().map(FhirRequest::get));
        reads.extend(self.appointment.clone().map(FhirRequest::get));
        reads.extend(limits.iter().map(|limit: &Limit| FhirRequest::get(limit.search.clone())));
        let last_calls = caller_id.reads();
        let lines = last_calls.len();
        reads.extend(last_calls);
        reads.extend(more);
        let (requester, answers) = Requester::of(knock, &office.config, reads, host).await?;

        let mut answers = answers.into_iter();
        let mut next = || answers.next().unwrap_or(Answer::Failed);
        let patient = self.patient.as_ref().map(|_| read(next(), "Patient")).transpose()?;
        let appointment = self.appointment.as_ref().map(|_| read(next(), "Appointment")).transpose()?;
        if let (Some(appointment), Some(patient)) = (&appointment, &self.patient)
            && takes_part(appointment, patient) == Some(false)
        {
            return Err(wrong("appointment"));
        }
        let policy = Policy::new(outbound, numbers);
        let callee = match (self.number, &patient) {
            (Some(number), _) => policy.allows_typed(number).map_err(refused)?,
            (None, patient) => number_of(patient.as_ref().unwrap_or(&Json::Null), &policy, knock.now)?,
        };
        let counted: Vec<Option<Json>> = limits.iter().map(|_| next().ok()).collect();
        let last_calls: Vec<Answer> = (0..lines).map(|_| next()).collect();

        let moment = [who, ".", &decimal(knock.now)].concat();
        let key = PoolKey { callee: &callee, call: self.request.as_deref().unwrap_or(&moment) };
        let from = caller_id.choose(last_calls, key).ok_or(refused(Refusal::ChartUnavailable))?;
        let context = Context {
            patient: self.patient.clone(),
            practitioner: Some(who.to_owned()),
            appointment: self.appointment.clone(),
            number: Some(callee),
            prepared: Some(knock.now),
            ..Context::default()
        };
        Ok(CallTarget { context, from, requester, more: answers.collect(), limits, counted })
    }
}

/// The number of a patient or practitioner that may be called: the first that policy allows, mobile ones before others,
/// then by rank, then as they stand.
pub(super) fn number_of(person: &Json, policy: &Policy<'_>, now: u64) -> Result<String, Reply> {
    let mut first = None;
    for number in numbers_of(person, now) {
        match policy.allows_typed(number) {
            Ok(number) => return Ok(number),
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    Err(first.map_or(Reply::Invalid(Code::OutboundNoNumber.into()), refused))
}

/// The telephone numbers of a person, best first: `telecom` by `system`, `use`, `rank` and `period`. Of more than
/// [`MAX_POINTS`] contact points the first are read.
pub(super) fn numbers_of(person: &Json, now: u64) -> Vec<&str> {
    let mut numbers: Vec<((bool, u32), &str)> = Vec::new();
    for point in person.get("telecom").map(Json::elements).unwrap_or_default().iter().take(MAX_POINTS) {
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
