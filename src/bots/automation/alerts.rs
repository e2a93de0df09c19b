// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Sends alerts to an external service. An alert never contains data about the caller.
//!
//! A run first creates a `Communication`, the intent of the alert. The run that creates the intent sends the alert. The
//! status of the intent is `in-progress` until the result is known. It is `completed` if the alert was sent, and
//! `on-hold` if the hourly limit was reached. It is `stopped` if the service refused the alert or did not respond for
//! an hour.

use super::prepared_calls::close;
use super::sweep_run::AutomationRun;
use super::trigger::{TRIGGERS, code_of};
use crate::chart::{StoreError, check_conditional_create, counted, found};
use crate::dialplan::config::{AlertFormat, Alerts, FollowUpTrigger};
use crate::error::Code;
use crate::fhir::element::{concept, extension, identifier, identifier_value, is, reference};
use crate::fhir::search::search_value;
use crate::json::{Json, decimal};
use crate::runtime::{FhirRequest, HostResponse, HttpRequest};
use crate::time::{HOUR, MINUTE, instant, parse_instant};

const CATEGORY: &str = "https://plumline.dev/fhir/communication-category";
const ALERT: &str = "plumline-alert";
const SUMMARY: &str = "plumline-alert-summary";
/// The identifier system. The value is `<CallSid>.<trigger>`, or the hour of a summary.
const SYSTEM: &str = "https://plumline.dev/fhir/call-alert";
/// The suffix of the extension that holds the time of the last attempt.
const ATTEMPT_EXTENSION: &str = "/plumline-attempt";

/// The default maximum number of alerts per hour.
const DEFAULT_PER_HOUR: u32 = 20;
/// The age, in milliseconds, at which another run sends an alert that is still `in-progress`.
const TAKE_OVER_AFTER: u64 = 2 * MINUTE;
/// The number of attempts to write a status.
const ATTEMPTS: u32 = 3;

/// The request that creates the intent of an alert. It is conditional: a call has at most one alert, for any trigger.
pub(super) fn create_intent(run: &AutomationRun<'_>, trigger: FollowUpTrigger, root: &str, call: &str) -> FhirRequest {
    let value = [root, ".", code_of(trigger)].concat();
    let mut intent = new_intent(run, ALERT, &value, code_of(trigger));
    intent.set("about", Json::List(vec![reference(call)]));
    FhirRequest::create(&intent, Some(criteria(root)))
}

/// The search criteria for the alert of a call, with any trigger.
pub(super) fn criteria(root: &str) -> String {
    let mut criteria = "identifier=".to_owned();
    for (index, trigger) in TRIGGERS.into_iter().enumerate() {
        criteria.push_str(
            &[if index == 0 { "" } else { "," }, SYSTEM, "|", &search_value(root), ".", code_of(trigger)].concat(),
        );
    }
    criteria
}

/// The root `CallSid` of the call that caused an alert.
pub(super) fn root_of(intent: &Json) -> Option<&str> {
    Some(crate::text::split_on(identifier_value(intent, SYSTEM)?, b'.').0)
}

fn new_intent(run: &AutomationRun<'_>, category: &str, value: &str, text: &str) -> Json {
    let now = instant(run.now);
    let payload = Json::object([("contentString", Json::of(text))]);
    Json::object([
        ("resourceType", Json::of("Communication")),
        ("extension", Json::List(vec![attempt_extension(run)])),
        ("identifier", Json::List(vec![identifier(SYSTEM, value)])),
        ("status", Json::of("in-progress")),
        ("category", Json::List(vec![concept(CATEGORY, category)])),
        ("sent", Json::of(&now)),
        ("payload", Json::List(vec![payload])),
    ])
}

fn attempt_extension(run: &AutomationRun<'_>) -> Json {
    extension(&[run.extension_base(), ATTEMPT_EXTENSION].concat(), "valueInstant", Json::of(&instant(run.now)))
}

/// Reads the response to [`create_intent`]. If this run created the intent, sends the alert.
///
/// # Errors
/// [`StoreError`] if the intent may not exist.
pub(super) async fn send_if_created(
    run: &AutomationRun<'_>,
    alerts: &Alerts,
    answer: HostResponse,
) -> Result<(), StoreError> {
    check_conditional_create(&answer)?;
    // 200 means that another run created the intent.
    if let HostResponse::Done { status: 201, body } = answer
        && is(&body, "resourceType", "Communication")
        && let Some(intent) = run.unless_postponed(body)
    {
        send(run, alerts, intent).await;
    }
    Ok(())
}

