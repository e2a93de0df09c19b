// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The requester: a practitioner who may place calls, and the practitioner's Twilio identity.

use super::TIMEOUT;
use crate::dialplan::config::{Config, OverrideRules};
use crate::error::{Code, Problem};
use crate::fhir::reference::is_reference;
use crate::json::Json;
use crate::outbound::{
    identity_of, is_bound, is_of_another, is_own_identity, is_reserved, may_call, owner_searches, set_identity, uuid_of,
};
use crate::runtime::{BotEvent, FhirRequest, Host, HostRequest, HostResponse, Reply};

/// The number of attempts to write the identity.
const ATTEMPTS: u32 = 3;

/// A practitioner who may place calls.
pub(super) struct Requester {
    /// `Practitioner/<id>`.
    pub(super) reference: String,
    /// The `Practitioner` resource.
    pub(super) practitioner: Json,
    /// The `PractitionerRole`s of the practitioner, including those that have ended.
    roles: Vec<Json>,
}

/// The reference of the requester, from the event alone.
pub(super) fn reference(event: &BotEvent) -> Result<&str, Reply> {
    let requester = event.requester.as_deref().filter(|requester| is_reference(requester, "Practitioner"));
    requester.ok_or(Reply::Invalid(Code::OutboundRequester.into()))
}

impl Requester {
    /// Reads the requester and checks that they may place calls. The same round trip sends the requests `more`, and
    /// their responses are returned.
    pub(super) async fn of(
        event: &BotEvent,
        config: &Config,
        more: Vec<FhirRequest>,
        host: &Host,
    ) -> Result<(Self, Vec<HostResponse>), Reply> {
        let (requester, answers) = Self::read(event, more, host).await?;
        let may = requester.is_active() && requester.roles.iter().any(|role| may_call(role, config, event.now));
        if !may {
            return Err(Reply::Forbidden(Code::OutboundRole.into()));
        }
        Ok((requester, answers))
    }

    /// Reads the requester and checks that they may override the dialplan. The rest is like [`Requester::of`].
    pub(super) async fn who_may_override(
        event: &BotEvent,
        rules: &OverrideRules,
        more: Vec<FhirRequest>,
        host: &Host,
    ) -> Result<(Self, Vec<HostResponse>), Reply> {
        let (requester, answers) = Self::read(event, more, host).await?;
        let allowed = rules.allowed();
        if requester.is_active() && is_bound(&allowed, &requester.reference, &requester.roles, event.now) {
            Ok((requester, answers))
        } else {
            Err(Reply::Forbidden(Code::OverrideRole.into()))
        }
    }

    /// Reads the requester, who must be a practitioner.
    async fn read(event: &BotEvent, more: Vec<FhirRequest>, host: &Host) -> Result<(Self, Vec<HostResponse>), Reply> {
        let reference = reference(event)?.to_owned();
        let mut reads = vec![FhirRequest::get(reference.clone()), roles_of(&reference)];
        reads.extend(more);
        let requests = reads.into_iter().map(|read| (HostRequest::Fhir(read), Some(TIMEOUT))).collect();
        let mut answers = host.send_all(requests).await.into_iter();
        let practitioner =
            read(answers.next().unwrap_or(HostResponse::Failed), "Practitioner").map_err(|reply| match reply {
                Reply::NotFound(_) => Reply::Invalid(Code::OutboundRequester.into()),
                reply => reply,
            })?;
        let roles = read(answers.next().unwrap_or(HostResponse::Failed), "PractitionerRole")?;
        let roles = resources(roles);
        Ok((Self { reference, practitioner, roles }, answers.collect()))
    }

    fn is_active(&self) -> bool {
        self.practitioner.get("active").and_then(Json::boolean) != Some(false)
    }

