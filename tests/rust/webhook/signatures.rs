// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The webhook verifies the signatures of requests.

use plumline::runtime::Reply;
use plumline::signature::sha256_hex;

use super::{CLINIC_NUMBER, Event, PATIENT, URL, code, greeting, valid_signature};

#[test]
fn a_body_too_large_for_a_webhook_is_not_hashed() {
    let value = |length: usize| "x".repeat(length);
    let (whole, long) = (value(32_000), value(33_000));
    let with =
        |value: &str| Event::with_params(vec![("From", PATIENT), ("To", CLINIC_NUMBER), ("Custom", value)]).reply();
    assert_eq!(with(&whole), greeting(CLINIC_NUMBER));
    // The body is refused even if its signature is valid.
    assert_eq!(code(&with(&long)), ("BODY_TOO_LARGE", 403));
    let names: Vec<String> = (0..1_001).map(|at| format!("P{at}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(code(&Event::with_params(many).reply()), ("BODY_TOO_LARGE", 403));
}

#[test]
fn a_rotation_accepts_both_tokens() {
    for list in ["another-token,an-invented-auth-token", " an-invented-auth-token\n, another-token "] {
        assert_eq!(Event::default().secret("TWILIO_AUTH_TOKEN", list).reply(), greeting(CLINIC_NUMBER));
    }
    let reply = Event::default().secret("TWILIO_AUTH_TOKEN", "another-token").reply();
    assert_eq!(code(&reply), ("SIGNATURE_MISMATCH", 403));
}

#[test]
fn another_account_is_refused() {
    let event = |account| {
        Event::with_params(vec![("To", CLINIC_NUMBER), ("AccountSid", account)])
            .secret("TWILIO_ACCOUNT_SID", "AC1")
            .reply()
    };
    assert_eq!(event("AC1"), greeting(CLINIC_NUMBER));
    assert_eq!(code(&event("AC2")), ("ACCOUNT_MISMATCH", 403));
}

#[test]
fn a_refusal_names_the_reason() {
    let params = vec![("CallSid", "CA1"), ("From", PATIENT), ("To", CLINIC_NUMBER)];
    let path = "/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02";
    let headers = r#"{"Host":"internal.example:8103","X-Forwarded-Host":"clinic.example, proxy.example","x-forwarded-port":"9443"}"#;
    for (signed, expected) in [
        (valid_signature(&format!("http://fhir.example.com{path}"), &params), "SIGNATURE_SCHEME"),
        (valid_signature(&format!("https://clinic.example{path}"), &params), "SIGNATURE_HOST"),
        (valid_signature(&format!("https://internal.example:8103{path}"), &params), "SIGNATURE_HOST"),
        (valid_signature(&format!("http://clinic.example{path}"), &params), "SIGNATURE_HOST"),
        (valid_signature(&format!("https://fhir.example.com:9443{path}"), &params), "SIGNATURE_PORT"),
        (valid_signature(&format!("https://fhir.example.com:8443{path}"), &params), "SIGNATURE_PORT"),
        (valid_signature(&format!("{URL}/"), &params), "SIGNATURE_PATH"),
        (valid_signature(URL, &[]), "SIGNATURE_BODY_IGNORED"),
        (valid_signature(&format!("{URL}?x=1"), &params), "SIGNATURE_MISMATCH"),
        (valid_signature(URL, &[("CallSid", "CA1"), ("From", PATIENT), ("To", "+15550100009")]), "SIGNATURE_MISMATCH"),
        ("x".repeat(28), "SIGNATURE_MISMATCH"),
    ] {
        let event = Event { params: params.clone(), headers, ..Event::default() }.signed(signed);
        let (response, _) = event.play();
        assert_eq!(code(&response.reply), (expected, 403));
        assert!(
            response.log.len() == 1 && response.log[0].starts_with(&format!("plumline: {expected}: ")),
            "{:?}",
            response.log
        );
    }
    let decoded_twice = Event::with_params(vec![("From", " 15550100123"), ("To", " 15550100001")])
        .signed(valid_signature(URL, &[("From", PATIENT), ("To", CLINIC_NUMBER)]));
    assert_eq!(code(&decoded_twice.reply()), ("SIGNATURE_PARAMS_ALTERED", 403));
    let shared = r#"{"x-twilio-webhooks-signature-settings":"key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}"#;
    let shared = Event { headers: shared, ..Event::default() }.signed("x");
    assert_eq!(code(&shared.reply()), ("SHARED_KEY_UNKNOWN", 403));
}

#[test]
fn the_header_is_found_in_any_case() {
    let signature = valid_signature(URL, &Event::default().params);
    let headers = format!(r#"{{"X-Twilio-Signature":"{signature}"}}"#);
    let event = Event { headers: &headers, ..Event::default() }.signed("");
    assert_eq!(event.reply(), greeting(CLINIC_NUMBER));
    for headers in ["{}", r#"{"x-twilio-signature":[]}"#, "[]", r#"{"x-twilio-signature":""}"#] {
        let event = Event { headers, ..Event::default() }.signed("");
        assert_eq!(code(&event.reply()), ("SIGNATURE_MISSING", 403));
    }
}

#[test]
fn json_requests_are_verified_over_their_bytes() {
    let raw = r#"{"a": 1}"#;
    let hash = sha256_hex(raw.as_bytes());
    let signed = |url: &str| valid_signature(url, &[]);
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
