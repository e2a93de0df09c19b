// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The overrides by staff in the chart: one `Basic` with an extension for each.
//!
//! Staff may write the resource, because the operations bot has their rights. A seal proves that an operation checked
//! an override and who set it, so the bots ignore what anyone wrote by hand.

use crate::dialplan::Override;
use crate::fhir::element::{concept, extension, extension_of, identifier, is};
use crate::json::Json;
use crate::outbound::SealingKeys;
use crate::runtime::FhirRequest;

const SYSTEM: &str = "https://plumline.dev/fhir/override";
const VALUE: &str = "current";
const CODE: (&str, &str) = ("https://plumline.dev/fhir/basic-code", "override");
/// The suffix of the extension URL, after the base URL.
const EXTENSION: &str = "/plumline-override";
const SEAL: &str = "seal";

/// The maximum number of overrides. It limits the cost of a resource that was written by hand.
pub(super) const MAX_OVERRIDES: usize = 200;

/// The overrides that were read.
pub(super) struct OverrideStore {
    /// Those with a valid seal, whether or not they have ended.
    pub(super) overrides: Vec<Override>,
    /// Whether the resource also has others, which are ignored.
    pub(super) has_invalid: bool,
    resource: Option<Json>,
    /// `<extension base>/plumline-override`.
    url: String,
}

impl OverrideStore {
    /// The search for the resource.
    pub(super) fn search() -> FhirRequest {
        FhirRequest::get(["Basic?", &criteria(), "&_count=2"].concat())
    }

    /// Reads the resources that the search found. Of several, the one with the smallest id is used.
    pub(super) fn read(found: Vec<Json>, extension_base: &str, keys: &SealingKeys) -> Self {
        let id = |item: &Json| item.get("id").and_then(Json::text).map(str::to_owned);
        let resource = found.into_iter().reduce(|best, item| if id(&item) < id(&best) { item } else { best });
        let url = [extension_base, EXTENSION].concat();
        let mut store = Self { overrides: Vec::new(), has_invalid: false, resource: None, url };
        let extensions = resource.as_ref().and_then(|resource| resource.get("extension")).map(Json::elements);
        for item in extensions.unwrap_or_default().iter().filter(|item| is(item, "url", &store.url)) {
            let parts = item.get("extension").map(Json::elements).unwrap_or_default();
            match sealed(parts, keys).filter(|_| store.overrides.len() < MAX_OVERRIDES) {
                Some(found) => store.overrides.push(found),
                None => store.has_invalid = true,
            }
        }
        store.resource = resource;
        store
    }

    /// Whether the chart has no resource.
    pub(super) const fn is_empty(&self) -> bool {
        self.resource.is_none()
    }

    /// The request that replaces all overrides. `None` if the server's resource has no version.
    pub(super) fn write(&self, overrides: &[Override], keys: &SealingKeys) -> Option<FhirRequest> {
        let mut resource = self.resource.clone().unwrap_or_else(|| {
            Json::object([
                ("resourceType", Json::of("Basic")),
                ("identifier", Json::List(vec![identifier(SYSTEM, VALUE)])),
                ("code", concept(CODE.0, CODE.1)),
            ])
        });
        let mut extensions = resource.get("extension").cloned().unwrap_or_default().into_elements();
        extensions.retain(|item| !is(item, "url", &self.url));
        for item in overrides {
            let mut parts = item.parts();
            let seal = keys.seal_override(&item.sealed_texts())?;
            parts.push(extension(SEAL, "valueString", Json::of(&seal)));
            extensions.push(extension_of(&self.url, parts));
        }
        // FHIR does not allow an empty list.
        let extensions = if extensions.is_empty() { Json::Null } else { Json::List(extensions) };
        resource.set("extension", extensions);
        if self.resource.is_some() {
            FhirRequest::update(&resource)
        } else {
            Some(FhirRequest::create(&resource, Some(criteria())))
        }
    }
}

fn criteria() -> String {
    ["identifier=", SYSTEM, "|", VALUE].concat()
}

/// The override in the parts of an extension, if its seal is valid.
fn sealed(parts: &[Json], keys: &SealingKeys) -> Option<Override> {
    let seal = parts.iter().find(|part| is(part, "url", SEAL))?.get("valueString")?.text()?;
    Override::read(parts).filter(|found| keys.verifies_override(seal, &found.sealed_texts()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialplan::OverrideScope;
    use crate::fhir::systems::EXTENSION_BASE;

    const KEYS: &str = "an invented secret of many characters";

    fn closed() -> Override {
        let (divert, greeting, by) = (None, None, "Practitioner/7".to_owned());
        Override { scope: OverrideScope::All, close: true, divert, greeting, since: 1_000, until: 2_000, by }
    }

    fn written(overrides: &[Override]) -> Json {
        let keys = SealingKeys::read(KEYS).unwrap();
        let empty = OverrideStore::read(Vec::new(), EXTENSION_BASE, &keys);
        Json::parse(empty.write(overrides, &keys).unwrap().resource.as_deref().unwrap()).unwrap()
    }

    fn read(resource: Json, keys: &str) -> (Vec<Override>, bool) {
        let store = OverrideStore::read(vec![resource], EXTENSION_BASE, &SealingKeys::read(keys).unwrap());
        (store.overrides, store.has_invalid)
    }

    #[test]
    fn only_a_sealed_override_is_read() {
        let resource = written(&[closed()]);
        assert_eq!(read(resource.clone(), KEYS), (vec![closed()], false));
        assert_eq!(read(resource.clone(), "another invented secret of many characters"), (vec![], true));
        let text = resource.write();
        for (from, to) in [
            ("1970-01-01T00:00:02", "1990-01-01T00:00:02"),
            ("Practitioner/7", "Practitioner/8"),
            (r#"{"url":"close","valueBoolean":true}"#, r#"{"url":"divert","valueCode":"late"}"#),
            ("valueInstant", "valueString"),
            (r#""url":"seal""#, r#""url":"x""#),
        ] {
            assert!(text.contains(from), "{from}");
            assert_eq!(read(Json::parse(&text.replace(from, to)).unwrap(), KEYS), (vec![], true), "{from}");
        }
        for other in ["{}", "[]", r#"{"extension":7}"#, r#"{"extension":[7,{"url":"x"}]}"#] {
            assert_eq!(read(Json::parse(other).unwrap(), KEYS), (vec![], false), "{other}");
        }
    }

    #[test]
    fn the_resource_without_overrides_has_no_empty_list() {
        assert!(!written(&[]).write().contains("[]"));
    }
}
