// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The `automation` bot, which Medplum runs every minute (cron) and for Subscriptions.

mod alerts;
mod calls;
mod copies;
mod copy_call;
mod ended;
mod follow;
mod hourly;
mod identities;
mod marks;
mod pages;
mod people;
mod prepared_calls;
mod questionnaires;
mod reconcile;
mod recorded;
mod sweep;
mod sweep_run;
mod tasks;
mod trigger;

use crate::bots::settings::read_config;
use crate::error::{Code, log_line};
use crate::json::Json;
use crate::runtime::{BotEvent, Host, Reply, Response};
use ended::EndedCall;
use sweep_run::AutomationRun;

/// The maximum number of round trips of a sweep, without the copies of recordings. At 5 to 200 ms each, they take about
/// 8 s at most.
const SWEEP_ROUND_TRIPS: u32 = 40;
/// The maximum number of round trips to follow up one call.
const CALL_ROUND_TRIPS: u32 = 30;

/// The maximum number of round trips to write an identity: three attempts with a read and a write.
const IDENTITY_ROUND_TRIPS: u32 = 6;

/// Handles a cron run or a Subscription. If the input is a `Bot`, cron started the run, and the sweep runs. If it is a
/// completed `Communication`, a call has ended. If it is a `PractitionerRole`, someone may have gained a role. If it is a
/// `Task`, a caller may need the person on call.
pub async fn automation(event: BotEvent, host: Host) -> Response {
    let (config, config_error) = read_config(&event);
    if event.input.get("deletedResource").is_some() {
        return Reply::Accepted.into();
    }
    let kind = event.input.get("resourceType").and_then(Json::text).unwrap_or_default();
    let (run, outcome) = match kind {
        "Bot" => {
            let run = AutomationRun::new(&host, &event, &config, SWEEP_ROUND_TRIPS);
            let outcome = sweep::sweep(&run, &event, config_error.is_none()).await;
            (run, outcome)
        }
        "Communication" => {
            let run = AutomationRun::new(&host, &event, &config, CALL_ROUND_TRIPS).with_rest(&event);
            let outcome = after_call(&run, event.input.clone()).await;
            (run, outcome)
        }
        "Task" => {
            let run = AutomationRun::new(&host, &event, &config, pages::PAGE_ROUND_TRIPS);
            // The action of the page is in the config.
            if config_error.is_none() {
                pages::continue_page(&run, &event, event.input.clone()).await;
            }
            (run, Ok(()))
        }
        "PractitionerRole" => {
            let run = AutomationRun::new(&host, &event, &config, IDENTITY_ROUND_TRIPS);
            // The config that could not be read may name other roles.
            let outcome =
                if config_error.is_none() { identities::write_identity(&run, &event.input).await } else { Ok(()) };
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

/// Follows up a call that a Subscription reports and copies its recordings, if the resource is a call record of
/// Plumline and the call has ended.
async fn after_call(run: &AutomationRun<'_>, input: Json) -> Result<(), Code> {
    let Some(reference) = crate::fhir::reference::reference_of(&input) else {
        return Ok(());
    };
    let Some(call) = EndedCall::read(input, run) else {
        return Ok(());
    };
    let mut outcome = Ok(());
    if call.may_need_follow_up(run) {
        outcome = ended::follow_up_call(run, &reference, &call).await;
    }
    // Copies come last, because they may take long. The sweep completes them.
    if let Some(rest) = run.rest.as_ref().filter(|_| copies::need(run, &call) == copies::Need::Copy) {
        copies::limit_time(run);
        copy_call::copy_call(run, rest, &reference, call.root_sid()).await;
    }
    outcome
}
