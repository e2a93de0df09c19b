// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Responses to verified requests without a dialplan in the config.

use plumline::runtime::Reply;

use super::{CLINIC_NUMBER, Event, PATIENT, URL, code, document, greeting, says, valid_signature};

#[test]
fn an_incoming_call_is_greeted_and_connected_without_a_round_trip() {
    let (response, asked) = Event::default().play();
    assert_eq!((response.reply, asked), (greeting(CLINIC_NUMBER), vec![]));
    assert!(response.log.is_empty());
    // The clinic's number in `Called` or in `To` is enough to route a call.
    for params in [vec![("Called", CLINIC_NUMBER), ("To", PATIENT)], vec![("To", CLINIC_NUMBER)]] {
        assert_eq!(Event::with_params(params).reply(), greeting(CLINIC_NUMBER));
    }
}

#[test]
fn a_browser_call_is_dialed_with_the_clinics_caller_id() {
    let browser =
        |to| Event::with_params(vec![("From", "client:practitioner_1"), ("To", to), ("Direction", "inbound")]);
    assert_eq!(
        browser(PATIENT).reply(),
        document("<Dial callerId=\"+15550100001\"><Number>+15550100123</Number></Dial>")
    );
    // A browser may call ordinary numbers in the country of the clinic's number.
    for (to, sentence) in [
        ("", "The number you have dialed is not valid."),
        ("905-555-0123", "The number you have dialed is not valid."),
        ("client:practitioner_2", "The number you have dialed is not valid."),
        ("+1555010012345678", "The number you have dialed is not valid."),
        ("+1 555 010 0123", "The number you have dialed is not valid."),
        ("911", "Emergency calls cannot be placed from here."),
        ("+911", "Emergency calls cannot be placed from here."),
        ("+19005550123", "Calls to this number are not allowed."),
        ("+442079460123", "Calls to this country are not allowed."),
        ("+18765550123", "Calls to this country are not allowed."),
        (CLINIC_NUMBER, "This number is one of our own"),
    ] {
        says(&browser(to).reply(), sentence);
    }
    let config = r#"{"outbound":{"callerId":"+15550100002"}}"#;
    let own = "+15550100001,+15550100002";
    let reply = browser(PATIENT).secret("TWILIO_NUMBER", own).secret("PLUMLINE_CONFIG", config).reply();
    // outbound/calls.rs tests the other policies.
    assert!(matches!(&reply, Reply::Twiml(xml) if xml.contains("<Dial callerId=\"+15550100002\" ")), "{reply:?}");
}

/// A secret of invisible characters cannot open a ticket. But the secret is set, so calls need a ticket.
#[test]
fn a_blank_sealing_secret_does_not_turn_tickets_off() {
    for secret in ["   ", "\u{200b}", "\u{a0}\u{feff}", ",", "short"] {
        let call = Event::with_params(vec![("CallSid", "CA1"), ("From", "client:practitioner_1"), ("To", PATIENT)]);
        let reply = call.secret("PLUMLINE_SECRET", secret).reply();
        assert!(matches!(&reply, Reply::Twiml(xml) if !xml.contains("<Number>")), "{secret:?} {reply:?}");
    }
}

#[test]
fn a_browser_cannot_forge_a_callback() {
    for forged in [("DialCallStatus", "completed"), ("CallbackSource", "call-progress-events"), ("MessageSid", "SM1")] {
        let params = vec![("From", "client:a"), ("To", PATIENT), ("CallStatus", "ringing"), forged];
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
        let response = call(other);
        says(&response.reply, "This call is not allowed.");
        assert!(response.log[0].starts_with("plumline: APPLICATION_MISMATCH: "), "{:?}", response.log);
    }
}

