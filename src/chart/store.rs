// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Stores the events of a call in its `Communication`: read, merge, write conditionally, and repeat after a conflict.
//! What was acknowledged is in the chart, and every request may be repeated.
//!
//! [`store`] does all of it. A flow that combines it with its own reads and writes uses the parts: [`search`] goes into
//! its batch, [`Chart::read`] reads the answer, and [`ChartWrite`] takes the chart and the other writes.

use super::event::CallEvent;
use super::store_error::StoreError;
use super::{CallLog, Context};
use crate::error::Code;
use crate::fhir::change::equals;
use crate::fhir::element::is;
use crate::fhir::search::search_value;
use crate::fhir::systems::TWILIO;
use crate::json::Json;
use crate::runtime::{Answer, Ask, FhirRequest, Host};

/// How long a write is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPolicy {
    /// Eight attempts, with pauses between them. If the flow has a limit ([`Host::limit`]), it applies to all of them.
    /// Otherwise each round trip has this deadline in milliseconds.
    UntilStored(Option<u32>),
    /// A caller waits for the reply: one write with this deadline in milliseconds, and one more after a conflict.
    CallerWaits(u32),
}

/// The number of attempts if no caller waits.
const ATTEMPTS: u32 = 8;

/// Milliseconds for each round trip of the second attempt while a caller waits.
pub const SECOND_ATTEMPT: u32 = 200;

impl RetryPolicy {
    /// Whether to try again after a failure with this code.
    const fn allows(self, attempt: u32, code: Code) -> bool {
        match self {
            Self::UntilStored(_) => attempt < ATTEMPTS,
            Self::CallerWaits(_) => attempt < 2 && matches!(code, Code::ChartConflict),
        }
    }

    /// The deadline of a round trip.
    const fn deadline(self, attempt: u32) -> Option<u32> {
        match self {
            Self::UntilStored(deadline) => deadline,
            Self::CallerWaits(first) => Some(if attempt == 0 { first } else { SECOND_ATTEMPT }),
        }
    }
}

/// What to store of one call.
#[derive(Clone, Copy)]
pub struct ChartWrite<'a> {
    /// The root's `CallSid`. `events` must not contain events of other calls.
    pub root: &'a str,
    /// The events.
    pub events: &'a [CallEvent<'a>],
    /// What a plan knows.
    pub context: &'a Context,
    /// The chart, if the flow has read it already. It saves the first read.
    pub chart: Option<&'a Chart>,
    /// Other writes in the same batch, such as a `Task`. They depend on the merged log and the record's reference
    /// (`Communication/…`, `None` if the record is new). The function is called for each attempt, even if the record
    /// does not change, so each request must be conditional (`ifNoneExist`, `ifMatch`). All of them must succeed.
    pub also: &'a dyn Fn(&CallLog, Option<&str>) -> Vec<FhirRequest>,
    /// The base of the extension's URL, by default [`EXTENSION_BASE`](crate::fhir::systems::EXTENSION_BASE).
    pub base: &'a str,
    /// How long it is tried.
    pub retry: RetryPolicy,
}

/// No other writes.
#[must_use]
pub const fn nothing_else(_: &CallLog, _: Option<&str>) -> Vec<FhirRequest> {
    Vec::new()
}

/// What was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Everything that is known of the call now.
    pub log: CallLog,
    /// Its record, `Communication/…`. `None` if the server does not return what it created.
    pub reference: Option<String>,
}

