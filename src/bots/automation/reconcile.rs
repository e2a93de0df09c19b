// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes a page of Twilio's list into the chart: one batch reads the records of all calls, then conditional writes
//! update the outdated records.

use super::calls::{earlier, is_retryable};
use super::prepared_calls::{PreparedCalls, close};
use super::sweep_run::{AutomationRun, MAX_BATCH_WRITES};
use crate::chart::{CallEvent, CallRecord, CallState, RecordFormat, StoreError, call_sid, found};
use crate::error::Code;
use crate::fhir::element::{identifier_value, is};
use crate::fhir::search::search_value;
use crate::fhir::systems::TWILIO;
use crate::json::{Json, decimal};
use crate::runtime::{FhirRequest, HostResponse};

/// The number of attempts to read and write a record that other writers also change.
const ATTEMPTS: u32 = 3;
/// The maximum number of calls in one search.
const MAX_SEARCHED: usize = 50;

/// A call on the page.
struct Call<'a> {
    root: &'a str,
    events: Vec<&'a CallEvent<'a>>,
}

/// The calls of a page that are not done.
#[derive(Default)]
pub(super) struct UnfinishedCalls {
    /// The start of the earliest call that the server refused to store. The sweep continues with other calls.
    pub(super) refused: Option<u64>,
    /// The root `CallSid`s of calls that may belong to another application. The root leg would show that, but the page
    /// does not contain it.
    pub(super) unknown: Vec<String>,
}

/// Writes events into the chart, except for calls of another application.
///
/// # Errors
/// The error code if the server cannot be reached or no budget is left. A later run tries again.
pub(super) async fn reconcile<'a>(
    run: &AutomationRun<'_>,
    events: &'a [CallEvent<'a>],
    prepared_calls: &mut PreparedCalls,
) -> Result<UnfinishedCalls, Code> {
    let mut open = by_root(events);
    let mut result = UnfinishedCalls::default();
    let mut code = Code::ChartConflict;
    let mut has_failed_writes = false;
    let mut conflicting = None;
    for _ in 0..ATTEMPTS {
        let records = read_records(run, &open, prepared_calls).await?;
        let mut writes = Vec::new();
        for (call, records) in open.into_iter().zip(records) {
            // A call in the chart belongs to Plumline.
            let is_ours = if records.is_empty() { run.is_ours(&call.events) } else { Some(true) };
            if is_ours != Some(true) {
                result.unknown.extend(is_ours.is_none().then(|| call.root.to_owned()));
                continue;
            }
            let mut work = CallWork::new(call, records, prepared_calls);
            match work.request(run.record_format()) {
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
        let mut only_conflicts = true;
        for (work, answer) in write(run, writes).await {
            match work.call_record.check_write(&answer) {
                Ok(()) if work.needs_second_write => second_writes.push(work.call),
                Ok(()) => {}
                Err(error) if is_retryable(error) => {
                    code = error.code();
                    if work.claims_prepared_record && code != Code::ChartConflict {
                        prepared_calls.put_back(work.call_record);
                    }
                    only_conflicts &= code == Code::ChartConflict;
                    open.push(work.call);
                }
                Err(error) => {
                    run.report(error.code());
                    result.refused = earlier(result.refused, work.call.started_at());
                }
            }
        }
        has_failed_writes = !open.is_empty() && !only_conflicts;
        conflicting = if only_conflicts { open.iter().filter_map(Call::started_at).min() } else { None };
        open.extend(second_writes);
        if open.is_empty() {
            break;
        }
    }
    if has_failed_writes {
        return Err(code);
    }
    // A few records changed in every attempt, or the search found the record of another call. The other calls do not
    // wait for these.
    if conflicting.is_some() {
        run.report(Code::ChartConflict);
        result.refused = earlier(result.refused, conflicting);
    }
    // The next run closes the remaining duplicates.
    Ok(result)
}

impl Call<'_> {
    /// The call state from the events on the page.
    fn state(&self) -> CallState {
        let mut state = CallState::default();
        for event in &self.events {
            state.add(event);
        }
        state
    }

    fn started_at(&self) -> Option<u64> {
        self.events.iter().filter_map(|event| event.at).min()
    }
}

/// The work for one call.
struct CallWork<'a> {
    call: Call<'a>,
    call_record: CallRecord,
    /// What the record should contain. `None` if it is up to date.
    state: Option<CallState>,
    /// A duplicate record of the call. The other record has its content, so the duplicate is closed.
    duplicate: Option<Json>,
    /// Whether this write claims a prepared record, because `call_record` is one.
    claims_prepared_record: bool,
    /// Whether a duplicate must be closed after this write.
    needs_second_write: bool,
}

