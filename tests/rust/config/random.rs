// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Random configs: the reader accepts valid ones and never panics on changed ones.

use plumline::dialplan::Severity;
use plumline::dialplan::config::Config;
use plumline::error::Code;
use serde_json::{Value, json};

use crate::random::Random;
use crate::random_config::random_config;

/// Reads and checks a config. Returns whether it was accepted.
fn is_accepted(text: &str, seed: u64) -> bool {
    let read = Config::read(text);
    let findings = Config::check(text, None, None);
    let errors = || findings.iter().filter(|finding| finding.severity == Severity::Error);
    match &read {
        Ok(config) => {
            // serde_json accepts more texts. For a text that both accept, the result is equal.
            assert_eq!(&serde_json::from_str::<Config>(text).unwrap(), config, "seed {seed}");
            // A bot ignores these errors.
            let passed = [
                Code::ConfigNumberBlocked,
                Code::ConfigCountry,
                Code::ConfigSize,
                Code::ConfigText,
                Code::ConfigChoice,
                Code::ConfigEmpty,
                Code::ConfigRange,
                Code::OverrideDisabled,
            ];
            assert!(errors().all(|item| passed.contains(&item.code)), "seed {seed}: {findings:?}");
        }
        Err(refused) => {
            let is_found = errors().any(|item| (&item.path, item.code) == (&refused.path, refused.code));
            assert!(is_found, "seed {seed}: {refused:?} but {findings:?}");
        }
    }
    for finding in &findings {
        let digits = finding.path.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert!(digits < Some(7), "seed {seed}: {}", finding.path);
    }
    errors().next().is_none()
}

#[test]
fn valid_configs_are_accepted() {
    for seed in 0..1_500 {
        let config = random_config(&mut Random::new(seed));
        let text = config.to_string();
        assert!(is_accepted(&text, seed), "seed {seed}: {:?} in {text}", Config::read(&text));
    }
}

/// A value for any member.
fn random_value(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(random.below(100_000)),
        3 => json!(-1.5),
        4 => json!([]),
        5 => json!({}),
        6 => json!(""),
        7 => json!("+15550100001"),
        8 => json!("a\u{1}\u{ffff}"),
        9 => json!("a".repeat(5_000)),
        10 => json!(format!("a{}", random.below(12))),
        _ => json!([{ "goto": "a0" }]),
    }
}

/// Makes one random change in a document.
fn change(value: &mut Value, random: &mut Random) {
    match value {
        Value::Object(members) if !members.is_empty() && !random.one_in(6) => {
            let name = members.keys().nth(random.below(members.len())).unwrap().clone();
            match random.below(8) {
                0 => drop(members.remove(&name)),
                1 => drop(members.insert(format!("{name}x"), random_value(random))),
                2 => {
                    let moved = members.remove(&name).unwrap();
                    members.insert("Dr. Example".into(), moved);
                }
                _ => change(members.get_mut(&name).unwrap(), random),
            }
        }
        Value::Array(elements) if !elements.is_empty() && !random.one_in(6) => {
            let at = random.below(elements.len());
            match random.below(6) {
                0 => drop(elements.remove(at)),
                1 => elements.insert(at, random_value(random)),
                2 => elements.push(elements[at].clone()),
                _ => change(&mut elements[at], random),
            }
        }
        other => *other = random_value(random),
    }
}

#[test]
fn a_changed_config_is_accepted_or_refused_at_the_changed_path() {
    let (mut accepted_count, mut refused_count) = (0, 0);
    for seed in 0..5_000 {
        let random = &mut Random::new(seed);
        let mut config = random_config(random);
        for _ in 0..=random.below(3) {
            change(&mut config, random);
        }
        *(if is_accepted(&config.to_string(), seed) { &mut accepted_count } else { &mut refused_count }) += 1;
    }
    // Both results must be frequent.
    assert!(accepted_count > 200 && refused_count > 2_000, "{accepted_count} {refused_count}");
}

#[test]
fn truncated_texts_are_refused() {
    for seed in 0..2_500 {
        let random = &mut Random::new(seed);
        let mut text: Vec<char> = random_config(random).to_string().chars().collect();
        for _ in 0..=random.below(4) {
            if text.is_empty() {
                break;
            }
            let at = random.below(text.len());
            match random.below(4) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, *random.pick(&['"', '{', '}', '[', ']', ',', ':', '\\', '\0', 'é', '9'])),
                2 => text.truncate(at + 1),
                _ => text.swap(at, 0),
            }
        }
        is_accepted(&text.into_iter().collect::<String>(), seed);
    }
}
