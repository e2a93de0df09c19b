// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the policy asks of the world: the clocks where the callee is, the calls that the chart counts, the numbers that
//! were shown.

use super::super::ask::{Answer, Ask, FhirRequest, Host, ZoneRequest};
use crate::call::config::{Config, Pool};
use crate::call::outbound::{Clock, PoolKey, Refusal, by_last_use, choose, fixed, is_open, last_use_search, zone_of};
use crate::error::Code;
use crate::json::Json;
use crate::phone::E164;
use crate::time::parse_instant;

/// Whether `callee` may be called at this hour. Costs no round trip.
pub(in crate::flow) async fn at_this_hour(config: &Config, callee: &str, now: u64, host: &Host) -> Result<(), Refusal> {
    let Some(hours) = &config.outbound.hours else {
        return Ok(());
    };
    let zone = zone_of(callee, hours, config).ok_or(Refusal::HoursUnknown)?.to_owned();
    let request = ZoneRequest { zone, instants: vec![now], walls: Vec::new() };
    let clock = host.ask(Ask::Zone(request), None).await.ok().and_then(|body| Clock::of_answer(&body));
    match clock.and_then(|clock| is_open(hours, clock)) {
        Some(true) => Ok(()),
        Some(false) => Err(Refusal::Hours),
        None => Err(Refusal::HoursUnknown),
    }
}

/// A read.
pub(in crate::flow) fn get(url: String) -> FhirRequest {
    FhirRequest { method: "GET", url, ..FhirRequest::default() }
}

/// How the caller ID of a call is found.
pub(in crate::flow) struct CallerId<'a> {
    config: &'a Config,
    numbers: &'a [E164<'a>],
    fixed: Option<E164<'a>>,
}

impl<'a> CallerId<'a> {
    /// For a caller (`Practitioner/<id>`), where they are known.
    pub(in crate::flow) fn of(
        config: &'a Config,
        numbers: &'a [E164<'a>],
        practitioner: Option<&str>,
        codes: &mut Vec<Code>,
    ) -> Self {
        let (fixed, foreign) = fixed(&config.outbound, numbers, practitioner);
        if foreign {
            codes.push(Code::OutboundCallerIdForeign);
        }
        Self { config, numbers, fixed }
    }

    /// The number that the config fixes.
    pub(in crate::flow) const fn fixed(&self) -> Option<E164<'a>> {
        self.fixed
    }

    /// What the chart is asked for it: nothing, unless it decides.
    pub(in crate::flow) fn reads(&self) -> Vec<FhirRequest> {
        if self.fixed.is_some() || self.config.outbound.pool != Pool::LeastRecentlyUsed || self.numbers.len() < 2 {
            return Vec::new();
        }
        self.numbers.iter().map(|number| get(last_use_search(*number))).collect()
    }

    /// The number, by the answers to [`CallerId::reads`]. Where the chart does not tell, the callee's usual one.
    pub(in crate::flow) fn choose(&self, answers: Vec<Answer>, key: PoolKey<'_>) -> Option<E164<'a>> {
        if self.fixed.is_some() {
            return self.fixed;
        }
        let bundles: Vec<Json> = answers.into_iter().filter_map(Answer::ok).collect();
        if !bundles.is_empty() && bundles.len() == self.numbers.len() {
            let used = |bundle: &Json| parse_instant(bundle.at(&["entry", "0", "resource", "sent"])?.text()?);
            let used: Vec<Option<u64>> = bundles.iter().map(used).collect();
            return by_last_use(self.numbers, &used);
        }
        choose(self.config.outbound.pool, self.numbers, key)
    }
}
