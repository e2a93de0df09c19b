// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Verifies a caller by the birth date of a patient.
//!
//! There are only about 40,000 birth dates, so the number of wrong ones is limited for each caller number and day, over
//! all calls. A `Basic` resource counts them. Every try writes it before the caller learns the result, on the condition
//! that no other call wrote it meanwhile. So parallel calls have no more tries than one.

use super::answers::Stored;
use super::dialplan_request::RecordUpdate;
use super::request::WebhookRequest;
use crate::chart::StoreError;
use crate::dialplan::verbs::{Verify, can_verify};
use crate::dialplan::{
    BIRTH_DATE_TRIES, CallbackResult, DialplanInput, Facts, Lookup, Params, PeopleOfNumber, called_number_zone,
};
use crate::error::Code;
use crate::fhir::element::{concept, extension, extension_of, identifier, is};
use crate::fhir::search::search_value;
use crate::json::Json;
use crate::runtime::{FhirRequest, Host, HostRequest};
use crate::signature::sha256_hex;
use crate::time::{DAY, date, instant};

/// The maximum number of wrong dates of a caller number on one day.
const MAX_WRONG: usize = 3;
/// The number of writes if other calls from the same number change the count.
const ATTEMPTS: u32 = 3;
/// The timeouts of a write of the count, and of reading it again, in milliseconds.
const WRITE_TIMEOUT: u32 = 600;
const REREAD_TIMEOUT: u32 = 300;
/// The code system of `Basic.code`.
const CODE_SYSTEM: &str = "https://plumline.dev/fhir/basic-code";
const CODE: &str = "birth-date-tries";
/// A part of the extension: a day, a space, and a hash of the call and the date.
const WRONG: &str = "wrong";
/// A part of the extension: when a caller was last verified.
const VERIFIED: &str = "verified";
/// Wrong dates are kept for this number of days, because two numbers of the clinic may be in different time zones.
const KEPT_DAYS: u64 = 2;

/// Compares the entered date, after the `n`th repetition of the question.
pub(super) async fn verify_birth_date<'a>(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    input: &DialplanInput<'a>,
    (verify, n): (&'a Verify, u32),
    mut update: RecordUpdate<'_>,
    facts: &mut Facts,
) -> Stored<'a> {
    let otherwise = CallbackResult::Action(&verify.otherwise);
    let (Some(number), true) = (input.caller.searched_number(), can_verify(&input.caller)) else {
        return (otherwise, None);
    };
    let Some(born) = verify.entered(Params(request.pairs)) else { return (verify.again(n, true), None) };
    let (Some(people), Some(tries), Some(record)) =
        (facts.people.known(), facts.birth_date_tries.known(), facts.record.known())
    else {
        // A failed read has its code in the log already.
        return (otherwise, None);
    };
    let patient =
        patient_born(people, &born).filter(|patient| record.verified.as_ref().is_none_or(|known| known == patient));
    let zone = called_number_zone(input.config, &input.caller);
    let local = zone.and_then(|zone| facts.local_times.iter().find(|(known, _)| known == zone)?.1.known());
    let day = local.map_or(request.now / DAY, |local| local.day);
    let hash = sha256_hex([input.caller.sid, "|", number.as_str(), "|", &born].concat().as_bytes());
    let entry = [&date(day * DAY), " ", hash.get(..16).unwrap_or_default()].concat();
    let mut tries = Tries::read(tries);
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            let urls = Lookup::BirthDateTries.urls(&input.caller, facts);
            let Some(url) = urls.into_iter().next() else { return (otherwise, None) };
            let answer = host.send(HostRequest::Fhir(FhirRequest::get(url)), Some(REREAD_TIMEOUT)).await;
            let Some(found) = answer.ok() else { return (otherwise, Some(Code::ChartUnavailable)) };
            tries = Tries::read(&found);
        }
        if tries.wrong_on(day) >= MAX_WRONG {
            return (otherwise, Some(Code::VerifyLimit));
        }
        let written = if patient.is_some() {
            tries.with_success(number.as_str(), day, request)
        } else {
            tries.with_wrong(number.as_str(), day, &entry, request)
        };
        let Some((request, after)) = written else { break };
        let is_create = request.method == "POST";
        let answer = host.send(HostRequest::Fhir(request), Some(WRITE_TIMEOUT)).await;
        let checked = if is_create { StoreError::check_create(&answer) } else { StoreError::check(&answer) };
        match checked {
            Ok(()) => {
                tries = after;
                break;
            }
            Err(StoreError::Retryable(Code::ChartConflict)) if attempt + 1 < ATTEMPTS => {}
            Err(error) => return (otherwise, Some(error.code())),
        }
    }
    let Some(patient) = patient else {
        let is_last = tries.wrong_on(day) >= MAX_WRONG;
        return (if is_last { otherwise } else { verify.again(n, true) }, None);
    };
    update.context.verified = Some(patient.clone());
    if let Err(code) = update.write(host, request.record_format()).await {
        return (verify.again(n, false), Some(code));
    }
    facts.set_verified(patient);
    (CallbackResult::Action(&verify.then), None)
}

