// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The checks of a config report each error at its path. Each test changes one member of a valid config.

mod asking;
mod clinic;
mod dialplans;
mod prompts;
mod values;

use plumline::dialplan::config::Config;
use plumline::dialplan::{ConfigFinding, Severity};
use plumline::error::Code;
use serde_json::{Value, json};

/// A valid config with every member.
fn valid_config() -> Value {
    serde_json::from_str(include_str!("../../valid-config.json")).unwrap()
}

/// Errors that a bot ignores, because they prevent no call.
const PASSED: [Code; 7] = [
    Code::ConfigNumberBlocked,
    Code::ConfigCountry,
    Code::ConfigSize,
    Code::ConfigText,
    Code::ConfigChoice,
    Code::ConfigEmpty,
    Code::ConfigRange,
];

/// An identity that is derived from a practitioner's id. It needs no binding.
const OWN: &str = "5e0b9c1d_0000_4000_8000_000000000001";

fn check(config: &Value) -> Vec<(String, &'static str)> {
    let text = config.to_string();
    let findings = Config::check(&text, None, None);
    let errors: Vec<&ConfigFinding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    match Config::read(&text) {
        Ok(_) => assert!(errors.iter().all(|item| PASSED.contains(&item.code)), "{errors:?}"),
        Err(refused) => assert!(errors.iter().any(|item| (&item.path, item.code) == (&refused.path, refused.code))),
    }
    findings.into_iter().map(|finding| (finding.path, finding.code.as_str())).collect()
}

/// A path in the valid config, its new value (`None` removes it), and the expected findings.
#[track_caller]
fn changed(pointer: &str, value: Option<Value>, expected: &[(&str, &str)]) {
    let mut config = valid_config();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let name = name.replace("~1", "/");
    match (config.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}")), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name, value)),
        (Value::Object(members), None) => drop(members.remove(&name).expect("a member")),
        (Value::Array(elements), Some(value)) => match elements.get_mut(name.parse::<usize>().unwrap()) {
            Some(element) => *element = value,
            None => elements.push(value),
        },
        (other, value) => panic!("{other} {value:?}"),
    }
    let found = check(&config);
    let found: Vec<(&str, &str)> = found.iter().map(|(path, code)| (path.as_str(), *code)).collect();
    assert_eq!(found, expected, "{pointer}");
}

#[track_caller]
fn item(pointer: &str, value: Value, path: &str, code: &str) {
    changed(pointer, Some(value), &[(path, code)]);
}

/// Lines of a pointer, the new value (`long:9` for nine letters), the path of the finding and its code.
#[track_caller]
fn each(lines: &str) {
    for line in lines.lines().filter(|line| !line.is_empty()) {
        let columns: Vec<&str> = line.split(" | ").collect();
        let [pointer, value, path, code] = columns[..] else { panic!("{line}") };
        let mut value: Value = serde_json::from_str(value).unwrap();
        if let Some(length) = value.as_str().and_then(|text| text.strip_prefix("long:")) {
            value = json!("a".repeat(length.parse().unwrap()));
        }
        item(pointer, value, path, code);
    }
}

#[test]
fn a_valid_config_has_no_findings() {
    assert_eq!(check(&valid_config()), []);
    assert_eq!(check(&json!({})), []);
    assert_eq!(check(&json!({ "greeting": { "text": "" } })), []);
    // Voicemails are deleted, and no call is recorded.
    assert_eq!(check(&json!({ "recording": { "retentionDays": 30 } })), []);
}

#[test]
fn findings_hold_no_number_name_or_text_and_are_bounded() {
    let config = json!({
        "numbers": { "+15550100077 Dr. Example": { "name": "", "dialplan": "5550100077" } },
        "lists": { "5550100077": ["5550100077"], "Dr. Example": [] },
        "actions": { "5550100077": [{ "goto": "Dr. Example" }] },
        "outbound": { "callerId": "5550100077", "practitioners": { "Dr. Example": "5550100077" } }
    });
    for (path, _) in check(&config) {
        assert!(!path.contains("555") && !path.contains("Example"), "{path}");
    }
    for (caller, severity) in [("x", Severity::Error), ("+1*", Severity::Warning)] {
        let lists: serde_json::Map<_, _> = (0..500).map(|n| (format!("list-{n}"), json!([caller]))).collect();
        let found = Config::check(&json!({ "lists": lists }).to_string(), None, None);
        assert_eq!(found.iter().filter(|finding| finding.severity == severity).count(), 100);
    }
}

#[test]
fn a_bot_refuses_only_errors_that_prevent_calls() {
    let read = |pointer: &str, value: Value| {
        let mut config = valid_config();
        *config.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        assert!(check(&config).iter().any(|(_, code)| *code != "CONFIG_NAME_UNUSED"), "{pointer}");
        Config::read(&config.to_string()).err().map(|refused| refused.code)
    };
    for (pointer, value) in [
        ("/outbound/countries", json!([])),
        ("/outbound/roles", json!([])),
        ("/outbound/countries/1", json!("ZZ")),
        ("/actions/desk/0/greet/neutral", json!("\u{200b}")),
        ("/actions/menu/2/menu/prompt", json!({ "ssml": "<break time=\"1s\"/>" })),
    ] {
        assert_eq!(read(pointer, value), None, "{pointer}");
    }
    for (pointer, value, code) in [
        ("/outbound/countries/1", json!("us"), Code::ConfigCountry),
        ("/actions/desk/0/greet/neutral", json!("a\u{1}"), Code::ConfigText),
        ("/actions/menu/2/menu/prompt", json!({ "ssml": "<break" }), Code::ConfigSsml),
        ("/actions/desk/1/dial/otherwise", json!("nowhere"), Code::ConfigNameUnknown),
    ] {
        assert_eq!(read(pointer, value), Some(code), "{pointer}");
    }
}
