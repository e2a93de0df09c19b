// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Copies recordings from Twilio into the chart, so that staff can play them with their own rights.
//!
//! A copy takes four steps: create an empty `Binary`, write its reference into the call record, fill the `Binary` with
//! the audio, and attach it to the call. Each write of the record is conditional. If a run ends between two steps, a
//! later run finds the `Binary` in the record and continues. At worst, an empty `Binary` remains that no record names.

use super::calls::earlier;
use super::ended::EndedCall;
use super::marks::{Mark, Marks};
use super::recorded::{CopyState, Recording, attach, copies, remaining_recordings, set_copy};
use super::sweep_run::{SweepRun, TIMEOUT};
use crate::chart::{CallRecord, PagedSearch, StoreError, search};
use crate::error::Code;
use crate::fhir::element::{is, reference};
use crate::fhir::reference::reference_of;
use crate::fhir::systems::VOICE_CATEGORY;
use crate::json::Json;
use crate::rest::{TwilioRest, call_path, recording_path};
use crate::runtime::{FhirRequest, HostRequest, HostResponse};
use crate::time::{DAY, HOUR, MINUTE, parse_rfc2822};

/// The deadline of all requests once a run copies, in milliseconds after its event. Medplum ends the bot after 30 s.
const DEADLINE: u32 = 24_000;
/// The maximum size of a recording, in bytes: at least 100 minutes, or 200 minutes with one channel.
const MAX_BYTES: u32 = 50_000_000;
/// The maximum number of recordings that a run copies for one call.
const MAX_COPIES: usize = 4;
/// The number of attempts if other writers change the same record.
const ATTEMPTS: u32 = 3;
/// The maximum number of round trips for one call without conflicts.
const COPY_ROUND_TRIPS: u32 = 12;
/// The minimum number of round trips that a sweep has for copies. They end at [`DEADLINE`], however long they take.
pub(super) const SWEEP_COPY_ROUND_TRIPS: u32 = COPY_ROUND_TRIPS + 2;
/// The time, in milliseconds, after which another run continues a copy. The run that started it has then ended.
const TAKE_OVER_AFTER: u64 = 2 * MINUTE;
/// The same time in milliseconds if the call ended more than [`MAX_HOLD`] ago.
const SLOW_TAKE_OVER_AFTER: u64 = 55 * MINUTE;
/// How long after the end of a call, in milliseconds, every sweep tries to copy. Later, one sweep per hour tries.
const MAX_HOLD: u64 = HOUR;
/// The maximum time, in milliseconds, until a search finds a written record.
const OVERLAP: u64 = 2 * MINUTE;
/// How far back the first run reads, in milliseconds.
const FIRST_LOOKBACK: u64 = HOUR;
/// Calls per page.
const PAGE_SIZE: usize = 50;

/// Whether recordings of a call must be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// No recording.
    Nothing,
    /// Another run may be copying the rest.
    Wait,
    /// At least one recording.
    Copy,
}

/// The recordings of a call that are not copied, with the `Binary` of a copy that was started.
fn missing(run: &SweepRun<'_>, call: &EndedCall) -> (Need, Vec<(String, Option<String>)>) {
    let (mut need, mut missing) = (Need::Nothing, Vec::new());
    let is_recent = call.ended_at() + MAX_HOLD > run.now;
    let take_over_after = if is_recent { TAKE_OVER_AFTER } else { SLOW_TAKE_OVER_AFTER };
    let states = copies(call.resource());
    for sid in remaining_recordings(call.resource()) {
        match states.iter().find(|copy| copy.sid == sid) {
            None => missing.push((sid, None)),
            Some(CopyState { started: Some(started), binary, .. }) => {
                // An instant in the future was not written by Plumline.
                if started + take_over_after > run.now && *started <= run.now + MINUTE {
                    need = Need::Wait;
                } else {
                    missing.push((sid, binary.clone()));
                }
            }
            Some(_) => {}
        }
    }
    (if missing.is_empty() { need } else { Need::Copy }, missing)
}

