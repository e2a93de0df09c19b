// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Whether a practitioner is available or away: a `Basic` for each practitioner and SDK identity. A seal covers its
//! values, so that no one can say for a colleague that they are away.

use super::ticket::SealingKeys;
use crate::dialplan::{PRESENCE_EXTENSION, presence_part, presence_parts};
use crate::fhir::element::{extension, extension_of, identifier, is, plain_coding, reference};
use crate::fhir::search::search_value;
use crate::fhir::systems::{AWAY_CODE, BASIC_CODE, PRESENCE, PRESENCE_CODE};
use crate::json::{Json, decimal};
use crate::runtime::FhirRequest;
use crate::time::{instant, parse_instant};

/// The presence of a practitioner under an SDK identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceOf {
    /// `Practitioner/<id>`.
    pub who: String,
    /// The SDK identity.
    pub identity: String,
    /// Whether they are away.
    pub is_away: bool,
    /// The end, as Unix time in milliseconds. `None` for no end.
    pub until: Option<u64>,
}

impl PresenceOf {
    /// The search for the presence of the same practitioner and identity.
    #[must_use]
    pub fn search(&self) -> FhirRequest {
        FhirRequest::get(["Basic?", &self.criteria()].concat())
    }

    /// The request that writes the presence into `existing`, or creates it. `None` without keys, or if `existing` has
    /// no version.
    #[must_use]
    pub fn write(&self, existing: Option<Json>, base: &str, sealing: &SealingKeys) -> Option<FhirRequest> {
        let seal = sealing.seal_presence(&self.parts())?;
        let text = |url: &str, text: &str| extension(url, "valueString", Json::of(text));
        let until = self.until.map(|until| extension("until", "valueInstant", Json::of(&instant(until))));
        let mut parts = vec![text("identity", &self.identity)];
        parts.extend(until);
        parts.push(text("seal", &seal));
        let mut codings = vec![plain_coding(BASIC_CODE, PRESENCE_CODE)];
        if self.is_away {
            codings.push(plain_coding(BASIC_CODE, AWAY_CODE));
        }
        let is_new = existing.is_none();
        let mut resource = existing.unwrap_or_else(|| Json::object([("resourceType", Json::of("Basic"))]));
        resource.set("extension", Json::List(vec![extension_of(&[base, "/", PRESENCE_EXTENSION].concat(), parts)]));
        resource.set("identifier", Json::List(vec![identifier(PRESENCE, &self.identity)]));
        resource.set("code", Json::object([("coding", Json::List(codings))]));
        resource.set("author", reference(&self.who));
        if is_new {
            Some(FhirRequest::create(&resource, Some(self.criteria())))
        } else {
            FhirRequest::update(&resource)
        }
    }

    /// The presence of the same practitioner in the result of [`PresenceOf::search`].
    #[must_use]
    pub fn find(&self, found: Json) -> Option<Json> {
        let mut resources = found.take("entry").into_elements().into_iter().map(|entry| entry.take("resource"));
        resources.find(|resource| {
            resource.at(&["author", "reference"]).and_then(Json::text) == Some(&self.who)
                && is(resource, "resourceType", "Basic")
        })
    }

    fn criteria(&self) -> String {
        let identifier = search_value(&[PRESENCE, "|", &self.identity].concat());
        ["identifier=", &identifier, "&author=", &self.who].concat()
    }

    /// What the seal covers.
    fn parts(&self) -> Vec<String> {
        let word = if self.is_away { "away" } else { "available" };
        let until = self.until.map(decimal).unwrap_or_default();
        vec![self.identity.clone(), self.who.clone(), word.to_owned(), until]
    }

    /// Reads a presence. `None` if it is not sealed.
    fn read(resource: &Json, sealing: &SealingKeys) -> Option<Self> {
        let parts = presence_parts(resource)?;
        let codings = resource.at(&["code", "coding"]).map(Json::elements).unwrap_or_default();
        let presence = Self {
            who: resource.at(&["author", "reference"])?.text()?.to_owned(),
            identity: presence_part(parts, "identity")?.to_owned(),
            is_away: codings.iter().any(|coding| is(coding, "system", BASIC_CODE) && is(coding, "code", AWAY_CODE)),
            until: presence_part(parts, "until").and_then(parse_instant),
        };
        sealing.verifies_presence(presence_part(parts, "seal")?, &presence.parts()).then_some(presence)
    }
}

/// The entries of a search result whose presence is sealed.
#[must_use]
pub fn sealed_presences(found: Json, sealing: Option<&SealingKeys>) -> Json {
    let entries = found.take("entry").into_elements();
    let is_sealed = |entry: &Json| {
        sealing.is_some_and(|keys| entry.get("resource").and_then(|item| PresenceOf::read(item, keys)).is_some())
    };
    Json::object([("entry", Json::List(entries.into_iter().filter(is_sealed).collect()))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialplan::away_identities;

    #[test]
    fn only_a_sealed_presence_counts() {
        let keys = SealingKeys::read("an invented secret of 32 letters or more").unwrap();
        let presence = PresenceOf {
            who: "Practitioner/a".to_owned(),
            identity: "amber".to_owned(),
            is_away: true,
            until: Some(1_795_000_000_000),
        };
        let written = presence.write(None, "https://a.example", &keys).unwrap().resource.unwrap();
        let away = |text: &str| {
            let entry = Json::object([("resource", Json::parse(text).unwrap())]);
            let found = Json::object([("entry", Json::List(vec![entry]))]);
            away_identities(&sealed_presences(found, Some(&keys)), 1_794_000_000_000)
        };
        assert_eq!(away(&written), ["amber"]);
        for (from, to) in [("\"amber\"", "\"bram\""), ("Practitioner/a", "Practitioner/b"), ("2026-11", "2036-11")] {
            let edited = written.replace(from, to);
            assert_ne!(edited, written, "{from}");
            assert_eq!(away(&edited), [""; 0], "{from}");
        }
    }
}
