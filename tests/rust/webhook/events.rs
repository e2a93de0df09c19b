// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Events as a host lays them out, and requests as the flow sends them.

use plumline::bots::{SharedCache, webhook};
use plumline::frame::Frame;
use plumline::json::Json;
use plumline::runtime::{Answer, Ask, FhirRequest, Flow, Reply, Response, Step};

use super::{Event, OURS, PATIENT, URL, code, greeting, says, valid_signature};
use crate::constants::TOKEN;
use crate::fault::answer_with;
use crate::json::json;

#[test]
fn an_event_may_omit_cached_parameter_names() {
    let event = Event::default();
    let values = |params: &[(&str, &str)], values: &[&str]| {
        let signature = valid_signature(URL, params);
        let fields = [&[signature.as_str(), TOKEN, OURS, URL], values].concat();
        let mut numbers = vec![0, 0, 0, 0b10011, 3];
        numbers.extend(fields.iter().map(|field| field.len() as u32));
        let frame = Frame::from_latin1(fields.concat().into_bytes(), numbers);
        match Flow::new(|host| webhook(frame, host, event.cache.clone())).step() {
            Step::Done(response) => Some(response.reply),
            // It asks for the headers to explain a wrong signature.
            Step::Ask(_) => None,
        }
    };
    let other = [("CallSid", "CA2"), ("From", PATIENT), ("To", "+15550100009")];
    let invalid = |reply: Option<Reply>| assert_eq!(code(&reply.unwrap()), ("EVENT_INVALID", 500));
    invalid(values(&other, &["CA2", PATIENT, "+15550100009"]));
    // Parameter names are cached only on request, and only if the event is verified.
    assert_eq!(event.reply(), greeting(OURS));
    assert_eq!(code(&Event { keeps_names: true, ..event.clone() }.signed("x").reply()).1, 403);
    invalid(values(&other, &["CA2", PATIENT, "+15550100009"]));
    assert_eq!(Event { keeps_names: true, ..event.clone() }.reply(), greeting(OURS));
    says(&values(&other, &["CA2", PATIENT, "+15550100009"]).unwrap(), "not in service");
    assert_eq!(values(&event.params, &["CA1", PATIENT, OURS]), Some(greeting(OURS)));
    for wrong in [&["CA1", PATIENT][..], &["CA1", PATIENT, OURS, ""], &[]] {
        invalid(values(&other, wrong));
    }
    // The same values in another order are another request.
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
        let Step::Done(response) = Flow::new(|host| webhook(frame, host, SharedCache::default())).step() else {
            panic!()
        };
        assert_eq!(code(&response.reply), ("EVENT_INVALID", 500));
    }
}

/// Concurrent FHIR requests are one batch. The flow continues after a deadline.
#[test]
fn concurrent_fhir_requests_are_one_batch() {
    let get = |url: &str| Ask::Fhir(FhirRequest { method: "GET", url: url.into(), ..FhirRequest::default() });
    let mut flow = Flow::new(|host| async move {
        let first = host.ask_all(vec![(get("Patient/1"), None), (Ask::Me, None), (get("Patient/2"), Some(400))]).await;
        let second = host.ask(get("Patient/3"), Some(700)).await;
        let third = host.ask(Ask::Headers, None).await;
        Response::from(Reply::Twiml(format!("{first:?} {second:?} {third:?}")))
    });
    let Step::Ask(requests) = flow.step() else { panic!() };
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].ask, Ask::Me);
    let Ask::Batch(bundle) = &requests[1].ask else { panic!() };
    assert!(bundle.contains("Patient/1") && bundle.contains("Patient/2") && requests[1].deadline.is_none());
    let body = r#"{"entry":[{"response":{"status":"200"},"resource":{"id":"1"}},{"response":{"status":"404"}}]}"#;
    let batch = (requests[1].id, answer_with(200, json(body)));
    // Me has no answer, so it has failed; the answer to an unknown request is ignored.
    let Step::Ask(requests) = flow.resume(vec![batch, (99, Answer::Failed)]) else { panic!() };
    assert_eq!(requests[0].deadline, Some(700));
    let Step::Ask(requests) = flow.resume(vec![(requests[0].id, Answer::TimedOut)]) else { panic!() };
    let Step::Done(response) = flow.resume(vec![(requests[0].id, answer_with(200, Json::Null))]) else { panic!() };
    let id = "Object([(\"id\", Text(\"1\"))])";
    let expected = format!(
        "[Done {{ status: 200, body: {id} }}, Failed, Done {{ status: 404, body: Null }}] TimedOut Done {{ status: 200, body: Null }}"
    );
    assert_eq!(response.reply, Reply::Twiml(expected));
}
