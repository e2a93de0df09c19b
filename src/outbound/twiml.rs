// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes the TwiML for calls that staff place.

use crate::dialplan::config::{Config, Recording};
use crate::dialplan::speech::{in_english, say};
use crate::dialplan::verbs::{Conference, conference_attributes, max_participants};
use crate::dialplan::{CallbackKind, CallbackUrl, EVENTS};
use crate::json::decimal;
use crate::policy::{AnsweringMachine, Refusal, SpokenMessage};
use crate::text::split_on;
use crate::twiml::{Document, IllFormed};

/// A leg to dial.
#[derive(Clone, Copy, Debug)]
pub struct Connection<'a> {
    /// The webhook's URL.
    pub webhook: &'a str,
    /// The callee, E.164.
    pub callee: &'a str,
    /// The caller ID: E.164, one of the clinic's numbers.
    pub from: &'a str,
}

/// A callback URL that Twilio retries until it succeeds.
#[must_use]
pub fn retried_callback_url(webhook: &str, kind: CallbackKind) -> String {
    CallbackUrl::common(kind).retried_url(split_on(webhook, b'#').0)
}

/// The number of prompts to press a key on the practitioner's phone.
const MAX_PROMPTS: usize = 2;
/// The prompt. Voicemail may record it, so it contains no name and no subject of the call.
const CONFIRM: &str = "To place your call, press any key.";
/// The message if no key was pressed.
const GOODBYE: &str = "Goodbye.";

/// Waits for a key press on the practitioner's own phone. Without a key press, no number is dialed, because voicemail
/// may have answered.
///
/// # Errors
/// [`IllFormed`] if a text of the config cannot be written as XML.
pub fn confirm(webhook: &str, config: &Config) -> Result<String, IllFormed> {
    let pressed = CallbackUrl::common(CallbackKind::Connect).url(split_on(webhook, b'#').0);
    let attributes = in_english(config);
    let mut document = Document::new();
    document.open("Response", &[]);
    // Any key is accepted, including the pound key.
    let gather = [("input", "dtmf"), ("timeout", "5"), ("numDigits", "1"), ("finishOnKey", ""), ("action", &*pressed)];
    for _ in 0..MAX_PROMPTS {
        document.open("Gather", &gather).element("Say", &attributes, CONFIRM).close();
    }
    document.element("Say", &attributes, GOODBYE).empty("Hangup", &[]);
    document.finish()
}

/// Dials the callee.
///
/// # Errors
/// [`IllFormed`] if a text of the config cannot be written as XML.
pub fn connect(connection: &Connection<'_>, config: &Config) -> Result<String, IllFormed> {
    let mut document = Document::new();
    document.open("Response", &[]);
    let recording = config.recording.as_ref().filter(|recording| recording.outbound);
    if let Some(recording) = recording {
        announce(&mut document, recording, config);
    }
    let timeout = config.outbound.timeout.map(|seconds| decimal(seconds.into()));
    let recorded = retried_callback_url(connection.webhook, CallbackKind::Recording);
    let mut dial = vec![("callerId", connection.from), ("answerOnBridge", "true")];
    if let Some(seconds) = &timeout {
        dial.push(("timeout", seconds));
    }
    if recording.is_some() {
        dial.push(("record", "record-from-answer-dual"));
        dial.push(("recordingStatusCallback", &recorded));
    }
    let (status, machine) = (
        retried_callback_url(connection.webhook, CallbackKind::Status),
        retried_callback_url(connection.webhook, CallbackKind::Machine),
    );
    // The callee also hears the announcement: Twilio plays it on the callee's leg before it connects the two parties.
    let announcement = CallbackUrl::common(CallbackKind::Announce).url(split_on(connection.webhook, b'#').0);
    let mut number = Vec::with_capacity(5);
    if recording.is_some() {
        number.push(("url", announcement.as_str()));
    }
    number.push(("statusCallback", status.as_str()));
    number.push(("statusCallbackEvent", EVENTS));
    let detection = match config.outbound.answering_machine {
        AnsweringMachine::Off => None,
        AnsweringMachine::Enable => Some("Enable"),
        AnsweringMachine::DetectMessageEnd => Some("DetectMessageEnd"),
    };
    if let Some(detection) = detection {
        number.push(("machineDetection", detection));
        number.push(("amdStatusCallback", &machine));
    }
    document.open("Dial", &dial).element("Number", &number, connection.callee);
    document.finish()
}

/// Connects the staff member with the first caller in a queue. The caller heard the recording announcement before the
/// wait.
///
/// # Errors
/// [`IllFormed`] if the name cannot be written as XML.
pub fn queue(name: &str, webhook: &str, config: &Config) -> Result<String, IllFormed> {
    let mut document = Document::new();
    document.open("Response", &[]);
    let recorded = retried_callback_url(webhook, CallbackKind::Recording);
    let mut dial = vec![("answerOnBridge", "true")];
    if let Some(recording) = inbound_recording(config) {
        announce(&mut document, recording, config);
        dial.extend([("record", "record-from-answer-dual"), ("recordingStatusCallback", recorded.as_str())]);
    }
    document.open("Dial", &dial).element("Queue", &[], name);
    document.finish()
}

/// Puts a staff member into a conference. If callers wait for staff in this conference, the staff member's arrival
/// starts it, and their departure ends it.
///
/// # Errors
/// [`IllFormed`] if the name cannot be written as XML.
pub fn conference(conference: &Conference, webhook: &str, config: &Config) -> Result<String, IllFormed> {
    let mut document = Document::new();
    document.open("Response", &[]);
    let recording = inbound_recording(config);
    if let Some(recording) = recording {
        announce(&mut document, recording, config);
    }
    let (status, recorded) =
        (retried_callback_url(webhook, CallbackKind::Status), retried_callback_url(webhook, CallbackKind::Recording));
    let max = max_participants(conference);
    let mut attributes = Vec::with_capacity(8);
    if conference.wait_for_staff {
        attributes.push(("endConferenceOnExit", "true"));
    }
    conference_attributes(
        &mut attributes,
        conference,
        max.as_deref(),
        &status,
        Some(&*recorded).filter(|_| recording.is_some()),
    );
    document.open("Dial", &[]).element("Conference", &attributes, &conference.name);
    document.finish()
}

/// The recording settings. `None` if inbound calls are not recorded.
fn inbound_recording(config: &Config) -> Option<&Recording> {
    config.recording.as_ref().filter(|recording| recording.inbound)
}

fn announce(document: &mut Document<'_>, recording: &Recording, config: &Config) {
    // This cannot fail: the check of a config refuses SSML that is not well-formed.
    drop(say(document, &recording.announcement, config, config.language.as_deref(), &[]));
}

/// The TwiML that says why a call is refused, and hangs up.
#[must_use]
pub fn refuse(refusal: Refusal, config: &Config) -> String {
    spoken(refusal.sentence(), config)
        .or_else(|_| spoken(SpokenMessage::Failure.text(), &Config::default()))
        .unwrap_or_default()
}

fn spoken(sentence: &str, config: &Config) -> Result<String, IllFormed> {
    let mut document = Document::new();
    document.open("Response", &[]);
    document.element("Say", &in_english(config), sentence).empty("Hangup", &[]);
    document.finish()
}
