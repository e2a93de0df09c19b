// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The identity of a practitioner who gains a role that may call.

use plumline::json::Json;
use plumline::runtime::Reply;

use crate::automation::world::World;
use crate::constants::NOW;
use crate::fault::{Fault, Faults, TRANSIENT};
use crate::json::{json, list, text};

const ADA: &str = "5e0b9c1d-0000-4000-8000-000000000001";
const ADA_IDENTITY: &str = "5e0b9c1d_0000_4000_8000_000000000001";
const SYSTEM: &str = "http://twilio.com/voice/identity";

/// A clinic with the practitioner Ada, who has one identifier of another system.
fn clinic(config: &str) -> World {
    let mut world = World::new(config);
    world.fhir.put(
        &json(&format!(
            r#"{{"resourceType":"Practitioner","id":"{ADA}","name":[{{"family":"Invented"}}],
            "identifier":[{{"system":"https://example.com/staff","value":"7"}}]}}"#
        )),
        NOW,
    );
    world
}

/// Stores a role of Ada with these members.
fn role(world: &mut World, more: &str) -> Json {
    let role = format!(
        r#"{{"resourceType":"PractitionerRole","id":"role","practitioner":{{"reference":"Practitioner/{ADA}"}},
        "code":[{{"coding":[{{"code":"nurse"}}]}}]{more}}}"#
    );
    world.fhir.put(&json(&role), NOW)
}

fn identities(world: &World) -> Vec<String> {
    let ada = world.fhir.read(&format!("Practitioner/{ADA}"));
    let own = list(ada, "identifier").iter().filter(|item| text(item, &["system"]) == SYSTEM);
    own.map(|item| text(item, &["value"]).to_owned()).collect()
}

/// Runs the Subscription for `role`. Returns the number of round trips and the codes of the log.
fn changed(world: &mut World, role: &Json) -> (usize, Vec<String>) {
    let (response, round_trips) = world.play(world.on_change(role), &Faults::NONE);
    assert_eq!(response.reply, Reply::Accepted, "{:?}", response.log);
    (round_trips, response.log.iter().filter_map(|line| line.split(": ").nth(1)).map(str::to_owned).collect())
}

