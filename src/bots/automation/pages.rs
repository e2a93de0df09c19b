// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls the people on call, for the tasks of the verb `page`.
//!
//! A run first writes the attempt into the task, on the condition that the task did not change, and then asks Twilio to
//! place the call. So of several runs, only one places the call of an attempt. If Twilio's response is lost, a later run
//! looks for the call in Twilio's list. It does not place the same call again: an attempt whose call is not in the list
//! counts as made, and the next person is called.

use super::sweep_run::AutomationRun;
use crate::bots::settings::read_rest;
use crate::chart::{
    AttemptOutcome, PageAttempt, PageStatus, PageTask, Status, StoreError, call_sid, search_open_pages,
};
use crate::dialplan::config::Verification;
use crate::dialplan::verbs::{OnCallPhone, Page, Verb};
use crate::dialplan::{CallbackKind, Caller, DialplanInput, Facts, Lookup};
use crate::error::{Code, Problem};
use crate::fhir::element::is;
use crate::json::{Json, decimal};
use crate::outbound::{SealingKeys, page_document, retried_callback_url, sealed_presences};
use crate::phone::E164;
use crate::rest::{TwilioRest, call_path};
use crate::runtime::{BotEvent, FhirRequest, HostRequest, HostResponse, Secret, Secrets, ZoneRequest};
use crate::signature::WebhookUrl;
use crate::time::{MINUTE, parse_rfc2822};

/// The maximum number of round trips for pages in a run.
pub(super) const PAGE_ROUND_TRIPS: u32 = 24;
/// The round trips that the next call of a page needs.
const CALL_ROUND_TRIPS: u32 = 6;
/// The maximum delay, in milliseconds, until a call is in Twilio's list.
const LIST_DELAY: u64 = 2 * MINUTE;
/// The maximum difference between Twilio's clock and the server's, in milliseconds.
const MAX_CLOCK_SKEW: u64 = MINUTE / 2;
/// The number of attempts to write the `CallSid`.
const ATTEMPTS: u32 = 3;
/// The maximum number of attempts of a page. Ten phones in five rounds have no more.
const MAX_ATTEMPTS: usize = 50;

/// What is needed to call people.
struct Pager<'a> {
    run: &'a AutomationRun<'a>,
    rest: TwilioRest,
    webhook: WebhookUrl,
    sealing: SealingKeys,
}

/// Continues every open page.
pub(super) async fn continue_pages(run: &AutomationRun<'_>, event: &BotEvent) {
    if !run.config.verbs().any(|verb| matches!(verb, Verb::Page(_))) {
        return;
    }
    let found = match run.searches([("Task", search_open_pages(run.now))]).await {
        Ok([found]) => found,
        Err(error) => return run.report(error.code()),
    };
    for resource in found {
        if run.has_budget(CALL_ROUND_TRIPS) {
            continue_page(run, event, resource).await;
        }
    }
}

/// Continues a page, if the resource is the task of an open one: calls the next person if it is time.
pub(super) async fn continue_page(run: &AutomationRun<'_>, event: &BotEvent, resource: Json) {
    let Some(task) = PageTask::read(resource).filter(PageTask::is_open) else { return };
    let config = run.config;
    let verbs = config.actions.get(&task.action).map(Vec::as_slice).unwrap_or_default();
    let Some(page) = verbs.iter().find_map(|verb| if let Verb::Page(page) = verb { Some(page) } else { None }) else {
        return;
    };
    match pager(run, event) {
        Ok(pager) => pager.advance(page, task).await,
        Err(problem) => run.report(problem),
    }
}

fn pager<'a>(run: &'a AutomationRun<'a>, event: &BotEvent) -> Result<Pager<'a>, Problem> {
    let rest = read_rest(event)?;
    let webhook = WebhookUrl::secure(event.require(Secret::WebhookUrl)?)
        .map_err(|code| Problem::at(code, Secret::WebhookUrl.name()))?;
    let sealing = SealingKeys::of(event.secret(Secret::SealingKeys), event.secret(Secret::ApiSecret));
    Ok(Pager { run, rest, webhook, sealing })
}

