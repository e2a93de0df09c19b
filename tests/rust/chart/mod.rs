// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The record of a call: in whatever order Twilio's events come and however often, whatever fails and whatever others
//! write at the same time, it is the same `Communication` in the end.

pub(crate) mod calls;
mod faults;
mod merge;
mod recorded;
pub(crate) mod writers;

use plumline::chart::CallLog;
use plumline::json::Json;

use crate::fhir::Fhir;

/// The only record of a call in the chart.
pub(crate) fn only_call(fhir: &Fhir) -> &Json {
    let calls = fhir.of_type("Communication");
    assert_eq!(calls.len(), 1);
    calls[0]
}

/// Whether a record in the chart has everything that `log` knows.
fn knows(fhir: &Fhir, log: &CallLog) -> bool {
    fhir.of_type("Communication").iter().any(|record| {
        let known = CallLog::read(record);
        let mut merged = known.clone();
        merged.merge(log);
        merged == known
    })
}
