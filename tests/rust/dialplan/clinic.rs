// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A fake clinic for webhook requests: its config, its chart and its local time.
//!
//! The clinic has the numbers `+15550100001` and `+15550100002`. The first one has the dialplan `main`. It is Monday,
//! 10:00 in New York, the only known time zone. The chart is empty until a test adds one of the invented people:
//!
//! - **Ada** ([`ADA`]), `Patient/ada`. Her mobile is [`CALLER`], she prefers Spanish, and her general practitioner is
//!   Grey.
//! - **Grey** ([`GREY`]), `Practitioner/grey`, with the client identity `grey_1` and the work phone `+15550100777`.

use plumline::json::Json;
use plumline::runtime::{HostRequest, HostResponse, OpenRequest, Reply, Response, Secret};
use plumline::time::{DAY, MINUTE, days_since_epoch};
use plumline::twiml::{DocumentKind, check_xml};

use crate::constants::{ACCOUNT, TOKEN};
use crate::fault::{Faults, answer_with};
use crate::fhir::Fhir;
use crate::json::{is, json, list};
use crate::run::play;
use crate::signed::webhook_flow;

pub(crate) const URL: &str = "https://fhir.example.com/webhook/1";
/// The clinic's number with a dialplan.
pub(crate) const CLINIC_NUMBER: &str = "+15550100001";
/// The default caller. It is Ada's mobile.
pub(crate) const CALLER: &str = "+15550100123";
pub(crate) const CALL: &str = "CA00000000000000000000000000000001";
/// Monday, 2026-11-16, 10:00 in New York. In UTC it is 15:00.
pub(crate) const MONDAY: &str = "2026-11-16T10:00:00";

type Pairs = Vec<(String, String)>;

/// The clinic and its latest log.
pub(crate) struct Clinic {
    pub(crate) config: String,
    /// `TWILIO_NUMBER`.
    pub(crate) numbers: String,
    /// The chart. Its `batches` are those of the latest webhook request.
    pub(crate) fhir: Fhir,
    /// The local time of a zone. `None` if the zone is unknown.
    pub(crate) local_time: fn(&str) -> Option<&'static str>,
    /// Faults of batches, by their index within one webhook request.
    pub(crate) faults: Faults,
    /// `PLUMLINE_SECRET`. It is not set if this is empty.
    pub(crate) secret: &'static str,
    pub(crate) now: u64,
    pub(crate) log: Vec<String>,
}

impl Clinic {
    /// A clinic whose first number has the dialplan `main`. `rest` is the rest of the config.
    pub(crate) fn new(rest: &str) -> Self {
        let numbers = r#""numbers":{"+15550100001":{"name":"front","dialplan":"main"}}"#;
        Self {
            config: format!("{{{numbers},{rest}}}"),
            numbers: "+15550100001, +15550100002".to_owned(),
            fhir: Fhir::default(),
            local_time: |zone| (zone == "America/New_York").then_some(MONDAY),
            faults: Faults::NONE,
            secret: "",
            now: days_since_epoch(2026, 11, 16).unwrap() * DAY + 15 * 60 * MINUTE,
            log: Vec::new(),
        }
    }

