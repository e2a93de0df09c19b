// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The door of the staff and their apps: asked by `$execute`, with Medplum's own authentication before it.

use super::ask::Host;
use super::door::Knock;
use super::reply::{Done, Reply};
use crate::error::Code;
use crate::json::Json;

/// Answers one operation: `{ "operation": "<name>", … }`.
pub async fn operations(knock: Knock, _host: Host) -> Done {
    #[expect(clippy::match_single_binding, reason = "operations stand here by name")]
    match knock.input.get("operation").and_then(Json::text).unwrap_or_default() {
        _ => Reply::Invalid(Code::OperationUnknown.into()).into(),
    }
}