/// Stores the events of a call.
///
/// # Errors
/// [`Code::ChartConflict`], [`Code::ChartRefused`] or [`Code::ChartUnavailable`]. The events may or may not be stored,
/// so they must be stored again. The webhook then answers 500, so that Twilio repeats the event.
pub async fn store(host: &Host, write: ChartWrite<'_>) -> Result<Stored, Code> {
    let mut log = CallLog::of(write.events);
    log.claim(write.root);
    log.add_context(write.context);
    let mut chart = write.chart.cloned();
    for attempt in 0.. {
        if attempt > 0 && matches!(write.retry, RetryPolicy::UntilStored(_)) {
            host.pause(attempt).await;
        }
        let deadline = write.retry.deadline(attempt);
        let outcome = match chart.take() {
            Some(chart) => write_chart(host, chart, &log, &write, deadline).await,
            None => match read_chart(host, &write, deadline).await {
                Ok(chart) => write_chart(host, chart, &log, &write, deadline).await,
                Err(error) => Err(error),
            },
        };
        match outcome {
            Ok(stored) => return Ok(stored),
            Err(StoreError::Retryable(code)) if write.retry.allows(attempt + 1, code) => {}
            Err(error) => return Err(error.code()),
        }
    }
    Err(Code::ChartUnavailable)
}

async fn read_chart(host: &Host, write: &ChartWrite<'_>, deadline: Option<u32>) -> Result<Chart, StoreError> {
    let answer = host.ask(Ask::Fhir(search(write.root)), deadline).await;
    Chart::read(answer, write.root)
}

async fn write_chart(
    host: &Host,
    chart: Chart,
    new: &CallLog,
    write: &ChartWrite<'_>,
    deadline: Option<u32>,
) -> Result<Stored, StoreError> {
    let mut log = chart.log.clone();
    log.merge(new);
    let mut reference = chart.reference();
    let record_write = chart.write(&log, write.base)?;
    let has_record_write = record_write.is_some();
    // The record goes first, so the other writes can refer to it by its identifier.
    let mut asks = Vec::new();
    for request in record_write.into_iter().chain((write.also)(&log, reference.as_deref())) {
        asks.push((Ask::Fhir(request), deadline));
    }
    let answers = if asks.is_empty() { Vec::new() } else { host.ask_all(asks).await };
    for (index, answer) in answers.into_iter().enumerate() {
        if index > 0 || !has_record_write {
            StoreError::check(&answer)?;
            continue;
        }
        chart.check_write(&answer)?;
        if let Answer::Done { body, .. } = &answer {
            reference = reference.or_else(|| reference_to(body));
        }
    }
    Ok(Stored { log, reference })
}

/// The search whose answer [`Chart::read`] reads.
#[must_use]
pub fn search(root: &str) -> FhirRequest {
    FhirRequest::get(["Communication?", &criteria(root)].concat())
}

/// The same search with the maximum number of results, so that copies do not hide the record.
#[must_use]
pub fn search_all(root: &str) -> FhirRequest {
    let mut request = search(root);
    request.url.push_str("&_count=1000");
    request
}

/// The maximum number of resources that a server returns at once.
const MAX_PAGE: usize = 1_000;

/// Whether the answer to a search has all results. If not, a record that is not in it may still exist.
#[must_use]
pub fn is_complete(bundle: &Json) -> bool {
    let entries = bundle.get("entry").map(Json::elements).unwrap_or_default();
    let links = bundle.get("link").map(Json::elements).unwrap_or_default();
    entries.len() < MAX_PAGE && !links.iter().any(|link| is(link, "relation", "next"))
}

fn criteria(root: &str) -> String {
    ["identifier=", TWILIO, "|", &search_value(root)].concat()
}

/// What the chart had of a call when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    found: Option<Json>,
    /// The merged log of all records of the call.
    pub log: CallLog,
}

