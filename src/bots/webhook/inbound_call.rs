// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call goes by its number's dialplan: find out what the plan asks for, note what the chart is to know, answer.
//!
//! Two round trips of reading at most, the second where it depends on the first, and one of writing. Each has a deadline,
//! so that a caller hears something within three seconds whatever the chart does; what it did not say in time counts as
//! unknown, and what could not be noted before the answer comes again with the callbacks.

use std::cell::RefCell;

use super::request::WebhookRequest;
use super::status::{CALLBACK_LIMIT, spread, status};
use super::transcription::transcription;
use crate::bots::instance_cache::Clocks;
use crate::chart::{
    CallEvent, CallLog, Chart, ChartWrite, Context, Patience, QueueReport, SECOND_ATTEMPT, StoreError, Text,
    nothing_else, search, store,
};
use crate::dialplan::config::Config;
use crate::dialplan::verbs::Reject;
use crate::dialplan::{
    CallStatus, CallbackKind, Caller, Direction, Fact, Facts, Next, Params, Plan, Turn, VerbEvent, Want, render, wants,
};
use crate::error::{Code, log_line};
use crate::runtime::{Answer, Ask, FhirRequest, Host, Reply, Response, ZoneRequest};

/// Milliseconds that a round trip of reading may take.
const READING: u32 = 900;

/// Milliseconds that the one of writing may take.
const WRITING: u32 = 700;

/// Milliseconds that storing an event may take in all while a caller waits.
const LISTENING_LIMIT: u32 = 2_500;

/// The `QueueResult` of a caller who asked to be called back. Twilio has no such word; in the chart it goes before
/// `hangup` and `leave`, which Twilio says of the same wait.
const CALLED_BACK: &str = "callback";

/// Answers what a dialplan or a callback of ours is about; `None` for what the default plan answers.
pub(super) async fn dialplan(
    host: &Host,
    visit: &WebhookRequest<'_, '_>,
    direction: &Direction<'_>,
) -> Option<Response> {
    let said = Params(visit.pairs);
    let config = visit.clinic.config;
    let caller = Caller::of(visit.call, said, visit.clinic.numbers);
    let plan = Plan { config, numbers: visit.clinic.numbers, url: visit.url, caller };
    match (visit.step.kind, direction) {
        (CallbackKind::First, Direction::DialAction) if visit.call.status != Some(CallStatus::Terminal) => {
            // TwiML from elsewhere may have this action: a caller waits for the document.
            host.limit(LISTENING_LIMIT, spread(visit.pairs, visit.now));
            Some(status(host, visit.pairs, visit.now, visit.base()).await)
        }
        (CallbackKind::First, Direction::StatusCallback | Direction::DialAction)
        | (CallbackKind::Status | CallbackKind::Recording | CallbackKind::Machine, _) => {
            Some(status(host, visit.pairs, visit.now, visit.base()).await)
        }
        // Nobody listens any more, and Twilio says nowhere else how the wait ended.
        (CallbackKind::Queue, _) if visit.call.status == Some(CallStatus::Terminal) => {
            Some(status(host, visit.pairs, visit.now, visit.base()).await)
        }
        (CallbackKind::Transcription, _) => Some(transcription(host, visit.pairs, visit.now, visit.base()).await),
        (CallbackKind::First, Direction::Inbound { .. }) if plan.rules().is_some() => {
            Some(follow(host, visit, &plan).await)
        }
        (CallbackKind::First, _) => None,
        _ => Some(follow(host, visit, &plan).await),
    }
}

