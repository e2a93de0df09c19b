// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The TwiML of every verb.

use plumline::runtime::Reply;

use crate::dialplan::clinic::{ADA, CALL, CLINIC_NUMBER, Clinic, GREY, LEG};
use crate::fault::{Fault, Faults};
use crate::json::{reference, text};

const STEP: &str = "https://fhir.example.com/webhook/1?step=";

fn first(verbs: &str) -> String {
    Clinic::with_verbs(verbs, "").call()
}

#[test]
fn say_and_play_write_twiml() {
    assert_eq!(
        first(r#"[{"say":{"text":"Good day & welcome."}},{"hangup":{}}]"#),
        "<Say>Good day &amp; welcome.</Say><Hangup/>"
    );
    assert_eq!(
        first(
            r#"[{"say":{"text":"Hi","voice":"Polly.Amy-Neural","language":"en-GB","times":2}},{"pause":2},
                {"play":{"url":"https://example.com/a.mp3?x=1&y=2","times":3}},{"play":{"url":"https://example.com/b.mp3"}},{"hangup":{}}]"#
        ),
        "<Say voice=\"Polly.Amy-Neural\" language=\"en-GB\" loop=\"2\">Hi</Say><Pause length=\"2\"/>\
         <Play loop=\"3\">https://example.com/a.mp3?x=1&amp;y=2</Play><Play>https://example.com/b.mp3</Play><Hangup/>"
    );
    assert_eq!(
        first(r#"[{"redirect":{"url":"https://example.com/else"}}]"#),
        "<Redirect>https://example.com/else</Redirect>"
    );
}

#[test]
fn ssml_is_written_as_elements() {
    let ssml = r#"Hold <break time="1s"/><say-as interpret-as="digits">12 &amp; 3</say-as> &lt;ok&gt; <prosody rate="slow"><s>now</s></prosody>"#;
    let verbs = format!(r#"[{{"say":{{"ssml":{ssml:?}}}}},{{"hangup":{{}}}}]"#);
    assert_eq!(first(&verbs), format!("<Say>{ssml}</Say><Hangup/>"));
}

#[test]
fn each_language_has_its_voice() {
    let rest = r#""voice":"Polly.Joanna","language":"en-US","dialplans":{"main":[{"then":"first"}]},"actions":{"first":[
        {"say":{"text":{"en":"Hello","es-US":"Hola"}}},{"language":"es-US"},{"say":{"text":{"en":"Hello","es":"Hola"}}},
        {"say":{"text":"x","voice":"Polly.Lupe"}},{"language":"en-US"},{"say":{"text":"y"}},{"hangup":{}}]}"#;
    assert_eq!(
        Clinic::new(rest).call(),
        "<Say voice=\"Polly.Joanna\" language=\"en-US\">Hello</Say><Say language=\"es-US\">Hola</Say>\
         <Say voice=\"Polly.Lupe\" language=\"es-US\">x</Say><Say voice=\"Polly.Joanna\" language=\"en-US\">y</Say><Hangup/>"
    );
    let mut clinic = Clinic::new(
        r#""voice":"Polly.Joanna","dialplans":{"main":[{"then":"a"}]},"actions":{"a":[{"say":{"text":{"en":"Hello","fr":"Bonjour"}}},{"hangup":{}}]}"#,
    );
    clinic.config = clinic.config.replace(r#""dialplan":"main""#, r#""dialplan":"main","language":"fr-CA""#);
    assert_eq!(clinic.call(), "<Say language=\"fr-CA\">Bonjour</Say><Hangup/>");
    // A text that lacks the caller's language is spoken in the language that it has.
    let rest = r#""voice":"Polly.Joanna","language":"en-US","dialplans":{"main":[{"then":"first"}]},"actions":{"first":[
        {"say":{"text":{"es-US":"Hola"}}},{"language":"es-US"},{"say":{"text":{"en":"Hello"}}},{"say":{"ssml":{"en-GB":"<p>Hello</p>"}}},
        {"greet":{"patient":{"en-US":"{name}"},"neutral":{"fr-FR":"Bonjour"}}},{"say":{"text":{"it":"Ciao"}}},{"hangup":{}}]}"#;
    let mut clinic = Clinic::new(rest);
    assert_eq!(
        clinic.call(),
        "<Say language=\"es-US\">Hola</Say><Say voice=\"Polly.Joanna\" language=\"en-US\">Hello</Say>\
         <Say voice=\"Polly.Joanna\" language=\"en-GB\"><p>Hello</p></Say><Say language=\"fr-FR\">Bonjour</Say>\
         <Say language=\"es-US\">Ciao</Say><Hangup/>"
    );
}