    /// A clinic that runs `verbs` for every call. `rest` has the other actions.
    pub(crate) fn with_verbs(verbs: &str, rest: &str) -> Self {
        let comma = if rest.is_empty() { "" } else { "," };
        Self::new(&format!(r#""dialplans":{{"main":[{{"then":"first"}}]}},"actions":{{"first":{verbs}{comma}{rest}}}"#))
    }

    /// Adds resources to the chart.
    pub(crate) fn with(mut self, resources: &[&str]) -> Self {
        for resource in resources {
            self.fhir.put(&json(resource), self.now);
        }
        self
    }

    /// Posts the first request of a call. Returns the content of `<Response>`.
    pub(crate) fn call(&mut self) -> String {
        self.request("", &[("CallStatus", "ringing")])
    }

    /// Posts the status callback after the end of the default caller's call.
    pub(crate) fn complete(&mut self) {
        self.complete_from(CALLER);
    }

    /// Posts the status callback after the end of a call from `from`.
    pub(crate) fn complete_from(&mut self, from: &str) {
        let more = [("CallStatus", "completed"), ("CallbackSource", "call-progress-events"), ("From", from)];
        assert_eq!(self.request("", &more), "<Response/>");
    }

    /// Posts a request to the webhook's URL with `suffix`. `more` replaces parameters. Returns the content of
    /// `<Response>`.
    pub(crate) fn request(&mut self, suffix: &str, more: &[(&str, &str)]) -> String {
        let reply = self.reply(suffix, more);
        let Reply::Twiml(xml) = reply else { panic!("{reply:?} {:?}", self.log) };
        let findings: Vec<_> =
            check_xml(&xml, Some(DocumentKind::Voice)).into_iter().filter(|item| !item.is_warning).collect();
        assert!(findings.is_empty(), "{xml} {findings:?}");
        let start = r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#;
        let body = xml.strip_prefix(start).map(|rest| rest.strip_suffix("</Response>").unwrap());
        body.unwrap_or_else(|| xml.strip_prefix(&start[..start.len() - 10]).unwrap()).to_owned()
    }

    pub(crate) fn reply(&mut self, suffix: &str, more: &[(&str, &str)]) -> Reply {
        assert_eq!(plumline::dialplan::Config::read(&self.config).err(), None, "{}", self.config);
        let mut pairs: Pairs = Vec::new();
        let common = [
            ("CallSid", CALL),
            ("AccountSid", ACCOUNT),
            ("From", CALLER),
            ("To", CLINIC_NUMBER),
            ("Called", CLINIC_NUMBER),
            ("Direction", "inbound"),
            ("CallStatus", "in-progress"),
        ];
        for (name, value) in common
            .into_iter()
            .filter(|(name, _)| more.iter().all(|(other, _)| name != other))
            .chain(more.iter().copied())
        {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        let url = format!("{URL}{}", suffix.split('#').next().unwrap());
        let response = self.play(&url, &pairs);
        self.log = response.log;
        response.reply
    }

    fn play(&mut self, url: &str, pairs: &Pairs) -> Response {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let secrets = [
            (Secret::AuthToken, TOKEN),
            (Secret::Number, &*self.numbers),
            (Secret::WebhookUrl, URL),
            (Secret::Config, &*self.config),
            (Secret::SealingKeys, self.secret),
        ];
        let flow = webhook_flow((TOKEN, url), &pairs, &secrets, self.now);
        self.fhir.batches.clear();
        let response = play(flow, |open| self.answer(open));
        let log = response.log.concat();
        for secret in [TOKEN, CALLER, "Ada", "message"] {
            assert!(!log.contains(secret), "{log}");
        }
        response
    }

    fn answer(&mut self, open: &OpenRequest) -> HostResponse {
        match &open.request {
            HostRequest::Headers => answer_with(200, Json::object([])),
            HostRequest::Zone(request) => {
                // The current time, or that of a visit.
                assert!(matches!(request.instants[..], [at] if at >= self.now), "{request:?}");
                match (self.local_time)(&request.zone) {
                    Some(local_time) => {
                        answer_with(200, json(&format!(r#"{{"localTimes":["{local_time}"],"instants":[]}}"#)))
                    }
                    None => answer_with(400, Json::Null),
                }
            }
            HostRequest::Batch(_) => self.fhir.answer(open, self.faults.of(self.fhir.batches.len()), self.now),
            HostRequest::Wait(_) => answer_with(200, Json::Null),
            other => panic!("{other:?}"),
        }
    }

    /// The record of the call.
    pub(crate) fn record(&self) -> Option<&Json> {
        let is_ours = |item: &&Json| list(item, "identifier").iter().any(|identifier| is(identifier, "value", CALL));
        self.fhir.resources.iter().find(is_ours)
    }

    /// The resources that contain a text.
    pub(crate) fn with_text(&self, text: &str) -> Vec<&Json> {
        self.fhir.resources.iter().filter(|item| item.write().contains(text)).collect()
    }

    /// The number of batches of the latest webhook request.
    pub(crate) fn round_trips(&self) -> usize {
        self.fhir.batches.len()
    }

    /// The number of FHIR requests in each of these batches.
    pub(crate) fn batch_sizes(&self) -> Vec<usize> {
        self.fhir.batches.iter().map(|batch| batch.requests.len()).collect()
    }

    /// The maximum wait of the latest webhook request for the chart, in milliseconds.
    pub(crate) fn retry(&self) -> u32 {
        self.fhir.batches.iter().map(|batch| batch.timeout).sum()
    }
}

/// The attributes of every dialed leg.
pub(crate) const LEG: &str = "statusCallback=\"https://fhir.example.com/webhook/1?step=status#rc=3&amp;rp=all\" statusCallbackEvent=\"initiated ringing answered completed\"";

/// Ada, a patient whose mobile is the default caller's number.
pub(crate) const ADA: &str = r#"{"resourceType":"Patient","id":"ada","active":true,
    "name":[{"use":"official","given":["Augusta"],"family":"Example"},{"use":"usual","given":["Ada"]}],
    "telecom":[{"system":"phone","value":"(555) 010-0123","use":"mobile"}],
    "communication":[{"language":{"coding":[{"code":"es-US"}]},"preferred":true}],
    "generalPractitioner":[{"reference":"Practitioner/grey"}]}"#;
/// Grey, Ada's general practitioner.
pub(crate) const GREY: &str = r#"{"resourceType":"Practitioner","id":"grey",
    "identifier":[{"system":"http://twilio.com/voice/identity","value":"grey_1"}],
    "telecom":[{"system":"phone","value":"+1 555 010 0777","use":"work"},{"system":"phone","value":"+15550100778","use":"home"}]}"#;
