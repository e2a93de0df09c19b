// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Stores the events of a call in its call record: read, merge, conditional write, and repeat after a conflict. The bot
//! answers a status callback with 200 only after its event is stored. Storing an event twice has no effect.
//!
//! [`store`] does all of this. To combine it with other reads, add [`search`] to a batch, read the response with
//! [`CallRecord::read`], and set [`RecordWrite::call_record`]. To combine it with other writes, set
//! [`RecordWrite::other_writes`].

use super::event::CallEvent;
use super::store_error::StoreError;
use super::{CallContext, CallState, RecordFormat};
use crate::error::Code;
use crate::fhir::change::equals;
use crate::fhir::element::is;
use crate::fhir::search::search_value;
use crate::fhir::systems::TWILIO;
use crate::json::Json;
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse};

/// How often a write is attempted, and with which timeouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPolicy {
    /// Eight attempts with pauses, for a request without a waiting caller. [`Host::set_deadline`] applies to all attempts
    /// together. The value is the timeout of each round trip in milliseconds, if it is set.
    UntilStored(Option<u32>),
    /// A caller waits for the response: one write with this timeout in milliseconds, and a second write after a
    /// conflict.
    CallerWaits(u32),
}

/// The maximum number of attempts if no caller waits.
const ATTEMPTS: u32 = 8;

/// The timeout, in milliseconds, of each round trip of the second attempt while a caller waits.
pub const SECOND_ATTEMPT_TIMEOUT: u32 = 200;

impl RetryPolicy {
    /// Whether to make another attempt after a failure with this code.
    const fn allows(self, attempt: u32, code: Code) -> bool {
        match self {
            Self::UntilStored(_) => attempt < ATTEMPTS,
            Self::CallerWaits(_) => attempt < 2 && matches!(code, Code::ChartConflict),
        }
    }

    /// The timeout of a round trip, in milliseconds.
    const fn timeout(self, attempt: u32) -> Option<u32> {
        match self {
            Self::UntilStored(timeout) => timeout,
            Self::CallerWaits(first) => Some(if attempt == 0 { first } else { SECOND_ATTEMPT_TIMEOUT }),
        }
    }
}

/// What to write into the record of one call.
#[derive(Clone, Copy)]
pub struct RecordWrite<'a> {
    /// The root `CallSid`. `events` must not contain events of other calls.
    pub root: &'a str,
    /// The events.
    pub events: &'a [CallEvent<'a>],
    /// The people and the subject of the call, as far as the bot looked them up.
    pub context: &'a CallContext,
    /// The call record, if it was already read. This saves the first read.
    pub call_record: Option<&'a CallRecord>,
    /// Other writes in the same batch, such as a `Task`. The arguments are the merged call state and the record's
    /// reference (`Communication/…`, or `None` if the record is new). The function is called for each attempt, even if
    /// the record does not change, so each write must be conditional (`ifNoneExist`, `ifMatch`). All of them must
    /// succeed.
    pub other_writes: &'a dyn Fn(&CallState, Option<&str>) -> Vec<FhirRequest>,
    /// How the record is written.
    pub format: RecordFormat<'a>,
    /// How often the write is attempted.
    pub retry: RetryPolicy,
}

/// A [`RecordWrite::other_writes`] without other writes.
#[must_use]
pub const fn nothing_else(_: &CallState, _: Option<&str>) -> Vec<FhirRequest> {
    Vec::new()
}

/// What was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The merged call state.
    pub state: CallState,
    /// The reference of the call record, `Communication/…`. `None` if the server does not return the created resource.
    pub reference: Option<String>,
}

