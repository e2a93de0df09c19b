// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tickets that no call has claimed: found their call by who, whom and when, or closed.

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

/// How young a ticket is left alone: its call may be on its way.
const RECENT: u64 = 2 * MINUTE;
/// How long a ticket is good for.
const VALID: u64 = 10 * MINUTE;
/// How long after that its call may come up in Twilio's list.
const LIST_DELAY: u64 = 20 * MINUTE;
/// How far Twilio's clock and the server's may be apart.
const MAX_CLOCK_SKEW: u64 = MINUTE;

/// How many practitioners' tickets are asked for at once.
const MAX_PRACTITIONERS: usize = 20;
/// How many records of one are looked at; where there are more it is not known what they were given.
const MAX_RECORDS: usize = 200;

/// The code system of why nothing came of something.
const REASON: &str = "https://plumline.dev/fhir/status-reason";

/// The end of the URL of the extension that says when a call was sent by REST.
const SENT_EXTENSION: &str = "/call-attempt";

/// Tickets that wait for their call.
pub(super) struct Tickets {
    waiting: Vec<Chart>,
    /// What was written since then is left alone.
    recent_since: u64,
    /// What else may have been a ticket of the same people.
    known_records: Vec<PractitionerRecords>,
}

/// All that was prepared for a practitioner, claimed or not.
struct PractitionerRecords {
    practitioner: String,
    /// Since then.
    since: u64,
    records: Vec<Chart>,
}

/// What [`PractitionerRecords`] is to be asked for: a practitioner, and since when.
pub(super) type Unconfirmed = (String, u64);

impl Tickets {
    /// The search for them, the newest first: a ticket is used within minutes, and others' drafts stay for good.
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

    /// Takes the ticket that a call was placed with: the latest that fits; of a call that dialled nobody, which does not
    /// say whom it was to reach, the only one. A young one is not taken, and no other in its place.
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

    /// The ticket that fits, if no other does.
    fn only(&self, fits: impl Fn(&Chart) -> bool) -> Option<usize> {
        let mut found = None;
        for (index, ticket) in self.waiting.iter().enumerate() {
            if fits(ticket) && found.replace(index).is_some() {
                return None;
            }
        }
        found
    }

    /// The ticket of a call that came with one, but dialled nobody since the chart failed. Such a call has no number, and
    /// neither has one that was refused because its ticket had been used: nothing tells the two apart. So the ticket must
    /// be the only one that the call can have come with, those among them that other calls have claimed.
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

    /// What has to be known before calls that dialled nobody may take a ticket.
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
                // The others' turn comes in the next runs.
                unconfirmed.push((practitioner, since));
            }
        }
        // What is known of a call's beginning when it is taken may be a little earlier.
        unconfirmed
            .into_iter()
            .map(|(practitioner, since)| (practitioner, since.saturating_sub(MAX_CLOCK_SKEW)))
            .collect()
    }

    /// The search that settles a doubt. What was prepared since then was written since then.
    pub(super) fn search_records((practitioner, since): &Unconfirmed) -> FhirRequest {
        let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
        let sender = ["&sender=", practitioner, "&_lastUpdated=ge", &instant(*since)].concat();
        FhirRequest::get([&category, &*sender, "&_count=", &decimal(MAX_RECORDS as u64)].concat())
    }

    /// Takes in what was found, in place of what was known before; nothing where it is not known.
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

    /// Gives back what was taken, since it could not be claimed.
    pub(super) fn put_back(&mut self, ticket: Chart) {
        self.waiting.push(ticket);
    }

    /// Closes those that can no longer be used, once Twilio's list has been read so far past them (`read_to`) that a call
    /// of theirs would have come up.
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
                // Changed since: somebody claimed it, or the next run closes it.
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

/// Ends a record with a reason.
pub(super) fn close(resource: &mut Json, status: &str, code: &str, text: &str) {
    let mut reason = crate::fhir::element::concept(REASON, code);
    reason.set("text", Json::of(text));
    resource.set("status", Json::of(status));
    resource.set("statusReason", reason);
}

/// Whether a call is the one that the ticket was made for. One that a browser places is told by identity, number and
/// time. One that was placed by REST begins at the practitioner's own phone and has no identity: that phone, our number,
/// and whom it then dials, tell.
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
    // Before the phone was noted, whom the call dials told enough.
    let phone = context.practitioner_number.as_deref().is_none_or(|phone| root.text(Text::To) == Some(phone));
    is_placed_by_rest(ticket, root) && phone && in_time && log.children().any(to)
}

/// Whether a call that was placed by REST and got no further than the practitioner's own phone may be the one that the
/// ticket was made for: it went there, and was sent at that very moment. What else calls over the same number of ours
/// goes elsewhere; where the phone was not noted, nothing tells the two apart.
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

/// Whether a call was placed by REST over the number of ours that the ticket's callee sees.
fn is_placed_by_rest(ticket: &Chart, root: &Leg) -> bool {
    let resource = ticket.resource().unwrap_or(&Json::Null);
    let by_rest = root.text(Text::Direction).is_some_and(|direction| direction.starts_with("outbound-api"));
    let from = root.text(Text::From);
    by_rest && from.is_some() && from == line(resource)
}

const fn is_in_time(started: u64, prepared: u64, valid_for: u64) -> bool {
    started + MAX_CLOCK_SKEW >= prepared && started <= prepared + valid_for + MAX_CLOCK_SKEW
}

/// Of whom, and since when, everything has to be known before a call that dialled nobody may take the ticket.
fn unconfirmed_of(ticket: &Chart, log: &CallLog) -> Option<Unconfirmed> {
    let practitioner = ticket.log.context().practitioner.clone().filter(|who| is_reference(who, "Practitioner"))?;
    Some((practitioner, log.started_at()?.saturating_sub(VALID + MAX_CLOCK_SKEW)))
}

/// Whether a call that a browser placed and that dialled nobody may have come with the ticket. It did not before there
/// was one, by the second: Twilio tells no more. Nor with what was sent by REST.
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

/// The number of ours that a ticket's callee sees.
fn line(ticket: &Json) -> Option<&str> {
    let media = ticket.get("medium").map(Json::elements).unwrap_or_default();
    let codings = media.iter().filter_map(|medium| medium.at(&["coding", "0"]));
    codings.into_iter().find(|coding| is(coding, "system", LINE))?.get("code")?.text()
}

/// Whether a call was sent with a ticket by REST: its record says when.
fn was_sent(ticket: &Chart) -> bool {
    let extensions = ticket.resource().and_then(|ticket| ticket.get("extension")).map(Json::elements);
    let extensions = extensions.unwrap_or_default();
    let url = |one: &Json| one.get("url").and_then(Json::text).is_some_and(|url| url.ends_with(SENT_EXTENSION));
    extensions.iter().any(url)
}
