// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Creates the record of a call before the call is placed.

use super::TIMEOUT;
use super::requester::written;
use crate::chart::RecordFormat;
use crate::fhir::search::search_value;
use crate::fhir::systems::CALL_REQUEST;
use crate::json::Json;
use crate::outbound::{NewPreparedCall, Position, SealingKeys, is_taken, same_position};
use crate::phone::E164;
use crate::runtime::{FhirRequest, Host, HostRequest, HostResponse, Reply};

/// How often a call takes the next position because another call took its position at the same time.
const MAX_POSITIONS: u32 = 20;

/// A record to create.
pub(super) struct RecordToCreate<'a> {
    pub(super) new_call: NewPreparedCall<'a>,
    /// The clinic's numbers.
    pub(super) numbers: &'a [E164<'a>],
    pub(super) format: RecordFormat<'a>,
    pub(super) sealing: &'a SealingKeys,
}

impl RecordToCreate<'_> {
    /// Creates the record, unless the same request created it before. Returns the record, and whether it was created.
    /// `complete` adds to the record.
    ///
    /// Two calls may take the same position in the pool `roundRobin` at the same time. The batch that creates the
    /// record also searches for such a call. The later one of them takes the next position, before anyone sees its
    /// number.
    pub(super) async fn create(&mut self, complete: &dyn Fn(&mut Json), host: &Host) -> Result<(Json, bool), Reply> {
        let unless = self.new_call.request.map(|request| ["identifier=", &criterion(request)].concat());
        let create = FhirRequest::create(&self.resource(complete), unless);
        let mut answers = self.send(create, host).await.into_iter();
        let answer = answers.next().unwrap_or(HostResponse::Failed);
        let is_created = matches!(answer, HostResponse::Done { status: 201, .. });
        let mut record = written(answer, "Communication")?;
        for _ in 0..MAX_POSITIONS {
            let found = answers.next().and_then(HostResponse::ok);
            if !is_created || !found.is_some_and(|found| is_taken(&found, &record)) || !self.take_next_position() {
                break;
            }
            let mut resource = self.resource(complete);
            for name in ["id", "meta"] {
                resource.set(name, record.get(name).cloned().unwrap_or_default());
            }
            let Some(update) = FhirRequest::update(&resource) else { break };
            answers = self.send(update, host).await.into_iter();
            match answers.next().unwrap_or(HostResponse::Failed) {
                // Another client changed the record. It keeps its position, so two calls show the same number.
                HostResponse::Done { status: 409 | 412, .. } => break,
                answer => record = written(answer, "Communication")?,
            }
        }
        Ok((record, is_created))
    }

    fn resource(&self, complete: &dyn Fn(&mut Json)) -> Json {
        let mut resource = self.new_call.write(self.format, self.sealing);
        complete(&mut resource);
        resource
    }

    /// Sends a write of the record, and the search for other calls with the same position.
    async fn send(&self, write: FhirRequest, host: &Host) -> Vec<HostResponse> {
        let search = self.new_call.position.map(same_position);
        let requests = core::iter::once(write).chain(search);
        host.send_all(requests.map(|request| (HostRequest::Fhir(request), Some(TIMEOUT))).collect()).await
    }

    fn take_next_position(&mut self) -> bool {
        let position = self.new_call.position.zip(E164::parse(self.new_call.from));
        let next = position.and_then(|(index, number)| Position { index, number }.following(self.numbers));
        if let Some(next) = next {
            self.new_call.from = next.number.as_str();
            self.new_call.position = Some(next.index);
        }
        next.is_some()
    }
}

/// The `identifier` search parameter for a request.
pub(super) fn criterion(request: &str) -> String {
    search_value(&[CALL_REQUEST, "|", request].concat())
}
