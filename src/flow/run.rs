// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The coroutine: polls a story, hands out its asks, goes on with the answers.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::ask::{Answer, Ask, Host, Open};
use super::batch::Batch;
use super::reply::Done;

/// A story on its way.
pub struct Flow {
    story: Pin<Box<dyn Future<Output = Done>>>,
    host: Host,
    /// The FHIR batch that the host is performing, under the id of its first ask.
    batch: Option<(u32, Batch)>,
}

/// What the host is to do next.
#[derive(Debug)]
pub enum Step {
    /// Perform these, then [`Flow::resume`] with all their answers.
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
        Self { story: Box::pin(story(host.clone())), host, batch: None }
    }

    /// Goes on until the story asks or ends.
    pub fn step(&mut self) -> Step {
        match self.story.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Step::Done(done),
            Poll::Pending => self.hand_out(),
        }
    }

    /// Hands in answers and goes on. An answer to nothing that was asked is passed over.
    pub fn resume(&mut self, answers: Vec<(u32, Answer)>) -> Step {
        for (id, answer) in answers {
            match self.batch.take_if(|(batch_id, _)| *batch_id == id) {
                Some((_, batch)) => batch.split(answer, &mut self.host.0.borrow_mut().answers),
                None => self.host.0.borrow_mut().answers.push((id, answer)),
            }
        }
        self.step()
    }

    fn hand_out(&mut self) -> Step {
        let mut asks = Vec::new();
        let mut batch = Batch::default();
        for open in std::mem::take(&mut self.host.0.borrow_mut().open) {
            match open.ask {
                Ask::Fhir(request) => batch.add(open.id, request, open.deadline),
                _ => asks.push(open),
            }
        }
        if let Some(open) = batch.open() {
            self.batch = Some((open.id, batch));
            asks.push(open);
        }
        Step::Ask(asks)
    }
}
