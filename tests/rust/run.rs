// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Runs flows to their end, one alone or several concurrently.

use plumline::runtime::{Flow, FlowState, HostResponse, OpenRequest, Response};

use crate::random::Random;

/// A flow that waits for answers, or has ended.
pub(crate) struct Run {
    flow: Flow,
    step: FlowState,
    /// The number of round trips.
    pub(crate) waits: usize,
}

impl Run {
    pub(crate) fn new(mut flow: Flow) -> Self {
        let step = flow.step();
        Self { flow, step, waits: 0 }
    }

    /// The response. `None` until the flow has ended.
    pub(crate) fn response(&self) -> Option<&Response> {
        if let FlowState::Done(response) = &self.step { Some(response) } else { None }
    }

    /// The requests that the flow waits for.
    pub(crate) fn open(&self) -> &[OpenRequest] {
        if let FlowState::Requests(open) = &self.step { open } else { &[] }
    }

    /// Answers all requests that the flow waits for.
    pub(crate) fn resume(&mut self, mut answer: impl FnMut(&OpenRequest) -> HostResponse) {
        let answers = self.open().iter().map(|open| (open.id, answer(open))).collect();
        self.waits += 1;
        self.step = self.flow.resume(answers);
    }
}

/// Runs a flow to its end.
pub(crate) fn play(flow: Flow, mut answer: impl FnMut(&OpenRequest) -> HostResponse) -> Response {
    let mut run = Run::new(flow);
    loop {
        if let Some(response) = run.response() {
            return response.clone();
        }
        run.resume(&mut answer);
    }
}

/// Runs flows concurrently in a random order. The responses are in the order of the flows.
pub(crate) fn race(
    flows: impl IntoIterator<Item = Flow>,
    random: &mut Random,
    mut answer: impl FnMut(&OpenRequest) -> HostResponse,
) -> Vec<Response> {
    let mut runs: Vec<Run> = flows.into_iter().map(Run::new).collect();
    loop {
        let mut waiting: Vec<&mut Run> = runs.iter_mut().filter(|run| run.response().is_none()).collect();
        if waiting.is_empty() {
            return runs.iter().filter_map(Run::response).cloned().collect();
        }
        let at = random.below(waiting.len());
        waiting[at].resume(&mut answer);
    }
}
