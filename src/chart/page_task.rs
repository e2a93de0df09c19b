// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The task of a page: whose phone was called, when, and who accepted the page. `Task`:
//! <https://hl7.org/fhir/R4/task.html>.
//!
//! Every change is an `If-Match` write of the version that was read. So of two runs that place the same call, only one
//! can write the attempt, and of two people who press a key, only one accepts the page.

use crate::fhir::element::{concept, extension, extension_of, has_coding, identifier, identifier_value, is, reference};
use crate::fhir::search::search_value;
use crate::fhir::systems::{CALL_TASK_CODE, TWILIO};
use crate::json::Json;
use crate::runtime::FhirRequest;
use crate::text::split_on;
use crate::time::{DAY, instant, parse_instant};

/// The system of the task's identifier. The value is `<CallSid>.<action>`.
const SYSTEM: &str = "https://plumline.dev/fhir/page";
/// The code of the task.
const CODE: &str = "page";
/// The system of `Task.businessStatus`.
const STATUS: &str = "https://plumline.dev/fhir/page-status";
/// The suffix of the extension with the clinic's number that the caller called.
const CALLED: &str = "/page-called";
/// The suffix of the extension with an attempt to reach a person.
const ATTEMPT: &str = "/page-attempt";
/// The maximum duration of a page, in milliseconds: ten phones, five rounds, one hour each.
const MAX_DURATION: u64 = 3 * DAY;

/// What a page is created with.
pub struct NewPage<'a> {
    /// The `CallSid` of the caller.
    pub call: &'a str,
    /// `Communication/…`: the record of the call, if it exists already.
    pub record: Option<&'a str>,
    /// `Patient/…`, if the caller was verified.
    pub patient: Option<&'a str>,
    /// The clinic's number that was called.
    pub called: &'a str,
    /// The name of the action.
    pub action: &'a str,
    /// The text of the code.
    pub text: &'a str,
    /// The owner until someone accepts.
    pub owner: Option<&'a str>,
    /// Unix time in milliseconds.
    pub now: u64,
    /// The base URL of Plumline's extensions.
    pub extension_base: &'a str,
}

impl NewPage<'_> {
    /// The request that creates the task, once for each call and action.
    #[must_use]
    pub fn create(&self) -> FhirRequest {
        let mut code = concept(CALL_TASK_CODE, CODE);
        code.set("text", Json::of(self.text));
        let value = [self.call, ".", self.action].concat();
        let optional = |reference_to: Option<&str>| reference_to.map_or(Json::Null, reference);
        // The record may not exist yet, so the identifier also names it.
        let mut focus = self.record.map_or_else(|| Json::object([]), reference);
        focus.set("type", Json::of("Communication"));
        focus.set("identifier", identifier(TWILIO, self.call));
        let called = extension(&[self.extension_base, CALLED].concat(), "valueString", Json::of(self.called));
        let resource = Json::object([
            ("resourceType", Json::of("Task")),
            ("extension", Json::List(vec![called])),
            ("identifier", Json::List(vec![identifier(SYSTEM, &value)])),
            ("status", Json::of("requested")),
            ("businessStatus", concept(STATUS, PageStatus::Paging.word())),
            ("intent", Json::of("order")),
            ("priority", Json::of("urgent")),
            ("code", code),
            ("focus", focus),
            ("for", optional(self.patient)),
            ("authoredOn", Json::of(&instant(self.now))),
            ("owner", optional(self.owner)),
        ]);
        let criteria = ["identifier=", SYSTEM, "|", &search_value(&value)].concat();
        FhirRequest::create(&resource, Some(criteria))
    }
}

/// The state of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageStatus {
    /// People are being called.
    Paging,
    /// Someone accepted.
    Accepted,
    /// Everyone was called, and no one accepted.
    Unanswered,
}

impl PageStatus {
    const fn word(self) -> &'static str {
        match self {
            Self::Paging => "paging",
            Self::Accepted => "accepted",
            Self::Unanswered => "unanswered",
        }
    }
}

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// A key was pressed.
    Accepted,
    /// The call ended, or the time passed, without a key.
    NoKey,
    /// Twilio refused the call, or did not place it.
    NotPlaced,
}

impl AttemptOutcome {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Accepted, "accepted"), (Self::NoKey, "no-key"), (Self::NotPlaced, "not-placed")];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(outcome, _)| *outcome == self).map_or("", |(_, word)| word)
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(outcome, _)| *outcome)
    }
}

/// An attempt to reach a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageAttempt {
    /// `Practitioner/…` or `PractitionerRole/…`. `None` for a number of the config.
    pub person: Option<String>,
    /// The phone, E.164.
    pub number: String,
    /// When Twilio was asked to place the call, as Unix time in milliseconds.
    pub sent: u64,
    /// The `CallSid`. `None` until Twilio's response is written.
    pub call: Option<String>,
    /// The outcome. `None` while it is open.
    pub outcome: Option<AttemptOutcome>,
}

impl PageAttempt {
    fn read(item: &Json) -> Self {
        let parts = item.get("extension").map(Json::elements).unwrap_or_default();
        let value = |url: &str, kind: &str| parts.iter().find(|part| is(part, "url", url))?.get(kind);
        let text = |url: &str, kind: &str| value(url, kind).and_then(Json::text);
        Self {
            person: value("person", "valueReference").and_then(|to| to.get("reference")?.text()).map(str::to_owned),
            number: text("number", "valueString").unwrap_or_default().to_owned(),
            sent: text("sent", "valueInstant").and_then(parse_instant).unwrap_or_default(),
            call: text("call", "valueString").map(str::to_owned),
            outcome: text("outcome", "valueCode").and_then(AttemptOutcome::parse),
        }
    }

