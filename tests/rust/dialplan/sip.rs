// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Calls by SIP: which number is called, who calls, and what is never dialed.

use crate::dialplan::clinic::{ADA, CALL, CALLER, CLINIC_NUMBER, Clinic, LEG, URL};
use crate::json::text;

const SIP: &str = r#""sip":{"domains":["clinic.sip.twilio.com"],"trusted":["pbx.example","10.0.0.7"],"extensions":{"201":"+15550100001","front":"+15550100001","back":"+15550100002"}}"#;

/// A clinic that says `Hello.`, and `Withheld.` to a caller without a number. `sip` is `sip` of the config.
fn clinic_of(sip: &str) -> Clinic {
    let comma = if sip.is_empty() { "" } else { "," };
    Clinic::new(&format!(
        r#""dialplans":{{"main":[{{"when":{{"anonymous":true}},"then":"withheld"}},{{"when":{{"callers":["{CALLER}"]}},"then":"known"}},{{"then":"hello"}}]}},
        "actions":{{"withheld":[{{"say":{{"text":"Withheld."}}}},{{"hangup":{{}}}}],"known":[{{"say":{{"text":"Ada."}}}},{{"hangup":{{}}}}],"hello":[{{"say":{{"text":"Hello."}}}},{{"hangup":{{}}}}]}}{comma}{sip}"#
    ))
}

/// What the caller hears first.
fn hears(clinic: &mut Clinic, from: &str, to: &str) -> String {
    let twiml = clinic.request("", &[("From", from), ("To", to), ("Called", to), ("CallStatus", "ringing")]);
    assert!(!twiml.contains("<Dial"), "{from} {to} {twiml}");
    let said = twiml.split_once("<Say").and_then(|(_, rest)| rest.split_once('>')?.1.split_once('<'));
    said.map_or(twiml.clone(), |(said, _)| said.to_owned())
}

#[test]
fn a_sip_address_of_a_configured_domain_calls_a_number() {
    let mut clinic = clinic_of(SIP);
    for to in [
        CLINIC_NUMBER,
        "sip:+15550100001@clinic.sip.twilio.com",
        "sip:+15550100001@clinic.sip.twilio.com;transport=udp",
        "SIPS:%2B15550100001@CLINIC.sip.twilio.com:5061;transport=tls?x=y",
        "sip:+15550100001;user=phone@clinic.sip.twilio.com",
        "sip:201@clinic.sip.twilio.com",
        "sip:front@clinic.sip.twilio.com",
        "sip:FRONT@clinic.sip.twilio.com:5060",
    ] {
        assert_eq!(hears(&mut clinic, "sip:+15550100123@pbx.example", to), "Ada.", "{to}");
        assert_eq!(clinic.log, [""; 0], "{to}");
    }
    // Twilio may write the caller without an address.
    assert_eq!(hears(&mut clinic, CALLER, "sip:201@clinic.sip.twilio.com"), "Ada.");
    assert_eq!(hears(&mut clinic, "anonymous", "sip:201@clinic.sip.twilio.com"), "Withheld.");
}

#[test]
fn another_sip_address_calls_no_one() {
    let mut clinic = clinic_of(SIP);
    for to in [
        "sip:+15550100999@clinic.sip.twilio.com",
        "sip:+442079460001@clinic.sip.twilio.com",
        "sip:15550100001@clinic.sip.twilio.com",
        "sip:5550100001@clinic.sip.twilio.com",
        "sip:+1 555 010 0001@clinic.sip.twilio.com",
        "sip:202@clinic.sip.twilio.com",
        "sip:@clinic.sip.twilio.com",
        "sip:clinic.sip.twilio.com",
        "sip:+15550100001@other.sip.twilio.com",
        "sip:+15550100001@pbx.example",
        "sip:+15550100001@clinic.sip.twilio.com.evil.example",
        "sip:+15550100001@clinic.sip.twilio.com@evil.example",
        "sip:+15550100001@[2001:db8::1]",
        "sip:%zz@clinic.sip.twilio.com",
        "sip:",
    ] {
        for from in ["sip:+15550100123@pbx.example", "sip:201@clinic.sip.twilio.com", CALLER] {
            let said = hears(&mut clinic, from, to);
            assert!(said.ends_with("is not in service."), "{from} {to} {said}");
            assert!(clinic.log[0].starts_with("plumline: SIP_ADDRESS_UNKNOWN: "), "{to} {:?}", clinic.log);
        }
    }
    // A SIP phone places no call, and hears that it must call for help in another way.
    for to in ["sip:911@clinic.sip.twilio.com", "sip:112@clinic.sip.twilio.com;user=phone"] {
        let said = hears(&mut clinic, "sip:201@clinic.sip.twilio.com", to);
        assert!(said.starts_with("Emergency calls cannot be placed from here."), "{to} {said}");
    }
    // The address has no name in front. A name may contain another address.
    let said = hears(&mut clinic, CALLER, "\"Desk\" <sip:+15550100001@clinic.sip.twilio.com>");
    assert!(said.ends_with("is not in service."), "{said}");
}

