// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Configs that the reader refuses. The engine is safe even if they are not checked.

use plumline::dialplan::{
    Call, CallbackUrl, Caller, Config, DialplanInput, Facts, Params, Rendered, VerbOutcome, render, required_lookups,
};
use plumline::phone::E164;

use crate::dialplan::clinic::{CALL, CALLER, CLINIC_NUMBER};

/// The first document of a call. The chart is not available.
fn first_document(rest: &str) -> Rendered {
    let numbers = r#""numbers":{"+15550100001":{"name":"front","dialplan":"main"}}"#;
    let config: Config = serde_json::from_str(&format!("{{{numbers},{rest}}}")).unwrap();
    let own = [E164::parse(CLINIC_NUMBER).unwrap()];
    let pairs = [("CallSid", CALL), ("From", CALLER), ("To", CLINIC_NUMBER)];
    let call = Call::read(&pairs).unwrap();
    let caller = Caller::of(&call, Params(&pairs), &own, &config.sip);
    let input = DialplanInput { config: &config, numbers: &own, url: "https://fhir.example.com/webhook/1", caller };
    let next = input.next(&CallbackUrl::WEBHOOK, Params(&pairs), false);
    let mut facts = Facts::at(0, &caller);
    for lookup in required_lookups(&input, &next, &facts) {
        facts.learn(&lookup, Vec::new(), &caller);
    }
    let mut rendered = render(&input, &next, &facts);
    let start = r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#;
    rendered.twiml = rendered.twiml.strip_prefix(start).unwrap().strip_suffix("</Response>").unwrap().to_owned();
    rendered
}

fn with_verbs(verbs: &str, rest: &str) -> Rendered {
    let comma = if rest.is_empty() { "" } else { "," };
    first_document(&format!(
        r#""dialplans":{{"main":[{{"then":"first"}}]}},"actions":{{"first":{verbs}{comma}{rest}}}"#
    ))
}

fn codes(rendered: &Rendered) -> Vec<(&str, &str)> {
    rendered.codes.iter().map(|(code, place)| (code.as_str(), place.as_str())).collect()
}

const APOLOGY: &str =
    "<Say>We are sorry. Your call cannot be completed at the moment. Please try again later.</Say><Hangup/>";

