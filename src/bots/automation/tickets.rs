// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tickets that no call has claimed. The sweep finds their call by caller, callee and time, or closes them.

use super::sweep_run::{MAX_BATCH_WRITES, SweepRun};
use crate::chart::{CallLog, Chart, Leg, StoreError, Text};
use crate::dialplan::Party;
use crate::error::Code;
use crate::fhir::element::is;
use crate::fhir::reference::is_reference;
use crate::fhir::systems::{LINE, VOICE_CATEGORY};
use crate::json::{Json, decimal};
use crate::runtime::FhirRequest;
use crate::time::{MINUTE, instant, parse_instant};

/// A ticket that is more recent than this is not changed: its call may be starting.
const RECENT: u64 = 2 * MINUTE;
/// How long a ticket is valid.
const VALID: u64 = 10 * MINUTE;
/// How long after that its call may appear in Twilio's list.
const LIST_DELAY: u64 = 20 * MINUTE;
/// The maximum difference between Twilio's clock and the server's.
const MAX_CLOCK_SKEW: u64 = MINUTE;

/// The maximum number of practitioners in one round trip.
const MAX_PRACTITIONERS: usize = 20;
/// The maximum number of records of one practitioner. If there are more, their tickets are not known.
const MAX_RECORDS: usize = 200;

/// The code system of the reason why something was not done.
const REASON: &str = "https://plumline.dev/fhir/status-reason";

/// The suffix of the extension that says when a call was sent by REST.
const SENT_EXTENSION: &str = "/call-attempt";

/// Tickets that wait for their call.
pub(super) struct Tickets {
    waiting: Vec<Chart>,
    /// Tickets that were written since then are not changed.
    recent_since: u64,
    /// The other records of the same practitioners.
    known_records: Vec<PractitionerRecords>,
}

/// All records that were prepared for a practitioner, claimed or not.
struct PractitionerRecords {
    practitioner: String,
    /// The start of the period.
    since: u64,
    records: Vec<Chart>,
}

/// A practitioner whose [`PractitionerRecords`] are needed, and since when.
pub(super) type Unconfirmed = (String, u64);