impl<'a> CallWork<'a> {
    fn new(call: Call<'a>, records: Vec<Json>, prepared_calls: &mut PreparedCalls) -> Self {
        let all_records = records.clone();
        let call_record = CallRecord::read(bundle(records), call.root).unwrap_or_default();
        if call_record.resource().is_none() && call.events.iter().all(|event| event.status.is_none()) {
            // A recording alone has neither the caller nor the root call, so it creates no record.
            return Self {
                call,
                call_record,
                state: None,
                duplicate: None,
                claims_prepared_record: false,
                needs_second_write: false,
            };
        }
        let mut state = call_record.state.clone();
        let has_news = call_record.resource().is_none() || !call.events.iter().all(|event| state.includes(event));
        for event in &call.events {
            state.add(event);
        }
        if let Some(mut prepared_record) = prepared_calls.take(&state) {
            // The prepared record becomes the call record, because the app that placed the call has its id.
            state.merge(&prepared_record.state);
            prepared_record.state.merge(&call_record.state);
            let needs_second_write = call_record.resource().is_some();
            return Self {
                call,
                call_record: prepared_record,
                state: Some(state),
                duplicate: None,
                claims_prepared_record: true,
                needs_second_write,
            };
        }
        let written = call_record.reference();
        // A prepared record is never closed as a duplicate. One of two may be a copy by staff, and only the seal shows
        // which.
        let duplicate = all_records.into_iter().find(|item| {
            crate::fhir::reference::reference_of(item) != written
                && !is(item, "status", "entered-in-error")
                && CallState::read(item).context().prepared_at.is_none()
        });
        Self {
            call,
            state: has_news.then_some(state),
            duplicate,
            call_record,
            claims_prepared_record: false,
            needs_second_write: false,
        }
    }

    fn request(&mut self, format: RecordFormat<'_>) -> Result<Option<FhirRequest>, StoreError> {
        let own = match (&self.state, &self.duplicate) {
            (Some(state), _) => self.call_record.write(state, format)?,
            // The first record may lack part of the duplicate's call state.
            (None, Some(_)) => self.call_record.write(&self.call_record.state, format)?,
            (None, None) => None,
        };
        self.needs_second_write |= own.is_some() && self.duplicate.is_some();
        let closing = || {
            let mut duplicate = self.duplicate.clone()?;
            close(&mut duplicate, "entered-in-error", "duplicate", "Another record describes the same call.");
            FhirRequest::update(&duplicate)
        };
        Ok(own.or_else(closing))
    }
}

/// Sends the writes in batches. A write that does not fit into the budget gets a failed response.
async fn write<'a>(
    run: &AutomationRun<'_>,
    mut writes: Vec<(CallWork<'a>, FhirRequest)>,
) -> Vec<(CallWork<'a>, HostResponse)> {
    let mut answered = Vec::with_capacity(writes.len());
    while !writes.is_empty() {
        let rest = writes.split_off(writes.len().min(MAX_BATCH_WRITES));
        let (works, requests): (Vec<_>, Vec<_>) = writes.into_iter().unzip();
        let answers =
            if run.has_budget(1) { run.fhir(requests).await } else { vec![HostResponse::Failed; requests.len()] };
        answered.extend(works.into_iter().zip(answers));
        writes = rest;
    }
    answered
}

/// The records of each call, in the order of `calls`. The same round trip reads the practitioners' other records, which
/// are needed before a call without a dialed leg may claim a prepared record.
async fn read_records(
    run: &AutomationRun<'_>,
    calls: &[Call<'_>],
    prepared_calls: &mut PreparedCalls,
) -> Result<Vec<Vec<Json>>, Code> {
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
    let practitioners_to_check = prepared_calls.practitioners_to_check(calls.iter().map(Call::state));
    requests.extend(practitioners_to_check.iter().map(PreparedCalls::search_records));
    let mut records: Vec<Vec<Json>> = calls.iter().map(|_| Vec::new()).collect();
    let mut answers = run.fhir(requests).await.into_iter();
    for answer in answers.by_ref().take(searches) {
        for resource in found(answer, "Communication").map_err(StoreError::code)? {
            if let Some(index) = calls.iter().position(|call| is_of(&resource, call.root)) {
                records[index].push(resource);
            }
        }
    }
    // A later run repeats a search that failed.
    prepared_calls.set_known_records(
        practitioners_to_check.into_iter().zip(answers.map(|answer| found(answer, "Communication").ok())),
    );
    Ok(records)
}

/// Whether any identifier of a record is the root's `CallSid`.
fn is_of(resource: &Json, root: &str) -> bool {
    let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
    identifiers.iter().any(|item| is(item, "system", TWILIO) && is(item, "value", root))
}

/// The root's `CallSid` in a record's identifiers.
pub(super) fn root_of(resource: &Json) -> Option<&str> {
    call_sid(identifier_value(resource, TWILIO)?).map(|sid| sid.0)
}

fn by_root<'a>(events: &'a [CallEvent<'a>]) -> Vec<Call<'a>> {
    let mut calls: Vec<Call<'a>> = Vec::new();
    for event in events {
        let root = event.root_sid().0;
        match calls.iter_mut().find(|call| call.root == root) {
            Some(call) => call.events.push(event),
            None => calls.push(Call { root, events: vec![event] }),
        }
    }
    calls
}

fn bundle(resources: Vec<Json>) -> HostResponse {
    let entry = resources.into_iter().map(|resource| Json::object([("resource", resource)])).collect();
    let body = Json::object([("resourceType", Json::of("Bundle")), ("entry", Json::List(entry))]);
    HostResponse::Done { status: 200, body }
}