#[test]
fn only_a_trusted_host_shows_the_number_of_a_caller() {
    let mut with_hosts = clinic_of(SIP);
    for (from, expected) in [
        ("sip:+15550100123@pbx.example", "Ada."),
        ("sip:%2b15550100123@PBX.EXAMPLE:5060;transport=udp", "Ada."),
        ("sips:+15550100123;ext=7@10.0.0.7;user=phone", "Ada."),
        ("sip:+15550100199@pbx.example", "Hello."),
        ("sip:+15550100123@evil.example", "Withheld."),
        ("sip:+15550100123@pbx.example.evil.example", "Withheld."),
        ("sip:+15550100123@pbx.example@evil.example", "Withheld."),
        ("sip:+15550100123@evil.example@pbx.example", "Withheld."),
        ("sip:+15550100123@evil.example;x=@pbx.example", "Withheld."),
        ("\"x\" <sip:+15550100123@pbx.example>", "Withheld."),
        // Anyone with an account of the domain may call from it. It is not a trusted host.
        ("sip:+15550100123@clinic.sip.twilio.com", "Withheld."),
        ("sip:201@pbx.example", "Withheld."),
        ("sip:5550100123@pbx.example", "Withheld."),
        ("sip:15550100123@pbx.example", "Withheld."),
        ("sip:+1555@pbx.example", "Withheld."),
        ("sip:+266696687@pbx.example", "Withheld."),
        ("sip:anonymous@anonymous.invalid", "Withheld."),
        ("sip:Anonymous@pbx.example", "Withheld."),
        ("sip:+15550100123@[2001:db8::1]", "Withheld."),
        ("sip:", "Withheld."),
    ] {
        assert_eq!(hears(&mut with_hosts, from, CLINIC_NUMBER), expected, "{from}");
    }
    // Without `sip`, no host is trusted.
    assert_eq!(hears(&mut clinic_of(""), "sip:+15550100123@pbx.example", CLINIC_NUMBER), "Withheld.");
}

#[test]
fn a_sip_caller_is_never_staff() {
    let mut clinic = clinic_of(SIP);
    for from in ["sip:client:desk@pbx.example", "sip:client%3Adesk@clinic.sip.twilio.com", "sip:desk@pbx.example"] {
        let said = hears(&mut clinic, from, "+15550100555");
        assert!(said.ends_with("is not in service."), "{from} {said}");
    }
    let placed = [("From", "sip:201@pbx.example"), ("Direction", "outbound-api"), ("CallStatus", "ringing")];
    assert!(clinic.request("", &placed).contains("is not in service."));
}

#[test]
fn a_phone_sees_the_number_of_the_clinic_for_a_sip_caller() {
    let dial = r#""dialplans":{"main":[{"then":"first"}]},"actions":{"first":[{"dial":{"screen":false,"targets":[{"number":"+15550100555"}],"otherwise":"bye"}}],"bye":[{"hangup":{}}]}"#;
    let own = r#" callerId="+15550100001""#;
    let mut clinic = Clinic::new(&format!("{dial},{SIP}"));
    for (from, caller_id) in [
        // Twilio accepts a number of the account, or the number of a caller from the telephone network (13214).
        ("+15550100123", ""),
        ("+266696687", own),
        ("+7378742833", own),
        ("+7378742883", own),
        ("+2562533", own),
        ("+8656696", own),
        ("+86282452253", own),
        ("anonymous", own),
        ("Anonymous", own),
        ("RESTRICTED", own),
        ("unavailable", own),
        ("Unknown", own),
        ("+1", own),
        ("+15", own),
        ("911", own),
        ("5550100099", own),
        ("15550100099", own),
        ("+0123456789", own),
        ("sip:anonymous@anonymous.invalid", own),
        ("sip:201@pbx.example", own),
        ("sip:+15550100151@pbx.example", own),
        ("sip:+15550100151@evil.example", own),
        ("sip:+15550100001@pbx.example", own),
    ] {
        let to = [("From", from), ("To", "sip:201@clinic.sip.twilio.com"), ("CallStatus", "ringing")];
        let expected = format!(
            r#"<Dial action="{URL}?step=dial.first" timeout="20"{caller_id}><Number {LEG}>+15550100555</Number></Dial>"#
        );
        assert_eq!(clinic.request("", &to), expected, "{from}");
    }
}

#[test]
fn the_record_has_the_patient_and_the_addresses_as_twilio_sent_them() {
    let (from, to) = ("sip:%2B15550100123@pbx.example;transport=udp", "sip:201@clinic.sip.twilio.com");
    let mut clinic = clinic_of(SIP).with(&[ADA]);
    let ended = |from| {
        [
            ("From", from),
            ("To", to),
            ("Called", to),
            ("CallStatus", "completed"),
            ("CallbackSource", "call-progress-events"),
        ]
    };
    assert_eq!(clinic.request("", &ended(from)), "<Response/>");
    let record = clinic.record().unwrap();
    assert_eq!(text(record, &["subject", "reference"]), "Patient/ada");
    let written = record.write();
    assert!(written.contains(from) && written.contains(to) && written.contains(CALL), "{written}");
    // The address of another host has no number, so the chart is not searched for it.
    let mut stranger = clinic_of(SIP).with(&[ADA]);
    assert_eq!(stranger.request("", &ended("sip:+15550100123@evil.example")), "<Response/>");
    assert_eq!(text(stranger.record().unwrap(), &["subject", "reference"]), "");
}
