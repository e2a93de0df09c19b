// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a story may ask of the host, and how it waits.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use crate::fhir::reference::reference_of;
use crate::json::Json;

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ask {
    /// The FHIR interactions of one moment as one `Bundle`, JSON. Stories ask for [`Ask::Fhir`]; [`Flow`] makes these.
    ///
    /// [`Flow`]: super::Flow
    Batch(String),
    /// One FHIR interaction. All that are open at the same moment travel as one batch.
    Fhir(FhirRequest),
    /// All headers of the event, a JSON object. Costs no round trip.
    Headers,
    /// A request over HTTP: to Twilio's REST API, to an alert's address. The body of the answer is JSON, or a text where
    /// it is none.
    Http(HttpRequest),
    /// Nothing for so many milliseconds: the pause before something is tried again.
    Wait(u32),
    /// Where and who the bot is: `{ baseUrl, me }`, `me` being Medplum's `auth/me`.
    Me,
    /// What the clocks of a place show. Costs no round trip. `{ walls, instants }`: the wall time of each instant as
    /// `YYYY-MM-DDTHH:MM:SS`, and for each wall time the instants at which the clocks show it, of which there are none
    /// or two where they are changed. Fails where there is no such zone.
    Zone(ZoneRequest),
}

/// A request over HTTP. `Debug` leaves out the values of its headers, among them `Authorization`, and its body.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; none for `""`.
    pub body: String,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        let mut shown = formatter.debug_struct("HttpRequest");
        shown.field("method", &self.method).field("headers", &names).finish_non_exhaustive()
    }
}

/// Instants and wall times of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneRequest {
    /// Its IANA name, `Europe/London`.
    pub zone: String,
    /// Milliseconds since 1970.
    pub instants: Vec<u64>,
    /// `LocalTime` times, `YYYY-MM-DDTHH:MM:SS`.
    pub local_times: Vec<String>,
}

/// An entry of a FHIR batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FhirRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Relative to the FHIR base, query included.
    pub url: String,
    /// The resource, JSON.
    pub resource: Option<String>,
    /// `If-Match`, such as `W/"3"`.
    pub if_match: Option<String>,
    /// `If-None-Exist`, a search.
    pub if_none_exist: Option<String>,
}

impl FhirRequest {
    /// A read or a search; `url` is relative to the FHIR base.
    #[must_use]
    pub fn get(url: String) -> Self {
        Self { method: "GET", url, ..Self::default() }
    }

    /// A create. With `unless`, a search, it is conditional (`If-None-Exist`): the server answers 201 where it created the
    /// resource, and 200 where the search already matched one.
    #[must_use]
    pub fn create(resource: &Json, unless: Option<String>) -> Self {
        let url = resource.get("resourceType").and_then(Json::text).unwrap_or_default().to_owned();
        let resource = Some(resource.write());
        Self { method: "POST", url, resource, if_none_exist: unless, if_match: None }
    }

    /// An update of the version that was read (`If-Match`); `None` where the resource has no version, since nothing is
    /// written without a guard.
    #[must_use]
    pub fn update(resource: &Json) -> Option<Self> {
        let version = resource.at(&["meta", "versionId"]).and_then(Json::text)?;
        let if_match = Some(["W/\"", version, "\""].concat());
        let (url, resource) = (reference_of(resource)?, Some(resource.write()));
        Some(Self { method: "PUT", url, resource, if_match, if_none_exist: None })
    }
}

/// What became of an [`Ask`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// It was answered.
    Done {
        /// HTTP status, 2xx for success.
        status: u16,
        /// What came back.
        body: Json,
    },
    /// It could not be sent, or no answer came.
    Failed,
    /// Its deadline passed first. What was asked may have happened all the same.
    TimedOut,
}

impl Answer {
    /// The same outcome, told again for another ask.
    pub(super) const fn without_body(&self) -> Self {
        match self {
            Self::Done { status, .. } => Self::Done { status: *status, body: Json::Null },
            Self::Failed => Self::Failed,
            Self::TimedOut => Self::TimedOut,
        }
    }

    /// The body of an answer with a status of 2xx.
    #[must_use]
    pub fn ok(self) -> Option<Json> {
        match self {
            Self::Done { status: 200..=299, body } => Some(body),
            _ => None,
        }
    }
}

/// An ask on its way to the host.
#[derive(Debug)]
pub struct OpenRequest {
    /// The number to answer under.
    pub id: u32,
    /// What is asked.
    pub ask: Ask,
    /// Milliseconds after which the story goes on without it.
    pub deadline: Option<u32>,
    /// Milliseconds since the event came after which the flow goes on without it.
    pub until: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct HostState {
    /// Asked, and not yet handed to the host.
    pub(super) open: Vec<OpenRequest>,
    pub(super) answers: Vec<(u32, Answer)>,
    next: u32,
    /// [`Host::limit`].
    until: Option<u32>,
    /// Decides how long the next pause is; see [`Host::pause`].
    spread: u32,
}

/// The story's end of the line to the host.
#[derive(Clone, Debug, Default)]
pub struct Host(pub(super) Rc<RefCell<HostState>>);

impl Host {
    /// Asks for one thing; with a `deadline`, in milliseconds, where the reply can do without it.
    pub async fn ask(&self, ask: Ask, deadline: Option<u32>) -> Answer {
        let mut answers = self.ask_all(vec![(ask, deadline)]).await;
        answers.pop().unwrap_or(Answer::Failed)
    }

    /// Asks for several things at the same moment and waits for all; the answers in the same order.
    pub async fn ask_all(&self, asks: Vec<(Ask, Option<u32>)>) -> Vec<Answer> {
        let mut ids = Vec::with_capacity(asks.len());
        for (ask, deadline) in asks {
            ids.push(self.open(ask, deadline));
        }
        poll_fn(|_| self.0.borrow_mut().take(&ids).map_or(Poll::Pending, Poll::Ready)).await
    }

    /// From now on every request is waited for until `until` milliseconds after the event came, and deadlines of their own
    /// do not count. Of two limits the shorter holds. `spread`, any number, decides the pauses of [`Host::pause`]: give each event another.
    pub fn limit(&self, until: u32, spread: u32) {
        let mut state = self.0.borrow_mut();
        state.until = Some(state.until.map_or(until, |known| known.min(until)));
        state.spread = spread;
    }

    /// Waits before attempt `attempt` (1 for the first repetition): at most 200 ms, then twice as long each time, up to
    /// 2 s. How long within that differs from event to event, so that writers that met once do not meet again.
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
    /// The answers to all of `ids`, once they are there.
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
