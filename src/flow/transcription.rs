// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio has written down a message that a caller left.
//! Source: <https://www.twilio.com/docs/voice/twiml/record#transcribecallback>.

use super::ask::{Answer, Ask, FhirRequest, Host};
use super::chart::{ChartWrite, nothing_else, store};
use super::reply::{Done, Reply};
use super::status::status;
use crate::call::dialplan::Said;
use crate::call::log::{CATEGORY, CallEvent, Context, TWILIO};
use crate::call::{Config, Route};
use crate::error::Code;
use crate::fhir::element::{concept, identifier, reference};
use crate::json::Json;
use crate::time::instant;

/// The category of a message's words, in the system of the calls' own.
const WRITTEN: &str = "voicemail-transcription";

/// Stores the words as a `Communication` of their own, part of the call's: what a patient said belongs to the chart, and
/// is no part of how a call went. Answers as [`status`] does.
pub(super) async fn transcription(host: &Host, pairs: &[(&str, &str)], now: u64, deadline: u32, base: &str) -> Done {
    let said = Said(pairs);
    let (Some(event), Some(transcription), Some(words)) =
        (CallEvent::read(pairs, now), said.get("TranscriptionSid"), said.get("TranscriptionText"))
    else {
        // It failed, or there was nothing to be heard: what there is belongs to the call alone.
        return status(host, pairs, now, deadline, base).await;
    };
    let context = Context::default();
    let root = event.root().0;
    let events = core::slice::from_ref(&event);
    let write = ChartWrite { root, events, context: &context, chart: None, also: &nothing_else, base, deadline };
    let stored = match store(host, write).await {
        Ok(stored) => stored,
        Err(unstored) => return Reply::Broken(unstored.code.into()).into(),
    };
    let patient = stored.log.context().patient.as_deref().map_or(Json::Null, reference);
    let call = stored.reference.as_deref().map_or(Json::Null, |call| Json::List(vec![reference(call)]));
    let resource = Json::object([
        ("resourceType", Json::of("Communication")),
        ("identifier", Json::List(vec![identifier(TWILIO, transcription)])),
        ("partOf", call),
        ("status", Json::of("completed")),
        ("category", Json::List(vec![concept(CATEGORY.0, WRITTEN)])),
        ("subject", patient.clone()),
        ("received", Json::of(&instant(now))),
        ("sender", patient),
        ("payload", Json::List(vec![Json::object([("contentString", Json::of(words))])])),
    ]);
    let request = FhirRequest {
        method: "POST",
        url: "Communication".to_owned(),
        resource: Some(resource.write()),
        if_none_exist: Some(["identifier=", TWILIO, "|", transcription].concat()),
        if_match: None,
    };
    match host.ask(Ask::Fhir(request), Some(deadline)).await {
        Answer::Done { status: 200..=299, .. } => Done::route(&Route::Acknowledge, None, &Config::default()),
        Answer::Done { status: 400..=403 | 422, .. } => Reply::Broken(Code::ChartRefused.into()).into(),
        _ => Reply::Broken(Code::ChartUnavailable.into()).into(),
    }
}
