// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Callbacks about the progress of a call: status callbacks, dial actions, recordings.

use crate::bots::call_people::PeopleSearch;
use crate::chart::{
    CallContext, CallEvent, CallRecord, CallState, Closing, RecordWrite, RetryPolicy, Screening, Status, StoreError,
    nothing_else, search, store,
};
use crate::dialplan::config::Config;
use crate::error::{Code, Problem};
use crate::json::decimal;
use crate::phone::E164;
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse, Reply, Response};
use crate::text::hash;
use crate::twiml::Document;

/// The total timeout of a callback, in milliseconds. No caller waits, and Twilio's timeout is 15 s:
/// <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>.
pub(super) const CALLBACK_LIMIT: u32 = 12_000;

/// The timeout of the first read, which includes the searches for people, in milliseconds.
const PEOPLE_TIMEOUT: u32 = 4_000;

/// A hash of a callback. Simultaneous callbacks then pause for different times after a conflict.
pub(super) fn jitter_seed(pairs: &[(&str, &str)], now: u64) -> u32 {
    let mut text = decimal(now);
    for (_, value) in pairs {
        text.push_str(value);
    }
    hash(&text)
}

/// A callback that reports an event of a call.
#[derive(Clone, Copy)]
pub struct StatusCallback<'v, 'a> {
    /// The verified parameters.
    pub pairs: &'v [(&'a str, &'a str)],
    /// When the callback arrived, as Unix time in milliseconds.
    pub now: u64,
    /// The clinic's numbers.
    pub numbers: &'v [E164<'v>],
    /// The mailbox: the action in the callback URL, or `""` if the URL has none. Used only for a message and its
    /// transcription.
    pub mailbox: Option<&'a str>,
    /// How the dialplan ended the call, if the request reports that.
    pub closing: Option<Closing>,
    /// Whether the callee of the leg must press a key.
    pub is_screened: bool,
    /// The clinic's config.
    pub config: &'v Config,
    /// Whether a caller waits for the response. Then no people are searched for.
    pub caller_waits: bool,
}

/// Stores what a callback reports about its call, with the people of the leg. A callback without a `CallSid` stores
/// nothing.
///
/// Answers with an empty document. If the event could not be stored, answers 500 with the error code, so that Twilio
/// sends the callback again.
pub async fn status(host: &Host, callback: StatusCallback<'_, '_>) -> Response {
    let mut document = Document::new();
    document.empty("Response", &[]);
    // This cannot fail: the document has no text.
    let mut response = Response::from(Reply::Twiml(document.finish().unwrap_or_default()));
    let Some(event) = CallEvent::read(callback.pairs, callback.now) else {
        // A conference also reports its own start and end: <https://www.twilio.com/docs/voice/twiml/conference>.
        if !callback.pairs.iter().any(|(name, _)| *name == "ConferenceSid") {
            response.log(&Problem::from(Code::CallSidInvalid));
        }
        return response;
    };
    match store_event(host, &callback, event, &nothing_else).await {
        Ok(()) => response,
        Err(code) => Reply::Broken(code.into()).into(),
    }
}

/// Stores an event of a callback in one round trip to read and one to write, unless another writer changes the record.
///
/// # Errors
/// As [`store`].
pub(super) async fn store_event<'a>(
    host: &Host,
    callback: &StatusCallback<'_, 'a>,
    mut event: CallEvent<'a>,
    other_writes: &dyn Fn(&CallState, Option<&str>) -> Vec<FhirRequest>,
) -> Result<(), Code> {
    let root = event.root_sid().0;
    if event.recording.is_some_and(|recording| recording.message) {
        event.mailbox = callback.mailbox.filter(|action| !action.is_empty());
    }
    event.closing = callback.closing;
    event.screening = callback.is_screened.then_some(Screening::Required);
    let people = PeopleSearch::of_event(&event, callback.numbers, callback.config);
    event.inferred_direction = people.inferred_direction(&event);
    let people = Some(people).filter(|_| !callback.caller_waits && searches_people(&event));
    let mut requests = vec![search(root)];
    requests.extend(people.iter().flat_map(|people| people.requests(false)));
    // Slow searches must not take the time that the event needs, so they have their own timeout.
    let timeout = Some(if callback.caller_waits { CALLBACK_LIMIT } else { PEOPLE_TIMEOUT });
    let requests = requests.into_iter().map(|request| (HostRequest::Fhir(request), timeout)).collect();
    let mut answers = host.send_all(requests).await.into_iter();
    host.set_deadline(CALLBACK_LIMIT, jitter_seed(callback.pairs, callback.now));
    let call_record = CallRecord::read(answers.next().unwrap_or(HostResponse::Failed), root);
    let own = |address: &str| callback.config.sip.own_number(address, callback.numbers);
    let of_leg = event.to.and_then(own).or_else(|| event.from.and_then(own));
    let clinic = of_leg.or_else(|| callback.numbers.first().copied());
    let found = people.map(|people| people.read(&mut answers, clinic, callback.now)).unwrap_or_default();
    event.practitioner = found.practitioner.as_deref();
    let mut context = CallContext::default();
    match &call_record {
        Ok(call_record) if call_record.resource().is_none() && has_unknown_root(callback.pairs, &event) => {
            return Ok(());
        }
        Ok(call_record) => {
            let mut state = call_record.state.clone();
            state.add(&event);
            found.add_to(&mut context, &state);
        }
        Err(error) if has_unknown_root(callback.pairs, &event) => return Err(error.code()),
        // The searches were too slow, or the server was busy. `store` reads the record alone.
        Err(StoreError::Retryable(_) | StoreError::Permanent(Code::ChartUnavailable)) => host.pause(1).await,
        Err(error) => return Err(error.code()),
    }
    let write = RecordWrite {
        root,
        events: core::slice::from_ref(&event),
        context: &context,
        call_record: call_record.as_ref().ok(),
        other_writes,
        format: callback.config.into(),
        retry: RetryPolicy::UntilStored(None),
    };
    store(host, write).await.map(|_| ())
}

/// Whether to search for the people of the leg. Not for `queued`, `initiated` and `ringing`: a later event of the same
/// leg follows.
const fn searches_people(event: &CallEvent<'_>) -> bool {
    !matches!(event.status, Some(Status::Queued | Status::Initiated | Status::Ringing))
}

/// Whether the callback has `AnsweredBy` of a leg, but not the leg's root call: `amdStatusCallback` has no
/// `ParentCallSid`. A new record for it would have the wrong root. The leg's other callbacks and Twilio's list also
/// have `AnsweredBy`. Source: <https://www.twilio.com/docs/voice/answering-machine-detection>.
fn has_unknown_root(pairs: &[(&str, &str)], event: &CallEvent<'_>) -> bool {
    event.parent.is_none()
        && event.status.is_none()
        && pairs.iter().any(|(name, _)| *name == "MachineDetectionDuration")
}
