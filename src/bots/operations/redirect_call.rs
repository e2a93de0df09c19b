// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Redirects a caller: what `transfer-call`, `hold-call`, `resume-call` and `take-caller` have in common.
//!
//! The instruction is written first. Then Twilio is asked to redirect the caller's leg to the webhook, which reads the
//! instruction. The caller's leg is the root leg, because only calls to the clinic can be redirected. When it is
//! redirected, Twilio ends the legs that it dialed.

use super::clinic_settings::ClinicSettings;
use super::end_call::twilio_body;
use super::requester::{Requester, acts_as, read};
use super::{TIMEOUT, invalid_argument, reference_argument, text_of};
use crate::bots::settings::read_rest;
use crate::chart::{CallEvent, CallRecord, Status, call_sid};
use crate::dialplan::config::Transfer;
use crate::dialplan::{CallbackKind, CallbackUrl, Party};
use crate::error::{Code, Problem};
use crate::json::Json;
use crate::outbound::{Instruction, InstructionKind, Instructions, SealingKeys};
use crate::rest::{TwilioRest, call_path};
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, HostResponse, Reply, Secret, Secrets};
use crate::signature::WebhookUrl;
use crate::text::split_on;

/// The number of attempts to write an instruction.
const ATTEMPTS: u32 = 3;

/// How long a request may still be carried out by another run, in milliseconds.
const PENDING: u64 = 5_000;

/// The maximum number of legs that are checked. It is the page size.
const MAX_LEGS: usize = 50;

/// Twilio's error for a call that has already ended: <https://www.twilio.com/docs/api/errors/21220>.
const NOT_IN_PROGRESS: u32 = 21_220;

/// What is needed to redirect a caller.
pub(super) struct Redirecting<'a> {
    pub(super) event: &'a BotEvent,
    pub(super) settings: ClinicSettings,
    pub(super) rest: TwilioRest,
    pub(super) requester: Requester,
    sealing: SealingKeys,
    /// The URL of the document for a redirected caller.
    url: String,
}

/// A caller's call, according to Twilio and the chart.
pub(super) struct CallerOnLine {
    /// The `CallSid` of the caller's leg.
    pub(super) root: String,
    /// `From`.
    pub(super) from: String,
    /// Whether the call has ended.
    has_ended: bool,
    /// The identity under which the requester speaks with the caller.
    speaks_as: Option<String>,
    /// Whether the requester spoke with the caller.
    has_spoken: bool,
    pub(super) instructions: Instructions,
}

impl<'a> Redirecting<'a> {
    /// Reads the settings, and checks that the requester may place calls. The same round trip sends the requests
    /// `more`, and their responses are returned.
    pub(super) async fn of(
        event: &'a BotEvent,
        more: Vec<FhirRequest>,
        host: &Host,
    ) -> Result<(Self, Vec<HostResponse>), Reply> {
        let rest = read_rest(event).map_err(Reply::Broken)?;
        let webhook = event.require(Secret::WebhookUrl).map_err(Reply::Broken)?;
        let webhook =
            WebhookUrl::secure(webhook).map_err(|code| Reply::Broken(Problem::at(code, "PLUMLINE_WEBHOOK_URL")))?;
        let secret = event.require(Secret::SealingKeys).map_err(Reply::Broken)?;
        let sealing =
            SealingKeys::read(secret).map_err(|code| Reply::Broken(Problem::at(code, Secret::SealingKeys.name())))?;
        let settings = ClinicSettings::read(event, host).await?;
        if settings.config.transfer.is_none() {
            return Err(Reply::Conflict(Code::TransferOff.into()));
        }
        let (requester, answers) = Requester::of(event, &settings.config, more, host).await?;
        let url = CallbackUrl::common(CallbackKind::Transfer).url(split_on(webhook.as_str(), b'#').0);
        Ok((Self { event, settings, rest, requester, sealing, url }, answers))
    }

    /// `transfer` of the config.
    pub(super) fn transfer(&self) -> Transfer {
        self.settings.config.transfer.clone().unwrap_or_default()
    }

