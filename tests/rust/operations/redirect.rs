// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `transfer-call`, `hold-call` and `resume-call` when requests fail, are repeated, or run at the same time.

use crate::constants::NOW;
use crate::fault::{FAILURES, Fault, Faults};
use crate::json::{json, text};
use crate::random::Random;
use crate::world::staff::{Staff, amber, bruno, refusal};
use crate::world::{AMBER_IDENTITY, PATIENT, World, sid};

const CONFIG: &str =
    r#"{"transfer":{"otherwise":"end"},"actions":{"end":[{"say":{"text":"Goodbye."}},{"hangup":{}}]}}"#;
/// Longer than an instruction is pending, in milliseconds.
const LATER: u64 = NOW + 6_000;

/// Eve called, and talks with Amber's browser.
fn talking() -> World {
    let mut world = World::default();
    let (root, leg) = (sid(1), sid(2));
    let (from, status) = (PATIENT, "in-progress");
    world.calls = vec![
        json(&format!(
            r#"{{"sid":"{leg}","parent_call_sid":"{root}","from":"{from}","to":"client:{AMBER_IDENTITY}",
            "direction":"outbound-dial","status":"{status}"}}"#
        )),
        json(&format!(
            r#"{{"sid":"{root}","from":"{from}","to":"+15550100001","direction":"inbound","status":"{status}"}}"#
        )),
    ];
    world
}

fn with_config(staff: Staff) -> Staff {
    staff.secret("PLUMLINE_CONFIG", CONFIG)
}

