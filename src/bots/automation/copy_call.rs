// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Copies the recordings of one call. A copy takes four steps: create an empty `Binary`, write its reference into the
//! call record, fill the `Binary` with the audio, and attach it to the call. Each write of the record is conditional.
//! If a run ends between two steps, a later run finds the `Binary` in the record and continues. At worst, an empty
//! `Binary` remains that no record names.

use super::copies::{COPY_ROUND_TRIPS, Need, RETRY_EVERY_SWEEP_FOR, belongs_to, is_gone, missing};
use super::ended::EndedCall;
use super::recorded::{CopyState, Recording, attach, copies, remaining_recordings, set_copy};
use super::sweep_run::{AutomationRun, TIMEOUT};
use crate::chart::{CallRecord, StoreError, search};
use crate::error::Code;
use crate::fhir::element::{is, reference};
use crate::fhir::reference::reference_of;
use crate::json::Json;
use crate::rest::{TwilioRest, call_path, recording_path};
use crate::runtime::{FhirRequest, HostRequest, HostResponse};
use crate::time::{DAY, HOUR, parse_rfc2822};

/// The maximum size of a recording, in bytes: at least 100 minutes, or 200 minutes with one channel.
const MAX_BYTES: u32 = 50_000_000;
/// The maximum number of recordings that a run copies for one call.
const MAX_COPIES: usize = 4;
/// The number of attempts if other writers change the same record.
const ATTEMPTS: u32 = 3;

/// How far a run came with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing remains to copy.
    Complete,
    /// A later run must try again.
    Incomplete,
    /// The deadline has passed.
    OutOfTime,
}

/// A recording that this run copies, and its `Binary`.
struct Reserved {
    recording: Recording,
    binary: String,
}

/// Copies the recordings of one call. `reference` is its record (`Communication/<id>`), and `root` is the root
/// `CallSid`. Reports errors.
pub(super) async fn copy_call(run: &AutomationRun<'_>, rest: &TwilioRest, reference: &str, root: &str) -> Outcome {
    let mut unused = Vec::new();
    let reserved = reserve(run, rest, reference, root, &mut unused).await;
    let mut is_complete = true;
    let mut outcome = match reserved {
        Ok((call, reserved, all)) => {
            is_complete = all;
            fill(run, rest, call, reserved, &mut unused).await
        }
        Err(error) => Err(error),
    };
    // These have no audio, or no record names them.
    let deletions = unused.into_iter().map(FhirRequest::delete).collect();
    for answer in run.fhir(deletions).await {
        if !is_gone(&answer) {
            outcome = outcome.and(StoreError::check(&answer));
        }
    }
    match outcome {
        Ok(()) if is_complete => Outcome::Complete,
        Ok(()) => Outcome::Incomplete,
        Err(error) => {
            run.report(error.code());
            run.report(Code::RecordingNotCopied);
            // This error means a time-out: the deadline has passed.
            if error == StoreError::Permanent(Code::ChartUnavailable) {
                Outcome::OutOfTime
            } else {
                Outcome::Incomplete
            }
        }
    }
}

/// Creates a `Binary` for each missing recording and writes the references into the record. Returns the written record,
/// the recordings to copy, and whether these are all. `unused` receives each `Binary` that the record does not name.
async fn reserve(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    reference: &str,
    root: &str,
    unused: &mut Vec<String>,
) -> Result<(Json, Vec<Reserved>, bool), StoreError> {
    let mut error = StoreError::Retryable(Code::ChartConflict);
    for attempt in 0..ATTEMPTS {
        if attempt > 0 && !run.has_budget(COPY_ROUND_TRIPS) {
            break;
        }
        // The record in the event may be outdated. Of several records of a call, only the one that Plumline updates
        // gets the copies.
        let answer = run.fhir(vec![search(root)]).await.pop().unwrap_or(HostResponse::Failed);
        let record = CallRecord::read(answer, root)?;
        let resource = record.resource().filter(|_| record.reference().as_deref() == Some(reference));
        let Some(call) = resource.and_then(|resource| EndedCall::read(resource.clone(), run)) else {
            return Ok((Json::Null, Vec::new(), true));
        };
        let (need, mut recordings) = missing(run, &call);
        let mut is_complete = need != Need::Wait && recordings.len() <= MAX_COPIES;
        recordings.truncate(MAX_COPIES);
        let described = describe(run, rest, &call, recordings, &mut is_complete).await;
        if described.is_empty() {
            return Ok((Json::Null, Vec::new(), is_complete));
        }
        let reserved = with_binaries(run, reference, described, unused).await?;
        let mut resource = call.resource().clone();
        for Reserved { recording, binary } in &reserved {
            let (sid, binary) = (recording.sid.clone(), Some(binary.clone()));
            set_copy(&mut resource, &CopyState { sid, binary, started: Some(run.now) }, run.extension_base());
        }
        let update = FhirRequest::update(&resource).ok_or(StoreError::Permanent(Code::ChartRefused))?;
        let answer = run.fhir(vec![update]).await.pop().unwrap_or(HostResponse::Failed);
        match StoreError::check(&answer) {
            Ok(()) => {
                unused.retain(|binary| reserved.iter().all(|reserved| reserved.binary != *binary));
                return Ok((answer.ok().unwrap_or_default(), reserved, is_complete));
            }
            Err(StoreError::Retryable(Code::ChartConflict)) => {}
            Err(why) => {
                if !matches!(answer, HostResponse::Done { .. }) {
                    // The record may name them.
                    unused.clear();
                }
                error = why;
                break;
            }
        }
    }
    Err(error)
}

