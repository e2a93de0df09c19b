// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a call record says about its recordings: which are copied into the chart, and which are deleted.
//!
//! An extension of the record has the state of each copy. It names the `Binary` before the `Binary` has any audio, so a
//! record names every audio in the chart.

use crate::chart::CallState;
use crate::fhir::change::replace_or_append;
use crate::fhir::element::{extension, extension_of, is, reference};
use crate::fhir::reference::is_reference;
use crate::json::{Json, decimal};
use crate::time::{instant, parse_instant};

/// The suffix of the extension that records a deleted recording.
const DELETED: &str = "/twilio-recording-deleted";
/// The suffix of the extension with the state of a copy.
const COPY: &str = "/twilio-recording-copy";
/// The suffix of the extension of a payload that has the audio of a recording.
const RECORDING: &str = "/twilio-recording";

/// The state of a recording's copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CopyState {
    pub(super) sid: String,
    /// `Binary/<id>`. `None` if the recording is too large to copy.
    pub(super) binary: Option<String>,
    /// When a run started to copy the recording, as Unix time in milliseconds. `None` if the copy is complete.
    pub(super) started: Option<u64>,
}

/// A recording as Twilio describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recording {
    pub(super) sid: String,
    /// When it was created, as Unix time in milliseconds.
    pub(super) created: u64,
    /// In seconds.
    pub(super) duration: Option<u32>,
    /// Whether it is a message of the caller.
    pub(super) is_message: bool,
}

/// The `RecordingSid`s of a call without those that the record marks as deleted.
pub(super) fn remaining_recordings(call: &Json) -> Vec<String> {
    let state = CallState::read(call);
    let mut remaining = Vec::new();
    for leg in state.root_leg().into_iter().chain(state.children()) {
        remaining.extend(leg.recordings().cloned());
    }
    for item in extensions(call, DELETED) {
        remaining.retain(|sid| Some(sid.as_str()) != sid_of(item));
    }
    remaining
}

/// The states of all copies.
pub(super) fn copies(call: &Json) -> Vec<CopyState> {
    let mut copies = Vec::new();
    for item in extensions(call, COPY) {
        let Some(sid) = sid_of(item) else { continue };
        let text = |url, path: &[&str]| part(item, url).and_then(|part| part.at(path)).and_then(Json::text);
        let binary = text("binary", &["valueReference", "reference"]).filter(|binary| is_reference(binary, "Binary"));
        let started = text("started", &["valueInstant"]).and_then(parse_instant);
        copies.push(CopyState { sid: sid.to_owned(), binary: binary.map(str::to_owned), started });
    }
    // A user may have removed the extension. The attachment then shows that the recording was copied.
    for item in call.get("payload").map(Json::elements).unwrap_or_default() {
        let sid = extensions(item, RECORDING).find_map(sid_of);
        if let Some(sid) = sid.filter(|sid| copies.iter().all(|copy| copy.sid != *sid)) {
            let binary = item.at(&["contentAttachment", "url"]).and_then(Json::text).and_then(binary_of);
            copies.push(CopyState { sid: sid.to_owned(), binary, started: None });
        }
    }
    copies
}

/// `Binary/<id>` in the URL of an attachment: the reference itself, or a presigned URL of the server's storage,
/// `…/binary/<id>/<version>?…`.
fn binary_of(url: &str) -> Option<String> {
    let at = url.to_ascii_lowercase().rfind("binary/")?;
    let id = url.get(at + "binary/".len()..)?.split(['/', '?', '#']).next()?;
    Some(["Binary/", id].concat()).filter(|binary| is_reference(binary, "Binary"))
}

/// Whether the call has an attachment with audio for a recording.
pub(super) fn has_audio(call: &Json, sid: &str) -> bool {
    let payloads = call.get("payload").map(Json::elements).unwrap_or_default();
    payloads.iter().any(|item| {
        extensions(item, RECORDING).any(|item| sid_of(item) == Some(sid))
            && item.at(&["contentAttachment", "url"]).is_some()
    })
}

