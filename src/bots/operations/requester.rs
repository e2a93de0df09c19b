// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The requester: a practitioner with a role that may call, and their identity at Twilio.

use super::DEADLINE;
use crate::dialplan::config::Config;
use crate::error::{Code, Problem};
use crate::fhir::change::place;
use crate::fhir::element::{identifier, is};
use crate::fhir::reference::is_reference;
use crate::fhir::search::search_value;
use crate::fhir::systems::IDENTITY;
use crate::json::Json;
use crate::outbound::{has_code, identity_of, ids_of, is_bound, is_current, is_own_identity, is_reserved, uuid_of};
use crate::runtime::{Answer, Ask, BotEvent, FhirRequest, Host, Reply};

/// The number of attempts to write the identity.
const ATTEMPTS: u32 = 3;

/// A practitioner who may call.
pub(super) struct Requester {
    /// `Practitioner/<id>`.
    pub(super) reference: String,
    /// The resource.
    pub(super) practitioner: Json,
    /// The `PractitionerRole`s, including ended ones.
    roles: Vec<Json>,
}

/// The reference of the requester. Nothing is read for it.
pub(super) fn reference(event: &BotEvent) -> Result<&str, Reply> {
    let requester = event.requester.as_deref().filter(|requester| is_reference(requester, "Practitioner"));
    requester.ok_or(Reply::Invalid(Code::OutboundRequester.into()))
}

impl Requester {
    /// Reads the requester and checks that they may call. The same round trip reads `more` and returns its answers.
    pub(super) async fn of(
        event: &BotEvent,
        config: &Config,
        more: Vec<FhirRequest>,
        host: &Host,
    ) -> Result<(Self, Vec<Answer>), Reply> {
        let reference = reference(event)?.to_owned();
        let mut reads = vec![FhirRequest::get(reference.clone()), roles_of(&reference)];
        reads.extend(more);
        let asks = reads.into_iter().map(|read| (Ask::Fhir(read), Some(DEADLINE))).collect();
        let mut answers = host.ask_all(asks).await.into_iter();
        let practitioner =
            read(answers.next().unwrap_or(Answer::Failed), "Practitioner").map_err(|reply| match reply {
                Reply::NotFound(_) => Reply::Invalid(Code::OutboundRequester.into()),
                reply => reply,
            })?;
        let roles = read(answers.next().unwrap_or(Answer::Failed), "PractitionerRole")?;
        let roles = resources(roles);
        let may = practitioner.get("active").and_then(Json::boolean) != Some(false)
            && roles.iter().any(|role| may_call(role, config, event.now));
        if !may {
            return Err(Reply::Forbidden(Code::OutboundRole.into()));
        }
        Ok((Self { reference, practitioner, roles }, answers.collect()))
    }

    /// The requester's identity at Twilio: `wanted`, or else the one on the `Practitioner`, or else one made of their
    /// id, which is then written to the `Practitioner`.
    ///
    /// # Errors
    /// [`Code::IdentityNotBound`] or [`Code::IdentityTaken`] if it is not theirs.
    pub(super) async fn identity(
        &mut self,
        wanted: Option<&str>,
        now: u64,
        config: &Config,
        host: &Host,
        log: &mut Vec<Code>,
    ) -> Result<String, Reply> {
        let id = self.id().to_owned();
        for _ in 0..ATTEMPTS {
            let (identity, written) = identity_of(&self.practitioner, &id);
            if let Some(wanted) = wanted.filter(|wanted| *wanted != identity) {
                let is_theirs = is_own_identity(wanted, &id) || self.is_bound(wanted, now, config);
                return if is_theirs { Ok(wanted.to_owned()) } else { Err(not_bound()) };
            }
            if written {
                return if self.is_bound(&identity, now, config) {
                    Ok(identity)
                } else if is_reserved(&identity, config) && !is_own_identity(&identity, &id) {
                    Err(not_bound())
                } else {
                    check_not_shared(&identity, &id, host).await.map(|()| identity)
                };
            }
            let mut resource = self.practitioner.clone();
            place(&mut resource, "identifier", identifier(IDENTITY, &identity), |one| is(one, "system", IDENTITY));
            let Some(write) = FhirRequest::update(&resource) else {
                log.push(Code::IdentityUnwritten);
                return Ok(identity);
            };
            match host.ask(Ask::Fhir(write), Some(DEADLINE)).await {
                Answer::Done { status: 200..=299, .. } => return Ok(identity),
                Answer::Done { status: 409 | 412, .. } => {}
                Answer::Done { status: 400..=499, .. } => {
                    // The id in the identity still names the practitioner.
                    log.push(Code::IdentityUnwritten);
                    return Ok(identity);
                }
                _ => return Err(Reply::Broken(Code::ChartUnavailable.into())),
            }
            let again = host.ask(Ask::Fhir(FhirRequest::get(self.reference.clone())), Some(DEADLINE)).await;
            self.practitioner = read(again, "Practitioner")?;
        }
        Err(Reply::Conflict(Code::ChartConflict.into()))
    }

