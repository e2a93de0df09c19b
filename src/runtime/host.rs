// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The requests that a flow sends to the host.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use crate::fhir::reference::reference_of;
use crate::json::Json;

/// A request to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostRequest {
    /// A FHIR batch: a `Bundle` as JSON. A flow sends [`HostRequest::Fhir`] requests, and [`Flow`] combines them into
    /// batches.
    ///
    /// [`Flow`]: super::Flow
    Batch(String),
    /// A FHIR request. The FHIR requests that are open at the same time share a batch, or several if they are large.
    Fhir(FhirRequest),
    /// All headers of the webhook request, as a JSON object. Needs no network request.
    Headers,
    /// An HTTP request to Twilio's REST API or an alert service. The body of the answer is a JSON value. A body that is
    /// not JSON becomes a string.
    Http(HttpRequest),
    /// Copies audio from Twilio into a `Binary` of the chart. The audio does not pass through the core. The answer has
    /// the status 200 and the body `{ contentType, size }`. If one of the two servers refused, the answer has its
    /// status and the body `{ refusedBy }`: `twilio` or `chart`. 413 of `twilio` means that the audio is too large, and
    /// 415 that the answer is not audio.
    CopyAudio(AudioCopy),
    /// A pause in milliseconds before another attempt.
    Wait(u32),
    /// The bot's server and identity: `{ baseUrl, me }`. `me` is the answer of Medplum's `auth/me`.
    Me,
    /// Conversions in a time zone. Needs no network request. The answer is `{ localTimes, instants }`. `localTimes` has
    /// the local time of each instant as `YYYY-MM-DDTHH:MM:SS`. `instants` has a list of instants for each local time.
    /// The list has one instant, or two in an hour that the clock repeats, or none in an hour that it skips. Fails if
    /// the zone is unknown.
    Zone(ZoneRequest),
}

/// An HTTP request. `Debug` omits the body and the values of the headers, such as `Authorization`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// The absolute URL.
    pub url: String,
    /// The names and values of the headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body. It is empty if there is no body.
    pub body: String,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        let mut shown = formatter.debug_struct("HttpRequest");
        shown.field("method", &self.method).field("headers", &names).finish_non_exhaustive()
    }
}

/// Audio to copy into the chart. `Debug` omits the values of the headers, such as `Authorization`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AudioCopy {
    /// The absolute URL of the audio.
    pub url: String,
    /// The names and values of the headers.
    pub headers: Vec<(&'static str, String)>,
    /// The existing `Binary/<id>` whose content the audio becomes.
    pub binary: String,
    /// The resource that protects the `Binary`: who may read it may read the audio.
    pub security_context: String,
    /// The maximum size of the audio, in bytes.
    pub max_bytes: u32,
}

impl fmt::Debug for AudioCopy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AudioCopy").field("binary", &self.binary).finish_non_exhaustive()
    }
}

/// Instants and local times to convert in a time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneRequest {
    /// The IANA name of the time zone, such as `Europe/London`.
    pub zone: String,
    /// Instants: Unix time in milliseconds.
    pub instants: Vec<u64>,
    /// Local times, `YYYY-MM-DDTHH:MM:SS`.
    pub local_times: Vec<String>,
}

/// A request in a FHIR batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FhirRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The URL with its query, relative to the FHIR base URL.
    pub url: String,
    /// The resource as JSON.
    pub resource: Option<String>,
    /// `If-Match`, such as `W/"3"`.
    pub if_match: Option<String>,
    /// `If-None-Exist`: search criteria.
    pub if_none_exist: Option<String>,
}

impl FhirRequest {
    /// A read or a search. `url` is relative to the FHIR base URL.
    #[must_use]
    pub fn get(url: String) -> Self {
        Self { method: "GET", url, ..Self::default() }
    }

    /// A delete. `reference` is `<type>/<id>`.
    #[must_use]
    pub fn delete(reference: String) -> Self {
        Self { method: "DELETE", url: reference, ..Self::default() }
    }

