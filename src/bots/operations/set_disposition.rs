// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `set-disposition`: what came of a call, by a practitioner who took part in it, and a follow-up task.
//!
//! A disposition is a `Communication` of its own, part of the call's, because staff may not write the record of a call
//! that they did not place. Each practitioner has one for a call, and may correct it. The task is created only once.

use super::clinic_settings::config_of;
use super::redirect_call::not_found;
use super::requester::{read, reference, written};
use super::{TIMEOUT, invalid_argument, reference_argument, text_of};
use crate::chart::{CallRecord, Leg, StoreError, TextField, call_sid, search_all};
use crate::dialplan::Party;
use crate::error::Code;
use crate::fhir::element::{coding, concept, identifier, reference as reference_to};
use crate::fhir::reference::{is_reference, reference_of};
use crate::fhir::search::search_value;
use crate::fhir::systems::{
    CALL_TASK_CODE, DISPOSITION, DISPOSITION_CATEGORY, DISPOSITION_CODE, FOLLOW_UP, FOLLOW_UP_CODE,
};
use crate::json::Json;
use crate::outbound::is_own_identity;
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, HostResponse, Reply};
use crate::time::{instant, parse_instant};

/// The maximum length of a note and of the text of a task, in bytes.
const MAX_TEXT: usize = 4_000;

/// The number of attempts to correct a disposition.
const ATTEMPTS: u32 = 3;

/// The types of resources that may own a task.
const OWNERS: [&str; 5] = ["Organization", "CareTeam", "HealthcareService", "Practitioner", "PractitionerRole"];

/// The disposition in a request.
struct Disposition<'a> {
    /// `Practitioner/<id>`.
    who: &'a str,
    code: &'a str,
    /// The text of the code in the config.
    display: &'a str,
    note: Option<&'a str>,
    now: u64,
}

/// The follow-up task in a request.
struct FollowUp<'a> {
    owner: Option<&'a str>,
    due: Option<&'a str>,
    text: Option<&'a str>,
}

/// Returns `{ communication, disposition, task? }`, each a reference.
pub(super) async fn set_disposition(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let who = reference(event)?;
    let config = config_of(event)?;
    let code = text_of(&event.input, "code")?.ok_or(invalid_argument("code"))?;
    let display = config.dispositions.get(code).ok_or(invalid_argument("code"))?;
    let note = short_text(&event.input, "note")?;
    let disposition = Disposition { who, code, display, note, now: event.now };
    let follow_up = event.input.get("followUp").filter(|item| **item != Json::Null).map(FollowUp::read).transpose()?;
    let call = read_call(event, host).await?;
    let (Some(root), Some(record)) = (call.state.root_sid(), call.reference()) else { return Err(not_found()) };
    if !took_part(&call, who) {
        return Err(not_found());
    }
    let key = [root, ".", who.rsplit_once('/').map_or("", |(_, id)| id)].concat();
    let resource = disposition.write(&key, &record, &call);
    let mut writes = vec![FhirRequest::create(&resource, Some(criteria(DISPOSITION, &key)))];
    if let Some(follow_up) = &follow_up {
        let task = follow_up.write(&key, &record, &call, &disposition);
        writes.push(FhirRequest::create(&task, Some(criteria(FOLLOW_UP, &key))));
    }
    let writes = writes.into_iter().map(|write| (HostRequest::Fhir(write), Some(TIMEOUT))).collect();
    let mut answers = host.send_all(writes).await.into_iter();
    let mut next = || answers.next().unwrap_or(HostResponse::Failed);
    let stored = written(next(), "Communication")?;
    let task = follow_up.map(|_| written(next(), "Task")).transpose()?;
    let stored = disposition.correct(stored, &key, host).await?;
    let mut answer = Json::object([
        ("communication", Json::of(&record)),
        ("disposition", Json::of(&reference_of(&stored).unwrap_or_default())),
    ]);
    if let Some(task) = task {
        answer.set("task", Json::of(&reference_of(&task).unwrap_or_default()));
    }
    Ok(answer)
}

fn criteria(system: &str, key: &str) -> String {
    ["identifier=", &search_value(&[system, "|", key].concat())].concat()
}

fn short_text<'a>(input: &'a Json, name: &'static str) -> Result<Option<&'a str>, Reply> {
    let text = text_of(input, name)?;
    if text.is_some_and(|text| text.len() > MAX_TEXT) { Err(invalid_argument(name)) } else { Ok(text) }
}

/// The record of the call that the request names: by `communication` or `callSid`.
async fn read_call(event: &BotEvent, host: &Host) -> Result<CallRecord, Reply> {
    let sid = text_of(&event.input, "callSid")?;
    let sid = sid.map(|sid| call_sid(sid).ok_or(invalid_argument("callSid"))).transpose()?;
    match (sid, reference_argument(&event.input, "communication", "Communication")?) {
        (Some(sid), None) => {
            let answer = host.send(HostRequest::Fhir(search_all(sid.0)), Some(TIMEOUT)).await;
            if matches!(answer, HostResponse::Done { status: 400..=499, .. }) {
                read(answer.clone(), "Communication")?;
            }
            CallRecord::read(answer, sid.0).map_err(|error: StoreError| Reply::Broken(error.code().into()))
        }
        (None, Some(communication)) => {
            let answer = host.send(HostRequest::Fhir(FhirRequest::get(communication)), Some(TIMEOUT)).await;
            Ok(CallRecord::of(read(answer, "Communication")?))
        }
        _ => Err(invalid_argument("communication")),
    }
}

