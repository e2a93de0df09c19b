// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The call record: events in any order, repeated events, faults and concurrent writes all give the same
//! `Communication`.

pub(crate) mod calls;
pub(crate) mod earlier;
mod faults;
mod merge;
mod people;
mod recorded;
mod summary;
pub(crate) mod writers;

use plumline::chart::CallState;
use plumline::json::Json;

use crate::fhir::Fhir;

/// The only record of a call in the chart.
pub(crate) fn only_call(fhir: &Fhir) -> &Json {
    let calls = fhir.of_type("Communication");
    assert_eq!(calls.len(), 1);
    calls[0]
}

/// Whether a record in the chart contains everything in `log`.
fn is_recorded(fhir: &Fhir, log: &CallState) -> bool {
    fhir.of_type("Communication").iter().any(|record| {
        let known = CallState::read(record);
        let mut merged = known.clone();
        merged.merge(log);
        merged == known
    })
}
