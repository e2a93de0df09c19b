// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The record of an outbound call before and while it is placed.
//!
//! What is known before the call (who calls whom, about what) is a log without a call: [`CallLog::ticket`]. The record
//! also has the id of the request that created it, so that a repeated request does not place a second call, and the
//! caller ID.

use super::ticket::SealingKeys;
use crate::chart::{CallLog, Context};
use crate::fhir::change::place;
use crate::fhir::element::{concept, extension, has_coding, identifier, is};
use crate::fhir::systems::{CALL_REQUEST, LINE, VOICE_CATEGORY};
use crate::json::Json;
use crate::time::parse_instant;

/// The name of the extension with the time of the last attempt to place the call by REST. It follows the base URL and a
/// slash.
pub const ATTEMPT: &str = "call-attempt";

/// The name of the extension with the seal over what was prepared. It follows the base URL and a slash.
const SEAL: &str = "call-seal";

/// The name of the extension with the two seals over a call that was placed by REST, separated by a dot. The first is
/// over who placed it, and stays valid if the record changes. The second is over what it dials, and is valid only while
/// the record is unchanged.
const PLACED: &str = "call-placed";

/// The maximum length of a phone number.
const MAX_LINE_LENGTH: usize = 16;

/// The maximum number of seals of one name that are checked. A record has one under each base URL that the config had.
const MAX_SEALS: usize = 8;

/// A call that a practitioner is about to place.
#[derive(Clone, Debug, Default)]
pub struct Intent<'a> {
    /// Who calls whom, about what.
    pub context: Context,
    /// The caller ID.
    pub from: &'a str,
    /// The identifier of the request, if it has one.
    pub request: Option<&'a str>,
}

impl Intent<'_> {
    /// A `Communication` in preparation, with its seal. `base` is the base URL of the extensions.
    #[must_use]
    pub fn write(&self, base: &str, sealing: &SealingKeys) -> Json {
        let mut resource = CallLog::ticket(&self.context).write(None, base);
        if let Some(seal) = sealing.seal_record(self.from, &self.context) {
            set_extension(&mut resource, base, SEAL, &seal);
        }
        if let Some(request) = self.request {
            place(&mut resource, "identifier", identifier(CALL_REQUEST, request), |_| false);
        }
        set_caller_id(&mut resource, self.from);
        resource
    }
}

/// Writes the caller ID.
pub fn set_caller_id(resource: &mut Json, from: &str) {
    place(resource, "medium", concept(LINE, from), |one| line(one).is_some());
}

fn line(medium: &Json) -> Option<&str> {
    let coding = medium.get("coding")?.elements().iter().find(|coding| is(coding, "system", LINE))?;
    coding.get("code")?.text()
}

/// The `Communication` of a call that was prepared.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The resource.
    pub resource: Json,
    /// What it says about the call.
    pub log: CallLog,
}

impl Prepared {
    /// Reads a `Communication`; `None` if it is not the record of a call.
    #[must_use]
    pub fn read(resource: Json) -> Option<Self> {
        let categories = resource.get("category").map(Json::elements).unwrap_or_default();
        let ours = categories.iter().any(|category| has_coding(category, VOICE_CATEGORY.0, VOICE_CATEGORY.1));
        let log = CallLog::read(&resource);
        (is(&resource, "resourceType", "Communication") && ours).then_some(Self { resource, log })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.resource.get("id").and_then(Json::text).unwrap_or_default()
    }

    /// `Communication.status`.
    #[must_use]
    pub fn status(&self) -> &str {
        self.resource.get("status").and_then(Json::text).unwrap_or_default()
    }

