// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Runs the dialplan of a number: reads the facts that the dialplan needs, updates the chart, and answers.
//!
//! A request makes at most two round trips to read and one to write. The second read is for facts that depend on the
//! first. Each round trip has a timeout, so the caller hears a response within three seconds. A fact that arrives too
//! late is treated as unknown. If the write fails, a later callback writes the same data.

use std::cell::RefCell;

use super::request::WebhookRequest;
use super::status::{CALLBACK_LIMIT, jitter_seed, status};
use super::transcription::transcription;
use crate::bots::instance_cache::LocalTimeCache;
use crate::chart::{
    CallContext, CallEvent, CallRecord, CallState, QueueReport, RecordWrite, RetryPolicy, SECOND_ATTEMPT, StoreError,
    TextField, nothing_else, search, store,
};
use crate::dialplan::config::Config;
use crate::dialplan::verbs::Reject;
use crate::dialplan::{
    CallStatus, CallbackKind, Caller, DialplanInput, Direction, Fact, Facts, LocalizedTurn, Lookup, Params,
    PeopleOfNumber, Turn, VerbEvent, render, required_lookups,
};
use crate::error::{Code, log_line};
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse, Reply, Response, ZoneRequest};

/// The timeout of a read, in milliseconds.
const READ_TIMEOUT: u32 = 900;

/// The timeout of the write, in milliseconds.
const WRITE_TIMEOUT: u32 = 700;

/// The total timeout to store an event while a caller waits, in milliseconds.
const CALLER_WAITS_LIMIT: u32 = 2_500;

/// The `QueueResult` of a caller who asked for a callback. Only Plumline uses this value. In the chart, it replaces the
/// `hangup` or `leave` that Twilio reports for the same wait.
const CALLBACK_REQUESTED: &str = "callback";

/// Answers a callback, or a request that the dialplan handles. `None` if the default dialplan must answer.
pub(super) async fn dialplan(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    direction: &Direction<'_>,
) -> Option<Response> {
    let params = Params(request.pairs);
    let config = request.clinic.config;
    let caller = Caller::of(request.call, params, request.clinic.numbers);
    let input = DialplanInput { config, numbers: request.clinic.numbers, url: request.url, caller };
    match (request.step.kind, direction) {
        (CallbackKind::First, Direction::DialAction) if request.call.status != Some(CallStatus::Terminal) => {
            // Another application's TwiML may use this action URL. Its caller waits for the response.
            host.set_deadline(CALLER_WAITS_LIMIT, jitter_seed(request.pairs, request.now));
            Some(status(host, request.pairs, request.now, request.extension_base()).await)
        }
        (CallbackKind::First, Direction::StatusCallback | Direction::DialAction)
        | (CallbackKind::Status | CallbackKind::Recording | CallbackKind::Machine, _) => {
            Some(status(host, request.pairs, request.now, request.extension_base()).await)
        }
        // The caller hung up. Only this request reports how the wait ended.
        (CallbackKind::Queue, _) if request.call.status == Some(CallStatus::Terminal) => {
            Some(status(host, request.pairs, request.now, request.extension_base()).await)
        }
        (CallbackKind::Transcription, _) => {
            Some(transcription(host, request.pairs, request.now, request.extension_base()).await)
        }
        (CallbackKind::First, Direction::Inbound { .. }) if input.rules().is_some() => {
            Some(run_dialplan(host, request, &input).await)
        }
        (CallbackKind::First, _) => None,
        _ => Some(run_dialplan(host, request, &input).await),
    }
}

