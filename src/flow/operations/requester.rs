// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Who asks: a practitioner with a role that may call, and who they are at Twilio.

use super::super::ask::{Answer, Ask, FhirRequest, Host};
use super::super::door::Knock;
use super::super::outgoing::conditions::get;
use super::super::reply::Reply;
use super::DEADLINE;
use crate::call::Config;
use crate::call::outbound::{IDENTITY_SYSTEM, guard, identity_of, is_reference, practitioner_of};
use crate::error::{Code, Problem};
use crate::fhir::change::place;
use crate::fhir::element::{identifier, is};
use crate::fhir::period::covers;
use crate::json::Json;
use crate::rest::encode;

/// How often the identity is tried to be written.
const ATTEMPTS: u32 = 3;

/// A practitioner who may call.
pub(super) struct Requester {
    /// `Practitioner/<id>`.
    pub(super) reference: String,
    /// The resource.
    pub(super) practitioner: Json,
}

/// Who asks, before anything was read.
pub(super) fn reference(knock: &Knock) -> Result<&str, Reply> {
    let requester = knock.requester.as_deref().filter(|requester| is_reference(requester, "Practitioner"));
    requester.ok_or(Reply::Invalid(Code::OutboundRequester.into()))
}

impl Requester {
    /// Finds out whether the requester may call; in the same round trip `more` is read, and its answers are given.
    pub(super) async fn of(
        knock: &Knock,
        config: &Config,
        more: Vec<FhirRequest>,
        host: &Host,
    ) -> Result<(Self, Vec<Answer>), Reply> {
        let reference = reference(knock)?.to_owned();
        let roles = ["PractitionerRole?practitioner=", &reference, "&_count=100"].concat();
        let mut reads = vec![get(reference.clone()), get(roles)];
        reads.extend(more);
        let asks = reads.into_iter().map(|read| (Ask::Fhir(read), Some(DEADLINE))).collect();
        let mut answers = host.ask_all(asks).await.into_iter();
        let practitioner =
            read(answers.next().unwrap_or(Answer::Failed), "Practitioner").map_err(|reply| match reply {
                Reply::NotFound(_) => Reply::Invalid(Code::OutboundRequester.into()),
                reply => reply,
            })?;
        let roles = read(answers.next().unwrap_or(Answer::Failed), "PractitionerRole")?;
        let mut roles = roles.get("entry").map(Json::elements).unwrap_or_default().iter();
        let may = practitioner.get("active").and_then(Json::boolean) != Some(false)
            && roles.any(|entry| entry.get("resource").is_some_and(|role| may_call(role, config, knock.now)));
        if !may {
            return Err(Reply::Forbidden(Code::OutboundRole.into()));
        }
        Ok((Self { reference, practitioner }, answers.collect()))
    }

    /// Who they are at Twilio. Where that is written nowhere yet, it is written now.
    pub(super) async fn identity(&mut self, host: &Host, log: &mut Vec<Code>) -> Result<String, Reply> {
        let id = self.id().to_owned();
        for _ in 0..ATTEMPTS {
            let (identity, written) = identity_of(&self.practitioner, &id);
            if written {
                return self.alone(identity, &id, host).await;
            }
            let mut resource = self.practitioner.clone();
            place(&mut resource, "identifier", identifier(IDENTITY_SYSTEM, &identity), |one| {
                is(one, "system", IDENTITY_SYSTEM)
            });
            let Some(if_match) = guard(&self.practitioner) else {
                log.push(Code::IdentityUnwritten);
                return Ok(identity);
            };
            let write = FhirRequest {
                method: "PUT",
                url: self.reference.clone(),
                resource: Some(resource.write()),
                if_match: Some(if_match),
                if_none_exist: None,
            };
            match host.ask(Ask::Fhir(write), Some(DEADLINE)).await {
                Answer::Done { status: 200..=299, .. } => return Ok(identity),
                Answer::Done { status: 409 | 412, .. } => {}
                Answer::Done { status: 400..=499, .. } => {
                    // It reads back to the practitioner all the same.
                    log.push(Code::IdentityUnwritten);
                    return Ok(identity);
                }
                _ => return Err(Reply::Broken(Code::ChartUnavailable.into())),
            }
            let again = host.ask(Ask::Fhir(get(self.reference.clone())), Some(DEADLINE)).await;
            self.practitioner = read(again, "Practitioner")?;
        }
        Err(Reply::Conflict(Code::ChartConflict.into()))
    }

