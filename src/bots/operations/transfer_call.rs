// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `transfer-call`: hands a caller over to a person, a number or an action of the dialplan.

use super::clinic_settings::refusal_reply;
use super::redirect_call::{Redirecting, answer_of};
use super::requester::read;
use super::{invalid_argument, reference_argument, text_of};
use crate::dialplan::{Endpoint, person_in};
use crate::error::Code;
use crate::json::Json;
use crate::outbound::{Instruction, InstructionKind, MAX_TARGETS};
use crate::policy::{Policy, Refusal};
use crate::runtime::{BotEvent, FhirRequest, Host, HostResponse, Reply};

/// Who takes the caller.
enum Destination<'a> {
    /// `Practitioner/<id>` or `PractitionerRole/<id>`.
    Person(String),
    Number(&'a str),
    Action(&'a str),
}

/// Returns `{ callSid, instruction: "transfer" }`.
pub(super) async fn transfer_call(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let destination = Destination::read(event)?;
    let (redirecting, answers) = Redirecting::of(event, destination.reads(), host).await?;
    let (targets, action) = destination.resolve(&redirecting, answers)?;
    let line = redirecting.find_call(host).await?;
    if targets.contains(&line.from) {
        return Err(refusal_reply(Refusal::OwnNumber));
    }
    let identity = redirecting.identity_on(&line);
    let newest = line.instructions.newest.as_ref();
    let Some(identity) = identity else {
        // A repeated request: the requester no longer speaks with the caller.
        let is_same = |newest: &&Instruction| {
            newest.kind == InstructionKind::Transfer
                && newest.who == redirecting.requester.reference
                && newest.targets == targets
                && newest.action == action
        };
        return newest.filter(is_same).map(answer_of).ok_or_else(|| line.not_on_line());
    };
    let mut instruction = redirecting.instruction(&line, InstructionKind::Transfer, identity);
    instruction.targets = targets;
    instruction.action = action;
    redirecting.redirect(&line, instruction, host).await
}

impl<'a> Destination<'a> {
    /// Reads `{ practitioner }`, `{ practitionerRole }`, `{ number }` or `{ action }`.
    fn read(event: &'a BotEvent) -> Result<Self, Reply> {
        let input = &event.input;
        let practitioner = reference_argument(input, "practitioner", "Practitioner")?;
        let role = reference_argument(input, "practitionerRole", "PractitionerRole")?;
        match (practitioner.or(role.clone()), text_of(input, "number")?, text_of(input, "action")?) {
            (Some(person), None, None) if role.as_ref().is_none_or(|role| *role == person) => Ok(Self::Person(person)),
            (None, Some(number), None) => Ok(Self::Number(number)),
            (None, None, Some(action)) => Ok(Self::Action(action)),
            _ => Err(invalid_argument("practitioner")),
        }
    }

    fn reads(&self) -> Vec<FhirRequest> {
        let Self::Person(person) = self else { return Vec::new() };
        let included = "&_count=100&_include=PractitionerRole:practitioner";
        match person.strip_prefix("PractitionerRole/") {
            Some(id) => vec![FhirRequest::get(["PractitionerRole?_id=", id, included].concat())],
            None => vec![
                FhirRequest::get(person.clone()),
                FhirRequest::get(["PractitionerRole?practitioner=", person, included].concat()),
            ],
        }
    }

    /// What rings, or the action that answers.
    fn resolve(
        &self,
        redirecting: &Redirecting<'_>,
        answers: Vec<HostResponse>,
    ) -> Result<(Vec<String>, Option<String>), Reply> {
        let settings = &redirecting.settings;
        let numbers = settings.numbers();
        let policy = Policy::new(&settings.config.outbound, &numbers);
        match self {
            Self::Action(action) => {
                let exists = settings.config.actions.get(action).is_some() && redirecting.transfer().allows(action);
                if exists { Ok((Vec::new(), Some((*action).to_owned()))) } else { Err(invalid_argument("action")) }
            }
            Self::Number(number) => Ok((vec![policy.allows_typed(number).map_err(refusal_reply)?], None)),
            Self::Person(person) => {
                let mut entries = Vec::new();
                for answer in answers {
                    let found = read(answer, "Practitioner")?;
                    if found.get("entry").is_some() {
                        entries.extend(found.take("entry").into_elements());
                    } else {
                        entries.push(Json::object([("resource", found)]));
                    }
                }
                let found = Json::object([("entry", Json::List(entries))]);
                let person = person_in(&found, person, policy.country().as_deref(), redirecting.event.now);
                let endpoints = person.map(|person| person.endpoints).unwrap_or_default();
                addresses(&endpoints, &policy).map(|targets| (targets, None))
            }
        }
    }
}

/// The addresses of a person that the policy allows. A phone with an extension is not among them.
fn addresses(endpoints: &[Endpoint], policy: &Policy<'_>) -> Result<Vec<String>, Reply> {
    let mut refused = None;
    let mut addresses = Vec::new();
    for endpoint in endpoints {
        match endpoint {
            Endpoint::Client(identity) => addresses.push(["client:", identity].concat()),
            Endpoint::Sip(address) => addresses.push(address.clone()),
            Endpoint::Number { number, extension } if extension.is_empty() => match policy.allows(number) {
                Ok(number) => addresses.push(number),
                Err(refusal) => refused = Some(refusal),
            },
            Endpoint::Number { .. } => {}
        }
    }
    addresses.truncate(MAX_TARGETS);
    match refused {
        _ if !addresses.is_empty() => Ok(addresses),
        Some(refusal) => Err(refusal_reply(refusal)),
        None => Err(Reply::Invalid(Code::OutboundNoNumber.into())),
    }
}
