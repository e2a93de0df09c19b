// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The emergency advice.

use crate::dialplan::clinic::{CALL, Clinic};
use crate::fault::{FAILURES, Faults};

const ADVICE: &str = "<Say>If this is an emergency, hang up and dial 9 1 1.</Say>";

fn clinic() -> Clinic {
    Clinic::new(
        r#""dialplans":{"main":[{"then":"first"}]},
        "emergency":{"digits":"9","speech":["chest pain","emergency"],"advice":{"text":"If this is an emergency, hang up and dial {number}."}},
        "tasks":{"on":["missed","emergency"]},
        "actions":{"first":[{"menu":{"prompt":{"text":"What?"},"retries":1,"options":[{"digits":"1","then":"wait"},{"digits":"2","speech":["my chest pain clinic"],"then":"mail"}],"otherwise":"mail"}}],
            "wait":[{"queue":{"name":"q","otherwise":"mail"}}],
            "mail":[{"voicemail":{"greeting":{"text":"Speak."}}}]}"#,
    )
}

fn advised(clinic: &Clinic) -> bool {
    clinic.record().is_some_and(|record| {
        let record = record.write();
        let has_line = record.contains("emergency=advised");
        assert_eq!(has_line, record.contains(r#""url":"emergencyAdvice","valueBoolean":true"#), "{record}");
        has_line
    })
}

#[test]
fn every_menu_has_the_advice() {
    let mut clinic = clinic();
    let menu = clinic.call();
    assert!(menu.contains(r#"input="dtmf speech""#) && menu.contains(r#"numDigits="1""#), "{menu}");
    assert!(menu.contains(r#"hints="my chest pain clinic,chest pain,emergency""#), "{menu}");
    let said = |clinic: &mut Clinic, more: &[(&str, &str)]| clinic.request("?step=menu.first.1", more);
    assert_eq!(clinic.round_trips(), 0);
    for more in [("Digits", "9"), ("SpeechResult", "I have chest pain"), ("SpeechResult", "My chest pain clinic")] {
        let mut clinic = self::clinic();
        let again = said(&mut clinic, &[more]);
        // The menu follows, and this was no invalid choice.
        assert!(again.starts_with(&format!("{ADVICE}<Gather")) && again.contains("step=menu.first.1"), "{again}");
        assert!(advised(&clinic));
        assert_eq!(clinic.round_trips(), 2);
    }
    for more in [("Digits", "1"), ("SpeechResult", "This is not an emergency"), ("Digits", "99")] {
        let mut clinic = self::clinic();
        assert!(!said(&mut clinic, &[more]).contains(ADVICE), "{more:?}");
        assert!(!advised(&clinic));
    }
}

#[test]
fn a_waiting_caller_reaches_the_advice_by_a_key() {
    let mut clinic = clinic();
    let position = [("QueuePosition", "2")];
    let wait = clinic.request("?step=wait.wait", &position);
    assert!(wait.contains("step=offer.wait"), "{wait}");
    let advice = clinic.request("?step=offer.wait", &[("Digits", "9"), ("QueuePosition", "2")]);
    assert!(advice.starts_with(ADVICE) && advice.ends_with(&wait), "{advice}");
    assert!(advised(&clinic));
    assert_eq!(clinic.request("?step=offer.wait", &[("Digits", "8"), ("QueuePosition", "2")]), wait);
}

/// The advice never depends on the chart.
#[test]
fn the_caller_hears_the_advice_although_the_chart_fails() {
    for fault in FAILURES {
        let mut clinic = clinic();
        clinic.faults = Faults::always(fault);
        let advice = clinic.request("?step=menu.first", &[("Digits", "9")]);
        assert!(advice.starts_with(ADVICE), "{fault:?} {advice}");
        assert!(clinic.log.iter().any(|line| line.starts_with("plumline: CHART_")), "{:?}", clinic.log);
        assert!(!clinic.log.iter().any(|line| line.contains(CALL) || line.contains("chest")), "{:?}", clinic.log);
        assert!(clinic.retry() <= 3_000);
    }
}

#[test]
fn the_number_is_that_of_the_called_country_or_of_the_config() {
    let mut clinic = clinic();
    clinic.config = clinic.config.replace("+15550100001", "+442079460001");
    clinic.numbers = "+442079460001".to_owned();
    let called = [("To", "+442079460001"), ("Called", "+442079460001"), ("Digits", "9")];
    assert!(clinic.request("?step=menu.first", &called).contains("dial 9 9 9."));
    clinic.config = clinic.config.replace(r#""emergency":{"#, r#""emergency":{"number":"112","#);
    assert!(clinic.request("?step=menu.first", &called).contains("dial 1 1 2."));
}

/// Free speech also reaches the advice. Digits do not, because a number may have them.
#[test]
fn a_question_by_speech_has_the_advice() {
    let mut clinic = clinic();
    let ask = r#""actions":{"why":[{"ask":{"prompt":{"text":"Why do you call?"},"input":"speech","answer":{"format":"text"},"then":"mail","otherwise":"mail"}}],"#;
    clinic.config = clinic.config.replace(r#""actions":{"#, ask).replace(r#""1","then":"wait""#, r#""1","then":"why""#);
    let said = |clinic: &mut Clinic, speech| clinic.request("?step=ask.why", &[("SpeechResult", speech)]);
    let again = said(&mut clinic, "I have chest pain");
    assert!(again.starts_with(&format!("{ADVICE}<Gather")) && again.contains("Why do you call?"), "{again}");
    assert!(advised(&clinic));
    let answered = said(&mut clinic, "I need a refill");
    assert!(answered.contains("Speak."), "{answered}");
}
