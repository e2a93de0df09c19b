// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The public door, driven natively: every story with scripted answers from the host.

use plumline::bots::{SharedCache, webhook};
use plumline::frame::Frame;
use plumline::json::Json;
use plumline::runtime::{Answer, Ask, FhirRequest, Flow, Reply, Response, Secret, Step};
use plumline::signature::sha256_hex;

use crate::constants::{NOW, TOKEN};
use crate::fault::done;
use crate::json::json;
use crate::run::play;
use crate::signed::{frame, signature};

const URL: &str = "https://fhir.example.com/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02";
const OURS: &str = "+15550100001";
const PATIENT: &str = "+15550100123";

type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// An event as a host lays it out; the defaults are a genuine call to our number.
#[derive(Clone)]
struct Event<'a> {
    attempt: u32,
    now: u64,
    /// Of the instance that the event comes to; its clones come to the same.
    shelf: SharedCache,
    signature: Option<String>,
    secrets: Pairs<'a>,
    params: Pairs<'a>,
    raw: Option<&'a str>,
    keeps_names: bool,
    headers: &'a str,
    /// What `auth/me` answers.
    me: Answer,
}

impl Default for Event<'_> {
    fn default() -> Self {
        Self {
            attempt: 0,
            now: NOW,
            shelf: SharedCache::default(),
            signature: None,
            secrets: vec![("TWILIO_AUTH_TOKEN", TOKEN), ("TWILIO_NUMBER", OURS), ("PLUMLINE_WEBHOOK_URL", URL)],
            params: vec![("CallSid", "CA1"), ("From", PATIENT), ("To", OURS)],
            raw: None,
            keeps_names: false,
            headers: r#"{"content-type":"application/x-www-form-urlencoded"}"#,
            me: me("5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02"),
        }
    }
}

