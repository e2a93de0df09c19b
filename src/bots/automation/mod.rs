// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The door of the record itself: cron, and Subscriptions.

mod alerts;
mod calls;
mod ended;
mod follow;
mod hourly;
mod marks;
mod reconcile;
mod sweep;
mod sweep_run;
mod tasks;
mod tickets;
mod trigger;

use crate::bots::settings::read_config;
use crate::error::{Code, log_line};
use crate::json::Json;
use crate::runtime::{BotEvent, Host, Reply, Response};
use ended::Ended;
use sweep_run::SweepRun;

/// How many round trips the sweep may take: at 5 to 200 ms each, some 8 s at most.
const SWEEP: u32 = 40;
/// How many the story of one call may.
const STORY: u32 = 30;

/// Does what a change of a resource or a minute of the clock asks for: a `Bot` is a minute of the sweep, a completed
/// `Communication` of ours a call that has ended.
pub async fn automation(knock: BotEvent, host: Host) -> Response {
    let (config, misread) = read_config(&knock);
    if knock.input.get("deletedResource").is_some() {
        return Reply::Accepted.into();
    }
    let kind = knock.input.get("resourceType").and_then(Json::text).unwrap_or_default();
    let (round, outcome) = match kind {
        "Bot" => {
            let round = SweepRun::new(&host, &knock, &config, SWEEP);
            let outcome = sweep::sweep(&round, &knock, misread.is_none()).await;
            (round, outcome)
        }
        "Communication" => {
            let round = SweepRun::new(&host, &knock, &config, STORY).asking_twilio(&knock);
            let outcome = after(&round, knock.input.clone()).await;
            (round, outcome)
        }
        _ => return Reply::Invalid(Code::OperationUnknown.into()).into(),
    };
    let mut done = match outcome {
        Ok(()) => Response::from(Reply::Accepted),
        Err(code) => Response::from(Reply::Broken(code.into())),
    };
    for problem in round.problems() {
        done.log(&problem);
    }
    if let Some(place) = misread {
        done.log.push(log_line(place.code, &place.path));
    }
    done
}

/// What follows a call that a Subscription tells of. What is none of ours, or goes on, has nothing to follow.
async fn after(round: &SweepRun<'_>, input: Json) -> Result<(), Code> {
    let Some(reference) = crate::fhir::reference::reference_of(&input) else {
        return Ok(());
    };
    match Ended::read(input, round) {
        Some(call) if call.asks(round) => ended::ended(round, &reference, call.root()).await,
        _ => Ok(()),
    }
}
