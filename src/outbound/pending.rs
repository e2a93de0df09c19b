// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Pending records: prepared records that no call has claimed, so they have no `CallSid`.

use super::prepared::PreparedCall;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::{Json, decimal};
use crate::runtime::FhirRequest;
use crate::time::{MINUTE, instant};

/// The maximum time, in milliseconds, from the request to place a call to its answer. Twilio rings for at most ten
/// minutes.
pub const MAX_RINGING: u64 = 12 * MINUTE;

/// The maximum number of records that are read. If there may be more records, a second match may be among those not
/// read.
const MAX: usize = 200;

/// `Communication.statusReason.text` of a call that Twilio refused to place.
pub const REFUSED: &str = "Refused by Twilio";

/// The search for prepared records that no call has claimed and that were written recently. It includes `not-done`
/// records, because a call may have been placed even if Twilio's response was lost.
#[must_use]
pub fn search_pending(now: u64) -> FhirRequest {
    let category =
        ["Communication?status=preparation,not-done&category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
    let since = ["&_lastUpdated=ge", &instant(now.saturating_sub(MAX_RINGING))].concat();
    FhirRequest::get([&category, &*since, "&_sort=-_lastUpdated&_count=", &decimal(MAX as u64)].concat())
}

/// The records in a search result that no call has claimed, `not-done` ones included, except those of calls that Twilio
/// refused. `None` if there may be more than the search returned.
#[must_use]
pub fn pending_records(bundle: Json) -> Option<Vec<PreparedCall>> {
    let entries = bundle.take("entry").into_elements();
    if entries.len() >= MAX {
        return None;
    }
    let records = entries.into_iter().filter_map(|entry| PreparedCall::read(entry.take("resource")));
    let refused = |record: &PreparedCall| {
        let reason = record.resource.at(&["statusReason", "text"]).and_then(Json::text);
        record.status() == "not-done" && reason == Some(REFUSED)
    };
    Some(records.filter(|record| record.state.root_sid().is_none() && !refused(record)).collect())
}