fn me(id: &str) -> Answer {
    let body = format!(r#"{{"baseUrl":"https://fhir.example.com/","me":{{"membership":{{"id":"{id}"}}}}}}"#);
    done(200, json(&body))
}

fn genuine(url: &str, params: &[(&str, &str)]) -> String {
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
        let signature = self.signature.clone().unwrap_or_else(|| genuine(URL, &self.params));
        let secret = |one: Secret| self.secrets.iter().find(|(name, _)| *name == one.name()).map(|(_, value)| *value);
        let form = if self.keeps_names { 2 } else { u32::from(self.raw.is_some()) };
        let input = match self.raw {
            Some(raw) => vec![raw],
            None => self.params.iter().flat_map(|(name, value)| [*name, *value]).collect(),
        };
        frame((self.attempt, self.now, form), &signature, secret, input)
    }

    /// Plays the flow to its end. Returns its round trips, too.
    fn play(&self) -> (Response, Vec<&'static str>) {
        let frame = self.frame();
        let flow = Flow::new(|host| webhook(frame, host, self.shelf.clone()));
        let mut asked = Vec::new();
        let response = play(flow, |open| match open.ask {
            Ask::Headers => done(200, json(self.headers)),
            Ask::Me => {
                asked.push("me");
                assert_eq!(open.deadline, Some(5_000));
                self.me.clone()
            }
            _ => panic!("{open:?}"),
        });
        Self::leaks_nothing(&response);
        (response, asked)
    }

    fn reply(&self) -> Reply {
        self.play().0.reply
    }

    /// No number, no token and no address of a caller in what is logged or told to a stranger.
    fn leaks_nothing(done: &Response) {
        let mut told = done.log.concat();
        if let Reply::Broken(problem) | Reply::Forbidden(problem) = &done.reply {
            told.push_str(&problem.line());
        }
        for secret in [TOKEN, OURS, PATIENT, "CA1", "practitioner_1"] {
            assert!(!told.contains(secret), "{told}");
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

#[test]
fn an_incoming_call_is_greeted_and_connected_without_a_round_trip() {
    let (done, asked) = Event::default().play();
    assert_eq!((done.reply, asked), (greeting(OURS), vec![]));
    assert!(done.log.is_empty());
    // Called tells where To does not, and one parameter is enough.
    for params in [vec![("Called", OURS), ("To", PATIENT)], vec![("To", OURS)]] {
        assert_eq!(Event::with_params(params).reply(), greeting(OURS));
    }
}

#[test]
fn a_browser_call_is_dialled_with_our_caller_id() {
    let browser =
        |to| Event::with_params(vec![("From", "client:practitioner_1"), ("To", to), ("Direction", "inbound")]);
    assert_eq!(
        browser(PATIENT).reply(),
        document("<Dial callerId=\"+15550100001\"><Number>+15550100123</Number></Dial>")
    );
    // Whom it may call: the country of our number, and nobody who costs more than others there.
    for (to, sentence) in [
        ("", "The number you have dialled is not valid."),
        ("905-555-0123", "The number you have dialled is not valid."),
        ("client:practitioner_2", "The number you have dialled is not valid."),
        ("+1555010012345678", "The number you have dialled is not valid."),
        ("+1 555 010 0123", "The number you have dialled is not valid."),
        ("911", "Emergency calls cannot be placed from here."),
        ("+911", "Emergency calls cannot be placed from here."),
        ("+19005550123", "Calls to this number are not allowed."),
        ("+442079460123", "Calls to this country are not allowed."),
        ("+18765550123", "Calls to this country are not allowed."),
        (OURS, "This number is one of our own"),
    ] {
        says(&browser(to).reply(), sentence);
    }
    let config = r#"{"outbound":{"callerId":"+15550100002"}}"#;
    let ours = "+15550100001,+15550100002";
    let reply = browser(PATIENT).secret("TWILIO_NUMBER", ours).secret("PLUMLINE_CONFIG", config).reply();
    // By policy: tests/rust/outbound_calls.rs.
    assert!(matches!(&reply, Reply::Twiml(xml) if xml.contains("<Dial callerId=\"+15550100002\" ")), "{reply:?}");
}

/// A secret of nothing that can be seen opens no ticket; but it was set, so that calls were to need one.
#[test]
fn a_blank_sealing_secret_does_not_turn_tickets_off() {
    for secret in ["   ", "\u{200b}", "\u{a0}\u{feff}", ",", "short"] {
        let call = Event::with_params(vec![("CallSid", "CA1"), ("From", "client:practitioner_1"), ("To", PATIENT)]);
        let reply = call.secret("PLUMLINE_SECRET", secret).reply();
        assert!(matches!(&reply, Reply::Twiml(xml) if !xml.contains("<Number>")), "{secret:?} {reply:?}");
    }
}

#[test]
fn a_browser_passes_nothing_off_as_a_callback() {
    for pretended in
        [("DialCallStatus", "completed"), ("CallbackSource", "call-progress-events"), ("MessageSid", "SM1")]
    {
        let params = vec![("From", "client:a"), ("To", PATIENT), ("CallStatus", "ringing"), pretended];
        let reply = Event::with_params(params).reply();
        assert!(matches!(&reply, Reply::Twiml(xml) if xml.contains("<Number>")), "{reply:?}");
    }
}

#[test]
fn a_browser_call_of_another_app_is_refused() {
    let call = |app| {
        let params = vec![("From", "client:practitioner_1"), ("To", PATIENT), ("ApplicationSid", app)];
        Event::with_params(params).secret("TWILIO_TWIML_APP_SID", "AP1").play().0
    };
    assert!(matches!(call("AP1").reply, Reply::Twiml(xml) if xml.contains("<Number>")));
    for other in ["AP2", ""] {
        let done = call(other);
        says(&done.reply, "This call is not allowed.");
        assert!(done.log[0].starts_with("plumline: APPLICATION_MISMATCH: "), "{:?}", done.log);
    }
}

#[test]
fn nothing_is_dialled_for_whom_is_not_ours() {
    for params in [
        vec![("From", PATIENT), ("To", "+15550100999")],
        vec![("From", PATIENT)],
        vec![("From", "sip:a@example.com"), ("To", OURS)],
        vec![("From", OURS), ("To", PATIENT), ("Direction", "outbound-api")],
        // A caller whose number reads like a browser's name is no browser.
        vec![("From", "anonymous"), ("To", PATIENT), ("Caller", "client:practitioner_1")],
    ] {
        says(&Event::with_params(params).reply(), "is not in service.");
    }
}

#[test]
fn a_body_that_no_webhook_has_is_not_even_hashed() {
    let value = |length: usize| "x".repeat(length);
    let (whole, long) = (value(32_000), value(33_000));
    let with = |value: &str| Event::with_params(vec![("From", PATIENT), ("To", OURS), ("Custom", value)]).reply();
    assert_eq!(with(&whole), greeting(OURS));
    // Well signed, and refused all the same.
    assert_eq!(code(&with(&long)), ("BODY_TOO_LARGE", 403));
    let names: Vec<String> = (0..1_001).map(|at| format!("P{at}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(code(&Event::with_params(many).reply()), ("BODY_TOO_LARGE", 403));
}

#[test]
fn callbacks_are_acknowledged_and_never_routed() {
    for more in [
        ("CallbackSource", "call-progress-events"),
        ("DialCallStatus", "completed"),
        ("CallStatus", "completed"),
        ("CallStatus", "no-answer"),
    ] {
        let reply = Event::with_params(vec![("From", "client:a"), ("To", PATIENT), more]).reply();
        assert_eq!(reply, Reply::Twiml(r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#.into()));
    }
}

/// Calls that our people place have callbacks whatever the config.
#[test]
fn callbacks_come_to_urls_of_their_own() {
    for (kind, more) in [
        ("status", ("CallbackSource", "call-progress-events")),
        ("recording", ("RecordingStatus", "completed")),
        ("machine", ("MachineDetectionDuration", "900")),
    ] {
        let event = Event::with_params(vec![("From", "client:a"), ("To", PATIENT), more]);
        let signature = |step: &str| genuine(&format!("{URL}?step={step}"), &event.params);
        let reply = |step: &str| event.clone().signed(signature(step)).reply();
        assert_eq!(reply(kind), Reply::Twiml(r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#.into()), "{kind}");
        assert_eq!(code(&reply("other")), ("SIGNATURE_MISMATCH", 403));
        // A caller would hear an apology; a callback has to come again.
        let trapped = Event { attempt: 2, ..event.clone().signed(signature(kind)) }.reply();
        assert_eq!(code(&trapped), ("CORE_TRAPPED", 500));
    }
}

#[test]
fn a_parameter_given_twice_is_not_believed() {
    let (done, _) = Event::with_params(vec![("From", PATIENT), ("To", OURS), ("From", "client:a")]).play();
    says(&done.reply, "We are sorry.");
    assert!(done.log[0].starts_with("plumline: PARAMETER_REPEATED: "));
    // The same value twice is the same call.
    assert_eq!(Event::with_params(vec![("To", OURS), ("To", OURS)]).reply(), greeting(OURS));
}

#[test]
fn a_message_is_not_swallowed() {
    let reply = Event::with_params(vec![("MessageSid", "SM1"), ("From", PATIENT), ("To", OURS)]).reply();
    assert_eq!(code(&reply), ("NOT_A_CALL", 500));
}

#[test]
fn what_is_missing_is_named() {
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
    // One that is wrong among others is told, and the others answer.
    let (done, _) = Event::default().secret("TWILIO_NUMBER", "15550100002, +15550100001").play();
    assert_eq!(done.reply, greeting(OURS));
    assert!(done.log[0].starts_with("plumline: NUMBER_INVALID at TWILIO_NUMBER: "), "{:?}", done.log);
    broken(
        Event::default().secret("PLUMLINE_WEBHOOK_URL", "fhir.example.com/x"),
        "URL_NOT_ABSOLUTE",
        "PLUMLINE_WEBHOOK_URL",
    );
    for url in ["http://fhir.example.com/x", "HTTP://10.0.0.7:8103/x", "http://127.0.0.1.example.com/x", "ws://a/x"] {
        broken(Event::default().secret("PLUMLINE_WEBHOOK_URL", url), "URL_INSECURE", "PLUMLINE_WEBHOOK_URL");
    }
    // An unsigned request learns nothing of our secrets but the token's absence.
    let unsigned = Event::default().without("TWILIO_NUMBER").signed("x").reply();
    assert_eq!(code(&unsigned), ("SIGNATURE_MISMATCH", 403));
}

#[test]
fn a_rotation_accepts_both_tokens() {
    for list in ["another-token,an-invented-auth-token", " an-invented-auth-token\n, another-token "] {
        assert_eq!(Event::default().secret("TWILIO_AUTH_TOKEN", list).reply(), greeting(OURS));
    }
    let reply = Event::default().secret("TWILIO_AUTH_TOKEN", "another-token").reply();
    assert_eq!(code(&reply), ("SIGNATURE_MISMATCH", 403));
}

#[test]
fn numbers_may_be_many_and_typed_by_people() {
    let listed = Event::default().secret("TWILIO_NUMBER", "+1 (555) 010-0002, +1.555.010.0001");
    assert_eq!(listed.reply(), greeting(OURS));
    let browser = Event { params: vec![("From", "client:a"), ("To", PATIENT)], ..listed };
    assert!(matches!(browser.reply(), Reply::Twiml(xml) if xml.contains("callerId=\"+15550100002\"")));
}

#[test]
fn another_account_is_refused() {
    let event = |account| {
        Event::with_params(vec![("To", OURS), ("AccountSid", account)]).secret("TWILIO_ACCOUNT_SID", "AC1").reply()
    };
    assert_eq!(event("AC1"), greeting(OURS));
    assert_eq!(code(&event("AC2")), ("ACCOUNT_MISMATCH", 403));
}

#[test]
fn a_refusal_says_which_thing_was_wrong() {
    let params = vec![("CallSid", "CA1"), ("From", PATIENT), ("To", OURS)];
    let path = "/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02";
    let headers = r#"{"Host":"internal.example:8103","X-Forwarded-Host":"clinic.example, proxy.example","x-forwarded-port":"9443"}"#;
    for (signed, expected) in [
        (genuine(&format!("http://fhir.example.com{path}"), &params), "SIGNATURE_SCHEME"),
        (genuine(&format!("https://clinic.example{path}"), &params), "SIGNATURE_HOST"),
        (genuine(&format!("https://internal.example:8103{path}"), &params), "SIGNATURE_HOST"),
        (genuine(&format!("http://clinic.example{path}"), &params), "SIGNATURE_HOST"),
        (genuine(&format!("https://fhir.example.com:9443{path}"), &params), "SIGNATURE_PORT"),
        (genuine(&format!("https://fhir.example.com:8443{path}"), &params), "SIGNATURE_PORT"),
        (genuine(&format!("{URL}/"), &params), "SIGNATURE_PATH"),
        (genuine(URL, &[]), "SIGNATURE_BODY_IGNORED"),
        (genuine(&format!("{URL}?x=1"), &params), "SIGNATURE_MISMATCH"),
        (genuine(URL, &[("CallSid", "CA1"), ("From", PATIENT), ("To", "+15550100009")]), "SIGNATURE_MISMATCH"),
        ("x".repeat(28), "SIGNATURE_MISMATCH"),
    ] {
        let event = Event { params: params.clone(), headers, ..Event::default() }.signed(signed);
        let (done, _) = event.play();
        assert_eq!(code(&done.reply), (expected, 403));
        assert!(done.log.len() == 1 && done.log[0].starts_with(&format!("plumline: {expected}: ")), "{:?}", done.log);
    }
    let decoded_twice = Event::with_params(vec![("From", " 15550100123"), ("To", " 15550100001")])
        .signed(genuine(URL, &[("From", PATIENT), ("To", OURS)]));
    assert_eq!(code(&decoded_twice.reply()), ("SIGNATURE_PARAMS_ALTERED", 403));
    let shared = r#"{"x-twilio-webhooks-signature-settings":"key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}"#;
    let shared = Event { headers: shared, ..Event::default() }.signed("x");
    assert_eq!(code(&shared.reply()), ("SHARED_KEY_UNKNOWN", 403));
}

#[test]
fn the_header_is_found_in_any_case() {
    let signature = genuine(URL, &Event::default().params);
    let headers = format!(r#"{{"X-Twilio-Signature":"{signature}"}}"#);
    let event = Event { headers: &headers, ..Event::default() }.signed("");
    assert_eq!(event.reply(), greeting(OURS));
    for headers in ["{}", r#"{"x-twilio-signature":[]}"#, "[]", r#"{"x-twilio-signature":""}"#] {
        let event = Event { headers, ..Event::default() }.signed("");
        assert_eq!(code(&event.reply()), ("SIGNATURE_MISSING", 403));
    }
}

#[test]
fn the_bot_finds_its_own_url() {
    let event = Event::default().without("PLUMLINE_WEBHOOK_URL");
    let (done, asked) = event.play();
    assert_eq!((done.reply, asked), (greeting(OURS), vec!["me"]));
    // The next event spares the round trip.
    let (done, asked) = event.play();
    assert_eq!((done.reply, asked), (greeting(OURS), vec![]));
    // A URL that no longer fits is asked for anew, but not more than once in five seconds.
    let moved = Event { me: me("old"), shelf: SharedCache::default(), ..event };
    assert_eq!(moved.play().1, ["me"]);
    let (done, asked) = Event { now: NOW + 1_000, ..moved.clone() }.play();
    assert_eq!((code(&done.reply).0, asked), ("SIGNATURE_MISMATCH", vec![]));
    let back = Event { now: NOW + 5_001, me: Event::default().me, ..moved };
    let (done, asked) = back.play();
    assert_eq!((done.reply, asked), (greeting(OURS), vec!["me"]));
    assert_eq!(back.play().1, Vec::<&str>::new());
    // With other secrets it is another project's event, and the bot has another URL there.
    assert_eq!(Event { now: NOW + 1_000, ..back }.secret("TWILIO_ACCOUNT_SID", "AC1").play().1, ["me"]);
}

#[test]
fn a_url_without_tls_is_for_this_machine_alone() {
    let path = URL.strip_prefix("https://fhir.example.com").unwrap();
    let learned = |base: &str| {
        let me = format!(r#"{{"baseUrl":"{base}/","me":{{"membership":{{"id":"{}"}}}}}}"#, &path["/webhook/".len()..]);
        let me = done(200, json(&me));
        Event { me, ..Event::default() }.without("PLUMLINE_WEBHOOK_URL")
    };
    for base in ["http://localhost:8103", "http://127.0.0.1:8103", "http://127.9.0.1", "http://[::1]:8103"] {
        let url = format!("{base}{path}");
        let signature = genuine(&url, &Event::default().params);
        let given = Event::default().secret("PLUMLINE_WEBHOOK_URL", &url).signed(signature.clone());
        assert_eq!(given.reply(), greeting(OURS), "{base}");
        assert_eq!(learned(base).signed(signature).reply(), greeting(OURS), "{base}");
    }
    for base in ["http://medplum.example.com", "http://10.0.0.7:8103"] {
        let event = learned(base).signed(genuine(&format!("{base}{path}"), &Event::default().params));
        assert_eq!(code(&event.reply()), ("URL_INSECURE", 500), "{base}");
        // Nothing was learned.
        assert_eq!(event.play().1, ["me"]);
    }
}

#[test]
fn without_a_url_nothing_is_believed() {
    let nothing = done(200, Json::Null);
    let denied = done(403, Json::Null);
    for me in [Answer::Failed, Answer::TimedOut, nothing, denied] {
        let event = Event { me, ..Event::default() }.without("PLUMLINE_WEBHOOK_URL");
        let (done, _) = event.play();
        assert_eq!(code(&done.reply), ("WEBHOOK_URL_UNKNOWN", 500));
        // Nothing was learned, so the next event asks again.
        assert_eq!(event.play().1, ["me"]);
    }
}

#[test]
fn json_posts_are_checked_over_their_bytes() {
    let raw = r#"{"a": 1}"#;
    let hash = sha256_hex(raw.as_bytes());
    let signed = |url: &str| genuine(url, &[]);
    let event = |signature: String| Event { raw: Some(raw), ..Event::default() }.signed(signature).reply();
    let by_http = signed(&format!("{URL}?bodySHA256={hash}").replace("https:", "http:"));
    assert_eq!(code(&event(by_http)), ("SIGNATURE_SCHEME", 403));
    assert_eq!(event(signed(&format!("{URL}?bodySHA256={hash}"))), Reply::Accepted);
    assert_eq!(code(&event(signed(URL))), ("SIGNATURE_MISMATCH", 403));
    // Parsed JSON cannot be checked.
    let headers = r#"{"content-type":"application/json; charset=utf-8"}"#;
    let parsed = Event { params: vec![("a", "1")], headers, ..Event::default() };
    assert_eq!(code(&parsed.signed(signed(&format!("{URL}?bodySHA256={hash}"))).reply()), ("BODY_NOT_RAW", 403));
}

#[test]
fn a_wrong_config_leaves_the_default_route_and_a_line() {
    for (config, place) in [
        ("{", "line 1, column 2"),
        (r#"{"client":7}"#, "client"),
        (r#"{"x":{}}"#, "an unknown or repeated member of the document"),
    ] {
        let (done, _) = Event::default().secret("PLUMLINE_CONFIG", config).play();
        assert_eq!(done.reply, greeting(OURS));
        assert!(done.log[0].starts_with(&format!("plumline: CONFIG_INVALID at {place}: ")), "{:?}", done.log);
        // What it forbids is not known, so nobody is dialled.
        let browser = Event::with_params(vec![("From", "client:practitioner_1"), ("To", PATIENT)]);
        let (done, _) = browser.secret("PLUMLINE_CONFIG", config).play();
        says(&done.reply, "We are sorry.");
        assert!(done.log[0].starts_with(&format!("plumline: CONFIG_INVALID at {place}: ")), "{:?}", done.log);
    }
    let config = r#"{"client":"front-desk","tasks":{"on":["missed"]}}"#;
    let reply = Event::default().secret("PLUMLINE_CONFIG", config).reply();
    assert!(
        matches!(&reply, Reply::Twiml(xml) if xml.contains("?step=status#rc=3&amp;rp=all\" statusCallbackEvent=\"initiated ringing answered completed\">front-desk<")),
        "{reply:?}"
    );
    let config = r#"{"greeting":{"text":"Good day & welcome.","voice":"Polly.Amy-Neural","language":"en-GB"},"client":"front-desk"}"#;
    assert_eq!(
        Event::default().secret("PLUMLINE_CONFIG", config).reply(),
        document(
            "<Say voice=\"Polly.Amy-Neural\" language=\"en-GB\">Good day &amp; welcome.</Say>\
             <Dial><Client>front-desk</Client></Dial>"
        )
    );
    let silent = Event::default().secret("PLUMLINE_CONFIG", r#"{"greeting":{"text":""}}"#).reply();
    assert_eq!(silent, document("<Dial><Client>+15550100001</Client></Dial>"));
}

#[test]
fn after_two_traps_a_genuine_caller_hears_an_apology_and_a_stranger_nothing() {
    says(&Event { attempt: 2, ..Event::default() }.reply(), "We are sorry.");
    assert_eq!(Event { attempt: 1, ..Event::default() }.reply(), greeting(OURS));
    assert_eq!(code(&Event { attempt: 2, ..Event::default() }.signed("x").reply()).1, 403);
}

#[test]
fn an_event_may_leave_out_the_names_that_were_kept() {
    let event = Event::default();
    let values = |params: &[(&str, &str)], values: &[&str]| {
        let signature = genuine(URL, params);
        let fields = [&[signature.as_str(), TOKEN, OURS, URL], values].concat();
        let mut numbers = vec![0, 0, 0, 0b10011, 3];
        numbers.extend(fields.iter().map(|field| field.len() as u32));
        let frame = Frame::from_latin1(fields.concat().into_bytes(), numbers);
        match Flow::new(|host| webhook(frame, host, event.shelf.clone())).step() {
            Step::Done(done) => Some(done.reply),
            // It asks for the headers, to explain a signature that does not fit.
            Step::Ask(_) => None,
        }
    };
    let other = [("CallSid", "CA2"), ("From", PATIENT), ("To", "+15550100009")];
    let invalid = |reply: Option<Reply>| assert_eq!(code(&reply.unwrap()), ("EVENT_INVALID", 500));
    invalid(values(&other, &["CA2", PATIENT, "+15550100009"]));
    // Only what was to be kept is, and only of a genuine event.
    assert_eq!(event.reply(), greeting(OURS));
    assert_eq!(code(&Event { keeps_names: true, ..event.clone() }.signed("x").reply()).1, 403);
    invalid(values(&other, &["CA2", PATIENT, "+15550100009"]));
    assert_eq!(Event { keeps_names: true, ..event.clone() }.reply(), greeting(OURS));
    says(&values(&other, &["CA2", PATIENT, "+15550100009"]).unwrap(), "not in service");
    assert_eq!(values(&event.params, &["CA1", PATIENT, OURS]), Some(greeting(OURS)));
    for wrong in [&["CA1", PATIENT][..], &["CA1", PATIENT, OURS, ""], &[]] {
        invalid(values(&other, wrong));
    }
    // The same values in other places are another request.
    assert_eq!(values(&other, &["+15550100009", PATIENT, "CA2"]), None);
}

#[test]
fn a_frame_that_fits_nothing_is_an_error_and_no_panic() {
    for frame in [
        Frame::from_latin1(vec![], vec![]),
        Frame::from_latin1(b"abc".to_vec(), vec![0, 0, 0, 11, 0, 1, 1, 1]),
        Frame::from_latin1(b"abc".to_vec(), vec![0, 0, 0, u32::MAX, 0, 1, 1, 1]),
        Frame::from_latin1(b"abc".to_vec(), vec![0, 0, 0, 0, 7, 1, 1, 1]),
        Frame::from_latin1(b"abc".to_vec(), vec![0, 0, 0, 0, 0, 1, 2]),
    ] {
        let Step::Done(done) = Flow::new(|host| webhook(frame, host, SharedCache::default())).step() else { panic!() };
        assert_eq!(code(&done.reply), ("EVENT_INVALID", 500));
    }
}

/// The machinery itself: what is asked at one moment travels together, and a deadline lets a story go on.
#[test]
fn fhir_asks_of_one_moment_are_one_batch() {
    let get = |url: &str| Ask::Fhir(FhirRequest { method: "GET", url: url.into(), ..FhirRequest::default() });
    let mut flow = Flow::new(|host| async move {
        let first = host.ask_all(vec![(get("Patient/1"), None), (Ask::Me, None), (get("Patient/2"), Some(400))]).await;
        let second = host.ask(get("Patient/3"), Some(700)).await;
        let third = host.ask(Ask::Headers, None).await;
        Response::from(Reply::Twiml(format!("{first:?} {second:?} {third:?}")))
    });
    let Step::Ask(asks) = flow.step() else { panic!() };
    assert_eq!(asks.len(), 2);
    assert_eq!(asks[0].ask, Ask::Me);
    let Ask::Batch(bundle) = &asks[1].ask else { panic!() };
    assert!(bundle.contains("Patient/1") && bundle.contains("Patient/2") && asks[1].deadline.is_none());
    let body = r#"{"entry":[{"response":{"status":"200"},"resource":{"id":"1"}},{"response":{"status":"404"}}]}"#;
    let batch = (asks[1].id, done(200, json(body)));
    // Me has no answer, so it has failed; the answer to an unknown request is ignored.
    let Step::Ask(asks) = flow.resume(vec![batch, (99, Answer::Failed)]) else { panic!() };
    assert_eq!(asks[0].deadline, Some(700));
    let Step::Ask(asks) = flow.resume(vec![(asks[0].id, Answer::TimedOut)]) else { panic!() };
    let Step::Done(done) = flow.resume(vec![(asks[0].id, done(200, Json::Null))]) else { panic!() };
    let id = "Object([(\"id\", Text(\"1\"))])";
    let expected = format!(
        "[Done {{ status: 200, body: {id} }}, Failed, Done {{ status: 404, body: Null }}] TimedOut Done {{ status: 200, body: Null }}"
    );
    assert_eq!(done.reply, Reply::Twiml(expected));
}
