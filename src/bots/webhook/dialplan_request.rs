// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Runs the dialplan of a number: reads the facts that the dialplan needs, updates the chart, and answers.
//!
//! A request makes at most two round trips to read, and the second one is for facts that depend on the first. A
//! rejected call makes one more, for its record. Most requests write nothing before the response, because a later
//! callback carries the same information. A request writes if no later callback does, for example if a caller accepts
//! the offer of a callback. The caller hears a response within three seconds. A fact that arrives too late is treated
//! as unknown.

use super::answers::store_input;
use super::change_by_phone::change_by_phone;
use super::request::WebhookRequest;
use super::status::{StatusCallback, jitter_seed, status};
use super::transcription::transcription;
use crate::bots::override_store::OverrideStore;
use crate::chart::{
    CallContext, CallEvent, CallRecord, CallState, Closing, QueueReport, RecordFormat, RecordWrite, RetryPolicy,
    SECOND_ATTEMPT_TIMEOUT, Screening, Status, StoreError, TextField, found, nothing_else, search, store,
};
use crate::dialplan::{
    CallStatus, CallbackKind, Caller, CallerRecord, DialplanInput, Direction, Fact, Facts, LocalizedTurn, Lookup,
    OverrideInForce, Params, Turn, VerbEvent, render, required_lookups,
};
use crate::error::{Code, log_line};
use crate::outbound::{SealingKeys, sealed_presences};
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse, Reply, Response, ZoneRequest, both};

/// The timeout of a read, in milliseconds. For the record of a reject, [`REJECT_LIMIT`] replaces it.
const READ_TIMEOUT: u32 = 900;

/// The timeout of the write, in milliseconds. For the record of a reject, [`REJECT_LIMIT`] replaces it.
const WRITE_TIMEOUT: u32 = 700;

/// The total timeout to store an event while a caller waits, in milliseconds.
const CALLER_WAITS_LIMIT: u32 = 2_500;

/// The total timeout of a request that the dialplan rejects, in milliseconds. It includes the lookups of the rules.
const REJECT_LIMIT: u32 = 2_900;

/// The total timeout of a request with input of the caller that must be stored, in milliseconds.
const INPUT_LIMIT: u32 = 2_800;

/// The `QueueResult` of a caller who accepted the offer of a callback. Only Plumline uses this value. In the chart, it
/// replaces the `hangup` or `leave` that Twilio reports for the same wait.
const OFFER_ACCEPTED: &str = "callback";

/// The reads that were made before the dialplan is run.
pub(super) struct EarlierReads {
    /// The answer to the search for the call's record.
    pub(super) record: Option<HostResponse>,
    /// The number of round trips to read that remain.
    pub(super) rounds: u32,
}

impl Default for EarlierReads {
    fn default() -> Self {
        Self { record: None, rounds: 2 }
    }
}

/// Answers a callback, or a request that the dialplan handles. `None` if the default dialplan must answer.
pub(super) async fn dispatch(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    direction: &Direction<'_>,
    earlier: EarlierReads,
) -> Option<Response> {
    let params = Params(request.pairs);
    let config = request.clinic.config;
    let caller = Caller::of(request.call, params, request.clinic.numbers, &config.sip);
    let input = DialplanInput { config, numbers: request.clinic.numbers, url: request.url, caller };
    match (request.callback.kind, direction) {
        (CallbackKind::WebhookUrl, Direction::DialAction) if request.call.status != Some(CallStatus::Terminal) => {
            // The request went to the bare webhook URL. Another application's TwiML may use it as the `action` of a
            // `<Dial>`. Its caller waits for the response.
            host.set_deadline(CALLER_WAITS_LIMIT, jitter_seed(request.pairs, request.now));
            Some(status(host, StatusCallback { caller_waits: true, ..request.status_callback() }).await)
        }
        (CallbackKind::WebhookUrl, Direction::StatusCallback | Direction::DialAction)
        | (CallbackKind::Status | CallbackKind::ScreenedStatus | CallbackKind::Recording | CallbackKind::Machine, _) => {
            Some(status(host, request.status_callback()).await)
        }
        // The caller hung up, so no document is needed.
        (kind, _) if kind.reports_end() && request.call.status == Some(CallStatus::Terminal) => {
            Some(status(host, request.status_callback()).await)
        }
        (CallbackKind::Transcription, _) => Some(transcription(host, request.status_callback()).await),
        (CallbackKind::WebhookUrl, Direction::Inbound { .. }) if input.rules().is_some() => {
            Some(run_dialplan(host, request, &input, earlier).await)
        }
        (CallbackKind::WebhookUrl, _) => None,
        _ => Some(run_dialplan(host, request, &input, earlier).await),
    }
}

