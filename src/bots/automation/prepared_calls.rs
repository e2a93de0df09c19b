// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Prepared records that no call has claimed. The sweep finds the call of a prepared record by caller, callee and time,
//! or closes the record.

use super::sweep_run::{AutomationRun, MAX_BATCH_WRITES};
use crate::chart::{CallRecord, CallState, Leg, StoreError, TextField};
use crate::dialplan::Party;
use crate::error::Code;
use crate::fhir::element::is;
use crate::fhir::reference::is_reference;
use crate::fhir::systems::{CALLER_ID_SYSTEM, VOICE_CATEGORY};
use crate::json::{Json, decimal};
use crate::runtime::FhirRequest;
use crate::time::{MINUTE, instant, parse_instant};

/// A prepared record that was written less than this many milliseconds ago is not changed, because its call may be
/// starting.
const RECENT: u64 = 2 * MINUTE;
/// How long a prepared record is valid, in milliseconds.
const VALID: u64 = 10 * MINUTE;
/// The maximum delay, in milliseconds, until the call of an expired prepared record is in Twilio's list.
const LIST_DELAY: u64 = 20 * MINUTE;
/// The maximum difference between Twilio's clock and the server's, in milliseconds.
const MAX_CLOCK_SKEW: u64 = MINUTE;

/// The maximum number of practitioners in one round trip.
const MAX_PRACTITIONERS: usize = 20;
/// The maximum number of records of one practitioner. If there are more, none of the practitioner's calls without a
/// dialed leg claims a prepared record.
const MAX_RECORDS: usize = 200;

/// The code system of `Communication.statusReason`.
const REASON: &str = "https://plumline.dev/fhir/status-reason";

/// The suffix of the extension with the time at which Twilio was last asked to place the call by REST.
const SENT_EXTENSION: &str = "/call-attempt";

/// The prepared records that no call has claimed.
pub(super) struct PreparedCalls {
    waiting: Vec<CallRecord>,
    /// Prepared records that were written at or after this instant (Unix time in milliseconds) are not changed.
    recent_since: u64,
    /// The records of the practitioners who may have placed a call without a dialed leg.
    /// [`practitioners_to_check`](Self::practitioners_to_check) lists these practitioners.
    known_records: Vec<PractitionerRecords>,
}

/// All records that were prepared for a practitioner, claimed or not.
struct PractitionerRecords {
    practitioner: String,
    /// The start of the period, as Unix time in milliseconds.
    since: u64,
    records: Vec<CallRecord>,
}

/// A practitioner whose [`PractitionerRecords`] are needed, and the start of the period.
pub(super) type PractitionerPeriod = (String, u64);

