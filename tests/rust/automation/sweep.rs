// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sweep: whatever was lost, late, double or begun, the same calls stand in the chart in the end.

use plumline::bots::automation;
use plumline::chart::{CallEvent, CallLog, Context};
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::{BotEvent, Flow, Reply};

use crate::automation::twilio::{Leg, Recorded};
use crate::automation::world::{CALLER, DAY, HOUR, MINUTE, OURS, World, calls, leg, same};
use crate::constants::NOW;
use crate::fault::{Faults, TRANSIENT};
use crate::json::{bare, is, json};
use crate::random::Random;
use crate::run::{Run, play};
use crate::twilio::sid;

/// A number of the account that another application answers.
const FOREIGN: &str = "+15550100900";

/// Calls of another application.
fn foreign(random: &mut Random, count: u64, from: u64, minutes: u64) -> Vec<Leg> {
    let mut legs = calls(random, count, from, minutes);
    for leg in &mut legs {
        leg.sid = leg.sid.replacen("CA0", "CAf", 1);
        leg.parent = leg.parent.as_ref().map(|parent| parent.replacen("CA0", "CAf", 1));
        for end in [&mut leg.from, &mut leg.to] {
            if end == OURS {
                FOREIGN.clone_into(end);
            }
        }
    }
    legs
}

/// What the chart should say of every call of ours, told from the list alone.
fn expected(world: &World) -> Vec<String> {
    let mut calls = Vec::new();
    for root in world.twilio.legs.iter().filter(|leg| leg.parent.is_none() && !leg.sid.starts_with("CAf")) {
        let mut log = CallLog::default();
        for leg in &world.twilio.legs {
            if leg.sid == root.sid || leg.parent.as_ref() == Some(&root.sid) {
                log.add(&CallEvent::from_rest(&leg.json(u64::MAX)).unwrap());
            }
        }
        calls.push(log.write(None, EXTENSION_BASE).write());
    }
    calls.sort();
    calls
}

#[test]
fn fills_an_empty_chart_and_then_rests() {
    let mut world = World::new("");
    world.twilio.legs = calls(&mut Random::new(1), 30, NOW - 50 * MINUTE, 40);
    world.settle();
    world.now += 20 * MINUTE;
    world.settle();
    same(&world.calls(), &expected(&world), "");
    let before = world.fhir.resources.clone();
    // Marks and tickets, the list, the records of its last minutes: three round trips where nothing happened.
    world.now += HOUR;
    world.settle();
    assert_eq!(world.sweep(), 2);
    assert_eq!(world.fhir.of_type("Communication").len(), before.len() - 1);
}

#[test]
fn any_state_and_any_mark_end_in_the_same_chart() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut world = World::new("");
        world.twilio.legs = calls(&mut random, 25, NOW - 55 * MINUTE, 50);
        if seed % 2 == 1 {
            world.numbers = OURS;
            // What begins at an app and reaches nobody tells nothing of whose it is.
            let others = foreign(&mut random, 25, NOW - 55 * MINUTE, 50);
            let ends = |leg: &Leg| leg.from.starts_with("client:");
            let apps: Vec<String> = others.iter().filter(|leg| ends(leg)).map(|leg| leg.sid.clone()).collect();
            let of_app =
                |leg: &Leg| apps.contains(&leg.sid) || leg.parent.as_ref().is_some_and(|root| apps.contains(root));
            world.twilio.legs.extend(others.into_iter().filter(|leg| !of_app(leg)));
        }
        world.twilio.page = Some(1 + random.below(30));
        world.twilio.twice = random.one_in(2);
        // Some are there, as they were at some time, with some of their legs.
        let (legs, page) = (world.twilio.legs.clone(), world.twilio.page.take());
        for root in legs.iter().filter(|leg| leg.parent.is_none() && !leg.sid.starts_with("CAf")) {
            if random.one_in(2) {
                world.now = root.start + random.below(300) as u64 * 1_000;
                world.twilio.legs.retain(|leg| leg.parent.is_none() || random.one_in(2));
                world.chart(&root.sid);
                world.twilio.legs.clone_from(&legs);
            }
        }
        world.twilio.page = page;
        world.now = NOW - 60 * MINUTE + random.below(60) as u64 * MINUTE;
        for _ in 0..random.below(4) {
            let runs = (0..=random.below(3)).map(|_| world.cron()).collect();
            for done in world.race(runs, &mut random) {
                assert!(matches!(done.reply, Reply::Accepted | Reply::Broken(_)));
            }
            world.now += random.below(10) as u64 * MINUTE;
        }
        world.now = NOW + 20 * MINUTE;
        world.settle();
        same(&world.calls(), &expected(&world), &format!("seed {seed}"));
    }
}

