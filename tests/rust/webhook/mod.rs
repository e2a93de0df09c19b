// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The webhook with a fake host. The only round trip that the host answers is `auth/me`.
//!
//! A patient calls the clinic's only number, `+15550100001`, from `+15550100123`. No config is set by default.

mod events;
mod routing;
mod settings;
mod signatures;

use plumline::bots::{SharedCache, webhook};
use plumline::frame::Frame;
use plumline::runtime::{Flow, HostRequest, HostResponse, Reply, Response, Secret};

use crate::constants::{NOW, TOKEN};
use crate::fault::answer_with;
use crate::json::json;
use crate::run::play;
use crate::signed::{frame, signature};

/// The webhook's URL.
const URL: &str = "https://fhir.example.com/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02";

/// The clinic's number.
const CLINIC_NUMBER: &str = "+15550100001";

/// The number of the default caller.
const PATIENT: &str = "+15550100123";

type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// A webhook request as the host passes it to the core. The default is a signed call of a patient to the clinic.
#[derive(Clone)]
struct Event<'a> {
    attempt: u32,
    now: u64,
    /// The cache of the wasm instance. Clones of an event share it.
    cache: SharedCache,
    signature: Option<String>,
    secrets: Pairs<'a>,
    params: Pairs<'a>,
    raw: Option<&'a str>,
    keeps_names: bool,
    headers: &'a str,
    /// The response to `auth/me`.
    me: HostResponse,
}

impl Default for Event<'_> {
    fn default() -> Self {
        Self {
            attempt: 0,
            now: NOW,
            cache: SharedCache::default(),
            signature: None,
            secrets: vec![
                ("TWILIO_AUTH_TOKEN", TOKEN),
                ("TWILIO_NUMBER", CLINIC_NUMBER),
                ("PLUMLINE_WEBHOOK_URL", URL),
            ],
            params: vec![("CallSid", "CA1"), ("From", PATIENT), ("To", CLINIC_NUMBER)],
            raw: None,
            keeps_names: false,
            headers: r#"{"content-type":"application/x-www-form-urlencoded"}"#,
            me: me("5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02"),
        }
    }
}

fn me(id: &str) -> HostResponse {
    let body = format!(r#"{{"baseUrl":"https://fhir.example.com/","me":{{"membership":{{"id":"{id}"}}}}}}"#);
    answer_with(200, json(&body))
}

fn valid_signature(url: &str, params: &[(&str, &str)]) -> String {
    signature(TOKEN, url, params)
}

impl<'a> Event<'a> {
    fn with_params(params: Pairs<'a>) -> Self {
        Self { params, ..Self::default() }
    }

    fn secret(mut self, name: &'a str, value: &'a str) -> Self {
        self.secrets.retain(|(known, _)| *known != name);
        self.secrets.push((name, value));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.secrets.retain(|(known, _)| *known != name);
        self
    }

    fn signed(mut self, signature: impl Into<String>) -> Self {
        self.signature = Some(signature.into());
        self
    }

    fn frame(&self) -> Frame {
        let signature = self.signature.clone().unwrap_or_else(|| valid_signature(URL, &self.params));
        let secret = |item: Secret| self.secrets.iter().find(|(name, _)| *name == item.name()).map(|(_, value)| *value);
        let form = if self.keeps_names { 2 } else { u32::from(self.raw.is_some()) };
        let input = match self.raw {
            Some(raw) => vec![raw],
            None => self.params.iter().flat_map(|(name, value)| [*name, *value]).collect(),
        };
        frame((self.attempt, self.now, form), &signature, secret, input)
    }

    /// Runs the flow to its end. Returns the response and the round trips.
    fn play(&self) -> (Response, Vec<&'static str>) {
        let frame = self.frame();
        let flow = Flow::new(|host| webhook(frame, host, self.cache.clone()));
        let mut round_trips = Vec::new();
        let response = play(flow, |open| match open.request {
            HostRequest::Headers => answer_with(200, json(self.headers)),
            HostRequest::Me => {
                round_trips.push("me");
                assert_eq!(open.timeout, Some(5_000));
                self.me.clone()
            }
            _ => panic!("{open:?}"),
        });
        Self::assert_no_secrets(&response);
        (response, round_trips)
    }

    fn reply(&self) -> Reply {
        self.play().0.reply
    }

    /// Asserts that the log and an error response contain no phone number, token or `CallSid`.
    fn assert_no_secrets(response: &Response) {
        let mut shown = response.log.concat();
        if let Reply::Broken(problem) | Reply::Forbidden(problem) = &response.reply {
            shown.push_str(&problem.line());
        }
        for secret in [TOKEN, CLINIC_NUMBER, PATIENT, "CA1", "practitioner_1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

fn document(body: &str) -> Reply {
    Reply::Twiml(format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>"#))
}

fn greeting(client: &str) -> Reply {
    document(&format!(
        "<Say>Thanks for calling. Please hold while we connect you.</Say><Dial><Client>{client}</Client></Dial>"
    ))
}

fn code(reply: &Reply) -> (&'static str, u16) {
    match reply {
        Reply::Broken(problem) => (problem.code.as_str(), 500),
        Reply::Forbidden(problem) => (problem.code.as_str(), 403),
        Reply::Accepted => ("", 200),
        other => panic!("{other:?}"),
    }
}

fn says(reply: &Reply, sentence: &str) {
    let Reply::Twiml(xml) = reply else { panic!("{reply:?}") };
    assert!(xml.contains(sentence) && xml.ends_with("</Say><Hangup/></Response>") && !xml.contains("<Dial"), "{xml}");
}
