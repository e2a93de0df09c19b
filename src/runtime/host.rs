// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The requests that a flow sends to the host.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use crate::fhir::reference::reference_of;
use crate::json::Json;

/// A request to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ask {
    /// The FHIR requests of one round trip as a `Bundle`, JSON. Flows send [`Ask::Fhir`], and [`Flow`] creates the
    /// batches.
    ///
    /// [`Flow`]: super::Flow
    Batch(String),
    /// A FHIR request. All that are open at the same time go into one batch.
    Fhir(FhirRequest),
    /// All headers of the event, a JSON object. Needs no round trip.
    Headers,
    /// An HTTP request to Twilio's REST API or an alert service. The body of the answer is JSON, or a text if it is not
    /// JSON.
    Http(HttpRequest),
    /// A pause in milliseconds before another attempt.
    Wait(u32),
    /// The bot's server and identity: `{ baseUrl, me }`. `me` is Medplum's `auth/me`.
    Me,
    /// Local times of a time zone. Needs no round trip. The answer is `{ walls, instants }`: the local time of each
    /// instant as `YYYY-MM-DDTHH:MM:SS`, and for each local time its instants. At a change of the clock, there may be
    /// none or two. Fails if the zone is unknown.
    Zone(ZoneRequest),
}

/// An HTTP request. `Debug` omits the body and the values of the headers, such as `Authorization`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// The absolute URL.
    pub url: String,
    /// The names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body. `""` for no body.
    pub body: String,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        let mut shown = formatter.debug_struct("HttpRequest");
        shown.field("method", &self.method).field("headers", &names).finish_non_exhaustive()
    }
}

/// Instants and local times to convert in a time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneRequest {
    /// The IANA name, such as `Europe/London`.
    pub zone: String,
    /// Milliseconds since 1970.
    pub instants: Vec<u64>,
    /// Local times, `YYYY-MM-DDTHH:MM:SS`.
    pub local_times: Vec<String>,
}

/// A request in a FHIR batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FhirRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Relative to the FHIR base, query included.
    pub url: String,
    /// The resource as JSON.
    pub resource: Option<String>,
    /// `If-Match`, such as `W/"3"`.
    pub if_match: Option<String>,
    /// `If-None-Exist`, search criteria.
    pub if_none_exist: Option<String>,
}

impl FhirRequest {
    /// A read or a search. `url` is relative to the FHIR base.
    #[must_use]
    pub fn get(url: String) -> Self {
        Self { method: "GET", url, ..Self::default() }
    }

    /// A create. With `unless`, search criteria, it is conditional (`If-None-Exist`): the server answers 201 if it
    /// created the resource, and 200 if the criteria matched one.
    #[must_use]
    pub fn create(resource: &Json, unless: Option<String>) -> Self {
        let url = resource.get("resourceType").and_then(Json::text).unwrap_or_default().to_owned();
        let resource = Some(resource.write());
        Self { method: "POST", url, resource, if_none_exist: unless, if_match: None }
    }

    /// An update of the version that was read (`If-Match`). `None` if the resource has no version, because every write
    /// must be conditional.
    #[must_use]
    pub fn update(resource: &Json) -> Option<Self> {
        let version = resource.at(&["meta", "versionId"]).and_then(Json::text)?;
        let if_match = Some(["W/\"", version, "\""].concat());
        let (url, resource) = (reference_of(resource)?, Some(resource.write()));
        Some(Self { method: "PUT", url, resource, if_match, if_none_exist: None })
    }
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// It was answered.
    Done {
        /// HTTP status, 2xx for success.
        status: u16,
        /// The body of the answer.
        body: Json,
    },
    /// It could not be sent, or there was no answer.
    Failed,
    /// Its deadline passed. The request may still have been performed.
    TimedOut,
}

impl Answer {
    /// The same outcome without a body, for another request.
    pub(super) const fn without_body(&self) -> Self {
        match self {
            Self::Done { status, .. } => Self::Done { status: *status, body: Json::Null },
            Self::Failed => Self::Failed,
            Self::TimedOut => Self::TimedOut,
        }
    }

