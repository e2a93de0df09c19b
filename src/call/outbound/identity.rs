// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Who one of our people is at Twilio.
//!
//! `Practitioner.identifier` with the system [`IDENTITY_SYSTEM`] says it. Where there is none yet, it is the id with
//! `_` for `-`: an id of FHIR's holds no `_`, so it reads back.

use super::call_log::is_id;
use crate::json::Json;

/// The system of `Practitioner.identifier`.
pub const IDENTITY_SYSTEM: &str = "http://twilio.com/voice/identity";

/// The identity of a `Practitioner`: the one it has, and whether it has it.
#[must_use]
pub fn identity_of(practitioner: &Json, id: &str) -> (String, bool) {
    let identifiers = practitioner.get("identifier").map(Json::elements).unwrap_or_default();
    for identifier in identifiers {
        if identifier.get("system").and_then(Json::text) == Some(IDENTITY_SYSTEM)
            && let Some(value) = identifier.get("value").and_then(Json::text).filter(|value| !value.is_empty())
        {
            return (value.to_owned(), true);
        }
    }
    (swapped(id, '-', '_'), false)
}

/// The id that an identity was made of, where it may have been made of one.
#[must_use]
pub fn practitioner_of(identity: &str) -> Option<String> {
    let id = swapped(identity, '_', '-');
    (!identity.contains('-') && is_id(&id)).then_some(id)
}

fn swapped(text: &str, from: char, to: char) -> String {
    text.chars().map(|character| if character == from { to } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back() {
        let none = Json::Null;
        for id in ["5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02", "p1", "a.b"] {
            let (identity, has) = identity_of(&none, id);
            assert!(!identity.contains('-') && !has);
            assert_eq!(practitioner_of(&identity).as_deref(), Some(id));
        }
        for other in ["", "a-b", "a b", "a/b", "é", &"x".repeat(65)] {
            assert_eq!(practitioner_of(other), None, "{other}");
        }
    }

    #[test]
    fn who_has_an_identity_keeps_it() {
        let practitioner = r#"{"identifier":[{"system":"x","value":"y"},{"system":"http://twilio.com/voice/identity"},
            {"system":"http://twilio.com/voice/identity","value":"dr_amber"}]}"#;
        assert_eq!(identity_of(&Json::parse(practitioner).unwrap(), "p-1"), ("dr_amber".to_owned(), true));
    }
}
