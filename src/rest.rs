// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Requests to Twilio's REST API, <https://www.twilio.com/docs/usage/requests-to-twilio>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Code;
use crate::runtime::{AudioCopy, HttpRequest};
use crate::signature::WebhookUrl;
use crate::text::percent_encode;

/// The default base URL of the API. The secret `TWILIO_API_URL` sets another one, for another region or a sandbox.
const API: &str = "https://api.twilio.com";

/// An account and its API key.
pub struct TwilioRest {
    /// `<API>/2010-04-01/Accounts/<AC…>`.
    account: String,
    api: String,
    authorization: String,
}

impl TwilioRest {
    /// Sets the account and its API key. `api` is the base URL of another region or a sandbox.
    ///
    /// # Errors
    /// [`Code::UrlInsecure`] if `api` is not encrypted. [`Code::UrlNotAbsolute`] if it has no scheme or host.
    pub fn new(account: &str, key: &str, secret: &str, api: Option<&str>) -> Result<Self, Code> {
        let api = api.unwrap_or(API).trim_end_matches('/').to_owned();
        WebhookUrl::secure(api.as_str())?;
        let account = [&api, "/2010-04-01/Accounts/", &percent_encode(account)].concat();
        let authorization = ["Basic ", &STANDARD.encode([key, ":", secret].concat())].concat();
        Ok(Self { account, api, authorization })
    }

    /// Reads a list or a resource at `path`, for example `/Calls.json`.
    #[must_use]
    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> HttpRequest {
        let separator = if query.is_empty() { "" } else { "?" };
        self.request("GET", [&self.account, path, separator, &form(query)].concat(), String::new())
    }

    /// Reads the next page of a list. `uri` is the `next_page_uri` of the previous page.
    #[must_use]
    pub fn page(&self, uri: &str) -> HttpRequest {
        self.request("GET", [&self.api, uri].concat(), String::new())
    }

    /// Creates or changes a resource.
    #[must_use]
    pub fn post(&self, path: &str, params: &[(&str, &str)]) -> HttpRequest {
        let mut request = self.request("POST", [&self.account, path].concat(), form(params));
        request.headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
        request
    }

    /// Deletes a resource.
    #[must_use]
    pub fn delete(&self, path: &str) -> HttpRequest {
        self.request("DELETE", [&self.account, path].concat(), String::new())
    }

    /// Copies the audio of a recording as MP3 into `binary`. Source:
    /// <https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>.
    #[must_use]
    pub fn copy_recording(&self, sid: &str, binary: &str, security_context: &str, max_bytes: u32) -> AudioCopy {
        AudioCopy {
            url: [&self.account, "/Recordings/", &percent_encode(sid), ".mp3"].concat(),
            headers: vec![("Authorization", self.authorization.clone()), ("Accept", "audio/mpeg".to_owned())],
            binary: binary.to_owned(),
            security_context: security_context.to_owned(),
            max_bytes,
        }
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

/// Encodes `params` as `application/x-www-form-urlencoded`.
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

    fn rest(api: Option<&str>) -> Result<TwilioRest, Code> {
        TwilioRest::new("AC1", "SK1", "invented", api)
    }

    #[test]
    fn writes_requests() {
        let post = rest(None).unwrap().post("/Calls.json", &[("To", "+15550100001"), ("Twiml", "<a b=\"é\"/>")]);
        assert_eq!(post.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json");
        assert_eq!(post.body, "To=%2B15550100001&Twiml=%3Ca%20b%3D%22%C3%A9%22%2F%3E");
        assert_eq!(post.headers[0], ("Authorization", "Basic U0sxOmludmVudGVk".to_owned()));
        let rest = rest(Some("https://api.dublin.ie1.twilio.com/")).unwrap();
        let get = rest.get("/Calls.json", &[("StartTime>", "2026-11-21")]);
        assert_eq!(
            get.url,
            "https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/AC1/Calls.json?StartTime%3E=2026-11-21"
        );
        let copy = rest.copy_recording("RE1/..", "Binary/1", "Communication/2", 9);
        assert_eq!(copy.url, "https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1%2F...mp3");
        assert_eq!(copy.headers[0], post.headers[0]);
        assert_eq!(rest.page("/2010-04-01/x?Page=1").url, "https://api.dublin.ie1.twilio.com/2010-04-01/x?Page=1");
    }

    #[test]
    fn allows_plain_http_only_to_localhost() {
        for url in ["http://localhost:8103/fake", "http://127.0.0.1:1", "http://[::1]:1/x", "https://example.com"] {
            assert!(rest(Some(url)).is_ok(), "{url}");
        }
        for url in ["http://api.twilio.com", "http://localhost@example.com", "http://127.0.0.1.example.com", "ftp://a"]
        {
            assert_eq!(rest(Some(url)).err(), Some(Code::UrlInsecure), "{url}");
        }
        assert_eq!(rest(Some("api.twilio.com")).err(), Some(Code::UrlNotAbsolute));
    }

    #[test]
    fn a_sid_is_encoded_as_one_path_segment() {
        assert_eq!(call_path("CA1/../../Messages?x=1#"), "/Calls/CA1%2F..%2F..%2FMessages%3Fx%3D1%23.json");
        assert_eq!(recording_path("RE1&a"), "/Recordings/RE1%26a.json");
        let sid = "CA00000000000000000000000000000001";
        assert_eq!(call_path(sid), ["/Calls/", sid, ".json"].concat());
    }
}
