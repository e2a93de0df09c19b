// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `waiting-callers` and `take-caller`: the callers who wait in the queues of the config.
//!
//! Twilio's queue: <https://www.twilio.com/docs/voice/api/member-resource>. It redirects a waiting caller only once.

use super::end_call::twilio_body;
use super::redirect_call::{Redirecting, answer_of, not_found};
use super::requester::read;
use super::{TIMEOUT, invalid_argument, text_of};
use crate::chart::call_sid;
use crate::dialplan::config::Config;
use crate::dialplan::verbs::Verb;
use crate::error::Code;
use crate::fhir::element::identifier_value;
use crate::fhir::search::search_value;
use crate::fhir::systems::TWILIO;
use crate::json::Json;
use crate::outbound::{Instruction, InstructionKind, Instructions};
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, HostResponse, Reply};
use crate::text::percent_encode;
use crate::time::{instant, parse_rfc2822};

/// The maximum number of waiting callers of a queue that are listed.
const MAX_WAITING: usize = 100;

/// A queue of the config that exists at Twilio.
struct WaitingRoom {
    name: String,
    /// `QueueSid`.
    sid: String,
}

/// Returns `{ queues: [{ queue, waiting: [{ callSid, position, waitSeconds, since, communication?, patient? }] }] }`.
pub(super) async fn waiting_callers(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let (redirecting, _) = Redirecting::of(event, Vec::new(), host).await?;
    let rooms = redirecting.waiting_rooms(host).await?;
    let lists = rooms.iter().map(|room| {
        let list = redirecting.rest.get(&room.path("/Members.json"), &[("PageSize", "100")]);
        (HostRequest::Http(list), Some(TIMEOUT))
    });
    let answers = host.send_all(lists.collect()).await;
    let mut queues = Vec::new();
    let mut sids: Vec<String> = Vec::new();
    for (room, answer) in rooms.iter().zip(answers) {
        let members = twilio_body(answer)?.take("queue_members").into_elements();
        let waiting: Vec<Json> = members.iter().take(MAX_WAITING).filter_map(waiting_caller).collect();
        sids.extend(waiting.iter().filter_map(|caller| caller.get("callSid")?.text().map(str::to_owned)));
        queues.push((room.name.clone(), waiting));
    }
    let records = records_of(&sids, host).await?;
    let queues = queues.into_iter().map(|(name, waiting)| {
        let waiting = waiting.into_iter().map(|caller| with_record(caller, &records));
        Json::object([("queue", Json::of(&name)), ("waiting", Json::List(waiting.collect()))])
    });
    Ok(Json::object([("queues", Json::List(queues.collect()))]))
}

/// Returns `{ callSid, instruction: "take" }`. The requester's browser rings.
pub(super) async fn take_caller(event: &BotEvent, host: &Host, log: &mut Vec<Code>) -> Result<Json, Reply> {
    let sid = text_of(&event.input, "callSid")?.and_then(call_sid).ok_or(invalid_argument("callSid"))?.0.to_owned();
    let wanted = text_of(&event.input, "identity")?.map(str::to_owned);
    let (mut redirecting, _) = Redirecting::of(event, Vec::new(), host).await?;
    let config = redirecting.settings.config.clone();
    let identity = redirecting.requester.identity(wanted.as_deref(), event.now, &config, host, log).await?;
    let instructions = redirecting.instructions(&sid, host).await?;
    let room = redirecting.room_of(&sid, host).await?;
    let new = Instruction {
        call: sid,
        n: instructions.next,
        kind: InstructionKind::Take,
        who: redirecting.requester.reference.clone(),
        targets: vec![["client:", &identity].concat()],
        identity,
        at: event.now,
        action: room.as_ref().and_then(|room| queue_action(&config, &room.name)).map(str::to_owned),
    };
    redirecting.take(&instructions, &new, room, host).await
}

