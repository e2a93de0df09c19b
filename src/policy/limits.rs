// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How many calls a staff member may place. The chart counts the calls, so the limit is the same for every instance.

use super::config::Outbound;
use super::refusal::Refusal;
use crate::fhir::reference::is_reference;
use crate::fhir::systems::{CALLER_ID_SYSTEM, VOICE_CATEGORY};
use crate::json::Json;
use crate::phone::E164;
use crate::text::percent_encode;
use crate::time::{HOUR, instant};

/// Twilio ends a call after four hours. If a call in the chart seems to last longer, its last callback was lost.
const MAX_CALL_DURATION: u64 = 4 * HOUR;

/// A limit, and the search that counts the calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The refusal when the limit is reached.
    pub refusal: Refusal,
    /// The maximum number of calls.
    pub max: u32,
    /// A FHIR search for the calls that the limit includes, relative to the base URL. `Bundle.total` is the number of
    /// calls.
    pub search: String,
}

/// The limits of a config for a caller (`Practitioner/<id>`) at `now` (Unix time in milliseconds). `numbers` are the
/// clinic's. A call that was refused has no caller ID in its record, so a limit does not include it.
#[must_use]
pub fn limit_searches(outbound: &Outbound, practitioner: &str, numbers: &[E164<'_>], now: u64) -> Vec<Limit> {
    let mut limits = Vec::new();
    if !is_reference(practitioner, "Practitioner") {
        return limits;
    }
    let (system, code) = VOICE_CATEGORY;
    let codings: Vec<String> =
        numbers.iter().map(|number| percent_encode(&[CALLER_ID_SYSTEM, "|", number.as_str()].concat())).collect();
    let category = percent_encode(&[system, "|", code].concat());
    let calls =
        ["Communication?category=", &category, "&sender=", practitioner, "&medium=", &codings.join(",")].concat();
    let since = |span: u64| percent_encode(&instant(now.saturating_sub(span)));
    if let Some(max) = outbound.concurrent {
        let search = [&calls, "&status=in-progress&sent=ge", &since(MAX_CALL_DURATION), "&_summary=count"].concat();
        limits.push(Limit { refusal: Refusal::Concurrent, max, search });
    }
    if let Some(max) = outbound.per_hour {
        let search = [&calls, "&sent=ge", &since(HOUR), "&_summary=count"].concat();
        limits.push(Limit { refusal: Refusal::PerHour, max, search });
    }
    limits
}

/// Compares limits with the results of their searches; `None` is a search that failed.
///
/// # Errors
/// The refusal of the limit that is reached, or [`Refusal::ChartUnavailable`] if a search failed.
pub fn check_limits(limits: &[Limit], found: &[Option<Json>]) -> Result<(), Refusal> {
    for (index, limit) in limits.iter().enumerate() {
        let bundle = found.get(index).and_then(Option::as_ref);
        let total = bundle.and_then(|bundle| bundle.get("total")?.integer()).ok_or(Refusal::ChartUnavailable)?;
        if total >= limit.max {
            return Err(limit.refusal);
        }
    }
    Ok(())
}
