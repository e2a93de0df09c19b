// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One run of the bot: its context, and how many round trips it may still use.

use std::cell::{Cell, RefCell};

use crate::bots::settings::{OurNumbers, read_rest};
use crate::chart::{CallEvent, StoreError, found};
use crate::dialplan::Party;
use crate::dialplan::config::Config;
use crate::error::Problem;
use crate::json::Json;
use crate::rest::Rest;
use crate::runtime::{Answer, Ask, BotEvent, FhirRequest, Host, HttpRequest};

/// Milliseconds for a round trip.
pub(super) const DEADLINE: u32 = 10_000;

/// Milliseconds for an alert. No other work waits longer for an external service.
const ALERT_DEADLINE: u32 = 3_000;
/// The maximum number of alerts per run.
const MAX_ALERTS: u32 = 4;

/// The maximum number of writes in a batch.
pub(super) const MAX_BATCH_WRITES: usize = 20;

/// One run. Medplum ends a bot after some seconds, and the core has no clock, so it counts round trips.
pub(super) struct SweepRun<'a> {
    pub(super) host: &'a Host,
    /// Milliseconds since 1970.
    pub(super) now: u64,
    pub(super) config: &'a Config,
    /// Our numbers. `None` if every number of the account is ours.
    numbers: Option<Vec<String>>,
    /// Twilio's API, for a run that may request single calls. `None` in a sweep, which reads Twilio's lists, and if the
    /// secrets are not set.
    pub(super) rest: Option<Rest>,
    round_trips_left: Cell<u32>,
    alerts_left: Cell<u32>,
    /// Alerts that this run sends after all other work. `None` if alerts are sent at once.
    postponed: RefCell<Option<Vec<Json>>>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> SweepRun<'a> {
    pub(super) fn new(host: &'a Host, event: &BotEvent, config: &'a Config, count: u32) -> Self {
        let ours = OurNumbers::read(event);
        let invalid = ours.as_ref().filter(|ours| ours.has_invalid).map(|_| OurNumbers::INVALID);
        // One of our numbers cannot be read, so any call that is not known to be another application's may be ours.
        let mut numbers = ours.filter(|ours| !ours.has_invalid).map(|ours| ours.valid);
        if let Some(numbers) = &mut numbers {
            numbers.extend(config.numbers.iter().map(|(number, _)| number.to_owned()));
        }
        Self {
            host,
            now: event.now,
            config,
            numbers,
            rest: None,
            round_trips_left: Cell::new(count),
            alerts_left: Cell::new(MAX_ALERTS),
            postponed: RefCell::new(None),
            problems: RefCell::new(invalid.into_iter().collect()),
        }
    }

    /// The same run with access to Twilio's API for single calls.
    pub(super) fn with_rest(self, event: &BotEvent) -> Self {
        Self { rest: read_rest(event).ok(), ..self }
    }

    /// The base of our extension URLs.
    pub(super) fn base(&self) -> &'a str {
        self.config.extension_base()
    }

    /// Whether a call is ours and not of another application in the same account. `None` if only its first leg could
    /// show that, and it is not in `legs`.
    ///
    /// One of our numbers shows that the call is ours. A call from an app or a SIP phone has no number, but the leg it
    /// dials shows one.
    pub(super) fn is_ours(&self, legs: &[&CallEvent<'_>]) -> Option<bool> {
        let Some(numbers) = &self.numbers else { return Some(true) };
        let is_number = |party: &Party<'_>| matches!(party, Party::Number(_));
        let is_own = |party: &Party<'_>| matches!(party, Party::Number(number) if numbers.iter().any(|own| own == number.as_str()));
        let parties = || legs.iter().flat_map(|leg| [leg.from_party(), leg.to_party()]).flatten();
        if parties().any(|party| is_own(&party)) {
            return Some(true);
        }
        legs.iter().find(|leg| leg.parent.is_none())?;
        let is_app = |party: &Party<'_>| matches!(party, Party::Client(_) | Party::Sip(_));
        let shows_number = |leg: &&CallEvent<'_>| leg.from_party().is_some_and(|from| is_number(&from));
        Some(parties().any(|party| is_app(&party)) && !legs.iter().any(shows_number))
    }

    /// Whether this many round trips are left.
    pub(super) const fn has_budget(&self, count: u32) -> bool {
        self.round_trips_left.get() >= count
    }

    pub(super) fn spend(&self) {
        self.round_trips_left.set(self.round_trips_left.get().saturating_sub(1));
    }

    /// Runs `work` and reserves this many round trips for later.
    pub(super) async fn reserving<T>(&self, count: u32, work: impl Future<Output = T>) -> T {
        let reserved = count.min(self.round_trips_left.get());
        self.round_trips_left.set(self.round_trips_left.get() - reserved);
        let output = work.await;
        self.round_trips_left.set(self.round_trips_left.get() + reserved);
        output
    }

    /// Adds a problem to the log, once.
    pub(super) fn report(&self, problem: impl Into<Problem>) {
        let problem = problem.into();
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    pub(super) fn problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    /// One round trip to the chart.
    pub(super) async fn fhir(&self, requests: Vec<FhirRequest>) -> Vec<Answer> {
        if requests.is_empty() {
            return Vec::new();
        }
        self.spend();
        self.host.ask_all(requests.into_iter().map(|request| (Ask::Fhir(request), Some(DEADLINE))).collect()).await
    }

    /// Runs several searches. Fails if one fails.
    pub(super) async fn searches<const N: usize>(
        &self,
        searches: [(&str, FhirRequest); N],
    ) -> Result<[Vec<Json>; N], StoreError> {
        let (kinds, requests): (Vec<&str>, Vec<FhirRequest>) = searches.into_iter().unzip();
        let mut resources = [const { Vec::new() }; N];
        for (index, answer) in self.fhir(requests).await.into_iter().enumerate() {
            resources[index] = found(answer, kinds[index])?;
        }
        Ok(resources)
    }

    /// From now on, alerts wait until [`SweepRun::take_postponed`].
    pub(super) fn postpone_alerts(&self) {
        *self.postponed.borrow_mut() = Some(Vec::new());
    }

    /// The alert if it must be sent now. `None` if it was postponed.
    pub(super) fn unless_postponed(&self, intent: Json) -> Option<Json> {
        match &mut *self.postponed.borrow_mut() {
            Some(postponed) => postponed.push(intent),
            None => return Some(intent),
        }
        None
    }

    /// The postponed alerts.
    pub(super) fn take_postponed(&self) -> Vec<Json> {
        self.postponed.take().unwrap_or_default()
    }

    /// Whether another alert may be sent.
    pub(super) const fn can_alert(&self) -> bool {
        self.alerts_left.get() > 0
    }

    /// One round trip to the alert service.
    pub(super) async fn alert(&self, request: HttpRequest) -> Answer {
        self.spend();
        self.alerts_left.set(self.alerts_left.get().saturating_sub(1));
        self.host.ask(Ask::Http(request), Some(ALERT_DEADLINE)).await
    }

    /// One HTTP round trip.
    pub(super) async fn http(&self, request: HttpRequest) -> Answer {
        self.spend();
        self.host.ask(Ask::Http(request), Some(DEADLINE)).await
    }
}