/// Whether recordings of an ended call must be copied.
pub(super) fn need(run: &SweepRun<'_>, call: &EndedCall) -> Need {
    if run.config.copies_recordings() { missing(run, call).0 } else { Need::Nothing }
}

/// Sets a deadline for all further requests, because a copy may take long.
pub(super) fn limit_time(run: &SweepRun<'_>) {
    run.host.set_deadline(DEADLINE, run.now as u32);
}

/// Copies the recordings of the calls whose records changed since the mark. A copy that fails is tried again by each
/// sweep in the first hour after the call, and then once an hour for seven days.
pub(super) async fn copy_missing(run: &SweepRun<'_>, rest: &TwilioRest, marks: &mut Marks) {
    if !run.config.copies_recordings() {
        // If copying is configured later, it starts at that moment.
        [Mark::CopiedTo, Mark::CopiesRetryFrom, Mark::CopiesRetried].into_iter().for_each(|mark| marks.set(mark, None));
        return;
    }
    limit_time(run);
    let recent = run.now.saturating_sub(OVERLAP);
    let mut from = marks.get(Mark::CopiedTo).unwrap_or(run.now.saturating_sub(FIRST_LOOKBACK)).min(recent);
    let may_retry = marks.get(Mark::CopiesRetried).is_none_or(|last| last + HOUR <= run.now);
    if let Some(retry_from) = marks.get(Mark::CopiesRetryFrom).filter(|_| may_retry) {
        from = from.min(retry_from);
        marks.set(Mark::CopiesRetryFrom, None);
        marks.set(Mark::CopiesRetried, Some(run.now));
    }
    let category = ["Communication?category=", VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1, "&status=completed"].concat();
    let mut search_pages = PagedSearch::new(category, "_lastUpdated", from, None);
    let mut hold = None;
    while run.has_budget(COPY_ROUND_TRIPS + 1) {
        run.spend();
        let page = match search_pages.next(run.host, PAGE_SIZE).await {
            Ok(page) => page,
            Err(error) => return run.report(error.code()),
        };
        let mut can_continue = true;
        for (changed, resource) in page {
            let Some(call) = EndedCall::read(resource, run) else { continue };
            let is_complete = match need(run, &call) {
                Need::Nothing => continue,
                Need::Copy if can_continue && run.has_budget(COPY_ROUND_TRIPS) => {
                    let outcome = copy_call(run, rest, call.reference(), call.root_sid()).await;
                    can_continue = outcome != Outcome::OutOfTime;
                    outcome == Outcome::Complete
                }
                Need::Copy => {
                    // The next sweep copies it.
                    hold = earlier(hold, Some(changed));
                    can_continue = false;
                    continue;
                }
                Need::Wait => false,
            };
            if !is_complete && call.ended_at() + MAX_HOLD > run.now {
                hold = earlier(hold, Some(changed));
            } else if !is_complete {
                marks.set(Mark::CopiesRetryFrom, earlier(marks.get(Mark::CopiesRetryFrom), Some(changed)));
            }
        }
        let at = if search_pages.is_exhausted() { search_pages.at.max(recent) } else { search_pages.at };
        marks.set(Mark::CopiedTo, Some(at.min(hold.unwrap_or(at))));
        if search_pages.is_exhausted() || !can_continue {
            return;
        }
    }
}

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
struct Claimed {
    recording: Recording,
    binary: String,
}

/// Copies the recordings of one call. `reference` is its record (`Communication/<id>`), and `root` is the root
/// `CallSid`. Reports errors.
pub(super) async fn copy_call(run: &SweepRun<'_>, rest: &TwilioRest, reference: &str, root: &str) -> Outcome {
    let mut unused = Vec::new();
    let claimed = claim(run, rest, reference, root, &mut unused).await;
    let mut is_complete = true;
    let mut outcome = match claimed {
        Ok((call, claimed, all)) => {
            is_complete = all;
            fill(run, rest, call, claimed, &mut unused).await
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
            // An error that is permanent although the server is available: the deadline has passed.
            if error == StoreError::Permanent(Code::ChartUnavailable) { Outcome::OutOfTime } else { Outcome::Incomplete }
        }
    }
}

