// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks of whole dialplans: names, paths through the actions, hours and callback URLs.

use serde_json::{Value, json};

use super::{OWN, changed, check, each, item, valid_config};

#[test]
fn names_are_defined_and_used() {
    let unknown = "CONFIG_NAME_UNKNOWN";
    item("/numbers/+15550100001/dialplan", json!("night"), "numbers[0].dialplan", unknown);
    for (pointer, path) in [
        ("/dialplans/nurses/0/then", "dialplans.nurses[0].then"),
        ("/actions/spanish/1/goto", "actions.spanish[1].goto"),
        ("/actions/desk/1/dial/on/busy", "actions.desk[1].dial.on.busy"),
        ("/actions/desk/1/dial/otherwise", "actions.desk[1].dial.otherwise"),
        ("/actions/menu/2/menu/options/0/then", "actions.menu[2].menu.options[0].then"),
        ("/actions/menu/2/menu/otherwise", "actions.menu[2].menu.otherwise"),
        ("/actions/queue/0/queue/callback/then", "actions.queue[0].queue.callback.then"),
        ("/actions/queue/0/queue/overflow/then", "actions.queue[0].queue.overflow.then"),
        ("/actions/queue/0/queue/on/queue-full", "actions.queue[0].queue.on.queue-full"),
        ("/actions/queue/0/queue/otherwise", "actions.queue[0].queue.otherwise"),
        ("/actions/room/0/conference/then", "actions.room[0].conference.then"),
    ] {
        item(pointer, json!("nowhere"), path, unknown);
    }
    item("/dialplans/main/0/when/callers/0", json!("no-list"), "dialplans.main[0].when.callers[0]", unknown);
    // The number has no plus sign.
    item("/dialplans/main/0/when/callers/0", json!("2125550123"), "dialplans.main[0].when.callers[0]", "CONFIG_NUMBER");
    item("/dialplans/main/4/when/open", json!("never"), "dialplans.main[4].when.open", unknown);
    item("/dialplans/main/5/when/closed", json!("never"), "dialplans.main[5].when.closed", unknown);
    item("/dialplans/main/4/when/called/0", json!("+15550100003"), "dialplans.main[4].when.called[0]", unknown);
    for (pointer, value, path) in [
        ("/dialplans/Main", json!([{ "then": "end" }]), "dialplans.Main"),
        ("/hours/a b", json!({ "healthcareService": "HealthcareService/1" }), "hours[0]"),
        ("/lists/é", json!([]), "lists[1]"),
        ("/actions/x_y", json!([{ "hangup": {} }]), "actions[23]"),
    ] {
        item(pointer, value, path, "CONFIG_NAME");
    }
    // Unused names are warnings. They are reported only if the config has no errors. A name is also unused if only
    // unused names refer to it.
    let mut config = valid_config();
    config["actions"]["free"] = json!([{ "goto": "freed" }]);
    config["actions"]["freed"] = json!([{ "reject": {} }]);
    config["lists"]["friends"] = json!([]);
    config["hours"]["late"] = json!({ "healthcareService": "HealthcareService/1", "timeZone": "UTC" });
    config["dialplans"]["old"] = json!([{ "when": { "open": "late" }, "then": "freed" }, { "then": "free" }]);
    let unused = ["dialplans.old", "hours.late", "lists.friends", "actions.free", "actions.freed"];
    assert_eq!(check(&config), unused.map(|path| (path.to_owned(), "CONFIG_NAME_UNUSED")));
    config["client"] = json!("");
    assert_eq!(check(&config), [("client".to_owned(), "CONFIG_IDENTITY")]);
}

