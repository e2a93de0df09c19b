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
use ended::EndedCall;
use sweep_run::SweepRun;

/// How many round trips the sweep may take: at 5 to 200 ms each, some 8 s at most.
const SWEEP_ROUND_TRIPS: u32 = 40;
/// How many the story of one call may.
const CALL_ROUND_TRIPS: u32 = 30;

/// Does what a change of a resource or a minute of the clock asks for: a `Bot` is a minute of the sweep, a completed
/// `Communication` of ours a call that has ended.
pub async fn automation(event: BotEvent, host: Host) -> Response {
    let (config, config_error) = read_config(&event);
    if event.input.get("deletedResource").is_some() {
        return Reply::Accepted.into();
    }
    let kind = event.input.get("resourceType").and_then(Json::text).unwrap_or_default();
    let (run, outcome) = match kind {
        "Bot" => {
            let run = SweepRun::new(&host, &event, &config, SWEEP_ROUND_TRIPS);
            let outcome = sweep::sweep(&run, &event, config_error.is_none()).await;
            (run, outcome)
        }
        "Communication" => {
            let run = SweepRun::new(&host, &event, &config, CALL_ROUND_TRIPS).with_rest(&event);
            let outcome = after_call(&run, event.input.clone()).await;
            (run, outcome)
        }
        _ => return Reply::Invalid(Code::OperationUnknown.into()).into(),
    };
    let mut response = match outcome {
        Ok(()) => Response::from(Reply::Accepted),
        Err(code) => Response::from(Reply::Broken(code.into())),
    };
    for problem in run.problems() {
        response.log(&problem);
    }
    if let Some(error) = config_error {
        response.log.push(log_line(error.code, &error.path));
    }
    response
}

/// What follows a call that a Subscription tells of. What is none of ours, or goes on, has nothing to follow.
async fn after_call(run: &SweepRun<'_>, input: Json) -> Result<(), Code> {
    let Some(reference) = crate::fhir::reference::reference_of(&input) else {
        return Ok(());
    };
    match EndedCall::read(input, run) {
        Some(call) if call.has_follow_up(run) => ended::follow_up_call(run, &reference, call.root()).await,
        _ => Ok(()),
    }
}