async fn follow(host: &Host, visit: &WebhookRequest<'_, '_>, plan: &Plan<'_>) -> Response {
    let said = Params(visit.pairs);
    let over = visit.call.status == Some(CallStatus::Terminal);
    if over {
        host.limit(CALLBACK_LIMIT, spread(visit.pairs, visit.now));
    }
    let mut next = plan.next(&visit.step, said, over);
    // Who was there when they were rung is asked once they have spoken.
    let spoken = match next.turn.event() {
        Some(VerbEvent::Answered { .. }) => u64::from(said.number("DialCallDuration").unwrap_or_default()) * 1_000,
        _ => 0,
    };
    let mut facts = Facts::at(visit.now.saturating_sub(spoken), &plan.caller);
    let mut note = RecordUpdate::of(visit, &next.turn);
    let unread = find_out(host, plan, &next, visit.clocks, &mut facts, &mut note).await;
    if let (Some(VerbEvent::Left), Some(found)) = (next.turn.event(), note.as_ref().and_then(|note| note.found.clone()))
    {
        let root = note.as_ref().map_or("", |note| note.event.root().0);
        facts.callback_taken = Chart::read(found, root).is_ok_and(|chart| has_callback(&chart.log));
    }
    let mut rendered = render(plan, &next, &facts);
    let mut codes = Vec::new();
    if let Some(late) = note.as_mut().filter(|note| note.found.is_none()) {
        if rendered.rejected {
            // Nobody missed this call; else Twilio says of it what it says of any that nobody took.
            late.found = Some(host.ask(Ask::Fhir(search(late.event.root().0)), Some(READING)).await);
        } else {
            note = None;
        }
    }
    if let Some(note) = &mut note {
        let patient = facts.patient.known().and_then(Option::as_ref).map(|patient| patient.reference.clone());
        note.context = Context { patient, practitioner: rendered.rung.clone(), ..Context::default() };
        note.event.rejected = rendered.rejected && plan.config.follows_up();
        if let Err(code) = note.write(host, visit.base(), over).await {
            codes.push((code, String::new()));
            // What nobody will remember is not promised: the offer comes again.
            if let Turn::Resume { event: event @ VerbEvent::CallbackAccepted, .. } = &mut next.turn {
                *event = VerbEvent::Waiting { position: None };
                rendered = render(plan, &next, &facts);
            }
        }
    }
    let mut done = Response::from(Reply::Twiml(rendered.twiml));
    if unread.late {
        codes.push((Code::ChartUnread, String::new()));
    }
    codes.extend(unread.refused.iter().map(|kind| (Code::ChartRefusedRead, (*kind).to_owned())));
    for (code, place) in rendered.codes.iter().chain(&codes) {
        done.log.push(log_line(*code, place));
    }
    done
}

/// Asks for what the turn wants, and for the call's record where something is to be noted in it. The clocks come first:
/// they cost no round trip, and with them much need not be asked for.
async fn find_out(
    host: &Host,
    plan: &Plan<'_>,
    next: &Next<'_>,
    clocks: &RefCell<Clocks>,
    facts: &mut Facts,
    note: &mut Option<RecordUpdate<'_>>,
) -> Unread {
    let mut unread = Unread::default();
    let is_clock = |want: &Want| matches!(want, Want::Zone(_));
    let mut zones = wants(plan, next, facts);
    zones.retain(|want| {
        let Want::Zone(zone) = want else { return false };
        let shown = clocks.borrow().at(zone, facts.now);
        facts.local_times.extend(shown.map(|wall| (zone.clone(), Fact::Known(wall))));
        shown.is_none()
    });
    if !zones.is_empty() {
        learn(host, plan, facts, zones, None, &mut unread).await;
        clocks.borrow_mut().keep(facts);
    }
    for round in 0..2 {
        let wanted = wants(plan, next, facts);
        let for_nobody = wanted.iter().all(|want| is_clock(want) || matches!(want, Want::Service(_)));
        if round == 0 && for_nobody {
            // A plan that asks for nobody has nothing to note of a call that only begins, unless it turns it away.
            note.take_if(|note| !note.has_news && !rejects(plan.config));
        }
        let look = note.as_mut().filter(|note| note.found.is_none() && (note.has_news || !for_nobody));
        if wanted.is_empty() && look.is_none() {
            break;
        }
        learn(host, plan, facts, wanted, look, &mut unread).await;
    }
    unread
}

/// What the chart did not say.
#[derive(Default)]
struct Unread {
    /// Something did not come in time.
    late: bool,
    /// The types of what it does not have, or does not show.
    refused: Vec<&'static str>,
}

