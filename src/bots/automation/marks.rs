// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The marks of the sweep, stored in a `Basic` resource, because runs share no memory.
//!
//! Two runs may overlap. The server then refuses the conditional write of the second run, which continues without
//! saving its marks. A later run repeats that work, which has no effect.

use super::sweep_run::AutomationRun;
use crate::fhir::element::{concept, extension, extension_of, identifier, is};
use crate::json::Json;
use crate::runtime::FhirRequest;
use crate::time::{MINUTE, instant, parse_instant};

/// The identifier system.
const SYSTEM: &str = "https://plumline.dev/fhir/sweep";
/// The identifier value.
const VALUE: &str = "calls";
const CODE: (&str, &str) = ("https://plumline.dev/fhir/basic-code", "sweep");
/// The suffix of the extension URL, after the base URL.
const EXTENSION: &str = "/plumline-sweep";

/// The minimum change, in milliseconds, before a mark that moves every minute is written. More writes would fill the
/// resource's history.
const MIN_STEP: u64 = 5 * MINUTE;

/// The maximum difference between clocks, in milliseconds.
const MAX_CLOCK_SKEW: u64 = MINUTE;

/// An instant that the sweep reached, as Unix time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Twilio's list of calls was read up to here.
    CallsReadTo,
    /// The newest instant of the current pass. The pass goes back in time.
    CallsPassStart,
    /// The oldest instant that the current pass reached.
    CallsPassPosition,
    /// The next pass must read again from here.
    CallsRetryFrom,
    /// The same four marks for Twilio's list of recordings.
    RecordingsReadTo,
    RecordingsPassStart,
    RecordingsPassPosition,
    RecordingsRetryFrom,
    /// Ended calls whose records changed before this instant were followed up.
    FollowedUpTo,
    /// A summary has been sent for alerts that were held back before this instant.
    SummarizedTo,
    /// Recordings of calls that started before this instant were deleted.
    RetentionPosition,
    /// The start of the first call whose recordings could not be deleted.
    RetentionRetryFrom,
    /// When the sweep started to retry those recordings.
    RetentionRetrying,
    /// When the hourly work was last completed.
    LastHourlyRun,
    /// The recordings of ended calls whose records changed before this instant were copied.
    CopiedTo,
    /// The earliest change time of a record whose recordings could not be copied.
    CopiesRetryFrom,
    /// When the sweep last started to retry those copies.
    CopiesRetried,
}

/// Each [`Mark`], its name in the resource, and whether every change is written. Other marks are written only after a
/// change of `MIN_STEP`.
///
/// Resources in the chart have these names, so they do not change:
/// - `calls`, `recorded`: how far Twilio's lists of calls and of recordings were read.
/// - `top`, `high`, `held`, and the same with `recorded`: the start and the position of a pass over a list, and from
///   where the next pass reads again.
/// - `recordings`, `undone`, `again`: the position of the deletion of recordings, the first call whose recordings could
///   not be deleted, and when the sweep started to retry.
/// - `copied`, `copiesHeld`, `copiesAgain`: the same for copies of recordings.
const MARKS: [(Mark, &str, bool); 17] = [
    (Mark::CallsReadTo, "calls", false),
    (Mark::CallsPassStart, "top", true),
    (Mark::CallsPassPosition, "high", true),
    (Mark::CallsRetryFrom, "held", true),
    (Mark::RecordingsReadTo, "recorded", false),
    (Mark::RecordingsPassStart, "recordedTop", true),
    (Mark::RecordingsPassPosition, "recordedHigh", true),
    (Mark::RecordingsRetryFrom, "recordedHeld", true),
    (Mark::FollowedUpTo, "followUp", false),
    (Mark::SummarizedTo, "summary", true),
    (Mark::RetentionPosition, "recordings", false),
    (Mark::RetentionRetryFrom, "undone", true),
    (Mark::RetentionRetrying, "again", true),
    (Mark::LastHourlyRun, "hourly", true),
    (Mark::CopiedTo, "copied", false),
    (Mark::CopiesRetryFrom, "copiesHeld", true),
    (Mark::CopiesRetried, "copiesAgain", true),
];