/// Sets the state of a copy.
pub(super) fn set_copy(call: &mut Json, copy: &CopyState, extension_base: &str) {
    let mut parts = vec![extension("recordingSid", "valueString", Json::of(&copy.sid))];
    match &copy.binary {
        Some(binary) => parts.push(extension("binary", "valueReference", reference(binary))),
        None => parts.push(extension("notCopied", "valueCode", Json::of("too-large"))),
    }
    if let Some(started) = copy.started {
        parts.push(extension("started", "valueInstant", Json::of(&instant(started))));
    }
    let state = extension_of(&[extension_base, COPY].concat(), parts);
    replace_or_append(call, "extension", state, |item| has_suffix(item, COPY) && sid_of(item) == Some(&copy.sid));
}

/// Attaches a copy to the call. `size` is in bytes.
pub(super) fn attach(
    call: &mut Json,
    recording: &Recording,
    binary: &str,
    (content_type, size): (&str, u32),
    extension_base: &str,
) {
    let mut parts = vec![extension("recordingSid", "valueString", Json::of(&recording.sid))];
    // R4 has no `Attachment.duration`.
    if let Some(duration) = recording.duration {
        parts.push(extension("durationSeconds", "valueInteger", Json::of_integer(duration.into())));
    }
    let mut title = if recording.is_message { "Voicemail" } else { "Recording" }.to_owned();
    if let Some(duration) = recording.duration {
        title.push_str(&[", ", &decimal(duration.into()), " s"].concat());
    }
    let attachment = Json::object([
        ("contentType", Json::of(content_type)),
        ("url", Json::of(binary)),
        ("size", Json::of_integer(size.into())),
        ("title", Json::of(&title)),
        ("creation", Json::of(&instant(recording.created))),
    ]);
    let payload = Json::object([
        ("extension", Json::List(vec![extension_of(&[extension_base, RECORDING].concat(), parts)])),
        ("contentAttachment", attachment),
    ]);
    replace_or_append(call, "payload", payload, |item| is_of(item, &recording.sid));
}

/// Records that recordings and their copies were deleted. `now` is Unix time in milliseconds.
pub(super) fn with_deletions(mut call: Json, deleted: &[String], extension_base: &str, now: u64) -> Json {
    let mut extensions = call.get("extension").cloned().unwrap_or_default().into_elements();
    for sid in deleted {
        extensions.retain(|item| !has_suffix(item, COPY) || sid_of(item) != Some(sid));
        let parts = vec![
            extension("recordingSid", "valueString", Json::of(sid)),
            extension("deleted", "valueInstant", Json::of(&instant(now))),
        ];
        extensions.push(extension_of(&[extension_base, DELETED].concat(), parts));
    }
    call.set("extension", Json::List(extensions));
    let mut payload = call.get("payload").cloned().unwrap_or_default().into_elements();
    for item in payload.iter_mut().filter(|item| deleted.iter().any(|sid| is_of(item, sid))) {
        let mut attachment = item.get("contentAttachment").cloned().unwrap_or_default();
        if attachment.get("url").is_some() {
            let title = attachment.get("title").and_then(Json::text).unwrap_or("Recording");
            let title = [title, ", deleted"].concat();
            attachment.set("title", Json::of(&title));
            for name in ["url", "size"] {
                attachment.set(name, Json::Null);
            }
            item.set("contentAttachment", attachment);
        }
    }
    if !payload.is_empty() {
        call.set("payload", Json::List(payload));
    }
    call
}

/// Whether a payload has the audio of the recording `sid`.
fn is_of(payload: &Json, sid: &str) -> bool {
    extensions(payload, RECORDING).any(|item| sid_of(item) == Some(sid))
}

/// The extensions whose URL ends with `suffix`. The base URL in the config may have changed.
fn extensions<'a>(element: &'a Json, suffix: &'static str) -> impl Iterator<Item = &'a Json> {
    let all = element.get("extension").map(Json::elements).unwrap_or_default();
    all.iter().filter(move |item| has_suffix(item, suffix))
}

fn has_suffix(item: &Json, suffix: &str) -> bool {
    item.get("url").and_then(Json::text).is_some_and(|url| url.ends_with(suffix))
}

fn part<'a>(item: &'a Json, url: &str) -> Option<&'a Json> {
    item.get("extension").map(Json::elements).unwrap_or_default().iter().find(|part| is(part, "url", url))
}

fn sid_of(item: &Json) -> Option<&str> {
    part(item, "recordingSid")?.get("valueString")?.text()
}