async fn run_dialplan(host: &Host, request: &WebhookRequest<'_, '_>, input: &DialplanInput<'_>) -> Response {
    let params = Params(request.pairs);
    let has_ended = request.call.status == Some(CallStatus::Terminal);
    if has_ended {
        host.set_deadline(CALLBACK_LIMIT, jitter_seed(request.pairs, request.now));
    }
    let mut next = input.next(&request.step, params, has_ended);
    // After an answered dial, the facts must be those of the moment when the phones rang.
    let talk_time = match next.turn.event() {
        Some(VerbEvent::Answered { .. }) => u64::from(params.number("DialCallDuration").unwrap_or_default()) * 1_000,
        _ => 0,
    };
    let mut facts = Facts::at(request.now.saturating_sub(talk_time), &input.caller);
    let mut update = RecordUpdate::of(request, &next.turn);
    let failures = collect_facts(host, input, &next, request.local_times, &mut facts, &mut update).await;
    if let (Some(VerbEvent::Left), Some(found)) =
        (next.turn.event(), update.as_ref().and_then(|update| update.found.clone()))
    {
        let root = update.as_ref().map_or("", |update| update.event.root_sid().0);
        facts.callback_accepted =
            CallRecord::read(found, root).is_ok_and(|call_record| has_callback_request(&call_record.state));
    }
    let mut rendered = render(input, &next, &facts);
    let mut codes = Vec::new();
    if let Some(unread) = update.as_mut().filter(|update| update.found.is_none()) {
        if rendered.rejected {
            // The record must show that the dialplan rejected the call. Twilio reports a rejected call like a missed
            // one.
            unread.found =
                Some(host.send(HostRequest::Fhir(search(unread.event.root_sid().0)), Some(READ_TIMEOUT)).await);
        } else {
            update = None;
        }
    }
    if let Some(update) = &mut update {
        let people = facts.people.known();
        update.context = CallContext {
            patient: people.and_then(PeopleOfNumber::subject).map(str::to_owned),
            related: people.and_then(PeopleOfNumber::related).map(str::to_owned),
            practitioner: rendered.dialed.clone(),
            ..CallContext::default()
        };
        update.event.rejected = rendered.rejected && input.config.follows_up();
        if let Err(code) = update.write(host, request.extension_base(), has_ended).await {
            codes.push((code, String::new()));
            // The chart did not store the request for a callback. The caller must not hear a confirmation, and hears
            // the offer again.
            if let Turn::Resume { event: event @ VerbEvent::CallbackAccepted, .. } = &mut next.turn {
                *event = VerbEvent::Waiting { position: None };
                rendered = render(input, &next, &facts);
            }
        }
    }
    let mut response = Response::from(Reply::Twiml(rendered.twiml));
    if facts.has_more_people {
        codes.push((Code::ChartTooManyMatches, String::new()));
    }
    if failures.late {
        codes.push((Code::ChartUnread, String::new()));
    }
    codes.extend(failures.refused.iter().map(|kind| (Code::ChartRefusedRead, (*kind).to_owned())));
    for (code, place) in rendered.codes.iter().chain(&codes) {
        response.log.push(log_line(*code, place));
    }
    response
}

/// Reads the facts that the turn needs, and the call's record if it must be updated. Local times come first: they cost
/// no round trip, and can make other reads unnecessary.
async fn collect_facts(
    host: &Host,
    input: &DialplanInput<'_>,
    next: &LocalizedTurn<'_>,
    local_times: &RefCell<LocalTimeCache>,
    facts: &mut Facts,
    update: &mut Option<RecordUpdate<'_>>,
) -> ReadFailures {
    let mut failures = ReadFailures::default();
    let is_local_time = |lookup: &Lookup| matches!(lookup, Lookup::Zone(_));
    let mut zones = required_lookups(input, next, facts);
    zones.retain(|lookup| {
        let Lookup::Zone(zone) = lookup else { return false };
        let cached = local_times.borrow().at(zone, facts.now);
        facts.local_times.extend(cached.map(|time| (zone.clone(), Fact::Known(time))));
        cached.is_none()
    });
    if !zones.is_empty() {
        read_facts(host, input, facts, zones, None, &mut failures).await;
        local_times.borrow_mut().store(facts);
    }
    for pass in 0..2 {
        let wanted = required_lookups(input, next, facts);
        let asks_for_no_one = wanted.iter().all(|lookup| is_local_time(lookup) || matches!(lookup, Lookup::Service(_)));
        if pass == 0 && asks_for_no_one {
            // At the start of a call, the record is updated only if the dialplan looks up people or may reject the
            // call.
            update.take_if(|update| !update.has_details && !may_reject(input.config));
        }
        let record_read =
            update.as_mut().filter(|update| update.found.is_none() && (update.has_details || !asks_for_no_one));
        if wanted.is_empty() && record_read.is_none() {
            break;
        }
        read_facts(host, input, facts, wanted, record_read, &mut failures).await;
    }
    failures
}

/// Reads that failed.
#[derive(Default)]
struct ReadFailures {
    /// Whether a read failed or exceeded its timeout.
    late: bool,
    /// The resource types of reads that the server answered with 400, 401, 403, 404 or 410.
    refused: Vec<&'static str>,
}

impl ReadFailures {
    fn add(&mut self, lookup: &Lookup, read: usize, answer: &HostResponse) {
        let kind = match (lookup, read) {
            // An unknown time zone is logged when the hours are evaluated.
            (Lookup::Zone(_), _) => return,
            (Lookup::People { .. }, 0) => "Patient",
            (Lookup::People { .. }, _) => "RelatedPerson",
            (Lookup::LastToCall, _) => "Communication",
            (Lookup::Service(_), _) => "HealthcareService",
            (Lookup::Roles(_), _) => "PractitionerRole",
        };
        match answer {
            HostResponse::Done { status: 200..=299, .. } => {}
            HostResponse::Done { status: 400 | 401 | 403 | 404 | 410, .. } => {
                if !self.refused.contains(&kind) {
                    self.refused.push(kind);
                }
            }
            _ => self.late = true,
        }
    }
}

