// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Follows up a call that has ended: task, alert, appointment. It has an effect once per call, even if the end is
//! reported several times.

use super::calls::get_from_twilio;
use super::people::MissingPeople;
use super::reconcile::root_of;
use super::sweep_run::AutomationRun;
use super::tasks::TaskDetails;
use super::trigger::{ended_at, is_unanswered, other_end, reached_callee, trigger_of};
use super::{alerts, questionnaires, tasks};
use crate::chart::{CallEvent, CallRecord, CallState, Leg, StoreError, found, is_call_extension};
use crate::dialplan::config::FollowUpTrigger;
use crate::error::Code;
use crate::fhir::element::{has_coding, has_participant, is};
use crate::fhir::reference::reference_of;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::phone::E164Text;
use crate::runtime::{FhirRequest, HostResponse};
use crate::time::{DAY, instant};

/// The number of attempts if other writers change the same records.
const ATTEMPTS: u32 = 3;
/// The maximum number of round trips of a second attempt, which does not repeat the alert.
const RETRY_ROUND_TRIPS: u32 = 4;
/// The age, in milliseconds, after which a call is not followed up. Its record may still change, for example if a
/// recording is deleted.
const MAX_AGE: u64 = 7 * DAY;
/// The age, in milliseconds, after which a call causes no alert.
const MAX_ALERT_AGE: u64 = DAY;

/// An ended call, read from its record.
pub(super) struct EndedCall {
    resource: Json,
    state: CallState,
    root: String,
    reference: String,
    /// When the call started, as Unix time in milliseconds.
    started_at: u64,
    /// When the call ended, as Unix time in milliseconds.
    at: u64,
}

impl EndedCall {
    /// Reads a record. `None` if it is not a call record of Plumline, or if the call has not ended or ended too long
    /// ago.
    pub(super) fn read(resource: Json, run: &AutomationRun<'_>) -> Option<Self> {
        let categories = resource.get("category").map(Json::elements).unwrap_or_default();
        let is_call_record = categories.iter().any(|category| has_coding(category, VOICE_CATEGORY.0, VOICE_CATEGORY.1));
        if !is_call_record || !is(&resource, "resourceType", "Communication") || !is(&resource, "status", "completed") {
            return None;
        }
        let state = CallState::read(&resource);
        let at = ended_at(&state).filter(|at| at + MAX_AGE > run.now)?;
        let (root, reference) = (root_of(&resource)?.to_owned(), reference_of(&resource)?);
        let started_at = state.started_at().unwrap_or(at);
        Some(Self { resource, state, root, reference, started_at, at })
    }

    pub(super) fn root_sid(&self) -> &str {
        &self.root
    }

    pub(super) const fn resource(&self) -> &Json {
        &self.resource
    }

    /// The record, `Communication/<id>`.
    pub(super) fn reference(&self) -> &str {
        &self.reference
    }

    /// Whether a caller left a message.
    pub(super) fn has_message(&self) -> bool {
        self.state.root_leg().into_iter().chain(self.state.children()).any(Leg::has_message)
    }

    pub(super) const fn ended_at(&self) -> u64 {
        self.at
    }

    pub(super) const fn started_at(&self) -> u64 {
        self.started_at
    }

    /// Whether people of the call are missing, or the config may require a task, an alert or an appointment update.
    pub(super) fn may_need_follow_up(&self, run: &AutomationRun<'_>) -> bool {
        let config = run.config;
        self.lacks_people(run)
            || !config.tasks.on.is_empty()
            || config.alerts.is_some()
            || self.appointment(run).is_some()
            || !self.responses(run).is_empty()
    }

    /// The `QuestionnaireResponse`s of the call.
    pub(super) fn responses(&self, run: &AutomationRun<'_>) -> Vec<Json> {
        questionnaires::responses(run.config, &self.state, &self.root)
    }

    /// Whether people of the call are not known who may be in the chart.
    pub(super) fn lacks_people(&self, run: &AutomationRun<'_>) -> bool {
        !MissingPeople::of(&self.state, run).is_empty()
    }

