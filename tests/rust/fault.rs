// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Faults of requests to another server.

use std::ops::Range;

use plumline::json::Json;
use plumline::runtime::HostResponse;

/// A fault of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection breaks before the request reaches the server.
    RequestLost,
    /// The server performs the request. The connection breaks before the response arrives.
    ResponseLost,
    /// The deadline passes. The server does not perform the request.
    TimedOut,
    /// The server performs the request. The deadline passes before the response arrives.
    DoneTooLate,
    /// The server refuses the request with this status.
    Refused(u16),
    /// The server refuses each entry of a batch, or the whole other request, with this status.
    EachRefused(u16),
    /// The server performs and answers only the first entry of a batch. Any other request is lost.
    FirstOnly,
    /// Right before a batch, another client updates each resource that the batch updates. It also creates each resource
    /// that the batch creates conditionally. Other requests have no fault.
    ConcurrentUpdate,
}

/// Faults after which the bot does not have the result of its request.
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

/// Faults after which a retry succeeds.
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

    /// The answer to a request that `perform` handles. For a batch, use [`crate::fhir::Fhir::answer`].
    pub(crate) fn apply(fault: Option<Self>, perform: impl FnOnce() -> HostResponse) -> HostResponse {
        match fault {
            None | Some(Self::ConcurrentUpdate) => perform(),
            Some(Self::RequestLost | Self::FirstOnly) => HostResponse::Failed,
            Some(Self::TimedOut) => HostResponse::TimedOut,
            Some(Self::Refused(status) | Self::EachRefused(status)) => answer_with(status, Json::Null),
            Some(Self::ResponseLost) => {
                perform();
                HostResponse::Failed
            }
            Some(Self::DoneTooLate) => {
                perform();
                HostResponse::TimedOut
            }
        }
    }
}

/// The faults of requests, by index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<(Range<usize>, Fault)>);

impl Faults {
    pub(crate) const NONE: Self = Self(Vec::new());

    /// Only the request with this index has `fault`.
    pub(crate) fn at(number: usize, fault: Fault) -> Self {
        Self::range(number..number + 1, fault)
    }

    /// The requests from this index on have `fault`.
    pub(crate) fn from(number: usize, fault: Fault) -> Self {
        Self::range(number..usize::MAX, fault)
    }

    /// The requests before this index have `fault`.
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

    /// Adds `fault` to the request with this index.
    pub(crate) fn add(&mut self, number: usize, fault: Fault) {
        self.0.push((number..number + 1, fault));
    }

    /// The fault of the request with this index.
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
pub(crate) const fn answer_with(status: u16, body: Json) -> HostResponse {
    HostResponse::Done { status, body }
}
