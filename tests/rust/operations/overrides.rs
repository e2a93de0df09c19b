// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `set-override`, `clear-override` and `get-override`.

use plumline::json::Json;

use crate::constants::NOW;
use crate::fault::{Fault, Faults};
use crate::json::{list, text};
use crate::overrides::{basic, item, later};
use crate::random::Random;
use crate::world::staff::{Staff, amber, bruno};
use crate::world::{AMBER, SECRET, World};

const CONFIG: &str = r#"{"timeZone":"UTC","numbers":{"+15550100001":{"name":"a","dialplan":"main"}},"dialplans":{"main":[{"then":"ring"}]},
    "hours":{"desk":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}]}},"override":{"roles":["nurse"],"close":["desk"],"divertTo":["late"],"maxHours":12},
    "actions":{"ring":[{"greeting":{"text":"Hello."}},{"goto":"late"}],"late":[{"say":{"text":"Closed."}},{"hangup":{}}]}}"#;

fn desk() -> Staff {
    amber().secret("PLUMLINE_CONFIG", CONFIG)
}

fn set(arguments: &str) -> String {
    format!(r#"{{"operation":"set-override",{arguments}}}"#)
}

/// Closes all lines for an hour.
fn close() -> String {
    set(&format!(r#""close":true,"until":"{}""#, later(60)))
}

const GET: &str = r#"{"operation":"get-override"}"#;
const CLEAR: &str = r#"{"operation":"clear-override"}"#;

/// The overrides in an answer, without their times and author.
fn changes(answer: &Json) -> Vec<String> {
    let of = |item: &Json| {
        let mut item = item.clone();
        for name in ["since", "until", "by"] {
            assert!(item.get(name).is_some(), "{name}");
            item.set(name, Json::Null);
        }
        item.write()
    };
    list(answer, "overrides").iter().map(of).collect()
}

#[test]
fn staff_set_replace_and_clear_overrides() {
    let mut world = World::default();
    let until = later(90);
    assert!(changes(&desk().value(&mut world, GET)).is_empty());
    let answer = desk().value(&mut world, &close());
    assert_eq!(changes(&answer), [r#"{"close":true}"#]);
    let first = &list(&answer, "overrides")[0];
    assert_eq!(
        (text(first, &["since"]), text(first, &["until"]), text(first, &["by"])),
        (&*later(0), &*later(60), &*format!("Practitioner/{AMBER}"))
    );
    // Another one for all lines replaces it. Those for a number and a dialplan are apart.
    for (arguments, expected) in [
        (r#""divert":"late""#, r#"{"divert":"late"}"#),
        (
            r#""number":"+15550100001","greeting":"We close at noon.""#,
            r#"{"number":"+15550100001","greeting":"We close at noon."}"#,
        ),
        (
            r#""Dialplan":"main","close":true,"greeting":{"play":"https://a.example/a.mp3"}"#,
            r#"{"dialplan":"main","close":true,"greeting":{"play":"https://a.example/a.mp3"}}"#,
        ),
    ] {
        let answer = desk().value(&mut world, &set(&format!(r#"{arguments},"until":"{until}""#)));
        assert_eq!(changes(&answer).last().unwrap(), expected);
    }
    assert_eq!(changes(&desk().value(&mut world, GET)).len(), 3);
    assert_eq!(world.fhir.of_type("Basic").len(), 1);
    let answer = desk().value(&mut world, r#"{"operation":"clear-override","dialplan":"main"}"#);
    assert_eq!(changes(&answer).len(), 2);
    assert!(changes(&desk().value(&mut world, CLEAR)).is_empty());
    assert!(changes(&desk().value(&mut world, GET)).is_empty());
    // A second clear has no effect.
    assert!(changes(&desk().value(&mut world, CLEAR)).is_empty());
}

#[test]
fn an_override_ends_by_itself_and_is_dropped_by_the_next_write() {
    let mut world = World::default();
    desk().value(&mut world, &close());
    assert_eq!(changes(&desk().at(NOW + 59 * 60_000).value(&mut world, GET)).len(), 1);
    assert!(changes(&desk().at(NOW + 60 * 60_000).value(&mut world, GET)).is_empty());
    let next = set(&format!(r#""divert":"late","dialplan":"main","until":"{}""#, later(120)));
    desk().at(NOW + 61 * 60_000).value(&mut world, &next);
    assert!(!world.fhir.of_type("Basic")[0].write().contains("close"));
}

#[test]
fn an_override_without_an_end_or_beyond_the_config_is_refused() {
    let soon = later(60);
    for (arguments, refusal, status) in [
        (r#""close":true"#.to_owned(), "OVERRIDE_UNTIL until", 400),
        (r#""close":true,"until":"""#.to_owned(), "OPERATION_ARGUMENT until", 400),
        (r#""close":true,"until":"soon""#.to_owned(), "OVERRIDE_UNTIL until", 400),
        (r#""close":true,"until":"2026-11-18T12:00:00""#.to_owned(), "OVERRIDE_UNTIL until", 400),
        (format!(r#""close":true,"until":"{}""#, later(0)), "OVERRIDE_UNTIL until", 400),
        (format!(r#""close":true,"until":"{}""#, later(12 * 60 + 1)), "OVERRIDE_UNTIL until", 400),
        (format!(r#""close":true,"until":{{}},"x":"{soon}""#), "OPERATION_ARGUMENT until", 400),
        (format!(r#""close":"yes","until":"{soon}""#), "OPERATION_ARGUMENT close", 400),
        (format!(r#""close":false,"until":"{soon}""#), "OPERATION_ARGUMENT close", 400),
        (format!(r#""until":"{soon}""#), "OPERATION_ARGUMENT close", 400),
        (format!(r#""close":true,"divert":"late","until":"{soon}""#), "OPERATION_ARGUMENT close", 400),
        (format!(r#""divert":"ring","until":"{soon}""#), "OVERRIDE_ACTION divert", 400),
        (format!(r#""divert":"+15550100199","until":"{soon}""#), "OVERRIDE_ACTION divert", 400),
        (format!(r#""divert":7,"until":"{soon}""#), "OPERATION_ARGUMENT divert", 400),
        (format!(r#""number":"+15550100009","close":true,"until":"{soon}""#), "OPERATION_ARGUMENT number", 400),
        (
            format!(r#""number":"+15550100001","dialplan":"main","close":true,"until":"{soon}""#),
            "OPERATION_ARGUMENT number",
            400,
        ),
        (format!(r#""dialplan":"none","close":true,"until":"{soon}""#), "OPERATION_ARGUMENT dialplan", 400),
        (format!(r#""greeting":"","until":"{soon}""#), "OPERATION_ARGUMENT greeting", 400),
        (format!(r#""greeting":7,"until":"{soon}""#), "OPERATION_ARGUMENT greeting", 400),
        (
            format!(r#""greeting":{{"play":"http://a.example/a.mp3"}},"until":"{soon}""#),
            "OPERATION_ARGUMENT greeting",
            400,
        ),
        (format!(r#""greeting":"a\u0001","until":"{soon}""#), "OPERATION_ARGUMENT greeting", 400),
        (format!(r#""greeting":"{}","until":"{soon}""#, "&".repeat(1_000)), "OPERATION_ARGUMENT greeting", 400),
    ] {
        let mut world = World::default();
        assert_eq!(desk().refused(&mut world, &set(&arguments)), (refusal.to_owned(), status), "{arguments}");
        assert!(world.fhir.of_type("Basic").is_empty());
    }
}

#[test]
fn only_those_in_the_config_may_override() {
    let with = |rules: &str| {
        let start = CONFIG.find(r#""override""#).unwrap();
        let end = CONFIG[start..].find('}').unwrap() + start + 1;
        [&CONFIG[..start], rules, &CONFIG[end..]].concat()
    };
    let allowed = with(&format!(r#""override":{{"practitioners":["Practitioner/{AMBER}"],"close":["desk"]}}"#));
    for input in [close(), CLEAR.to_owned()] {
        let mut world = World::default();
        amber().secret("PLUMLINE_CONFIG", &allowed).value(&mut world, &input);
        let staff = bruno().secret("PLUMLINE_CONFIG", &allowed);
        assert_eq!(staff.refused(&mut world, &input), ("OVERRIDE_ROLE".to_owned(), 403));
        // Amber has left.
        world.change(&format!("Practitioner/{AMBER}"), "active", Json::Bool(false));
        let staff = amber().secret("PLUMLINE_CONFIG", &allowed);
        assert_eq!(staff.refused(&mut world, &input), ("OVERRIDE_ROLE".to_owned(), 403));
        let mut world = World::default();
        world.change("PractitionerRole/role-Amber", "active", Json::Bool(false));
        assert_eq!(desk().refused(&mut world, &input), ("OVERRIDE_ROLE".to_owned(), 403));
        assert!(world.fhir.of_type("Basic").is_empty());
    }
    // The config does not allow it.
    let soon = later(60);
    for (config, arguments, refusal) in [
        (with(r#""lists":{}"#), r#""close":true"#, "OVERRIDE_DISABLED"),
        (with(r#""override":{"roles":["nurse"],"divertTo":["late"]}"#), r#""close":true"#, "OVERRIDE_DISABLED close"),
        (with(r#""override":{"roles":["nurse"],"close":["desk"]}"#), r#""divert":"late""#, "OVERRIDE_DISABLED divert"),
        (CONFIG.replace(r#"{"greeting":{"text":"Hello."}},"#, ""), r#""greeting":"Hi.""#, "OVERRIDE_DISABLED greeting"),
    ] {
        let mut world = World::default();
        let staff = amber().secret("PLUMLINE_CONFIG", &config);
        let input = set(&format!(r#"{arguments},"until":"{soon}""#));
        assert_eq!(staff.refused(&mut world, &input), (refusal.to_owned(), 400), "{config}");
    }
    let mut world = World::default();
    for input in [close(), CLEAR.to_owned(), GET.to_owned()] {
        let staff = desk().secret("PLUMLINE_SECRET", "");
        assert_eq!(staff.refused(&mut world, &input), ("SECRET_MISSING PLUMLINE_SECRET".to_owned(), 500));
        let staff = desk().secret("PLUMLINE_SECRET", "short");
        assert_eq!(staff.refused(&mut world, &input), ("SECRET_WEAK PLUMLINE_SECRET".to_owned(), 500));
        let staff = Staff { requester: "Patient/eve".to_owned(), ..desk() };
        assert_eq!(staff.refused(&mut world, &input), ("OUTBOUND_REQUESTER".to_owned(), 400));
    }
}

#[test]
fn an_override_that_was_written_by_hand_is_reported_and_replaced() {
    let mut world = World::default();
    let sealed = plumline::dialplan::Override { close: true, ..item(NOW) };
    world.put(&basic(&[sealed]).replace("Practitioner/7", "Practitioner/8"));
    let answer = desk().value(&mut world, GET);
    assert!(changes(&answer).is_empty());
    assert_eq!(answer.get("hasInvalid"), Some(&Json::Bool(true)));
    let answer = desk().value(&mut world, &close());
    assert_eq!((changes(&answer).len(), answer.get("hasInvalid")), (1, None));
    assert!(!world.read("Basic/o1").write().contains("Practitioner/8"));
}

#[test]
fn concurrent_overrides_are_all_kept() {
    for seed in 0..40 {
        let mut world = World::default();
        let other = set(&format!(r#""number":"+15550100001","divert":"late","until":"{}""#, later(60)));
        world.race([desk().flow(&close()), desk().flow(&other)], &mut Random::new(seed));
        assert_eq!(changes(&desk().value(&mut world, GET)).len(), 2, "{seed}");
        assert_eq!(world.fhir.of_type("Basic").len(), 1);
    }
}

#[test]
fn a_failed_write_is_reported() {
    for (fault, refusal) in [
        (Fault::RequestLost, ("CHART_UNAVAILABLE", 500)),
        (Fault::TimedOut, ("CHART_UNAVAILABLE", 500)),
        (Fault::EachRefused(403), ("RECORD_FORBIDDEN Basic", 403)),
    ] {
        let mut world = World { faults: Faults::at(1, fault), ..World::default() };
        assert_eq!(desk().refused(&mut world, &close()), (refusal.0.to_owned(), refusal.1), "{fault:?}");
    }
    let mut world = World { faults: Faults::at(1, Fault::ConcurrentUpdate), ..World::default() };
    assert_eq!(changes(&desk().value(&mut world, &close())).len(), 1);
    assert!(SECRET.len() > 32);
}