    pub(super) const fn state(&self) -> &CallState {
        &self.state
    }

    /// Adds the people whom the searches found. Returns the request that adds them to the record, if it changes.
    async fn complete_people(
        &mut self,
        run: &AutomationRun<'_>,
        mut missing: MissingPeople<'_>,
        answers: &mut impl Iterator<Item = HostResponse>,
    ) -> Result<Option<FhirRequest>, StoreError> {
        let before = self.state.clone();
        missing.add_to(run, &mut self.state, answers)?;
        if !missing.is_empty() {
            missing.narrow(run, &mut self.state).await?;
        }
        if self.state == before {
            return Ok(None);
        }
        CallRecord::of(self.resource.clone()).write(&self.state, run.record_format())
    }

    /// The trigger of the call's task.
    pub(super) fn task_trigger(&self, run: &AutomationRun<'_>) -> Option<FollowUpTrigger> {
        trigger_of(&self.state, &run.config.tasks.on)
    }

    /// The trigger of the call's alert.
    pub(super) fn alert_trigger(&self, run: &AutomationRun<'_>) -> Option<FollowUpTrigger> {
        let alerts = run.config.alerts.as_ref().filter(|_| self.at + MAX_ALERT_AGE > run.now)?;
        trigger_of(&self.state, &alerts.on)
    }

    /// Whether a task or an alert would report the call as missed or failed.
    fn reports_missed_or_failed(&self, run: &AutomationRun<'_>) -> bool {
        [self.task_trigger(run), self.alert_trigger(run)].into_iter().flatten().any(is_unanswered)
    }

    /// Reads from Twilio how the dialed legs ended. Callbacks arrive in any order, so the chart may not yet have an
    /// answered leg. If Twilio does not respond, the follow-up uses only the chart.
    async fn ask_twilio(&mut self, run: &AutomationRun<'_>) {
        let Some(rest) = &run.rest else { return };
        let request = rest.get("/Calls.json", &[("ParentCallSid", &*self.root), ("PageSize", "50")]);
        let Ok(page) = get_from_twilio(run, request).await else { return };
        for leg in page.get("calls").map(Json::elements).unwrap_or_default() {
            if let Some(event) = CallEvent::from_rest(leg).filter(|event| event.root_sid().0 == self.root) {
                self.state.add(&event);
            }
        }
    }

    /// Whether the call may close tasks of earlier calls.
    pub(super) fn can_close_tasks(&self, run: &AutomationRun<'_>) -> bool {
        !run.config.tasks.on.is_empty() && reached_callee(&self.state)
    }

    /// The reference of the appointment that gets the call's extension.
    pub(super) fn appointment(&self, run: &AutomationRun<'_>) -> Option<&str> {
        let wanted = run.config.appointment.call_extension;
        let appointment = self.state.context().appointment.as_deref().filter(|_| wanted)?;
        appointment.starts_with("Appointment/").then_some(appointment)
    }
}

/// Completes the follow-up of one call. `reference` is its record (`Communication/<id>`). `known` may be an earlier
/// version of the record.
///
/// # Errors
/// The error code if the follow-up is not complete. The sweep then tries again.
pub(super) async fn follow_up_call(run: &AutomationRun<'_>, reference: &str, known: &EndedCall) -> Result<(), Code> {
    let mut code = Code::ChartConflict;
    for attempt_index in 0..ATTEMPTS {
        if attempt_index > 0 && !run.has_budget(RETRY_ROUND_TRIPS) {
            break;
        }
        match attempt(run, reference, known).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Retryable(why)) => code = why,
            Err(StoreError::Permanent(why)) => return Err(why),
        }
    }
    Err(code)
}