#[test]
fn a_loop_ends_with_an_apology() {
    for (verbs, rest, code, place) in [
        (r#"[{"say":{"text":"x"}},{"goto":"first"}]"#, "", "DIALPLAN_LOOP", "actions.first"),
        (r#"[{"goto":"b"}]"#, r#""b":[{"goto":"first"}]"#, "DIALPLAN_LOOP", "actions.first"),
        (r#"[{"goto":"nowhere"}]"#, "", "DIALPLAN_UNDEFINED", "actions.nowhere"),
        (r#"[{"dial":{"targets":[],"otherwise":"first"}}]"#, "", "DIALPLAN_LOOP", "actions.first"),
    ] {
        let rendered = with_verbs(verbs, rest);
        assert_eq!((rendered.twiml.as_str(), codes(&rendered)), (APOLOGY, vec![(code, place)]), "{verbs}");
    }
}

#[test]
fn a_premium_rate_number_is_not_dialed() {
    let dial = r#"[{"dial":{"targets":[{"number":"+19005550123"},{"client":"desk"}],"otherwise":"first"}}]"#;
    let twiml = with_verbs(dial, "").twiml;
    assert!(twiml.contains(">desk</Client>") && !twiml.contains("+1900"), "{twiml}");
}

#[test]
fn a_call_without_a_matching_rule_gets_an_apology() {
    let rendered = first_document(r#""dialplans":{"main":[{"when":{"anonymous":true},"then":"a"}]}"#);
    assert_eq!((rendered.twiml.as_str(), codes(&rendered)), (APOLOGY, vec![("DIALPLAN_UNDEFINED", "")]));
}

#[test]
fn a_character_that_xml_does_not_allow_gives_an_apology() {
    for wrong in ["<break", "<s>", "</s>", "<s></p>", "<!-- x -->", "&nbsp;", "<s a=b/>", "a <s>b</s></s>", "<script/>"]
    {
        let rendered = with_verbs(&format!(r#"[{{"say":{{"ssml":{wrong:?}}}}}]"#), "");
        assert_eq!((rendered.twiml.as_str(), codes(&rendered)), (APOLOGY, vec![("CONFIG_INVALID", "ssml")]), "{wrong}");
    }
    let rendered = with_verbs(r#"[{"say":{"text":"a\u0001b"}}]"#, "");
    assert_eq!((rendered.twiml.as_str(), codes(&rendered)), (APOLOGY, vec![("CONFIG_INVALID", "")]));
}

#[test]
fn verbs_in_the_wrong_order_do_no_harm() {
    assert_eq!(with_verbs(r#"[{"say":{"text":"x"}},{"reject":{}}]"#, "").twiml, "<Say>x</Say><Hangup/>");
    assert_eq!(with_verbs(r#"[{"hangup":{}},{"say":{"text":"x"}}]"#, "").twiml, "<Hangup/>");
    assert_eq!(
        with_verbs(
            r#"[{"pause":0},{"say":{}},{"say":{"text":""}},{"play":{"url":"https://a.example/x","times":0}}]"#,
            ""
        )
        .twiml,
        "<Play>https://a.example/x</Play>"
    );
}

#[test]
fn invalid_targets_are_not_dialed() {
    let targets = r#"{"client":""},{"client":"a b"},{"number":"911"},{"number":"555-0100"},{"sip":"front@pbx"},{"sip":"sip:a b"},
        {"number":"+15550100001"},{"number":"+15550100123"},{"available":"Group/1"},{"available":"x"},{"lastToCall":{}}"#;
    for order in ["inOrder", "allAtOnce", "huntGroup"] {
        let verbs = format!(
            r#"[{{"dial":{{"targets":[{targets}],"order":"{order}","on":{{"unavailable":"none"}},"otherwise":"first"}}}}]"#
        );
        assert_eq!(with_verbs(&verbs, r#""none":[{"say":{"text":"No one."}}]"#).twiml, "<Say>No one.</Say>", "{order}");
    }
}

#[test]
fn conditions_with_unknown_names_are_false() {
    for when in [
        r#""callers":["strangers"]"#,
        r#""callers":[]"#,
        r#""open":"undefined""#,
        r#""patientLanguage":[]"#,
        r#""careTeam":[]"#,
        r#""called":[]"#,
    ] {
        let rest = format!(
            r#""dialplans":{{"main":[{{"when":{{{when}}},"then":"yes"}},{{"then":"no"}}]}},
            "actions":{{"yes":[{{"say":{{"text":"yes"}}}}],"no":[{{"say":{{"text":"no"}}}}]}}"#
        );
        assert_eq!(first_document(&rest).twiml, "<Say>no</Say>", "{when}");
    }
    // Without a time zone, opening hours are unknown.
    let rest = r#""dialplans":{"main":[{"when":{"closed":"desk"},"then":"yes"},{"then":"no"}]},"hours":{"desk":{"weekly":[]}},
        "actions":{"yes":[{"say":{"text":"yes"}}],"no":[{"say":{"text":"no"}}]}"#;
    let rendered = first_document(rest);
    assert_eq!((rendered.twiml.as_str(), codes(&rendered)), ("<Say>yes</Say>", vec![("HOURS_UNKNOWN", "desk")]));
}

/// The reader's checks and the engine use the same outcomes of each verb.
#[test]
fn the_config_and_the_engine_have_the_same_outcomes() {
    let reads = |verb: &str| {
        let config = format!(
            r#"{{"numbers":{{"+15550100001":{{"name":"front","dialplan":"main"}}}},"dialplans":{{"main":[{{"then":"first"}}]}},
            "actions":{{"first":[{verb}],"bye":[{{"hangup":{{}}}}]}}}}"#
        );
        Config::read(&config).is_ok()
    };
    for outcome in VerbOutcome::ALL {
        let on = format!(r#""on":{{"{}":"bye"}},"otherwise":"bye""#, outcome.word());
        let dial = format!(r#"{{"dial":{{"targets":[{{"client":"a"}}],{on}}}}}"#);
        assert_eq!(reads(&dial), VerbOutcome::OF_DIAL.contains(&outcome), "{}", outcome.word());
        let queue = format!(r#"{{"queue":{{"name":"q",{on}}}}}"#);
        assert_eq!(reads(&queue), VerbOutcome::OF_QUEUE.contains(&outcome), "{}", outcome.word());
    }
}
