// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The Twilio identity of a practitioner.
//!
//! It is the `Practitioner.identifier` with the system [`IDENTITY`]. Without this identifier, the identity is the
//! resource id with `_` instead of `-`. A FHIR id has no `_`, so the conversion is reversible.

use crate::dialplan::config::{Config, Identity};
use crate::fhir::change::replace_or_append;
use crate::fhir::element::{identifier, is};
use crate::fhir::identity::replaced;
use crate::fhir::period::covers;
use crate::fhir::reference::is_id;
use crate::fhir::systems::IDENTITY;
use crate::json::Json;
use crate::phone::E164;

pub use crate::fhir::identity::ids_of;

/// The identity of a `Practitioner`, and whether the resource has it as an identifier.
#[must_use]
pub fn identity_of(practitioner: &Json, id: &str) -> (String, bool) {
    let identifiers = practitioner.get("identifier").map(Json::elements).unwrap_or_default();
    for identifier in identifiers {
        if identifier.get("system").and_then(Json::text) == Some(IDENTITY)
            && let Some(value) = identifier.get("value").and_then(Json::text).filter(|value| !value.is_empty())
        {
            return (value.to_owned(), true);
        }
    }
    (identity_from_id(id), false)
}

/// The identity that is derived from the id of a `Practitioner`.
#[must_use]
pub fn identity_from_id(id: &str) -> String {
    replaced(id, '-', '_')
}

/// Sets the identity of a `Practitioner` that has none.
pub fn set_identity(practitioner: &mut Json, identity: &str) {
    replace_or_append(practitioner, "identifier", identifier(IDENTITY, identity), |item| is(item, "system", IDENTITY));
}

/// The resource id from which an identity was derived. `None` if the identity does not have that form.
#[must_use]
pub fn id_in_identity(identity: &str) -> Option<String> {
    let id = replaced(identity, '_', '-');
    (!identity.contains('-') && is_id(&id)).then_some(id)
}

/// Whether an identity is a practitioner's id, with `-` or with `_`. Such an identity always belongs to that
/// practitioner.
#[must_use]
pub fn is_own_identity(identity: &str, id: &str) -> bool {
    !id.is_empty() && (identity == id || identity == replaced(id, '-', '_'))
}

/// The UUID in an identity, with `-` instead of `_`. `None` if the identity is not a UUID. Medplum's ids are UUIDs, and
/// identities that a clinic chooses are not.
#[must_use]
pub fn uuid_of(identity: &str) -> Option<String> {
    let id = replaced(identity, '_', '-');
    is_uuid(&id).then_some(id)
}

/// Whether a text has the form of a UUID.
#[must_use]
pub fn is_uuid(id: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    id.len() == 36
        && id
            .bytes()
            .enumerate()
            .all(|(at, byte)| if hyphens.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Whether inbound calls may ring this identity by its name: the dialplan or `identities` has it, or it is a phone
/// number, which the default dialplan rings. Only the config controls who may use such an identity. The comparison
/// ignores case.
#[must_use]
pub fn is_reserved(identity: &str, config: &Config) -> bool {
    E164::parse(identity).is_some() || config.names_identity(identity)
}

/// Whether a binding includes a practitioner (`Practitioner/<id>`), or one of their current `PractitionerRole`s.
#[must_use]
pub fn is_bound(binding: &Identity, practitioner: &str, roles: &[Json], now: u64) -> bool {
    binding.practitioners.iter().any(|bound| bound == practitioner)
        || roles.iter().any(|role| is_current(role, now) && has_code(role, &binding.roles))
}

/// Whether a `PractitionerRole` is active and its period includes `now` (Unix time in milliseconds).
#[must_use]
pub fn is_current(role: &Json, now: u64) -> bool {
    let active = role.get("active").and_then(Json::boolean) != Some(false);
    active && role.get("period").is_none_or(|period| covers(period, now))
}

/// Whether a `PractitionerRole` has one of these codes.
#[must_use]
pub fn has_code(role: &Json, codes: &[String]) -> bool {
    let concepts = role.get("code").map(Json::elements).unwrap_or_default();
    let mut codings = concepts.iter().flat_map(|concept| concept.get("coding").map(Json::elements).unwrap_or_default());
    codings
        .any(|coding| coding.get("code").and_then(Json::text).is_some_and(|code| codes.iter().any(|item| item == code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_converts_back_to_the_id() {
        let none = Json::Null;
        for id in ["5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02", "p1", "a.b"] {
            let (identity, has) = identity_of(&none, id);
            assert!(!identity.contains('-') && !has);
            assert_eq!(id_in_identity(&identity).as_deref(), Some(id));
        }
        for other in ["", "a-b", "a b", "a/b", "é", &"x".repeat(65)] {
            assert_eq!(id_in_identity(other), None, "{other}");
        }
    }

    #[test]
    fn an_existing_identity_is_used() {
        let practitioner = r#"{"identifier":[{"system":"x","value":"y"},{"system":"http://twilio.com/voice/identity"},
            {"system":"http://twilio.com/voice/identity","value":"dr_amber"}]}"#;
        assert_eq!(identity_of(&Json::parse(practitioner).unwrap(), "p-1"), ("dr_amber".to_owned(), true));
    }
}
