// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Random configs and random requests never cause a panic. Twilio can read each document. It dials only targets of the
//! config and the chart.

use plumline::dialplan::config::Redirected;
use plumline::dialplan::{
    Call, CallbackKind, CallbackUrl, Caller, Config, DialplanInput, Facts, MAX_CALLBACKS, Params, Target,
    all_callbacks, render, required_lookups,
};
use plumline::json::Json;
use plumline::phone::E164;
use plumline::twiml::{DocumentKind, check_xml};

use crate::dialplan::clinic::{ADA, CALL, CALLER, CLINIC_NUMBER, Clinic, GREY, URL};
use crate::json::json;
use crate::random::Random;
use crate::random_config;

const ACTIONS: usize = 8;

/// Generates configs with the right types but any values. `random_config.rs` generates valid configs.
struct ConfigGenerator {
    random: Random,
}

impl ConfigGenerator {
    fn config(&mut self) -> String {
        let actions: Vec<String> = (0..ACTIONS).map(|at| format!(r#""a{at}":[{}]"#, self.action(at))).collect();
        let rules: Vec<String> = (0..self.random.below(5)).map(|_| self.rule()).collect();
        let comma = if rules.is_empty() { "" } else { "," };
        let recording = if self.random.one_in(3) {
            r#""recording":{"inbound":true,"announcement":{"text":"Recorded."}},"#
        } else {
            ""
        };
        format!(
            r#"{{{recording}"timeZone":"America/New_York","numbers":{{"+15550100001":{{"name":"front","dialplan":"main"}},"+15550100002":{{"name":"back","dialplan":"main","language":"fr-CA"}}}},
            "dialplans":{{"main":[{}{comma}{{"then":"a0"}}]}},
            "hours":{{"desk":{{"weekly":[{{"days":["mon","sun"],"from":"09:00","to":"17:00"}}],"holidays":["12-25 observed","easter-2..easter+1",{{"on":"4 thu nov+1","open":[{{"from":"09:00","to":"23:59"}}],"days":["fri"]}}]}},"ward":{{"healthcareService":"HealthcareService/ward"}}}},
            "override":{{"roles":["desk"],"close":["desk"],"divertTo":["a1"]}},
            "sip":{{"domains":["clinic.sip.twilio.com"],"trusted":["pbx.example"],"extensions":{{"201":"+15550100002"}}}},
            "lists":{{"friends":["+1555*"]}},"actions":{{{}}}}}"#,
            rules.join(","),
            actions.join(",")
        )
    }

