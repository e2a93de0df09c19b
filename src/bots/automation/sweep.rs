// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sweep: every minute, what got lost is found again.
//!
//! Twilio's events may be lost, Medplum does not repeat a Subscription that failed, and a bot may die anywhere. So the
//! sweep compares Twilio's list with the chart, and the chart with what should have come of it. Each step can be done
//! again to no effect, and a mark moves after what it stands for is done: a run that ends anywhere loses nothing.

use super::alerts;
use super::calls::{sync_calls, sync_recordings};
use super::follow::follow;
use super::hourly::{delete_old_recordings, refresh_stuck_calls};
use super::marks::{Mark, Marks};
use super::sweep_run::SweepRun;
use super::tickets::Tickets;
use crate::bots::settings::read_rest;
use crate::chart::StoreError;
use crate::error::Code;
use crate::runtime::BotEvent;
use crate::time::{HOUR, MINUTE};

/// How long after the hour its alerts are summed up: they have been written by then.
const SUMMARY_DELAY: u64 = 2 * MINUTE;
/// How many round trips are kept for what follows the list of recordings.
const FOLLOW_UP_ROUND_TRIPS: u32 = 14;
/// How many round trips are kept for alerts.
const ALERT_ROUND_TRIPS: u32 = 12;
/// Over how long alerts are summed up at most.
const MAX_SUMMARY_HOURS: u64 = 24;

/// Does what there is to do, as far as one run comes. An error only where nothing could be done at all.
///
/// Where the config `has_config` not, the list is brought to the chart, and no more: what a default config would leave undone
/// for good waits with its marks until there is one again.
pub(super) async fn sweep(run: &SweepRun<'_>, event: &BotEvent, has_config: bool) -> Result<(), Code> {
    let searches = [("Basic", Marks::search()), ("Communication", Tickets::search())];
    let [marks, tickets] = run.searches(searches).await.map_err(StoreError::code)?;
    let mut marks = Marks::read(marks, run.base(), run.now);
    let mut tickets = Tickets::read(tickets, run.now);

    match read_rest(event) {
        Ok(rest) => {
            let is_complete = sync_calls(run, &rest, &mut marks, &mut tickets).await;
            marks.save(run).await;
            // The calls first, whose records they go to; and no more than leaves something for what follows.
            if has_config && is_complete {
                run.reserving(FOLLOW_UP_ROUND_TRIPS, sync_recordings(run, &rest, &mut marks, &mut tickets)).await;
            }
            let hour = marks.get(Mark::LastHourlyRun).is_none_or(|last| last + HOUR <= run.now);
            if has_config && hour && run.has_budget(12) {
                refresh_stuck_calls(run, &rest, &mut tickets).await;
            }
            if is_complete && run.has_budget(2) {
                tickets.expire(run, marks.get(Mark::CallsReadTo).unwrap_or(0)).await;
            }
        }
        // Without a key there is no list; what the chart has is followed up all the same.
        Err(problem) => run.report(problem),
    }
    if !has_config {
        return Ok(());
    }
    // Alerts come last, since Medplum may end the run while a service outside keeps it waiting.
    run.postpone_alerts();
    let reserved = run.config.alerts.as_ref().map_or(0, |_| ALERT_ROUND_TRIPS);
    run.reserving(reserved, follow(run, &mut marks)).await;
    run.reserving(reserved, delete_recordings(run, event, &mut marks)).await;
    marks.save(run).await;
    send_alerts(run, &mut marks).await;
    marks.save(run).await;
    Ok(())
}

async fn send_alerts(run: &SweepRun<'_>, marks: &mut Marks) {
    let Some(alerts) = &run.config.alerts else {
        return;
    };
    for intent in run.take_postponed() {
        if run.has_budget(4) {
            alerts::send(run, alerts, intent).await;
        }
    }
    if run.has_budget(5) && run.can_alert() {
        match run.searches([("Communication", alerts::search_unsent())]).await {
            Ok([unsent]) => alerts::resend(run, alerts, unsent).await,
            Err(error) => run.report(error.code()),
        }
    }
    let hour = run.now.saturating_sub(SUMMARY_DELAY) / HOUR;
    let last =
        marks.get(Mark::SummarizedTo).map_or(hour, |last| (last / HOUR).max(hour.saturating_sub(MAX_SUMMARY_HOURS)));
    if last < hour && run.has_budget(5) {
        if let Err(error) = alerts::create_summary(run, alerts, last * HOUR, hour * HOUR).await {
            return run.report(error.code());
        }
        marks.set(Mark::SummarizedTo, Some(hour * HOUR));
    } else if marks.get(Mark::SummarizedTo).is_none() {
        marks.set(Mark::SummarizedTo, Some(hour * HOUR));
    }
}

async fn delete_recordings(run: &SweepRun<'_>, event: &BotEvent, marks: &mut Marks) {
    if marks.get(Mark::LastHourlyRun).is_some_and(|last| last + HOUR > run.now) {
        return;
    }
    let days = run.config.recording.as_ref().and_then(|recording| recording.retention_days);
    let is_complete = match (days, read_rest(event)) {
        (Some(days), Ok(rest)) => delete_old_recordings(run, &rest, marks, days).await,
        _ => true,
    };
    if is_complete {
        marks.set(Mark::LastHourlyRun, Some(run.now));
    }
}
