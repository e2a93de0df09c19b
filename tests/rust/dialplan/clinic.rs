// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A clinic whose webhook is called: its config, its chart, its local time.

use plumline::json::Json;
use plumline::runtime::{Answer, Ask, OpenRequest, Reply, Response, Secret};
use plumline::time::{DAY, MINUTE, days_since_epoch};
use plumline::twiml::{DocumentKind, check_xml};

use crate::constants::{ACCOUNT, TOKEN};
use crate::fault::{Faults, answer_with};
use crate::fhir::Fhir;
use crate::json::{is, json, list};
use crate::run::play;
use crate::signed::webhook_flow;

pub(crate) const URL: &str = "https://fhir.example.com/webhook/1";
pub(crate) const OURS: &str = "+15550100001";
pub(crate) const CALLER: &str = "+15550100123";
pub(crate) const CALL: &str = "CA00000000000000000000000000000001";
/// 2026-11-16, a Monday, 15:00 in UTC: ten in the morning in New York.
pub(crate) const MONDAY: &str = "2026-11-16T10:00:00";

type Pairs = Vec<(String, String)>;

pub(crate) struct Clinic {
    pub(crate) config: String,
    /// `TWILIO_NUMBER`.
    pub(crate) numbers: String,
    /// The chart. Its batches are those of the latest request.
    pub(crate) fhir: Fhir,
    /// The local time of a zone. `None` if the zone is unknown.
    pub(crate) local_time: fn(&str) -> Option<&'static str>,
    /// Faults of batches, by their number in one request.
    pub(crate) faults: Faults,
    pub(crate) now: u64,
    pub(crate) log: Vec<String>,
}

impl Clinic {
    /// A clinic whose number has the dialplan `main`. `rest` is the remaining config.
    pub(crate) fn new(rest: &str) -> Self {
        let numbers = r#""numbers":{"+15550100001":{"name":"front","dialplan":"main"}}"#;
        Self {
            config: format!("{{{numbers},{rest}}}"),
            numbers: "+15550100001, +15550100002".to_owned(),
            fhir: Fhir::default(),
            local_time: |zone| (zone == "America/New_York").then_some(MONDAY),
            faults: Faults::NONE,
            now: days_since_epoch(2026, 11, 16).unwrap() * DAY + 15 * 60 * MINUTE,
            log: Vec::new(),
        }
    }

    /// A clinic that runs `verbs` for every call.
    pub(crate) fn with_verbs(verbs: &str, rest: &str) -> Self {
        let comma = if rest.is_empty() { "" } else { "," };
        Self::new(&format!(r#""dialplans":{{"main":[{{"then":"first"}}]}},"actions":{{"first":{verbs}{comma}{rest}}}"#))
    }

    pub(crate) fn with(mut self, resources: &[&str]) -> Self {
        for resource in resources {
            self.fhir.put(&json(resource), self.now);
        }
        self
    }

    /// The call begins.
    pub(crate) fn call(&mut self) -> String {
        self.request("", &[("CallStatus", "ringing")])
    }

    /// A request to a callback URL, the webhook's URL with `suffix`.
    pub(crate) fn request(&mut self, suffix: &str, more: &[(&str, &str)]) -> String {
        let reply = self.reply(suffix, more);
        let Reply::Twiml(xml) = reply else { panic!("{reply:?} {:?}", self.log) };
        let findings: Vec<_> =
            check_xml(&xml, Some(DocumentKind::Voice)).into_iter().filter(|one| !one.is_warning).collect();
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
            ("To", OURS),
            ("Called", OURS),
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

    fn answer(&mut self, open: &OpenRequest) -> Answer {
        match &open.ask {
            Ask::Headers => answer_with(200, Json::object([])),
            Ask::Zone(request) => {
                assert_eq!(request.instants, [self.now]);
                match (self.local_time)(&request.zone) {
                    Some(local_time) => {
                        answer_with(200, json(&format!(r#"{{"walls":["{local_time}"],"instants":[]}}"#)))
                    }
                    None => answer_with(400, Json::Null),
                }
            }
            Ask::Batch(_) => self.fhir.answer(open, self.faults.of(self.fhir.batches.len()), self.now),
            Ask::Wait(_) => answer_with(200, Json::Null),
            other => panic!("{other:?}"),
        }
    }

    /// The record of the call.
    pub(crate) fn record(&self) -> Option<&Json> {
        let is_ours = |one: &&Json| list(one, "identifier").iter().any(|identifier| is(identifier, "value", CALL));
        self.fhir.resources.iter().find(is_ours)
    }

    /// The records that contain a text.
    pub(crate) fn with_text(&self, text: &str) -> Vec<&Json> {
        self.fhir.resources.iter().filter(|one| one.write().contains(text)).collect()
    }

    /// How many batches the latest request made.
    pub(crate) fn round_trips(&self) -> usize {
        self.fhir.batches.len()
    }

    /// How many requests were in each of them.
    pub(crate) fn batch_sizes(&self) -> Vec<usize> {
        self.fhir.batches.iter().map(|batch| batch.requests.len()).collect()
    }

    /// How long the latest request waits for the chart at most, in milliseconds.
    pub(crate) fn retry(&self) -> u32 {
        self.fhir.batches.iter().map(|batch| batch.deadline).sum()
    }
}

/// The attributes of every leg.
pub(crate) const LEG: &str = "statusCallback=\"https://fhir.example.com/webhook/1?step=status#rc=3&amp;rp=all\" statusCallbackEvent=\"initiated ringing answered completed\"";

/// A person of the chart who calls with the usual number.
pub(crate) const ADA: &str = r#"{"resourceType":"Patient","id":"ada","active":true,
    "name":[{"use":"official","given":["Augusta"],"family":"Example"},{"use":"usual","given":["Ada"]}],
    "telecom":[{"system":"phone","value":"(555) 010-0123","use":"mobile"}],
    "communication":[{"language":{"coding":[{"code":"es-US"}]},"preferred":true}],
    "generalPractitioner":[{"reference":"Practitioner/grey"}]}"#;
pub(crate) const GREY: &str = r#"{"resourceType":"Practitioner","id":"grey",
    "identifier":[{"system":"http://twilio.com/voice/identity","value":"grey_1"}],
    "telecom":[{"system":"phone","value":"+1 555 010 0777","use":"work"},{"system":"phone","value":"+15550100778","use":"home"}]}"#;
