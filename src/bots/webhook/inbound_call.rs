// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Runs the dialplan of a number: reads the facts that the plan needs, updates the chart, and answers.
//!
//! There are at most two round trips of reading, the second if it depends on the first, and one of writing. Each has a
//! deadline, so the caller hears something within three seconds. Facts that are late count as unknown. A write that
//! fails is repeated with the callbacks.

use std::cell::RefCell;

use super::request::WebhookRequest;
use super::status::{CALLBACK_LIMIT, spread, status};
use super::transcription::transcription;
use crate::bots::instance_cache::LocalTimeCache;
use crate::chart::{
    CallEvent, CallLog, Chart, ChartWrite, Context, QueueReport, RetryPolicy, SECOND_ATTEMPT, StoreError, Text,
    nothing_else, search, store,
};
use crate::dialplan::config::Config;
use crate::dialplan::verbs::Reject;
use crate::dialplan::{
    CallStatus, CallbackKind, Caller, Direction, Fact, Facts, Lookup, Next, Params, Plan, Turn, VerbEvent, render,
    required_lookups,
};
use crate::error::{Code, log_line};
use crate::runtime::{Answer, Ask, FhirRequest, Host, Reply, Response, ZoneRequest};

/// Milliseconds for a round trip of reading.
const READ_DEADLINE: u32 = 900;

/// Milliseconds for the round trip of writing.
const WRITE_DEADLINE: u32 = 700;

/// The maximum number of milliseconds to store an event while a caller waits.
const CALLER_WAITS_LIMIT: u32 = 2_500;

/// The `QueueResult` of a caller who asked to be called back. Twilio does not have it. In the chart, it replaces
/// `hangup` and `leave`, which Twilio reports for the same wait.
const CALLBACK_REQUESTED: &str = "callback";

/// Answers a request of the dialplan or a callback. `None` if the default plan answers.
pub(super) async fn dialplan(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    direction: &Direction<'_>,
) -> Option<Response> {
    let params = Params(request.pairs);
    let config = request.clinic.config;
    let caller = Caller::of(request.call, params, request.clinic.numbers);
    let plan = Plan { config, numbers: request.clinic.numbers, url: request.url, caller };
    match (request.step.kind, direction) {
        (CallbackKind::First, Direction::DialAction) if request.call.status != Some(CallStatus::Terminal) => {
            // TwiML of another application may have this action URL, and its caller waits for the document.
            host.limit(CALLER_WAITS_LIMIT, spread(request.pairs, request.now));
            Some(status(host, request.pairs, request.now, request.base()).await)
        }
        (CallbackKind::First, Direction::StatusCallback | Direction::DialAction)
        | (CallbackKind::Status | CallbackKind::Recording | CallbackKind::Machine, _) => {
            Some(status(host, request.pairs, request.now, request.base()).await)
        }
        // The caller has hung up. Only this request says how the wait ended.
        (CallbackKind::Queue, _) if request.call.status == Some(CallStatus::Terminal) => {
            Some(status(host, request.pairs, request.now, request.base()).await)
        }
        (CallbackKind::Transcription, _) => Some(transcription(host, request.pairs, request.now, request.base()).await),
        (CallbackKind::First, Direction::Inbound { .. }) if plan.rules().is_some() => {
            Some(run_plan(host, request, &plan).await)
        }
        (CallbackKind::First, _) => None,
        _ => Some(run_plan(host, request, &plan).await),
    }
}

