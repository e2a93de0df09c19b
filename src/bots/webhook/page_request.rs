// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Stores the task of a page, once for each call and action. The automation bot then calls the people on call.

use super::answers::Stored;
use super::request::WebhookRequest;
use crate::chart::{NewPage, StoreError};
use crate::dialplan::verbs::Page;
use crate::dialplan::{CallbackResult, DialplanInput, Facts};
use crate::error::Code;
use crate::runtime::{Host, HostRequest};

/// The number of writes if the server reports a conflict.
const ATTEMPTS: u32 = 2;
/// The timeout of the write, in milliseconds.
const WRITE_TIMEOUT: u32 = 900;

/// Stores the task of an action. If that fails, `otherwise` follows.
pub(super) async fn store_page<'a>(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    input: &DialplanInput<'a>,
    (page, action): (&'a Page, &'a str),
    facts: &Facts,
) -> Stored<'a> {
    let otherwise = CallbackResult::Action(&page.otherwise);
    // Only the called number has a dialplan, so it is known.
    let Some(called) = input.caller.called else { return (otherwise, None) };
    let record = facts.record.known();
    let new_page = NewPage {
        call: input.caller.sid,
        record: record.and_then(|record| record.reference.as_deref()),
        patient: record.and_then(|record| record.verified.as_deref()),
        called: called.as_str(),
        action,
        text: &page.text,
        owner: input.config.tasks.owner.as_deref(),
        now: request.now,
        extension_base: input.config.extension_base(),
    };
    let mut code = Code::ChartConflict;
    for _ in 0..ATTEMPTS {
        match StoreError::check(&host.send(HostRequest::Fhir(new_page.create()), Some(WRITE_TIMEOUT)).await) {
            // Created, or there already.
            Ok(()) => return (CallbackResult::Action(&page.then), None),
            Err(StoreError::Retryable(Code::ChartConflict)) => {}
            Err(error) => {
                code = error.code();
                break;
            }
        }
    }
    (otherwise, Some(code))
}
