// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Storing what was said of a call in its `Communication`: read, merge, write with a guard, and again where others wrote
//! first. What is acknowledged stands in the chart; everything may be asked twice.
//!
//! [`store`] does it all. A story that has reads or writes of its own in the same round trips takes it apart:
//! [`search`] goes into its batch, [`Chart::read`] takes the answer, and [`ChartWrite`] brings the chart and the other
//! writes along.

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
    /// Eight attempts, with pauses between them. A flow's own limit ([`Host::limit`]) holds for all of them; without one,
    /// each round trip has this deadline in milliseconds.
    UntilStored(Option<u32>),
    /// A caller waits for the reply: one write within this deadline in milliseconds, and one more after a conflict.
    CallerWaits(u32),
}

/// How many attempts are made where no caller waits.
const ATTEMPTS: u32 = 8;

/// Milliseconds for each round trip of the second attempt while a caller waits.
pub const SECOND_ATTEMPT: u32 = 200;

impl RetryPolicy {
    /// Whether another attempt is made after one that failed for this reason.
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

/// What is to be stored of one call.
#[derive(Clone, Copy)]
pub struct ChartWrite<'a> {
    /// The root's `CallSid`; events of other calls are not to be among `events`.
    pub root: &'a str,
    /// What was said.
    pub events: &'a [CallEvent<'a>],
    /// What a plan knows; nothing, by default.
    pub context: &'a Context,
    /// What the story has read already, in a batch of its own: saves the first read.
    pub chart: Option<&'a Chart>,
    /// What else is to travel in the write batch, such as a `Task`, told from the merged log and the record's reference
    /// (`Communication/…`, none while it is being created). It is asked again at each attempt, also where the record has
    /// nothing to change, so each request must have a guard of its own (`ifNoneExist`, `ifMatch`). All must succeed.
    pub also: &'a dyn Fn(&CallLog, Option<&str>) -> Vec<FhirRequest>,
    /// The base of the extension's URL, [`EXTENSION_BASE`](crate::fhir::systems::EXTENSION_BASE) by default.
    pub base: &'a str,
    /// How long it is tried.
    pub retry: RetryPolicy,
}

/// Nothing else travels in the batch.
#[must_use]
pub const fn nothing_else(_: &CallLog, _: Option<&str>) -> Vec<FhirRequest> {
    Vec::new()
}

/// It stands in the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Everything that is known of the call now.
    pub log: CallLog,
    /// Its record, `Communication/…`; none where the server does not tell of what it has created.
    pub reference: Option<String>,
}

/// Stores what was said of a call.
///
/// # Errors
/// [`Code::ChartConflict`], [`Code::ChartRefused`] or [`Code::ChartUnavailable`]: it may or may not be in the chart, and is
/// to be stored again. The webhook answers 500 then, so that Twilio brings the event again.
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
    // The record goes first, so that what travels along can refer to it by its identifier.
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

/// The search that [`Chart::read`] reads the answer of.
#[must_use]
pub fn search(root: &str) -> FhirRequest {
    FhirRequest::get(["Communication?", &criteria(root)].concat())
}

/// The same, for as many records as a server gives at once: so many copies do not hide the one that is looked for.
#[must_use]
pub fn search_all(root: &str) -> FhirRequest {
    let mut request = search(root);
    request.url.push_str("&_count=1000");
    request
}

/// The most that a server gives at once.
const MAX_PAGE: usize = 1_000;

/// Whether the answer to a search holds all that was found. Where it does not, what is missing is not known to be missing.
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
    /// What all records of the call knew.
    pub log: CallLog,
}

impl Chart {
    /// Reads the answer to [`search`] for `root`.
    ///
    /// There is one record of a call, unless something else made another, or a ticket's call was stored before the ticket
    /// was claimed. Then the ticket's, else the one with the least id, is written to; what the others know goes into it.
    /// (Their `meta.lastUpdated` would not tell: it changes with every write.)
    ///
    /// Staff may write records, too. So what was prepared is not changed by what other records say of the call's people; and
    /// a record that says it is of another call says nothing of this one.
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
        // The one that is written to comes first. In which order the others are merged makes no difference.
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

    /// A record that was read by its id, as a ticket's is.
    #[must_use]
    pub fn of(resource: Json) -> Self {
        Self { log: CallLog::read(&resource), found: Some(resource) }
    }

    /// The record there is.
    #[must_use]
    pub const fn resource(&self) -> Option<&Json> {
        self.found.as_ref()
    }

    /// The record there is, `Communication/…`.
    #[must_use]
    pub fn reference(&self) -> Option<String> {
        reference_to(self.found.as_ref()?)
    }

    /// The request that makes the record say what `log` knows: a create that does nothing where there is a record by
    /// then, or an update of the very version that was read. None where nothing is to change.
    ///
    /// # Errors
    /// [`StoreError`] where the record that was read has no version: nothing is written without a guard.
    pub fn write(&self, log: &CallLog, base: &str) -> Result<Option<FhirRequest>, StoreError> {
        let mut log = log.clone();
        if let Some(found) = &self.found {
            // Other records of the call, which anybody may have made, do not change what was prepared and sealed.
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

    /// Takes the answer to [`Chart::write`].
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Retryable`] asks for reading again. A create that is answered with 200 has created nothing:
    /// somebody else was first, and what was to be written is not in their record yet.
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
    fn a_sid_stays_one_value_of_a_query() {
        let url = search("CA1&_count=0,x").url;
        assert_eq!(url, "Communication?identifier=https://www.twilio.com/|CA1%26_count%3D0%5C%2Cx");
        let sid = "CA00000000000000000000000000000001";
        assert_eq!(search(sid).url, ["Communication?identifier=", TWILIO, "|", sid].concat());
    }
}
