// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Alerts: their content, their limit per hour, and an alert URL that fails or hangs.

use plumline::json::Json;

use super::{alerting, followed_up, missed, notify};
use crate::automation::world::{HOUR, MINUTE, World};
use crate::constants::NOW;
use crate::json::is;
use crate::random::Random;
use crate::run::Run;

#[test]
fn concurrent_runs_create_each_task_and_alert_once() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let mut world = World::new(&alerting("slack", 20));
        let calls = [missed(&mut world, 1), missed(&mut world, 5)];
        let mut runs = Vec::new();
        for _ in 0..5 {
            runs.push(world.on_change(random.pick(&calls)));
        }
        runs.push(world.cron());
        runs.push(world.cron());
        world.race(runs, &mut random);
        world.now += MINUTE;
        world.sweep();
        assert_eq!((world.fhir.of_type("Task").len(), world.posts.len()), (2, 2), "seed {seed}");
        let unsent =
            world.fhir.of_type("Communication").iter().filter(|item| is(item, "status", "in-progress")).count();
        assert_eq!(unsent, 0);
    }
}

#[test]
fn an_alert_contains_only_the_kind_and_time_of_the_call() {
    let mut world = World::new(&alerting("slack", 20));
    let call = missed(&mut world, 1);
    notify(&mut world, &call);
    let id = call.get("id").and_then(Json::text).unwrap().to_owned();
    let text =
        format!("Plumline: A call was missed (2026-11-18T11:06:40.000Z, Communication/{id}; alert 1 of the hour)");
    assert_eq!(world.posts, [Json::object([("text", Json::of(&text))])]);
    let mut world = World::new(&alerting("datadog", 20));
    let call = missed(&mut world, 1);
    notify(&mut world, &call);
    assert_eq!(
        world.posts[0].write(),
        format!(
            r#"{{"title":"Plumline: missed","text":"{text}","alert_type":"warning","tags":["source:plumline","occasion:missed"]}}"#
        )
    );
    let intent = world.fhir.of_type("Communication")[1];
    assert!(is(intent, "status", "completed") && intent.write().contains("plumline-alert"));
    // The record of an alert is not a call record, so it starts no follow-up.
    let intent = intent.clone();
    notify(&mut world, &intent);
    assert_eq!((world.posts.len(), world.fhir.of_type("Task").len()), (1, 1));
}

#[test]
fn alerts_per_hour_are_limited_by_the_config() {
    for seed in 0..10 {
        let mut random = Random::new(seed);
        let mut world = World::new(&alerting("slack", 3));
        // The limit applies to the hour from 11:00 to 12:00. It is 11:06:40.
        let mut runs = Vec::new();
        for number in 0..10 {
            let call = missed(&mut world, number * 4 + 1);
            runs.push(world.on_change(&call));
        }
        world.race(runs, &mut random);
        let sent = 3;
        assert_eq!(world.posts.len(), sent, "seed {seed}");
        assert_eq!(world.fhir.of_type("Task").len(), 10);
        // No more alerts are sent until 12:00. Then one summary is sent.
        world.sweep();
        world.now = NOW + 57 * MINUTE;
        world.sweep();
        assert_eq!(world.posts.len(), sent + 1);
        let summary = world.posts[sent].write();
        assert!(
            summary.contains(&format!(
                "Alerts held back from 2026-11-18T11:00:00.000Z to 2026-11-18T12:00:00.000Z: {} (",
                10 - sent
            )),
            "{summary}"
        );
        for _ in 0..3 {
            let runs = vec![world.cron(), world.cron()];
            world.race(runs, &mut random);
            world.now += 40 * MINUTE;
        }
        assert_eq!(world.posts.len(), sent + 1);
        // In the next hour, alerts are sent again.
        let call = missed(&mut world, 101);
        notify(&mut world, &call);
        assert_eq!(world.posts.len(), sent + 2);
    }
}

#[test]
fn a_failed_alert_is_retried_for_an_hour() {
    for (status, tries, ends) in [(500, 31, "stopped"), (404, 1, "stopped"), (429, 31, "stopped")] {
        let mut world = World::new(&alerting("slack", 20));
        world.alert_status = status;
        let call = missed(&mut world, 1);
        assert_eq!(notify(&mut world, &call).len(), 1);
        for _ in 0..70 {
            world.now += MINUTE;
            world.sweep();
        }
        let intent = world.fhir.of_type("Communication")[1];
        assert!(is(intent, "status", ends), "{status} {}", intent.write());
        assert!((tries.min(20)..=tries).contains(&world.posts.len()), "{status} {}", world.posts.len());
    }
    let mut world = World::new(&alerting("slack", 20));
    world.alert_status = 503;
    let call = missed(&mut world, 1);
    notify(&mut world, &call);
    world.alert_status = 200;
    world.now += 3 * MINUTE;
    world.sweep();
    assert_eq!(world.posts.len(), 2);
    assert!(is(world.fhir.of_type("Communication")[1], "status", "completed"));
}

#[test]
fn an_alert_url_that_hangs_does_not_delay_other_work() {
    let config = alerting("slack", 100).replacen(
        '{',
        r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1},"#,
        1,
    );
    let mut world = World::new(&config);
    world.sweep();
    for number in 0..20 {
        missed(&mut world, 1 + 4 * number);
    }
    world.alert_hangs = Some(0);
    let before = followed_up(&world);
    for minute in 1..90 {
        world.now += MINUTE;
        world.alert_hangs = Some(0);
        let mut run = Run::new(world.cron());
        // Medplum ends the run while the first alert hangs. All other work is done by then.
        let posts = world.posts.len();
        while run.response().is_none() && world.posts.len() == posts {
            run.resume(|open| world.answer(open, None));
        }
        assert!(world.alert_hangs <= Some(3_000), "{minute} {:?}", world.alert_hangs);
        assert!(minute < 12 || world.fhir.of_type("Task").len() == 20, "{minute}");
    }
    assert_eq!(world.fhir.of_type("Task").len(), 20);
    assert!(followed_up(&world) >= before + HOUR);
    let hourly = world.fhir.of_type("Basic")[0].write();
    assert!(hourly.contains(r#"{"url":"hourly","valueInstant":"2026-11-18T12"#), "{hourly}");
    // A run that Medplum does not end waits only a short time for alerts.
    for number in 0..20 {
        missed(&mut world, 101 + 4 * number);
    }
    for minute in 0..10 {
        world.now += MINUTE;
        world.alert_hangs = Some(0);
        let asked = world.sweep();
        assert!(asked <= 42 && world.alert_hangs <= Some(12_000), "{minute} {asked} {:?}", world.alert_hangs);
    }
    assert_eq!(world.fhir.of_type("Task").len(), 40);
    // After the alert URL responds again, every recent alert is sent.
    world.alert_hangs = None;
    world.posts.clear();
    for _ in 0..12 {
        world.now += MINUTE;
        world.sweep();
    }
    assert!(world.posts.len() >= 20, "{}", world.posts.len());
}
