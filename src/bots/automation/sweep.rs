// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sweep, which runs every minute and repairs what was lost.
//!
//! Twilio's events may be lost, Medplum does not retry a failed Subscription, and Medplum may end a bot at any time.
//! The sweep therefore compares Twilio's lists with the chart, and the call records with their tasks and alerts. Each
//! step is idempotent. A mark moves only after its work is done, so an interrupted run loses nothing.

use super::alerts;
use super::calls::{sync_calls, sync_recordings};
use super::copies::{SWEEP_COPY_ROUND_TRIPS, copy_missing};
use super::follow::follow;
use super::hourly::{delete_old_recordings, refresh_stuck_calls};
use super::marks::{Mark, Marks};
use super::pages::{PAGE_ROUND_TRIPS, continue_pages};
use super::prepared_calls::PreparedCalls;
use super::sweep_run::AutomationRun;
use crate::bots::settings::read_rest;
use crate::chart::StoreError;
use crate::error::Code;
use crate::runtime::BotEvent;
use crate::time::{HOUR, MINUTE};

/// The delay, in milliseconds, of a summary after its hour. All alerts of the hour are then in the chart.
const SUMMARY_DELAY: u64 = 2 * MINUTE;
/// The round trips that are reserved for the steps after the list of recordings.
const FOLLOW_UP_ROUND_TRIPS: u32 = 14;
/// The round trips that are reserved for alerts.
const ALERT_ROUND_TRIPS: u32 = 12;
/// The maximum number of hours in a summary.
const MAX_SUMMARY_HOURS: u64 = 24;

/// Does the work that fits into one run. Fails only if the marks and the prepared records cannot be read.
///
/// `has_config` is false if the config is not valid. The run then only writes Twilio's list of calls into the chart and
/// closes expired prepared records. The other steps wait for a valid config, because with the default config the marks
/// would move past work that was not done.
pub(super) async fn sweep(run: &AutomationRun<'_>, event: &BotEvent, has_config: bool) -> Result<(), Code> {
    if has_config {
        // People on call come first. Their calls have a budget of their own.
        run.with_own_budget(PAGE_ROUND_TRIPS, continue_pages(run, event)).await;
    }
    let searches = [("Basic", Marks::search()), ("Communication", PreparedCalls::search())];
    let [marks, prepared_calls] = run.searches(searches).await.map_err(StoreError::code)?;
    let mut marks = Marks::read(marks, run.extension_base(), run.now);
    let mut prepared_calls = PreparedCalls::read(prepared_calls, run.now);

    match read_rest(event) {
        Ok(rest) => {
            let is_complete = sync_calls(run, &rest, &mut marks, &mut prepared_calls).await;
            marks.save(run).await;
            // Calls come first, because recordings are written into call records.
            if has_config && is_complete {
                run.with_reserve(FOLLOW_UP_ROUND_TRIPS, sync_recordings(run, &rest, &mut marks, &mut prepared_calls))
                    .await;
            }
            let an_hour_passed = marks.get(Mark::LastHourlyRun).is_none_or(|last| last + HOUR <= run.now);
            if has_config && an_hour_passed && run.has_budget(12) {
                refresh_stuck_calls(run, &rest, &mut prepared_calls).await;
            }
            if is_complete && run.has_budget(2) {
                prepared_calls.expire(run, marks.get(Mark::CallsReadTo).unwrap_or(0)).await;
            }
        }
        // Without an API key, Twilio's lists cannot be read. The records in the chart are still followed up.
        Err(problem) => run.report(problem),
    }
    if !has_config {
        return Ok(());
    }
    // Alerts come last, because Medplum may end the run while an external service is slow.
    run.postpone_alerts();
    let reserved = run.config.alerts.as_ref().map_or(0, |_| ALERT_ROUND_TRIPS);
    run.with_reserve(reserved, follow(run, &mut marks)).await;
    run.with_reserve(reserved, delete_recordings(run, event, &mut marks)).await;
    marks.save(run).await;
    send_alerts(run, &mut marks).await;
    marks.save(run).await;
    // Copies come after the alerts, because they may take longest. They have a budget of their own.
    if let Ok(rest) = read_rest(event) {
        run.add_budget(SWEEP_COPY_ROUND_TRIPS);
        copy_missing(run, &rest, &mut marks).await;
        marks.save(run).await;
    }
    Ok(())
}

async fn send_alerts(run: &AutomationRun<'_>, marks: &mut Marks) {
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

async fn delete_recordings(run: &AutomationRun<'_>, event: &BotEvent, marks: &mut Marks) {
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
