// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests to Twilio's REST API, <https://www.twilio.com/docs/usage/requests-to-twilio>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Problem;
use crate::runtime::{BotEvent, HttpRequest};
use crate::signature::WebhookUrl;
use crate::text::percent_encode;

/// Where the API is unless `TWILIO_API_URL` says otherwise: another region's, or a sandbox.
const API: &str = "https://api.twilio.com";

/// The account, and the key that speaks for it.
pub struct Rest {
    /// `<API>/2010-04-01/Accounts/<AC…>`.
    account: String,
    api: String,
    authorization: String,
}

impl Rest {
    /// The account of the secrets `TWILIO_ACCOUNT_SID`, `TWILIO_API_KEY` and `TWILIO_API_SECRET`.
    ///
    /// # Errors
    /// [`Code::SecretMissing`](crate::error::Code::SecretMissing) or
    /// [`Code::SecretBlank`](crate::error::Code::SecretBlank), with its name;
    /// [`Code::UrlInsecure`](crate::error::Code::UrlInsecure) or
    /// [`Code::UrlNotAbsolute`](crate::error::Code::UrlNotAbsolute) at `TWILIO_API_URL`.
    pub fn of(knock: &BotEvent) -> Result<Self, Problem> {
        let account = knock.need("TWILIO_ACCOUNT_SID")?;
        let pair = [knock.need("TWILIO_API_KEY")?, ":", knock.need("TWILIO_API_SECRET")?].concat();
        let api = knock.secret("TWILIO_API_URL").unwrap_or(API).trim_end_matches('/').to_owned();
        WebhookUrl::secure(api.as_str()).map_err(|code| Problem::at(code, "TWILIO_API_URL"))?;
        let account = [&api, "/2010-04-01/Accounts/", &percent_encode(account)].concat();
        Ok(Self { account, api, authorization: ["Basic ", &STANDARD.encode(pair)].concat() })
    }

    /// A list or a resource: `path` such as `/Calls.json`, and a query.
    #[must_use]
    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> HttpRequest {
        let joint = if query.is_empty() { "" } else { "?" };
        self.request("GET", [&self.account, path, joint, &form(query)].concat(), String::new())
    }

    /// The next page of a list: `next_page_uri`, which has the account in it.
    #[must_use]
    pub fn page(&self, uri: &str) -> HttpRequest {
        self.request("GET", [&self.api, uri].concat(), String::new())
    }

    /// Creates or changes something.
    #[must_use]
    pub fn post(&self, path: &str, params: &[(&str, &str)]) -> HttpRequest {
        let mut request = self.request("POST", [&self.account, path].concat(), form(params));
        request.headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
        request
    }

    /// Deletes something.
    #[must_use]
    pub fn delete(&self, path: &str) -> HttpRequest {
        self.request("DELETE", [&self.account, path].concat(), String::new())
    }

    fn request(&self, method: &'static str, url: String, body: String) -> HttpRequest {
        let headers = vec![("Authorization", self.authorization.clone()), ("Accept", "application/json".to_owned())];
        HttpRequest { method, url, headers, body }
    }
}

/// The path of a call.
#[must_use]
pub fn call_path(sid: &str) -> String {
    ["/Calls/", &percent_encode(sid), ".json"].concat()
}

/// The path of a recording.
#[must_use]
pub fn recording_path(sid: &str) -> String {
    ["/Recordings/", &percent_encode(sid), ".json"].concat()
}

/// `application/x-www-form-urlencoded`.
#[must_use]
pub fn form(params: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (index, (name, value)) in params.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "&" });
        text.push_str(&[&percent_encode(name), "=", &percent_encode(value)].concat());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(more: &str) -> Result<Rest, Problem> {
        let secrets =
            [r#"{"TWILIO_ACCOUNT_SID":"AC1","TWILIO_API_KEY":"SK1","TWILIO_API_SECRET":"invented""#, more, "}"];
        let knock = [r#"{"now":[0,0],"input":{},"secrets":"#, &secrets.concat(), "}"].concat();
        Rest::of(&BotEvent::read(&knock).unwrap())
    }

    #[test]
    fn writes_requests() {
        let post = rest("").unwrap().post("/Calls.json", &[("To", "+15550100001"), ("Twiml", "<a b=\"é\"/>")]);
        assert_eq!(post.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json");
        assert_eq!(post.body, "To=%2B15550100001&Twiml=%3Ca%20b%3D%22%C3%A9%22%2F%3E");
        assert_eq!(post.headers[0], ("Authorization", "Basic U0sxOmludmVudGVk".to_owned()));
        let rest = rest(r#","TWILIO_API_URL":"https://api.dublin.ie1.twilio.com/""#).unwrap();
        let get = rest.get("/Calls.json", &[("StartTime>", "2026-11-21")]);
        assert_eq!(
            get.url,
            "https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/AC1/Calls.json?StartTime%3E=2026-11-21"
        );
        assert_eq!(rest.page("/2010-04-01/x?Page=1").url, "https://api.dublin.ie1.twilio.com/2010-04-01/x?Page=1");
    }

    #[test]
    fn speaks_in_clear_to_this_machine_alone() {
        for url in ["http://localhost:8103/fake", "http://127.0.0.1:1", "http://[::1]:1/x", "https://example.com"] {
            assert!(rest(&format!(r#","TWILIO_API_URL":"{url}""#)).is_ok(), "{url}");
        }
        for url in ["http://api.twilio.com", "http://localhost@example.com", "http://127.0.0.1.example.com", "ftp://a"]
        {
            let problem = rest(&format!(r#","TWILIO_API_URL":"{url}""#)).err().unwrap();
            assert_eq!((problem.code.as_str(), problem.at), ("URL_INSECURE", Some("TWILIO_API_URL")), "{url}");
        }
        let problem = rest(r#","TWILIO_API_URL":"api.twilio.com""#).err().unwrap();
        assert_eq!((problem.code.as_str(), problem.at), ("URL_NOT_ABSOLUTE", Some("TWILIO_API_URL")));
    }

    #[test]
    fn a_sid_stays_one_segment_of_a_path() {
        assert_eq!(call_path("CA1/../../Messages?x=1#"), "/Calls/CA1%2F..%2F..%2FMessages%3Fx%3D1%23.json");
        assert_eq!(recording_path("RE1&a"), "/Recordings/RE1%26a.json");
        let sid = "CA00000000000000000000000000000001";
        assert_eq!(call_path(sid), ["/Calls/", sid, ".json"].concat());
    }

    #[test]
    fn names_the_secret_that_is_missing() {
        let knock = BotEvent::read(r#"{"now":[0,0],"secrets":{"TWILIO_ACCOUNT_SID":" "}}"#).unwrap();
        assert_eq!(Rest::of(&knock).err().and_then(|problem| problem.at), Some("TWILIO_ACCOUNT_SID"));
    }
}
