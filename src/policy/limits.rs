// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How many calls one of our people may place, by the chart: what stands there is the same for every instance.

use super::config::Outbound;
use super::refusal::Refusal;
use crate::fhir::reference::is_reference;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::text::percent_encode;
use crate::time::{HOUR, instant};

/// Twilio ends a call after four hours; one that still seems to go on then has lost its last callback.
const MAX_CALL_DURATION: u64 = 4 * HOUR;

/// A limit, and the search whose `total` it is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What the caller is told where the limit is reached.
    pub refusal: Refusal,
    /// How many calls are allowed.
    pub max: u32,
    /// A FHIR search for the calls that count, relative to the base; its `Bundle.total` is what is asked for.
    pub search: String,
}

/// The limits of a config for a caller (`Practitioner/<id>`), at `now`.
#[must_use]
pub fn limit_searches(outbound: &Outbound, practitioner: &str, now: u64) -> Vec<Limit> {
    let mut limits = Vec::new();
    if !is_reference(practitioner, "Practitioner") {
        return limits;
    }
    let (system, code) = VOICE_CATEGORY;
    let calls =
        ["Communication?category=", &percent_encode(&[system, "|", code].concat()), "&sender=", practitioner].concat();
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

/// Holds limits against what their searches found, `None` where one was not answered.
///
/// # Errors
/// Which limit is reached; or that it is not known, and nothing is dialled.
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
