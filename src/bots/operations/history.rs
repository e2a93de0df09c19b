// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `history`: returns a patient's calls and messages in pages.
//!
//! The bot runs with the access rights of the requester, so it returns only what the requester may read. A cursor has
//! the instant and the id of the last item. Each item is returned once, even if other items are added between two
//! pages.

use super::invalid_argument;
use crate::chart::{CallDirection, CallState, StoreError, found};
use crate::error::{Code, Problem};
use crate::fhir::element::{has_coding, identifier_value};
use crate::fhir::reference::{is_id, reference_of};
use crate::fhir::systems::{TWILIO, VOICE_CATEGORY};
use crate::json::{Json, decimal};
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, Reply, Response};
use crate::time::{DAY, instant, parse_instant};

/// The default number of items per page.
const DEFAULT_COUNT: u32 = 20;
/// The maximum number of items per page.
const MAX_COUNT: u32 = 100;
/// The maximum number of items with the same instant.
const MAX_AT_INSTANT: u64 = 1_000;
/// The timeout of a round trip, in milliseconds.
const TIMEOUT: u32 = 8_000;

/// The code system of a message's direction.
const MESSAGE: &str = "https://medplum.com/twilio-sms-direction";

/// Takes `{ patient, count?, order?, cursor? }` and returns `{ items, cursor? }`.
pub(super) async fn history(event: &BotEvent, host: &Host) -> Response {
    match page(event, host).await {
        Ok(page) => Reply::Value(page).into(),
        Err(reply) => reply.into(),
    }
}

/// The last item of the previous page.
#[derive(Clone)]
struct Cursor {
    at: u64,
    id: String,
}

struct Item {
    at: u64,
    id: String,
    resource: Json,
}

async fn page(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let text = |name| event.input.get(name).and_then(Json::text);
    let patient = text("patient").filter(|patient| is_patient(patient));
    let patient = patient.ok_or(invalid_argument("patient"))?;
    let count = event.input.get("count").and_then(Json::integer).unwrap_or(DEFAULT_COUNT).clamp(1, MAX_COUNT);
    let newest = text("order") != Some("oldest");
    let cursor = match event.input.get("cursor") {
        None | Some(Json::Null) => None,
        Some(cursor) => Some(Cursor::read(cursor).ok_or(Reply::Invalid(Code::CursorInvalid.into()))?),
    };
    let query = HistoryQuery { search: search(patient), count: count as usize, newest };
    let (items, has_more) = query.read(event.now, cursor, host).await.map_err(error_reply)?;
    let cursor = items.last().filter(|_| has_more).map_or(Json::Null, Cursor::write);
    let items = items.into_iter().map(|item| item_json(&item.resource)).collect();
    Ok(Json::object([("items", Json::List(items)), ("cursor", cursor)]))
}

/// The parameters of a request for a patient's history.
struct HistoryQuery {
    search: String,
    count: usize,
    newest: bool,
}

impl HistoryQuery {
    /// Reads the items after `cursor`. The second value is whether there may be more.
    async fn read(&self, now: u64, cursor: Option<Cursor>, host: &Host) -> Result<(Vec<Item>, bool), StoreError> {
        let asked = self.count + 1;
        let mut requests = vec![self.after_cursor(now, cursor.as_ref(), asked)];
        requests.extend(cursor.as_ref().map(|cursor| self.at_instant(cursor.at)));
        let requests = requests.into_iter().map(|request| (HostRequest::Fhir(request), Some(TIMEOUT))).collect();
        let mut answers = host.send_all(requests).await.into_iter();
        let mut after = Vec::new();
        let mut is_full = false;
        if let Some(answer) = answers.next() {
            after = items(found(answer, "Communication")?);
            is_full = after.len() >= asked;
        }
        let mut page = Vec::new();
        if let (Some(answer), Some(cursor)) = (answers.next(), &cursor) {
            // The remaining items with the instant of the cursor.
            page = items(found(answer, "Communication")?);
            page.retain(|item| if self.newest { item.id < cursor.id } else { item.id > cursor.id });
        }
        if let (true, Some(edge)) = (is_full, after.last().map(|last| last.at)) {
            // The page may have only a part of the items with its last instant.
            after.retain(|item| item.at != edge);
            if after.is_empty() {
                let answer = host.send(HostRequest::Fhir(self.at_instant(edge)), Some(TIMEOUT)).await;
                after = items(found(answer, "Communication")?);
            }
        }
        page.extend(after);
        let mut page = in_order(page, self.newest);
        let has_more = is_full || page.len() > self.count;
        page.truncate(self.count);
        Ok((page, has_more))
    }

    /// The search for all items with the same instant.
    fn at_instant(&self, at: u64) -> FhirRequest {
        let period = ["&sent=ge", &instant(at), "&sent=lt", &instant(at + 1)].concat();
        FhirRequest::get([&self.search, &period, "&_sort=sent&_count=", &decimal(MAX_AT_INSTANT)].concat())
    }