    /// A create. `if_none_exist` has search criteria that make the create conditional. The server then answers 201 if
    /// it created the resource, and 200 if a resource matched the criteria.
    #[must_use]
    pub fn create(resource: &Json, if_none_exist: Option<String>) -> Self {
        let url = resource.get("resourceType").and_then(Json::text).unwrap_or_default().to_owned();
        let resource = Some(resource.write());
        Self { method: "POST", url, resource, if_none_exist, if_match: None }
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

/// The answer to a [`HostRequest`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HostResponse {
    /// The request was answered.
    Done {
        /// HTTP status, 2xx for success.
        status: u16,
        /// The body of the answer.
        body: Json,
    },
    /// The request could not be sent, or no answer arrived.
    Failed,
    /// The timeout or the deadline passed. The server may still have performed the request.
    TimedOut,
}

impl HostResponse {
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

/// A request that the host must perform.
#[derive(Debug)]
pub struct OpenRequest {
    /// The id that the answer must carry.
    pub id: u32,
    /// The request.
    pub request: HostRequest,
    /// The timeout, in milliseconds. When it passes, the answer is [`HostResponse::TimedOut`].
    pub timeout: Option<u32>,
    /// The deadline, in milliseconds after the event arrived. When it passes, the answer is [`HostResponse::TimedOut`].
    pub deadline: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct HostState {
    /// The requests that the host has not received yet.
    pub(super) open: Vec<OpenRequest>,
    pub(super) answers: Vec<(u32, HostResponse)>,
    next: u32,
    /// The deadline of all further requests; see [`Host::set_deadline`].
    deadline: Option<u32>,
    /// Determines the length of the next pause; see [`Host::pause`].
    jitter_seed: u32,
}

/// A flow's access to the host.
#[derive(Clone, Debug, Default)]
pub struct Host(pub(super) Rc<RefCell<HostState>>);

impl Host {
    /// Sends a request and waits for its answer. `timeout` is in milliseconds.
    pub async fn send(&self, request: HostRequest, timeout: Option<u32>) -> HostResponse {
        let mut answers = self.send_all(vec![(request, timeout)]).await;
        answers.pop().unwrap_or(HostResponse::Failed)
    }

    /// Sends several requests at once and waits for all answers. The answers are in the order of the requests.
    pub async fn send_all(&self, requests: Vec<(HostRequest, Option<u32>)>) -> Vec<HostResponse> {
        let mut ids = Vec::with_capacity(requests.len());
        for (request, timeout) in requests {
            ids.push(self.open(request, timeout));
        }
        poll_fn(|_| self.0.borrow_mut().take(&ids).map_or(Poll::Pending, Poll::Ready)).await
    }

    /// Sets the deadline of all further requests, in milliseconds after the event arrived. It replaces their timeouts.
    /// If it is set twice, the earlier deadline applies. `jitter_seed` determines the pauses of [`Host::pause`]. It
    /// should differ between events.
    pub fn set_deadline(&self, deadline: u32, jitter_seed: u32) {
        let mut state = self.0.borrow_mut();
        state.deadline = Some(state.deadline.map_or(deadline, |known| known.min(deadline)));
        state.jitter_seed = jitter_seed;
    }

    /// Pauses before another attempt. Before the first repetition (`attempt` 1), the pause is at most 200 ms. This
    /// maximum doubles with each repetition, up to 1.6 s. The pause differs between events, so that two writers do not
    /// conflict again.
    pub async fn pause(&self, attempt: u32) {
        let max = 100 << attempt.clamp(1, 4);
        let mut jitter_seed = self.0.borrow().jitter_seed | 1;
        jitter_seed ^= jitter_seed << 13;
        jitter_seed ^= jitter_seed >> 17;
        jitter_seed ^= jitter_seed << 5;
        self.0.borrow_mut().jitter_seed = jitter_seed;
        self.send(HostRequest::Wait(max / 4 + jitter_seed % (max * 3 / 4)), None).await;
    }

    fn open(&self, request: HostRequest, timeout: Option<u32>) -> u32 {
        let mut state = self.0.borrow_mut();
        let id = state.next;
        state.next += 1;
        let deadline = state.deadline;
        state.open.push(OpenRequest { id, request, timeout: timeout.filter(|_| deadline.is_none()), deadline });
        id
    }
}

/// Runs two futures at the same time. FHIR requests that both have open share a batch.
pub async fn both<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut of_first, mut of_second) = (None, None);
    poll_fn(move |context| {
        if of_first.is_none()
            && let Poll::Ready(output) = first.as_mut().poll(context)
        {
            of_first = Some(output);
        }
        if of_second.is_none()
            && let Poll::Ready(output) = second.as_mut().poll(context)
        {
            of_second = Some(output);
        }
        match (of_first.take(), of_second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (first, second) => {
                (of_first, of_second) = (first, second);
                Poll::Pending
            }
        }
    })
    .await
}

impl HostState {
    /// The answers to all of `ids`. `None` if one is missing.
    fn take(&mut self, ids: &[u32]) -> Option<Vec<HostResponse>> {
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
