// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Callbacks about the progress of a call: status callbacks, dial actions, recordings.

use crate::chart::{
    CallContext, CallEvent, CallRecord, RecordFormat, RecordWrite, RetryPolicy, nothing_else, search, store,
};
use crate::error::{Code, Problem};
use crate::json::decimal;
use crate::runtime::{Host, HostRequest, Reply, Response};
use crate::text::hash;
use crate::twiml::Document;

/// The total timeout of a callback, in milliseconds. No caller waits, and Twilio's timeout is 15 s:
/// <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>.
pub(super) const CALLBACK_LIMIT: u32 = 12_000;

/// A hash of a callback. Simultaneous callbacks then pause for different times after a conflict.
pub(super) fn jitter_seed(pairs: &[(&str, &str)], now: u64) -> u32 {
    let mut text = decimal(now);
    for (_, value) in pairs {
        text.push_str(value);
    }
    hash(&text)
}

/// Stores what a callback reports about its call. `pairs` are the verified parameters, and `now` is the time of arrival
/// (Unix time in milliseconds). A callback without a `CallSid` stores nothing.
///
/// Answers with an empty document. If the event could not be stored, answers 500 with the error code, so that Twilio
/// sends the callback again. `format` is the same as in [`RecordWrite`].
pub async fn status(host: &Host, pairs: &[(&str, &str)], now: u64, format: RecordFormat<'_>) -> Response {
    host.set_deadline(CALLBACK_LIMIT, jitter_seed(pairs, now));
    let mut document = Document::new();
    document.empty("Response", &[]);
    // This cannot fail: the document has no text.
    let mut response = Response::from(Reply::Twiml(document.finish().unwrap_or_default()));
    let Some(event) = CallEvent::read(pairs, now) else {
        // A conference also reports its own start and end: <https://www.twilio.com/docs/voice/twiml/conference>.
        if !pairs.iter().any(|(name, _)| *name == "ConferenceSid") {
            response.log(&Problem::from(Code::CallSidInvalid));
        }
        return response;
    };
    let mut call_record = None;
    if has_unknown_root(pairs, &event) {
        let found = host.send(HostRequest::Fhir(search(event.root_sid().0)), None).await;
        match CallRecord::read(found, event.root_sid().0) {
            Ok(found) if found.resource().is_none() => return response,
            Ok(found) => call_record = Some(found),
            Err(error) => return Reply::Broken(error.code().into()).into(),
        }
    }
    let write = RecordWrite {
        root: event.root_sid().0,
        events: core::slice::from_ref(&event),
        context: &CallContext::default(),
        call_record: call_record.as_ref(),
        other_writes: &nothing_else,
        format,
        retry: RetryPolicy::UntilStored(None),
    };
    match store(host, write).await {
        Ok(_) => response,
        Err(code) => Reply::Broken(code.into()).into(),
    }
}

/// Whether the callback has `AnsweredBy` of a leg, but not the leg's root call: `amdStatusCallback` has no
/// `ParentCallSid`. A new record for it would have the wrong root. The leg's other callbacks and Twilio's list also
/// have `AnsweredBy`. Source: <https://www.twilio.com/docs/voice/answering-machine-detection>.
fn has_unknown_root(pairs: &[(&str, &str)], event: &CallEvent<'_>) -> bool {
    event.parent.is_none()
        && event.status.is_none()
        && pairs.iter().any(|(name, _)| *name == "MachineDetectionDuration")
}
