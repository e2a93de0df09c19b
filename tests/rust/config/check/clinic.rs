// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks of identities, of the account's numbers, and of notifications about missed calls.

use plumline::dialplan::config::Config;
use plumline::phone::E164;
use serde_json::{Value, json};

use super::{OWN, check, valid_config};

#[test]
fn a_dialed_identity_needs_a_binding() {
    let unbound = |at: &str| vec![(at.to_owned(), "CONFIG_IDENTITY_UNBOUND")];
    let mut config = valid_config();
    // The identity is reported once, at its first use.
    config["identities"] = json!({});
    assert_eq!(check(&config), unbound("client"));
    config["client"] = json!(OWN);
    assert_eq!(check(&config), unbound("actions.desk[1].dial.targets[0].client"));
    for own in [OWN.to_owned(), OWN.replace('_', "-")] {
        config["actions"]["desk"][1]["dial"]["targets"][0]["client"] = json!(own);
        assert_eq!(check(&config), []);
    }
    for other in [&*OWN.replacen('_', "-", 1), "Desk", "5e0b9c1d_0000_4000_8000_00000000000"] {
        config["actions"]["desk"][1]["dial"]["targets"][0]["client"] = json!(other);
        assert_eq!(check(&config), unbound("actions.desk[1].dial.targets[0].client"), "{other}");
    }
    // An identity that the dialplan does not dial can also be bound.
    config["actions"]["desk"][1]["dial"]["targets"][0]["client"] = json!("Desk");
    config["identities"] =
        json!({ "Desk": { "roles": ["nurse"] }, "elsewhere": { "practitioners": ["Practitioner/7"] } });
    assert_eq!(check(&config), []);
}

#[test]
fn messages_and_callbacks_of_callers_open_a_task_or_send_an_alert() {
    let unreported = |at: &[&str]| at.iter().map(|at| (format!("actions.{at}"), "CONFIG_UNTOLD")).collect::<Vec<_>>();
    let mut config = valid_config();
    config["tasks"]["on"] = json!(["missed"]);
    assert_eq!(check(&config), unreported(&["night[0].voicemail", "queue[0].queue.callback"]));
    config["alerts"]["on"] = json!(["callback"]);
    assert_eq!(check(&config), unreported(&["night[0].voicemail"]));
    config["actions"]["night"] = json!([{ "reject": {} }]);
    assert_eq!(check(&config), []);
}

#[test]
fn numbers_must_belong_to_the_account() {
    let text = valid_config().to_string();
    let own = |numbers: &[&'static str]| {
        let numbers: Vec<E164<'_>> = numbers.iter().map(|number| E164::parse(number).unwrap()).collect();
        let findings = Config::check(&text, Some(&numbers), None);
        assert!(findings.iter().all(|finding| finding.code.as_str() == "CONFIG_NUMBER_NOT_OURS"));
        findings.into_iter().map(|finding| finding.path).collect::<Vec<_>>()
    };
    assert!(own(&["+15550100001", "+15550100002", "+15550100003"]).is_empty());
    assert_eq!(
        own(&["+15550100001"]),
        ["outbound.practitioners[0]", "numbers[1]", "sip.extensions.front-desk", "actions.desk[1].dial.callerId"]
    );
    assert_eq!(own(&[]).len(), 7);
}

#[test]
fn a_number_that_is_never_dialed_is_not_a_valid_target() {
    let pointer = "/actions/desk/1/dial/targets/1/number";
    let path = "actions.desk[1].dial.targets[1].number";
    // Premium-rate numbers by country and by exchange, a satellite number, and numbers that the config blocks.
    for number in ["+19005550123", "+442079460104", "+33899123456", "+12129765550", "+881612345678"] {
        let mut config = valid_config();
        config["outbound"]["blocked"] = json!(["+4420"]);
        *config.pointer_mut(pointer).unwrap() = json!(number);
        assert_eq!(check(&config), [(path.to_owned(), "CONFIG_NUMBER_BLOCKED")], "{number}");
    }
    // The number belongs to the account but is not in `numbers`.
    let text = valid_config().to_string();
    let own = ["+15550100001", "+15550100002", "+15550100099"].map(|number| E164::parse(number).unwrap());
    let findings = Config::check(&text, Some(&own), None);
    let found: Vec<_> = findings.iter().map(|finding| (finding.path.as_str(), finding.code.as_str())).collect();
    assert_eq!(found, [(path, "CONFIG_NUMBER_BLOCKED")]);
    let mut config = valid_config();
    config["numbers"]["+442079460003"] = json!({ "name": "London", "dialplan": "nurses" });
    // The number has a trunk prefix.
    *config.pointer_mut(pointer).unwrap() = json!("+4402079460003");
    assert_eq!(check(&config), [(path.to_owned(), "CONFIG_NUMBER_BLOCKED")]);
}

#[test]
fn the_emergency_advice_is_checked() {
    let with = |emergency: Value| {
        let mut config = valid_config();
        config["emergency"] = emergency;
        check(&config)
    };
    let advice = json!({ "text": { "en-US": "Hang up and dial {number}.", "es-US": "Cuelgue y marque el {number}." } });
    let unreported = ("emergency".to_owned(), "CONFIG_UNTOLD");
    assert_eq!(with(json!({ "digits": "*", "advice": advice })), core::slice::from_ref(&unreported));
    for (emergency, path, code) in [
        (json!({ "advice": advice }), "emergency", "CONFIG_EMPTY"),
        (json!({ "digits": "x", "advice": advice }), "emergency.digits", "CONFIG_CHOICE"),
        (json!({ "speech": ["help, now"], "advice": advice }), "emergency.speech[0]", "CONFIG_TEXT"),
        (json!({ "digits": "*", "number": "+1911", "advice": advice }), "emergency.number", "CONFIG_NUMBER"),
        (json!({ "digits": "*", "advice": { "text": "" } }), "emergency.advice.text", "CONFIG_TEXT"),
        // The menu has this option.
        (json!({ "digits": "1", "advice": advice }), "actions.menu[2].menu.options[0].digits", "CONFIG_CHOICE"),
    ] {
        assert!(with(emergency.clone()).contains(&(path.into(), code)), "{emergency} {:?}", with(emergency.clone()));
    }
    let findings = with(json!({ "digits": "*", "advice": { "text": "Call an ambulance." } }));
    assert!(findings.contains(&("emergency.advice".into(), "CONFIG_EMERGENCY_NUMBER")), "{findings:?}");
    for advice in [json!({ "text": "Dial 911.", "language": "en-US" }), json!([{ "play": "https://a.example/b.mp3" }])]
    {
        assert_eq!(with(json!({ "digits": "*", "advice": advice })), core::slice::from_ref(&unreported));
    }
}
