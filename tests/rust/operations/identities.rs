// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The owners of Twilio client identities. An identity that the dialplan dials needs a binding in the config.

use plumline::json::Json;
use plumline::runtime::Secret;

use crate::constants::NOW;
use crate::json::{json, text};
use crate::world;
use crate::world::phone::{dialed, refused};
use crate::world::staff::{PLACE, START, Staff, TOKEN, amber, staff};
use crate::world::webhook::{browser, webhook_flow};
use crate::world::{AMBER, AMBER_IDENTITY, BRUNO, CLINIC_NUMBER, PATIENT, SECRET, World, sid};

/// A config whose dialplan dials the identity `front-desk`. `more` has other members.
fn dialing(more: &str) -> String {
    format!(
        r#"{{"numbers":{{"+15550100001":{{"name":"x","dialplan":"main"}}}},"dialplans":{{"main":[{{"then":"ring"}}]}},
        "actions":{{"ring":[{{"dial":{{"targets":[{{"number":"+15550100019"}},{{"client":"front-desk"}}],"otherwise":"end"}}}}],
        "end":[{{"hangup":{{}}}}]}}{more}}}"#
    )
}

fn bound(binding: &str) -> String {
    dialing(&format!(r#","identities":{{"front-desk":{binding}}}"#))
}

fn by(id: &str, config: &str) -> Staff {
    staff(&format!("Practitioner/{id}")).secret("PLUMLINE_CONFIG", config)
}

/// Writes an identity into a Practitioner. Staff can do this if their access policy allows it.
fn write(world: &mut World, id: &str, identity: &str) {
    let value = json(&format!(r#"[{{"system":"http://twilio.com/voice/identity","value":"{identity}"}}]"#));
    world.change(&format!("Practitioner/{id}"), "identifier", value);
}

/// `operation` with a requested identity.
fn as_identity(operation: &str, identity: &str) -> String {
    operation.replacen('{', &format!(r#"{{"identity":"{identity}","#), 1)
}

fn not_bound() -> (String, u16) {
    ("IDENTITY_NOT_BOUND".into(), 403)
}

#[test]
fn only_bound_staff_get_an_identity_of_the_dialplan() {
    let client = r#"{"client":"front-desk"}"#.to_owned();
    let other = bound(&format!(r#"{{"practitioners":["Practitioner/{BRUNO}"],"roles":["doctor"]}}"#));
    let elsewhere = r#"{"identities":{"front-desk":{"roles":["doctor"]}}}"#.to_owned();
    let nothing = bound("{}");
    for config in [dialing(""), client, other, elsewhere, nothing] {
        for operation in [TOKEN, START, PLACE] {
            for identity in ["front-desk", "Front-Desk"] {
                let mut world = World::default();
                write(&mut world, AMBER, identity);
                assert_eq!(by(AMBER, &config).refused(&mut world, operation), not_bound(), "{config} {operation}");
                assert_eq!((world.communications().len(), world.calls.len()), (0, 0));
            }
        }
        // A request for the identity is also refused.
        for operation in [TOKEN, START] {
            let refused = by(AMBER, &config).refused(&mut World::default(), &as_identity(operation, "front-desk"));
            assert_eq!(refused, not_bound(), "{config}");
        }
    }
}

#[test]
fn the_identities_of_the_default_dialplan_are_its_numbers() {
    // This applies with any config, because the webhook uses the default dialplan while the config cannot be read.
    for config in ["", "{}", r#"{"client":"desk"}"#] {
        for number in [CLINIC_NUMBER[0], CLINIC_NUMBER[1], "+15550100777"] {
            let mut world = World::default();
            write(&mut world, AMBER, number);
            assert_eq!(by(AMBER, config).refused(&mut world, TOKEN), not_bound(), "{config} {number}");
        }
    }
    let config = format!(r#"{{"identities":{{"{}":{{"roles":["nurse"]}}}}}}"#, CLINIC_NUMBER[0]);
    let value = by(AMBER, &config).value(&mut World::default(), &as_identity(TOKEN, CLINIC_NUMBER[0]));
    assert_eq!(text(&value, &["identity"]), CLINIC_NUMBER[0]);
}

#[test]
fn all_bound_staff_get_an_identity_of_the_dialplan() {
    let both = bound(&format!(r#"{{"practitioners":["Practitioner/{AMBER}","Practitioner/{BRUNO}"]}}"#));
    let role = bound(r#"{"roles":["doctor","nurse"]}"#);
    let mixed = bound(&format!(r#"{{"practitioners":["Practitioner/{AMBER}"],"roles":["nurse"]}}"#));
    for config in [both, role, mixed] {
        let mut world = World::default();
        for id in [AMBER, BRUNO] {
            let value = by(id, &config).value(&mut world, &as_identity(TOKEN, "front-desk"));
            assert_eq!(text(&value, &["identity"]), "front-desk", "{config}");
            assert!(!text(&value, &["token"]).is_empty());
            // Without a requested identity, both get the identity of their id.
            let value = by(id, &config).value(&mut world, TOKEN);
            assert_eq!(text(&value, &["identity"]), id.replace('-', "_"));
        }
        // Both Practitioners have the identity in the chart.
        for id in [AMBER, BRUNO] {
            write(&mut world, id, "front-desk");
        }
        for id in [AMBER, BRUNO] {
            for operation in [TOKEN, START] {
                let value = by(id, &config).value(&mut world, operation);
                assert_eq!(text(&value, &["identity"]), "front-desk", "{config}");
            }
        }
    }
    // A practitioner with several identities gets the requested one.
    let many = r#"{"identities":{"a":{"roles":["nurse"]},"b":{"roles":["nurse"]},"c":{"roles":["doctor"]}}}"#;
    for identity in ["a", "b"] {
        let value = by(AMBER, many).value(&mut World::default(), &as_identity(TOKEN, identity));
        assert_eq!(text(&value, &["identity"]), identity);
    }
    assert_eq!(by(AMBER, many).refused(&mut World::default(), &as_identity(TOKEN, "c")), not_bound());
}

#[test]
fn a_role_counts_only_while_it_is_active() {
    let config = bound(r#"{"roles":["receptionist"]}"#);
    let ask = |role: &str| {
        let mut world = World::default();
        write(&mut world, AMBER, "front-desk");
        // Amber may call because of another role.
        world.put(&format!(
            r#"{{"resourceType":"PractitionerRole","id":"second","practitioner":{{"reference":"Practitioner/{AMBER}"}},
            "code":[{{"coding":[{{"code":"receptionist"}}]}}]{role}}}"#
        ));
        by(AMBER, &config).send(&mut world, TOKEN)
    };
    let is_given = |role: &str| world::staff::refusal(&ask(role).reply).is_none();
    assert!(is_given("") && is_given(r#","active":true,"period":{"start":"2026-11","end":"2026-11-17"}"#));
    for over in [
        r#","active":false"#,
        r#","period":{"end":"2026-11-16"}"#,
        r#","period":{"start":"2026-11-20"}"#,
        r#","period":{"end":"2026-11-18T11:00:00Z"}"#,
    ] {
        assert_eq!(world::staff::refusal(&ask(over).reply), Some(not_bound()), "{over}");
    }
}

#[test]
fn the_own_id_is_a_valid_identity_in_both_spellings() {
    // The config or another practitioner also claims the identity.
    let claimed = format!(r#"{{"client":"{AMBER_IDENTITY}","identities":{{"{AMBER}":{{"roles":["doctor"]}}}}}}"#);
    for config in ["", &*claimed] {
        for own in [AMBER, AMBER_IDENTITY] {
            let mut world = World::default();
            let value = by(AMBER, config).value(&mut world, &as_identity(TOKEN, own));
            assert_eq!(text(&value, &["identity"]), own);
            write(&mut world, AMBER, own);
            write(&mut world, BRUNO, own);
            for operation in [TOKEN, START] {
                assert_eq!(text(&by(AMBER, config).value(&mut world, operation), &["identity"]), own);
            }
            // No other practitioner gets the identity, in either spelling.
            let refused = by(BRUNO, "").refused(&mut world, TOKEN);
            assert_eq!(refused, ("IDENTITY_TAKEN".into(), 409), "{own}");
            assert_eq!(by(BRUNO, config).refused(&mut world, &as_identity(TOKEN, &own.to_uppercase())), not_bound());
        }
    }
}

#[test]
fn an_identity_outside_the_dialplan_is_kept_while_no_one_else_has_it() {
    for config in [String::new(), dialing(""), bound(r#"{"roles":["nurse"]}"#)] {
        let mut world = World::default();
        write(&mut world, AMBER, "amber");
        for input in [TOKEN.to_owned(), as_identity(TOKEN, "amber")] {
            assert_eq!(text(&by(AMBER, &config).value(&mut world, &input), &["identity"]), "amber");
        }
        // Amber does not get an identity that her Practitioner does not have.
        assert_eq!(by(AMBER, &config).refused(&mut world, &as_identity(TOKEN, "ruby")), not_bound());
        assert_eq!(by(AMBER, &config).refused(&mut world, &as_identity(TOKEN, BRUNO)), not_bound());
        write(&mut world, BRUNO, "amber");
        assert_eq!(by(AMBER, &config).refused(&mut world, TOKEN), ("IDENTITY_TAKEN".into(), 409));
    }
    // The identity of a role belongs to the practitioner of the role.
    let role = |practitioner: &str| {
        let mut world = World::default();
        write(&mut world, AMBER, "amber");
        world.put(&format!(
            r#"{{"resourceType":"PractitionerRole","id":"named",{practitioner}
            "identifier":[{{"system":"http://twilio.com/voice/identity","value":"amber"}}]}}"#
        ));
        world::staff::refusal(&amber().send(&mut world, TOKEN).reply)
    };
    assert_eq!(role(&format!(r#""practitioner":{{"reference":"Practitioner/{AMBER}"}},"#)), None);
    let taken = Some(("IDENTITY_TAKEN".to_owned(), 409));
    assert_eq!(role(&format!(r#""practitioner":{{"reference":"Practitioner/{BRUNO}"}},"#)), taken);
    assert_eq!(role(""), taken);
    for wrong in ["7", "\"\"", "[]"] {
        let input = TOKEN.replacen('{', &format!(r#"{{"identity":{wrong},"#), 1);
        assert_eq!(amber().refused(&mut World::default(), &input), ("OPERATION_ARGUMENT identity".into(), 400));
    }
}

#[test]
fn staff_who_share_an_identity_can_place_and_end_its_calls() {
    let config = bound(r#"{"roles":["nurse"]}"#);
    let secrets: [(Secret, &str); 2] = [(Secret::SealingKeys, SECRET), (Secret::Config, &config)];
    let mut world = World::default();
    let start = as_identity(START, "front-desk").replacen('{', r#"{"requestId":"r1","#, 1);
    let value = by(AMBER, &config).value(&mut world, &start);
    // The ticket is for the requested identity.
    let again = start.replace("front-desk", AMBER);
    assert_eq!(by(AMBER, &config).refused(&mut world, &again), ("OUTBOUND_REQUEST_USED".into(), 409));
    let call = sid(1);
    let ticket = text(&value, &["ticket"]);
    let own = format!("client:{AMBER_IDENTITY}");
    let params = browser(&own, &call, &[("Ticket", ticket)]);
    assert_eq!(refused(&world.play(webhook_flow(&params, &secrets, NOW))), "OUTBOUND_TICKET_INVALID");
    let params = browser("client:front-desk", &call, &[("Ticket", ticket)]);
    assert_eq!(dialed(&world.play(webhook_flow(&params, &secrets, NOW))).1, PATIENT);
    let record = world.communications()[0].clone();
    assert_eq!(text(&record, &["sender", "reference"]), format!("Practitioner/{AMBER}"));
    // Staff who share the identity share its calls. A practitioner who only writes the identity into the own
    // Practitioner cannot end them.
    let answer = r#"{"sid":"SID","from":"client:front-desk","to":"","status":"in-progress","direction":"inbound"}"#;
    let end = format!(r#"{{"operation":"end-call","callSid":"{call}"}}"#);
    let mut outsiders = world;
    outsiders.calls.push(json(&answer.replace("SID", &call)));
    outsiders.change("PractitionerRole/role-Bruno", "active", Json::Bool(false));
    write(&mut outsiders, BRUNO, "front-desk");
    for config in [config.clone(), dialing(""), bound(&format!(r#"{{"practitioners":["Practitioner/{AMBER}"]}}"#))] {
        let refused = by(BRUNO, &config).refused(&mut outsiders, &end);
        assert_eq!(refused, ("RECORD_NOT_FOUND Communication".into(), 404), "{config}");
    }
    outsiders.change("PractitionerRole/role-Bruno", "active", Json::Bool(true));
    assert_eq!(text(&by(BRUNO, &config).value(&mut outsiders, &end), &["status"]), "completed");
    assert_eq!(text(&by(AMBER, &config).value(&mut outsiders, &end), &["status"]), "completed");
}

#[test]
fn an_identity_in_the_format_of_an_id_belongs_only_to_that_practitioner() {
    for identity in [
        "aaaaaaaa_0000_4000_8000_000000000000",
        "aaaaaaaa-0000-4000-8000-000000000000",
        "aaaaaaaa-0000_4000-8000_000000000000",
        "AAAAAAAA_0000_4000_8000_000000000000",
        &AMBER_IDENTITY.replacen('5', "6", 1),
    ] {
        for operation in [TOKEN, START, PLACE] {
            let mut world = World::default();
            write(&mut world, AMBER, identity);
            assert_eq!(by(AMBER, "").refused(&mut world, operation), ("IDENTITY_TAKEN".into(), 409), "{identity}");
            assert_eq!((world.communications().len(), world.calls.len()), (0, 0));
        }
    }
    // An identity in another format can be bound.
    for identity in ["dr-amber", "dr_amber", "amber.1"] {
        let mut world = World::default();
        write(&mut world, AMBER, identity);
        assert_eq!(text(&by(AMBER, "").value(&mut world, TOKEN), &["identity"]), identity);
    }
}
