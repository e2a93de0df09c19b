// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Stores the transcription of a voicemail message. Source:
//! <https://www.twilio.com/docs/voice/twiml/record#transcribecallback>.

use super::status::{StatusCallback, status, store_event};
use crate::chart::{CallEvent, CallState, search, transcription_sid};
use crate::dialplan::config::{Config, Priority};
use crate::dialplan::{Params, Route};
use crate::fhir::element::{concept, identifier, reference};
use crate::fhir::systems::{TWILIO, VOICE_CATEGORY};
use crate::json::Json;
use crate::runtime::{FhirRequest, Host, Reply, Response};
use crate::time::instant;

/// The category code of a transcription. Its code system is that of the call records' category.
const TRANSCRIPTION_CATEGORY: &str = "voicemail-transcription";

/// Stores the transcription as a separate `Communication`, with the call record in `partOf`. A call record never
/// contains the words of a patient. Answers like [`status`].
pub(super) async fn transcription(host: &Host, callback: StatusCallback<'_, '_>) -> Response {
    let params = Params(callback.pairs);
    let (Some(event), Some(transcription), Some(words)) = (
        CallEvent::read(callback.pairs, callback.now),
        params.get("TranscriptionSid").and_then(transcription_sid),
        params.get("TranscriptionText"),
    ) else {
        // The transcription failed or is empty, so only the call record is updated.
        return status(host, callback).await;
    };
    let mut event = event;
    let task = callback.mailbox.and_then(|mailbox| callback.config.mailbox_task(mailbox));
    event.priority = task.and_then(|task| task.priority_of(words)).map(Priority::word);
    let root = event.root_sid().0;
    // The batch writes the call record first. A new record has no id yet, so `partOf` is a conditional reference with
    // the `CallSid`.
    let other_writes = |state: &CallState, call: Option<&str>| {
        let patient = state.context().patient.as_deref().map_or(Json::Null, reference);
        let call = call.map_or_else(|| search(root).url, str::to_owned);
        let resource = Json::object([
            ("resourceType", Json::of("Communication")),
            ("identifier", Json::List(vec![identifier(TWILIO, transcription)])),
            ("partOf", Json::List(vec![reference(&call)])),
            ("status", Json::of("completed")),
            ("category", Json::List(vec![concept(VOICE_CATEGORY.0, TRANSCRIPTION_CATEGORY)])),
            ("subject", patient),
            ("received", Json::of(&instant(callback.now))),
            ("sender", state.patient_side().map_or(Json::Null, reference)),
            ("payload", Json::List(vec![Json::object([("contentString", Json::of(words))])])),
        ]);
        vec![FhirRequest::create(&resource, Some(["identifier=", TWILIO, "|", transcription].concat()))]
    };
    match store_event(host, &callback, event, &other_writes).await {
        Ok(()) => Response::route(&Route::Acknowledge, None, &Config::default(), None),
        Err(code) => Reply::Broken(code.into()).into(),
    }
}