#[test]
fn calls_of_another_application_stay_out_of_the_chart() {
    let everything = r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1},"tasks":{"on":["missed","voicemail","failed"]}}"#;
    let mut world = World { numbers: OURS, ..World::new(everything) };
    let at = NOW - 10 * MINUTE;
    let app = "client:another_app";
    world.twilio.legs = vec![
        leg(1, None, CALLER, FOREIGN, at, 40),
        leg(5, None, CALLER, FOREIGN, at, 40),
        leg(6, Some(5), CALLER, app, at + 1_000, 20),
        leg(9, None, FOREIGN, CALLER, at, 40),
        leg(13, None, app, "", at, 40),
        leg(14, Some(13), FOREIGN, CALLER, at + 1_000, 20),
        leg(17, None, CALLER, OURS, at, 40),
        leg(21, None, "sip:desk@clinic.example", "", at, 40),
    ];
    world.twilio.recorded = vec![recording(1, &sid("CA", 1), at + 20_000, 20, "RecordVerb")];
    world.twilio.recordings = vec![sid("RE", 1)];
    for _ in 0..3 {
        world.settle();
        world.now += DAY;
    }
    let mut roots: Vec<String> =
        world.fhir.of_type("Communication").iter().map(|one| CallLog::read(one).root().unwrap().to_owned()).collect();
    roots.sort();
    assert_eq!(roots, [sid("CA", 17), sid("CA", 21)]);
    assert_eq!(world.fhir.of_type("Task").len(), 2);
    assert_eq!(world.twilio.recordings, [sid("RE", 1)]);
}

#[test]
fn numbers_that_cannot_be_read_keep_no_call_out() {
    for numbers in ["15550100001", "+15550100001;+15550100002", "+15550100001,x"] {
        let mut world = World { numbers, ..World::new("") };
        world.twilio.legs = vec![leg(1, None, CALLER, OURS, NOW - 10 * MINUTE, 40)];
        let (done, _) = world.play(world.cron(), &Faults::NONE);
        assert!(done.log.iter().any(|line| line.contains("NUMBER_INVALID at TWILIO_NUMBER")), "{:?}", done.log);
        assert_eq!(world.calls().len(), 1, "{numbers}");
    }
}

