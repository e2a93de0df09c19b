// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads who is away. Each practitioner who said so has a `Basic`: <https://hl7.org/fhir/R4/basic.html>.

use crate::fhir::element::is;
use crate::fhir::systems::{AWAY_CODE, BASIC_CODE};
use crate::json::Json;
use crate::time::parse_instant;

/// The last part of the extension URL, after the base URL and a slash.
pub const PRESENCE_EXTENSION: &str = "presence";

/// The search for everyone who is away, relative to the FHIR base URL.
#[must_use]
pub fn away_search() -> String {
    ["Basic?code=", BASIC_CODE, "|", AWAY_CODE, "&_count=500"].concat()
}

/// The parts of the extension of a presence.
#[must_use]
pub fn presence_parts(resource: &Json) -> Option<&[Json]> {
    let extensions = resource.get("extension")?.elements();
    let is_own = |item: &&Json| {
        let url = item.get("url").and_then(Json::text).unwrap_or_default();
        url.strip_suffix(PRESENCE_EXTENSION).is_some_and(|base| base.ends_with('/'))
    };
    Some(extensions.iter().find(is_own)?.get("extension")?.elements())
}

/// The text of a part.
#[must_use]
pub fn presence_part<'a>(parts: &'a [Json], name: &str) -> Option<&'a str> {
    let part = parts.iter().find(|part| is(part, "url", name))?;
    part.get("valueString").or_else(|| part.get("valueInstant"))?.text()
}

/// The SDK identities that are away at `now` (Unix time in milliseconds), from the result of [`away_search`].
#[must_use]
pub fn away_identities(found: &Json, now: u64) -> Vec<String> {
    let entries = found.get("entry").map(Json::elements).unwrap_or_default();
    let resources = entries.iter().filter_map(|entry| entry.get("resource"));
    let away = resources.filter_map(|resource| {
        let parts = presence_parts(resource)?;
        let until = presence_part(parts, "until").map_or(Some(u64::MAX), parse_instant)?;
        presence_part(parts, "identity").filter(|_| until > now).map(str::to_owned)
    });
    away.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_ends() {
        let bundle = |until: &str| {
            let text = format!(
                r#"{{"entry":[{{"resource":{{"resourceType":"Basic","extension":[{{"url":"https://a.example/presence",
                "extension":[{{"url":"identity","valueString":"amber"}}{until}]}}]}}}},{{}},{{"resource":{{}}}}]}}"#
            );
            Json::parse(&text).unwrap()
        };
        let until = |at: &str| bundle(&format!(r#",{{"url":"until","valueInstant":"{at}"}}"#));
        let now = parse_instant("2026-11-17T15:00:00Z").unwrap();
        assert_eq!(away_identities(&bundle(""), now), ["amber"]);
        assert_eq!(away_identities(&until("2026-11-17T15:00:01Z"), now), ["amber"]);
        assert_eq!(away_identities(&until("2026-11-17T15:00:00Z"), now), [""; 0]);
        assert_eq!(away_identities(&until("soon"), now), [""; 0]);
        assert_eq!(away_identities(&Json::Null, now), [""; 0]);
    }
}