#[test]
fn every_call_is_answered_and_ends() {
    each(
        r#"
/dialplans/nurses/1/when | { "patient": true } | dialplans.nurses | CONFIG_DEFAULT_MISSING
/dialplans/nurses/2 | { "then": "end" } | dialplans.nurses[2] | CONFIG_RULE_UNREACHABLE
/dialplans/main/4/when/closed | "day" | dialplans.main[4].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/2/when/careTeam | ["CareTeam/1"] | dialplans.main[2].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/1/when/callers | ["+1*"] | dialplans.main[1].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/1/when/careTeam | ["CareTeam/1"] | dialplans.main[1].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/1/when/patientMatch | ["one","several","related"] | dialplans.main[1].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/2/when/patientMatch | ["one","one"] | dialplans.main[2].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/3/when/patientMatch | ["several","related","none"] | dialplans.main[3].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/1/when/patientLanguage | ["es"] | dialplans.main[1].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/2/when | { "anonymous": true } | dialplans.main[2].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/4/when/called/1 | "+15550100002" | dialplans.main[4].when.called[1] | CONFIG_RULE_UNREACHABLE
/hours/day/weekly | [] | hours.day | CONFIG_HOURS_UNCOVERED
/actions/end/1 | { "pause": 1 } | actions.end | CONFIG_DEAD_END
/actions/end | [] | actions.end | CONFIG_DEAD_END
/actions/end/0 | { "hangup": {} } | actions.end[0] | CONFIG_VERB_ORDER
/actions/end/1 | { "reject": {} } | actions.end[1] | CONFIG_VERB_ORDER
/actions/spanish/1/goto | "spanish" | actions.spanish[1].goto | CONFIG_LOOP
/actions/menu/2/menu/otherwise | "menu" | actions.menu[2].menu.otherwise | CONFIG_LOOP
/actions/queue/0/queue/otherwise | "desk" | actions.queue[0].queue.otherwise | CONFIG_LOOP
/actions/queue/0/queue/overflow/then | "queue" | actions.queue[0].queue.overflow.then | CONFIG_LOOP
/actions/queue/0/queue/on/left | "queue" | actions.queue[0].queue.on | CONFIG_LOOP
/actions/desk/1/dial/on/unavailable | "desk" | actions.desk[1].dial.on | CONFIG_LOOP
/actions/night | [{ "goto": "queue" }] | actions.night[0].goto | CONFIG_LOOP
"#,
    );
    // Each of these loops waits for input of the caller or for staff.
    for (pointer, value) in [
        ("/actions/desk/1/dial/on/answered", json!("desk")),
        ("/actions/menu/2/menu/options/0/then", json!("menu")),
        ("/actions/queue/0/queue/callback/then", json!("queue")),
        ("/actions/room/0/conference/then", json!("room")),
    ] {
        changed(pointer, Some(value), &[]);
    }
    changed("/outbound/countries", Some(json!(["UK", "PR"])), &[]);
    changed("/dialplans/nurses", Some(json!([])), &[("dialplans.nurses", "CONFIG_DEFAULT_MISSING")]);
}

#[test]
fn no_call_ends_without_an_announcement() {
    let findings = |actions: Value| {
        check(&json!({
            "numbers": { "+15550100001": { "name": "x", "dialplan": "main" } },
            "dialplans": { "main": [{ "when": { "anonymous": true }, "then": "b" }, { "then": "a" }] },
            "actions": actions
        }))
    };
    let b = json!([{ "reject": {} }]);
    let at = |index: usize| (format!("dialplans.main[{index}].then"), "CONFIG_SILENCE");
    assert_eq!(findings(json!({ "a": [{ "hangup": {} }], "b": b })), [at(1)]);
    assert_eq!(findings(json!({ "a": [{ "pause": 1 }, { "goto": "b" }], "b": [{ "hangup": {} }] })), [at(0), at(1)]);
    let spoken = json!([{ "say": { "text": "Hello." } }, { "goto": "c" }]);
    assert_eq!(findings(json!({ "a": spoken, "b": b, "c": [{ "hangup": {} }] })), []);
}

#[test]
fn opening_hours_need_a_time_zone() {
    let missing = "CONFIG_TIME_ZONE_MISSING";
    let mut config = valid_config();
    config.as_object_mut().unwrap().remove("timeZone");
    // Visits and birth dates need a time zone too.
    config["actions"]["birth-date"][0] = json!({ "goto": "visit" });
    let verified = json!({ "if": { "verified": true }, "then": "confirm-visit", "otherwise": "refill" });
    config["actions"]["visit"][0] = json!({ "when": verified });
    // The dialplan of the second number has no hours, but it leads to people who have hours.
    config["actions"]["queue"][0]["queue"]["on"]["answered"] = json!("menu");
    assert_eq!(check(&config), [("timeZone".into(), missing), ("numbers[1].timeZone".into(), missing)]);
    config["outbound"].as_object_mut().unwrap().remove("hours");
    config["actions"]["desk"][1]["dial"]["targets"].as_array_mut().unwrap().remove(3);
    // A page also needs the local time, to know who is on call.
    assert_eq!(check(&config), [("numbers[1].timeZone".into(), missing)]);
    config["actions"]["on-call"][0]["page"]["targets"].as_array_mut().unwrap().remove(0);
    assert_eq!(check(&config), []);
    config["numbers"]["+15550100001"].as_object_mut().unwrap().remove("timeZone");
    assert_eq!(check(&config), [("numbers[0].timeZone".into(), missing)]);
    config["hours"]["service"]["timeZone"] = json!("UTC");
    assert_eq!(check(&config), []);
}

