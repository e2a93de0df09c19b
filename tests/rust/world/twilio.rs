// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio's REST API: it lists numbers, and places, lists, reads and ends calls.

use plumline::json::Json;
use plumline::runtime::HttpRequest;

use super::{World, sid};
use crate::form::pairs;
use crate::json::{json, text};

impl World {
    /// Places a call.
    fn call(&mut self, form: &str) -> Json {
        let form = pairs(form);
        let item = |name: &str| Json::of(form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value));
        let made = sid(1_000 + self.calls.len() as u32);
        let call = Json::object([
            ("sid", Json::of(&made)),
            ("to", item("To")),
            ("from", item("From")),
            ("status", Json::of("queued")),
            ("direction", Json::of("outbound-api")),
            ("date_created", Json::of("Wed, 18 Nov 2026 11:06:41 +0000")),
        ]);
        self.calls.insert(0, call.clone());
        call
    }

    /// Returns the status and the body of the response.
    pub(crate) fn rest(&mut self, request: &HttpRequest) -> (u16, Json) {
        let path = request.url.split("/Accounts/").nth(1).unwrap().split_once('/').unwrap().1;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = pairs(query);
        if path == "IncomingPhoneNumbers.json" {
            let numbers = r#"{"incoming_phone_numbers":[{"phone_number":"+15550100008","capabilities":{"voice":false}},
                {"phone_number":"+15550100009","capabilities":{"voice":true}}]}"#;
            return (200, json(numbers));
        }
        if path == "Calls.json" {
            if request.method == "POST" {
                return (201, self.call(&request.body));
            }
            let fits = |call: &&Json| {
                query.iter().all(|(name, value)| match name.as_str() {
                    "To" => text(call, &["to"]) == value,
                    "From" => text(call, &["from"]) == value,
                    "ParentCallSid" => text(call, &["parent_call_sid"]) == value,
                    _ => true,
                })
            };
            let calls = self.calls.iter().skip(self.unlisted).filter(fits).cloned().collect();
            return (200, Json::object([("calls", Json::List(calls))]));
        }
        let wanted = path.strip_prefix("Calls/").unwrap().strip_suffix(".json").unwrap();
        let Some(at) = self.calls.iter().position(|call| text(call, &["sid"]) == wanted) else {
            return (404, json(r#"{"code":20404}"#));
        };
        if request.method == "POST" {
            let (name, status) = &pairs(&request.body)[0];
            let known = text(&self.calls[at], &["status"]).to_owned();
            if name == "Url" && known == "in-progress" {
                // Twilio ends the legs that the redirected leg dialed.
                for call in self.calls.iter_mut().filter(|call| text(call, &["parent_call_sid"]) == wanted) {
                    call.set("status", Json::of("completed"));
                }
                return (200, self.calls[at].clone());
            }
            match (status.as_str(), known.as_str()) {
                (_, "completed" | "busy" | "canceled" | "no-answer" | "failed") => {
                    return (400, json(r#"{"code":21220}"#));
                }
                ("canceled", "in-progress") => {}
                _ => self.calls[at].set("status", Json::of(status)),
            }
        }
        (200, self.calls[at].clone())
    }
}
