// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Findings in a `when`.

use plumline::dialplan::Config;

/// The findings of a config whose first action is `first`.
fn found(first: &str) -> Vec<(String, &'static str)> {
    let text = format!(
        r#"{{"numbers":{{"+15550100001":{{"name":"Desk","dialplan":"main"}}}},"dialplans":{{"main":[{{"then":"first"}}]}},
        "hours":{{"desk":{{"weekly":[{{"days":["mon"],"from":"09:00","to":"17:00"}}]}}}},
        "actions":{{"first":{first},"end":[{{"hangup":{{}}}}],"heard":[{{"say":{{"text":"Closed."}}}},{{"hangup":{{}}}}]}}}}"#
    );
    Config::check(&text, None, None).into_iter().map(|finding| (finding.path, finding.code.as_str())).collect()
}

#[test]
fn a_finding_in_a_when_has_its_path() {
    for (first, expected) in [
        (r#"[{"when":{"if":{"patient":true},"then":"heard","otherwise":"heard"}}]"#, &[][..]),
        (r#"[{"when":{"if":{"patient":true},"then":"heard"}},{"goto":"end"}]"#, &[]),
        (r#"[{"when":{"if":{},"then":"heard","otherwise":"end"}}]"#, &[("actions.first[0].when.if", "CONFIG_EMPTY")]),
        (
            r#"[{"when":{"if":{"patient":true},"then":"nowhere","otherwise":"end"}}]"#,
            &[("actions.first[0].when.then", "CONFIG_NAME_UNKNOWN")],
        ),
        (
            r#"[{"when":{"if":{"callers":["friends"]},"then":"heard","otherwise":"end"}}]"#,
            &[("actions.first[0].when.if.callers[0]", "CONFIG_NAME_UNKNOWN")],
        ),
        (
            r#"[{"when":{"if":{"language":["x"]},"then":"heard","otherwise":"end"}}]"#,
            &[("actions.first[0].when.if.language[0]", "CONFIG_LANGUAGE")],
        ),
        // The last verb must decide how the call continues. No verb may follow a `when` with `otherwise`.
        (r#"[{"when":{"if":{"patient":true},"then":"heard"}}]"#, &[("actions.first", "CONFIG_DEAD_END")]),
        (
            r#"[{"when":{"if":{"patient":true},"then":"heard","otherwise":"end"}},{"goto":"end"}]"#,
            &[("actions.first[0]", "CONFIG_VERB_ORDER")],
        ),
        // Hours need a time zone wherever they are used.
        (
            r#"[{"when":{"if":{"open":"desk"},"then":"heard","otherwise":"end"}}]"#,
            &[("numbers[0].timeZone", "CONFIG_TIME_ZONE_MISSING")],
        ),
        // An earlier `when` has decided the same condition.
        (
            r#"[{"when":{"if":{"patient":true},"then":"heard"}},{"when":{"if":{"patient":true},"then":"end"}},{"goto":"heard"}]"#,
            &[("actions.first[1].when", "CONFIG_RULE_UNREACHABLE")],
        ),
        (
            r#"[{"when":{"if":{"language":["es"]},"then":"heard"}},{"language":"es-US"},
                {"when":{"if":{"language":["es"]},"then":"heard"}},{"goto":"heard"}]"#,
            &[],
        ),
        // Two iterations have no caller input between them, so the loop never ends.
        (
            r#"[{"when":{"if":{"patient":true},"then":"first"}},{"goto":"heard"}]"#,
            &[("actions.first[0].when.then", "CONFIG_LOOP")],
        ),
    ] {
        let found = found(first);
        let found: Vec<(&str, &str)> = found.iter().map(|(path, code)| (path.as_str(), *code)).collect();
        let serious: Vec<_> = found.into_iter().filter(|(_, code)| *code != "CONFIG_NAME_UNUSED").collect();
        assert_eq!(serious, expected, "{first}");
    }
}

#[test]
fn a_rule_that_may_hang_up_at_once_is_not_reported() {
    let first = r#"[{"when":{"if":{"patient":true},"then":"end","otherwise":"heard"}}]"#;
    assert!(!found(first).iter().any(|(_, code)| *code == "CONFIG_SILENCE"));
    let both = r#"[{"when":{"if":{"patient":true},"then":"end","otherwise":"end"}}]"#;
    assert!(found(both).contains(&("dialplans.main[0].then".to_owned(), "CONFIG_SILENCE")));
}

#[test]
fn the_limit_is_per_document() {
    let say = |count| vec![format!(r#"{{"say":{{"text":"{}"}}}}"#, "x".repeat(1_000)); count].join(",");
    let sized = |after, branch| {
        let first =
            format!(r#"[{{"when":{{"if":{{"patient":true}},"then":"long"}}}},{},{{"hangup":{{}}}}]"#, say(after));
        let first = format!(r#"{first},"long":[{},{{"hangup":{{}}}}]"#, say(branch));
        found(&first).iter().any(|(_, code)| *code == "CONFIG_SIZE")
    };
    // The caller hears either the branch or the verbs after the `when`.
    assert!(!sized(35, 35));
    assert!(sized(70, 35));
    assert!(sized(35, 70));
    // The caller hears the verbs before it together with its branch.
    let first = format!(r#"[{},{{"when":{{"if":{{"patient":true}},"then":"long"}}}},{{"hangup":{{}}}}]"#, say(35));
    let first = format!(r#"{first},"long":[{},{{"hangup":{{}}}}]"#, say(35));
    assert!(found(&first).contains(&("actions.first".to_owned(), "CONFIG_SIZE")));
}