/// `Patient/<id>`: the only patient with this birth date.
fn patient_born(people: &PeopleOfNumber, born: &str) -> Option<String> {
    let mut fitting = people.birth_dates.iter().filter(|(_, date)| date == born);
    let only = fitting.next();
    only.filter(|_| fitting.next().is_none()).map(|(patient, _)| patient.clone())
}

/// The wrong dates that were entered from a number.
#[derive(Clone, Debug, Default)]
struct Tries {
    /// The resource. `None` if there is none yet.
    resource: Option<Json>,
    /// A day, a space and a hash for each wrong date.
    wrong: Vec<String>,
}

impl Tries {
    /// Reads a search result. If two calls created a resource, the wrong dates of both count.
    fn read(found: &Json) -> Self {
        let mut tries = Self::default();
        for entry in found.get("entry").map(Json::elements).unwrap_or_default() {
            let Some(resource) = entry.get("resource").filter(|resource| is(resource, "resourceType", "Basic")) else {
                continue;
            };
            for wrong in parts(resource).iter().filter(|part| is(part, "url", WRONG)) {
                if let Some(text) = wrong.get("valueString").and_then(Json::text)
                    && !tries.wrong.iter().any(|known| known == text)
                {
                    tries.wrong.push(text.to_owned());
                }
            }
            let id = |resource: &Json| resource.get("id").and_then(Json::text).map(str::to_owned);
            if tries.resource.as_ref().is_none_or(|known| id(resource) < id(known)) {
                tries.resource = Some(resource.clone());
            }
        }
        tries
    }

    fn wrong_on(&self, day: u64) -> usize {
        let day = date(day * DAY);
        self.wrong.iter().filter(|entry| entry.starts_with(&day)).count()
    }

    /// The request that adds a wrong date. `None` if it was counted already: Twilio repeated the request, or the caller
    /// the date.
    fn with_wrong(
        &self,
        number: &str,
        day: u64,
        entry: &str,
        request: &WebhookRequest<'_, '_>,
    ) -> Option<(FhirRequest, Self)> {
        if self.wrong.iter().any(|known| known == entry) {
            return None;
        }
        let mut after = self.clone();
        after.wrong.push(entry.to_owned());
        after.request(number, day, None, request)
    }

    /// The request that notes a success. It changes no count, but it fails if another call changed one meanwhile.
    fn with_success(&self, number: &str, day: u64, request: &WebhookRequest<'_, '_>) -> Option<(FhirRequest, Self)> {
        self.clone().request(number, day, Some(request.now), request)
    }

    fn request(
        mut self,
        number: &str,
        day: u64,
        verified_at: Option<u64>,
        request: &WebhookRequest<'_, '_>,
    ) -> Option<(FhirRequest, Self)> {
        let oldest = date(day.saturating_sub(KEPT_DAYS) * DAY);
        self.wrong.retain(|entry| entry.as_str() >= oldest.as_str());
        let mut written: Vec<Json> =
            self.wrong.iter().map(|entry| extension(WRONG, "valueString", Json::of(entry))).collect();
        let earlier = self.resource.as_ref().map(parts).unwrap_or_default();
        match verified_at {
            Some(at) => written.push(extension(VERIFIED, "valueInstant", Json::of(&instant(at)))),
            None => written.extend(earlier.iter().filter(|part| is(part, "url", VERIFIED)).cloned()),
        }
        let url = [request.record_format().extension_base, "/", CODE].concat();
        let extensions = Json::List(vec![extension_of(&url, written)]);
        if let Some(resource) = &self.resource {
            let mut resource = resource.clone();
            resource.set("extension", extensions);
            return Some((FhirRequest::update(&resource)?, self));
        }
        let resource = Json::object([
            ("resourceType", Json::of("Basic")),
            ("identifier", Json::List(vec![identifier(BIRTH_DATE_TRIES, number)])),
            ("code", concept(CODE_SYSTEM, CODE)),
            ("extension", extensions),
        ]);
        let criteria = ["identifier=", BIRTH_DATE_TRIES, "|", &search_value(number)].concat();
        Some((FhirRequest::create(&resource, Some(criteria)), self))
    }
}

fn parts(resource: &Json) -> &[Json] {
    let extension = resource.get("extension").map(Json::elements).unwrap_or_default().first();
    extension.and_then(|extension| extension.get("extension")).map(Json::elements).unwrap_or_default()
}
