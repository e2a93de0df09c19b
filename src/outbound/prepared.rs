// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Prepared calls: the record of an outbound call before Twilio has the call.
//!
//! Before the call, the record has a call state without a root call: the caller, the callee and the subject
//! ([`CallState::prepared`]). The record also has the caller ID and the `requestId` that created it. A repeated request
//! therefore does not place a second call.

use super::ticket::SealingKeys;
use crate::chart::{CallContext, CallState, RecordFormat};
use crate::fhir::change::replace_or_append;
use crate::fhir::element::{concept, extension, has_coding, identifier, is, plain_coding};
use crate::fhir::systems::{CALL_REQUEST, CALLER_ID_SYSTEM, POOL, POSITION, ROUND_ROBIN, VOICE_CATEGORY};
use crate::json::{Json, decimal};
use crate::time::parse_instant;

/// The last part of the URL of the extension with the time of the last attempt to place the call by REST. It follows
/// the base URL and a slash.
pub const ATTEMPT: &str = "call-attempt";

/// The last part of the URL of the extension with the seal over the prepared values.
const SEAL: &str = "call-seal";

/// The last part of the URL of the extension with the two seals of a call that was placed by REST, separated by a dot.
/// The first seal is over the practitioner who placed the call, and stays valid if the record changes. The second is
/// over what the call dials, and is valid only while the record is unchanged.
const PLACED: &str = "call-placed";

/// The maximum length of a phone number.
const MAX_NUMBER_LENGTH: usize = 16;

/// The maximum number of seals of one kind that are checked. A record has one for each base URL that the config had.
const MAX_SEALS: usize = 8;

/// A call that a practitioner wants to place.
#[derive(Clone, Debug, Default)]
pub struct NewPreparedCall<'a> {
    /// The caller, the callee and the subject of the call.
    pub context: CallContext,
    /// The caller ID, E.164.
    pub from: &'a str,
    /// The call's position in the round-robin order, if the caller ID is from the pool `roundRobin`.
    pub position: Option<u32>,
    /// The `requestId` of the operation, if it has one.
    pub request: Option<&'a str>,
}

impl NewPreparedCall<'_> {
    /// The `Communication` of a prepared call (`status` is `preparation`), with its seal.
    #[must_use]
    pub fn write<'f>(&self, format: impl Into<RecordFormat<'f>>, sealing: &SealingKeys) -> Json {
        let format = format.into();
        let mut resource = CallState::prepared(&self.context).write(None, format);
        if let Some(seal) = sealing.seal_record(self.from, &self.context) {
            set_extension(&mut resource, format.extension_base, SEAL, &seal);
        }
        if let Some(request) = self.request {
            replace_or_append(&mut resource, "identifier", identifier(CALL_REQUEST, request), |_| false);
        }
        set_caller_id(&mut resource, self.from, self.position);
        resource
    }
}

/// Writes the caller ID, and the call's position in the round-robin order, if it has one.
pub fn set_caller_id(resource: &mut Json, from: &str, position: Option<u32>) {
    let mut medium = concept(CALLER_ID_SYSTEM, from);
    if let Some(index) = position {
        let pool = plain_coding(POOL, ROUND_ROBIN);
        replace_or_append(&mut medium, "coding", pool, |_| false);
        let index = identifier(POSITION, &decimal(index.into()));
        replace_or_append(resource, "identifier", index, |item| is(item, "system", POSITION));
    }
    replace_or_append(resource, "medium", medium, |item| caller_id_in(item).is_some());
}

/// The caller ID in the record of a call.
pub(super) fn caller_id_of(resource: &Json) -> Option<&str> {
    let media = resource.get("medium").map(Json::elements).unwrap_or_default();
    // Any user of the chart may have written this text, and each check of a seal hashes it.
    media.iter().find_map(caller_id_in).filter(|number| number.len() <= MAX_NUMBER_LENGTH)
}

fn caller_id_in(medium: &Json) -> Option<&str> {
    let coding = medium.get("coding")?.elements().iter().find(|coding| is(coding, "system", CALLER_ID_SYSTEM))?;
    coding.get("code")?.text()
}

/// The call record of a call that staff place, usually a prepared one. It may be any call record:
/// [`PreparedCall::read`] does not require that the call was prepared. Prepared records have
/// [`prepared_at`](CallContext::prepared_at).
#[derive(Clone, Debug)]
pub struct PreparedCall {
    /// The `Communication`.
    pub resource: Json,
    /// The call state in the `Communication`.
    pub state: CallState,
}

