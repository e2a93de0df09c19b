// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes a page of Twilio's list into the chart: one read for all calls, then conditional writes for the outdated
//! records.

use super::calls::{earlier, is_outage};
use super::sweep_run::{MAX_BATCH_WRITES, SweepRun};
use super::tickets::{Tickets, close};
use crate::chart::{CallEvent, CallLog, Chart, StoreError, call_sid, found};
use crate::error::Code;
use crate::fhir::element::{identifier_value, is};
use crate::fhir::search::search_value;
use crate::fhir::systems::TWILIO;
use crate::json::{Json, decimal};
use crate::runtime::{Answer, FhirRequest};

/// The number of attempts to read and write a record that other writers change, too.
const ATTEMPTS: u32 = 3;
/// The maximum number of calls in one search.
const MAX_SEARCHED: usize = 50;

/// A call on the page.
struct Call<'a> {
    root: &'a str,
    events: Vec<&'a CallEvent<'a>>,
}

/// What a page left undone.
#[derive(Default)]
pub(super) struct Reconciled {
    /// The start of the earliest call that the server refuses. That is no reason to stop.
    pub(super) refused: Option<u64>,
    /// The roots of calls that may belong to another application. Their first leg would show it, but it is not among
    /// the events.
    pub(super) unknown: Vec<String>,
}

/// Writes events into the chart, except for calls of another application.
///
/// # Errors
/// The server cannot be reached, or other writers were always first. Try again later.
pub(super) async fn reconcile<'a>(
    run: &SweepRun<'_>,
    events: &'a [CallEvent<'a>],
    tickets: &mut Tickets,
) -> Result<Reconciled, Code> {
    let mut open = by_root(events);
    let mut result = Reconciled::default();
    let mut code = Code::ChartConflict;
    let mut is_behind = false;
    let mut conflicting = None;
    for _ in 0..ATTEMPTS {
        let records = read_records(run, &open, tickets).await?;
        let mut writes = Vec::new();
        for (call, records) in open.into_iter().zip(records) {
            // A call in the chart is ours.
            let is_ours = if records.is_empty() { run.is_ours(&call.events) } else { Some(true) };
            if is_ours != Some(true) {
                result.unknown.extend(is_ours.is_none().then(|| call.root.to_owned()));
                continue;
            }
            let mut work = CallWork::new(call, records, tickets);
            match work.request(run.base()) {
                Ok(Some(request)) => writes.push((work, request)),
                Ok(None) => {}
                Err(error) => {
                    run.report(error.code());
                    result.refused = earlier(result.refused, work.call.started_at());
                }
            }
        }
        open = Vec::new();
        let mut second_writes = Vec::new();
        let mut conflicts = true;
        for (work, answer) in write(run, writes).await {
            match work.chart.check_write(&answer) {
                Ok(()) if work.needs_second_write => second_writes.push(work.call),
                Ok(()) => {}
                Err(error) if is_outage(error) => {
                    code = error.code();
                    if work.claims_ticket && code != Code::ChartConflict {
                        tickets.put_back(work.chart);
                    }
                    conflicts &= code == Code::ChartConflict;
                    open.push(work.call);
                }
                Err(error) => {
                    run.report(error.code());
                    result.refused = earlier(result.refused, work.call.started_at());
                }
            }
        }
        is_behind = !open.is_empty() && !conflicts;
        conflicting = if conflicts { open.iter().filter_map(Call::started_at).min() } else { None };
        open.extend(second_writes);
        if open.is_empty() {
            break;
        }
    }
    if is_behind {
        return Err(code);
    }
    // Other writers change a few records all the time, or the search finds a record of another call. The rest does not
    // wait for those.
    if conflicting.is_some() {
        run.report(Code::ChartConflict);
        result.refused = earlier(result.refused, conflicting);
    }
    // A duplicate that is not closed yet waits for the next run.
    Ok(result)
}

impl Call<'_> {
    /// What the page says about the call.
    fn log(&self) -> CallLog {
        let mut log = CallLog::default();
        for event in &self.events {
            log.add(event);
        }
        log
    }

    fn started_at(&self) -> Option<u64> {
        self.events.iter().filter_map(|event| event.at).min()
    }
}

/// The work for one call.
struct CallWork<'a> {
    call: Call<'a>,
    chart: Chart,
    /// What the record should contain. `None` if it is up to date.
    log: Option<CallLog>,
    /// A duplicate record of the call. Its content is in the other record, so it is closed.
    duplicate: Option<Json>,
    /// The record is a ticket's, and this write claims it.
    claims_ticket: bool,
    /// After this write, a duplicate must be closed.
    needs_second_write: bool,
}

