// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The records of calls that were prepared, and whose `CallSid` is not known yet.

use super::prepared::Prepared;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::{Json, decimal};
use crate::runtime::FhirRequest;
use crate::time::{MINUTE, instant};

/// How long after it was sent a call may be answered: Twilio rings for ten minutes at most.
pub const MAX_RINGING: u64 = 12 * MINUTE;

/// How many of these records are read. Where there are more it is not known whether one is alone.
const MAX: usize = 200;

/// `Communication.statusReason.text` of a call that Twilio has refused to place.
pub const REFUSED: &str = "Refused by Twilio";

/// The search for them, of those that were written a moment ago. One that was given up may have been placed all the same,
/// where Twilio's answer was lost.
#[must_use]
pub fn search_pending(now: u64) -> FhirRequest {
    let category =
        ["Communication?status=preparation,not-done&category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
    let since = ["&_lastUpdated=ge", &instant(now.saturating_sub(MAX_RINGING))].concat();
    FhirRequest::get([&category, &*since, "&_sort=-_lastUpdated&_count=", &decimal(MAX as u64)].concat())
}

/// The records that wait for their call; `None` where there may be more than these.
#[must_use]
pub fn pending_records(bundle: Json) -> Option<Vec<Prepared>> {
    let entries = bundle.take("entry").into_elements();
    if entries.len() >= MAX {
        return None;
    }
    let records = entries.into_iter().filter_map(|entry| Prepared::read(entry.take("resource")));
    let refused = |record: &Prepared| {
        let reason = record.resource.at(&["statusReason", "text"]).and_then(Json::text);
        record.status() == "not-done" && reason == Some(REFUSED)
    };
    Some(records.filter(|record| record.log.root().is_none() && !refused(record)).collect())
}
