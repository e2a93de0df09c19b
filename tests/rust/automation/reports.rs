// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The reports for staff, a patient's history and statistics, on random charts.

use std::collections::{BTreeMap, BTreeSet};

use plumline::bots::operations;
use plumline::chart::{CallContext, CallDirection, CallEvent, CallState, Outcome};
use plumline::error::Code;
use plumline::fhir::systems::EXTENSION_BASE;
use plumline::json::Json;
use plumline::runtime::{BotEvent, Flow, Reply};
use plumline::time::{date, instant, parse_instant};

use crate::automation::world::{CALLER, CLINIC_NUMBER, DAY, HOUR, MINUTE, World, calls, leg};
use crate::constants::NOW;
use crate::fault::Fault;
use crate::fhir::Fhir;
use crate::json::{is, json};
use crate::random::Random;
use crate::run::play;
use crate::twilio::sid;

fn ask(world: &mut World, input: &str) -> Json {
    match world.execute(&json(input)) {
        Reply::Value(value) => value,
        other => panic!("{other:?}"),
    }
}

fn refused(world: &mut World, input: &str) -> Code {
    match world.execute(&json(input)) {
        Reply::Invalid(problem) | Reply::Forbidden(problem) | Reply::Broken(problem) => problem.code,
        other => panic!("{other:?}"),
    }
}

fn call_of(number: u64, patient: &str, at: u64) -> Json {
    let context = CallContext {
        patient: Some(patient.to_owned()),
        practitioner: Some("Practitioner/a".to_owned()),
        ..CallContext::default()
    };
    let mut log = CallState::prepared(&context);
    log.add(&CallEvent::from_rest(&leg(number, None, CALLER, CLINIC_NUMBER, at, 60).json(NOW)).unwrap());
    log.write(None, EXTENSION_BASE)
}

fn message_of(number: u64, patient: &str, at: u64, direction: &str) -> Json {
    let text = format!(
        r#"{{"resourceType":"Communication","status":"completed","identifier":[{{"system":"https://www.twilio.com/","value":"{}"}}],"category":[{{"coding":[{{"system":"https://medplum.com/twilio-sms-direction","code":"{direction}"}}]}}],"subject":{{"reference":"{patient}"}},"sent":"{}","payload":[{{"contentString":"Hello {number}"}}]}}"#,
        sid("SM", number),
        instant(at)
    );
    json(&text)
}

