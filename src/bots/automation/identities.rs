// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes the Twilio identity of a practitioner who gains a role that may call, so that a dialplan and other apps find
//! it in the chart before the first `access-token`.

use super::sweep_run::AutomationRun;
use crate::chart::{StoreError, found};
use crate::error::Code;
use crate::fhir::reference::{is_reference, reference_of};
use crate::json::Json;
use crate::outbound::{identity_from_id, identity_of, is_of_another, may_call, owner_searches, set_identity};
use crate::runtime::{FhirRequest, HostResponse};

/// The number of attempts if other writers change the `Practitioner`.
const ATTEMPTS: u32 = 3;

/// Writes the identity of the practitioner of a `PractitionerRole` that was created or changed. It is derived from the
/// practitioner's id. A role that does not allow calls has no effect, and no identity is ever changed or removed.
///
/// # Errors
/// The error code if the identity could not be written. `access-token` then writes it.
pub(super) async fn write_identity(run: &AutomationRun<'_>, role: &Json) -> Result<(), Code> {
    let (Some(reference), Some(practitioner)) = (reference_of(role), practitioner_of_role(role)) else {
        return Ok(());
    };
    if !may_call(role, run.config, run.now) {
        return Ok(());
    }
    let mut code = Code::ChartConflict;
    for _ in 0..ATTEMPTS {
        match attempt(run, &reference, practitioner).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Retryable(why)) => code = why,
            Err(StoreError::Permanent(why)) => return Err(why),
        }
    }
    Err(code)
}

/// `Practitioner/<id>`. `None` if the role has no practitioner, or one on another server.
fn practitioner_of_role(role: &Json) -> Option<&str> {
    role.at(&["practitioner", "reference"])?.text().filter(|reference| is_reference(reference, "Practitioner"))
}

async fn attempt(run: &AutomationRun<'_>, role: &str, practitioner: &str) -> Result<(), StoreError> {
    let id = practitioner.rsplit('/').next().unwrap_or_default();
    let identity = identity_from_id(id);
    // The role in the event may be outdated, so it is read again.
    let mut reads = vec![FhirRequest::get(role.to_owned()), FhirRequest::get(practitioner.to_owned())];
    reads.extend(owner_searches(&identity));
    let mut answers = run.fhir(reads).await.into_iter();
    let mut resource = || match answers.next().unwrap_or(HostResponse::Failed) {
        // It was deleted.
        HostResponse::Done { status: 404 | 410, .. } => Ok(None),
        answer => StoreError::check(&answer).map(|()| answer.ok()),
    };
    let (Some(role), Some(mut resource)) = (resource()?, resource()?) else {
        return Ok(());
    };
    let has_role = practitioner_of_role(&role) == Some(practitioner) && may_call(&role, run.config, run.now);
    let is_active = resource.get("active").and_then(Json::boolean) != Some(false);
    let (_, has_identity) = identity_of(&resource, id);
    if !has_role || !is_active || has_identity {
        return Ok(());
    }
    for (index, answer) in answers.enumerate() {
        let owners = found(answer, if index == 0 { "PractitionerRole" } else { "Practitioner" })?;
        if owners.iter().any(|owner| is_of_another(owner, id)) {
            run.report(Code::IdentityTaken);
            return Ok(());
        }
    }
    set_identity(&mut resource, &identity);
    let write = FhirRequest::update(&resource).ok_or(StoreError::Permanent(Code::ChartRefused))?;
    let answers = run.fhir(vec![write]).await;
    StoreError::check(answers.first().unwrap_or(&HostResponse::Failed))
}