/// Whether the config may reject a call and follows up calls.
fn may_reject(config: &Config) -> bool {
    config.follows_up() && Reject::is_in(config)
}

/// Reads several facts in one round trip.
async fn read_facts(
    host: &Host,
    input: &DialplanInput<'_>,
    facts: &mut Facts,
    wanted: Vec<Lookup>,
    update: Option<&mut RecordUpdate<'_>>,
    failures: &mut ReadFailures,
) {
    let mut requests = Vec::with_capacity(wanted.len() + 1);
    let mut asked: Vec<(Lookup, usize)> = Vec::with_capacity(wanted.len());
    for lookup in wanted {
        let reads = requests_for(&lookup, input, facts);
        // The host computes local times without a round trip.
        let timeout = (!matches!(lookup, Lookup::Zone(_))).then_some(READ_TIMEOUT);
        asked.push((lookup, reads.len()));
        requests.extend(reads.into_iter().map(|read| (read, timeout)));
    }
    if let Some(update) = &update {
        requests.push((HostRequest::Fhir(search(update.event.root_sid().0)), Some(READ_TIMEOUT)));
    }
    let mut answers = host.send_all(requests).await.into_iter();
    for (lookup, count) in asked {
        let mut found = Vec::with_capacity(count);
        for read in 0..count {
            let answer = answers.next().unwrap_or(HostResponse::Failed);
            failures.add(&lookup, read, &answer);
            found.push(answer.ok());
        }
        facts.learn(&lookup, found, &input.caller);
    }
    if let Some(update) = update {
        update.found = answers.next();
    }
}

fn requests_for(lookup: &Lookup, input: &DialplanInput<'_>, facts: &Facts) -> Vec<HostRequest> {
    if let Lookup::Zone(zone) = lookup {
        return vec![HostRequest::Zone(ZoneRequest {
            zone: zone.clone(),
            instants: vec![facts.now],
            local_times: Vec::new(),
        })];
    }
    lookup.urls(&input.caller, facts).into_iter().map(|url| HostRequest::Fhir(FhirRequest::get(url))).collect()
}

/// What must be written to the chart before the response.
struct RecordUpdate<'a> {
    event: CallEvent<'a>,
    /// Whether the update has more than the start of the call. Callbacks also report the start.
    has_details: bool,
    context: CallContext,
    /// The answer to the search for the call's record.
    found: Option<HostResponse>,
}

impl<'a> RecordUpdate<'a> {
    /// The update for a request with `turn`. `None` if there is nothing to record.
    fn of(request: &WebhookRequest<'_, 'a>, turn: &Turn<'_>) -> Option<Self> {
        let accepted = turn.event() == Some(VerbEvent::CallbackAccepted);
        let event = match request.step.kind {
            CallbackKind::First => CallEvent::from_first_request(request.pairs, request.now)?,
            kind if kind.reports_end() || accepted => CallEvent::read(request.pairs, request.now)?,
            _ => return None,
        };
        let queue =
            if accepted { Some(QueueReport { result: CALLBACK_REQUESTED, seconds: None }) } else { event.queue };
        let has_details = request.step.kind != CallbackKind::First;
        let event = CallEvent { queue, ..event };
        Some(Self { event, has_details, context: CallContext::default(), found: None })
    }
}

impl RecordUpdate<'_> {
    /// Writes the update. After a conflict, it makes one more attempt while a caller waits, and several after the call
    /// ended.
    async fn write(&mut self, host: &Host, extension_base: &str, has_ended: bool) -> Result<(), Code> {
        if !self.has_details && !self.event.rejected && self.context == CallContext::default() {
            return Ok(());
        }
        let root = self.event.root_sid().0;
        let found = self.found.take();
        let (call_record, retry) = if has_ended {
            (found.and_then(|found| CallRecord::read(found, root).ok()), RetryPolicy::UntilStored(None))
        } else {
            match CallRecord::read(found.unwrap_or(HostResponse::Failed), root) {
                Ok(call_record) => (Some(call_record), RetryPolicy::CallerWaits(WRITE_TIMEOUT)),
                // The search that failed was the first attempt.
                Err(StoreError::Retryable(Code::ChartConflict)) => (None, RetryPolicy::CallerWaits(SECOND_ATTEMPT)),
                Err(error) => return Err(error.code()),
            }
        };
        let events = core::slice::from_ref(&self.event);
        let (context, other_writes) = (&self.context, &nothing_else);
        let write = RecordWrite {
            root,
            events,
            context,
            call_record: call_record.as_ref(),
            other_writes,
            extension_base,
            retry,
        };
        store(host, write).await.map(|_| ())
    }
}

/// Whether the caller asked for a callback.
fn has_callback_request(log: &CallState) -> bool {
    log.root_leg().and_then(|root| root.text(TextField::QueueResult)) == Some(CALLBACK_REQUESTED)
}
