// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The `operations` bot for staff and their apps. They call it with `$execute`, and Medplum authenticates them.
//!
//! The bot runs as the user (the requester), so the server refuses what the requester may not read or write.

mod access_token;
mod call_request;
mod clinic_settings;
mod create_record;
mod end_call;
mod hold_call;
mod overrides;
mod place_call;
mod placed;
mod redirect_call;
mod requester;
mod set_disposition;
mod set_presence;
mod start_call;
mod take_caller;
mod transfer_call;

mod history;
mod statistics;
mod sums;

use crate::error::{Code, Problem};
use crate::fhir::reference::reference_to;
use crate::json::Json;
use crate::runtime::{BotEvent, Host, Reply, Response};
use crate::text::is_spelling;

/// The timeout of a round trip, in milliseconds.
const TIMEOUT: u32 = 10_000;

/// Runs the operation of the input: `{ "operation": "<name>", … }`.
pub async fn operations(event: BotEvent, host: Host) -> Response {
    let mut log = Vec::new();
    let answer = match event.input.get("operation").and_then(Json::text).unwrap_or_default() {
        "access-token" => access_token::access_token(&event, &host, &mut log).await,
        "clear-override" => overrides::clear_override(&event, &host).await,
        "end-call" => end_call::end_call(&event, &host, &mut log).await,
        "get-override" => overrides::get_override(&event, &host).await,
        "hold-call" => hold_call::hold_call(&event, &host).await,
        "history" => return history::history(&event, &host).await,
        "place-call" => place_call::place_call(&event, &host, &mut log).await,
        "resume-call" => hold_call::resume_call(&event, &host).await,
        "set-disposition" => set_disposition::set_disposition(&event, &host).await,
        "set-override" => overrides::set_override(&event, &host).await,
        "set-presence" => set_presence::set_presence(&event, &host, &mut log).await,
        "statistics" => return statistics::statistics(&event, &host).await,
        "start-call" => start_call::start_call(&event, &host, &mut log).await,
        "take-caller" => take_caller::take_caller(&event, &host, &mut log).await,
        "transfer-call" => transfer_call::transfer_call(&event, &host).await,
        "waiting-callers" => take_caller::waiting_callers(&event, &host).await,
        _ => Err(Reply::Invalid(Code::OperationUnknown.into())),
    };
    let mut response = Response::from(answer.map_or_else(|reply| reply, Reply::Value));
    for code in log {
        response.log(&code.into());
    }
    response
}

/// A string member of the input, in any spelling of its name. `None` if it is absent.
fn text_of<'a>(input: &'a Json, name: &'static str) -> Result<Option<&'a str>, Reply> {
    only_text(input, name, &[&name.to_ascii_lowercase()])
}

/// A reference or an id in the input, in any spelling of its name, with or without `Id` (`patient`, `patientId`). `None`
/// if it is absent.
fn reference_argument(input: &Json, name: &'static str, resource_type: &'static str) -> Result<Option<String>, Reply> {
    let text = only_text(input, name, &[name, &[name, "id"].concat()])?;
    text.map(|text| reference_to(text, resource_type).ok_or(invalid_argument(name))).transpose()
}

/// The text of the members whose name is a spelling of one of `names`. Members with different values are refused: a
/// guess might call for the wrong patient.
fn only_text<'a>(input: &'a Json, name: &'static str, names: &[&str]) -> Result<Option<&'a str>, Reply> {
    let mut found = None;
    for (member, value) in input.members() {
        match value {
            Json::Null => {}
            _ if !names.iter().any(|name| is_spelling(member, name)) => {}
            Json::Text(text) if !text.is_empty() && found.is_none_or(|earlier| earlier == text) => found = Some(text),
            _ => return Err(invalid_argument(name)),
        }
    }
    Ok(found.map(String::as_str))
}

/// The reply 400 for an argument that is not valid.
const fn invalid_argument(name: &'static str) -> Reply {
    Reply::Invalid(Problem::at(Code::OperationArgument, name))
}
