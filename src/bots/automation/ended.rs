// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call has ended: what there is to do after it, once per call however often this is told.

use super::calls::twilio;
use super::reconcile::root_of;
use super::sweep_run::SweepRun;
use super::trigger::{ended_at, is_unanswered, occasion, other_end, reached};
use super::{alerts, tasks};
use crate::chart::{CallEvent, CallLog, StoreError, found, is_call_extension};
use crate::dialplan::config::Occasion;
use crate::error::Code;
use crate::fhir::element::{has_coding, is, takes_part};
use crate::fhir::reference::reference_of;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::runtime::{Answer, FhirRequest};
use crate::time::{DAY, instant};

/// How often it is tried where others write at the same time.
const ATTEMPTS: u32 = 3;
/// How many round trips another attempt may take; the alert has been seen to by then.
const AGAIN: u32 = 4;
/// After how long a call leaves nothing more to do. Records change long after: a recording is deleted, a note is added.
const OLD: u64 = 7 * DAY;
/// After how long nobody wants to be alerted.
const STALE: u64 = DAY;

/// An ended call of ours, as its record stands.
pub(super) struct Ended {
    resource: Json,
    log: CallLog,
    root: String,
    reference: String,
    /// When it began.
    began: u64,
    /// When it ended.
    at: u64,
}

impl Ended {
    /// Reads a record; none of what is no call of ours, or goes on, or was long ago.
    pub(super) fn read(resource: Json, round: &SweepRun<'_>) -> Option<Self> {
        let categories = resource.get("category").map(Json::elements).unwrap_or_default();
        let ours = categories.iter().any(|category| has_coding(category, VOICE_CATEGORY.0, VOICE_CATEGORY.1));
        if !ours || !is(&resource, "resourceType", "Communication") || !is(&resource, "status", "completed") {
            return None;
        }
        let log = CallLog::read(&resource);
        let at = ended_at(&log).filter(|at| at + OLD > round.now)?;
        let (root, reference) = (root_of(&resource)?.to_owned(), reference_of(&resource)?);
        let began = log.started_at().unwrap_or(at);
        Some(Self { resource, log, root, reference, began, at })
    }

    pub(super) fn root(&self) -> &str {
        &self.root
    }

    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    pub(super) const fn began(&self) -> u64 {
        self.began
    }

    /// Whether the config has anything follow a call.
    pub(super) fn asks(&self, round: &SweepRun<'_>) -> bool {
        let config = round.config;
        !config.tasks.on.is_empty() || config.alerts.is_some() || self.appointment(round).is_some()
    }

    /// The task that there is to be.
    pub(super) fn task(&self, round: &SweepRun<'_>) -> Option<Occasion> {
        occasion(&self.log, &round.config.tasks.on)
    }

    /// The alert that there is to be.
    pub(super) fn alert(&self, round: &SweepRun<'_>) -> Option<Occasion> {
        let alerts = round.config.alerts.as_ref().filter(|_| self.at + STALE > round.now)?;
        occasion(&self.log, &alerts.on)
    }

    /// Whether a task or an alert would say that the call was missed or failed.
    fn seems_missed(&self, round: &SweepRun<'_>) -> bool {
        [self.task(round), self.alert(round)].into_iter().flatten().any(is_unanswered)
    }

    /// Learns from Twilio how the dialled legs ended. Their callbacks come in any order, so that of a leg that was answered
    /// may not be in the chart yet. Where Twilio does not say, the chart alone counts.
    async fn ask_twilio(&mut self, round: &SweepRun<'_>) {
        let Some(rest) = &round.rest else { return };
        let request = rest.get("/Calls.json", &[("ParentCallSid", &self.root), ("PageSize", "50")]);
        let Ok(page) = twilio(round, request).await else { return };
        for leg in page.get("calls").map(Json::elements).unwrap_or_default() {
            if let Some(event) = CallEvent::from_rest(leg).filter(|event| event.root().0 == self.root) {
                self.log.add(&event);
            }
        }
    }

    /// Whether it may close tasks of earlier calls.
    pub(super) fn closes(&self, round: &SweepRun<'_>) -> bool {
        !round.config.tasks.on.is_empty() && reached(&self.log)
    }

    /// The appointment that gets the call's extension.
    pub(super) fn appointment(&self, round: &SweepRun<'_>) -> Option<&str> {
        let wanted = round.config.appointment.call_extension;
        let appointment = self.log.context().appointment.as_deref().filter(|_| wanted)?;
        appointment.starts_with("Appointment/").then_some(appointment)
    }
}

/// Does what is left to do after the call of a record, `Communication/…`, whose root is `root`.
///
/// # Errors
/// Why not all of it is known to be done; the sweep does it again.
pub(super) async fn ended(round: &SweepRun<'_>, reference: &str, root: &str) -> Result<(), Code> {
    let mut code = Code::ChartConflict;
    for turn in 0..ATTEMPTS {
        if turn > 0 && !round.has(AGAIN) {
            break;
        }
        match attempt(round, reference, root).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Retryable(why)) => code = why,
            Err(StoreError::Permanent(why)) => return Err(why),
        }
    }
    Err(code)
}

