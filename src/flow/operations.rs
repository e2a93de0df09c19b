// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The door of the staff and their apps: asked by `$execute`, with Medplum's own authentication before it.

mod history;
mod statistics;
mod sums;

use super::ask::Host;
use super::door::Knock;
use super::reply::{Done, Reply};
use crate::error::Code;
use crate::json::Json;

/// Answers one operation: `{ "operation": "<name>", … }`.
pub async fn operations(knock: Knock, host: Host) -> Done {
    match knock.input.get("operation").and_then(Json::text).unwrap_or_default() {
        "history" => history::history(&knock, &host).await,
        "statistics" => statistics::statistics(&knock, &host).await,
        _ => Reply::Invalid(Code::OperationUnknown.into()).into(),
    }
}
