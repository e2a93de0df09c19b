// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Runs a flow: polls it, returns its requests, and continues it with the answers.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::batch::{Batch, is_too_long};
use super::host::{Host, HostRequest, HostResponse, OpenRequest};
use super::refused_requests::RefusedRequests;
use super::response::{Reply, Response};
use crate::error::Code;
use crate::json::Json;

/// A running flow.
pub struct Flow {
    future: Pin<Box<dyn Future<Output = Response>>>,
    host: Host,
    /// The FHIR batches that the host is performing, each with the id of its first request.
    batches: Vec<(u32, Batch)>,
    /// The ids of the requests that the host is performing.
    pending: Vec<u32>,
    /// The requests that the FHIR server refused.
    refusals: RefusedRequests,
}

/// <https://www.rfc-editor.org/rfc/rfc9110#name-413-content-too-large>
const CONTENT_TOO_LARGE: u16 = 413;

/// What the host must do next.
#[derive(Debug)]
pub enum FlowState {
    /// Perform these requests. There is at least one. Then call [`Flow::resume`] with all answers.
    Requests(Vec<OpenRequest>),
    /// The flow has ended.
    Done(Response),
}

impl FlowState {
    /// Whether the flow waits for answers.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self, Self::Requests(_))
    }
}

impl Flow {
    /// Creates a flow. The first [`Flow::step`] starts it.
    pub fn new<F: Future<Output = Response> + 'static>(future: impl FnOnce(Host) -> F) -> Self {
        let host = Host::default();
        let refusals = RefusedRequests::default();
        Self { future: Box::pin(future(host.clone())), host, batches: Vec::new(), pending: Vec::new(), refusals }
    }

    /// Runs the flow until it sends requests or ends.
    pub fn step(&mut self) -> FlowState {
        match self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => FlowState::Done(self.refusals.add_to_log(response)),
            Poll::Pending => self.take_requests(),
        }
    }

    /// Delivers answers and continues the flow. A request without an answer fails, so that no flow waits forever. An
    /// answer without a request is ignored.
    pub fn resume(&mut self, answers: Vec<(u32, HostResponse)>) -> FlowState {
        let mut pending = std::mem::take(&mut self.pending);
        for (id, answer) in answers {
            if let Some(at) = pending.iter().position(|item| *item == id) {
                pending.swap_remove(at);
                self.deliver(id, answer);
            }
        }
        for id in pending {
            self.deliver(id, HostResponse::Failed);
        }
        self.step()
    }

    fn deliver(&mut self, id: u32, answer: HostResponse) {
        let answers = &mut self.host.0.borrow_mut().answers;
        match self.batches.iter().position(|(batch_id, _)| *batch_id == id) {
            Some(at) => self.batches.swap_remove(at).1.split(answer, answers, &mut self.refusals),
            None => answers.push((id, answer)),
        }
    }

    fn take_requests(&mut self) -> FlowState {
        let mut requests = Vec::new();
        let mut batches = vec![Batch::default()];
        let mut too_long = Vec::new();
        for open in std::mem::take(&mut self.host.0.borrow_mut().open) {
            match open.request {
                HostRequest::Fhir(request) if is_too_long(&request) => too_long.push(open.id),
                HostRequest::Fhir(request) => {
                    if !batches.last().is_some_and(|batch| batch.has_room(&request)) {
                        batches.push(Batch::default());
                    }
                    if let Some(batch) = batches.last_mut() {
                        batch.add(open.id, request, open.timeout, open.deadline);
                    }
                }
                _ => requests.push(open),
            }
        }
        for batch in batches {
            if let Some(open) = batch.open() {
                self.batches.push((open.id, batch));
                requests.push(open);
            }
        }
        self.pending.extend(requests.iter().map(|open| open.id));
        if !too_long.is_empty() {
            let refused = |id| (id, HostResponse::Done { status: CONTENT_TOO_LARGE, body: Json::Null });
            self.host.0.borrow_mut().answers.extend(too_long.into_iter().map(refused));
            if requests.is_empty() {
                return self.step();
            }
        }
        if requests.is_empty() {
            // The flow waits but sent no request, so it would wait forever.
            return FlowState::Done(Reply::Broken(Code::FlowStuck.into()).into());
        }
        FlowState::Requests(requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::FhirRequest;

    fn get(url: &str) -> HostRequest {
        HostRequest::Fhir(FhirRequest { method: "GET", url: url.to_owned(), ..FhirRequest::default() })
    }

    /// Sends two reads and a request for the headers at once, then another read. Returns which of them failed.
    async fn flow(host: Host) -> Response {
        let first = host.send_all(vec![(get("A/1"), None), (get("A/2"), None), (HostRequest::Headers, None)]).await;
        let last = host.send(get("A/3"), None).await;
        let failed = first.iter().chain([&last]).map(|answer| Json::Bool(*answer == HostResponse::Failed)).collect();
        Reply::Value(Json::List(failed)).into()
    }

    fn value_of(step: FlowState) -> String {
        let FlowState::Done(response) = step else { panic!("{step:?}") };
        let Reply::Value(value) = response.reply else { panic!("{response:?}") };
        value.write()
    }

    #[test]
    fn a_request_without_an_answer_has_failed() {
        let unknown = || (99, HostResponse::TimedOut);
        for answers in [vec![], vec![unknown()]] {
            let mut running = Flow::new(flow);
            assert!(running.step().waits());
            let FlowState::Requests(requests) = running.resume(answers.clone()) else { panic!() };
            assert_eq!(requests.len(), 1);
            assert_eq!(value_of(running.resume(answers)), "[true,true,true,true]");
        }
    }

    #[test]
    fn a_resource_that_is_too_long_does_not_affect_others() {
        let write = |length: usize| {
            let resource = Some("x".repeat(length));
            (
                HostRequest::Fhir(FhirRequest { method: "PUT", url: "A/1".to_owned(), resource, ..Default::default() }),
                None,
            )
        };
        let mut running = Flow::new(move |host| async move {
            let lengths = [600_000, 500, 1_000_000, 600_000];
            let answers = host.send_all(lengths.map(write).into()).await;
            let last = host.send_all(vec![write(1_000_000)]).await;
            let status = |answer: &HostResponse| match answer {
                HostResponse::Done { status, .. } => Json::of_integer(u64::from(*status)),
                _ => Json::Null,
            };
            Reply::Value(Json::List(answers.iter().chain(&last).map(status).collect())).into()
        });
        let FlowState::Requests(requests) = running.step() else { panic!() };
        assert_eq!(requests.len(), 3);
        let body = r#"{"entry":[{"response":{"status":"200"}}]}"#;
        let answers = requests
            .iter()
            .map(|open| (open.id, HostResponse::Done { status: 200, body: Json::parse(body).unwrap() }))
            .collect();
        assert_eq!(value_of(running.resume(answers)), "[200,200,413,200,413]");
    }

    #[test]
    fn only_the_first_answer_to_a_request_counts() {
        let mut running = Flow::new(flow);
        let FlowState::Requests(requests) = running.step() else { panic!() };
        let headers = requests.iter().find(|open| open.request == HostRequest::Headers).unwrap().id;
        let answer = |status| HostResponse::Done { status, body: Json::Null };
        let FlowState::Requests(requests) = running.resume(vec![(headers, answer(200)), (headers, answer(500))]) else {
            panic!()
        };
        assert_eq!(value_of(running.resume(vec![(requests[0].id, HostResponse::TimedOut)])), "[true,true,false,false]");
    }

    #[test]
    fn a_flow_that_waits_without_a_request_ends() {
        let step = Flow::new(|_| std::future::pending()).step();
        let FlowState::Done(Response { reply: Reply::Broken(problem), log }) = step else { panic!() };
        assert_eq!((problem.code, log.len()), (Code::FlowStuck, 1));
    }
}