/// Whether a practitioner is on a leg of the call, in person or by an identity that is derived from their id.
fn took_part(call: &CallRecord, who: &str) -> bool {
    let id = who.rsplit_once('/').map_or("", |(_, id)| id);
    let own_identity = |leg: &Leg, field| {
        let party = leg.text(field).map(Party::parse);
        matches!(party, Some(Party::Client(identity)) if is_own_identity(&identity, id))
    };
    let is_on = |leg: &Leg| {
        let has_answered = leg.answered_at().is_some();
        leg.practitioner() == Some(who) && has_answered
            || own_identity(leg, TextField::From)
            || own_identity(leg, TextField::To) && has_answered
    };
    let mut legs = call.state.root_leg().into_iter().chain(call.state.children());
    legs.any(is_on) || call.state.context().practitioner.as_deref() == Some(who)
}

impl Disposition<'_> {
    fn write(&self, key: &str, record: &str, call: &CallRecord) -> Json {
        let patient = call.state.context().patient.as_deref();
        Json::object([
            ("resourceType", Json::of("Communication")),
            ("identifier", Json::List(vec![identifier(DISPOSITION, key)])),
            ("partOf", Json::List(vec![reference_to(record)])),
            ("status", Json::of("completed")),
            ("category", Json::List(vec![concept(DISPOSITION_CATEGORY.0, DISPOSITION_CATEGORY.1)])),
            ("subject", patient.map_or(Json::Null, reference_to)),
            ("sent", Json::of(&instant(self.now))),
            ("sender", reference_to(self.who)),
            ("reasonCode", self.reason()),
            ("note", self.notes()),
        ])
    }

    fn reason(&self) -> Json {
        let code = coding(DISPOSITION_CODE, self.code, self.display);
        Json::List(vec![Json::object([("coding", Json::List(vec![code]))])])
    }

    fn notes(&self) -> Json {
        self.note.map_or(Json::Null, |note| Json::List(vec![Json::object([("text", Json::of(note))])]))
    }

    /// Corrects an earlier disposition of the same practitioner, unless it is the same.
    async fn correct(&self, mut stored: Json, key: &str, host: &Host) -> Result<Json, Reply> {
        for _ in 0..ATTEMPTS {
            let same = |name: &str, value: &Json| stored.get(name).unwrap_or(&Json::Null) == value;
            let (reason, notes) = (self.reason(), self.notes());
            if same("reasonCode", &reason) && same("note", &notes) {
                return Ok(stored);
            }
            stored.set("reasonCode", reason);
            stored.set("note", notes);
            let write = FhirRequest::update(&stored).ok_or(Reply::Broken(Code::ChartRefused.into()))?;
            match written(host.send(HostRequest::Fhir(write), Some(TIMEOUT)).await, "Communication") {
                Err(Reply::Conflict(_)) => {}
                other => return other,
            }
            let search = FhirRequest::get(["Communication?", &criteria(DISPOSITION, key)].concat());
            let found = read(host.send(HostRequest::Fhir(search), Some(TIMEOUT)).await, "Communication")?;
            let first = found.take("entry").into_elements().into_iter().next();
            stored = first.ok_or(not_found())?.take("resource");
        }
        Err(Reply::Conflict(Code::ChartConflict.into()))
    }
}

impl<'a> FollowUp<'a> {
    /// Reads `{ owner?, due?, text? }`.
    fn read(input: &'a Json) -> Result<Self, Reply> {
        if !matches!(input, Json::Object(_)) {
            return Err(invalid_argument("followUp"));
        }
        let owner = text_of(input, "owner")?;
        if !owner.is_none_or(|owner| OWNERS.iter().any(|kind| is_reference(owner, kind))) {
            return Err(invalid_argument("followUp.owner"));
        }
        let due = text_of(input, "due")?;
        // A date has the form of the first part of an instant.
        let is_date = |due: &str| due.len() == 10 && parse_instant(&[due, "T00:00:00Z"].concat()).is_some();
        if !due.is_none_or(|due| is_date(due) || parse_instant(due).is_some()) {
            return Err(invalid_argument("followUp.due"));
        }
        Ok(Self { owner, due, text: short_text(input, "text")? })
    }

    fn write(&self, key: &str, record: &str, call: &CallRecord, disposition: &Disposition<'_>) -> Json {
        let mut code = concept(CALL_TASK_CODE, FOLLOW_UP_CODE);
        code.set("text", Json::of(disposition.display));
        let patient = call.state.context().patient.as_deref();
        let period = self.due.map(|due| Json::object([("end", Json::of(due))]));
        Json::object([
            ("resourceType", Json::of("Task")),
            ("identifier", Json::List(vec![identifier(FOLLOW_UP, key)])),
            ("status", Json::of("requested")),
            ("intent", Json::of("order")),
            ("code", code),
            ("description", self.text.map_or(Json::Null, Json::of)),
            ("focus", reference_to(record)),
            ("for", patient.map_or(Json::Null, reference_to)),
            ("authoredOn", Json::of(&instant(disposition.now))),
            ("requester", reference_to(disposition.who)),
            ("owner", self.owner.map_or(Json::Null, reference_to)),
            ("restriction", period.map_or(Json::Null, |period| Json::object([("period", period)]))),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follow_up_has_a_valid_owner_and_due_date() {
        let read = |text: &str| FollowUp::read(&Json::parse(text).unwrap()).map(|_| ()).is_ok();
        for valid in [
            "{}",
            r#"{"owner":"Organization/7","due":"2026-11-20","text":"Call the lab"}"#,
            r#"{"due":"2026-11-20T10:00:00Z"}"#,
        ] {
            assert!(read(valid), "{valid}");
        }
        for invalid in
            ["7", "[]", r#"{"owner":"Patient/7"}"#, r#"{"owner":7}"#, r#"{"due":"soon"}"#, r#"{"due":"2026-13-20"}"#]
        {
            assert!(!read(invalid), "{invalid}");
        }
    }
}