    /// The call that the request names: by `callSid`, of the caller's leg or the requester's own, or by
    /// `communication`.
    pub(super) async fn find_call(&self, host: &Host) -> Result<CallerOnLine, Reply> {
        let sid = self.named_sid(host).await?;
        let mut call = self.call(&sid, host).await?;
        if let Some(parent) = CallEvent::from_rest(&call).and_then(|event| event.parent.map(|sid| sid.0.to_owned())) {
            call = self.call(&parent, host).await?;
        }
        let event = CallEvent::from_rest(&call).filter(|event| event.parent.is_none()).ok_or(not_found())?;
        let root = event.sid.0.to_owned();
        if let Some(Party::Client(identity)) = event.from_party() {
            // The caller is the requester or a colleague, and the patient is the dialed leg.
            let is_own = self.is_requester(&identity, host).await?;
            return Err(if is_own { Reply::Conflict(Code::TransferOutgoing.into()) } else { not_found() });
        }
        if event.direction != Some("inbound") {
            return Err(not_found());
        }
        let legs = self.rest.get("/Calls.json", &[("ParentCallSid", &root), ("PageSize", "50")]);
        let requests = vec![
            (HostRequest::Http(legs), Some(TIMEOUT)),
            (HostRequest::Fhir(Instructions::search(&root)), Some(TIMEOUT)),
        ];
        let mut answers = host.send_all(requests).await.into_iter();
        let legs = twilio_body(answers.next().unwrap_or(HostResponse::Failed))?;
        let found = read(answers.next().unwrap_or(HostResponse::Failed), "Communication")?;
        let instructions = Instructions::read(&found, &root, &self.sealing);
        let from = event.from.unwrap_or_default().to_owned();
        let has_ended = event.has_ended();
        let mut line = CallerOnLine { root, from, has_ended, speaks_as: None, has_spoken: false, instructions };
        self.add_legs(&mut line, &legs, host).await?;
        Ok(line)
    }

    async fn named_sid(&self, host: &Host) -> Result<String, Reply> {
        let input = &self.event.input;
        let sid = text_of(input, "callSid")?.map(|sid| call_sid(sid).ok_or(invalid_argument("callSid"))).transpose()?;
        match (sid, reference_argument(input, "communication", "Communication")?) {
            (Some(sid), None) => Ok(sid.0.to_owned()),
            (None, Some(communication)) => {
                let answer = host.send(HostRequest::Fhir(FhirRequest::get(communication)), Some(TIMEOUT)).await;
                let record = CallRecord::of(read(answer, "Communication")?);
                record.state.root_sid().map(str::to_owned).ok_or(not_found())
            }
            _ => Err(invalid_argument("callSid")),
        }
    }

    async fn call(&self, sid: &str, host: &Host) -> Result<Json, Reply> {
        twilio_body(host.send(HostRequest::Http(self.rest.get(&call_path(sid), &[])), Some(TIMEOUT)).await)
    }

    /// Finds the browsers of the requester among the dialed legs.
    async fn add_legs(&self, line: &mut CallerOnLine, legs: &Json, host: &Host) -> Result<(), Reply> {
        let mut known: Vec<(String, bool)> = Vec::new();
        for leg in legs.get("calls").map(Json::elements).unwrap_or_default().iter().take(MAX_LEGS) {
            let Some(leg) = CallEvent::from_rest(leg).filter(|leg| leg.root_sid().0 == line.root) else { continue };
            let Some(Party::Client(identity)) = leg.to_party() else { continue };
            if !matches!(leg.status, Some(Status::InProgress | Status::Completed)) {
                continue;
            }
            let earlier = known.iter().find(|(earlier, _)| *earlier == *identity).map(|(_, is_own)| *is_own);
            let is_own = match earlier {
                Some(is_own) => is_own,
                None => self.is_requester(&identity, host).await?,
            };
            known.push((identity.to_string(), is_own));
            if is_own {
                line.has_spoken = true;
                if leg.status == Some(Status::InProgress) {
                    line.speaks_as = Some(identity.into_owned());
                }
            }
        }
        Ok(())
    }

    async fn is_requester(&self, identity: &str, host: &Host) -> Result<bool, Reply> {
        acts_as(&self.requester.reference, identity, self.event.now, &self.settings.config, host).await
    }

    /// The identity under which the requester speaks with the caller, or put them on hold.
    pub(super) fn identity_on(&self, line: &CallerOnLine) -> Option<String> {
        line.speaks_as.clone().or_else(|| self.hold_by_requester(line).map(|hold| hold.identity.clone()))
    }