impl PreparedCall {
    /// Reads a `Communication`. `None` if it is not a call record.
    #[must_use]
    pub fn read(resource: Json) -> Option<Self> {
        let categories = resource.get("category").map(Json::elements).unwrap_or_default();
        let own = categories.iter().any(|category| has_coding(category, VOICE_CATEGORY.0, VOICE_CATEGORY.1));
        let state = CallState::read(&resource);
        (is(&resource, "resourceType", "Communication") && own).then_some(Self { resource, state })
    }

    /// The id of the `Communication`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.resource.get("id").and_then(Json::text).unwrap_or_default()
    }

    /// `Communication.status`.
    #[must_use]
    pub fn status(&self) -> &str {
        self.resource.get("status").and_then(Json::text).unwrap_or_default()
    }

    /// The caller ID, E.164.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        caller_id_of(&self.resource)
    }

    /// When Twilio was last asked by REST to place the call, as Unix time in milliseconds. `None` for a browser's call.
    /// Any base URL is accepted.
    #[must_use]
    pub fn sent_at(&self) -> Option<u64> {
        let extensions = self.resource.get("extension").map(Json::elements).unwrap_or_default();
        let url = |item: &Json| item.get("url").and_then(Json::text).is_some_and(is_attempt);
        parse_instant(extensions.iter().find(|item| url(item))?.get("valueInstant")?.text()?)
    }

    /// Whether the sealed values of the record are unchanged since it was prepared.
    #[must_use]
    pub fn is_sealed(&self, sealing: &SealingKeys) -> bool {
        let from = self.from().unwrap_or_default();
        self.seals(SEAL).any(|seal| sealing.verifies_record(seal, from, self.state.context()))
    }

    /// Whether the seal proves that the call was prepared for `practitioner` (`Practitioner/<id>`). An element alone is
    /// no proof, because staff may edit it.
    #[must_use]
    pub fn is_prepared_for(&self, practitioner: &str, sealing: &SealingKeys) -> bool {
        self.state.context().practitioner.as_deref() == Some(practitioner) && self.is_sealed(sealing)
    }

    /// Whether a seal proves that `practitioner` placed the call by REST.
    #[must_use]
    pub fn is_placed_by(&self, practitioner: &str, call_sid: &str, sealing: &SealingKeys) -> bool {
        self.placed_seals().any(|(owner, _)| sealing.verifies_placed(owner, call_sid, practitioner))
    }

    /// Whether a seal proves that the call, which was placed by REST, may dial the number in this record with its
    /// caller ID: the sealed values are unchanged since the call was placed.
    #[must_use]
    pub fn seal_allows_dialing(&self, call_sid: &str, sealing: &SealingKeys) -> bool {
        let (from, context) = (self.from().unwrap_or_default(), self.state.context());
        self.placed_seals().any(|(_, dialing)| sealing.verifies_dialing(dialing, call_sid, from, context))
    }

    /// Makes the two seals of a call that `practitioner` placed by REST with the values of this record. First verify
    /// that the record is unchanged.
    #[must_use]
    pub fn placed_seal(&self, practitioner: &str, call_sid: &str, sealing: &SealingKeys) -> Option<String> {
        let owner = sealing.seal_placed(call_sid, practitioner)?;
        let dialing = sealing.seal_dialing(call_sid, self.from().unwrap_or_default(), self.state.context())?;
        Some([&owner, ".", &dialing].concat())
    }

    /// Writes the seals from [`placed_seal`](Self::placed_seal) into the record. Returns whether they were missing.
    pub fn set_placed_seal(&mut self, seal: &str, extension_base: &str) -> bool {
        let missing = !self.seals(PLACED).any(|known| known == seal);
        if missing {
            set_extension(&mut self.resource, extension_base, PLACED, seal);
        }
        missing
    }

    /// Each pair of seals: over the practitioner who placed the call, and over what the call dials.
    fn placed_seals(&self) -> impl Iterator<Item = (&str, &str)> {
        self.seals(PLACED).map(|seal| seal.split_once('.').unwrap_or((seal, "")))
    }

    /// The values of the extensions with this name, with any base URL.
    fn seals<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let extensions = self.resource.get("extension").map(Json::elements).unwrap_or_default();
        let named = move |item: &&Json| item.get("url").and_then(Json::text).is_some_and(|url| is_named(url, name));
        extensions.iter().filter(named).filter_map(|item| item.get("valueString")?.text()).take(MAX_SEALS)
    }
}

fn set_extension(resource: &mut Json, extension_base: &str, name: &str, value: &str) {
    let url = [extension_base, "/", name].concat();
    replace_or_append(resource, "extension", extension(&url, "valueString", Json::of(value)), |item| {
        is(item, "url", &url)
    });
}

fn is_attempt(url: &str) -> bool {
    is_named(url, ATTEMPT)
}

fn is_named(url: &str, name: &str) -> bool {
    url.strip_suffix(name).is_some_and(|extension_base| extension_base.ends_with('/'))
}
