// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The signed webhook requests of a thousand calls, in any order. Some arrive twice, and the requests of several calls
//! are mixed. The final records are always the same.

use plumline::json::Json;
use plumline::runtime::{HostRequest, Reply};

use crate::chart::calls::call;
use crate::constants::ACCOUNT;
use crate::fault::{Fault, answer_with};
use crate::fhir::Fhir;
use crate::json::without_server_fields;
use crate::properties::request::flow;
use crate::random::Random;
use crate::run::play;

const CALLS: u64 = 1_000;
/// The number of calls that share a chart.
const TOGETHER: u64 = 20;

/// A webhook request with the query of its URL and its time of arrival.
#[derive(Clone)]
struct Request {
    pairs: Vec<(String, String)>,
    suffix: &'static str,
    now: u64,
}

fn requests(seed: u64) -> Vec<Request> {
    let mut requests = Vec::new();
    for event in &call(seed).events {
        let Some((pairs, now)) = event.pairs() else { continue };
        let has = |name: &str| pairs.iter().any(|(known, _)| known == name);
        let suffix = match () {
            () if has("RecordingStatus") => "?step=recording",
            () if has("TranscriptionText") => "?step=transcription",
            () if has("CallbackSource") || has("DialCallStatus") => "",
            // The default dialplan does not store the first request of a call, so it is posted as a status callback.
            () => "?step=status",
        };
        let mut pairs = pairs.to_vec();
        pairs.push(("AccountSid".to_owned(), ACCOUNT.to_owned()));
        requests.push(Request { pairs, suffix, now });
    }
    requests
}

/// Posts a request. Returns whether it was stored. `lost` is the index of a round trip whose response is lost.
fn post(fhir: &mut Fhir, Request { pairs, suffix, now }: &Request, lost: Option<usize>) -> bool {
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut trips = 0;
    let response = play(flow(&pairs, suffix, &[], *now, false), |open| {
        let fault = (lost == Some(trips)).then_some(Fault::DoneTooLate);
        trips += 1;
        match open.request {
            HostRequest::Headers => answer_with(200, Json::object([])),
            HostRequest::Wait(_) => answer_with(200, Json::Null),
            _ => fhir.answer(open, fault, *now),
        }
    });
    assert!(matches!(response.reply, Reply::Twiml(_) | Reply::Broken(_)), "{response:?}");
    matches!(response.reply, Reply::Twiml(_))
}

/// All records, without members that the server adds, sorted by their text.
fn records(fhir: &Fhir) -> Vec<String> {
    let mut records: Vec<String> = fhir.of_type("Communication").into_iter().map(without_server_fields).collect();
    records.sort();
    records
}

#[test]
fn requests_of_a_thousand_calls_give_the_same_records_in_any_order() {
    let (mut posted, mut twice, mut again) = (0, 0, 0);
    for group in 0..CALLS / TOGETHER {
        let of_calls: Vec<Vec<Request>> = (0..TOGETHER).map(|n| requests(group * TOGETHER + n)).collect();
        let mut straight = Fhir::default();
        for request in of_calls.iter().flatten() {
            assert!(post(&mut straight, request, None));
            posted += 1;
        }
        let mut random = Random::new(group);
        let mut mixed: Vec<Request> = of_calls.into_iter().flatten().collect();
        for at in 0..mixed.len() {
            if random.one_in(4) {
                // Twilio posts the request again some seconds later.
                let mut later = mixed[at].clone();
                later.now += 5_000;
                mixed.push(later);
                twice += 1;
            }
        }
        random.shuffle(&mut mixed);
        let mut other = Fhir::default();
        while let Some(request) = mixed.pop() {
            let lost = (random.one_in(4)).then(|| random.below(2));
            if !post(&mut other, &request, lost) {
                // The request was not stored, or the response was lost. Twilio posts it again.
                mixed.insert(random.below(mixed.len() + 1), request);
                again += 1;
            }
        }
        assert_eq!(records(&straight), records(&other), "group {group}");
        assert_eq!(straight.of_type("Communication").len() as u64, TOGETHER);
    }
    assert!(posted > 4_500 && twice > 1_000 && again > 500, "{posted} {twice} {again}");
}