async fn attempt(run: &AutomationRun<'_>, reference: &str, known: &EndedCall) -> Result<(), StoreError> {
    let mut reads = vec![FhirRequest::get(reference.to_owned())];
    let has_tasks = !run.config.tasks.on.is_empty();
    if has_tasks {
        reads.push(tasks::search_of_call(&known.root));
    }
    let responses_search = questionnaires::search(&known.responses(run));
    let has_responses = responses_search.is_some();
    reads.extend(responses_search);
    let missing = MissingPeople::of(&known.state, run);
    reads.extend(missing.requests());
    let mut answers = run.fhir(reads).await.into_iter();
    // The record in the event may be outdated, so it is read again.
    let record = answers.next().unwrap_or(HostResponse::Failed);
    if matches!(record, HostResponse::Done { status: 404 | 410, .. }) {
        return Ok(());
    }
    StoreError::check(&record)?;
    let Some(mut call) = record.ok().and_then(|resource| EndedCall::read(resource, run)) else {
        return Ok(());
    };
    let tasks = if has_tasks { answers.next() } else { None };
    let own = tasks.map_or(Ok(Vec::new()), |answer| found(answer, "Task"))?;
    let responses = if has_responses { answers.next() } else { None };
    let responses = responses.map_or(Ok(Vec::new()), |answer| found(answer, questionnaires::TYPE))?;
    let mut writes = Vec::new();
    // People who could not be searched for must not delay a task or an alert.
    let mut people_outcome = Ok(());
    if !missing.is_empty() {
        match call.complete_people(run, missing, &mut answers).await {
            Ok(write) => writes.extend(write),
            Err(error) => people_outcome = Err(error),
        }
    }
    if own.is_empty() && call.reports_missed_or_failed(run) {
        call.ask_twilio(run).await;
    }
    let appointment_error = prepare_writes(run, &call, own, &mut writes).await?;
    writes.extend(questionnaires::writes(call.responses(run), &responses));
    let alert = call.alert_trigger(run);
    let alert_request = alert.map(|trigger| alerts::create_intent(run, trigger, &call.root, &call.reference));
    let is_alerting = alert_request.is_some();
    writes.extend(alert_request);
    let mut answers = run.fhir(writes).await;
    let alert = if is_alerting { answers.pop() } else { None };
    // The alert comes first, because only the run that created its intent sends it.
    let mut outcome = Ok(());
    if let (Some(answer), Some(alerts)) = (alert, &run.config.alerts) {
        outcome = alerts::send_if_created(run, alerts, answer).await;
    }
    let trigger = call.task_trigger(run);
    for answer in answers {
        outcome = outcome.and(StoreError::check(&answer));
        // Another run created the task when it knew less, such as no patient.
        if let HostResponse::Done { status: 200, body } = &answer
            && tasks::root_of(body) == Some(&*call.root)
            && tasks::correct(body, trigger, run.config, &call.state).is_some()
        {
            outcome = outcome.and(Err(StoreError::Retryable(Code::ChartConflict)));
        }
    }
    outcome.and(people_outcome).and(appointment_error.map_or(Ok(()), Err))
}

