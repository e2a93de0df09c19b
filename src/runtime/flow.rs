// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Runs a flow: polls it, returns its requests, and resumes it with the answers.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::batch::{Batch, is_too_long};
use super::host::{Answer, Ask, Host, OpenRequest};
use super::refusals::Refusals;
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
    /// What the FHIR server has refused so far.
    refusals: Refusals,
}

/// <https://www.rfc-editor.org/rfc/rfc9110#name-413-content-too-large>
const CONTENT_TOO_LARGE: u16 = 413;

/// What the host is to do next.
#[derive(Debug)]
pub enum Step {
    /// Perform these requests, at least one. Then call [`Flow::resume`] with all answers.
    Ask(Vec<OpenRequest>),
    /// The flow has ended.
    Done(Response),
}

impl Step {
    /// Whether the flow waits for answers.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self, Self::Ask(_))
    }
}

impl Flow {
    /// Creates a flow. The first [`Flow::step`] starts it.
    pub fn new<F: Future<Output = Response> + 'static>(future: impl FnOnce(Host) -> F) -> Self {
        let host = Host::default();
        let refusals = Refusals::default();
        Self { future: Box::pin(future(host.clone())), host, batches: Vec::new(), pending: Vec::new(), refusals }
    }

    /// Runs the flow until it sends requests or ends.
    pub fn step(&mut self) -> Step {
        match self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => Step::Done(self.refusals.add_to_log(response)),
            Poll::Pending => self.take_requests(),
        }
    }

    /// Delivers answers and continues. A request without an answer has failed, so no flow waits forever. An answer
    /// without a request is ignored.
    pub fn resume(&mut self, answers: Vec<(u32, Answer)>) -> Step {
        let mut pending = std::mem::take(&mut self.pending);
        for (id, answer) in answers {
            if let Some(at) = pending.iter().position(|one| *one == id) {
                pending.swap_remove(at);
                self.deliver(id, answer);
            }
        }
        for id in pending {
            self.deliver(id, Answer::Failed);
        }
        self.step()
    }

    fn deliver(&mut self, id: u32, answer: Answer) {
        let answers = &mut self.host.0.borrow_mut().answers;
        match self.batches.iter().position(|(batch_id, _)| *batch_id == id) {
            Some(at) => self.batches.swap_remove(at).1.split(answer, answers, &mut self.refusals),
            None => answers.push((id, answer)),
        }
    }

    fn take_requests(&mut self) -> Step {
        let mut asks = Vec::new();
        let mut batches = vec![Batch::default()];
        let mut too_long = Vec::new();
        for open in std::mem::take(&mut self.host.0.borrow_mut().open) {
            match open.ask {
                Ask::Fhir(request) if is_too_long(&request) => too_long.push(open.id),
                Ask::Fhir(request) => {
                    if !batches.last().is_some_and(|batch| batch.has_room(&request)) {
                        batches.push(Batch::default());
                    }
                    if let Some(batch) = batches.last_mut() {
                        batch.add(open.id, request, open.deadline, open.until);
                    }
                }
                _ => asks.push(open),
            }
        }
        for batch in batches {
            if let Some(open) = batch.open() {
                self.batches.push((open.id, batch));
                asks.push(open);
            }
        }
        self.pending.extend(asks.iter().map(|open| open.id));
        if !too_long.is_empty() {
            let refused = |id| (id, Answer::Done { status: CONTENT_TOO_LARGE, body: Json::Null });
            self.host.0.borrow_mut().answers.extend(too_long.into_iter().map(refused));
            if asks.is_empty() {
                return self.step();
            }
        }
        if asks.is_empty() {
            // A flow that waits without a request would wait forever.
            return Step::Done(Reply::Broken(Code::FlowStuck.into()).into());
        }
        Step::Ask(asks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::FhirRequest;

    fn get(url: &str) -> Ask {
        Ask::Fhir(FhirRequest { method: "GET", url: url.to_owned(), ..FhirRequest::default() })
    }

    /// Sends two reads and a request for the headers at once, then another read. Replies with which of them failed.
    async fn flow(host: Host) -> Response {
        let first = host.ask_all(vec![(get("A/1"), None), (get("A/2"), None), (Ask::Headers, None)]).await;
        let last = host.ask(get("A/3"), None).await;
        let failed = first.iter().chain([&last]).map(|answer| Json::Bool(*answer == Answer::Failed)).collect();
        Reply::Value(Json::List(failed)).into()
    }

    fn value_of(step: Step) -> String {
        let Step::Done(response) = step else { panic!("{step:?}") };
        let Reply::Value(value) = response.reply else { panic!("{response:?}") };
        value.write()
    }

    #[test]
    fn a_request_without_an_answer_has_failed() {
        let unknown = || (99, Answer::TimedOut);
        for answers in [vec![], vec![unknown()]] {
            let mut running = Flow::new(flow);
            assert!(running.step().waits());
            let Step::Ask(asks) = running.resume(answers.clone()) else { panic!() };
            assert_eq!(asks.len(), 1);
            assert_eq!(value_of(running.resume(answers)), "[true,true,true,true]");
        }
    }

    #[test]
    fn a_resource_that_is_too_long_does_not_affect_others() {
        let write = |length: usize| {
            let resource = Some("x".repeat(length));
            (Ask::Fhir(FhirRequest { method: "PUT", url: "A/1".to_owned(), resource, ..Default::default() }), None)
        };
        let mut running = Flow::new(move |host| async move {
            let lengths = [600_000, 500, 1_000_000, 600_000];
            let answers = host.ask_all(lengths.map(write).into()).await;
            let last = host.ask_all(vec![write(1_000_000)]).await;
            let status = |answer: &Answer| match answer {
                Answer::Done { status, .. } => Json::count(u64::from(*status)),
                _ => Json::Null,
            };
            Reply::Value(Json::List(answers.iter().chain(&last).map(status).collect())).into()
        });
        let Step::Ask(asks) = running.step() else { panic!() };
        assert_eq!(asks.len(), 3);
        let body = r#"{"entry":[{"response":{"status":"200"}}]}"#;
        let answers =
            asks.iter().map(|open| (open.id, Answer::Done { status: 200, body: Json::parse(body).unwrap() })).collect();
        assert_eq!(value_of(running.resume(answers)), "[200,200,413,200,413]");
    }

    #[test]
    fn only_the_first_answer_to_a_request_counts() {
        let mut running = Flow::new(flow);
        let Step::Ask(asks) = running.step() else { panic!() };
        let headers = asks.iter().find(|open| open.ask == Ask::Headers).unwrap().id;
        let answer = |status| Answer::Done { status, body: Json::Null };
        let Step::Ask(asks) = running.resume(vec![(headers, answer(200)), (headers, answer(500))]) else { panic!() };
        assert_eq!(value_of(running.resume(vec![(asks[0].id, Answer::TimedOut)])), "[true,true,false,false]");
    }

    #[test]
    fn a_flow_that_waits_without_a_request_ends() {
        let step = Flow::new(|_| std::future::pending()).step();
        let Step::Done(Response { reply: Reply::Broken(problem), log }) = step else { panic!() };
        assert_eq!((problem.code, log.len()), (Code::FlowStuck, 1));
    }
}