/// The marks of one run.
pub(super) struct Marks {
    at: [Option<u64>; MARKS.len()],
    saved: [Option<u64>; MARKS.len()],
    resource: Option<Json>,
    /// Whether another run wrote the resource after this run read it. This run then writes no marks.
    is_outdated: bool,
}

impl Marks {
    pub(super) fn search() -> FhirRequest {
        FhirRequest::get(["Basic?", &criteria()].concat())
    }

    /// Reads the result of [`Marks::search`]. If there are several resources, the one with the smallest id is used. A
    /// mark in the future becomes `now`, because the sweep would otherwise skip the time until then.
    pub(super) fn read(found: Vec<Json>, extension_base: &str, now: u64) -> Self {
        let mut resource: Option<Json> = None;
        for item in found {
            let id = |item: &Json| item.get("id").and_then(Json::text).map(str::to_owned);
            if resource.as_ref().is_none_or(|best| id(&item) < id(best)) {
                resource = Some(item);
            }
        }
        let mut at = [None; MARKS.len()];
        let extensions = resource.as_ref().and_then(|resource| resource.get("extension")).map(Json::elements);
        let own = extensions.unwrap_or_default().iter().find(|item| is_ours(item, extension_base));
        for part in own.and_then(|own| own.get("extension")).map(Json::elements).unwrap_or_default() {
            if let Some((mark, ..)) = MARKS.iter().find(|(_, name, _)| is(part, "url", name)) {
                let instant = part.get("valueInstant").and_then(Json::text).and_then(parse_instant);
                at[*mark as usize] = instant.map(|instant| if instant > now + MAX_CLOCK_SKEW { now } else { instant });
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
    pub(super) async fn save(&mut self, run: &AutomationRun<'_>) {
        let has_changed =
            MARKS.iter().any(|(mark, _, always)| match (self.at[*mark as usize], self.saved[*mark as usize]) {
                (Some(at), Some(saved)) => at != saved && (*always || at.abs_diff(saved) >= MIN_STEP),
                (at, saved) => at != saved,
            });
        if !has_changed || self.is_outdated {
            return;
        }
        let resource = self.resource(run.extension_base());
        let request = if self.resource.is_some() {
            FhirRequest::update(&resource)
        } else {
            Some(FhirRequest::create(&resource, Some(criteria())))
        };
        let answers = run.fhir(request.into_iter().collect()).await;
        let written = answers.into_iter().next().and_then(crate::runtime::HostResponse::ok);
        // If the resource already exists, a conditional create returns it unchanged.
        let own = written.filter(|written| is(written, "resourceType", "Basic"));
        self.is_outdated = own.is_none();
        if let Some(written) = own {
            self.saved = Self::read(vec![written.clone()], run.extension_base(), run.now).at;
            self.is_outdated = self.saved != self.at;
            self.resource = Some(written);
        }
    }

    fn resource(&self, extension_base: &str) -> Json {
        let mut resource = self.resource.clone().unwrap_or_else(|| {
            Json::object([
                ("resourceType", Json::of("Basic")),
                ("identifier", Json::List(vec![identifier(SYSTEM, VALUE)])),
                ("code", concept(CODE.0, CODE.1)),
            ])
        });
        let mut parts = Vec::new();
        for (mark, name, _) in MARKS {
            if let Some(at) = self.get(mark) {
                parts.push(extension(name, "valueInstant", Json::of(&instant(at))));
            }
        }
        let mut extensions = resource.get("extension").cloned().unwrap_or_default().into_elements();
        extensions.retain(|item| !is_ours(item, extension_base));
        extensions.push(extension_of(&[extension_base, EXTENSION].concat(), parts));
        resource.set("extension", Json::List(extensions));
        resource
    }
}

fn criteria() -> String {
    ["identifier=", SYSTEM, "|", VALUE].concat()
}

fn is_ours(extension: &Json, extension_base: &str) -> bool {
    let url = extension.get("url").and_then(Json::text).unwrap_or_default();
    url.strip_suffix(EXTENSION) == Some(extension_base)
}