    fn write(&self, extension_base: &str) -> Json {
        let mut parts = vec![
            extension("number", "valueString", Json::of(&self.number)),
            extension("sent", "valueInstant", Json::of(&instant(self.sent))),
        ];
        parts.extend(self.person.as_ref().map(|person| extension("person", "valueReference", reference(person))));
        parts.extend(self.call.as_ref().map(|call| extension("call", "valueString", Json::of(call))));
        let outcome = self.outcome.map(|outcome| extension("outcome", "valueCode", Json::of(outcome.word())));
        parts.extend(outcome);
        extension_of(&[extension_base, ATTEMPT].concat(), parts)
    }
}

/// The task of a page.
#[derive(Clone, Debug)]
pub struct PageTask {
    resource: Json,
    /// The name of the action.
    pub action: String,
    /// The clinic's number that the caller called.
    pub called: String,
    /// The attempts, the earliest first.
    pub attempts: Vec<PageAttempt>,
}

impl PageTask {
    /// Reads a task. `None` if it is not that of a page.
    #[must_use]
    pub fn read(resource: Json) -> Option<Self> {
        let has_code = resource.get("code").is_some_and(|code| has_coding(code, CALL_TASK_CODE, CODE));
        if !is(&resource, "resourceType", "Task") || !has_code {
            return None;
        }
        let (_, action) = split_on(identifier_value(&resource, SYSTEM)?, b'.');
        let action = action.to_owned();
        let extensions = resource.get("extension").map(Json::elements).unwrap_or_default();
        let called = extensions.iter().find(|item| has_suffix(item, CALLED));
        let called = called.and_then(|item| item.get("valueString")?.text()).unwrap_or_default().to_owned();
        let attempts = extensions.iter().filter(|item| has_suffix(item, ATTEMPT)).map(PageAttempt::read).collect();
        Some(Self { resource, action, called, attempts })
    }

    /// `Task/<id>`.
    #[must_use]
    pub fn reference(&self) -> Option<String> {
        crate::fhir::reference::reference_of(&self.resource)
    }

    /// The `CallSid` of the caller.
    #[must_use]
    pub fn root(&self) -> &str {
        split_on(identifier_value(&self.resource, SYSTEM).unwrap_or_default(), b'.').0
    }

    /// Whether people are still called: no one accepted, and staff did not change the status.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let paging = |status: &Json| has_coding(status, STATUS, PageStatus::Paging.word());
        is(&self.resource, "status", "requested") && self.resource.get("businessStatus").is_some_and(paging)
    }

    /// Whether the page can be accepted. A key that comes after the last round still counts.
    #[must_use]
    pub fn can_be_accepted(&self) -> bool {
        is(&self.resource, "status", "requested")
    }

    /// Sets the state of the page.
    pub fn set_status(&mut self, status: PageStatus) {
        self.resource.set("businessStatus", concept(STATUS, status.word()));
        if status == PageStatus::Unanswered {
            self.resource.set("priority", Json::of("stat"));
        }
    }

    /// Notes that the person of an attempt accepted the page in the call `sid`.
    pub fn accept(&mut self, index: usize, sid: &str) {
        let Some(attempt) = self.attempts.get_mut(index) else { return };
        attempt.call = Some(sid.to_owned());
        attempt.outcome = Some(AttemptOutcome::Accepted);
        if let Some(person) = attempt.person.clone() {
            self.resource.set("owner", reference(&person));
        }
        self.resource.set("status", Json::of("accepted"));
        self.set_status(PageStatus::Accepted);
    }

    /// The update of the version that was read.
    #[must_use]
    pub fn update(&mut self, extension_base: &str) -> Option<FhirRequest> {
        let mut extensions = self.resource.get("extension").map(Json::elements).unwrap_or_default().to_vec();
        extensions.retain(|item| !has_suffix(item, ATTEMPT));
        extensions.extend(self.attempts.iter().map(|attempt| attempt.write(extension_base)));
        self.resource.set("extension", Json::List(extensions));
        FhirRequest::update(&self.resource)
    }
}

fn has_suffix(item: &Json, suffix: &str) -> bool {
    item.get("url").and_then(Json::text).is_some_and(|url| url.ends_with(suffix))
}

/// The search for pages that call people, the least recently changed first.
#[must_use]
pub fn search_open_pages(now: u64) -> FhirRequest {
    let status = ["&status=requested&business-status=", STATUS, "|", PageStatus::Paging.word()].concat();
    FhirRequest::get([&search_recent(now), &*status, "&_sort=_lastUpdated&_count=20"].concat())
}

/// The search for all pages that a person may still accept or has accepted, the most recently changed first.
#[must_use]
pub fn search_pages(now: u64) -> FhirRequest {
    FhirRequest::get([&search_recent(now), "&_sort=-_lastUpdated&_count=100"].concat())
}

fn search_recent(now: u64) -> String {
    ["Task?code=", CALL_TASK_CODE, "|", CODE, "&authored-on=ge", &instant(now.saturating_sub(MAX_DURATION))].concat()
}