impl Unread {
    fn note(&mut self, want: &Want, answer: &Answer) {
        let kind = match want {
            // Whose clocks are not known is said with the hours.
            Want::Zone(_) => return,
            Want::Patient => "Patient",
            Want::Teams => "CareTeam",
            Want::LastToCall => "Communication",
            Want::Service(_) => "HealthcareService",
            Want::Roles(_) => "PractitionerRole",
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

/// Whether it matters to anybody that a caller is turned away, and one may be.
fn rejects(config: &Config) -> bool {
    config.follows_up() && Reject::is_in(config)
}

/// Asks for several things at the same moment, and takes in the answers.
async fn learn(
    host: &Host,
    plan: &Plan<'_>,
    facts: &mut Facts,
    wanted: Vec<Want>,
    look: Option<&mut RecordUpdate<'_>>,
    unread: &mut Unread,
) {
    let mut asks = Vec::with_capacity(wanted.len() + 1);
    let mut asked = Vec::with_capacity(wanted.len());
    for want in wanted {
        match ask(&want, plan, facts) {
            Some(ask) => {
                // The host knows its clocks without waiting.
                let deadline = (!matches!(want, Want::Zone(_))).then_some(READING);
                asks.push((ask, deadline));
                asked.push(want);
            }
            None => facts.learn(&want, None, &plan.caller),
        }
    }
    if let Some(note) = &look {
        asks.push((Ask::Fhir(search(note.event.root().0)), Some(READING)));
    }
    let mut answers = host.ask_all(asks).await.into_iter();
    for want in asked {
        let answer = answers.next().unwrap_or(Answer::Failed);
        unread.note(&want, &answer);
        facts.learn(&want, answer.ok(), &plan.caller);
    }
    if let Some(note) = look {
        note.found = answers.next();
    }
}

fn ask(want: &Want, plan: &Plan<'_>, facts: &Facts) -> Option<Ask> {
    if let Want::Zone(zone) = want {
        return Some(Ask::Zone(ZoneRequest { zone: zone.clone(), instants: vec![facts.now], walls: Vec::new() }));
    }
    let url = want.url(&plan.caller, facts)?;
    Some(Ask::Fhir(FhirRequest::get(url)))
}

/// What the chart is to know of this request before it is answered.
struct RecordUpdate<'a> {
    event: CallEvent<'a>,
    /// Whether it tells more than that a call begins, which its callbacks tell as well.
    has_news: bool,
    context: Context,
    /// The answer to the search for the call's record.
    found: Option<Answer>,
}

impl<'a> RecordUpdate<'a> {
    /// Of a request that makes `turn`; `None` where there is nothing to say.
    fn of(visit: &WebhookRequest<'_, 'a>, turn: &Turn<'_>) -> Option<Self> {
        let accepted = turn.event() == Some(VerbEvent::CallbackAccepted);
        let event = match visit.step.kind {
            CallbackKind::First => CallEvent::opening(visit.pairs, visit.now)?,
            kind if kind.reports_end() || accepted => CallEvent::read(visit.pairs, visit.now)?,
            _ => return None,
        };
        let queue = if accepted { Some(QueueReport { result: CALLED_BACK, seconds: None }) } else { event.queue };
        let has_news = visit.step.kind != CallbackKind::First;
        let event = CallEvent { queue, ..event };
        Some(Self { event, has_news, context: Context::default(), found: None })
    }
}

impl RecordUpdate<'_> {
    /// Writes it down; once more where somebody else wrote at the same time, and more often where the call is over.
    async fn write(&mut self, host: &Host, base: &str, over: bool) -> Result<(), Code> {
        if !self.has_news && !self.event.rejected && self.context == Context::default() {
            return Ok(());
        }
        let root = self.event.root().0;
        let found = self.found.take();
        let (chart, patience) = if over {
            (found.and_then(|found| Chart::read(found, root).ok()), Patience::UntilStored(None))
        } else {
            match Chart::read(found.unwrap_or(Answer::Failed), root) {
                Ok(chart) => (Some(chart), Patience::CallerWaits(WRITING)),
                // That search was the first attempt.
                Err(StoreError::Retryable(Code::ChartConflict)) => (None, Patience::CallerWaits(SECOND_ATTEMPT)),
                Err(error) => return Err(error.code()),
            }
        };
        let events = core::slice::from_ref(&self.event);
        let (context, also) = (&self.context, &nothing_else);
        let write = ChartWrite { root, events, context, chart: chart.as_ref(), also, base, patience };
        store(host, write).await.map(|_| ())
    }
}

/// Whether the caller has asked to be called back.
fn has_callback(log: &CallLog) -> bool {
    log.root_leg().and_then(|root| root.text(Text::QueueResult)) == Some(CALLED_BACK)
}
