// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A call in the chart before and when it is placed.
//!
//! What is known before (practitioner calls whom, about what) is a log without a call: [`CallLog::ticket`]. Beside it stand the
//! request that asked for it, so that asking twice does not call twice, and the number that the callee will see.

use super::ticket::SealingKeys;
use crate::chart::{CallLog, Context};
use crate::fhir::change::place;
use crate::fhir::element::{concept, extension, has_coding, identifier, is};
use crate::fhir::systems::{CALL_REQUEST, LINE, VOICE_CATEGORY};
use crate::json::Json;
use crate::time::parse_instant;

/// The name of the extension that says when a call was last sent by REST, which follows the base and a slash.
pub const ATTEMPT: &str = "call-attempt";

/// The name of the extension that holds the seal over what was prepared, which follows the base and a slash.
const SEAL: &str = "call-seal";

/// The same of the two seals over a call that was placed by REST, with a dot between: over who placed it, and over what it
/// dials. The first holds whatever becomes of the record; the second, only as long as the record says the same.
const PLACED: &str = "call-placed";

/// No number has more characters.
const MAX_LINE_LENGTH: usize = 16;

/// How many seals of one name are looked at. A record has one under each base that the config had.
const MAX_SEALS: usize = 8;

/// A call that somebody is about to place.
#[derive(Clone, Debug, Default)]
pub struct Intent<'a> {
    /// Who calls whom, about what.
    pub context: Context,
    /// The number of ours that the callee sees.
    pub from: &'a str,
    /// The identifier of the request, where it has one.
    pub request: Option<&'a str>,
}

impl Intent<'_> {
    /// As a `Communication` in preparation, sealed; `base` is that of the extension.
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

/// Says which number of ours the callee sees.
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
    /// What it knows of the call.
    pub log: CallLog,
}

impl Prepared {
    /// Reads a `Communication`; `None` where it is none of ours.
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

    /// The number of ours that the callee sees.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        let media = self.resource.get("medium").map(Json::elements).unwrap_or_default();
        // It is hashed with each seal, and anybody may have written it.
        media.iter().find_map(line).filter(|line| line.len() <= MAX_LINE_LENGTH)
    }

    /// When it was last sent by REST, milliseconds since 1970; `None` of a browser's call. Whatever the base.
    #[must_use]
    pub fn sent_at(&self) -> Option<u64> {
        let extensions = self.resource.get("extension").map(Json::elements).unwrap_or_default();
        let url = |one: &Json| one.get("url").and_then(Json::text).is_some_and(is_attempt);
        parse_instant(extensions.iter().find(|one| url(one))?.get("valueInstant")?.text()?)
    }

    /// Whether it says what it said when it was prepared.
    #[must_use]
    pub fn is_sealed(&self, sealing: &SealingKeys) -> bool {
        let from = self.from().unwrap_or_default();
        self.seals(SEAL).any(|seal| sealing.is_record(seal, from, self.log.context()))
    }

    /// Whether it was prepared for `practitioner` (`Practitioner/<id>`): the seal says so, and not what staff may have edited.
    #[must_use]
    pub fn is_prepared_for(&self, practitioner: &str, sealing: &SealingKeys) -> bool {
        self.log.context().practitioner.as_deref() == Some(practitioner) && self.is_sealed(sealing)
    }

    /// Whether it holds the seal over a call that `practitioner` placed by REST.
    #[must_use]
    pub fn is_placed_by(&self, practitioner: &str, call_sid: &str, sealing: &SealingKeys) -> bool {
        self.placed_seals().any(|(owner, _)| sealing.is_placed(owner, call_sid, practitioner))
    }

    /// Whether it holds the seal over what a call that was placed by REST dials, and still says the same.
    #[must_use]
    pub fn is_dialed_by(&self, call_sid: &str, sealing: &SealingKeys) -> bool {
        let (from, context) = (self.from().unwrap_or_default(), self.log.context());
        self.placed_seals().any(|(_, dialing)| sealing.is_dialing(dialing, call_sid, from, context))
    }

    /// The seals over a call that `practitioner` placed by REST for what this record says. Only for a record that is known to say what
    /// was prepared.
    #[must_use]
    pub fn placed_seal(&self, practitioner: &str, call_sid: &str, sealing: &SealingKeys) -> Option<String> {
        let owner = sealing.seal_placed(call_sid, practitioner)?;
        let dialing = sealing.seal_dialing(call_sid, self.from().unwrap_or_default(), self.log.context())?;
        Some([&owner, ".", &dialing].concat())
    }

    /// Writes the seals of [`placed_seal`](Self::placed_seal); whether they were not there yet.
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

    /// The seals of that name, whatever the base.
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
