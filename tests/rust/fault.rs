// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Faults of requests to another server.

use std::ops::Range;

use plumline::json::Json;
use plumline::runtime::Answer;

/// A fault of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection breaks before the request arrives.
    RequestLost,
    /// The request is done. The connection breaks before the response arrives.
    ResponseLost,
    /// The deadline passes, and the request is not done.
    TimedOut,
    /// The request is done. The deadline passes before the response arrives.
    DoneTooLate,
    /// The request is refused with this status.
    Refused(u16),
    /// Each entry of a batch is refused with this status. Any other request is refused with it.
    EachRefused(u16),
    /// The first entry of a batch is done and answered, the others are neither. Any other request is lost.
    FirstOnly,
    /// Right before a batch, another client updates each resource that the batch updates, and creates each one that the
    /// batch creates conditionally. Other requests have no fault.
    ConcurrentUpdate,
}

/// Faults that leave a bot without the result of its request.
pub(crate) const FAILURES: [Fault; 9] = [
    Fault::RequestLost,
    Fault::ResponseLost,
    Fault::TimedOut,
    Fault::DoneTooLate,
    Fault::Refused(429),
    Fault::Refused(500),
    Fault::Refused(503),
    Fault::EachRefused(429),
    Fault::EachRefused(500),
];

/// Faults after which the same work succeeds when it is done again.
pub(crate) const TRANSIENT: [Fault; 14] = [
    Fault::RequestLost,
    Fault::ResponseLost,
    Fault::TimedOut,
    Fault::DoneTooLate,
    Fault::Refused(429),
    Fault::Refused(500),
    Fault::Refused(503),
    Fault::EachRefused(409),
    Fault::EachRefused(412),
    Fault::EachRefused(429),
    Fault::EachRefused(500),
    Fault::EachRefused(504),
    Fault::FirstOnly,
    Fault::ConcurrentUpdate,
];

impl Fault {
    pub(crate) const fn refuses_with(self, wanted: u16) -> bool {
        matches!(self, Self::Refused(status) | Self::EachRefused(status) if status == wanted)
    }

    /// The answer to a request that `perform` does. A batch needs more: [`crate::fhir::Fhir::answer`].
    pub(crate) fn apply(fault: Option<Self>, perform: impl FnOnce() -> Answer) -> Answer {
        match fault {
            None | Some(Self::ConcurrentUpdate) => perform(),
            Some(Self::RequestLost | Self::FirstOnly) => Answer::Failed,
            Some(Self::TimedOut) => Answer::TimedOut,
            Some(Self::Refused(status) | Self::EachRefused(status)) => answer_with(status, Json::Null),
            Some(Self::ResponseLost) => {
                perform();
                Answer::Failed
            }
            Some(Self::DoneTooLate) => {
                perform();
                Answer::TimedOut
            }
        }
    }
}

/// The faults of requests, by number from 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<(Range<usize>, Fault)>);

impl Faults {
    pub(crate) const NONE: Self = Self(Vec::new());

    /// The request with this number has `fault`.
    pub(crate) fn at(number: usize, fault: Fault) -> Self {
        Self::range(number..number + 1, fault)
    }

    /// The requests from this number on have `fault`.
    pub(crate) fn from(number: usize, fault: Fault) -> Self {
        Self::range(number..usize::MAX, fault)
    }

    /// The requests before this number have `fault`.
    pub(crate) fn before(number: usize, fault: Fault) -> Self {
        Self::range(0..number, fault)
    }

    /// All requests have `fault`.
    pub(crate) fn always(fault: Fault) -> Self {
        Self::from(0, fault)
    }

    /// The first requests have these faults, one each.
    pub(crate) fn in_order(faults: impl IntoIterator<Item = Fault>) -> Self {
        faults.into_iter().enumerate().collect()
    }

    fn range(numbers: Range<usize>, fault: Fault) -> Self {
        Self(vec![(numbers, fault)])
    }

    /// Adds `fault` to the request with this number.
    pub(crate) fn add(&mut self, number: usize, fault: Fault) {
        self.0.push((number..number + 1, fault));
    }

    /// The fault of the request with this number.
    pub(crate) fn of(&self, number: usize) -> Option<Fault> {
        self.0.iter().find(|(numbers, _)| numbers.contains(&number)).map(|(_, fault)| *fault)
    }
}

impl FromIterator<(usize, Fault)> for Faults {
    fn from_iter<T: IntoIterator<Item = (usize, Fault)>>(faults: T) -> Self {
        Self(faults.into_iter().map(|(number, fault)| (number..number + 1, fault)).collect())
    }
}

/// An answer that arrived.
pub(crate) const fn answer_with(status: u16, body: Json) -> Answer {
    Answer::Done { status, body }
}