/// Reads recordings at Twilio. Those that do not exist or belong to another call are omitted. `is_complete` becomes
/// false if a recording must be tried again.
async fn describe(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    call: &EndedCall,
    recordings: Vec<(String, Option<String>)>,
    is_complete: &mut bool,
) -> Vec<(Recording, Option<String>)> {
    let requests: Vec<_> = recordings
        .iter()
        .map(|(sid, _)| (HostRequest::Http(rest.get(&recording_path(sid), &[])), Some(TIMEOUT)))
        .collect();
    if requests.is_empty() {
        return Vec::new();
    }
    run.spend();
    let mut described = Vec::new();
    for ((sid, binary), answer) in recordings.into_iter().zip(run.host.send_all(requests).await) {
        let resource = match answer {
            HostResponse::Done { status: 200..=299, body } => body,
            HostResponse::Done { status: 404 | 410, .. } => {
                *is_complete &= call.ended_at() + RETRY_EVERY_SWEEP_FOR <= run.now;
                continue;
            }
            answer => {
                run.report(twilio_code(&answer));
                run.report(Code::RecordingNotCopied);
                *is_complete = false;
                continue;
            }
        };
        let text = |name| resource.get(name).and_then(Json::text).unwrap_or_default();
        match text("status") {
            "completed" => {}
            "in-progress" | "paused" | "stopped" | "processing" => {
                *is_complete = false;
                continue;
            }
            _ => continue,
        }
        let Some(created) = parse_rfc2822(text("date_created")) else { continue };
        if ends_soon(run, created) || !is_of_call(run, rest, call, text("call_sid")).await {
            continue;
        }
        let is_message = text("source") == "RecordVerb" && call.has_message();
        let duration = text("duration").parse().ok();
        described.push((Recording { sid, created, duration, is_message }, binary));
    }
    described
}

/// Whether the retention period of a recording ends within an hour. Then it is not copied, so that a copy is never made
/// while the sweep deletes the recording.
fn ends_soon(run: &AutomationRun<'_>, created: u64) -> bool {
    let days = run.config.recording.as_ref().and_then(|recording| recording.retention_days);
    days.is_some_and(|days| created + u64::from(days) * DAY <= run.now + HOUR)
}

/// Whether Twilio made a recording in this call. Staff may edit call records, so a record does not prove it.
async fn is_of_call(run: &AutomationRun<'_>, rest: &TwilioRest, call: &EndedCall, call_sid: &str) -> bool {
    if call_sid == call.root_sid() {
        return true;
    }
    let leg = run.http(rest.get(&call_path(call_sid), &[])).await.ok().unwrap_or_default();
    is(&leg, "parent_call_sid", call.root_sid())
}

/// Creates an empty `Binary` for each recording that has none. `unused` has those of earlier attempts.
async fn with_binaries(
    run: &AutomationRun<'_>,
    context: &str,
    mut recordings: Vec<(Recording, Option<String>)>,
    unused: &mut Vec<String>,
) -> Result<Vec<Reserved>, StoreError> {
    // Staff may edit the record, so a `Binary` that it names may belong to another record or not exist.
    let named: Vec<String> = recordings.iter().filter_map(|(_, binary)| binary.clone()).collect();
    let reads = named.iter().cloned().map(FhirRequest::get).collect();
    for (name, answer) in named.iter().zip(run.fhir(reads).await) {
        let is_other = match &answer {
            HostResponse::Done { status: 200..=299, body } => !belongs_to(body, context),
            answer if is_gone(answer) => true,
            answer => return StoreError::check(answer).map(|()| Vec::new()),
        };
        for (_, binary) in recordings.iter_mut().filter(|(_, binary)| is_other && binary.as_ref() == Some(name)) {
            *binary = None;
        }
    }
    let wanted = recordings.iter().filter(|(_, binary)| binary.is_none()).count();
    let empty = Json::object([
        ("resourceType", Json::of("Binary")),
        ("contentType", Json::of("audio/mpeg")),
        ("securityContext", reference(context)),
    ]);
    let creates = (unused.len()..wanted).map(|_| FhirRequest::create(&empty, None)).collect();
    let mut outcome = Ok(());
    for answer in run.fhir(creates).await {
        outcome = outcome.and(StoreError::check(&answer));
        unused.extend(answer.ok().as_ref().and_then(reference_of));
    }
    outcome?;
    let mut new = unused.iter();
    let mut reserved = Vec::new();
    for (recording, binary) in recordings {
        if let Some(binary) = binary.or_else(|| new.next().cloned()) {
            reserved.push(Reserved { recording, binary });
        }
    }
    Ok(reserved)
}

