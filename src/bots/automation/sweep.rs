// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sweep: every minute, what got lost is found again.
//!
//! Twilio's events may be lost, Medplum does not repeat a Subscription that failed, and a bot may die anywhere. So the
//! sweep compares Twilio's list with the chart, and the chart with what should have come of it. Each step can be done
//! again to no effect, and a mark moves after what it stands for is done: a run that ends anywhere loses nothing.

use super::alerts;
use super::calls::{calls, recorded};
use super::follow::follow;
use super::hourly::{lingering, recordings};
use super::marks::{Mark, Marks};
use super::sweep_run::SweepRun;
use super::tickets::Tickets;
use crate::bots::settings::read_rest;
use crate::chart::StoreError;
use crate::error::Code;
use crate::runtime::BotEvent;
use crate::time::{HOUR, MINUTE};

/// How long after the hour its alerts are summed up: they have been written by then.
const SETTLED: u64 = 2 * MINUTE;
/// How many round trips are kept for what follows the list of recordings.
const FOLLOWING: u32 = 14;
/// How many round trips are kept for alerts.
const ALERTING: u32 = 12;
/// Over how long alerts are summed up at most.
const FORGOTTEN: u64 = 24;

/// Does what there is to do, as far as one run comes. An error only where nothing could be done at all.
///
/// Where the config `is_read` not, the list is brought to the chart, and no more: what a default config would leave undone
/// for good waits with its marks until there is one again.
pub(super) async fn sweep(round: &SweepRun<'_>, knock: &BotEvent, is_read: bool) -> Result<(), Code> {
    let searches = [("Basic", Marks::search()), ("Communication", Tickets::search())];
    let [marks, tickets] = round.searches(searches).await.map_err(StoreError::code)?;
    let mut marks = Marks::read(marks, round.base(), round.now);
    let mut tickets = Tickets::read(tickets, round.now);

    match read_rest(knock) {
        Ok(rest) => {
            let whole = calls(round, &rest, &mut marks, &mut tickets).await;
            marks.save(round).await;
            // The calls first, whose records they go to; and no more than leaves something for what follows.
            if is_read && whole {
                round.setting_aside(FOLLOWING, recorded(round, &rest, &mut marks, &mut tickets)).await;
            }
            let hour = marks.get(Mark::Hourly).is_none_or(|last| last + HOUR <= round.now);
            if is_read && hour && round.has(12) {
                lingering(round, &rest, &mut tickets).await;
            }
            if whole && round.has(2) {
                tickets.expire(round, marks.get(Mark::Calls).unwrap_or(0)).await;
            }
        }
        // Without a key there is no list; what the chart has is followed up all the same.
        Err(problem) => round.tell(problem),
    }
    if !is_read {
        return Ok(());
    }
    // Alerts come last, since Medplum may end the run while a service outside keeps it waiting.
    round.postpone_alerts();
    let aside = round.config.alerts.as_ref().map_or(0, |_| ALERTING);
    round.setting_aside(aside, follow(round, &mut marks)).await;
    round.setting_aside(aside, hourly(round, knock, &mut marks)).await;
    marks.save(round).await;
    alerting(round, &mut marks).await;
    marks.save(round).await;
    Ok(())
}

async fn alerting(round: &SweepRun<'_>, marks: &mut Marks) {
    let Some(alerts) = &round.config.alerts else {
        return;
    };
    for intent in round.postponed() {
        if round.has(4) {
            alerts::send(round, alerts, intent).await;
        }
    }
    if round.has(5) && round.may_alert() {
        match round.searches([("Communication", alerts::unsent())]).await {
            Ok([unsent]) => alerts::resend(round, alerts, unsent).await,
            Err(trouble) => round.tell(trouble.code()),
        }
    }
    let hour = round.now.saturating_sub(SETTLED) / HOUR;
    let last = marks.get(Mark::Summary).map_or(hour, |last| (last / HOUR).max(hour.saturating_sub(FORGOTTEN)));
    if last < hour && round.has(5) {
        if let Err(trouble) = alerts::summary(round, alerts, last * HOUR, hour * HOUR).await {
            return round.tell(trouble.code());
        }
        marks.set(Mark::Summary, Some(hour * HOUR));
    } else if marks.get(Mark::Summary).is_none() {
        marks.set(Mark::Summary, Some(hour * HOUR));
    }
}

async fn hourly(round: &SweepRun<'_>, knock: &BotEvent, marks: &mut Marks) {
    if marks.get(Mark::Hourly).is_some_and(|last| last + HOUR > round.now) {
        return;
    }
    let days = round.config.recording.as_ref().and_then(|recording| recording.retention_days);
    let whole = match (days, read_rest(knock)) {
        (Some(days), Ok(rest)) => recordings(round, &rest, marks, days).await,
        _ => true,
    };
    if whole {
        marks.set(Mark::Hourly, Some(round.now));
    }
}