#[test]
fn history_lists_calls_and_messages() {
    let mut world = World::new("");
    world.fhir.put(&call_of(1, "Patient/p1", NOW - HOUR), NOW);
    world.fhir.put(&message_of(2, "Patient/p1", NOW - 2 * HOUR, "inbound"), NOW);
    world.fhir.put(&message_of(3, "Patient/p2", NOW - 3 * HOUR, "inbound"), NOW);
    let mut ticket = call_of(5, "Patient/p1", NOW - 4 * HOUR);
    ticket.set("status", Json::of("preparation"));
    world.fhir.put(&ticket, NOW);
    let page = ask(&mut world, r#"{"operation":"history","patient":"Patient/p1"}"#);
    let of = |index: usize| {
        let reference = world.fhir.resources[index].get("id").and_then(Json::text).unwrap();
        format!("Communication/{reference}")
    };
    assert_eq!(
        page.write(),
        format!(
            r#"{{"items":[{{"kind":"call","direction":"inbound","status":"completed","outcome":"no-answer","started":"2026-11-18T10:06:40.000Z","durationSeconds":60,"practitioner":"Practitioner/a","communication":"{}","sid":"{}"}},{{"kind":"message","direction":"inbound","status":"completed","started":"2026-11-18T09:06:40.000Z","communication":"{}","sid":"{}","text":"Hello 2"}}]}}"#,
            of(0),
            sid("CA", 1),
            of(1),
            sid("SM", 2)
        )
    );
}

#[test]
fn pages_return_each_call_once_while_new_calls_arrive() {
    for seed in 0..80 {
        let mut random = Random::new(seed);
        let mut world = World::new("");
        let count = random.below(60);
        let newest = random.one_in(2);
        let page = 1 + random.below(12);
        let put = |world: &mut World, random: &mut Random, at: u64| {
            let number = world.fhir.resources.len() as u64 * 4 + 1;
            let resource = if random.one_in(2) {
                call_of(number, "Patient/p1", at)
            } else {
                message_of(number, "Patient/p1", at, "outbound")
            };
            let resource = world.fhir.put(&resource, NOW);
            format!("Communication/{}", resource.get("id").and_then(Json::text).unwrap())
        };
        // There are few different times, so some pages end between two calls of the same time.
        let mut existing = BTreeSet::new();
        for _ in 0..count {
            let at = NOW - HOUR - random.below(8) as u64 * 1_000;
            existing.insert(put(&mut world, &mut random, at));
        }
        let mut given: Vec<(String, String)> = Vec::new();
        let mut cursor = String::new();
        for _ in 0..200 {
            let order = if newest { "newest" } else { "oldest" };
            let answer = ask(
                &mut world,
                &format!(
                    r#"{{"operation":"history","patient":"Patient/p1","count":{page},"order":"{order}"{cursor}}}"#
                ),
            );
            let items = answer.get("items").unwrap().elements();
            assert!(items.len() <= page);
            for item in items {
                let text = |name: &str| item.get(name).and_then(Json::text).unwrap().to_owned();
                given.push((text("started"), text("communication")));
            }
            // A new call arrives at the start of the list. Later pages do not contain it.
            if random.one_in(2) {
                let at = if newest { NOW - MINUTE } else { NOW - 2 * HOUR };
                put(&mut world, &mut random, at);
            }
            match answer.get("cursor").and_then(Json::text) {
                Some(next) => cursor = format!(r#","cursor":"{next}""#),
                None => break,
            }
        }
        let mut once: Vec<&String> = given.iter().map(|(_, reference)| reference).collect();
        once.sort();
        assert!(once.windows(2).all(|pair| pair[0] != pair[1]), "seed {seed}");
        // The pages contain every call that existed before the first page.
        assert!(existing.iter().all(|reference| once.contains(&reference)), "seed {seed}");
        let sorted = given.windows(2).all(|pair| if newest { pair[0] >= pair[1] } else { pair[0] <= pair[1] });
        assert!(sorted, "seed {seed}");
    }
}

#[test]
fn invalid_requests_are_refused() {
    let mut world = World::new("");
    for (input, code) in [
        (r#"{"operation":"history"}"#, Code::OperationArgument),
        (r#"{"operation":"history","patient":"Practitioner/a"}"#, Code::OperationArgument),
        (r#"{"operation":"history","patient":"Patient/a&status=completed"}"#, Code::OperationArgument),
        (r#"{"operation":"history","patient":"Patient/a","cursor":"x"}"#, Code::CursorInvalid),
        (r#"{"operation":"history","patient":"Patient/a","cursor":"1.a b"}"#, Code::CursorInvalid),
        (r#"{"operation":"history","patient":"Patient/a","cursor":"99999999999999999999.a"}"#, Code::CursorInvalid),
        (r#"{"operation":"statistics"}"#, Code::PeriodInvalid),
        (r#"{"operation":"statistics","from":"2026-11-02","to":"2026-11-01"}"#, Code::PeriodInvalid),
        (r#"{"operation":"statistics","from":"2025-11-01","to":"2026-11-02"}"#, Code::PeriodInvalid),
        (r#"{"operation":"statistics","from":"2026-11-31","to":"2026-12-02"}"#, Code::PeriodInvalid),
        (r#"{"operation":"statistics","from":"2026-11-01","to":"2026-11-02","timeZone":"Nowhere"}"#, Code::ZoneUnknown),
        (
            r#"{"operation":"statistics","from":"2026-11-01","to":"2026-11-02","timeZone":"Test/Place","at":1}"#,
            Code::CursorInvalid,
        ),
        (
            r#"{"operation":"statistics","from":"2026-11-01","to":"2026-11-02","timeZone":"Test/Place","at":1793600000000,"sums":{"days":[]}}"#,
            Code::CursorInvalid,
        ),
    ] {
        assert_eq!(refused(&mut world, input), code, "{input}");
    }
}

#[test]
fn a_refusal_of_the_chart_is_reported() {
    for (status, code) in [(403, Code::RecordForbidden), (500, Code::ChartUnavailable)] {
        let event = r#"{"now":[1671,0],"input":{"operation":"history","patient":"Patient/p1"},"secrets":{}}"#;
        let flow = Flow::new(|host| operations(BotEvent::read(event).unwrap(), host));
        let response = play(flow, |open| Fhir::default().answer(open, Some(Fault::EachRefused(status)), NOW));
        match response.reply {
            Reply::Forbidden(problem) => assert_eq!((problem.code, status), (code, 403)),
            Reply::Broken(problem) => assert_eq!((problem.code, status), (code, 500)),
            other => panic!("{other:?}"),
        }
    }
}

/// Fills the chart with random calls. Some have a practitioner.
fn chart(world: &mut World, random: &mut Random, count: u64, from: u64, days: u64) {
    let mut legs = calls(random, count, from, days * 24 * 60);
    random.shuffle(&mut legs);
    for root in legs.iter().filter(|leg| leg.parent.is_none()) {
        let practitioner = ["a", "b", "c"].get(random.below(4)).map(|name| format!("Practitioner/{name}"));
        let mut log = CallState::prepared(&CallContext { practitioner, ..CallContext::default() });
        for leg in legs.iter().filter(|leg| leg.sid == root.sid || leg.parent.as_ref() == Some(&root.sid)) {
            let mut json = leg.json(u64::MAX);
            if random.one_in(3) {
                // The duration counts from the answer. Before that, the call rang.
                json.set("duration", Json::of("1"));
            }
            log.add(&CallEvent::from_rest(&json).unwrap());
        }
        world.fhir.put(&log.write(None, EXTENSION_BASE), NOW);
    }
}

/// The expected statistics, computed by a simple loop that is independent of the core.
fn expected_statistics(world: &World, from: u64, to: u64, zone_shift: impl Fn(u64) -> u64) -> Json {
    let (mut outcomes, mut days, mut people) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut waits = [Vec::new(), Vec::new()];
    let mut totals = [0u64; 2];
    let mut answers = [0u64; 2];
    for call in world.fhir.of_type("Communication") {
        let log = CallState::read(call);
        let sent = parse_instant(call.get("sent").and_then(Json::text).unwrap()).unwrap();
        let day = date(zone_shift(sent));
        let sent_day = parse_instant(&day).unwrap();
        if !(from..=to).contains(&sent_day) {
            continue;
        }
        let direction = usize::from(log.direction() == Some(CallDirection::Outbound));
        let answered = log.outcome() == Some(Outcome::Answered);
        totals[direction] += 1;
        *outcomes.entry(log.outcome().map_or("open", Outcome::word)).or_insert(0u64) += 1;
        let add = |row: &mut [u64; 3]| {
            row[direction] += 1;
            row[2] += u64::from(answered);
        };
        add(days.entry(day).or_insert([0u64; 3]));
        let ends = call.get("sender").into_iter().chain(call.get("recipient").map(Json::elements).unwrap_or_default());
        if let Some(who) =
            ends.filter_map(|end| end.get("reference")?.text()).find(|who| who.starts_with("Practitioner/"))
        {
            add(people.entry(who.to_owned()).or_insert([0u64; 3]));
        }
        if answered {
            answers[direction] += 1;
            waits[direction].push((log.answered_at().unwrap() - log.started_at().unwrap()) / 1_000);
        }
    }
    let row = |name: &str, of: &str, row: [u64; 3]| {
        let [inbound, outbound, answered] = row.map(Json::of_integer);
        Json::object([
            (name, Json::of(of)),
            ("calls", Json::of_integer(row[0] + row[1])),
            ("inbound", inbound),
            ("outbound", outbound),
            ("answered", answered),
        ])
    };
    let mut by_day = Vec::new();
    for day in (from..=to).step_by(DAY as usize).map(date) {
        let counted = days.get(&day).copied().unwrap_or_default();
        by_day.push(row("day", &day, counted));
    }
    let wait = |direction: usize| {
        let mut waits = waits[direction].clone();
        waits.sort_unstable();
        let sum: u64 = waits.iter().sum();
        let count = waits.len() as u64;
        let share = if totals[direction] == 0 {
            Json::Null
        } else {
            let float = |count: u64| f64::from(u32::try_from(count).unwrap());
            Json::Number(format!(
                "{:.3}",
                (float(answers[direction]) * 1_000.0 / float(totals[direction])).round() / 1_000.0
            ))
        };
        let middle = waits.get(waits.len().saturating_sub(1) / 2).copied();
        let mean = (sum + count / 2).checked_div(count);
        let seconds = |seconds: Option<u64>| seconds.map_or(Json::Null, Json::of_integer);
        Json::object([
            ("answered", Json::of_integer(answers[direction])),
            ("answeredShare", share),
            ("medianSeconds", seconds(middle.map(floor))),
            ("meanSeconds", seconds(mean)),
        ])
    };
    let words = ["answered", "voicemail", "dropped", "no-answer", "declined", "busy", "failed", "open"];
    let by_outcome = words
        .iter()
        .map(|word| ((*word).to_owned(), Json::of_integer(outcomes.get(word).copied().unwrap_or(0))))
        .collect();
    Json::object([
        ("calls", Json::of_integer(totals[0] + totals[1])),
        ("byDay", Json::List(by_day)),
        (
            "byDirection",
            Json::object([("inbound", Json::of_integer(totals[0])), ("outbound", Json::of_integer(totals[1]))]),
        ),
        ("byOutcome", Json::Object(by_outcome)),
        ("byPractitioner", Json::List(people.iter().map(|(who, counts)| row("practitioner", who, *counts)).collect())),
        ("timeToAnswer", Json::object([("inbound", wait(0)), ("outbound", wait(1))])),
    ])
}

/// Rounds down as docs/reports.md says: to a second below two minutes, then to ten seconds, then to a minute.
fn floor(seconds: u64) -> u64 {
    match seconds {
        0..120 => seconds,
        120..600 => seconds / 10 * 10,
        600..3_600 => seconds / 60 * 60,
        _ => 3_600,
    }
}

fn without_period(answer: &Json) -> Json {
    let mut figures = answer.clone();
    for name in ["from", "to", "timeZone", "next"] {
        figures.set(name, Json::Null);
    }
    figures
}

#[test]
fn statistics_match_a_simple_count() {
    for seed in 0..25 {
        let mut random = Random::new(seed);
        let mut world = World::new("");
        let from = parse_instant("2026-11-10").unwrap();
        let count = 1 + random.below(300) as u64;
        chart(&mut world, &mut random, count, from, 10);
        let answer = ask(
            &mut world,
            r#"{"operation":"statistics","from":"2026-11-12","to":"2026-11-17","timeZone":"Test/Place"}"#,
        );
        // The local time is five hours behind UTC. From 2026-11-15 on, it is four hours behind.
        let turn = parse_instant("2026-11-15").unwrap() + 5 * HOUR;
        let shift = |at: u64| if at >= turn { at - 4 * HOUR } else { at - 5 * HOUR };
        let (first, last) = (parse_instant("2026-11-12").unwrap(), parse_instant("2026-11-17").unwrap());
        assert_eq!(
            without_period(&answer).write(),
            expected_statistics(&world, first, last, shift).write(),
            "seed {seed}"
        );
        assert!(answer.get("next").is_none());
    }
}

#[test]
fn a_long_period_continues_from_its_last_page() {
    let mut random = Random::new(7);
    let mut world = World::new(r#"{"timeZone":"Test/Place"}"#);
    let from = parse_instant("2026-11-10").unwrap();
    // Many calls start in the same second.
    chart(&mut world, &mut random, 4_500, from, 1);
    let first = ask(&mut world, r#"{"operation":"statistics","from":"2026-11-08","to":"2026-11-12"}"#);
    assert!(is(&first, "timeZone", "Test/Place"));
    let next = first.get("next").expect("more").clone();
    assert_eq!(first.get("calls").and_then(Json::integer), Some(4_000));
    // Two calls are stored between the pages. The second page counts only the one after the cursor.
    let late = call_of(9_001, "Patient/p1", parse_instant("2026-11-12").unwrap());
    world.fhir.put(&late, NOW);
    world.fhir.put(&call_of(9_005, "Patient/p1", from - HOUR), NOW);
    let second = ask(&mut world, &next.write());
    assert!(second.get("next").is_none());
    assert_eq!(second.get("calls").and_then(Json::integer), Some(4_501));
    // The same `next` gives the same page again.
    assert_eq!(ask(&mut world, &next.write()), second);
    // Without the call before the cursor, the statistics equal those of a single page.
    world.fhir.resources.pop();
    let (first, last) = (parse_instant("2026-11-08").unwrap(), parse_instant("2026-11-12").unwrap());
    assert_eq!(without_period(&second).write(), expected_statistics(&world, first, last, |at| at - 5 * HOUR).write());
}