#[test]
fn a_mark_ahead_of_the_clock_hides_no_call() {
    let mut world = World::new("");
    world.now += 30 * DAY;
    world.sweep();
    world.now = NOW;
    world.sweep();
    world.twilio.legs = vec![leg(1, None, CALLER, OURS, NOW, 40)];
    world.now += 10 * MINUTE;
    world.settle();
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn a_long_backlog_loses_no_leg() {
    for numbers in ["", OURS] {
        let mut world = World { numbers, ..World::new(r#"{"tasks":{"on":["missed"]}}"#) };
        for number in 0..450 {
            let (root, at) = (number * 4 + 1, NOW - 20 * MINUTE + number * 1_000);
            world.twilio.legs.push(leg(root, None, CALLER, OURS, at, 90));
            // Whom they dial tells nothing of whose call it is.
            world.twilio.legs.push(leg(root + 1, Some(root), CALLER, "+15550100400", at + 20_000, 60));
        }
        world.sweep();
        // The next run comes when the list of that time has been left behind for long.
        world.now += 9 * HOUR;
        world.settle();
        let legs = |call: &String| CallLog::read(&json(call)).children().count();
        assert_eq!(world.calls().iter().map(legs).collect::<Vec<_>>(), [1; 450]);
        assert!(world.fhir.of_type("Task").is_empty());
    }
}

#[test]
fn a_backlog_takes_several_runs_and_each_is_short() {
    let mut world = World::new("");
    // The sweep has run once, and then not for a day.
    world.sweep();
    let began = world.now;
    world.now += DAY;
    world.twilio.legs = calls(&mut Random::new(2), 1_200, began, 23 * 60);
    let mut runs = 0;
    while world.calls().len() < 1_200 {
        let asked = world.sweep();
        assert!(asked <= 42, "{asked}");
        world.now += MINUTE;
        runs += 1;
        assert!(runs < 60);
    }
    assert!(runs > 3, "{runs}");
    world.settle();
    same(&world.calls(), &expected(&world), "");
}

#[test]
fn a_fault_at_any_round_trip_loses_nothing() {
    for seed in 0..2 {
        let mut ground = World::new(r#"{"tasks":{"on":["missed","failed"]}}"#);
        ground.twilio.legs = calls(&mut Random::new(seed), 12, NOW - 20 * MINUTE, 12);
        for leg in &mut ground.twilio.legs {
            leg.listed = leg.start;
        }
        ground.twilio.page = Some(10);
        let mut still = ground.clone();
        let asked = still.sweep();
        still.now += MINUTE;
        still.sweep();
        let mut tasks: Vec<String> = still.fhir.of_type("Task").iter().map(|task| task_of(task)).collect();
        tasks.sort();
        assert!(!tasks.is_empty());
        same(&still.calls(), &expected(&still), "");
        for at in 0..asked {
            for fault in TRANSIENT {
                let mut world = ground.clone();
                world.play(world.cron(), &Faults::at(at, fault));
                world.now += MINUTE;
                world.sweep();
                same(&world.calls(), &expected(&world), &format!("{seed} {at} {fault:?}"));
                let mut there: Vec<String> = world.fhir.of_type("Task").iter().map(|task| task_of(task)).collect();
                there.sort();
                same(&there, &tasks, &format!("{seed} {at} {fault:?}"));
                // A run that dies is one of which nothing more is heard.
                let mut world = ground.clone();
                let mut dying = Run::new(world.cron());
                for _ in 0..at {
                    dying.go_on(|open| world.answer(open, None));
                }
                world.now += MINUTE;
                world.sweep();
                same(&world.calls(), &expected(&world), &format!("{seed} {at}"));
            }
        }
    }
}

/// A task without what differs from one chart to another.
fn task_of(task: &Json) -> String {
    let mut task = task.clone();
    task.set("focus", Json::Null);
    bare(&task)
}

#[test]
fn calls_that_go_on_are_looked_at_again() {
    let mut world = World::new("");
    // One of 40 minutes, and one of six hours, whose ends nobody tells of.
    world.twilio.legs = vec![
        leg(1, None, CALLER, OURS, NOW - 5 * MINUTE, 40 * 60),
        leg(5, None, CALLER, OURS, NOW - 4 * MINUTE, 6 * 3_600),
    ];
    world.sweep();
    assert!(is(world.call(&sid("CA", 1)), "status", "in-progress"));
    for _ in 0..60 {
        world.now += MINUTE;
        world.sweep();
    }
    assert!(is(world.call(&sid("CA", 1)), "status", "completed"));
    assert!(is(world.call(&sid("CA", 5)), "status", "in-progress"));
    for _ in 0..8 {
        world.now += HOUR;
        world.sweep();
    }
    assert!(is(world.call(&sid("CA", 5)), "status", "completed"));
}

fn ticket(world: &mut World, number: &str, prepared: u64, appointment: &str) -> Json {
    let context = Context {
        patient: Some("Patient/p1".to_owned()),
        practitioner: Some("Practitioner/practitioner-1".to_owned()),
        appointment: Some(appointment.to_owned()),
        identity: Some("practitioner_1".to_owned()),
        number: Some(number.to_owned()),
        prepared: Some(prepared),
        ..Context::default()
    };
    world.fhir.put(&CallLog::ticket(&context).write(None, EXTENSION_BASE), prepared)
}

fn placed(root: u64, to: &str, start: u64) -> Vec<crate::automation::twilio::Leg> {
    vec![
        leg(root, None, "client:practitioner_1", "", start, 60),
        leg(root + 1, Some(root), OURS, to, start + 1_000, 50),
    ]
}

#[test]
fn tickets_find_their_calls() {
    // The call is not in the chart; it is; it is and another is, which a callback made.
    for state in 0..2 {
        let mut world = World::new("");
        let at = NOW - 8 * MINUTE;
        let one = ticket(&mut world, "+15550100201", at, "Appointment/a1");
        let other = ticket(&mut world, "+15550100202", at, "Appointment/a2");
        world.twilio.legs = placed(1, "+15550100202", at + MINUTE);
        world.twilio.legs.extend(placed(5, "+15550100201", at + MINUTE));
        if state == 1 {
            world.chart(&sid("CA", 1));
            world.chart(&sid("CA", 5));
        }
        world.sweep();
        for (number, ticket, appointment) in [(1, &other, "Appointment/a2"), (5, &one, "Appointment/a1")] {
            let call = world.call(&sid("CA", number));
            assert_eq!(call.get("id"), ticket.get("id"));
            assert_eq!(call.at(&["basedOn", "0", "reference"]), Some(&Json::of(appointment)));
            assert!(is(call, "status", "completed"));
            assert_eq!(CallLog::read(call).children().count(), 1);
        }
        assert_eq!(world.calls().len(), 2);
        assert_eq!(world.fhir.of_type("Communication").len(), if state == 0 { 2 } else { 4 });
    }
}

/// The record of a call that is placed by REST over `line`; `phone` rings first.
fn intent(world: &mut World, line: &str, phone: Option<&str>, number: &str, at: u64) -> Json {
    let mut intent = ticket(world, number, at, "Appointment/a1");
    let mut log = CallLog::read(&intent);
    log.know(&Context { practitioner_number: phone.map(str::to_owned), ..Context::default() });
    intent = log.write(Some(intent), EXTENSION_BASE);
    let medium = format!(r#"{{"coding":[{{"system":"https://plumline.dev/fhir/phone-number","code":"{line}"}}]}}"#);
    let mut media = intent.get("medium").cloned().unwrap().into_elements();
    media.push(json(&medium));
    intent.set("medium", Json::List(media));
    let sent = format!(r#"{{"url":"{EXTENSION_BASE}/call-attempt","valueInstant":"{}"}}"#, plumline::time::instant(at));
    let mut extensions = intent.get("extension").cloned().unwrap().into_elements();
    extensions.push(json(&sent));
    intent.set("extension", Json::List(extensions));
    world.fhir.put(&intent, at);
    intent
}

const PHONE: &str = "+15550100300";

/// A call that was placed by REST over `line`.
fn by_rest(number: u64, line: &str, to: &str, start: u64) -> crate::automation::twilio::Leg {
    crate::automation::twilio::Leg { direction: "outbound-api", ..leg(number, None, line, to, start, 30) }
}

#[test]
fn calls_placed_by_rest_find_their_records() {
    for (phone, picks_up) in [(Some(PHONE), true), (Some(PHONE), false), (None, true)] {
        let mut world = World::new("");
        let at = NOW - 8 * MINUTE;
        let lines = [("+15550100201", OURS), ("+15550100202", "+15550100002")];
        let intents = lines.map(|(number, line)| intent(&mut world, line, phone, number, at));
        // The second one's call; a callback has told of it.
        world.twilio.legs = vec![by_rest(1, "+15550100002", PHONE, at + 2_000)];
        if picks_up {
            world.twilio.legs.push(leg(2, Some(1), "+15550100002", "+15550100202", at + 9_000, 20));
        } else {
            world.twilio.legs[0].status = "no-answer";
        }
        world.chart(&sid("CA", 1));
        world.sweep();
        assert_eq!(world.call(&sid("CA", 1)).get("id"), intents[1].get("id"));
        assert!(is(world.fhir.of_type("Communication")[0], "status", "preparation"));
    }
}

/// Another application calls over the same number of ours, or another practitioner does.
#[test]
fn a_call_that_rang_another_phone_is_nobodys() {
    for phone in [Some(PHONE), None] {
        for dials in [false, true] {
            let mut world = World::new("");
            let at = NOW - 8 * MINUTE;
            intent(&mut world, OURS, phone, "+15550100201", at);
            world.twilio.legs = vec![by_rest(1, OURS, "+15550100399", at + 30_000)];
            world.twilio.legs[0].status = "no-answer";
            if dials && phone.is_some() {
                world.twilio.legs.push(leg(2, Some(1), OURS, "+15550100201", at + 39_000, 20));
            }
            world.settle();
            assert_eq!(waiting(&world), 1, "{phone:?} {dials}");
            assert!(!world.call(&sid("CA", 1)).write().contains("Patient/p1"));
        }
    }
}

/// Two calls of one practitioner, of which neither was answered: which was to reach whom is not told.
#[test]
fn a_call_that_got_no_further_takes_none_of_two_records() {
    let mut world = World::new("");
    let at = NOW - 3 * MINUTE;
    intent(&mut world, OURS, Some(PHONE), "+15550100201", at);
    // This one is so young that it is left alone, and stands in the way all the same.
    intent(&mut world, OURS, Some(PHONE), "+15550100202", at + 90_000);
    world.twilio.legs = vec![by_rest(1, OURS, PHONE, at + 91_000)];
    world.twilio.legs[0].status = "no-answer";
    for _ in 0..10 {
        world.sweep();
        world.now += MINUTE;
        assert_eq!(waiting(&world), 2);
    }
}

#[test]
fn a_ticket_fits_no_call_of_another_identity_number_or_time() {
    let mut world = World::new("");
    ticket(&mut world, "+15550100201", NOW - 30 * MINUTE, "Appointment/a1");
    world.twilio.legs = placed(1, "+15550100202", NOW - 29 * MINUTE);
    world.twilio.legs.extend(placed(5, "+15550100201", NOW - 35 * MINUTE));
    world.twilio.legs.extend(placed(9, "+15550100201", NOW - 10 * MINUTE));
    world.twilio.legs.extend(placed(13, "+15550100201", NOW - 28 * MINUTE));
    world.twilio.legs[6].from = "client:practitioner_2".to_owned();
    world.sweep();
    assert_eq!(world.calls().len(), 5);
    let waiting = world.fhir.of_type("Communication");
    assert_eq!(waiting.iter().filter(|one| is(one, "status", "preparation")).count(), 1);
}

/// How many tickets wait for a call.
fn waiting(world: &World) -> usize {
    world.fhir.of_type("Communication").into_iter().filter(|one| is(one, "status", "preparation")).count()
}

/// The chart failed when the call came with its ticket: nobody was dialled, and Twilio knows no number.
#[test]
fn a_ticket_finds_the_call_that_dialled_nobody() {
    let mut world = World::new("");
    // Twilio tells when it began by the second.
    let at = NOW - NOW % 1_000 - 8 * MINUTE + 400;
    let of_call = ticket(&mut world, "+15550100201", at, "Appointment/a1");
    ticket(&mut world, "+15550100202", at + 3 * MINUTE, "Appointment/a2");
    world.twilio.legs = vec![leg(1, None, "client:practitioner_1", "", at - 400, 6)];
    world.sweep();
    world.settle();
    let call = world.call(&sid("CA", 1));
    assert_eq!(call.get("id"), of_call.get("id"));
    assert_eq!(call.at(&["basedOn", "0", "reference"]), Some(&Json::of("Appointment/a1")));
    assert!(is(call, "status", "completed"));
    assert_eq!(waiting(&world), 1);
}

/// A double click used a ticket twice, and the second call heard that it was placed already.
#[test]
fn a_ticket_is_not_given_to_a_call_that_was_refused() {
    let mut world = World::new("");
    let at = NOW - 4 * MINUTE;
    ticket(&mut world, "+15550100201", at - MINUTE, "Appointment/a1");
    let next = ticket(&mut world, "+15550100202", at, "Appointment/a2");
    world.twilio.legs = placed(1, "+15550100201", at - 56_000);
    world.twilio.legs.push(leg(5, None, "client:practitioner_1", "", at - 55_000, 6));
    world.sweep();
    assert_eq!(waiting(&world), 1);
    assert_ne!(world.call(&sid("CA", 5)).get("id"), next.get("id"));
    // The call that it is for finds it.
    world.twilio.legs.extend(placed(9, "+15550100202", NOW));
    world.now += 2 * MINUTE;
    world.settle();
    assert_eq!(world.call(&sid("CA", 9)).get("id"), next.get("id"));
}

/// The ticket of another call was used, and then used again: that second call was refused, and dialled nobody.
#[test]
fn a_ticket_is_not_given_to_a_call_that_came_with_one_of_another_call() {
    for is_listed in [false, true] {
        let mut world = World::new("");
        let at = NOW - 6 * MINUTE;
        let unused = ticket(&mut world, "+15550100201", at, "Appointment/a1");
        let used = ticket(&mut world, "+15550100202", at + MINUTE, "Appointment/a2");
        world.twilio.legs = placed(1, "+15550100202", at + 90_000);
        world.twilio.legs.push(leg(5, None, "client:practitioner_1", "", at + 2 * MINUTE, 4));
        // Its first call may be in the chart, or be found together with the other.
        if !is_listed {
            let mut log = CallLog::read(&used);
            for leg in &world.twilio.legs[..2] {
                log.add(&CallEvent::from_rest(&leg.json(NOW)).unwrap());
            }
            world.fhir.put(&log.write(Some(used.clone()), EXTENSION_BASE), at + 90_000);
        }
        for _ in 0..10 {
            world.sweep();
            world.now += MINUTE;
            assert_eq!(world.call(&sid("CA", 1)).get("id"), used.get("id"));
            assert!(!world.call(&sid("CA", 5)).write().contains("Patient/p1"));
            assert_eq!(waiting(&world), 1);
        }
        // The call that it is for finds it.
        world.twilio.legs.extend(placed(9, "+15550100201", at + 9 * MINUTE));
        world.settle();
        assert_eq!(world.call(&sid("CA", 9)).get("id"), unused.get("id"));
    }
}

#[test]
fn a_ticket_waits_while_it_is_not_known_what_others_there_were() {
    let mut world = World::new("");
    let at = NOW - 6 * MINUTE;
    let of_call = ticket(&mut world, "+15550100201", at, "Appointment/a1");
    // Another's, a call by REST, and one that was prepared and used later, are none that the call can have come with.
    let mut theirs = CallLog::ticket(&Context {
        practitioner: Some("Practitioner/practitioner-2".to_owned()),
        identity: Some("practitioner_2".to_owned()),
        prepared: Some(at),
        ..Context::default()
    });
    theirs.claim(&sid("CA", 21));
    world.fhir.put(&theirs.write(None, EXTENSION_BASE), at);
    intent(&mut world, OURS, Some(PHONE), "+15550100203", at);
    let later = ticket(&mut world, "+15550100202", at + 3 * MINUTE, "Appointment/a2");
    let mut log = CallLog::read(&later);
    log.claim(&sid("CA", 25));
    world.fhir.put(&log.write(Some(later), EXTENSION_BASE), at + 3 * MINUTE);
    world.twilio.legs = vec![leg(1, None, "client:practitioner_1", "", at + MINUTE, 4)];
    let search = "GET Communication?category=https://plumline.dev/fhir/communication-category|twilio-voice&sender=";
    world.fhir.refused.push((search.to_owned(), 500));
    for _ in 0..3 {
        world.sweep();
        world.now += MINUTE;
        assert_eq!(waiting(&world), 2);
    }
    world.fhir.refused.clear();
    world.sweep();
    assert_eq!(world.call(&sid("CA", 1)).get("id"), of_call.get("id"));
    assert_eq!(waiting(&world), 1);
}

#[test]
fn a_call_that_dialled_nobody_takes_none_of_two_tickets() {
    let mut world = World::new("");
    let at = NOW - 12 * MINUTE;
    ticket(&mut world, "+15550100201", at, "Appointment/a1");
    ticket(&mut world, "+15550100202", at + MINUTE, "Appointment/a2");
    world.twilio.legs = vec![leg(1, None, "client:practitioner_1", "", at + 2 * MINUTE, 6)];
    for _ in 0..15 {
        world.sweep();
        world.now += MINUTE;
        assert_eq!(waiting(&world), 2);
    }
}

#[test]
fn a_ticket_that_nobody_used_is_closed() {
    let mut world = World::new("");
    ticket(&mut world, "+15550100201", NOW, "Appointment/a1");
    // A draft of somebody else's stays.
    let mut draft = CallLog::default().write(None, EXTENSION_BASE);
    draft.set("status", Json::of("preparation"));
    world.fhir.put(&draft, NOW);
    for _ in 0..29 {
        world.now += MINUTE;
        world.sweep();
        assert!(is(world.fhir.of_type("Communication")[0], "status", "preparation"));
    }
    world.now += 3 * MINUTE;
    world.sweep();
    let closed = world.fhir.of_type("Communication")[0];
    assert!(is(closed, "status", "not-done"));
    assert_eq!(closed.at(&["statusReason", "coding", "0", "code"]), Some(&Json::of("ticket-expired")));
    assert!(is(world.fhir.of_type("Communication")[1], "status", "preparation"));
}

#[test]
fn recordings_are_deleted_when_their_time_has_come() {
    let config = r#"{"recording":{"announcement":{"text":"This call is recorded."},"retentionDays":30}}"#;
    let mut world = World::new(config);
    let mut recordings = Vec::new();
    for number in 0..120 {
        let at = NOW - number * 12 * HOUR;
        let (root, recording) = (sid("CA", number * 4 + 1), sid("RE", number));
        let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("Direction", "inbound")];
        let recorded = [("RecordingSid", recording.as_str()), ("RecordingStatus", "completed")];
        let mut log = CallLog::default();
        log.add(&CallEvent::read(&[pairs.as_slice(), &recorded].concat(), at).unwrap());
        world.fhir.put(&log.write(None, EXTENSION_BASE), at);
        if number % 7 != 0 {
            recordings.push(recording);
        }
    }
    // Some were deleted by hand; some are of calls that are not ours.
    recordings.push(sid("RE", 9_999));
    world.twilio.recordings.clone_from(&recordings);
    world.settle();
    // Each in its own time, to the hour.
    let kept = |world: &World| world.twilio.recordings.len();
    let young = |from: u64| {
        recordings
            .iter()
            .filter(|sid| {
                let number = u64::from_str_radix(&sid[2..], 16).unwrap();
                number == 9_999 || NOW - number * 12 * HOUR + 30 * DAY > from
            })
            .count()
    };
    assert_eq!(kept(&world), young(world.now));
    let deleted = world.twilio.deleted;
    world.now += 15 * DAY;
    world.settle();
    assert_eq!(kept(&world), young(world.now));
    assert!(world.twilio.deleted > deleted);
    // The chart says so, once of each, and nothing else of a call has changed.
    for call in world.fhir.of_type("Communication") {
        let extensions = call.get("extension").unwrap().elements();
        let gone = extensions.iter().filter(|one| one.write().contains("twilio-recording-deleted")).count();
        let old = plumline::time::parse_instant(call.get("sent").and_then(Json::text).unwrap()).unwrap() + 30 * DAY
            < world.now;
        assert_eq!(gone, usize::from(old));
        assert!(is(call, "status", "completed"));
    }
    let versions = world.fhir.resources.clone();
    world.now += MINUTE;
    world.settle();
    assert_eq!(
        world.fhir.of_type("Communication"),
        versions.iter().filter(|one| is(one, "resourceType", "Communication")).collect::<Vec<_>>()
    );
}

#[test]
fn a_recording_is_as_old_as_twilio_says() {
    let mut world = World::new(RECORDING);
    // A record that somebody has written: an old call with the recording of a new one.
    let (root, young) = (sid("CA", 1), sid("RE", 1));
    let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("Direction", "inbound")];
    let recorded = [("RecordingSid", young.as_str()), ("RecordingStatus", "completed")];
    let mut log = CallLog::default();
    log.add(&CallEvent::read(&[pairs.as_slice(), &recorded].concat(), NOW - 2 * DAY).unwrap());
    world.fhir.put(&log.write(None, EXTENSION_BASE), NOW - 2 * DAY);
    world.twilio.recorded = vec![recording(1, &sid("CA", 5), NOW - 2 * HOUR, 20, "DialVerb")];
    world.twilio.recordings = vec![young.clone()];
    world.settle();
    assert_eq!((world.twilio.deletions, &world.twilio.recordings), (0, &vec![young]));
    // Its own time comes.
    world.now += 23 * HOUR;
    world.settle();
    assert_eq!((world.twilio.deletions, world.twilio.recordings.len()), (1, 0));
}

const RECORDING: &str =
    r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1},"tasks":{"on":["missed","voicemail"]}}"#;

fn recording(number: u64, call: &str, created: u64, seconds: u64, source: &'static str) -> Recorded {
    Recorded { sid: sid("RE", number), call: call.to_owned(), created, seconds, source }
}

#[test]
fn a_recording_that_no_callback_told_of_is_found() {
    for listed_with in [true, false] {
        let mut world = World::new(RECORDING);
        world.sweep();
        world.now += 10 * MINUTE;
        let at = world.now - 5 * MINUTE;
        world.twilio.legs = vec![leg(1, None, CALLER, OURS, at, 40), leg(5, None, CALLER, OURS, at, 60)];
        world.twilio.legs.push(leg(6, Some(5), CALLER, "client:desk", at + 5_000, 55));
        world.twilio.recorded = vec![
            recording(1, &sid("CA", 1), at + 20_000, 20, "RecordVerb"),
            recording(5, &sid("CA", 5), at + 5_000, 55, "DialVerb"),
            // Of a call that is not in the chart, and of a room.
            recording(9, &sid("CA", 9), at + 5_000, 55, "DialVerb"),
            recording(13, "", at + 5_000, 55, "Conference"),
        ];
        world.twilio.recordings = (0..4).map(|number| sid("RE", number * 4 + 1)).collect();
        if !listed_with {
            // The calls came by their callbacks; the message is thought to be a missed call.
            world.chart(&sid("CA", 1));
            world.chart(&sid("CA", 5));
            let recorded = std::mem::take(&mut world.twilio.recorded);
            world.sweep();
            assert_eq!(world.fhir.of_type("Task")[0].at(&["code", "coding", "0", "code"]), Some(&Json::of("missed")));
            world.twilio.recorded = recorded;
            world.now += MINUTE;
        }
        world.sweep();
        assert_eq!(world.calls().len(), 2);
        let (message, answered) = (world.call(&sid("CA", 1)), world.call(&sid("CA", 5)));
        let (of_message, of_answered) = (CallLog::read(message), CallLog::read(answered));
        let root = of_message.root_leg().unwrap();
        assert_eq!((root.recordings(), root.has_message()), (&[sid("RE", 1)][..], true));
        assert_eq!(root.count(plumline::chart::Count::Recording), Some(20));
        assert_eq!(of_message.started_at(), Some(at));
        let root = of_answered.root_leg().unwrap();
        assert_eq!((root.recordings(), root.has_message()), (&[sid("RE", 5)][..], false));
        let [task] = world.fhir.of_type("Task")[..] else { panic!("one task") };
        assert_eq!(task.at(&["code", "coding", "0", "code"]), Some(&Json::of("voicemail")));
        // It is nothing new the next time, and deleted when its time has come.
        let versions = world.calls();
        world.now += 2 * MINUTE;
        world.sweep();
        assert_eq!(world.calls(), versions);
        world.now += DAY;
        world.settle();
        assert_eq!(world.twilio.recordings, [sid("RE", 9), sid("RE", 13)]);
    }
}

#[test]
fn a_recording_of_a_call_that_goes_on_is_found() {
    let mut world = World::new(RECORDING);
    let at = NOW - 20 * MINUTE;
    world.twilio.legs = vec![leg(1, None, CALLER, OURS, at, 3_600)];
    world.twilio.recorded = vec![recording(1, &sid("CA", 1), at + 5_000, 600, "DialVerb")];
    world.sweep();
    assert!(world.call(&sid("CA", 1)).write().contains("recordingSid"));
}

#[test]
fn a_recording_that_goes_on_is_looked_at_again() {
    let mut world = World::new(RECORDING);
    let at = NOW - MINUTE;
    world.twilio.legs = vec![leg(1, None, CALLER, OURS, at, 2 * 3_600)];
    world.twilio.recorded = vec![recording(1, &sid("CA", 1), at + 5_000, 2 * 3_600 - 5, "DialVerb")];
    for _ in 0..20 {
        world.sweep();
        world.now += 5 * MINUTE;
        assert!(!world.call(&sid("CA", 1)).write().contains("recordingSid"));
    }
    for _ in 0..6 {
        world.sweep();
        world.now += 5 * MINUTE;
    }
    assert!(world.call(&sid("CA", 1)).write().contains("recordingSid"));
}

#[test]
fn the_list_of_recordings_is_read_only_where_there_may_be_any_and_a_few_pages_at_a_time() {
    let message = r#"{"actions":{"message":[{"voicemail":{"greeting":{"text":"Speak."}}}]}}"#;
    for (config, lists) in [("", 1), (r#"{"tasks":{"on":["missed"]}}"#, 1), (RECORDING, 2), (message, 2)] {
        let mut world = World::new(config);
        world.sweep();
        assert_eq!(world.twilio.lists, lists, "{config}");
    }
    let mut world = World::new(RECORDING);
    world.sweep();
    let began = world.now;
    world.now += 12 * HOUR;
    for number in 0..900 {
        let at = began + number * 40_000;
        world.twilio.legs.push(leg(number * 4 + 1, None, CALLER, OURS, at, 30));
        world.twilio.recorded.push(recording(number, &sid("CA", number * 4 + 1), at + 10_000, 20, "RecordVerb"));
    }
    let found = |world: &World| world.calls().iter().filter(|call| call.contains("recordingSid")).count();
    let mut runs = 0;
    while found(&world) < 900 {
        let asked = world.sweep();
        assert!(asked <= 42, "{asked}");
        world.now += MINUTE;
        runs += 1;
        assert!(runs < 60, "{}", found(&world));
    }
    assert!(runs > 3, "{runs}");
}

#[test]
fn a_fault_at_any_round_trip_loses_no_message() {
    let mut ground = World::new(RECORDING);
    let at = NOW - 20 * MINUTE;
    for number in 0..6 {
        ground.twilio.legs.push(leg(number * 4 + 1, None, CALLER, OURS, at + number * MINUTE, 30));
        let created = at + number * MINUTE + 10_000;
        ground.twilio.recorded.push(recording(number, &sid("CA", number * 4 + 1), created, 20, "RecordVerb"));
    }
    ground.twilio.page = Some(3);
    let mut still = ground.clone();
    let asked = still.sweep();
    for _ in 0..3 {
        still.now += MINUTE;
        still.sweep();
    }
    assert!(still.calls().iter().all(|call| call.contains("recordingSid")));
    for at in 0..asked {
        for fault in TRANSIENT {
            let mut world = ground.clone();
            world.play(world.cron(), &Faults::at(at, fault));
            for _ in 0..3 {
                world.now += MINUTE;
                world.sweep();
            }
            same(&world.calls(), &still.calls(), &format!("{at} {fault:?}"));
            let tasks = world.fhir.of_type("Task");
            assert!(
                tasks.len() == 6
                    && tasks
                        .iter()
                        .all(|task| task.write().contains(".voicemail") || task.write().contains("\"voicemail\"")),
                "{at} {fault:?}"
            );
        }
    }
}

/// A world in which `count` calls of the last days are recorded, every 20 minutes one, and kept for a day.
fn recorded(count: u64) -> World {
    let mut world = World::new(r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1}}"#);
    for number in 0..count {
        let (root, recording) = (sid("CA", number * 4 + 1), sid("RE", number));
        let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("RecordingSid", &recording)];
        let mut log = CallLog::default();
        let at = NOW - 2 * DAY - (count - number) * 20 * MINUTE;
        log.add(&CallEvent::read(&pairs, at).unwrap());
        world.fhir.put(&log.write(None, EXTENSION_BASE), at);
        world.twilio.recordings.push(recording);
    }
    world
}

#[test]
fn a_recording_that_cannot_be_deleted_stops_no_other() {
    // Those at Twilio's that cannot, of the first calls and of one in the middle.
    for status in [400, 403, 409, 423, 429, 500] {
        let mut world = recorded(180);
        let stubborn: Vec<u64> = (0..60).chain([100]).collect();
        world.twilio.stubborn = stubborn.iter().map(|number| (sid("RE", *number), status)).collect();
        for _ in 0..20 {
            let asked = world.sweep();
            assert!(asked <= 42, "{asked}");
            world.now += MINUTE;
        }
        assert_eq!(world.twilio.recordings.len(), stubborn.len(), "{status}");
        // They are tried once or twice an hour, some at a time, and no longer where they were refused for good.
        let before = world.twilio.deletions;
        for _ in 0..20 {
            world.sweep();
            world.now += HOUR;
        }
        let tries = world.twilio.deletions - before;
        let for_good = matches!(status, 400 | 423);
        assert!(if for_good { tries == 0 } else { tries >= 190 }, "{status} {tries}");
        assert!(tries <= 2 * 21 * stubborn.len(), "{status} {tries}");
        world.twilio.stubborn.clear();
        for _ in 0..70 {
            world.sweep();
            world.now += MINUTE;
        }
        assert_eq!(world.twilio.recordings.len(), if for_good { stubborn.len() } else { 0 }, "{status}");
    }
}

#[test]
fn no_recording_is_forgotten_in_an_outage() {
    for status in [401, 403, 429, 503] {
        let mut world = recorded(120);
        world.twilio.stubborn.push(("*".to_owned(), status));
        for _ in 0..200 {
            world.twilio.deletions = 0;
            let asked = world.sweep();
            assert!(asked <= 42, "{asked}");
            // Where nothing is answered one run does not ask for long.
            assert!(world.twilio.deletions <= 10 || status == 403, "{status} {}", world.twilio.deletions);
            world.now += MINUTE;
        }
        assert_eq!(world.twilio.recordings.len(), 120);
        world.twilio.stubborn.clear();
        for _ in 0..70 {
            world.sweep();
            world.now += MINUTE;
        }
        assert_eq!(world.twilio.recordings.len(), 0, "{status}");
        assert!(world.calls().iter().all(|call| call.matches("twilio-recording-deleted").count() == 1), "{status}");
    }
}

#[test]
fn a_day_with_very_many_recordings_comes_to_an_end() {
    let mut world = recorded(0);
    for number in 0..2_600 {
        let (root, recording) = (sid("CA", number * 4 + 1), sid("RE", number));
        let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("RecordingSid", &recording)];
        let mut log = CallLog::default();
        let at = NOW - 2 * DAY + number * 30_000;
        log.add(&CallEvent::read(&pairs, at).unwrap());
        world.fhir.put(&log.write(None, EXTENSION_BASE), at);
        world.twilio.recordings.push(recording);
    }
    for _ in 0..40 {
        world.sweep();
        world.now += MINUTE;
    }
    assert_eq!(world.twilio.recordings.len(), 0);
}

