// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio has transcribed a voicemail message.
//! Source: <https://www.twilio.com/docs/voice/twiml/record#transcribecallback>.

use super::status::{CALLBACK_LIMIT, spread, status};
use crate::chart::{CallEvent, CallLog, ChartWrite, Context, RetryPolicy, search, store, transcription_sid};
use crate::dialplan::config::Config;
use crate::dialplan::{Params, Route};
use crate::fhir::element::{concept, identifier, reference};
use crate::fhir::systems::{TWILIO, VOICE_CATEGORY};
use crate::json::Json;
use crate::runtime::{FhirRequest, Host, Reply, Response};
use crate::time::instant;

/// The category of a transcription, in the system of the calls' category.
const WRITTEN: &str = "voicemail-transcription";

/// Stores the transcription as a separate `Communication` that is part of the call's: a patient's words belong into the
/// chart, but not into the log of the call. Answers as [`status`] does.
pub(super) async fn transcription(host: &Host, pairs: &[(&str, &str)], now: u64, base: &str) -> Response {
    let params = Params(pairs);
    let (Some(event), Some(transcription), Some(words)) = (
        CallEvent::read(pairs, now),
        params.get("TranscriptionSid").and_then(transcription_sid),
        params.get("TranscriptionText"),
    ) else {
        // The transcription failed or is empty, so only the call is updated.
        return status(host, pairs, now, base).await;
    };
    host.limit(CALLBACK_LIMIT, spread(pairs, now));
    let root = event.root().0;
    // The batch writes the call's record first. If that record is new, a search by its SID refers to it.
    let words = |log: &CallLog, call: Option<&str>| {
        let patient = log.context().patient.as_deref().map_or(Json::Null, reference);
        let call = call.map_or_else(|| search(root).url, str::to_owned);
        let resource = Json::object([
            ("resourceType", Json::of("Communication")),
            ("identifier", Json::List(vec![identifier(TWILIO, transcription)])),
            ("partOf", Json::List(vec![reference(&call)])),
            ("status", Json::of("completed")),
            ("category", Json::List(vec![concept(VOICE_CATEGORY.0, WRITTEN)])),
            ("subject", patient.clone()),
            ("received", Json::of(&instant(now))),
            ("sender", patient),
            ("payload", Json::List(vec![Json::object([("contentString", Json::of(words))])])),
        ]);
        vec![FhirRequest::create(&resource, Some(["identifier=", TWILIO, "|", transcription].concat()))]
    };
    let context = Context::default();
    let events = core::slice::from_ref(&event);
    let write = ChartWrite {
        root,
        events,
        context: &context,
        chart: None,
        also: &words,
        base,
        retry: RetryPolicy::UntilStored(None),
    };
    match store(host, write).await {
        Ok(_) => Response::route(&Route::Acknowledge, None, &Config::default(), None),
        Err(code) => Reply::Broken(code.into()).into(),
    }
}