impl Redirecting<'_> {
    async fn take(
        &self,
        instructions: &Instructions,
        new: &Instruction,
        room: Option<WaitingRoom>,
        host: &Host,
    ) -> Result<Json, Reply> {
        let earlier = instructions.newest.as_ref().filter(|newest| newest.kind == InstructionKind::Take);
        let is_own = earlier.is_some_and(|earlier| earlier.who == new.who && earlier.identity == new.identity);
        let Some(room) = room else {
            // The caller left the queue: because of an earlier request of the requester, or for another reason.
            return match earlier {
                Some(earlier) if is_own => Ok(answer_of(earlier)),
                _ => Err(not_waiting()),
            };
        };
        if let Some(earlier) = earlier.filter(|earlier| self.is_pending(earlier)) {
            let code = if is_own { Code::TransferPending } else { Code::TransferNotWaiting };
            return Err(if earlier.call == new.call { Reply::Conflict(code.into()) } else { not_found() });
        }
        self.write(new, host).await.map_err(|reply| match reply {
            // Someone else takes the caller.
            Reply::Conflict(problem) if problem.code == Code::TransferPending => not_waiting(),
            reply => reply,
        })?;
        let path = room.path(&["/Members/", &percent_encode(&new.call), ".json"].concat());
        let post = self.rest.post(&path, &self.redirection());
        match host.send(HostRequest::Http(post), Some(TIMEOUT)).await {
            HostResponse::Done { status: 400 | 404, .. } => Err(not_waiting()),
            answer => twilio_body(answer).map(|_| answer_of(new)),
        }
    }

    /// The queues of the config that exist at Twilio. A queue exists after its first caller.
    async fn waiting_rooms(&self, host: &Host) -> Result<Vec<WaitingRoom>, Reply> {
        let list = self.rest.get("/Queues.json", &[("PageSize", "1000")]);
        let body = twilio_body(host.send(HostRequest::Http(list), Some(TIMEOUT)).await)?;
        let queues = body.take("queues").into_elements().into_iter();
        Ok(queues
            .filter_map(|queue| {
                let text = |name: &str| queue.get(name)?.text().map(str::to_owned);
                let room = WaitingRoom { name: text("friendly_name")?, sid: text("sid")? };
                queue_action(&self.settings.config, &room.name).map(|_| room)
            })
            .collect())
    }

    /// The queue in which a caller waits.
    async fn room_of(&self, sid: &str, host: &Host) -> Result<Option<WaitingRoom>, Reply> {
        let rooms = self.waiting_rooms(host).await?;
        let path = ["/Members/", &percent_encode(sid), ".json"].concat();
        let reads = rooms.iter().map(|room| (HostRequest::Http(self.rest.get(&room.path(&path), &[])), Some(TIMEOUT)));
        let answers = host.send_all(reads.collect()).await;
        for (room, answer) in rooms.into_iter().zip(answers) {
            match twilio_body(answer) {
                Ok(_) => return Ok(Some(room)),
                Err(Reply::NotFound(_)) => {}
                Err(reply) => return Err(reply),
            }
        }
        Ok(None)
    }
}

impl WaitingRoom {
    fn path(&self, rest: &str) -> String {
        ["/Queues/", &percent_encode(&self.sid), rest].concat()
    }
}

fn not_waiting() -> Reply {
    Reply::Conflict(Code::TransferNotWaiting.into())
}

/// The first action that puts callers into a queue.
fn queue_action<'c>(config: &'c Config, name: &str) -> Option<&'c str> {
    let enqueues = |verb: &Verb| matches!(verb, Verb::Queue(queue) if queue.name == name);
    config.actions.iter().find(|(_, verbs)| verbs.iter().any(enqueues)).map(|(action, _)| action)
}

/// A caller of Twilio's list. `None` without a valid `CallSid`.
fn waiting_caller(member: &Json) -> Option<Json> {
    let sid = call_sid(member.get("call_sid")?.text()?)?;
    let number =
        |name: &str| member.get(name).and_then(Json::integer).map_or(Json::Null, |n| Json::of_integer(n.into()));
    let since = member.get("date_enqueued").and_then(Json::text).and_then(parse_rfc2822);
    Some(Json::object([
        ("callSid", Json::of(sid.0)),
        ("position", number("position")),
        ("waitSeconds", number("wait_time")),
        ("since", since.map_or(Json::Null, |at| Json::of(&instant(at)))),
    ]))
}

/// The records of calls that the requester may read.
async fn records_of(sids: &[String], host: &Host) -> Result<Vec<Json>, Reply> {
    if sids.is_empty() {
        return Ok(Vec::new());
    }
    let mut search = String::from("Communication?identifier=");
    for (index, sid) in sids.iter().enumerate() {
        search.push_str(if index == 0 { "" } else { "," });
        search.push_str(&search_value(&[TWILIO, "|", sid].concat()));
    }
    search.push_str("&_count=1000");
    let found = read(host.send(HostRequest::Fhir(FhirRequest::get(search)), Some(TIMEOUT)).await, "Communication")?;
    Ok(found.take("entry").into_elements().into_iter().map(|entry| entry.take("resource")).collect())
}

/// Adds the record and the patient to a waiting caller.
fn with_record(mut caller: Json, records: &[Json]) -> Json {
    let sid = caller.get("callSid").and_then(Json::text).unwrap_or_default().to_owned();
    let record = records.iter().find(|record| identifier_value(record, TWILIO) == Some(&sid));
    if let Some(record) = record {
        let id = record.get("id").and_then(Json::text).unwrap_or_default();
        caller.set("communication", Json::of(&["Communication/", id].concat()));
        if let Some(patient) = record.at(&["subject", "reference"]).and_then(Json::text) {
            caller.set("patient", Json::of(patient));
        }
    }
    caller
}