impl PreparedCalls {
    /// The search for prepared records that no call has claimed, newest first. A record is claimed within minutes, but
    /// other drafts may remain in the chart.
    pub(super) fn search() -> FhirRequest {
        let category = ["&category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
        FhirRequest::get(["Communication?status=preparation", &category, "&_sort=-_lastUpdated&_count=100"].concat())
    }

    pub(super) fn read(found: Vec<Json>, now: u64) -> Self {
        let mut waiting = Vec::new();
        for resource in found {
            let call_record = CallRecord::of(resource);
            if call_record.state.root_sid().is_none() && call_record.state.context().prepared_at.is_some() {
                waiting.push(call_record);
            }
        }
        Self { waiting, recent_since: now.saturating_sub(RECENT), known_records: Vec::new() }
    }

    /// Takes the prepared record of a call: the latest one that matches. A call without a dialed leg has no callee, so
    /// exactly one record must match. If that record is recent, none is taken.
    pub(super) fn take(&mut self, state: &CallState) -> Option<CallRecord> {
        if state.context().prepared_at.is_some() {
            return None;
        }
        let mut best: Option<(u64, usize)> = None;
        for (index, prepared_record) in self.waiting.iter().enumerate() {
            if let Some(prepared) = prepared_record.state.context().prepared_at
                && fits(prepared_record, state)
                && best.is_none_or(|(latest, _)| prepared > latest)
            {
                best = Some((prepared, index));
            }
        }
        let index = best.map(|(_, index)| index);
        let index = index
            .or_else(|| self.only(|prepared_record| fits_unanswered(prepared_record, state)))
            .or_else(|| self.without_dial(state))?;
        let is_recent = self.waiting.get(index).is_none_or(|prepared_record| self.is_recent(prepared_record));
        (!is_recent).then(|| self.waiting.remove(index))
    }

    fn is_recent(&self, prepared_record: &CallRecord) -> bool {
        let written =
            prepared_record.resource().and_then(|prepared_record| prepared_record.at(&["meta", "lastUpdated"])?.text());
        written.and_then(parse_instant).is_none_or(|at| at >= self.recent_since)
    }

    /// The index of the prepared record that matches, if exactly one does.
    fn only(&self, fits: impl Fn(&CallRecord) -> bool) -> Option<usize> {
        let mut found = None;
        for (index, prepared_record) in self.waiting.iter().enumerate() {
            if fits(prepared_record) && found.replace(index).is_some() {
                return None;
            }
        }
        found
    }

    /// The prepared record of a browser's call that dialed no number because the chart was not available. Such a call
    /// has no callee. A call that was refused because its ticket was already used looks the same. So a record is used
    /// only if no other record of the practitioner matches, not even one that another call claimed.
    fn without_dial(&self, state: &CallState) -> Option<usize> {
        let index = self.only(|prepared_record| fits_without_dial(prepared_record, state))?;
        let prepared_record = self.waiting.get(index)?;
        let (practitioner, since) = practitioner_to_check(prepared_record, state)?;
        let known_records = self
            .known_records
            .iter()
            .find(|known_records| known_records.practitioner == practitioner && known_records.since <= since)?;
        let another =
            |item: &CallRecord| item.reference() != prepared_record.reference() && fits_without_dial(item, state);
        (!known_records.records.iter().any(another)).then_some(index)
    }

    /// The practitioners whose records are needed before calls without a dialed leg may take a prepared record.
    pub(super) fn practitioners_to_check(&self, states: impl Iterator<Item = CallState>) -> Vec<PractitionerPeriod> {
        let mut practitioners_to_check: Vec<PractitionerPeriod> = Vec::new();
        for state in states {
            let prepared_record = self
                .only(|prepared_record| fits_without_dial(prepared_record, &state))
                .and_then(|index| self.waiting.get(index));
            let Some((practitioner, since)) =
                prepared_record.and_then(|prepared_record| practitioner_to_check(prepared_record, &state))
            else {
                continue;
            };
            if let Some((_, known)) = practitioners_to_check.iter_mut().find(|(known, _)| *known == practitioner) {
                *known = since.min(*known);
            } else if practitioners_to_check.len() < MAX_PRACTITIONERS {
                // Later runs check the other practitioners.
                practitioners_to_check.push((practitioner, since));
            }
        }
        // The period starts earlier than needed, because the call's start may still change before it takes the prepared
        // record.
        practitioners_to_check
            .into_iter()
            .map(|(practitioner, since)| (practitioner, since.saturating_sub(MAX_CLOCK_SKEW)))
            .collect()
    }

    /// The search for the records of a practitioner. It uses `_lastUpdated`, because a record that was prepared in the
    /// period was also written in it.
    pub(super) fn search_records((practitioner, since): &PractitionerPeriod) -> FhirRequest {
        let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
        let sender = ["&sender=", practitioner, "&_lastUpdated=ge", &instant(*since)].concat();
        FhirRequest::get([&category, &*sender, "&_count=", &decimal(MAX_RECORDS as u64)].concat())
    }

    /// Replaces the known records. `None` is a search that failed.
    pub(super) fn set_known_records(&mut self, found: impl Iterator<Item = (PractitionerPeriod, Option<Vec<Json>>)>) {
        self.known_records.clear();
        for ((practitioner, since), found) in found {
            if let Some(found) = found.filter(|found| found.len() < MAX_RECORDS) {
                self.known_records.push(PractitionerRecords {
                    practitioner,
                    since,
                    records: found.into_iter().map(CallRecord::of).collect(),
                });
            }
        }
    }

    /// Adds a prepared record again that could not be claimed.
    pub(super) fn put_back(&mut self, prepared_record: CallRecord) {
        self.waiting.push(prepared_record);
    }

    /// Closes the expired prepared records. `read_to` (Unix time in milliseconds) is how far Twilio's list was read. A
    /// record is closed only if its call would be in that part of the list.
    pub(super) async fn expire(self, run: &AutomationRun<'_>, read_to: u64) {
        let mut requests = Vec::new();
        for prepared_record in &self.waiting {
            let prepared = prepared_record.state.context().prepared_at.unwrap_or(u64::MAX);
            if let Some(resource) = prepared_record.resource()
                && is(resource, "status", "preparation")
                && !self.is_recent(prepared_record)
                && prepared.saturating_add(VALID + LIST_DELAY) < read_to
            {
                let mut closed = resource.clone();
                close(&mut closed, "not-done", "ticket-expired", "No call was placed.");
                requests.extend(FhirRequest::update(&closed));
            }
        }
        while !requests.is_empty() && run.has_budget(1) {
            let rest = requests.split_off(requests.len().min(MAX_BATCH_WRITES));
            for answer in run.fhir(requests).await {
                // The record changed: a call claimed it, or the next run closes it.
                if let Err(error) = StoreError::check(&answer)
                    && error != StoreError::Retryable(Code::ChartConflict)
                {
                    run.report(error.code());
                }
            }
            requests = rest;
        }
    }
}

/// Sets the status of a record and the reason for it.
pub(super) fn close(resource: &mut Json, status: &str, code: &str, text: &str) {
    let mut reason = crate::fhir::element::concept(REASON, code);
    reason.set("text", Json::of(text));
    resource.set("status", Json::of(status));
    resource.set("statusReason", reason);
}

/// Whether the record was prepared for this call. A browser's call must have the same identity, number and time. A call
/// that was placed by REST rings the practitioner's phone and has no identity. It must have the same phone, caller ID,
/// dialed number and time.
fn fits(prepared_record: &CallRecord, state: &CallState) -> bool {
    let context = prepared_record.state.context();
    let (Some(prepared), Some(number), Some(root)) = (context.prepared_at, &context.number, state.root_leg()) else {
        return false;
    };
    let Some(started) = state.started_at() else {
        return false;
    };
    let in_time = is_in_time(started, prepared, VALID);
    let to = |leg: &Leg| leg.text(TextField::To) == Some(number);
    let from = root.text(TextField::From);
    if let Some(Party::Client(identity)) = from.map(Party::parse) {
        let own = context.identity.as_deref() == Some(&*identity);
        return own && in_time && (to(root) || state.children().any(to));
    }
    // Earlier versions did not record the phone. For their records, the dialed number is enough.
    let phone = context.practitioner_number.as_deref().is_none_or(|phone| root.text(TextField::To) == Some(phone));
    is_placed_by_rest(prepared_record, root) && phone && in_time && state.children().any(to)
}

/// Whether the record was prepared for a REST call that reached only the practitioner's phone. The call must have rung
/// that phone at the time when it was placed. Other calls from the same number ring other phones. If the phone was not
/// recorded, no call matches.
fn fits_unanswered(prepared_record: &CallRecord, state: &CallState) -> bool {
    let context = prepared_record.state.context();
    let (Some(prepared), Some(phone), Some(root)) =
        (context.prepared_at, &context.practitioner_number, state.root_leg())
    else {
        return false;
    };
    let in_time = state.started_at().is_some_and(|started| is_in_time(started, prepared, MAX_CLOCK_SKEW));
    let was_unanswered = state.children().next().is_none() && was_sent(prepared_record);
    is_placed_by_rest(prepared_record, root) && root.text(TextField::To) == Some(phone) && in_time && was_unanswered
}

/// Whether a call was placed by REST from the caller ID of a prepared record.
fn is_placed_by_rest(prepared_record: &CallRecord, root: &Leg) -> bool {
    let resource = prepared_record.resource().unwrap_or(&Json::Null);
    let by_rest = root.text(TextField::Direction).is_some_and(|direction| direction.starts_with("outbound-api"));
    let from = root.text(TextField::From);
    by_rest && from.is_some() && from == caller_id(resource)
}

const fn is_in_time(started: u64, prepared: u64, valid_for: u64) -> bool {
    started + MAX_CLOCK_SKEW >= prepared && started <= prepared + valid_for + MAX_CLOCK_SKEW
}

/// The practitioner whose records are needed before a call without a dialed leg may take the prepared record, and the
/// start of the period.
fn practitioner_to_check(prepared_record: &CallRecord, state: &CallState) -> Option<PractitionerPeriod> {
    let practitioner =
        prepared_record.state.context().practitioner.clone().filter(|who| is_reference(who, "Practitioner"))?;
    Some((practitioner, state.started_at()?.saturating_sub(VALID + MAX_CLOCK_SKEW)))
}

/// Whether the record may be that of a browser's call without a dialed leg. The call must not start before the record
/// was prepared. The comparison is in seconds, because Twilio reports seconds. The record must not be that of a REST
/// call.
fn fits_without_dial(prepared_record: &CallRecord, state: &CallState) -> bool {
    let context = prepared_record.state.context();
    let (Some(prepared), Some(root), Some(started)) = (context.prepared_at, state.root_leg(), state.started_at())
    else {
        return false;
    };
    let Some(Party::Client(identity)) = root.text(TextField::From).map(Party::parse) else {
        return false;
    };
    let has_not_dialed = !was_sent(prepared_record)
        && root.text(TextField::To).is_none_or(str::is_empty)
        && state.children().next().is_none();
    let own = context.identity.as_deref() == Some(&*identity);
    own && has_not_dialed
        && state.has_ended()
        && started / 1_000 >= prepared / 1_000
        && started <= prepared + VALID + MAX_CLOCK_SKEW
}

/// The caller ID of a prepared record.
fn caller_id(prepared_record: &Json) -> Option<&str> {
    let media = prepared_record.get("medium").map(Json::elements).unwrap_or_default();
    let codings = media.iter().filter_map(|medium| medium.at(&["coding", "0"]));
    codings.into_iter().find(|coding| is(coding, "system", CALLER_ID_SYSTEM))?.get("code")?.text()
}

/// Whether Twilio was asked to place the call of the record by REST. The record then has the time.
fn was_sent(prepared_record: &CallRecord) -> bool {
    let extensions =
        prepared_record.resource().and_then(|prepared_record| prepared_record.get("extension")).map(Json::elements);
    let extensions = extensions.unwrap_or_default();
    let url = |item: &Json| item.get("url").and_then(Json::text).is_some_and(|url| url.ends_with(SENT_EXTENSION));
    extensions.iter().any(url)
}