/// What follows an attempt.
enum AfterAttempt {
    /// The call goes on, or its outcome is not known yet.
    Wait,
    /// The next person is called.
    Next,
}

impl Pager<'_> {
    /// Calls the next person, unless the last attempt may still be accepted. If Twilio refuses a call, the person after
    /// that is called in the same run.
    async fn advance(&self, page: &Page, mut task: PageTask) {
        let run = self.run;
        let with_dialplan = run.config.numbers.iter().filter_map(|(number, _)| E164::parse(number));
        let mut numbers: Vec<E164<'_>> = with_dialplan.collect();
        // The task may have been edited.
        let Some(clinic_number) = numbers.iter().find(|number| number.as_str() == task.called).copied() else { return };
        numbers.extend(run.numbers().iter().filter_map(|number| E164::parse(number)));
        if let Some(last) = task.attempts.len().checked_sub(1)
            && matches!(self.after_attempt(page, &mut task, last, (clinic_number, &numbers)).await, AfterAttempt::Wait)
        {
            return;
        }
        let root = task.root().to_owned();
        let caller = Caller {
            number: None,
            is_sip: false,
            is_own: false,
            forwarded_from: None,
            called: Some(clinic_number),
            verification: Verification::None,
            sid: &root,
        };
        let input = DialplanInput { config: run.config, numbers: &numbers, url: self.webhook.as_str(), caller };
        let phones = match page.phones(&input, &self.facts(page, &input).await) {
            Ok(phones) => phones,
            Err(code) => return run.report(code),
        };
        while run.has_budget(CALL_ROUND_TRIPS - 2) {
            let Some(phone) = next_phone(&phones, &task.attempts, page.rounds()) else {
                task.set_status(PageStatus::Unanswered);
                if self.write(&mut task).await {
                    run.report(Code::PageUnanswered);
                }
                return;
            };
            let from = self.caller_id(phone.person.as_deref(), clinic_number, &numbers);
            task.attempts.push(PageAttempt {
                person: phone.person.clone(),
                number: phone.number.clone(),
                sent: run.now,
                call: None,
                outcome: None,
            });
            // If another run wrote first, that run places the call.
            if !self.write(&mut task).await || !self.place(&mut task, phone, from, clinic_number).await {
                return;
            }
        }
    }

    /// Whether the last attempt is over. Sets what is known about it.
    async fn after_attempt(
        &self,
        page: &Page,
        task: &mut PageTask,
        last: usize,
        (called, numbers): (E164<'_>, &[E164<'_>]),
    ) -> AfterAttempt {
        let (run, Some(attempt)) = (self.run, task.attempts.get_mut(last)) else { return AfterAttempt::Wait };
        if attempt.outcome.is_some() {
            return AfterAttempt::Next;
        }
        let age = run.now.saturating_sub(attempt.sent);
        let mut is_found = false;
        let is_over = if attempt.call.is_some() {
            age >= page.wait() || self.has_ended(attempt.call.as_deref().unwrap_or_default()).await
        } else if age < LIST_DELAY {
            // Another run may be placing the call.
            false
        } else {
            let from = self.caller_id(attempt.person.as_deref(), called, numbers);
            match self.find_call(attempt, from).await {
                Some(Some(sid)) => {
                    let has_ended = self.has_ended(&sid).await;
                    attempt.call = Some(sid);
                    is_found = true;
                    age >= page.wait() || has_ended
                }
                Some(None) => {
                    attempt.outcome = Some(AttemptOutcome::NotPlaced);
                    return AfterAttempt::Next;
                }
                // Twilio does not answer. The person was possibly called, so the page continues when it is time.
                None => age >= page.wait(),
            }
        };
        if !is_over {
            if is_found {
                self.write(task).await;
            }
            return AfterAttempt::Wait;
        }
        attempt.outcome = Some(AttemptOutcome::NoKey);
        AfterAttempt::Next
    }

    /// The caller ID that the config sets for the person or for all calls, or else the number that the caller called.
    fn caller_id<'n>(&self, person: Option<&str>, called: E164<'n>, numbers: &[E164<'n>]) -> E164<'n> {
        let outbound = &self.run.config.outbound;
        let wanted = person.and_then(|person| outbound.practitioners.get(person)).or(outbound.caller_id.as_ref());
        wanted.and_then(|wanted| numbers.iter().find(|number| number.as_str() == wanted)).copied().unwrap_or(called)
    }

    /// Whether a call has ended, according to Twilio.
    async fn has_ended(&self, sid: &str) -> bool {
        if call_sid(sid).is_none() {
            return true;
        }
        let call = self.run.http(self.rest.get(&call_path(sid), &[])).await.ok();
        let status = call.as_ref().and_then(|call| call.get("status")?.text()).and_then(Status::parse);
        status.is_some_and(Status::is_terminal)
    }

    /// Looks for the call of an attempt in Twilio's list. `None` if Twilio does not answer.
    async fn find_call(&self, attempt: &PageAttempt, from: E164<'_>) -> Option<Option<String>> {
        let query = [("To", &*attempt.number), ("From", from.as_str()), ("PageSize", "50")];
        let body = self.run.http(self.rest.get("/Calls.json", &query)).await.ok()?;
        let calls = body.take("calls").into_elements();
        Some(calls.iter().find_map(|call| {
            let at =
                call.get("date_created").or(call.get("start_time")).and_then(Json::text).and_then(parse_rfc2822)?;
            let in_time = at + MAX_CLOCK_SKEW >= attempt.sent && at <= attempt.sent + LIST_DELAY;
            let sid = call.get("sid").and_then(Json::text).and_then(call_sid)?;
            (in_time && is(call, "direction", "outbound-api")).then(|| sid.0.to_owned())
        }))
    }

    /// Asks Twilio to place the call of the last attempt, and writes its `CallSid`. Returns whether Twilio refused the
    /// call, so that the next person must be called.
    async fn place(&self, task: &mut PageTask, phone: &OnCallPhone, from: E164<'_>, called: E164<'_>) -> bool {
        let run = self.run;
        let webhook = self.webhook.as_str();
        let Ok(twiml) = page_document(webhook, &task.action, called.as_str(), run.config) else {
            run.report(Problem::at(Code::ConfigInvalid, "numbers"));
            return false;
        };
        let status = retried_callback_url(webhook, CallbackKind::Status);
        let timeout = run.config.outbound.timeout.map(|seconds| decimal(seconds.into()));
        let mut params =
            vec![("To", &*phone.number), ("From", from.as_str()), ("Twiml", &*twiml), ("StatusCallback", &*status)];
        for event in ["initiated", "ringing", "answered", "completed"] {
            params.push(("StatusCallbackEvent", event));
        }
        if let Some(timeout) = &timeout {
            params.push(("Timeout", timeout));
        }
        if !phone.extension.is_empty() {
            params.push(("SendDigits", &phone.extension));
        }
        let last = task.attempts.len() - 1;
        match run.http(self.rest.post("/Calls.json", &params)).await {
            HostResponse::Done { status: 200..=299, body } => {
                let sid = body.get("sid").and_then(Json::text).and_then(call_sid).map(|sid| sid.0.to_owned());
                self.write_call(task, last, sid).await;
                false
            }
            HostResponse::Done { status: 400..=499, .. } => {
                run.report(Code::TwilioRefused);
                if let Some(attempt) = task.attempts.get_mut(last) {
                    attempt.outcome = Some(AttemptOutcome::NotPlaced);
                }
                true
            }
            // The call may have been placed. A later run looks for it.
            _ => {
                run.report(Code::TwilioUnavailable);
                false
            }
        }
    }

    /// Writes the `CallSid` of an attempt. The webhook may have written it, because a key was pressed.
    async fn write_call(&self, task: &mut PageTask, last: usize, sid: Option<String>) {
        for _ in 0..ATTEMPTS {
            let Some(attempt) = task.attempts.get_mut(last).filter(|attempt| attempt.call.is_none()) else { return };
            attempt.call.clone_from(&sid);
            if self.write(task).await || !self.run.has_budget(2) {
                return;
            }
            let Some(reference) = task.reference() else { return };
            let read = self.run.fhir(vec![FhirRequest::get(reference)]).await.pop().and_then(HostResponse::ok);
            let Some(again) = read.and_then(PageTask::read) else { return };
            *task = again;
        }
    }

    /// Writes a task, on the condition that it did not change since it was read. Returns whether it was written.
    async fn write(&self, task: &mut PageTask) -> bool {
        let Some(write) = task.update(self.run.extension_base()) else { return false };
        let answer = self.run.fhir(vec![write]).await.pop().unwrap_or(HostResponse::Failed);
        if let Err(error) = StoreError::check(&answer) {
            if error != StoreError::Retryable(Code::ChartConflict) {
                self.run.report(error.code());
            }
            return false;
        }
        match answer.ok().and_then(PageTask::read) {
            Some(written) => *task = written,
            None => return false,
        }
        true
    }

    /// Reads who is on call.
    async fn facts(&self, page: &Page, input: &DialplanInput<'_>) -> Facts {
        let mut facts = Facts::at(self.run.now, &input.caller);
        let lookups = page.lookups(input);
        let (zones, reads): (Vec<Lookup>, Vec<Lookup>) =
            lookups.into_iter().partition(|lookup| matches!(lookup, Lookup::Zone(_)));
        for lookup in zones {
            let Lookup::Zone(zone) = &lookup else { continue };
            let request = ZoneRequest { zone: zone.clone(), instants: vec![self.run.now], local_times: Vec::new() };
            let answer = self.run.host.send(HostRequest::Zone(request), None).await;
            facts.learn(&lookup, vec![answer.ok()], &input.caller);
        }
        let urls = reads.iter().flat_map(|lookup| lookup.urls(&input.caller, &facts)).map(FhirRequest::get).collect();
        for (lookup, answer) in reads.iter().zip(self.run.fhir(urls).await) {
            let mut found = answer.ok();
            if *lookup == Lookup::Presence {
                found = found.map(|found| sealed_presences(found, Some(&self.sealing)));
            }
            facts.learn(lookup, vec![found], &input.caller);
        }
        facts
    }
}

