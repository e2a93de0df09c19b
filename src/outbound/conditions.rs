// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Conditions of the policy that need look-ups: the callee's local time, the number of calls in the chart, the last use
//! of the clinic's numbers.

use super::caller_id::{PoolKey, by_last_use, choose, fixed, last_use_search};
use crate::dialplan::config::Config;
use crate::error::Code;
use crate::json::Json;
use crate::phone::E164;
use crate::policy::{Pool, Refusal, TimeOfDay, callee_zone, is_open};
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse, ZoneRequest};
use crate::time::parse_instant;

/// Checks whether `callee` may be called at `now` (Unix time in milliseconds). This makes no round trip.
///
/// # Errors
/// [`Refusal::Hours`] or [`Refusal::HoursUnknown`].
pub async fn check_calling_hours(config: &Config, callee: &str, now: u64, host: &Host) -> Result<(), Refusal> {
    let Some(hours) = &config.outbound.hours else {
        return Ok(());
    };
    let zone = callee_zone(callee, hours, config.time_zone.as_deref()).ok_or(Refusal::HoursUnknown)?.to_owned();
    let request = ZoneRequest { zone, instants: vec![now], local_times: Vec::new() };
    let clock = host.send(HostRequest::Zone(request), None).await.ok().and_then(|body| TimeOfDay::from_answer(&body));
    match clock.and_then(|clock| is_open(hours, clock)) {
        Some(true) => Ok(()),
        Some(false) => Err(Refusal::Hours),
        None => Err(Refusal::HoursUnknown),
    }
}

/// Chooses the caller ID of a call.
pub struct CallerId<'a> {
    config: &'a Config,
    numbers: &'a [E164<'a>],
    fixed: Option<E164<'a>>,
}

impl<'a> CallerId<'a> {
    /// Reads the config. `practitioner` is the caller (`Practitioner/<id>`), if known.
    pub fn of(config: &'a Config, numbers: &'a [E164<'a>], practitioner: Option<&str>, codes: &mut Vec<Code>) -> Self {
        let (fixed, foreign) = fixed(&config.outbound, numbers, practitioner);
        if foreign {
            codes.push(Code::OutboundCallerIdForeign);
        }
        Self { config, numbers, fixed }
    }

    /// The number that the config sets.
    #[must_use]
    pub const fn fixed(&self) -> Option<E164<'a>> {
        self.fixed
    }

    /// The FHIR reads that the choice needs. Empty if it does not depend on the chart.
    #[must_use]
    pub fn reads(&self) -> Vec<FhirRequest> {
        if self.fixed.is_some() || self.config.outbound.pool != Pool::LeastRecentlyUsed || self.numbers.len() < 2 {
            return Vec::new();
        }
        self.numbers.iter().map(|number| FhirRequest::get(last_use_search(*number))).collect()
    }

    /// The caller ID. `answers` are the responses to [`CallerId::reads`]. If the chart is not available, the choice
    /// depends only on the callee.
    pub fn choose(&self, answers: Vec<HostResponse>, key: PoolKey<'_>) -> Option<E164<'a>> {
        if self.fixed.is_some() {
            return self.fixed;
        }
        let bundles: Vec<Json> = answers.into_iter().filter_map(HostResponse::ok).collect();
        if !bundles.is_empty() && bundles.len() == self.numbers.len() {
            let used = |bundle: &Json| parse_instant(bundle.at(&["entry", "0", "resource", "sent"])?.text()?);
            let used: Vec<Option<u64>> = bundles.iter().map(used).collect();
            return by_last_use(self.numbers, &used);
        }
        choose(self.config.outbound.pool, self.numbers, key)
    }
}