    /// The requester's Twilio identity: `wanted`, or else the identifier of the `Practitioner`. Without either, the
    /// identity is derived from the practitioner's id and written to the `Practitioner`.
    ///
    /// # Errors
    /// [`Code::IdentityNotBound`] or [`Code::IdentityTaken`] if the requester may not use the identity.
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
            set_identity(&mut resource, &identity);
            let Some(write) = FhirRequest::update(&resource) else {
                log.push(Code::IdentityUnwritten);
                return Ok(identity);
            };
            match host.send(HostRequest::Fhir(write), Some(TIMEOUT)).await {
                HostResponse::Done { status: 200..=299, .. } => return Ok(identity),
                HostResponse::Done { status: 409 | 412, .. } => {}
                HostResponse::Done { status: 400..=499, .. } => {
                    // The call can continue, because the identity contains the practitioner's id.
                    log.push(Code::IdentityUnwritten);
                    return Ok(identity);
                }
                _ => return Err(Reply::Broken(Code::ChartUnavailable.into())),
            }
            let again = host.send(HostRequest::Fhir(FhirRequest::get(self.reference.clone())), Some(TIMEOUT)).await;
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

/// Whether `who` (`Practitioner/<id>`) may use an identity, by the same rules as for tokens.
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
        let found = read(host.send(HostRequest::Fhir(roles_of(who)), Some(TIMEOUT)).await, "PractitionerRole")?;
        return Ok(is_bound(binding, who, &resources(found), now));
    }
    let practitioner =
        read(host.send(HostRequest::Fhir(FhirRequest::get(who.to_owned())), Some(TIMEOUT)).await, "Practitioner")?;
    if identity_of(&practitioner, id).0 != identity {
        return Ok(false);
    }
    check_not_shared(identity, id, host).await.map(|()| true)
}

/// Refuses an identity that belongs to another practitioner. An identity derived from the practitioner's own id is
/// always allowed. Any other may be a colleague's: derived from the colleague's id, or an identifier of the colleague's
/// `Practitioner` or role.
async fn check_not_shared(identity: &str, id: &str, host: &Host) -> Result<(), Reply> {
    if is_own_identity(identity, id) {
        return Ok(());
    }
    // The identity is another UUID. Refuse it even if no `Practitioner` has this id, because the webhook would use the
    // id.
    if uuid_of(identity).is_some_and(|other| other != id) {
        return Err(Reply::Conflict(Code::IdentityTaken.into()));
    }
    let searches = owner_searches(identity).into_iter();
    let requests = searches.map(|search| (HostRequest::Fhir(search), Some(TIMEOUT))).collect();
    for (index, answer) in host.send_all(requests).await.into_iter().enumerate() {
        let found = resources(read(answer, if index == 0 { "PractitionerRole" } else { "Practitioner" })?);
        // The requester has the identity, so a search that does not find the requester is not reliable.
        let own_not_found = index == 1 && found.is_empty();
        if own_not_found || found.iter().any(|item| is_of_another(item, id)) {
            return Err(Reply::Conflict(Code::IdentityTaken.into()));
        }
    }
    Ok(())
}

/// The body of a read or a search. An error has the resource type.
pub(super) fn read(answer: HostResponse, resource_type: &'static str) -> Result<Json, Reply> {
    match answer {
        HostResponse::Done { status: 200..=299, body } => Ok(body),
        HostResponse::Done { status: 401 | 403, .. } => {
            Err(Reply::Forbidden(Problem::at(Code::RecordForbidden, resource_type)))
        }
        HostResponse::Done { status: 400 | 404 | 410, .. } => {
            Err(Reply::NotFound(Problem::at(Code::RecordNotFound, resource_type)))
        }
        _ => Err(Reply::Broken(Code::ChartUnavailable.into())),
    }
}

/// The body of a write. An error has the resource type.
pub(super) fn written(answer: HostResponse, resource_type: &'static str) -> Result<Json, Reply> {
    match answer {
        HostResponse::Done { status: 409 | 412, .. } => Err(Reply::Conflict(Code::ChartConflict.into())),
        HostResponse::Done { status: 400..=499, .. } => {
            Err(Reply::Forbidden(Problem::at(Code::RecordForbidden, resource_type)))
        }
        answer => read(answer, resource_type),
    }
}