#[test]
fn a_fault_at_any_round_trip_keeps_no_recording() {
    let mut ground = World::new(r#"{"recording":{"announcement":{"text":"Recorded."},"retentionDays":1}}"#);
    for number in 0..4 {
        let (root, recording) = (sid("CA", number * 4 + 1), sid("RE", number));
        let pairs = [("CallSid", root.as_str()), ("CallStatus", "completed"), ("RecordingSid", &recording)];
        let mut log = CallLog::default();
        log.add(&CallEvent::read(&pairs, NOW - 3 * DAY + number * HOUR).unwrap());
        ground.fhir.put(&log.write(None, EXTENSION_BASE), NOW - 3 * DAY);
        ground.twilio.recordings.push(recording);
    }
    let asked = ground.clone().sweep();
    for at in 0..asked {
        for fault in TRANSIENT {
            let mut world = ground.clone();
            world.play(world.cron(), &Faults::at(at, fault));
            world.now += MINUTE;
            world.sweep();
            assert_eq!(world.twilio.recordings.len(), 0, "{at} {fault:?}");
            assert!(
                world.calls().iter().all(|call| call.matches("twilio-recording-deleted").count() == 1),
                "{at} {fault:?}"
            );
        }
    }
}

#[test]
fn without_a_key_it_follows_up_what_the_chart_has() {
    let event = r#"{"now":[1671,0],"input":{"resourceType":"Bot"},"secrets":{}}"#;
    let mut world = World::new("");
    let flow = Flow::new(|host| automation(BotEvent::read(event).unwrap(), host));
    let done = play(flow, |open| world.answer(open, None));
    assert_eq!(done.reply, Reply::Accepted);
    assert!(done.log[0].contains("SECRET_MISSING") && done.log[0].contains("TWILIO_ACCOUNT_SID"), "{:?}", done.log);
}