async fn run_dialplan(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    input: &DialplanInput<'_>,
    earlier: EarlierReads,
) -> Response {
    let params = Params(request.pairs);
    let has_ended = request.call.status == Some(CallStatus::Terminal);
    let mut next = input.next(&request.callback, params, has_ended);
    let mut facts = Facts::at(request.now, &input.caller);
    facts.closed = request.callback.closed;
    let is_new = matches!(next.turn, Turn::Rules(_));
    if is_new {
        // A new call has no record.
        facts.record = Fact::Known(CallerRecord::default());
    }
    let mut update = RecordUpdate::of(request, &next.turn);
    if update.is_some() && next.turn.event().is_some_and(VerbEvent::is_input) {
        host.set_deadline(INPUT_LIMIT, jitter_seed(request.pairs, request.now));
    }
    let mut to_read = None;
    if let Some(update) = &mut update {
        update.found = earlier.record;
        to_read = Some(update).filter(|update| update.found.is_none());
    }
    let mut failures = collect_facts(host, request, input, &next, &mut facts, to_read, earlier.rounds).await;
    let mut codes = Vec::new();
    if let (Turn::Resume { action, verb, .. }, Some(stored)) = (next.turn, update.take_if(|update| update.is_input)) {
        let (result, code) = store_input(host, request, input, &next, stored, &mut facts).await;
        next.turn = Turn::of(result, action, verb);
        codes.extend(code.map(|code| (code, String::new())));
        // What follows may depend on what was stored. Most of its facts are known already.
        collect_facts(host, request, input, &next, &mut facts, None, earlier.rounds).await;
    }
    if let Turn::Resume { verb, event: VerbEvent::StaffChange, .. } = next.turn {
        host.set_deadline(REJECT_LIMIT, jitter_seed(request.pairs, request.now));
        let record = update.take();
        let write_record = async {
            match record {
                Some(record) => record.write(host, request.record_format()).await,
                None => Ok(()),
            }
        };
        let change = change_by_phone(host, request, input, verb, failures.store.take());
        let (changed, recorded) = both(change, write_record).await;
        facts.is_changed = changed.is_ok();
        let refused = [changed, recorded].into_iter().filter_map(Result::err);
        codes.extend(refused.map(|code| (code, String::new())));
    }
    let route = facts.overrides.known().and_then(OverrideInForce::route).filter(|_| is_new);
    match (&route, &mut update) {
        (Some(route), Some(update)) => update.event.overridden = Some(route),
        // No override applies to the call, so later callbacks have everything.
        (None, _) if is_new => update = None,
        _ => {}
    }
    if let (Some(VerbEvent::Left), Some(update)) = (next.turn.event(), &update) {
        facts.offer_accepted = update.has_accepted_offer();
    }
    let mut rendered = render(input, &next, &facts);
    if rendered.rejected && input.config.has_follow_ups() {
        host.set_deadline(REJECT_LIMIT, jitter_seed(request.pairs, request.now));
        update = RecordUpdate::of_reject(request, host).await;
        if let Some(update) = &mut update {
            update.event.overridden = route.as_deref();
        }
    }
    if let Some(update) = update
        && let Err(code) = update.write(host, request.record_format()).await
    {
        codes.push((code, String::new()));
        // The chart did not store that the caller accepted the offer. The caller must not hear a confirmation, and
        // hears the offer again.
        if let Turn::Resume { event: event @ VerbEvent::OfferAccepted, .. } = &mut next.turn {
            *event = VerbEvent::Waiting { n: 0, position: None, minutes: None };
            rendered = render(input, &next, &facts);
        }
    }
    let mut response = Response::from(Reply::Twiml(rendered.twiml));
    if facts.has_more_people {
        codes.push((Code::ChartTooManyMatches, String::new()));
    }
    if failures.late {
        codes.push((Code::ChartUnread, String::new()));
    }
    if failures.overrides_invalid {
        codes.push((Code::OverrideInvalid, String::new()));
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
    request: &WebhookRequest<'_, '_>,
    input: &DialplanInput<'_>,
    next: &LocalizedTurn<'_>,
    facts: &mut Facts,
    mut update: Option<&mut RecordUpdate<'_>>,
    rounds: u32,
) -> ReadFailures {
    let mut failures = ReadFailures::default();
    let mut zones = required_lookups(input, next, facts);
    zones.retain(|lookup| {
        let Lookup::Zone(zone) = lookup else { return false };
        let cached = request.local_times.borrow().at(zone, facts.now);
        facts.local_times.extend(cached.map(|time| (zone.clone(), Fact::Known(time))));
        cached.is_none()
    });
    if !zones.is_empty() {
        read_facts(host, request, input, facts, zones, None, &mut failures).await;
        request.local_times.borrow_mut().store(facts);
    }
    for _ in 0..rounds {
        let wanted = required_lookups(input, next, facts);
        let record_read = update.take();
        if wanted.is_empty() && record_read.is_none() {
            break;
        }
        read_facts(host, request, input, facts, wanted, record_read, &mut failures).await;
    }
    let mut times = required_lookups(input, next, facts);
    times.retain(|lookup| matches!(lookup, Lookup::VisitTime { .. }));
    if !times.is_empty() {
        read_facts(host, request, input, facts, times, None, &mut failures).await;
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
    /// Whether the chart has overrides that the bot ignores: without a valid seal, or not allowed by the config.
    overrides_invalid: bool,
    /// The overrides, if they were read.
    store: Option<OverrideStore>,
}

impl ReadFailures {
    fn add(&mut self, lookup: &Lookup, read: usize, answer: &HostResponse) {
        let kind = match (lookup, read) {
            // An unknown time zone is logged when the hours are evaluated.
            (Lookup::Zone(_) | Lookup::VisitTime { .. }, _) => return,
            (Lookup::BirthDateTries | Lookup::Presence | Lookup::Overrides, _) => "Basic",
            (Lookup::NextVisit(_), _) => "Appointment",
            (Lookup::People { .. }, 0) => "Patient",
            (Lookup::People { .. }, _) => "RelatedPerson",
            (Lookup::LastToCall | Lookup::Record, _) => "Communication",
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

/// Reads several facts in one round trip.
async fn read_facts(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
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
        let is_local = matches!(lookup, Lookup::Zone(_) | Lookup::VisitTime { .. });
        let timeout = (!is_local).then_some(READ_TIMEOUT);
        asked.push((lookup, reads.len()));
        requests.extend(reads.into_iter().map(|read| (read, timeout)));
    }
    let needs_record = asked.iter().any(|(lookup, _)| *lookup == Lookup::Record);
    let root = update.as_ref().map_or(input.caller.sid, |update| update.event.root_sid().0);
    if update.is_some() || needs_record {
        requests.push((HostRequest::Fhir(search(root)), Some(READ_TIMEOUT)));
    }
    let mut answers = host.send_all(requests).await.into_iter();
    for (lookup, count) in asked {
        let mut found = Vec::with_capacity(count);
        for read in 0..count {
            let answer = answers.next().unwrap_or(HostResponse::Failed);
            failures.add(&lookup, read, &answer);
            if lookup == Lookup::Overrides {
                read_overrides(answer, request, input, facts, failures);
                continue;
            }
            found.push(answer.ok());
        }
        if lookup == Lookup::Presence {
            let sealing = request.secret.and_then(|secret| SealingKeys::read(secret).ok());
            found = found.into_iter().map(|found| Some(sealed_presences(found?, sealing.as_ref()))).collect();
        }
        facts.learn(&lookup, found, &input.caller);
    }
    if update.is_none() && !needs_record {
        return;
    }
    let found = answers.next().unwrap_or(HostResponse::Failed);
    if needs_record {
        failures.add(&Lookup::Record, 0, &found);
        facts.record =
            CallRecord::read(found.clone(), root).map_or(Fact::Unavailable, |known| Fact::Known(caller_record(&known)));
    }
    if let Some(update) = update {
        update.found = Some(found);
    }
}

/// What the dialplan needs from the record of a call.
pub(super) fn caller_record(record: &CallRecord) -> CallerRecord {
    CallerRecord {
        reference: record.reference(),
        answers: record.state.answers().map(|answer| (answer.action.clone(), answer.value.clone())).collect(),
        verified: record.state.context().verified.clone(),
    }
}

/// Reads the overrides by staff. If they cannot be read, the config decides.
fn read_overrides(
    answer: HostResponse,
    request: &WebhookRequest<'_, '_>,
    input: &DialplanInput<'_>,
    facts: &mut Facts,
    failures: &mut ReadFailures,
) {
    let Ok(resources) = found(answer, "Basic") else {
        facts.overrides = Fact::Unavailable;
        return;
    };
    let config = input.config;
    let keys = SealingKeys::of(request.secret, None);
    let store = OverrideStore::read(resources, config.extension_base(), &keys);
    failures.overrides_invalid |= store.has_invalid || store.overrides.iter().any(|item| !item.is_allowed(config));
    let in_force = OverrideInForce::of(&store.overrides, config, input.caller.called, facts.now);
    failures.store = Some(store);
    facts.set_overrides(in_force, request.callback.kind == CallbackKind::WebhookUrl);
}

fn requests_for(lookup: &Lookup, input: &DialplanInput<'_>, facts: &Facts) -> Vec<HostRequest> {
    let local_time = match lookup {
        Lookup::Zone(zone) => Some((zone, facts.now)),
        Lookup::VisitTime { zone, at } => Some((zone, *at)),
        _ => None,
    };
    if let Some((zone, at)) = local_time {
        let request = ZoneRequest { zone: zone.clone(), instants: vec![at], local_times: Vec::new() };
        return vec![HostRequest::Zone(request)];
    }
    lookup.urls(&input.caller, facts).into_iter().map(|url| HostRequest::Fhir(FhirRequest::get(url))).collect()
}

/// What must be in the chart before the response, because no later callback carries the same information.
pub(super) struct RecordUpdate<'a> {
    event: CallEvent<'a>,
    /// What is known about the call apart from the event.
    pub(super) context: CallContext,
    /// Whether the request has input of the caller, which decides what follows.
    is_input: bool,
    /// The answer to the search for the call's record. `None` before the search.
    found: Option<HostResponse>,
}

impl<'a> RecordUpdate<'a> {
    /// The update for a request with `turn`. `None` if later callbacks carry the same information. For a dial action,
    /// these are the status callbacks of the dialed legs, unless no leg was dialed or the answered leg was not
    /// connected. For the action of a voicemail, it is the recording callback.
    fn of(request: &WebhookRequest<'_, 'a>, turn: &Turn<'_>) -> Option<Self> {
        if matches!(turn, Turn::Rules(_)) {
            // An override by staff, if one applies to the call.
            request.clinic.config.overrides.as_ref()?;
            let event = CallEvent::from_first_request(request.pairs, request.now)?;
            return Some(Self { event, context: CallContext::default(), is_input: false, found: None });
        }
        let accepted = turn.event() == Some(VerbEvent::OfferAccepted);
        let is_input = turn.event().is_some_and(VerbEvent::is_input);
        let mut event = CallEvent::read(request.pairs, request.now)?;
        if accepted {
            event.queue = Some(QueueReport { result: OFFER_ACCEPTED, seconds: None });
        }
        if request.callback.kind == CallbackKind::Greeting {
            // The recording is the clinic's, and not a message of the caller.
            event.greeting = event.recording.take().map(|recording| recording.sid);
        }
        match turn.event() {
            Some(VerbEvent::Accepted) => event.screening = Some(Screening::Accepted),
            Some(VerbEvent::Served) => event.closing = Some(Closing::Served),
            Some(VerbEvent::AgentFinished) => event.closing = Some(Closing::Agent),
            Some(VerbEvent::Emergency { .. }) => event.emergency = true,
            _ => {}
        }
        let is_needed = match request.callback.kind {
            CallbackKind::Dial | CallbackKind::Conference => event.dial.is_some_and(|dial| {
                let not_connected = dial.bridged == Some(false) && dial.status.is_some_and(Status::means_answered);
                dial.sid.is_none() || not_connected
            }),
            CallbackKind::Queue
            | CallbackKind::Accept
            | CallbackKind::Served
            | CallbackKind::Agent
            | CallbackKind::Greeting => true,
            _ => accepted || is_input || event.emergency,
        };
        is_needed.then_some(Self { event, context: CallContext::default(), is_input, found: None })
    }

    /// The update for a call that the dialplan rejects. Twilio reports a rejected call like a missed one.
    async fn of_reject(request: &WebhookRequest<'_, 'a>, host: &Host) -> Option<Self> {
        let mut event = CallEvent::from_first_request(request.pairs, request.now)?;
        event.closing = Some(Closing::Rejected);
        let found = host.send(HostRequest::Fhir(search(event.root_sid().0)), Some(READ_TIMEOUT)).await;
        Some(Self { event, context: CallContext::default(), is_input: false, found: Some(found) })
    }

    /// Whether the chart has that the caller accepted the offer of a callback.
    fn has_accepted_offer(&self) -> bool {
        let found = self.found.clone().unwrap_or(HostResponse::Failed);
        let call_record = CallRecord::read(found, self.event.root_sid().0);
        let queue_result = |state: &CallState| {
            state.root_leg().and_then(|root| root.text(TextField::QueueResult)).map(|result| result == OFFER_ACCEPTED)
        };
        call_record.is_ok_and(|call_record| queue_result(&call_record.state) == Some(true))
    }

    /// The record of the call, as it was read.
    pub(super) fn record(&self) -> Option<CallRecord> {
        CallRecord::read(self.found.clone()?, self.event.root_sid().0).ok()
    }

    /// Writes the update while the caller waits. After a conflict, it makes one more attempt.
    pub(super) async fn write(self, host: &Host, format: RecordFormat<'_>) -> Result<(), Code> {
        let root = self.event.root_sid().0;
        let (call_record, retry) = match CallRecord::read(self.found.unwrap_or(HostResponse::Failed), root) {
            Ok(call_record) => (Some(call_record), RetryPolicy::CallerWaits(WRITE_TIMEOUT)),
            // The search that failed was the first attempt.
            Err(StoreError::Retryable(Code::ChartConflict)) => (None, RetryPolicy::CallerWaits(SECOND_ATTEMPT_TIMEOUT)),
            Err(error) => return Err(error.code()),
        };
        let write = RecordWrite {
            root,
            events: core::slice::from_ref(&self.event),
            context: &self.context,
            call_record: call_record.as_ref(),
            other_writes: &nothing_else,
            format,
            retry,
        };
        store(host, write).await.map(|_| ())
    }
}