/// Sends an alert whose intent this run created or took over. If that fails, a later sweep sends the alert.
pub(super) async fn send(run: &AutomationRun<'_>, alerts: &Alerts, mut intent: Json) {
    if !run.can_alert() {
        return;
    }
    let earlier_alerts = match earlier_alerts(run, &intent).await {
        Ok(earlier_alerts) => earlier_alerts,
        Err(error) => return run.report(error.code()),
    };
    if earlier_alerts >= alerts.per_hour.unwrap_or(DEFAULT_PER_HOUR) {
        close(&mut intent, "on-hold", "alert-limit", "More alerts in an hour than the config allows.");
        return save_status(run, intent).await;
    }
    let trigger = intent.at(&["payload", "0", "contentString"]).and_then(Json::text).unwrap_or_default();
    let what = match trigger {
        "callback" => "A caller asks to be called back",
        "voicemail" => "A caller left a message",
        "failed" => "A call could not be connected",
        _ => "A call was missed",
    };
    let at = intent.get("sent").and_then(Json::text).unwrap_or_default();
    let call = intent.at(&["about", "0", "reference"]).and_then(Json::text).unwrap_or_default();
    let text =
        [what, " (", at, ", ", call, "; alert ", &decimal((earlier_alerts + 1).into()), " of the hour)"].concat();
    let trigger = trigger.to_owned();
    post(run, alerts, intent, &trigger, &text).await;
}

/// The number of alerts in the last hour that precede this one: those that were sent, and pending ones with an earlier
/// intent. Each intent is stored before it is ranked, so the limit is exact even for simultaneous alerts.
async fn earlier_alerts(run: &AutomationRun<'_>, intent: &Json) -> Result<u32, StoreError> {
    // An intent dated after this moment is not one of Plumline's.
    let (from, to) = (instant(run.now.saturating_sub(HOUR)), instant(run.now + TAKE_OVER_AFTER));
    let since = ["&sent=ge", &from, "&sent=lt", &to].concat();
    let pending = [&search(ALERT), "&status=in-progress", &since, "&_count=500"].concat();
    let sent = [&search(ALERT), "&status=completed", &since, "&_summary=count"].concat();
    // Pending alerts are read first. An alert that is sent between the two reads is then counted twice and never
    // missed.
    let mut answers = run.fhir(vec![FhirRequest::get(pending), FhirRequest::get(sent)]).await.into_iter();
    let pending = found(answers.next().unwrap_or(HostResponse::Failed), "Communication")?;
    let mut earlier_alerts = counted(answers.next().unwrap_or(HostResponse::Failed))?;
    let order = |item: &Json| {
        let written = item.at(&["meta", "lastUpdated"]).and_then(Json::text).and_then(parse_instant);
        (written, item.get("id").and_then(Json::text).unwrap_or_default().to_owned())
    };
    let own = order(intent);
    for other in &pending {
        earlier_alerts += u32::from(order(other) < own);
    }
    Ok(earlier_alerts)
}

async fn post(run: &AutomationRun<'_>, alerts: &Alerts, mut intent: Json, trigger: &str, text: &str) {
    let text = ["Plumline: ", text].concat();
    let body = match alerts.format {
        AlertFormat::Slack => Json::object([("text", Json::of(&text))]),
        AlertFormat::Datadog => Json::object([
            ("title", Json::of(&["Plumline: ", trigger].concat())),
            ("text", Json::of(&text)),
            ("alert_type", Json::of(if trigger == "failed" { "error" } else { "warning" })),
            ("tags", Json::List(vec![Json::of("source:plumline"), Json::of(&["occasion:", trigger].concat())])),
        ]),
    };
    let headers = vec![("Content-Type", "application/json".to_owned())];
    let request = HttpRequest { method: "POST", url: alerts.url.clone(), headers, body: body.write() };
    match run.alert(request).await {
        HostResponse::Done { status: 200..=299, .. } => intent.set("status", Json::of("completed")),
        HostResponse::Done { status: 400..=407 | 410..=411 | 413..=428 | 430..=499, .. } => {
            run.report(Code::AlertRefused);
            close(&mut intent, "stopped", "alert-refused", "The alert's address refused it.");
        }
        // The sweep tries again later.
        _ => return run.report(Code::AlertUnavailable),
    }
    save_status(run, intent).await;
}

/// Writes the status of an alert. Without the status, the sweep would send the alert again.
async fn save_status(run: &AutomationRun<'_>, intent: Json) {
    for _ in 0..ATTEMPTS {
        let request = FhirRequest::update(&intent);
        let answer = run.fhir(request.into_iter().collect()).await.pop().unwrap_or(HostResponse::Failed);
        match StoreError::check(&answer) {
            Ok(()) => return,
            Err(error @ StoreError::Retryable(Code::ChartUnavailable)) => run.report(error.code()),
            // The sweep changed the intent, or the server refused the write.
            Err(error) => return run.report(error.code()),
        }
    }
}

