// SPDX-License-Identifier: Apache-2.0 OR MIT

//! One run of the `automation` bot: its context, and its budget of round trips.

use std::cell::{Cell, RefCell};

use crate::bots::settings::{ClinicNumbers, read_rest};
use crate::chart::{CallEvent, CallState, RecordFormat, StoreError, TextField, found};
use crate::dialplan::Party;
use crate::dialplan::config::Config;
use crate::error::Problem;
use crate::json::Json;
use crate::rest::TwilioRest;
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, HostResponse, HttpRequest};

/// The timeout of a round trip, in milliseconds.
pub(super) const TIMEOUT: u32 = 10_000;

/// The timeout of an alert, in milliseconds. It is short, because other work waits for the external service.
const ALERT_TIMEOUT: u32 = 3_000;
/// The maximum number of alerts per run.
const MAX_ALERTS: u32 = 4;

/// The maximum number of writes in a batch.
pub(super) const MAX_BATCH_WRITES: usize = 20;

/// One run. Medplum ends a bot after some seconds. The core has no clock, so it counts round trips.
pub(super) struct AutomationRun<'a> {
    pub(super) host: &'a Host,
    /// When the run started, as Unix time in milliseconds.
    pub(super) now: u64,
    pub(super) config: &'a Config,
    /// The clinic's numbers. `None` if every number of the account belongs to the clinic.
    numbers: Option<Vec<String>>,
    /// Twilio's API, to request single calls. `None` in a sweep, which reads Twilio's lists, and if the secrets are not
    /// set.
    pub(super) rest: Option<TwilioRest>,
    /// The remaining number of round trips.
    round_trips_left: Cell<u32>,
    /// The remaining number of alerts.
    alerts_left: Cell<u32>,
    /// Alerts that this run sends after all other work. `None` if alerts are sent at once.
    postponed: RefCell<Option<Vec<Json>>>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> AutomationRun<'a> {
    pub(super) fn new(host: &'a Host, event: &BotEvent, config: &'a Config, count: u32) -> Self {
        let own = ClinicNumbers::read(event);
        let invalid = own.as_ref().filter(|own| own.has_invalid).map(|_| ClinicNumbers::INVALID);
        // One of the clinic's numbers is not valid, so every number of the account may be the clinic's.
        let mut numbers = own.filter(|own| !own.has_invalid).map(|own| own.valid);
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

    /// The base URL of Plumline's extensions.
    pub(super) fn extension_base(&self) -> &'a str {
        self.config.extension_base()
    }

    /// How call records are written.
    pub(super) fn record_format(&self) -> RecordFormat<'a> {
        self.config.into()
    }

    /// The clinic's numbers. Empty if every number of the account belongs to the clinic.
    pub(super) fn numbers(&self) -> &[String] {
        self.numbers.as_deref().unwrap_or_default()
    }

    /// Whether a call belongs to the clinic, and not to another application in the same Twilio account. `None` if only
    /// the root leg could show that, and `legs` does not contain it.
    ///
    /// A leg with one of the clinic's numbers proves it. A call from an app or a SIP phone has no number, but its
    /// dialed leg has one as the caller ID.
    pub(super) fn is_ours(&self, legs: &[&CallEvent<'_>]) -> Option<bool> {
        let Some(numbers) = &self.numbers else { return Some(true) };
        let is_number = |party: &Party<'_>| matches!(party, Party::Number(_));
        let parties = || legs.iter().flat_map(|leg| [leg.from_party(), leg.to_party()]).flatten();
        let mut addresses = legs.iter().flat_map(|leg| [leg.from, leg.to]).flatten();
        if addresses.any(|address| self.is_own(numbers, address)) {
            return Some(true);
        }
        legs.iter().find(|leg| leg.parent.is_none())?;
        let is_app = |party: &Party<'_>| matches!(party, Party::Client(_) | Party::Sip(_));
        let shows_number = |leg: &&CallEvent<'_>| leg.from_party().is_some_and(|from| is_number(&from));
        Some(parties().any(|party| is_app(&party)) && !legs.iter().any(shows_number))
    }

    /// Whether an address is one of the clinic's numbers, or a SIP address that calls one.
    fn is_own(&self, numbers: &[String], address: &str) -> bool {
        let called = self.config.sip.called_number(address);
        called.is_some_and(|called| numbers.iter().any(|own| own == called.number().as_str()))
    }

    /// Whether the caller called the clinic. A SIP phone that dialed any other address was refused.
    pub(super) fn calls_clinic(&self, state: &CallState) -> bool {
        let address = |field| state.root_leg().and_then(|root| root.text(field));
        let is_sip = |from: &str| matches!(Party::parse(from), Party::Sip(_));
        let by_sip = address(TextField::From).is_some_and(is_sip);
        match (&self.numbers, address(TextField::To)) {
            (Some(numbers), Some(to)) if by_sip => self.is_own(numbers, to),
            _ => true,
        }
    }

    /// Whether this many round trips are left.
    pub(super) const fn has_budget(&self, count: u32) -> bool {
        self.round_trips_left.get() >= count
    }

    /// Allows more round trips.
    pub(super) fn add_budget(&self, count: u32) {
        self.round_trips_left.set(self.round_trips_left.get() + count);
    }

    pub(super) fn spend(&self) {
        self.round_trips_left.set(self.round_trips_left.get().saturating_sub(1));
    }

    /// Runs `work` with a budget that is smaller by `count` round trips, which are reserved for later work.
    pub(super) async fn with_reserve<T>(&self, count: u32, work: impl Future<Output = T>) -> T {
        let reserved = count.min(self.round_trips_left.get());
        self.round_trips_left.set(self.round_trips_left.get() - reserved);
        let output = work.await;
        self.round_trips_left.set(self.round_trips_left.get() + reserved);
        output
    }

    /// Runs `work` with a budget of its own.
    pub(super) async fn with_own_budget<T>(&self, count: u32, work: impl Future<Output = T>) -> T {
        let others = self.round_trips_left.replace(count);
        let output = work.await;
        self.round_trips_left.set(others);
        output
    }

    /// Adds a problem to the log, unless the log already has it.
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

    /// Sends a batch to the chart in one round trip.
    pub(super) async fn fhir(&self, requests: Vec<FhirRequest>) -> Vec<HostResponse> {
        if requests.is_empty() {
            return Vec::new();
        }
        self.spend();
        self.host
            .send_all(requests.into_iter().map(|request| (HostRequest::Fhir(request), Some(TIMEOUT))).collect())
            .await
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

    /// Postpones all later alerts until [`AutomationRun::take_postponed`].
    pub(super) fn postpone_alerts(&self) {
        *self.postponed.borrow_mut() = Some(Vec::new());
    }

    /// Returns the alert if it must be sent now. `None` if it was postponed.
    pub(super) fn unless_postponed(&self, intent: Json) -> Option<Json> {
        match &mut *self.postponed.borrow_mut() {
            Some(postponed) => postponed.push(intent),
            None => return Some(intent),
        }
        None
    }

    /// Returns the postponed alerts, and ends the postponement.
    pub(super) fn take_postponed(&self) -> Vec<Json> {
        self.postponed.take().unwrap_or_default()
    }

    /// Whether another alert may be sent.
    pub(super) const fn can_alert(&self) -> bool {
        self.alerts_left.get() > 0
    }

    /// Sends a request to the alert service in one round trip.
    pub(super) async fn alert(&self, request: HttpRequest) -> HostResponse {
        self.spend();
        self.alerts_left.set(self.alerts_left.get().saturating_sub(1));
        self.host.send(HostRequest::Http(request), Some(ALERT_TIMEOUT)).await
    }

    /// Sends an HTTP request in one round trip.
    pub(super) async fn http(&self, request: HttpRequest) -> HostResponse {
        self.spend();
        self.host.send(HostRequest::Http(request), Some(TIMEOUT)).await
    }
}
