// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Stores the task that a verified caller asks for, once for each call and action.

use super::answers::Stored;
use super::request::WebhookRequest;
use crate::chart::StoreError;
use crate::dialplan::verbs::Task;
use crate::dialplan::{CallbackResult, DialplanInput, Facts};
use crate::error::Code;
use crate::fhir::element::{concept, identifier, plain_coding, reference};
use crate::fhir::search::search_value;
use crate::json::Json;
use crate::runtime::{FhirRequest, Host, HostRequest};
use crate::time::instant;

/// The system of the task's identifier. The value is `<CallSid>.<action>`.
const SYSTEM: &str = "https://plumline.dev/fhir/caller-request";
/// The code of every such task. Its other codes are the action and the code of the clinic.
const CODE: (&str, &str) = ("https://plumline.dev/fhir/call-task-code", "request");
const ACTION_SYSTEM: &str = "https://plumline.dev/fhir/caller-request-action";
/// The number of writes if the server reports a conflict.
const ATTEMPTS: u32 = 2;
/// The timeout of the write, in milliseconds.
const WRITE_TIMEOUT: u32 = 900;

/// Stores the task of an action. If that fails, `otherwise` follows.
pub(super) async fn store_task<'a>(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    input: &DialplanInput<'a>,
    (task, action): (&'a Task, &'a str),
    facts: &Facts,
) -> Stored<'a> {
    let otherwise = CallbackResult::Action(&task.otherwise);
    let Some(record) = facts.record.known() else { return (otherwise, None) };
    let (Some(patient), Some(call)) = (&record.verified, &record.reference) else { return (otherwise, None) };
    let visit = facts.next_visit.known().and_then(Option::as_ref);
    if task.next_visit && visit.is_none() {
        return (otherwise, None);
    }
    let about = visit.filter(|_| task.next_visit).map_or(call, |visit| &visit.reference);
    let mut concept = concept(CODE.0, CODE.1);
    let mut codings = concept.get("coding").cloned().unwrap_or_default().into_elements();
    codings.push(plain_coding(ACTION_SYSTEM, action));
    codings.extend(task.code.as_ref().map(|code| plain_coding(&code.system, &code.code)));
    concept.set("coding", Json::List(codings));
    concept.set("text", Json::of(&task.text));
    let owner = task.owner.as_deref().or(input.config.tasks.owner.as_deref());
    let value = [input.caller.sid, ".", action].concat();
    let resource = Json::object([
        ("resourceType", Json::of("Task")),
        ("identifier", Json::List(vec![identifier(SYSTEM, &value)])),
        ("status", Json::of("requested")),
        ("intent", Json::of("order")),
        ("priority", task.priority.map_or(Json::Null, |priority| Json::of(priority.word()))),
        ("code", concept),
        ("focus", reference(about)),
        ("for", reference(patient)),
        ("authoredOn", Json::of(&instant(request.now))),
        ("owner", owner.map_or(Json::Null, reference)),
        ("reasonReference", reference(call)),
    ]);
    let criteria = ["identifier=", SYSTEM, "|", &search_value(&value)].concat();
    let mut code = Code::ChartConflict;
    for _ in 0..ATTEMPTS {
        let create = HostRequest::Fhir(FhirRequest::create(&resource, Some(criteria.clone())));
        match StoreError::check(&host.send(create, Some(WRITE_TIMEOUT)).await) {
            // Created, or there already.
            Ok(()) => return (CallbackResult::Action(&task.then), None),
            Err(StoreError::Retryable(Code::ChartConflict)) => {}
            Err(error) => {
                code = error.code();
                break;
            }
        }
    }
    (otherwise, Some(code))
}
