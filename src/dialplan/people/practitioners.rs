// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Whose device it is: the practitioner with a Twilio identity or a phone number.

use super::matching::{has_number, is_full, phone_search};
use super::{elements, is_active, is_serving, reference, resource, resources, text};
use crate::fhir::identity::ids_of;
use crate::fhir::reference::is_reference;
use crate::fhir::search::search_value;
use crate::fhir::systems::IDENTITY;
use crate::json::Json;
use crate::phone::{E164, StoredNumber};

/// What a practitioner calls from, or is called at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PractitionerEndpoint<'a> {
    /// A browser or app, by its SDK identity.
    Identity(&'a str),
    /// A phone.
    Number(E164<'a>),
}

/// The searches for the practitioners with an endpoint, relative to the FHIR base URL.
///
/// Sources: <https://hl7.org/fhir/R4/practitioner.html#search>, <https://hl7.org/fhir/R4/practitionerrole.html#search>.
#[must_use]
pub fn practitioner_searches(endpoint: PractitionerEndpoint<'_>) -> Vec<String> {
    match endpoint {
        PractitionerEndpoint::Identity(identity) => {
            let value = search_value(&[IDENTITY, "|", identity].concat());
            let mut searches = vec![["Practitioner?identifier=", &value, "&_count=50"].concat()];
            // Without the identifier, the identity is the id with `_` instead of `-`.
            let ids = ids_of(identity);
            if !ids.is_empty() {
                searches.push(["Practitioner?_id=", &ids.join(","), "&_count=50"].concat());
            }
            searches
        }
        // A chart has fewer practitioners than patients, but those of one office have similar numbers.
        PractitionerEndpoint::Number(number) => vec![
            phone_search("Practitioner", number, true),
            [&phone_search("PractitionerRole", number, true), "&_include=PractitionerRole:practitioner"].concat(),
        ],
    }
}

/// `Practitioner/<id>`: the only active practitioner with an endpoint, from the results of [`practitioner_searches`].
/// A phone may be that of a role. `None` if no practitioner or several practitioners have it. `country` (ISO 3166) is
/// where the numbers in the chart were typed; `now` is Unix time in milliseconds.
#[must_use]
pub fn read_practitioner(
    endpoint: PractitionerEndpoint<'_>,
    found: &[Json],
    country: Option<&str>,
    now: u64,
) -> Option<String> {
    if found.iter().any(|found| is_full(found, "Practitioner") || is_full(found, "PractitionerRole")) {
        return None;
    }
    let mut practitioners: Vec<String> = Vec::new();
    let mut add = |practitioner: String| {
        if !practitioners.contains(&practitioner) {
            practitioners.push(practitioner);
        }
    };
    match endpoint {
        PractitionerEndpoint::Identity(identity) => {
            let ids = ids_of(identity);
            let fits = |practitioner: &&Json| {
                let is_identity = |identifier: &Json| {
                    text(identifier, "system") == Some(IDENTITY) && text(identifier, "value") == Some(identity)
                };
                elements(practitioner, "identifier").iter().any(is_identity)
                    || text(practitioner, "id").is_some_and(|id| ids.iter().any(|known| known == id))
            };
            let all = found.iter().flat_map(|found| resources(found, "Practitioner"));
            all.filter(|practitioner| is_active(practitioner)).filter(fits).filter_map(reference).for_each(&mut add);
        }
        PractitionerEndpoint::Number(number) => {
            let number = StoredNumber::new(number, country);
            for found in found {
                let practitioners = resources(found, "Practitioner");
                let practitioners = practitioners.filter(|item| is_active(item) && has_number(item, &number, now));
                practitioners.filter_map(reference).for_each(&mut add);
                let roles = resources(found, "PractitionerRole");
                for role in roles.filter(|role| is_serving(role, now) && has_number(role, &number, now)) {
                    let of = role.at(&["practitioner", "reference"]).and_then(Json::text);
                    let of = of.filter(|of| is_reference(of, "Practitioner"));
                    // A server omits an included resource without the right to read it.
                    let is_known_inactive = |of: &&str| resource(found, of).is_some_and(|item| !is_active(item));
                    of.filter(|of| !is_known_inactive(of)).map(str::to_owned).into_iter().for_each(&mut add);
                }
            }
        }
    }
    practitioners.pop().filter(|_| practitioners.is_empty())
}
