// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Random webhook requests, signed or forged, with any parameters in any order. Some parameters occur twice.

use plumline::runtime::{Flow, Secret};

use crate::constants::{ACCOUNT, TOKEN};
use crate::random::Random;
use crate::random_config::CLINIC_NUMBER;
use crate::signed::webhook_flow;

pub(crate) const URL: &str = "https://fhir.example.com/webhook/1";

/// The values of each parameter.
const PARAMS: [(&str, &[&str]); 29] = [
    (
        "From",
        &[
            "+15550100123",
            "+15550190105",
            "anonymous",
            "",
            "client:practitioner_7",
            "client:%ff<x>",
            "sip:a@b.example",
            "sip:+15550100123@pbx.example;user=phone",
            "sip:%2B15550100123@PBX.example:5060?x=y",
            "+266696687",
            "Zoë",
        ],
    ),
    (
        "To",
        &[
            "sip:201@clinic.sip.twilio.com",
            "sip:+15550100001@clinic.sip.twilio.com;transport=udp",
            "+15550100001",
            "+15550100002",
            "+442079460003",
            "+15550100999",
            "+19005550100",
            "911",
            "",
            "queue:nurses",
            "client:desk",
            "x\u{1}y",
        ],
    ),
    ("Called", &["+15550100001", "", "+15550100002"]),
    ("Direction", &["inbound", "outbound-api", "outbound-dial", "trunking-terminating", ""]),
    ("CallStatus", &["ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled", "queued", "x"]),
    ("AccountSid", &[ACCOUNT, "AC00000000000000000000000000000009", "x"]),
    ("ParentCallSid", &["CA00000000000000000000000000000009", "CA00000000000000000000000000000001", "x"]),
    ("CallbackSource", &["call-progress-events", "x"]),
    ("SequenceNumber", &["0", "1", "3", "-1", "99999999999", "x"]),
    ("Timestamp", &["Sun, 25 Mar 2018 09:53:19 +0000", "x"]),
    ("CallDuration", &["0", "17", "x", "99999999999"]),
    ("DialCallStatus", &["completed", "answered", "busy", "no-answer", "failed", "canceled", "x", ""]),
    ("DialCallSid", &["CA00000000000000000000000000000007", "x"]),
    ("DialBridged", &["true", "false", "x"]),
    ("SipResponseCode", &["486", "603", "x"]),
    ("Digits", &["1", "2", "30", "*", "#", "9", "", "hangup", "12345678901234567890", "é"]),
    ("SpeechResult", &["Desk.", "nurse please", "", "éé \u{1F600}", "cita"]),
    (
        "QueueResult",
        &[
            "bridged",
            "bridging-in-process",
            "error",
            "hangup",
            "leave",
            "redirected",
            "queue-full",
            "system-error",
            "x",
        ],
    ),
    ("QueuePosition", &["1", "7", "0", "x", "-2"]),
    ("HandoffData", &["{\"reasonCode\":\"nurse\"}", "{\"reasonCode\":\"x\"}", "no JSON", "{}"]),
    ("SessionStatus", &["ended", "completed", "failed"]),
    ("CurrentQueueSize", &["1", "30", "x"]),
    ("AvgQueueTime", &["3", "900", "x"]),
    ("RecordingSid", &["RE00000000000000000000000000000001", "x"]),
    ("RecordingUrl", &["https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1", "http://a.example/b", "x<y"]),
    ("RecordingStatus", &["completed", "absent", "x"]),
    ("StirVerstat", &["TN-Validation-Passed-A", "TN-Validation-Failed", "x"]),
    ("AnsweredBy", &["human", "machine_start", "x<y"]),
    ("MachineDetectionDuration", &["2400", "x"]),
];

/// Additional parameters of a browser and of Twilio.
const EXTRA_PARAMS: [(&str, &[&str]); 8] = [
    ("PatientId", &["p0", "Patient/p1", "../x", ""]),
    ("AppointmentId", &["a0", "Appointment/a1", "a|b"]),
    ("Ticket", &["x", "c1.1895000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "c1.1.x"]),
    ("TranscriptionSid", &["TR00000000000000000000000000000001"]),
    ("TranscriptionText", &["Hello <b>.", ""]),
    ("ForwardedFrom", &["+15550100123", "x"]),
    ("callerId", &["+15550190105"]),
    ("\u{1F600}", &["é"]),
];

/// Numbers that a browser requests, and whether the policy allows them. The clinic's numbers are in the United Kingdom
/// and the United States.
pub(crate) const REQUESTED_NUMBERS: [(&str, bool); 15] = [
    ("+15550100777", true),
    ("+15550100999", true),
    ("+442079460104", true),
    ("+12125550188", true),
    ("+19005550100", false),
    ("+12129765550", false),
    ("+18765550100", false),
    ("+33142685300", false),
    ("+881612345678", false),
    ("+449012345678", false),
    ("911", false),
    ("+1911", false),
    ("+15550100001", false),
    ("0015550100777", false),
    ("(555) 010-0777", false),
];

/// A request's parameters.
pub(crate) fn random_params(random: &mut Random) -> Vec<(&'static str, &'static str)> {
    let mut params = vec![("CallSid", "CA00000000000000000000000000000001")];
    if random.one_in(40) {
        params[0].1 = *random.pick(&["x", "", "CA1"]);
    }
    let usual = random.one_in(2);
    for (at, (name, values)) in PARAMS.iter().enumerate() {
        // Every request has the first five parameters, often with their usual values.
        if at < 5 && usual {
            params.push((name, values[0]));
        } else if at == 5 || random.one_in(if at < 5 { 1 } else { 4 }) {
            params.push((name, if at == 5 && !random.one_in(20) { values[0] } else { *random.pick(values) }));
        }
    }
    for (name, values) in EXTRA_PARAMS {
        if random.one_in(10) {
            params.push((name, *random.pick(values)));
        }
    }
    if random.one_in(8) {
        let twice = *random.pick(&params);
        params.push(twice);
    }
    if random.one_in(2) {
        for at in (1..params.len()).rev() {
            params.swap(at, random.below(at + 1));
        }
    }
    params
}

/// A call from a browser.
pub(crate) fn random_browser_call(random: &mut Random) -> Vec<(&'static str, &'static str)> {
    let (to, _) = *random.pick(&REQUESTED_NUMBERS);
    let mut params = vec![
        ("CallSid", "CA00000000000000000000000000000001"),
        ("AccountSid", ACCOUNT),
        ("From", *random.pick(&["client:practitioner_7", "client:5e0b9c1d_3333_4000_8000_00000000000a"])),
        ("Direction", "inbound"),
        ("CallStatus", "ringing"),
        ("To", to),
    ];
    for (name, values) in EXTRA_PARAMS {
        if random.one_in(4) {
            params.push((name, *random.pick(values)));
        }
    }
    params
}

/// A webhook request to the webhook's URL with `suffix`. If it is `forged`, it is signed with another token.
pub(crate) fn flow(params: &[(&str, &str)], suffix: &str, given: &[(Secret, &str)], now: u64, forged: bool) -> Flow {
    let token = if forged { "another-auth-token" } else { TOKEN };
    let own = CLINIC_NUMBER.join(", ");
    let usual =
        [(Secret::AuthToken, TOKEN), (Secret::Number, &*own), (Secret::WebhookUrl, URL), (Secret::AccountSid, ACCOUNT)];
    webhook_flow((token, &[URL, suffix].concat()), params, &[given, &usual].concat(), now)
}
