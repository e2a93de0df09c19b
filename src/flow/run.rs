// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The coroutine: polls a story, hands out its asks, goes on with the answers.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::ask::{Answer, Ask, Host, Open};
use super::batch::Batch;
use super::refused::Refusals;
use super::reply::{Done, Reply};
use crate::error::Code;

/// A story on its way.
pub struct Flow {
    story: Pin<Box<dyn Future<Output = Done>>>,
    host: Host,
    /// The FHIR batch that the host is performing, under the id of its first ask.
    batch: Option<(u32, Batch)>,
    /// The ids of the requests that the host is performing.
    pending: Vec<u32>,
    /// What the FHIR server has refused so far.
    refusals: Refusals,
}

/// What the host is to do next.
#[derive(Debug)]
pub enum Step {
    /// Perform these, at least one, then [`Flow::resume`] with all their answers.
    Ask(Vec<Open>),
    /// The story has ended.
    Done(Done),
}

impl Step {
    /// Whether the story goes on after this.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self, Self::Ask(_))
    }
}

impl Flow {
    /// Sets out on a story; the first [`Flow::step`] begins it.
    pub fn new<F: Future<Output = Done> + 'static>(story: impl FnOnce(Host) -> F) -> Self {
        let host = Host::default();
        let refusals = Refusals::default();
        Self { story: Box::pin(story(host.clone())), host, batch: None, pending: Vec::new(), refusals }
    }

    /// Goes on until the story asks or ends.
    pub fn step(&mut self) -> Step {
        match self.story.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Step::Done(self.refusals.name(done)),
            Poll::Pending => self.hand_out(),
        }
    }

    /// Hands in answers and goes on. A request without an answer has failed: no flow may wait for what will never come.
    /// An answer to anything else is ignored.
    pub fn resume(&mut self, answers: Vec<(u32, Answer)>) -> Step {
        let mut pending = std::mem::take(&mut self.pending);
        for (id, answer) in answers {
            if let Some(at) = pending.iter().position(|one| *one == id) {
                pending.swap_remove(at);
                self.settle(id, answer);
            }
        }
        for id in pending {
            self.settle(id, Answer::Failed);
        }
        self.step()
    }

    fn settle(&mut self, id: u32, answer: Answer) {
        let answers = &mut self.host.0.borrow_mut().answers;
        match self.batch.take_if(|(batch_id, _)| *batch_id == id) {
            Some((_, batch)) => batch.split(answer, answers, &mut self.refusals),
            None => answers.push((id, answer)),
        }
    }

    fn hand_out(&mut self) -> Step {
        let mut asks = Vec::new();
        let mut batch = Batch::default();
        for open in std::mem::take(&mut self.host.0.borrow_mut().open) {
            match open.ask {
                Ask::Fhir(request) => batch.add(open.id, request, open.deadline, open.until),
                _ => asks.push(open),
            }
        }
        if let Some(open) = batch.open() {
            self.batch = Some((open.id, batch));
            asks.push(open);
        }
        self.pending.extend(asks.iter().map(|open| open.id));
        if asks.is_empty() {
            // A flow that waits without a request would wait forever.
            return Step::Done(Reply::Broken(Code::FlowStuck.into()).into());
        }
        Step::Ask(asks)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask::FhirRequest;
    use super::*;
    use crate::json::Json;

    fn get(url: &str) -> Ask {
        Ask::Fhir(FhirRequest { method: "GET", url: url.to_owned(), ..FhirRequest::default() })
    }

    /// Asks for two resources and the headers at once, then for one more; replies with what failed.
    async fn flow(host: Host) -> Done {
        let first = host.ask_all(vec![(get("A/1"), None), (get("A/2"), None), (Ask::Headers, None)]).await;
        let last = host.ask(get("A/3"), None).await;
        let failed = first.iter().chain([&last]).map(|answer| Json::Bool(*answer == Answer::Failed)).collect();
        Reply::Value(Json::List(failed)).into()
    }

    fn done(step: Step) -> String {
        let Step::Done(done) = step else { panic!("{step:?}") };
        let Reply::Value(value) = done.reply else { panic!("{done:?}") };
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
            assert_eq!(done(running.resume(answers)), "[true,true,true,true]");
        }
    }

    #[test]
    fn answers_count_once() {
        let mut running = Flow::new(flow);
        let Step::Ask(asks) = running.step() else { panic!() };
        let headers = asks.iter().find(|open| open.ask == Ask::Headers).unwrap().id;
        let answer = |status| Answer::Done { status, body: Json::Null };
        let Step::Ask(asks) = running.resume(vec![(headers, answer(200)), (headers, answer(500))]) else { panic!() };
        assert_eq!(done(running.resume(vec![(asks[0].id, Answer::TimedOut)])), "[true,true,false,false]");
    }

    #[test]
    fn a_flow_that_waits_for_nothing_ends() {
        let step = Flow::new(|_| std::future::pending()).step();
        let Step::Done(Done { reply: Reply::Broken(problem), log }) = step else { panic!() };
        assert_eq!((problem.code, log.len()), (Code::FlowStuck, 1));
    }
}