/// Copies the audio and attaches it to the call. `unused` receives each `Binary` that no record names.
async fn fill(
    run: &AutomationRun<'_>,
    rest: &TwilioRest,
    mut call: Json,
    reserved: Vec<Reserved>,
    unused: &mut Vec<String>,
) -> Result<(), StoreError> {
    let Some(context) = reference_of(&call) else { return Ok(()) };
    let mut outcome = Ok(());
    let mut filled = Vec::new();
    for reserved in reserved {
        run.spend();
        let copy = rest.copy_recording(&reserved.recording.sid, &reserved.binary, &context, MAX_BYTES);
        match content_of(&run.host.send(HostRequest::CopyAudio(copy), Some(TIMEOUT)).await) {
            Ok(audio) => filled.push((reserved, audio)),
            Err(error) => {
                outcome = Err(error);
                if error == StoreError::Permanent(Code::ChartUnavailable) {
                    break;
                }
            }
        }
    }
    for attempt in 0..ATTEMPTS {
        if filled.is_empty() {
            break;
        }
        if attempt > 0 {
            let read = FhirRequest::get(context.clone());
            let answer = run.fhir(vec![read]).await.pop().unwrap_or(HostResponse::Failed);
            // The record was deleted, so no one may read the copies.
            let was_deleted = is_gone(&answer);
            call = if was_deleted {
                Json::Null
            } else {
                StoreError::check(&answer).map(|()| answer.ok())?.unwrap_or_default()
            };
        }
        let (resource, orphans) = with_attachments(run, call.clone(), &filled);
        let Some(update) = resource.as_ref().and_then(FhirRequest::update) else {
            unused.extend(orphans);
            break;
        };
        let answer = run.fhir(vec![update]).await.pop().unwrap_or(HostResponse::Failed);
        match StoreError::check(&answer) {
            Ok(()) => {
                unused.extend(orphans);
                break;
            }
            Err(StoreError::Retryable(Code::ChartConflict)) if attempt + 1 < ATTEMPTS => {}
            Err(error) => {
                // A server that refuses the record once would refuse it again.
                if error == StoreError::Permanent(Code::ChartRefused) {
                    unused.extend(filled.iter().map(|(reserved, _)| reserved.binary.clone()));
                }
                return Err(error);
            }
        }
    }
    outcome
}

/// The audio of a copy.
enum Content {
    /// Its content type, and its size in bytes.
    Copied(String, u32),
    TooLarge,
}

fn content_of(answer: &HostResponse) -> Result<Content, StoreError> {
    match answer {
        HostResponse::Done { status: 200..=299, body } => {
            let content_type = body.get("contentType").and_then(Json::text).unwrap_or("audio/mpeg");
            let size = body.get("size").and_then(Json::integer).unwrap_or_default();
            Ok(Content::Copied(content_type.to_owned(), size))
        }
        HostResponse::Done { status, body } if is(body, "refusedBy", "twilio") => match status {
            413 => Ok(Content::TooLarge),
            _ => Err(StoreError::Retryable(twilio_code(answer))),
        },
        _ => StoreError::check(answer).map(|()| Content::TooLarge),
    }
}

/// The record with the copies, and each `Binary` that it does not name. `None` if the record cannot have them, because
/// it was deleted.
fn with_attachments(
    run: &AutomationRun<'_>,
    mut call: Json,
    filled: &[(Reserved, Content)],
) -> (Option<Json>, Vec<String>) {
    let mut orphans = Vec::new();
    let (remaining, states) = (remaining_recordings(&call), copies(&call));
    let mut has_changed = false;
    for (Reserved { recording, binary }, content) in filled {
        let is_ours = |copy: &CopyState| copy.sid == recording.sid && copy.binary.as_ref() == Some(binary);
        // Another writer may have deleted the recording.
        if !remaining.contains(&recording.sid) || !states.iter().any(is_ours) {
            orphans.push(binary.clone());
            continue;
        }
        let sid = recording.sid.clone();
        let copy = match content {
            Content::Copied(content_type, size) => {
                attach(&mut call, recording, binary, (content_type, *size), run.extension_base());
                CopyState { sid, binary: Some(binary.clone()), started: None }
            }
            Content::TooLarge => {
                run.report(Code::RecordingTooLarge);
                orphans.push(binary.clone());
                CopyState { sid, binary: None, started: None }
            }
        };
        set_copy(&mut call, &copy, run.extension_base());
        has_changed = true;
    }
    (has_changed.then_some(call), orphans)
}

const fn twilio_code(answer: &HostResponse) -> Code {
    match answer {
        HostResponse::Done { status: 400..=407 | 409..=428, .. } => Code::TwilioRefused,
        _ => Code::TwilioUnavailable,
    }
}