/// Stores the events of a call.
///
/// # Errors
/// [`Code::ChartConflict`], [`Code::ChartRefused`] or [`Code::ChartUnavailable`]. After an error, the events may or may
/// not be stored, so store them again. For a callback, the webhook then answers 500, so that Twilio sends it again.
pub async fn store(host: &Host, write: RecordWrite<'_>) -> Result<Stored, Code> {
    let mut state = CallState::of(write.events);
    state.set_root(write.root);
    state.add_context(write.context);
    let mut call_record = write.call_record.cloned();
    for attempt in 0.. {
        if attempt > 0 && matches!(write.retry, RetryPolicy::UntilStored(_)) {
            host.pause(attempt).await;
        }
        let timeout = write.retry.timeout(attempt);
        let outcome = match call_record.take() {
            Some(call_record) => write_record(host, call_record, &state, &write, timeout).await,
            None => match read_record(host, &write, timeout).await {
                Ok(call_record) => write_record(host, call_record, &state, &write, timeout).await,
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

async fn read_record(host: &Host, write: &RecordWrite<'_>, timeout: Option<u32>) -> Result<CallRecord, StoreError> {
    let answer = host.send(HostRequest::Fhir(search(write.root)), timeout).await;
    CallRecord::read(answer, write.root)
}

async fn write_record(
    host: &Host,
    call_record: CallRecord,
    new: &CallState,
    write: &RecordWrite<'_>,
    timeout: Option<u32>,
) -> Result<Stored, StoreError> {
    let mut state = call_record.state.clone();
    state.merge(new);
    let mut reference = call_record.reference();
    let record_write = call_record.write(&state, write.format)?;
    let has_record_write = record_write.is_some();
    // The record is the first write of the batch, so that the other writes can refer to it by its identifier.
    let mut requests = Vec::new();
    for request in record_write.into_iter().chain((write.other_writes)(&state, reference.as_deref())) {
        requests.push((HostRequest::Fhir(request), timeout));
    }
    let answers = if requests.is_empty() { Vec::new() } else { host.send_all(requests).await };
    for (index, answer) in answers.into_iter().enumerate() {
        if index > 0 || !has_record_write {
            StoreError::check(&answer)?;
            continue;
        }
        call_record.check_write(&answer)?;
        if let HostResponse::Done { body, .. } = &answer {
            reference = reference.or_else(|| reference_to(body));
        }
    }
    Ok(Stored { state, reference })
}

/// The search for the records of a call. Read the response with [`CallRecord::read`].
#[must_use]
pub fn search(root: &str) -> FhirRequest {
    FhirRequest::get(["Communication?", &criteria(root)].concat())
}

/// The same search as [`search`] with the maximum number of results. Otherwise, other records with the same `CallSid`
/// (for example copies that staff made) could fill the first page, and the record that Plumline wrote would be missing.
#[must_use]
pub fn search_all(root: &str) -> FhirRequest {
    let mut request = search(root);
    request.url.push_str("&_count=1000");
    request
}

/// The maximum number of resources that a server returns in one page.
const MAX_PAGE: usize = 1_000;

/// Whether a search result has all resources. Otherwise, a record that is not in the result may still exist.
#[must_use]
pub fn is_complete(bundle: &Json) -> bool {
    let entries = bundle.get("entry").map(Json::elements).unwrap_or_default();
    let links = bundle.get("link").map(Json::elements).unwrap_or_default();
    entries.len() < MAX_PAGE && !links.iter().any(|link| is(link, "relation", "next"))
}

fn criteria(root: &str) -> String {
    ["identifier=", TWILIO, "|", &search_value(root)].concat()
}

/// The record of a call when it was read, and the call state in all records of the call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRecord {
    found: Option<Json>,
    /// The merged state of all records of the call.
    pub state: CallState,
}

impl CallRecord {
    /// Reads the response to [`search`] for the root `CallSid` `root`.
    ///
    /// A call has one record. It has several if another program created one, or if a callback was stored before the
    /// call claimed its prepared record. Then the prepared record is used, or else the record with the smallest id. The
    /// call state is merged from all records. (`meta.lastUpdated` is not used, because every write changes it.)
    ///
    /// Staff may edit records. So other records do not change the prepared context, and the values of a record with
    /// another `CallSid` are ignored. Such a record is updated only if there is no other.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(answer: HostResponse, root: &str) -> Result<Self, StoreError> {
        StoreError::check(&answer)?;
        let bundle = answer.ok().unwrap_or_default();
        if !is(&bundle, "resourceType", "Bundle") {
            return Err(StoreError::Retryable(Code::ChartUnavailable));
        }
        let mut records = Vec::new();
        for entry in bundle.take("entry").into_elements() {
            let resource = entry.take("resource");
            if is(&resource, "resourceType", "Communication") {
                let state = CallState::read(&resource);
                let id = resource.get("id").and_then(Json::text).unwrap_or_default().to_owned();
                let is_other_call = state.root_sid().is_some_and(|other| other != root);
                let prepared = state.context().prepared_at.is_some();
                records.push((is_other_call, !CallState::is_written_in(&resource), !prepared, id, state, resource));
            }
        }
        let ranks = records.iter().map(|record| (record.0, record.1, record.2, &record.3));
        // The record to update comes first. The order of the others has no effect.
        if let Some((at, _)) = ranks.enumerate().min_by(|(_, item), (_, other)| item.cmp(other)) {
            records.swap(0, at);
        }
        let mut call_record = Self::default();
        for (is_other_call, _, _, _, state, resource) in records {
            match (&call_record.found, is_other_call) {
                (_, true) => {}
                (Some(_), false) if call_record.state.context().prepared_at.is_some() => {
                    call_record.state.merge_legs(&state);
                }
                _ => call_record.state.merge(&state),
            }
            call_record.found.get_or_insert(resource);
        }
        Ok(call_record)
    }

    /// A record from a read by id, such as a prepared record.
    #[must_use]
    pub fn of(resource: Json) -> Self {
        Self { state: CallState::read(&resource), found: Some(resource) }
    }

    /// The resource, if it exists.
    #[must_use]
    pub const fn resource(&self) -> Option<&Json> {
        self.found.as_ref()
    }

    /// The reference of the record, `Communication/…`.
    #[must_use]
    pub fn reference(&self) -> Option<String> {
        reference_to(self.found.as_ref()?)
    }

    /// The request that writes `state` into the record: a conditional create, or an update of the version that was
    /// read. `None` if the record already has this content.
    ///
    /// # Errors
    /// [`StoreError`] if the record has no version. Every write must be conditional.
    pub fn write<'f>(
        &self,
        state: &CallState,
        format: impl Into<RecordFormat<'f>>,
    ) -> Result<Option<FhirRequest>, StoreError> {
        self.write_as(state, format.into())
    }

    fn write_as(&self, state: &CallState, format: RecordFormat<'_>) -> Result<Option<FhirRequest>, StoreError> {
        let mut state = state.clone();
        if let Some(found) = &self.found {
            // Any user of the chart may have created the call's other records, so they do not change what was prepared
            // and sealed.
            state.restore(CallState::read(found).context());
        }
        let resource = state.write(self.found.clone(), format);
        let Some(found) = &self.found else {
            return Ok(Some(FhirRequest::create(&resource, state.root_sid().map(criteria))));
        };
        if equals(found, &resource) {
            return Ok(None);
        }
        FhirRequest::update(&resource).map(Some).ok_or(StoreError::Permanent(Code::ChartRefused))
    }

    /// Checks the response to [`CallRecord::write`].
    ///
    /// # Errors
    /// [`StoreError`]. After [`StoreError::Retryable`], read the record again and repeat the write. A conditional
    /// create with the status 200 created nothing: another writer created the record first, without this call state.
    pub fn check_write(&self, answer: &HostResponse) -> Result<(), StoreError> {
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
