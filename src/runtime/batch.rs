// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Sends several FHIR requests in one round trip, as a `Bundle` of type `batch`:
//! <https://hl7.org/fhir/R4/http.html#transaction>.

use super::host::{FhirRequest, HostRequest, HostResponse, OpenRequest};
use super::refused_requests::RefusedRequests;
use crate::json::Json;

/// The requests of one round trip. Each entry has an id, a request and a timeout in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Batch {
    entries: Vec<(u32, FhirRequest, Option<u32>)>,
    /// The deadline of the flow, in milliseconds after the event arrived. It applies to all entries.
    deadline: Option<u32>,
    /// The total size of the resources, in bytes.
    bytes: usize,
}

/// The maximum size of a resource, in bytes. Medplum refuses a body larger than its setting `maxJsonSize`, 1 MiB by
/// default. All entries of a refused batch fail.
pub const MAX_BYTES: usize = 900 * 1024;

/// The maximum size of the resources in a batch with several entries, in bytes.
const BATCH_BYTES: usize = 400 * 1024;

impl Batch {
    /// Adds a request.
    pub(super) fn add(&mut self, id: u32, request: FhirRequest, timeout: Option<u32>, deadline: Option<u32>) {
        self.bytes += length(&request);
        self.entries.push((id, request, timeout));
        self.deadline = deadline;
    }

    /// Whether a request fits into the batch.
    pub(super) fn has_room(&self, request: &FhirRequest) -> bool {
        self.entries.is_empty() || self.bytes + length(request) <= BATCH_BYTES
    }

    /// The batch as one request, with the id of its first entry. Its timeout is the longest timeout of its entries. It
    /// has no timeout if an entry has none.
    pub(super) fn open(&self) -> Option<OpenRequest> {
        let (id, ..) = self.entries.first()?;
        let mut timeout = Some(0);
        for (.., item) in &self.entries {
            timeout = timeout.zip(*item).map(|(latest, item)| latest.max(item));
        }
        Some(OpenRequest { id: *id, request: HostRequest::Batch(self.bundle()), timeout, deadline: self.deadline })
    }

    /// The `Bundle` as JSON.
    fn bundle(&self) -> String {
        let text = |text: &Option<String>| text.as_deref().map_or(Json::Null, Json::of);
        let mut entries = Vec::with_capacity(self.entries.len());
        for (_, request, _) in &self.entries {
            let how = Json::object([
                ("method", Json::of(request.method)),
                ("url", Json::of(&request.url)),
                ("ifMatch", text(&request.if_match)),
                ("ifNoneExist", text(&request.if_none_exist)),
            ]);
            let resource = request.resource.clone().map_or(Json::Null, Json::Raw);
            entries.push(Json::object([("resource", resource), ("request", how)]));
        }
        let (kind, entry) = (Json::of("batch"), Json::List(entries));
        Json::object([("resourceType", Json::of("Bundle")), ("type", kind), ("entry", entry)]).write()
    }

    /// Splits the answer to the batch into the answers to its entries. The FHIR server returns them in the order of the
    /// entries. Adds the refused requests to `refusals`.
    pub(super) fn split(
        self,
        answer: HostResponse,
        answers: &mut Vec<(u32, HostResponse)>,
        refusals: &mut RefusedRequests,
    ) {
        let (responses, failure) = match answer {
            HostResponse::Done { status: 200..=299, body } => {
                (body.take("entry").into_elements(), HostResponse::Failed)
            }
            // The round trip failed, so each entry failed.
            failure => (Vec::new(), failure),
        };
        let mut responses = responses.into_iter();
        for (id, request, _) in self.entries {
            let answer = responses.next().and_then(answer_of).unwrap_or_else(|| failure.without_body());
            refusals.add(&request, &answer);
            answers.push((id, answer));
        }
    }
}

/// Whether a request is too large for the server.
pub(super) fn is_too_long(request: &FhirRequest) -> bool {
    length(request) > MAX_BYTES
}

fn length(request: &FhirRequest) -> usize {
    request.resource.as_ref().map_or(0, String::len)
}

fn answer_of(entry: Json) -> Option<HostResponse> {
    let response = entry.get("response")?;
    // FHIR allows a reason phrase after the number: `201 Created`.
    let status = response.get("status")?.text()?.get(..3)?.parse().ok()?;
    let has_resource = entry.get("resource").is_some();
    let body = if has_resource { entry.take("resource") } else { entry.take("response").take("outcome") };
    Some(HostResponse::Done { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Batch {
        let mut batch = Batch::default();
        batch.add(
            4,
            FhirRequest { method: "GET", url: "Patient?phone=%2B15550100001".into(), ..Default::default() },
            None,
            Some(12_000),
        );
        let create = FhirRequest {
            method: "POST",
            url: "Communication".into(),
            resource: Some(r#"{"resourceType":"Communication"}"#.into()),
            if_none_exist: Some("identifier=a|b".into()),
            ..Default::default()
        };
        batch.add(7, create, Some(900), Some(12_000));
        batch
    }

    #[test]
    fn writes_one_bundle() {
        assert_eq!(
            batch().bundle(),
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient?phone=%2B15550100001"}},{"resource":{"resourceType":"Communication"},"request":{"method":"POST","url":"Communication","ifNoneExist":"identifier=a|b"}}]}"#
        );
        let open = batch().open().unwrap();
        assert_eq!((open.id, open.timeout, open.deadline), (4, None, Some(12_000)));
    }

    fn answer(status: u16, body: &str) -> HostResponse {
        HostResponse::Done { status, body: Json::parse(body).unwrap() }
    }

    #[test]
    fn the_batch_has_the_longest_timeout_of_its_entries() {
        let mut batch = Batch::default();
        assert!(batch.open().is_none());
        batch.add(1, FhirRequest::default(), Some(300), None);
        batch.add(2, FhirRequest::default(), Some(900), None);
        assert_eq!(batch.open().unwrap().timeout, Some(900));
        batch.add(3, FhirRequest::default(), None, None);
        assert_eq!(batch.open().unwrap().timeout, None);
    }

    fn split(answer: HostResponse) -> Vec<(u32, HostResponse)> {
        let mut answers = Vec::new();
        batch().split(answer, &mut answers, &mut RefusedRequests::default());
        answers
    }

    #[test]
    fn splits_the_answer_into_those_of_the_entries() {
        let body = r#"{"resourceType":"Bundle","entry":[{"resource":{"total":0},"response":{"status":"200"}},{"response":{"status":"409 Conflict","outcome":{"id":"conflict"}}}]}"#;
        let answers = split(answer(200, body));
        assert_eq!(answers, [(4, answer(200, r#"{"total":0}"#)), (7, answer(409, r#"{"id":"conflict"}"#))]);
    }

    #[test]
    fn if_the_batch_fails_each_entry_fails() {
        assert_eq!(split(HostResponse::TimedOut), [(4, HostResponse::TimedOut), (7, HostResponse::TimedOut)]);
        assert_eq!(split(answer(500, "{}")), [(4, answer(500, "null")), (7, answer(500, "null"))]);
        for body in ["null", "{}", r#"{"entry":[]}"#, r#"{"entry":[{"response":{"status":"?"}}]}"#] {
            assert_eq!(split(answer(200, body)), [(4, HostResponse::Failed), (7, HostResponse::Failed)], "{body}");
        }
    }
}
