// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The door of the record itself: cron, and Subscriptions.

use super::ask::Host;
use super::door::Knock;
use super::reply::{Done, Reply};
use crate::error::Code;
use crate::json::Json;

/// Does what a change of a resource or a minute of the clock asks for.
pub async fn automation(knock: Knock, _host: Host) -> Done {
    #[expect(clippy::match_single_binding, reason = "stories stand here by the resource that tells of them")]
    match knock.input.get("resourceType").and_then(Json::text).unwrap_or_default() {
        _ => Reply::Invalid(Code::OperationUnknown.into()).into(),
    }
}