async fn run_plan(host: &Host, request: &WebhookRequest<'_, '_>, plan: &Plan<'_>) -> Response {
    let params = Params(request.pairs);
    let is_over = request.call.status == Some(CallStatus::Terminal);
    if is_over {
        host.limit(CALLBACK_LIMIT, spread(request.pairs, request.now));
    }
    let mut next = plan.next(&request.step, params, is_over);
    // For an answered dial, the facts are those of the time when the phones rang.
    let talk_time = match next.turn.event() {
        Some(VerbEvent::Answered { .. }) => u64::from(params.number("DialCallDuration").unwrap_or_default()) * 1_000,
        _ => 0,
    };
    let mut facts = Facts::at(request.now.saturating_sub(talk_time), &plan.caller);
    let mut update = RecordUpdate::of(request, &next.turn);
    let failures = collect_facts(host, plan, &next, request.local_times, &mut facts, &mut update).await;
    if let (Some(VerbEvent::Left), Some(found)) =
        (next.turn.event(), update.as_ref().and_then(|update| update.found.clone()))
    {
        let root = update.as_ref().map_or("", |update| update.event.root().0);
        facts.callback_accepted = Chart::read(found, root).is_ok_and(|chart| has_callback_request(&chart.log));
    }
    let mut rendered = render(plan, &next, &facts);
    let mut codes = Vec::new();
    if let Some(unread) = update.as_mut().filter(|update| update.found.is_none()) {
        if rendered.rejected {
            // A rejected call is not missed. Without this, Twilio reports it like any unanswered call.
            unread.found = Some(host.ask(Ask::Fhir(search(unread.event.root().0)), Some(READ_DEADLINE)).await);
        } else {
            update = None;
        }
    }
    if let Some(update) = &mut update {
        let patient = facts.patient.known().and_then(Option::as_ref).map(|patient| patient.reference.clone());
        update.context = Context { patient, practitioner: rendered.dialed.clone(), ..Context::default() };
        update.event.rejected = rendered.rejected && plan.config.follows_up();
        if let Err(code) = update.write(host, request.base(), is_over).await {
            codes.push((code, String::new()));
            // The callback request could not be stored, so it is not confirmed. The caller is offered it again.
            if let Turn::Resume { event: event @ VerbEvent::CallbackAccepted, .. } = &mut next.turn {
                *event = VerbEvent::Waiting { position: None };
                rendered = render(plan, &next, &facts);
            }
        }
    }
    let mut response = Response::from(Reply::Twiml(rendered.twiml));
    if failures.late {
        codes.push((Code::ChartUnread, String::new()));
    }
    codes.extend(failures.refused.iter().map(|kind| (Code::ChartRefusedRead, (*kind).to_owned())));
    for (code, place) in rendered.codes.iter().chain(&codes) {
        response.log.push(log_line(*code, place));
    }
    response
}

/// Reads the facts that the turn needs, and the call's record if it must be updated. Local times come first. They need
/// no round trip and can make other reads unnecessary.
async fn collect_facts(
    host: &Host,
    plan: &Plan<'_>,
    next: &Next<'_>,
    local_times: &RefCell<LocalTimeCache>,
    facts: &mut Facts,
    update: &mut Option<RecordUpdate<'_>>,
) -> ReadFailures {
    let mut failures = ReadFailures::default();
    let is_local_time = |lookup: &Lookup| matches!(lookup, Lookup::Zone(_));
    let mut zones = required_lookups(plan, next, facts);
    zones.retain(|lookup| {
        let Lookup::Zone(zone) = lookup else { return false };
        let cached = local_times.borrow().at(zone, facts.now);
        facts.local_times.extend(cached.map(|time| (zone.clone(), Fact::Known(time))));
        cached.is_none()
    });
    if !zones.is_empty() {
        read_facts(host, plan, facts, zones, None, &mut failures).await;
        local_times.borrow_mut().store(facts);
    }
    for pass in 0..2 {
        let wanted = required_lookups(plan, next, facts);
        let asks_for_no_one = wanted.iter().all(|lookup| is_local_time(lookup) || matches!(lookup, Lookup::Service(_)));
        if pass == 0 && asks_for_no_one {
            // A plan that looks up no one updates no record at the start of a call, unless it may reject the call.
            update.take_if(|update| !update.has_details && !may_reject(plan.config));
        }
        let record_read =
            update.as_mut().filter(|update| update.found.is_none() && (update.has_details || !asks_for_no_one));
        if wanted.is_empty() && record_read.is_none() {
            break;
        }
        read_facts(host, plan, facts, wanted, record_read, &mut failures).await;
    }
    failures
}

/// Reads that failed.
#[derive(Default)]
struct ReadFailures {
    /// Whether a read was late.
    late: bool,
    /// The resource types that the server did not find or refused.
    refused: Vec<&'static str>,
}

