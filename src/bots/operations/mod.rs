// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The door of the staff and their apps: asked by `$execute`, with Medplum's own authentication before it.
//!
//! The bot runs as the user, so what the requester may not read or write is refused by the server itself.

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

/// Milliseconds that a round trip of an operation may take.
const DEADLINE: u32 = 10_000;

/// Answers one operation: `{ "operation": "<name>", … }`.
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

/// A text of the input; none where it is absent.
fn text_of<'a>(input: &'a Json, name: &'static str) -> Result<Option<&'a str>, Reply> {
    match input.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Text(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(invalid_argument(name)),
    }
}

/// 400: an argument is wrong.
const fn invalid_argument(name: &'static str) -> Reply {
    Reply::Invalid(Problem::at(Code::OperationArgument, name))
}
