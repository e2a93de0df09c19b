// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests of Amber and Bruno to the `operations` bot.

use plumline::bots::operations;
use plumline::json::Json;
use plumline::runtime::{BotEvent, Flow, Reply, Response};

use super::{AMBER, BRUNO, PATIENT, SECRET, URL, World};
use crate::constants::{ACCOUNT, NOW};

pub(crate) const KEY: &str = "SK00000000000000000000000000000002";
pub(crate) const APP: &str = "AP00000000000000000000000000000003";

/// A staff member who sends requests, and the secrets that the bot receives with them.
pub(crate) struct Staff {
    pub(crate) requester: String,
    pub(crate) secrets: Vec<(&'static str, String)>,
    pub(crate) now: u64,
}

/// The staff member with this reference. All secrets are set except `PLUMLINE_CONFIG`.
pub(crate) fn staff(requester: &str) -> Staff {
    let secrets = [
        ("TWILIO_ACCOUNT_SID", ACCOUNT),
        ("TWILIO_API_KEY", KEY),
        ("TWILIO_API_SECRET", "an-invented-key-secret"),
        ("TWILIO_TWIML_APP_SID", APP),
        ("TWILIO_NUMBER", "+15550100001, +15550100002, +1 (555) 010-0003"),
        ("PLUMLINE_SECRET", SECRET),
        ("PLUMLINE_WEBHOOK_URL", URL),
    ];
    let secrets = secrets.map(|(name, value)| (name, value.to_owned())).to_vec();
    Staff { requester: requester.to_owned(), secrets, now: NOW }
}

pub(crate) fn amber() -> Staff {
    staff(&format!("Practitioner/{AMBER}"))
}

pub(crate) fn bruno() -> Staff {
    staff(&format!("Practitioner/{BRUNO}"))
}

impl Staff {
    /// Replaces a secret. An empty value removes it.
    pub(crate) fn secret(mut self, name: &'static str, value: &str) -> Self {
        self.secrets.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            self.secrets.push((name, value.to_owned()));
        }
        self
    }

    pub(crate) fn at(mut self, now: u64) -> Self {
        self.now = now;
        self
    }

    pub(crate) fn flow(&self, input: &str) -> Flow {
        let secrets: Vec<String> = self
            .secrets
            .iter()
            .map(|(name, value)| format!("{}:{}", Json::of(name).write(), Json::of(value).write()))
            .collect();
        let (high, low) = (self.now >> 30, self.now & 0x3fff_ffff);
        let event = format!(
            r#"{{"now":[{high},{low}],"input":{input},"requester":"{}","secrets":{{{}}}}}"#,
            self.requester,
            secrets.join(",")
        );
        let event = BotEvent::read(&event).unwrap();
        Flow::new(|host| operations(event, host))
    }

    pub(crate) fn send(&self, world: &mut World, input: &str) -> Response {
        world.now = self.now;
        let response = world.play(self.flow(input));
        let shown =
            format!("{}{}", response.log.concat(), refusal(&response.reply).map_or_else(String::new, |(code, _)| code));
        for private in [PATIENT, AMBER, "/eve", SECRET, "an-invented"] {
            assert!(!shown.contains(private), "{shown}");
        }
        response
    }

    pub(crate) fn value(&self, world: &mut World, input: &str) -> Json {
        match self.send(world, input).reply {
            Reply::Value(value) => value,
            other => panic!("{other:?} {:?}", world.fhir.batches),
        }
    }

    /// The error code, the place and the HTTP status of a refusal.
    pub(crate) fn refused(&self, world: &mut World, input: &str) -> (String, u16) {
        let response = self.send(world, input);
        refusal(&response.reply).unwrap_or_else(|| panic!("{:?}", response.reply))
    }
}

pub(crate) fn refusal(reply: &Reply) -> Option<(String, u16)> {
    let (problem, status) = match reply {
        Reply::Invalid(problem) => (problem, 400),
        Reply::Forbidden(problem) => (problem, 403),
        Reply::NotFound(problem) => (problem, 404),
        Reply::Conflict(problem) => (problem, 409),
        Reply::Broken(problem) => (problem, 500),
        _ => return None,
    };
    let at = problem.at.map(|at| format!(" {at}")).unwrap_or_default();
    Some((format!("{}{at}", problem.code.as_str()), status))
}

/// Requests an access token.
pub(crate) const TOKEN: &str = r#"{"operation":"access-token"}"#;
/// Prepares a call to Eve for a browser.
pub(crate) const START: &str = r#"{"operation":"start-call","patient":"Patient/eve","appointment":"visit"}"#;
/// Rings the practitioner's phone and then calls Eve.
pub(crate) const PLACE: &str = r#"{"operation":"place-call","patient":"eve","requestId":"r1"}"#;