impl ReadFailures {
    fn add(&mut self, lookup: &Lookup, answer: &Answer) {
        let kind = match lookup {
            // An unknown time zone is reported with the hours.
            Lookup::Zone(_) => return,
            Lookup::Patient => "Patient",
            Lookup::Teams => "CareTeam",
            Lookup::LastToCall => "Communication",
            Lookup::Service(_) => "HealthcareService",
            Lookup::Roles(_) => "PractitionerRole",
        };
        match answer {
            Answer::Done { status: 200..=299, .. } => {}
            Answer::Done { status: 400 | 401 | 403 | 404 | 410, .. } => {
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
    plan: &Plan<'_>,
    facts: &mut Facts,
    wanted: Vec<Lookup>,
    update: Option<&mut RecordUpdate<'_>>,
    failures: &mut ReadFailures,
) {
    let mut asks = Vec::with_capacity(wanted.len() + 1);
    let mut asked = Vec::with_capacity(wanted.len());
    for lookup in wanted {
        match ask(&lookup, plan, facts) {
            Some(ask) => {
                // The host knows local times without a round trip.
                let deadline = (!matches!(lookup, Lookup::Zone(_))).then_some(READ_DEADLINE);
                asks.push((ask, deadline));
                asked.push(lookup);
            }
            None => facts.learn(&lookup, None, &plan.caller),
        }
    }
    if let Some(update) = &update {
        asks.push((Ask::Fhir(search(update.event.root().0)), Some(READ_DEADLINE)));
    }
    let mut answers = host.ask_all(asks).await.into_iter();
    for lookup in asked {
        let answer = answers.next().unwrap_or(Answer::Failed);
        failures.add(&lookup, &answer);
        facts.learn(&lookup, answer.ok(), &plan.caller);
    }
    if let Some(update) = update {
        update.found = answers.next();
    }
}

fn ask(lookup: &Lookup, plan: &Plan<'_>, facts: &Facts) -> Option<Ask> {
    if let Lookup::Zone(zone) = lookup {
        return Some(Ask::Zone(ZoneRequest { zone: zone.clone(), instants: vec![facts.now], local_times: Vec::new() }));
    }
    let url = lookup.url(&plan.caller, facts)?;
    Some(Ask::Fhir(FhirRequest::get(url)))
}

/// What the chart must know about this request before the answer.
struct RecordUpdate<'a> {
    event: CallEvent<'a>,
    /// Whether it says more than that the call started, which its callbacks report, too.
    has_details: bool,
    context: Context,
    /// The answer to the search for the call's record.
    found: Option<Answer>,
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
        Some(Self { event, has_details, context: Context::default(), found: None })
    }
}

impl RecordUpdate<'_> {
    /// Writes the update. It tries again after a conflict, and more often if the call is over.
    async fn write(&mut self, host: &Host, base: &str, is_over: bool) -> Result<(), Code> {
        if !self.has_details && !self.event.rejected && self.context == Context::default() {
            return Ok(());
        }
        let root = self.event.root().0;
        let found = self.found.take();
        let (chart, retry) = if is_over {
            (found.and_then(|found| Chart::read(found, root).ok()), RetryPolicy::UntilStored(None))
        } else {
            match Chart::read(found.unwrap_or(Answer::Failed), root) {
                Ok(chart) => (Some(chart), RetryPolicy::CallerWaits(WRITE_DEADLINE)),
                // That search was the first attempt.
                Err(StoreError::Retryable(Code::ChartConflict)) => (None, RetryPolicy::CallerWaits(SECOND_ATTEMPT)),
                Err(error) => return Err(error.code()),
            }
        };
        let events = core::slice::from_ref(&self.event);
        let (context, also) = (&self.context, &nothing_else);
        let write = ChartWrite { root, events, context, chart: chart.as_ref(), also, base, retry };
        store(host, write).await.map(|_| ())
    }
}

/// Whether the caller has asked to be called back.
fn has_callback_request(log: &CallLog) -> bool {
    log.root_leg().and_then(|root| root.text(Text::QueueResult)) == Some(CALLBACK_REQUESTED)
}
