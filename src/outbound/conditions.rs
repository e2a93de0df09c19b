// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Conditions of the policy that need look-ups: the callee's local time, the number of calls in the chart, the last use
//! of the clinic's numbers.

use super::caller_id::{PoolKey, by_last_use, choose, different, fixed, last_use_search};
use super::round_robin::{Position, latest_positions};
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

/// The caller ID of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenCallerId<'a> {
    /// The number.
    pub number: E164<'a>,
    /// The call's position in the round-robin order, if the number is from the pool `roundRobin`. Write it into the
    /// record.
    pub position: Option<u32>,
}

/// Chooses the caller ID of a call.
pub struct CallerIdChooser<'a> {
    config: &'a Config,
    numbers: &'a [E164<'a>],
    fixed: Option<E164<'a>>,
}

impl<'a> CallerIdChooser<'a> {
    /// Reads the config. `practitioner` is the caller (`Practitioner/<id>`), if known.
    pub fn of(config: &'a Config, numbers: &'a [E164<'a>], practitioner: Option<&str>, codes: &mut Vec<Code>) -> Self {
        let (fixed, foreign) = fixed(&config.outbound, numbers, practitioner);
        if foreign {
            codes.push(Code::OutboundCallerIdForeign);
        }
        Self { config, numbers, fixed }
    }

    /// The FHIR reads that the choice needs. Empty if it does not depend on the chart.
    #[must_use]
    pub fn reads(&self) -> Vec<FhirRequest> {
        if self.only().is_some() {
            return Vec::new();
        }
        match self.config.outbound.pool {
            Pool::Sticky | Pool::Random => Vec::new(),
            Pool::LeastRecentlyUsed => {
                self.numbers.iter().map(|number| FhirRequest::get(last_use_search(*number))).collect()
            }
            Pool::RoundRobin => latest_positions().into(),
        }
    }

    /// The caller ID. `answers` are the responses to [`CallerIdChooser::reads`]. If the chart is not available, the
    /// choice depends only on the call, and `codes` says so.
    pub fn choose(
        &self,
        answers: Vec<HostResponse>,
        key: PoolKey<'_>,
        codes: &mut Vec<Code>,
    ) -> Option<ChosenCallerId<'a>> {
        if let Some(number) = self.only() {
            return Some(ChosenCallerId { number, position: None });
        }
        self.choose_by_chart(answers, codes).or_else(|| {
            let number = choose(self.config.outbound.pool, self.numbers, key)?;
            Some(ChosenCallerId { number, position: None })
        })
    }

    /// The numbers that the next call may show: one if the choice does not depend on the callee or the call. `answers`
    /// are the responses to [`CallerIdChooser::reads`].
    pub fn candidates(&self, answers: Vec<HostResponse>, codes: &mut Vec<Code>) -> Vec<E164<'a>> {
        let known = self.only().or_else(|| Some(self.choose_by_chart(answers, codes)?.number));
        known.map_or_else(|| different(self.numbers), |number| vec![number])
    }

    /// The number that every call shows.
    fn only(&self) -> Option<E164<'a>> {
        let first = self.numbers.first().filter(|first| self.numbers.iter().all(|number| number == *first));
        self.fixed.or(first.copied())
    }

    /// The choice of a pool that depends on the chart. `None` for another pool, or if the chart is not available.
    fn choose_by_chart(&self, answers: Vec<HostResponse>, codes: &mut Vec<Code>) -> Option<ChosenCallerId<'a>> {
        let asked = answers.len();
        let mut found = Vec::with_capacity(asked);
        for answer in answers {
            match answer {
                HostResponse::Done { status: 200..=299, body } => found.push(body),
                // The runtime logs a refused request as `CHART_REFUSED`.
                HostResponse::Done { status: 400 | 401 | 403, .. } => {}
                _ if codes.contains(&Code::ChartUnread) => {}
                _ => codes.push(Code::ChartUnread),
            }
        }
        if asked == 0 || found.len() != asked {
            return None;
        }
        if self.config.outbound.pool == Pool::RoundRobin {
            let position = Position::next(&found, self.numbers)?;
            return Some(ChosenCallerId { number: position.number, position: Some(position.index) });
        }
        let used = |bundle: &Json| parse_instant(bundle.at(&["entry", "0", "resource", "sent"])?.text()?);
        let used: Vec<Option<u64>> = found.iter().map(used).collect();
        by_last_use(self.numbers, &used).map(|number| ChosenCallerId { number, position: None })
    }
}