    /// The body of an answer with status 2xx.
    #[must_use]
    pub fn ok(self) -> Option<Json> {
        match self {
            Self::Done { status: 200..=299, body } => Some(body),
            _ => None,
        }
    }
}

/// A request on its way to the host.
#[derive(Debug)]
pub struct OpenRequest {
    /// The id of the answer.
    pub id: u32,
    /// The request.
    pub ask: Ask,
    /// The flow continues without an answer after this many milliseconds.
    pub deadline: Option<u32>,
    /// The flow continues without an answer this many milliseconds after the event arrived.
    pub until: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct HostState {
    /// The requests that were not taken by the host yet.
    pub(super) open: Vec<OpenRequest>,
    pub(super) answers: Vec<(u32, Answer)>,
    next: u32,
    /// [`Host::limit`].
    until: Option<u32>,
    /// Determines the length of the next pause; see [`Host::pause`].
    spread: u32,
}

/// A flow's access to the host.
#[derive(Clone, Debug, Default)]
pub struct Host(pub(super) Rc<RefCell<HostState>>);

impl Host {
    /// Sends a request. With a `deadline`, in milliseconds, the flow continues without an answer.
    pub async fn ask(&self, ask: Ask, deadline: Option<u32>) -> Answer {
        let mut answers = self.ask_all(vec![(ask, deadline)]).await;
        answers.pop().unwrap_or(Answer::Failed)
    }

    /// Sends several requests at once and waits for all. The answers are in the same order.
    pub async fn ask_all(&self, asks: Vec<(Ask, Option<u32>)>) -> Vec<Answer> {
        let mut ids = Vec::with_capacity(asks.len());
        for (ask, deadline) in asks {
            ids.push(self.open(ask, deadline));
        }
        poll_fn(|_| self.0.borrow_mut().take(&ids).map_or(Poll::Pending, Poll::Ready)).await
    }

    /// Sets a limit for all further requests: `until` milliseconds after the event arrived. It replaces their own
    /// deadlines. The shorter of two limits applies. `spread` is any number that determines the pauses of
    /// [`Host::pause`]; it should differ between events.
    pub fn limit(&self, until: u32, spread: u32) {
        let mut state = self.0.borrow_mut();
        state.until = Some(state.until.map_or(until, |known| known.min(until)));
        state.spread = spread;
    }

    /// Pauses before the attempt `attempt` (1 is the first repetition): at most 200 ms, then twice as long each time,
    /// up to 2 s. The length differs between events, so that two writers do not conflict again.
    pub async fn pause(&self, attempt: u32) {
        let max = 100 << attempt.clamp(1, 4);
        let mut spread = self.0.borrow().spread | 1;
        spread ^= spread << 13;
        spread ^= spread >> 17;
        spread ^= spread << 5;
        self.0.borrow_mut().spread = spread;
        self.ask(Ask::Wait(max / 4 + spread % (max * 3 / 4)), None).await;
    }

    fn open(&self, ask: Ask, deadline: Option<u32>) -> u32 {
        let mut state = self.0.borrow_mut();
        let id = state.next;
        state.next += 1;
        let until = state.until;
        state.open.push(OpenRequest { id, ask, deadline: deadline.filter(|_| until.is_none()), until });
        id
    }
}

impl HostState {
    /// The answers to all of `ids`. `None` if one is missing.
    fn take(&mut self, ids: &[u32]) -> Option<Vec<Answer>> {
        for id in ids {
            self.position(*id)?;
        }
        let mut taken = Vec::with_capacity(ids.len());
        for id in ids {
            let at = self.position(*id)?;
            taken.push(self.answers.swap_remove(at).1);
        }
        Some(taken)
    }

    fn position(&self, id: u32) -> Option<usize> {
        self.answers.iter().position(|(answered, _)| *answered == id)
    }
}
