// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `page`: each person is called at most once in a round, whatever fails, and no edited task makes the bot call anything
//! else than the phones of the config.

use plumline::chart::NewPage;
use plumline::json::Json;

use crate::automation::world::{CLINIC_NUMBER, MINUTE, World};
use crate::fault::{FAILURES, Fault, Faults, TRANSIENT};
use crate::json::{is, json, list, text};
use crate::random::Random;
use crate::twilio::sid;

const FIRST: &str = "+15550100171";
const SECOND: &str = "+15550100172";
const BASE: &str = "https://plumline.dev/fhir/StructureDefinition";

const CONFIG: &str = r#"{"numbers":{"+15550100001":{"name":"Oak Street","dialplan":"night"}},"dialplans":{"night":[{"then":"urgent"}]},
    "actions":{"urgent":[{"page":{"targets":[{"number":"+15550100171"},{"number":"+15550100172"}],"text":"Urgent","minutes":5,"rounds":1,"then":"end","otherwise":"end"}}],
    "end":[{"hangup":{}}]}}"#;

fn world() -> World {
    let mut world = World::new(CONFIG);
    world.numbers = CLINIC_NUMBER;
    world.twilio.placed_takes = 30_000;
    world
}

/// Stores a page, as the webhook does.
fn page(world: &mut World) -> Json {
    let root = sid("CA", 1);
    let new_page = NewPage {
        call: &root,
        record: None,
        patient: None,
        called: CLINIC_NUMBER,
        action: "urgent",
        text: "Urgent",
        owner: None,
        now: world.now,
        extension_base: BASE,
    };
    world.fhir.put(&json(&new_page.create().resource.unwrap()), world.now)
}

/// The phones that Twilio was asked to call.
fn called(world: &World) -> Vec<&str> {
    let to = |params: &Vec<(String, String)>| params.iter().position(|(name, _)| name == "To");
    world.twilio.placed.iter().map(|params| params[to(params).unwrap()].1.as_str()).collect()
}

fn task(world: &World) -> &Json {
    let tasks = world.fhir.of_type("Task");
    assert_eq!(tasks.len(), 1);
    tasks[0]
}

/// The attempts: phone and outcome.
fn attempts(world: &World) -> Vec<(String, String)> {
    let part = |attempt: &Json, url: &str, kind: &str| {
        let found = list(attempt, "extension").iter().find(|part| is(part, "url", url));
        found.map(|part| text(part, &[kind]).to_owned()).unwrap_or_default()
    };
    let all = list(task(world), "extension").iter().filter(|item| text(item, &["url"]).ends_with("/page-attempt"));
    all.map(|item| (part(item, "number", "valueString"), part(item, "outcome", "valueCode"))).collect()
}

fn sweep(world: &mut World, minutes: u64) {
    for _ in 0..minutes {
        world.now += MINUTE;
        world.play(world.cron(), &Faults::NONE);
    }
}

#[test]
fn the_next_person_is_called_when_the_call_ends_or_the_time_has_passed() {
    for (takes, until_next) in [(30_000, 1), (10 * MINUTE, 5)] {
        let mut world = world();
        world.twilio.placed_takes = takes;
        let resource = page(&mut world);
        world.play(world.on_change(&resource), &Faults::NONE);
        assert_eq!(called(&world), [FIRST]);
        for (name, value) in
            [("From", CLINIC_NUMBER), ("StatusCallback", "https://fhir.example.com/webhook/1?step=status#rc=3&rp=all")]
        {
            assert!(world.twilio.placed[0].iter().any(|(known, given)| known == name && given == value), "{name}");
        }
        sweep(&mut world, until_next - 1);
        assert_eq!(called(&world), [FIRST]);
        sweep(&mut world, 1);
        assert_eq!(called(&world), [FIRST, SECOND]);
        sweep(&mut world, until_next);
        assert_eq!(called(&world), [FIRST, SECOND]);
        let outcome = |phone: &str| (phone.to_owned(), "no-key".to_owned());
        assert_eq!(attempts(&world), [outcome(FIRST), outcome(SECOND)]);
        assert_eq!(text(task(&world), &["businessStatus", "coding", "0", "code"]), "unanswered");
        assert!(is(task(&world), "status", "requested") && is(task(&world), "priority", "stat"));
    }
}

