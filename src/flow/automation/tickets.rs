// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Tickets that no call has claimed: found their call by who, whom and when, or closed.

use super::round::{Round, WRITES};
use crate::call::Party;
use crate::call::log::{CATEGORY, CallLog, Context, Leg, Text};
use crate::error::Code;
use crate::fhir::element::is;
use crate::flow::ask::FhirRequest;
use crate::flow::chart::{Chart, Trouble};
use crate::flow::record::{get, landed, update};
use crate::json::Json;
use crate::time::{MINUTE, instant};

/// How young a ticket is left alone: its call may be on its way.
const YOUNG: u64 = 2 * MINUTE;
/// How long a ticket is good for.
const VALID: u64 = 10 * MINUTE;
/// How long after that its call may come up in Twilio's list.
const LATE: u64 = 20 * MINUTE;
/// How far Twilio's clock and the server's may be apart.
const SKEW: u64 = MINUTE;

/// The code system of why nothing came of something.
const REASON: &str = "https://plumline.dev/fhir/status-reason";

/// Tickets that wait for their call.
#[derive(Default)]
pub(super) struct Tickets(Vec<Chart>);

impl Tickets {
    /// The search for them, the oldest first.
    pub(super) fn search(now: u64) -> FhirRequest {
        let category = ["&category=", CATEGORY.0, "|", CATEGORY.1].concat();
        let before = ["&_lastUpdated=lt", &instant(now.saturating_sub(YOUNG))].concat();
        get(["Communication?status=preparation", &category, &before, "&_sort=_lastUpdated&_count=100"].concat())
    }

    pub(super) fn read(found: Vec<Json>, base: &str) -> Self {
        let mut tickets = Vec::new();
        for resource in found {
            let chart = Chart::of(resource, base);
            if chart.log.root().is_none() && chart.log.context().prepared.is_some() {
                tickets.push(chart);
            }
        }
        Self(tickets)
    }

    /// Takes the ticket that a call was placed with: the latest that fits.
    pub(super) fn take(&mut self, log: &CallLog) -> Option<Chart> {
        if log.context().prepared.is_some() {
            return None;
        }
        let mut best: Option<(u64, usize)> = None;
        for (index, ticket) in self.0.iter().enumerate() {
            let context = ticket.log.context();
            if let Some(prepared) = context.prepared
                && fits(context, log)
                && best.is_none_or(|(latest, _)| prepared > latest)
            {
                best = Some((prepared, index));
            }
        }
        best.map(|(_, index)| self.0.remove(index))
    }

    /// Gives back what was taken, since it could not be claimed.
    pub(super) fn put_back(&mut self, ticket: Chart) {
        self.0.push(ticket);
    }

    /// Closes those that can no longer be used, once Twilio's list has been read so far past them (`read_to`) that a call
    /// of theirs would have come up.
    pub(super) async fn expire(self, round: &Round<'_>, read_to: u64) {
        let mut requests = Vec::new();
        for ticket in &self.0 {
            let prepared = ticket.log.context().prepared.unwrap_or(u64::MAX);
            if let Some(resource) = ticket.resource()
                && is(resource, "status", "preparation")
                && prepared.saturating_add(VALID + LATE) < read_to
            {
                let mut closed = resource.clone();
                close(&mut closed, "not-done", "ticket-expired", "No call was placed.");
                requests.extend(update(&closed));
            }
        }
        while !requests.is_empty() && round.has(1) {
            let rest = requests.split_off(requests.len().min(WRITES));
            for answer in round.fhir(requests).await {
                // Changed since: somebody claimed it, or the next run closes it.
                if let Err(trouble) = landed(&answer)
                    && trouble != Trouble::Passing(Code::ChartConflict)
                {
                    round.tell(trouble.code());
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

/// Whether a call is the one that the ticket was made for: the number was dialled, by that identity (a call that was
/// placed by REST has none), within the time.
fn fits(ticket: &Context, log: &CallLog) -> bool {
    let (Some(prepared), Some(number), Some(root)) = (ticket.prepared, &ticket.number, log.root_leg()) else {
        return false;
    };
    let Some(started) = log.started_at() else {
        return false;
    };
    let in_time = started + SKEW >= prepared && started <= prepared + VALID + SKEW;
    let by_rest = root.text(Text::Direction).is_some_and(|direction| direction.starts_with("outbound-api"));
    let by_identity = match root.text(Text::From).map(Party::parse) {
        Some(Party::Client(identity)) => ticket.identity.as_deref() == Some(&*identity),
        _ => by_rest,
    };
    let to = |leg: &Leg| leg.text(Text::To) == Some(number);
    in_time && by_identity && (to(root) || log.children().any(to))
}