/// Reads what the writes for the tasks and the appointment depend on, and adds these writes. Returns an error if the
/// appointment needs another attempt. The other writes are still made.
async fn prepare_writes(
    run: &AutomationRun<'_>,
    call: &EndedCall,
    own: Vec<Json>,
    writes: &mut Vec<FhirRequest>,
) -> Result<Option<StoreError>, StoreError> {
    let trigger = call.task_trigger(run);
    let new_task_trigger = trigger.filter(|_| own.is_empty());
    for task in &own {
        writes.extend(tasks::correct(task, trigger, run.config, &call.state));
    }
    let patient = call.state.context().patient.as_deref();
    let mut reads = Vec::new();
    let mut kinds = Vec::new();
    let number = other_end(&call.state, &run.config.sip);
    let number = number.as_ref().map(E164Text::number);
    if new_task_trigger.is_some() && (patient.is_some() || number.is_some()) {
        // Staff may have called back before this follow-up.
        reads.push(later_calls(patient, call.at));
        kinds.push("Communication");
    }
    if call.can_close_tasks(run) {
        let by_patient = [patient.map(|patient| tasks::search_of_patient(patient, call.started_at))];
        let by_number = [number.map(|number| tasks::search_of_number(number.as_str(), call.started_at))];
        for request in by_patient.into_iter().chain(by_number).flatten() {
            reads.push(request);
            kinds.push("Task");
        }
    }
    if let Some(appointment) = call.appointment(run) {
        reads.push(FhirRequest::get(appointment.to_owned()));
        kinds.push("Appointment");
    }
    let mut appointment_error = None;
    let mut called_back = false;
    let mut closed: Vec<Option<String>> = Vec::new();
    for (answer, kind) in run.fhir(reads).await.into_iter().zip(kinds) {
        match kind {
            // The appointment does not exist, because a browser may send any id.
            "Appointment" if matches!(answer, HostResponse::Done { status: 404 | 410, .. }) => {}
            "Appointment" => match StoreError::check(&answer) {
                Ok(()) => writes.extend(answer.ok().and_then(|appointment| appointment_update(call, appointment))),
                Err(error) => appointment_error = Some(error),
            },
            "Communication" => {
                let answers = |item: &CallState| {
                    let callee = other_end(item, &run.config.sip);
                    reached_callee(item) && (patient.is_some() || callee.as_ref().map(E164Text::number) == number)
                };
                called_back = found(answer, kind)?.iter().any(|item| answers(&CallState::read(item)));
            }
            _ => {
                for task in found(answer, kind)? {
                    let reference = reference_of(&task);
                    if !closed.contains(&reference) {
                        writes.extend(tasks::complete(&task, call.started_at));
                        closed.push(reference);
                    }
                }
            }
        }
    }
    if let Some(trigger) = new_task_trigger {
        let details = TaskDetails::of(run.config, &call.state, trigger);
        let task = tasks::new_task(trigger, &call.root, &call.state, &call.reference, number, details, called_back);
        writes.push(tasks::create_request(&task, &call.root));
    }
    Ok(appointment_error)
}

/// The search for calls in the day after `at` (Unix time in milliseconds). With `patient`, only that patient's calls,
/// otherwise the first 100 of all calls. FHIR cannot search by the dialed number. The first 100 are enough, because
/// `at` is usually recent.
fn later_calls(patient: Option<&str>, at: u64) -> FhirRequest {
    let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=completed"].concat();
    let period = ["&sent=ge", &instant(at), "&sent=lt", &instant(at + DAY)].concat();
    let (subject, patient) = patient.map_or(("", ""), |patient| ("&subject=", patient));
    FhirRequest::get([&category, subject, patient, &period, "&_sort=sent&_count=100"].concat())
}

/// The request that writes the call's extension into its appointment, if no later call is there. Nothing else in the
/// appointment changes.
///
/// Without a prepared call, a browser may claim any appointment. An appointment of another patient is not changed.
fn appointment_update(call: &EndedCall, mut appointment: Json) -> Option<FhirRequest> {
    let context = call.state.context();
    let is_participant = |patient: &String| has_participant(&appointment, patient) == Some(true);
    if context.prepared_at.is_none() && !context.patient.as_ref().is_some_and(is_participant) {
        return None;
    }
    let of = |resource: &Json| {
        let extensions = resource.get("extension").map(Json::elements).unwrap_or_default();
        extensions.iter().find(|item| is_call_extension(item)).cloned()
    };
    let (call_extension, existing) = (of(&call.resource)?, of(&appointment));
    if existing.as_ref() == Some(&call_extension) {
        return None;
    }
    let other = CallState::read(&appointment);
    if other.root_sid().is_some_and(|root| root != call.root) && other.started_at() > call.state.started_at() {
        return None;
    }
    let mut extensions = appointment.get("extension").cloned().unwrap_or_default().into_elements();
    match extensions.iter_mut().find(|item| is_call_extension(item)) {
        Some(known) => *known = call_extension,
        None => extensions.push(call_extension),
    }
    appointment.set("extension", Json::List(extensions));
    FhirRequest::update(&appointment)
}