#[test]
fn only_a_patient_is_greeted_by_name() {
    let greet = r#"[{"greet":{"patient":"Good day, {name}.","neutral":"Good day."}},{"hangup":{}}]"#;
    let twiml = |resources: &[&str]| Clinic::with_verbs(greet, "").with(resources).call();
    assert_eq!(twiml(&[ADA]), "<Say>Good day, Ada.</Say><Hangup/>");
    assert_eq!(twiml(&[]), "<Say>Good day.</Say><Hangup/>");
    let other = |from: &str, to: &str| ADA.replace(r#""id":"ada""#, r#""id":"bob""#).replace(from, to);
    // Two patients share a number, so neither is greeted by name. If one no longer has the number, the other one is.
    assert_eq!(twiml(&[ADA, &other("Ada", "Bob")]), "<Say>Good day.</Say><Hangup/>");
    for (from, to) in [
        (r#""use":"mobile""#, r#""use":"old""#),
        (r#""active":true"#, r#""active":false"#),
        (r#""active":true"#, r#""link":[{"type":"replaced-by","other":{"reference":"Patient/ada"}}]"#),
        (r#""use":"mobile""#, r#""period":{"end":"2020-01-01"}"#),
        (r#""use":"mobile""#, r#""period":{"end":"2020"}"#),
        (r#""use":"mobile""#, r#""period":{"start":"2099-01-01"}"#),
        (r#""system":"phone""#, r#""system":"fax""#),
    ] {
        assert_eq!(twiml(&[ADA, &other(from, to)]), "<Say>Good day, Ada.</Say><Hangup/>", "{to}");
        assert_eq!(twiml(&[&other(from, to)]), "<Say>Good day.</Say><Hangup/>", "{to}");
    }
    // A name that cannot be spoken is ignored.
    for name in [r"", r"\u0001", "1234", "<b>", "A\\u202eB", "x".repeat(61).as_str()] {
        let nameless = ADA.replace("Augusta", name).replace("Ada", name);
        assert_eq!(twiml(&[&nameless]), "<Say>Good day.</Say><Hangup/>", "{name}");
    }
    assert_eq!(twiml(&[&ADA.replace("Ada", "")]), "<Say>Good day, Augusta.</Say><Hangup/>");
    assert_eq!(twiml(&[&ADA.replace("Ada", "Zoë-Marie O’Neil")]), "<Say>Good day, Zoë-Marie O’Neil.</Say><Hangup/>");
}

#[test]
fn a_patient_is_found_by_every_common_format_of_the_number() {
    let greet = r#"[{"greet":{"patient":"{name}","neutral":"Hello."}},{"hangup":{}}]"#;
    for typed in [
        "+15550100123",
        "15550100123",
        "5550100123",
        "555-010-0123",
        "+1 (555) 010-0123",
        "1-555-010-0123",
        "555.010.0123",
        "(555)010-0123",
    ] {
        let patient = ADA.replace("(555) 010-0123", typed);
        assert_eq!(Clinic::with_verbs(greet, "").with(&[&patient]).call(), "<Say>Ada</Say><Hangup/>", "{typed}");
    }
    let british = ADA.replace("(555) 010-0123", "0044 2079460001");
    let mut clinic = Clinic::with_verbs(greet, "").with(&[&british]);
    assert_eq!(clinic.request("", &[("From", "+442079460001")]), "<Say>Ada</Say><Hangup/>");
    assert_eq!(clinic.request("", &[("From", "anonymous")]), "<Say>Hello.</Say><Hangup/>");
    assert_eq!(clinic.round_trips(), 0);
    // A number with another calling code does not match.
    for (typed, from) in [
        ("7025550123", "+917025550123"),
        ("5550100099", "+525550100099"),
        ("13125550123", "+8613125550123"),
        ("020 7946 0001", "+442079460001"),
    ] {
        let mut clinic = Clinic::with_verbs(greet, "").with(&[&ADA.replace("(555) 010-0123", typed)]);
        assert_eq!(clinic.request("", &[("From", from)]), "<Say>Hello.</Say><Hangup/>", "{typed}");
        assert_eq!(clinic.record(), None);
    }
}

#[test]
fn a_number_of_the_clinic_and_a_withheld_number_are_not_searched_for() {
    let greet = r#"[{"greet":{"patient":"{name}","neutral":"Hello."}},{"hangup":{}}]"#;
    for number in [CLINIC_NUMBER, "+15550100002", "+266696687"] {
        let placeholder = ADA.replace("(555) 010-0123", number);
        let mut clinic = Clinic::with_verbs(greet, "").with(&[&placeholder]);
        let response = clinic.request("", &[("CallStatus", "ringing"), ("From", number)]);
        assert_eq!((&*response, clinic.fhir.batches.len()), ("<Say>Hello.</Say><Hangup/>", 0), "{number}");
        clinic.complete_from(number);
        assert!(clinic.fhir.of_type("Communication")[0].get("subject").is_none(), "{number}");
    }
}

#[test]
fn too_many_patients_with_one_number_are_not_unique() {
    let greet = r#"[{"greet":{"patient":"{name}","neutral":"Hello."}},{"hangup":{}}]"#;
    let old = ADA.replace("555) 010-0123\"", "555) 010-0123\",\"use\":\"old\"");
    assert_ne!(old, ADA);
    let others: Vec<String> = (0..4).map(|n| old.replace("\"ada\"", &format!("\"old-{n}\""))).collect();
    let other = ADA.replace("\"ada\"", "\"other\"");
    let mut all: Vec<&str> = others.iter().map(String::as_str).collect();
    all.push(ADA);
    assert_eq!(Clinic::with_verbs(greet, "").with(&all).call(), "<Say>Ada</Say><Hangup/>");
    all.push(&other);
    assert_eq!(Clinic::with_verbs(greet, "").with(&all).call(), "<Say>Hello.</Say><Hangup/>");
}

#[test]
fn the_patient_who_is_found_is_recorded() {
    let mut clinic =
        Clinic::with_verbs(r#"[{"greet":{"patient":"{name}","neutral":"Hello."}},{"hangup":{}}]"#, "").with(&[ADA]);
    clinic.call();
    // One round trip reads patients and related persons. Nothing is written while the caller waits.
    assert_eq!(clinic.batch_sizes(), [2]);
    clinic.complete();
    // One round trip reads the record, patients and related persons. A second one writes.
    assert_eq!(clinic.batch_sizes()[1], 1);
    assert_eq!(clinic.fhir.requests()[1], ["POST Communication"]);
    let record = clinic.record().unwrap();
    assert_eq!(text(record, &["subject", "reference"]), "Patient/ada");
    assert_eq!(text(record, &["sender", "reference"]), "Patient/ada");
    // A repeated request gets the same document and creates no resource.
    assert_eq!(clinic.call(), "<Say>Ada</Say><Hangup/>");
    assert_eq!((clinic.round_trips(), clinic.fhir.resources.len()), (1, 2));
    // Without a lookup, the first request does not create the record. A callback creates it.
    let mut clinic = Clinic::with_verbs(r#"[{"say":{"text":"x"}},{"hangup":{}}]"#, "").with(&[ADA]);
    clinic.call();
    assert_eq!((clinic.round_trips(), clinic.record()), (0, None));
}

const MENU: &str = r#"[{"say":{"text":"Welcome."}},{"menu":{"prompt":{"text":{"en":"One.","es":"Uno."}},"invalid":{"text":"No."},"retries":1,"timeout":7,
    "options":[{"digits":"1","speech":["refill","new refill"],"then":"refill"},{"digits":"9","language":"es-US"},
        {"digits":"0","language":"es-US","then":"desk"},{"digits":"*","then":"first"}],"otherwise":"bye"}}]"#;
const REST: &str = r#""refill":[{"say":{"text":"Refill."}},{"hangup":{}}],"desk":[{"say":{"text":{"en":"Desk.","es":"Recepción."}}},{"hangup":{}}],"bye":[{"say":{"text":"Bye."}},{"hangup":{}}]"#;

fn gather(n: &str, language: &str, prompt: &str) -> String {
    let (speaks, step) = match language {
        "" => (String::new(), format!("{STEP}menu.first{n}")),
        tag => (format!(" language=\"{tag}\""), format!("{STEP}menu.first{n}&amp;language={tag}")),
    };
    format!(
        "<Gather input=\"dtmf speech\" timeout=\"7\" numDigits=\"1\" finishOnKey=\"\" speechTimeout=\"auto\" hints=\"refill,new refill\"{speaks} action=\"{step}\">\
         <Say{speaks}>{prompt}</Say></Gather><Redirect>{step}</Redirect>"
    )
}

#[test]
fn a_menu_is_repeated_and_then_continues() {
    let mut clinic = Clinic::with_verbs(MENU, REST);
    assert_eq!(clinic.call(), format!("<Say>Welcome.</Say>{}", gather("", "", "One.")));
    // After silence, the menu is repeated. After a wrong key, an error message precedes it.
    assert_eq!(clinic.request("?step=menu.first", &[]), gather(".1", "", "One."));
    for digits in ["2", "11", "#", "", "12345678901234567890"] {
        let apology = if digits.is_empty() { "" } else { "<Say>No.</Say>" };
        assert_eq!(
            clinic.request("?step=menu.first", &[("Digits", digits)]),
            format!("{apology}{}", gather(".1", "", "One.")),
            "{digits}"
        );
    }
    assert_eq!(
        clinic.request("?step=menu.first", &[("SpeechResult", "What?")]),
        format!("<Say>No.</Say>{}", gather(".1", "", "One."))
    );
    for choice in [&[][..], &[("Digits", "2")], &[("SpeechResult", "What?")]] {
        assert_eq!(clinic.request("?step=menu.first.1", choice), "<Say>Bye.</Say><Hangup/>");
    }
    for step in ["?step=menu.first", "?step=menu.first.1"] {
        assert_eq!(clinic.request(step, &[("Digits", "1")]), "<Say>Refill.</Say><Hangup/>");
        assert_eq!(
            clinic.request(step, &[("SpeechResult", "A new REFILL, please."), ("Confidence", "0.9")]),
            "<Say>Refill.</Say><Hangup/>"
        );
    }
    // The option switches back to the previous language.
    assert!(clinic.request("?step=menu.first.1", &[("Digits", "*")]).starts_with("<Say>Welcome.</Say><Gather"));
    // The caller has hung up.
    assert_eq!(clinic.request("?step=menu.first", &[("Digits", "1"), ("CallStatus", "completed")]), "<Response/>");
    assert_eq!(clinic.round_trips(), 0);
}

#[test]
fn a_chosen_language_is_kept() {
    let mut clinic = Clinic::with_verbs(MENU, REST);
    assert_eq!(clinic.request("?step=menu.first.1", &[("Digits", "9")]), gather("", "es-US", "Uno."));
    assert_eq!(clinic.request("?step=menu.first&language=es-US", &[]), gather(".1", "es-US", "Uno."));
    assert_eq!(
        clinic.request("?step=menu.first.1&language=es-US", &[("Digits", "0")]),
        "<Say language=\"es-US\">Recepción.</Say><Hangup/>"
    );
    assert_eq!(clinic.request("?step=menu.first.1&language=es-US", &[]), "<Say language=\"es-US\">Bye.</Say><Hangup/>");
}

#[test]
fn a_menu_accepts_the_input_that_its_options_need() {
    let gather = |options: &str| {
        let verbs = format!(r#"[{{"menu":{{"prompt":{{"text":"Choose."}},"options":{options},"otherwise":"bye"}}}}]"#);
        let twiml = Clinic::with_verbs(&verbs, REST).call();
        twiml.split(" action=").next().unwrap().to_owned()
    };
    assert_eq!(
        gather(r#"[{"digits":"1","then":"bye"},{"digits":"22","then":"bye"}]"#),
        "<Gather input=\"dtmf\" timeout=\"5\" numDigits=\"2\""
    );
    assert_eq!(
        gather(r##"[{"digits":"#","then":"bye"},{"digits":"22","then":"bye"}]"##),
        "<Gather input=\"dtmf\" timeout=\"5\" numDigits=\"2\" finishOnKey=\"\""
    );
    assert_eq!(
        gather(r#"[{"speech":["yes"],"then":"bye"}]"#),
        "<Gather input=\"speech\" timeout=\"5\" speechTimeout=\"auto\" hints=\"yes\""
    );
}

#[test]
fn a_voicemail_is_recorded() {
    let mail = r#"[{"voicemail":{"greeting":{"text":"Speak."},"maxLength":60,"transcribe":true,"farewell":{"text":"Thanks."}}}]"#;
    let mut clinic = Clinic::with_verbs(mail, "");
    assert_eq!(
        clinic.call(),
        format!(
            "<Say>Speak.</Say><Record action=\"{STEP}voicemail.first\" maxLength=\"60\" playBeep=\"true\" \
             recordingStatusCallback=\"{STEP}recording.first#rc=3&amp;rp=all\" transcribe=\"true\" \
             transcribeCallback=\"{STEP}transcription.first#rc=3&amp;rp=all\"/><Say>Thanks.</Say><Hangup/>"
        )
    );
    let recorded = [
        ("RecordingSid", "RE00000000000000000000000000000001"),
        ("RecordingDuration", "7"),
        ("RecordingUrl", "https://example.com/r"),
    ];
    assert_eq!(clinic.request("?step=voicemail.first", &recorded), "<Say>Thanks.</Say><Hangup/>");
    assert_eq!(clinic.round_trips(), 0);
    // The recording callback has the same recording, and names the mailbox.
    let available = [&recorded[..], &[("RecordingStatus", "completed"), ("RecordingSource", "RecordVerb")]].concat();
    assert_eq!(clinic.request("?step=recording.first", &available), "<Response/>");
    let record = clinic.record().unwrap().write();
    assert!(
        record.contains("RE00000000000000000000000000000001")
            && record.contains(r#""url":"mailbox","valueString":"first""#),
        "{record}"
    );
    // The caller ends the message by hanging up.
    let gone = [&recorded[..], &[("CallStatus", "completed"), ("Digits", "hangup")]].concat();
    assert_eq!(clinic.request("?step=voicemail.first", &gone), "<Response/>");
    assert!(clinic.record().unwrap().write().contains(r#""url":"outcome","valueCode":"voicemail""#));
    let without_server_fields = Clinic::with_verbs(r#"[{"voicemail":{"greeting":{"text":"Speak."}}}]"#, "").call();
    assert!(
        without_server_fields.contains(" maxLength=\"120\" ") && without_server_fields.ends_with("rp=all\"/><Hangup/>"),
        "{without_server_fields}"
    );
}

#[test]
fn the_transcription_of_a_message_is_stored() {
    let mut clinic = Clinic::with_verbs(r#"[{"greet":{"patient":"{name}","neutral":"Hello."}},{"voicemail":{"greeting":{"text":"Speak."},"transcribe":true}}]"#, "").with(&[ADA]);
    clinic.call();
    clinic.complete();
    let params = [
        ("TranscriptionSid", "TR00000000000000000000000000000001"),
        ("TranscriptionStatus", "completed"),
        ("TranscriptionText", "A message."),
    ];
    for _ in 0..2 {
        assert_eq!(clinic.request("?step=transcription", &params), "<Response/>");
    }
    let words = clinic.with_text("A message.");
    assert_eq!(words.len(), 1);
    let call = reference(clinic.record().unwrap());
    assert_eq!(text(words[0], &["partOf", "0", "reference"]), call);
    assert_eq!(text(words[0], &["subject", "reference"]), "Patient/ada");
    for (failing, fault) in [(0, Fault::EachRefused(403)), (1, Fault::TimedOut), (1, Fault::EachRefused(403))] {
        clinic.fhir.resources.retain(|item| !item.write().contains("A message."));
        clinic.faults = Faults::at(failing, fault);
        assert!(matches!(clinic.reply("?step=transcription", &params), Reply::Broken(_)), "{failing}");
    }
    // Words of the mailbox make the message urgent. The record has the priority, and no word.
    let mut urgent = Clinic::with_verbs(
        r#"[{"voicemail":{"greeting":{"text":"Speak."},"transcribe":true,"task":{"urgent":{"words":["a message"]}}}}]"#,
        "",
    );
    urgent.complete();
    urgent.request("?step=transcription.first", &params);
    let record = urgent.record().unwrap().write();
    assert!(record.contains(r#""url":"priority","valueString":"urgent""#) && !record.contains("A message"), "{record}");
    // If the searches for people are too slow, the record is read alone.
    clinic.fhir.resources.retain(|item| !item.write().contains("A message."));
    clinic.faults = Faults::at(0, Fault::TimedOut);
    assert!(matches!(clinic.reply("?step=transcription", &params), Reply::Twiml(_)));
    assert_eq!(clinic.with_text("A message.").len(), 1);
    clinic.faults = Faults::NONE;
    // The bot repeats a write with an unknown result. The resource is created once.
    clinic.fhir.resources.retain(|item| !item.write().contains("A message."));
    clinic.faults = Faults::at(1, Fault::RequestLost);
    assert_eq!(clinic.request("?step=transcription", &params), "<Response/>");
    assert_eq!(clinic.with_text("A message.").len(), 1);
    // The bot does not search for an invalid SID and does not store it.
    for sid in ["TR1&_count=0", "TR../../x", "RE00000000000000000000000000000001", "TR0000000000000000000000000000000 "]
    {
        let strange = [("TranscriptionSid", sid), ("TranscriptionText", "Another.")];
        assert_eq!(clinic.request("?step=transcription", &strange), "<Response/>", "{sid}");
        assert!(clinic.with_text("Another.").is_empty(), "{sid}");
    }
    assert_eq!(clinic.request("?step=transcription", &params), "<Response/>");
    assert!(clinic.round_trips() <= 4, "read and written in one batch each, twice");
    clinic.faults = Faults::NONE;
    assert_eq!(
        clinic.request("?step=transcription", &[("TranscriptionSid", "TR1"), ("TranscriptionStatus", "failed")]),
        "<Response/>"
    );
}

#[test]
fn a_caller_joins_a_conference() {
    let room = r#"[{"conference":{"name":"Team","waitForStaff":true,"music":"https://example.com/m.mp3","maxParticipants":3,"then":"bye"}}]"#;
    let mut clinic = Clinic::with_verbs(room, REST);
    assert_eq!(
        clinic.call(),
        format!(
            "<Dial action=\"{STEP}conference.first\"><Conference startConferenceOnEnter=\"false\" \
             waitUrl=\"https://example.com/m.mp3\" waitMethod=\"GET\" maxParticipants=\"3\" \
             statusCallback=\"{STEP}status#rc=3&amp;rp=all\" statusCallbackEvent=\"start end join leave\">Team</Conference></Dial>"
        )
    );
    assert_eq!(clinic.request("?step=conference.first", &[("DialCallStatus", "answered")]), "<Say>Bye.</Say><Hangup/>");
    // An event of the conference itself is acknowledged. The events of each call show its participants.
    let event = [("ConferenceSid", "CF1"), ("StatusCallbackEvent", "participant-join"), ("CallStatus", "in-progress")];
    assert_eq!(clinic.request("?step=status", &event), "<Response/>");
    let without_server_fields = Clinic::with_verbs(r#"[{"conference":{"name":"Team"}}]"#, "").call();
    assert!(without_server_fields.starts_with("<Dial><Conference statusCallback="), "{without_server_fields}");
}

#[test]
fn a_recorded_call_is_announced_to_both_sides() {
    let rest = r#""recording":{"inbound":true,"announcement":{"text":"Recorded."}},"dialplans":{"main":[{"then":"a"}]},
        "actions":{"a":[{"dial":{"targets":[{"client":"desk"}],"otherwise":"b"}}],"b":[{"conference":{"name":"Team"}}]}"#;
    let mut clinic = Clinic::new(rest);
    assert_eq!(
        clinic.call(),
        format!(
            "<Say>Recorded.</Say><Dial action=\"{STEP}dial.a\" timeout=\"20\" record=\"record-from-answer-dual\" \
             recordingStatusCallback=\"{STEP}recording#rc=3&amp;rp=all\"><Client {LEG} url=\"{STEP}announce\">desk</Client></Dial>"
        )
    );
    // Twilio requests the announcement for the callee's leg, with the parameters of a dialed leg.
    let leg =
        [("Direction", "outbound-dial"), ("From", "+15550100123"), ("To", "client:desk"), ("ParentCallSid", CALL)];
    assert_eq!(clinic.request("?step=announce", &leg), "<Say>Recorded.</Say>");
    assert!(clinic.request("?step=dial.a", &[("DialCallStatus", "busy")]).contains("record=\"record-from-start\""));
}

#[test]
fn a_call_is_rejected_before_it_is_answered() {
    assert_eq!(first(r#"[{"reject":{}}]"#), "<Reject reason=\"rejected\"/>");
    assert_eq!(first(r#"[{"reject":{"reason":"busy"}}]"#), "<Reject reason=\"busy\"/>");
    let mut clinic = Clinic::with_verbs(r#"[{"goto":"no"}]"#, r#""no":[{"reject":{}}]"#);
    assert_eq!(clinic.call(), "<Reject reason=\"rejected\"/>");
}

#[test]
fn an_unknown_step_is_refused() {
    let mut clinic = Clinic::with_verbs(MENU, REST).with(&[GREY]);
    for forged in [
        "?step=menu.bye",
        "?step=menu.first.2",
        "?step=menu.first&language=fr",
        "?step=",
        "?x=1",
        "?step=menu.first#x",
        "?step=dial.first",
        "?step=MENU.first",
    ] {
        let reply = clinic.reply(forged, &[("Digits", "1")]);
        let fits = forged == "?step=menu.first#x";
        assert_eq!(matches!(reply, Reply::Forbidden(_)), !fits, "{forged} {reply:?}");
    }
}

#[test]
fn a_caller_who_heard_a_closing_notice_is_served() {
    let verbs =
        r#"[{"say":{"text":"We are closed today. Our address is on our website."}},{"hangup":{"served":true}}]"#;
    let mut clinic = Clinic::with_verbs(verbs, "");
    clinic.config = clinic.config.replacen('{', r#"{"tasks":{"on":["missed"]},"#, 1);
    let twiml = clinic.call();
    assert!(twiml.ends_with("<Redirect>https://fhir.example.com/webhook/1?step=served.first</Redirect>"), "{twiml}");
    assert_eq!(clinic.round_trips(), 0);
    // The caller hung up before the end of the notice.
    clinic.complete();
    assert!(!clinic.record().unwrap().write().contains("served"));
    let mut clinic = Clinic { config: clinic.config, ..Clinic::new("") };
    assert_eq!(clinic.request("?step=served.first", &[]), "<Hangup/>");
    assert_eq!(clinic.round_trips(), 2);
    clinic.complete();
    let record = clinic.record().unwrap().write();
    assert!(record.contains(r#""url":"served","valueBoolean":true"#) && record.contains("outcome=served"), "{record}");
}