/// Creates a `Binary` for each missing recording and writes the references into the record. Returns the written record,
/// the recordings to copy, and whether these are all. `unused` receives each `Binary` that the record does not name.
async fn claim(
    run: &SweepRun<'_>,
    rest: &TwilioRest,
    reference: &str,
    root: &str,
    unused: &mut Vec<String>,
) -> Result<(Json, Vec<Claimed>, bool), StoreError> {
    let mut error = StoreError::Retryable(Code::ChartConflict);
    for attempt in 0..ATTEMPTS {
        if attempt > 0 && !run.has_budget(COPY_ROUND_TRIPS) {
            break;
        }
        // The record in the event may be outdated. Of several records of a call, only the one that Plumline updates gets
        // the copies.
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
        let claimed = with_binaries(run, reference, described, unused).await?;
        let mut resource = call.resource().clone();
        for Claimed { recording, binary } in &claimed {
            let (sid, binary) = (recording.sid.clone(), Some(binary.clone()));
            set_copy(&mut resource, &CopyState { sid, binary, started: Some(run.now) }, run.extension_base());
        }
        let update = FhirRequest::update(&resource).ok_or(StoreError::Permanent(Code::ChartRefused))?;
        let answer = run.fhir(vec![update]).await.pop().unwrap_or(HostResponse::Failed);
        match StoreError::check(&answer) {
            Ok(()) => {
                unused.retain(|binary| claimed.iter().all(|claimed| claimed.binary != *binary));
                return Ok((answer.ok().unwrap_or_default(), claimed, is_complete));
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

/// Reads recordings at Twilio. Those that do not exist or belong to another call are omitted. `is_complete` becomes false
/// if a recording must be tried again.
async fn describe(
    run: &SweepRun<'_>,
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
                *is_complete &= call.ended_at() + MAX_HOLD <= run.now;
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
fn ends_soon(run: &SweepRun<'_>, created: u64) -> bool {
    let days = run.config.recording.as_ref().and_then(|recording| recording.retention_days);
    days.is_some_and(|days| created + u64::from(days) * DAY <= run.now + HOUR)
}

/// Whether Twilio made a recording in this call. Staff may edit call records, so a record does not prove it.
async fn is_of_call(run: &SweepRun<'_>, rest: &TwilioRest, call: &EndedCall, sid: &str) -> bool {
    if sid == call.root_sid() {
        return true;
    }
    let leg = run.http(rest.get(&call_path(sid), &[])).await.ok().unwrap_or_default();
    is(&leg, "parent_call_sid", call.root_sid())
}

/// Creates an empty `Binary` for each recording that has none. `unused` has those of earlier attempts.
async fn with_binaries(
    run: &SweepRun<'_>,
    context: &str,
    mut recordings: Vec<(Recording, Option<String>)>,
    unused: &mut Vec<String>,
) -> Result<Vec<Claimed>, StoreError> {
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
    let mut claimed = Vec::new();
    for (recording, binary) in recordings {
        if let Some(binary) = binary.or_else(|| new.next().cloned()) {
            claimed.push(Claimed { recording, binary });
        }
    }
    Ok(claimed)
}

/// Copies the audio and attaches it to the call. `unused` receives each `Binary` that no record names.
async fn fill(
    run: &SweepRun<'_>,
    rest: &TwilioRest,
    mut call: Json,
    claimed: Vec<Claimed>,
    unused: &mut Vec<String>,
) -> Result<(), StoreError> {
    let Some(context) = reference_of(&call) else { return Ok(()) };
    let mut outcome = Ok(());
    let mut filled = Vec::new();
    for claimed in claimed {
        run.spend();
        let copy = rest.copy_recording(&claimed.recording.sid, &claimed.binary, &context, MAX_BYTES);
        match content_of(run.host.send(HostRequest::CopyAudio(copy), Some(TIMEOUT)).await) {
            Ok(content) => filled.push((claimed, content)),
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
            call = if was_deleted { Json::Null } else { StoreError::check(&answer).map(|()| answer.ok())?.unwrap_or_default() };
        }
        let attached = with_attachments(run, call.clone(), &filled);
        let (resource, orphans) = (attached.0, attached.1);
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
                    unused.extend(filled.iter().map(|(claimed, _)| claimed.binary.clone()));
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

fn content_of(answer: HostResponse) -> Result<Content, StoreError> {
    match &answer {
        HostResponse::Done { status: 200..=299, body } => {
            let content_type = body.get("contentType").and_then(Json::text).unwrap_or("audio/mpeg");
            let size = body.get("size").and_then(Json::integer).unwrap_or_default();
            Ok(Content::Copied(content_type.to_owned(), size))
        }
        HostResponse::Done { status, body } if is(body, "refusedBy", "twilio") => match status {
            413 => Ok(Content::TooLarge),
            _ => Err(StoreError::Retryable(twilio_code(&answer))),
        },
        _ => StoreError::check(&answer).map(|()| Content::TooLarge),
    }
}

/// The record with the copies, and each `Binary` that it does not name. `None` if the record cannot have them, because it
/// was deleted.
fn with_attachments(
    run: &SweepRun<'_>,
    mut call: Json,
    filled: &[(Claimed, Content)],
) -> (Option<Json>, Vec<String>) {
    let mut orphans = Vec::new();
    let (remaining, states) = (remaining_recordings(&call), copies(&call));
    let mut has_changed = false;
    for (Claimed { recording, binary }, content) in filled {
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

/// Deletes the copies in the chart. Each item is a `Binary` and the record that names it. Returns for each item whether
/// the copy is gone. A `Binary` that does not belong to the record is not deleted, because staff may edit records.
pub(super) async fn delete_copies(run: &SweepRun<'_>, items: &[(String, String)]) -> Vec<bool> {
    let mut gone = vec![false; items.len()];
    let mut deletions = Vec::new();
    let reads = items.iter().map(|(binary, _)| FhirRequest::get(binary.clone())).collect();
    for (index, answer) in run.fhir(reads).await.into_iter().enumerate() {
        gone[index] = is_gone(&answer);
        match answer {
            HostResponse::Done { status: 200..=299, body } => {
                if belongs_to(&body, &items[index].1) {
                    deletions.push(index);
                } else {
                    gone[index] = true;
                }
            }
            answer => report_unless_gone(run, &answer),
        }
    }
    let requests = deletions.iter().map(|index| FhirRequest::delete(items[*index].0.clone())).collect();
    for (index, answer) in deletions.into_iter().zip(run.fhir(requests).await) {
        gone[index] = is_gone(&answer) || StoreError::check(&answer).is_ok();
        report_unless_gone(run, &answer);
    }
    gone
}

fn report_unless_gone(run: &SweepRun<'_>, answer: &HostResponse) {
    if let Err(error) = StoreError::check(answer)
        && !is_gone(answer)
    {
        run.report(error.code());
    }
}

/// Whether `context` protects a `Binary`.
fn belongs_to(binary: &Json, context: &str) -> bool {
    binary.at(&["securityContext", "reference"]).and_then(Json::text) == Some(context)
}

const fn is_gone(answer: &HostResponse) -> bool {
    matches!(answer, HostResponse::Done { status: 404 | 410, .. })
}

const fn twilio_code(answer: &HostResponse) -> Code {
    match answer {
        HostResponse::Done { status: 400..=407 | 409..=428, .. } => Code::TwilioRefused,
        _ => Code::TwilioUnavailable,
    }
}
