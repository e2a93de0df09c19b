// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Who may have a Twilio identity, according to the chart.

use super::identity::{has_code, ids_of, is_current};
use crate::dialplan::config::Config;
use crate::fhir::search::search_value;
use crate::fhir::systems::IDENTITY;
use crate::json::Json;
use crate::runtime::FhirRequest;

/// Whether a `PractitionerRole` allows its practitioner to place calls at `now` (Unix time in milliseconds).
#[must_use]
pub fn may_call(role: &Json, config: &Config, now: u64) -> bool {
    is_current(role, now) && config.outbound.roles.as_ref().is_none_or(|roles| has_code(role, roles))
}

/// The searches for the owners of an identity: the `PractitionerRole`s and the `Practitioner`s that have it as an
/// identifier, and the `Practitioner`s from whose id it may be derived.
#[must_use]
pub fn owner_searches(identity: &str) -> Vec<FhirRequest> {
    let token = search_value(&[IDENTITY, "|", identity].concat());
    let mut urls = vec![
        ["PractitionerRole?identifier=", &token, "&_count=20"].concat(),
        ["Practitioner?identifier=", &token, "&_count=2"].concat(),
    ];
    urls.extend(ids_of(identity).iter().map(|other| ["Practitioner?_id=", other, "&_count=1"].concat()));
    urls.into_iter().map(FhirRequest::get).collect()
}

/// Whether a resource that [`owner_searches`] found belongs to another practitioner than the one with this id.
#[must_use]
pub fn is_of_another(found: &Json, id: &str) -> bool {
    let is_role = found.get("resourceType").and_then(Json::text) == Some("PractitionerRole");
    let path: &[&str] = if is_role { &["practitioner", "reference"] } else { &["id"] };
    let owner = found.at(path).and_then(Json::text);
    owner.and_then(|owner| owner.rsplit('/').next()) != Some(id)
}