    fn is_bound(&self, identity: &str, now: u64, config: &Config) -> bool {
        let binding = config.identities.get(identity);
        binding.is_some_and(|binding| is_bound(binding, &self.reference, &self.roles, now))
    }

    fn id(&self) -> &str {
        id_of(&self.reference)
    }
}

fn not_bound() -> Reply {
    Reply::Forbidden(Code::IdentityNotBound.into())
}

fn id_of(reference: &str) -> &str {
    reference.rsplit_once('/').map_or("", |(_, id)| id)
}

/// The search for the roles of a practitioner.
fn roles_of(reference: &str) -> FhirRequest {
    FhirRequest::get(["PractitionerRole?practitioner=", reference, "&_count=100"].concat())
}

fn resources(bundle: Json) -> Vec<Json> {
    bundle.take("entry").into_elements().into_iter().map(|entry| entry.take("resource")).collect()
}

/// Whether `who` (`Practitioner/<id>`) may use an identity, by the rules for tokens.
pub(super) async fn acts_as(who: &str, identity: &str, now: u64, config: &Config, host: &Host) -> Result<bool, Reply> {
    let id = id_of(who);
    if is_own_identity(identity, id) {
        return Ok(true);
    }
    if is_reserved(identity, config) {
        let Some(binding) = config.identities.get(identity) else {
            return Ok(false);
        };
        if is_bound(binding, who, &[], now) {
            return Ok(true);
        }
        if binding.roles.is_empty() {
            return Ok(false);
        }
        let found = read(host.ask(Ask::Fhir(roles_of(who)), Some(DEADLINE)).await, "PractitionerRole")?;
        return Ok(is_bound(binding, who, &resources(found), now));
    }
    let practitioner =
        read(host.ask(Ask::Fhir(FhirRequest::get(who.to_owned())), Some(DEADLINE)).await, "Practitioner")?;
    if identity_of(&practitioner, id).0 != identity {
        return Ok(false);
    }
    check_not_shared(identity, id, host).await.map(|()| true)
}

/// Refuses an identity that another practitioner has, too. An identity that is made of the practitioner's own id is
/// theirs. Any other was written by someone and may be a colleague's: made of their id, or written on their
/// `Practitioner` or role.
async fn check_not_shared(identity: &str, id: &str, host: &Host) -> Result<(), Reply> {
    if is_own_identity(identity, id) {
        return Ok(());
    }
    // The id of another practitioner, even if no `Practitioner` has it: the webhook would use that id.
    if uuid_of(identity).is_some_and(|other| other != id) {
        return Err(Reply::Conflict(Code::IdentityTaken.into()));
    }
    let token = search_value(&[IDENTITY, "|", identity].concat());
    let mut asks = vec![
        ["PractitionerRole?identifier=", &token, "&_count=20"].concat(),
        ["Practitioner?identifier=", &token, "&_count=2"].concat(),
    ];
    asks.extend(ids_of(identity).iter().map(|other| ["Practitioner?_id=", other, "&_count=1"].concat()));
    let asks = asks.into_iter().map(|url| (Ask::Fhir(FhirRequest::get(url)), Some(DEADLINE))).collect();
    for (index, answer) in host.ask_all(asks).await.into_iter().enumerate() {
        let (kind, path): (_, &[&str]) =
            if index == 0 { ("PractitionerRole", &["practitioner", "reference"]) } else { ("Practitioner", &["id"]) };
        let found = resources(read(answer, kind)?);
        let owner = |one: &Json| one.at(path).and_then(Json::text).map(|owner| owner.rsplit('/').next() == Some(id));
        // The requester has the identity, so a search that does not find them was misread.
        let own_not_found = index == 1 && found.is_empty();
        if own_not_found || found.iter().any(|one| owner(one) != Some(true)) {
            return Err(Reply::Conflict(Code::IdentityTaken.into()));
        }
    }
    Ok(())
}

/// Whether a role may call now.
fn may_call(role: &Json, config: &Config, now: u64) -> bool {
    is_current(role, now) && config.outbound.roles.as_ref().is_none_or(|roles| has_code(role, roles))
}

/// The body of a read or a search. The errors name the resource type.
pub(super) fn read(answer: Answer, kind: &'static str) -> Result<Json, Reply> {
    match answer {
        Answer::Done { status: 200..=299, body } => Ok(body),
        Answer::Done { status: 401 | 403, .. } => Err(Reply::Forbidden(Problem::at(Code::RecordForbidden, kind))),
        Answer::Done { status: 400 | 404 | 410, .. } => Err(Reply::NotFound(Problem::at(Code::RecordNotFound, kind))),
        _ => Err(Reply::Broken(Code::ChartUnavailable.into())),
    }
}

/// The body of a write. The errors name the resource type.
pub(super) fn written(answer: Answer, kind: &'static str) -> Result<Json, Reply> {
    match answer {
        Answer::Done { status: 409 | 412, .. } => Err(Reply::Conflict(Code::ChartConflict.into())),
        Answer::Done { status: 400..=499, .. } => Err(Reply::Forbidden(Problem::at(Code::RecordForbidden, kind))),
        answer => read(answer, kind),
    }
}
