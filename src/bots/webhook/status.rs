// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Callbacks about the progress of a call: status callbacks, dial actions, recordings.

use crate::chart::{CallEvent, Chart, ChartWrite, Context, RetryPolicy, nothing_else, search, store};
use crate::error::{Code, Problem};
use crate::json::decimal;
use crate::runtime::{Ask, Host, Reply, Response};
use crate::text::hash;
use crate::twiml::Document;

/// Milliseconds for a callback. No caller waits for it, and Twilio gives up after 15 s:
/// <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>.
pub(super) const CALLBACK_LIMIT: u32 = 12_000;

/// A number that differs between callbacks, so that simultaneous ones pause for different times.
pub(super) fn spread(pairs: &[(&str, &str)], now: u64) -> u32 {
    let mut text = decimal(now);
    for (_, value) in pairs {
        text.push_str(value);
    }
    hash(&text)
}

/// Stores what a callback says about its call. `pairs` are its verified parameters, and `now` is when it arrived, in
/// milliseconds since 1970. A callback without a call stores nothing.
///
/// Answers an empty document, or 500 with the code if it could not be stored, so that Twilio sends it again. `base` is
/// that of [`ChartWrite`].
pub async fn status(host: &Host, pairs: &[(&str, &str)], now: u64, base: &str) -> Response {
    host.limit(CALLBACK_LIMIT, spread(pairs, now));
    let mut document = Document::new();
    document.empty("Response", &[]);
    // This document is always valid.
    let mut response = Response::from(Reply::Twiml(document.finish().unwrap_or_default()));
    let Some(event) = CallEvent::read(pairs, now) else {
        // A conference also reports its own start and end: <https://www.twilio.com/docs/voice/twiml/conference>.
        if !pairs.iter().any(|(name, _)| *name == "ConferenceSid") {
            response.log(&Problem::from(Code::CallSidInvalid));
        }
        return response;
    };
    let mut chart = None;
    if has_unknown_root(pairs, &event) {
        let found = host.ask(Ask::Fhir(search(event.root().0)), None).await;
        match Chart::read(found, event.root().0) {
            Ok(found) if found.resource().is_none() => return response,
            Ok(found) => chart = Some(found),
            Err(error) => return Reply::Broken(error.code().into()).into(),
        }
    }
    let write = ChartWrite {
        root: event.root().0,
        events: core::slice::from_ref(&event),
        context: &Context::default(),
        chart: chart.as_ref(),
        also: &nothing_else,
        base,
        retry: RetryPolicy::UntilStored(None),
    };
    match store(host, write).await {
        Ok(_) => response,
        Err(code) => Reply::Broken(code.into()).into(),
    }
}

/// Whether the callback says who answered a leg, but not which call the leg belongs to: `amdStatusCallback` has no
/// `ParentCallSid`. A record of it would belong to no call. The leg's other callbacks and Twilio's list also say who
/// answered.
/// Source: <https://www.twilio.com/docs/voice/answering-machine-detection>.
fn has_unknown_root(pairs: &[(&str, &str)], event: &CallEvent<'_>) -> bool {
    event.parent.is_none()
        && event.status.is_none()
        && pairs.iter().any(|(name, _)| *name == "MachineDetectionDuration")
}
