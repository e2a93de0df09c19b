// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The ended calls that no Subscription told of, or whose story broke off: found again by when their records changed.

use super::ended::{Ended, ended};
use super::marks::{Mark, Marks};
use super::sweep_run::SweepRun;
use super::{alerts, tasks};
use crate::chart::{StoreError, Walk, found};
use crate::error::Code;
use crate::fhir::reference::reference_of;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::runtime::FhirRequest;
use crate::time::{HOUR, MINUTE};

/// How far the first run of all looks back.
const FIRST: u64 = HOUR;
/// How late a record may become visible that was written before.
const OVERLAP: u64 = 2 * MINUTE;
/// How many round trips a call's story may take.
const STORY: u32 = 8;
/// How long a call that cannot be followed up keeps the mark back, while others can.
const PATIENCE: u64 = 4 * HOUR;
/// How many calls in a row that the server does not serve are its outage, and no fault of theirs.
const OUTAGE: u32 = 3;
/// Calls of a page.
const COUNT: usize = 50;

/// Follows up what has changed since the mark.
pub(super) async fn follow(round: &SweepRun<'_>, marks: &mut Marks) {
    let config = round.config;
    if config.tasks.on.is_empty() && config.alerts.is_none() && !config.appointment.call_extension {
        // What is configured later does not reach back.
        marks.set(Mark::FollowUp, Some(round.now));
        return;
    }
    let recent = round.now.saturating_sub(OVERLAP);
    let from = marks.get(Mark::FollowUp).unwrap_or(round.now.saturating_sub(FIRST)).min(recent);
    let search = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=completed"].concat();
    let mut walk = Walk::new(search, "_lastUpdated", from, None);
    let mut open = Open::default();
    while round.has(STORY + 2) {
        round.spend();
        let page = match walk.next(round.host, COUNT).await {
            Ok(page) => page,
            Err(trouble) => return round.tell(trouble.code()),
        };
        if let Err(code) = page_of(round, page, &mut open).await {
            return round.tell(code);
        }
        let at = if walk.is_over() { walk.at.max(recent) } else { walk.at };
        marks.set(Mark::FollowUp, Some(open.mark(round.now, at)));
        if walk.is_over() || open.breaks_off() {
            return;
        }
    }
}

/// What a run leaves open. One call that cannot be followed up must not stop all others.
#[derive(Default)]
struct Open {
    /// When the first record changed that there was no time for.
    late: Option<u64>,
    /// When those changed whose story did not work.
    stuck: Vec<u64>,
    /// How many of these in a row the server did not serve.
    unserved: u32,
    /// Whether any story worked, so that the server does.
    worked: bool,
}

impl Open {
    fn breaks_off(&self) -> bool {
        self.late.is_some() || self.unserved >= OUTAGE
    }

    /// Where the next run is to begin, where this one has come to `at`.
    fn mark(&self, now: u64, at: u64) -> u64 {
        let waits = |since: &u64| !self.worked || since + PATIENCE > now;
        let stuck = self.stuck.iter().copied().filter(waits).min();
        at.min(self.late.unwrap_or(at)).min(stuck.unwrap_or(at))
    }
}

/// Follows up a page.
async fn page_of(round: &SweepRun<'_>, page: Vec<(u64, Json)>, open: &mut Open) -> Result<(), Code> {
    let mut calls = Vec::new();
    for (changed, resource) in page {
        let reference = reference_of(&resource);
        if let (Some(call), Some(reference)) = (Ended::read(resource, round), reference) {
            // Missed calls before the calls that answer them.
            let at = calls.iter().position(|(_, other, _): &(_, Ended, _)| other.at() > call.at());
            calls.insert(at.unwrap_or(calls.len()), (changed, call, reference));
        }
    }
    let known = Known::read(round, &calls).await?;
    for (changed, call, reference) in calls {
        if !known.wants(round, &call) {
            continue;
        }
        if open.breaks_off() || !round.has(STORY) {
            open.late = super::calls::earlier(open.late, Some(changed));
            continue;
        }
        let outcome = ended(round, &reference, call.root()).await;
        open.unserved = if outcome == Err(Code::ChartUnavailable) { open.unserved + 1 } else { 0 };
        match outcome {
            Ok(()) => open.worked = true,
            Err(code) => {
                round.tell(code);
                // What was refused would be refused again.
                if code != Code::ChartRefused {
                    open.stuck.push(changed);
                }
            }
        }
    }
    Ok(())
}

/// The tasks and alerts that there are of a page's calls.
struct Known {
    tasks: Vec<Json>,
    alerts: Vec<Json>,
    /// Whether any task is open that a call may close.
    open: Vec<Json>,
}

impl Known {
    async fn read(round: &SweepRun<'_>, calls: &[(u64, Ended, String)]) -> Result<Self, Code> {
        let mut known = Self { tasks: Vec::new(), alerts: Vec::new(), open: Vec::new() };
        let (mut of_tasks, mut of_alerts) = (String::new(), String::new());
        let mut closing = None;
        for (_, call, _) in calls {
            if !round.config.tasks.on.is_empty() {
                add(&mut of_tasks, &tasks::criteria(call.root()));
            }
            if call.alert(round).is_some() {
                add(&mut of_alerts, &alerts::criteria(call.root()));
            }
            if call.closes(round) {
                closing = super::calls::earlier(closing, Some(call.began()));
            }
        }
        // A search without criteria would find everything.
        let of = |kind: &str, criteria: String| {
            (!criteria.is_empty())
                .then(|| FhirRequest::get([kind, "?", &criteria, "&_sort=identifier&_count=500"].concat()))
        };
        let searches = [
            (&mut known.tasks, "Task", of("Task", of_tasks)),
            (&mut known.alerts, "Communication", of("Communication", of_alerts)),
            (&mut known.open, "Task", closing.map(tasks::open_since)),
        ];
        let (mut places, mut requests) = (Vec::new(), Vec::new());
        for (place, kind, request) in searches {
            if let Some(request) = request {
                places.push((place, kind));
                requests.push(request);
            }
        }
        for ((place, kind), answer) in places.into_iter().zip(round.fhir(requests).await) {
            *place = found(answer, kind).map_err(StoreError::code)?;
        }
        Ok(known)
    }

    /// Whether there may be something left to do after a call.
    fn wants(&self, round: &SweepRun<'_>, call: &Ended) -> bool {
        let occasion = call.task(round);
        let own = self.tasks.iter().find(|task| tasks::root_of(task) == Some(call.root()));
        let task = own.map_or(occasion.is_some(), |task| tasks::correct(task, occasion).is_some());
        let alerted = || self.alerts.iter().any(|alert| alerts::root_of(alert) == Some(call.root()));
        let closes = call.closes(round) && self.open.iter().any(|task| tasks::complete(task, call.began()).is_some());
        task || (call.alert(round).is_some() && !alerted()) || closes || call.appointment(round).is_some()
    }
}

/// Joins searches by identifier into one.
fn add(criteria: &mut String, more: &str) {
    if criteria.is_empty() {
        criteria.push_str(more);
    } else {
        criteria.push(',');
        criteria.push_str(more.strip_prefix("identifier=").unwrap_or_default());
    }
}