    /// The caller ID.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        let media = self.resource.get("medium").map(Json::elements).unwrap_or_default();
        // Anyone with access to the chart may have written it, and it is hashed for each seal.
        media.iter().find_map(line).filter(|line| line.len() <= MAX_LINE_LENGTH)
    }

    /// When the call was last sent by REST, in milliseconds since 1970; `None` for a browser's call. Any base URL is
    /// accepted.
    #[must_use]
    pub fn sent_at(&self) -> Option<u64> {
        let extensions = self.resource.get("extension").map(Json::elements).unwrap_or_default();
        let url = |one: &Json| one.get("url").and_then(Json::text).is_some_and(is_attempt);
        parse_instant(extensions.iter().find(|one| url(one))?.get("valueInstant")?.text()?)
    }

    /// Whether the record is unchanged since it was prepared.
    #[must_use]
    pub fn is_sealed(&self, sealing: &SealingKeys) -> bool {
        let from = self.from().unwrap_or_default();
        self.seals(SEAL).any(|seal| sealing.is_record(seal, from, self.log.context()))
    }

    /// Whether the call was prepared for `practitioner` (`Practitioner/<id>`) according to the seal, and not only
    /// according to a field that staff may have edited.
    #[must_use]
    pub fn is_prepared_for(&self, practitioner: &str, sealing: &SealingKeys) -> bool {
        self.log.context().practitioner.as_deref() == Some(practitioner) && self.is_sealed(sealing)
    }

    /// Whether it has the seal over a call that `practitioner` placed by REST.
    #[must_use]
    pub fn is_placed_by(&self, practitioner: &str, call_sid: &str, sealing: &SealingKeys) -> bool {
        self.placed_seals().any(|(owner, _)| sealing.is_placed(owner, call_sid, practitioner))
    }

    /// Whether it has the seal over what a call that was placed by REST dials, and is unchanged.
    #[must_use]
    pub fn is_dialed_by(&self, call_sid: &str, sealing: &SealingKeys) -> bool {
        let (from, context) = (self.from().unwrap_or_default(), self.log.context());
        self.placed_seals().any(|(_, dialing)| sealing.is_dialing(dialing, call_sid, from, context))
    }

    /// The seals over a call that `practitioner` placed by REST with the values of this record. Only for a record that
    /// is known to be unchanged.
    #[must_use]
    pub fn placed_seal(&self, practitioner: &str, call_sid: &str, sealing: &SealingKeys) -> Option<String> {
        let owner = sealing.seal_placed(call_sid, practitioner)?;
        let dialing = sealing.seal_dialing(call_sid, self.from().unwrap_or_default(), self.log.context())?;
        Some([&owner, ".", &dialing].concat())
    }

    /// Writes the seals of [`placed_seal`](Self::placed_seal). Returns whether they were missing.
    pub fn set_placed_seal(&mut self, seal: &str, base: &str) -> bool {
        let missing = !self.seals(PLACED).any(|known| known == seal);
        if missing {
            set_extension(&mut self.resource, base, PLACED, seal);
        }
        missing
    }

    /// The seals over who placed a call and over what it dials.
    fn placed_seals(&self) -> impl Iterator<Item = (&str, &str)> {
        self.seals(PLACED).map(|seal| seal.split_once('.').unwrap_or((seal, "")))
    }

    /// The seals of that name under any base URL.
    fn seals<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let extensions = self.resource.get("extension").map(Json::elements).unwrap_or_default();
        let named = move |one: &&Json| one.get("url").and_then(Json::text).is_some_and(|url| is_named(url, name));
        extensions.iter().filter(named).filter_map(|one| one.get("valueString")?.text()).take(MAX_SEALS)
    }
}

fn set_extension(resource: &mut Json, base: &str, name: &str, value: &str) {
    let url = [base, "/", name].concat();
    place(resource, "extension", extension(&url, "valueString", Json::of(value)), |one| is(one, "url", &url));
}

fn is_attempt(url: &str) -> bool {
    is_named(url, ATTEMPT)
}

fn is_named(url: &str, name: &str) -> bool {
    url.strip_suffix(name).is_some_and(|base| base.ends_with('/'))
}