#[test]
fn only_a_number_that_leads_to_people_with_hours_needs_a_zone() {
    let mut config = valid_config();
    config.as_object_mut().unwrap().remove("timeZone");
    config["outbound"].as_object_mut().unwrap().remove("hours");
    // The first number has a zone and leads to people who have hours. The second number leads to a room, and after the
    // next change also to these people.
    config["dialplans"]["nurses"] = json!([{ "then": "quiet" }]);
    config["actions"]["quiet"] = json!([{ "conference": { "name": "Room" } }]);
    let errors = |config: &Value| {
        check(config).into_iter().filter(|(_, code)| *code != "CONFIG_NAME_UNUSED").collect::<Vec<_>>()
    };
    assert_eq!(errors(&config), []);
    config["actions"]["quiet"][0]["conference"]["then"] = json!("menu");
    assert_eq!(errors(&config), [("numbers[1].timeZone".into(), "CONFIG_TIME_ZONE_MISSING")]);
}

#[test]
fn callback_urls_are_counted() {
    let mut config = valid_config();
    let menu = |name: &str| {
        json!([{ "menu": { "prompt": { "text": "?a", "language": "en-US" }, "retries": 10, "otherwise": "end",
        "options": [{ "digits": "1", "then": name }] } }])
    };
    // There are 8 common URLs. Each of the two languages has 13: a menu 2, a dial 6, a queue 3, a voicemail 1, a
    // conference 1. The sum is 32.
    for index in 0..20 {
        config["actions"][format!("m{index}")] = menu(&format!("m{}", index + 1));
    }
    config["actions"]["m20"] = menu("end");
    config["actions"]["end"][1] = json!({ "goto": "m20" });
    config["actions"]["m20"][0]["menu"]["otherwise"] = json!("reject");
    let errors = |config: &Value| {
        check(config).into_iter().filter(|(_, code)| *code != "CONFIG_NAME_UNUSED").collect::<Vec<_>>()
    };
    // And 21 menus with 11 URLs each, in two languages. A caller can reach `m20` before and after the recording
    // announcement, so it has twice as many.
    assert_eq!(errors(&config), [("actions.m20".into(), "CONFIG_STEPS")]);
    for index in 0..20 {
        config["actions"].as_object_mut().unwrap().remove(&format!("m{index}"));
    }
    assert_eq!(errors(&config), []);
    // 25 more languages give more URLs than the limit.
    config["actions"]["m20"][0]["menu"]["options"] = json!(
        (10..35).map(|n| { json!({ "digits": n.to_string(), "language": format!("en-A{n}") }) }).collect::<Vec<_>>()
    );
    assert_eq!(errors(&config), [("actions.m20".into(), "CONFIG_STEPS")]);
}

#[test]
fn actions_without_a_callback_between_them_are_limited() {
    let chain = |links: usize, link: &dyn Fn(&str) -> Value| {
        let mut actions: serde_json::Map<String, Value> =
            (1..links).map(|n| (format!("a{n}"), json!([link(&format!("a{}", n + 1))]))).collect();
        actions.insert(format!("a{links}"), json!([{ "reject": {} }]));
        check(&json!({
            "timeZone": "UTC",
            "numbers": { "+15550100001": { "name": "x", "dialplan": "main" } },
            "dialplans": { "main": [{ "then": "a1" }] },
            "actions": actions
        }))
    };
    let goto = |next: &str| json!({ "goto": next });
    let dial = |next: &str| json!({ "dial": { "targets": [{ "available": "Organization/7" }], "otherwise": next } });
    let ring = |next: &str| json!({ "dial": { "targets": [{ "client": OWN }], "otherwise": next } });
    let link: [&dyn Fn(&str) -> Value; 2] = [&goto, &dial];
    for link in link {
        assert_eq!(chain(16, link), []);
        assert_eq!(chain(18, link), [("actions.a2".to_owned(), "CONFIG_CHAIN")]);
    }
    assert_eq!(chain(40, &ring), []);
    // A long chain of actions is not deep.
    assert_eq!(chain(8_000, &goto), [("actions.a7984".to_owned(), "CONFIG_CHAIN")]);
}
