// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes the change of an override that a staff phone requests, before the caller hears the result.

use super::request::WebhookRequest;
use crate::bots::override_store::OverrideStore;
use crate::chart::{StoreError, call_sid, found};
use crate::dialplan::conditions::is_caller_in;
use crate::dialplan::{DialplanInput, Verb};
use crate::error::Code;
use crate::outbound::SealingKeys;
use crate::runtime::{Host, HostRequest, HostResponse};
use crate::time::HOUR;

/// The number of attempts to write the resource.
const ATTEMPTS: u32 = 2;

/// Writes the change to `store`, the overrides that were read, if they could be. The caller of this function has set a
/// deadline.
pub(super) async fn change_by_phone(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    input: &DialplanInput<'_>,
    verb: &Verb,
    mut store: Option<OverrideStore>,
) -> Result<(), Code> {
    let change = match verb {
        Verb::ChangeOverride(verb) => Some(verb.change()),
        Verb::RecordGreeting(verb) => verb.change(request.pairs),
        _ => None,
    };
    let change = change.filter(|change| is_caller_in(input, change.callers)).ok_or(Code::OverrideRole)?;
    let (config, now) = (input.config, request.now);
    let by = call_sid(input.caller.sid).ok_or(Code::CallSidInvalid)?.0;
    let keys = SealingKeys::read(request.secret.ok_or(Code::SecretMissing)?)?;
    let until = now + u64::from(change.hours) * HOUR;
    for _ in 0..ATTEMPTS {
        let store = if let Some(store) = store.take() {
            store
        } else {
            let answer = host.send(HostRequest::Fhir(OverrideStore::search()), None).await;
            let resources = found(answer, "Basic").map_err(StoreError::code)?;
            OverrideStore::read(resources, config.extension_base(), &keys)
        };
        let mut overrides = store.overrides.clone();
        overrides.retain(|item| now < item.end(config) && item.is_allowed(config));
        change.change.apply(&mut overrides, by, now, until);
        // A later config may no longer allow the verb's change.
        if overrides.iter().any(|item| !item.is_allowed(config)) {
            return Err(Code::OverrideDisabled);
        }
        if overrides.is_empty() && store.is_empty() {
            return Ok(());
        }
        let write = store.write(&overrides, &keys).ok_or(Code::ChartRefused)?;
        let creates = write.method == "POST";
        match host.send(HostRequest::Fhir(write), None).await {
            // Another request created or changed the resource at the same time.
            HostResponse::Done { status: 409 | 412, .. } => {}
            HostResponse::Done { status: 200, .. } if creates => {}
            HostResponse::Done { status: 200..=299, .. } => return Ok(()),
            HostResponse::Done { status: 400..=499, .. } => return Err(Code::ChartRefused),
            _ => return Err(Code::ChartUnavailable),
        }
    }
    Err(Code::ChartConflict)
}