/// The phone to call next: the first one of those that were called least often. `None` if each was called in every
/// round. The rota may have changed since the last attempt.
fn next_phone<'p>(phones: &'p [OnCallPhone], attempts: &[PageAttempt], rounds: usize) -> Option<&'p OnCallPhone> {
    if attempts.len() >= MAX_ATTEMPTS {
        return None;
    }
    let times = |phone: &OnCallPhone| attempts.iter().filter(|attempt| attempt.number == phone.number).count();
    phones.iter().filter(|phone| times(phone) < rounds).min_by_key(|phone| times(phone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phone_is_called_once_in_a_round() {
        let phone = |number: &str| OnCallPhone { person: None, number: number.to_owned(), extension: String::new() };
        let mut phones = vec![phone("+15550100171"), phone("+15550100172")];
        let mut attempts = Vec::new();
        let mut order = Vec::new();
        while let Some(next) = next_phone(&phones, &attempts, 2) {
            order.push(next.number.clone());
            attempts.push(PageAttempt { number: next.number.clone(), ..PageAttempt::default() });
        }
        assert_eq!(order, ["+15550100171", "+15550100172", "+15550100171", "+15550100172"]);
        // Someone who comes on call later is called first.
        phones.push(phone("+15550100173"));
        assert_eq!(next_phone(&phones, &attempts, 2), phones.get(2));
        assert_eq!(next_phone(&phones, &attempts[..1], 2), phones.get(1));
        let many = vec![PageAttempt::default(); MAX_ATTEMPTS];
        assert_eq!(next_phone(&phones, &many, 2), None);
        assert_eq!(next_phone(&[], &[], 2), None);
    }
}
