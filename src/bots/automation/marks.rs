// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How far the sweep has come, stored in a `Basic` resource. Runs share no memory.
//!
//! Two runs may overlap. The server refuses the second write, and that run continues without it. The work between the
//! two marks is then done again, which has no effect.

use super::sweep_run::SweepRun;
use crate::fhir::element::{concept, extension, extension_of, identifier, is};
use crate::json::Json;
use crate::runtime::FhirRequest;
use crate::time::{MINUTE, instant, parse_instant};

/// The identifier system.
const SYSTEM: &str = "https://plumline.dev/fhir/sweep";
/// The identifier value.
const VALUE: &str = "calls";
const CODE: (&str, &str) = ("https://plumline.dev/fhir/basic-code", "sweep");
/// The suffix of the extension URL, after the base.
const EXTENSION: &str = "/plumline-sweep";

/// A mark moves every minute. Writing it each time would fill the resource's history without need.
const MIN_STEP: u64 = 5 * MINUTE;

/// The maximum difference between clocks.
const MAX_CLOCK_SKEW: u64 = MINUTE;

/// An instant that the sweep has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Twilio's list of calls was read up to here.
    CallsReadTo,
    /// The current pass through the list started here, going backwards.
    CallsPassStart,
    /// The current pass has come back to here.
    CallsPassPosition,
    /// The next pass must read again from here.
    CallsRetryFrom,
    /// The same four marks for Twilio's list of recordings.
    RecordingsReadTo,
    RecordingsPassStart,
    RecordingsPassPosition,
    RecordingsRetryFrom,
    /// Ended calls that changed before this were followed up.
    FollowedUpTo,
    /// Alerts that were held back before this are in a summary.
    SummarizedTo,
    /// Recordings of calls that started before this were deleted.
    RetentionPosition,
    /// The start of the first call whose recordings could not be deleted.
    RetentionRetryFrom,
    /// When the run started to retry those recordings.
    RetentionRetrying,
    /// When the hourly work was last complete.
    LastHourlyRun,
}

/// The names in the resource, by [`Mark`], and whether every change is written.
const MARKS: [(&str, bool); 14] = [
    ("calls", false),
    ("top", true),
    ("high", true),
    ("held", true),
    ("recorded", false),
    ("recordedTop", true),
    ("recordedHigh", true),
    ("recordedHeld", true),
    ("followUp", false),
    ("summary", true),
    ("recordings", false),
    ("undone", true),
    ("again", true),
    ("hourly", true),
];

/// How far the sweep has come.
pub(super) struct Marks {
    at: [Option<u64>; MARKS.len()],
    saved: [Option<u64>; MARKS.len()],
    resource: Option<Json>,
    /// Another run has written since, so this one may not.
    is_outdated: bool,
}

impl Marks {
    pub(super) fn search() -> FhirRequest {
        FhirRequest::get(["Basic?", &criteria()].concat())
    }

    /// Reads the result of [`Marks::search`]. If there are two, the one with the smaller id counts. A mark in the
    /// future becomes `now`: the time until then would never be checked.
    pub(super) fn read(found: Vec<Json>, base: &str, now: u64) -> Self {
        let mut resource: Option<Json> = None;
        for one in found {
            let id = |one: &Json| one.get("id").and_then(Json::text).map(str::to_owned);
            if resource.as_ref().is_none_or(|best| id(&one) < id(best)) {
                resource = Some(one);
            }
        }
        let mut at = [None; MARKS.len()];
        let extensions = resource.as_ref().and_then(|resource| resource.get("extension")).map(Json::elements);
        let ours = extensions.unwrap_or_default().iter().find(|one| is_ours(one, base));
        for part in ours.and_then(|ours| ours.get("extension")).map(Json::elements).unwrap_or_default() {
            if let Some(index) = MARKS.iter().position(|(name, _)| is(part, "url", name)) {
                let mark = part.get("valueInstant").and_then(Json::text).and_then(parse_instant);
                at[index] = mark.map(|mark| if mark > now + MAX_CLOCK_SKEW { now } else { mark });
            }
        }
        Self { at, saved: at, resource, is_outdated: false }
    }

    pub(super) const fn get(&self, mark: Mark) -> Option<u64> {
        self.at[mark as usize]
    }

    pub(super) const fn set(&mut self, mark: Mark, at: Option<u64>) {
        self.at[mark as usize] = at;
    }

    /// Writes the marks if the change is large enough.
    pub(super) async fn save(&mut self, run: &SweepRun<'_>) {
        let has_changed =
            MARKS.iter().zip(self.at).zip(self.saved).any(|(((_, always), at), saved)| match (at, saved) {
                (Some(at), Some(saved)) => at != saved && (*always || at.abs_diff(saved) >= MIN_STEP),
                (at, saved) => at != saved,
            });
        if !has_changed || self.is_outdated {
            return;
        }
        let resource = self.resource(run.base());
        let request = if self.resource.is_some() {
            FhirRequest::update(&resource)
        } else {
            Some(FhirRequest::create(&resource, Some(criteria())))
        };
        let answers = run.fhir(request.into_iter().collect()).await;
        let written = answers.into_iter().next().and_then(crate::runtime::Answer::ok);
        // A conditional create answers with the existing resource.
        let ours = written.filter(|written| is(written, "resourceType", "Basic"));
        self.is_outdated = ours.is_none();
        if let Some(written) = ours {
            self.saved = Self::read(vec![written.clone()], run.base(), run.now).at;
            self.is_outdated = self.saved != self.at;
            self.resource = Some(written);
        }
    }

    fn resource(&self, base: &str) -> Json {
        let mut resource = self.resource.clone().unwrap_or_else(|| {
            Json::object([
                ("resourceType", Json::of("Basic")),
                ("identifier", Json::List(vec![identifier(SYSTEM, VALUE)])),
                ("code", concept(CODE.0, CODE.1)),
            ])
        });
        let mut parts = Vec::new();
        for ((name, _), at) in MARKS.iter().zip(self.at) {
            if let Some(at) = at {
                parts.push(extension(name, "valueInstant", Json::of(&instant(at))));
            }
        }
        let mut extensions = resource.get("extension").cloned().unwrap_or_default().into_elements();
        extensions.retain(|one| !is_ours(one, base));
        extensions.push(extension_of(&[base, EXTENSION].concat(), parts));
        resource.set("extension", Json::List(extensions));
        resource
    }
}

fn criteria() -> String {
    ["identifier=", SYSTEM, "|", VALUE].concat()
}

fn is_ours(extension: &Json, base: &str) -> bool {
    let url = extension.get("url").and_then(Json::text).unwrap_or_default();
    url.strip_suffix(EXTENSION) == Some(base)
}