    /// The instruction with which the requester put the caller on hold, if it still applies.
    pub(super) fn hold_by_requester<'l>(&self, line: &'l CallerOnLine) -> Option<&'l Instruction> {
        let newest = line.instructions.newest.as_ref();
        newest.filter(|newest| newest.kind == InstructionKind::Hold && newest.who == self.requester.reference)
    }

    /// A new instruction by the requester.
    pub(super) fn instruction(&self, line: &CallerOnLine, kind: InstructionKind, identity: String) -> Instruction {
        Instruction {
            call: line.root.clone(),
            n: line.instructions.next,
            kind,
            who: self.requester.reference.clone(),
            identity,
            at: self.event.now,
            targets: Vec::new(),
            action: None,
        }
    }

    /// Carries out an instruction for a caller who speaks with the requester, or is on hold.
    pub(super) async fn redirect(
        &self,
        line: &CallerOnLine,
        instruction: Instruction,
        host: &Host,
    ) -> Result<Json, Reply> {
        if line.has_ended {
            return Err(if line.has_spoken { call_ended() } else { not_found() });
        }
        let earlier = line.instructions.newest.as_ref().filter(|newest| newest.is_same(&instruction));
        match earlier {
            // Twilio ended the requester's leg, so the caller was redirected.
            Some(_) if line.speaks_as.is_none() => return Ok(answer_of(&instruction)),
            Some(earlier) if self.event.now.saturating_sub(earlier.at) < PENDING => {
                return Err(Reply::Conflict(Code::TransferPending.into()));
            }
            // An earlier run wrote the instruction, but Twilio did not redirect the caller.
            Some(_) => {}
            None => {
                self.write(&instruction, host).await?;
            }
        }
        let params = [("Url", self.url.as_str()), ("Method", "POST")];
        let post = self.rest.post(&call_path(&line.root), &params);
        match host.send(HostRequest::Http(post), Some(TIMEOUT)).await {
            HostResponse::Done { status: 400..=499, body }
                if body.get("code").and_then(Json::integer) == Some(NOT_IN_PROGRESS) =>
            {
                Err(call_ended())
            }
            answer => twilio_body(answer).map(|_| answer_of(&instruction)),
        }
    }

    /// Writes an instruction.
    ///
    /// # Errors
    /// [`Code::TransferPending`] if another instruction for the caller was written at the same time.
    pub(super) async fn write(&self, instruction: &Instruction, host: &Host) -> Result<(), Reply> {
        let mut instruction = instruction.clone();
        for _ in 0..ATTEMPTS {
            let create = instruction.create(self.settings.record_format(), &self.sealing);
            let create = create.ok_or(Reply::Broken(Code::SecretWeak.into()))?;
            match host.send(HostRequest::Fhir(create), Some(TIMEOUT)).await {
                HostResponse::Done { status: 201, .. } => return Ok(()),
                HostResponse::Done { status: 200 | 412, .. } => {}
                answer => return super::requester::written(answer, "Communication").map(|_| ()),
            }
            // The number is taken: by another instruction, or by a resource that is not sealed.
            let answer = host.send(HostRequest::Fhir(Instructions::search(&instruction.call)), Some(TIMEOUT)).await;
            let found = Instructions::read(&read(answer, "Communication")?, &instruction.call, &self.sealing);
            if found.newest.is_some_and(|newest| newest.n >= instruction.n) {
                return Err(Reply::Conflict(Code::TransferPending.into()));
            }
            instruction.n = found.next;
        }
        Err(Reply::Conflict(Code::ChartConflict.into()))
    }

    /// Reads the instructions of a call.
    pub(super) async fn instructions(&self, call: &str, host: &Host) -> Result<Instructions, Reply> {
        let answer = host.send(HostRequest::Fhir(Instructions::search(call)), Some(TIMEOUT)).await;
        Ok(Instructions::read(&read(answer, "Communication")?, call, &self.sealing))
    }

    /// Whether another run may still carry out an instruction.
    pub(super) const fn is_pending(&self, instruction: &Instruction) -> bool {
        self.event.now.saturating_sub(instruction.at) < PENDING
    }

    /// The parameters of a request that redirects a caller.
    pub(super) fn redirection(&self) -> [(&str, &str); 2] {
        [("Url", self.url.as_str()), ("Method", "POST")]
    }
}

impl CallerOnLine {
    /// The reply to a requester who is not on the call.
    pub(super) fn not_on_line(&self) -> Reply {
        if self.has_ended && self.has_spoken { call_ended() } else { not_found() }
    }
}

/// The response to an instruction.
pub(super) fn answer_of(instruction: &Instruction) -> Json {
    Json::object([("callSid", Json::of(&instruction.call)), ("instruction", Json::of(instruction.kind.word()))])
}

pub(super) fn call_ended() -> Reply {
    Reply::Conflict(Code::TransferCallEnded.into())
}

/// The response for an unknown call, and for a call of someone else.
pub(super) fn not_found() -> Reply {
    Reply::NotFound(Problem::at(Code::RecordNotFound, "Communication"))
}
