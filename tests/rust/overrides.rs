// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The chart's `Basic` with overrides by staff.

use plumline::dialplan::{Override, OverrideScope};
use plumline::json::Json;
use plumline::outbound::SealingKeys;

use crate::constants::NOW;
use crate::world::SECRET;

/// An override for all numbers, from now on for an hour. It changes nothing yet.
pub(crate) fn item(now: u64) -> Override {
    Override {
        scope: OverrideScope::All,
        close: false,
        divert: None,
        greeting: None,
        since: now,
        until: now + 3_600_000,
        by: "Practitioner/7".to_owned(),
    }
}

/// The resource with these overrides, sealed with [`SECRET`].
pub(crate) fn basic(overrides: &[Override]) -> String {
    sealed_basic(overrides, SECRET)
}

/// The resource with these overrides, sealed with a secret.
pub(crate) fn sealed_basic(overrides: &[Override], secret: &str) -> String {
    let keys = SealingKeys::read(secret).unwrap();
    let list = overrides.iter().map(|item| {
        let mut parts = item.parts();
        let seal = keys.seal_override(&item.sealed_texts()).unwrap();
        parts.push(Json::object([("url", Json::of("seal")), ("valueString", Json::of(&seal))]));
        let url = "https://plumline.dev/fhir/StructureDefinition/plumline-override";
        Json::object([("url", Json::of(url)), ("extension", Json::List(parts))])
    });
    let resource = Json::parse(
        r#"{"resourceType":"Basic","id":"o1","identifier":[{"system":"https://plumline.dev/fhir/override","value":"current"}],
        "code":{"coding":[{"system":"https://plumline.dev/fhir/basic-code","code":"override"}]}}"#,
    );
    let mut resource = resource.unwrap();
    let list: Vec<Json> = list.collect();
    if !list.is_empty() {
        resource.set("extension", Json::List(list));
    }
    resource.write()
}

/// An instant after now, as FHIR writes it.
pub(crate) fn later(minutes: u64) -> String {
    plumline::time::instant(NOW + minutes * 60_000)
}