    fn after_cursor(&self, now: u64, cursor: Option<&Cursor>, count: usize) -> FhirRequest {
        // This excludes items without `sent`, which are not part of the history.
        let bound = if self.newest {
            ["&sent=lt", &instant(cursor.map_or(now + DAY, |cursor| cursor.at)), "&_sort=-sent"].concat()
        } else {
            ["&sent=ge", &instant(cursor.map_or(0, |cursor| cursor.at + 1)), "&_sort=sent"].concat()
        };
        FhirRequest::get([&self.search, &bound, "&_count=", &decimal(count as u64)].concat())
    }
}

impl Cursor {
    fn write(last: &Item) -> Json {
        Json::of(&[&decimal(last.at), ".", &last.id].concat())
    }

    fn read(cursor: &Json) -> Option<Self> {
        let (at, id) = cursor.text()?.split_once('.')?;
        let digits = !at.is_empty() && at.len() <= 15 && at.bytes().all(|byte| byte.is_ascii_digit());
        let at = at.parse().ok().filter(|at| digits && *at < MAX_INSTANT)?;
        is_id(id).then(|| Self { at, id: id.to_owned() })
    }
}

/// An instant in the year 9987, as Unix time in milliseconds. RFC 3339 has no year after 9999.
const MAX_INSTANT: u64 = 253_000_000_000_000;

fn items(resources: Vec<Json>) -> Vec<Item> {
    let mut items = Vec::with_capacity(resources.len());
    for resource in resources {
        let at = resource.get("sent").and_then(Json::text).and_then(parse_instant);
        let id = resource.get("id").and_then(Json::text).map(str::to_owned);
        if let (Some(at), Some(id)) = (at, id) {
            items.push(Item { at, id, resource });
        }
    }
    items
}

/// Sorts the items by instant and id. There are few items, and the sort of std would make the wasm larger.
fn in_order(items: Vec<Item>, newest: bool) -> Vec<Item> {
    let mut sorted: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        let key = (item.at, item.id.as_str());
        let at = sorted.partition_point(|other| ((other.at, other.id.as_str()) < key) != newest);
        sorted.insert(at, item);
    }
    sorted
}

/// The search for a patient's calls and messages, without those with the status `entered-in-error` or `not-done`.
fn search(patient: &str) -> String {
    let call = [VOICE_CATEGORY.0, "|", VOICE_CATEGORY.1].concat();
    let message = |direction| [",", MESSAGE, "|", direction].concat();
    let status = "&status=in-progress,completed,stopped,on-hold,unknown";
    ["Communication?subject=", patient, "&category=", &call, &message("inbound"), &message("outbound"), status].concat()
}

/// One call or message in the answer.
fn item_json(resource: &Json) -> Json {
    let categories = resource.get("category").map(Json::elements).unwrap_or_default();
    let is_in = |system: &str, code: &str| categories.iter().any(|category| has_coding(category, system, code));
    let is_call = is_in(VOICE_CATEGORY.0, VOICE_CATEGORY.1);
    let state = if is_call { CallState::read(resource) } else { CallState::default() };
    let direction = match state.direction() {
        Some(CallDirection::Inbound) => Json::of("inbound"),
        Some(CallDirection::Outbound) => Json::of("outbound"),
        None if is_in(MESSAGE, "inbound") => Json::of("inbound"),
        None if is_in(MESSAGE, "outbound") => Json::of("outbound"),
        None => Json::Null,
    };
    let duration = state.duration();
    let text = resource.at(&["payload", "0", "contentString"]).filter(|_| !is_call);
    let sid = identifier_value(resource, TWILIO);
    Json::object([
        ("kind", Json::of(if is_call { "call" } else { "message" })),
        ("direction", direction),
        ("status", resource.get("status").cloned().unwrap_or_default()),
        ("outcome", state.outcome().map_or(Json::Null, |outcome| Json::of(outcome.word()))),
        ("started", resource.get("sent").cloned().unwrap_or_default()),
        ("durationSeconds", duration.map_or(Json::Null, |seconds| Json::of_integer(seconds.into()))),
        ("practitioner", practitioner(resource).map_or(Json::Null, Json::of)),
        ("communication", reference_of(resource).map_or(Json::Null, |reference| Json::of(&reference))),
        ("sid", sid.map_or(Json::Null, Json::of)),
        ("text", text.cloned().unwrap_or_default()),
    ])
}

/// The practitioner who took part in the call or the message.
pub(super) fn practitioner(resource: &Json) -> Option<&str> {
    let recipients = resource.get("recipient").map(Json::elements).unwrap_or_default();
    let ends = resource.get("sender").into_iter().chain(recipients);
    ends.filter_map(|end| end.get("reference")?.text())
        .find(|reference| reference.starts_with("Practitioner/") || reference.starts_with("PractitionerRole/"))
}

/// `Patient/<id>`.
fn is_patient(reference: &str) -> bool {
    reference.strip_prefix("Patient/").is_some_and(is_id)
}

/// The reply for an error of the chart. The bot has the access rights of the requester, so a refusal means that the
/// requester may not read the resource.
pub(super) fn error_reply(error: StoreError) -> Reply {
    match error.code() {
        Code::ChartRefused => Reply::Forbidden(Problem::at(Code::RecordForbidden, "Communication")),
        code => Reply::Broken(code.into()),
    }
}
