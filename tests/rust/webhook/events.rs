// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Events in the format of a host, and the requests of a flow to its host.

use plumline::bots::{SharedCache, webhook};
use plumline::frame::Frame;
use plumline::json::Json;
use plumline::runtime::{FhirRequest, Flow, FlowState, HostRequest, HostResponse, Reply, Response};

use super::{CLINIC_NUMBER, Event, PATIENT, URL, code, greeting, says, valid_signature};
use crate::constants::TOKEN;
use crate::fault::answer_with;
use crate::json::json;

#[test]
fn an_event_may_omit_cached_parameter_names() {
    let event = Event::default();
    let values = |params: &[(&str, &str)], values: &[&str]| {
        let signature = valid_signature(URL, params);
        let fields = [&[signature.as_str(), TOKEN, CLINIC_NUMBER, URL], values].concat();
        let mut numbers = vec![0, 0, 0, 0b10011, 3];
        numbers.extend(fields.iter().map(|field| field.len() as u32));
        let frame = Frame::from_latin1(fields.concat().into_bytes(), numbers);
        match Flow::new(|host| webhook(frame, host, event.cache.clone())).step() {
            FlowState::Done(response) => Some(response.reply),
            // The bot requests the headers to find the reason for a wrong signature.
            FlowState::Requests(_) => None,
        }
    };
    let other = [("CallSid", "CA2"), ("From", PATIENT), ("To", "+15550100009")];
    let invalid = |reply: Option<Reply>| assert_eq!(code(&reply.unwrap()), ("EVENT_INVALID", 500));
    invalid(values(&other, &["CA2", PATIENT, "+15550100009"]));
    // The core caches parameter names only if the host requests it, and only for a verified event.
    assert_eq!(event.reply(), greeting(CLINIC_NUMBER));
    assert_eq!(code(&Event { keeps_names: true, ..event.clone() }.signed("x").reply()).1, 403);
    invalid(values(&other, &["CA2", PATIENT, "+15550100009"]));
    assert_eq!(Event { keeps_names: true, ..event.clone() }.reply(), greeting(CLINIC_NUMBER));
    says(&values(&other, &["CA2", PATIENT, "+15550100009"]).unwrap(), "not in service");
    assert_eq!(values(&event.params, &["CA1", PATIENT, CLINIC_NUMBER]), Some(greeting(CLINIC_NUMBER)));
    for wrong in [&["CA1", PATIENT][..], &["CA1", PATIENT, CLINIC_NUMBER, ""], &[]] {
        invalid(values(&other, wrong));
    }
    // The values in another order are a different request.
    assert_eq!(values(&other, &["+15550100009", PATIENT, "CA2"]), None);
}

#[test]
fn an_invalid_frame_is_an_error_without_a_panic() {
    for frame in [
        Frame::from_latin1(vec![], vec![]),
        Frame::from_latin1(b"abc".to_vec(), vec![0, 0, 0, 11, 0, 1, 1, 1]),
        Frame::from_latin1(b"abc".to_vec(), vec![0, 0, 0, u32::MAX, 0, 1, 1, 1]),
        Frame::from_latin1(b"abc".to_vec(), vec![0, 0, 0, 0, 7, 1, 1, 1]),
        Frame::from_latin1(b"abc".to_vec(), vec![0, 0, 0, 0, 0, 1, 2]),
    ] {
        let FlowState::Done(response) = Flow::new(|host| webhook(frame, host, SharedCache::default())).step() else {
            panic!()
        };
        assert_eq!(code(&response.reply), ("EVENT_INVALID", 500));
    }
}

/// Concurrent FHIR requests are one batch. The flow continues after a deadline.
#[test]
fn concurrent_fhir_requests_are_one_batch() {
    let get = |url: &str| HostRequest::Fhir(FhirRequest { method: "GET", url: url.into(), ..FhirRequest::default() });
    let mut flow = Flow::new(|host| async move {
        let first =
            host.send_all(vec![(get("Patient/1"), None), (HostRequest::Me, None), (get("Patient/2"), Some(400))]).await;
        let second = host.send(get("Patient/3"), Some(700)).await;
        let third = host.send(HostRequest::Headers, None).await;
        Response::from(Reply::Twiml(format!("{first:?} {second:?} {third:?}")))
    });
    let FlowState::Requests(requests) = flow.step() else { panic!() };
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].request, HostRequest::Me);
    let HostRequest::Batch(bundle) = &requests[1].request else { panic!() };
    assert!(bundle.contains("Patient/1") && bundle.contains("Patient/2") && requests[1].timeout.is_none());
    let body = r#"{"entry":[{"response":{"status":"200"},"resource":{"id":"1"}},{"response":{"status":"404"}}]}"#;
    let batch = (requests[1].id, answer_with(200, json(body)));
    // `auth/me` has no answer, so it has failed. The answer to an unknown request is ignored.
    let FlowState::Requests(requests) = flow.resume(vec![batch, (99, HostResponse::Failed)]) else { panic!() };
    assert_eq!(requests[0].timeout, Some(700));
    let FlowState::Requests(requests) = flow.resume(vec![(requests[0].id, HostResponse::TimedOut)]) else { panic!() };
    let FlowState::Done(response) = flow.resume(vec![(requests[0].id, answer_with(200, Json::Null))]) else { panic!() };
    let id = "Object([(\"id\", Text(\"1\"))])";
    let expected = format!(
        "[Done {{ status: 200, body: {id} }}, Failed, Done {{ status: 404, body: Null }}] TimedOut Done {{ status: 200, body: Null }}"
    );
    assert_eq!(response.reply, Reply::Twiml(expected));
}