#[test]
fn a_role_that_may_call_gives_its_practitioner_an_identity() {
    for (config, more) in [
        ("", ""),
        ("", r#","active":true,"period":{"start":"2026-11-01"}"#),
        (r#"{"outbound":{"roles":["doctor","nurse"]}}"#, ""),
    ] {
        let mut world = clinic(config);
        let role = role(&mut world, more);
        assert_eq!(changed(&mut world, &role), (2, Vec::new()));
        assert_eq!(identities(&world), [ADA_IDENTITY], "{config} {more}");
        let ada = world.fhir.read(&format!("Practitioner/{ADA}"));
        assert_eq!((text(ada, &["identifier", "0", "value"]), text(ada, &["name", "0", "family"])), ("7", "Invented"));
        // The identity exists, so the next change of the role writes nothing.
        let before = world.fhir.changes;
        assert_eq!(changed(&mut world, &role), (1, Vec::new()));
        assert_eq!(world.fhir.changes, before);
    }
}

#[test]
fn a_role_that_may_not_call_writes_nothing() {
    for (config, more) in [
        ("", r#","active":false"#),
        ("", r#","period":{"end":"2026-11-01"}"#),
        ("", r#","period":{"start":"2027-01-01"}"#),
        (r#"{"outbound":{"roles":["doctor"]}}"#, ""),
        ("", r#","practitioner":{"reference":"Practitioner/../Bot/x"}"#),
        ("", r#","practitioner":{"reference":"https://elsewhere.example/Practitioner/a"}"#),
        ("", r#","practitioner":{"display":"Ada"}"#),
    ] {
        let mut world = clinic(config);
        let mut role = role(&mut world, "");
        for (name, value) in json(&format!("{{{}}}", more.trim_start_matches(','))).members() {
            role.set(name, value.clone());
        }
        assert_eq!(changed(&mut world, &role), (0, Vec::new()), "{config} {more}");
        assert!(identities(&world).is_empty());
    }
    // The event is outdated: the role has ended, belongs to another practitioner, or was deleted.
    for change in [r#","active":false"#, r#","practitioner":{"reference":"Practitioner/bea"}"#] {
        let mut world = clinic("");
        let event = role(&mut world, "");
        let mut newer = event.clone();
        for (name, value) in json(&format!("{{{}}}", change.trim_start_matches(','))).members() {
            newer.set(name, value.clone());
        }
        world.fhir.put(&newer, NOW);
        assert_eq!(changed(&mut world, &event), (1, Vec::new()), "{change}");
        assert!(identities(&world).is_empty());
    }
    for reference in ["PractitionerRole/role".to_owned(), format!("Practitioner/{ADA}")] {
        let mut world = clinic("");
        let event = role(&mut world, "");
        world.fhir.delete(&reference);
        assert_eq!(changed(&mut world, &event), (1, Vec::new()), "{reference}");
    }
    let mut world = clinic("");
    let deleted = Json::object([("deletedResource", role(&mut world, ""))]);
    assert_eq!(changed(&mut world, &deleted), (0, Vec::new()));
    // The practitioner is not active, or has another identity.
    let mut world = clinic("");
    let event = role(&mut world, "");
    world.fhir.set(&format!("Practitioner/{ADA}"), "active", Json::Bool(false), NOW);
    assert_eq!(changed(&mut world, &event), (1, Vec::new()));
    assert!(identities(&world).is_empty());
    let mut world = clinic("");
    let event = role(&mut world, "");
    let own = json(&format!(r#"[{{"system":"{SYSTEM}","value":"dr_ada"}}]"#));
    world.fhir.set(&format!("Practitioner/{ADA}"), "identifier", own, NOW);
    assert_eq!(changed(&mut world, &event), (1, Vec::new()));
    assert_eq!(identities(&world), ["dr_ada"]);
    // An invalid config may allow other roles.
    let mut world = clinic(r#"{"outbound":{"roles":7}}"#);
    let event = role(&mut world, "");
    let (response, round_trips) = crate::run::Run::new(world.on_change(&event))
        .response()
        .map_or_else(|| panic!("a request"), |response| (response.clone(), 0));
    assert_eq!((response.reply, round_trips), (Reply::Accepted, 0));
    assert!(response.log[0].contains("CONFIG_INVALID"), "{:?}", response.log);
}

#[test]
fn an_identity_of_another_practitioner_is_not_written() {
    let identifier = format!(r#""identifier":[{{"system":"{SYSTEM}","value":"{ADA_IDENTITY}"}}]"#);
    for other in [
        format!(r#"{{"resourceType":"Practitioner","id":"bea",{identifier}}}"#),
        format!(
            r#"{{"resourceType":"PractitionerRole","id":"r2","practitioner":{{"reference":"Practitioner/bea"}},{identifier}}}"#
        ),
        format!(r#"{{"resourceType":"PractitionerRole","id":"r2",{identifier}}}"#),
    ] {
        let mut world = clinic("");
        let event = role(&mut world, "");
        world.fhir.put(&json(&other), NOW);
        assert_eq!(changed(&mut world, &event), (1, vec!["IDENTITY_TAKEN".to_owned()]), "{other}");
        assert!(identities(&world).is_empty());
    }
    // Ada's own role may have it.
    let mut world = clinic("");
    let event = role(&mut world, &format!(",{identifier}"));
    assert_eq!(changed(&mut world, &event), (2, Vec::new()));
    assert_eq!(identities(&world), [ADA_IDENTITY]);
}

#[test]
fn a_fault_never_writes_two_identities_or_loses_a_change() {
    for at in 0..2 {
        for fault in TRANSIENT {
            let mut world = clinic("");
            let event = role(&mut world, "");
            let (response, _) = world.play(world.on_change(&event), &Faults::at(at, fault));
            let is_accepted = response.reply == Reply::Accepted;
            assert!(is_accepted || matches!(response.reply, Reply::Broken(_)), "{at} {fault:?}");
            assert!(!is_accepted || identities(&world) == [ADA_IDENTITY], "{at} {fault:?} {:?}", response.log);
            changed(&mut world, &event);
            assert_eq!(identities(&world), [ADA_IDENTITY], "{at} {fault:?}");
        }
    }
    // Another client changes the Practitioner each time.
    let mut world = clinic("");
    let event = role(&mut world, "");
    let conflicts = [1, 3, 5].map(|at| (at, Fault::EachRefused(412))).into_iter().collect();
    let (response, round_trips) = world.play(world.on_change(&event), &conflicts);
    assert!(matches!(&response.reply, Reply::Broken(problem) if problem.code.as_str() == "CHART_CONFLICT"));
    assert_eq!(round_trips, 6);
    // The bot lacks a right. The log names it.
    for (request, right) in [
        ("GET PractitionerRole/", "PractitionerRole (read)"),
        ("GET PractitionerRole?", "PractitionerRole (search)"),
        ("GET Practitioner/", "Practitioner (read)"),
        ("GET Practitioner?", "Practitioner (search)"),
        ("PUT Practitioner/", "Practitioner (update)"),
    ] {
        let mut world = clinic("");
        let event = role(&mut world, "");
        world.fhir.refused.push((request.to_owned(), 403));
        let (response, _) = world.play(world.on_change(&event), &Faults::NONE);
        assert!(matches!(response.reply, Reply::Broken(_)), "{request}");
        assert!(response.log[0].contains(&format!("CHART_REFUSED at {right}: ")), "{:?}", response.log);
        assert!(identities(&world).is_empty());
    }
}