fn search(category: &str) -> String {
    ["Communication?category=", CATEGORY, "|", category].concat()
}

/// The search for alerts that are still `in-progress`.
pub(super) fn search_unsent() -> FhirRequest {
    let categories = [&search(ALERT), ",", CATEGORY, "|", SUMMARY].concat();
    FhirRequest::get([&categories, "&status=in-progress&_sort=sent&_count=20"].concat())
}

/// Sends the alerts that [`search_unsent`] found, unless another run is sending them. If a run ends right after it sent
/// an alert, the alert is sent twice. No alert is lost.
pub(super) async fn resend(run: &AutomationRun<'_>, alerts: &Alerts, found: Vec<Json>) {
    for mut intent in found {
        let instant_of = |value: Option<&Json>| value.and_then(Json::text).and_then(parse_instant);
        let extensions = intent.get("extension").map(Json::elements).unwrap_or_default();
        let last_attempt =
            extensions.iter().find(|item| is(item, "url", &[run.extension_base(), ATTEMPT_EXTENSION].concat()));
        let attempted_at = instant_of(last_attempt.and_then(|last_attempt| last_attempt.get("valueInstant")))
            .filter(|attempted_at| *attempted_at <= run.now);
        let attempted_at = attempted_at.unwrap_or(0);
        if attempted_at + TAKE_OVER_AFTER > run.now || !run.has_budget(4) || !run.can_alert() {
            continue;
        }
        let sent = instant_of(intent.get("sent")).unwrap_or(0);
        if sent + HOUR < run.now {
            close(&mut intent, "stopped", "alert-unsent", "It could not be sent for an hour.");
            save_status(run, intent).await;
            continue;
        }
        let mut others = intent.get("extension").cloned().unwrap_or_default().into_elements();
        others.retain(|item| !is(item, "url", &[run.extension_base(), ATTEMPT_EXTENSION].concat()));
        others.push(attempt_extension(run));
        intent.set("extension", Json::List(others));
        let Some(request) = FhirRequest::update(&intent) else {
            continue;
        };
        // If two runs take over the same alert, the server refuses one of the conditional writes.
        let taken_over = run.fhir(vec![request]).await.pop().and_then(HostResponse::ok);
        if let Some(intent) = taken_over.filter(|taken_over| is(taken_over, "resourceType", "Communication")) {
            if crate::fhir::element::has_coding(category_of(&intent), CATEGORY, SUMMARY) {
                send_summary(run, alerts, intent).await;
            } else {
                send(run, alerts, intent).await;
            }
        }
    }
}

fn category_of(resource: &Json) -> &Json {
    resource.at(&["category", "0"]).unwrap_or(&Json::Null)
}

/// Sends one summary with the number of alerts that the limit held back from `from` to `to` (Unix time in
/// milliseconds).
///
/// # Errors
/// [`StoreError`] if the alerts cannot be counted.
pub(super) async fn create_summary(
    run: &AutomationRun<'_>,
    alerts: &Alerts,
    from: u64,
    to: u64,
) -> Result<(), StoreError> {
    let period = ["&sent=ge", &instant(from), "&sent=lt", &instant(to), "&_summary=count"].concat();
    let url = [&search(ALERT), "&status=on-hold", &period].concat();
    let held_back = counted(run.fhir(vec![FhirRequest::get(url)]).await.pop().unwrap_or(HostResponse::Failed))?;
    if held_back == 0 {
        return Ok(());
    }
    let value = ["summary.", &instant(to)].concat();
    let text = [
        "Alerts held back from ",
        &instant(from),
        " to ",
        &instant(to),
        ": ",
        &decimal(held_back.into()),
        " (the config allows ",
        &decimal(alerts.per_hour.unwrap_or(DEFAULT_PER_HOUR).into()),
        " an hour)",
    ];
    let intent = new_intent(run, SUMMARY, &value, &text.concat());
    let request = FhirRequest::create(&intent, Some(["identifier=", SYSTEM, "|", &value].concat()));
    let answer = run.fhir(vec![request]).await.pop().unwrap_or(HostResponse::Failed);
    check_conditional_create(&answer)?;
    if let HostResponse::Done { status: 201, body } = answer
        && is(&body, "resourceType", "Communication")
    {
        send_summary(run, alerts, body).await;
    }
    Ok(())
}

async fn send_summary(run: &AutomationRun<'_>, alerts: &Alerts, intent: Json) {
    if !run.can_alert() {
        return;
    }
    let text = intent.at(&["payload", "0", "contentString"]).and_then(Json::text).unwrap_or_default().to_owned();
    post(run, alerts, intent, "held-back", &text).await;
}