#[test]
fn no_one_is_dialed_for_a_call_that_is_not_the_clinics() {
    for params in [
        vec![("From", PATIENT), ("To", "+15550100999")],
        vec![("From", PATIENT)],
        vec![("From", "sip:a@example.com"), ("To", PATIENT)],
        vec![("From", "sip:a@example.com"), ("To", "sip:+15550100001@clinic.sip.twilio.com")],
        vec![("From", CLINIC_NUMBER), ("To", PATIENT), ("Direction", "outbound-api")],
        // Only `From` shows that the caller is a browser.
        vec![("From", "anonymous"), ("To", PATIENT), ("Caller", "client:practitioner_1")],
    ] {
        says(&Event::with_params(params).reply(), "is not in service.");
    }
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

/// Calls that staff place have callback URLs with every config.
#[test]
fn callbacks_have_their_own_urls() {
    for (kind, more) in [
        ("status", ("CallbackSource", "call-progress-events")),
        ("recording", ("RecordingStatus", "completed")),
        ("machine", ("MachineDetectionDuration", "900")),
    ] {
        let event = Event::with_params(vec![("From", "client:a"), ("To", PATIENT), more]);
        let signature = |step: &str| valid_signature(&format!("{URL}?step={step}"), &event.params);
        let reply = |step: &str| event.clone().signed(signature(step)).reply();
        assert_eq!(reply(kind), Reply::Twiml(r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#.into()), "{kind}");
        assert_eq!(code(&reply("other")), ("SIGNATURE_MISMATCH", 403));
        // A caller hears an apology, but a callback gets an error, so that Twilio posts it again.
        let trapped = Event { attempt: 2, ..event.clone().signed(signature(kind)) }.reply();
        assert_eq!(code(&trapped), ("CORE_TRAPPED", 500));
    }
}

#[test]
fn a_parameter_with_two_values_is_not_trusted() {
    let (response, _) = Event::with_params(vec![("From", PATIENT), ("To", CLINIC_NUMBER), ("From", "client:a")]).play();
    says(&response.reply, "We are sorry.");
    assert!(response.log[0].starts_with("plumline: PARAMETER_REPEATED: "));
    // A parameter with the same value twice is trusted.
    assert_eq!(Event::with_params(vec![("To", CLINIC_NUMBER), ("To", CLINIC_NUMBER)]).reply(), greeting(CLINIC_NUMBER));
}

#[test]
fn an_sms_is_not_acknowledged() {
    let reply = Event::with_params(vec![("MessageSid", "SM1"), ("From", PATIENT), ("To", CLINIC_NUMBER)]).reply();
    assert_eq!(code(&reply), ("NOT_A_CALL", 500));
}

#[test]
fn an_invalid_config_gives_the_default_dialplan_and_a_log_line() {
    for (config, place) in [
        ("{", "line 1, column 2"),
        (r#"{"client":7}"#, "client"),
        (r#"{"x":{}}"#, "an unknown or repeated member of the document"),
    ] {
        let (response, _) = Event::default().secret("PLUMLINE_CONFIG", config).play();
        assert_eq!(response.reply, greeting(CLINIC_NUMBER));
        assert!(response.log[0].starts_with(&format!("plumline: CONFIG_INVALID at {place}: ")), "{:?}", response.log);
        // The restrictions of the config are unknown, so no number is dialed.
        let browser = Event::with_params(vec![("From", "client:practitioner_1"), ("To", PATIENT)]);
        let (response, _) = browser.secret("PLUMLINE_CONFIG", config).play();
        says(&response.reply, "We are sorry.");
        assert!(response.log[0].starts_with(&format!("plumline: CONFIG_INVALID at {place}: ")), "{:?}", response.log);
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
fn after_two_traps_a_verified_caller_hears_an_apology_and_a_stranger_nothing() {
    says(&Event { attempt: 2, ..Event::default() }.reply(), "We are sorry.");
    assert_eq!(Event { attempt: 1, ..Event::default() }.reply(), greeting(CLINIC_NUMBER));
    assert_eq!(code(&Event { attempt: 2, ..Event::default() }.signed("x").reply()).1, 403);
}