    /// Who they are at Twilio, written or not.
    pub(super) async fn known_identity(&self, host: &Host) -> Result<String, Reply> {
        let (identity, _) = identity_of(&self.practitioner, self.id());
        self.alone(identity, self.id(), host).await
    }

    fn id(&self) -> &str {
        self.reference.rsplit_once('/').map_or("", |(_, id)| id)
    }

    /// An identity that is nobody else's. One that is made of the practitioner's own id is no question; another was
    /// written by somebody, and could be a colleague's.
    async fn alone(&self, identity: String, id: &str, host: &Host) -> Result<String, Reply> {
        let made_of = practitioner_of(&identity);
        if made_of.as_deref() == Some(id) {
            return Ok(identity);
        }
        let token = encode(&[IDENTITY_SYSTEM, "|", &identity].concat());
        let mut asks = vec![["Practitioner?identifier=", &token, "&_count=2"].concat()];
        asks.extend(made_of.map(|other| ["Practitioner?_id=", &other, "&_count=1"].concat()));
        let asks = asks.into_iter().map(|url| (Ask::Fhir(get(url)), Some(DEADLINE))).collect();
        for answer in host.ask_all(asks).await {
            let found = read(answer, "Practitioner")?;
            let mut found = found.get("entry").map(Json::elements).unwrap_or_default().iter();
            if found.any(|entry| entry.at(&["resource", "id"]).and_then(Json::text) != Some(id)) {
                return Err(Reply::Conflict(Code::IdentityTaken.into()));
            }
        }
        Ok(identity)
    }
}

/// Whether a role is one that may call now.
fn may_call(role: &Json, config: &Config, now: u64) -> bool {
    let is_current = role.get("period").is_none_or(|period| covers(period, now));
    let active = role.get("active").and_then(Json::boolean) != Some(false);
    let fits = config.outbound.roles.as_ref().is_none_or(|roles| {
        let concepts = role.get("code").map(Json::elements).unwrap_or_default();
        let mut codes =
            concepts.iter().flat_map(|concept| concept.get("coding").map(Json::elements).unwrap_or_default());
        codes.any(|coding| {
            coding.get("code").and_then(Json::text).is_some_and(|code| roles.iter().any(|role| role == code))
        })
    });
    active && is_current && fits
}

/// The body of a read or a search; what kept it back, with the type of the resource.
pub(super) fn read(answer: Answer, kind: &'static str) -> Result<Json, Reply> {
    match answer {
        Answer::Done { status: 200..=299, body } => Ok(body),
        Answer::Done { status: 401 | 403, .. } => Err(Reply::Forbidden(Problem::at(Code::RecordForbidden, kind))),
        Answer::Done { status: 400 | 404 | 410, .. } => Err(Reply::NotFound(Problem::at(Code::RecordNotFound, kind))),
        _ => Err(Reply::Broken(Code::ChartUnavailable.into())),
    }
}

/// The same of a write.
pub(super) fn written(answer: Answer, kind: &'static str) -> Result<Json, Reply> {
    match answer {
        Answer::Done { status: 409 | 412, .. } => Err(Reply::Conflict(Code::ChartConflict.into())),
        Answer::Done { status: 400..=499, .. } => Err(Reply::Forbidden(Problem::at(Code::RecordForbidden, kind))),
        answer => read(answer, kind),
    }
}