fn transfer() -> String {
    format!(r#"{{"operation":"transfer-call","callSid":"{}","number":"+15550100171"}}"#, sid(1))
}

fn hold() -> String {
    format!(r#"{{"operation":"hold-call","callSid":"{}"}}"#, sid(2))
}

fn redirections(world: &World) -> usize {
    world.http.iter().filter(|request| request.method == "POST").count()
}

#[test]
fn the_instruction_is_written_before_the_caller_is_redirected() {
    let mut world = talking();
    let value = with_config(amber()).value(&mut world, &transfer());
    assert_eq!((text(&value, &["callSid"]), text(&value, &["instruction"])), (sid(1).as_str(), "transfer"));
    let [instruction] = world.communications()[..] else { panic!() };
    assert_eq!(text(instruction, &["identifier", "1", "value"]), format!("{}.0", sid(1)));
    let post = world.http.last().unwrap();
    assert!(post.url.ends_with(&format!("/Calls/{}.json", sid(1))), "{}", post.url);
    assert!(post.body.starts_with("Url=https%3A%2F%2F") && post.body.contains("%3Fstep%3Dtransfer&Method=POST"));
    // The chart refuses or does not answer: Twilio is not asked.
    for fault in FAILURES {
        let mut world = talking();
        world.faults = Faults::from(1, fault);
        let (code, _) = with_config(amber()).refused(&mut world, &transfer());
        assert!(["CHART_UNAVAILABLE", "CHART_UNAVAILABLE Communication"].contains(&code.as_str()), "{fault:?} {code}");
        assert_eq!(redirections(&world), 0);
    }
    let mut world = talking();
    world.fhir.refused.push(("POST Communication".to_owned(), 403));
    let refused = with_config(amber()).refused(&mut world, &transfer());
    assert_eq!((refused, redirections(&world)), (("RECORD_FORBIDDEN Communication".into(), 403), 0));
}

#[test]
fn a_repeated_request_redirects_the_caller_once() {
    for fault in FAILURES {
        for input in [transfer(), hold()] {
            let mut world = talking();
            let requests = if input == transfer() { 2 } else { 3 };
            world.http_faults = Faults::at(requests, fault);
            let refused = with_config(amber()).refused(&mut world, &input);
            assert_eq!(refused, ("TWILIO_UNAVAILABLE".into(), 500), "{fault:?}");
            let was_redirected = text(&world.calls[0], &["status"]) == "completed";
            assert_eq!(was_redirected, matches!(fault, Fault::ResponseLost | Fault::DoneTooLate), "{fault:?}");
            let asked = redirections(&world);
            if !was_redirected {
                let early = with_config(amber()).refused(&mut world, &input);
                assert_eq!((early, redirections(&world)), (("TRANSFER_PENDING".into(), 409), asked));
            }
            with_config(amber()).at(LATER).value(&mut world, &input);
            assert_eq!(redirections(&world), if was_redirected { asked } else { asked + 1 }, "{fault:?}");
            assert_eq!(text(&world.calls[0], &["status"]), "completed");
            assert_eq!(world.communications().len(), 1);
        }
    }
}

#[test]
fn two_requests_at_the_same_time_give_one_instruction() {
    let mut random = Random::new(3);
    for _ in 0..40 {
        let mut world = talking();
        let flows = [transfer(), transfer(), hold()].map(|input| with_config(amber()).flow(&input));
        let responses = world.race(flows, &mut random);
        let refused: Vec<String> =
            responses.iter().filter_map(|response| refusal(&response.reply)).map(|(code, _)| code).collect();
        assert!(
            refused.iter().all(|code| code == "TRANSFER_PENDING" || code.starts_with("RECORD_NOT_FOUND")),
            "{refused:?}"
        );
        assert!(refused.len() < 3, "{refused:?}");
        assert!(redirections(&world) <= 2 && !world.communications().is_empty());
    }
}

#[test]
fn a_caller_on_hold_belongs_to_the_person_who_put_them_there() {
    let mut world = talking();
    with_config(amber()).value(&mut world, &hold());
    let resume = format!(r#"{{"operation":"resume-call","callSid":"{}"}}"#, sid(1));
    for input in [&resume, &transfer(), &hold()] {
        let refused = with_config(bruno()).refused(&mut world, input);
        assert_eq!(refused, ("RECORD_NOT_FOUND Communication".into(), 404), "{input}");
    }
    let value = with_config(amber()).at(LATER).value(&mut world, &resume);
    assert_eq!(text(&value, &["instruction"]), "resume");
    let last = world.communications()[1].write();
    assert!(last.contains(&format!(r#""url":"target","valueString":"client:{AMBER_IDENTITY}""#)), "{last}");
    // Twilio ends the call. Amber learns that, and Bruno does not.
    world.calls[1].set("status", plumline::json::Json::of("completed"));
    assert_eq!(with_config(amber()).at(LATER).refused(&mut world, &hold()), ("TRANSFER_CALL_ENDED".into(), 409));
    assert_eq!(with_config(bruno()).refused(&mut world, &hold()).1, 404);
}

#[test]
fn it_needs_the_config_and_the_secret() {
    for (staff, expected) in [
        (amber(), ("TRANSFER_OFF", 409)),
        (with_config(amber()).secret("PLUMLINE_SECRET", ""), ("SECRET_MISSING PLUMLINE_SECRET", 500)),
        (with_config(amber()).secret("PLUMLINE_SECRET", "short"), ("SECRET_WEAK PLUMLINE_SECRET", 500)),
        (with_config(amber()).secret("PLUMLINE_WEBHOOK_URL", ""), ("SECRET_MISSING PLUMLINE_WEBHOOK_URL", 500)),
        (with_config(amber()).secret("TWILIO_API_KEY", ""), ("SECRET_MISSING TWILIO_API_KEY", 500)),
    ] {
        let mut world = talking();
        let refused = staff.refused(&mut world, &transfer());
        assert_eq!((refused.0.as_str(), refused.1), expected);
        assert_eq!(redirections(&world), 0);
    }
    let presence = r#"{"operation":"set-presence","presence":"away"}"#;
    assert_eq!(amber().refused(&mut World::default(), presence), ("PRESENCE_OFF".into(), 409));
}