async fn attempt(round: &SweepRun<'_>, reference: &str, root: &str) -> Result<(), StoreError> {
    let mut reads = vec![FhirRequest::get(reference.to_owned())];
    if !round.config.tasks.on.is_empty() {
        reads.push(tasks::of_call(root));
    }
    let mut answers = round.fhir(reads).await.into_iter();
    // What is handed in may be late: the record as it stands now counts.
    let record = answers.next().unwrap_or(Answer::Failed);
    if matches!(record, Answer::Done { status: 404 | 410, .. }) {
        return Ok(());
    }
    StoreError::check(&record)?;
    let Some(mut call) = record.ok().and_then(|resource| Ended::read(resource, round)) else {
        return Ok(());
    };
    let own = answers.next().map_or(Ok(Vec::new()), |answer| found(answer, "Task"))?;
    if own.is_empty() && call.seems_missed(round) {
        call.ask_twilio(round).await;
    }
    let mut writes = Vec::new();
    let left_open = look_around(round, &call, own, &mut writes).await?;
    let alert = call.alert(round);
    let alerting = alert.map(|occasion| alerts::intend(round, occasion, &call.root, &call.reference));
    let is_alerting = alerting.is_some();
    writes.extend(alerting);
    let mut answers = round.fhir(writes).await;
    let alert = if is_alerting { answers.pop() } else { None };
    // The alert first: whoever created its intent is the one that sends it.
    let mut outcome = Ok(());
    if let (Some(answer), Some(alerts)) = (alert, &round.config.alerts) {
        outcome = alerts::follow_up(round, alerts, answer).await;
    }
    for answer in answers {
        outcome = outcome.and(StoreError::check(&answer));
    }
    outcome.and(left_open.map_or(Ok(()), Err))
}

/// Reads what a task, a callback and an appointment depend on, and adds what is to be written. Why an appointment is left
/// for another attempt, if it is: the rest does not depend on it.
async fn look_around(
    round: &SweepRun<'_>,
    call: &Ended,
    own: Vec<Json>,
    writes: &mut Vec<FhirRequest>,
) -> Result<Option<StoreError>, StoreError> {
    let occasion = call.task(round);
    let opens = occasion.filter(|_| own.is_empty());
    for task in &own {
        writes.extend(tasks::correct(task, occasion));
    }
    let patient = call.log.context().patient.as_deref();
    let mut reads = Vec::new();
    let mut kinds = Vec::new();
    let number = other_end(&call.log);
    if opens.is_some() && (patient.is_some() || number.is_some()) {
        // Somebody may have called back before this was told.
        reads.push(later_calls(patient, call.at));
        kinds.push("Communication");
    }
    if call.closes(round) {
        let from = [patient.map(|patient| tasks::of_patient(patient, call.began))];
        let by = [number.map(|number| tasks::of_caller(number, call.began))];
        for request in from.into_iter().chain(by).flatten() {
            reads.push(request);
            kinds.push("Task");
        }
    }
    if let Some(appointment) = call.appointment(round) {
        reads.push(FhirRequest::get(appointment.to_owned()));
        kinds.push("Appointment");
    }
    let mut left_open = None;
    let mut called_back = false;
    let mut closed: Vec<Option<String>> = Vec::new();
    for (answer, kind) in round.fhir(reads).await.into_iter().zip(kinds) {
        match kind {
            // There is none, or there never was: a browser may name any.
            "Appointment" if matches!(answer, Answer::Done { status: 404 | 410, .. }) => {}
            "Appointment" => match StoreError::check(&answer) {
                Ok(()) => writes.extend(answer.ok().and_then(|appointment| on_appointment(call, appointment))),
                Err(trouble) => left_open = Some(trouble),
            },
            "Communication" => {
                let answers = |one: &CallLog| reached(one) && (patient.is_some() || other_end(one) == number);
                called_back = found(answer, kind)?.iter().any(|one| answers(&CallLog::read(one)));
            }
            _ => {
                for task in found(answer, kind)? {
                    let reference = reference_of(&task);
                    if !closed.contains(&reference) {
                        writes.extend(tasks::complete(&task, call.began));
                        closed.push(reference);
                    }
                }
            }
        }
    }
    if let Some(occasion) = opens {
        let owner = round.config.tasks.owner.as_deref();
        let task = tasks::task(occasion, &call.root, &call.log, &call.reference, owner, called_back);
        writes.push(tasks::open(&task, &call.root));
    }
    Ok(left_open)
}

/// The calls of the day after an instant: a patient's, or the first ones of all. No search tells whom a call was to, and
/// mostly the instant was a moment ago.
fn later_calls(patient: Option<&str>, at: u64) -> FhirRequest {
    let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=completed"].concat();
    let period = ["&sent=ge", &instant(at), "&sent=lt", &instant(at + DAY)].concat();
    let (subject, patient) = patient.map_or(("", ""), |patient| ("&subject=", patient));
    FhirRequest::get([&category, subject, patient, &period, "&_sort=sent&_count=100"].concat())
}

/// Gives an appointment the extension of the latest call about it. Nothing else of it changes.
///
/// What a browser says without a ticket is noted as it comes, but nobody else's appointment is touched for it.
fn on_appointment(call: &Ended, mut appointment: Json) -> Option<FhirRequest> {
    let context = call.log.context();
    let is_theirs = |patient: &String| takes_part(&appointment, patient) == Some(true);
    if context.prepared.is_none() && !context.patient.as_ref().is_some_and(is_theirs) {
        return None;
    }
    let of = |resource: &Json| {
        let extensions = resource.get("extension").map(Json::elements).unwrap_or_default();
        extensions.iter().find(|one| is_call_extension(one)).cloned()
    };
    let (ours, there) = (of(&call.resource)?, of(&appointment));
    if there.as_ref() == Some(&ours) {
        return None;
    }
    let other = CallLog::read(&appointment);
    if other.root().is_some_and(|root| root != call.root) && other.started_at() > call.log.started_at() {
        return None;
    }
    let mut extensions = appointment.get("extension").cloned().unwrap_or_default().into_elements();
    match extensions.iter_mut().find(|one| is_call_extension(one)) {
        Some(known) => *known = ours,
        None => extensions.push(ours),
    }
    appointment.set("extension", Json::List(extensions));
    FhirRequest::update(&appointment)
}