    fn rule(&mut self) -> String {
        let when = *self.random.pick(&[
            r#""anonymous":true"#,
            r#""callers":["friends"]"#,
            r#""verification":["failed","none"]"#,
            r#""patient":true"#,
            r#""patient":false"#,
            r#""patientLanguage":["es"]"#,
            r#""patientMatch":["several","related"]"#,
            r#""careTeam":["CareTeam/t1"]"#,
            r#""open":"desk""#,
            r#""closed":"ward","patient":true"#,
            r#""called":["+15550100002"]"#,
        ]);
        format!(r#"{{"when":{{{when}}},"then":"a{}"}}"#, self.random.below(ACTIONS))
    }

    /// The name of an action. It may not exist.
    fn any(&mut self) -> String {
        if self.random.one_in(20) { "nowhere".to_owned() } else { format!("a{}", self.random.below(ACTIONS)) }
    }

    fn say(&mut self) -> String {
        let text =
            *self.random.pick(&["Good day.", "Guten Tag.", "", "a & b <c>", "\\u0001", "\\ud83d\\ude00", "{name}"]);
        let ssml = *self.random.pick(&["<s>x</s>", "One <break time='1s'/> two", "<s>x", "<x/>", "&amp;"]);
        match self.random.below(4) {
            0 => format!(r#"{{"ssml":"{ssml}"}}"#),
            1 => format!(r#"{{"text":"{text}","voice":"Polly.Amy","language":"en-GB","times":2}}"#),
            2 => format!(r#"{{"text":{{"en":"{text}","es":"Hola."}}}}"#),
            _ => format!(r#"{{"text":"{text}"}}"#),
        }
    }

    fn action(&mut self, at: usize) -> String {
        let mut verbs = Vec::new();
        for _ in 0..self.random.below(3) {
            let say = self.say();
            verbs.push(match self.random.below(5) {
                0 => r#"{"greet":{"patient":"Hello, {name}.","neutral":"Hello."}}"#.to_owned(),
                1 => r#"{"play":{"url":"https://example.com/a.mp3"}}"#.to_owned(),
                2 => r#"{"pause":1}"#.to_owned(),
                3 => format!(r#"{{"language":"{}"}}"#, *self.random.pick(&["es-US", "fr-CA", "en-US"])),
                _ => format!(r#"{{"say":{say}}}"#),
            });
        }
        if at + 1 == ACTIONS {
            verbs.push(r#"{"hangup":{}}"#.to_owned());
            return verbs.join(",");
        }
        let (then, otherwise, say) = (self.any(), self.any(), self.say());
        verbs.push(match self.random.below(13) {
            0 => format!(r#"{{"goto":"{then}"}}"#),
            1 | 2 => {
                let targets = self.targets();
                let order = *self.random.pick(&["inOrder", "allAtOnce", "huntGroup"]);
                let on = *self.random.pick(&["busy", "no-answer", "unavailable", "answered", "declined"]);
                format!(
                    r#"{{"dial":{{"targets":[{targets}],"order":"{order}","on":{{"{on}":"{then}"}},"otherwise":"{otherwise}"}}}}"#
                )
            }
            3 => {
                let offer = format!(r#""callback":{{"prompt":{say},"digit":"1","then":"{then}"}},"#);
                let overflow = format!(r#""overflow":{{"size":3,"then":"{otherwise}"}},"#);
                let parts = [offer, overflow, format!(r#""position":{},"#, self.say())];
                let parts: String = parts.into_iter().filter(|_| self.random.one_in(2)).collect();
                format!(r#"{{"queue":{{"name":"q",{parts}"otherwise":"{otherwise}"}}}}"#)
            }
            4 => format!(r#"{{"voicemail":{{"greeting":{say},"transcribe":true,"farewell":{{"text":"Bye."}}}}}}"#),
            5 => format!(r#"{{"conference":{{"name":"room","waitForStaff":true,"then":"{then}"}}}}"#),
            6 => r#"{"redirect":{"url":"https://example.com/else"}}"#.to_owned(),
            7 => format!(
                r#"{{"ask":{{"prompt":{say},"answer":{{"maxLength":3}},"confirm":{say},"retries":1,"then":"{then}","otherwise":"{otherwise}"}}}}"#
            ),
            8 => format!(r#"{{"verify":{{"prompt":{say},"retries":1,"then":"{then}","otherwise":"{otherwise}"}}}}"#),
            9 => format!(
                r#"{{"nextVisit":{{"prompt":{say},"none":{say},"then":"{then}","otherwise":"{otherwise}"}}}}"#
            ),
            11 => format!(
                r#"{{"page":{{"targets":[{{"number":"+15550100171"}}],"text":"Urgent","then":"{then}","otherwise":"{otherwise}"}}}}"#
            ),
            10 => format!(r#"{{"task":{{"text":"Refill","then":"{then}","otherwise":"{otherwise}"}}}}"#),
            _ => format!(
                r#"{{"menu":{{"prompt":{say},"retries":1,"options":[{{"digits":"1","speech":["item"],"then":"{then}"}},{{"digits":"9","language":"es-US"}}],"otherwise":"{otherwise}"}}}}"#
            ),
        });
        verbs.join(",")
    }

    fn targets(&mut self) -> String {
        let good = [
            r#"{"client":"desk"}"#,
            r#"{"client":"nurse_2"}"#,
            r#"{"number":"+15550100555"}"#,
            r#"{"sip":"sip:front@pbx.example.com"}"#,
            r#"{"available":"Organization/nurses"}"#,
            r#"{"generalPractitioner":{}}"#,
            r#"{"lastToCall":{}}"#,
        ];
        let bad = [
            r#"{"number":"911"}"#,
            r#"{"number":"+15550100001"}"#,
            r#"{"client":" "}"#,
            r#"{"sip":"x"}"#,
            r#"{"available":"x"}"#,
        ];
        let count = 1 + self.random.below(3);
        let mut targets: Vec<&str> = Vec::new();
        while targets.len() < count {
            targets.push(if self.random.one_in(3) { *self.random.pick(&bad) } else { *self.random.pick(&good) });
        }
        targets.join(",")
    }
}

/// The optional parameters of a request.
fn random_params(random: &mut Random) -> Vec<(&'static str, &'static str)> {
    const PARAMS: [(&str, &[&str]); 15] = [
        ("CallStatus", &["ringing", "in-progress", "in-progress", "completed", "busy", ""]),
        ("Digits", &["1", "9", "5", "", "#", "11111111", "hangup"]),
        ("SpeechResult", &["One, please.", "nine", "", "<b>"]),
        ("DialCallStatus", &["completed", "answered", "busy", "no-answer", "failed", "canceled", "", "x"]),
        ("DialBridged", &["true", "false", "x"]),
        ("SipResponseCode", &["603", "486", "x"]),
        ("QueueResult", &["bridged", "leave", "hangup", "queue-full", "error", "redirected", ""]),
        ("QueuePosition", &["1", "99", "-1", "x"]),
        ("CurrentQueueSize", &["0", "4", "99999999999"]),
        ("RecordingSid", &["RE00000000000000000000000000000001", "x"]),
        ("StirVerstat", &["TN-Validation-Passed-A", "TN-Validation-Failed", "x"]),
        (
            "From",
            &[
                "anonymous",
                "",
                "client:desk",
                "sip:a@b",
                "sip:+15550100123@pbx.example;transport=udp",
                "sip:%2B15550100123@[::1]",
                "+266696687",
                "+442079460001",
            ],
        ),
        (
            "To",
            &["+15550100002", "sip:201@clinic.sip.twilio.com", "sip:+15550100001@CLINIC.sip.twilio.com:5060", "sip:"],
        ),
        ("ParentCallSid", &[CALL, "CA00000000000000000000000000000009", "x"]),
        ("TranscriptionText", &["Hello <b>", ""]),
    ];
    let mut params = Vec::new();
    for (name, values) in PARAMS {
        if random.one_in(4) {
            params.push((name, *random.pick(values)));
        }
    }
    params
}

/// Every target that a document dials.
fn dialed_targets(xml: &str) -> Vec<String> {
    let mut dialed_targets = Vec::new();
    for noun in ["Client", "Number", "Sip"] {
        for part in xml.split(&format!("<{noun} ")).skip(1) {
            let text = part.split_once('>').unwrap().1.split('<').next().unwrap();
            dialed_targets.push(format!("{noun} {text}"));
        }
        assert!(!xml.contains(&format!("<{noun}>")), "{xml}");
    }
    dialed_targets
}

/// The targets that a document may dial: valid targets of the config, and the people of the chart.
const ALLOWED_TARGETS: [&str; 9] = [
    "Sip sip:agent@agent.example.com",
    "Client desk",
    "Client nurse_2",
    "Number +15550100555",
    "Sip sip:front@pbx.example.com",
    "Client grey_1",
    "Number +15550100777",
    "Client brown_1",
    "Number +12125550188",
];

fn assert_valid(xml: &str, allowed_targets: &[String], about: &dyn Fn() -> String) {
    let findings: Vec<_> =
        check_xml(xml, Some(DocumentKind::Voice)).into_iter().filter(|item| !item.is_warning).collect();
    assert!(findings.is_empty(), "{} {xml} {findings:?}", about());
    for item in dialed_targets(xml) {
        assert!(allowed_targets.contains(&item), "{} {item} {xml}", about());
    }
}

const CHART: [&str; 7] = [
    ADA,
    GREY,
    r#"{"resourceType":"Practitioner","id":"brown","identifier":[{"system":"http://twilio.com/voice/identity","value":"brown_1"}]}"#,
    r#"{"resourceType":"PractitionerRole","id":"r1","practitioner":{"reference":"Practitioner/brown"},"organization":{"reference":"Organization/nurses"},"telecom":[{"system":"phone","value":"(212) 555-0188"}]}"#,
    r#"{"resourceType":"CareTeam","id":"t1","subject":{"reference":"Patient/ada"}}"#,
    r#"{"resourceType":"HealthcareService","id":"ward","availableTime":[{"allDay":true}]}"#,
    r#"{"resourceType":"Communication","id":"c1","sent":"2026-11-01T00:00:00Z","sender":{"reference":"Practitioner/brown"},"recipient":[{"reference":"Patient/ada"}],
        "category":[{"coding":[{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice"}]}]}"#,
];

/// With a valid config, every request to every callback URL gets TwiML.
#[test]
fn valid_configs_answer_every_request() {
    let mut random = Random::new(4);
    let mut own = Random::new(0x9e37_79b9_7f4a_7c15);
    let (mut rang, mut answered) = (0, 0);
    for case in 0..60 {
        let document = random_config::random_config(&mut random);
        let text = document.to_string();
        let config = Config::read(&text).unwrap_or_else(|refused| panic!("{case}: {refused:?} {text}"));
        // A number without a dialplan dials the client whose identity is the number.
        let own_numbers = random_config::CLINIC_NUMBER.iter().map(|number| format!("Client {number}"));
        let allowed_targets: Vec<String> = ALLOWED_TARGETS
            .iter()
            .skip(4)
            .map(|item| (*item).to_owned())
            .chain(named(&document))
            .chain(own_numbers)
            .collect();
        let chart: Vec<&str> = CHART.into_iter().filter(|_| !own.one_in(4)).collect();
        let mut clinic = Clinic::new("").with(&chart);
        clinic.local_time = |_| Some("2026-11-16T10:00:00");
        clinic.config.clone_from(&text);
        clinic.numbers = random_config::CLINIC_NUMBER.join(",");
        let all = all_callbacks(&config);
        assert!(all.len() <= MAX_CALLBACKS);
        for step in &all {
            for _ in 0..2 {
                let called = *own.pick(&random_config::CLINIC_NUMBER);
                let mut params = vec![("Called", called)];
                params.extend(random_params(&mut own));
                if params.iter().all(|(name, _)| *name != "To") {
                    params.push(("To", called));
                }
                // A first request from a browser is an outgoing call. Other tests cover these.
                params.retain(|item| step.kind != CallbackKind::WebhookUrl || *item != ("From", "client:desk"));
                let about = || format!("case {case}, {step:?}, {params:?}, {text}");
                let suffix = step.suffix(false);
                let plumline::runtime::Reply::Twiml(xml) = clinic.reply(&suffix, &params) else {
                    panic!("{}", about())
                };
                // Without a dialplan and follow-ups, the document has no callback URLs.
                let by_default =
                    step.kind == CallbackKind::WebhookUrl && !xml.contains("?step=") && xml.contains("<Dial><Client>");
                // Every webhook URL in a document is one of the callback URLs.
                for part in xml.split(URL).skip(1) {
                    let named = part.split(['"', '<', '#']).next().unwrap().replace("&amp;", "&");
                    assert!(all.iter().any(|step| step.suffix(false) == named), "{named} {}", about());
                }
                if !by_default {
                    assert_valid(&xml, &allowed_targets, &about);
                    rang += dialed_targets(&xml).len();
                }
                assert!(!clinic.log.iter().any(|line| line.contains("DIALPLAN_")), "{} {:?}", about(), clinic.log);
                answered += 1;
                // A repeated request gets the same document, unless the first one changed the chart.
                let again = clinic.reply(&suffix, &params);
                if step.kind != CallbackKind::Queue {
                    assert_eq!(again, plumline::runtime::Reply::Twiml(xml), "{}", about());
                }
            }
        }
    }
    assert!(answered > 1_500 && rang > 200, "{answered} {rang}");
}

/// All targets in a document.
fn named(document: &serde_json::Value) -> Vec<String> {
    let mut found = Vec::new();
    match document {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                let noun = match name.as_str() {
                    "client" => "Client",
                    "number" => "Number",
                    "sip" => "Sip",
                    _ => "",
                };
                if let (Some(text), false) = (value.as_str(), noun.is_empty()) {
                    found.push(format!("{noun} {text}"));
                }
                found.extend(named(value));
            }
        }
        serde_json::Value::Array(elements) => found.extend(elements.iter().flat_map(named)),
        _ => {}
    }
    found
}

/// The configs are not checked, and the chart contains any values.
#[test]
fn unchecked_configs_do_no_harm() {
    let mut generator = ConfigGenerator { random: Random::new(0x2545_f491_4f6c_dd1d) };
    let own = [E164::parse(CLINIC_NUMBER).unwrap(), E164::parse("+15550100002").unwrap()];
    let allowed_targets = ALLOWED_TARGETS.map(str::to_owned);
    let mut apologies = 0;
    for case in 0..300 {
        let text = generator.config();
        let config: Config = serde_json::from_str(&text).unwrap();
        for step in all_callbacks(&config) {
            let mut pairs = vec![("CallSid", CALL)];
            let params = random_params(&mut generator.random);
            pairs.extend(&params);
            for (name, value) in [("From", CALLER), ("To", CLINIC_NUMBER)] {
                if params.iter().all(|(given, _)| *given != name) {
                    pairs.push((name, value));
                }
            }
            let call = Call::read(&pairs).unwrap();
            let caller = Caller::of(&call, Params(&pairs), &own, &config.sip);
            let input = DialplanInput { config: &config, numbers: &own, url: "https://a.example/v?x=1", caller };
            let next = input.next(&step, Params(&pairs), generator.random.one_in(10));
            let mut facts = Facts::at(1_795_000_000_000, &caller);
            for _ in 0..2 {
                for lookup in required_lookups(&input, &next, &facts) {
                    let found = vec![anything(&mut generator.random), anything(&mut generator.random)];
                    facts.learn(&lookup, found, &caller);
                }
            }
            facts.offer_accepted = generator.random.one_in(2);
            let rendered = render(&input, &next, &facts);
            assert_valid(&rendered.twiml, &allowed_targets, &|| format!("case {case}, {step:?}, {pairs:?}, {text}"));
            apologies += usize::from(rendered.twiml.contains("We are sorry."));
        }
    }
    assert!(apologies > 100, "{apologies}");
}

/// A bundle of people, which may be damaged, or another resource.
fn anything(random: &mut Random) -> Option<Json> {
    if random.one_in(5) {
        return None;
    }
    let entries: Vec<String> = CHART
        .iter()
        .filter_map(|resource| {
            if random.one_in(3) {
                return None;
            }
            let mut resource = (*resource).to_owned();
            // Unexpected values.
            for (from, to) in [
                ("\"reference\"", "\"ref\""),
                ("[", "[null,"),
                ("\"value\":", "\"value\":null,\"v\":"),
                ("\"id\":", "\"id\":7,\"i\":"),
                ("\"given\":[", "\"given\":[{},"),
            ] {
                if random.one_in(8) {
                    resource = resource.replacen(from, to, 1 + random.below(3));
                }
            }
            Some(format!(r#"{{"resource":{resource}}}"#))
        })
        .collect();
    Some(match random.below(6) {
        0 => Json::Null,
        1 => json(r#"{"localTimes":["2026-11-16T10:00:00"]}"#),
        _ => json(&format!(r#"{{"entry":[{}]}}"#, entries.join(","))),
    })
}

/// The set of callback URLs does not depend on the parameters of a request.
#[test]
fn every_step_has_its_own_url() {
    let mut generator = ConfigGenerator { random: Random::new(7) };
    for _ in 0..200 {
        let config: Config = serde_json::from_str(&generator.config()).unwrap();
        let mut urls: Vec<String> =
            all_callbacks(&config).iter().map(|step: &CallbackUrl<'_>| step.suffix(false)).collect();
        let count = urls.len();
        urls.sort();
        urls.dedup();
        assert_eq!(urls.len(), count);
    }
}

/// Whatever staff want done with a caller, the caller gets a document that Twilio can read, and that rings only what
/// the instruction and the config name.
#[test]
fn redirected_callers_are_always_answered() {
    let mut random = Random::new(11);
    let mut own = Random::new(12);
    let numbers = random_config::CLINIC_NUMBER.map(|number| E164::parse(number).unwrap());
    let (mut rang, mut held) = (0, 0);
    for case in 0..200 {
        let document = random_config::random_config(&mut random);
        let config = Config::read(&document.to_string()).unwrap();
        let Some(otherwise) = config.transfer.as_ref().map(|transfer| transfer.otherwise.clone()) else { continue };
        let targets = [
            Target::Client("colleague".to_owned()),
            Target::Number("+15550100171".to_owned()),
            Target::Number(random_config::CLINIC_NUMBER[0].to_owned()),
            Target::Number("+19005550101".to_owned()),
        ];
        let targets: Vec<Target> = targets.into_iter().filter(|_| own.one_in(2)).collect();
        let redirected = match own.below(3) {
            0 => Redirected::Action(&otherwise),
            1 => Redirected::Hold { next: URL },
            _ => Redirected::Ring {
                targets,
                back: Some("desk").filter(|_| own.one_in(2)),
                otherwise: Some(otherwise.as_str()).filter(|_| own.one_in(2)),
            },
        };
        let is_held = matches!(redirected, Redirected::Hold { .. });
        let redirected = config.for_redirected(redirected);
        let mut allowed = named(&document);
        allowed.extend(["Client colleague", "Number +15550100171", "Client desk"].map(str::to_owned));
        allowed.extend(ALLOWED_TARGETS.iter().map(|item| (*item).to_owned()));
        for step in all_callbacks(&config) {
            if step.kind != CallbackKind::Transfer && !step.action.starts_with('_') {
                continue;
            }
            let mut pairs = vec![("CallSid", CALL), ("From", CALLER), ("To", random_config::CLINIC_NUMBER[0])];
            pairs.extend(
                random_params(&mut own).into_iter().filter(|(name, _)| !["From", "To", "CallSid"].contains(name)),
            );
            let call = Call::read(&pairs).unwrap();
            let caller = Caller::of(&call, Params(&pairs), &numbers, &redirected.sip);
            let input = DialplanInput { config: &redirected, numbers: &numbers, url: URL, caller };
            let next = input.next(&step, Params(&pairs), false);
            let mut facts = Facts::at(1_795_000_000_000, &caller);
            for lookup in required_lookups(&input, &next, &facts) {
                facts.learn(&lookup, vec![anything(&mut own), anything(&mut own)], &caller);
            }
            let rendered = render(&input, &next, &facts);
            let about = || format!("case {case}, {step:?}, {pairs:?}, {document}");
            assert_valid(&rendered.twiml, &allowed, &about);
            assert!(!rendered.codes.iter().any(|(code, _)| code.as_str().starts_with("DIALPLAN_")), "{}", about());
            if step.kind == CallbackKind::Transfer {
                assert!(!rendered.twiml.ends_with("<Response/>"), "{}", about());
                held += usize::from(is_held && rendered.twiml.contains("<Redirect>"));
                rang += usize::from(rendered.twiml.contains("colleague"));
            }
        }
    }
    assert!(rang > 5 && held > 10, "{rang} {held}");
}