#[test]
fn each_person_is_called_at_most_once_in_a_round_whatever_fails() {
    let all = FAILURES.into_iter().chain(TRANSIENT).chain([Fault::EachRefused(403), Fault::EachRefused(404)]);
    for fault in all {
        for number in 0..8 {
            for faults in [Faults::at(number, fault), Faults::from(number, fault)] {
                let about = format!("{fault:?} at {number}");
                let mut world = world();
                let resource = page(&mut world);
                // The fault happens in the first run, and again when the second person is called.
                world.play(world.on_change(&resource), &faults);
                world.now += MINUTE;
                world.play(world.cron(), &faults);
                sweep(&mut world, 20);
                let called = called(&world);
                for phone in [FIRST, SECOND] {
                    assert!(called.iter().filter(|to| **to == phone).count() <= 1, "{about} {called:?}");
                }
                let attempts = attempts(&world);
                let phones: Vec<&str> = attempts.iter().map(|(phone, _)| phone.as_str()).collect();
                assert_eq!(phones, [FIRST, SECOND], "{about}");
                assert!(attempts.iter().all(|(_, outcome)| !outcome.is_empty()), "{about} {attempts:?}");
                // Only a request that did not reach Twilio, or that Twilio refused, leaves a person without a call.
                for (phone, outcome) in &attempts {
                    assert!(outcome == "not-placed" || called.contains(&phone.as_str()), "{about} {attempts:?}");
                }
                assert!(is(task(&world), "priority", "stat"), "{about}");
            }
        }
    }
}

#[test]
fn simultaneous_runs_place_one_call() {
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let mut world = world();
        let resource = page(&mut world);
        let flows = vec![world.on_change(&resource), world.cron(), world.cron(), world.on_change(&resource)];
        world.race(flows, &mut random);
        assert_eq!(called(&world), [FIRST], "{seed}");
        world.now += MINUTE;
        let flows = vec![world.cron(), world.cron(), world.cron()];
        world.race(flows, &mut random);
        assert_eq!(called(&world), [FIRST, SECOND], "{seed}");
        assert_eq!(attempts(&world).len(), 2);
    }
}

#[test]
fn a_refused_call_is_followed_by_the_next_person_at_once() {
    let mut world = world();
    world.twilio.refused = vec![FIRST];
    let resource = page(&mut world);
    let (response, _) = world.play(world.on_change(&resource), &Faults::NONE);
    assert_eq!(called(&world), [FIRST, SECOND]);
    assert!(response.log.iter().any(|line| line.contains("TWILIO_REFUSED")));
    assert_eq!(attempts(&world)[0], (FIRST.to_owned(), "not-placed".to_owned()));
}

#[test]
fn an_edited_task_calls_nothing_else() {
    let edits: [(&str, &str); 8] = [
        ("status", r#""cancelled""#),
        ("status", r#""in-progress""#),
        ("businessStatus", "null"),
        ("code", r#"{"coding":[{"system":"https://plumline.dev/fhir/call-task-code","code":"missed"}]}"#),
        ("identifier", r#"[{"system":"https://plumline.dev/fhir/page","value":"CA1.end"}]"#),
        ("identifier", r#"[{"system":"https://plumline.dev/fhir/page","value":"+15550100199"}]"#),
        (
            "extension",
            r#"[{"url":"https://plumline.dev/fhir/StructureDefinition/page-called","valueString":"+15550100199"}]"#,
        ),
        ("extension", "[]"),
    ];
    for (name, value) in edits {
        let mut world = world();
        let mut resource = page(&mut world);
        resource.set(name, json(value));
        world.fhir.put(&resource, world.now);
        world.play(world.on_change(&resource), &Faults::NONE);
        sweep(&mut world, 3);
        assert_eq!(called(&world), [""; 0], "{name} {value}");
    }
    // Attempts that someone wrote call no other phone.
    let mut world = world();
    let mut resource = page(&mut world);
    let called_number = list(&resource, "extension")[0].write();
    let attempt = r#"{"url":"https://plumline.dev/fhir/StructureDefinition/page-attempt","extension":[{"url":"number","valueString":"+15550100199"},{"url":"call","valueString":"../../Messages"}]}"#;
    resource.set("extension", json(&format!("[{called_number},{attempt}]")));
    let resource = world.fhir.put(&resource, world.now);
    world.play(world.on_change(&resource), &Faults::NONE);
    assert_eq!(called(&world), [FIRST]);
}

#[test]
fn a_phone_that_the_policy_forbids_is_not_called() {
    let mut blocked = world();
    blocked.config = CONFIG.replace(r#"{"numbers""#, r#"{"outbound":{"blocked":["+1555010017"]},"numbers""#);
    let resource = page(&mut blocked);
    blocked.play(blocked.on_change(&resource), &Faults::NONE);
    sweep(&mut blocked, 2);
    assert_eq!(called(&blocked), [""; 0]);
    assert!(is(task(&blocked), "priority", "stat"));
}