impl Tickets {
    /// The search for waiting tickets, the newest first. A ticket is used within minutes, but other drafts may stay
    /// forever.
    pub(super) fn search() -> FhirRequest {
        let category = ["&category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
        FhirRequest::get(["Communication?status=preparation", &category, "&_sort=-_lastUpdated&_count=100"].concat())
    }

    pub(super) fn read(found: Vec<Json>, now: u64) -> Self {
        let mut waiting = Vec::new();
        for resource in found {
            let chart = Chart::of(resource);
            if chart.log.root().is_none() && chart.log.context().prepared.is_some() {
                waiting.push(chart);
            }
        }
        Self { waiting, recent_since: now.saturating_sub(RECENT), known_records: Vec::new() }
    }

    /// Takes the ticket that a call was placed with: the latest that fits. A call without a dialed leg does not show
    /// its callee, so only one ticket may fit. A recent ticket is not taken, and no other in its place.
    pub(super) fn take(&mut self, log: &CallLog) -> Option<Chart> {
        if log.context().prepared.is_some() {
            return None;
        }
        let mut best: Option<(u64, usize)> = None;
        for (index, ticket) in self.waiting.iter().enumerate() {
            if let Some(prepared) = ticket.log.context().prepared
                && fits(ticket, log)
                && best.is_none_or(|(latest, _)| prepared > latest)
            {
                best = Some((prepared, index));
            }
        }
        let index = best.map(|(_, index)| index);
        let index =
            index.or_else(|| self.only(|ticket| fits_unanswered(ticket, log))).or_else(|| self.without_dial(log))?;
        let is_recent = self.waiting.get(index).is_none_or(|ticket| self.is_recent(ticket));
        (!is_recent).then(|| self.waiting.remove(index))
    }

    fn is_recent(&self, ticket: &Chart) -> bool {
        let written = ticket.resource().and_then(|ticket| ticket.at(&["meta", "lastUpdated"])?.text());
        written.and_then(parse_instant).is_none_or(|at| at >= self.recent_since)
    }

    /// The ticket that fits, if it is the only one.
    fn only(&self, fits: impl Fn(&Chart) -> bool) -> Option<usize> {
        let mut found = None;
        for (index, ticket) in self.waiting.iter().enumerate() {
            if fits(ticket) && found.replace(index).is_some() {
                return None;
            }
        }
        found
    }

    /// The ticket of a call that came with one but dialed no one, because the chart failed. Such a call has no number.
    /// A call that was refused because its ticket was used looks the same. So the ticket must be the only one that the
    /// call can have come with, including tickets that other calls have claimed.
    fn without_dial(&self, log: &CallLog) -> Option<usize> {
        let index = self.only(|ticket| fits_without_dial(ticket, log))?;
        let ticket = self.waiting.get(index)?;
        let (practitioner, since) = unconfirmed_of(ticket, log)?;
        let known_records = self
            .known_records
            .iter()
            .find(|known_records| known_records.practitioner == practitioner && known_records.since <= since)?;
        let another = |one: &Chart| one.reference() != ticket.reference() && fits_without_dial(one, log);
        (!known_records.records.iter().any(another)).then_some(index)
    }

    /// The practitioners whose records are needed before calls without a dialed leg may take a ticket.
    pub(super) fn unconfirmed(&self, logs: impl Iterator<Item = CallLog>) -> Vec<Unconfirmed> {
        let mut unconfirmed: Vec<Unconfirmed> = Vec::new();
        for log in logs {
            let ticket = self.only(|ticket| fits_without_dial(ticket, &log)).and_then(|index| self.waiting.get(index));
            let Some((practitioner, since)) = ticket.and_then(|ticket| unconfirmed_of(ticket, &log)) else {
                continue;
            };
            if let Some((_, known)) = unconfirmed.iter_mut().find(|(known, _)| *known == practitioner) {
                *known = since.min(*known);
            } else if unconfirmed.len() < MAX_PRACTITIONERS {
                // The others wait for the next runs.
                unconfirmed.push((practitioner, since));
            }
        }
        // The start of a call may be known a little more exactly when it takes the ticket.
        unconfirmed
            .into_iter()
            .map(|(practitioner, since)| (practitioner, since.saturating_sub(MAX_CLOCK_SKEW)))
            .collect()
    }

    /// The search for the records of a practitioner. A record that was prepared since then was also written since then.
    pub(super) fn search_records((practitioner, since): &Unconfirmed) -> FhirRequest {
        let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
        let sender = ["&sender=", practitioner, "&_lastUpdated=ge", &instant(*since)].concat();
        FhirRequest::get([&category, &*sender, "&_count=", &decimal(MAX_RECORDS as u64)].concat())
    }

    /// Replaces the known records. `None` stands for a search that failed.
    pub(super) fn set_known_records(&mut self, found: impl Iterator<Item = (Unconfirmed, Option<Vec<Json>>)>) {
        self.known_records.clear();
        for ((practitioner, since), found) in found {
            if let Some(found) = found.filter(|found| found.len() < MAX_RECORDS) {
                self.known_records.push(PractitionerRecords {
                    practitioner,
                    since,
                    records: found.into_iter().map(Chart::of).collect(),
                });
            }
        }
    }

    /// Returns a ticket that could not be claimed.
    pub(super) fn put_back(&mut self, ticket: Chart) {
        self.waiting.push(ticket);
    }

    /// Closes the expired tickets. Twilio's list must have been read so far (`read_to`) that their calls would have
    /// appeared.
    pub(super) async fn expire(self, run: &SweepRun<'_>, read_to: u64) {
        let mut requests = Vec::new();
        for ticket in &self.waiting {
            let prepared = ticket.log.context().prepared.unwrap_or(u64::MAX);
            if let Some(resource) = ticket.resource()
                && is(resource, "status", "preparation")
                && !self.is_recent(ticket)
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
                // It changed: a call claimed it, or the next run closes it.
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

/// Closes a record with a reason.
pub(super) fn close(resource: &mut Json, status: &str, code: &str, text: &str) {
    let mut reason = crate::fhir::element::concept(REASON, code);
    reason.set("text", Json::of(text));
    resource.set("status", Json::of(status));
    resource.set("statusReason", reason);
}

/// Whether the ticket was made for this call. A browser's call matches by identity, number and time. A call that was
/// placed by REST starts at the practitioner's phone and has no identity. It matches by that phone, our number, and the
/// dialed number.
fn fits(ticket: &Chart, log: &CallLog) -> bool {
    let context = ticket.log.context();
    let (Some(prepared), Some(number), Some(root)) = (context.prepared, &context.number, log.root_leg()) else {
        return false;
    };
    let Some(started) = log.started_at() else {
        return false;
    };
    let in_time = is_in_time(started, prepared, VALID);
    let to = |leg: &Leg| leg.text(Text::To) == Some(number);
    let from = root.text(Text::From);
    if let Some(Party::Client(identity)) = from.map(Party::parse) {
        let ours = context.identity.as_deref() == Some(&*identity);
        return ours && in_time && (to(root) || log.children().any(to));
    }
    // Earlier versions did not record the phone. For them, the dialed number is enough.
    let phone = context.practitioner_number.as_deref().is_none_or(|phone| root.text(Text::To) == Some(phone));
    is_placed_by_rest(ticket, root) && phone && in_time && log.children().any(to)
}

/// Whether the ticket may be of a REST call that reached only the practitioner's phone. It must have rung that phone at
/// the moment the call was sent. Other calls from the same number ring other phones. If the phone was not recorded, no
/// call matches.
fn fits_unanswered(ticket: &Chart, log: &CallLog) -> bool {
    let context = ticket.log.context();
    let (Some(prepared), Some(phone), Some(root)) = (context.prepared, &context.practitioner_number, log.root_leg())
    else {
        return false;
    };
    let in_time = log.started_at().is_some_and(|started| is_in_time(started, prepared, MAX_CLOCK_SKEW));
    let was_unanswered = log.children().next().is_none() && was_sent(ticket);
    is_placed_by_rest(ticket, root) && root.text(Text::To) == Some(phone) && in_time && was_unanswered
}

/// Whether a call was placed by REST from the number that the ticket's callee sees.
fn is_placed_by_rest(ticket: &Chart, root: &Leg) -> bool {
    let resource = ticket.resource().unwrap_or(&Json::Null);
    let by_rest = root.text(Text::Direction).is_some_and(|direction| direction.starts_with("outbound-api"));
    let from = root.text(Text::From);
    by_rest && from.is_some() && from == line(resource)
}

const fn is_in_time(started: u64, prepared: u64, valid_for: u64) -> bool {
    started + MAX_CLOCK_SKEW >= prepared && started <= prepared + valid_for + MAX_CLOCK_SKEW
}

/// The practitioner whose records must be known before a call without a dialed leg may take the ticket, and since when.
fn unconfirmed_of(ticket: &Chart, log: &CallLog) -> Option<Unconfirmed> {
    let practitioner = ticket.log.context().practitioner.clone().filter(|who| is_reference(who, "Practitioner"))?;
    Some((practitioner, log.started_at()?.saturating_sub(VALID + MAX_CLOCK_SKEW)))
}

/// Whether a browser's call without a dialed leg may have come with the ticket. The call cannot have started before the
/// ticket, compared in seconds, because Twilio reports seconds. The ticket must not have been sent by REST.
fn fits_without_dial(ticket: &Chart, log: &CallLog) -> bool {
    let context = ticket.log.context();
    let (Some(prepared), Some(root), Some(started)) = (context.prepared, log.root_leg(), log.started_at()) else {
        return false;
    };
    let Some(Party::Client(identity)) = root.text(Text::From).map(Party::parse) else {
        return false;
    };
    let has_dialed =
        !was_sent(ticket) && root.text(Text::To).is_none_or(str::is_empty) && log.children().next().is_none();
    let ours = context.identity.as_deref() == Some(&*identity);
    ours && has_dialed
        && log.is_over()
        && started / 1_000 >= prepared / 1_000
        && started <= prepared + VALID + MAX_CLOCK_SKEW
}

/// The number that a ticket's callee sees.
fn line(ticket: &Json) -> Option<&str> {
    let media = ticket.get("medium").map(Json::elements).unwrap_or_default();
    let codings = media.iter().filter_map(|medium| medium.at(&["coding", "0"]));
    codings.into_iter().find(|coding| is(coding, "system", LINE))?.get("code")?.text()
}

/// Whether a call was sent by REST with the ticket. The record says when.
fn was_sent(ticket: &Chart) -> bool {
    let extensions = ticket.resource().and_then(|ticket| ticket.get("extension")).map(Json::elements);
    let extensions = extensions.unwrap_or_default();
    let url = |one: &Json| one.get("url").and_then(Json::text).is_some_and(|url| url.ends_with(SENT_EXTENSION));
    extensions.iter().any(url)
}
