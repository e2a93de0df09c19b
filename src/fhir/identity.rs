// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Resource ids in Twilio identities, which have `_` instead of `-`. A FHIR id has no `_`.

use super::reference::is_id;

/// The resource ids from which an identity may be derived, with `-` and with `_`.
#[must_use]
pub fn ids_of(identity: &str) -> Vec<String> {
    let mut ids = vec![identity.to_owned(), replaced(identity, '_', '-')];
    ids.dedup();
    ids.retain(|id| is_id(id));
    ids
}

/// A text in which each `from` is replaced.
#[must_use]
pub fn replaced(text: &str, from: char, to: char) -> String {
    text.chars().map(|character| if character == from { to } else { character }).collect()
}
