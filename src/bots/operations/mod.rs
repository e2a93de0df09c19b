// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The `operations` bot for staff and their apps. They call it with `$execute`, and Medplum authenticates them.
//!
//! The bot runs as the user (the requester), so the server refuses what the requester may not read or write.

mod access_token;
mod clinic_settings;
mod end_call;
mod place_call;
mod placed;
mod requester;
mod start_call;
mod target;

mod history;
mod statistics;
mod sums;

use crate::error::{Code, Problem};
use crate::json::Json;
use crate::runtime::{BotEvent, Host, Reply, Response};

/// The timeout of a round trip, in milliseconds.
const TIMEOUT: u32 = 10_000;

/// Runs the operation of the input: `{ "operation": "<name>", … }`.
pub async fn operations(event: BotEvent, host: Host) -> Response {
    let mut log = Vec::new();
    let answer = match event.input.get("operation").and_then(Json::text).unwrap_or_default() {
        "access-token" => access_token::access_token(&event, &host, &mut log).await,
        "end-call" => end_call::end_call(&event, &host, &mut log).await,
        "history" => return history::history(&event, &host).await,
        "place-call" => place_call::place_call(&event, &host, &mut log).await,
        "statistics" => return statistics::statistics(&event, &host).await,
        "start-call" => start_call::start_call(&event, &host, &mut log).await,
        _ => Err(Reply::Invalid(Code::OperationUnknown.into())),
    };
    let mut response = Response::from(answer.map_or_else(|reply| reply, Reply::Value));
    for code in log {
        response.log(&code.into());
    }
    response
}

/// A string member of the input. `None` if it is absent.
fn text_of<'a>(input: &'a Json, name: &'static str) -> Result<Option<&'a str>, Reply> {
    match input.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Text(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(invalid_argument(name)),
    }
}

/// The reply 400 for an argument that is not valid.
const fn invalid_argument(name: &'static str) -> Reply {
    Reply::Invalid(Problem::at(Code::OperationArgument, name))
}