impl Chart {
    /// Reads the answer to [`search`] for `root`.
    ///
    /// A call has one record, unless another program created one, or the call of a ticket was stored before the ticket
    /// was claimed. Then the ticket's record is updated, or else the one with the smallest id. It includes what the
    /// others know. (`meta.lastUpdated` cannot decide, because every write changes it.)
    ///
    /// Staff may edit records. So other records do not change what was prepared about the people of the call, and a
    /// record that names another call is ignored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(answer: Answer, root: &str) -> Result<Self, StoreError> {
        StoreError::check(&answer)?;
        let bundle = answer.ok().unwrap_or_default();
        if !is(&bundle, "resourceType", "Bundle") {
            return Err(StoreError::Retryable(Code::ChartUnavailable));
        }
        let mut records = Vec::new();
        for entry in bundle.take("entry").into_elements() {
            let resource = entry.take("resource");
            if is(&resource, "resourceType", "Communication") {
                let log = CallLog::read(&resource);
                let id = resource.get("id").and_then(Json::text).unwrap_or_default().to_owned();
                let is_other_call = log.root().is_some_and(|other| other != root);
                let prepared = log.context().prepared.is_some();
                records.push((is_other_call, !CallLog::is_written_in(&resource), !prepared, id, log, resource));
            }
        }
        let ranks = records.iter().map(|record| (record.0, record.1, record.2, &record.3));
        // The record that is updated comes first. The order of the others does not matter.
        if let Some((at, _)) = ranks.enumerate().min_by(|(_, one), (_, other)| one.cmp(other)) {
            records.swap(0, at);
        }
        let mut chart = Self::default();
        for (is_other_call, _, _, _, log, resource) in records {
            match (&chart.found, is_other_call) {
                (_, true) => {}
                (Some(_), false) if chart.log.context().prepared.is_some() => chart.log.merge_legs(&log),
                _ => chart.log.merge(&log),
            }
            chart.found.get_or_insert(resource);
        }
        Ok(chart)
    }

    /// A record that was read by its id, such as a ticket's.
    #[must_use]
    pub fn of(resource: Json) -> Self {
        Self { log: CallLog::read(&resource), found: Some(resource) }
    }

    /// The record, if it exists.
    #[must_use]
    pub const fn resource(&self) -> Option<&Json> {
        self.found.as_ref()
    }

    /// The reference of the record, `Communication/…`.
    #[must_use]
    pub fn reference(&self) -> Option<String> {
        reference_to(self.found.as_ref()?)
    }

    /// The request that writes `log` into the record: a conditional create, or an update of the version that was read.
    /// `None` if nothing changes.
    ///
    /// # Errors
    /// [`StoreError`] if the record has no version, because every write must be conditional.
    pub fn write(&self, log: &CallLog, base: &str) -> Result<Option<FhirRequest>, StoreError> {
        let mut log = log.clone();
        if let Some(found) = &self.found {
            // Anyone may have created the call's other records, so they do not change what was prepared and sealed.
            log.restore(CallLog::read(found).context());
        }
        let resource = log.write(self.found.clone(), base);
        let Some(found) = &self.found else {
            return Ok(Some(FhirRequest::create(&resource, log.root().map(criteria))));
        };
        if equals(found, &resource) {
            return Ok(None);
        }
        FhirRequest::update(&resource).map(Some).ok_or(StoreError::Permanent(Code::ChartRefused))
    }

    /// Checks the answer to [`Chart::write`].
    ///
    /// # Errors
    /// [`StoreError`]. After [`StoreError::Retryable`], read again. A create that is answered with 200 created nothing:
    /// another writer was first, and its record does not have this log yet.
    pub fn check_write(&self, answer: &Answer) -> Result<(), StoreError> {
        if self.found.is_none() { StoreError::check_create(answer) } else { StoreError::check(answer) }
    }
}

fn reference_to(resource: &Json) -> Option<String> {
    let id = resource.get("id").and_then(Json::text)?;
    is(resource, "resourceType", "Communication").then(|| ["Communication/", id].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sid_is_encoded_as_one_search_value() {
        let url = search("CA1&_count=0,x").url;
        assert_eq!(url, "Communication?identifier=https://www.twilio.com/|CA1%26_count%3D0%5C%2Cx");
        let sid = "CA00000000000000000000000000000001";
        assert_eq!(search(sid).url, ["Communication?identifier=", TWILIO, "|", sid].concat());
    }
}