impl<'a> CallWork<'a> {
    fn new(call: Call<'a>, records: Vec<Json>, tickets: &mut Tickets) -> Self {
        let all_records = records.clone();
        let chart = Chart::read(bundle(records), call.root).unwrap_or_default();
        if chart.resource().is_none() && call.events.iter().all(|event| event.status.is_none()) {
            // A recording says neither who called nor which leg it belongs to, so it creates no record.
            return Self { call, chart, log: None, duplicate: None, claims_ticket: false, needs_second_write: false };
        }
        let mut log = chart.log.clone();
        let has_news = chart.resource().is_none() || !call.events.iter().all(|event| log.includes(event));
        for event in &call.events {
            log.add(event);
        }
        if let Some(mut ticket) = tickets.take(&log) {
            // The ticket's record becomes the call's record, because the app that placed the call knows it.
            log.merge(&ticket.log);
            ticket.log.merge(&chart.log);
            let needs_second_write = chart.resource().is_some();
            return Self {
                call,
                chart: ticket,
                log: Some(log),
                duplicate: None,
                claims_ticket: true,
                needs_second_write,
            };
        }
        let written = chart.reference();
        // If two records were prepared, one may be a copy that staff made. Only the seal shows which.
        let duplicate = all_records.into_iter().find(|one| {
            crate::fhir::reference::reference_of(one) != written
                && !is(one, "status", "entered-in-error")
                && CallLog::read(one).context().prepared.is_none()
        });
        Self { call, log: has_news.then_some(log), duplicate, chart, claims_ticket: false, needs_second_write: false }
    }

    fn request(&mut self, base: &str) -> Result<Option<FhirRequest>, StoreError> {
        let own = match (&self.log, &self.duplicate) {
            (Some(log), _) => self.chart.write(log, base)?,
            // The first record may lack what the duplicate knows.
            (None, Some(_)) => self.chart.write(&self.chart.log, base)?,
            (None, None) => None,
        };
        self.needs_second_write |= own.is_some() && self.duplicate.is_some();
        let closing = || {
            let mut duplicate = self.duplicate.clone()?;
            close(&mut duplicate, "entered-in-error", "duplicate", "Another record tells of the same call.");
            FhirRequest::update(&duplicate)
        };
        Ok(own.or_else(closing))
    }
}

/// Writes in batches. Writes that do not fit into the budget count as failed.
async fn write<'a>(run: &SweepRun<'_>, mut writes: Vec<(CallWork<'a>, FhirRequest)>) -> Vec<(CallWork<'a>, Answer)> {
    let mut answered = Vec::with_capacity(writes.len());
    while !writes.is_empty() {
        let rest = writes.split_off(writes.len().min(MAX_BATCH_WRITES));
        let (works, requests): (Vec<_>, Vec<_>) = writes.into_iter().unzip();
        let answers = if run.has_budget(1) { run.fhir(requests).await } else { vec![Answer::Failed; requests.len()] };
        answered.extend(works.into_iter().zip(answers));
        writes = rest;
    }
    answered
}

/// The records of each call, in the order of `calls`. The same round trip reads what must be known before a call
/// without a dialed leg may claim a ticket.
async fn read_records(run: &SweepRun<'_>, calls: &[Call<'_>], tickets: &mut Tickets) -> Result<Vec<Vec<Json>>, Code> {
    if !run.has_budget(1) {
        return Err(Code::ChartUnavailable);
    }
    let mut requests = Vec::new();
    for chunk in calls.chunks(MAX_SEARCHED) {
        let mut url = "Communication?identifier=".to_owned();
        for (index, call) in chunk.iter().enumerate() {
            url.push_str(&[if index == 0 { "" } else { "," }, TWILIO, "|", &search_value(call.root)].concat());
        }
        url.push_str(&["&_sort=identifier&_count=", &decimal(4 * MAX_SEARCHED as u64)].concat());
        requests.push(FhirRequest::get(url));
    }
    let searches = requests.len();
    let unconfirmed = tickets.unconfirmed(calls.iter().map(Call::log));
    requests.extend(unconfirmed.iter().map(Tickets::search_records));
    let mut records: Vec<Vec<Json>> = calls.iter().map(|_| Vec::new()).collect();
    let mut answers = run.fhir(requests).await.into_iter();
    for answer in answers.by_ref().take(searches) {
        for resource in found(answer, "Communication").map_err(StoreError::code)? {
            if let Some(index) = calls.iter().position(|call| is_of(&resource, call.root)) {
                records[index].push(resource);
            }
        }
    }
    // What stays unconfirmed is checked in a later run.
    tickets.set_known_records(unconfirmed.into_iter().zip(answers.map(|answer| found(answer, "Communication").ok())));
    Ok(records)
}

/// Whether any identifier of a record is the root's `CallSid`.
fn is_of(resource: &Json, root: &str) -> bool {
    let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
    identifiers.iter().any(|one| is(one, "system", TWILIO) && is(one, "value", root))
}

/// The root's `CallSid` in a record's identifiers.
pub(super) fn root_of(resource: &Json) -> Option<&str> {
    call_sid(identifier_value(resource, TWILIO)?).map(|sid| sid.0)
}

fn by_root<'a>(events: &'a [CallEvent<'a>]) -> Vec<Call<'a>> {
    let mut calls: Vec<Call<'a>> = Vec::new();
    for event in events {
        let root = event.root().0;
        match calls.iter_mut().find(|call| call.root == root) {
            Some(call) => call.events.push(event),
            None => calls.push(Call { root, events: vec![event] }),
        }
    }
    calls
}

fn bundle(resources: Vec<Json>) -> Answer {
    let entry = resources.into_iter().map(|resource| Json::object([("resource", resource)])).collect();
    let body = Json::object([("resourceType", Json::of("Bundle")), ("entry", Json::List(entry))]);
    Answer::Done { status: 200, body }
}
