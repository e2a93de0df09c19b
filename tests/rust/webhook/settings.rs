// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Secrets, and the URL of the webhook.

use plumline::bots::SharedCache;
use plumline::json::Json;
use plumline::runtime::{HostResponse, Reply};

use super::{CLINIC_NUMBER, Event, PATIENT, URL, code, greeting, me, valid_signature};
use crate::constants::NOW;
use crate::fault::answer_with;
use crate::json::json;

#[test]
fn missing_settings_are_named() {
    let broken = |event: Event<'_>, expected, secret: &'static str| {
        let Reply::Broken(problem) = event.reply() else { panic!() };
        assert_eq!((problem.code.as_str(), problem.at), (expected, Some(secret)));
    };
    broken(Event::default().without("TWILIO_AUTH_TOKEN"), "SECRET_MISSING", "TWILIO_AUTH_TOKEN");
    for blank in ["", " \n", ",", " , ", "\u{a0}", "\u{200b}", "\u{feff}", "\0", "\u{feff},\u{2060}"] {
        broken(Event::default().secret("TWILIO_AUTH_TOKEN", blank), "SECRET_BLANK", "TWILIO_AUTH_TOKEN");
    }
    broken(Event::default().without("TWILIO_NUMBER"), "SECRET_MISSING", "TWILIO_NUMBER");
    for blank in ["", " ", " , ", "\u{a0}", "\u{feff},\0"] {
        broken(Event::default().secret("TWILIO_NUMBER", blank), "SECRET_BLANK", "TWILIO_NUMBER");
    }
    for wrong in ["none", "15550100001"] {
        broken(Event::default().secret("TWILIO_NUMBER", wrong), "NUMBER_INVALID", "TWILIO_NUMBER");
    }
    // An invalid number is reported, and the other numbers are used.
    let (response, _) = Event::default().secret("TWILIO_NUMBER", "15550100002, +15550100001").play();
    assert_eq!(response.reply, greeting(CLINIC_NUMBER));
    assert!(response.log[0].starts_with("plumline: NUMBER_INVALID at TWILIO_NUMBER: "), "{:?}", response.log);
    broken(
        Event::default().secret("PLUMLINE_WEBHOOK_URL", "fhir.example.com/x"),
        "URL_NOT_ABSOLUTE",
        "PLUMLINE_WEBHOOK_URL",
    );
    for url in ["http://fhir.example.com/x", "HTTP://10.0.0.7:8103/x", "http://127.0.0.1.example.com/x", "ws://a/x"] {
        broken(Event::default().secret("PLUMLINE_WEBHOOK_URL", url), "URL_INSECURE", "PLUMLINE_WEBHOOK_URL");
    }
    // The answer to an unsigned request reveals only that the token is missing.
    let unsigned = Event::default().without("TWILIO_NUMBER").signed("x").reply();
    assert_eq!(code(&unsigned), ("SIGNATURE_MISMATCH", 403));
}

#[test]
fn several_numbers_in_common_formats_are_accepted() {
    let listed = Event::default().secret("TWILIO_NUMBER", "+1 (555) 010-0002, +1.555.010.0001");
    assert_eq!(listed.reply(), greeting(CLINIC_NUMBER));
    let browser = Event { params: vec![("From", "client:a"), ("To", PATIENT)], ..listed };
    assert!(matches!(browser.reply(), Reply::Twiml(xml) if xml.contains("callerId=\"+15550100002\"")));
}

#[test]
fn the_bot_looks_up_its_own_url() {
    let event = Event::default().without("PLUMLINE_WEBHOOK_URL");
    let (response, asked) = event.play();
    assert_eq!((response.reply, asked), (greeting(CLINIC_NUMBER), vec!["me"]));
    // The next event needs no round trip.
    let (response, asked) = event.play();
    assert_eq!((response.reply, asked), (greeting(CLINIC_NUMBER), vec![]));
    // An outdated URL is looked up again, but at most once in five seconds.
    let moved = Event { me: me("old"), cache: SharedCache::default(), ..event };
    assert_eq!(moved.play().1, ["me"]);
    let (response, asked) = Event { now: NOW + 1_000, ..moved.clone() }.play();
    assert_eq!((code(&response.reply).0, asked), ("SIGNATURE_MISMATCH", vec![]));
    let back = Event { now: NOW + 5_001, me: Event::default().me, ..moved };
    let (response, asked) = back.play();
    assert_eq!((response.reply, asked), (greeting(CLINIC_NUMBER), vec!["me"]));
    assert_eq!(back.play().1, Vec::<&str>::new());
    // Other secrets mean another Medplum project, in which the bot has another URL.
    assert_eq!(Event { now: NOW + 1_000, ..back }.secret("TWILIO_ACCOUNT_SID", "AC1").play().1, ["me"]);
}

#[test]
fn a_url_without_tls_is_accepted_only_for_localhost() {
    let path = URL.strip_prefix("https://fhir.example.com").unwrap();
    let looked_up = |base: &str| {
        let me = format!(r#"{{"baseUrl":"{base}/","me":{{"membership":{{"id":"{}"}}}}}}"#, &path["/webhook/".len()..]);
        let me = answer_with(200, json(&me));
        Event { me, ..Event::default() }.without("PLUMLINE_WEBHOOK_URL")
    };
    for base in ["http://localhost:8103", "http://127.0.0.1:8103", "http://127.9.0.1", "http://[::1]:8103"] {
        let url = format!("{base}{path}");
        let signature = valid_signature(&url, &Event::default().params);
        let given = Event::default().secret("PLUMLINE_WEBHOOK_URL", &url).signed(signature.clone());
        assert_eq!(given.reply(), greeting(CLINIC_NUMBER), "{base}");
        assert_eq!(looked_up(base).signed(signature).reply(), greeting(CLINIC_NUMBER), "{base}");
    }
    for base in ["http://medplum.example.com", "http://10.0.0.7:8103"] {
        let event = looked_up(base).signed(valid_signature(&format!("{base}{path}"), &Event::default().params));
        assert_eq!(code(&event.reply()), ("URL_INSECURE", 500), "{base}");
        // The URL is still unknown.
        assert_eq!(event.play().1, ["me"]);
    }
}

#[test]
fn without_a_url_no_request_is_verified() {
    let nothing = answer_with(200, Json::Null);
    let denied = answer_with(403, Json::Null);
    for me in [HostResponse::Failed, HostResponse::TimedOut, nothing, denied] {
        let event = Event { me, ..Event::default() }.without("PLUMLINE_WEBHOOK_URL");
        let (response, _) = event.play();
        assert_eq!(code(&response.reply), ("WEBHOOK_URL_UNKNOWN", 500));
        // The URL is still unknown, so the next event looks it up again.
        assert_eq!(event.play().1, ["me"]);
    }
}
